"""Reports of periods, which nobody can change once they are final; manners and checks of suggestions."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from pgc_lib.stores.migrations import guard
from pgc_lib.stores.migrations.columns import system

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Make the tables, close them, and hold final reports as they are."""
    moment = sa.TIMESTAMP(timezone=True)
    op.execute("create schema reports")
    op.create_table(
        "written",
        *system(),
        _text("name"),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        _text("unit"),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        _text("title"),
        _text("lang"),
        _text("state"),
        *(_text(name) for name in ("accomplishments", "challenges", "learnings", "next_focus")),
        sa.Column("facts", pg.JSONB(), nullable=False),
        _text("drafted_by"),
        _text("prompt"),
        sa.Column("drafted_at", moment),
        sa.Column("finalised_at", moment),
        sa.CheckConstraint(
            "unit in ('day', 'week', 'month', 'quarter', 'year', 'span')", name="written_unit_check"
        ),
        sa.CheckConstraint("state in ('draft', 'final')", name="written_state_check"),
        schema="reports",
    )
    op.create_index("written_owner_first_last", "written", ["owner", "first", "last"], schema="reports")  # fmt: skip
    op.create_index("written_owner_state", "written", ["owner", "state"], schema="reports")
    op.create_index("written_own_key", "written", ["owner", "name", "revision"], unique=True, schema="reports")  # fmt: skip
    op.create_table(
        "permissions",
        *system(),
        _text("subject"),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.Column("model", sa.Boolean(), nullable=False),
        schema="reports",
    )
    op.create_index("permissions_own_key", "permissions", ["owner", "subject"], unique=True, schema="reports")  # fmt: skip
    guard("reports.written")
    guard("reports.permissions")
    _suggestions()
    op.execute("""
        create function reports.hold_final() returns trigger
        language plpgsql set search_path = pg_catalog as $$
        begin
            raise exception 'report % is final', old.name
                using errcode = 'check_violation', hint = 'begin its next revision';
        end $$""")
    op.execute("revoke all on function reports.hold_final() from public")
    op.execute("""
        create trigger hold_final before update on reports.written
        for each row when (old.state = 'final') execute function reports.hold_final()""")


def downgrade() -> None:
    """Take all of it away."""
    op.execute("drop schema reports cascade")
    op.drop_table("checks", schema="suggestions")
    op.drop_table("manners", schema="suggestions")


def _suggestions() -> None:
    op.create_table(
        "manners",
        *system(),
        _text("topic"),
        sa.Column("on", sa.Boolean(), nullable=False),
        sa.Column("most_a_day", sa.BigInteger()),
        _text("quiet_from"),
        _text("quiet_until"),
        schema="suggestions",
    )
    op.create_index("manners_own_key", "manners", ["owner", "topic"], unique=True, schema="suggestions")  # fmt: skip
    op.create_table(
        "checks",
        *system(),
        sa.Column("suggestion", sa.UUID(), nullable=False),
        _text("title"),
        sa.Column("todo", sa.UUID()),
        _text("measure"),
        sa.Column("days", sa.BigInteger(), nullable=False),
        sa.Column("begun", sa.Date(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("was", sa.Double()),
        sa.Column("became", sa.Double()),
        _text("verdict"),
        sa.Column("looked_at", sa.TIMESTAMP(timezone=True)),
        _text("note"),
        sa.CheckConstraint(
            "verdict in ('', 'better', 'worse', 'same', 'unknown')", name="checks_verdict_check"
        ),
        schema="suggestions",
    )
    op.create_index("checks_owner_verdict_due", "checks", ["owner", "verdict", "due"], schema="suggestions")  # fmt: skip
    guard("suggestions.manners")
    guard("suggestions.checks")


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)
