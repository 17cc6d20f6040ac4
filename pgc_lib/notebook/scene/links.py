"""The knowledge graph in space: records that hang together draw each other near, all others keep apart."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from pgc_lib.core.naming import area_title, kind_title
from pgc_lib.i18n import _, n_
from pgc_lib.notebook.look import SERIES, colors
from pgc_lib.notebook.scene.bars import blend
from pgc_lib.notebook.scene.labels import Label
from pgc_lib.notebook.scene.model import About, Legend, Lines, Points, Preset, Solid, Stage, rgb8
from pgc_lib.notebook.scene.solids import orb

if TYPE_CHECKING:
    import polars as pl
    from numpy.typing import NDArray

    from pgc_lib.core.session import Session
    from pgc_lib.graph import Graph
    from pgc_lib.graph.seen import Node, Tie

NAMED = 26
"""So many of the most connected are larger and named."""
_SIZE = 16.0
_LONGEST = 26


@dataclass(frozen=True, slots=True)
class Links:
    """Nodes and ties with a place for each node."""

    nodes: "list[Node]"
    ties: "list[Tie]"
    place: "NDArray[np.float32]"
    degree: "NDArray[np.int64]"
    left_out: int
    session: "Session | None" = None
    """Whose kinds name their fields."""

    def stage(self, *, dark: bool = False) -> Stage:
        """The stage."""
        ink = colors(dark=dark)
        stage = Stage(_("How things hang together"), colors=ink, dark=dark)
        if not self.nodes:
            stage.told = _("No two records hang together yet.")
            return stage
        number = {node.pointer: n for n, node in enumerate(self.nodes)}
        areas = Counter(_area(node) for node in self.nodes)
        paint = {area: _paint(n, ink) for n, (area, _count) in enumerate(areas.most_common())}
        colors_ = [paint[_area(node)] for node in self.nodes]
        keys = [node.pointer for node in self.nodes]
        top = np.argsort(-self.degree, kind="stable")[:NAMED].tolist()
        small = [n for n in range(len(self.nodes)) if n not in set(top)]
        stage.points = Points(self.place[small], rgb8([colors_[n] for n in small]).reshape(-1, 3), np.full(len(small), -9.0, np.float32), [keys[n] for n in small], 0.24) if small else None  # fmt: skip
        most = max(float(self.degree.max()), 1.0)
        radius = {n: 0.26 + 0.4 * float((self.degree[n] / most) ** 0.5) for n in top}
        stage.solids = [Solid.joined([orb(self.place[n].tolist(), radius[n], colors_[n], key=keys[n]) for n in top], rises=False)]  # fmt: skip
        pairs = [(number[tie.one.pointer], number[tie.other.pointer]) for tie in self.ties]
        if pairs:
            ends = self.place[np.array(pairs)]
            stage.lines = Lines(ends.astype(np.float32), rgb8([blend(colors_[a], ink["soft"], 0.55) for a, _b in pairs]))  # fmt: skip
        stage.labels = [_named(self.nodes[n], self.place[n], radius[n], rank) for rank, n in enumerate(reversed(top))]  # fmt: skip
        stage.legend = [Legend(area, paint[area], n_("{n} record", "{n} records", count), "dot") for area, count in areas.most_common()]  # fmt: skip
        stage.notes = [_("The larger a ball, the more ties it has. Where something stands means nothing by itself: only what it is near to.")]  # fmt: skip
        if self.left_out:
            stage.notes = [*stage.notes, n_("{n} record with the fewest ties is left out.", "{n} records with the fewest ties are left out.", self.left_out)]  # fmt: skip
        stage.presets = [
            Preset("overview", _("Overview"), (0.5, 0.35, 1.0)),
            Preset("above", _("From above"), (0.0, 1.0, 0.03)),
            Preset("side", _("From the side"), (1.0, 0.1, 0.05)),
        ]
        stage.about = self._about
        stage.table = self._table
        stage.chart = lambda width: self._chart(width, colors_, ink)
        stage.told = n_(
            "A graph of {n} record and {ties} ties.",
            "A graph of {n} records and {ties} ties.",
            len(self.nodes),
            ties=len(self.ties),
        )
        return stage

    def _about(self, key: str) -> About | None:
        node = next((each for each in self.nodes if each.pointer == key), None)
        if node is None:
            return None
        near = [(tie, tie.other if tie.one.pointer == key else tie.one) for tie in self.ties if key in (tie.one.pointer, tie.other.pointer)]  # fmt: skip
        shown = [(f"{tie.said}: {other.title}", other.pointer) for tie, other in near if "/" in other.pointer]  # fmt: skip
        lines = [(_("Kind"), kind_title(node.kind)), (_("Ties"), str(len(near)))]
        own = [(node.title, key)] if "/" in key else []
        return About(node.title, lines, [*own, *shown[:10]], max(len(shown) - 10, 0))

    def _chart(self, width: int, colors_: Sequence[str], ink: "dict[str, str]") -> Any:
        from pgc_lib.notebook.scene.flat import MOST, flat, upright

        most = max(float(self.degree.max()), 1.0)
        radius = [3.0 + 7.0 * float((count / most) ** 0.5) for count in self.degree]
        number = {node.pointer: n for n, node in enumerate(self.nodes)}
        ties = [(number[tie.one.pointer], number[tie.other.pointer], ink["strong-line"]) for tie in self.ties[:MOST]]  # fmt: skip
        top = np.argsort(-self.degree, kind="stable")[:NAMED].tolist()
        named = [(n, _shortened(self.nodes[n].title)) for n in top]
        told = [node.title for node in self.nodes]
        return flat(upright(self.place), colors_, radius, named=named, ties=ties, ink=ink, size=(width, max(int(width * 0.6), 320)), told=told)  # fmt: skip

    def _table(self) -> "pl.DataFrame":
        import polars as pl

        rows = [(tie.one.title, tie.said, tie.other.title) for tie in self.ties]
        schema = {_("From"): pl.String(), _("Relation"): pl.String(), _("To"): pl.String()}
        return pl.DataFrame(rows, schema=schema, orient="row").sort(_("From"), _("To"))


def links(
    graph: "Graph", *, about: Any = None, kinds: Sequence[str] = (), tags: bool, most: int
) -> Links:
    """What is to be drawn: all that hangs together, or what is around one record."""
    from pgc_lib.graph.slicing import within

    if about is not None:
        found = graph.neighbours(about, depth=2)
        ties = [tie for tie in found.ties if tags or tie.how != "tag"]
    else:
        graph.refresh()
        ties = within(graph._asking.ties(), without_tags=not tags)
    wanted = tuple(f"{each}." if "." not in each else each for each in kinds)
    if wanted:
        ties = [tie for tie in ties if tie.one.kind.startswith(wanted) and tie.other.kind.startswith(wanted)]  # fmt: skip
    return replace(placed(ties, most), session=graph.session)


def placed(ties: "Sequence[Tie]", most: int = 600) -> Links:
    """The most connected nodes, each with a place."""
    nodes: dict[str, Node] = {}
    count: Counter[str] = Counter()
    for tie in ties:
        for node in (tie.one, tie.other):
            nodes.setdefault(node.pointer, node)
            count[node.pointer] += 1
    kept = {pointer for pointer, _n in sorted(count.items(), key=lambda each: (-each[1], each[0]))[:most]}  # fmt: skip
    shown = [tie for tie in ties if tie.one.pointer in kept and tie.other.pointer in kept]
    order = sorted(kept)
    number = {pointer: n for n, pointer in enumerate(order)}
    pairs = np.array([(number[tie.one.pointer], number[tie.other.pointer]) for tie in shown], dtype=np.int64).reshape(-1, 2)  # fmt: skip
    degree = np.bincount(pairs.reshape(-1), minlength=len(order))
    return Links([nodes[pointer] for pointer in order], list(shown), layout(len(order), pairs), degree, len(nodes) - len(order))  # fmt: skip


def layout(n: int, pairs: "NDArray[np.int64]", *, rounds: int = 70) -> "NDArray[np.float32]":
    """Places by forces (Fruchterman and Reingold): ties pull, all push; the same each time.

    Of many nodes each is pushed by a sample only, which differs from round to round.
    """
    if n == 0:
        return np.zeros((0, 3), dtype=np.float32)
    chance = np.random.default_rng(7)
    place = chance.normal(size=(n, 3)).astype(np.float32)
    ideal = np.float32(2.2 / n ** (1 / 3))
    sample = min(n, 400)
    for step in range(rounds):
        others = chance.choice(n, sample, replace=False) if n > sample else np.arange(n)
        apart = place[:, None] - place[None, others]
        square = np.maximum((apart**2).sum(axis=2), 1e-4)
        push = (apart * (ideal**2 / square)[..., None]).sum(axis=1) * (n / sample)
        pull = np.zeros_like(place)
        if len(pairs):
            span = place[pairs[:, 1]] - place[pairs[:, 0]]
            force = span * (np.linalg.norm(span, axis=1, keepdims=True) / ideal)
            np.add.at(pull, pairs[:, 0], force)
            np.add.at(pull, pairs[:, 1], -force)
        move = push + pull - place * 0.9  # what hangs on nothing does not fly away
        length = np.maximum(np.linalg.norm(move, axis=1, keepdims=True), 1e-6)
        heat = 0.35 * (1 - step / rounds) + 0.005
        place = (place + move / length * np.minimum(length, heat)).astype(np.float32)
    place -= place.mean(axis=0)
    reach = np.quantile(np.abs(place), 0.98) or 1.0
    place = np.clip(place / reach, -1.35, 1.35) * np.float32(_SIZE / 2)
    place[:, 1] = place[:, 1] * 0.7 + _SIZE * 0.42
    return np.asarray(place, dtype=np.float32)


def _area(node: "Node") -> str:
    return area_title(node.kind.partition(".")[0])


def _paint(number: int, ink: dict[str, str]) -> str:
    """The series' colours, then between two of them."""
    one = ink[SERIES[number % len(SERIES)]]
    return one if number < len(SERIES) else blend(one, ink[SERIES[(number + 1) % len(SERIES)]], 0.5)


def _named(node: "Node", place: Any, radius: float, rank: int) -> Label:
    x, y, z = (float(value) for value in place)
    return Label(_shortened(node.title), x, y + radius + 0.42, z, 0.52, False, 2 + rank)


def _shortened(title: str) -> str:
    return title if len(title) <= _LONGEST else title[: _LONGEST - 1] + "…"
