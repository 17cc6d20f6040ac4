"""Currencies: dated rates, and amounts brought into one currency by them.

A rate says that on a day so many units of one currency were worth a price in another (100 JPY = 4.7312 CNY), which
keeps it as exact as it was quoted. It holds from its day until the next one is written, at most `HOLDS` days:
weekends and monthly habits are bridged, years are not. It is used in both directions, and two rates with a currency
in common make a third. Where there is no rate, nothing is guessed: `MissingRate` names currencies and days.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeAlias
from uuid import UUID

from pgc_lib.areas.money.transaction import CURRENCY
from pgc_lib.core.record import Record, field
from pgc_lib.core.types import Money
from pgc_lib.errors import Invalid, Problem
from pgc_lib.i18n import N_, _

if TYPE_CHECKING:
    import polars as pl

HOLDS = 92
"""Days for which a rate is still taken for that of a later day: a quarter, for who writes them by the quarter."""

_EXACT = Context(prec=40, rounding=ROUND_HALF_EVEN)
_PLACES = Decimal("0.0001")


class Rate(
    Record, kind="finance.rates", key=["day", "currency", "into"], sort=["-day", "currency"]
):
    """What a currency was worth in another on a day."""

    day: date = field(title=N_("Day"), aliases=["日期", "date"])
    currency: str = field(title=N_("Currency"), pattern=CURRENCY, max_length=3, aliases=["币种"])
    units: Money = field(
        1, title=N_("Units"), help=N_("How many units have the price; banks quote 100."), gt=0
    )
    into: str = field("CNY", title=N_("Into"), pattern=CURRENCY, max_length=3)
    price: Money = field(title=N_("Price"), gt=0, aliases=["汇率", "中间价", "rate"])
    source: str = field("", title=N_("Source"), max_length=200, aliases=["来源"])


class MissingRate(Invalid):
    """Amounts cannot be brought into one currency, because rates are missing."""


Days: TypeAlias = Iterable[tuple[str, date]]
"""Currencies and the days on which they are to be converted."""


@dataclass(frozen=True, slots=True)
class Span:
    """Days on which one unit of a currency is worth so many of another."""

    since: date
    until: date
    worth: Decimal


class Rates:
    """The rates of one person, ready for many conversions."""

    def __init__(self, quotes: Iterable[Rate]) -> None:
        self._spans: dict[tuple[str, str], list[Span]] = {}
        self._known: dict[str, set[str]] = defaultdict(set)
        days: dict[tuple[str, str], dict[date, Decimal]] = defaultdict(dict)
        for quote in sorted(quotes, key=lambda quote: quote.day):
            one, other = quote.currency, quote.into
            if one == other:
                continue
            # What was quoted in this direction stands before what follows from the other one.
            days[one, other][quote.day] = _EXACT.divide(quote.price, quote.units)
            days[other, one].setdefault(quote.day, _EXACT.divide(quote.units, quote.price))
        for pair, worth in days.items():
            self._spans[pair] = list(_spans(sorted(worth.items())))
            self._known[pair[0]].add(pair[1])

    def worth(self, currency: str, into: str, day: date) -> Decimal | None:
        """One unit of a currency in another on a day; None when that is not known."""
        if currency == into:
            return Decimal(1)
        direct = self._on(currency, into, day)
        if direct is not None:
            return direct
        for between in sorted(self._known[currency] & self._known[into]):
            one, other = self._on(currency, between, day), self._on(between, into, day)
            if one is not None and other is not None:
                return _EXACT.multiply(one, other)
        return None

    def convert(self, amount: Decimal, currency: str, into: str, day: date) -> Decimal:
        """An amount in another currency, to four places; `MissingRate` when there is no rate."""
        worth = self.worth(currency, into, day)
        if worth is None:
            raise missing([(currency, day)], into)
        return rounded(_EXACT.multiply(amount, worth))

    def table(self, days: Days, into: str) -> dict[tuple[str, date], Decimal]:
        """The worth of one unit for each currency and day, or `MissingRate` with everything that is missing."""
        found: dict[tuple[str, date], Decimal] = {}
        lacking: list[tuple[str, date]] = []
        for currency, day in sorted(set(days)):
            worth = self.worth(currency, into, day)
            if worth is None:
                lacking.append((currency, day))
            else:
                found[currency, day] = worth
        if lacking:
            raise missing(lacking, into)
        return found

    def _on(self, currency: str, into: str, day: date) -> Decimal | None:
        spans = self._spans.get((currency, into), [])
        place = bisect_right(spans, day, key=lambda span: span.since) - 1
        return spans[place].worth if place >= 0 and day <= spans[place].until else None


def _spans(days: Sequence[tuple[date, Decimal]]) -> Iterable[Span]:
    for (day, worth), (following, _worth) in pairwise(days):
        yield Span(day, min(following - timedelta(1), day + timedelta(HOLDS)), worth)
    last, worth = days[-1]
    yield Span(last, last + timedelta(HOLDS), worth)


def missing(lacking: Sequence[tuple[str, date]], into: str) -> MissingRate:
    """The error that names each currency with the days on which it has no rate."""
    days: dict[str, list[date]] = defaultdict(list)
    for currency, day in lacking:
        days[currency].append(day)
    problems = [
        Problem(
            f"{currency} → {into}",
            _("no rate from {first} to {last}", first=min(known), last=max(known)),
        )
        for currency, known in sorted(days.items())
    ]
    first, example = next(iter(sorted(days.items())))
    return MissingRate(
        _("These amounts cannot be brought into {currency}:", currency=into),
        problems,
        next_step=_(
            "Write what it was worth: lab.finance.rates.add(day='{day}', currency='{currency}', into='{into}', price=…).",
            day=min(example),
            currency=first,
            into=into,
        ),
    )


def rounded(amount: Decimal) -> Decimal:
    """To the four places of an amount."""
    return amount.quantize(_PLACES, context=_EXACT)


def together(
    rates: Rates,
    frame: "pl.DataFrame",
    into: str,
    *,
    by: Sequence[str],
    sums: Sequence[str],
    counts: Sequence[str] = (),
    day: str = "day",
) -> "pl.DataFrame":
    """Sums by day and currency brought into one currency and added up by other columns.

    Each sum is converted at its own day's rate; only the total is rounded.
    """
    totals: dict[tuple[Any, ...], dict[str, Any]] = {}
    wanted = frame.select("currency", day).unique().rows()
    worth = rates.table(wanted, into)
    for row in frame.iter_rows(named=True):
        total = totals.setdefault(tuple(row[name] for name in by), dict.fromkeys((*sums, *counts)))
        unit = worth[row["currency"], row[day]]
        for name in sums:
            total[name] = (total[name] or Decimal()) + _EXACT.multiply(row[name], unit)
        for name in counts:
            total[name] = (total[name] or 0) + row[name]
    return _frame(totals, frame, into, by, sums, counts)


def _frame(
    totals: Mapping[tuple[Any, ...], Mapping[str, Any]],
    frame: "pl.DataFrame",
    into: str,
    by: Sequence[str],
    sums: Sequence[str],
    counts: Sequence[str],
) -> "pl.DataFrame":
    import polars as pl

    lines = [
        (*group, into, *(rounded(total[name]) for name in sums), *(total[name] for name in counts))
        for group, total in totals.items()
    ]
    schema = {
        **{name: frame.schema[name] for name in by},
        "currency": pl.String(),
        **{name: frame.schema[name] for name in (*sums, *counts)},
    }
    return pl.DataFrame(lines, schema=schema, orient="row")


def rates_of(owner: UUID, quotes: Iterable[Rate]) -> Rates:
    """The rates that a person wrote, without those that others share."""
    return Rates(quote for quote in quotes if quote.owner == owner)
