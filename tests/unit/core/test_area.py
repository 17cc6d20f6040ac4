"""Areas: a few collections and a way to the one that matters most."""

import pytest

from pgc_lib.core.area import Area, Kept
from pgc_lib.core.collection import Collection
from tests.support.lab import Person
from tests.support.records import Paper, Samples, Secret, Thing


class Lot(Area, name="samples", main="things"):
    """Samples."""

    things: Kept[Thing] = Kept(Thing)
    secrets: Kept[Secret] = Kept(Secret)


class More(Lot, name="samples", main="papers"):
    """An extension by another package."""

    papers: Kept[Paper] = Kept(Paper)


class Bare(Area, name="bare"):
    """An area that is mostly about nothing."""

    things: Kept[Thing] = Kept(Thing)


def test_an_area_knows_its_records_and_those_of_what_it_extends() -> None:
    """Migrations, search and export walk over them."""
    assert Lot.records() == [Thing, Secret]
    assert More.records() == [Thing, Secret, Paper]
    assert isinstance(Lot.things, Kept)


def test_a_collection_is_made_once_for_each_area(samples: Samples, person: Person) -> None:
    """And never shared between persons."""
    session = person()
    area, other = Lot(session), Lot(person())
    assert area.things is area.things and area.things is not other.things
    assert isinstance(area.things, Collection) and area.things.session is session
    assert [each.spec.name for each in area.collections()] == ["things", "secrets"]
    assert repr(area) == "<samples: things, secrets>"


def test_the_verbs_of_an_area_are_those_of_its_main_collection(
    samples: Samples, person: Person
) -> None:
    """`lab.todos.add(…)` is `lab.todos.items.add(…)`, with the same help text."""
    area = Lot(person())
    thing = area.add(title="a")
    assert area.get(thing.id) == thing and area.find(title="a") == [thing] and area.count() == 1
    assert area.update(thing, note="n").note == "n"
    assert area.page(limit=1).records[0].note == "n" and area.frame().height == 1
    assert area.add_many([{"title": "b"}]).added == 1
    assert area.remove(thing.id) and area.new(title="c").title == "c"
    assert Lot.find.__doc__ == Collection.find.__doc__


def test_an_area_without_a_main_collection_says_so(person: Person) -> None:
    """Naming the collections there are."""
    with pytest.raises(AttributeError, match=r"no main collection.*things"):
        Bare(person()).add(title="a")
