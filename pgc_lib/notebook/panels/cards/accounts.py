"""What there is and what comes: accounts, savings goals, payments by rule; each figure leads to what it is made of."""

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pgc_lib.core.amounts import amount
from pgc_lib.core.zone import today
from pgc_lib.i18n import N_, _
from pgc_lib.notebook.live import Child, deed, tag
from pgc_lib.notebook.panels.card import Card
from pgc_lib.notebook.panels.pieces import (
    button,
    clean,
    empty,
    leads,
    line,
    lines,
    tile,
    tiles,
    told,
    track,
)
from pgc_lib.notebook.panels.rows import Rows
from pgc_lib.notebook.panels.words import ahead, day, percent

if TYPE_CHECKING:
    from pgc_lib.lab import Lab

_ROWS = 500
_NEXT = 8
_BACK, _ON = timedelta(days=365), timedelta(days=92)
"""How far the days of one regular payment are shown."""


class Coming(Card):
    """Payments that come back, in the coming thirty days."""

    title = N_("What comes")
    about = N_("in the coming thirty days")
    tall = 5

    def read(self, lab: "Lab") -> Any:
        return [each for each in lab.finance.due() if not each.booked]

    def show(self, found: Any) -> Child:
        if not found:
            return tag.p(_("Nothing is due by rule."), class_="pgc-soft")
        return lines(self._line(each) for each in found[:_NEXT])

    def _line(self, each: Any) -> Any:
        order, title = each.order, clean(each.order.title)
        figure = amount(order.amount, order.currency)
        return line(
            title,
            leads(figure, "order", order=order.id.hex, name=f"{title} {figure}"),
            told(ahead(each.day, today())),
            key=f"{order.id.hex}{each.day}",
        )

    def rows_order(self, lab: "Lab", order: str) -> Rows:
        """When it came within a year and when it comes, and what is booked of it."""
        found = [
            each
            for each in lab.finance.due(today() + _ON, since=today() - _BACK)
            if each.order.id == UUID(order)
        ]
        title = found[0].order.title if found else _("What comes")
        heads = [_("Day"), _("Amount"), _("Account"), _("State")]
        rows = [
            [each.day, amount(each.order.amount, each.order.currency), each.order.account, _state(each)]
            for each in reversed(found)
        ]  # fmt: skip
        return Rows(clean(title), heads, rows, about=_("by its rule, from a year ago to three months ahead"))  # fmt: skip


def _state(each: Any) -> str:
    if each.booked:
        return _("Booked")
    return _("to come") if each.day >= today() else _("not booked")


class Balances(Card):
    """What every account holds."""

    title = N_("My accounts")

    def read(self, lab: "Lab") -> Any:
        return lab.finance.balances().to_dicts()

    def show(self, found: Any) -> Child:
        if not found:
            return empty(_("No account yet."), _("It opens when a payment first names it."))
        sums: dict[str, Decimal] = {}
        for each in found:
            if each["counted"]:
                sums[each["currency"]] = sums.get(each["currency"], Decimal()) + each["balance"]
        whole = [self._whole(value, key) for key, value in sums.items()]
        return [tiles(*whole), lines(map(self._line, found), name=_("My accounts"))]

    def _whole(self, value: Decimal, currency: str) -> Any:
        title, figure = _("Altogether"), amount(value, currency)
        return tile(title, leads(figure, "whole", currency=currency, name=f"{title} {figure}"))

    def _line(self, each: Any) -> Any:
        figure = amount(each["balance"], each["currency"])
        last = each["last"]
        return line(
            clean(each["account"]) or _("Without an account"),
            leads(
                figure, "account", account=each["account"], currency=each["currency"],
                name=f"{each['account']} {figure}", look="pgc-bad" if each["balance"] < 0 else "",
            ),
            told(_("last on {day}", day=day(last, today())) if isinstance(last, date) else ""),
            key=f"{each['account']}{each['currency']}",
        )  # fmt: skip

    def rows_whole(self, lab: "Lab", currency: str) -> Rows:
        """The accounts that a sum is made of."""
        found = [
            [each["account"] or _("Without an account"), each["balance"], each["last"]]
            for each in self.read(lab)
            if each["counted"] and each["currency"] == currency
        ]
        heads = [_("Account"), _("Balance"), _("Last day")]
        return Rows(f"{_('Altogether')} · {currency}", heads, found)

    def rows_account(self, lab: "Lab", account: str, currency: str) -> Rows:
        """What its balance is made of, the latest first."""
        return booked(lab, account or _("Without an account"), account, currency)


class Savings(Card):
    """How far each savings goal is."""

    title = N_("Savings goals")
    tall = 4

    def read(self, lab: "Lab") -> Any:
        return lab.finance.savings()

    def show(self, found: Any) -> Child:
        new = tag.p(button(_("New savings goal"), "new", kind="pgc-plain"))
        if not found:
            return [empty(_("No savings goal yet.")), new]
        return [lines([self._line(each) for each in found]), new]

    def _line(self, each: Any) -> Any:
        goal = each.goal
        shown, reached = amount(each.saved, goal.currency), percent(float(each.saved / goal.target))
        until = _("by {day}", day=day(goal.by, today())) if goal.by else ""
        saved = _("{saved} of {target}", saved=shown, target=amount(goal.target, goal.currency))
        return line(
            clean(goal.title),
            [
                leads(reached, "goal", goal=goal.id.hex, name=f"{clean(goal.title)} {reached}", look="pgc-number"),
                track(each.saved, goal.target),
            ],
            told(saved, until),
            key=goal.id.hex,
        )  # fmt: skip

    def rows_goal(self, lab: "Lab", goal: str) -> Rows:
        """What went into its account and out of it."""
        found = lab.finance.goals.get(UUID(goal))
        return booked(lab, found.title, found.account, found.currency)

    @deed
    def new(self) -> None:
        """A new goal."""
        self.edit(_("New savings goal"), self.page.house.lab.finance.goals)


def booked(lab: "Lab", title: str, account: str, currency: str) -> Rows:
    """Every line that an account's balance is the sum of, the latest first, those that came by a transfer among them."""
    from sqlalchemy import text

    statement = text("""
        select p.day, coalesce(nullif(t.payee, ''), case when t.account = p.name then t.other_account
                   when t.nature = 'transfer' then t.account end, '') as payee,
               t.category, p.amount, t.note, t.id is null, count(*) over () as total
        from finance.postings p left join finance.transactions t on t.id = p.id
        where p.owner = :owner and p.side = 'account' and p.name = :account and p.currency = :currency
              and p.day <= :today
        order by p.day desc, p.id desc limit :limit""")
    values = {
        "owner": lab.person,
        "account": account,
        "currency": currency,
        "today": today(),
        "limit": _ROWS,
    }
    with lab.session.reading() as connection:
        rows = connection.execute(statement, values).all()
    shown = [
        [day if day.year > 1 else None, _("Opening balance") if opened else payee, category, value, note]
        for day, payee, category, value, note, opened, _total in rows
    ]  # fmt: skip
    heads = [_("Day"), _("Payee"), _("Category"), _("Amount"), _("Note")]
    return Rows(clean(title), heads, shown, total=rows[0].total if rows else 0)
