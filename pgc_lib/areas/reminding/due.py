"""What is due from one moment to another: a pure function of what one wants to be told of.

Times are meant on the clock of their zone: 9:00 stays 9:00 when clocks change. A time that the clock jumps over is meant
an hour later, one that comes twice the first time. Quiet hours hold a notice until they end, unless it is urgent.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from pgc_lib.areas.hobby.planning import coming
from pgc_lib.areas.kin.dates import Recurring, upcoming
from pgc_lib.areas.todo.before import before, span
from pgc_lib.core.quiet import Quiet

_DAY = timedelta(days=1)
_CHANGE = timedelta(hours=3)
"""More than clocks are ever put forward or back."""
_LONGEST_HOLD = timedelta(days=1) + _CHANGE


@dataclass(frozen=True, slots=True)
class Cue:
    """Something to be told of, with when it takes place and how long before it one wants to know."""

    key: str
    source: str
    title: str
    day: date
    clock: str = ""
    """Empty for what has no time of day: then it is the morning."""
    zone: str = ""
    rule: str | None = None
    without: tuple[str, ...] = ()
    yearly: Recurring | None = None
    """The day of the year, by either calendar; it takes the place of the rule."""
    moon: Recurring | None = None
    """The day of each month of the Chinese calendar."""
    before: tuple[str, ...] = ("0m",)
    urgent: bool = False
    note: str = ""
    about: str | None = None
    since: datetime | None = None
    """Nobody is told of what was over before it was entered."""


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One time that one is told of one thing."""

    cue: Cue
    at: datetime
    """When it takes place."""
    offset: str
    fires: datetime
    """When one is told."""

    @property
    def key(self) -> str:
        """The same for the same occurrence, whoever computes it."""
        return f"{self.cue.key}@{self.at.astimezone(UTC):%Y%m%dT%H%M}-{self.offset}"


@dataclass(frozen=True, slots=True)
class Hours:
    """The person's hours: when it is quiet, when the morning is, and in which zone."""

    local: ZoneInfo
    morning: str = "09:00"
    quiet_from: str = ""
    quiet_until: str = ""
    _quiet: Quiet | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_quiet", Quiet.read(self.quiet_from, self.quiet_until))

    def held(self, moment: datetime) -> datetime:
        """The moment itself, or the end of the quiet hours in which it lies."""
        local = moment.astimezone(self.local)
        if self._quiet is None or local.time() not in self._quiet:
            return moment
        end = self._quiet.end
        day = local.date() + (_DAY if local.time() >= end else timedelta())
        # There and back: an end that the clock jumps over is meant an hour later.
        return max(moment, datetime.combine(day, end, self.local).astimezone(UTC))


def due(cues: Iterable[Cue], start: datetime, end: datetime, hours: Hours) -> list[Occurrence]:
    """What one is told of after `start` and up to `end`, in order."""
    found: dict[tuple[str, datetime, datetime], Occurrence] = {}
    for cue in cues:
        local = ZoneInfo(cue.zone) if cue.zone else hours.local
        for offset in cue.before:
            first = start - _LONGEST_HOLD
            last = end + span(offset) + _CHANGE
            for at in times(cue, first, last, hours):
                told = before(at, offset, local)
                fires = told if cue.urgent else hours.held(told)
                if not start < fires <= end or (cue.since is not None and fires <= cue.since):
                    continue
                # Of several that quiet hours hold to the same moment the shortest offset, the first one, is told.
                made = Occurrence(cue, at, offset, fires)
                found.setdefault((cue.key, at, fires), made)
    return sorted(found.values(), key=lambda each: (each.fires, each.at, each.cue.title))


def times(cue: Cue, first: datetime, last: datetime, hours: Hours) -> Iterator[datetime]:
    """When a cue takes place between two moments, in UTC."""
    clock, zone = cue.clock or hours.morning, cue.zone or hours.local.key
    local = ZoneInfo(zone)
    begin, end = first.astimezone(local).date(), last.astimezone(local).date()
    if cue.yearly is not None or cue.moon is not None:
        if cue.yearly is not None:
            days = [day for day, _years in upcoming(cue.yearly, begin, end)]
        else:
            days = list(of_moon(cue.moon, begin, end)) if cue.moon else []
        for day in days:
            yield datetime.combine(day, time.fromisoformat(clock), local).astimezone(UTC)
        return
    for moment, _given in coming(
        cue.day, clock, zone, cue.rule, cue.without, first=first, last=last + timedelta(seconds=1)
    ):
        yield moment.astimezone(UTC)


def of_moon(wanted: Recurring, first: date, last: date) -> Iterator[date]:
    """The days from one to another that have a number in the months of the Chinese calendar."""
    from lunardate import LunarDate

    day = first
    while day <= last:
        try:
            number = LunarDate.from_solar_date(day.year, day.month, day.day).day
            tomorrow = day + _DAY
            following = LunarDate.from_solar_date(tomorrow.year, tomorrow.month, tomorrow.day).day
        except (ValueError, OverflowError):
            return  # beyond the years whose calendar is known
        short = wanted.day == 30 and number == 29 and following == 1
        if number == wanted.day or (short and wanted.missing == "before"):
            yield day
        elif wanted.day == 30 and wanted.missing == "after" and number == 1:
            yesterday = day - _DAY
            if LunarDate.from_solar_date(yesterday.year, yesterday.month, yesterday.day).day == 29:
                yield day
        day += _DAY
