"""The quick verdict on columns, held to the Record's own verdict on rows, whatever comes."""

from datetime import UTC, datetime

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from pgc_lib.core.zone import set_zone
from tests.support.hostile import FITTING, NAIVE, ZONES, columns
from tests.support.records import Thing
from tests.support.verdict import agree

SPEC = Thing.spec
FAST = settings(max_examples=250, deadline=None, derandomize=True)
MANY = settings(max_examples=60, deadline=None, derandomize=True)


@FAST
@given(st.data(), st.sampled_from([name for name in SPEC.fields if name != "title"]))
def test_a_column_of_any_type_gets_the_records_verdict(data: st.DataObject, name: str) -> None:
    """Whatever type a column has, the same rows are refused and the same values kept as one by one."""
    column = data.draw(columns(name, data.draw(st.integers(0, 8))))
    frame = pl.DataFrame([pl.Series("title", ["t"] * column.len(), dtype=pl.String), column])
    agree(frame)


@FAST
@given(st.data(), st.sampled_from([n for n, f in SPEC.fields.items() if f.type.name in FITTING]))
def test_texts_as_a_csv_has_them_get_the_records_verdict(data: st.DataObject, name: str) -> None:
    """Values spelled as text, the way every CSV file brings them, are read as the Record reads them."""
    spelled = FITTING[SPEC.fields[name].type.name] | st.none()
    column = pl.Series(name, data.draw(st.lists(spelled, min_size=1, max_size=12)), dtype=pl.String)
    frame = pl.DataFrame([column])
    if name != "title":
        frame = frame.with_columns(pl.lit("t").alias("title"))
    agree(frame)


@MANY
@given(st.data())
def test_many_wrong_columns_at_once_are_judged_row_by_row(data: st.DataObject) -> None:
    """One bad value never spoils another row, and rows keep their order whichever way they were judged."""
    height = data.draw(st.integers(1, 12))
    names = data.draw(st.lists(st.sampled_from(list(SPEC.fields)), unique=True, min_size=3))
    frame = pl.DataFrame([data.draw(columns(name, height)) for name in names])
    if "title" not in names:
        frame = frame.with_columns(pl.Series("title", [f"t{n}" for n in range(height)]))
    agree(frame)


@MANY
@given(st.sampled_from(ZONES), st.lists(NAIVE, min_size=1, max_size=8))
def test_times_without_a_zone_are_meant_in_the_persons(name: str, moments: list[datetime]) -> None:
    """Also in the hour that a summer time skips or repeats, and long ago when clocks were odd."""
    set_zone(name)
    frame = pl.DataFrame(
        {"title": ["t"] * len(moments), "at": pl.Series(moments, dtype=pl.Datetime("us"))}
    )
    agree(frame)
    agree(frame.with_columns(pl.col("at").dt.to_string("%Y-%m-%dT%H:%M:%S%.6f")))


def test_the_summer_times_of_new_york() -> None:
    """The skipped half hour and the repeated one, said exactly."""
    set_zone("America/New_York")
    checked = agree(
        pl.DataFrame(
            {"title": ["skipped", "twice"], "at": ["2026-03-08 02:30", "2026-11-01 01:30"]}
        )
    )
    assert checked.frame["at"].to_list() == [
        datetime(2026, 3, 8, 7, 30, tzinfo=UTC),
        datetime(2026, 11, 1, 5, 30, tzinfo=UTC),
    ]
