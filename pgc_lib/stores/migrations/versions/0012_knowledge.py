"""Knowledge: entries, topics without circles, links, cards, their reviews by month, and review plans."""

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from pgc_lib.stores.migrations import guard
from pgc_lib.stores.migrations.columns import system

revision = "0012"
down_revision = "0011"

_SQL = Path(__file__).parents[1] / "sql" / "0012_knowledge.sql"


def upgrade() -> None:
    """Make the tables and close them."""
    op.execute("create schema knowledge")
    texts = pg.ARRAY(sa.Text())
    moment = sa.TIMESTAMP(timezone=True)
    _table(
        "entries",
        _text("title"),
        _text("body"),
        sa.Column("topic", sa.UUID()),
        sa.Column("tags", texts, nullable=False),
        sa.Column("also", texts, nullable=False),
        sa.Column("sources", pg.JSONB(), nullable=False),
        _text("state"),
        sa.Column("check_on", sa.Date()),
        sa.CheckConstraint(
            "state in ('inbox', 'draft', 'settled', 'outdated')", name="entries_state_check"
        ),
        indexes=[["topic"], ["state", "check_on"]],
    )
    _table(
        "topics",
        _text("name"),
        sa.Column("parent", sa.UUID()),
        _text("note"),
        indexes=[["parent"]],
    )
    _table(
        "links",
        sa.Column("one", sa.UUID(), nullable=False),
        sa.Column("other", sa.UUID(), nullable=False),
        _text("how"),
        _text("note"),
        sa.CheckConstraint(
            "how in ('related', 'supports', 'contradicts', 'part_of', 'example_of', 'follows')",
            name="links_how_check",
        ),
        key=["one", "other", "how"],
        indexes=[["other"]],
    )
    _table(
        "cards",
        _text("front"),
        _text("back"),
        _text("deck"),
        sa.Column("entry", sa.UUID()),
        sa.Column("tags", texts, nullable=False),
        _text("style"),
        sa.Column("guid", sa.Text()),
        sa.Column("part", sa.BigInteger(), nullable=False),
        _text("state"),
        sa.Column("step", sa.BigInteger()),
        sa.Column("stability", sa.Double()),
        sa.Column("difficulty", sa.Double()),
        sa.Column("due", moment),
        sa.Column("last_review", moment),
        sa.Column("reviews", sa.BigInteger(), nullable=False),
        sa.Column("lapses", sa.BigInteger(), nullable=False),
        sa.Column("suspended", sa.Boolean(), nullable=False),
        sa.CheckConstraint("style in ('question', 'cloze')", name="cards_style_check"),
        sa.CheckConstraint(
            "state in ('new', 'learning', 'review', 'relearning')", name="cards_state_check"
        ),
        key=["guid", "part"],
        indexes=[["suspended", "due"], ["deck", "due"], ["entry"]],
    )
    _reviews()
    _table(
        "plans",
        _text("deck"),
        sa.Column("retention", sa.Double(), nullable=False),
        sa.Column("new_a_day", sa.BigInteger(), nullable=False),
        sa.Column("longest", sa.BigInteger(), nullable=False),
        sa.Column("easy", pg.JSONB(), nullable=False),
        sa.Column("parameters", pg.JSONB(), nullable=False),
        key=["deck"],
    )
    driver: Any = op.get_bind().connection.driver_connection
    driver.execute(_SQL.read_text(encoding="utf-8"))


def _reviews() -> None:
    """What grows with every day of learning."""
    hyper = op.get_bind().scalar(sa.text("select pgc.has_hypertables()"))
    by_month: dict[str, Any] = {} if hyper else {"postgresql_partition_by": "range (day)"}
    identity, *others = system()
    op.create_table(
        "reviews",
        # A key of a partitioned table holds the column that it is partitioned by.
        sa.Column("id", sa.UUID(), nullable=False, server_default=identity.server_default),
        *others,
        sa.Column("card", sa.UUID(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        _text("rating"),
        sa.Column("elapsed", sa.Double()),
        sa.Column("predicted", sa.Double()),
        sa.Column("interval", sa.Double(), nullable=False),
        sa.Column("stability", sa.Double(), nullable=False),
        sa.Column("difficulty", sa.Double(), nullable=False),
        sa.Column("seconds", sa.Double()),
        sa.Column("was", pg.JSONB(), nullable=False),
        sa.CheckConstraint(
            "rating in ('again', 'hard', 'good', 'easy')", name="reviews_rating_check"
        ),
        sa.PrimaryKeyConstraint("id", "day"),
        schema="knowledge",
        **by_month,
    )
    op.create_index(
        "reviews_owner_card_number", "reviews", ["owner", "card", "number"], schema="knowledge"
    )
    op.create_index("reviews_owner_day", "reviews", ["owner", "day"], schema="knowledge")
    op.execute("call pgc.by_month('knowledge.reviews', 'day')")
    guard("knowledge.reviews")


def downgrade() -> None:
    """Take the area away."""
    op.execute("drop schema knowledge cascade")


def _text(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=False)


def _table(
    name: str, *columns: Any, key: list[str] | None = None, indexes: list[list[str]] | None = None
) -> None:
    op.create_table(name, *system(), *columns, schema="knowledge")
    for index in indexes or []:
        op.create_index(
            f"{name}_owner_{'_'.join(index)}", name, ["owner", *index], schema="knowledge"
        )
    if key:
        op.create_index(f"{name}_own_key", name, ["owner", *key], unique=True, schema="knowledge")
    guard(f"knowledge.{name}")
