"""The beat: turns due schedules into jobs. There may be several; one due time becomes one job.

A line of the timetable is locked while its job is made and its next time is written, in one transaction; other
beats pass it over meanwhile and find it in the future afterwards. What was missed while no beat ran is made up for
once, and a schedule whose last job is still open gets no second one.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg
import structlog
from psycopg.rows import class_row

from pgc_lib.automation.jobs import Jobs
from pgc_lib.automation.when import following, latest, zone_of

_AT_A_TIME = 100
_NEVER = "infinity"
_DUE = """
    select t.schedule, t.owner, t.cron, t.since, t.next_at, p.time_zone
    from pgc.timetable t join pgc.persons p on p.id = t.owner
    where t.enabled and p.ended_at is null and (t.next_at is null or t.next_at <= %(now)s)
    order by t.next_at nulls first limit %(limit)s
    for update of t skip locked"""
_MAKE = """
    insert into pgc.jobs (schedule, owner, due)
    select %(schedule)s, %(owner)s, %(due)s
    where not exists (select from pgc.jobs where schedule = %(schedule)s and state in ('waiting', 'running'))
    on conflict do nothing"""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the timetable."""

    schedule: UUID
    owner: UUID
    cron: str
    since: datetime
    next_at: datetime | None
    time_zone: str


def tick(jobs: Jobs, now: datetime | None = None) -> int:
    """Make a job of everything that is due; how many were made."""
    now = now or datetime.now(UTC)
    made = 0
    while True:
        with jobs.connection() as connection:
            values = {"now": now, "limit": _AT_A_TIME}
            lines = (
                connection.cursor(row_factory=class_row(Line))
                .execute(_DUE.encode(), values)
                .fetchall()
            )
            made += sum(_advance(connection, line, now) for line in lines)
            if made:
                connection.execute("select pg_notify('pgc_jobs', '')")
        if len(lines) < _AT_A_TIME:
            return made


def _advance(connection: "psycopg.Connection[Any]", line: Line, now: datetime) -> int:
    """Make the job of a line if it is due, and write its next time."""
    zone = zone_of(line.time_zone)
    try:
        due = line.next_at or following(line.cron, zone, line.since)
        next_at = due
        made = 0
        if due is not None and due <= now:
            due = latest(line.cron, zone, due, now)
            next_at = following(line.cron, zone, now)
            values = {"schedule": line.schedule, "owner": line.owner, "due": due}
            made = connection.execute(_MAKE.encode(), values).rowcount
            log.info("beat.due", schedule=str(line.schedule), due=due.isoformat(), made=made)
        problem = ""
    except ValueError as error:
        # Written past the library, by SQL; one bad line must not stop the clock for everyone.
        next_at, made, problem = None, 0, str(error)[:500]
        log.warning("beat.unreadable", schedule=str(line.schedule))
    connection.execute(
        "update pgc.timetable set next_at = %s, problem = %s where schedule = %s",
        (next_at or _NEVER, problem, line.schedule),
    )
    return made
