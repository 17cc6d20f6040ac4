"""Groups: made, named, filled, left and dissolved by those whose they are."""

from datetime import UTC, datetime, timedelta

import pytest

from pgc_lib.core.people import People
from pgc_lib.errors import Conflict, Denied, Invalid, NotFound
from tests.support.lab import Person


def test_a_group_has_its_maker_in_it(person: Person) -> None:
    """So that what the others share with it reaches whoever made it."""
    mama, papa = People(person("mama")), People(person("papa"))
    family = mama.groups.create("family")
    mama.groups.add(family, papa.me().name)
    papa.grant("family", "todos")
    assert [viewer.person.id for viewer in papa.who_sees("todos")] == [mama.me().id]
    assert [member.person.id for member in papa.groups.members("family")] == [
        mama.me().id,
        papa.me().id,
    ]
    assert all(member.active for member in mama.groups.members(family))


def test_names(person: Person) -> None:
    """One's own groups differ in name; others' may be called the same."""
    mama, papa = People(person("mama")), People(person("papa"))
    ours = mama.groups.create("  ours ", "family")
    assert ours.name == "ours" and len(mama.groups) == 1
    with pytest.raises(Conflict, match="already have a group"):
        mama.groups.create("ours")
    theirs = papa.groups.create("ours", "team")
    papa.groups.add(theirs, mama.me().name)
    assert mama.groups.get("ours") == ours, "one's own comes first"
    other = mama.groups.create("other")
    with pytest.raises(Conflict):
        mama.groups.rename(other, "ours")
    assert mama.groups.rename(other, "pupils of the year").id == other.id
    with pytest.raises(NotFound) as caught:
        mama.groups.get("pupils of this year")
    assert "pupils of the year" in caught.value.next_step
    with pytest.raises(NotFound, match=r"groups\.create"):
        mama.groups.get("@")


@pytest.mark.parametrize(
    ("name", "kind"), [("", "family"), ("a\tb", "family"), ("x" * 101, "team"), ("ok", "club")]
)
def test_what_cannot_be_a_group(person: Person, name: str, kind: str) -> None:
    """Refused before anything is made."""
    people = People(person())
    with pytest.raises(Invalid):
        people.groups.create(name, kind)
    assert list(people.groups) == []


def test_a_group_is_its_makers(person: Person) -> None:
    """A member sees it and may leave; everything else is refused with whom to ask."""
    mama, papa, child = (People(person(name)) for name in ("mama", "papa", "child"))
    family = mama.groups.create("family")
    mama.groups.add(family, papa.me().name)
    for attempt in (
        lambda: papa.groups.add(family, child.me().name),
        lambda: papa.groups.drop(family, mama.me().name),
        lambda: papa.groups.rename(family, "mine"),
        lambda: papa.groups.remove(family),
    ):
        with pytest.raises(Denied, match="belongs to someone else"):
            attempt()
    papa.groups.leave("family")
    assert list(papa.groups) == []
    assert len(mama.groups.members(family)) == 1


def test_a_membership_can_end_by_itself(person: Person) -> None:
    """And be prolonged; who was never in it cannot be put out."""
    coach, pupil = People(person("coach", role="coach")), People(person("pupil"))
    group = coach.groups.create("pupils", "pupils")
    soon = datetime.now(UTC) + timedelta(days=1)
    coach.groups.add(group, pupil.me(), until=soon)
    assert [member.until for member in coach.groups.members(group)] == [None, soon]
    coach.groups.add(group, pupil.me())
    assert [member.until for member in coach.groups.members(group)] == [None, None]
    coach.groups.drop(group, pupil.me().name)
    with pytest.raises(NotFound):
        coach.groups.drop(group, pupil.me().name)
    with pytest.raises(NotFound):
        coach.groups.add(group, "nobody of this name")
    coach.groups.remove(group)
    with pytest.raises(NotFound):
        coach.groups.rename(group, "gone")
