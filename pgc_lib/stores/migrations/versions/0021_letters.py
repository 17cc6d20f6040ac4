"""Due reminders are mailed by the worker of a server, whoever's own server is off; a document's path is one's alone."""

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from pgc_lib.stores.migrations import guard

revision = "0021"
down_revision = "0020"

_SQL = Path(__file__).parents[1] / "sql" / "0021_letters.sql"


def upgrade() -> None:
    """Make the tables of letters, of plans, of the post, and what holds the names of documents."""
    driver: Any = op.get_bind().connection.driver_connection
    driver.execute(_SQL.read_text(encoding="utf-8"))
    op.add_column("items", sa.Column("words", pg.JSONB()), schema="suggestions")
    guard("suggestions.items")


def downgrade() -> None:
    """Take them away; what waited to be mailed is still in everyone's inbox."""
    op.drop_column("items", "words", schema="suggestions")
    op.execute("drop function pgc.hold_docs")
    op.execute("drop table pgc.letters, pgc.letter_plans, pgc.post, pgc.doc_locks")
    op.execute("drop function pgc.limit_letters")
    op.execute("revoke select (lang) on pgc.persons from pgc_worker")
