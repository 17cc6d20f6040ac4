"""Growth as a landscape: time runs from left to right, each area is a lane (or a ring), each period a bar.

The height of a bar is what was added in that period (`counting.py` says what is counted), against the best period of its own lane;
its tone is whether that was less than usual, as usual, or more. Money and mood run along as ribbons, achievements stand as
landmarks, and skills are a tree at the end of the road.
"""

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

import numpy as np

from pgc_lib.errors import Invalid, Problem
from pgc_lib.i18n import _
from pgc_lib.notebook.look import colors
from pgc_lib.notebook.scene.bars import blend, blends, paint
from pgc_lib.notebook.scene.counting import (
    Lane,
    spoken,
    states,
)
from pgc_lib.notebook.scene.growth_facts import Facts, facts
from pgc_lib.notebook.scene.labels import Label
from pgc_lib.notebook.scene.lanes import TALL, Lanes, Rings
from pgc_lib.notebook.scene.model import Bars, Legend, Solid, Stage, rgb8
from pgc_lib.notebook.scene.periods import Every
from pgc_lib.notebook.scene.ribbons import ribbon
from pgc_lib.notebook.scene.solids import gem, plate, post
from pgc_lib.notebook.scene.tree import Tree, tree

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pgc_lib.lab import Lab

_LEAST = 0.05
_TITLE = 22
LAYOUTS = ("lanes", "rings")
_TONES = (0.52, 0.2, 0.0)
"""How much of the ground's colour is in less than usual, as usual, more."""


def growth(
    lab: "Lab",
    *,
    every: Every | None = None,
    since: date | None = None,
    until: date | None = None,
    layout: str = "lanes",
    owner: UUID | None = None,
    dark: bool = False,
) -> Stage:
    """The landscape of a lab."""
    check(layout)
    found = facts(lab, every=every, since=since, until=until, owner=owner)
    return landscape(found, layout=layout, dark=dark)


def check(layout: str) -> None:
    """Whether there is such a layout."""
    if layout not in LAYOUTS:
        reason = _("this must be one of {expected}", expected=", ".join(LAYOUTS))
        raise Invalid(_("A landscape is not laid out so:"), [Problem("layout", reason, layout)])


def landscape(
    found: Facts | None,
    *,
    layout: str = "lanes",
    dark: bool = False,
    was: "tuple[Facts | None, Stage] | None" = None,
) -> Stage:
    """The stage of what was found; from `was`, the facts and stage before, what is still right is taken over."""
    ink = colors(dark=dark)
    title = _("My growth")
    if found is None or not found.lanes:
        return Stage(title, told=_("Nothing was kept yet that could grow."), colors=ink, dark=dark)
    place = Lanes(found) if layout == "lanes" else Rings(found)
    grown, solids, kept = _bodies(found, place, ink, was)
    stage = Stage(
        title,
        bars=_bars(found, place, ink),
        solids=solids,
        ground=[*place.ground(ink), *([grown.ground] if grown else [])],
        labels=[*place.labels(), *_marked(found, place), *_tree_labels(grown)],
        legend=_legend(found, grown, ink),
        presets=place.presets(grown),
        times=found.periods.names,
        colors=ink,
        dark=dark,
    )
    from pgc_lib.notebook.scene import growth_told as told

    stage.kept = kept
    stage.about = lambda key: told.about(found, key)
    stage.table = lambda: told.table(found)
    stage.chart = lambda width: told.chart(found, width)
    stage.told = told.sentence(found)
    stage.notes = told.notes(found)
    return stage


# ── what stands there ────────────────────────────────────────────────────────────────────────────────────


def _bars(found: Facts, place: Lanes, ink: dict[str, str]) -> Bars:
    at, size, color, born, keys, turns = [], [], [], [], [], []
    wide, deep = place.size
    for row, lane in enumerate(found.lanes):
        numbers = np.flatnonzero(lane.values)
        values = lane.values[numbers]
        high = np.maximum(np.abs(values) / np.abs(lane.values).max() * TALL, _LEAST)
        at.append(place.feet(row, numbers))
        size.append(np.column_stack([np.full(len(numbers), wide), high, np.full(len(numbers), deep)]))  # fmt: skip
        color.append(tones(lane, numbers, ink, len(found.periods)))
        born.append(numbers.astype(np.float32))
        keys += [f"{lane.counted.name}@{number}" for number in numbers.tolist()]
        turned = place.turns(row, numbers)
        if turned is not None:
            turns.append(turned)
    return Bars(
        np.concatenate(at).astype(np.float32),
        np.concatenate(size).astype(np.float32),
        np.concatenate(color),
        np.concatenate(born),
        keys,
        np.concatenate(turns) if turns else None,
    )


def tones(lane: Lane, numbers: Any, ink: dict[str, str], periods: int) -> "NDArray[np.uint8]":
    """The colour of each bar: its lane's, paler for less than usual; money spent beyond income is red."""
    state = states(lane.values)[numbers] if not lane.counted.signed else np.zeros(len(numbers), np.int8)  # fmt: skip
    base = np.tile(rgb8([paint(ink, lane.counted.color)]), (len(numbers), 1))
    if lane.counted.signed:
        base[lane.values[numbers] < 0] = rgb8([ink["red"]])[0]
    share = np.choose(state + 1, _TONES).astype(np.float32)
    share[np.asarray(numbers) == periods - 1] = 0.62  # it is still running
    return blends(base, ink["sunk"], share)


def _bodies(
    found: Facts,
    place: Lanes,
    ink: dict[str, str],
    was: "tuple[Facts | None, Stage] | None",
) -> tuple[Tree | None, list[Solid], dict[str, Any]]:
    """Ribbons, landmarks and the tree; a tree is costly, so what did not change is taken over."""
    before, old = was if was is not None else (None, None)
    kept = dict(old.kept) if old is not None and before is not None else {}

    def once(name: str, same: bool, make: "Callable[[], Any]") -> Any:
        if not same or name not in kept:
            kept[name] = make()
        return kept[name]

    one = before if before is not None else found
    same_place = len(one.lanes) == len(found.lanes) and one.periods is found.periods
    gold = blend(ink["gold"], ink["card"], 0.12)
    mood = once("mood", same_place and one.mood is found.mood, lambda: ribbon(found.mood, lambda n: place.way(place.ribbon_row(0), n), "mood", lambda v: _felt(v, ink), 0.12, place.low, bounds=(1.0, 10.0)))  # fmt: skip
    saved = once("saved", same_place and one.saved is found.saved, lambda: ribbon(found.saved, lambda n: place.way(place.ribbon_row(1), n), "saved", lambda _v: gold, 0.35, 4.0))  # fmt: skip
    marks = once("marks", same_place and one.marks is found.marks, lambda: Solid.joined([body for number, _title, pointer, sort in found.marks for body in _landmark(place.mark(number), number, pointer, sort, ink)]))  # fmt: skip
    grown = once("tree", same_place and one.skills is found.skills, lambda: tree(found.skills, place.island, place.tree, ink))  # fmt: skip
    made = [mood, saved, marks, *([grown.body] if grown is not None else [])]
    return grown, [each for each in made if len(each.index)], kept


def _felt(value: float, ink: dict[str, str]) -> str:
    """Mood as a colour: red is low, gold in the middle, green high."""
    share = (value - 1) / 9
    if share < 0.5:
        return blend(ink["red"], ink["gold"], share * 2)
    return blend(ink["gold"], ink["green"], share * 2 - 1)


def _landmark(
    at: tuple[float, float], number: float, pointer: str, sort: str, ink: dict[str, str]
) -> list[Solid]:
    x, z = at
    born = np.floor(number)
    if sort == "milestone":
        return [
            post(x, z, 0.62, ink["strong-line"], width=0.1, born=born, key=pointer),
            gem((x, 0.6, z), 0.34, 0.42, ink["cyan"], born=born, key=pointer),
        ]
    return [
        plate(x, z, 0.7, 0.7, blend(ink["gold"], ink["ink"], 0.25), thick=0.14, round=0.35, born=born, key=pointer),
        post(x, z, 1.5, blend(ink["gold"], ink["ink"], 0.15), width=0.16, born=born, key=pointer),
        gem((x, 1.4, z), 0.86, 1.15, ink["gold"], born=born, key=pointer),
    ]  # fmt: skip


def _marked(found: Facts, place: Lanes) -> list[Label]:
    made = []
    for number, title, _pointer, sort in found.marks:
        x, z = place.mark(number)
        short = title if len(title) <= _TITLE else title[: _TITLE - 1] + "…"
        small = sort == "milestone"
        high, up = (0.62, 1.35) if small else (0.72, 3.0)
        made.append(Label(short, x, up, z, high, small, 1 if small else 3, float(int(number))))
    return made


def _tree_labels(grown: Tree | None) -> list[Label]:
    if grown is None:
        return []
    return [Label(topic, x, y + 2.3, z, 0.8, False, 3) for topic, (x, y, z) in grown.tips if topic]


def _legend(found: Facts, grown: Tree | None, ink: dict[str, str]) -> list[Legend]:
    made = []
    for lane in found.lanes:
        best = spoken(lane.counted, float(np.abs(lane.values).max()), lane.currency)
        told = _("{what} Tallest: {most}.", what=_(lane.counted.told), most=best)
        made.append(Legend(_(lane.counted.title), paint(ink, lane.counted.color), told))
    if (~np.isnan(found.mood)).sum() > 1:
        made.append(Legend(_("Mood"), ink["green"], _("The mean of what was noted, from 1 (red, low) to 10 (green, high). Gaps: nothing was noted."), "band"))  # fmt: skip
    if (~np.isnan(found.saved)).sum() > 1:
        made.append(Legend(_("Put aside"), ink["gold"], _("All that was left over since the first entry, added up."), "band"))  # fmt: skip
    if found.marks:
        made.append(Legend(_("Achievements"), ink["gold"], _("On the day they were completed; small ones are milestones."), "mark"))  # fmt: skip
    if grown is not None:
        hours = f"{grown.a_leaf:g}"
        made.append(Legend(_("Tree of skills"), ink["green"], _("A bough for each topic, a twig for each skill, a leaf for every {hours} hours of practice. Pale leaves: the skill fades.", hours=hours), "tree"))  # fmt: skip
    return made
