"""The history of documents in MongoDB, told like that of everything else.

MongoDB keeps every version of a document itself. A change is then named by the document and the version
that it made, and undoing it restores the version before. There are no batches and no transaction over many
documents, so a batch is taken back one document at a time, by whoever knows which documents it brought.
"""

from collections.abc import Sequence
from uuid import UUID

from pgc_lib.core.changes import Change, Undone, differences
from pgc_lib.core.session import Session
from pgc_lib.errors import Conflict, NotFound
from pgc_lib.i18n import _
from pgc_lib.stores.documents import Version, area_of, stale


def changes_of(session: Session, kind: str, id: UUID) -> list[Change]:
    """The changes of one document, newest first."""
    versions = session.documents.versions(kind, id)
    if not versions:
        return []
    owner = _owner(session, kind, id, versions)
    older = [*versions[1:], None]
    return [
        Change(
            id=version.version,
            at=version.when,
            actor=version.who,
            owner=owner,
            area=area_of(kind),
            kind=kind,
            verb=version.verb,
            batch=version.batch,
            undoes=None,
            undoes_batch=None,
            rows=1,
            differences=differences((before and before.body) or {}, version.body or {}),
            document=id,
        )
        for version, before in zip(versions, older, strict=True)
    ]


def undo_change(session: Session, change: Change, *, force: bool) -> Undone:
    """Restore the version before a change."""
    assert change.document is not None
    kind, id, store = change.kind, change.document, session.documents
    versions = store.versions(kind, id)
    place = next((n for n, each in enumerate(versions) if each.version == change.id), None)
    if place is None:
        raise NotFound(
            _("There is no change {number}.", number=change.id),
            next_step=_("`lab.history.of(kind, id)` shows the changes of a document."),
        )
    now, left = versions[0], versions[place]
    before = versions[place + 1].body if place + 1 < len(versions) else None
    if now.body == before:
        raise Conflict(
            _("This is undone already: everything is as it was before."),
            next_step=_("To bring it back, undo the undoing."),
        )
    if now.body != left.body and not force:
        raise stale(kind, id, left.version, now.version)
    # Every branch names the version it saw, so that someone faster is noticed.
    if before is None:
        store.delete(kind, id, version=now.version)
    elif now.body is None:
        store.insert(kind, before, id=id, owner=_owner(session, kind, id, versions))
    else:
        store.replace(kind, id, before, version=now.version)
    return Undone(tuple(changes_of(session, kind, id)[:1]), None, 1)


def _owner(session: Session, kind: str, id: UUID, versions: Sequence[Version]) -> UUID:
    """Whose document it is, or was while it was there."""
    kept = session.documents.get(kind, id)
    if kept is not None:
        return kept.owner
    there = next((version.when for version in versions if version.body is not None), None)
    if there is not None:
        for document in session.documents.as_of(kind, there):
            if document.id == id:
                return document.owner
    return session.person
