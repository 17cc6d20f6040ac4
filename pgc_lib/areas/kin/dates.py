"""Days that come back every year, by the solar calendar or by the Chinese one.

A day that a year does not have (the 29th of February, the 30th of a short lunar month) is kept on the day before
unless somebody wants it otherwise. What happened in a leap month is remembered in that leap month when a year has
it again, which may take decades, and in the ordinary month of its number in all other years.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from pgc_lib.areas.kin.records import Missing

FIRST, LAST = 1900, 2099
"""The years whose Chinese calendar is known."""
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Recurring:
    """A day of the year."""

    month: int
    day: int
    lunar: bool = False
    since: int | None = None
    """The year of the first one, solar or lunar, to count from."""
    leap: bool = False
    """In the leap month of this number."""
    missing: Missing = "before"
    """What happens in a year without this day."""

    @property
    def rule(self) -> str | None:
        """The same as a rule of RFC 5545; None for what such a rule cannot say."""
        if self.lunar:
            return None
        if (self.month, self.day) == (2, 29):
            if self.missing == "skip":
                return "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29"
            return "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1" if self.missing == "before" else None
        return "FREQ=YEARLY"


def day_of(first: date, *, lunar: bool) -> Recurring:
    """The day on which something of that date is remembered; outside the known years by the solar calendar."""
    if lunar and FIRST < first.year <= LAST:
        from lunardate import LunarDate

        known = LunarDate.from_solar_date(first.year, first.month, first.day)
        return Recurring(
            known.month, known.day, lunar=True, since=known.year, leap=bool(known.is_leap_month)
        )
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
    """The day in a solar or lunar year; None where it does not come or the calendar is not known."""
    if recurring.lunar:
        return _lunar(recurring, year)
    try:
        return date(year, recurring.month, recurring.day)
    except ValueError:
        # Only February is too short: a longer day of another month is refused when it is entered.
        return _instead(recurring.missing, date(year, 2, 28))


def _lunar(recurring: Recurring, year: int) -> date | None:
    from lunardate import LunarDate

    if not FIRST <= year <= LAST:
        return None
    leap = recurring.leap and LunarDate.leap_month_for_year(year) == recurring.month
    try:
        found: date = LunarDate(year, recurring.month, recurring.day, leap).to_solar_date()
    except ValueError:
        if recurring.day != 30:
            return None
        last: date = LunarDate(year, recurring.month, 29, leap).to_solar_date()
        return _instead(recurring.missing, last)
    return found


def _instead(missing: Missing, last: date) -> date | None:
    """The day that is taken for one that a short month does not have."""
    return {"before": last, "after": last + _DAY, "skip": None}[missing]
