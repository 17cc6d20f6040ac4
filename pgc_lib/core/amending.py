"""Changing many rows of a table at once: binary COPY into a staging table, then one update.

Each row says which record it means, what its fields become and, where that matters, what they must still
be. A record that was changed in between is left as it is.
"""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import Connection, text

from pgc_lib.core.spec import Spec
from pgc_lib.core.types import BY_NAME

if TYPE_CHECKING:
    import polars as pl

WAS = "was "
"""Before the name of a column that says what a field must still be; no field is called so."""

_CASTS = {"link": "::uuid", "object": "::jsonb"}


def amend_many(connection: Connection, spec: Spec, frame: "pl.DataFrame") -> list[UUID]:
    """Bring the records that `id` names to what the other columns say; those that were changed.

    A column `WAS + name` holds the value that the field must have, so that nothing newer is overwritten.
    """
    from pgc_lib.stores.postgres import copy_frame

    names = [name for name in spec.fields if name in frame.columns]
    known = [name for name in spec.fields if WAS + name in frame.columns]
    columns = ["id", *names, *(WAS + name for name in known)]
    staged = ", ".join(f'"{name}" {_staged(name, spec)}' for name in columns)
    connection.execute(text("drop table if exists pg_temp.amended"))
    connection.execute(text(f"create temporary table amended ({staged}) on commit drop"))
    raw: Any = connection.connection.driver_connection
    copy_frame(raw, "amended", columns, frame)
    connection.execute(text("analyze amended"))
    changes = ", ".join(f'"{name}" = {_value(name, name, spec)}' for name in names)
    same = [f't."{name}" is not distinct from {_value(WAS + name, name, spec)}' for name in known]
    statement = (
        f'update "{spec.area}"."{spec.name}" t set {changes} from amended s '
        f"where {' and '.join(['t.id = s.id::uuid', *same])} returning t.id"
    )
    done = list(connection.execute(text(statement)).scalars())
    connection.execute(text("drop table pg_temp.amended"))
    return done


def _staged(column: str, spec: Spec) -> str:
    if column == "id":
        return "text"
    return BY_NAME[spec.fields[column.removeprefix(WAS)].type.name].staged


def _value(column: str, name: str, spec: Spec) -> str:
    return f's."{column}"{_CASTS.get(spec.fields[name].type.name, "")}'
