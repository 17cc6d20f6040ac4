"""The index of money by day carries amount and currency: sums by month are read from it alone."""

from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Make it anew, with what it carries."""
    op.drop_index("transactions_owner_day", "transactions", schema="finance")
    op.create_index(
        "transactions_owner_day",
        "transactions",
        ["owner", "day"],
        schema="finance",
        postgresql_include=["amount", "currency"],
    )


def downgrade() -> None:
    """As it was."""
    op.drop_index("transactions_owner_day", "transactions", schema="finance")
    op.create_index("transactions_owner_day", "transactions", ["owner", "day"], schema="finance")
