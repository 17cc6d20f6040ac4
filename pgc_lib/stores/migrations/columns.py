"""The columns that every table of records begins with, as the migrations know them."""

from typing import Any

import sqlalchemy as sa


def system() -> list[sa.Column[Any]]:
    """Identity, owner, batch, version and both times; new objects at each call."""
    moment = sa.TIMESTAMP(timezone=True)
    return [
        sa.Column("id", sa.UUID(), primary_key=True, server_default=sa.text("pgc.new_id()")),
        sa.Column("owner", sa.UUID(), nullable=False, server_default=sa.text("pgc.me()")),
        sa.Column("batch", sa.UUID()),
        sa.Column("version", sa.Integer(), nullable=False, server_default=sa.text("1")),
        sa.Column("created_at", moment, nullable=False, server_default=sa.func.now()),
        sa.Column("updated_at", moment, nullable=False, server_default=sa.func.now()),
    ]
