"""Validation of many rows, held to the Record's own verdict; and frames read back exactly."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError, field_validator, model_validator

from pgc_lib.core.frames import Checked, check, check_frame, check_rows, from_arrow
from pgc_lib.core.problems import REASONS
from pgc_lib.core.record import Record, field
from pgc_lib.core.types import Moment, Money, set_zone
from tests.support.records import Thing

SPEC = Thing.spec
FAST = settings(max_examples=4000, deadline=None, derandomize=False)
MANY = settings(max_examples=1000, deadline=None, derandomize=False)

# ── the Record's own verdict ────────────────────────────────────────────────────────────────────────────


def by_record(frame: pl.DataFrame, record: type[Record] = Thing) -> dict[int, dict[str, Any]]:
    """The accepted rows as the Record itself judges them, by number."""
    accepted = {}
    fields = record.spec.fields
    for number, row in enumerate(frame.iter_rows(named=True), 1):
        given = {
            name: value
            for name, value in row.items()
            if value is not None or fields[name].optional or fields[name].required
        }
        try:
            made = record.model_validate(given)
        except ValidationError:
            continue
        accepted[number] = made.values()
    return accepted


def agree(frame: pl.DataFrame, record: type[Record] = Thing) -> Checked:
    """Hold the verdict on a frame to the Record's verdict on each row."""
    expected = by_record(frame, record)
    checked = check_frame(frame, record.spec)
    assert checked.refused == frame.height - len(expected)
    wanted = check_rows([record(**values) for values in expected.values()], record.spec)
    assert checked.frame.schema == wanted.frame.schema
    assert checked.frame.rows() == wanted.frame.rows()
    refused = {problem.row for problem in checked.problems}
    assert refused == set(range(1, frame.height + 1)) - set(expected)
    return checked


# ── values, ordinary and hostile ────────────────────────────────────────────────────────────────────────

TEXTS = st.sampled_from(
    [
        "",
        "a",
        "ABC",
        "abc",
        "ABCD",
        "good",
        "bad",
        "it's hard",
        "S",
        "it's",
        "张三丰",
        "𠮷野家",
        "👩‍👩‍👧",
        "a\0b",
    ]
    + [
        "x" * 20,
        "x" * 21,
        "汉" * 20,
        "汉" * 21,
        "𠮷" * 20,
        "e\u0301",
        "\u202e",
        "'; drop",
        "a\nb",
        " ABC",
    ]
) | st.text(max_size=6)
NUMERALS = st.sampled_from(
    [
        "0",
        "-5",
        "-6",
        "+7",
        " 8 ",
        "1_000",
        "9" * 18,
        "9" * 19,
        str(2**63 - 1),
        str(2**63),
        "-0",
        "1e3",
        "1E-4",
    ]
    + [
        "12.5",
        "12.50000",
        "12.34567",
        "0.00001",
        "99999999999999.9999",
        "99999999999999.99995",
        "１２",
        "½",
    ]
    + [
        "100000000000000",
        "-99999999999999.9999",
        "NaN",
        "nan",
        "inf",
        "-Infinity",
        "1e400",
        "1e-400",
        "0x10",
    ]
    + [
        "38,50",
        "1,000.00",
        "¥38.50",
        "",
        ".5",
        "5.",
        "--5",
        "1e5",
        "5.0",
        "1000.0001",
        "1.7976931348623157e308",
    ]
)
DAYS = st.sampled_from(
    [
        "2026-11-20",
        "2024-02-29",
        "2025-02-29",
        "0001-01-01",
        "0000-01-01",
        "9999-12-31",
        "10000-01-01",
    ]
    + [
        "2026-1-2",
        "2026/11/20",
        "20261120",
        "2026-11-20T00:00:00",
        "2026-11-20 08:00",
        " 2026-11-20 ",
        "2026",
    ]
    + [
        "2026-11-31",
        "today",
        "0",
        "1767225600",
        "-1",
        "2026-11-20Z",
        "11/20/2026",
        "二〇二六年",
        "",
    ]
)
TIMES = st.sampled_from(
    [
        "2026-11-20 08:30",
        "2026-11-20T08:30:15",
        "2026-11-20T08:30:15.123456Z",
        "2026-11-20T08:30:15+08:00",
    ]
    + [
        "2026-11-20T08:30-05:30",
        "2026-11-20 08:30:15.1",
        "2026-11-20 24:00",
        "2026-11-20 08:60",
        "0001-01-01T00:00",
    ]
    + [
        "9999-12-31T23:59:59.999999Z",
        "9999-12-31T23:59:59-08:00",
        "0001-01-01T00:00:00Z",
        "0000-01-01T00:00",
    ]
    + [
        "2026-03-08T02:30:00",
        "2026-11-01T01:30:00",
        "1986-05-04T02:30",
        "1900-01-01T00:00",
        "2099-07-01T12:00",
    ]
    + [
        "2026-11-20T08:30:15.1234567Z",
        "2026-11-20",
        "2026-11-20T08",
        "2026-11-20 08:30 +08:00",
        "1763600000",
        "",
    ]
    + [
        "2026-11-20t08:30:00z",
        "20261120T083000",
        "2026-11-20T08:30:15+24:00",
        "2026-11-20T08:30:60",
    ]
)
LINKS = st.sampled_from(
    [
        "01a1fd18-c1c7-7335-8b82-bf7221a25f4f",
        "01A1FD18C1C773358B82BF7221A25F4F",
        "01a1fd18-c1c7-7335-8b82-bf7221a25f4",
    ]
    + [
        "{01a1fd18-c1c7-7335-8b82-bf7221a25f4f}",
        "urn:uuid:01a1fd18-c1c7-7335-8b82-bf7221a25f4f",
        "",
        "x" * 32,
    ]
    + ["01a1fd18c1c7-73358b82-bf7221a25f4f", " 01a1fd18c1c773358b82bf7221a25f4f "]
)
TRUTHS = st.sampled_from(
    ["true", "False", "YES", "no", "1", "0", "on", "OFF", "t", "N", "maybe", "是", "", " yes "]
)
OBJECTS = st.sampled_from(
    [
        '{"a": 1.50}',
        "{}",
        "[1]",
        "null",
        "1",
        '{"a": "\\u0000"}',
        '{"a": NaN}',
        "{",
        '{"a.b": 1}',
        '{"a": 1e999}',
    ]
    + ['{"价": 12.50, "列": [true, null]}', '"text"', '{"a": {"b": [{"c": 1}]}}']
)
SPELLINGS = TEXTS | NUMERALS | DAYS | TIMES | LINKS | TRUTHS | OBJECTS
FLOATS = st.floats(width=64) | st.sampled_from(
    [
        0.1,
        1e15,
        1e16,
        12.5,
        12.34567,
        1e-5,
        -0.0,
        2.0**53,
        2.0**63,
        1e300,
        99999999999999.99,
        1000.0001,
    ]
)
WHOLES = (
    st.integers(-(2**63), 2**63 - 1)
    | st.integers(-10, 10)
    | st.sampled_from([10**14, 2026, 20261120])
)
DATES = st.dates() | st.sampled_from([date.min, date.max, date(2026, 11, 20)])
NAIVE = st.datetimes() | st.sampled_from(
    [
        datetime.min,
        datetime.max,
        datetime(2026, 11, 20),
        datetime(2026, 3, 8, 2, 30),
        datetime(2026, 11, 1, 1, 30),
    ]
)
ZONES = [
    "UTC",
    "Asia/Shanghai",
    "America/New_York",
    "Asia/Kolkata",
    "Pacific/Apia",
    "Africa/Monrovia",
]
TAG_LISTS = st.lists(TEXTS | st.none(), max_size=6)

DTYPES: list[tuple[Any, st.SearchStrategy[Any]]] = [
    (pl.String, SPELLINGS),
    (pl.Float64, FLOATS),
    (pl.Float32, st.floats(width=32)),
    (pl.Int64, WHOLES),
    (pl.UInt64, st.integers(0, 2**64 - 1)),
    (pl.Int8, st.integers(-128, 127)),
    (pl.Boolean, st.booleans()),
    (pl.Date, DATES),
    (pl.Datetime("us"), NAIVE),
    (
        pl.Datetime("ms"),
        NAIVE.map(lambda it: it.replace(microsecond=it.microsecond // 1000 * 1000)),
    ),
    (pl.Time, st.times()),
    (pl.Duration("us"), st.timedeltas(timedelta(-9), timedelta(9))),
    (pl.Decimal(18, 4), st.decimals(-(10**13), 10**13, places=4)),
    (pl.Decimal(38, 10), st.decimals(-(10**20), 10**20, places=10)),
    (pl.Decimal(38, 10), st.decimals(-1000, 1000, places=5)),
    (pl.Decimal(5, 0), st.decimals(-9999, 9999, places=0)),
    (pl.List(pl.String), TAG_LISTS),
    (pl.List(pl.Int64), st.lists(st.integers(0, 5), max_size=3)),
    (
        pl.Struct({"a": pl.Float64, "b": pl.String}),
        st.fixed_dictionaries({"a": FLOATS, "b": TEXTS}),
    ),
    (pl.Binary, st.binary(max_size=20)),
    (pl.Null, st.none()),
]


@st.composite
def columns(draw: st.DrawFn, name: str, height: int) -> pl.Series:
    """A column of any type for any field, with gaps."""
    dtype, values = draw(st.sampled_from(DTYPES))
    listed = draw(st.lists(values | st.none(), min_size=height, max_size=height))
    series = pl.Series(name, listed, dtype=dtype, strict=False)
    if dtype == pl.Datetime("us") and draw(st.booleans()):
        # Beyond these Python cannot say the time in every zone, and there is nothing to compare with.
        sayable = series.is_between(datetime(1, 1, 3), datetime(9999, 12, 29))
        series = series.zip_with(sayable.fill_null(False), pl.Series([None], dtype=dtype))
        return series.dt.replace_time_zone("UTC").dt.convert_time_zone(draw(st.sampled_from(ZONES)))
    return series


@FAST
@given(st.data(), st.sampled_from([name for name in SPEC.fields if name != "title"]))
def test_a_column_of_any_type_gets_the_records_verdict(data: st.DataObject, name: str) -> None:
    """Whatever type a column has, the same rows are refused and the same values kept as one by one."""
    column = data.draw(columns(name, data.draw(st.integers(0, 8))))
    frame = pl.DataFrame([pl.Series("title", ["t"] * column.len(), dtype=pl.String), column])
    agree(frame)


FITTING: dict[str, st.SearchStrategy[Any]] = {
    "text": TEXTS,
    "whole": NUMERALS,
    "number": NUMERALS | FLOATS.map(repr),
    "yes_no": TRUTHS,
    "date": DAYS,
    "moment": TIMES | NAIVE.map(str),
    "money": NUMERALS | FLOATS.map(repr),
    "link": LINKS,
    "object": OBJECTS,
}


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
