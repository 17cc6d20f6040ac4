"""Time in even steps: months, weeks or days, each with a beginning and a name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Literal, TypeAlias

from pgc_lib.core.zone import today
from pgc_lib.errors import Invalid, Problem
from pgc_lib.i18n import _, lang

Every: TypeAlias = Literal["month", "week", "day"]
STEPS: tuple[Every, ...] = ("month", "week", "day")
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")  # fmt: skip
MOST = {"month": 120, "week": 260, "day": 1830}
"""More periods than these are not drawn: the earliest are left out, and that is said."""
_MONTHS_FROM = 400
_WEEKS_FROM = 70


@dataclass(frozen=True)
class Periods:
    """Neighbouring spans of time up to now; the last one is still running."""

    every: Every
    starts: Sequence[date]
    cut: bool = False
    """Whether something earlier was left out."""

    @classmethod
    def of(cls, first: date, every: Every | None = None, *, last: date | None = None) -> "Periods":
        """From the period of a day up to that of another, today if none is said."""
        end = last or today()
        if every is not None and every not in STEPS:
            reason = _("this must be one of {expected}", expected=", ".join(STEPS))
            raise Invalid(_("Time cannot be cut like this:"), [Problem("every", reason, every)])
        first = min(first, end)
        if every is None:
            span = (end - first).days
            every = "month" if span >= _MONTHS_FROM else "week" if span >= _WEEKS_FROM else "day"
        starts = [begin(end, every)]
        while starts[-1] > first and len(starts) < MOST[every]:
            starts.append(begin(starts[-1] - timedelta(days=1), every))
        return cls(every, starts[::-1], starts[-1] > first)

    def __len__(self) -> int:
        return len(self.starts)

    def number(self, day: date) -> int:
        """Which period a day lies in; below 0 what is earlier than all."""
        first = self.starts[0]
        if self.every == "month":
            return (day.year - first.year) * 12 + day.month - first.month
        return (day - first).days // (7 if self.every == "week" else 1)

    def name(self, number: int) -> str:
        """A period as one says it."""
        day = self.starts[number]
        if self.every == "month":
            return named_month(day)
        if lang() == "zh-CN":
            text = f"{day.year}年{day.month}月{day.day}日"
        else:
            text = f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
        return _("Week of {day}", day=text) if self.every == "week" else text

    @property
    def names(self) -> list[str]:
        """All of them."""
        language = lang()
        if language not in self._named:
            self._named[language] = [self.name(number) for number in range(len(self))]
        return self._named[language]

    @cached_property
    def _named(self) -> dict[str, list[str]]:
        """The names by language: a thousand days take longer to name than all else of one changed bar."""
        return {}

    def years(self) -> list[tuple[int, int]]:
        """Where each year begins: the number of its first period, and the year."""
        found = [(0, self.starts[0].year)]
        for number, start in enumerate(self.starts[1:], 1):
            if start.year != self.starts[number - 1].year:
                found.append((number, start.year))
        if len(found) > 1 and found[1][0] < self._per_year / 4:
            found = found[1:]  # its name would stand on the next one's
        return found

    @property
    def _per_year(self) -> int:
        return {"month": 12, "week": 52, "day": 365}[self.every]


def begin(day: date, every: Every) -> date:
    """The first day of the period that a day lies in."""
    if every == "month":
        return day.replace(day=1)
    return day - timedelta(days=day.weekday()) if every == "week" else day


def named_month(day: date) -> str:
    """A month with its year."""
    if lang() == "zh-CN":
        return f"{day.year}年{day.month}月"
    return f"{_MONTHS[day.month - 1]} {day.year}"
