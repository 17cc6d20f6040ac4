"""Budgets, rules for categories, and the queue of suggestions."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from pgc_lib.stores.migrations import guard
from pgc_lib.stores.migrations.columns import system

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Make the three tables and close them."""
    _budgets()
    _rules()
    _suggestions()


def downgrade() -> None:
    """Take them away."""
    op.execute("drop schema suggestions cascade")
    op.drop_table("rules", schema="finance")
    op.drop_table("budgets", schema="finance")


def _budgets() -> None:
    op.create_table(
        "budgets",
        *system(),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("categories", pg.ARRAY(sa.Text()), nullable=False),
        sa.Column("amount", sa.Numeric(18, 4), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("every", sa.Text(), nullable=False),
        sa.Column("start", sa.Date(), nullable=False),
        sa.Column("until", sa.Date()),
        sa.Column("carry", sa.Text(), nullable=False),
        sa.Column("due", sa.Date()),
        sa.Column("again", sa.Text(), nullable=False),
        sa.Column("changes", pg.JSONB(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "carry in ('nothing', 'left', 'everything')", name=op.f("budgets_carry_check")
        ),
        schema="finance",
    )
    op.create_index("budgets_own_key", "budgets", ["owner", "name"], unique=True, schema="finance")
    guard("finance.budgets")


def _rules() -> None:
    op.create_table(
        "rules",
        *system(),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("payee", pg.ARRAY(sa.Text()), nullable=False),
        sa.Column("note", pg.ARRAY(sa.Text()), nullable=False),
        sa.Column("account", pg.ARRAY(sa.Text()), nullable=False),
        sa.Column("was", pg.ARRAY(sa.Text()), nullable=False),
        sa.Column("flow", sa.Text(), nullable=False),
        sa.Column("least", sa.Numeric(18, 4)),
        sa.Column("most", sa.Numeric(18, 4)),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("weekdays", pg.ARRAY(sa.Text()), nullable=False),
        sa.Column("priority", sa.BigInteger(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.CheckConstraint("flow in ('any', 'out', 'in')", name=op.f("rules_flow_check")),
        schema="finance",
    )
    guard("finance.rules")


def _suggestions() -> None:
    op.execute("create schema suggestions")
    op.create_table(
        "items",
        *system(),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("target_kind", sa.Text(), nullable=False),
        sa.Column("target", sa.UUID()),
        sa.Column("changes", pg.JSONB(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("confidence", sa.Double()),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("prompt", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("until", sa.TIMESTAMP(timezone=True)),
        sa.Column("decided_at", sa.TIMESTAMP(timezone=True)),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("applied", pg.JSONB()),
        sa.Column("applied_to", sa.UUID()),
        sa.Column("applied_batch", sa.UUID()),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text()),
        sa.CheckConstraint(
            "state in ('waiting', 'accepted', 'edited', 'rejected', 'snoozed')",
            name=op.f("items_state_check"),
        ),
        schema="suggestions",
    )
    op.create_index(
        "items_owner_state_topic", "items", ["owner", "state", "topic"], schema="suggestions"
    )
    op.create_index("items_owner_about", "items", ["owner", "about"], schema="suggestions")
    op.create_index("items_owner_target", "items", ["owner", "target"], schema="suggestions")
    op.create_index(
        "items_own_key", "items", ["owner", "fingerprint"], unique=True, schema="suggestions"
    )
    guard("suggestions.items")
