"""Beside a notebook: what it is made of, what leads to it, what is like it, and what it leaves to be done.

lab.docs.beside()                          # of the notebook that this is written in
lab.docs.beside("notes/旅行.ipynb")
"""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote
from uuid import UUID

from pgc_lib.areas.docs import Docs
from pgc_lib.areas.paper.keeping import index_of
from pgc_lib.areas.paper.records import Doc, Notebook
from pgc_lib.areas.todos import Todos
from pgc_lib.core.markdown.reading import read
from pgc_lib.i18n import _, n_
from pgc_lib.notebook.harvest.keeping import todos_of
from pgc_lib.notebook.live import Html, Part, deed, tag
from pgc_lib.notebook.widgets.naming import kind_title
from pgc_lib.stores.filters import col

if TYPE_CHECKING:
    from pgc_lib.areas.todo.records import Todo

_MOST = 40
_RELATED = 6
_WORDS = 12
_NEAR = 0.2
"""What has less than this share of the best one's score only happens to hold one of the words."""
_TWO = "grid-template-columns: repeat(auto-fit, minmax(min(100%, 380px), 1fr))"


class BesideNotes(Part):
    """Outline, backlinks, related notes and to-dos of one notebook."""

    look = "pgc-beside"

    def __init__(self, docs: Docs, path: str = "") -> None:
        self._docs, self._path = docs, path or here()
        self.named = _("Beside this notebook")

    @deed
    def look_again(self) -> None:
        """Read everything once more."""

    @deed
    def tick(self, todo: str) -> None:
        """Tick a to-do off; its box in the notebook follows."""
        todos = Todos(self._docs.session)
        done = todos.complete(UUID(todo))
        self.say(_("Done: {title}", title=done.title), undo=lambda: todos.reopen(done.id))

    def draw(self) -> Html:
        """Four boxes, or how to come by them."""
        known = self._docs.notebooks.find(path=self._path, gone=False, owner=self._docs.session.person)  # fmt: skip
        if not known:
            return self._nothing()
        notes = self._notes(known[0])
        return tag.div(
            tag.div(
                tag.h2(known[0].title, tag.small(n_("{n} note", "{n} notes", len(notes)))),
                tag.button(_("Look again"), act="look_again", class_="pgc-button pgc-plain pgc-far"),
                class_="pgc-row",
            ),
            tag.div(
                _box(_("Outline"), self._outline(notes), _("Headings in Markdown cells appear here.")),
                _box(_("To do"), self._todos(known[0]), _("Write “- [ ] …” in a cell, and it appears here.")),
                _box(_("What leads here"), self._leading(notes), _("Write [[{name}]] in another note, and it appears here.", name=known[0].title)),
                _box(_("Related"), self._related(known[0], notes), _("Nothing else is about this yet.")),
                class_="pgc-two", style=_TWO,
            ),
            class_="pgc-stack",
        )  # fmt: skip

    def _nothing(self) -> Html:
        told = (
            _("Save the notebook once it has a Markdown cell; a moment later its notes are here.")
            if self._path
            else _("Name a notebook: lab.docs.beside(\"notes/plan.ipynb\").")
        )  # fmt: skip
        again = tag.button(_("Look again"), act="look_again", class_="pgc-button")
        return tag.div(tag.b(_("No notes of this notebook are known yet.")), told, tag.p(again), class_="pgc-empty")  # fmt: skip

    def _notes(self, known: Notebook) -> list[Doc]:
        """Its documents in the order of the cells."""
        ids = [UUID(cell["doc"]) for cell in known.cells]
        found = {doc.id: doc for doc in self._docs.items.find(col("id").is_in(ids))} if ids else {}
        return [found[id] for id in ids if id in found]

    def _outline(self, notes: Sequence[Doc]) -> list[Html]:
        lines = []
        for doc in notes:
            for heading in read(doc.text).headings:
                if heading.text:
                    indent = f"padding-inline-start: {(heading.level - 1) * 14}px"
                    lines.append(tag.li(_link(heading.text, doc.cell), style=indent))
        return lines[:_MOST]

    def _leading(self, notes: Sequence[Doc]) -> list[Html]:
        index = index_of(self._docs.session)
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
        found = self._docs.items.find(col("id").is_in(ids)) if ids else []
        return [tag.li(_link(doc.title, doc.cell), _soft(doc.folder)) for doc in found]

    def _related(self, known: Notebook, notes: Sequence[Doc]) -> list[Html]:
        from pgc_lib.search.searching import Search

        mine = {doc.id for doc in notes}
        words = [
            known.title,
            *(doc.title for doc in notes),
            *(t for doc in notes for t in doc.tags),
        ]
        asked = " ".join(dict.fromkeys(words[:_WORDS]))
        hits = Search(self._docs.session).text(asked, limit=30)
        least = max((hit.score for hit in hits), default=0.0) * _NEAR
        seen = [
            hit
            for hit in hits
            if hit.record_id not in mine and hit.kind != "todos.items" and hit.score >= least
        ]
        ids = [hit.record_id for hit in seen if hit.kind == Doc.spec.kind][:_RELATED]
        cells = {doc.id: doc.cell for doc in self._docs.items.find(col("id").is_in(ids))} if ids else {}  # fmt: skip
        return [
            tag.li(_link(hit.title or hit.snippet[:60], cells.get(hit.record_id, "")), _soft(kind_title(hit.kind)))
            for hit in seen[:_RELATED]
        ]  # fmt: skip

    def _todos(self, known: Notebook) -> list[Html]:
        todos = Todos(self._docs.session)
        ids = [mirror.todo for mirror in todos.mirrors.find(place=todos_of(known.id))]
        found = todos.items.find(col("id").is_in(ids), done=False, order="due") if ids else []
        return [self._todo(todo) for todo in found[:_MOST]]

    def _todo(self, todo: "Todo") -> Html:
        box = tag.input(type="checkbox", act="tick", values={"todo": todo.id.hex}, on="change")
        due = _soft(todo.due.isoformat()) if todo.due else None
        return tag.li(tag.label(box, tag.span(todo.title, due), class_="pgc-check"))


def here() -> str:
    """The notebook that this kernel belongs to, from the top of the workspace; empty where that is not known."""
    from pgc_lib.settings import settings

    told = os.environ.get("JPY_SESSION_NAME", "")
    if not told.endswith(".ipynb"):
        return ""
    path, workspace = Path(told), Path(settings().workspace)
    if not path.is_absolute():
        return path.as_posix()
    return path.relative_to(workspace).as_posix() if path.is_relative_to(workspace) else ""


def address(cell: str) -> str:
    """Where a cell is opened, as its document names it (`notes/a.ipynb#cell-id=…`)."""
    path, mark, anchor = cell.partition("#")
    base = os.environ.get("JUPYTERHUB_SERVICE_PREFIX", "/")
    return f"{base}lab/tree/{quote(path)}{mark}{quote(anchor, safe='=-_')}"


def _link(title: str, cell: str) -> Html:
    """A title that opens its cell: within Lab at once, elsewhere in a new page."""
    if not cell:
        return tag.span(title)
    return tag.a(title, href=address(cell), data_pgc_opens=cell, target="_blank", rel="noopener")


def _soft(text: str) -> Html | None:
    return tag.span(f" {text}", class_="pgc-soft pgc-small") if text else None


def _box(title: str, lines: Iterable[Html], empty: str) -> Html:
    listed = list(lines)
    inside = (
        tag.ul(listed, style="list-style: none; display: grid; gap: 6px")
        if listed
        else tag.p(empty, class_="pgc-soft")
    )
    return tag.section(tag.h3(title), inside, class_="pgc-box pgc-stack", aria_label=title)
