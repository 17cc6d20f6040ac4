"""A table read as a frame, without carrying the columns of a large one in which there is nothing.

One person's rows seldom use every column: no rate, no refund, no note. An empty column costs as much on its way as a
full one, and a database finds out several times faster that it is empty than it sends it.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import polars as pl
from sqlalchemy import ClauseElement, FromClause, Select, Table, func, select, text
from sqlalchemy.dialects import postgresql

from pgc_lib.core.frames import blank_column, from_arrow
from pgc_lib.core.session import Session
from pgc_lib.core.spec import Spec

if TYPE_CHECKING:
    import pyarrow as pa

    from pgc_lib.stores.arrow import Read

_LITERAL = postgresql.dialect(paramstyle="named")  # type: ignore[no-untyped-call]
"""Renders values into the text of a query without doubling its percent signs, for ADBC."""
_LARGE = 32 * 2**20
"""From so many bytes of a table on it pays to ask first."""
_SAMPLE = 1_000
"""A column that is used at all nearly always shows it among so many rows."""
_BYTES = text("""
    select pg_relation_size(cast(:table as regclass)) + coalesce(sum(pg_relation_size(inhrelid)), 0)
    from pg_inherits where inhparent = cast(:table as regclass)
""")


def is_large(session: Session, table: Table) -> bool:
    """Whether a table is so large, all its months together, that asking first pays."""
    with session.reading() as connection:
        return bool(connection.execute(_BYTES, {"table": table.fullname}).scalar_one() >= _LARGE)


def read(session: Session, spec: Spec, query: Select[Any], columns: Sequence[str]) -> pl.DataFrame:
    """The result of a query over ADBC, in the types of the Record."""
    return from_arrow(session.arrow(_rendered(query)), spec, columns)


def read_used(
    session: Session, spec: Spec, query: Select[Any], columns: Sequence[str], *, ordered: bool
) -> pl.DataFrame:
    """The same, empty columns made here instead of sent."""
    optional = {"batch", *(field.name for field in spec.fields.values() if field.optional)}
    unordered = query.order_by(None)

    def work(read: "Read") -> "pa.Table":
        empty = _without(
            read,
            unordered.limit(_SAMPLE).subquery(),
            [name for name in columns if name in optional],
        )
        if empty:
            empty = _without(read, unordered.subquery(), empty)
        sent = [query.selected_columns[name] for name in columns if name not in empty]
        return read(_rendered(query.with_only_columns(*sent)))

    # Whoever wants no order reads the pages one after another, not along that of some index.
    planning = {} if ordered else {"enable_indexscan": "off"}
    found = session.arrows.at_one_moment(work, **planning)
    frame = from_arrow(found, spec, found.column_names)
    missing = [name for name in columns if name not in frame.columns]
    return frame.with_columns(blank_column(name, spec, frame.height) for name in missing).select(
        columns
    )


def _without(read: "Read", source: FromClause, names: Sequence[str]) -> list[str]:
    """Those of the columns that hold nothing in any row."""
    if not names:
        return []
    counted = read(_rendered(select(*(func.count(source.c[name]).label(name) for name in names))))
    return [name for name, count in counted.to_pylist()[0].items() if not count]


def _rendered(query: ClauseElement) -> str:
    return str(query.compile(dialect=_LITERAL, compile_kwargs={"literal_binds": True}))
