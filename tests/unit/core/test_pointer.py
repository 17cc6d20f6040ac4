"""Pointers name a record of any area, and open only what the person may see."""

from uuid import UUID

import pytest
from pydantic import TypeAdapter, ValidationError

from pgc_lib.core import places
from pgc_lib.core.ids import new_id
from pgc_lib.core.pointer import Pointer, as_pointer, point, pointed, resolve
from pgc_lib.core.problems import problems_of
from pgc_lib.core.record import Record, field
from pgc_lib.errors import Invalid, NotFound
from tests.support.lab import House, Person, share


class Pin(Record, kind="pointing.pins"):
    """Something that points at a record."""

    about: Pointer | None = field(None, title="About")


def test_one_form_of_writing() -> None:
    """Capital letters, no hyphens and spaces around it mean the same."""
    id = UUID("0199aaaa-bbbb-7ccc-8ddd-eeeeffff0000")
    for text in (f"skills.items/{id}", f" SKILLS.items/{id.hex.upper()} "):
        assert Pin(about=text).about == f"skills.items/{id}"
        assert pointed(text) == ("skills.items", id)
    assert Pin().about is None


@pytest.mark.parametrize(
    "text",
    ["", "skills.items", "skills/0199aaaa-bbbb-7ccc-8ddd-eeeeffff0000", "a.b/1", "a.b/../../etc/passwd",
     "技能.项/0199aaaa-bbbb-7ccc-8ddd-eeeeffff0000", "a.b/0199aaaa-bbbb-7ccc-8ddd-eeeeffff0000\nx",
     "a.b'; drop table pgc.persons; --/0199aaaa-bbbb-7ccc-8ddd-eeeeffff0000", "a" * 10_000],
)  # fmt: skip
def test_what_points_at_nothing_is_refused_with_a_reason(text: str) -> None:
    """In a field as a problem with its place, elsewhere as `Invalid`."""
    with pytest.raises(ValidationError) as refused:
        Pin(about=text)
    assert "area.kind" in problems_of(refused.value, Pin.spec)[0].reason
    with pytest.raises(Invalid, match="points at no record"):
        pointed(text)
    with pytest.raises(ValidationError):
        TypeAdapter(Pointer).validate_python(text)


def test_it_opens_what_the_person_may_see(house: House, person: Person) -> None:
    """Rows and documents; nothing of somebody else's before it is granted."""
    mama, papa = person("mama"), person("papa")
    lab = house.lab(mama)
    todo, member = lab.todos.add(title="写周报"), lab.family.add(name="小满", sex="female")
    lab.kinds.define("book", fields={"title": "text"})
    book = lab.kinds.book.add(title="红楼梦")
    for record in (todo, member, book):
        found = resolve(mama, point(record))
        assert found is not None and found.id == record.id and as_pointer(found) == point(record)
        assert resolve(papa, point(record)) is None
    share(mama, papa, "todos")
    assert getattr(resolve(papa, point(todo)), "title", None) == "写周报"
    assert resolve(papa, point(member)) is None
    assert resolve(mama, f"todos.items/{new_id()}") is None
    assert resolve(mama, f"nowhere.things/{new_id()}") is None


def test_every_kind_has_its_place(house: House, person: Person) -> None:
    """Of the product's areas, and a person's own."""
    session = person()
    house.lab(session).kinds.define("book", fields={"title": "text"})
    kinds = {each.spec.kind for each in places.collections(session)}
    assert {"todos.items", "finance.transactions", "family.members", "kinds.book"} <= kinds
    assert places.collection_of(session, "skills.items").spec.kind == "skills.items"
    with pytest.raises(NotFound):
        places.collection_of(session, "todos.nothing")
