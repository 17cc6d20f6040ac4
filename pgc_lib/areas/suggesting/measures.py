"""What an advice was meant to change, as a number of some days: asked before it was followed, and again later.

A measure is a function `(session, about, first, last) -> float | None`, named in `MEASURES` or as an entry point in
the group `pgc.measures`. It is written as `finance.spending:餐饮`: the name, and what it is about.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from importlib import import_module
from typing import Any, TypeAlias

from pgc_lib.core.points import entry_points
from pgc_lib.core.session import Session
from pgc_lib.core.zone import zone
from pgc_lib.errors import Invalid, Problem
from pgc_lib.i18n import N_, _
from pgc_lib.stores.filters import col

Measured: TypeAlias = Callable[[Session, str, date, date], float | None]


@dataclass(frozen=True, slots=True)
class Measure:
    """A number of some days."""

    name: str
    title: str
    of: Measured
    less_is_better: bool = False


def spending(session: Session, about: str, first: date, last: date) -> float | None:
    """What was spent on a category, a day."""
    from pgc_lib.areas.finance import Finance

    frame = Finance(session).spending(
        "category",
        "1y",
        col("owner") == session.person,
        col("day").is_between(first, last),
        category=about,
    )
    if frame["currency"].n_unique() > 1:
        return None  # sums of different currencies are none
    return float(frame["amount"].sum() or 0) / ((last - first).days + 1)


def practice(session: Session, about: str, first: date, last: date) -> float | None:
    """Hours of practice of a skill, a week."""
    from pgc_lib.areas.skills import Skills

    skills = Skills(session)
    skill = skills.skill(about)
    done = skills.practice.frame(
        col("day").is_between(first, last), skill=skill.id, columns=["hours"]
    )
    return float(done["hours"].sum()) * 7 / ((last - first).days + 1)


def finished(session: Session, about: str, first: date, last: date) -> float | None:
    """To-dos that were done, of a project or of all, a week."""
    from pgc_lib.areas.todos import Todos

    of_project = {"project": about} if about else {}
    done = Todos(session).items.count(
        col("owner") == session.person,
        done=True,
        done_at__ge=datetime.combine(first, time(), zone()),
        done_at__lt=datetime.combine(last + timedelta(days=1), time(), zone()),
        **of_project,
    )
    return done * 7 / ((last - first).days + 1)


MEASURES: Mapping[str, Measure] = {
    each.name: each
    for each in (
        Measure("finance.spending", N_("spent a day"), spending, less_is_better=True),
        Measure("skills.practice", N_("hours of practice a week"), practice),
        Measure("todos.done", N_("to-dos done a week"), finished),
    )
}


def measure_of(written: str) -> tuple[Measure, str]:
    """The measure and what it is about."""
    name, _colon, about = written.partition(":")
    if name in MEASURES:
        return MEASURES[name], about
    for point in entry_points(group="pgc.measures"):
        if point.name == name:
            module, _colon, attribute = point.value.partition(":")
            found: Any = getattr(import_module(module), attribute)
            assert isinstance(found, Measure)
            return found, about
    raise Invalid(
        _("There is no measure “{name}”.", name=name),
        [Problem("measure", _("allowed are: {choices}", choices=", ".join(MEASURES)), written)],
    )
