"""Searching by meaning among few texts asks only their vectors; the graph remembers up to what it was read."""

from pathlib import Path
from typing import Any

from alembic import op

revision = "0020"
down_revision = "0019"

_SQL = Path(__file__).parents[1] / "sql" / "0020_knowledge_sooner.sql"
_DOWN = "alter table pgc.graph_marks drop column seen"


def upgrade() -> None:
    """Run the SQL file whole; it is not Alembic's to understand."""
    driver: Any = op.get_bind().connection.driver_connection
    driver.execute(_SQL.read_text(encoding="utf-8"))


def downgrade() -> None:
    """Take the column away; the function answers the same as before, so it stays."""
    op.execute(_DOWN)
