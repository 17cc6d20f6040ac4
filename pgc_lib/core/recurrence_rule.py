"""A rule of RFC 5545, read strictly: each part is known and within its limits, or the reason is said.

`dateutil`, which walks the rules, would take anything, and looks for a day that never comes up to the year 9999.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from pgc_lib.i18n import _

if TYPE_CHECKING:
    from dateutil.rrule import rrule

FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_DATEUTIL: Mapping[str, Literal[0, 1, 2, 3]] = {"YEARLY": 0, "MONTHLY": 1, "WEEKLY": 2, "DAILY": 3}
"""The frequencies as dateutil numbers them."""

LONGEST = 500
MOST_COUNT = 10_000
MOST_INTERVAL = 1000
MOST_A_DAY = 48
# part: smallest, largest, may it count from the end
_NUMBERS = {
    "BYMONTH": (1, 12, False),
    "BYMONTHDAY": (1, 31, True),
    "BYYEARDAY": (1, 366, True),
    "BYWEEKNO": (1, 53, True),
    "BYSETPOS": (1, 366, True),
    "BYHOUR": (0, 23, False),
    "BYMINUTE": (0, 59, False),
    "BYSECOND": (0, 59, False),
}
_DAY = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)")
_NUMBER = re.compile(r"[+-]?\d{1,3}")
_UNTIL = re.compile(r"(\d{8})(T\d{6}Z?)?")


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule, taken apart. `days` are weekdays from 0 with their place in the month or year, 0 for each."""

    frequency: str
    interval: int = 1
    count: int | None = None
    until: date | datetime | None = None
    days: tuple[tuple[int, int], ...] = ()
    months: tuple[int, ...] = ()
    month_days: tuple[int, ...] = ()
    year_days: tuple[int, ...] = ()
    weeks: tuple[int, ...] = ()
    places: tuple[int, ...] = ()
    hours: tuple[int, ...] = ()
    minutes: tuple[int, ...] = ()
    seconds: tuple[int, ...] = ()
    week_start: int = 0

    def __str__(self) -> str:
        """The rule as RFC 5545 writes it, always in the same order."""
        parts = [f"FREQ={self.frequency}"]
        if self.interval != 1:
            parts.append(f"INTERVAL={self.interval}")
        if self.count is not None:
            parts.append(f"COUNT={self.count}")
        if self.until is not None:
            parts.append(f"UNTIL={_until_text(self.until)}")
        for name, numbers in (
            ("BYMONTH", self.months),
            ("BYWEEKNO", self.weeks),
            ("BYYEARDAY", self.year_days),
            ("BYMONTHDAY", self.month_days),
        ):
            if numbers:
                parts.append(f"{name}={','.join(map(str, numbers))}")
        if self.days:
            days = (f"{place or ''}{WEEKDAYS[day]}" for day, place in self.days)
            parts.append(f"BYDAY={','.join(days)}")
        for name, numbers in (
            ("BYHOUR", self.hours),
            ("BYMINUTE", self.minutes),
            ("BYSECOND", self.seconds),
            ("BYSETPOS", self.places),
        ):
            if numbers:
                parts.append(f"{name}={','.join(map(str, numbers))}")
        if self.week_start:
            parts.append(f"WKST={WEEKDAYS[self.week_start]}")
        return ";".join(parts)


# ── reading ──────────────────────────────────────────────────────────────────────────────────────────


@lru_cache(maxsize=1024)
def parse(text: str) -> Rule:
    """The rule that a text stands for; `ValueError` says why it is none."""
    plain = text.strip().upper().removeprefix("RRULE:")
    if len(plain) > LONGEST:
        raise ValueError(_("the rule is longer than {n} characters", n=LONGEST))
    parts = _parts(plain)
    frequency = parts.pop("FREQ", "")
    if frequency in ("SECONDLY", "MINUTELY", "HOURLY"):
        raise ValueError(_("what comes back several times a day is written with BYHOUR"))
    if frequency not in FREQUENCIES:
        raise ValueError(
            _("a rule begins with how often, such as FREQ=WEEKLY; possible are {names}", names=", ".join(FREQUENCIES))
        )  # fmt: skip
    if "COUNT" in parts and "UNTIL" in parts:
        raise ValueError(_("a rule ends after a COUNT or with an UNTIL, not both"))
    numbers = {name: _numbers(name, parts.pop(name, "")) for name in _NUMBERS}
    rule = Rule(
        frequency,
        interval=_whole("INTERVAL", parts.pop("INTERVAL", "1"), MOST_INTERVAL),
        count=_whole("COUNT", parts.pop("COUNT"), MOST_COUNT) if "COUNT" in parts else None,
        until=_until(parts.pop("UNTIL")) if "UNTIL" in parts else None,
        days=_days(parts.pop("BYDAY", "")),
        months=numbers["BYMONTH"],
        month_days=numbers["BYMONTHDAY"],
        year_days=numbers["BYYEARDAY"],
        weeks=numbers["BYWEEKNO"],
        places=numbers["BYSETPOS"],
        hours=numbers["BYHOUR"],
        minutes=numbers["BYMINUTE"],
        seconds=numbers["BYSECOND"],
        week_start=_week_start(parts.pop("WKST", "MO")),
    )
    if parts:
        raise ValueError(_("{part} is no part of a rule", part=next(iter(parts))))
    _check(rule)
    return rule


def _parts(plain: str) -> dict[str, str]:
    parts: dict[str, str] = {}
    for piece in plain.strip(";").split(";"):
        name, equals, value = (word.strip() for word in piece.partition("="))
        if not equals or not value:
            raise ValueError(_("“{part}” should be a name, an equals sign and a value", part=piece))
        if name in parts:
            raise ValueError(_("{part} is said twice", part=name))
        parts[name] = value
    return parts


def _whole(name: str, text: str, most: int) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= most or len(text) > 9:
        raise ValueError(_("{part} is a whole number from {low} to {high}", part=name, low=1, high=most))  # fmt: skip
    return int(text)


def _numbers(name: str, text: str) -> tuple[int, ...]:
    if not text:
        return ()
    low, high, backwards = _NUMBERS[name]
    found = set()
    for word in text.split(","):
        value = int(word) if _NUMBER.fullmatch(word) else None
        if value is None or not (low <= value <= high or (backwards and low <= -value <= high)):
            raise ValueError(_("{part} is a whole number from {low} to {high}", part=name, low=low, high=high))  # fmt: skip
        found.add(value)
    return tuple(sorted(found, key=lambda value: (value < 0, value)))


def _days(text: str) -> tuple[tuple[int, int], ...]:
    found = set()
    for word in text.split(",") if text else ():
        match = _DAY.fullmatch(word)
        place = int(match[1] or 0) if match else 0
        if match is None or (match[1] and not 1 <= abs(place) <= 53):
            raise ValueError(_("“{word}” is no weekday; they are {names}", word=word, names=", ".join(WEEKDAYS)))  # fmt: skip
        found.add((WEEKDAYS.index(match[2]), place))
    return tuple(sorted(found, key=lambda day: (day[1] < 0, day[1], day[0])))


def _week_start(text: str) -> int:
    if text not in WEEKDAYS:
        raise ValueError(_("“{word}” is no weekday; they are {names}", word=text, names=", ".join(WEEKDAYS)))  # fmt: skip
    return WEEKDAYS.index(text)


def _until(text: str) -> date | datetime:
    match = _UNTIL.fullmatch(text)
    try:
        if match is None:
            raise ValueError
        if match[2] is None:
            return datetime.strptime(text, "%Y%m%d").replace(tzinfo=UTC).date()
        moment = datetime.strptime(text.rstrip("Z"), "%Y%m%dT%H%M%S")  # noqa: DTZ007 - may be meant in the person's zone
        return moment.replace(tzinfo=UTC) if text.endswith("Z") else moment
    except ValueError:
        raise ValueError(
            _("UNTIL is a day such as 20261231 or a time such as 20261231T200000Z")
        ) from None


def _until_text(until: date | datetime) -> str:
    if not isinstance(until, datetime):
        return f"{until:%Y%m%d}".zfill(8)
    return f"{until:%Y%m%dT%H%M%S}".zfill(15) + ("Z" if until.tzinfo else "")


def _check(rule: Rule) -> None:
    """What the standard forbids, and what would never come."""
    yearly, monthly = rule.frequency == "YEARLY", rule.frequency == "MONTHLY"
    if any(place for _day, place in rule.days) and (not (yearly or monthly) or rule.weeks):
        raise ValueError(
            _("“the second Monday” needs FREQ=MONTHLY or FREQ=YEARLY, without BYWEEKNO")
        )
    if rule.weeks and not yearly:
        raise ValueError(_("{part} needs {other}", part="BYWEEKNO", other="FREQ=YEARLY"))
    if rule.year_days and not yearly:
        raise ValueError(_("{part} needs {other}", part="BYYEARDAY", other="FREQ=YEARLY"))
    if rule.month_days and rule.frequency == "WEEKLY":
        raise ValueError(_("{part} needs {other}", part="BYMONTHDAY", other="FREQ=MONTHLY"))
    by = (rule.days, rule.months, rule.month_days, rule.year_days, rule.weeks, rule.hours, rule.minutes, rule.seconds)  # fmt: skip
    if rule.places and not any(by):
        raise ValueError(_("BYSETPOS chooses among the days of another BY… part"))
    a_day = max(1, len(rule.hours)) * max(1, len(rule.minutes)) * max(1, len(rule.seconds))
    if a_day > MOST_A_DAY:
        raise ValueError(_("this would come more than {n} times a day", n=MOST_A_DAY))
    # The calendar repeats every 400 years, and dateutil stops after 9999: what does not come by then never does.
    every = replace(rule, interval=1, count=None, until=None)
    if next(iter(walker(every, datetime(9600, 1, 1))), None) is None:  # noqa: DTZ001 - a calendar, not a clock
        raise ValueError(_("no day ever fits this rule"))


def walker(rule: Rule, start: datetime) -> "rrule":
    """dateutil's iterator over a rule, from a time on the person's clock on."""
    from dateutil import rrule as calendar

    return calendar.rrule(
        _DATEUTIL[rule.frequency],
        dtstart=start,
        interval=rule.interval,
        wkst=rule.week_start,
        count=rule.count,
        bysetpos=rule.places or None,
        bymonth=rule.months or None,
        bymonthday=rule.month_days or None,
        byyearday=rule.year_days or None,
        byweekno=rule.weeks or None,
        byweekday=[calendar.weekday(day, place or None) for day, place in rule.days] or None,
        byhour=rule.hours or None,
        byminute=rule.minutes or None,
        bysecond=rule.seconds or None,
    )
