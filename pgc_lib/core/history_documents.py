"""The history of documents in MongoDB, told like that of everything else.

MongoDB keeps every version of a document itself, and each names the line of history under which it was noted
(`noting.py`). The changes of one document are told by its versions, undoing a line by what came of it.
"""

from uuid import UUID

from pgc_lib.core.changes import Change, Undone, differences
from pgc_lib.core.session import Session
from pgc_lib.core.undo_documents import Touched, Undoings, in_mongo
from pgc_lib.errors import Conflict, NotFound
from pgc_lib.i18n import _
from pgc_lib.stores.documents import area_of, stale
from pgc_lib.stores.noted import Undoing


def changes_of(session: Session, kind: str, id: UUID) -> list[Change]:
    """The changes of one document, newest first."""
    shelf = in_mongo(session).shelf_with(kind, id)
    if shelf is None:
        return []
    versions = in_mongo(session).versions(kind, id)
    older = [*versions[1:], None]
    return [
        Change(
            id=version.version,
            at=version.when,
            actor=version.who,
            owner=shelf.owner,
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


def undo_version(session: Session, change: Change, *, force: bool) -> Undone:
    """Restore the version before a change of one document."""
    assert change.document is not None
    kind, id = change.kind, change.document
    shelf = in_mongo(session).shelf_with(kind, id)
    versions = in_mongo(session).versions(kind, id)
    made = next((version for version in versions if version.version == change.id), None)
    if shelf is None or made is None:
        raise NotFound(
            _("There is no change {number}.", number=change.id),
            next_step=_("`lab.history.of(kind, id)` shows the changes of a document."),
        )
    undoings = Undoings(
        in_mongo(session).under(None, Undoing(made.line) if made.line else None),
        shelf,
        {id: Touched(made.version, made.version)},
    )
    if not undoings.pending:
        raise Conflict(
            _("This is undone already: everything is as it was before."),
            next_step=_("To bring it back, undo the undoing."),
        )
    if undoings.moved and not force:
        raise stale(kind, id, made.version, versions[0].version)
    if undoings.apply(force=force):
        now = in_mongo(session).versions(kind, id)[0]
        raise stale(kind, id, versions[0].version, now.version)
    return Undone(tuple(changes_of(session, kind, id)[:1]), None, 1)
