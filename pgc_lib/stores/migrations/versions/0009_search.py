"""Search: one index over every area, what waits to be indexed, and the functions that walk it."""

from pathlib import Path
from typing import Any

from alembic import op

revision = "0009"
down_revision = "0008"

_SQL = Path(__file__).parents[1] / "sql" / "0009_search.sql"
_DOWN = """
drop trigger search_new on pgc.outbox;
drop trigger search_settled on pgc.outbox;
drop function pgc.search_wait, pgc.search_text, pgc.search_counts, pgc.search_near, pgc.search_similar,
    pgc.search_scope;
drop table pgc.search_waiting, pgc.search_words, pgc.search_chunks, pgc.search_unread, pgc.search_entries,
    pgc.search_states;
revoke usage on schema pgc, public from pgc_search;
"""


def upgrade() -> None:
    """Run the SQL file whole; it is not Alembic's to understand."""
    driver: Any = op.get_bind().connection.driver_connection
    driver.execute(_SQL.read_text(encoding="utf-8"))


def downgrade() -> None:
    """Take the index away; the role stays, for another lab on the server may use it."""
    driver: Any = op.get_bind().connection.driver_connection
    driver.execute(_DOWN)
