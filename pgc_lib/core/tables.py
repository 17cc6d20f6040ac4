"""The relational table of a Record, derived from its definition.

Migrations are written by hand against these tables, and a test compares the two, so a definition that
changed without its migration does not pass.
"""

from functools import cache

from sqlalchemy import CheckConstraint, Column, Index, Integer, MetaData, Table, func, text
from sqlalchemy.dialects.postgresql import TIMESTAMP, UUID

from pgc_lib.core.record import Record

METADATA = MetaData(
    naming_convention={
        "ix": "%(table_name)s_%(column_0_N_name)s",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "ck": "%(table_name)s_%(constraint_name)s_check",
        "pk": "%(table_name)s_pkey",
    }
)


@cache
def table_of(record: type[Record]) -> Table:
    """The table in which records of this kind lie."""
    spec = record.spec
    fields = [
        Column(field.name, field.type.sql(), nullable=field.optional)
        for field in spec.fields.values()
    ]
    table = Table(
        spec.name,
        METADATA,
        Column("id", UUID(), primary_key=True, server_default=text("pgc.new_id()")),
        Column("owner", UUID(), nullable=False, server_default=text("pgc.me()")),
        Column("batch", UUID()),
        Column("version", Integer, nullable=False, server_default=text("1")),
        Column("created_at", TIMESTAMP(timezone=True), nullable=False, server_default=func.now()),
        Column("updated_at", TIMESTAMP(timezone=True), nullable=False, server_default=func.now()),
        *fields,
        *(
            CheckConstraint(
                f"{field.name} in ({', '.join(map(_quoted, field.choices))})",
                name=field.name,
            )
            for field in spec.fields.values()
            if field.choices and field.type.name == "text"
        ),
        schema=spec.area,
    )
    # The owner leads every index, because row security adds it to every query.
    for columns in spec.indexes:
        led = [table.c[name] for name in columns if not name.startswith("+")]
        carried = [name[1:] for name in columns if name.startswith("+")]
        Index(None, table.c.owner, *led, postgresql_include=carried)
    if spec.key:
        Index(
            f"{spec.name}_own_key",
            table.c.owner,
            *(table.c[name] for name in spec.key),
            unique=True,
        )
    return table


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
