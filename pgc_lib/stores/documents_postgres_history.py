"""The versions of a document, read back from the history that the triggers write.

An image is a row as it was until a change ended it, so the change that made a version is the one that
ended the version before; the first version of all comes from a line about an insert.
"""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, text

from pgc_lib.stores.documents import Document, Version
from pgc_lib.stores.documents_values import loads

AS_OF = """
    select d.id, d.owner, d.version, d.created_at, d.updated_at, d.batch, d.body::text as body
    from pgc.documents d
    where d.area = :area and d.kind = :kind and d.updated_at <= :moment
      and d.owner = any ((select pgc.owners(:area, 'see'))::uuid[])
    union all
    select i.record, i.owner, i.version, cast(i.before ->> 'created_at' as timestamptz), i.valid_from,
           cast(i.before ->> 'batch' as uuid), (i.before -> 'body')::text
    from pgc.images i
    where i.area = :area and i.kind = :kind and i.valid_from <= :moment and i.valid_to > :moment"""

_IMAGES = """
    select i.version, i.valid_from, i.valid_to, (i.before -> 'body')::text as body,
           cast(i.before ->> 'batch' as uuid) as batch_of_row, c.verb, c.actor, c.batch
    from pgc.images i join pgc.changes c on c.id = i.change
    where i.record = :id and i.kind = :kind order by i.valid_to, i.change"""

_INSERTS = """
    select c.at, c.actor from pgc.changes c
    where c.verb = 'insert' and c.kind = :kind and c.token is null
      and (c.records @> array[cast(:id as uuid)]
           or (c.records is null and c.batch = any (cast(:batches as uuid[]))))"""


def read_versions(
    connection: Connection, kind: str, id: UUID, now: Document | None
) -> list[Version]:
    """Every version of a document, newest first; `now` is the document as it is, if it still is."""
    images = connection.execute(text(_IMAGES), {"id": id, "kind": kind}).all()
    batches = {image.batch_of_row for image in images} | {now.batch if now else None}
    values = {"id": id, "kind": kind, "batches": [batch for batch in batches if batch is not None]}
    inserts = {_utc(row.at): row.actor for row in connection.execute(text(_INSERTS), values)}

    found: list[Version] = []
    before: Row[Any] | None = None
    for image in images:
        began = _utc(image.valid_from)
        body = loads(image.body)
        found.append(_version(image.version, began, image.batch_of_row, body, before, inserts))
        if image.verb == "delete":
            ended = _utc(image.valid_to)
            found.append(
                Version(image.version + 1, "delete", image.actor, ended, image.batch, None)
            )
        before = image
    if now is not None:
        found.append(_version(now.version, now.updated_at, now.batch, now.body, before, inserts))
    return found[::-1]


def _version(
    version: int,
    began: datetime,
    batch: UUID | None,
    body: Any,
    before: Row[Any] | None,
    inserts: dict[datetime, UUID | None],
) -> Version:
    if before is None or before.verb == "delete":
        return Version(version, "insert", inserts.get(began), began, batch, body)
    return Version(version, "update", before.actor, began, before.batch, body)


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)
