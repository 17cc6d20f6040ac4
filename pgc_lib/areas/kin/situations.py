"""What a family is going through, read off what it keeps, so that fitting help can be offered.

`HelpLibrary` is what such help must be able to do. `lab.help` is one; whoever has another hands it to
`lab.family.help(library)`.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal, Protocol, runtime_checkable

from pgc_lib.areas.kin.circle import Circle
from pgc_lib.core.shown import Shown
from pgc_lib.i18n import N_, _

Kind = Literal["loss", "newborn", "separation", "wedding", "silence", "care", "age"]
NAMES: dict[Kind, str] = {
    "loss": N_("A death in the family"),
    "newborn": N_("A newborn child"),
    "separation": N_("A couple parted"),
    "wedding": N_("A couple married"),
    "silence": N_("No word for long"),
    "care": N_("Care that waits"),
    "age": N_("Someone very old"),
}
_LONG = {"loss": 400, "newborn": 400, "separation": 400, "wedding": 200}
"""For how many days after it something is still a situation."""
_OLD = 80


@dataclass(frozen=True, slots=True)
class Situation:
    """Something that a family is going through."""

    kind: Kind
    who: tuple[str, ...]
    since: date | None = None

    def _shown_(self) -> dict[str, Any]:
        return {_("Situation"): _(NAMES[self.kind]), _("Who"): self.who, _("Since"): self.since}


@runtime_checkable
class HelpLibrary(Protocol):
    """Where help is found."""

    def for_situation(self, situation: Situation) -> Sequence[Shown]:
        """What may help in a situation, the best first; empty when there is nothing fitting."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What a library offers in one situation."""

    situation: Situation
    help: Shown

    def _shown_(self) -> dict[str, Any]:
        return {**self.situation._shown_(), **self.help._shown_()}


def situations(
    circle: Circle,
    silent: Iterable[dict[str, Any]],
    care: Iterable[dict[str, Any]],
    today: date,
) -> Iterator[Situation]:
    """What is going on today, by what is kept."""
    for person in circle.people.values():
        if _recent("loss", person.died, today):
            yield Situation("loss", (person.name,), person.died)
        if person.gone:
            continue
        if _recent("newborn", person.born, today):
            yield Situation("newborn", (person.name,), person.born)
        if person.born and today.year - person.born.year >= _OLD:
            yield Situation("age", (person.name,))
    for link in circle.links:
        pair = tuple(circle.people[id].name for id in (link.one, link.other) if id in circle.people)
        if link.tie == "partner" and len(pair) == 2:
            if link.former and _recent("separation", link.until, today):
                yield Situation("separation", pair, link.until)
            elif not link.former and _recent("wedding", link.since, today):
                yield Situation("wedding", pair, link.since)
    for line in silent:
        if line["every"] and line["overdue"]:
            yield Situation("silence", (line["name"],), line["last"])
    for line in care:
        if line["late"]:
            yield Situation("care", (line["for"] or line["what"],), line["day"])


def _recent(kind: Kind, day: date | None, today: date) -> bool:
    return day is not None and timedelta(0) <= today - day <= timedelta(days=_LONG[kind])
