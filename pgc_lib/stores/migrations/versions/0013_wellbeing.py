"""Wellbeing: moods, nights, exercise, habits and their check-ins, answers to instruments, experiments."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from pgc_lib.stores.migrations import guard
from pgc_lib.stores.migrations.columns import system

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Make the tables and close them."""
    op.execute("create schema wellbeing")
    _table(
        "moods",
        _moment("at"),
        sa.Column("mood", sa.BigInteger()),
        sa.Column("energy", sa.BigInteger()),
        _texts("tags"),
        _text("note"),
        sa.Column("source", sa.Text()),
        key=["source"],
        indexes=[["at"]],
    )
    _table(
        "sleep",
        _moment("asleep"),
        _moment("woke"),
        _whole("awake"),
        sa.Column("quality", sa.BigInteger()),
        sa.Column("nap", sa.Boolean(), nullable=False),
        _text("note"),
        sa.Column("source", sa.Text()),
        key=["source"],
        indexes=[["woke"]],
    )
    _table(
        "exercise",
        _text("what"),
        _moment("start"),
        _whole("minutes"),
        sa.Column("effort", sa.BigInteger()),
        _text("note"),
        sa.Column("source", sa.Text()),
        key=["source"],
        indexes=[["start"]],
    )
    _table(
        "habits",
        _text("name"),
        sa.Column("rule", sa.Text()),
        sa.Column("times", sa.BigInteger()),
        _text("every"),
        _day("start"),
        sa.Column("ended", sa.Date()),
        sa.Column("goal", sa.Double(), nullable=False),
        _text("unit"),
        _whole("forgives"),
        _texts("pauses"),
        _text("clock"),
        _texts("tags"),
        _text("note"),
        sa.CheckConstraint("every in ('week', 'month')", name="habits_every_check"),
        key=["name"],
    )
    _table(
        "checkins",
        sa.Column("habit", sa.UUID(), nullable=False),
        _day("day"),
        sa.Column("amount", sa.Double(), nullable=False),
        sa.Column("excused", sa.Boolean(), nullable=False),
        _text("note"),
        key=["habit", "day"],
        indexes=[["day"]],
    )
    _table(
        "answers",
        _text("instrument"),
        _moment("at"),
        _text("answers"),
        _text("note"),
        _text("source"),
        indexes=[["instrument", "at"]],
    )
    _table(
        "experiments",
        _text("title"),
        _text("hypothesis"),
        _text("measure"),
        sa.Column("higher", sa.Boolean(), nullable=False),
        _text("design"),
        _day("start"),
        _whole("block"),
        _whole("washout"),
        _whole("lag"),
        _text("a"),
        _text("b"),
        _texts("plan"),
        _text("clock"),
        sa.Column("ended", sa.Date()),
        _text("conclusion"),
        _text("note"),
        sa.CheckConstraint(
            "design in ('randomised', 'before_after')", name="experiments_design_check"
        ),
    )
    _table(
        "adherence",
        sa.Column("experiment", sa.UUID(), nullable=False),
        _day("day"),
        sa.Column("as_planned", sa.Boolean(), nullable=False),
        _text("note"),
        key=["experiment", "day"],
    )


def downgrade() -> None:
    """Take the area away."""
    op.execute("drop schema wellbeing cascade")


def _text(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=False)


def _texts(name: str) -> sa.Column[Any]:
    return sa.Column(name, pg.ARRAY(sa.Text()), nullable=False)


def _whole(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def _day(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Date(), nullable=False)


def _moment(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.TIMESTAMP(timezone=True), nullable=False)


def _table(
    name: str, *columns: Any, key: list[str] | None = None, indexes: list[list[str]] | None = None
) -> None:
    op.create_table(name, *system(), *columns, schema="wellbeing")
    for index in indexes or []:
        op.create_index(f"{name}_owner_{'_'.join(index)}", name, ["owner", *index], schema="wellbeing")  # fmt: skip
    if key:
        op.create_index(f"{name}_own_key", name, ["owner", *key], unique=True, schema="wellbeing")
    guard(f"wellbeing.{name}")
