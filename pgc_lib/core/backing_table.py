"""Records that lie in a relational table."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Select,
    and_,
    delete,
    func,
    insert,
    literal,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import IntegrityError

from pgc_lib.core.backing import Bulk, OnConflict, Row
from pgc_lib.core.backing_table_bulk import exists_already, is_clash, write_bulk
from pgc_lib.core.ids import new_id
from pgc_lib.core.months import Months
from pgc_lib.core.operands import operand, type_of
from pgc_lib.core.paging import Key, read_cursor, write_cursor
from pgc_lib.core.record import FieldSpec, Record
from pgc_lib.core.session import Session
from pgc_lib.core.tables import table_of
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
        self._months = Months(self.spec)

    @cached_property
    def _source(self) -> FromClause:
        """The table, or its rows as they were when the session looks at an earlier time."""
        if self.session.at is None:
            return self.table
        from pgc_lib.stores.timetravel import as_of

        return as_of(self.table, self.spec.area, self.spec.kind, self.session.at)

    def new_id(self, _values: Mapping[str, Any], _owner: UUID | None, /) -> UUID:
        return new_id()

    def insert(self, values: Mapping[str, Any], *, owner: UUID | None, batch: UUID | None) -> Row:
        row = {**values, "batch": batch} | ({"owner": owner} if owner else {})
        statement = insert(self.table).values(row).returning(*self.table.c)
        self._months.make(self.session, [values.get(self.spec.by_month)])
        with self.session.writing(batch=batch) as connection, self._named_clash(values):
            return dict(connection.execute(statement).mappings().one())

    @contextmanager
    def _named_clash(self, values: Mapping[str, Any]) -> Iterator[None]:
        """Say which key exists already, rather than what the database calls it."""
        try:
            yield
        except IntegrityError as error:
            if is_clash(error, self.spec):
                raise exists_already(self.spec, [values]) from error
            raise

    def bulk(
        self, frame: "pl.DataFrame", *, batch: UUID, owner: UUID | None, on_conflict: OnConflict
    ) -> Bulk:
        owner = owner or self.session.person
        if self.spec.by_month:
            self._months.make(self.session, frame[self.spec.by_month].unique())
        with self.session.writing(batch=batch) as connection:
            return write_bulk(
                connection, self.spec, frame, batch=batch, owner=owner, on_conflict=on_conflict
            )

    def fetch(self, id: UUID) -> Row | None:
        source = self._source
        with self.session.reading() as connection:
            row = connection.execute(select(source).where(source.c.id == id)).mappings().first()
            return dict(row) if row else None

    def amend(self, id: UUID, changes: Mapping[str, Any], *, version: int | None) -> Row:
        table = self.table
        same = and_(
            table.c.id == id, *([table.c.version == version] if version is not None else [])
        )
        statement = update(table).where(same).values(**changes).returning(*table.c)
        self._months.make(self.session, [changes.get(self.spec.by_month)])
        with self.session.writing() as connection, self._named_clash(changes):
            row = connection.execute(statement).mappings().first()
            if row is None:
                self._explain_absence(connection, id, version)
            elif row["version"] < 0:  # what it left in a hypertable when it went to another day
                row = connection.execute(select(table).where(table.c.id == id)).mappings().first()
            return dict(row)  # type: ignore[arg-type]

    def remove(self, id: UUID, *, version: int | None) -> bool:
        table = self.table
        same = and_(
            table.c.id == id, *([table.c.version == version] if version is not None else [])
        )
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
        query = self._ordered(select(source).where(to_sql(where, self._source.c)), keys)
        if after is not None:
            written, last = read_cursor(self.spec.kind, order, after)
            values = [
                None if value is None else operand(key.name, type_of(key.name, self.spec), value)
                for key, value in zip(keys, written, strict=True)
            ]
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
            column = column_of(key.name, self._source.c)
            way = column.desc() if key.descending else column.asc()
            # Where nothing is ever missing, saying where it would come keeps an index from being walked.
            query = query.order_by(way.nulls_last() if self._may_miss(key.name) else way)
        return query.order_by(source.c.id)

    def _may_miss(self, name: str) -> bool:
        field: FieldSpec | None = self.spec.fields.get(name)
        return field.optional if field is not None else name == "batch"

    def _beyond(self, keys: Sequence[Key], values: Sequence[Any], last: UUID) -> Any:
        """Everything after the place that the values and the id name; missing values come last."""
        source = self._source
        first: list[ColumnElement[bool]] = []
        if keys and not self._may_miss(keys[0].name):
            # The same said once more in a way from which an index can begin.
            column = column_of(keys[0].name, self._source.c)
            bound = literal(values[0], column.type)
            first = [column <= bound if keys[0].descending else column >= bound]
        steps: list[ColumnElement[bool]] = []
        same: list[ColumnElement[bool]] = []
        for key, value in zip(keys, values, strict=True):
            column = column_of(key.name, self._source.c)
            if value is None:
                same.append(column.is_(None))
                continue
            last_value = literal(value, column.type)
            later = column < last_value if key.descending else column > last_value
            further = or_(later, column.is_(None)) if self._may_miss(key.name) else later
            steps.append(and_(*same, further))
            same.append(column == last_value)
        return and_(*first, or_(*steps, and_(*same, source.c.id > last)))

    def count(self, where: Condition) -> int:
        source = self._source
        query = select(func.count()).select_from(source).where(to_sql(where, self._source.c))
        with self.session.reading() as connection:
            return int(connection.execute(query).scalar_one())

    def frame(
        self, where: Condition, *, order: Sequence[str], limit: int | None, columns: Sequence[str]
    ) -> "pl.DataFrame":
        from pgc_lib.core import backing_table_frame as frames

        query = self._ordered(
            select(*(self._readable(name) for name in columns)).where(
                to_sql(where, self._source.c)
            ),
            [Key.read(name) for name in order],
        )
        if not order:
            query = query.order_by(None)
        if limit is None and self.session.at is None and self._large:
            return frames.read_used(self.session, self.spec, query, columns, ordered=bool(order))
        return frames.read(self.session, self.spec, query.limit(limit), columns)

    @cached_property
    def _large(self) -> bool:
        from pgc_lib.core.backing_table_frame import is_large

        return is_large(self.session, self.table)

    def _readable(self, name: str) -> Any:
        column = column_of(name, self._source.c)
        field: FieldSpec | None = self.spec.fields.get(name)
        read = field.type.read if field else "{}"
        if read == "{}":
            return column
        return literal_column(read.format(column.compile(dialect=_LITERAL))).label(name)
