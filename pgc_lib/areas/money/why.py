"""Why did it rise: who contributed most, and whether it was the price or the number of times.

For a payee with n payments of p on average, before (0) and now (1), the change is told exactly as

    n1·p1 - n0·p0 = (p1 - p0)·(n0 + n1)/2  +  (n1 - n0)·(p0 + p1)/2
                    price                     count

A payee who is new or gone is all count. The parts of all payees add up to the change of the whole.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pgc_lib.areas.money import ledger
from pgc_lib.areas.money.rates import rounded
from pgc_lib.areas.money.reports import Flow
from pgc_lib.core.shown import Listing, card, plain_card, text_of
from pgc_lib.i18n import _, lang

if TYPE_CHECKING:
    import polars as pl

_TOLD = 3


@dataclass(frozen=True, slots=True)
class Contributor:
    """What one payee (or category, or account) did to the change."""

    name: str
    before: Decimal
    now: Decimal
    times_before: int
    times_now: int
    price: Decimal
    count: Decimal

    @property
    def change(self) -> Decimal:
        """More, or less, than before."""
        return self.now - self.before

    def _shown_(self) -> dict[str, Any]:
        return {
            _("Name"): self.name,
            _("Before"): self.before,
            _("Now"): self.now,
            _("Change"): self.change,
            _("By price"): self.price,
            _("By how often"): self.count,
            _("Times"): f"{self.times_before} → {self.times_now}",
        }


@dataclass(frozen=True, slots=True)
class Why:
    """The change of a sum between two periods, and what it is made of."""

    category: str | None
    """None where all categories were asked for, and empty what has none."""
    currency: str
    since: date
    until: date
    before_since: date
    before_until: date
    contributors: Listing[Contributor]
    """Whose change was the largest first."""
    flow: Flow = "spending"

    @property
    def before(self) -> Decimal:
        """The sum of the period before."""
        return sum((each.before for each in self.contributors), Decimal())

    @property
    def now(self) -> Decimal:
        """The sum of the period."""
        return sum((each.now for each in self.contributors), Decimal())

    @property
    def price(self) -> Decimal:
        """What of the change comes from paying more each time."""
        return sum((each.price for each in self.contributors), Decimal())

    @property
    def count(self) -> Decimal:
        """What of the change comes from paying more often."""
        return sum((each.count for each in self.contributors), Decimal())

    def told(self) -> str:
        """The answer in a few sentences, computed and not guessed."""
        change = self.now - self.before
        every = _("Spending") if self.flow == "spending" else _("Income")
        name = every if self.category is None else self.category or _("Without a category")
        if not change:
            return _("{name} stayed at {now}.", name=name, now=_amount(self.now, self.currency))
        told = _(
            "{name} went from {before} to {now}, a change of {change}: {price} because of prices, {count} because of how often.",
            name=name,
            before=_amount(self.before, self.currency),
            now=_amount(self.now, self.currency),
            change=f"{change:+,.2f}",
            price=f"{self.price:+,.2f}",
            count=f"{self.count:+,.2f}",
        )
        same_way = [each for each in self.contributors if each.change * change > 0][:_TOLD]
        names = _(", ").join(f"{each.name or '—'} {each.change:+,.2f}" for each in same_way)
        return told + ("" if lang() == "zh-CN" else " ") + _("Most of it: {names}.", names=names)

    def frame(self) -> "pl.DataFrame":
        """The contributors as a frame."""
        import polars as pl

        lines = [
            (e.name, e.before, e.now, e.change, e.price, e.count, e.times_before, e.times_now)
            for e in self.contributors
        ]
        amounts = ("before", "now", "change", "price", "count")
        schema: dict[str, Any] = {
            "name": pl.String(),
            **dict.fromkeys(amounts, ledger.amount_type()),
        }
        schema |= {"times_before": pl.Int64(), "times_now": pl.Int64()}
        return pl.DataFrame(lines, schema=schema, orient="row")

    def _shown_(self) -> dict[str, Any]:
        return {
            _("Answer"): self.told(),
            _("Now"): f"{self.since} – {self.until}",
            _("Before"): f"{self.before_since} – {self.before_until}",
        }

    def _repr_html_(self) -> str:
        return card(self._shown_()) + self.contributors._repr_html_()

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        del cycle  # a value
        printer.text(f"{plain_card(self._shown_())}\n\n")
        self.contributors._repr_pretty_(printer, cycle=False)


class Answers(Listing[Why]):
    """An answer a currency, each shown whole: with who contributed, by price and by count."""

    def _repr_html_(self) -> str:
        return "".join(each._repr_html_() for each in self) or super()._repr_html_()

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        if not self:
            super()._repr_pretty_(printer, cycle)
        for place, each in enumerate(self):
            printer.text("\n\n" if place else "")
            each._repr_pretty_(printer, cycle)


def contributor(
    name: str, before: Decimal, now: Decimal, times_before: int, times_now: int
) -> Contributor:
    """One contributor, its change told as price and count."""
    if not times_before or not times_now:
        return Contributor(name, before, now, times_before, times_now, Decimal(0), now - before)
    price = rounded((now / times_now - before / times_before) * (times_before + times_now) / 2)
    return Contributor(name, before, now, times_before, times_now, price, now - before - price)


def contributors(now: "pl.DataFrame", before: "pl.DataFrame", by: str) -> Listing[Contributor]:
    """Everyone of either period, by the size of what changed."""
    sums: dict[str, list[Any]] = {}
    for place, frame in enumerate((before, now)):
        for name, amount, times in frame.select(by, "amount", "count").iter_rows():
            known = sums.setdefault(text_of(name), [Decimal(), Decimal(), 0, 0])
            known[place] += amount
            known[2 + place] += times
    made = [contributor(name, *values) for name, values in sums.items()]
    return Listing(sorted(made, key=lambda each: (-abs(each.change), each.name)))


def _amount(amount: Decimal, currency: str) -> str:
    return f"{amount:,.2f} {currency}"
