"""Conditions: what is written is the tree that the stores get, and what cannot be meant is told at once."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from pgc_lib.errors import PgcError
from pgc_lib.i18n import in_lang
from pgc_lib.stores.filters import (
    All,
    Any_,
    Column,
    Compare,
    Condition,
    Contains,
    Has,
    IsNull,
    Not,
    OneOf,
    StartsWith,
    col,
    fields_of,
    where,
)

DAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("keywords", "tree"),
    [
        ({"a": 1}, Compare("a", "eq", 1)),
        ({"a": None}, IsNull("a")),
        ({"a__eq": None}, IsNull("a")),
        ({"a__ne": 1}, Compare("a", "ne", 1)),
        ({"a__ne": None}, Not(IsNull("a"))),
        ({"a__lt": DAY}, Compare("a", "lt", DAY)),
        ({"a__le": DAY}, Compare("a", "le", DAY)),
        ({"a__gt": DAY}, Compare("a", "gt", DAY)),
        ({"a__ge": DAY}, Compare("a", "ge", DAY)),
        ({"a__in": [1, 2]}, OneOf("a", (1, 2))),
        ({"a__in": iter("xy")}, OneOf("a", ("x", "y"))),
        ({"a__in": ()}, OneOf("a", ())),
        ({"a__in": [1, None]}, Any_((OneOf("a", (1,)), IsNull("a")))),
        ({"a__contains": "x"}, Contains("a", "x")),
        ({"a__starts": "x"}, StartsWith("a", "x")),
        ({"a__has": "x"}, Has("a", "x")),
        ({"a__null": True}, IsNull("a")),
        ({"a__null": False}, Not(IsNull("a"))),
        ({}, All()),
        ({"a": 1, "b__ge": 2}, All((Compare("a", "eq", 1), Compare("b", "ge", 2)))),
    ],
)
def test_keywords(keywords: dict[str, Any], tree: Condition) -> None:
    """Each ending has its meaning, and several keywords must all hold."""
    assert where(**keywords) == tree


@pytest.mark.parametrize(
    ("written", "tree"),
    [
        (col("a") == 1, Compare("a", "eq", 1)),
        (col("a") != 1, Compare("a", "ne", 1)),
        (col("a") == None, IsNull("a")),  # noqa: E711  as a person writes it
        (col("a") != None, Not(IsNull("a"))),  # noqa: E711
        (col("a") < 1, Compare("a", "lt", 1)),
        (1 < col("a"), Compare("a", "gt", 1)),  # noqa: SIM300
        (col("a").is_between(1, 2), All((Compare("a", "ge", 1), Compare("a", "le", 2)))),
        (col("a").is_null(), IsNull("a")),
        (col("a").is_not_null(), Not(IsNull("a"))),
        (col("a").has(None), Has("a", None)),
        (~(col("a") > 1), Not(Compare("a", "gt", 1))),
    ],
)
def test_expressions(written: Condition, tree: Condition) -> None:
    """As in polars."""
    assert written == tree


def test_parts_of_one_kind_are_one_level() -> None:
    """A long chain is a flat list, so that no store runs out of depth."""
    a, b, c = (Compare(name, "eq", 1) for name in "abc")
    assert a & b & c == All((a, b, c)) == a & (b & c)
    assert a | b | c == Any_((a, b, c)) == a | (b | c)
    assert (a & b) | c == Any_((All((a, b)), c))
    assert where(a, b=1) == All((a, b))
    assert where(a) is a
    chain: Condition = Any_()
    for n in range(5000):
        chain = chain | (col("a") == n) if n < 50 else chain
    assert isinstance(chain, Any_) and len(chain.parts) == 50


def test_the_fields_that_are_named() -> None:
    """A collection checks them before a store is asked."""
    tree = (col("a") == 1) & ~((col("b").is_null()) | col("c").has(1)) & col("a").contains("x")
    assert fields_of(tree) == {"a", "b", "c"}
    assert fields_of(All()) == fields_of(Any_()) == set()


@pytest.mark.parametrize(
    "slip",
    [
        lambda: bool(col("a") == 1),
        lambda: (col("a") == 1) and (col("b") == 2),
        lambda: not (col("a") == 1),  # noqa: SIM201 (the very mistake)
        lambda: 1 < col("a") < 3,
    ],
)
def test_python_words_are_refused(slip: Callable[[], object]) -> None:
    """`and`, `or`, `not` and chains would silently drop a part of the condition."""
    with pytest.raises(TypeError, match=r"& \| ~"):
        slip()


@pytest.mark.parametrize(
    ("slip", "message"),
    [
        (lambda: where(a__like="x"), "no filter ending “like”"),
        (lambda: where(a__b__ge=1), "no filter ending “b__ge”"),
        (lambda: where(a__in="food"), r"must be a list.*\n→.*\['food'\]"),
        (lambda: col("a").is_in(b"x"), "must be a list"),
        (lambda: where(a__lt=None), "more or less than nothing"),
        (lambda: col("a") >= None, "more or less than nothing"),
        (lambda: col("a").is_between(1, None), "more or less than nothing"),
        (lambda: col("a") == col("b"), "only be compared with a value"),
        (lambda: col("a") < (col("b") == 1), "only be compared with a value"),
        (lambda: where(a__contains=5), "searched for text"),
        (lambda: col("a").starts_with(None), "searched for text"),  # type: ignore[arg-type]
    ],
)
def test_what_cannot_be_meant_is_told(slip: Callable[[], object], message: str) -> None:
    """With the field, the reason and the way out, in both languages."""
    with pytest.raises(PgcError, match=message) as caught:
        slip()
    assert caught.value.next_step
    with in_lang("zh-CN"), pytest.raises(PgcError) as chinese:
        slip()
    assert chinese.value.message != caught.value.message


def test_columns_are_no_keys() -> None:
    """Their == builds a condition, so a set or dict of them would be wrong."""
    with pytest.raises(TypeError):
        hash(Column("a"))
    assert hash(Compare("a", "eq", 1)) == hash(Compare("a", "eq", 1))
