"""Sleep and workouts of Apple Health (`export.xml`), as nights and exercise of `lab.wellbeing`.

Such a file has gigabytes, nearly all of it heartbeats and steps, so expat reads it as it comes and what is not sleep
or a workout is passed by. It defines a document type, which is accepted; entities are not. A night lies in it as many
short stages: those of one device with less than 90 minutes in between become one sleep, what lies between them is time
awake. Where two devices saw the same night, the one with more stages is believed. A workout that is also an activity of
`lab.hobbies` is not counted twice, because minutes are those of the union.
"""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO
from xml.parsers import expat

from pgc_lib.core.zone import zone
from pgc_lib.errors import Problem
from pgc_lib.exchange.reading import Part, Reading
from pgc_lib.i18n import N_, _

MOST = 2_000_000
"""Stages and workouts; ten years of nights have some 50,000."""
_MOST_PROBLEMS = 100
_CHUNK = 1 << 18
_SLEEP = "HKCategoryTypeIdentifierSleepAnalysis"
_ASLEEP = "HKCategoryValueSleepAnalysisAsleep"
_APART = timedelta(minutes=90)
_LONGEST = timedelta(hours=20)
_SHORTEST = timedelta(minutes=15)
_NAP = timedelta(hours=3)
_WORDS = re.compile(r"(?<=[a-z])(?=[A-Z])")


class _Refused(Exception):
    """Why a file is not read any further."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Asleep from one moment to another, as one device saw it."""

    source: str
    start: datetime
    end: datetime


@dataclass(slots=True)
class Found:
    """What was in a file."""

    stages: list[Stage] = field(default_factory=list)
    workouts: list[dict[str, Any]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read(path: Path) -> Found:
    """Stages and workouts; of a file that is cut nothing is taken."""
    reader = _Reader()
    try:
        with path.open("rb") as file:
            _feed(reader.parser, file)
    except _Refused as refused:
        return Found(problems=[Problem("", str(refused))])
    except (expat.ExpatError, ValueError, LookupError) as error:
        reason = _(
            "the file is cut or damaged (line {line}): {reason}",
            line=reader.parser.CurrentLineNumber,
            reason=error,
        )
        return Found(problems=[Problem("", reason)])
    return reader.found


def _feed(parser: Any, file: BinaryIO) -> None:
    while chunk := file.read(_CHUNK):
        parser.Parse(chunk, False)
    parser.Parse(b"", True)


class _Reader:
    """What expat tells, element by element."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._start
        self.parser.EntityDeclHandler = self._entity
        self.found = Found()
        self._inside = False

    def _entity(self, *_arguments: object) -> None:
        raise _Refused(_("the file defines entities, which is refused"))

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if not self._inside:
            if tag != "HealthData":
                raise _Refused(_("this is no export of Apple Health"))
            self._inside = True
        elif tag == "Record":
            if attributes.get("type") == _SLEEP and attributes.get("value", "").startswith(_ASLEEP):
                self._stage(attributes)
        elif tag == "Workout":
            self._workout(attributes)

    def _stage(self, attributes: dict[str, str]) -> None:
        span = self._span(attributes)
        if span is None:
            return
        if span[1] - span[0] > _LONGEST:
            self._wrong(_("nobody sleeps for more than {n} hours", n=20))
            return
        self.found.stages.append(Stage(attributes.get("sourceName", "")[:100], *span))

    def _workout(self, attributes: dict[str, str]) -> None:
        span = self._span(attributes)
        if span is None:
            return
        kind = attributes.get("workoutActivityType", "").removeprefix("HKWorkoutActivityType")
        minutes = round((span[1] - span[0]).total_seconds() / 60)
        if 1 <= minutes <= 2880:
            self.found.workouts.append(
                {
                    "what": _WORDS.sub(" ", kind)[:300] or _("Workout"),
                    "start": span[0],
                    "minutes": minutes,
                    "source": f"health:{span[0]:%Y-%m-%dT%H:%M:%SZ}",
                }
            )

    def _span(self, attributes: dict[str, str]) -> tuple[datetime, datetime] | None:
        if len(self.found.stages) + len(self.found.workouts) >= MOST:
            raise _Refused(_("more than {n} nights and workouts", n=MOST))
        try:
            start, end = (_moment(attributes[name]) for name in ("startDate", "endDate"))
        except (KeyError, ValueError, OverflowError):
            self._wrong(_("it has no readable beginning and end"))
            return None
        if end <= start:
            self._wrong(_("it ends before it begins"))
            return None
        return start, end

    def _wrong(self, reason: str) -> None:
        if len(self.found.problems) < _MOST_PROBLEMS:
            line = self.parser.CurrentLineNumber
            self.found.problems.append(Problem("Record", reason, row=line))


def _moment(text: str) -> datetime:
    """Such as `2026-03-01 23:10:00 +0800`."""
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S %z").astimezone(UTC)


def sleeps(stages: list[Stage]) -> list[dict[str, Any]]:
    """Stages put together to sleeps, each as the device saw it that saw the most of it."""
    by_source: dict[str, list[Stage]] = {}
    for each in stages:
        by_source.setdefault(each.source, []).append(each)
    groups = [group for those in by_source.values() for group in _together(those)]
    groups.sort(key=lambda group: (-len(group), group[0].start, group[0].source))
    kept: dict[Any, list[tuple[datetime, datetime]]] = {}
    rows = []
    for group in groups:
        start, end = group[0].start, max(each.end for each in group)
        # Only what lies on the same days can overlap.
        near = [span for day in {start.date(), end.date()} for span in kept.get(day, ())]
        if end - start < _SHORTEST or any(start < other and one < end for one, other in near):
            continue
        for day in {start.date(), end.date()}:
            kept.setdefault(day, []).append((start, end))
        rows.append(_row(group, start, end))
    return sorted(rows, key=lambda row: row["asleep"])


def _together(stages: list[Stage]) -> list[list[Stage]]:
    groups: list[list[Stage]] = []
    end: datetime | None = None
    for each in sorted(stages, key=lambda stage: (stage.start, stage.end)):
        near = end is not None and each.start - end <= _APART
        if near and each.end - groups[-1][0].start <= _LONGEST:
            groups[-1].append(each)
        else:
            groups.append([each])
            end = None
        end = each.end if end is None else max(end, each.end)
    return groups


def _row(group: list[Stage], start: datetime, end: datetime) -> dict[str, Any]:
    slept, until = timedelta(), start
    for each in group:
        slept += max(timedelta(), each.end - max(each.start, until))
        until = max(until, each.end)
    woke = end.astimezone(zone())
    return {
        "asleep": start,
        "woke": end,
        "awake": round((end - start - slept).total_seconds() / 60),
        "nap": end - start < _NAP and 9 <= woke.hour < 21,
        "source": f"health:{start:%Y-%m-%dT%H:%M:%SZ}",
    }


@dataclass(frozen=True)
class HealthImporter:
    """The importer of Apple Health."""

    name: str = "apple-health"
    title: str = N_("Sleep and workouts (Apple Health)")

    def sniff(self, path: Path, head: bytes) -> int:  # noqa: ARG002 - the beginning is enough
        """How well it fits a file."""
        return 95 if b"<HealthData" in head or b"<!DOCTYPE HealthData" in head else 0

    def read(self, path: Path, **_options: Any) -> Reading:
        """The nights and workouts of a file."""
        found = read(path)
        nights = sleeps(found.stages)
        parts = [
            Part(kind, rows)
            for kind, rows in (("wellbeing.sleep", nights), ("wellbeing.exercise", found.workouts))
            if rows
        ]
        return Reading(parts, found.problems)


IMPORTER = HealthImporter()
