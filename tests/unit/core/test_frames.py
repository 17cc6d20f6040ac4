"""Many rows at once: what is refused and why, where they may come from, and frames read back exactly."""
# ruff: noqa: DTZ901 - the ends of Python's calendar have no zone

from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from pydantic import field_validator, model_validator

from pgc_lib.core.frames import check, check_frame, check_rows, from_arrow
from pgc_lib.core.problems import REASONS
from pgc_lib.core.record import Record, field
from pgc_lib.core.types import Moment, Money
from tests.support.records import Thing
from tests.support.verdict import agree

SPEC = Thing.spec

# ── single things that a property would rarely hit ──────────────────────────────────────────────────────


def test_dates_in_year_0_and_10000_are_refused_with_their_row() -> None:
    """polars can hold days that neither Python nor a person has; the other rows stand."""
    days = pl.Series("day", [20000, -800_000, 2_932_897, None], dtype=pl.Int32).cast(pl.Date)
    moments = pl.Series("at", [0, 253_402_300_800_000_000, -62_200_000_000_000_000, 1]).cast(
        pl.Datetime("us", "UTC")
    )
    frame = pl.DataFrame([pl.Series("title", ["a", "b", "c", "d"]), days, moments])
    checked = check_frame(frame, SPEC)
    assert checked.frame["title"].to_list() == ["a", "d"]
    assert {(problem.row, problem.place) for problem in checked.problems} == {
        (2, "Day (day)"),
        (2, "At (at)"),
        (3, "Day (day)"),
        (3, "At (at)"),
    }
    assert str(next(p.value for p in checked.problems if p.place == "Day (day)")).startswith("-")


def test_a_null_in_a_field_with_a_default_takes_the_default() -> None:
    """A frame has no other way to leave a value out; a required field is still missed."""
    frame = pl.DataFrame(
        {"title": ["a", None], "note": [None, "n"], "tags": [None, ["x"]], "amount": [None, 1]}
    )
    checked = check_frame(frame, SPEC)
    assert checked.frame.select("title", "note", "amount", "mood").rows() == [
        ("a", "", Decimal(0), "good")
    ]
    assert checked.frame["tags"].to_list() == [[]]
    assert [(p.row, p.place, p.reason) for p in checked.problems] == [
        (2, "Title (title)", REASONS["missing"])
    ]
    assert check_rows([{"title": "a", "note": None}], SPEC).frame["note"].to_list() == [""]


def test_unknown_and_missing_columns_are_named_and_nothing_is_guessed() -> None:
    """A wrong column name refuses the frame as a whole, as every row would be."""
    checked = check_frame(pl.DataFrame({"titel": ["a"], "id": ["b"]}), SPEC)
    assert checked.frame.is_empty() and checked.refused == 1
    assert [(p.place, p.reason) for p in checked.problems] == [
        ("titel", REASONS["extra_forbidden"]),
        ("id", REASONS["system"]),
        ("Title (title)", REASONS["missing"]),
    ]


def test_every_reason_is_a_sentence_of_ours() -> None:
    """No hostile value makes pydantic's own words reach a person."""
    hostile = [
        object(),
        float("nan"),
        "\0",
        "\ud800",
        b"\xff",
        [],
        {},
        -1e400,
        2**70,
        "x" * 2_000_000,
        "nan",
    ]
    hostile += [
        Decimal("NaN"),
        Decimal("1e400"),
        Decimal("0.123456789"),
        datetime.max,
        [1],
        [None],
        {1: 2},
    ]
    hostile += [
        {"a": object()},
        {"a": float("inf")},
        {"a": "\ud800"},
        ["a\0"],
        ["x" * 600_000] * 2,
        (),
        {1},
        None,
    ]
    known = {reason.split("{")[0] for reason in REASONS.values()}
    for name, spec in SPEC.fields.items():
        for value in hostile:
            checked = check_rows([{"title": "t", name: value}], SPEC)
            for problem in checked.problems:
                assert problem.place.startswith(f"{spec.title} ({name})")
                assert any(problem.reason.startswith(start) for start in known), problem.reason


def test_a_text_of_200_mb_is_refused_and_the_others_stand() -> None:
    """One absurd row is named; it is neither stored nor does it take the batch with it."""
    frame = pl.DataFrame({"title": ["a", "b", "c"], "note": ["ok", "x" * 200_000_000, "ok"]})
    checked = check_frame(frame, SPEC)
    assert checked.frame["title"].to_list() == ["a", "c"]
    assert [(p.row, p.place) for p in checked.problems] == [(2, "Note (note)")]


def test_many_problems_are_counted_and_the_first_ones_told() -> None:
    """A file with the wrong date format does not describe a million rows to a person."""
    frame = pl.DataFrame({"title": ["t"] * 30_000, "day": ["2026/11/20"] * 30_000})
    checked = check_frame(frame, SPEC)
    assert checked.refused == 30_000 and len(checked.problems) == 1000
    assert [p.row for p in checked.problems[:3]] == [1, 2, 3]


class Strict(Record, kind="samples.strict"):
    """Rules beyond types and limits, which no column can know of."""

    start: date = field(title="Start")
    end: date | None = field(None, title="End")
    even: int = field(2, title="Even", multiple_of=2)

    @model_validator(mode="after")
    def _in_order(self) -> "Strict":
        if self.end is not None and self.end < self.start:
            raise ValueError("the end is before the start")
        return self


class Shouted(Record, kind="samples.shouted"):
    """A value that is changed on its way in."""

    word: str = field(title="Word", max_length=9)
    made: Moment = field(title="Made", default_factory=lambda: datetime(2026, 1, 1, tzinfo=UTC))

    @field_validator("word")
    @classmethod
    def _loud(cls, word: str) -> str:
        return word.upper()


def test_rules_that_a_class_adds_hold_for_frames_too() -> None:
    """A validator in the class is never skipped because the rows came as a frame."""
    frame = pl.DataFrame(
        {"start": ["2026-01-02", "2026-01-02"], "end": ["2026-01-03", "2026-01-01"]}
    )
    checked = agree(frame, Strict)
    assert [problem.row for problem in checked.problems] == [2]
    assert "the end is before the start" in checked.problems[0].reason
    assert agree(pl.DataFrame({"word": ["a", "b"]}), Shouted).frame["word"].to_list() == ["A", "B"]


class Tight(Record, kind="samples.tight"):
    """Limits that are not on the outside of the annotation."""

    even: int = field(2, title="Even", multiple_of=4)
    cents: Money = field(1, title="Cents", max_digits=4)
    exact: Decimal | None = field(None, title="Exact")


def test_limits_that_columns_do_not_know_are_left_to_the_record() -> None:
    """Multiples, other digit limits and amounts without a declared scale."""
    frame = pl.DataFrame(
        {"even": [4, 5, 8], "cents": ["1", "12345", "2"], "exact": ["1.5", "2.5", "0.00001"]}
    )
    checked = agree(frame, Tight)
    assert checked.refused == 2


# ── other origins ───────────────────────────────────────────────────────────────────────────────────────


def test_pandas_and_arrow_are_read_like_polars() -> None:
    """Missing values of every sort are nulls, and the labels of a filtered frame are no data."""
    table = pd.DataFrame(
        {
            "title": ["a", "b", "c"],
            "note": ["x", None, float("nan")],
            "count": [1.0, float("nan"), 3.0],
            "day": pd.to_datetime(["2026-11-20", None, "2026-11-22"]),
        }
    )
    checked = check(table[table["title"] != "b"], SPEC)
    assert checked.problems == []
    assert checked.frame.select("title", "note", "count", "day").rows() == [
        ("a", "x", 1, date(2026, 11, 20)),
        ("c", "", 3, date(2026, 11, 22)),
    ]
    arrow = pa.table({"title": ["a"], "amount": pa.array([Decimal("1.50")], pa.decimal128(10, 2))})
    assert check(arrow, SPEC).frame["amount"].to_list() == [Decimal("1.5")]
    assert check(pl.LazyFrame({"title": ["a"]}), SPEC).frame.height == 1


def test_rows_of_python_values_and_records_may_be_mixed() -> None:
    """What is no row at all is named with its number."""
    checked = check_rows([Thing(title="a"), {"title": "b"}, ("c",), "d", {"title": ""}, None], SPEC)
    assert checked.frame["title"].to_list() == ["a", "b"]
    assert [problem.row for problem in checked.problems] == [3, 4, 5, 6]


def test_categories_and_enumerations_are_texts() -> None:
    """polars and pandas make categories of repeated words by themselves."""
    frame = pl.DataFrame(
        {
            "title": pl.Series(["a", "a"], dtype=pl.Categorical),
            "mood": pl.Series(["bad", "good"], dtype=pl.Enum(["good", "bad"])),
            "tags": pl.Series([["x"], []], dtype=pl.List(pl.Categorical)),
        }
    )
    checked = check_frame(frame, SPEC)
    assert checked.problems == []
    assert checked.frame.select("title", "mood", "tags").rows() == [
        ("a", "bad", ["x"]),
        ("a", "good", []),
    ]


# ── back from the store ─────────────────────────────────────────────────────────────────────────────────


def test_scaled_amounts_and_bytes_become_exact_amounts_and_ids() -> None:
    """Arrow brings ten-thousandths, sixteen bytes and microseconds; nothing of them is rounded."""
    amounts = [999_999_999_999_999_999, -1, None, 0, -999_999_999_999_999_999]
    ids = [uuid4().bytes for _amount in amounts]
    table = pa.table(
        {
            "id": pa.array(ids, pa.binary()),
            "amount": pa.array(amounts, pa.int64()),
            "at": pa.array([0, 1, None, -1, 2], pa.timestamp("us", tz="America/New_York")),
        }
    )
    for part in (
        table,
        table.slice(1, 3),
        pa.concat_tables([table, table.slice(2)]),
        table.slice(0, 0),
    ):
        frame = from_arrow(part, SPEC, ["id", "amount", "at"])
        scaled = part["amount"].to_pylist()
        assert frame["amount"].to_list() == [
            None if n is None else Decimal(n).scaleb(-4) for n in scaled
        ]
        assert frame["amount"].dtype == pl.Decimal(18, 4)
        assert [UUID(text).bytes for text in frame["id"]] == part["id"].to_pylist()
        assert frame["at"].dtype == pl.Datetime("us", "UTC")


def test_zones_of_any_offset_arrive_as_the_same_moment() -> None:
    """Python's fixed offsets and named zones, in rows and in frames."""
    moment = datetime(2026, 7, 1, 12, tzinfo=timezone(timedelta(hours=5, minutes=45)))
    rows = [
        {"title": "a", "at": moment},
        {"title": "b", "at": moment.astimezone(ZoneInfo("America/New_York"))},
    ]
    assert check_rows(rows, SPEC).frame["at"].to_list() == [moment, moment]
    assert (
        check_frame(pl.DataFrame({"title": ["a"], "at": [moment]}), SPEC).frame["at"][0] == moment
    )
    midnight = check_frame(pl.DataFrame({"title": ["a"], "at": [date(2026, 7, 1)]}), SPEC).frame[
        "at"
    ][0]
    assert midnight == datetime.combine(date(2026, 7, 1), time(), ZoneInfo("Asia/Shanghai"))


@pytest.mark.parametrize("height", [0, 1, 3])
def test_an_empty_frame_has_every_column_in_its_type(height: int) -> None:
    """Nothing to write is no reason to fail later."""
    checked = check_frame(
        pl.DataFrame({"title": ["a"] * height}, schema={"title": pl.String}), SPEC
    )
    assert dict(checked.frame.schema) == {n: f.type.polars() for n, f in SPEC.fields.items()}
    assert checked.frame.height == height
