"""The career anchor: who one is, what one did, does and plans, and who may see which part of it."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from pgc_lib.stores.migrations import guard
from pgc_lib.stores.migrations.columns import system

revision = "0015"
down_revision = "0014"

_SECTIONS = (
    *("profile", "focus", "plans", "achievements", "work", "projects", "education", "volunteer"),
    *("skills", "interests", "values", "references"),
)


def upgrade() -> None:
    """Make the tables and close them."""
    op.execute("create schema anchor")
    _done()
    _ahead()
    _shared()


def downgrade() -> None:
    """Take the area away."""
    op.execute("drop schema anchor cascade")


def _done() -> None:
    told = ("translations",)
    _table(
        "profile",
        *_texts("name", "headline", "summary", "email", "phone", "url", "address", "postcode"),
        *_texts("city", "region", "country", "picture"),
        *_objects("links", "languages", "extra", *told),
    )
    _table(
        "stations",
        *_texts("begin", "end", "sort", "organisation", "position", "study", "place", "url"),
        *_texts("about", "summary", "score"),
        *_lists("highlights", "courses"),
        *_objects("extra", *told),
        _one_of("stations", "sort", "work", "education", "volunteer"),
        indexes=[["sort", "begin"]],
    )
    _table(
        "projects",
        *_texts("begin", "end", "name", "description", "entity", "type", "url"),
        *_lists("highlights", "keywords", "roles", "skills"),
        *_objects("extra", *told),
    )
    _table(
        "achievements",
        *_texts("begin", "end", "sort", "title", "situation", "action", "result", "unit"),
        *_texts("issuer", "url"),
        sa.Column("number", sa.Double()),
        *_lists("skills", "evidence"),
        sa.Column("within", sa.Text()),
        *_objects("extra", *told),
        _one_of("achievements", "sort", "achievement", "award", "certificate", "publication"),
    )
    _table(
        "strengths",
        *_texts("sort", "name", "level"),
        *_lists("keywords"),
        sa.Column("skill", sa.Text()),
        sa.Column("rank", sa.BigInteger(), nullable=False),
        *_objects("extra", *told),
        _one_of("strengths", "sort", "skill", "interest"),
    )
    _table(
        "values",
        *_texts("name", "meaning"),
        sa.Column("rank", sa.BigInteger(), nullable=False),
        *_objects(*told),
    )
    _table("references", *_texts("name", "text"), *_objects("extra", *told))


def _ahead() -> None:
    _table(
        "focus",
        *_texts("title", "why", "todo_project"),
        sa.Column("since", sa.Date()),
        sa.Column("until", sa.Date()),
        sa.Column("hours", sa.Double()),
        *_lists("links"),
        *_objects("translations"),
    )
    _table(
        "plans",
        *_texts("title", "horizon", "why", "state", "todo_project", "note"),
        *_lists("success", "links"),
        sa.Column("begin", sa.Date()),
        sa.Column("due", sa.Date()),
        sa.Column("reached_on", sa.Date()),
        sa.Column("share", sa.Double()),
        *_objects("translations"),
        _one_of("plans", "horizon", "month", "quarter", "year", "years", "life"),
        _one_of("plans", "state", "open", "paused", "reached", "dropped"),
        indexes=[["state", "due"]],
    )
    _table(
        "milestones",
        sa.Column("plan", sa.UUID(), nullable=False),
        *_texts("title", "state", "note"),
        sa.Column("due", sa.Date()),
        sa.Column("done_on", sa.Date()),
        sa.Column("weight", sa.Double(), nullable=False),
        *_objects("translations"),
        _one_of("milestones", "state", "open", "done", "dropped"),
        indexes=[["plan", "due"]],
    )
    _table(
        "confirmations",
        *_texts("section"),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("days", sa.BigInteger()),
        _one_of("confirmations", "section", *_SECTIONS),
        key=["section"],
    )


def _shared() -> None:
    _table(
        "views",
        *_texts("name", "recipient", "language", "content", "layout"),
        *_lists("sections", "only", "without", "contacts"),
        sa.Column("until", sa.Date()),
        _one_of("views", "language", "zh-CN", "en", ""),
        _one_of("views", "content", "zh-CN", "en", ""),
        _one_of("views", "layout", "classic", "modern"),
        key=["name"],
    )
    moment = sa.TIMESTAMP(timezone=True)
    _table(
        "links",
        sa.Column("view", sa.UUID(), nullable=False),
        *_texts("token_hash", "note"),
        sa.Column("until", moment, nullable=False),
        sa.Column("revoked_at", moment),
        sa.Column("visits", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", moment),
        key=["token_hash"],
        indexes=[["view"]],
    )


def _texts(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _lists(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, pg.ARRAY(sa.Text()), nullable=False) for name in names]


def _objects(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, pg.JSONB(), nullable=False) for name in names]


def _one_of(table: str, column: str, *values: str) -> sa.CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return sa.CheckConstraint(f"{column} in ({listed})", name=op.f(f"{table}_{column}_check"))


def _table(
    name: str, *columns: Any, key: list[str] | None = None, indexes: list[list[str]] | None = None
) -> None:
    op.create_table(name, *system(), *columns, schema="anchor")
    for index in indexes or []:
        op.create_index(f"{name}_owner_{'_'.join(index)}", name, ["owner", *index], schema="anchor")
    if key:
        op.create_index(f"{name}_own_key", name, ["owner", *key], unique=True, schema="anchor")
    guard(f"anchor.{name}")
