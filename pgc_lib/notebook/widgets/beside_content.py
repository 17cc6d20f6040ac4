"""What stands beside a notebook, without its drawing: the widget (`beside_notes.py`) and the panel in Lab show the same."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pgc_lib.areas.docs import Docs
from pgc_lib.areas.paper.keeping import index_of
from pgc_lib.areas.paper.records import Doc, Notebook
from pgc_lib.areas.todos import Todos
from pgc_lib.core.markdown.reading import read
from pgc_lib.core.naming import kind_title
from pgc_lib.notebook.harvest.keeping import todos_of
from pgc_lib.stores.filters import col

if TYPE_CHECKING:
    from pgc_lib.areas.todo.records import Todo

_MOST = 40
_RELATED = 6
_WORDS = 12
_NEAR = 0.2
"""What has less than this share of the best one's score only happens to hold one of the words."""


@dataclass(frozen=True, slots=True)
class Line:
    """Something that opens at its cell."""

    title: str
    cell: str = ""
    """`notes/a.ipynb#cell-id=…`; empty where it has none."""
    beside: str = ""
    level: int = 1


@dataclass(frozen=True, slots=True)
class Box:
    """A to-do that is still open."""

    todo: str
    title: str
    due: str = ""


@dataclass(frozen=True, slots=True)
class Beside:
    """Outline, to-dos, what leads here and what is like it."""

    title: str
    notes: int
    outline: Sequence[Line]
    todos: Sequence[Box]
    leading: Sequence[Line]
    related: Sequence[Line]

    def told(self) -> dict[str, Any]:
        """As a message between processes has it."""
        return asdict(self)


def beside(docs: Docs, path: str) -> Beside | None:
    """Everything of a notebook at a path from the top of the workspace; None where no notes of it are known."""
    known = docs.notebooks.find(path=path, gone=False, owner=docs.session.person)
    if not known:
        return None
    notes = _notes(docs, known[0])
    leading = _leading(docs, notes)
    told = {line.cell for line in leading}  # what leads here is not said twice
    related = [line for line in _related(docs, known[0], notes) if not line.cell or line.cell not in told]  # fmt: skip
    return Beside(
        known[0].title, len(notes), _outline(notes), _todos(docs, known[0]), leading, related[:_RELATED]
    )  # fmt: skip


def _notes(docs: Docs, known: Notebook) -> list[Doc]:
    """Its documents in the order of the cells."""
    ids = [UUID(cell["doc"]) for cell in known.cells]
    found = {doc.id: doc for doc in docs.items.find(col("id").is_in(ids))} if ids else {}
    return [found[id] for id in ids if id in found]


def _outline(notes: Sequence[Doc]) -> list[Line]:
    return [
        Line(heading.text, doc.cell, level=heading.level)
        for doc in notes
        for heading in read(doc.text).headings
        if heading.text
    ][:_MOST]


def _leading(docs: Docs, notes: Sequence[Doc]) -> list[Line]:
    index = index_of(docs.session)
    mine = {doc.id for doc in notes}
    ids = [
        place.id
        for place in index.places.values()
        if place.id not in mine
        and any(
            (to := index.of_wiki(target, place.folder)) is not None and to.id in mine
            for target in place.links
        )
    ][:_MOST]
    found = docs.items.find(col("id").is_in(ids)) if ids else []
    return [Line(doc.title, doc.cell, doc.folder) for doc in found]


def _related(docs: Docs, known: Notebook, notes: Sequence[Doc]) -> list[Line]:
    from pgc_lib.search.searching import Search

    mine = {doc.id for doc in notes}
    words = [known.title, *(doc.title for doc in notes), *(t for doc in notes for t in doc.tags)]
    hits = Search(docs.session).text(" ".join(dict.fromkeys(words[:_WORDS])), limit=30)
    least = max((hit.score for hit in hits), default=0.0) * _NEAR
    seen = [
        hit
        for hit in hits
        if hit.record_id not in mine and hit.kind != "todos.items" and hit.score >= least
    ]
    ids = [hit.record_id for hit in seen if hit.kind == Doc.spec.kind]
    cells = {doc.id: doc.cell for doc in docs.items.find(col("id").is_in(ids))} if ids else {}
    return [
        Line(hit.title or hit.snippet[:60], cells.get(hit.record_id, ""), kind_title(hit.kind))
        for hit in seen
    ]


def _todos(docs: Docs, known: Notebook) -> list[Box]:
    todos = Todos(docs.session)
    ids = [mirror.todo for mirror in todos.mirrors.find(place=todos_of(known.id))]
    found = todos.items.find(col("id").is_in(ids), done=False, order="due") if ids else []
    return [_box(todo) for todo in found[:_MOST]]


def _box(todo: "Todo") -> Box:
    return Box(todo.id.hex, todo.title, todo.due.isoformat() if todo.due else "")
