"""When a schedule is due: five cron fields, or a few words that stand for them, and the times that follow.

Fields are parsed by Celery's crontab. The times are walked here, in the person's own time zone: Celery's
arithmetic wants day of month *and* weekday to match where cron means either, and drifts when clocks change.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pgc_lib.i18n import _

_LONGEST = 100
_DAYS_AHEAD = 366 * 9
"""29 February on a given weekday may be that far away; what is not found by then never comes."""

_CRON = re.compile(r"[\d*,/-]+( \S+){2,}$")
"""Whatever begins with a minute and goes on is meant as fields, if only to say what is wrong with them."""
_NIGHT = "6:00"
_CLOCK = re.compile(
    r"(?:\b|(?<=\D))(\d{1,2})(?:[:：点时](\d{2})?分?)(?!\d)|\bat (\d{1,2})$|\b(\d{1,2}) ?(am|pm)\b"
)
_WEEKDAYS = {
    "mon": 1, "monday": 1, "周一": 1, "星期一": 1,
    "tue": 2, "tuesday": 2, "周二": 2, "星期二": 2,
    "wed": 3, "wednesday": 3, "周三": 3, "星期三": 3,
    "thu": 4, "thursday": 4, "周四": 4, "星期四": 4,
    "fri": 5, "friday": 5, "周五": 5, "星期五": 5,
    "sat": 6, "saturday": 6, "周六": 6, "星期六": 6,
    "sun": 0, "sunday": 0, "周日": 0, "周天": 0, "星期日": 0, "星期天": 0,
}  # fmt: skip
_WORDS = {
    "daily": "* * *", "day": "* * *", "nightly": "* * *", "每天": "* * *", "每日": "* * *",
    "weekly": "* * 1", "week": "* * 1", "每周": "* * 1",
    "weekdays": "* * 1-5", "weekday": "* * 1-5", "工作日": "* * 1-5",
    "weekends": "* * 6,0", "weekend": "* * 6,0", "周末": "* * 6,0",
    "monthly": "1 * *", "month": "1 * *", "每月": "1 * *",
    "yearly": "1 1 *", "year": "1 1 *", "每年": "1 1 *",
}  # fmt: skip
_HOURLY = {"hourly", "hour", "每小时"}
_MACROS = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
}
"""As cron has them."""


@dataclass(frozen=True, slots=True)
class Cron:
    """The times that five fields stand for."""

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    either: bool
    """Day of month and weekday are both limited: cron means whichever comes."""

    def on(self, day: datetime) -> bool:
        """Whether anything is due on a day."""
        if day.month not in self.months:
            return False
        by_day = day.day in self.days
        by_weekday = day.isoweekday() % 7 in self.weekdays
        return by_day or by_weekday if self.either else by_day and by_weekday


def read(text: str) -> str:
    """Five cron fields from what a person wrote; `ValueError` says why it is none."""
    plain = " ".join(text.split())
    if not plain or len(plain) > _LONGEST:
        raise ValueError(_("write it like “0 6 * * 1” or “monday 06:00”"))
    fields = plain if _CRON.match(plain) else _MACROS.get(plain) or _from_words(plain.lower())
    parse(fields)
    return fields


@lru_cache(maxsize=512)
def parse(fields: str) -> Cron:
    """The times that five cron fields stand for."""
    from celery.schedules import ParseException, crontab

    parts = fields.split()
    if len(parts) != 5:
        raise ValueError(_("a cron expression has five fields: minute hour day month weekday"))
    minute, hour, day, month, weekday = parts
    try:
        # Celery counts weekdays from 0 and does not know that 7 is Sunday, too.
        sunday = (
            re.sub(r"(?<![\d/])7(?!\d)", "0", weekday)
            if "-7" not in weekday
            else weekday.replace("-7", "-6,0")
        )
        parsed = crontab(minute, hour, sunday, day, month)
    except (ParseException, ValueError, TypeError, KeyError, ArithmeticError) as error:
        raise ValueError(
            _("“{fields}” is no cron expression: {error}", fields=fields, error=error)
        ) from None
    return Cron(
        tuple(sorted(parsed.minute)),
        tuple(sorted(parsed.hour)),
        frozenset(parsed.day_of_month),
        frozenset(parsed.month_of_year),
        frozenset(parsed.day_of_week),
        either=not day.startswith("*") and not weekday.startswith("*"),
    )


def zone_of(name: str) -> ZoneInfo:
    """A time zone by its name; UTC for one that this machine does not know."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def following(fields: str, zone: ZoneInfo, after: datetime) -> datetime | None:
    """The first due time later than a moment, in UTC; None when there is none."""
    return next((moment for moment in _times(parse(fields), zone, after) if moment > after), None)


def latest(fields: str, zone: ZoneInfo, first: datetime, until: datetime) -> datetime:
    """The last due time up to a moment, of those from a known one on: what was missed is done once."""
    known = first
    # Backwards by growing steps: after a month without a beat there may be forty thousand due times.
    for step in (timedelta(hours=1), timedelta(days=1), timedelta(days=32), timedelta(days=367)):
        start = max(first, until - step)
        for moment in _times(parse(fields), zone, start):
            if moment > until:
                break
            known = max(known, moment)
        if known > first or start == first:
            return known
    return known


def _times(cron: Cron, zone: ZoneInfo, start: datetime) -> Iterator[datetime]:
    """Every due time in UTC, from the day of `start` on."""
    day = start.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    for _number in range(_DAYS_AHEAD):
        if cron.on(day):
            seen = None
            for hour in cron.hours:
                for minute in cron.minutes:
                    # A time that the clock jumps over is meant an hour later; one that comes twice, the first time.
                    local = day.replace(hour=hour, minute=minute, tzinfo=zone)
                    moment = local.astimezone(UTC)
                    if moment >= start and moment != seen:
                        seen = moment
                        yield moment
        day += timedelta(days=1)


def _from_words(text: str) -> str:
    """“monday 06:00”, “every day at 7”, “每周一 6:00”, “每月15日 8:30” as cron fields."""
    clock, rest = _clock(text)
    # “周一三五” is three days.
    rest = re.sub(
        r"(?:周|星期)([一二三四五六日天]{2,})",
        lambda days: " ".join(f"周{day}" for day in days[1]),
        rest,
    )
    rest = re.sub(
        r"\b(every|each|on|at|the)\b|早上|上午|晚上|下午|每(?=周[一二三四五六日天]|星期)", " ", rest
    ).strip(" ,，")
    if rest in _HOURLY:
        return "0 * * * *"
    if month_day := re.fullmatch(
        r"(?:每月|monthly|month)? ?(\d{1,2})(?:st|nd|rd|th|日|号)?(?: of)? ?(?:month)?", rest
    ):
        return f"{clock} {int(month_day[1])} * *"
    if rest in _WORDS:
        return f"{clock} {_WORDS[rest]}"
    names = [part for part in re.split(r"[\s,，、和]+|\band\b", rest) if part]
    names = [name if name in _WEEKDAYS else name.rstrip("s") for name in names]
    if names and all(name in _WEEKDAYS for name in names):
        return f"{clock} * * {','.join(str(_WEEKDAYS[name]) for name in names)}"
    if not rest and clock != _fields(_NIGHT):
        return f"{clock} * * *"
    raise ValueError(_("write it like “0 6 * * 1” or “monday 06:00”"))


def _clock(text: str) -> tuple[str, str]:
    """The time of day as two cron fields, and what else was written."""
    found = _CLOCK.search(text)
    if not found:
        return _fields(_NIGHT), text
    hour = int(next(group for group in (found[1], found[3], found[4]) if group))
    minute = int(found[2] or 0)
    late = found[5] == "pm" or (found[1] and re.search("下午|晚上", text))
    if found[5] and hour == 12:
        hour = 0
    if late and hour < 12:
        hour += 12
    if hour > 23 or minute > 59:
        raise ValueError(_("“{time}” is no time of day", time=found[0].strip()))
    return f"{minute} {hour}", text[: found.start()] + " " + text[found.end() :]


def _fields(clock: str) -> str:
    hour, _colon, minute = clock.partition(":")
    return f"{int(minute)} {int(hour)}"
