"""What hangs together with what, step by step: click a record and see what it is tied to, or the way from one to another.

lab.graph.explore(record)
"""

from collections.abc import Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from pgc_lib.errors import NotFound
from pgc_lib.graph.deriving import TAG
from pgc_lib.i18n import _
from pgc_lib.notebook.live import deed
from pgc_lib.notebook.widgets.graph_view import AT_ONCE, MOST, PATIENCE, ZOOMS, Picture
from pgc_lib.notebook.widgets.working import Work

if TYPE_CHECKING:
    from pgc_lib.graph import Graph
    from pgc_lib.graph.seen import Node, Tie


class GraphExplorer(Picture):
    """A picture that grows where it is clicked."""

    @deed
    def choose(self, pointer: str) -> None:
        """A node was clicked: what it is tied to is drawn."""
        if self.origin and self.origin != pointer:
            self._find_way(pointer)
            return
        self.chosen, self.way = pointer, self.way if pointer in self.way else []
        self._grow(pointer)

    @deed
    def go(self, pointer: str) -> None:
        """Something was found."""
        self.asked = ""
        if self.origin:
            self._find_way(pointer)
        else:
            self.begin(pointer)

    @deed
    def begin(self, pointer: str) -> None:
        """An empty picture with this in the middle."""
        self.nodes, self.ties, self.at, self.grown, self.left_out, self.way = (
            {},
            {},
            {},
            set(),
            {},
            [],
        )
        self.chosen, self.origin, self._begun = pointer, "", True
        self.hidden.discard(self._area(pointer))
        self._grow(pointer)

    @deed
    def from_here(self) -> None:
        """A way from the chosen one is looked for."""
        self.origin = self.chosen

    @deed
    def leave(self) -> None:
        """No way after all."""
        self.origin = ""

    @deed
    def drop(self, pointer: str) -> None:
        """Take a node out of the picture."""
        self.nodes.pop(pointer, None)
        self.at.pop(pointer, None)
        self.ties = {key: tie for key, tie in self.ties.items() if pointer not in (key[0], key[2])}
        tied = {end for key in self.ties for end in (key[0], key[2])}
        for alone in [each for each in self.nodes if each not in tied]:
            if len(self.nodes) > 1:
                self.nodes.pop(alone)
                self.at.pop(alone, None)
        self.chosen = next(iter(self.nodes), "")
        self.way = []

    @deed
    def turn(self, area: str) -> None:
        """Hide an area, or show it again."""
        self.hidden ^= {area}

    @deed
    def find(self, value: str = "") -> None:
        """Look for a record by its title."""
        self.asked = value.strip()

    @deed
    def first(self, value: str = "") -> None:
        """Take the first that was found."""
        self.asked = value.strip() or self.asked
        found = self._found()
        if found:
            self.go(found[0][0])

    @deed
    def smaller(self) -> None:
        """Draw it smaller."""
        self.zoom = max(0, self.zoom - 1)

    @deed
    def larger(self) -> None:
        """Draw it larger."""
        self.zoom = min(len(ZOOMS) - 1, self.zoom + 1)

    # ── between ──────────────────────────────────────────────────────────────────────────────────────

    def _grow(self, pointer: str) -> None:
        """Draw what a node is tied to, as much of it as there is room for."""
        if pointer in self.grown:
            return
        found = self.graph.neighbours(pointer, limit=MOST)
        self.nodes.setdefault(found.start.pointer, found.start)
        self.chosen = found.start.pointer if self.chosen == pointer else self.chosen
        room = max(0, min(AT_ONCE, MOST - len(self.nodes)))
        fresh = _mixed([node for node in found if node.pointer not in self.nodes])
        for node in fresh[:room]:
            self.nodes[node.pointer] = node
        left = len(fresh) - room
        self.left_out[found.start.pointer] = max(0, left)
        if left <= 0:
            self.grown.add(found.start.pointer)
        self._take(found.ties)
        if room == 0 and fresh:
            self.say(_("The picture is full: take something away, or begin here."), bad=True)

    def _take(self, ties: "Sequence[Tie]") -> None:
        for tie in ties:
            if tie.one.pointer in self.nodes and tie.other.pointer in self.nodes:
                self.ties[tie.one.pointer, tie.relation, tie.other.pointer] = tie

    def _find_way(self, to: str) -> None:
        origin, self.origin = self.origin, ""
        found = self.graph.paths(origin, to, limit=1)
        if not found:
            raise NotFound(
                _("No way leads from the one to the other within six steps."),
                next_step=_("Try another one."),
            )
        for node in found[0].nodes:
            self.nodes.setdefault(node.pointer, node)
            self.hidden.discard(self._area(node.pointer))
        self._take(found[0].ties)
        self.way = [node.pointer for node in found[0].nodes]
        self.chosen = self.way[-1]

    def _first(self) -> None:
        """Where one begins: with what was asked for, else with what most hangs together with.

        The graph of a lab that never asked for it is made now, which takes its time.
        """
        self._begun = True
        self.work = Work(self, self._look_around)
        self.work.wait(PATIENCE)

    def _look_around(self, _work: Work) -> None:
        from pgc_lib.core.pointer import as_pointer

        if self._start is None:
            for central in self.graph.centrality("degree", limit=1):
                self.begin(central.node.pointer)
        elif isinstance(self._start, str) and self._start.startswith(TAG):
            self.begin(self._start)
        else:
            self.begin(as_pointer(self._start))


def _mixed(nodes: "Sequence[Node]") -> "list[Node]":
    """One of each kind in turn, so that the many of one kind do not hide the few of another."""
    kinds: dict[str, list[Node]] = {}
    for node in nodes:
        kinds.setdefault(node.kind, []).append(node)
    rounds = zip_longest(*sorted(kinds.values(), key=len))
    return [node for one_round in rounds for node in one_round if node is not None]


def explore(graph: "Graph", start: Any = None) -> GraphExplorer:
    """The explorer, beginning with a record, a pointer or a tag."""
    return GraphExplorer(graph, start)
