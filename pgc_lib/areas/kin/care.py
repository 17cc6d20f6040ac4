"""Care that comes again and again: medicine, shopping, a walk, the doctor; what is due and what was done."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from pydantic import model_validator

from pgc_lib.areas.kin.circle import Person
from pgc_lib.core.record import Record, field
from pgc_lib.core.recurrence import RRule, occurrences
from pgc_lib.i18n import N_, _

_BACK = timedelta(days=366)
"""How far back something that was never done is looked for."""
_MOST = 1000


class Care(Record, kind="family.care", kept_in="documents", sort=["title"]):
    """Something to be done for somebody, once or by a rule."""

    title: str = field(title=N_("Title"), min_length=1, max_length=200, searchable=True)
    member: UUID | None = field(None, title=N_("For whom"))
    who: UUID | None = field(None, title=N_("Who does it"))
    start: date = field(title=N_("From the day"))
    rule: RRule | None = field(
        None,
        title=N_("Rule"),
        help=N_(
            "When it comes again, by RFC 5545: FREQ=WEEKLY;BYDAY=MO,TH. Without one it comes once."
        ),
        max_length=500,
    )
    until: date | None = field(None, title=N_("To the day"))
    minutes: int | None = field(None, title=N_("Estimate"), unit=N_("minutes"), ge=0, le=100_000)
    note: str = field("", title=N_("Note"), searchable=True, widget="text")

    @model_validator(mode="after")
    def _possible(self) -> "Care":
        if self.until and self.until < self.start:
            raise ValueError(_("this would end before it began"))
        return self


class CareDone(Record, kind="family.care_done", kept_in="documents", sort=["-day"]):
    """That a care task was done, for the day on which it was due."""

    task: UUID = field(title=N_("Task"))
    due: date = field(title=N_("Due"))
    day: date = field(title=N_("Done on"))
    by: UUID | None = field(None, title=N_("Who did it"))
    skipped: bool = field(False, title=N_("Left out"))
    note: str = field("", title=N_("Note"), searchable=True, widget="text")


def days_of(task: Care, first: date, last: date) -> list[date]:
    """The days of a task from one day to another, both included."""
    last = min(last, task.until) if task.until else last
    return occurrences(
        task.rule, task.start, after=first, before=last + timedelta(days=1), limit=_MOST
    )


def due(
    tasks: Iterable[Care],
    done: Iterable[CareDone],
    people: dict[UUID, Person],
    today: date,
    ahead: int,
) -> list[dict[str, Any]]:
    """What was due and is not done, and what comes within so many days.

    Of one task only the latest missed time counts: yesterday's walk is not made up for by two today.
    """
    settled: dict[UUID, set[date]] = {}
    for each in done:
        settled.setdefault(each.task, set()).add(each.due)
    lines: list[dict[str, Any]] = []
    for task in tasks:
        known = settled.get(task.id, set())
        latest = max(known, default=date.min)
        past = days_of(task, max(today - _BACK, task.start), today - timedelta(days=1))
        missed = [day for day in past if day > latest]
        coming = days_of(task, today, today + timedelta(days=ahead))
        lines += [
            {
                "day": day,
                "what": task.title,
                "for": _name(people, task.member),
                "who": _name(people, task.who),
                "late": max((today - day).days, 0),
                "missed": len(missed) if day < today else 0,
                "task": task.id.hex,
            }
            for day in [*missed[-1:], *(day for day in coming if day not in known)]
        ]
    return sorted(lines, key=lambda line: (line["day"], line["what"]))


def _name(people: dict[UUID, Person], id: UUID | None) -> str:
    return people[id].name if id in people else ""
