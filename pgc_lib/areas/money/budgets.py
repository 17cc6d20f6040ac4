"""Budgets: what may be spent on some categories in each period, and what was put aside for what is coming.

    budgets = lab.finance.budgets
    budgets.plan("吃饭", "2000 a month", categories=["餐饮"])
    budgets.plan("车险", "6000 by March, every year", categories=["保险"], carry="everything")
    budgets.overview()                    # each budget today, with a sentence
    budgets.daily("吃饭")                  # spent, left and pace for each day

What was given back is netted. Amounts of other currencies are never added: they are named beside the sums, or
brought into the budget's currency by the rates of their days where that is asked for.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, model_validator
from pydantic_core import PydanticCustomError

from pgc_lib.areas.money.envelopes import Carry, Envelope, envelopes, next_due, put_aside
from pgc_lib.areas.money.pace import Status, each_day
from pgc_lib.areas.money.periods import day_of, month_of
from pgc_lib.areas.money.rhythm import Rhythm, Span
from pgc_lib.areas.money.spent import belongs, spent_by_day
from pgc_lib.areas.money.templates import Template, read
from pgc_lib.core.collection import Collection
from pgc_lib.core.record import Record, field
from pgc_lib.core.shown import Listing
from pgc_lib.core.types import Money, exact_money
from pgc_lib.core.zone import today
from pgc_lib.errors import NotFound
from pgc_lib.i18n import N_, _

if TYPE_CHECKING:
    import polars as pl

_EVERY = r"^[1-9]\d{0,2}(d|w|mo|q|y)$"
_AGAIN = r"^([1-9]\d{0,2}(d|w|mo|q|y))?$"
_EARLIEST, _LATEST = date(1900, 1, 1), date(2200, 12, 31)


def _changes(changes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Later amounts in their order, each from a day on."""
    made = []
    for change in changes:
        try:
            since, amount = date.fromisoformat(str(change["since"])), Decimal(str(change["amount"]))
        except (KeyError, ArithmeticError, ValueError):
            since, amount = _EARLIEST, Decimal(-1)
        if change.keys() != {"since", "amount"} or not amount >= 0 or exact_money(amount) is None:
            raise PydanticCustomError(
                "changes", _("a change has a day (since) and an amount of at least 0 (amount)")
            )
        made.append({"since": since.isoformat(), "amount": amount})
    return sorted(made, key=lambda change: str(change["since"]))


class Budget(Record, kind="finance.budgets", key=["name"], sort=["name"]):
    """An amount for some categories in each period, or a sum that is wanted by a day."""

    name: str = field(title=N_("Name"), min_length=1, max_length=200, searchable=True)
    categories: list[str] = field(
        title=N_("Categories"), help=N_("With everything under them: Food has Food/Coffee."), min_length=1
    )  # fmt: skip
    amount: Money = field(
        title=N_("Amount"), help=N_("For each period; with a due day, by that day."), ge=0
    )
    currency: str = field("CNY", title=N_("Currency"), pattern="^[A-Z]{3}$", max_length=3)
    every: str = field(
        "1mo", title=N_("Period"), help=N_("Such as 1mo, 1w, 2w, 1q or 1y."), pattern=_EVERY
    )
    start: date = field(
        title=N_("Start"), help=N_("The first day of the first period."), ge=_EARLIEST, le=_LATEST
    )
    until: date | None = field(None, title=N_("Until"), help=N_("The last day, if it ends."))
    carry: Carry = field(
        "nothing",
        title=N_("Carried over"),
        help=N_("Nothing; what is left; or everything, debts too."),
    )
    due: date | None = field(
        None,
        title=N_("Wanted by"),
        help=N_("The amount is put aside bit by bit until this day."),
        ge=_EARLIEST,
        le=_LATEST,
    )
    again: str = field("", title=N_("Wanted again every"), pattern=_AGAIN)
    changes: Annotated[list[dict[str, Any]], AfterValidator(_changes)] = field(
        [], title=N_("Later amounts"), help=N_("Each with the day since which it holds.")
    )
    note: str = field("", title=N_("Note"))

    @model_validator(mode="after")
    def _makes_sense(self) -> "Budget":
        if self.again and self.due is None:
            raise PydanticCustomError("again", _("what is wanted again is first wanted by a day"))
        if self.due is not None and self.changes:
            raise PydanticCustomError("changes", _("a sum that is wanted by a day has one amount"))
        for wrong in (self.until, self.due):
            if wrong is not None and wrong < self.start:
                raise PydanticCustomError("ends", _("a budget does not end before it starts"))
        if not all(name.strip() for name in self.categories):
            raise PydanticCustomError("categories", _("a category has a name"))
        return self

    @property
    def rhythm(self) -> Rhythm:
        """Its periods."""
        return Rhythm(self.start, self.every)

    @property
    def carries(self) -> Carry:
        """What goes over; a sum that is put aside could not grow otherwise."""
        return "everything" if self.due is not None else self.carry

    def spans(self, until: date) -> list[Span]:
        """Its periods up to the one that a day is in."""
        last = until if self.until is None else min(until, self.until)
        return self.rhythm.spans(last) if last >= self.start else []

    def budgeted(self, spans: Sequence[Span]) -> list[Decimal]:
        """What is put into each period."""
        if self.due is not None:
            return put_aside(self.rhythm, len(spans), self.amount, self.due, self.again)
        return [self._amount_on(span.first) for span in spans]

    def _amount_on(self, day: date) -> Decimal:
        held = [change for change in self.changes if str(change["since"]) <= day.isoformat()]
        return Decimal(held[-1]["amount"]) if held else self.amount

    def covers(self, category: str) -> bool:
        """Whether what is spent on a category belongs here."""
        return any(belongs(category, name) for name in self.categories)

    def said(self) -> str:
        """The budget in a few words."""
        return Template(self.amount, self.every, self.due, self.again).said()


@dataclass(frozen=True, slots=True)
class _Counted:
    """What a budget counts: by day in its own currency, and what was spent in others."""

    by_day: Mapping[date, Decimal]
    elsewhere: Mapping[date, Mapping[str, Decimal]]


class Budgets(Collection[Budget]):
    """The person's budgets."""

    def plan(
        self,
        name: str,
        template: str,
        /,
        *,
        categories: Sequence[str] | str = (),
        start: date | str | None = None,
        **values: Any,
    ) -> Budget:
        """Keep a budget written in a few words: “2000 a month”, “6000 by March, every six months”.

        Without categories it is about the one of its own name; it starts with this month.
        """
        begin = day_of(start, today().replace(day=1))
        said = read(template, today(), begin)
        wanted = [categories] if isinstance(categories, str) else list(categories)
        return self.add(
            name=name,
            categories=wanted or [name],
            amount=said.amount,
            every=said.every,
            start=begin,
            due=said.due,
            again=said.again,
            **values,
        )

    def raise_to(
        self, budget: Budget | str, amount: Decimal | int | str, since: date | str | None = None, /
    ) -> Budget:
        """Another amount from a day on, this month's first unless said; what was before stays as it was."""
        found = self._one(budget)
        begin = day_of(since, today().replace(day=1)).isoformat()
        others = [change for change in found.changes if change["since"] != begin]
        return self.update(found, changes=[*others, {"since": begin, "amount": amount}])

    # ── how they stand ───────────────────────────────────────────────────────────────────────────────

    def overview(self, on: date | str | None = None, *, convert: bool = False) -> Listing[Status]:
        """How each budget stands on a day, today unless said."""
        day = day_of(on, today())
        found = [budget for budget in self._mine() if budget.spans(day)]
        current = [budget for budget in found if budget.until is None or day <= budget.until]
        counted = self._counted(current, day, convert=convert)
        return Listing(_status(budget, counted[budget.name], day) for budget in current)

    def status(
        self, budget: Budget | str, on: date | str | None = None, *, convert: bool = False
    ) -> Status:
        """How one budget stands on a day."""
        found, day = self._one(budget), day_of(on, today())
        if not found.spans(day) or (found.until is not None and day > found.until):
            raise NotFound(
                _("The budget {name} has no period on {day}.", name=found.name, day=day),
                next_step=_("It starts on {start}.", start=found.start),
            )
        return _status(found, self._counted([found], day, convert=convert)[found.name], day)

    def periods(
        self,
        budget: Budget | str | None = None,
        until: date | str | None = None,
        *,
        convert: bool = False,
    ) -> "pl.DataFrame":
        """Each period of one budget or of all: budgeted, carried over, available, spent, left, carried on."""
        import polars as pl

        last = day_of(until, today())
        chosen = self._mine() if budget is None else [self._one(budget)]
        counted = self._counted(chosen, last, convert=convert)
        rows = [
            (
                each.name, envelope.span.first, envelope.span.last, each.currency,
                envelope.budgeted, envelope.carried, envelope.available, envelope.spent, envelope.left,
            )
            for each in chosen
            for envelope in _envelopes(each, counted[each.name], last)
        ]  # fmt: skip
        amounts = ("budgeted", "carried", "available", "spent", "left")
        schema = {
            "budget": pl.String(),
            "first": pl.Date(),
            "last": pl.Date(),
            "currency": pl.String(),
            **dict.fromkeys(amounts, pl.Decimal(38, 4)),
        }
        return pl.DataFrame(rows, schema=schema, orient="row")

    def daily(
        self, budget: Budget | str, on: date | str | None = None, *, convert: bool = False
    ) -> "pl.DataFrame":
        """The period that a day is in, day by day: spent, so far, left, an even pace, and how far ahead of it."""
        status = self.status(budget, on, convert=convert)
        counted = self._counted([self._one(budget)], status.day, convert=convert)
        return each_day(status.envelope, counted[status.name].by_day, status.day)

    def without(self, month: date | str | None = None) -> "pl.DataFrame":
        """What was spent in a month on categories that no budget covers, the largest first."""
        import polars as pl

        first, last = month_of(month)
        budgets = [budget for budget in self._mine() if budget.spans(last)]
        frame = spent_by_day(self.session, self.session.person, first, last)
        totals = frame.group_by("category", "currency").agg(
            pl.col("spent").sum(), pl.col("count").sum()
        )
        names = totals["category"].to_list()
        covered = [any(budget.covers(name) for budget in budgets) for name in names]
        return totals.filter(~pl.Series(covered, dtype=pl.Boolean), pl.col("spent") > 0).sort(
            "currency", "spent", descending=[False, True]
        )

    # ── between ──────────────────────────────────────────────────────────────────────────────────────

    def _mine(self) -> list[Budget]:
        return self.find(owner=self.session.person)

    def _one(self, budget: Budget | str) -> Budget:
        if isinstance(budget, Budget):
            return budget
        found = self.find(name=budget, owner=self.session.person)
        if not found:
            raise NotFound(
                _("There is no budget {name}.", name=budget),
                next_step=_("Write one: lab.finance.budgets.plan({name!r}, “2000 a month”).", name=budget),
            )  # fmt: skip
        return found[0]

    def _counted(
        self, budgets: Sequence[Budget], until: date, *, convert: bool
    ) -> dict[str, _Counted]:
        """What was spent for each budget since it began, by one query for all of them."""
        if not budgets:
            return {}
        first = min(budget.start for budget in budgets)
        names = {name for budget in budgets for name in budget.categories}
        frame = spent_by_day(self.session, self.session.person, first, until, names)
        rows = frame.select("day", "currency", "category", "spent").rows()
        rates = self._rates() if convert else None
        covering: dict[str, list[Budget]] = {}
        by_day: dict[str, dict[date, Decimal]] = {
            each.name: defaultdict(Decimal) for each in budgets
        }
        elsewhere: dict[str, dict[date, dict[str, Decimal]]] = {
            each.name: defaultdict(lambda: defaultdict(Decimal)) for each in budgets
        }
        for day, currency, category, amount in rows:
            if category not in covering:
                covering[category] = [each for each in budgets if each.covers(category)]
            for budget in covering[category]:
                if currency == budget.currency:
                    by_day[budget.name][day] += amount
                elif rates is not None:
                    by_day[budget.name][day] += rates.convert(
                        amount, currency, budget.currency, day
                    )
                else:
                    elsewhere[budget.name][day][currency] += amount
        return {each.name: _Counted(by_day[each.name], elsewhere[each.name]) for each in budgets}

    def _rates(self) -> Any:
        from pgc_lib.areas.money.rates import Rate, Rates

        return Rates(Collection(self.session, Rate).find(owner=self.session.person))


def _envelopes(budget: Budget, counted: _Counted, until: date) -> list[Envelope]:
    spans = budget.spans(until)
    rhythm = budget.rhythm
    spent: dict[int, Decimal] = defaultdict(Decimal)
    for day, amount in counted.by_day.items():
        # Whoever ends a budget in the middle of a period ends it on that day.
        if budget.start <= day <= min(until, budget.until or until):
            spent[rhythm.number_of(day)] += amount
    return envelopes(spans, budget.budgeted(spans), spent, budget.carries)


def _status(budget: Budget, counted: _Counted, day: date) -> Status:
    envelope = _envelopes(budget, counted, day)[-1]
    elsewhere: dict[str, Decimal] = defaultdict(Decimal)
    for when, amounts in counted.elsewhere.items():
        if envelope.span.first <= when <= day:
            for currency, amount in amounts.items():
                elsewhere[currency] += amount
    due = next_due(budget.due, budget.again, day) if budget.due else None
    return Status(
        budget.name,
        budget.currency,
        day,
        envelope,
        due,
        budget.amount if due else None,
        {currency: amount for currency, amount in sorted(elsewhere.items()) if amount},
    )
