"""Skills as a tree: a trunk of all hours, a bough for each topic, a twig for each skill, and a leaf for so many hours of practice.

Each leaf sprouts in the period in which its hours were full, so the tree grows with the time slider. Leaves of a skill that
fades (`lab.skills.decay()`) are pale.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pgc_lib.notebook.scene.bars import blend
from pgc_lib.notebook.scene.model import Solid
from pgc_lib.notebook.scene.solids import disc, limb, orb

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST_LEAVES = 260
_STEPS = np.linspace(0, 1, 6)
_GOLDEN = np.pi * (3 - 5**0.5)


@dataclass(frozen=True, slots=True)
class Grown:
    """One skill over time."""

    key: str
    name: str
    topic: str
    hours: "NDArray[np.float64]"
    """A number a period."""
    strength: float | None
    """From 0 (faded) to 1; None for what was never practised."""


@dataclass(frozen=True, slots=True)
class Tree:
    """The tree's body, where each skill's twig ends, and how many hours a leaf stands for."""

    body: Solid
    ground: Solid
    tips: Sequence[tuple[str, tuple[float, float, float]]]
    """(name of a topic, where its bough ends)."""
    a_leaf: float
    top: float


def tree(
    skills: Sequence[Grown], at: tuple[float, float], tall: float, ink: dict[str, str]
) -> Tree | None:
    """A tree standing at (x, z), about so tall; None without skills."""
    skills = [each for each in skills if each.hours.sum() > 0 or each.strength is None]
    total = sum(float(each.hours.sum()) for each in skills)
    if not skills or total <= 0:
        return None
    topics: dict[str, list[Grown]] = {}
    for each in sorted(skills, key=lambda each: -each.hours.sum()):
        topics.setdefault(each.topic, []).append(each)
    a_leaf = _nice(total / MOST_LEAVES)
    wood = blend(ink["strong-line"], ink["gold"], 0.32)
    base = np.array([at[0], 0.0, at[1]])
    began = min((_first(each.hours) for each in skills if each.hours.sum() > 0), default=0)
    fork = base + np.array([0, tall * 0.34, 0])
    parts = [_trunk(base, fork, tall, wood, began - 1.0)]
    tips: list[tuple[str, tuple[float, float, float]]] = []
    turn = 0.5
    for number, (topic, own) in enumerate(topics.items()):
        share = sum(float(each.hours.sum()) for each in own) / total
        turn += 2 * np.pi / len(topics)
        reach = tall * (0.22 + 0.2 * share**0.5)
        end = fork + np.array([np.cos(turn) * reach * 1.15, tall * (0.2 + 0.22 * share**0.5) + 0.1 * number % 0.3, np.sin(turn) * reach])  # fmt: skip
        born = min(_first(each.hours) for each in own)
        parts.append(_bough(fork, end, tall * (0.02 + 0.022 * share**0.5), wood, born - 1.0))
        tips.append((topic, (float(end[0]), float(end[1]), float(end[2]))))
        for k, each in enumerate(own):
            parts += _twig(each, end, turn, k, len(own), tall, a_leaf, wood, ink)
    body = Solid.joined(parts, rises=False)
    return Tree(
        body,
        disc(at[0], at[1], tall * 0.52, blend(ink["green"], ink["sunk"], 0.86), thick=0.05),
        tips,
        a_leaf,
        float(body.position[:, 1].max()),
    )


def _trunk(base: Any, fork: Any, tall: float, wood: str, born: float) -> Solid:
    path = base + (fork - base) * _STEPS[:, None]
    path[:, 0] += np.sin(_STEPS * 2.6) * tall * 0.012
    flare = 0.052 * tall * (1.0 - 0.45 * _STEPS) + 0.05 * tall * np.exp(-_STEPS * 9)
    return limb(path, flare.tolist(), wood, born=born, sides=9)


def _bough(start: Any, end: Any, thick: float, wood: str, born: float) -> Solid:
    path = start + (end - start) * _STEPS[:, None]
    path[:, 1] += np.sin(_STEPS * np.pi) * -0.12 * np.linalg.norm(end - start)
    return limb(path, (thick * (1.0 - 0.55 * _STEPS)).tolist(), wood, born=born, sides=7)


def _twig(
    skill: Grown,
    start: Any,
    turn: float,
    number: int,
    of: int,
    tall: float,
    a_leaf: float,
    wood: str,
    ink: dict[str, str],
) -> list[Solid]:
    """A skill's twig with its leaves around the tip."""
    spread = turn + (number - (of - 1) / 2) * (1.9 / max(of, 1))
    reach = tall * 0.15 * (1 + 0.35 * (number % 2))
    tip = start + np.array([np.cos(spread) * reach, tall * (0.07 + 0.05 * (number % 3)), np.sin(spread) * reach])  # fmt: skip
    born = float(_first(skill.hours))
    path = start + (tip - start) * _STEPS[:, None]
    parts = [limb(path, (tall * 0.008 * (1.2 - _STEPS)).tolist(), wood, born=born - 1.0, key=skill.key, sides=5)]  # fmt: skip
    when = _sprouts(skill.hours, a_leaf)
    fresh = blend(ink["green"], ink["gold"], 0.12)
    pale = blend(ink["gold"], ink["soft"], 0.35)
    fade = 1.0 - (skill.strength if skill.strength is not None else 0.5)
    for k, moment in enumerate(when):
        # A sunflower's order fills a ball evenly.
        level = 1 - 2 * (k + 0.5) / len(when)
        around = k * _GOLDEN
        wide = (1 - level**2) ** 0.5
        crown = tall * 0.052 * len(when) ** (1 / 3)
        place = tip + crown * np.array([wide * np.cos(around), level * 0.8, wide * np.sin(around)])
        light = 0.16 * ((k * 7) % 5) / 4
        color = blend(blend(fresh, pale, min(fade * 1.25, 1.0)), ink["card"], light)
        parts.append(orb(place, tall * 0.036 * (1 + 0.25 * ((k * 3) % 4) / 3), color, born=moment, key=skill.key))  # fmt: skip
    if not when:  # wished for, or less than a leaf: a bud
        parts.append(orb(tip, tall * 0.02, pale, born=born, key=skill.key))
    return parts


def _sprouts(hours: "NDArray[np.float64]", a_leaf: float) -> list[float]:
    """The period of each leaf: that in which its hours were full."""
    total = np.cumsum(hours)
    wanted = np.arange(1, int(total[-1] / a_leaf + 1e-9) + 1) * a_leaf
    return [float(number) for number in np.searchsorted(total, wanted - 1e-9)]


def _first(hours: "NDArray[np.float64]") -> int:
    there = np.flatnonzero(hours > 0)
    return int(there[0]) if len(there) else len(hours) - 1


def _nice(least: float) -> float:
    """The next larger of 1, 2, 5, 10, 20 … hours."""
    step = 1.0
    for factor in (2, 2.5, 2) * 6:
        if step >= least:
            break
        step *= factor
    return step
