"""Persons, grants and their explanation, as a person uses them."""

from datetime import UTC, date, datetime, timedelta

import pytest

from pgc_lib.core.administration import Administration
from pgc_lib.core.people import People
from pgc_lib.core.persons import ending, told
from pgc_lib.core.session import Session
from pgc_lib.core.zone import zone
from pgc_lib.errors import Conflict, Denied, Invalid, NotFound
from pgc_lib.i18n import in_lang
from pgc_lib.settings import Secret
from tests.support.lab import House, Person


@pytest.fixture
def mama(person: Person) -> Session:
    """One person."""
    return person("mama", role="family", display="妈妈")


@pytest.fixture
def papa(person: Person) -> Session:
    """Another."""
    return person("papa", display="Papa")


def test_me_and_how_i_am_shown(mama: Session) -> None:
    """What others see of one is one's own to change; name and role are not."""
    people = People(mama)
    me = people.me()
    assert (me.id, me.name, me.called, me.role) == (mama.person, mama.name, "妈妈", "family")
    changed = people.amend(display="", lang="en", time_zone="Europe/Berlin")
    assert (changed.called, changed.lang, changed.time_zone) == (mama.name, "en", "Europe/Berlin")
    assert people.amend().lang == "en", "what is not given stays"


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ({"lang": "fr"}, "lang"),
        ({"time_zone": "Mars"}, "time_zone"),
        ({"display": "a\nb"}, "display"),
    ],
)
def test_what_cannot_be_is_refused_by_name(
    mama: Session, given: dict[str, str], place: str
) -> None:
    """An error names the field and what is allowed."""
    with pytest.raises(Invalid) as caught:
        People(mama).amend(**given)
    assert [problem.place for problem in caught.value.problems] == [place]


def test_strangers_become_acquainted_by_sharing(mama: Session, papa: Session) -> None:
    """Of a stranger only the name and the identifier are told; a grant makes the two know each other."""
    hers, his = People(mama), People(papa)
    stranger = hers.find(papa.name)
    assert (stranger.id, stranger.display) == (papa.person, "")
    assert hers.known() == [hers.me()]
    hers.grant(papa.name, "finance")
    assert hers.find(papa.name).display == "Papa"
    assert his.find(mama.name).display == "妈妈"


def test_an_unknown_name_is_said_so_with_similar_ones(mama: Session, papa: Session) -> None:
    """Suggestions come only from those one knows anyway."""
    people = People(mama)
    with pytest.raises(NotFound) as caught:
        people.find(papa.name.upper())
    assert papa.name not in caught.value.next_step
    people.grant(papa.name, "finance")
    for ask in (people.find, lambda name: people.grant(name, "finance")):
        with pytest.raises(NotFound) as caught:
            ask(papa.name[:-1] + "x")
        assert papa.name in caught.value.next_step


def test_granting_again_replaces(mama: Session, papa: Session) -> None:
    """There is one grant for each area and grantee."""
    people = People(mama)
    first = people.grant(papa.name, "finance", "see", note="for the taxes")
    again = people.grant(people.find(papa.name), "finance", "edit", until=date(2999, 12, 31))
    assert first.id == again.id
    assert people.given() == [again]
    assert (again.level, again.note) == ("edit", "")
    assert People(papa).received() == [again]
    assert People(papa).given() == []


def test_revoking_says_whether_there_was_something(mama: Session, papa: Session) -> None:
    """Taking back twice is no error."""
    people = People(mama)
    people.grant(papa.name, "finance")
    assert people.revoke(papa.name, "finance")
    assert not people.revoke(papa.name, "finance")
    assert people.given() == []


def test_grants_that_cannot_be(mama: Session, papa: Session) -> None:
    """Each says which word is wrong and what would be right."""
    people = People(mama, areas=("finance", "todos"))
    for wrong, place in (
        ({"to": papa.name, "area": "finance", "level": "own"}, "level"),
        ({"to": papa.name, "area": "finnace"}, "area"),
        ({"to": papa.name, "area": "finance; drop"}, "area"),
        ({"to": papa.name, "area": "finance", "until": date(2020, 1, 1)}, "until"),
        ({"to": mama.name, "area": "finance"}, "to"),
    ):
        with pytest.raises(Invalid) as caught:
            people.grant(**wrong)  # type: ignore[arg-type]
        (problem,) = caught.value.problems
        assert problem.place == place
    with pytest.raises(Invalid, match=r"finance, todos, \*"):
        people.grant(papa.name, "finnace")
    assert people.given() == []


def test_a_day_as_the_end_is_included() -> None:
    """Until the 31st means through the 31st, in the person's own time zone, and is told so."""
    end = ending(date(2999, 12, 31))
    assert end == datetime(3000, 1, 1, tzinfo=zone())
    assert told(end) == "2999-12-31"
    assert told(datetime(2999, 12, 31, 8, 30, tzinfo=zone())) == "2999-12-31 08:30"


def test_who_sees_what(mama: Session, papa: Session, person: Person) -> None:
    """Everyone who may see the area now, by each way, with when it ends."""
    people, child = People(mama), person("child")
    end = datetime.now(UTC).replace(microsecond=0) + timedelta(days=5)
    family = people.groups.create("family")
    people.groups.add(family, child.name, until=end)
    people.grant(papa.name, "*", "edit")
    people.grant("family", "finance")
    seen = {
        (viewer.person.name, viewer.level, viewer.until) for viewer in people.who_sees("finance")
    }
    assert seen == {(papa.name, "edit", None), (child.name, "see", end)}
    assert [viewer.person.name for viewer in people.who_sees("todos")] == [papa.name]


def test_a_name_that_is_also_a_group_must_be_said_more_exactly(
    mama: Session, papa: Session
) -> None:
    """A grant to the wrong one would be a leak."""
    people = People(mama)
    people.groups.create(papa.name)
    with pytest.raises(Conflict, match="both a person and a group"):
        people.grant(papa.name, "finance")
    people.grant(people.find(papa.name), "finance")
    people.grant(people.groups.get(papa.name), "todos")
    given = people.given()
    assert {bool(grant.group) for grant in given} == {True, False}
    assert [grant.to for grant in given] == ["Papa", papa.name]
    assert f">{papa.name}</td>" in given._repr_html_()


# ── why ──────────────────────────────────────────────────────────────────────────────────────────────


def test_why_in_words(mama: Session, papa: Session) -> None:
    """Yes and no come with the reason, in the language of whoever asks."""
    people = People(mama)
    assert people.why(mama.name, "finance", "edit").reason == "It is your own."
    none = people.why(papa.name, "finance")
    assert not none and none.grants == ()
    assert none.reason == f"{papa.name} may not see your “Money”. Nothing was granted."
    people.grant(papa.name, "finance", "see", until=date(2999, 12, 31))
    yes = people.why(papa.name, "finance")
    assert yes and yes.grants == tuple(people.given())
    assert yes.reason == "Papa may see your “Money”. It ends on 2999-12-31."
    assert people.why(papa.name, "finance", "edit").reason.startswith(
        "Papa may only see your “Money”, not edit it."
    )
    with in_lang("zh-CN"):
        assert (
            people.why(papa.name, "finance").reason
            == "Papa 可以查看您的“收支”。到 2999-12-31 为止。"
        )
        assert (
            People(papa).why(papa.name, "finance", of=mama.name).reason
            == "您可以查看 妈妈 的“收支”。到 2999-12-31 为止。"
        )


def test_an_end_may_be_written_out(mama: Session, papa: Session) -> None:
    """As one types it in a notebook: a day lasts until its end; what is no date is refused."""
    people = People(mama)
    assert people.grant(papa.name, "finance", until="2999-12-31").until == datetime(
        2999, 12, 31, 16, tzinfo=UTC
    )
    with pytest.raises(Invalid, match="2026-01-01"):
        people.grant(papa.name, "finance", until="next year")


def test_why_not_any_more(mama: Session, papa: Session, house: House) -> None:
    """A grant that ran out, or has not begun, is the reason and is shown."""
    people = People(mama)
    grant = people.grant(papa.name, "finance")
    house.sql(
        "update pgc.grants set since = '2020-01-01', until = '2020-02-01 00:00+08' where id = %s",
        grant.id,
    )
    ended = people.why(papa.name, "finance")
    assert ended.reason == "Papa may not see your “Money”. The grant ended on 2020-01-31."
    assert [grant.id for grant in ended.grants] == [grant.id]
    house.sql("update pgc.grants set since = '2999-01-01', until = null where id = %s", grant.id)
    assert "The grant begins on 2999-01-01" in people.why(papa.name, "finance").reason


def test_why_through_a_group(mama: Session, papa: Session) -> None:
    """The group is named, to both."""
    people = People(mama)
    people.groups.create("our family")
    people.groups.add("our family", papa.name)
    people.grant("our family", "*", "comment")
    for decision in (
        people.why(papa.name, "todos", "comment"),
        People(papa).why(papa.name, "todos", of=mama.name),
    ):
        assert decision
        assert "“our family”" in decision.reason and "every area" in decision.reason


def test_others_are_not_ours_to_ask_about(mama: Session, papa: Session, person: Person) -> None:
    """Who may see somebody else's things is not told to third parties."""
    with pytest.raises(Denied, match="about yourself"):
        People(person("nosy")).why(papa.name, "finance", of=mama.name)


# ── administration ───────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def admin(house: House) -> Administration:
    """An administrator's logins."""
    return Administration(Secret(house.owner_url), Secret(house.redis_admin))


def test_without_an_administrators_logins_nothing_is_administered(mama: Session) -> None:
    """A person gets a clear no, with where to go."""
    with pytest.raises(Denied, match="needs an administrator"):
        _ = People(mama).admin


def test_making_renaming_promoting_ending(
    mama: Session, papa: Session, admin: Administration, house: House
) -> None:
    """What belongs to a person stays with them, whatever they are called."""
    people = People(mama, admin=admin)
    made = people.admin.create(f"{mama.name} junior", role="family")
    people.grant(made.name, "finance")
    renamed = people.admin.rename(made.name, f"{mama.name} 二世")
    assert renamed.id == made.person
    assert people.find(renamed.name).role == "family"
    assert people.admin.set_role(renamed.name, "coach").role == "coach"
    with pytest.raises(NotFound):
        people.admin.rename(made.name, "too late")
    with pytest.raises(Conflict, match="already a person"):
        people.admin.rename(renamed.name, papa.name)
    with pytest.raises(Invalid, match="person, family, coach, administrator"):
        people.admin.set_role(renamed.name, "king")
    assert people.admin.end(renamed.name).ended_at is not None
    assert people.who_sees("finance") == []
    assert "no longer in this lab" in people.why(renamed.name, "finance").reason
    with pytest.raises(NotFound):
        people.grant(renamed.name, "todos")
    back = people.admin.resume(renamed.name)
    assert back.person == made.person
    assert [viewer.person.id for viewer in people.who_sees("finance")] == [made.person]
    assert renamed.name in [person.name for person in people.admin.everyone()]
