"""Transactions that are more than one line: transfers, parts, refunds, and legs that belong together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pgc_lib.areas.money import ledger
from pgc_lib.areas.money.transaction import Transaction
from pgc_lib.core.collection import Collection
from pgc_lib.core.ids import new_id
from pgc_lib.core.shown import Listing
from pgc_lib.core.together import together
from pgc_lib.errors import Invalid, Problem
from pgc_lib.i18n import _, n_
from pgc_lib.stores.filters import col

if TYPE_CHECKING:
    from pgc_lib.core.session import Session

Parts = Mapping[str, Any] | Sequence[Mapping[str, Any]]


def transfer(
    kept: Collection[Transaction], amount: Any, from_account: str, to_account: str, **values: Any
) -> Transaction:
    """Money from one own account to another, as one row; `arrives` is what it becomes in another currency."""
    arrives, currency = values.pop("arrives", None), values.pop("arrives_currency", None)
    made = kept.new(
        amount=amount, account=from_account, other_account=to_account, nature="transfer",
        other_amount=arrives, other_currency=currency, **values,
    )  # fmt: skip
    wrong = []
    if made.amount <= 0:
        wrong.append(Problem("amount", _("a transfer moves more than nothing"), made.amount))
    if from_account == to_account and currency in (None, made.currency):
        wrong.append(Problem("to_account", _("a transfer needs two accounts"), to_account))
    if (arrives is None) != (currency is None):
        reason = _("what arrives in another currency needs both its amount and its currency")
        wrong.append(Problem("arrives", reason, arrives))
    elif made.other_amount is not None and made.other_amount <= 0:
        wrong.append(Problem("arrives", _("a transfer moves more than nothing"), arrives))
    elif currency == made.currency and made.other_amount != made.amount:
        reason = _("in the same currency the same arrives; book a fee as a transaction of its own")
        wrong.append(Problem("arrives", reason, arrives))
    _refuse(wrong)
    return kept.add(**{**made.values(), "amount": -made.amount})


def split(kept: Collection[Transaction], transaction: Transaction, parts: Parts) -> Transaction:
    """Say what a transaction consists of; one part may be None, which is the rest."""
    if transaction.nature == "transfer":
        _refuse([Problem("nature", _("a transfer has no parts"))])
    sign = -1 if transaction.amount < 0 else 1
    if isinstance(parts, Mapping):
        listed = [
            {"category": category, "amount": None if amount is None else sign * Decimal(str(amount))}
            for category, amount in parts.items()
        ]  # fmt: skip
    else:
        listed = [dict(part) for part in parts]
    known = [Decimal(str(part["amount"])) for part in listed if part.get("amount") is not None]
    rest = transaction.amount - sum(known, Decimal())
    unknown = [part for part in listed if part.get("amount") is None]
    if len(unknown) > 1:
        _refuse([Problem("parts", _("only one part can be the rest"))])
    for part in unknown:
        part["amount"] = rest
    if not unknown and rest:
        reason = _("the parts differ from the transaction by {rest}", rest=rest)
        _refuse([Problem("parts", reason, str(sum(known, Decimal())))])
    return kept.update(transaction, parts=listed)


def refund(
    kept: Collection[Transaction], paid: Transaction, amount: Any = None, **values: Any
) -> Transaction:
    """Book that a payment, or some of it, was given back."""
    left = -paid.amount - given_back(kept, paid)
    made = kept.new(
        **{
            "amount": left if amount is None else amount,
            "currency": paid.currency,
            "payee": paid.payee,
            "category": paid.category,
            "account": paid.account,
            **values,
            "nature": "refund",
            "linked": paid.id,
        }
    )
    _check_refund(made, paid, left)
    return kept.add(made)


def link_refund(kept: Collection[Transaction], line: Transaction, paid: Transaction) -> Transaction:
    """Say that a line which is there already gives a payment back; it takes over the payment's category."""
    _check_refund(line, paid, -paid.amount - given_back(kept, paid))
    return kept.update(line, nature="refund", linked=paid.id, category=paid.category)


def given_back(kept: Collection[Transaction], paid: Transaction) -> Decimal:
    """How much of a payment was given back by now."""
    refunds = kept.find(
        col("day") >= paid.day, owner=paid.owner, linked=paid.id, nature="refund", order="day"
    )
    return sum((each.amount for each in refunds), Decimal())


def _check_refund(line: Transaction, paid: Transaction, left: Decimal) -> None:
    wrong = []
    if line.currency != paid.currency:
        reason = _("the payment was in {currency}", currency=paid.currency)
        wrong.append(Problem("currency", reason, line.currency))
    elif not line.amount or (line.amount > 0) != (left > 0) or abs(line.amount) > abs(left):
        reason = _("of the payment {left} can still be given back", left=left)
        wrong.append(Problem("amount", reason, line.amount))
    if line.day < paid.day:
        reason = _("the payment was on {day}", day=paid.day)
        wrong.append(Problem("day", reason, line.day))
    if paid.nature is not None:
        wrong.append(Problem("linked", _("what is given back was itself a transfer or refund")))
    _refuse(wrong)


def ids_of(session: "Session", references: Sequence[str]) -> dict[str, UUID]:
    """My transactions by their references, as far as there are any."""
    statement = """
        select reference, id from finance.transactions
        where owner = :me and reference = any (cast(:references as text[]))"""
    values = {"me": session.person, "references": list(references)}
    return {row.reference: row.id for row in ledger.rows(session, statement, values)}


def pair(
    session: "Session", one: Transaction, other: Transaction
) -> tuple[Transaction, Transaction]:
    """Two lines are the legs of one transfer, as the bills of both accounts have it."""
    wrong = []
    if one.id == other.id or one.account == other.account:
        wrong.append(Problem("account", _("a transfer needs two accounts"), one.account))
    if not one.amount or (one.amount < 0) == (other.amount < 0):
        wrong.append(Problem("amount", _("one leg goes out, the other comes in"), other.amount))
    elif one.currency == other.currency and one.amount != -other.amount:
        wrong.append(Problem("amount", _("both legs have the same amount"), other.amount))
    wrong += [
        Problem("nature", _("it is a transfer, refund or in parts already"))
        for line in (one, other)
        if line.parts is not None or line.other_account is not None or line.nature == "refund"
    ]
    _refuse(wrong)
    with together(session, new_id()) as joined:
        kept = Collection(joined, Transaction)
        return (
            kept.update(one, nature="transfer", linked=other.id),
            kept.update(other, nature="transfer", linked=one.id),
        )


def _refuse(problems: list[Problem]) -> None:
    if problems:
        raise Invalid(
            _("This cannot be booked:"),
            problems,
            next_step=_("Correct what is named above and try again; nothing was changed."),
        )


# ── what seems to belong together ───────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Match:
    """Two lines that seem to belong together, and why."""

    what: str
    first: UUID
    second: UUID
    day: date
    amount: Decimal
    currency: str
    between: str
    days: int
    others: int
    """How many other lines would fit as well."""

    def _shown_(self) -> dict[str, Any]:
        reason = n_("the same amount {n} day apart", "the same amount {n} days apart", self.days)
        if self.others:
            reason += " · " + n_(
                "{n} other line would fit", "{n} other lines would fit", self.others
            )
        return {
            _("Day"): self.day,
            _("Amount"): self.amount,
            _("Currency"): self.currency,
            _("Between"): self.between,
            _("Reason"): reason,
        }


_TRANSFERS = """
    select o.id as first, i.id as second, o.day, i.amount, o.currency,
           concat(o.account, ' → ', i.account) as between, abs(i.day - o.day) as days,
           count(*) over (partition by o.id) + count(*) over (partition by i.id) - 2 as others
    from finance.transactions o join finance.transactions i
      on i.owner = o.owner and i.currency = o.currency and i.amount = -o.amount
         and i.day between o.day - :apart and o.day + :apart and i.account <> o.account
    where o.owner = :owner and o.day >= :since and i.day >= :earliest and o.amount < 0
      and o.account <> '' and i.account <> ''
      and o.nature is null and i.nature is null and o.parts is null and i.parts is null
    order by others, days, o.day desc limit :most"""

_REFUNDS = """
    select p.id as first, r.id as second, r.day, r.amount, r.currency, p.payee as between,
           r.day - p.day as days, count(*) over (partition by r.id) - 1 as others
    from finance.transactions r join finance.transactions p
      on p.owner = r.owner and p.currency = r.currency and p.payee = r.payee and p.amount = -r.amount
         and p.day between r.day - :apart and r.day
    where r.owner = :owner and r.day >= :since and p.day >= :earliest and r.amount > 0 and r.payee <> ''
      and r.linked is null and r.nature is distinct from 'transfer' and p.nature is null
      and not exists (select from finance.transactions x
                      where x.owner = :owner and x.day >= p.day and x.linked = p.id)
    order by others, days, r.day desc limit :most"""

_MOST = 500


def find_transfers(session: "Session", owner: UUID, since: date, apart: int) -> Listing[Match]:
    """Lines of two own accounts with opposite amounts, a few days apart, which may be one transfer."""
    return _matches(session, "transfer", _TRANSFERS, owner, since, apart)


def find_refunds(session: "Session", owner: UUID, since: date, apart: int) -> Listing[Match]:
    """Lines that seem to give a payment to the same payee back."""
    return _matches(session, "refund", _REFUNDS, owner, since, apart)


def _matches(
    session: "Session", what: str, statement: str, owner: UUID, since: date, apart: int
) -> Listing[Match]:
    session.refuse_in_the_past()
    values = {
        "owner": owner,
        "since": since,
        "earliest": since - timedelta(apart),
        "apart": apart,
        "most": _MOST,
    }
    found = ledger.rows(session, statement, values)
    return Listing(Match(what, **row._mapping) for row in found)
