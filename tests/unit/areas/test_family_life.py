"""What happens in a family: ties with dates, the diary, gifts, care, goals, and what cannot be."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from pgc_lib.areas.family import Family
from pgc_lib.areas.goals import Goals
from pgc_lib.areas.kin.situations import HelpLibrary, Situation
from pgc_lib.core.history import History
from pgc_lib.core.people import People
from pgc_lib.core.zone import today, zone
from pgc_lib.errors import Conflict, Denied, Invalid, NotFound
from pgc_lib.i18n import in_lang
from tests.support.lab import Person, share


@pytest.fixture
def family(person: Person) -> Iterator[Family]:
    """Parents, a child, a grandmother."""
    made = Family(person("fan"))
    made.add_many(
        [
            {"name": "奶奶", "sex": "female", "born": "1940-01-01"},
            {"name": "爸爸", "sex": "male", "born": "1965-05-05"},
            {"name": "妈妈", "sex": "female", "born": "1967-06-06", "every": 7},
            {"name": "我", "sex": "female", "born": "1995-07-07"},
            {"name": "老王", "sex": "male"},
        ]
    )
    made.parent("奶奶", of="爸爸")
    made.parent("爸爸", of="我")
    made.parent("妈妈", of="我")
    yield made


def test_ties_that_make_nobody_a_relative(family: Family) -> None:
    """Godparents, guardians and friends have their words, beside those of blood."""
    family.godparent("老王", of="我")
    family.guardian("奶奶", of="我", since="2001-01-01", until="2003-01-01")
    family.befriend("老王", "爸爸", since="1985-01-01")
    with in_lang("zh-CN"):
        assert family.kinship("我", "老王") == "干爸"
        assert family.kinship("老王", "我") == "干女儿"
        assert family.kinship("我", "奶奶") == "奶奶 / 监护人"
        assert family.kinship("爸爸", "老王") == "朋友"
    assert family.kinship("奶奶", "我") == "granddaughter / ward"
    assert family.ties().height == 6


def test_two_of_one_sex_and_an_adopted_child(family: Family) -> None:
    """Marriage asks for no sex; the child of both has two mothers."""
    family.add(name="阿岚", sex="female", born="1994-01-01")
    family.add(name="小豆", sex="male", born="2022-01-01")
    family.marry("我", "阿岚", since="2020-02-02")
    family.parent("我", of="小豆")
    family.parent("阿岚", of="小豆", how="adoption", since="2022-06-01")
    with in_lang("zh-CN"):
        assert family.kinship("我", "阿岚") == "妻子"
        assert family.kinship("小豆", "阿岚") == "养母"
        assert family.kinship("小豆", "我") == "母亲"
        assert family.kinship("阿岚", "爸爸") == "岳父"
    with pytest.raises(Invalid, match="together already"):
        family.marry("阿岚", "我")


def test_death_does_not_make_a_former_partner(family: Family) -> None:
    """A widow's in-laws stay her in-laws; a divorce ends that."""
    family.marry("爸爸", "妈妈", since="1990-01-01")
    family.part("爸爸", "妈妈", until="2020-01-01", by="death")
    with in_lang("zh-CN"):
        assert family.kinship("妈妈", "奶奶") == "婆婆"
    tie = family.relations.find(tie="partner")[0]
    family.relations.update(tie, ended="divorce")
    with in_lang("zh-CN"):
        assert family.kinship("妈妈", "奶奶") == "前婆婆"


def test_what_cannot_be_is_refused_by_every_door(family: Family) -> None:
    """By the method, by the collection, in bulk, and when a date is changed afterwards."""
    me, dad, gran = family.who("我"), family.who("爸爸"), family.who("奶奶")
    with pytest.raises(Invalid, match="ancestor of themselves"):
        family.relations.add(one=me.id, other=gran.id, tie="parent", how="birth")
    with pytest.raises(Invalid, match="ancestor of themselves"):
        family.relations.add_many(
            [{"one": me.id, "other": gran.id, "tie": "parent", "how": "step"}]
        )
    with pytest.raises(Invalid, match="known already"):
        family.parent("爸爸", of="我")
    with pytest.raises(Invalid, match="was born on"):
        family.members.update(dad, born="1994-01-01")
    with pytest.raises(Invalid, match="had died already"):
        family.members.update(dad, died="1990-01-01")
    with pytest.raises(Invalid, match="had died already"):
        family.add(name="故人", born="1900-01-01", died="1950-01-01")
        family.marry("故人", "奶奶", since="1960-01-01")
    with pytest.raises(Invalid, match="lived more"):
        family.members.update(gran, died="2090-01-01")
    assert family.members.update(dad, born="1964-01-01").born == date(1964, 1, 1)
    assert family.relations.count() == 3 and not family.contradictions()


def test_half_known_days_count_where_they_are_sure(family: Family) -> None:
    """Somebody born about 2000 cannot be the parent of one born in 2005, whatever “about” means."""
    family.add(name="叔叔", sex="male", born_about="about 2000")
    family.add(name="孩子", born="2004-01-01")
    with pytest.raises(Invalid, match="was born on about 2000"):
        family.parent("叔叔", of="孩子")
    family.add(name="姑姑", sex="female", born_about="before 1960")
    family.parent("奶奶", of="姑姑")
    with in_lang("zh-CN"):
        assert family.kinship("我", "姑姑") == "姑姑"
        assert family.kinship("爸爸", "姑姑") == "姐姐"


def test_names_are_looked_up_anew_after_every_change(family: Family) -> None:
    """What is held in memory is never older than the last change, one's own or another's, or an undo."""
    assert family.circle().people.keys() == {each.id for each in family.members}
    other = Family(family.session)
    added = other.add(name="新来的")
    assert family.kinship("我", "新来的") == ""
    other.members.remove(added)
    with pytest.raises(NotFound):
        family.kinship("我", "新来的")
    before = family.circle()
    assert family.circle() is before


def test_silence_is_measured_by_each_ones_wish(family: Family) -> None:
    """Seven days for mother, thirty for those without a wish."""
    for name, ago in (("妈妈", 10), ("爸爸", 10), ("奶奶", 40), ("我", 0), ("老王", 1)):
        family.talked(name, day=today() - timedelta(days=ago), minutes=20)
    silent = family.long_silent()
    assert silent["name"].to_list() == ["奶奶", "妈妈"]
    assert silent["overdue"].to_list() == [10, 3] and silent["every"].to_list() == [None, 7]
    family.members.update(family.who("奶奶"), dead=True)
    assert family.long_silent()["name"].to_list() == ["妈妈"]


def test_gifts_are_balanced_by_person_and_currency(family: Family) -> None:
    """What was given and received, so that it can be returned in kind."""
    family.gave("老王", "红包", worth="600", occasion="婚礼", day="2020-01-01")
    family.received("老王", "红包", worth="800", day="2024-01-01")
    family.gave("奶奶", "毛衣")
    line = family.gift_balance().row(0, named=True)
    assert (line["name"], line["given"], line["received"]) == ("老王", Decimal(600), Decimal(800))
    assert line["balance"] == Decimal(200) and line["last"] == date(2024, 1, 1)
    assert family.gifts.find(what="毛衣")[0].day == today()


def test_care_comes_again_and_is_ticked_off(family: Family) -> None:
    """Of what was missed only the latest counts; done is done, for the day on which it was due."""
    gran = family.who("奶奶")
    task = family.care.add(
        title="量血压", member=gran.id, start=today() - timedelta(days=3), rule="FREQ=DAILY"
    )
    once = family.care.add(title="换灯泡", start=today() + timedelta(days=2))
    due = family.care_due(days=1)
    assert due["day"].to_list() == [
        today() - timedelta(days=1),
        today(),
        today() + timedelta(days=1),
    ]
    assert due["missed"][0] == 3 and due["for"][0] == "奶奶" and due["late"][0] == 1
    assert family.cared(task).due == today() - timedelta(days=1)
    assert family.care_due(days=0)["day"].to_list() == [today()]
    family.cared(task)
    family.cared(once.id, due=once.start)
    assert family.care_due(days=0).is_empty()
    with pytest.raises(Invalid):
        family.care.add(title="x", start=today(), rule="每天")


def test_a_tree_is_drawn(family: Family) -> None:
    """Partners beside, children below, the rest of a long line told; whoever comes twice is drawn once."""
    family.marry("爸爸", "妈妈")
    drawn = str(family.draw("奶奶"))
    assert drawn.splitlines() == ["奶奶 (1940)", "└─ 爸爸 (1965) ⚭ 妈妈 (1967)", "   └─ 我 (1995)"]
    assert str(family.draw("奶奶", generations=1)).endswith("└─ …")
    up = str(family.draw("我", up=True)).splitlines()
    assert up[1] == "├─ 爸爸 (1965)" and up[3] == "└─ 妈妈 (1967)"
    assert "<pre" in family.draw("奶奶")._repr_html_()


class _Shelf:
    """A library with one piece of help."""

    def for_situation(self, situation: Situation) -> Sequence["_Help"]:
        return [_Help()] if situation.kind == "silence" else []


class _Help:
    def _shown_(self) -> dict[str, str]:
        return {"Title": "打个电话"}


def test_help_is_offered_by_situation(family: Family) -> None:
    """A loss, a newborn, a silence longer than wished; without a library it is still said."""
    family.members.update(family.who("老王"), died=today() - timedelta(days=5))
    family.add(name="宝宝", born=today() - timedelta(days=20))
    family.talked("妈妈", day=today() - timedelta(days=30))
    found = {(each.kind, each.who) for each in family.situations()}
    assert {("loss", ("老王",)), ("newborn", ("宝宝",)), ("silence", ("妈妈",))} <= found
    shelf = _Shelf()
    assert isinstance(shelf, HelpLibrary)
    offers = family.help(shelf)
    assert [offer.situation.who for offer in offers] == [("妈妈",)]
    assert "打个电话" in offers._repr_html_()


def test_a_goal_is_reached_together(person: Person) -> None:
    """A group that may edit adds to it; who may only see does not; the diary stays closed."""
    mama, papa, coach = person("mama"), person("papa"), person("coach")
    goals = Goals(mama)
    goal = goals.add(title="云南", target=1000, unit="CNY", due=today() + timedelta(days=10))
    Family(mama).add(name="外婆")
    people = People(mama)
    group = people.groups.create("家")
    people.groups.add(group, papa.name)
    people.grant(group, "goals", "edit")
    share(mama, coach, "goals", "see")
    goals.contribute(goal, 400, whose="小满")
    theirs = Goals(papa)
    assert theirs.items.find()[0].title == "云南" and Family(papa).count() == 0
    theirs.contribute(theirs.items.find()[0], "350.50", note="奖金")
    line = goals.progress().row(0, named=True)
    assert line["reached"] == Decimal("750.50") and line["people"] == 2 and line["state"] == "open"
    assert line["a_day"] == pytest.approx(24.95)
    with pytest.raises(Denied):
        Goals(coach).contribute(goal.id, 1)
    theirs.contribute(goal.id, "249.5")
    assert goals.items.get(goal.id).state == "reached"
    assert goals.shares(goal)["amount"].to_list() == [Decimal("600.00"), Decimal(400)]
    papas = next(each for each in goals.contributions.find() if each.note == "奖金")
    assert papas.by == papa.person and papas.owner == mama.person


def test_reminders_come_as_early_as_wished(family: Family) -> None:
    """Each date says itself how long before; leap months and the 29th of February have their rule."""
    day = today() + timedelta(days=20)
    family.occasions.add(title="远行", month=day.month, day=min(day.day, 28), remind=40)
    soon = today() + timedelta(days=3)
    family.occasions.add(title="聚会", month=soon.month, day=min(soon.day, 28))
    names = family.reminders(before=1)["what"].to_list()
    assert "远行" in names and "聚会" not in names
    with pytest.raises(Invalid, match="leap months"):
        family.occasions.add(title="x", month=6, day=1, leap=True)
    with pytest.raises(Invalid, match="no day 30"):
        family.occasions.add(title="x", month=2, day=30)


def test_the_dead_are_remembered_and_not_congratulated(family: Family) -> None:
    """A day of death comes every year, a birthday no more."""
    family.members.update(family.who("老王"), born="1960-03-01", died="2020-04-01")
    found = family.ahead(366, today=date(2026, 1, 1))
    assert "In memory of 老王" in found["what"].to_list()
    assert "老王's birthday" not in found["what"].to_list()


def test_the_past_has_its_own_circle(family: Family) -> None:
    """Time travel shows the family as it was."""
    moment = datetime.now(zone())
    earlier = Family(family.session.as_of(moment))
    family.add(name="后来的")
    assert len(earlier.circle().people) == 5 and len(family.circle().people) == 6
    added = family.add_many([{"name": "甲"}, {"name": "乙"}])
    assert all(each.reference for each in family.members)
    History(family.session).undo_batch(added.batch)
    assert len(family.circle().people) == 6
    with pytest.raises(Conflict):
        family.add(name="我")
        family.kinship("我", "妈妈")
