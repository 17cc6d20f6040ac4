"""Money: what came in, what went out, where it is, and what it will be.

lab.finance.add(day="2026-11-20", amount="-38.50", payee="瑞幸咖啡", category="餐饮", account="微信")
lab.finance.transfer(500, "招商银行", "微信", day="2026-11-20");  lab.finance.split(payment, {"餐饮": 60, "日用": None})
lab.finance.refund(payment, 20, day="2026-11-25");  lab.finance.balances();  lab.finance.net_worth(into="CNY")
lab.finance.spending(by="category", every="1mo");  lab.finance.why("餐饮", "2026-11");  lab.finance.forecast()

What it rests on is in `areas/money/`; `money/ledger.py` says how one line is double entry underneath.
"""

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pgc_lib.areas.money import accounts, booking, loans, recurring, reports, savings, worth
from pgc_lib.areas.money.accounts import Account
from pgc_lib.areas.money.booking import Match
from pgc_lib.areas.money.budgets import Budget, Budgets
from pgc_lib.areas.money.loans import Instalment, Loan
from pgc_lib.areas.money.periods import day_of, month_of, months_later
from pgc_lib.areas.money.rates import Rate, Rates
from pgc_lib.areas.money.recurring import Due, Habit, Recurring
from pgc_lib.areas.money.reports import Asked, Flow, within
from pgc_lib.areas.money.rules import CategoryRule, Rules
from pgc_lib.areas.money.savings import Goal, Progress
from pgc_lib.areas.money.transaction import Transaction
from pgc_lib.areas.money.why import Answers, Why, contributors
from pgc_lib.core.area import Area, Kept, KeptAs
from pgc_lib.core.collection import Added
from pgc_lib.core.faces import face
from pgc_lib.core.shown import Listing
from pgc_lib.core.zone import today
from pgc_lib.errors import NotFound
from pgc_lib.i18n import _
from pgc_lib.stores.filters import Condition, col

if TYPE_CHECKING:
    import polars as pl

    from pgc_lib.areas.money.categorising import Adviser, Categorised
    from pgc_lib.stores.attachments import Attachment, Source

__all__ = [
    "Account", "Budget", "CategoryRule", "Finance", "Goal", "Loan", "Rate", "Recurring", "Transaction",
]  # fmt: skip

Day = str | date


class Finance(Area, name="finance", main="transactions"):
    """Money."""

    transactions: Kept[Transaction] = Kept(Transaction)
    accounts: Kept[Account] = Kept(Account)
    rates: Kept[Rate] = Kept(Rate)
    recurring: Kept[Recurring] = Kept(Recurring)
    loans: Kept[Loan] = Kept(Loan)
    goals: Kept[Goal] = Kept(Goal)
    budgets: KeptAs[Budget, Budgets] = KeptAs(Budget, Budgets)
    rules: KeptAs[CategoryRule, Rules] = KeptAs(CategoryRule, Rules)

    # ── what was spent and came in ───────────────────────────────────────────────────────────────────

    def spending(
        self, by: str = "category", every: str = "1mo", *conditions: Condition,
        into: str | None = None, **keywords: Any,
    ) -> "pl.DataFrame":  # fmt: skip
        """What was spent less what was refunded, by a field and period (`1d`, `1w`, `1mo`, `1q`, `1y`)."""
        return self._one("spending", by, every, conditions, into, keywords)

    def income(
        self, by: str = "category", every: str = "1mo", *conditions: Condition,
        into: str | None = None, **keywords: Any,
    ) -> "pl.DataFrame":  # fmt: skip
        """What came in, by a field and period."""
        return self._one("income", by, every, conditions, into, keywords)

    def _one(
        self, flow: Flow, by: str, every: str, conditions: tuple[Condition, ...],
        into: str | None, keywords: dict[str, Any],
    ) -> "pl.DataFrame":  # fmt: skip
        from pgc_lib.stores.filters import where

        asked = Asked((where(*conditions, **keywords),), every, (by,), into)
        return reports.one_flow(self.session, flow, asked, self._rates(into))

    def cash_flow(
        self, since: Day | None = None, until: Day | None = None, *, every: str = "1mo",
        into: str | None = None, owner: UUID | None = None,
    ) -> "pl.DataFrame":  # fmt: skip
        """Income, spending, what was left and the share that was saved, by period; the last twelve months."""
        asked = Asked(self._days(since, until, owner), every, (), into)
        return reports.cash_flow(self.session, asked, self._rates(into, owner))

    def savings_rate(
        self, since: Day | None = None, until: Day | None = None, *, every: str = "1y",
        into: str | None = None, owner: UUID | None = None,
    ) -> "pl.DataFrame":  # fmt: skip
        """Which share of the income was not spent, by period."""
        frame = self.cash_flow(since, until, every=every, into=into, owner=owner)
        return frame.select("period", "currency", "income", "left", "saved")

    def by_month(
        self, since: Day | None = None, until: Day | None = None, *, by: str = "category",
        flow: Flow = "spending", into: str | None = None, owner: UUID | None = None,
    ) -> "pl.DataFrame":  # fmt: skip
        """A line for each category with a column for each month; the last twelve months."""
        asked = Asked(self._days(since, until, owner), "1mo", (by,), into)
        return reports.by_month(self.session, flow, asked, self._rates(into, owner))

    def year_on_year(
        self, until: Day | None = None, *, by: str = "category", flow: Flow = "spending",
        into: str | None = None, owner: UUID | None = None,
    ) -> "pl.DataFrame":  # fmt: skip
        """The year up to a day beside the same days of the year before, what changed most first."""
        last = day_of(until, today())
        spans = [(last.replace(month=1, day=1), last)]
        spans.append((months_later(spans[0][0], -12), months_later(last, -12)))
        now, before = (self._between(span, flow, by, into, owner, "1y") for span in spans)
        return reports.compared(now, before, by)

    def why(
        self, category: str | None = None, month: Day | None = None, *, since: Day | None = None,
        until: Day | None = None, against: Day | None = None, by: str = "payee", flow: Flow = "spending",
        into: str | None = None, owner: UUID | None = None,
    ) -> Answers:  # fmt: skip
        """Why a category rose or fell: who contributed most, by price or by count; an answer a currency.

        A month is compared with the one before it or with the month `against`; other days with as many before.
        """
        first, last = month_of(month)
        if month is None and last > today():
            last = today()
        first, last = day_of(since, first), day_of(until, last)
        if since is None and until is None:
            start = month_of(against)[0] if against else months_later(first, -1)
            # As many days of it, unless both are whole.
            whole = last == months_later(first, 1) - timedelta(1)
            end = months_later(start, 1) - timedelta(1)
            before = (start, end if whole else min(start + (last - first), end))
        else:
            start = day_of(against, first - (last - first) - timedelta(1))
            before = (start, start + (last - first))
        conditions = () if category is None else (col("category") == category,)
        now, then = (
            self._between(span, flow, by, into, owner, "1y", *conditions)
            for span in ((first, last), before)
        )
        currencies = sorted({*now["currency"], *then["currency"]})
        return Answers(
            Why(
                category, currency, first, last, *before,
                contributors(now.filter(currency=currency), then.filter(currency=currency), by), flow,
            )
            for currency in currencies
        )  # fmt: skip

    def forecast(
        self, months: int = 3, *, currency: str | None = None, into: str | None = None,
        owner: UUID | None = None,
    ) -> "pl.DataFrame":  # fmt: skip
        """Income and spending of the coming months with intervals that should hold eight times in ten."""
        from pgc_lib.areas.money.outlook import outlook

        this_month = today().replace(day=1)
        ago = months_later(this_month, -60)
        last = this_month - timedelta(1)
        asked = Asked(within(owner or self.session.person, ago, last), "1mo", (), into)
        flows = reports.flows(self.session, asked, self._rates(into, owner))
        return outlook(flows, this_month, months, currency or into)

    def _between(
        self, span: tuple[date, date], flow: Flow, by: str, into: str | None,
        owner: UUID | None, every: str, *conditions: Condition,
    ) -> "pl.DataFrame":  # fmt: skip
        days = within(owner or self.session.person, *span)
        asked = Asked((*days, *conditions), every, (by,), into)
        return reports.one_flow(self.session, flow, asked, self._rates(into, owner))

    def _days(
        self, since: Day | None, until: Day | None, owner: UUID | None
    ) -> tuple[Condition, ...]:
        last = day_of(until, today())
        first = day_of(since, months_later(last.replace(day=1), -11))
        return within(owner or self.session.person, first, last)

    # ── where it is ──────────────────────────────────────────────────────────────────────────────────

    def heatmap(self) -> Any:
        """What was spent on each day as a calendar of the year."""
        return face("finance.heatmap")(self)

    def budget_bars(self, on: Day | None = None) -> Any:
        """Each budget as a bar: spent, left, and where an even pace would be."""
        return face("finance.budget_bars")(self, on)

    def balances(self, on: Day | None = None, *, owner: UUID | None = None) -> "pl.DataFrame":
        """What every account holds at the end of a day, today unless another is named."""
        return accounts.balances(self.session, owner or self.session.person, day_of(on, today()))

    def balance(self, account: str, on: Day | None = None) -> dict[str, Decimal]:
        """What one account holds, by currency."""
        import polars as pl

        found = self.balances(on).filter(pl.col("account") == account)
        if found.is_empty():
            raise NotFound(
                _("There is no account “{name}”.", name=account),
                next_step=_("`lab.finance.balances()` shows every account."),
            )
        return dict(found.select("currency", "balance").iter_rows())

    def rename_account(self, old: str, new: str) -> UUID:
        """Call an account otherwise everywhere; where there is one of that name, both become one."""
        found = self.accounts.find(name=old, owner=self.session.person)
        if not found:
            raise NotFound(
                _("There is no account “{name}”.", name=old),
                next_step=_("`lab.finance.balances()` shows every account."),
            )
        return accounts.rename(self.session, found[0], new)

    def net_worth(
        self, since: Day | None = None, until: Day | None = None, *, into: str | None = None,
        owner: UUID | None = None,
    ) -> "pl.DataFrame":  # fmt: skip
        """Assets, debts and what is left at the end of each month; the last twelve months."""
        last = day_of(until, today())
        first = day_of(since, months_later(last.replace(day=1), -11))
        ends = worth.month_ends(first, last)
        rates = self._rates(into, owner)
        return worth.net_worth(self.session, owner or self.session.person, ends, rates, into)

    def convert(self, amount: Any, currency: str, into: str, day: Day | None = None) -> Decimal:
        """An amount in another currency at the rate of a day; `MissingRate` when none is known."""
        rates = self._rates(into)
        return rates.convert(Decimal(str(amount)), currency, into, day_of(day, today()))

    def _rates(self, into: str | None, owner: UUID | None = None) -> Rates:
        """The rates, read only when something is to be converted."""
        whose = owner or self.session.person
        return Rates(self.rates.find(owner=whose, order="day") if into else ())

    # ── more than one line ───────────────────────────────────────────────────────────────────────────

    def transfer(
        self, amount: Any, from_account: str, to_account: str, **values: Any
    ) -> Transaction:
        """Move money between own accounts; `arrives` and `arrives_currency` say what becomes of it abroad."""
        values.setdefault("day", today())
        return booking.transfer(self.transactions, amount, from_account, to_account, **values)

    def split(self, transaction: "Transaction | UUID", parts: booking.Parts) -> Transaction:
        """Say what a payment consists of: `{"餐饮": 60, "日用": None}`, where None is the rest."""
        return booking.split(self.transactions, self._known(transaction), parts)

    def refund(self, paid: "Transaction | UUID", amount: Any = None, **values: Any) -> Transaction:
        """Book that a payment was given back, all of it or an amount."""
        values.setdefault("day", today())
        return booking.refund(self.transactions, self._known(paid), amount, **values)

    def link_refund(self, line: "Transaction | UUID", paid: "Transaction | UUID") -> Transaction:
        """Say that a line which is there already gives a payment back."""
        return booking.link_refund(self.transactions, self._known(line), self._known(paid))

    def pair(
        self, one: "Transaction | UUID", other: "Transaction | UUID"
    ) -> tuple[Transaction, Transaction]:
        """Say that two lines are the legs of one transfer; neither is spending or income then."""
        return booking.pair(self.session, self._known(one), self._known(other))

    def find_transfers(self, since: Day | None = None, *, apart: int = 3) -> Listing[Match]:
        """Lines of two accounts that seem to be one transfer, with the reason."""
        first = day_of(since, months_later(today(), -12))
        return booking.find_transfers(self.session, self.session.person, first, apart)

    def find_refunds(self, since: Day | None = None, *, apart: int = 90) -> Listing[Match]:
        """Lines that seem to give a payment back, with the reason."""
        first = day_of(since, months_later(today(), -12))
        return booking.find_refunds(self.session, self.session.person, first, apart)

    def join(self, match: Match) -> tuple[Transaction, ...]:
        """Accept what `find_transfers` or `find_refunds` found."""
        if match.what == "transfer":
            return self.pair(match.first, match.second)
        return (self.link_refund(match.second, match.first),)

    def receipt(
        self, transaction: "Transaction | UUID", source: "Source | str", *, name: str = ""
    ) -> "Attachment":
        """Keep a receipt with a transaction; `transactions.attachments(…)` lists them."""
        return self.transactions.attach(transaction, source, name=name)

    def _known(self, transaction: "Transaction | UUID") -> Transaction:
        if isinstance(transaction, Transaction):
            return transaction
        return self.transactions.get(transaction)

    # ── what comes back, what is owed, what is saved for ─────────────────────────────────────────────

    def due(self, until: Day | None = None, *, since: Day | None = None) -> Listing[Due]:
        """What comes back by its rule in the coming days (thirty), and whether it is booked."""
        first = day_of(since, today())
        last = day_of(until, first + timedelta(30))
        found = recurring.due(self.recurring.find(owner=self.session.person), first, last)
        known = self._booked([each.reference for each in found])
        return Listing(Due(each.order, each.day, each.reference in known) for each in found)

    def book_due(self, until: Day | None = None) -> Added:
        """Book whatever came back by a day and is not booked, as one batch; never the same twice."""
        last = day_of(until, today())
        orders = self.recurring.find(owner=self.session.person)
        found = recurring.due(orders, date.min, last)
        return self.transactions.add_many(
            [each.transaction() for each in found], on_conflict="skip"
        )

    def find_recurring(self, since: Day | None = None) -> Listing[Habit]:
        """Payments that come back without being kept as such; `recurring.add(**habit.order())` keeps one."""
        first = day_of(since, months_later(today(), -14))
        return recurring.find_recurring(self.session, self.session.person, first, today())

    def _booked(self, references: list[str]) -> set[str]:
        if not references:
            return set()
        kept = self.transactions.frame(
            col("reference").is_in(references), columns=["reference"], owner=self.session.person
        )
        return set(kept["reference"])

    def schedule(self, loan: "Loan | str") -> Listing[Instalment]:
        """Every instalment of a loan: what is paid when, how much of it is interest, what is still owed."""
        return Listing(loans.schedule(self._loan(loan)))

    def owed(self, loan: "Loan | str", on: Day | None = None) -> Decimal:
        """What is owed on a day if everything is paid as it should be."""
        return loans.owed_on(self._loan(loan), day_of(on, today()))

    def borrow(self, **values: Any) -> Loan:
        """Keep a loan and its account, in which the debt stands until it is paid back."""
        return accounts.borrow(self.session, self.loans.new(**values))

    def book_loan(
        self, loan: "Loan | str", until: Day | None = None, *, since: Day | None = None
    ) -> Added:
        """Book the instalments up to a day as principal and interest; never the same twice."""
        known = self._loan(loan)
        first, last = day_of(since, known.paid_out), day_of(until, today())
        rows = list(loans.transactions(known, first, last))
        return self.transactions.add_many(rows, on_conflict="skip")

    def _loan(self, loan: "Loan | str") -> Loan:
        if isinstance(loan, Loan):
            return loan
        found = self.loans.find(name=loan)
        if not found:
            raise NotFound(
                _("There is no loan “{name}”.", name=loan),
                next_step=_("`lab.finance.loans.find()` shows every loan."),
            )
        return found[0]

    def savings(self, on: Day | None = None) -> Listing[Progress]:
        """How far every savings goal is, what it takes a month and when it will be reached."""
        day = day_of(on, today())
        mine = self.goals.find(owner=self.session.person)
        sinces = sorted({savings.pace_since(goal, day)[0] for goal in mine})
        if not mine:
            return Listing()
        held = worth.held(self.session, self.session.person, [*sinces, day], everything=True)
        rows = held.select("account", "currency", "day", "balance").rows()
        before = {(name, currency, at): balance for name, currency, at, balance in rows}
        now = {row[:2]: row[3] for row in rows if row[2] == day}
        return Listing(savings.progress(mine, now, before, day))

    # ── categories ───────────────────────────────────────────────────────────────────────────────────

    def categorise(
        self, *conditions: Condition, sure: float | None = None, least: float = 0.6,
        adviser: "Adviser | None" = None, **keywords: Any,
    ) -> "Categorised":  # fmt: skip
        """Let my rules decide, then what was learned from me: from `sure` on at once, from `least` on as a suggestion.

        An adviser, such as `lab.ai.categories()`, is asked about payees that neither knows; it suggests rules.
        """
        from pgc_lib.areas.money.categorising import categorise

        return categorise(self.rules, conditions, keywords, sure=sure, least=least, adviser=adviser)
