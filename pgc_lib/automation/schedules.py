"""Reports that write themselves on time: `lab.schedules.add("weekly_review", "monday 06:00")`.

A schedule is a record of the person's, with history and undo like any other. When it is due next is not kept in it:
the timetable in the database follows from it, and beat and worker see only that.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from pgc_lib.automation import when as whens
from pgc_lib.automation.catalogue import PACKAGED, find, folders, workspace
from pgc_lib.core.area import Area, Kept
from pgc_lib.core.record import Record, field
from pgc_lib.errors import Invalid, NotFound
from pgc_lib.i18n import N_, _

_DEFAULTS = PACKAGED / "schedules.toml"
_JOBS = """
    select distinct on (schedule) schedule, state, due, detail from pgc.jobs
    where owner = :me order by schedule, due desc"""
_STATES = {
    "waiting": N_("waiting"),
    "running": N_("running"),
    "done": N_("done"),
    "failed": N_("failed"),
}


def _read(text: str) -> str:
    try:
        return whens.read(text)
    except ValueError as error:
        raise PydanticCustomError("schedule_when", "{reason}", {"reason": str(error)}) from None


When = Annotated[str, AfterValidator(_read)]


class Schedule(Record, kind="schedules.items", key=["name"], sort=["name"]):
    """A report, and when it is written."""

    name: str = field(title=N_("Name"), min_length=1, max_length=200, searchable=True)
    report: str = field(title=N_("Report"), min_length=1, max_length=200)
    parameters: dict[str, Any] = field({}, title=N_("Parameters"))
    when: When = field(
        title=N_("When"),
        help=N_("Five cron fields such as “0 6 * * 1”, or words such as “monday 06:00”."),
    )
    enabled: bool = field(True, title=N_("Switched on"))


@dataclass(frozen=True, slots=True)
class Planned:
    """A schedule, its next time and what became of its last one."""

    schedule: Schedule
    next_at: datetime | None
    last_at: datetime | None
    last_state: str


class Schedules(Area, name="schedules", main="items"):
    """Reports that are written on time."""

    items: Kept[Schedule] = Kept(Schedule)

    def add(
        self,
        report: str,
        when: str,
        *,
        name: str = "",
        parameters: Mapping[str, Any] | None = None,
        enabled: bool = True,
    ) -> Schedule:
        """Plan a report; one that does not exist, or a parameter it does not know, is refused here."""
        known = find(report, *folders(workspace()))
        values = known.typed(parameters or {})
        return self.items.add(
            name=name or report, report=report, parameters=values, when=when, enabled=enabled
        )

    def named(self, name: str) -> Schedule:
        """The schedule of a name."""
        found = self.items.find(name=name, limit=1)
        if not found:
            names = ", ".join(item.name for item in self.items.find())
            raise NotFound(
                _("There is no schedule “{name}”.", name=name),
                next_step=_("The schedules are: {names}.", names=names or "–"),
            )
        return found[0]

    def pause(self, name: str) -> Schedule:
        """Leave a schedule out until it is resumed."""
        return self.items.update(self.named(name), enabled=False)

    def resume(self, name: str) -> Schedule:
        """Switch a paused schedule on again; what it missed is not made up for."""
        return self.items.update(self.named(name), enabled=True)

    def run_soon(self, name: str) -> UUID:
        """Have it written as soon as a worker can, beside its times; the job's id."""
        from sqlalchemy import text

        schedule = self.named(name)
        with self.session.writing() as connection:
            job = connection.execute(text("select pgc.run_soon(:id)"), {"id": schedule.id}).scalar()
        if job is None:
            raise NotFound(
                _("The schedule “{name}” is not yours.", name=name),
                next_step=_("Ask its owner to run it."),
            )
        return UUID(str(job))

    def planned(self) -> list[Planned]:
        """Every schedule of one's own with its next and its last time."""
        from sqlalchemy import text

        me = {"me": self.session.person}
        with self.session.reading() as connection:
            jobs = {row.schedule: row for row in connection.execute(text(_JOBS), me)}
        zone, now = self.zone(), datetime.now(UTC)
        found = []
        for item in self.items.find(owner=self.session.person):
            last = jobs.get(item.id)
            following = whens.following(item.when, zone, now) if item.enabled else None
            last_at, last_state = (last.due, last.state) if last is not None else (None, "")
            found.append(Planned(item, following, last_at, last_state))
        return found

    def zone(self) -> ZoneInfo:
        """The person's own time zone, in which the times of schedules are meant."""
        from sqlalchemy import text

        query = text("select time_zone from pgc.persons where id = :me")
        with self.session.reading() as connection:
            name = connection.execute(query, {"me": self.session.person}).scalar()
        return whens.zone_of(str(name or "UTC"))

    def give_defaults(self) -> list[Schedule]:
        """What a new lab gets once; one that ever had a schedule is left as it is."""
        from sqlalchemy import text

        query = text(
            "select exists (select from pgc.changes where owner = :me and kind = 'schedules.items')"
        )
        with self.session.reading() as connection:
            if connection.execute(query, {"me": self.session.person}).scalar():
                return []
        given = []
        for values in tomllib.loads(_DEFAULTS.read_text(encoding="utf-8"))["schedule"]:
            try:
                given.append(self.add(**values))
            except Invalid:
                continue  # another process gave it just now
        return given

    def _repr_html_(self) -> str:
        """A table for a notebook."""
        zone = self.zone()
        head = [_("Name"), _("Report"), _("When"), _("Next"), _("Last"), _("State")]
        rows = []
        for each in self.planned():
            item = each.schedule
            following = _local(each.next_at, zone) if item.enabled else _("switched off")
            state = _(_STATES[each.last_state]) if each.last_state else ""
            cells = [
                item.name,
                item.report,
                item.when,
                following,
                _local(each.last_at, zone),
                state,
            ]
            rows.append("".join(f"<td>{escape(cell)}</td>" for cell in cells))
        titles = "".join(f"<th>{escape(title)}</th>" for title in head)
        body = "".join(f"<tr>{row}</tr>" for row in rows)
        return f"<table><thead><tr>{titles}</tr></thead><tbody>{body}</tbody></table>"


def _local(moment: datetime | None, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}" if moment else "–"
