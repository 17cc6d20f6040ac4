"""The periods of a budget, counted from its own start: a month that begins on payday is a month, too.

Every period is computed from the start and never from the one before, so that the 31st comes back after a
February.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from pgc_lib.areas.money.periods import EVERY, months_later
from pgc_lib.i18n import _, n_

_MONTHS = {"mo": 1, "q": 3, "y": 12}
_DAYS = {"d": 1, "w": 7}


@dataclass(frozen=True, slots=True)
class Span:
    """One period: its number, its first and its last day."""

    number: int
    first: date
    last: date

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Periods of one length from a day on."""

    start: date
    every: str

    def begins(self, number: int) -> date:
        """The first day of a period."""
        count, unit = parts_of(self.every)
        if unit in _MONTHS:
            return months_later(self.start, number * count * _MONTHS[unit])
        return self.start + timedelta(days=number * count * _DAYS[unit])

    def span(self, number: int) -> Span:
        """A period by its number."""
        return Span(number, self.begins(number), self.begins(number + 1) - timedelta(days=1))

    def number_of(self, day: date) -> int:
        """The period that a day is in; negative before the start."""
        count, unit = parts_of(self.every)
        if unit in _DAYS:
            return (day - self.start).days // (count * _DAYS[unit])
        months = (day.year - self.start.year) * 12 + day.month - self.start.month
        number = months // (count * _MONTHS[unit])
        return number if self.begins(number) <= day else number - 1

    def spans(self, until: date) -> list[Span]:
        """Every period from the start to the one that a day is in."""
        return [self.span(number) for number in range(self.number_of(until) + 1)]


def parts_of(every: str) -> tuple[int, str]:
    """`6mo` as 6 and `mo`."""
    assert EVERY.fullmatch(every)
    count = every.rstrip("dwmoqy")
    return int(count), every[len(count) :]


def in_words(every: str) -> str:
    """A length of time as a person says it."""
    count, unit = parts_of(every)
    match unit:
        case "d":
            return n_("{n} day", "{n} days", count)
        case "w":
            return n_("{n} week", "{n} weeks", count)
        case "mo":
            return n_("{n} month", "{n} months", count)
        case "q":
            return n_("{n} quarter", "{n} quarters", count)
        case _year:
            return n_("{n} year", "{n} years", count)


def each(every: str) -> str:
    """`every 6 months`."""
    return _("every {length}", length=in_words(every))
