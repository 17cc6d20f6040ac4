"""One notebook and its documents and to-dos, brought in step; what is to become of the cells is the answer.

Everything of one harvest is one transaction and one batch, so it can be undone as one. Where documents lie in MongoDB, a
notebook without a checksum is one whose harvest was broken off: the next one makes up for it.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pgc_lib.areas.docs import Docs
from pgc_lib.areas.paper import drafting, moving, trash, versions
from pgc_lib.areas.paper.keeping import Papers, split
from pgc_lib.areas.paper.linking import derived
from pgc_lib.areas.paper.paths import joined as joined_path
from pgc_lib.areas.paper.records import Doc, Draft, Notebook
from pgc_lib.areas.todos import Todos
from pgc_lib.core.collection import Collection
from pgc_lib.core.ids import new_id
from pgc_lib.core.markdown.reading import Parsed, read
from pgc_lib.core.spec import SYSTEM
from pgc_lib.core.together import Joined, together
from pgc_lib.errors import Invalid, NotFound
from pgc_lib.i18n import _
from pgc_lib.notebook.harvest.edits import CellEdit
from pgc_lib.notebook.harvest.identity import Known, matched
from pgc_lib.notebook.harvest.merging import brought_together
from pgc_lib.notebook.harvest.naming import named, place_of, title_of
from pgc_lib.notebook.harvest.reading import Cell, Notes, checksum
from pgc_lib.notebook.harvest.ticking import Items
from pgc_lib.stores.documents import Document, each
from pgc_lib.stores.filters import col, where

if TYPE_CHECKING:
    from pgc_lib.core.session import Session

_MOVED = "moved"
_WAITS = "+"
"""Ends the checksum while cells have yet to follow the lab: then the notebook is looked at again at the next start."""
_SINGLY = 20
"""So many changed documents are written each against the version that was read; more of them at once."""


@dataclass(slots=True)
class Kept:
    """What came of a harvest."""

    notebook: Notebook
    edits: list[CellEdit] = field(default_factory=list)
    """What is to become of cells, because the lab was changed."""
    written: int = 0
    removed: int = 0


def todos_of(notebook: UUID) -> str:
    """Under which place the to-dos of a notebook are known."""
    return f"{Notebook.spec.kind}/{notebook}"


def notebook_of(place: str) -> UUID | None:
    """The notebook of such a place; None of another text's."""
    kind, _slash, id = place.partition("/")
    return UUID(id) if kind == Notebook.spec.kind else None


def keep(
    session: "Session", path: str, notes: Notes, known: Notebook | None, place: str, batch: UUID
) -> Kept:
    """Bring the notes of a file and what the lab has of them in step."""
    with together(session, batch) as joined:
        keeper = _Keeper(joined, session, path, place, known)
        kept = keeper.keep(notes)
    for draft in keeper.drafts:
        drafting.bring_in(session, draft)
    return kept


def forget(session: "Session", known: Notebook, batch: UUID) -> Kept:
    """The file is gone: its documents go to the trash, its open to-dos with them."""
    with together(session, batch) as joined:
        docs = Docs(joined)
        there = docs.items.find(col("id").is_in(_ids(known)))
        trash.throw_away(joined, there)
        Todos(joined).harvest(todos_of(known.id), [])
        return Kept(docs.notebooks.update(known.id, gone=True, sum=""), removed=len(there))


def move(session: "Session", known: Notebook, path: str, batch: UUID) -> Notebook:
    """The file is elsewhere now: its documents go with it, and links that lead to them follow, in whatever text they stand."""
    (before, was), (folder, name) = place_of(known.path), place_of(path)
    inside, now = joined_path(before, was), joined_path(folder, name)
    with together(session, batch) as joined:
        docs = Docs(joined)
        to = {
            doc.id: (folder, name) if doc.folder == before else (now, doc.title)
            for doc in docs.items.find(col("id").is_in(_ids(known)))
            if doc.folder in (before, inside)
        }
        said = _("Moved from {old} to {new}", old=known.path, new=path)
        # Where a name is taken there, the harvest finds others, and links stay as they are.
        with suppress(Invalid):
            moving.move(joined, to, owner=session.person, relink=True, message=said[:1000])
        return docs.notebooks.update(known.id, path=path, title=name, sum=_MOVED)


def bring_back(session: "Session", known: Notebook) -> None:
    """The file is there again: its documents come out of the trash, each with its history."""
    thrown = {each.doc: each for each in Docs(session).thrown.find(owner=session.person)}
    for id in _ids(known):
        if id in thrown:
            trash.bring_back(session, thrown[id])


def _ids(known: Notebook) -> list[UUID]:
    return [UUID(cell["doc"]) for cell in known.cells]


@dataclass(slots=True)
class _Note:
    """A cell on its way to its document."""

    cell: Cell
    doc: Doc | None
    id: UUID
    text: str
    """As both sides are to have it."""
    title: str = ""
    folder: str = ""
    absent: bool = False
    """Its document was taken away in the lab, and nobody wrote on the cell since."""
    _parsed: Parsed | None = None

    @property
    def parsed(self) -> Parsed:
        """What the text says, read once."""
        if self._parsed is None:
            self._parsed = read(self.text)
        return self._parsed

    def say(self, text: str) -> None:
        """Another text."""
        self.text, self._parsed = text, None


class _Keeper:
    def __init__(
        self, session: Joined, past: "Session", path: str, place: str, known: Notebook | None
    ) -> None:
        self.session, self.path, self.place = session, path, place
        self.past = past
        """Versions are read beside the transaction, as they are for everybody."""
        self.docs, self.todos = Docs(session), Todos(session)
        self.folder, self.name = place_of(path)
        self.drafts: list[Draft] = []
        self.problems: list[str] = []
        self.known = known or self.docs.notebooks.add(path=path, title=self.name, place=place)

    def keep(self, notes: Notes) -> Kept:
        """All of it."""
        cells = notes.cells if notes.wanted else ()
        there = self._there()
        listed = [_Note(cell, *found) for cell, found in zip(cells, self._each(cells, there), strict=True)]  # fmt: skip
        for note in listed:
            self._bring_together(note)
        live = [note for note in listed if not note.absent]
        self._tick(live)
        self._name(live, there)
        gone = [doc for id, doc in there.items() if id not in {note.id for note in listed}]
        if gone:
            trash.throw_away(self.session, gone)
        written = self._write(live)
        kept = [self._remembered(note) for note in listed]
        edits = [
            CellEdit(note.cell.id, note.cell.source, note.text)
            for note in live
            if note.text != note.cell.text
        ]
        problems = [*map(str, notes.problems), *self.problems]
        values: dict[str, Any] = {
            "path": self.path, "title": self.name, "place": self.place, "cells": kept, "gone": False,
            "sum": notes.sum + (_WAITS if edits else ""), "problems": [problem[:500] for problem in problems[:20]],
        }  # fmt: skip
        notebook = self.docs.notebooks.update(self.known.id, **values)
        return Kept(notebook, edits, written, len(gone))

    # ── which document is which cell ─────────────────────────────────────────────────────────────────

    def _there(self) -> dict[UUID, Doc]:
        """The documents of the notebook that are there."""
        ids = _ids(self.known)
        if ids:
            found = each(self.session.documents, Doc.spec.kind, col("id").is_in(ids))
            return {document.id: _as_kept(document) for document in found}
        if self.session.in_mongo is None:
            return {}
        # Broken off before it could be remembered which they are.
        return {doc.id: doc for doc in self.docs.items.find(notebook=self.known.id)}

    def _each(
        self, cells: Sequence[Cell], there: dict[UUID, Doc]
    ) -> list[tuple[Doc | None, UUID, str]]:
        entries = {UUID(cell["doc"]): cell for cell in self.known.cells}
        for id, doc in there.items():
            entries.setdefault(id, {"doc": id.hex, "cell": doc.cell.partition("#cell-id=")[2]})
        known = [
            Known(id, entry["cell"], there[id].text if id in there else "")
            for id, entry in entries.items()
        ]
        pairs = matched(cells, known)
        found: list[tuple[Doc | None, UUID, str]] = []
        for n, cell in enumerate(cells):
            one = pairs.get(n)
            found.append((there.get(one.doc), one.doc, cell.text) if one else (None, new_id(), cell.text))  # fmt: skip
        return found

    # ── what both sides say ──────────────────────────────────────────────────────────────────────────

    def _bring_together(self, note: _Note) -> None:
        doc, text = note.doc, note.cell.text
        if doc is None:
            self._was_taken_away(note)
            return
        if doc.text == text or checksum(doc.text) == doc.imported:
            return
        if checksum(text) == doc.imported:
            note.say(doc.text)
            return
        number, base = self._base(doc)
        merged = brought_together(base, text, doc.text)
        if merged is not None:
            note.say(merged)
            return
        # The notebook is the truth; what the lab said waits as a draft in conflict.
        said = _("Changed in the lab and in {file}", file=self.path)
        self.drafts.append(
            drafting.begin(self.session, doc, _("In the lab"), text=doc.text, base=number, message=said[:1000])
        )  # fmt: skip

    def _base(self, doc: Doc) -> tuple[int, str]:
        """What cell and document said when they last agreed, and as which version."""
        for version in versions.versions_of(self.past, doc.id):
            if version.verb != "delete" and checksum(version.text) == doc.imported:
                return version.version, version.text
        return 0, ""

    def _was_taken_away(self, note: _Note) -> None:
        entry = next((cell for cell in self.known.cells if cell["doc"] == note.id.hex), None)
        if entry is None or not self.known.sum:
            return
        said = entry.get("sum") or self._last_sum(note.id)
        if said == checksum(note.cell.text):
            note.absent = True
        else:
            note.id = new_id()  # written on since: a note of its own again

    def _last_sum(self, id: UUID) -> str:
        try:
            return str(versions.last_text(self.past, id).values.get("imported", ""))
        except NotFound:
            return ""

    def _remembered(self, note: _Note) -> dict[str, str]:
        entry = {"cell": note.cell.id, "doc": note.id.hex}
        return entry | ({"sum": checksum(note.cell.text)} if note.absent else {})

    # ── to-dos ───────────────────────────────────────────────────────────────────────────────────────

    def _tick(self, live: Sequence[_Note]) -> None:
        texts = [note.text for note in live]
        items = Items((note.parsed.tasks, f"docs.items/{note.id}") for note in live)
        place = todos_of(self.known.id)
        if not items.all and not self.todos.mirrors.count(place=place):
            return
        done = self.todos.harvest(place, items.all)
        self.problems += map(str, done.problems)
        for n, text in items.edited(texts, done.edits).items():
            live[n].say(text)

    # ── writing ──────────────────────────────────────────────────────────────────────────────────────

    def _name(self, live: Sequence[_Note], there: dict[UUID, Doc]) -> None:
        """Each note's folder and title: the first one stands for the notebook."""
        inside = f"{self.folder}/{self.name}" if self.folder else self.name
        for first, folder, notes in ((True, self.folder, live[:1]), (False, inside, live[1:])):
            wanted = [(self.name if first else title_of(n.parsed, n.text), _now(n, folder)) for n in notes]  # fmt: skip
            same = [have and have == want for want, have in wanted]
            taken = [] if all(same) else self._taken(folder, {note.id for note in live} | there.keys())  # fmt: skip
            for note, title in zip(notes, named(wanted, taken), strict=True):
                note.title, note.folder = title, folder

    def _taken(self, folder: str, ours: Iterable[UUID]) -> list[str]:
        """Titles of other documents in a folder."""
        mine = set(ours)
        found = each(self.session.documents, Doc.spec.kind, where(folder=folder, owner=self.session.person))  # fmt: skip
        return [str(doc.body["title"]) for doc in found if doc.id not in mine]

    def _write(self, live: Sequence[_Note]) -> int:
        papers = Papers(self.session, Doc)
        made: list[tuple[_Note, Doc]] = []
        for note in live:
            values = self._values(note)
            if note.doc is None or _differ(values, note.doc):
                made.append((note, Collection.new(papers, **values)))
        changed = [(note.doc, doc) for note, doc in made if note.doc is not None]
        if len(changed) <= _SINGLY:
            for before, after in changed:
                papers._plainly(before.id, before.version, after.values())
            made = [(note, doc) for note, doc in made if note.doc is None]
        if made:
            bodies = [(note.id, {k: v for k, v in doc.values().items() if v is not None}) for note, doc in made]  # fmt: skip
            self.session.documents.insert_many(
                Doc.spec.kind, bodies, batch=self.session.batch, on_conflict="replace"
            )
        return len(made) + (len(changed) if len(changed) <= _SINGLY else 0)

    def _values(self, note: _Note) -> dict[str, Any]:
        said = derived(note.parsed)
        own: list[str] = []
        if note.doc is not None and note.doc.tags:
            same = note.doc.text == note.text
            before = set(note.parsed.tags if same else read(note.doc.text).tags)
            own = [tag for tag in note.doc.tags if tag not in before]
        anchor = f"#cell-id={note.cell.id}" if note.cell.id else ""
        return {
            "title": note.title, "folder": note.folder, **split(note.text), **said,
            "tags": list(dict.fromkeys([*own, *said["tags"]])), "notebook": self.known.id,
            "cell": f"{self.path}{anchor}", "imported": checksum(note.cell.text),
            "message": _("From {file}", file=self.path)[:1000],
        }  # fmt: skip


def _now(note: _Note, folder: str) -> str:
    """The title that a note has where it belongs."""
    return note.doc.title if note.doc is not None and note.doc.folder == folder else ""


def _differ(values: dict[str, Any], doc: Doc) -> bool:
    return any(getattr(doc, name) != value for name, value in values.items() if name != "message")


def _as_kept(document: Document) -> Doc:
    """A document as the store has it: it was validated when it was written, and there may be thousands."""
    defaults = {name: info.default for name, info in Doc.model_fields.items()}
    values = {**defaults, **document.body}
    notebook: Any = values.get("notebook")
    values["notebook"] = UUID(notebook) if isinstance(notebook, str) else notebook
    doc = Doc._construct(values)
    for name in SYSTEM:
        setattr(doc, f"_{name}", getattr(document, name))
    return doc
