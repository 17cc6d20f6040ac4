"""How a budget stands on a day: spent, left, and whether at this pace it will last. In numbers and in a sentence."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Decimal
from typing import TYPE_CHECKING, Any, Literal

from pgc_lib.areas.money.envelopes import Envelope
from pgc_lib.core.shown import card
from pgc_lib.i18n import _, lang

if TYPE_CHECKING:
    import polars as pl

Standing = Literal["untouched", "fine", "fast", "over"]
_CENT = Decimal("0.01")
_FAST = Decimal("1.1")
"""How much more than an even pace is called fast."""


@dataclass(frozen=True, slots=True)
class Status:
    """One budget on one day of its period."""

    name: str
    currency: str
    day: date
    envelope: Envelope
    due: date | None = None
    """By when the amount is wanted, for a sum that is put aside."""
    wanted: Decimal | None = None
    elsewhere: Mapping[str, Decimal] = field(default_factory=dict)
    """What was spent in other currencies, which is in none of the sums."""

    @property
    def spent(self) -> Decimal:
        """What was spent in this period up to the day, less what was given back."""
        return self.envelope.spent

    @property
    def available(self) -> Decimal:
        """What there was to spend: this period's amount and what came over."""
        return self.envelope.available

    @property
    def left(self) -> Decimal:
        """What there still is."""
        return self.envelope.left

    @property
    def number(self) -> int:
        """Which day of the period it is, from 1."""
        return (self.day - self.envelope.span.first).days + 1

    @property
    def days_left(self) -> int:
        """How many days there still are, today among them."""
        return self.envelope.span.days - self.number + 1

    @property
    def even(self) -> Decimal:
        """What an even pace would have spent by the end of this day."""
        return _cents(self.available * self.number / self.envelope.span.days)

    @property
    def pace(self) -> float | None:
        """How fast it goes: 1 is even, 2 twice as fast; None where there was nothing to spend."""
        return float(self.spent / self.even) if self.even > 0 else None

    @property
    def a_day(self) -> Decimal:
        """What may be spent on each day that is left."""
        return max(self.left / self.days_left, Decimal(0)).quantize(_CENT, rounding=ROUND_DOWN)

    @property
    def expected(self) -> Decimal:
        """What will have been spent at the end of the period if it goes on like this."""
        return _cents(self.spent * self.envelope.span.days / self.number)

    @property
    def standing(self) -> Standing:
        """In a word."""
        if self.left < 0:
            return "over"
        if self.spent <= 0:
            return "untouched"
        fast = self.even > 0 and self.spent > self.even * _FAST
        return "fast" if fast and self.due is None else "fine"

    @property
    def sentence(self) -> str:
        """How it stands, in the person's language."""
        parts = [self._saving() if self.due else self._spending()]
        if not self.due and self.standing in ("fast", "fine") and self.days_left > 1:
            parts.append(self._pace())
        if self.elsewhere:
            amounts = _(", ").join(
                f"{_plain(amount)} {currency}" for currency, amount in self.elsewhere.items()
            )
            parts.append(_("Not counted, in other currencies: {amounts}.", amounts=amounts))
        return ("" if lang() == "zh-CN" else " ").join(parts)

    def _spending(self) -> str:
        told = {
            "name": self.name,
            "spent": _plain(self.spent),
            "available": _plain(self.available),
            "currency": self.currency,
            "number": self.number,
            "days": self.envelope.span.days,
        }
        if self.left < 0:
            return _(
                "{name}: {over} {currency} over; {spent} of {available} spent by day {number} of {days}.",
                over=_plain(-self.left),
                **told,
            )
        return _(
            "{name}: {spent} of {available} {currency} spent by day {number} of {days}; {left} left, {a_day} a day.",
            left=_plain(self.left),
            a_day=_plain(self.a_day),
            **told,
        )

    def _pace(self) -> str:
        if self.standing == "fast":
            return _(
                "That is {pace} times an even pace; it would come to {expected}.",
                pace=f"{self.pace:.1f}",
                expected=_plain(self.expected),
            )
        return _("At this pace it will last.")

    def _saving(self) -> str:
        assert self.due is not None
        return _(
            "{name}: {left} of {wanted} {currency} put aside by now, {budgeted} in this period; wanted by {due}.",
            name=self.name,
            left=_plain(self.left),
            wanted=_plain(self.wanted or Decimal(0)),
            currency=self.currency,
            budgeted=_plain(self.envelope.budgeted),
            due=self.due.isoformat(),
        )

    def _shown_(self) -> dict[str, Any]:
        span = self.envelope.span
        return {
            _("Budget"): self.name,
            _("Period"): f"{span.first} – {span.last}",
            _("Budgeted"): _plain(self.envelope.budgeted),
            _("Carried over"): _plain(self.envelope.carried),
            _("Spent"): _plain(self.spent),
            _("Left"): _plain(self.left),
            _("A day"): _plain(self.a_day),
            _("Currency"): self.currency,
            _("In words"): self.sentence,
        }

    def _repr_html_(self) -> str:
        return card(self._shown_())


def each_day(envelope: Envelope, spent: Mapping[date, Decimal], until: date) -> "pl.DataFrame":
    """The period day by day: spent on it and so far, left, what an even pace would have spent, how far ahead of that,
    and the pace (1 is even).

    Days after `until` have an even pace only.
    """
    from datetime import timedelta

    import polars as pl

    span, so_far = envelope.span, Decimal(0)
    rows: list[tuple[Any, ...]] = []
    for number in range(span.days):
        day = span.first + timedelta(days=number)
        even = _cents(envelope.available * (number + 1) / span.days)
        if day > until:
            rows.append((day, None, None, None, even, None, None))
            continue
        on_it = spent.get(day, Decimal(0))
        so_far += on_it
        pace = float(so_far / even) if even > 0 else None
        left = envelope.available - so_far
        rows.append((day, on_it, so_far, left, even, so_far - even, pace))
    amount = pl.Decimal(38, 4)
    schema = {
        "day": pl.Date(),
        **dict.fromkeys(("spent", "so_far", "left", "even", "ahead"), amount),
        "pace": pl.Float64(),
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(_CENT, rounding=ROUND_HALF_EVEN)


def _plain(amount: Decimal) -> str:
    return f"{amount:,.2f}"
