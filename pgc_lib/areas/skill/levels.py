"""Levels with written criteria: what one can do at each, so that two people mean the same by a number."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pgc_lib.i18n import N_, _

HIGHEST = 10
"""As many levels as a skill may have."""

USUAL: tuple[tuple[str, str], ...] = (
    (
        N_("Beginner"),
        N_("Knows the words and the idea; takes first steps with help."),
    ),
    (
        N_("Practised"),
        N_("Does usual tasks alone after a pattern; asks when something is unusual."),
    ),
    (
        N_("Independent"),
        N_("Solves ordinary problems alone, chooses between ways and finds own mistakes."),
    ),
    (
        N_("Proficient"),
        N_("Masters hard and unclear cases, improves how it is done and helps others."),
    ),
    (
        N_("Expert"),
        N_("Others rely on the judgement; finds new ways and teaches them."),
    ),
)
"""The levels of a skill that names none of its own: a name and a criterion each."""


@dataclass(frozen=True, slots=True)
class Level:
    """One level: its number, its name, what one can do there, and whether one is there."""

    number: int
    name: str
    criterion: str
    reached: bool = False

    def _shown_(self) -> Mapping[str, Any]:
        return {
            _("Level"): self.number,
            _("Name"): self.name,
            _("What one can do"): self.criterion,
            _("I am there"): self.reached,
        }


def levels_of(own: Sequence[str], level: float = 0.0) -> list[Level]:
    """The levels of a skill: its own criteria, or the usual ones; `level` is where one stands."""
    if not own:
        return [
            Level(number, _(name), _(criterion), level >= number)
            for number, (name, criterion) in enumerate(USUAL, 1)
        ]
    usual = [_(name) for name, _criterion in USUAL] if len(own) == len(USUAL) else [""] * len(own)
    return [
        Level(number, usual[number - 1], criterion, level >= number)
        for number, criterion in enumerate(own, 1)
    ]


def top_of(own: Sequence[str]) -> int:
    """The highest level of a skill."""
    return len(own) or len(USUAL)
