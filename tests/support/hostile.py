"""Values as people, files and programs bring them: ordinary, unusual and hostile."""
# ruff: noqa: DTZ001, DTZ901 - times without a zone are among what people bring

from datetime import date, datetime, timedelta
from typing import Any

import polars as pl
from hypothesis import strategies as st


def spellings(*lines: str, also: tuple[str, ...] = ()) -> st.SearchStrategy[str]:
    """The texts between the bars."""
    return st.sampled_from([*(text for line in lines for text in line.split("|")), *also])


TEXTS = spellings(
    "|a|ABC|abc|ABCD|good|bad|it's hard|S|it's|张三丰|𠮷野家|👩‍👩‍👧|'; drop| ABC",
    also=("a\0b", "a\nb", "e\u0301", "\u202e", *(c * n for c in "x汉𠮷" for n in (20, 21))),
) | st.text(max_size=6)
NUMERALS = spellings(
    "0|-5|-6|+7| 8 |1_000|-0|1e3|1E-4|12.5|12.50000|12.34567|0.00001|１２|½|NaN|nan|inf|-Infinity|0x10",
    "99999999999999.9999|99999999999999.99995|100000000000000|-99999999999999.9999|1e400|1e-400|1e5",
    "38,50|1,000.00|¥38.50||.5|5.|--5|5.0|1000.0001|1.7976931348623157e308|999999999999999999",
    also=("9" * 19, str(2**63 - 1), str(2**63)),
)
DAYS = spellings(
    "2026-11-20|2024-02-29|2025-02-29|0001-01-01|0000-01-01|9999-12-31|10000-01-01|2026-1-2|2026/11/20",
    "20261120|2026-11-20T00:00:00|2026-11-20 08:00| 2026-11-20 |2026|2026-11-31|today|0|1767225600|-1",
    "2026-11-20Z|11/20/2026|二〇二六年||２０２６-11-20",
)
TIMES = spellings(
    "2026-11-20 08:30|2026-11-20T08:30:15|2026-11-20T08:30:15.123456Z|2026-11-20T08:30:15+08:00",
    "2026-11-20T08:30-05:30|2026-11-20 08:30:15.1|2026-11-20 24:00|2026-11-20 08:60|0001-01-01T00:00",
    "9999-12-31T23:59:59.999999Z|9999-12-31T23:59:59-08:00|0001-01-01T00:00:00Z|0000-01-01T00:00",
    "2026-03-08T02:30:00|2026-11-01T01:30:00|1986-05-04T02:30|1900-01-01T00:00|2099-07-01T12:00",
    "2026-11-20T08:30:15.1234567Z|2026-11-20|2026-11-20T08|2026-11-20 08:30 +08:00|1763600000|",
    "2026-11-20t08:30:00z|20261120T083000|2026-11-20T08:30:15+24:00|2026-11-20T08:30:60",
)
LINKS = spellings(
    "01a1fd18-c1c7-7335-8b82-bf7221a25f4f|01A1FD18C1C773358B82BF7221A25F4F||urn:uuid:",
    "01a1fd18-c1c7-7335-8b82-bf7221a25f4|{01a1fd18-c1c7-7335-8b82-bf7221a25f4f}|xxxxxxxxxxxxxxxxxx",
    "urn:uuid:01a1fd18-c1c7-7335-8b82-bf7221a25f4f|01a1fd18c1c7-73358b82-bf7221a25f4f",
    " 01a1fd18c1c773358b82bf7221a25f4f |01a1fd18-c1c7-7335-8b82bf7221a25f4f",
)
TRUTHS = spellings("true|False|YES|no|1|0|on|OFF|t|N|maybe|是|| yes |2|TRUE")
OBJECTS = spellings(
    '{"a": 1.50}|{}|[1]|null|1|{"a": "\\u0000"}|{"a": NaN}|{|{"a.b": 1}|{"a": 1e999}|"text"|',
    '{"价": 12.50, "列": [true, null]}|{"a": {"b": [{"c": 1}]}}',
)
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
"""For each type, texts that more or less spell its values."""

_ANY_TEXT = TEXTS | NUMERALS | DAYS | TIMES | LINKS | TRUTHS | OBJECTS
_MILLISECONDS = NAIVE.map(lambda it: it.replace(microsecond=it.microsecond // 1000 * 1000))
_DTYPES: list[tuple[Any, st.SearchStrategy[Any]]] = [
    (pl.String, _ANY_TEXT),
    (pl.Float64, FLOATS),
    (pl.Float32, st.floats(width=32)),
    (pl.Int64, WHOLES),
    (pl.UInt64, st.integers(0, 2**64 - 1)),
    (pl.Int8, st.integers(-128, 127)),
    (pl.Boolean, st.booleans()),
    (pl.Date, DATES),
    (pl.Datetime("us"), NAIVE),
    (pl.Datetime("ms"), _MILLISECONDS),
    (pl.Time, st.times()),
    (pl.Duration("us"), st.timedeltas(timedelta(-9), timedelta(9))),
    (pl.Decimal(18, 4), st.decimals(-(10**13), 10**13, places=4)),
    (pl.Decimal(38, 10), st.decimals(-(10**20), 10**20, places=10)),
    (pl.Decimal(38, 10), st.decimals(-1000, 1000, places=5)),
    (pl.Decimal(5, 0), st.decimals(-9999, 9999, places=0)),
    (pl.List(pl.String), st.lists(TEXTS | st.none(), max_size=6)),
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
    """A column of any type, with gaps."""
    dtype, values = draw(st.sampled_from(_DTYPES))
    listed = draw(st.lists(values | st.none(), min_size=height, max_size=height))
    series = pl.Series(name, listed, dtype=dtype, strict=False)
    if dtype == pl.Datetime("us") and draw(st.booleans()):
        # Beyond these Python cannot say the time in every zone, and there is nothing to compare with.
        sayable = series.is_between(datetime(1, 1, 3), datetime(9999, 12, 29))
        series = series.zip_with(sayable.fill_null(False), pl.Series([None], dtype=dtype))
        return series.dt.replace_time_zone("UTC").dt.convert_time_zone(draw(st.sampled_from(ZONES)))
    return series
