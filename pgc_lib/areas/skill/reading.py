"""Sums over skills' tables, computed by the database and read as frames; earlier times are read alike."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl
    from sqlalchemy import FromClause, Select

    from pgc_lib.core.record import Record
    from pgc_lib.core.session import Session


def source(session: "Session", record: "type[Record]") -> "FromClause":
    """The table of a kind, or its rows as they were at the session's moment."""
    from pgc_lib.core.tables import table_of

    table = table_of(record)
    if session.at is None:
        return table
    from pgc_lib.stores.timetravel import as_of

    return as_of(table, record.spec.area, record.spec.kind, session.at)


def frame(session: "Session", query: "Select[Any]") -> "pl.DataFrame":
    """The result with identifiers as 32 hexadecimal digits, like every other frame."""
    import polars as pl
    import polars.selectors as cs
    from sqlalchemy.dialects import postgresql

    dialect = postgresql.dialect(paramstyle="named")  # type: ignore[no-untyped-call]
    statement = str(query.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
    return pl.DataFrame(session.arrow(statement)).with_columns(cs.binary().bin.encode("hex"))
