"""Days that come back every year, from a calendar of elsewhere: occasions of the family.

A calendar in which most events are whole days of every year is one of these; any other is taken for plans
(`exchange/plans.py`) unless one says `importer="dates"`. Days of the Chinese calendar have no rule in the format: what the lab
itself wrote out year by year is one day again, found by what all its years have in common.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pgc_lib.areas.kin.dates import day_of
from pgc_lib.errors import Problem
from pgc_lib.exchange import ics
from pgc_lib.exchange.ics import Event
from pgc_lib.exchange.reading import Part, Reading
from pgc_lib.i18n import N_, _, n_

_OURS = re.compile(r"(birthday|wedding|memorial|occasion)-.*@family\.pgc$")
_A_YEAR = re.compile(r"^(.*)-\d{8}@family\.pgc$")
_SAME = ("title", "month", "day", "lunar")


@dataclass(frozen=True)
class DatesImporter:
    """The importer of calendars of days."""

    name: str = "dates"
    title: str = N_("Days of every year (ICS)")

    def sniff(self, path: Path, head: bytes) -> int:  # noqa: ARG002 - the beginning is enough
        """How well it fits a file."""
        upper = head.replace(b"\0", b"").upper()
        if b"BEGIN:VCALENDAR" not in upper[:4096]:
            return 0
        events, yearly = upper.count(b"BEGIN:VEVENT"), upper.count(b"FREQ=YEARLY")
        return 95 if b"@FAMILY.PGC" in upper or (events and yearly * 2 >= events) else 20

    def read(self, path: Path, **_options: Any) -> Reading:
        """The days of a calendar; one that is kept already is left out."""
        events, problems = ics.read(path)
        mine = [each for each in events if not _of_people(each)]
        rows, others = _rows(mine)
        people = len(events) - len(mine)
        told = {}
        if people:
            told[_("Not taken")] = n_(
                "One day belongs to a person or a couple and comes with the family tree.",
                "{n} days belong to persons or couples and come with the family tree.",
                people,
            )
        if not rows:
            return Reading(problems=[*problems, *others], told=told)
        return Reading([Part("family.occasions", rows, same=_SAME)], [*problems, *others], told)


def _of_people(event: Event) -> bool:
    found = _OURS.match(event.uid)
    return found is not None and found[1] != "occasion"


def _rows(events: Iterable[Event]) -> tuple[list[dict[str, Any]], list[Problem]]:
    rows, problems = [], []
    series: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        if known := _A_YEAR.match(event.uid):
            series[known[1]].append(event)
        elif event.rule and "FREQ=YEARLY" in event.rule.upper() and "INTERVAL" not in event.rule:
            rows.append(_solar(event))
        else:
            reason = _("it does not come back every year; plans of hobbies can be of any rule")
            problems.append(Problem(event.title[:60], reason))
    for found in series.values():
        rows += _chinese(found)
    return rows, problems


def _solar(event: Event) -> dict[str, Any]:
    start = _day(event)
    end_of_february = "BYMONTHDAY=-1" in (event.rule or "")
    return {
        "title": event.title[:200],
        "month": start.month,
        "day": 29 if end_of_february else start.day,
        "lunar": False,
        "since": start.year,
    }


def _chinese(events: list[Event]) -> Iterator[dict[str, Any]]:
    """A day that was written out year by year: the Chinese day that most of its years fall on."""
    days = [day_of(_day(event), lunar=True) for event in events]
    month, day = max({(each.month, each.day) for each in days}, key=lambda at: sum((each.month, each.day) == at for each in days))  # fmt: skip
    yield {
        "title": events[0].title[:200],
        "month": month,
        "day": day,
        "lunar": True,
        "since": None,
    }


def _day(event: Event) -> date:
    return date(event.start.year, event.start.month, event.start.day)


IMPORTER = DatesImporter()
