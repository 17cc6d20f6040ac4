"""Attachments in PostgreSQL: a row for each, its bytes in rows of 1 MB or in a bucket.

The row must stand before its pieces, so a file is read twice: first to measure it, then to store it.
"""

import io
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import psycopg
from sqlalchemy import Connection, Engine, Row, text
from sqlalchemy.exc import IntegrityError

from pgc_lib.errors import Denied
from pgc_lib.i18n import _
from pgc_lib.stores.attachments import (
    Attachment,
    Meter,
    Source,
    attachment_taken,
    changed_meanwhile,
    chunked,
    describe,
    measured,
    no_attachment,
    opened,
)
from pgc_lib.stores.documents import area_of
from pgc_lib.stores.postgres import translated

if TYPE_CHECKING:
    from pgc_lib.stores.attachments_s3 import Bucket

_COLUMNS = """a.id, a.owner, a.kind, a.record, a.name, a.media_type, a.size,
              encode(a.sha256, 'hex') as sha256, a.location, a.batch, a.version,
              a.created_at, a.updated_at"""
_INSERT = f"""
    insert into pgc.attachments as a
        (id, owner, area, kind, record, name, media_type, size, sha256, location, batch)
    values (:id, coalesce(:owner, pgc.me()), :area, :kind, :record, :name, :media_type, :size,
            decode(:sha256, 'hex'), :location, :batch)
    returning {_COLUMNS}"""
_THIS = "a.area = :area and a.kind = :kind and a.id = :id"


class PostgresAttachments:
    """The attachments that one person may see, through that person's own login."""

    def __init__(self, engine: Engine, bucket: "Bucket | None" = None) -> None:
        self._engine = engine
        self._bucket = bucket

    def add(
        self,
        kind: str,
        source: Source,
        *,
        id: UUID,
        record: UUID,
        name: str = "",
        media_type: str = "",
        owner: UUID | None = None,
        batch: UUID | None = None,
    ) -> Attachment:
        """Attach a file to a record."""
        name, media_type = describe(source, name, media_type)
        values = {
            "area": area_of(kind),
            "kind": kind,
            "id": id,
            "owner": owner,
            "record": record,
            "name": name,
            "media_type": media_type,
            "batch": batch,
        }
        with translated():
            try:
                if self._bucket is not None:
                    return self._add_to_bucket(self._bucket, source, values)
                return self._add_here(source, values)
            except IntegrityError as error:
                if isinstance(error.orig, psycopg.errors.UniqueViolation):
                    raise attachment_taken(id) from error
                raise

    def _add_here(self, source: Source, values: dict[str, Any]) -> Attachment:
        with measured(source) as (stream, known), self._engine.begin() as connection:
            added = _insert(connection, values, known, None)
            meter = Meter(stream)
            statement = text("insert into pgc.attachment_chunks values (:id, :n, :data)")
            for n, data in enumerate(meter.chunks()):
                connection.execute(statement, {"id": added.id, "n": n, "data": data})
            if meter.sha256 != known.sha256:
                raise changed_meanwhile()
            return added

    def _add_to_bucket(
        self, bucket: "Bucket", source: Source, values: dict[str, Any]
    ) -> Attachment:
        with self._engine.connect() as connection:
            owner = values["owner"] or connection.execute(text("select pgc.me()")).scalar_one()
        with opened(source) as stream, bucket.added(owner, values["area"], stream) as (key, known):
            return self._enter(values, known, key)  # should this fail, the object goes too

    def _enter(self, values: dict[str, Any], known: Meter, location: str) -> Attachment:
        with self._engine.begin() as connection:
            return _insert(connection, values, known, location)

    def get(self, kind: str, id: UUID) -> Attachment | None:
        """What is known about an attachment."""
        found = self._select(f"{_THIS} and a.removed_at is null", kind, {"id": id})
        return found[0] if found else None

    def of(self, kind: str, record: UUID) -> list[Attachment]:
        """The attachments of a record, oldest first."""
        condition = (
            "a.area = :area and a.kind = :kind and a.record = :record and a.removed_at is null"
        )
        return self._select(condition, kind, {"record": record})

    def open(self, kind: str, id: UUID) -> io.BufferedReader:
        """The bytes."""
        found = self.get(kind, id)
        if found is None:
            raise no_attachment(id)
        if found.location is not None:
            return _bucket_of(self._bucket).open(found.location, found.size)
        return chunked(found.size, lambda n: self._chunk(id, n))

    def _chunk(self, id: UUID, n: int) -> bytes | None:
        statement = text("select data from pgc.attachment_chunks where attachment = :id and n = :n")
        with translated(), self._engine.connect() as connection:
            data: bytes | None = connection.execute(statement, {"id": id, "n": n}).scalar()
            return data

    def delete(self, kind: str, id: UUID) -> bool:
        """Mark an attachment as removed."""
        return self._mark(kind, id, "now()", "a.removed_at is null")

    def restore(self, kind: str, id: UUID) -> bool:
        """Undo a removal."""
        return self._mark(kind, id, "null", "a.removed_at is not null")

    def _mark(self, kind: str, id: UUID, value: str, condition: str) -> bool:
        values = {"area": area_of(kind), "kind": kind, "id": id}
        rows = f"pgc.attachments a where {_THIS} and {condition}"
        with translated(), self._engine.begin() as connection:
            statement = f"update pgc.attachments a set removed_at = {value} where {_THIS}"
            if connection.execute(text(f"{statement} and {condition}"), values).rowcount:
                return True
            if connection.execute(text(f"select from {rows}"), values).all():
                raise Denied(
                    _("You may see the attachment {id} but not change it.", id=id),
                    next_step=_("Ask its owner for the right to edit this area."),
                )
            return False

    def purge(self, area: str, before: datetime) -> int:
        """Free the bytes of what was removed before a time."""
        statement = text(
            """delete from pgc.attachments a
               where a.owner = pgc.me() and a.area = :area and a.removed_at < :before
               returning a.location"""
        )
        with translated():
            with self._engine.begin() as connection:
                values = {"area": area, "before": before}
                locations = connection.execute(statement, values).scalars().all()
            if self._bucket is not None:
                self._sweep(self._bucket, area, before)
        return len(locations)

    def _sweep(self, bucket: "Bucket", area: str, before: datetime) -> None:
        """Delete the objects that no row names: those of purged rows and of cut-off uploads."""
        known = text("select a.location from pgc.attachments a where a.location = any (:keys)")
        with self._engine.connect() as connection:
            me = connection.execute(text("select pgc.me()")).scalar_one()
            for keys in bucket.keys(me, area, before):
                named = set(connection.execute(known, {"keys": keys}).scalars())
                bucket.delete([key for key in keys if key not in named])

    def _select(self, condition: str, kind: str, values: dict[str, Any]) -> list[Attachment]:
        statement = f"select {_COLUMNS} from pgc.attachments a where {condition} order by a.id"
        values = values | {"area": area_of(kind), "kind": kind}
        with translated(), self._engine.connect() as connection:
            return _attachments(connection.execute(text(statement), values).all())


def _insert(
    connection: Connection, values: dict[str, Any], known: Meter, location: str | None
) -> Attachment:
    its = {"size": known.size, "sha256": known.sha256, "location": location}
    return _attachments([connection.execute(text(_INSERT), values | its).one()])[0]


def _bucket_of(bucket: "Bucket | None") -> "Bucket":
    from pgc_lib.stores.attachments_s3 import missing_bucket

    if bucket is None:
        raise missing_bucket()
    return bucket


def _attachments(rows: Sequence[Row[Any]]) -> list[Attachment]:
    return [
        Attachment(
            **dict(row._mapping)
            | {
                "created_at": row.created_at.astimezone(UTC),
                "updated_at": row.updated_at.astimezone(UTC),
            }
        )
        for row in rows
    ]
