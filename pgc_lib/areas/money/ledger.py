"""The ledger: double entry underneath, one line on top.

**Decision.** People run any client next to the database, so double entry must hold whatever they write, and a
bill of a million lines must stay a million rows. Therefore postings are not kept but *derived*: a transaction is
one row, and the view `finance.postings` says what it means by double entry.

    a plain line           its account gets the amount, its category the opposite
    a transfer             its account and `other_account`; between currencies two postings of `exchange` each
    a leg of a transfer    (`nature = 'transfer'` alone, as two bills have it) its account and `transit`
    parts                  its account, and one posting for each part: a category, or another account (a loan's
                           instalment is principal for the loan's account and interest for a category)
    an account's opening   the account and `opening`

All of these add up to zero by their form, parts because a trigger on the very row refuses those that are not the
whole, as it refuses whatever would say two things at once (a transfer in parts, an amount arriving nowhere).
Everything belongs to one row, so nothing has to be deferred to the commit. Kept postings, measured beside
it with 200,000 lines, took 4.7 times the time to write and twice the disk, and say nothing more.

**Spending and income** are the view `finance.flows`: lines and parts with a category, by their sign. Transfers are
in neither. A refund is of the flow that it gives back, **on its own day**: closed months stay as they were, and the
month agrees with what is in the account; `linked` says which payment it belongs to.

**Accounts** are named by transactions and made when they are first named, in the same statement, by a trigger.

**Fast with millions of rows**, measured with 1,000,000 over ten years (two cores, warm): a year's report by month
and category took 58 ms from a plain table with an index on (owner, day), 56 ms from 132 monthly partitions, 72 ms
with BRIN; all ten years 298, 302 and 331 ms. Partitions would forbid that a reference is unique whatever its day,
which is what keeps an import from booking twice. So: no partitions.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import polars as pl

    from pgc_lib.core.record import Record
    from pgc_lib.core.session import Session

View = Literal["flows", "postings"]

AMOUNT = (38, 4)
"""Digits and decimal places of a sum: more digits than one amount, the same places."""

Kept = Literal["transactions", "accounts"]

_KEPT: tuple[Kept, ...] = ("transactions", "accounts")
"""The tables that the views read."""


def view(session: "Session", seen_as: View) -> str:
    """A view for a `from` clause, as it is or, when the session looks back, as it was.

    The past is seen through the very definition that the database has of the view, with the tables' earlier
    rows in place of the tables.
    """
    if session.at is None:
        return f"finance.{seen_as}"
    from sqlalchemy import text

    with session.reading() as connection:
        seen = str(
            connection.execute(
                text("select pg_get_viewdef(cast(:name as regclass))"),
                {"name": f"finance.{seen_as}"},
            ).scalar_one()
        ).rstrip(" ;")
    for name in _KEPT:
        if f"finance.{name}" in seen:
            seen = seen.replace(f"finance.{name}", table(session, name))
    return f"({seen})"


def table(session: "Session", name: Kept) -> str:
    """A table for a `from` clause: as it is, or its rows at the session's moment, without parameters."""
    if session.at is None:
        return f"finance.{name}"
    from sqlalchemy import literal_column, select
    from sqlalchemy.dialects import postgresql

    from pgc_lib.areas.money.accounts import Account
    from pgc_lib.areas.money.transaction import Transaction
    from pgc_lib.core.tables import table_of
    from pgc_lib.stores.timetravel import as_of

    record: type[Record] = Transaction if name == "transactions" else Account
    was = as_of(table_of(record), record.spec.area, record.spec.kind, session.at)
    dialect = postgresql.dialect(paramstyle="named")  # type: ignore[no-untyped-call]
    # By their bare names: the columns of a Record would be read as Python wants them.
    names: list[Any] = [literal_column(column.name) for column in was.c]
    plain = select(*names).select_from(was)
    found = str(plain.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
    return f"({found})"


def rows(session: "Session", statement: str, values: Mapping[str, Any]) -> list[Any]:
    """The rows of a query with the person's rights."""
    from sqlalchemy import text

    with session.reading() as connection:
        return list(connection.execute(text(statement), dict(values)).all())


def frame(
    session: "Session", statement: str, values: Mapping[str, Any], columns: Mapping[str, Any]
) -> "pl.DataFrame":
    """A small result as a polars frame; `columns` are its names and types."""
    import polars as pl

    found: Sequence[Any] = [tuple(row) for row in rows(session, statement, values)]
    return pl.DataFrame(found, schema=dict(columns), orient="row")


def amount_type() -> "pl.DataType":
    """The type of sums in frames."""
    import polars as pl

    return pl.Decimal(*AMOUNT)
