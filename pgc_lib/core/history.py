"""Every change of every record, and the way back.

What happened is written by the database's triggers (`0001_core.sql`), so it is complete whoever wrote.
This module reads it for a person. Undoing (`undo.py`) is itself a change, with who did it and which change
it undoes; undoing that is a redo.

Documents in MongoDB have no triggers: each change is noted before it is made (`noting.py`). Their versions lie
there, so `of` tells those (`history_documents.py`); `recent` and undoing know no difference.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from pgc_lib.core.changes import COLUMNS, Change, Undone, changes_of_batch, with_differences
from pgc_lib.core.record import Record
from pgc_lib.core.session import Session
from pgc_lib.core.shown import Listing
from pgc_lib.core.targets import Target, target_of
from pgc_lib.core.undo import undo_changes
from pgc_lib.errors import NotFound
from pgc_lib.i18n import _
from pgc_lib.stores.documents_values import loads

_SEEN = """c.owner = any (array(select pgc.me() union select g.owner from pgc.granted('see') g
                                where cast(:area as text) is null or g.area in (:area, '*')))"""
"""Row security decides; this tells the planner which owners to look up instead of reading every change."""

_RECENT = text(f"""
    select {COLUMNS} from pgc.changes c
    where {_SEEN} and c.voided_at is null and (cast(:area as text) is null or c.area = :area)
      and (cast(:before as bigint) is null or c.id < :before)
    order by c.id desc limit :limit""")

_IMAGES = text("""
    select i.change, i.owner, i.valid_from, i.before ->> 'batch' as batch, i.before::text as before
    from pgc.images i where i.record = :id and i.kind = :kind order by i.change desc""")

# A life of a record begins at the moment of an insert, which names it or its batch.
_TOUCHING = text(f"""
    select {COLUMNS} from pgc.changes c where c.id = any (cast(:ended as bigint[]))
    union all
    select {COLUMNS} from pgc.changes c
    where c.owner = :owner and c.at = any (cast(:began as timestamptz[]))
      and c.kind = :kind and c.verb = 'insert' and c.token is null
      and (:id = any (c.records)
           or (c.records is null and c.batch = any (cast(:batches as uuid[]))))
    order by id desc""")


class History:
    """The history that a person may see: their own, and that of areas granted to them."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def recent(
        self, area: str | None = None, *, limit: int = 50, before: int | None = None
    ) -> Listing[Change]:
        """The latest changes, newest first; go on with `before=` the last one's id."""
        with self.session.reading() as connection:
            values = {"area": area, "before": before, "limit": limit}
            found = connection.execute(_RECENT, values).mappings()
            return Listing(Change(**row) for row in found)

    def of(self, record: Record | str, id: UUID | None = None) -> Listing[Change]:
        """Every change of one record, newest first, with what each field was and became.

        Given a record, or a kind such as `"finance.transactions"` and an id. Values are as JSON has them;
        encrypted ones are hidden.
        """
        if isinstance(record, Record):
            kind, id = record.spec.kind, record.id
        else:
            kind = record
        if id is None:
            raise TypeError("of() takes a record, or a kind and an id")
        with self.session.reading() as connection:
            connection.execute(text("set transaction isolation level repeatable read read only"))
            target = target_of(connection, kind)
            if self._in_mongo(target):
                from pgc_lib.core.history_documents import changes_of

                return Listing(changes_of(self.session, kind, id))
            return Listing(_changes_of(connection, target, kind, id))

    def undo(self, change: Change | Undone | int, *, force: bool = False) -> Undone:
        """Take one change back, all of it or nothing; given what an undo returned, that is the redo.

        `Conflict` when records were changed since, unless `force` sets them back all the same, or when
        there is nothing left to undo.
        """
        if isinstance(change, Undone):
            if change.batch is not None:
                return self.undo_batch(change.batch, force=force)
            change = change.change
        if isinstance(change, int):
            return undo_changes(self.session, [change], force=force)
        if change.version is not None:
            from pgc_lib.core.history_documents import undo_version

            return undo_version(self.session, change, force=force)
        return undo_changes(self.session, [change.id], force=force)

    def undo_batch(self, batch: UUID, *, force: bool = False) -> Undone:
        """Take a whole batch back, as one import was one step."""
        with self.session.reading() as connection:
            found = [change.id for change in changes_of_batch(connection, batch)]
        if not found:
            raise NotFound(
                _("There is no batch {batch}.", batch=batch),
                next_step=_("`lab.history.recent()` shows the batches there are."),
            )
        return undo_changes(self.session, found, batch=batch, force=force)

    def _in_mongo(self, target: Target) -> bool:
        return target.table == "pgc.documents" and bool(self.session.mongo_url)


def _changes_of(connection: Connection, target: Target, kind: str, id: UUID) -> list[Change]:
    images = connection.execute(_IMAGES, {"id": id, "kind": kind}).all()
    row = connection.execute(
        text(
            f"select t.owner, t.updated_at as began, t.batch, to_jsonb(t)::text as row "
            f"from {target.table} t where t.id = :id"
        ),
        {"id": id},
    ).first()
    owner = row.owner if row else images[0].owner if images else None
    if owner is None:
        return []
    batches = [row.batch if row else None, *(image.batch and UUID(image.batch) for image in images)]
    values = {
        "id": id,
        "kind": kind,
        "owner": owner,
        "ended": [image.change for image in images],
        "began": [*([row.began] if row else []), *(image.valid_from for image in images)],
        "batches": [batch for batch in batches if batch is not None],
    }
    changes = [Change(**found) for found in connection.execute(_TOUCHING, values).mappings()]
    befores: dict[int, Mapping[str, Any]] = {image.change: loads(image.before) for image in images}
    return with_differences(changes, befores, loads(row.row) if row else None)
