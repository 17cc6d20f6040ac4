"""A span of days that a report is about: a day, a week, a month, a quarter, a year, or any other.

Period.of("2026-W47")   Period.of("2026-11")   Period.of("2026-Q4")   Period.of("last month")   Period.of("上周")
Period.of("2026-01-01..2026-02-10")            Period.of(date(2026, 11, 21))
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal, TypeAlias

from pgc_lib.core.zone import today, zone
from pgc_lib.errors import Invalid, Problem
from pgc_lib.i18n import N_, _

Unit: TypeAlias = Literal["day", "week", "month", "quarter", "year", "span"]

UNITS: dict[Unit, str] = {
    "day": N_("Day"),
    "week": N_("Week"),
    "month": N_("Month"),
    "quarter": N_("Quarter"),
    "year": N_("Year"),
    "span": N_("Days"),
}

_WEEK = re.compile(r"(\d{4})-?W(\d{1,2})", re.IGNORECASE)
_QUARTER = re.compile(r"(\d{4})-?Q([1-4])", re.IGNORECASE)
_MONTH = re.compile(r"(\d{4})-(\d{1,2})")
_YEAR = re.compile(r"\d{4}")
_SPAN = re.compile(r"(\d{4}-\d\d-\d\d)\s*(?:\.\.|/|to|至|到)\s*(\d{4}-\d\d-\d\d)")

_WORDS: dict[str, tuple[Unit, int]] = {
    **dict.fromkeys(("today", "this day", "今天", "今日"), ("day", 0)),
    **dict.fromkeys(("yesterday", "last day", "昨天", "昨日"), ("day", 1)),
    **dict.fromkeys(("this week", "本周", "这周", "这个星期"), ("week", 0)),
    **dict.fromkeys(("last week", "上周", "上个星期"), ("week", 1)),
    **dict.fromkeys(("this month", "本月", "这个月"), ("month", 0)),
    **dict.fromkeys(("last month", "上月", "上个月"), ("month", 1)),
    **dict.fromkeys(("this quarter", "本季度", "本季", "这个季度"), ("quarter", 0)),
    **dict.fromkeys(("last quarter", "上季度", "上季", "上个季度"), ("quarter", 1)),
    **dict.fromkeys(("this year", "今年", "本年"), ("year", 0)),
    **dict.fromkeys(("last year", "去年", "上年"), ("year", 1)),
}


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """From its first to its last day, both within."""

    first: date
    last: date
    unit: Unit = "span"

    @classmethod
    def of(cls, given: "Period | str | date | tuple[date, date]", unit: Unit = "day") -> "Period":
        """The period that is meant; a bare day is the period of this unit in which it lies."""
        if isinstance(given, Period):
            return given
        if isinstance(given, tuple):
            return cls._span(*given)
        if isinstance(given, datetime):
            given = given.astimezone(zone()).date() if given.tzinfo else given.date()
        if isinstance(given, date):
            return cls.around(given, unit)
        return cls._read(given)

    @classmethod
    def around(cls, day: date, unit: Unit) -> "Period":
        """The period in which a day lies."""
        match unit:
            case "week":
                first = day - timedelta(days=day.weekday())
                return cls(first, first + timedelta(days=6), "week")
            case "month":
                return cls(day.replace(day=1), _month_end(day), "month")
            case "quarter":
                begin = day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
                return cls(begin, _month_end(begin.replace(month=begin.month + 2)), "quarter")
            case "year":
                return cls(date(day.year, 1, 1), date(day.year, 12, 31), "year")
            case _:
                return cls(day, day, "day")

    @classmethod
    def _span(cls, first: date, last: date) -> "Period":
        if last < first:
            raise _not_a_period(f"{first}..{last}", _("it ends before it begins"))
        return cls(first, last, "span")

    @classmethod
    def _read(cls, text: str) -> "Period":
        words = " ".join(text.split())
        if found := _WORDS.get(words.lower()):
            unit, back = found
            period = cls.around(today(), unit)
            return period.previous() if back else period
        try:
            if match := _SPAN.fullmatch(words):
                return cls._span(date.fromisoformat(match[1]), date.fromisoformat(match[2]))
            if match := _WEEK.fullmatch(words):
                return cls.around(date.fromisocalendar(int(match[1]), int(match[2]), 1), "week")
            if match := _QUARTER.fullmatch(words):
                return cls.around(date(int(match[1]), int(match[2]) * 3, 1), "quarter")
            if match := _MONTH.fullmatch(words):
                return cls.around(date(int(match[1]), int(match[2]), 1), "month")
            if _YEAR.fullmatch(words):
                return cls.around(date(int(words), 1, 1), "year")
            return cls.around(date.fromisoformat(words), "day")
        except ValueError:
            raise _not_a_period(text, _("there is no such day, week, month or quarter")) from None

    def previous(self) -> "Period":
        """The one before: of the same unit, or as many days."""
        return self._beside(self.first - timedelta(days=1), -len(self))

    def following(self) -> "Period":
        """The one after."""
        return self._beside(self.last + timedelta(days=1), len(self))

    def _beside(self, day: date, days: int) -> "Period":
        if self.unit != "span":
            return Period.around(day, self.unit)
        move = timedelta(days=days)
        return Period(self.first + move, self.last + move, "span")

    @property
    def begins(self) -> datetime:
        """Its first moment where the person lives."""
        return datetime.combine(self.first, time(), zone())

    @property
    def ends(self) -> datetime:
        """The first moment after it."""
        return datetime.combine(self.last + timedelta(days=1), time(), zone())

    @property
    def name(self) -> str:
        """As it can be written and read again."""
        match self.unit:
            case "day":
                return self.first.isoformat()
            case "week":
                year, week, _day = self.first.isocalendar()
                return f"{year}-W{week:02}"
            case "month":
                return f"{self.first:%Y-%m}"
            case "quarter":
                return f"{self.first.year}-Q{(self.first.month + 2) // 3}"
            case "year":
                return f"{self.first.year}"
            case _:
                return f"{self.first}..{self.last}"

    def title(self) -> str:
        """What the report on it is called."""
        return _(_TITLES[self.unit], name=self.name, first=self.first, last=self.last)

    def __len__(self) -> int:
        return (self.last - self.first).days + 1

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and self.first <= day <= self.last

    def __str__(self) -> str:
        return self.name


_TITLES: dict[Unit, str] = {
    "day": N_("Report for {name}"),
    "week": N_("Weekly report {name} ({first} – {last})"),
    "month": N_("Monthly report {name}"),
    "quarter": N_("Quarterly report {name}"),
    "year": N_("Yearly report {name}"),
    "span": N_("Report {first} – {last}"),
}


def unit_of(word: str) -> Unit:
    """A unit by its name."""
    if word not in UNITS:
        raise Invalid(
            _("“{word}” is no unit of a report.", word=word),
            [Problem("unit", _("allowed are: {choices}", choices=", ".join(UNITS)), word)],
        )
    return word


def _month_end(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def _not_a_period(given: str, reason: str) -> Invalid:
    return Invalid(
        _("“{given}” is not a period.", given=given),
        [Problem("period", reason, given)],
        next_step=_(
            "Write it like 2026-11-21, 2026-W47, 2026-11, 2026-Q4, 2026 or 2026-01-01..2026-02-10."
        ),
    )
