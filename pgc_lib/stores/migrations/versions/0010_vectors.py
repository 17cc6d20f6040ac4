"""Vector collections: the collections, their items in a part each, and the functions that make parts and indexes."""

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from pgc_lib.stores.migrations import guard
from pgc_lib.stores.migrations.columns import system

revision = "0010"
down_revision = "0009"

_SQL = Path(__file__).parents[1] / "sql"


def upgrade() -> None:
    """Make the tables and close them."""
    op.execute("create schema vectors")
    op.create_table(
        "collections",
        *system(),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("dimension", sa.BigInteger(), nullable=False),
        sa.Column("metric", sa.Text(), nullable=False),
        sa.Column("index", sa.Text(), nullable=False),
        sa.Column("parameters", pg.JSONB(), nullable=False),
        sa.Column("search", pg.JSONB(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("store", sa.Text(), nullable=False),
        sa.Column("built", pg.JSONB()),
        sa.Column("note", sa.Text(), nullable=False),
        sa.CheckConstraint("metric in ('cosine', 'l2', 'ip')", name="collections_metric_check"),
        sa.CheckConstraint("index in ('flat', 'ivf', 'hnsw')", name="collections_index_check"),
        sa.CheckConstraint("store in ('postgresql', 'milvus')", name="collections_store_check"),
        schema="vectors",
    )
    op.create_index(
        "collections_own_key", "collections", ["owner", "name"], unique=True, schema="vectors"
    )
    guard("vectors.collections")
    op.execute(_ITEMS)
    guard("vectors.items")
    # An item belongs to whoever its collection belongs to, so one part holds one owner's rows.
    op.execute(
        "create policy fits on vectors.items as restrictive for insert "
        "with check ((collection, owner) in (select id, owner from vectors.collections))"
    )
    _run("0010_vectors.sql")
    op.execute(
        "create trigger make_part after insert or update on vectors.collections "
        "for each row execute function pgc.make_vector_part()"
    )
    # What an item belongs to is not changed afterwards.
    op.execute("revoke update (collection) on vectors.items from pgc_person")


_ITEMS = """
create table vectors.items (
    id uuid not null default pgc.new_id(),
    owner uuid not null default pgc.me(),
    batch uuid,
    version integer not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    collection uuid not null,
    key text not null check (length(key) between 1 and 500),
    text text not null check (length(text) <= 16000),
    metadata jsonb not null check (jsonb_typeof(metadata) = 'object' and octet_length(metadata::text) <= 131072),
    vector vector not null,
    primary key (id, collection)
) partition by list (collection);
create unique index items_key on vectors.items (collection, key);
create index items_batch on vectors.items (batch) where batch is not null;
"""


def _run(name: str) -> None:
    """An SQL file whole; it is not Alembic's to understand."""
    driver: Any = op.get_bind().connection.driver_connection
    driver.execute((_SQL / name).read_text(encoding="utf-8"))


def downgrade() -> None:
    """Take the collections away with their parts."""
    op.execute("drop schema vectors cascade")
    op.execute("drop schema vector_parts cascade")
    op.execute("drop table pgc.vector_parts")
    op.execute(
        "drop function pgc.index_vectors, pgc.make_vector_part, pgc.new_vector_leaf, "
        "pgc.close_vector_part, pgc.vector_parameter"
    )
