"""To-dos and transactions."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from pgc_lib.stores.migrations import guard
from pgc_lib.stores.migrations.columns import system

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make both tables and close them."""
    op.execute("create schema todos")
    op.create_table(
        "items",
        *system(),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("due", sa.Date()),
        sa.Column("done", sa.Boolean(), nullable=False),
        sa.Column("done_at", sa.TIMESTAMP(timezone=True)),
        sa.Column("minutes", sa.BigInteger()),
        sa.Column("project", sa.Text(), nullable=False),
        sa.Column("tags", pg.ARRAY(sa.Text()), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        schema="todos",
    )
    op.create_index("items_owner_done_due", "items", ["owner", "done", "due"], schema="todos")
    guard("todos.items")

    op.execute("create schema finance")
    op.create_table(
        "transactions",
        *system(),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("amount", sa.Numeric(18, 4), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("payee", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text()),
        schema="finance",
    )
    op.create_index("transactions_owner_day", "transactions", ["owner", "day"], schema="finance")
    op.create_index(
        "transactions_owner_category_day",
        "transactions",
        ["owner", "category", "day"],
        schema="finance",
    )
    op.create_index(
        "transactions_own_key",
        "transactions",
        ["owner", "reference"],
        unique=True,
        schema="finance",
    )
    guard("finance.transactions")


def downgrade() -> None:
    """Take both areas away."""
    op.execute("drop schema todos cascade")
    op.execute("drop schema finance cascade")
