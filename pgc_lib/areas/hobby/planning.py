"""When a plan takes place: a clock time of its own zone, once or by a rule."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pgc_lib.core.recurrence import occurrences, walk
from pgc_lib.core.zone import zone as persons_zone
from pgc_lib.i18n import _


def zone_of(name: str) -> ZoneInfo:
    """The zone of a plan; the person's when it names none."""
    return ZoneInfo(name) if name else persons_zone()


def begins(day: date, clock: str, zone: str) -> date:
    """The first time: a day for what lasts all day, else a moment."""
    if not clock:
        return day
    return datetime.combine(day, time.fromisoformat(clock), zone_of(zone))


def left_out(without: Sequence[str], zone: str) -> list[date]:
    """The days and times that do not take place."""
    found: list[date] = []
    for text in without:
        if len(text) == 10:
            found.append(date.fromisoformat(text))
        else:
            moment = datetime.fromisoformat(text)
            found.append(moment if moment.tzinfo else moment.replace(tzinfo=zone_of(zone)))
    return found


def trouble_of(day: date, clock: str, zone: str, rule: str | None, without: Sequence[str]) -> str:
    """Why a plan cannot be; empty when it can."""
    try:
        start = begins(day, clock, zone)
        if isinstance(start, datetime):
            start.astimezone(UTC)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return _("there is no time zone “{zone}”", zone=zone)
    except OverflowError:
        return _("this day is outside the calendar")
    try:
        left_out(without, zone)
    except ValueError:
        return _("“not on” holds days such as 2026-12-31 or times such as 2026-12-31T19:30")
    if rule and next(walk(rule, start, zone=zone_of(zone)), None) is None:
        return _("by this rule it never takes place")
    return ""


def coming(
    day: date,
    clock: str,
    zone: str,
    rule: str | None,
    without: Sequence[str],
    *,
    first: datetime,
    last: datetime,
    limit: int = 1000,
) -> list[tuple[datetime, date]]:
    """What takes place from `first` to before `last`: the moment for sorting, and the day or moment itself."""
    start = begins(day, clock, zone)
    local = zone_of(zone)
    skipped = left_out(without, zone)
    if isinstance(start, datetime):
        # A day that is left out takes all its times along.
        days = {each for each in skipped if not isinstance(each, datetime)}
        times = [each for each in skipped if isinstance(each, datetime)]
        found = occurrences(rule, start, after=first, before=last, without=times, limit=limit, zone=local)  # fmt: skip
        return [(each, each) for each in found if each.date() not in days]
    mine = persons_zone()
    first_day = first.astimezone(mine).date()
    end_day = (last.astimezone(mine) - timedelta(microseconds=1)).date() + timedelta(days=1)
    days_left_out = [each.date() if isinstance(each, datetime) else each for each in skipped]
    found_days = occurrences(rule, start, after=first_day, before=end_day, without=days_left_out, limit=limit)  # fmt: skip
    return [(datetime.combine(each, time(), mine), each) for each in found_days]
