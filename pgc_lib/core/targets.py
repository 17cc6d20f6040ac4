"""Where the records of a kind lie. One place decides, for history and for undoing alike."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text

_HUNG = {"attachments": "pgc.attachments", "comments": "pgc.comments"}
"""What hangs on records; history writes it as `finance.transactions/comments`."""

_TABLE = text("""
    select format('%I.%I', n.nspname, c.relname)
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = :area and c.relname = :name and c.relkind in ('r', 'p')
      and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'batch')""")

_COLUMNS = text("""
    select a.attname as name, a.attgenerated <> '' as generated,
           has_column_privilege(a.attrelid, a.attnum, 'insert') as insertable,
           has_column_privilege(a.attrelid, a.attnum, 'update') as updatable,
           pg_get_expr(d.adbin, d.adrelid) as fallback
    from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
    where a.attrelid = cast(:table as regclass) and a.attnum > 0 and not a.attisdropped
    order by a.attnum""")


@dataclass(frozen=True, slots=True)
class Column:
    """A column, and what the person may do with it."""

    name: str
    generated: bool
    insertable: bool
    updatable: bool
    fallback: str | None

    @property
    def quoted(self) -> str:
        return '"' + self.name.replace('"', '""') + '"'


@dataclass(frozen=True, slots=True)
class Target:
    """The table of a kind."""

    table: str
    """Its name, quoted, ready for SQL."""
    columns: Sequence[Column]
    mixed: str | None
    """For a table of many kinds: the kind that the rows themselves name."""

    @property
    def marks_removal(self) -> bool:
        """Rows are not deleted but marked, since something else depends on them."""
        return self.table == "pgc.attachments"


def target_of(connection: Connection, kind: str) -> Target:
    """The table in which records of a kind lie: their own, or that of the documents."""
    base, _slash, hung = kind.partition("/")
    table: str | None = _HUNG.get(hung)
    mixed: str | None = base
    if table is None:
        area, _dot, name = kind.partition(".")
        table = connection.execute(_TABLE, {"area": area, "name": name}).scalar()
        mixed = None if table else kind
    table = table or "pgc.documents"
    columns = [Column(**row) for row in connection.execute(_COLUMNS, {"table": table}).mappings()]
    return Target(table, columns, mixed)
