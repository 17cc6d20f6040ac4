"""Skills, what they need, evidence, assessments, roles; and practice as a time series by month."""

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from pgc_lib.stores.migrations import guard
from pgc_lib.stores.migrations.columns import system

revision = "0005"
down_revision = "0004"

_SQL = Path(__file__).parents[1] / "sql"


def upgrade() -> None:
    """Make the tables and close them."""
    _run("0005_months.sql")
    _run("hypertables.sql")
    op.execute("create schema skills")
    text = sa.Text
    _table(
        "items",
        ["name"],
        sa.Column("name", text(), nullable=False),
        sa.Column("topic", text(), nullable=False),
        sa.Column("aliases", pg.ARRAY(text()), nullable=False),
        sa.Column("levels", pg.ARRAY(text()), nullable=False),
        sa.Column("note", text(), nullable=False),
    )
    _table(
        "links",
        ["skill", "needs"],
        sa.Column("skill", sa.UUID(), nullable=False),
        sa.Column("needs", sa.UUID(), nullable=False),
        sa.Column("level", sa.Double(), nullable=False),
    )
    _table(
        "evidence",
        ["reference"],
        sa.Column("skill", sa.UUID(), nullable=False),
        sa.Column("title", text(), nullable=False),
        sa.Column("how", text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("weight", sa.Double(), nullable=False),
        sa.Column("level", sa.Double()),
        sa.Column("url", text(), nullable=False),
        sa.Column("note", text(), nullable=False),
        sa.Column("reference", text()),
        sa.CheckConstraint(
            "how in ('project', 'certificate', 'commits', 'review')", name="evidence_how_check"
        ),
    )
    op.create_index(
        "evidence_owner_skill_day", "evidence", ["owner", "skill", "day"], schema="skills"
    )
    _table(
        "assessments",
        [],
        sa.Column("skill", sa.UUID(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("level", sa.Double(), nullable=False),
        sa.Column("by", text(), nullable=False),
        sa.Column("note", text(), nullable=False),
        sa.CheckConstraint("by in ('self', 'coach', 'peer', 'exam')", name="assessments_by_check"),
    )
    op.create_index(
        "assessments_owner_skill_day", "assessments", ["owner", "skill", "day"], schema="skills"
    )
    _table(
        "roles",
        ["name"],
        sa.Column("name", text(), nullable=False),
        sa.Column("aim", sa.Boolean(), nullable=False),
        sa.Column("due", sa.Date()),
        sa.Column("note", text(), nullable=False),
    )
    _table(
        "requirements",
        ["role", "skill"],
        sa.Column("role", sa.UUID(), nullable=False),
        sa.Column("skill", text(), nullable=False),
        sa.Column("level", sa.Double(), nullable=False),
        sa.Column("weight", sa.Double(), nullable=False),
        sa.Column("note", text(), nullable=False),
    )
    _practice()
    _run("0005_skills.sql")


def _practice() -> None:
    """The one table that grows every day."""
    hyper = op.get_bind().scalar(sa.text("select pgc.has_hypertables()"))
    by_month: dict[str, Any] = {} if hyper else {"postgresql_partition_by": "range (day)"}
    identity, *others = system()
    op.create_table(
        "practice",
        # A key of a partitioned table holds the column that it is partitioned by.
        sa.Column("id", sa.UUID(), nullable=False, server_default=identity.server_default),
        *others,
        sa.Column("skill", sa.UUID(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("hours", sa.Double(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("score", sa.BigInteger()),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text()),
        sa.PrimaryKeyConstraint("id", "day"),
        schema="skills",
        **by_month,
    )
    op.create_index(
        "practice_owner_skill_day", "practice", ["owner", "skill", "day"], schema="skills"
    )
    op.create_index(
        "practice_own_key", "practice", ["owner", "day", "reference"], unique=True, schema="skills"
    )
    op.execute("call pgc.by_month('skills.practice', 'day')")
    guard("skills.practice")


def _table(name: str, key: list[str], *columns: Any) -> None:
    op.create_table(name, *system(), *columns, schema="skills")
    if key:
        op.create_index(f"{name}_own_key", name, ["owner", *key], unique=True, schema="skills")
    guard(f"skills.{name}")


def _run(name: str) -> None:
    """An SQL file whole; it is not Alembic's to understand."""
    driver: Any = op.get_bind().connection.driver_connection
    driver.execute((_SQL / name).read_text(encoding="utf-8"))


def downgrade() -> None:
    """Take skills away, and the months with them."""
    op.execute("drop schema skills cascade")
    op.execute("drop schema months cascade")
    op.execute("drop function pgc.make_months, pgc.has_hypertables")
    op.execute("drop procedure pgc.by_month, pgc.close_part")
    if op.get_bind().scalar(sa.text("select to_regproc('pgc.guard_table') is not null")):
        op.execute("drop procedure pgc.guard, pgc.guard_hypertable")
        op.execute("alter procedure pgc.guard_table rename to guard")
        op.execute("drop function pgc.day_of_hypertable, pgc.moving, pgc.move, pgc.leave")
