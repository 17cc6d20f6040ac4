"""Days, months and years as reports count them."""

import calendar
import re
from datetime import date, timedelta

from pgc_lib.core.zone import today
from pgc_lib.errors import PgcError
from pgc_lib.i18n import _

EVERY = re.compile(r"[1-9]\d{0,3}(d|w|mo|q|y)")
UNITS = {"1d": "day", "1w": "week", "1mo": "month", "1q": "quarter", "1y": "year"}
"""Periods that PostgreSQL cuts by itself."""


def checked(every: str) -> str:
    """A length of a period, such as `1mo`."""
    if not EVERY.fullmatch(every):
        raise PgcError(
            _("“{every}” is not a period.", every=every),
            next_step=_("Write a number and d, w, mo, q or y, such as 1mo."),
        )
    return every


def months_later(day: date, months: int) -> date:
    """The same day some months later, or the last of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def month_of(month: "str | date | None") -> tuple[date, date]:
    """The first and last day of a month given as `2026-11` or by a day in it; this month when not given."""
    if month is None:
        day = today()
    elif isinstance(month, date):
        day = month
    else:
        day = _day(f"{month}-01" if re.fullmatch(r"\d{4}-\d{1,2}", month.strip()) else month)
    first = day.replace(day=1)
    return first, months_later(first, 1) - timedelta(1)


def day_of(day: "str | date | None", otherwise: date) -> date:
    """A day that may be written as text."""
    if day is None:
        return otherwise
    return day if isinstance(day, date) else _day(day)


def _day(text: str) -> date:
    found = re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", text.strip())
    try:
        if found is None:
            raise ValueError
        return date(*map(int, found.groups()))
    except ValueError:
        raise PgcError(
            _("“{text}” is neither a day nor a month.", text=text),
            next_step=_("Write 2026-11-20, or 2026-11 for a month."),
        ) from None
