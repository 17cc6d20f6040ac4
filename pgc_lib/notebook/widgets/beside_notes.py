"""Beside a notebook: what it is made of, what leads to it, what is like it, and what it leaves to be done.

lab.docs.beside()                          # of the notebook that this is written in
lab.docs.beside("notes/旅行.ipynb")
"""

import os
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote
from uuid import UUID

from pgc_lib.areas.docs import Docs
from pgc_lib.areas.todos import Todos
from pgc_lib.i18n import _, n_
from pgc_lib.notebook.live import Html, Part, deed, tag
from pgc_lib.notebook.widgets.beside_content import Box, Line, beside

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
        found = beside(self._docs, self._path) if self._path else None
        if found is None:
            return self._nothing()
        return tag.div(
            tag.div(
                tag.h2(found.title, tag.small(n_("{n} note", "{n} notes", found.notes))),
                tag.button(_("Look again"), act="look_again", class_="pgc-button pgc-plain pgc-far"),
                class_="pgc-row",
            ),
            tag.div(
                _part(_("Outline"), map(_heading, found.outline), _("Headings in Markdown cells appear here.")),
                _part(_("To do"), map(_todo, found.todos), _("Write “- [ ] …” in a cell, and it appears here.")),
                _part(_("What leads here"), map(_line, found.leading), _("Write [[{name}]] in another note, and it appears here.", name=found.title)),
                _part(_("Related"), map(_line, found.related), _("Nothing else is about this yet.")),
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


def _heading(line: Line) -> Html:
    indent = f"padding-inline-start: {(line.level - 1) * 14}px"
    return tag.li(_link(line.title, line.cell), style=indent)


def _line(line: Line) -> Html:
    return tag.li(_link(line.title, line.cell), _soft(line.beside))


def _todo(box: Box) -> Html:
    ticked = tag.input(type="checkbox", act="tick", values={"todo": box.todo}, on="change")
    return tag.li(tag.label(ticked, tag.span(box.title, _soft(box.due)), class_="pgc-check"))


def _soft(text: str) -> Html | None:
    return tag.span(f" {text}", class_="pgc-soft pgc-small") if text else None


def _part(title: str, lines: Iterable[Html], empty: str) -> Html:
    listed = list(lines)
    inside = (
        tag.ul(listed, style="list-style: none; display: grid; gap: 6px")
        if listed
        else tag.p(empty, class_="pgc-soft")
    )
    return tag.section(tag.h3(title), inside, class_="pgc-box pgc-stack", aria_label=title)
