"""Kinds of one's own: defined in a notebook, typed, searchable, changed without losing anything."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import polars as pl
import pytest

from pgc_lib.areas.kinds import Kinds
from pgc_lib.core.types import TYPES
from pgc_lib.errors import Invalid, NotFound
from pgc_lib.i18n import in_lang
from pgc_lib.stores.filters import col
from tests.support.lab import Person, share

EVERY: dict[str, Any] = {
    "text": "红楼梦 👩‍👩‍👧",
    "whole": 2**60,
    "number": 0.1,
    "yes_no": True,
    "date": date(2026, 1, 1),
    "moment": datetime(2026, 1, 1, 8, 30, tzinfo=UTC),
    "money": Decimal("12.50"),
    "link": uuid4(),
    "texts": ["古典", "a"],
    "object": {"pages": 1, "price": Decimal("1.50")},
}


@pytest.fixture
def kinds(person: Person) -> Kinds:
    """The kinds of a new person."""
    return Kinds(person())


def test_a_kind_may_have_every_type(kinds: Kinds) -> None:
    """Needed or not, each value comes back as it was, one by one and as a frame."""
    assert set(EVERY) == {kind.name for kind in TYPES}
    fields = {f"a_{name}": name for name in EVERY} | {f"b_{name}": f"{name}?" for name in EVERY}
    every = kinds.define("every", fields=fields)
    full = {f"a_{name}": value for name, value in EVERY.items()}
    thing = every.add(**full)
    assert {name: getattr(thing, name) for name in full} == full
    assert every.get(thing.id) == thing and thing.b_text is None
    frame = every.frame()
    assert [frame.schema[f"a_{kind.name}"] for kind in TYPES] == [kind.polars() for kind in TYPES]
    assert every.add_many(frame.drop("id")).added == 1
    both = every.find()
    assert both[0].values() == both[1].values()
    with pytest.raises(Invalid) as error:
        every.add(**{**full, "a_money": "NaN", "b_date": "0000-01-01"})
    assert len(error.value.problems) == 2


def test_a_definition_reads_in_words(kinds: Kinds) -> None:
    """Nobody is shown JSON, in either language."""
    asked: dict[str, Any] = {
        "title": "text",
        "read_on": {"type": "date?", "title": "读完"},
        "pages": {"type": "whole", "default": 1},
    }
    kinds.define("read", fields=asked)
    definition = kinds.definitions.find(name="read")[0]
    with in_lang("en"):
        told = (
            "title: a text; 读完 (read_on): a day (may be missing); pages: a whole number (else 1)"
        )
        assert definition._shown_()["Fields"] == told
    with in_lang("zh-CN"):
        assert "read_on）：日期（可以不填）" in definition._shown_()["字段"]
        assert "{" not in definition._repr_html_()


def test_names_may_be_chinese(kinds: Kinds) -> None:
    """Whoever keeps books in Chinese names their fields in Chinese."""
    book = kinds.define("book", title="书", fields={"书名": "text", "价格": "money?"})
    book.add(书名="红楼梦", 价格="12.50")
    assert book.find(书名__contains="红楼")[0].values() == {
        "书名": "红楼梦",
        "价格": Decimal("12.5"),
    }
    assert book.frame().columns == ["id", "书名", "价格"]


def test_a_kind_is_there_for_the_next_session(kinds: Kinds) -> None:
    """Under its name, in completion, and in the list."""
    kinds.define("book", fields={"title": "text"})
    kinds.book.add(title="红楼梦")
    again = Kinds(kinds.session)
    assert again.names() == ["book"] and "book" in dir(again)
    assert [book.title for book in again.book.find()] == ["红楼梦"]
    with pytest.raises(NotFound, match="define"):
        again.collection("film")
    with pytest.raises(AttributeError, match="film"):
        _ = again.film


def test_a_new_form_keeps_what_is_there(kinds: Kinds) -> None:
    """Fields may come, go and change their type; old things stay readable, filterable and correctable."""
    book = kinds.define("book", fields={"title": "text", "pages": "text?", "gone": "text?"})
    old = book.add(title="红楼梦", pages="many", gone="g")
    fits = book.add(title="西游记", pages="12")
    form = {
        "title": "text",
        "pages": "whole?",
        "year": "whole",
        "shelf": {"type": "text", "default": "A"},
    }
    book = kinds.define("book", fields=form)
    assert kinds.names() == ["book"]
    first, second = book.get(old.id), book.get(fits.id)
    assert (first.title, first.pages, first.year, first.shelf) == ("红楼梦", None, None, "A")
    assert second.pages == 12
    assert book.frame(order="title")["pages"].to_list() == [None, 12] or book.frame().height == 2
    with pytest.raises(Invalid) as error:
        book.update(first, title="x")
    assert [problem.place for problem in error.value.problems] == ["year (year)"]
    assert book.update(first, year=1791).year == 1791
    back = kinds.define("book", fields={"title": "text", "pages": "text?", "gone": "text?"})
    assert back.get(old.id).values() == {"title": "红楼梦", "pages": "many", "gone": "g"}


def test_a_definition_that_cannot_be_names_every_mistake(kinds: Kinds) -> None:
    """And the types there are."""
    fields: dict[str, Any] = {
        "ok": "text",
        "limit": "text",
        "class": "text",
        "_x": "text",
        "values": "text",
    }
    fields |= {
        "a b": "text",
        "id": "text",
        "x" * 41: "text",
        "ﬁ": "text",
        "what": "colour",
        "two": "text??",
    }
    fields |= {
        "kind": {"type": "text", "sensitive": True},
        "none": {},
        "price": {"type": "money", "default": "much"},
    }
    with pytest.raises(Invalid) as error:
        kinds.define("Book", fields=fields)
    places = [problem.place for problem in error.value.problems]
    wrong = [
        "name",
        "limit",
        "class",
        "_x",
        "values",
        "a b",
        "id",
        "x" * 41,
        "ﬁ",
        "what",
        "two",
        "kind.sensitive",
        "none",
    ]
    assert places == [*wrong, "price (price)"]
    assert "yes_no" in error.value.next_step
    for name in ("add", "define", "definitions", "session", "9a", "", "书"):
        with pytest.raises(Invalid):
            kinds.define(name, fields={"title": "text"})
    with pytest.raises(Invalid):
        kinds.define("book", fields={})
    assert kinds.names() == []


def test_defaults_hold(kinds: Kinds) -> None:
    """One at a time and in bulk."""
    book = kinds.define(
        "book",
        fields={"title": "text", "price": {"type": "money", "default": "9.90", "title": "价格"}},
    )
    assert book.add(title="a").values() == {"title": "a", "price": Decimal("9.90")}
    book.add_many(pl.DataFrame({"title": ["b"]}))
    assert [thing.price for thing in book.find()] == [Decimal("9.9")] * 2
    assert book.spec.fields["price"].title == "价格"


def test_each_person_has_kinds_of_their_own(person: Person) -> None:
    """The same name means something else for another; what is shared is seen in one's own form."""
    mama, papa = Kinds(person("mama")), Kinds(person("papa"))
    mama.define("book", fields={"title": "text", "rating": "whole?"}).add(title="hers", rating=5)
    with pytest.raises(NotFound):
        papa.collection("book")
    share(mama.session, papa.session, "kinds", "see")
    assert [book.values() for book in papa.book.find()] == [{"title": "hers", "rating": 5}]
    papa.define("book", fields={"title": "text"}).add(title="his")
    assert sorted(book.title for book in papa.book.find()) == ["hers", "his"]
    assert papa.names() == ["book"] and mama.book.count() == 1
    assert mama.collection("book").spec.fields.keys() == {"title", "rating"}


def test_things_of_a_kind_have_versions_and_filters(kinds: Kinds) -> None:
    """Like every other record."""
    book = kinds.define("book", fields={"title": "text", "read_on": "date?", "tags": "texts"})
    first = book.add(title="a", read_on="2026-01-01", tags=["x"])
    book.add(title="b", tags=[])
    assert book.update(first, tags=["x", "y"]).version == 2
    assert [it.title for it in book.find(col("tags").has("y"))] == ["a"]
    assert [it.title for it in book.find(read_on__null=True)] == ["b"]
    assert book.count(read_on__ge="2026-01-01") == 1
    with pytest.raises(Invalid):
        book.find(pages=1)
