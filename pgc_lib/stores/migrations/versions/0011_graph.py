"""The knowledge graph: edges that people add, and what is read off records."""

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import op

from pgc_lib.stores.migrations import guard
from pgc_lib.stores.migrations.columns import system

revision = "0011"
down_revision = "0010"

_SQL = Path(__file__).parents[1] / "sql" / "0011_graph.sql"


def upgrade() -> None:
    """Make the tables and close them."""
    op.execute("create schema graph")
    op.create_table(
        "edges",
        *system(),
        sa.Column("one", sa.Text(), nullable=False),
        sa.Column("relation", sa.Text(), nullable=False),
        sa.Column("other", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        schema="graph",
    )
    op.create_index("edges_owner_other", "edges", ["owner", "other"], schema="graph")
    op.create_index(
        "edges_own_key", "edges", ["owner", "one", "relation", "other"], unique=True, schema="graph"
    )
    guard("graph.edges")
    driver: Any = op.get_bind().connection.driver_connection
    driver.execute(_SQL.read_text(encoding="utf-8"))


def downgrade() -> None:
    """Take the graph away; what it was read off stays."""
    op.execute("drop view pgc.graph_ties")
    op.execute("drop table pgc.graph_nodes, pgc.graph_links, pgc.graph_marks")
    op.execute("drop schema graph cascade")
