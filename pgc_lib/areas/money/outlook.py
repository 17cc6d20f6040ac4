"""The coming months' income and spending, foretold from the months that were, as a frame."""

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pgc_lib.areas.money.forecast import LEAST, foretell
from pgc_lib.areas.money.periods import months_later
from pgc_lib.errors import PgcError
from pgc_lib.i18n import _, n_

if TYPE_CHECKING:
    import polars as pl

_CENT = Decimal("0.01")


def outlook(
    flows: "pl.DataFrame", this_month: date, months: int, currency: str | None
) -> "pl.DataFrame":
    """Each coming month's income and spending: what is expected, and between what and what."""
    import polars as pl

    if not 1 <= months <= 24:
        raise PgcError(
            _("{n} months cannot be foretold.", n=months),
            next_step=_("Ask for one to twenty-four months."),
        )
    lines: list[tuple[Any, ...]] = []
    for name in _currencies(flows, currency):
        mine = flows.filter(pl.col("currency") == name)
        first = _first(mine, this_month)
        known = _months_between(first, this_month)
        if known < LEAST:
            continue
        for flow, sign in (("income", 1), ("spending", -1)):
            sums = dict(mine.filter(pl.col("flow") == flow).select("period", "amount").iter_rows())
            past = [
                float(sums.get(months_later(first, at), Decimal())) * sign for at in range(known)
            ]
            for each in foretell(past, months):
                numbers = (each.expected, each.low, each.high)
                day = months_later(this_month, each.ahead - 1)
                lines.append(
                    (day, name, flow, *map(_cents, numbers), _(each.way), each.tried, each.held)
                )
    if not lines:
        raise PgcError(
            _("Too little is known to foretell anything."),
            next_step=n_(
                "It takes {n} full month of transactions in one currency.",
                "It takes {n} full months of transactions in one currency.",
                LEAST,
            ),
        )
    amount = pl.Decimal(38, 2)
    schema: dict[str, Any] = {
        "period": pl.Date(), "currency": pl.String(), "flow": pl.String(),
        "expected": amount, "low": amount, "high": amount,
        "way": pl.String(), "tried": pl.Int64(), "held": pl.Float64(),
    }  # fmt: skip
    return pl.DataFrame(lines, schema=schema, orient="row").sort("currency", "flow", "period")


def _currencies(flows: "pl.DataFrame", currency: str | None) -> list[str]:
    return [currency] if currency else sorted(set(flows["currency"]))


def _first(flows: "pl.DataFrame", this_month: date) -> date:
    """The first full month: the one after the month in which it began."""
    found: list[date] = flows["period"].sort().head(1).to_list()
    return months_later(found[0], 1) if found else this_month


def _months_between(first: date, last: date) -> int:
    return max((last.year - first.year) * 12 + last.month - first.month, 0)


def _cents(amount: float) -> Decimal:
    return Decimal(str(round(amount, 2))).quantize(_CENT)
