"""Conditions in SQL, held to their plain meaning in Python, on real rows."""
# ruff: noqa: DTZ001 - times without a zone are meant in the person's

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from pgc_lib.core.collection import Collection
from pgc_lib.core.operands import fitted
from pgc_lib.core.tables import table_of
from pgc_lib.errors import Invalid
from pgc_lib.stores.filters import (
    All,
    Any_,
    Compare,
    Condition,
    Contains,
    Has,
    IsNull,
    Not,
    OneOf,
    StartsWith,
    col,
    where,
)
from pgc_lib.stores.filters_python import holds
from pgc_lib.stores.filters_sql import to_sql
from tests.support.lab import House, Person
from tests.support.records import Samples, Thing

LINKS = [UUID(int=n) for n in (1, 2, 2**127)]
POOLS: dict[str, list[Any]] = {
    "title": [
        "a",
        "A",
        "ab",
        "aB",
        "汉",
        "汉字",
        "ſ",
        "S",
        "ß",
        "K",
        "\u212a",
        "İ",
        "i",
        "%",
        "_",
        "a%b",
        "\\",
        "a\\b",
    ],
    "note": ["", "a", "ÀÉ", "àé", "👩", "/", "[a]", "^a", "a.b", "it's", ":x", "ΟΔΟΣ", "οδος"],
    "large": [None, 0, -1, 1, 2**63 - 1, -(2**63), 2**31],
    "ratio": [None, 0.0, -0.0, 0.1, 1e299, -5.5, 1.0],
    "done": [True, False],
    "day": [None, date(1, 1, 1), date(2026, 11, 20), date(9999, 12, 31)],
    "at": [None, datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, 0, 0, 0, 1, tzinfo=UTC)],
    "amount": [
        Decimal(0),
        Decimal("0.1"),
        Decimal("-0.0001"),
        Decimal("99999999999999.9999"),
        Decimal(1),
    ],
    "link": [None, *LINKS],
    "tags": [[], ["a"], ["a", "b"], ["A", "汉"], ["a", "a"], [""]],
}
COMPARABLE = [name for name in POOLS if name != "tags"]
NEARBY: dict[str, list[Any]] = {
    "large": [1.5, Decimal("0.5"), 2**63, -(2**70), 10**40, "7", 0.1],
    "ratio": [1, Decimal("0.1"), 10**400, "0.1", 2**53],
    "amount": [0.1, 1, "0.10", 0.00001, 10**30, Decimal("0.09999")],
    "day": ["2026-11-20", "2026-11-21"],
    "at": ["2026-01-01", "2026-01-01T00:00:00Z", datetime(2026, 1, 1, 8), date(2026, 1, 1)],
    "link": [str(LINKS[0]), UUID(int=9)],
    "title": ["b", "字", "k", "s", "ss"],
}


def operands(name: str) -> st.SearchStrategy[Any]:
    """Values that are there, and some that are not quite."""
    return st.sampled_from([*(v for v in POOLS[name] if v is not None), *NEARBY.get(name, [])])


@st.composite
def comparisons(draw: st.DrawFn) -> Condition:
    """One condition of any sort."""
    match draw(st.integers(0, 5)):
        case 0:
            return Has("tags", draw(st.sampled_from(["a", "A", "b", "汉", "", "c"])))
        case 1:
            return IsNull(draw(st.sampled_from([*POOLS])))
        case 2:
            name = draw(st.sampled_from(["title", "note"]))
            return Contains(name, draw(operands(name)))
        case 3:
            name = draw(st.sampled_from(["title", "note"]))
            return StartsWith(name, draw(operands(name)))
        case 4:
            name = draw(st.sampled_from(COMPARABLE))
            return OneOf(name, tuple(draw(st.lists(operands(name) | st.none(), max_size=3))))
    name = draw(st.sampled_from(COMPARABLE))
    return Compare(
        name, draw(st.sampled_from(["eq", "ne", "lt", "le", "gt", "ge"])), draw(operands(name))
    )


conditions = st.recursive(
    comparisons(),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda parts: All(tuple(parts)))
        | st.lists(inner, max_size=3).map(lambda parts: Any_(tuple(parts)))
        | inner.map(Not)
    ),
    max_leaves=6,
)


@pytest.fixture(scope="module")
def rows(samples: Samples, person: Person) -> Collection[Thing]:
    """Samples with every value there is, in turn."""
    mine = samples(person())
    listed = [{name: pool[n % len(pool)] for name, pool in POOLS.items()} for n in range(60)]
    mine.add_many(listed)
    return mine


@settings(
    max_examples=300,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(condition=conditions)
def test_sql_finds_exactly_what_the_condition_means(
    rows: Collection[Thing], condition: Condition
) -> None:
    """As records, as a frame and as a count; whatever is negated, missing or oddly typed."""
    meant = fitted(condition, Thing.spec)
    expected = sorted(
        thing.id.hex
        for thing in rows.find()
        if holds(meant, lambda name: getattr(thing, name))  # noqa: B023
    )
    assert sorted(thing.id.hex for thing in rows.find(condition)) == expected
    assert sorted(rows.frame(condition, columns=["id"])["id"]) == expected
    assert rows.count(condition) == len(expected)


def test_a_condition_and_its_negation_divide_everything(rows: Collection[Thing]) -> None:
    """Two-valued logic: nothing is lost in between, where SQL would say unknown."""
    for condition in (
        col("large") > 0,
        col("day") != date(2026, 11, 20),
        col("link").is_in(LINKS),
        col("ratio") <= 0,
    ):
        assert rows.count(condition) + rows.count(~condition) == rows.count()


def test_a_plain_comparison_uses_its_index(rows: Collection[Thing], house: House) -> None:
    """`is true` around a comparison would forbid it, so outside a negation there is none."""
    columns = table_of(Thing).c
    plain = str(select(columns.id).where(to_sql(where(day="2026-01-01", amount__gt=1), columns)))
    assert "IS" not in plain
    assert "IS NOT true" in str(to_sql(~(col("day") == "2026-01-01"), columns))


def test_an_unknown_field_names_the_known_ones() -> None:
    """Deep inside a condition too."""
    with pytest.raises(Invalid, match="title"):
        to_sql(~(col("nothing") == 1) | (col("title") == "a"), table_of(Thing).c)
