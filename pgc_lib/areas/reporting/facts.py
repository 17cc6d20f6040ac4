"""The facts of a period, from every area whose owner lets reports see it.

An area brings its facts as a function `(Asked) -> Iterable[Fact]`, named in `SOURCES` or as an entry point in the
group `pgc.facts`. A source that fails is told as a problem: the other facts stand.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from html import escape
from importlib import import_module
from typing import Any, TypeAlias

from pgc_lib.areas.reporting.fact import SECTIONS, Fact
from pgc_lib.areas.reporting.period import Period
from pgc_lib.core.points import entry_points
from pgc_lib.core.session import Session
from pgc_lib.core.shown import Listing, problems_table, table
from pgc_lib.core.zone import today
from pgc_lib.errors import PgcError, Problem
from pgc_lib.i18n import N_, _

SOURCES: Mapping[str, str] = {
    "todos": "pgc_lib.areas.reporting.of_todos:facts",
    "skills": "pgc_lib.areas.reporting.of_skills:facts",
    "finance": "pgc_lib.areas.reporting.of_money:facts",
    "goals": "pgc_lib.areas.reporting.of_goals:facts",
    "hobbies": "pgc_lib.areas.reporting.of_hobbies:facts",
    "family": "pgc_lib.areas.reporting.of_family:facts",
    "wellbeing": "pgc_lib.areas.reporting.of_wellbeing:facts",
    "knowledge": "pgc_lib.areas.reporting.of_knowledge:facts",
    "anchor": "pgc_lib.areas.reporting.of_anchor:facts",
}
PRIVATE = frozenset({"wellbeing"})
"""Areas that are left out until the person says otherwise."""

AREAS: Mapping[str, str] = {
    "todos": N_("To-dos"),
    "skills": N_("Skills"),
    "finance": N_("Money"),
    "goals": N_("Shared goals"),
    "hobbies": N_("Hobbies"),
    "family": N_("Family"),
    "wellbeing": N_("Wellbeing"),
    "knowledge": N_("Knowledge"),
    "anchor": N_("Career anchor"),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """Of whom, about which days, and which day it is."""

    session: Session
    period: Period
    now: date = field(default_factory=today)

    @property
    def until(self) -> date:
        """The last day of the period that has begun: the future holds no facts."""
        return min(self.period.last, self.now)


Source: TypeAlias = Callable[[Asked], Iterable[Fact]]


class Facts(Listing[Fact]):
    """Facts in the order of the sections, and the areas that could not tell theirs."""

    def __init__(self, facts: Iterable[Fact] = (), problems: Sequence[Problem] = ()) -> None:
        super().__init__(facts)
        self.problems = tuple(problems)

    def of(self, section: str) -> "Facts":
        """Those of one section."""
        return Facts(fact for fact in self if fact.section == section)

    def _repr_html_(self) -> str:
        """Each section folded up but for what tells of the whole, so that sixty facts fill no screen."""
        if not self:
            return super()._repr_html_() + problems_table(self.problems)
        shown = (_folded(_(title), self.of(section)) for section, title in SECTIONS.items())
        return "".join(shown) + problems_table(self.problems)


def _folded(title: str, facts: Sequence[Fact]) -> str:
    if not facts:
        return ""
    whole = [fact for fact in facts if fact.headline]
    single = [fact for fact in facts if not fact.headline]
    told = "".join(f"<li>{escape(fact.text)}</li>" for fact in whole)
    lines = table([_("Fact"), _("Rows")], [[fact.text, fact.count or ""] for fact in single])
    below = f"<details><summary>{escape(_('One by one: {n}', n=len(single)))}</summary>{lines}</details>"
    return f"<b>{escape(title)}</b><ul>{told}</ul>{below if single else ''}"


def sources() -> dict[str, str]:
    """Every area that has facts to tell, and where its function is."""
    found = {point.name: point.value for point in entry_points(group="pgc.facts")}
    return {**found, **SOURCES}


def collect(asked: Asked, allowed: Callable[[str], bool]) -> Facts:
    """Every fact of the areas that are allowed; numbers of the whole before single rows."""
    facts: list[Fact] = []
    problems: list[Problem] = []
    for area, place in sources().items():
        if not allowed(area):
            continue
        try:
            facts += _source(place)(asked)
        except PgcError as error:
            problems.append(Problem(area, error.message, error.next_step))
    order = {section: place for place, section in enumerate(SECTIONS)}
    facts.sort(key=lambda fact: (order[fact.section], not fact.headline))
    return Facts(facts, problems)


def named(area: str) -> str:
    """An area as a person calls it."""
    return _(AREAS[area]) if area in AREAS else area


def _source(place: str) -> Source:
    module, _colon, name = place.partition(":")
    found: Any = getattr(import_module(module), name)
    made: Source = found
    return made
