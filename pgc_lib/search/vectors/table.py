"""The table of items. It is no Record's, because a vector is no field that forms, frames and imports know."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP, UUID
from sqlalchemy.dialects.postgresql.base import ischema_names

from pgc_lib.core.tables import METADATA


class Vector(sa.types.UserDefinedType[str]):
    """pgvector's type, as text such as [1,2,3]."""

    cache_ok = True

    def get_col_spec(self, **_options: Any) -> str:
        return "vector"

    def bind_processor(self, _dialect: sa.Dialect) -> Callable[[Any], Any]:
        return lambda value: value


ischema_names["vector"] = Vector  # so that a comparison with the database knows the column

ITEMS = sa.Table(
    "items",
    METADATA,
    sa.Column("id", UUID(), primary_key=True, server_default=sa.text("pgc.new_id()")),
    sa.Column("owner", UUID(), nullable=False, server_default=sa.text("pgc.me()")),
    sa.Column("batch", UUID()),
    sa.Column("version", sa.Integer, nullable=False, server_default=sa.text("1")),
    sa.Column("created_at", TIMESTAMP(timezone=True), nullable=False, server_default=sa.func.now()),
    sa.Column("updated_at", TIMESTAMP(timezone=True), nullable=False, server_default=sa.func.now()),
    sa.Column("collection", UUID(), nullable=False, primary_key=True),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("metadata", JSONB(), nullable=False),
    sa.Column("vector", Vector(), nullable=False),
    schema="vectors",
)
sa.Index("items_key", ITEMS.c.collection, ITEMS.c.key, unique=True)
sa.Index("items_batch", ITEMS.c.batch, postgresql_where=ITEMS.c.batch.is_not(None))
