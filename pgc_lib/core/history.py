"""Every change of every record, and the way back.

What happened is written by the database's triggers (`0001_core.sql`), so it is complete whoever wrote. This module
reads it for a person and undoes: an insert by deleting, an update by the old image, a deletion by inserting the image
again. Undoing is itself a change, with who did it and which change it undoes; undoing that is a redo.

Everything is set-based and happens in one transaction with the person's own rights.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from pgc_lib.core.record import SYSTEM
from pgc_lib.core.session import Session
from pgc_lib.core.undo import Undone, table_of_kind, undo_all
from pgc_lib.errors import NotFound
from pgc_lib.i18n import _
from pgc_lib.stores.documents_values import loads

_COLUMNS = "c.id, c.at, c.actor, c.owner, c.area, c.kind, c.verb, c.batch, c.undoes, c.rows"


@dataclass(frozen=True, slots=True)
class Difference:
    """What one field was and became."""

    field: str
    old: Any
    new: Any


@dataclass(frozen=True, slots=True)
class Change:
    """One line of history."""

    id: int
    at: datetime
    actor: UUID | None
    owner: UUID
    area: str
    kind: str
    verb: str
    batch: UUID | None
    undoes: int | None
    rows: int
    differences: tuple[Difference, ...] = ()


class History:
    """The history that a person may see: their own, and that of areas granted to them."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def recent(
        self, area: str | None = None, *, limit: int = 50, before: int | None = None
    ) -> list[Change]:
        """The latest changes, newest first; go on with `before=` the last one's id."""
        query = (
            f"select {_COLUMNS} from pgc.changes c where (cast(:area as text) is null or c.area = :area) "
            "and (cast(:before as bigint) is null or c.id < :before) order by c.id desc limit :limit"
        )
        with self.session.reading() as connection:
            found = connection.execute(
                text(query), {"area": area, "before": before, "limit": limit}
            )
            return [Change(**row) for row in found.mappings()]

    def of(self, record: Any, id: UUID | None = None) -> list[Change]:
        """Every change of one record, newest first, with what each field was and became.

        Given a record, or a kind such as `"finance.transactions"` and an id.
        """
        if id is None:
            kind, id = record.spec.kind, record.id
        else:
            kind = record
        with self.session.reading() as connection:
            changes = self._touching(connection, kind, id)
            images = self._images(connection, id)
            now = _current(connection, kind, id)
        return _with_differences(changes, images, now)

    def undo(self, change: Change | int, *, force: bool = False) -> Undone:
        """Take one change back; `Conflict` when its records were changed since, unless `force`."""
        number = change.id if isinstance(change, Change) else change
        return self._undo([number], force, undoes=number)

    def undo_batch(self, batch: UUID, *, force: bool = False) -> Undone:
        """Take a whole batch back, as one import was one step."""
        with self.session.reading() as connection:
            numbers = connection.execute(
                text(
                    "select id from pgc.changes where batch = :batch and undoes is null order by id desc"
                ),
                {"batch": batch},
            ).scalars()
            found = list(numbers)
        if not found:
            raise NotFound(
                _("There is no batch {batch}.", batch=batch),
                next_step=_("`lab.history.recent()` shows the batches there are."),
            )
        return self._undo(found, force, undoes=found[-1])

    def _undo(self, numbers: Sequence[int], force: bool, *, undoes: int) -> Undone:
        with self.session.writing(undoes=undoes) as connection:
            return undo_all(connection, numbers, force=force)

    @staticmethod
    def _touching(connection: Connection, kind: str, id: UUID) -> list[Change]:
        """Changes that name the record, and the batch insert that brought it."""
        target = table_of_kind(connection, kind)
        query = text(
            f"select {_COLUMNS} from pgc.changes c where c.kind = :kind and ("
            "c.records @> array[cast(:id as uuid)] or (c.verb = 'insert' and c.batch in ("
            f"select batch from {target} where id = :id and batch is not null union "
            "select cast(before->>'batch' as uuid) from pgc.images where record = :id "
            "and before->>'batch' is not null))) order by c.id desc"
        )
        found = connection.execute(query, {"kind": kind, "id": id})
        return [Change(**row) for row in found.mappings()]

    @staticmethod
    def _images(connection: Connection, id: UUID) -> dict[int, Mapping[str, Any]]:
        found = connection.execute(
            text("select change, before::text from pgc.images where record = :id"), {"id": id}
        )
        return {row.change: loads(row.before) for row in found}


def _current(connection: Connection, kind: str, id: UUID) -> Mapping[str, Any] | None:
    target = table_of_kind(connection, kind)
    row = connection.execute(
        text(f"select to_jsonb(t)::text from {target} t where id = :id"), {"id": id}
    ).scalar()
    return loads(row) if row else None


def _with_differences(
    changes: Sequence[Change],
    images: Mapping[int, Mapping[str, Any]],
    now: Mapping[str, Any] | None,
) -> list[Change]:
    """Walk from now into the past: what a change left is what the next one found."""
    after = now
    told = []
    for change in changes:
        before = images.get(change.id)
        told.append(
            Change(
                change.id, change.at, change.actor, change.owner, change.area, change.kind,
                change.verb, change.batch, change.undoes, change.rows, tuple(_differences(before, after)),
            )
        )  # fmt: skip
        after = before
    return told


def _differences(
    before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> list[Difference]:
    old, new = _fields(before), _fields(after)
    names = dict.fromkeys([*old, *new])
    return [
        Difference(name, old.get(name), new.get(name))
        for name in names
        if old.get(name) != new.get(name)
    ]


def _fields(row: Mapping[str, Any] | None) -> dict[str, Any]:
    """The fields of a row or of a document's body, without what the store keeps beside them."""
    if row is None:
        return {}
    fields = row["body"] if "body" in row and "kind" in row else row
    return {name: value for name, value in fields.items() if name not in SYSTEM}
