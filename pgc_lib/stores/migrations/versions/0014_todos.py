"""To-dos in depth, and reminders."""

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from pgc_lib.stores.migrations import guard
from pgc_lib.stores.migrations.columns import system

revision = "0014"
down_revision = "0013"

_SQL = Path(__file__).parents[1] / "sql" / "0014_todos.sql"
_INDEXES = (["done", "project", "due"], ["done", "summary", "done_at"], ["parent"], ["uid"])


def upgrade() -> None:
    """Widen to-dos, add what belongs to them, and make the area of reminders."""
    for column, default in _new_columns():
        column.server_default = sa.DefaultClause(sa.text(default)) if default else None
        op.add_column("items", column, schema="todos")
        if default:
            op.alter_column("items", column.name, server_default=None, schema="todos")
    op.create_check_constraint(
        op.f("items_summary_check"), "items", "summary in ('', 'given', 'skipped')", schema="todos"
    )
    for index in _INDEXES:
        op.create_index(f"items_owner_{'_'.join(index)}", "items", ["owner", *index], schema="todos")  # fmt: skip
    _todos()
    driver: Any = op.get_bind().connection.driver_connection
    driver.execute(_SQL.read_text(encoding="utf-8"))
    guard("todos.items")
    op.execute("create schema reminders")
    _reminders()


def downgrade() -> None:
    """Take it away; to-dos keep what they had before."""
    op.execute("drop schema reminders cascade")
    for trigger in ("complete_insert", "parts_circle_insert", "parts_circle_update"):
        op.execute(f"drop trigger {trigger} on todos.items")
    for name in ("mirrors", "work", "blocks", "needs", "projects"):
        op.drop_table(name, schema="todos")
    for name in ("complete_row", "no_circle_of_needs", "no_circle_of_parts", "alone"):
        op.execute(f"drop function todos.{name}")
    op.execute("drop table pgc.todo_locks")
    for index in _INDEXES:  # those on columns from before would stay
        op.execute(f"drop index todos.items_owner_{'_'.join(index)}")
    for column, _default in _new_columns():
        op.drop_column("items", column.name, schema="todos")


def _new_columns() -> list[tuple[sa.Column[Any], str]]:
    """Each with what rows from before get; none where it may be missing."""
    return [
        (_text("at"), "''"),
        (_text("zone"), "''"),
        (sa.Column("start", sa.Date()), ""),
        (sa.Column("priority", sa.BigInteger()), ""),
        (_texts("contexts"), "'{}'"),
        (sa.Column("parent", sa.UUID()), ""),
        (_text("waiting"), "''"),
        (sa.Column("waiting_since", sa.Date()), ""),
        (sa.Column("rule", sa.Text()), ""),
        (sa.Column("from_done", sa.Boolean(), nullable=False), "false"),
        (sa.Column("begun", sa.Date()), ""),
        (sa.Column("follows", sa.UUID()), ""),
        (_texts("remind"), "'{}'"),
        (_texts("links"), "'{}'"),
        (_text("what"), "''"),
        (_text("result"), "''"),
        (_text("learning"), "''"),
        (_text("summary"), "''"),
        (sa.Column("uid", sa.Text()), ""),
    ]


def _todos() -> None:
    _table(
        "todos.projects",
        _text("name"),
        _text("state"),
        _text("goal"),
        sa.Column("start", sa.Date()),
        sa.Column("due", sa.Date()),
        _texts("links"),
        _text("note"),
        sa.CheckConstraint(
            "state in ('active', 'someday', 'done', 'dropped')", name="projects_state_check"
        ),
        key=["name"],
        indexes=[["state"]],
    )
    _table(
        "todos.needs",
        sa.Column("todo", sa.UUID(), nullable=False),
        sa.Column("needs", sa.UUID(), nullable=False),
        key=["todo", "needs"],
        indexes=[["needs"]],
    )
    _table(
        "todos.blocks",
        _text("title"),
        sa.Column("todo", sa.UUID()),
        _moment("start"),
        sa.Column("minutes", sa.BigInteger(), nullable=False),
        _text("note"),
        indexes=[["start"], ["todo"]],
    )
    _table(
        "todos.work",
        sa.Column("todo", sa.UUID()),
        _moment("start"),
        sa.Column("minutes", sa.BigInteger(), nullable=False),
        sa.Column("running", sa.Boolean()),
        _text("note"),
        key=["running"],
        indexes=[["start"], ["todo"]],
    )
    _table(
        "todos.mirrors",
        _text("place"),
        _text("item"),
        sa.Column("todo", sa.UUID(), nullable=False),
        _text("text"),
        _text("said"),
        sa.Column("done", sa.Boolean(), nullable=False),
        key=["place", "item"],
        indexes=[["todo"]],
    )


def _reminders() -> None:
    _table(
        "reminders.items",
        _text("title"),
        sa.Column("day", sa.Date(), nullable=False),
        _text("clock"),
        _text("zone"),
        sa.Column("rule", sa.Text()),
        _text("lunar"),
        _text("missing"),
        _texts("before"),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("about", sa.Text()),
        _text("note"),
        sa.CheckConstraint("lunar in ('', 'yearly', 'monthly')", name="items_lunar_check"),
        sa.CheckConstraint("missing in ('before', 'after', 'skip')", name="items_missing_check"),
        indexes=[["active", "day"]],
    )
    _table(
        "reminders.preferences",
        _text("name"),
        _text("quiet_from"),
        _text("quiet_until"),
        _text("morning"),
        _texts("without"),
        _texts("todo_before"),
        _texts("family_before"),
        _texts("plan_before"),
        _texts("carriers"),
        _text("mail_to"),
        key=["name"],
    )
    _table(
        "reminders.notices",
        _text("occurrence"),
        _text("source"),
        _text("title"),
        _text("note"),
        sa.Column("about", sa.Text()),
        _moment("at"),
        sa.Column("whole_day", sa.Boolean(), nullable=False),
        _moment("fires"),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        _text("state"),
        sa.Column("until", sa.TIMESTAMP(timezone=True)),
        sa.CheckConstraint("state in ('new', 'snoozed', 'done')", name="notices_state_check"),
        key=["occurrence"],
        indexes=[["state", "fires"]],
    )
    _table(
        "reminders.deliveries",
        sa.Column("notice", sa.UUID(), nullable=False),
        _text("carrier"),
        _text("state"),
        sa.Column("tries", sa.BigInteger(), nullable=False),
        _moment("next_try"),
        sa.Column("sent_at", sa.TIMESTAMP(timezone=True)),
        _text("trouble"),
        sa.CheckConstraint("state in ('waiting', 'sent', 'failed')", name="deliveries_state_check"),
        key=["notice", "carrier"],
        indexes=[["state", "next_try"]],
    )


def _text(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=False)


def _texts(name: str) -> sa.Column[Any]:
    return sa.Column(name, pg.ARRAY(sa.Text()), nullable=False)


def _moment(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.TIMESTAMP(timezone=True), nullable=False)


def _table(
    table: str, *columns: Any, key: list[str] | None = None, indexes: list[list[str]] | None = None
) -> None:
    schema, _dot, name = table.partition(".")
    op.create_table(name, *system(), *columns, schema=schema)
    for index in indexes or []:
        op.create_index(f"{name}_owner_{'_'.join(index)}", name, ["owner", *index], schema=schema)
    if key:
        op.create_index(f"{name}_own_key", name, ["owner", *key], unique=True, schema=schema)
    guard(table)
