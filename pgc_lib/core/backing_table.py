"""Records that lie in a relational table."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import (
    Connection,
    FromClause,
    Select,
    and_,
    delete,
    func,
    insert,
    literal_column,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects import postgresql

from pgc_lib.core.backing import Bulk, OnConflict, Row
from pgc_lib.core.paging import Key, read_cursor, write_cursor
from pgc_lib.core.record import FieldSpec, Record
from pgc_lib.core.session import Session
from pgc_lib.core.tables import table_of
from pgc_lib.core.types import BY_NAME, FieldType

from pgc_lib.errors import Conflict, Denied, NotFound
from pgc_lib.i18n import _
from pgc_lib.stores.filters import Condition
from pgc_lib.stores.filters_sql import column_of, to_sql

if TYPE_CHECKING:
    import polars as pl

_LITERAL = postgresql.dialect(paramstyle="named")  # type: ignore[no-untyped-call]
"""Renders values into the text of a query without doubling its percent signs, for ADBC."""


class TableBacking:
    """The `Backing` of a Record whose rows are a table's."""

    def __init__(self, session: Session, record: type[Record]) -> None:
        self.session = session
        self.spec = record.spec
        self.table = table_of(record)

    @cached_property
    def _source(self) -> FromClause:
        """The table, or its rows as they were when the session looks at an earlier time."""
        if self.session.at is None:
            return self.table
        from pgc_lib.stores.timetravel import as_of

        return as_of(self.table, self.spec.area, self.spec.kind, self.session.at)

    def insert(self, values: Mapping[str, Any], *, owner: UUID | None, batch: UUID | None) -> Row:
        row = {**values, "batch": batch} | ({"owner": owner} if owner else {})
        statement = insert(self.table).values(row).returning(*self.table.c)
        with self.session.writing(batch=batch) as connection:
            return dict(connection.execute(statement).mappings().one())

    def bulk(
        self, frame: "pl.DataFrame", *, batch: UUID, owner: UUID | None, on_conflict: OnConflict
    ) -> Bulk:
        from pgc_lib.stores.postgres import copy_frame

        names = [name for name in ("id", *self.spec.fields) if name in frame.columns]
        stage = ", ".join(f'"{name}" {self._type(name).staged}' for name in names)
        with self.session.writing(batch=batch) as connection:
            raw: Any = connection.connection.driver_connection
            connection.execute(text(f"create temporary table stage ({stage}) on commit drop"))
            # COPY straight into a table with row security is refused, hence the staging table.
            copy_frame(raw, "stage", names, frame)
            connection.execute(
                text(self._from_stage(names, on_conflict)),
                {"batch": batch, "owner": owner or self.session.person},
            )
            return self._tally(connection, batch, frame.height)

    def _from_stage(self, names: Sequence[str], on_conflict: OnConflict) -> str:
        columns = ", ".join(f'"{name}"' for name in names)
        cast = {"link": "::uuid", "object": "::jsonb"}
        values = ", ".join(f'"{name}"{cast.get(self._type(name).name, "")}' for name in names)
        target = f'"{self.spec.area}"."{self.spec.name}"'
        statement = (
            f"insert into {target} (owner, batch, {columns}) "
            f"select cast(:owner as uuid), cast(:batch as uuid), {values} from stage"
        )
        if on_conflict == "error" or not self.spec.key:
            return statement
        key = ", ".join(f'"{name}"' for name in ("owner", *self.spec.key))
        rest = [name for name in names if name not in self.spec.key]
        if on_conflict == "skip" or not rest:
            return f"{statement} on conflict ({key}) do nothing"
        changes = ", ".join(f'"{name}" = excluded."{name}"' for name in rest)
        new = ", ".join(f'excluded."{name}"' for name in rest)
        old = ", ".join(f't."{name}"' for name in rest)
        # Rows that say the same again are left alone: no version, no history, no event.
        return (
            statement.replace(target, f"{target} as t", 1)
            + f" on conflict ({key}) do update set {changes} where ({old}) is distinct from ({new})"
        )

    def _type(self, name: str) -> FieldType:
        return BY_NAME["link"] if name == "id" else self.spec.fields[name].type

    @staticmethod
    def _tally(connection: Connection, batch: UUID, total: int) -> Bulk:
        """What history noted for the batch; cheaper than returning every row."""
        noted = connection.execute(
            text(
                "select verb, sum(rows)::bigint from pgc.changes where batch = :batch group by verb"
            ),
            {"batch": batch},
        ).all()
        done = {verb: int(rows) for verb, rows in noted}
        added, updated = done.get("insert", 0), done.get("update", 0)
        return Bulk(batch, added, updated, total - added - updated)

    def fetch(self, id: UUID) -> Row | None:
        source = self._source
        with self.session.reading() as connection:
            row = connection.execute(select(source).where(source.c.id == id)).mappings().first()
            return dict(row) if row else None

    def amend(self, id: UUID, changes: Mapping[str, Any], *, version: int | None) -> Row:
        table = self.table
        same = and_(table.c.id == id, *([table.c.version == version] if version else []))
        statement = update(table).where(same).values(**changes).returning(*table.c)
        with self.session.writing() as connection:
            row = connection.execute(statement).mappings().first()
            if row is None:
                self._explain_absence(connection, id, version)
            return dict(row)  # type: ignore[arg-type]

    def remove(self, id: UUID, *, version: int | None) -> bool:
        table = self.table
        same = and_(table.c.id == id, *([table.c.version == version] if version else []))
        with self.session.writing() as connection:
            gone = connection.execute(delete(table).where(same).returning(table.c.id)).first()
            if gone is None and version is not None:
                self._explain_absence(connection, id, version, missing_ok=True)
            return gone is not None

    def _explain_absence(
        self, connection: Connection, id: UUID, version: int | None, *, missing_ok: bool = False
    ) -> None:
        table = self.table
        found = connection.execute(select(table.c.version).where(table.c.id == id)).scalar()
        if found is None and missing_ok:
            return
        if found is None:
            raise NotFound(
                _("There is no {kind} {id}.", kind=self.spec.kind, id=id),
                next_step=_("It may have been removed, or is not shared with you."),
            )
        if version is None or found == version:
            raise Denied(
                _("You may see {kind} {id}, but not change it.", kind=self.spec.kind, id=id),
                next_step=_("Ask its owner for the right to edit this area."),
            )
        raise Conflict(
            _(
                "{kind} {id} was changed in between: you had version {wanted}, it is at {found}.",
                kind=self.spec.kind,
                id=id,
                wanted=version,
                found=found,
            ),
            next_step=_("Read it again, look at what changed, and make your change once more."),
        )

    def find(
        self, where: Condition, *, order: Sequence[str], limit: int | None, after: str | None
    ) -> tuple[list[Row], str | None]:
        source = self._source
        keys = [Key.read(name) for name in order]
        query = self._ordered(select(source).where(to_sql(where, source.c)), keys)
        if after is not None:
            values, last = read_cursor(self.spec.kind, order, after)
            query = query.where(self._beyond(keys, values, last))
        if limit is not None:
            query = query.limit(limit + 1)
        with self.session.reading() as connection:
            rows = [dict(row) for row in connection.execute(query).mappings()]
        if limit is None or len(rows) <= limit:
            return rows, None
        rows = rows[:limit]
        last_values = [rows[-1][key.name] for key in keys]
        return rows, write_cursor(self.spec.kind, order, last_values, rows[-1]["id"])

    def _ordered(self, query: Select[Any], keys: Sequence[Key]) -> Select[Any]:
        source = self._source
        for key in keys:
            column = column_of(key.name, source.c)
            query = query.order_by(
                column.desc().nulls_last() if key.descending else column.asc().nulls_last()
            )
        return query.order_by(source.c.id)

    def _beyond(self, keys: Sequence[Key], values: Sequence[Any], last: UUID) -> Any:
        """Everything after the place that the values and the id name; missing values come last."""
        source = self._source
        steps, same = [], []
        for key, value in zip(keys, values, strict=True):
            column = column_of(key.name, source.c)
            if value is None:
                same.append(column.is_(None))
                continue
            later = column < value if key.descending else column > value
            steps.append(and_(*same, or_(later, column.is_(None))))
            same.append(column == value)
        return or_(*steps, and_(*same, source.c.id > last))

    def count(self, where: Condition) -> int:
        source = self._source
        query = select(func.count()).select_from(source).where(to_sql(where, source.c))
        with self.session.reading() as connection:
            return int(connection.execute(query).scalar_one())

    def frame(
        self, where: Condition, *, order: Sequence[str], limit: int | None, columns: Sequence[str]
    ) -> "pl.DataFrame":
        from pgc_lib.core.frames import from_arrow

        source = self._source
        query = self._ordered(
            select(*(self._readable(name) for name in columns)).where(to_sql(where, source.c)),
            [Key.read(name) for name in order],
        )
        if not order:
            query = query.order_by(None)
        if limit is not None:
            query = query.limit(limit)
        statement = str(query.compile(dialect=_LITERAL, compile_kwargs={"literal_binds": True}))
        return from_arrow(self.session.arrow(statement), self.spec, columns)

    def _readable(self, name: str) -> Any:
        column = column_of(name, self._source.c)
        field: FieldSpec | None = self.spec.fields.get(name)
        read = field.type.read if field else "{}"
        if read == "{}":
            return column
        quoted = f'"{self._source.name}"."{name}"' if hasattr(self._source, "name") else f'"{name}"'
        if self._source is self.table:
            quoted = f'"{self.spec.area}".{quoted}'
        return literal_column(read.format(quoted)).label(name)
