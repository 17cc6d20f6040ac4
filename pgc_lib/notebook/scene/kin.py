"""A family in space: a ring of time, the eldest at the root and their children above them, couples side by side.

Each person is a ball, bright while they live, pale when they have died; who is a child of whom is a branch.
"""

from collections import deque
from typing import TYPE_CHECKING, Any
from uuid import UUID

import numpy as np

from pgc_lib.i18n import _, lang, n_
from pgc_lib.notebook.look import SERIES, colors
from pgc_lib.notebook.scene.bars import blend
from pgc_lib.notebook.scene.labels import Label
from pgc_lib.notebook.scene.model import About, Legend, Preset, Solid, Stage
from pgc_lib.notebook.scene.solids import limb, orb, plate

if TYPE_CHECKING:
    import polars as pl

    from pgc_lib.areas.family import Family
    from pgc_lib.areas.kin.circle import Circle

_UP, _APART, _BALL = 3.6, 2.9, 0.62
_ROUNDS = 12
KIND = "family.members"


def kin(family: "Family", *, dark: bool = False) -> Stage:
    """The family as a stage."""
    circle = family.circle()
    ink = colors(dark=dark)
    stage = Stage(_("Our family"), colors=ink, dark=dark)
    if not circle.people:
        stage.told = _("Nobody was entered yet.")
        return stage
    level = generations(circle)
    place = places(circle, level)
    names = {id: person.called or person.name for id, person in circle.people.items()}
    stage.solids = [_balls(circle, level, place, ink), _branches(circle, place, ink)]
    wide = max(float(np.abs([at[0] for at in place.values()]).max()), 3.0) + 2.6
    deep = max(float(np.abs([at[2] for at in place.values()]).max()), 1.6) + 1.9
    stage.ground = [plate(0, 0, 2 * wide, 2 * deep, blend(ink["sunk"], ink["line"], 0.35), y=-0.25, thick=0.25, round=deep)]  # fmt: skip
    stage.labels = [Label(names[id], x, y + 1.05, z, 0.66, circle.people[id].gone, 2) for id, (x, y, z) in place.items()]  # fmt: skip
    highest = max(level.values())
    stage.legend = [
        Legend(_generation(n, highest), _paint(n, ink), n_("{n} person", "{n} people", sum(each == n for each in level.values())), "dot")
        for n in sorted(set(level.values()))
    ] + [
        Legend(_("Child of"), ink["strong-line"], "", "line"),
        Legend(_("Couple"), ink["red"], "", "line"),
    ]  # fmt: skip
    stage.notes = [_("Pale balls have died. Ties that are doubted, and former couples, are not drawn.")]  # fmt: skip
    stage.presets = [
        Preset("overview", _("Overview"), (0.25, 0.32, 1.0)),
        Preset("front", _("From the front"), (0.0, 0.08, 1.0)),
        Preset("above", _("From above"), (0.0, 1.0, 0.03)),
    ]
    stage.about = lambda key: _about(circle, key)
    stage.table = lambda: _table(circle, level)
    stage.chart = lambda width: _chart(circle, level, place, ink, width)
    stage.told = n_(
        "A family tree of {n} person over {levels} generations.",
        "A family tree of {n} people over {levels} generations.",
        len(circle.people),
        levels=highest + 1,
    )
    return stage


def generations(circle: "Circle") -> dict[UUID, int]:
    """How many generations each stands above the eldest of those they hang together with; couples on one level."""
    tree = circle.tree
    level: dict[UUID, int] = {}
    for start in circle.people:
        if start in level:
            continue
        own, waiting = {start: 0}, deque([start])
        while waiting:
            id = waiting.popleft()
            near = [(other, 0) for other in tree.partners(id)]
            near += [(other, 1) for other in tree.children(id)]
            near += [(other, -1) for other in tree.parents(id)]
            for other, step in near:
                if other not in own:
                    own[other] = own[id] + step
                    waiting.append(other)
        least = min(own.values())
        level |= {id: number - least for id, number in own.items()}
    return level


def places(circle: "Circle", level: dict[UUID, int]) -> dict[UUID, tuple[float, float, float]]:
    """Where each stands: near parents and children, beside the partner, nobody on another, each generation on an arc."""
    tree = circle.tree
    rows: dict[int, list[UUID]] = {}
    for id in sorted(circle.people, key=lambda id: (str(circle.people[id].born or ""), str(id))):
        rows.setdefault(level[id], []).append(id)
    x: dict[UUID, float] = {}
    for row in rows.values():
        for n, id in enumerate(_couples(row, tree)):
            x[id] = n - (len(row) - 1) / 2
    for turn in range(_ROUNDS):
        for number in sorted(rows, reverse=turn % 2 == 1):
            wish = {}
            for id in rows[number]:
                near = [*tree.parents(id), *tree.children(id)]
                near = [other for other in near if other in x]
                wish[id] = float(np.mean([x[other] for other in near])) if near else x[id]
            for id in rows[number]:
                pair = [wish[other] for other in tree.partners(id) if other in wish]
                if pair:
                    wish[id] = (wish[id] + float(np.mean(pair))) / 2
            order = _couples(sorted(rows[number], key=lambda id: (wish[id], str(id))), tree)
            x |= _spread(order, wish)
            rows[number] = order
    middle = (max(x.values()) + min(x.values())) / 2
    longest = max(max(x.values()) - middle, 1.0)
    found = {}
    for id, across in x.items():
        share = (across - middle) / longest
        # Each generation lies on an arc, so that a long row does not run away to the sides.
        bow = share * min(longest * 0.16, 1.9)
        reach = longest * _APART / max(min(longest * 0.16, 1.9), 0.3)
        found[id] = (float(np.sin(bow) * reach), 0.9 + level[id] * _UP, float((np.cos(bow) - 1) * reach))  # fmt: skip
    depth = np.mean([at[2] for at in found.values()])
    return {id: (a, b, float(c - depth)) for id, (a, b, c) in found.items()}


def _couples(row: list[UUID], tree: Any) -> list[UUID]:
    """The same order, with partners beside one another."""
    made: list[UUID] = []
    for id in row:
        if id in made:
            continue
        made.append(id)
        made += [other for other in tree.partners(id) if other in row and other not in made]
    return made


def _spread(order: list[UUID], wish: dict[UUID, float]) -> dict[UUID, float]:
    """As near to where they wish to be as one step from neighbour to neighbour allows."""
    wanted = np.array([wish[id] - n for n, id in enumerate(order)])
    # Pool neighbours that would overlap (the least squares answer under an order).
    blocks: list[list[float]] = []
    for value in wanted:
        blocks.append([value, 1])
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            mean, count = blocks.pop()
            first, size = blocks[-1]
            blocks[-1] = [(first * size + mean * count) / (size + count), size + count]
    flat = np.concatenate([np.full(int(count), mean) for mean, count in blocks])
    return {id: float(flat[n] + n) for n, id in enumerate(order)}


def _balls(circle: "Circle", level: dict[UUID, int], place: Any, ink: dict[str, str]) -> Solid:
    parts = []
    for id, person in circle.people.items():
        color = _paint(level[id], ink)
        if person.gone:
            color = blend(color, ink["sunk"], 0.62)
        parts.append(orb(place[id], _BALL, color, key=f"{KIND}/{id}"))
    return Solid.joined(parts, rises=False)


def _branches(circle: "Circle", place: Any, ink: dict[str, str]) -> Solid:
    tree, parts = circle.tree, []
    wood = blend(ink["strong-line"], ink["gold"], 0.3)
    steps = np.linspace(0, 1, 9)[:, None]
    for id in circle.people:
        for other, former in tree.partners(id).items():
            if not former and str(id) < str(other):
                ends = np.array([place[id], place[other]])
                parts.append(limb(ends[0] + (ends[1] - ends[0]) * steps, [0.1] * 9, ink["red"], sides=6))  # fmt: skip
        parents = list(tree.parents(id))
        if not parents:
            continue
        start = np.mean([place[parent] for parent in parents], axis=0)
        for parent in parents if len(parents) > 2 else [None]:
            begin = start if parent is None else np.array(place[parent])
            end = np.array(place[id])
            # Up first, then over, as a branch does.
            bend = np.column_stack([steps[:, 0] ** 2 * (3 - 2 * steps[:, 0]), steps[:, 0], steps[:, 0] ** 2 * (3 - 2 * steps[:, 0])])  # fmt: skip
            parts.append(limb(begin + (end - begin) * bend, (0.15 - 0.07 * steps[:, 0]).tolist(), wood, sides=6))  # fmt: skip
    return Solid.joined(parts, rises=False)


def _paint(level: int, ink: dict[str, str]) -> str:
    return ink[("gold", "green", "cyan", "blue", "violet")[level % 5] if level >= 0 else SERIES[0]]


def _generation(number: int, highest: int) -> str:
    if number == 0:
        return _("The eldest generation")
    if number == highest:
        return _("The youngest generation")
    return _("Generation {n}", n=number + 1)


def _about(circle: "Circle", key: str) -> About | None:
    kind, _slash, id = key.partition("/")
    if kind != KIND:
        return None
    person = circle.people.get(UUID(id))
    if person is None:
        return None
    tree = circle.tree

    def called(ids: Any) -> str:
        return (", " if lang() != "zh-CN" else "、").join(circle.people[each].name for each in ids if each in circle.people)  # fmt: skip

    lines = [
        (_("Born"), str(person.born or person.born_about or "")),
        (_("Died"), str(person.died or person.died_about or (_("yes") if person.gone else ""))),
        (_("Parents"), called(tree.parents(person.id))),
        (_("Partner"), called(each for each, former in tree.partners(person.id).items() if not former)),
        (_("Children"), called(tree.children(person.id))),
    ]  # fmt: skip
    return About(person.name, [line for line in lines if line[1]], [(person.name, key)])


def _chart(circle: "Circle", level: dict[UUID, int], place: Any, ink: dict[str, str], width: int) -> Any:  # fmt: skip
    """The same tree laid flat: the eldest below, children above their parents."""
    from pgc_lib.notebook.scene.flat import flat

    tree, order = circle.tree, list(circle.people)
    number = {id: n for n, id in enumerate(order)}
    spots = np.array([(place[id][0], level[id]) for id in order], dtype=np.float64)
    color = [blend(_paint(level[id], ink), ink["sunk"], 0.62 if circle.people[id].gone else 0.0) for id in order]  # fmt: skip
    ties = [(number[one], number[other], ink["red"]) for one in order for other, former in tree.partners(one).items() if not former and str(one) < str(other)]  # fmt: skip
    ties += [(number[parent], number[id], ink["strong-line"]) for id in order for parent in tree.parents(id)]  # fmt: skip
    named = [(number[id], circle.people[id].called or circle.people[id].name) for id in sorted(order, key=lambda id: (circle.people[id].gone, -level[id]))]  # fmt: skip
    size = (width, 90 * (max(level.values()) + 1) + 40)
    return flat(spots, color, [9.0] * len(order), named=named, ties=ties, ink=ink, size=size, told=[circle.people[id].name for id in order])  # fmt: skip


def _table(circle: "Circle", level: dict[UUID, int]) -> "pl.DataFrame":
    import polars as pl

    tree = circle.tree
    rows = [
        (
            person.name,
            level[id] + 1,
            ", ".join(circle.people[each].name for each in tree.parents(id)),
            ", ".join(circle.people[each].name for each, former in tree.partners(id).items() if not former),
            person.born,
            person.died,
        )
        for id, person in circle.people.items()
    ]  # fmt: skip
    schema = {
        _("Name"): pl.String(),
        _("Generation"): pl.Int64(),
        _("Parents"): pl.String(),
        _("Partner"): pl.String(),
        _("Born"): pl.Date(),
        _("Died"): pl.Date(),
    }
    return pl.DataFrame(rows, schema=schema, orient="row").sort(_("Generation"), _("Name"))
