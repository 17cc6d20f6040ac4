"""Documents as JSONB in PostgreSQL.

The engine's login is the person, so row security decides what is seen and changed; triggers stamp
versions and write the history (`migrations/sql/0001_core.sql`). This module only asks.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import Connection, Engine, Row, text
from sqlalchemy.exc import IntegrityError

from pgc_lib.errors import Denied
from pgc_lib.i18n import _
from pgc_lib.stores.documents import (
    EVERYTHING,
    BulkResult,
    Document,
    OnConflict,
    Page,
    Version,
    area_of,
    check_ids,
    not_found,
    stale,
    taken,
)
from pgc_lib.stores.documents_paging import parse_order, read_cursor, write_cursor
from pgc_lib.stores.documents_postgres_filters import Query
from pgc_lib.stores.documents_postgres_history import AS_OF, read_versions
from pgc_lib.stores.documents_values import (
    Json,
    canonical,
    changes_of,
    checked,
    dumps,
    loads,
    refuse,
)
from pgc_lib.stores.filters import Condition
from pgc_lib.stores.postgres import translated

_COLUMNS = "d.id, d.owner, d.version, d.created_at, d.updated_at, d.batch, d.body::text as body"
_HERE = "d.area = :area and d.kind = :kind"
_LISTED = f"{_HERE} and d.owner = any ((select pgc.owners(:area, 'see'))::uuid[])"
"""Row security says the same, but only so can a listing walk the index past what is not to be seen."""
_ITS_VERSION = "coalesce((select max(i.version) + 2 from pgc.images i where i.record = {id}), 1)"
"""A document that comes back goes on counting after its removal."""

_INSERT = f"""
    insert into pgc.documents as d (id, owner, area, kind, batch, version, body)
    values (:id, coalesce(:owner, pgc.me()), :area, :kind, :batch,
            {_ITS_VERSION.format(id=":id")}, cast(:body as jsonb))
    returning {_COLUMNS}"""
_STAGE = (
    # Several bulk writes may be steps of one transaction.
    "drop table if exists pg_temp.pgc_documents_in",
    "create temporary table pgc_documents_in (n int, id uuid, body jsonb) on commit drop",
)
_INSERT_STAGED = f"""
    with done as (
        insert into pgc.documents as d (id, owner, area, kind, batch, version, body)
        select s.id, coalesce(cast(:owner as uuid), pgc.me()), :area, :kind, :batch,
               {_ITS_VERSION.format(id="s.id")}, s.body
        from pgc_documents_in s order by s.id
        {{on_conflict}}
        returning (xmax = 0) as fresh)
    select count(*) filter (where fresh), count(*) filter (where not fresh) from done"""
_ON_CONFLICT: dict[OnConflict, str] = {
    "error": "",
    "skip": "on conflict (id) do nothing",
    "replace": """on conflict (id) do update set body = excluded.body
                  where d.body is distinct from excluded.body""",
}


class PostgresDocuments:
    """The documents that one person may see, through that person's own login."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def insert(
        self,
        kind: str,
        body: Mapping[str, Any],
        *,
        id: UUID,
        owner: UUID | None = None,
        batch: UUID | None = None,
    ) -> Document:
        """Add a document."""
        values = _place(kind) | {"id": id, "owner": owner, "batch": batch}
        values["body"] = dumps(checked(body))
        with translated():
            try:
                with self._engine.begin() as connection:
                    return _document(kind, connection.execute(text(_INSERT), values).one())
            except IntegrityError as error:
                raise _taken(error, kind, [id]) from error

    def insert_many(
        self,
        kind: str,
        items: Sequence[tuple[UUID, Mapping[str, Any]]],
        *,
        owner: UUID | None = None,
        batch: UUID | None = None,
        on_conflict: OnConflict = "error",
    ) -> BulkResult:
        """Add many, by COPY and one statement: all of them or none."""
        place = _place(kind)
        problems = check_ids(items)
        rows = [
            (row, key, dumps(canonical(body, problems, row=row)))
            for row, (key, body) in enumerate(items, 1)
        ]
        refuse(problems)
        if not rows:
            return BulkResult()
        ids = [key for _row, key, _body in rows]
        with translated():
            try:
                with self._engine.begin() as connection:
                    _stage(connection, rows, batch)
                    if on_conflict == "replace":
                        _refuse_other_kinds(connection, kind)
                    statement = _INSERT_STAGED.format(on_conflict=_ON_CONFLICT[on_conflict])
                    values = place | {"owner": owner, "batch": batch}
                    added, replaced = connection.execute(text(statement), values).one()
            except IntegrityError as error:
                raise _taken(error, kind, self._existing(ids) or ids) from error
        return BulkResult(added, replaced, len(rows) - added - replaced)

    def get(self, kind: str, id: UUID) -> Document | None:
        """The document, or None."""
        with translated(), self._engine.connect() as connection:
            return _get(connection, kind, id)

    def update(
        self, kind: str, id: UUID, changes: Mapping[str, Any], *, version: int | None = None
    ) -> Document:
        """Change the named fields."""
        gone, put = changes_of(changes)
        body = "(d.body - cast(:gone as text[])) || cast(:put as jsonb)"
        return self._change(kind, id, version, body, {"gone": gone, "put": dumps(put)})

    def replace(
        self, kind: str, id: UUID, body: Mapping[str, Any], *, version: int | None = None
    ) -> Document:
        """Put a whole new body."""
        put = dumps(checked(body))
        return self._change(kind, id, version, "cast(:put as jsonb)", {"put": put})

    def _change(
        self, kind: str, id: UUID, version: int | None, body: str, values: dict[str, Any]
    ) -> Document:
        statement = (
            f"update pgc.documents d set body = {body} where {_HERE} and d.id = :id "
            f"and d.version = coalesce(:version, d.version) returning {_COLUMNS}"
        )
        with translated(), self._engine.begin() as connection:
            values = values | _place(kind) | {"id": id, "version": version}
            row = connection.execute(text(statement), values).one_or_none()
            if row is None:
                _explain_nothing(connection, kind, id, version)
                raise not_found(kind, id)
            changed = _document(kind, row)
            checked(changed.body)  # together the fields may have grown too large
            return changed

    def delete(self, kind: str, id: UUID, *, version: int | None = None) -> bool:
        """Remove the document, keeping its history."""
        statement = (
            f"delete from pgc.documents d where {_HERE} and d.id = :id "
            "and d.version = coalesce(:version, d.version)"
        )
        with translated(), self._engine.begin() as connection:
            values = _place(kind) | {"id": id, "version": version}
            if connection.execute(text(statement), values).rowcount:
                return True
            _explain_nothing(connection, kind, id, version)
            return False

    def find(
        self,
        kind: str,
        where: Condition = EVERYTHING,
        *,
        order: Sequence[str] = (),
        limit: int | None = None,
        after: str | None = None,
    ) -> Page[Document]:
        """The documents that meet a condition, a page at a time."""
        keys = parse_order(order)
        query = Query(_place(kind))
        by, columns = query.order(keys)
        conditions = f"{_LISTED} and {query.where(where)}"
        if after is not None:
            conditions += f" and {query.after(keys, columns, read_cursor(kind, order, after))}"
        statement = f"select {_COLUMNS} from pgc.documents d where {conditions} order by {by}"
        if limit is not None:
            statement += f" limit {query.bind(limit + 1, 'bigint')}"
        with translated(), self._engine.connect() as connection:
            rows = connection.execute(text(statement), query.values).all()
        documents = [_document(kind, row) for row in rows]
        if limit is None or len(documents) <= limit:
            return Page(documents)
        page = documents[:limit]
        return Page(page, write_cursor(kind, order, page[-1]) if page else after)

    def count(self, kind: str, where: Condition = EVERYTHING) -> int:
        """How many documents meet a condition."""
        query = Query(_place(kind))
        statement = f"select count(*) from pgc.documents d where {_LISTED} and {query.where(where)}"
        with translated(), self._engine.connect() as connection:
            return int(connection.execute(text(statement), query.values).scalar_one())

    def versions(self, kind: str, id: UUID) -> list[Version]:
        """The whole history of a document, newest first."""
        area_of(kind)
        with translated(), self._engine.begin() as connection:
            # One moment for both questions, lest a change in between be seen twice or not at all.
            connection.execute(text("set transaction isolation level repeatable read read only"))
            return read_versions(connection, kind, id, _get(connection, kind, id))

    def as_of(self, kind: str, when: datetime) -> Iterator[Document]:
        """The documents as they were at a time."""
        with translated(), self._engine.connect() as connection:
            streamed = connection.execution_options(yield_per=1000)
            for row in streamed.execute(text(AS_OF), _place(kind) | {"moment": when}):
                yield _document(kind, row)

    def _existing(self, ids: Sequence[UUID]) -> list[UUID]:
        statement = text("select d.id from pgc.documents d where d.id = any (cast(:ids as uuid[]))")
        with self._engine.connect() as connection:
            return list(connection.execute(statement, {"ids": list(ids)}).scalars())


def _place(kind: str) -> dict[str, Any]:
    return {"area": area_of(kind), "kind": kind}


def _get(connection: Connection, kind: str, id: UUID) -> Document | None:
    statement = text(f"select {_COLUMNS} from pgc.documents d where {_HERE} and d.id = :id")
    row = connection.execute(statement, _place(kind) | {"id": id}).one_or_none()
    return None if row is None else _document(kind, row)


def _stage(
    connection: Connection, rows: Sequence[tuple[int, UUID, str]], batch: UUID | None
) -> None:
    if batch is not None:
        values = {"batch": str(batch)}
        connection.execute(text("select set_config('pgc.batch', :batch, true)"), values)
    for statement in _STAGE:
        connection.execute(text(statement))
    driver: Any = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    with driver.cursor() as cursor, cursor.copy("copy pgc_documents_in from stdin") as copy:
        for row in rows:
            copy.write_row(row)


def _refuse_other_kinds(connection: Connection, kind: str) -> None:
    statement = text(
        f"select d.id from pgc.documents d join pgc_documents_in s using (id) where not ({_HERE})"
    )
    if others := connection.execute(statement, _place(kind)).scalars().all():
        raise taken(kind, others)


def _explain_nothing(connection: Connection, kind: str, id: UUID, version: int | None) -> None:
    """Raise the reason why a document that can be seen was not changed."""
    seen = _get(connection, kind, id)
    if seen is None:
        return
    if version is not None and seen.version != version:
        raise stale(kind, id, version, seen.version)
    raise Denied(
        _("You may see {kind} {id} but not change it.", kind=kind, id=id),
        next_step=_("Ask its owner for the right to edit this area."),
    )


def _taken(error: IntegrityError, kind: str, ids: Sequence[UUID]) -> Exception:
    if isinstance(error.orig, psycopg.errors.UniqueViolation):
        return taken(kind, ids)
    return error


def _document(kind: str, row: Row[Any]) -> Document:
    body: dict[str, Json] = loads(row.body)
    return Document(
        id=row.id,
        owner=row.owner,
        kind=kind,
        version=row.version,
        created_at=row.created_at.astimezone(UTC),
        updated_at=row.updated_at.astimezone(UTC),
        batch=row.batch,
        body=body,
    )
