"""What needs what: a graph without circles in which a skill may need several others.

Everything here ends even where a circle slipped in, and walks thousands of skills without recursion.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

K = TypeVar("K")


def way(needs: Mapping[K, Iterable[K]], start: K, goal: K) -> list[K] | None:
    """The shortest way from a skill down to one that it needs, both named; None when there is none."""
    came: dict[K, K | None] = {start: None}
    edge = [start]
    while edge:
        following = []
        for at in edge:
            if at == goal:
                found = [at]
                while (before := came[found[-1]]) is not None:
                    found.append(before)
                return found[::-1]
            for each in needs.get(at, ()):
                if each not in came:
                    came[each] = at
                    following.append(each)
        edge = following
    return None


def circle(needs: Mapping[K, Iterable[K]], skill: K, needed: K) -> list[K] | None:
    """The circle that would close if the skill needed the other, from the skill back to itself."""
    back = way(needs, needed, skill)
    return None if back is None else [skill, *back]


def depths(needs: Mapping[K, Sequence[K]], skills: Iterable[K]) -> dict[K, int]:
    """How many steps of need lie below each skill: 0 for one that needs nothing."""
    known = set(skills)
    below = {skill: {each for each in needs.get(skill, ()) if each in known} for skill in known}
    above: dict[K, list[K]] = {}
    for skill, wanted in below.items():
        for each in wanted:
            above.setdefault(each, []).append(skill)
    left = {skill: len(wanted) for skill, wanted in below.items()}
    found: dict[K, int] = {}
    ready = [skill for skill, n in left.items() if not n]
    depth = 0
    while ready:
        following = []
        for skill in ready:
            found[skill] = depth
            for each in above.get(skill, ()):
                left[each] -= 1
                if not left[each]:
                    following.append(each)
        ready, depth = following, depth + 1
    return found | dict.fromkeys(known - found.keys(), depth)


def order(needs: Mapping[K, Sequence[K]], skills: Sequence[K]) -> list[K]:
    """The skills such that each comes after what it needs, otherwise as they were."""
    depth = depths(needs, skills)
    return sorted(skills, key=lambda skill: depth[skill])
