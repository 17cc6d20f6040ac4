"""Loans: what is to be paid when, how much of it is interest, and what is still owed.

Amounts are rounded to cents as banks do; the last instalment settles what rounding left. A rate may change on a
day (as LPR mortgages do each year) and something may be paid back early; both are `changes` of the loan:

    {"day": "2026-01-01", "rate": 3.45}
    {"day": "2026-06-18", "paid": 50000, "keep": "months"}      # lower instalments; "instalment": fewer of them
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from pgc_lib.areas.money.periods import day_of, months_later
from pgc_lib.areas.money.transaction import CURRENCY
from pgc_lib.core.record import Record, field
from pgc_lib.core.shown import text_of
from pgc_lib.core.types import Money, exact_money
from pgc_lib.errors import PgcError
from pgc_lib.i18n import N_, _

CENT = Decimal("0.01")
MOST_MONTHS = 600


def _checked(changes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    kept = [_change(number, given) for number, given in enumerate(changes, 1)]
    return sorted(kept, key=lambda change: str(change["day"]))


def _change(number: int, given: Mapping[str, Any]) -> dict[str, Any]:
    wrong = PydanticCustomError(
        "loan_change",
        "{reason}",
        {"reason": _("change {n} needs a day and either a rate or what was paid", n=number)},
    )
    try:
        day = day_of(given.get("day"), date.min)
    except PgcError:
        raise wrong from None
    what = [name for name in ("rate", "paid") if given.get(name) is not None]
    keep = given.get("keep", "instalment")
    known = {"day", *what, *(("keep",) if what == ["paid"] else ())}
    if day == date.min or len(what) != 1 or not given.keys() <= known:
        raise wrong
    try:
        amount = exact_money(Decimal(str(given[what[0]])))
    except ArithmeticError:
        amount = None
    if amount is None or amount < 0 or keep not in ("instalment", "months"):
        raise wrong
    extra = {"keep": keep} if what == ["paid"] else {}
    return {"day": day.isoformat(), what[0]: amount.normalize() + 0, **extra}


Changes = Annotated[list[dict[str, Any]], AfterValidator(_checked)]


class Loan(Record, kind="finance.loans", key=["name"], sort=["name"]):
    """Money that was borrowed and is paid back by the month."""

    name: str = field(
        title=N_("Name"),
        help=N_("Also the name of its account, whose balance is what is owed."),
        min_length=1,
        max_length=200,
        searchable=True,
    )
    lender: str = field("", title=N_("Lender"), max_length=200)
    principal: Money = field(title=N_("Principal"), gt=0)
    currency: str = field("CNY", title=N_("Currency"), pattern=CURRENCY, max_length=3)
    rate: Money = field(title=N_("Interest"), unit=N_("% a year"), ge=0, le=100)
    method: Literal["annuity", "linear"] = field(
        "annuity",
        title=N_("Method"),
        help=N_("annuity: equal instalments; linear: equal shares of the principal."),
    )
    months: int = field(title=N_("Months"), ge=1, le=MOST_MONTHS)
    paid_out: date = field(title=N_("Paid out on"))
    first: date = field(title=N_("First instalment on"))
    account: str = field("", title=N_("Paid from the account"), max_length=200)
    category: str = field("", title=N_("Category of the interest"), max_length=200)
    changes: Changes = field([], title=N_("Changes"), help=N_("New rates and early repayments."))
    note: str = field("", title=N_("Note"), searchable=True)

    def _shown_(self) -> dict[str, Any]:
        title = {name: spec.title for name, spec in self.spec.fields.items()}
        return {
            **super()._shown_(),
            title["rate"]: _a_year(self.rate),
            title["method"]: _("equal payments")
            if self.method == "annuity"
            else _("equal principal"),
            title["changes"]: [_told(change) for change in self.changes],
        }


def _a_year(rate: Any) -> str:
    return _("{rate} % a year", rate=f"{Decimal(str(rate)).normalize():f}")


def _told(change: Mapping[str, Any]) -> str:
    if "rate" in change:
        return _("from {day} on {rate}", day=change["day"], rate=_a_year(change["rate"]))
    return _(
        "{amount} paid early on {day}",
        day=change["day"],
        amount=text_of(Decimal(str(change["paid"]))),
    )


@dataclass(frozen=True, slots=True)
class Instalment:
    """What is paid on a day, and what is owed after it."""

    number: int
    day: date
    paid: Decimal
    interest: Decimal
    principal: Decimal
    owed: Decimal
    early: bool = False

    def _shown_(self) -> dict[str, Any]:
        return {
            _("Number"): "" if self.early else text_of(self.number),
            _("Day"): self.day,
            _("Paid"): self.paid,
            _("Interest"): self.interest,
            _("Principal"): self.principal,
            _("Owed"): self.owed,
        }


@dataclass(frozen=True, slots=True)
class _State:
    """Where a loan stands: what is owed, at which rate, how it is paid back."""

    owed: Decimal
    rate: Decimal
    left: int
    share: Decimal
    """The instalment of an annuity, the principal's part of a linear one."""


def schedule(loan: Loan) -> list[Instalment]:
    """Every payment of a loan with its changes, from the first to the last."""
    return list(_payments(loan))


def _payments(loan: Loan) -> Iterator[Instalment]:
    state = _shared(_State(loan.principal, loan.rate, loan.months, Decimal()), loan.method)
    changes = list(loan.changes)
    number = 0
    while state.owed > 0:
        day = months_later(loan.first, number)
        while changes and date.fromisoformat(str(changes[0]["day"])) <= day:
            change = changes.pop(0)
            before = state.owed
            state = _changed(state, change, loan.method)
            if state.owed < before:
                paid = before - state.owed
                when = date.fromisoformat(str(change["day"]))
                yield Instalment(number, when, paid, Decimal("0.00"), paid, state.owed, early=True)
        if state.owed <= 0:
            return
        number += 1
        interest = _cents(state.owed * state.rate / 1200)
        principal = state.share if loan.method == "linear" else state.share - interest
        last = state.left <= 1 or principal >= state.owed
        principal = state.owed if last else max(principal, Decimal("0.00"))
        state = replace(state, owed=state.owed - principal, left=state.left - 1)
        yield Instalment(number, day, interest + principal, interest, principal, state.owed)


def _changed(state: _State, change: Mapping[str, Any], method: str) -> _State:
    """A new rate is spread over the months that are left; what was paid early shortens or lowers the rest."""
    if "rate" in change:
        changed = replace(state, rate=Decimal(str(change["rate"])))
        return _shared(changed, method) if method == "annuity" else changed
    state = replace(state, owed=max(state.owed - Decimal(str(change["paid"])), Decimal("0.00")))
    return _shared(state, method) if change.get("keep") == "months" else state


def _shared(state: _State, method: str) -> _State:
    monthly = state.rate / 1200
    if method == "linear" or not monthly:
        share = state.owed / state.left
    else:
        share = state.owed * monthly / (1 - (1 + monthly) ** -state.left)
    return replace(state, share=_cents(share))


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def owed_on(loan: Loan, day: date) -> Decimal:
    """What is owed at the end of a day if everything was paid as it should be."""
    if day < loan.paid_out:
        return Decimal(0)
    owed = loan.principal
    for payment in _payments(loan):
        if payment.day > day:
            break
        owed = payment.owed
    return owed


def transactions(loan: Loan, since: date, until: date) -> Iterator[dict[str, Any]]:
    """The payments of some days as transactions: principal to the loan's account, interest to its category."""
    for payment in _payments(loan):
        if not since <= payment.day <= until:
            continue
        parts = [{"amount": -payment.principal, "account": loan.name}]
        if payment.interest:
            parts.append({"amount": -payment.interest, "category": loan.category})
        yield {
            "day": payment.day,
            "amount": -payment.paid,
            "currency": loan.currency,
            "payee": loan.lender or loan.name,
            "category": loan.category,
            "account": loan.account,
            "note": loan.note or loan.name,
            "reference": f"loan:{loan.id.hex}:{payment.day.isoformat()}:{int(payment.early)}",
            "parts": [part for part in parts if part["amount"]],
        }
