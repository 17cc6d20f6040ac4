"""Days that come back every year, by the solar calendar or by the Chinese one.

A day that a year does not have is kept on the last one before it: the 29th of February on the 28th, the 30th of a
short lunar month on the 29th. A birthday in a leap month is kept in the ordinary month of that number.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

FIRST, LAST = 1900, 2099
"""The years whose Chinese calendar is known."""


@dataclass(frozen=True, slots=True)
class Recurring:
    """A day of the year."""

    month: int
    day: int
    lunar: bool = False
    since: int | None = None
    """The year of the first one, solar or lunar, to count from."""


def day_of(first: date, *, lunar: bool) -> Recurring:
    """The day on which something of that date is remembered; outside the known years by the solar calendar."""
    if lunar and FIRST < first.year <= LAST:
        from lunardate import LunarDate

        known = LunarDate.from_solar_date(first.year, first.month, first.day)
        return Recurring(known.month, known.day, lunar=True, since=known.year)
    return Recurring(first.month, first.day, since=first.year)


def upcoming(recurring: Recurring, start: date, end: date) -> Iterator[tuple[date, int | None]]:
    """Each time it comes from one day to another, both included, with the number of years since the first."""
    # A lunar year begins in January or February: its last days lie in the solar year after it.
    for year in range(start.year - 1, end.year + 1):
        day = in_year(recurring, year)
        if day is not None and start <= day <= end:
            years = None if recurring.since is None else year - recurring.since
            if years is None or years >= 0:
                yield day, years


def in_year(recurring: Recurring, year: int) -> date | None:
    """The day in a solar or lunar year; None outside the years whose calendar is known."""
    if recurring.lunar:
        return _lunar(recurring, year)
    try:
        return date(year, recurring.month, recurring.day)
    except ValueError:
        return date(year, recurring.month + 1, 1) - timedelta(days=1)


def _lunar(recurring: Recurring, year: int) -> date | None:
    from lunardate import LunarDate

    if not FIRST <= year <= LAST:
        return None
    for day in (recurring.day, recurring.day - 1):
        try:
            found: date = LunarDate(year, recurring.month, day).to_solar_date()
        except ValueError:
            continue  # a short month
        return found
    return None
