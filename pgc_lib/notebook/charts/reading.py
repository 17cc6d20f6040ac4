"""What a frame holds for a chart: which column is time, which are numbers, which tells the lines apart.

Whoever draws names columns where it matters; otherwise the first that fits is taken. A frame of another shape is refused
with the names that it has.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from pgc_lib.errors import PgcError
from pgc_lib.i18n import _
from pgc_lib.notebook.charts.units import as_number
from pgc_lib.notebook.display.titles import word_of

if TYPE_CHECKING:
    import polars as pl

MOST_SERIES = 6
"""As many as there are colours that are told apart."""
_IDENTIFIER = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_BESIDE = ("id", "owner", "batch", "version", "created_at", "updated_at", "currency")


@dataclass(frozen=True, slots=True)
class Point:
    """One value: of which series, where, and how much."""

    series: str
    at: Any
    value: float
    low: float | None = None
    high: float | None = None


def chosen(frame: "pl.DataFrame", wanted: str, found: Iterable[str], what: str) -> str:
    """The column that is named, or the first that fits."""
    if wanted:
        if wanted not in frame.columns:
            raise _missing(frame, _("The frame has no column “{name}”.", name=wanted))
        return wanted
    first = next(iter(found), "")
    if not first:
        raise _missing(frame, _("The frame has no column with {what}.", what=what))
    return first


def _missing(frame: "pl.DataFrame", told: str) -> PgcError:
    return PgcError(
        told,
        next_step=_("These are there: {names}. Name the one you mean.", names=", ".join(frame.columns)),
    )  # fmt: skip


def times(frame: "pl.DataFrame") -> list[str]:
    """The columns with days or moments."""
    return [
        name for name, kind in frame.schema.items() if kind.is_temporal() and name not in _BESIDE
    ]


def numbers(frame: "pl.DataFrame", *besides: str) -> list[str]:
    """The columns with numbers."""
    return [
        name
        for name, kind in frame.schema.items()
        if kind.is_numeric() and name not in (*_BESIDE, *besides)
    ]


def names(frame: "pl.DataFrame", *besides: str) -> list[str]:
    """The columns with words."""
    import polars as pl

    return [
        name
        for name, kind in frame.schema.items()
        if kind in (pl.String, pl.Categorical, pl.Enum)
        and name not in (*_BESIDE, *besides)
        and not _is_identifier(frame[name])
    ]


def _is_identifier(column: "pl.Series") -> bool:
    """Whether it names records by their identifiers, which nobody can read."""
    first = column.drop_nulls().head(1).to_list()
    return bool(first) and _IDENTIFIER.fullmatch(str(first[0])) is not None


def one_currency(frame: "pl.DataFrame", by: str = "") -> "tuple[pl.DataFrame, list[str]]":
    """Amounts of one currency, for those of two lie on no common axis; and what is left out by that."""
    if "currency" not in frame.columns or by == "currency":
        return frame, []
    known = frame["currency"].drop_nulls().value_counts().sort(["count", "currency"], descending=[True, False])  # fmt: skip
    if known.height < 2:
        return frame, []
    first, *others = known["currency"].to_list()
    told = _(
        "Only {currency} is drawn, {others} is left out; `into=\"{currency}\"` converts it.",
        currency=first, others=", ".join(others),
    )  # fmt: skip
    return frame.filter(currency=first), [told]


def time_of(frame: "pl.DataFrame", wanted: str) -> str:
    """The column of time."""
    return chosen(frame, wanted, times(frame), _("days"))


def number_of(frame: "pl.DataFrame", wanted: str, *besides: str) -> str:
    """The column that is drawn."""
    return chosen(frame, wanted, numbers(frame, *besides), _("numbers"))


def name_of(frame: "pl.DataFrame", wanted: str, *besides: str) -> str:
    """The column of names."""
    return chosen(frame, wanted, names(frame, *besides), _("names"))


def unit_of(frame: "pl.DataFrame", unit: str) -> str:
    """The unit that was said, or the one currency of a frame of money."""
    if unit or "currency" not in frame.columns:
        return unit
    known = frame["currency"].drop_nulls().unique().to_list()
    return str(known[0]) if len(known) == 1 else ""


def series_of(frame: "pl.DataFrame", by: str) -> "pl.Series":
    """The name of each row's series."""
    import polars as pl

    if not by:
        return pl.Series("series", [""] * frame.height, dtype=pl.String)
    found = frame[by].cast(pl.String).fill_null("")
    if by == "flow":  # a word of ours; any other name is the person's
        found = found.replace({each: word_of(each) for each in found.unique()})
    return found


def points(
    frame: "pl.DataFrame", x: str, y: str, by: str, band: tuple[str, str] | None = None
) -> list[Point]:
    """The rows that can be drawn, in the order of time; rows of one series and time are summed."""
    low, high = band or ("", "")
    wide = band is not None and low in frame.columns and high in frame.columns
    found: dict[tuple[str, Any], Point] = {}
    columns = zip(
        series_of(frame, by), frame[x], frame[y],
        frame[low] if wide else [None] * frame.height, frame[high] if wide else [None] * frame.height,
        strict=True,
    )  # fmt: skip
    for series, at, value, below, above in columns:
        drawn = as_number(value)
        if at is None or drawn is None:
            continue
        known = found.get((series, at))
        found[series, at] = Point(
            series, at, drawn + (known.value if known else 0), as_number(below), as_number(above)
        )
    return sorted(found.values(), key=lambda point: point.at)


def ranked(values: Sequence[Point]) -> list[str]:
    """The series, the largest first."""
    totals: dict[str, float] = {}
    for point in values:
        totals[point.series] = totals.get(point.series, 0.0) + abs(point.value)
    return sorted(totals, key=lambda name: -totals[name])


def fewer(values: Sequence[Point], most: int = MOST_SERIES) -> tuple[list[Point], list[str]]:
    """At most so many series, the largest first; the rest are one that says how many they are."""
    order = ranked(values)
    if len(order) <= most:
        return list(values), order
    kept = order[: most - 1]
    rest = _("{n} others", n=len(order) - len(kept))
    sums: dict[date, float] = {}
    for point in values:
        if point.series not in kept:
            sums[point.at] = sums.get(point.at, 0.0) + point.value
    others = [Point(rest, at, value) for at, value in sums.items()]
    together = [point for point in values if point.series in kept] + others
    return sorted(together, key=lambda point: point.at), [*kept, rest]
