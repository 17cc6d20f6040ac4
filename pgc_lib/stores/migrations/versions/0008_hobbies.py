"""Hobbies: interests, activities, plans, gear, places, experiments and their check-ins."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from pgc_lib.stores.migrations import guard
from pgc_lib.stores.migrations.columns import system

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Make the tables and close them."""
    op.execute("create schema hobbies")
    moment = sa.TIMESTAMP(timezone=True)
    _table(
        "interests",
        _text("name"),
        _text("stage"),
        _text("hobby"),
        sa.Column("tags", pg.ARRAY(sa.Text()), nullable=False),
        sa.Column("since", sa.Date()),
        _text("note"),
        sa.CheckConstraint(
            "stage in ('curious', 'trying', 'regular', 'resting')", name="interests_stage_check"
        ),
        key=["name"],
        indexes=[["stage"]],
    )
    _table(
        "activities",
        _text("what"),
        sa.Column("interest", sa.UUID()),
        sa.Column("start", moment, nullable=False),
        sa.Column("minutes", sa.BigInteger(), nullable=False),
        sa.Column("cost", sa.Numeric(18, 4), nullable=False),
        _text("currency"),
        sa.Column("joy", sa.BigInteger()),
        sa.Column("energy", sa.BigInteger()),
        sa.Column("place", sa.UUID()),
        sa.Column("trial", sa.UUID()),
        sa.Column("km", sa.Double()),
        sa.Column("ascent", sa.Double()),
        _text("note"),
        sa.Column("source", sa.Text()),
        key=["source"],
        indexes=[["start"], ["interest", "start"]],
    )
    _table(
        "plans",
        _text("title"),
        sa.Column("interest", sa.UUID()),
        sa.Column("day", sa.Date(), nullable=False),
        _text("clock"),
        _text("zone"),
        sa.Column("minutes", sa.BigInteger(), nullable=False),
        sa.Column("rule", sa.Text()),
        sa.Column("without", pg.ARRAY(sa.Text()), nullable=False),
        _text("place"),
        _text("note"),
        sa.Column("trial", sa.UUID()),
        sa.Column("uid", sa.Text()),
        key=["uid"],
        indexes=[["day"]],
    )
    _table(
        "gear",
        _text("name"),
        sa.Column("interest", sa.UUID()),
        sa.Column("bought", sa.Date()),
        sa.Column("cost", sa.Numeric(18, 4), nullable=False),
        _text("currency"),
        sa.Column("lasts", sa.BigInteger()),
        sa.Column("retired", sa.Date()),
        _text("note"),
    )
    _table(
        "places",
        _text("name"),
        _text("address"),
        sa.Column("indoor", sa.Boolean()),
        sa.Column("latitude", sa.Double()),
        sa.Column("longitude", sa.Double()),
        sa.Column("tags", pg.ARRAY(sa.Text()), nullable=False),
        _text("note"),
    )
    _table(
        "trials",
        sa.Column("interest", sa.UUID(), nullable=False),
        sa.Column("start", sa.Date(), nullable=False),
        sa.Column("days", sa.BigInteger(), nullable=False),
        sa.Column("times", sa.BigInteger(), nullable=False),
        _text("hope"),
        sa.Column("steps", pg.ARRAY(sa.Text()), nullable=False),
        _text("verdict"),
        sa.Column("ended", sa.Date()),
        _text("note"),
        sa.CheckConstraint(
            "verdict in ('', 'continue', 'later', 'stop')", name="trials_verdict_check"
        ),
        indexes=[["interest"]],
    )
    _table(
        "checkins",
        sa.Column("trial", sa.UUID(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("minutes", sa.BigInteger(), nullable=False),
        sa.Column("joy", sa.BigInteger()),
        sa.Column("energy", sa.BigInteger()),
        sa.Column("again", sa.Boolean()),
        _text("note"),
        key=["trial", "day"],
    )


def downgrade() -> None:
    """Take the area away."""
    op.execute("drop schema hobbies cascade")


def _text(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=False)


def _table(
    name: str, *columns: Any, key: list[str] | None = None, indexes: list[list[str]] | None = None
) -> None:
    op.create_table(name, *system(), *columns, schema="hobbies")
    for index in indexes or []:
        op.create_index(f"{name}_owner_{'_'.join(index)}", name, ["owner", *index], schema="hobbies")  # fmt: skip
    if key:
        op.create_index(f"{name}_own_key", name, ["owner", *key], unique=True, schema="hobbies")
    guard(f"hobbies.{name}")
