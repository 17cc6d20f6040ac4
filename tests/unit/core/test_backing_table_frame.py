"""A large table as a frame: the same as a small one, but what is empty is not sent."""

from itertools import pairwise
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from pgc_lib.core import backing_table_frame
from pgc_lib.core.collection import Collection
from tests.support.lab import Person
from tests.support.records import Samples, Thing


@pytest.fixture
def mine(samples: Samples, person: Person) -> Collection[Thing]:
    """The things of a new person, none yet."""
    return samples(person())


def _frame(mine: Collection[Thing], **wanted: Any) -> pl.DataFrame:
    """As it is read from a large table, which is as it is read from a small one."""
    plain = Collection(mine.session, Thing).frame(**wanted)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(backing_table_frame, "_LARGE", 0)
        patch.setattr(backing_table_frame, "_SAMPLE", 3)
        frame = Collection(mine.session, Thing).frame(**wanted)
    assert_frame_equal(frame, plain, check_row_order="order" in wanted)
    return frame


def test_what_is_empty_keeps_its_type(mine: Collection[Thing]) -> None:
    """Nobody sees that a column was not sent."""
    assert _frame(mine, order="title").is_empty()
    mine.add_many([{"title": str(n), "day": "2026-01-01"} for n in range(5)])
    everything = ["price", "id", "batch", "owner", "link", "created_at", *Thing.spec.fields]
    frame = _frame(mine, columns=list(dict.fromkeys(everything)), order="-id")
    assert frame["price"].null_count() == 5 and frame["day"].null_count() == 0
    assert all(later < earlier for earlier, later in pairwise(frame["id"]))
    assert _frame(mine, title="3").height == 1


def test_what_only_a_late_row_holds_is_there(mine: Collection[Thing]) -> None:
    """A sample says that a column is used, never that it is not."""
    mine.add_many([*({"title": str(n)} for n in range(20)), {"title": "late", "price": "4.2"}])
    assert str(_frame(mine)["price"].drop_nulls()[0]) == "4.2000"


def test_several_reads_see_one_moment(mine: Collection[Thing]) -> None:
    """A column found empty is empty in what is read next, whatever was written meanwhile."""
    query = "select count(*) from samples.things"

    def work(read: Any) -> Any:
        before = read(query)
        mine.add(title="meanwhile")
        assert read(query) == before
        return before

    assert mine.session.arrows.at_one_moment(work)[0][0].as_py() == 0
    assert mine.session.arrow(query)[0][0].as_py() == 1
