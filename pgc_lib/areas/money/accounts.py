"""Accounts: what is in each, day by day, from their openings and every posting."""

from datetime import date
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

from sqlalchemy import text

from pgc_lib.areas.money import ledger
from pgc_lib.areas.money.loans import Loan
from pgc_lib.areas.money.transaction import CURRENCY
from pgc_lib.core.collection import Collection
from pgc_lib.core.ids import new_id
from pgc_lib.core.record import Record, field
from pgc_lib.core.together import together
from pgc_lib.core.types import Money
from pgc_lib.errors import Invalid, Problem
from pgc_lib.i18n import N_, _

if TYPE_CHECKING:
    import polars as pl

    from pgc_lib.core.session import Session

Type = Literal[
    "cash", "bank", "wallet", "card", "savings", "investment", "loan", "property", "other"
]


class Account(Record, kind="finance.accounts", key=["name"], sort=["name"]):
    """Where money is: a purse, a bank account, a card, a loan, a flat."""

    name: str = field(
        title=N_("Name"),
        help=N_("As transactions name it; it is made when the first one does."),
        min_length=1,
        max_length=200,
        searchable=True,
        aliases=["账户", "账户名称"],
    )
    type: Type = field("other", title=N_("Type"), aliases=["账户类型"])
    currency: str = field(
        "CNY", title=N_("Currency"), pattern=CURRENCY, max_length=3, aliases=["币种"]
    )
    opening: Money = field(
        0,
        title=N_("Opening balance"),
        help=N_("What was in it before the first transaction here; negative for a debt."),
        aliases=["期初余额"],
    )
    opened: date | None = field(None, title=N_("Opened on"), aliases=["开户日期"])
    closed: date | None = field(None, title=N_("Closed on"), aliases=["销户日期"])
    counted: bool = field(True, title=N_("Counted in net worth"))
    bank: str = field("", title=N_("Bank"), max_length=200, aliases=["银行", "机构"])
    note: str = field("", title=N_("Note"), searchable=True, aliases=["备注"])


def balances(session: "Session", owner: UUID, on: date) -> "pl.DataFrame":
    """What every account holds at the end of a day, in each of its currencies."""
    import polars as pl

    statement = f"""
        with held as (
            select name, currency, sum(amount) as balance, count(*) as postings, max(day) as last
            from {ledger.view(session, "postings")} p
            where side = 'account' and owner = :owner and day <= :on group by 1, 2)
        select coalesce(h.name, a.name), coalesce(a.type, 'other'), coalesce(h.currency, a.currency),
               coalesce(h.balance, 0), coalesce(h.postings, 0), h.last, coalesce(a.counted, true)
        from held h full join (select * from {ledger.table(session, "accounts")} a where a.owner = :owner) a on a.name = h.name
        where a.closed is null or a.closed >= :on or h.balance <> 0
        order by 1, 3"""
    return ledger.frame(
        session,
        statement,
        {"owner": owner, "on": on},
        {
            "account": pl.String(),
            "type": pl.String(),
            "currency": pl.String(),
            "balance": ledger.amount_type(),
            "postings": pl.Int64(),
            "last": pl.Date(),
            "counted": pl.Boolean(),
        },
    )


_NAMED = (
    ("transactions", "account"),
    ("transactions", "other_account"),
    ("recurring", "account"),
    ("recurring", "other_account"),
    ("loans", "account"),
    ("goals", "account"),
)
"""Where an account is named."""

_PARTS = """
    update finance.transactions t
    set parts = (select jsonb_agg(case when p ->> 'account' = :old then p || jsonb_build_object('account', cast(:new as text))
                                       else p end order by n)
                 from jsonb_array_elements(t.parts) with ordinality x (p, n))
    where owner = :owner and parts @> jsonb_build_array(jsonb_build_object('account', cast(:old as text)))"""


def rename(session: "Session", old: Account, new: str) -> UUID:
    """Give an account another name wherever it is named, as one batch; the batch.

    If there is an account of that name, both become one, whose opening is that of both together.
    """
    batch = new_id()
    with together(session, batch) as joined:
        kept = Collection(joined, Account)
        other = next(iter(kept.find(owner=old.owner, name=kept.new(name=new).name)), None)
        if other is None:
            kept.update(old, name=new)
        else:
            _merge(kept, old, other)
        values = {"owner": old.owner, "old": old.name, "new": new}
        with joined.writing() as connection:
            for table, column in _NAMED:
                statement = (
                    f"update finance.{table} set {column} = :new "
                    f"where owner = :owner and {column} = :old"
                )
                connection.execute(text(statement), values)
            connection.execute(text(_PARTS), values)
    return batch


def _merge(kept: Collection[Account], old: Account, other: Account) -> None:
    if old.id == other.id or (old.opening and other.opening and old.currency != other.currency):
        raise Invalid(
            _("These accounts cannot become one."),
            [
                Problem(
                    other.name, _("both have an opening balance, in different currencies"), old.name
                )
            ],
            next_step=_("Make one of the opening balances a transaction, then try again."),
        )
    if old.opening:
        kept.update(other, opening=old.opening + other.opening, currency=old.currency)
    kept.remove(old)


def borrow(session: "Session", loan: Loan) -> Loan:
    """Keep a loan, and the debt as the opening of its account, in one batch."""
    batch = new_id()
    with together(session, batch) as joined:
        kept = Collection(joined, Loan).add(loan, batch=batch)
        debt: dict[str, Any] = {
            "type": "loan",
            "currency": loan.currency,
            "opening": -loan.principal,
            "opened": loan.paid_out,
            "bank": loan.lender,
        }
        mine = Collection(joined, Account)
        there = mine.find(name=loan.name, owner=session.person)
        if there:
            mine.update(there[0], **debt)
        else:
            mine.add(name=loan.name, **debt, batch=batch)
    return kept
