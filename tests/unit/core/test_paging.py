"""Pages by key: nothing twice, nothing left out, whatever happens between two pages."""

import random
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pgc_lib.core.collection import Collection
from pgc_lib.core.paging import Key, read_cursor, write_cursor
from pgc_lib.errors import Invalid
from tests.support.lab import Person
from tests.support.records import Samples, Thing

ORDERS = [
    [],
    ["day"],
    ["-day"],
    ["note", "-amount"],
    ["-large", "day"],
    ["done", "-ratio"],
    ["at"],
    ["-created_at"],
]


@pytest.fixture(scope="module")
def many(samples: Samples, person: Person) -> Collection[Thing]:
    """Samples with ties and gaps in everything they can be sorted by."""
    mine, chance = samples(person()), random.Random(7)
    rows = [
        {
            "title": str(n),
            "day": chance.choice([None, "2026-01-01", "2026-01-02"]),
            "note": chance.choice(["", "a", "汉", "Z"]),
            "amount": chance.choice(["1", "1.0001", "-2"]),
            "large": chance.choice([None, 2**60, -1, 0]),
            "done": chance.choice([True, False]),
            "ratio": chance.choice([None, 0.1, -1e300]),
            "at": chance.choice([None, "2026-01-01T00:00:00.000001Z", "2026-01-01T08:00:00+08:00"]),
        }
        for n in range(53)
    ]
    mine.add_many(rows)
    return mine


def walked(collection: Collection[Thing], order: list[str], limit: int) -> list[str]:
    """All titles, page by page."""
    titles: list[str] = []
    after = None
    while True:
        page = collection.page(order=order, limit=limit, after=after)
        assert len(page.records) <= limit
        titles += [thing.title for thing in page.records]
        after = page.next
        if after is None:
            return titles


@pytest.mark.parametrize("order", ORDERS, ids=",".join)
@pytest.mark.parametrize("limit", [1, 7, 52, 53, 54])
def test_pages_put_together_are_the_whole_list(
    many: Collection[Thing], order: list[str], limit: int
) -> None:
    """With ties, with missing values, in either direction; missing values come last."""
    whole = [thing.title for thing in many.find(order=order)]
    assert walked(many, order, limit) == whole and len(set(whole)) == 53
    if order:
        name = order[0].removeprefix("-")
        values = [getattr(thing, name) for thing in many.find(order=order)]
        known = [value for value in values if value is not None]
        assert values == [
            *sorted(known, reverse=order[0].startswith("-")),
            *[None] * (len(values) - len(known)),
        ]
        assert many.frame(order=[*order, "id"])["title"].to_list() == whole


def test_iterating_fetches_everything_once(many: Collection[Thing]) -> None:
    """Also without thinking of pages."""
    assert sorted(int(thing.title) for thing in many) == list(range(53))


@pytest.mark.parametrize("order", [["day"], ["-day", "note"], []], ids=",".join)
def test_rows_that_come_and_go_between_pages_shift_nothing(
    samples: Samples, person: Person, order: list[str]
) -> None:
    """What was there all the time is seen exactly once."""
    mine, chance = samples(person()), random.Random(3)
    days = [None, "2026-01-01", "2026-01-02", "2026-01-03"]
    mine.add_many([{"title": f"stays{n}", "day": chance.choice(days)} for n in range(30)])
    seen: list[str] = []
    after = None
    for turn in range(100):
        page = mine.page(order=order, limit=4, after=after)
        seen += [thing.title for thing in page.records if thing.title.startswith("stays")]
        mine.add(title=f"new{turn}", day=chance.choice(days))
        for gone in mine.find(col_title_new(), limit=1):
            mine.remove(gone.id)
        # The row on which the cursor stands may go too.
        mine.add_many([{"title": f"x{turn}", "day": day} for day in days])
        after = page.next
        if after is None or turn > 60:
            break
    assert sorted(seen) == sorted(f"stays{n}" for n in range(30))


def col_title_new() -> Any:
    """Those that were added on the way."""
    from pgc_lib.stores.filters import col

    return col("title").starts_with("new") | col("title").starts_with("x")


def test_the_row_under_the_cursor_may_disappear(samples: Samples, person: Person) -> None:
    """The cursor is a place, not a row."""
    mine = samples(person())
    mine.add_many([{"title": str(n), "day": "2026-01-01"} for n in range(6)])
    page = mine.page(order="title", limit=3)
    mine.remove(page.records[-1])
    assert [
        thing.title for thing in mine.page(order="title", limit=9, after=page.next).records
    ] == ["3", "4", "5"]


scalars = (
    st.none() | st.booleans() | st.integers() | st.text(st.characters(codec="utf-8")) | st.dates()
)
scalars |= (
    st.floats(allow_nan=False) | st.decimals(allow_nan=False, allow_infinity=False) | st.uuids()
)
scalars |= st.datetimes(timezones=st.just(UTC))


@settings(deadline=None, derandomize=True)
@given(st.lists(scalars, max_size=4))
def test_a_cursor_carries_its_values_exactly(values: list[Any]) -> None:
    """In the type they had, so that the next page compares the same."""
    order, last = [f"f{n}" for n in range(len(values))], uuid4()
    cursor = write_cursor("a.b", order, values, last)
    assert read_cursor("a.b", order, cursor) == (values, last)
    assert cursor.isascii() and not set(cursor) & set("+/=&?# ")


@pytest.mark.parametrize(
    "cursor",
    ["", "x", "…", "e30", "W10", write_cursor("a.b", ["day"], [date(2026, 1, 1)], uuid4())[:-9]],
    ids=["empty", "x", "Chinese", "object", "list", "cut"],
)
def test_a_cursor_of_something_else_is_refused(cursor: str) -> None:
    """Cut off, made up, or of a list with another kind or order."""
    whole = write_cursor("a.b", ["day"], [date(2026, 1, 1)], uuid4())
    for kind, order, text in (
        ("a.b", ["day"], cursor),
        ("a.c", ["day"], whole),
        ("a.b", ["-day"], whole),
    ):
        with pytest.raises(Invalid, match="first page"):
            read_cursor(kind, order, text)


def test_an_order_is_read() -> None:
    """A minus turns it round."""
    assert (Key.read("day"), Key.read("-day")) == (Key("day", False), Key("day", True))


def test_the_values_of_a_cursor_are_typed(many: Collection[Thing]) -> None:
    """A forged cursor is an invalid one, not an error of the database."""
    for value in ("x", 5, True, Decimal(5), datetime(2026, 1, 1, 8, tzinfo=UTC)):
        forged = write_cursor("samples.things", ["day"], [value], uuid4())
        with pytest.raises(Invalid):
            many.page(order="day", after=forged)
