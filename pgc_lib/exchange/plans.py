"""Plans of `lab.hobbies` as a calendar that others read, and calendars of others as plans."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pgc_lib.areas.hobby.planning import begins, left_out
from pgc_lib.core.zone import zone as persons_zone
from pgc_lib.errors import Problem
from pgc_lib.exchange import ics
from pgc_lib.exchange.ics import Event
from pgc_lib.exchange.reading import Part, Reading
from pgc_lib.i18n import N_, _

if TYPE_CHECKING:
    from pgc_lib.areas.hobbies import Hobbies
    from pgc_lib.areas.hobby.records import Plan
    from pgc_lib.core.collection import Added
    from pgc_lib.core.session import Session

_DAY = 1440


# ── out ──────────────────────────────────────────────────────────────────────────────────────────────


def event_of(plan: "Plan") -> Event:
    """A plan as an event."""
    start = begins(plan.day, plan.clock, plan.zone)
    lasts = plan.minutes if plan.clock else plan.minutes // _DAY * _DAY
    skipped = left_out(plan.without, plan.zone)
    if isinstance(start, datetime):
        # A calendar knows a day that is left out only by the time at which it would have begun.
        skipped = [each if isinstance(each, datetime) else begins(each, plan.clock, plan.zone) for each in skipped]  # fmt: skip
    else:
        skipped = [each.date() if isinstance(each, datetime) else each for each in skipped]
    return Event(
        plan.title,
        start,
        start + timedelta(minutes=lasts) if lasts else None,
        plan.rule,
        tuple(skipped),
        uid=plan.uid or (f"{plan.id}@pgc" if plan.version else ""),
        note=plan.note,
        place=plan.place,
        changed=plan.updated_at,
    )


def calendar(hobbies: "Hobbies", path: Path | str | None = None) -> bytes:
    """All plans as an ICS calendar, written to a file where one is named."""
    made = ics.write((event_of(plan) for plan in hobbies.plans), name=_("Hobbies"))
    if path is not None:
        Path(path).write_bytes(made)
    return made


def export(hobbies: "Hobbies", path: Path) -> Path:
    """All plans as a calendar in a file."""
    calendar(hobbies, path)
    return path


# ── in ───────────────────────────────────────────────────────────────────────────────────────────────


def row_of(event: Event) -> dict[str, Any]:
    """An event under the names of a plan's fields."""
    start = event.start
    lasts = int((event.end - start).total_seconds() // 60) if event.end else 0
    if isinstance(start, datetime):
        local = persons_zone()
        named = event.zone_name
        if not named:
            start = start.astimezone(local)
        day, clock = start.date(), f"{start:%H:%M}"
        zone = "" if named in ("", local.key) else named
    else:
        day, clock, zone = start, "", ""
        lasts = lasts if lasts > _DAY else 0
    return {
        "title": event.title[:500],
        "day": day,
        "clock": clock,
        "zone": zone,
        "minutes": lasts,
        "rule": event.rule,
        "without": [_written(each) for each in event.without],
        "place": event.place[:500],
        "note": event.note,
        "uid": event.uid,
    }


def _written(each: date) -> str:
    return each.isoformat()


@dataclass(frozen=True)
class CalendarImporter:
    """The importer of calendars."""

    name: str = "ics"
    title: str = N_("Calendar (ICS)")

    def sniff(self, path: Path, head: bytes) -> int:  # noqa: ARG002 - the beginning is enough
        """How well it fits a file."""
        return 90 if b"BEGIN:VCALENDAR" in head[:4096].replace(b"\0", b"").upper() else 0

    def read(self, path: Path, **_options: Any) -> Reading:
        """The plans of a calendar; one that is known by its identifier is renewed where it changed."""
        events, problems = ics.read(path)
        rows = [row_of(event) for event in events]
        if not rows:
            return Reading(problems=problems)
        foreign = [
            Problem(event.title[:60], _("its zone has no name that is known here; it comes at the times of your own"))
            for event in events
            if event.rule and isinstance(event.start, datetime) and not event.zone_name
        ]  # fmt: skip
        return Reading(
            [Part("hobbies.plans", rows, on_conflict="skip")],
            [*problems, *foreign],
            keep=lambda session, batch: _renew(session, batch, rows),
        )


def _renew(session: "Session", batch: UUID, rows: list[dict[str, Any]]) -> "Iterable[Added]":
    """What was known before and is different now; what the person added to it stays."""
    from pgc_lib.areas.hobbies import Hobbies
    from pgc_lib.core.collection import Added

    plans = Hobbies(session).plans
    known = {plan.uid: plan for plan in plans if plan.uid}
    renewed = 0
    for row in rows:
        plan = known.get(row["uid"])
        if plan is None or plan.batch == batch:
            continue
        changes = {name: value for name, value in row.items() if getattr(plan, name) != value}
        if changes:
            plans.update(plan.id, **changes)
            renewed += 1
    return (Added(batch, 0, renewed, 0, 0),)


IMPORTER = CalendarImporter()
