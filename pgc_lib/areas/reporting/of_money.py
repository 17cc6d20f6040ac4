"""Money in a period: what came in and went out, where it went, what rose, and the budgets that did not hold."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pgc_lib.areas.finance import Finance
from pgc_lib.areas.reporting.fact import Fact, Section, pointers
from pgc_lib.areas.reporting.period import Period
from pgc_lib.core.amounts import amount
from pgc_lib.i18n import _
from pgc_lib.stores.filters import Condition, col

if TYPE_CHECKING:
    import polars as pl

    from pgc_lib.areas.reporting.facts import Asked

_MOST = 8
"""So many categories are told, the largest."""
_ROWS = 200
"""So many of a category's payments are looked at for its rows, the latest."""


def facts(asked: "Asked") -> Iterator[Fact]:
    """The money of a period, each currency by itself."""
    finance = Finance(asked.session)
    period = asked.period
    if period.first > asked.now:
        return
    flow = finance.cash_flow(period.first, period.last, every="1y")
    for currency, (income, spent) in _by_currency(flow).items():
        yield from _whole(period, currency, income, spent)
    now = _spent(finance, period, asked)
    before = _spent(finance, period.previous(), asked)
    yield from _categories(finance, asked, now, before)
    yield from _budgets(finance, asked)


def _by_currency(flow: "pl.DataFrame") -> dict[str, tuple[Decimal, Decimal]]:
    sums: dict[str, tuple[Decimal, Decimal]] = {}
    for line in flow.iter_rows(named=True):
        income, spent = sums.get(line["currency"], (Decimal(0), Decimal(0)))
        sums[line["currency"]] = (income + line["income"], spent + line["spending"])
    return sums


def _whole(period: Period, currency: str, income: Decimal, spent: Decimal) -> Iterator[Fact]:
    query = f"lab.finance.cash_flow({str(period.first)!r}, {str(period.last)!r}, every='1y')"
    if spent:
        text = _("{amount} was spent.", amount=amount(spent, currency))
        yield _fact(f"finance.spent.{currency}", text, spent, currency, query, less_is_better=True)
    if income:
        text = _("{amount} came in.", amount=amount(income, currency))
        yield _fact(
            f"finance.income.{currency}", text, income, currency, query, less_is_better=False
        )
    if income > 0:
        left = income - spent
        told = {"left": amount(left, currency), "share": f"{left / income:.0%}"}
        text = _("{left} was left over: {share} of what came in.", **told)
        section: Section = "accomplishments" if left >= 0 else "challenges"
        yield _fact(f"finance.left.{currency}", text, left, currency, query, section, less_is_better=False)  # fmt: skip


def _spent(finance: Finance, period: Period, asked: "Asked") -> dict[tuple[str, str], Decimal]:
    """By currency and category."""
    frame = finance.spending("category", "1y", *_days(period, asked))
    sums: dict[tuple[str, str], Decimal] = {}
    for line in frame.iter_rows(named=True):
        key = (line["currency"], line["category"] or "")
        sums[key] = sums.get(key, Decimal(0)) + line["amount"]
    return sums


def _categories(
    finance: Finance,
    asked: "Asked",
    now: dict[tuple[str, str], Decimal],
    before: dict[tuple[str, str], Decimal],
) -> Iterator[Fact]:
    # While the period still runs it is no shorter one that got cheaper: nothing is said of a rise before it ends.
    whole = asked.period.last <= asked.now
    for (currency, category), spent in sorted(now.items(), key=lambda each: -each[1])[:_MOST]:
        if spent <= 0:
            continue
        shown = category or _("no category")
        then = before.get((currency, category), Decimal(0))
        rose = whole and then > 0 and spent > then * Decimal("1.2")
        told = {
            "category": shown,
            "amount": amount(spent, currency),
            "before": amount(then, currency),
        }
        text = (
            _("{category} rose to {amount}, from {before} in the period before.", **told)
            if rose
            else _("{category}: {amount} was spent.", **told)
        )
        found = finance.transactions.frame(
            *_days(asked.period, asked),
            columns=["id"],
            category=category,
            currency=currency,
            order="-day",
            limit=_ROWS,
        )
        yield Fact(
            key=f"finance.category.{currency}.{category}",
            area="finance",
            section="challenges" if rose else "accomplishments",
            text=text,
            value=spent,
            unit=currency,
            query=_rows(asked.period, category, currency),
            rows=pointers("finance.transactions", found["id"]),
            count=found.height,
            less_is_better=True,
        )


def _budgets(finance: Finance, asked: "Asked") -> Iterator[Fact]:
    budgets: Any = finance.budgets
    for status in budgets.overview(asked.until):
        if status.standing not in ("over", "fast"):
            continue
        yield Fact(
            key=f"finance.budget.{status.name}",
            area="finance",
            section="challenges",
            text=status.sentence,
            value=status.left,
            unit=status.currency,
            query=f"lab.finance.budgets.status({status.name!r}, {str(asked.until)!r})",
            headline=True,
            less_is_better=False,
        )


def _fact(
    key: str,
    text: str,
    value: Decimal,
    currency: str,
    query: str,
    section: Section = "accomplishments",
    *,
    less_is_better: bool,
) -> Fact:
    return Fact(
        key=key,
        area="finance",
        section=section,
        text=text,
        value=value,
        unit=currency,
        query=query,
        headline=True,
        less_is_better=less_is_better,
    )


def _days(period: Period, asked: "Asked") -> tuple[Condition, ...]:
    return (col("owner") == asked.session.person, col("day").is_between(period.first, period.last))


def _rows(period: Period, category: str, currency: str) -> str:
    days: tuple[date, date] = (period.first, period.last)
    return (
        f"lab.finance.find(category={category!r}, currency={currency!r}, "
        f"day__ge={str(days[0])!r}, day__le={str(days[1])!r})"
    )
