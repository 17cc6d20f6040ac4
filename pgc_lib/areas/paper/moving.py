"""Renaming and moving: whatever links to a document or file leads to it afterwards, and all of it is one batch."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from pgc_lib.areas.paper import canvases
from pgc_lib.areas.paper.keeping import Papers, index_of
from pgc_lib.areas.paper.linking import Index, relinked, unsettled
from pgc_lib.areas.paper.paths import joined, within
from pgc_lib.areas.paper.records import Doc, File, Folder
from pgc_lib.core.collection import Collection
from pgc_lib.core.ids import new_id
from pgc_lib.core.session import Session
from pgc_lib.core.shown import Told
from pgc_lib.core.together import together
from pgc_lib.errors import Invalid, Problem
from pgc_lib.i18n import _

To = Mapping[UUID, tuple[str, str]]
"""The new folder and name of documents and files."""


@dataclass(frozen=True, slots=True)
class Moved(Told):
    """What a move did; `lab.history.undo_batch(batch)` takes it back."""

    batch: UUID
    moved: int
    relinked: int
    """How many documents and canvases had links that were written anew."""

    def _shown_(self) -> dict[str, Any]:
        return {_("Moved"): self.moved, _("Links written anew in"): self.relinked, _("Batch"): self.batch}  # fmt: skip


def move(session: Session, to: To, *, owner: UUID, relink: bool, message: str, folders: Mapping[str, str] | None = None) -> Moved:  # fmt: skip
    """Give documents and files other places, and links that lead to them other words."""
    before = index_of(session, owner)
    _refuse_taken(before, to)
    changed = {id: replace(before.places[id], folder=folder, name=name) for id, (folder, name) in to.items()}  # fmt: skip
    after = before.with_changed(changed)
    stale = set(unsettled(before, after)) if relink else set()
    batch = new_id()
    rewritten = 0
    with together(session, batch) as joined_session:
        papers, files = Papers(joined_session, Doc), Collection(joined_session, File)
        _folders(joined_session, folders or {}, owner)
        for id in [*to, *(stale - to.keys())]:
            place = before.places[id]
            changes: dict[str, Any] = {}
            if id in to:
                changes["folder"] = to[id][0]
                changes["title" if place.is_doc else "name"] = to[id][1]
            if not place.is_doc:
                files.update(id, **changes)
                continue
            doc = papers.get(id)
            if id in stale and (text := relinked(doc.text, id, before, after)) != doc.text:
                changes |= _in_parts(text, doc)
                rewritten += 1
            if changes:
                papers.update(doc, message=message, **changes)
        if relink:
            rewritten += canvases.relinked(joined_session, owner, before, after, batch)
    return Moved(batch, len(to), rewritten)


def _in_parts(text: str, doc: Doc) -> dict[str, str]:
    """A rewritten text; a link in the front matter may have made that longer or shorter."""
    from pgc_lib.areas.paper.keeping import split

    return split(text) if doc.front else {"body": text}


def _refuse_taken(index: Index, to: To) -> None:
    there = {joined(place.folder, place.name + place.ending): id for id, place in index.places.items() if id not in to}  # fmt: skip
    problems = []
    seen: set[str] = set()
    for id, (folder, name) in to.items():
        path = joined(folder, name + index.places[id].ending)
        if path in there or path in seen:
            problems.append(Problem(path, _("the name is taken in this folder")))
        seen.add(path)
    if problems:
        raise Invalid(
            _("This cannot be moved there; nothing was changed."),
            problems,
            next_step=_("Choose another name or folder."),
        )


def _folders(session: Session, folders: Mapping[str, str], owner: UUID) -> None:
    kept = Collection(session, Folder)
    for folder in kept.find(owner=owner):
        for old, new in folders.items():
            if within(folder.path, old):
                kept.remove(folder)
                path = new + folder.path[len(old) :]
                if path and not kept.count(path=path, owner=owner):
                    kept.add(path=path, owner=None if owner == session.person else owner)
