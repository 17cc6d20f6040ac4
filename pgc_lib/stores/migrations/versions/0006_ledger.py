"""The ledger: accounts, rates, standing orders, loans, goals; transfers, refunds and parts of transactions."""

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from pgc_lib.stores.migrations import guard
from pgc_lib.stores.migrations.columns import system

revision = "0006"
down_revision = "0005"

_SQL = Path(__file__).parents[1] / "sql" / "0006_ledger.sql"
_ACCOUNTS = "'cash', 'bank', 'wallet', 'card', 'savings', 'investment', 'loan', 'property', 'other'"


def upgrade() -> None:
    """Make the tables, then the columns, triggers and views that make a ledger of them."""
    _accounts()
    _rates()
    _recurring()
    _loans()
    _goals()
    driver: Any = op.get_bind().connection.driver_connection
    driver.execute(_SQL.read_text(encoding="utf-8"))
    guard("finance.transactions")


def downgrade() -> None:
    """Take it away; transactions keep their own line."""
    op.execute("drop view finance.flows, finance.postings")
    for trigger in ("settle_insert", "settle_update", "accounts_insert", "accounts_update"):
        op.execute(f"drop trigger {trigger} on finance.transactions")
    op.execute("drop function finance.settle, finance.open_accounts")
    for name in ("nature", "other_account", "other_amount", "other_currency", "linked", "parts"):
        op.drop_column("transactions", name, schema="finance")
    for name in ("goals", "loans", "recurring", "rates", "accounts"):
        op.drop_table(name, schema="finance")


def _amount(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Numeric(18, 4), nullable=nullable)


def _text(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _day(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Date(), nullable=nullable)


def _made(name: str, *columns: sa.schema.SchemaItem, key: list[str]) -> None:
    op.create_table(name, *system(), *columns, schema="finance")
    if key:
        op.create_index(f"{name}_own_key", name, ["owner", *key], unique=True, schema="finance")
    guard(f"finance.{name}")


def _accounts() -> None:
    _made(
        "accounts",
        _text("name"),
        _text("type"),
        _text("currency"),
        _amount("opening"),
        _day("opened", nullable=True),
        _day("closed", nullable=True),
        sa.Column("counted", sa.Boolean(), nullable=False),
        _text("bank"),
        _text("note"),
        sa.CheckConstraint(f"type in ({_ACCOUNTS})", name=op.f("accounts_type_check")),
        key=["name"],
    )


def _rates() -> None:
    _made(
        "rates",
        _day("day"),
        _text("currency"),
        _amount("units"),
        _text("into"),
        _amount("price"),
        _text("source"),
        key=["day", "currency", "into"],
    )


def _recurring() -> None:
    _made(
        "recurring",
        _text("title"),
        _text("rule"),
        _day("start"),
        _amount("amount"),
        _text("currency"),
        _text("payee"),
        _text("category"),
        _text("account"),
        _text("other_account", nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        _text("note"),
        key=[],
    )


def _loans() -> None:
    _made(
        "loans",
        _text("name"),
        _text("lender"),
        _amount("principal"),
        _text("currency"),
        _amount("rate"),
        _text("method"),
        sa.Column("months", sa.BigInteger(), nullable=False),
        _day("paid_out"),
        _day("first"),
        _text("account"),
        _text("category"),
        sa.Column("changes", pg.JSONB(), nullable=False),
        _text("note"),
        sa.CheckConstraint("method in ('annuity', 'linear')", name=op.f("loans_method_check")),
        key=["name"],
    )


def _goals() -> None:
    _made(
        "goals",
        _text("title"),
        _amount("target"),
        _text("currency"),
        _text("account"),
        _day("start"),
        _day("by", nullable=True),
        _text("note"),
        key=["title"],
    )
