"""What keeps hypertables apart and lets a row change its month, in labs that were made before it."""

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import op

from pgc_lib.errors import StoreError
from pgc_lib.i18n import _

revision = "0024"
down_revision = "0023"

_SQL = Path(__file__).parents[1] / "sql" / "hypertables.sql"
_SERIES = ("skills.practice", "knowledge.reviews")


def upgrade() -> None:
    """Bring the functions that a new lab has from its first series on."""
    bind = op.get_bind()
    if bind.scalar(sa.text("select to_regproc('pgc.guard_table') is not null")):
        return
    driver: Any = bind.connection.driver_connection
    driver.execute(_SQL.read_text(encoding="utf-8"))
    for series in _SERIES:
        hyper = sa.text("select pgc.day_of_hypertable(cast(:it as regclass)) is not null")
        if bind.scalar(hyper, {"it": series}):
            # No person could ever write to such a table, so there is nothing in it to bring along.
            raise StoreError(
                _(
                    "{series} was made as a hypertable by an earlier version, with chunks that other persons could reach.",
                    series=series,
                ),
                next_step=_(
                    "Make a new database for the lab; nothing was ever kept in this table."
                ),
            )


def downgrade() -> None:
    """Nothing: the series need it, and it goes when they go (0005)."""
