"""Where everyone stands in a chart of kinship: generations below one another, partners side by side, children under parents.

Whoever is near the person in the middle is taken first, so a chart of thousands stays small. Within a generation couples are
blocks; blocks are ordered by what they are tied to above and below, then moved to their middles without overlapping.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pgc_lib.areas.kin.words import born_key

if TYPE_CHECKING:
    from pgc_lib.areas.kin.circle import Circle
    from pgc_lib.areas.kin.tree import Tree

WIDTH, HEIGHT, GAP, APART, LEVEL = 138, 62, 14, 34, 118
"""The size of a person, the space between partners and between blocks, and from one generation to the next."""
_SWEEPS = 10


@dataclass(frozen=True, slots=True)
class Line:
    """A tie as a line through points."""

    points: tuple[tuple[float, float], ...]
    look: str = ""
    """`past` for partners who parted, `other` for children not by birth."""


@dataclass(slots=True)
class Chart:
    """People with their places, and the lines between them."""

    width: float = 0
    height: float = 0
    places: dict[UUID, tuple[float, float]] = field(default_factory=dict)
    generation: dict[UUID, int] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    more: set[UUID] = field(default_factory=set)
    """Who has relatives that are not drawn."""

    def near(self, id: UUID, way: str) -> UUID | None:
        """Who comes next in a direction."""
        x = self.places[id][0]
        row = self.generation[id] + {"up": -1, "down": 1}.get(way, 0)
        others = [
            (abs(px - x), other)
            for other, (px, _py) in self.places.items()
            if self.generation[other] == row
            and other != id
            and (way in ("up", "down") or (px > x) == (way == "right"))
        ]
        return min(others, key=lambda each: each[0])[1] if others else None


def chart(circle: "Circle", centre: UUID, *, generations: int = 2, most: int = 60) -> Chart:
    """The chart around a person."""
    tree = circle.tree
    level, more = _chosen(tree, centre, generations, most)
    blocks = _blocks(tree, circle, level)
    rows = _ordered(tree, level, blocks)
    x = _placed(tree, rows)
    if not x:
        return Chart()
    left, top = min(x.values()), min(level.values())
    made = Chart(more=more)
    for id, at in x.items():
        made.places[id] = (at - left + GAP, (level[id] - top) * LEVEL + GAP)
    made.generation = dict(level)
    made.width = max(at for at, _y in made.places.values()) + WIDTH + GAP
    made.height = max(at for _x, at in made.places.values()) + HEIGHT + GAP
    made.lines = list(_lines(circle, made.places))
    return made


def _chosen(
    tree: "Tree", centre: UUID, generations: int, most: int
) -> tuple[dict[UUID, int], set[UUID]]:
    """Who is drawn in which generation, the nearest first; and who has relatives beyond."""
    level: dict[UUID, int] = {centre: 0}
    more: set[UUID] = set()
    waiting = [centre]
    while waiting:
        following: list[UUID] = []
        for id in waiting:
            for other, by in _tied(tree, id):
                if other in level:
                    continue
                there = level[id] + by
                if abs(there) > generations or len(level) >= most:
                    more.add(id)
                    continue
                level[other] = there
                following.append(other)
        waiting = following
    return level, more


def _tied(tree: "Tree", id: UUID) -> Iterable[tuple[UUID, int]]:
    yield from ((other, 0) for other in tree.partners(id))
    yield from ((other, -1) for other in tree.parents(id))
    yield from ((other, 1) for other in tree.children(id))


def _blocks(tree: "Tree", circle: "Circle", level: Mapping[UUID, int]) -> list[list[UUID]]:
    """Couples, and chains of partners of one generation; everyone is in one block."""
    found: list[list[UUID]] = []
    seen: set[UUID] = set()

    def age(id: UUID) -> Any:
        return born_key(tree.people[id], circle.people[id].name)

    for id in sorted(level, key=age):
        if id in seen:
            continue
        couple = [id]
        seen.add(id)
        grows = True
        while grows:
            grows = False
            for end in (0, -1):
                for other in sorted(tree.partners(couple[end]), key=age):
                    if other in level and other not in seen and level[other] == level[id]:
                        couple.insert(0, other) if end == 0 and len(couple) > 1 else couple.append(
                            other
                        )
                        seen.add(other)
                        grows = True
                        break
        found.append(couple)
    return found


def _ordered(
    tree: "Tree", level: Mapping[UUID, int], blocks: Sequence[list[UUID]]
) -> dict[int, list[list[UUID]]]:
    """The blocks of each generation from left to right, with few crossings."""
    rows: dict[int, list[list[UUID]]] = {}
    for block in blocks:
        rows.setdefault(level[block[0]], []).append(block)
    order = {id: float(n) for row in rows.values() for n, id in enumerate(chain.from_iterable(row))}
    for sweep in range(_SWEEPS):
        for number in sorted(rows, reverse=bool(sweep % 2)):
            row = rows[number]
            ties = {
                id(block): [order[other] for one in block for other in _beside(tree, one, level, down=bool(sweep % 2))]
                for block in row
            }  # fmt: skip
            row.sort(key=lambda block: _mean(ties[id(block)], order[block[0]]))
            for block in row:
                _turn(tree, block, order)
            for n, one in enumerate(chain.from_iterable(row)):
                order[one] = float(n)
    return rows


def _beside(tree: "Tree", one: UUID, level: Mapping[UUID, int], *, down: bool) -> list[UUID]:
    found = tree.children(one) if down else tree.parents(one)
    return [other for other in found if other in level]


def _turn(tree: "Tree", block: list[UUID], order: Mapping[UUID, float]) -> None:
    """A couple stands so that each is on the side of the own parents."""
    means = [
        _mean([order[parent] for parent in tree.parents(one) if parent in order], float("nan"))
        for one in block
    ]
    known = [mean for mean in means if mean == mean]
    if len(block) == 2 and len(known) == 2 and means[0] > means[1]:
        block.reverse()


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise


def _placed(tree: "Tree", rows: Mapping[int, Sequence[Sequence[UUID]]]) -> dict[UUID, float]:
    """Each block over the middle of its children and under that of its parents, as far as there is room."""
    x: dict[UUID, float] = {}
    for row in rows.values():
        at = 0.0
        for block in row:
            for one in block:
                x[one] = at
                at += WIDTH + GAP
            at += APART - GAP
    for sweep in range(2 * _SWEEPS):
        for number in sorted(rows, reverse=bool(sweep % 2)):
            wanted, sizes = [], []
            for block in rows[number]:
                middle = (len(block) - 1) * (WIDTH + GAP) / 2
                offsets: list[float] = []
                for n, one in enumerate(block):
                    if sweep % 2:  # the children below stand under the middle of the couple
                        offsets += [x[each] - middle for each in tree.children(one) if each in x]
                    else:
                        offsets += [
                            x[each] - n * (WIDTH + GAP) for each in tree.parents(one) if each in x
                        ]
                wanted.append(_mean(offsets, x[block[0]]))
                sizes.append(len(block) * (WIDTH + GAP) - GAP + APART)
            for block, at in zip(rows[number], _spread(wanted, sizes), strict=True):
                for n, one in enumerate(block):
                    x[one] = at + n * (WIDTH + GAP)
    return x


def _spread(wanted: Sequence[float], sizes: Sequence[float]) -> list[float]:
    """Places in this order, as near as can be to those wanted, without overlapping (pool adjacent violators)."""
    shifts = [0.0]
    for size in sizes[:-1]:
        shifts.append(shifts[-1] + size)
    pools: list[tuple[float, int]] = []
    for want, shift in zip(wanted, shifts, strict=True):
        mean, n = want - shift, 1
        while pools and pools[-1][0] > mean:
            other, m = pools.pop()
            mean, n = (mean * n + other * m) / (n + m), n + m
        pools.append((mean, n))
    flat = [mean for mean, n in pools for _each in range(n)]
    return [mean + shift for mean, shift in zip(flat, shifts, strict=True)]


def _lines(circle: "Circle", places: Mapping[UUID, tuple[float, float]]) -> Iterable[Line]:
    tree = circle.tree
    drawn: set[frozenset[UUID]] = set()
    for id, (x, y) in places.items():
        for other, past in tree.partners(id).items():
            pair = frozenset((id, other))
            if other not in places or pair in drawn:
                continue
            drawn.add(pair)
            ox, oy = places[other]
            (lx, ly), (rx, ry) = sorted([(x, y), (ox, oy)])
            middle = HEIGHT / 2
            yield Line(((lx + WIDTH, ly + middle), (rx, ry + middle)), "past" if past else "")
    families: dict[tuple[UUID, ...], list[UUID]] = {}
    for id in places:
        parents = tuple(sorted(parent for parent in tree.parents(id) if parent in places))
        if parents:
            families.setdefault(parents, []).append(id)
    buses: dict[float, int] = {}
    for parents, children in families.items():
        yield from _family(tree, places, parents, children, buses)


def _family(
    tree: "Tree",
    places: Mapping[UUID, tuple[float, float]],
    parents: Sequence[UUID],
    children: Sequence[UUID],
    buses: dict[float, int],
) -> Iterable[Line]:
    """From the parents down to a bar, and from the bar to each child."""
    xs = [places[parent][0] + WIDTH / 2 for parent in parents]
    low = max(places[parent][1] for parent in parents)
    start = sum(xs) / len(xs)
    together = len(parents) == 2 and parents[1] in tree.partners(parents[0])
    from_y = low + (HEIGHT / 2 if together else HEIGHT)
    top = min(places[child][1] for child in children)
    number = buses[top] = buses.get(top, -1) + 1
    bar = top - 16 - (number % 4) * 6
    if not together and len(parents) == 2:
        start = xs[0]
        yield Line(((xs[1], from_y), (xs[1], bar - 3), (start, bar - 3)))
    ends = [places[child][0] + WIDTH / 2 for child in children]
    yield Line(((start, from_y), (start, bar)))
    yield Line(((min([start, *ends]), bar), (max([start, *ends]), bar)))
    for child, x in zip(children, ends, strict=True):
        bonds = {tree.parents(child)[parent] for parent in parents}
        yield Line(((x, bar), (x, places[child][1])), "" if "birth" in bonds else "other")
