"""Which skill to work on next, and why: wanted by a role, on the way to one, fading, or just unlocked.

    score = wanted + ½ · fading + 0.3 · opens + 0.2 if it was just unlocked

    wanted   levels that roles ask for and are missing, times their weight; a skill that cannot be begun yet
             hands seven tenths of what it is wanted on to each skill that it still needs
    fading   level × decay
    opens    how many skills wait for this one

A skill whose needs are not met is not suggested; what it needs is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pgc_lib.areas.skill.tree import order
from pgc_lib.i18n import _, n_

PASSED_ON = 0.7
FADING, OPENS, UNLOCKED = 0.5, 0.3, 0.2
NOTICEABLE = 0.25
"""Levels that must have faded before it is worth a word."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one stands with a skill."""

    id: UUID
    name: str
    topic: str
    level: float
    top: int
    decay: float | None = None
    idle: int | None = None
    retrievability: float | None = None
    recency: float = 1.0
    evidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Wanted:
    """A role asks for a level of a skill, which one may not have at all."""

    role: str
    skill: str
    level: float
    weight: float
    known: UUID | None


@dataclass(frozen=True, slots=True)
class Need:
    """A skill needs another one at a level."""

    skill: UUID
    needs: UUID
    level: float


@dataclass(frozen=True, slots=True)
class Suggested:
    """One skill to work on, with the reasons and what they weigh."""

    name: str
    topic: str
    level: float
    score: float
    reasons: tuple[str, ...]
    skill: UUID | None
    wanted: float = 0.0
    fading: float = 0.0
    opens: int = 0

    def _shown_(self) -> Mapping[str, Any]:
        return {
            _("Skill"): self.name,
            _("Level"): self.level,
            _("Why"): _("; ").join(self.reasons),
            _("Score"): round(self.score, 2),
        }


def missing(needs: Sequence[Need], level: Mapping[UUID, float]) -> dict[UUID, list[Need]]:
    """The needs of each skill that are not met; needs of skills that are gone count as met."""
    found: dict[UUID, list[Need]] = {}
    for need in needs:
        if need.needs in level and level[need.needs] < need.level:
            found.setdefault(need.skill, []).append(need)
    return found


def next_best(
    standings: Sequence[Standing], needs: Sequence[Need], wishes: Sequence[Wanted]
) -> list[Suggested]:
    """Every skill worth working on, the best first."""
    standing = {each.id: each for each in standings}
    level = {each.id: each.level for each in standings}
    unmet = missing(needs, level)
    demand, reasons = _demand(standing, needs, unmet, wishes)
    waiting: dict[UUID, list[str]] = {}
    for skill, open_needs in unmet.items():
        if skill in standing:
            for need in open_needs:
                waiting.setdefault(need.needs, []).append(standing[skill].name)
    needing = {need.skill for need in needs}
    found = []
    for each in standings:
        if each.id in unmet:
            continue
        why = list(reasons.get(each.id, ()))
        faded = each.level * (each.decay or 0.0)
        if faded >= NOTICEABLE:
            why.append(_faded(each, faded))
        opened = waiting.get(each.id, [])
        if opened:
            why.append(_("opens {skills}", skills=_(", ").join(sorted(opened)[:3])))
        unlocked = each.level == 0 and each.id in needing
        if unlocked:
            why.append(_("everything that it needs is there"))
        if why:
            score = demand.get(each.id, 0.0) + OPENS * len(opened) + UNLOCKED * unlocked
            score += FADING * faded
            found.append(
                Suggested(
                    *(each.name, each.topic, each.level, score, tuple(why), each.id),
                    wanted=demand.get(each.id, 0.0),
                    fading=faded,
                    opens=len(opened),
                )
            )
    found += _unknown(wishes)
    return sorted(found, key=lambda one: (-one.score, one.name))


def _demand(
    standing: Mapping[UUID, Standing],
    needs: Sequence[Need],
    unmet: Mapping[UUID, Sequence[Need]],
    wishes: Sequence[Wanted],
) -> tuple[dict[UUID, float], dict[UUID, list[str]]]:
    """How much each skill is wanted, by itself and for what needs it."""
    demand: dict[UUID, float] = {}
    reasons: dict[UUID, list[str]] = {}
    for wish in wishes:
        if wish.known is None or wish.known not in standing:
            continue
        gap = wish.level - standing[wish.known].level
        if gap > 0:
            demand[wish.known] = demand.get(wish.known, 0.0) + gap * wish.weight
            reasons.setdefault(wish.known, []).append(
                _("“{role}” asks for level {level:g}", role=wish.role, level=wish.level)
            )
    below: dict[UUID, list[UUID]] = {}
    for need in needs:
        below.setdefault(need.skill, []).append(need.needs)
    for skill in reversed(order(below, list(standing))):
        for need in unmet.get(skill, ()):
            if demand.get(skill):
                demand[need.needs] = demand.get(need.needs, 0.0) + PASSED_ON * demand[skill]
                reasons.setdefault(need.needs, []).append(
                    _(
                        "{skill} is wanted and needs it at level {level:g}",
                        skill=standing[skill].name,
                        level=need.level,
                    )
                )
    return demand, reasons


def _faded(each: Standing, faded: float) -> str:
    """How much is lost, and what of the three takes the most."""
    factors = {"idle": each.retrievability, "rare": each.recency, "unproven": each.evidence}
    worst = min(factors, key=lambda name: factors[name] or 0.0)
    if worst == "idle" and each.idle:
        return n_(
            "it fades by {levels:.1f} levels: not practised for {n} day",
            "it fades by {levels:.1f} levels: not practised for {n} days",
            each.idle,
            levels=faded,
        )
    if worst == "rare":
        return _("it fades by {levels:.1f} levels: hardly practised of late", levels=faded)
    return _("it fades by {levels:.1f} levels: little evidence shows it", levels=faded)


def _unknown(wishes: Sequence[Wanted]) -> list[Suggested]:
    """What roles ask for and one does not have at all."""
    asked: dict[str, list[Wanted]] = {}
    for wish in wishes:
        if wish.known is None:
            asked.setdefault(wish.skill, []).append(wish)
    return [
        Suggested(
            *(name, "", 0.0, sum(wish.level * wish.weight for wish in each)),
            (
                *tuple(
                    _("“{role}” asks for level {level:g}", role=wish.role, level=wish.level)
                    for wish in each
                ),
                _("it is not among your skills yet"),
            ),
            None,
            wanted=sum(wish.level * wish.weight for wish in each),
        )
        for name, each in asked.items()
    ]
