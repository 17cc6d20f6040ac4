"""Many records at once: all or nothing, recognised by their key, one line of history."""

from typing import Any

import polars as pl
import pytest

from pgc_lib.core.collection import Collection
from pgc_lib.core.ids import new_id
from pgc_lib.errors import Invalid
from tests.support.lab import House, Person
from tests.support.records import Samples, Thing


@pytest.fixture
def mine(samples: Samples, person: Person) -> Collection[Thing]:
    """The things of a new person, none yet."""
    return samples(person())


def test_a_batch_is_all_or_nothing(mine: Collection[Thing]) -> None:
    """One hostile row among good ones: nothing is kept, unless the good ones are asked for."""
    rows = [
        {"title": "good"},
        {"title": "a\0b"},
        {"title": "\ud800"},
        {"title": "t", "amount": "NaN"},
    ]
    rows += [
        {"title": "t", "day": "0000-01-01"},
        {"title": "t", "day": "10000-01-01"},
        {"title": "last"},
    ]
    rows += [
        {"title": "t", "note": "x" * 200_000_000},
        {"title": "t", "tags": ["x" * 999_999] * 200},
    ]
    with pytest.raises(Invalid) as error:
        mine.add_many(rows)
    assert {problem.row for problem in error.value.problems} == {2, 3, 4, 5, 6, 8, 9}
    assert mine.count() == 0
    added = mine.add_many(rows, keep_valid=True)
    assert (added.added, added.refused) == (2, 7)
    assert [thing.title for thing in mine.find()] == ["good", "last"]


def test_a_batch_that_the_database_refuses_leaves_nothing(mine: Collection[Thing]) -> None:
    """Validation passes, the key does not: no row, no history of the batch."""
    mine.add(title="first", code="a")
    with pytest.raises(Invalid) as error:
        mine.add_many(
            [{"title": "b", "code": "b"}, {"title": "again", "code": "a"}, {"title": "c"}]
        )
    assert [(p.place, p.value) for p in error.value.problems] == [("Code (code)", "a")]
    assert "on_conflict" in str(error.value) and mine.count() == 1
    with pytest.raises(Invalid, match="there is a record with this already"):
        mine.add(title="again", code="a")
    with pytest.raises(Invalid, match="there is a record with this already"):
        mine.update(mine.add(title="other", code="z"), code="a")


@pytest.mark.parametrize("as_frame", [False, True])
def test_what_exists_is_left_renewed_or_refused(mine: Collection[Thing], as_frame: bool) -> None:
    """By the key, also when it comes twice in the batch itself; rows without a key are all kept."""

    def rows(*pairs: tuple[str | None, str]) -> Any:
        listed = [{"code": code, "title": title} for code, title in pairs]
        return pl.DataFrame(listed) if as_frame else listed

    def titles() -> list[str]:
        return sorted(thing.title for thing in mine.find())

    batch = rows(("a", "a1"), ("b", "b1"), ("a", "a2"), (None, "n1"), (None, "n2"))
    with pytest.raises(Invalid) as error:
        mine.add_many(batch)
    assert {problem.value for problem in error.value.problems} == {"a"} and mine.count() == 0
    skipped = mine.add_many(batch, on_conflict="skip")
    assert (skipped.added, skipped.updated, skipped.skipped) == (4, 0, 1)
    assert titles() == ["a1", "b1", "n1", "n2"], "the first of the batch is kept"
    renewed = mine.add_many(
        rows(("a", "a3"), ("c", "c1"), ("a", "a4"), ("b", "b1")), on_conflict="update"
    )
    assert (renewed.added, renewed.updated, renewed.skipped) == (1, 1, 2)
    assert titles() == ["a4", "b1", "c1", "n1", "n2"], "the last of the batch is what there is now"
    assert [thing.version for thing in mine.find(code="b")] == [1], "the same again is no change"


def test_a_batch_may_come_in_several_calls(mine: Collection[Thing]) -> None:
    """An import in pieces is one batch, and each call counts only its own rows."""
    batch = new_id()
    first = mine.add_many([{"title": "a", "code": "a"}, {"title": "b"}], batch=batch)
    second = mine.add_many(
        [{"title": "c"}, {"title": "A", "code": "a"}], batch=batch, on_conflict="update"
    )
    assert (first.added, second.added, second.updated, second.skipped) == (2, 1, 1, 0)
    assert mine.count(batch=batch) == 3
    empty = mine.add_many([], batch=batch)
    assert (empty.added, empty.skipped) == (0, 0)


def test_a_batch_is_one_line_of_history(mine: Collection[Thing], house: House) -> None:
    """However many rows it has."""
    added = mine.add_many([{"title": str(n)} for n in range(5000)])
    lines = house.sql("select verb, rows, records from pgc.changes where batch = %s", added.batch)
    assert lines == [("insert", 5000, None)]
