"""What can be said of a whole column at once: which of its values are certainly right, and what they are.

Validating a million rows one by one takes longer than writing them. Here each type has one expression that
vouches for the ordinary spellings of its values. It never refuses: what it does not vouch for is judged by
the Record itself, so the two cannot disagree about what is wrong, only be quick about what is right.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import polars as pl

from pgc_lib.core.spec import TEXT_LIMIT, FieldSpec
from pgc_lib.core.types import MONEY_SCALE
from pgc_lib.core.zone import zone

_WHOLE = r"^[+-]?\d{1,18}$"
_REAL = r"^[+-]?\d{1,17}(\.\d{1,17})?([eE][+-]?\d{1,2})?$"
_AMOUNT = r"^[+-]?\d{1,14}(\.\d{1,4})?$"
_DAY = r"^\d{4}-\d{2}-\d{2}$"
_LINK = r"(?i)^([0-9a-f]{32}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$"
_CLOCK = r"^\d{4}-\d{2}-\d{2}[ T]\d{2}:[0-5]\d(:[0-5]\d(\.\d{1,6})?)?"
_LOCAL_TIME, _ZONED_TIME = _CLOCK + "$", _CLOCK + r"(Z|[+-]\d{2}:\d{2})$"
_YES = ("true", "True", "TRUE", "1", "yes", "Yes", "on", "t", "y")
_NO = ("false", "False", "FALSE", "0", "no", "No", "off", "f", "n")
_DAYS = (pl.date(1, 1, 2), pl.date(9999, 12, 30))
_RULED_YEARS = (1930, 2035)
"""Years in which every tool has the same rules of the time zones."""


def vouch(given: pl.Series, field: FieldSpec) -> tuple[pl.Series, pl.Series]:
    """The column in the store's type, and where its rows are in doubt."""
    wanted = field.type.polars()
    if not field.plain or given.dtype == pl.Null:
        kept = _nothing(given, wanted)
    else:
        kept = _VOUCHERS[field.type.name](given, wanted).alias(given.name)
        wrong = _broken(field, kept)
        if wrong is not None:
            kept = _blank(kept, wrong)
    doubt = kept.is_null()
    if field.optional or not field.required:
        # A frame cannot leave a value out; its nulls in a field with a default mean just that.
        doubt &= given.is_not_null()
    return kept, doubt


def _blank(series: pl.Series, where: pl.Series) -> pl.Series:
    return series.to_frame().select(pl.when(~where).then(pl.col(series.name)))[series.name]


def _nothing(given: pl.Series, wanted: pl.DataType) -> pl.Series:
    return pl.Series(given.name, [None], dtype=wanted).new_from_index(0, given.len())


# ── types ───────────────────────────────────────────────────────────────────────────────────────────────


def _text(given: pl.Series, wanted: pl.DataType) -> pl.Series:
    if isinstance(given.dtype, pl.Categorical | pl.Enum):
        given = given.cast(pl.String)
    return given if given.dtype == pl.String else _nothing(given, wanted)


def _whole(given: pl.Series, wanted: pl.DataType) -> pl.Series:
    if given.dtype == pl.String:
        return _spelled(given, _WHOLE, lambda text: text.cast(wanted, strict=False))
    if given.dtype.is_float():
        sure = (given == given.floor()) & (given.abs() < 2**53)
        return _blank(given, ~sure).cast(wanted, strict=False)
    return given.cast(wanted, strict=False) if given.dtype.is_integer() else _nothing(given, wanted)


def _number(given: pl.Series, wanted: pl.DataType) -> pl.Series:
    if given.dtype == pl.String:
        given = _spelled(given, _REAL, lambda text: text.cast(wanted, strict=False))
    if not (given.dtype.is_float() or given.dtype.is_integer()):
        return _nothing(given, wanted)
    kept = given.cast(wanted, strict=False)
    return kept if kept.is_finite().all() else _blank(kept, ~kept.is_finite())


def _yes_no(given: pl.Series, wanted: pl.DataType) -> pl.Series:
    if given.dtype == pl.Boolean:
        return given
    if given.dtype == pl.String:
        known = {**dict.fromkeys(_YES, True), **dict.fromkeys(_NO, False)}
        return given.replace_strict(known, default=None, return_dtype=pl.Boolean)
    if given.dtype.is_integer():
        known_numbers = {0: False, 1: True}
        return given.replace_strict(known_numbers, default=None, return_dtype=pl.Boolean)
    return _nothing(given, wanted)


def _money(given: pl.Series, wanted: pl.DataType) -> pl.Series:
    if given.dtype == wanted:
        return given
    if given.dtype.is_float():
        # Through the shortest text, as a person would read the number.
        given = given.cast(pl.Float64).cast(pl.String)
    if given.dtype == pl.String:
        return _spelled(given, _AMOUNT, lambda text: text.cast(wanted, strict=False))
    if given.dtype.is_integer():
        return given.cast(pl.Decimal(38, MONEY_SCALE), strict=False).cast(wanted, strict=False)
    if isinstance(given.dtype, pl.Decimal):
        kept = given.cast(wanted, strict=False)
        wide = pl.Decimal(38, max(MONEY_SCALE, given.dtype.scale))
        same = kept.cast(wide, strict=False) == given.cast(wide, strict=False)
        return _blank(kept, ~same.fill_null(False))
    return _nothing(given, wanted)


def _date(given: pl.Series, wanted: pl.DataType) -> pl.Series:
    if given.dtype == pl.String:
        given = _spelled(given, _DAY, lambda text: text.str.to_date("%Y-%m-%d", strict=False))
    elif isinstance(given.dtype, pl.Datetime):
        midnight = (given.dt.time() == pl.Series([0]).cast(pl.Time)[0]).fill_null(False)
        given = _blank(given, ~midnight).dt.date()
    if given.dtype != pl.Date:
        return _nothing(given, wanted)
    ordinary = given.to_frame().select(pl.col(given.name).is_between(*_DAYS))[given.name]
    return given if ordinary.all() else _blank(given, ~ordinary.fill_null(False))


def _moment(given: pl.Series, wanted: pl.DataType) -> pl.Series:
    if given.dtype == pl.String:
        return _written_moment(given, wanted)
    if given.dtype == pl.Date:
        given = _date(given, pl.Date()).cast(pl.Datetime("us"))
    if not isinstance(given.dtype, pl.Datetime) or given.dtype.time_unit == "ns":
        return _nothing(given, wanted)
    if given.dtype.time_zone is None:
        return _in_zone(given.cast(pl.Datetime("us")), wanted)
    kept = given.cast(pl.Datetime("us", given.dtype.time_zone)).dt.convert_time_zone("UTC")
    return _blank(kept, ~kept.dt.year().is_between(2, 9998).fill_null(False))


def _written_moment(given: pl.Series, wanted: pl.DataType) -> pl.Series:
    spaced = given.str.replace("T", " ", literal=True)
    # Without seconds is the one common spelling that a single format does not read.
    full = spaced.str.replace(r"^(.{16})(Z|[+-].*)?$", "${1}:00${2}")
    zoned = _spelled(
        given, _ZONED_TIME, lambda _text: full.str.replace("Z", "+00:00", literal=True)
    )
    first = zoned.str.to_datetime("%Y-%m-%d %H:%M:%S%.f%:z", time_unit="us", strict=False)
    local = _spelled(given, _LOCAL_TIME, lambda _text: full)
    naive = local.str.to_datetime("%Y-%m-%d %H:%M:%S%.f", time_unit="us", strict=False)
    first = _blank(first, ~first.dt.year().is_between(2, 9998).fill_null(False))
    return first.zip_with(first.is_not_null(), _in_zone(naive, wanted).alias(first.name))


def _in_zone(naive: pl.Series, wanted: pl.DataType) -> pl.Series:
    ruled = naive.dt.year().is_between(*_RULED_YEARS).fill_null(False)
    placed = _blank(naive, ~ruled).dt.replace_time_zone(
        str(zone()), ambiguous="earliest", non_existent="null"
    )
    return placed.dt.convert_time_zone("UTC").cast(wanted)


def _link(given: pl.Series, wanted: pl.DataType) -> pl.Series:
    if given.dtype != pl.String:
        return _nothing(given, wanted)
    plain = _spelled(given, _LINK, lambda text: text)
    return plain.str.replace_all("-", "", literal=True).str.to_lowercase()


def _texts(given: pl.Series, wanted: pl.DataType) -> pl.Series:
    if not isinstance(given.dtype, pl.List) or given.dtype.inner not in (pl.String, pl.Categorical):
        return _nothing(given, wanted)
    kept = given.cast(wanted)
    element = pl.element()
    bad = element.is_null() | element.str.contains("\0", literal=True)
    wrong = kept.list.eval(bad).list.any().fill_null(False)
    lengths = kept.list.eval(element.str.len_bytes()).list.sum().fill_null(0)
    wrong |= lengths > TEXT_LIMIT  # in bytes, which are never fewer than characters
    return _blank(kept, wrong) if wrong.any() else kept


def _spelled(given: pl.Series, pattern: str, read: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """The texts of one spelling, read; every other is in doubt."""
    usual = given.str.contains(pattern).fill_null(False)
    return read(given) if usual.all() else _blank(read(given).alias(given.name), ~usual)


_VOUCHERS: Mapping[str, Callable[[pl.Series, pl.DataType], pl.Series]] = {
    "text": _text,
    "whole": _whole,
    "number": _number,
    "yes_no": _yes_no,
    "money": _money,
    "date": _date,
    "moment": _moment,
    "link": _link,
    "texts": _texts,
    "object": _nothing,
}


# ── limits ──────────────────────────────────────────────────────────────────────────────────────────────


def _broken(field: FieldSpec, kept: pl.Series) -> pl.Series | None:
    """Where a limit of the field is not kept; None when it is nowhere."""
    broken: pl.Series | None = None
    for found in _each_broken(field, kept):
        wrong = found.fill_null(False)
        if wrong.any():
            broken = wrong if broken is None else broken | wrong
    return broken


def _each_broken(field: FieldSpec, kept: pl.Series) -> Iterable[pl.Series]:
    comparisons: Mapping[str, Callable[[Any], pl.Series]] = {
        "ge": lambda limit: kept < limit,
        "gt": lambda limit: kept <= limit,
        "le": lambda limit: kept > limit,
        "lt": lambda limit: kept >= limit,
    }
    for limit, value in field.limits.items():
        if limit in comparisons:
            yield comparisons[limit](value)
    length = kept.str.len_chars if kept.dtype == pl.String else kept.list.len
    if "min_length" in field.limits:
        yield length() < field.limits["min_length"]
    if field.type.name == "texts" and field.max_length is not None:
        yield length() > field.max_length
    if field.type.name != "text":
        return
    yield kept.str.contains("\0", literal=True)
    # The byte length is at hand and never shorter; characters are counted only when it is over.
    if field.max_length is not None and _longest(kept) > field.max_length:
        yield length() > field.max_length
    if "pattern" in field.limits:
        yield ~kept.str.contains(field.limits["pattern"])
    if field.choices:
        yield ~kept.is_in(list(field.choices))


def _longest(kept: pl.Series) -> int:
    longest = kept.str.len_bytes().max()
    return longest if isinstance(longest, int) else 0
