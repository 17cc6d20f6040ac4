"""Many rows of a table as a frame; a large table whole, by two connections that see the same moment.

Sending rows keeps one core busy, and making columns of them another. Where everything is wanted, the pages of the
table are halved: each half is read without an index in between, and all cores have something to do.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, text
from sqlalchemy.dialects import postgresql

from pgc_lib.core.session import Session
from pgc_lib.core.spec import Spec

if TYPE_CHECKING:
    import polars as pl
    import pyarrow as pa

LITERAL = postgresql.dialect(paramstyle="named")  # type: ignore[no-untyped-call]
"""Renders values into the text of a query without doubling its percent signs, for ADBC."""
_LARGE = 64 * 2**20
"""Bytes of a table from which on opening two connections is worth it."""


def read_frame(
    session: Session, spec: Spec, query: Select[Any], columns: Sequence[str], *, whole: bool
) -> "pl.DataFrame":
    """The result of a query in the types of the Record; `whole` says that it asks for all rows in any order."""
    import polars as pl

    from pgc_lib.core.frames import from_arrow

    def made(table: "pa.Table") -> pl.DataFrame:
        return from_arrow(table, spec, columns)

    halves = _halves(session, spec, query) if whole else []
    if halves:
        return pl.concat(session.arrow_parts(halves, made))
    return made(session.arrow(_written(query)))


def _halves(session: Session, spec: Spec, query: Select[Any]) -> list[str]:
    """The query over either half of the pages, if they are many; a table in partitions has none of its own."""
    name = f'"{spec.area}"."{spec.name}"'
    found = session.arrow(
        f"select pg_relation_size('{name}') as size, current_setting('block_size')::int as page"
    ).to_pylist()[0]
    if found["size"] < _LARGE:
        return []
    middle = f"'({found['size'] // found['page'] // 2},0)'::tid"
    return [_written(query.where(text(f"ctid {side} {middle}"))) for side in ("<", ">=")]


def _written(query: Select[Any]) -> str:
    return str(query.compile(dialect=LITERAL, compile_kwargs={"literal_binds": True}))
