"""A tree to open, walk and rearrange: topics, skills, folders, to-dos with their parts.

lab.knowledge.tree_view()      lab.skills.tree_view()      lab.docs.tree_view()      lab.todos.tree_view()
"""

from collections.abc import Iterator
from json import dumps
from typing import TYPE_CHECKING, Any

from pgc_lib.errors import Invalid, Problem
from pgc_lib.i18n import _, n_
from pgc_lib.notebook.live import Html, Part, deed, tag
from pgc_lib.notebook.widgets.tree_sources import (
    Branch,
    FolderTree,
    SkillTree,
    Source,
    TodoTree,
    TopicTree,
)

if TYPE_CHECKING:
    from pgc_lib.areas.docs import Docs
    from pgc_lib.areas.knowledge import Knowledge
    from pgc_lib.areas.skills import Skills
    from pgc_lib.areas.todos import Todos

_SEEN = 300
"""Lines that are drawn; a tree with more open says so."""
_FEW = 40
"""A tree of so many branches is open at first."""
_KEYS = {
    "ArrowRight": "open",
    "ArrowLeft": "shut",
    "Enter": "turn",
    " ": "tick",
    "m": "lift",
    "Alt+ArrowRight": "deeper",
    "Alt+ArrowLeft": "higher",
}
_PLACING = {
    "Enter": "put",
    " ": "put",
    "Escape": "leave",
    "ArrowRight": "open",
    "ArrowLeft": "shut",
}


class TreeView(Part):
    """Branches under branches: the arrows walk and open, `m` takes one up and Enter puts it where it belongs."""

    look = "pgc-tree"

    def __init__(self, source: Source) -> None:
        self.named = source.title
        self.source = source
        self.opened: set[str] | None = None
        """None before it was drawn: then a small tree is open."""
        self.now = ""
        self.lifted = ""
        self.asked = ""

    # ── what is seen ─────────────────────────────────────────────────────────────────────────────────

    def draw(self) -> Html:
        """The tree as far as it is open."""
        known = self._read()
        if not known:
            return self.source.nothing()
        below = _below(known)
        if self.opened is None:
            self.opened = set(below) if len(known) <= _FEW else set()
        rows = list(self._open_rows(known, below))
        shown = rows[:_SEEN]
        if self.now not in {branch.id for branch, _level in shown}:
            self.now = shown[0][0].id if shown else ""
        return tag.div(
            self._bar(known, bool(below)),
            tag.ul(
                [self._row(branch, level, below, known) for branch, level in shown],
                role="tree", aria_label=self.source.title, class_="pgc-tree-rows", data_pgc_arrows="1",
            )
            if shown
            else tag.p(_("Nothing here is called so."), class_="pgc-empty"),
            tag.p(n_("{n} more line; look for it by name.", "{n} more lines; look for them by name.", len(rows) - _SEEN), class_="pgc-hint")
            if len(rows) > _SEEN
            else None,
            class_="pgc-stack",
        )  # fmt: skip

    def _bar(self, known: dict[str, Branch], deep: bool) -> Html:
        if self.lifted in known:
            return tag.div(
                tag.span(_("Where does “{title}” go?", title=known[self.lifted].title), dir="auto"),
                tag.button(_("To the top"), act="put", values={"id": ""}, class_="pgc-button"),
                tag.button(_("Cancel"), act="leave", class_="pgc-button pgc-plain"),
                class_="pgc-row pgc-sunken", role="status",
            )  # fmt: skip
        return tag.div(
            tag.input(
                type="search", name="find", value=self.asked, act="find", on="input", placeholder=_("Find"),
                aria_label=_("Find in {title}", title=self.source.title), class_="pgc-tree-find",
            ),
            tag.button(_("Open all"), act="open_all", class_="pgc-button pgc-plain") if deep else None,
            tag.button(_("Close all"), act="shut_all", class_="pgc-button pgc-plain") if deep else None,
            tag.span(
                tag.kbd("→"), " ", _("expand"), " · ", tag.kbd("m"), " ", _("move"), " · ", tag.kbd("Alt"), "+",
                tag.kbd("→"), " ", _("under the one above"),
                class_="pgc-hint pgc-far pgc-tree-keys",
            ),
            class_="pgc-row",
        )  # fmt: skip

    def _row(
        self, branch: Branch, level: int, below: dict[str, list[Branch]], known: dict[str, Branch]
    ) -> Html:
        children = branch.id in below
        is_open = branch.id in (self.opened or ()) or bool(self.asked)
        placing = self.lifted in known
        target = placing and branch.holds and not _hangs_in(branch.id, self.lifted, known)
        values = {"id": branch.id}
        title: Any = branch.title
        return tag.li(
            tag.span(
                "▾" if is_open else "▸",
                act="turn", values=values, class_="pgc-tree-turn", aria_hidden="true",
            )
            if children
            else tag.span(class_="pgc-tree-turn", aria_hidden="true"),
            tag.span(
                "☑" if branch.done else "☐", act="tick", values=values, class_="pgc-tree-tick", aria_hidden="true"
            )
            if branch.done is not None
            else tag.span(branch.mark, class_="pgc-tree-mark", aria_hidden="true")
            if branch.mark
            else None,
            tag.span(title, class_="pgc-tree-title", dir="auto"),
            tag.span(tag.i(style=f"width:{max(0.0, min(branch.share, 1.0)):.0%}"), class_="pgc-track pgc-tree-share", aria_hidden="true")
            if branch.share is not None
            else None,
            tag.small(branch.note, class_="pgc-soft", dir="auto") if branch.note else None,
            tag.span(
                _("Move"), act="lift", values=values, class_="pgc-tree-lift", aria_hidden="true"
            )
            if branch.id == self.now and branch.moves and not placing
            else None,
            role="treeitem",
            tabindex="0" if branch.id == self.now else "-1",
            aria_level=level,
            aria_expanded=("true" if is_open else "false") if children else None,
            aria_selected="true" if branch.id == self.now else "false",
            aria_checked=("true" if branch.done else "false") if branch.done is not None else None,
            aria_label=", ".join(filter(None, (branch.title, branch.note))),
            act="put" if placing else "choose",
            values=values,
            data_pgc_keys=dumps(_PLACING if placing else _KEYS),
            data_key=branch.id,
            style=f"padding-inline-start:{(level - 1) * 1.35 + 0.3:.2f}em",
            class_=[
                "pgc-tree-done" if branch.done else "",
                "pgc-tree-lifted" if branch.id == self.lifted else "",
                "pgc-tree-target" if target else "pgc-tree-other" if placing else "",
            ],
        )  # fmt: skip

    # ── what is done ─────────────────────────────────────────────────────────────────────────────────

    @deed
    def choose(self, id: str) -> None:
        """A line was clicked; one with something under it opens or shuts."""
        self.turn(id)

    @deed
    def turn(self, id: str) -> None:
        """Open what is shut, shut what is open."""
        self.now = id
        self.opened = (self.opened or set()) ^ {id}

    @deed
    def open(self, id: str) -> None:
        """Open it, or go to the first one in it."""
        known = self._read()
        first = _below(known).get(id)
        if first and id in (self.opened or ()):
            self._go(first[0].id)
            return
        self.opened = (self.opened or set()) | {id}
        self._go(id)

    @deed
    def shut(self, id: str) -> None:
        """Shut it, or go to the one it is in."""
        known = self._read()
        if id in (self.opened or ()) and id in _below(known):
            self.opened = (self.opened or set()) - {id}
            self._go(id)
        elif known[id].under:
            self._go(known[id].under)

    @deed
    def open_all(self) -> None:
        """Open every branch."""
        self.opened = set(_below(self._read()))

    @deed
    def shut_all(self) -> None:
        """Shut every branch."""
        self.opened = set()

    @deed
    def find(self, value: str = "") -> None:
        """Only what is called so, and where it is."""
        self.asked = value.strip()

    @deed
    def tick(self, id: str) -> None:
        """Tick it, or take the tick away."""
        branch = self._read()[id]
        if branch.done is None:
            self.turn(id)
            return
        self.now = id
        undo = self.source.tick(id)
        self.say(_("“{title}” is done.", title=branch.title) if not branch.done else _("“{title}” is open again.", title=branch.title), undo=undo)  # fmt: skip

    @deed
    def lift(self, id: str) -> None:
        """Take it up, to put it elsewhere."""
        if self._read()[id].moves:
            self.now = self.lifted = id
            self.focus(f'[data-key="{_quoted(id)}"]')

    @deed
    def put(self, id: str = "") -> None:
        """Put down what was taken up: under this one, or at the top."""
        lifted, self.lifted = self.lifted, ""
        if lifted and lifted != id:
            self._move(lifted, id)

    @deed
    def leave(self, **_which: Any) -> None:
        """It stays where it is."""
        self.lifted = ""

    @deed
    def deeper(self, id: str) -> None:
        """Under the one above it."""
        known = self._read()
        beside = _below(known).get(known[id].under, []) if known[id].under else [each for each in known.values() if not each.under]  # fmt: skip
        at = [each.id for each in beside].index(id)
        above = next((each for each in reversed(beside[:at]) if each.holds), None)
        if above is not None and known[id].moves:
            self._move(id, above.id)

    @deed
    def higher(self, id: str) -> None:
        """Beside the one it is in."""
        known = self._read()
        under = known[id].under
        if under and known[id].moves:
            self._move(id, known[under].under)

    # ── between ──────────────────────────────────────────────────────────────────────────────────────

    def _move(self, id: str, to: str) -> None:
        known = self._read()
        if to and (not known[to].holds or _hangs_in(to, id, known)):
            raise Invalid(
                _("“{title}” cannot be put there.", title=known[id].title),
                [Problem(known[to].title, _("nothing can be put under it") if not known[to].holds else _("it is inside of what is moved"))],
                next_step=_("Choose another place."),
            )  # fmt: skip
        if known[id].under == to:
            return
        undo = self.source.move(id, to)
        if to:
            self.opened = (self.opened or set()) | {to}
        self._go(id)
        where = known[to].title if to else _("the top")
        self.say(_("“{title}” is now in “{place}”.", title=known[id].title, place=where), undo=undo)

    def _read(self) -> dict[str, Branch]:
        return {branch.id: branch for branch in self.source.branches()}

    def _go(self, id: str) -> None:
        self.now = id
        self.focus(f'[data-key="{_quoted(id)}"]')

    def _open_rows(
        self, known: dict[str, Branch], below: dict[str, list[Branch]]
    ) -> Iterator[tuple[Branch, int]]:
        wanted = self._wanted(known)
        waiting = [
            (branch, 1)
            for branch in reversed([each for each in known.values() if each.under not in known])
        ]
        seen: set[str] = set()
        while waiting:
            branch, level = waiting.pop()
            if branch.id in seen or (wanted is not None and branch.id not in wanted):
                continue
            seen.add(branch.id)
            yield branch, level
            if wanted is not None or branch.id in (self.opened or ()):
                waiting += [(each, level + 1) for each in reversed(below.get(branch.id, []))]

    def _wanted(self, known: dict[str, Branch]) -> set[str] | None:
        """What was looked for, with all that it hangs on."""
        asked = self.asked.casefold()
        if not asked:
            return None
        found: set[str] = set()
        for branch in known.values():
            if asked in branch.title.casefold():
                at = branch.id
                while at in known and at not in found:
                    found.add(at)
                    at = known[at].under
        return found


def _below(known: dict[str, Branch]) -> dict[str, list[Branch]]:
    """What hangs on each branch."""
    found: dict[str, list[Branch]] = {}
    for branch in known.values():
        if branch.under in known:
            found.setdefault(branch.under, []).append(branch)
    return found


def _hangs_in(id: str, of: str, known: dict[str, Branch]) -> bool:
    """Whether a branch is another one or hangs below it."""
    seen: set[str] = set()
    while id and id not in seen:
        if id == of:
            return True
        seen.add(id)
        id = known[id].under if id in known else ""
    return False


def _quoted(id: str) -> str:
    return id.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\a ")


def topics(knowledge: "Knowledge") -> TreeView:
    """The topics of what one knows."""
    return TreeView(TopicTree(knowledge))


def skills(area: "Skills") -> TreeView:
    """Skills with what they need."""
    return TreeView(SkillTree(area))


def folders(docs: "Docs") -> TreeView:
    """Folders with their documents."""
    return TreeView(FolderTree(docs))


def todos(area: "Todos", **options: Any) -> TreeView:
    """To-dos with their parts."""
    return TreeView(TodoTree(area, **options))
