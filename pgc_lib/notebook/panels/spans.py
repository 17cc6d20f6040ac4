"""The period that a whole page is about, and the one that it is compared with."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from pgc_lib.i18n import N_, _
from pgc_lib.notebook.panels.words import short

CHOICES = {
    "week": N_("This week"),
    "month": N_("This month"),
    "last": N_("The month before"),
    "quarter": N_("This quarter"),
    "year": N_("This year"),
    "12": N_("The last twelve months"),
    "36": N_("The last three years"),
}
OWN = "own"
"""Stands for days that a person chose freely; their key is `2026-01-05/2026-02-10`."""
_EARLIEST, _LATEST = date(1900, 1, 1), date(2199, 12, 31)
_FINE, _MEDIUM = 35, 130
"""Up to so many days a chart goes by days, by weeks."""


@dataclass(frozen=True, slots=True)
class Span:
    """Days from the first to the last, with as many days before them to compare with."""

    key: str
    first: date
    last: date
    before: tuple[date, date]

    @property
    def name(self) -> str:
        """What a person calls it."""
        return _(CHOICES[self.key]) if self.key in CHOICES else self.said

    @property
    def said(self) -> str:
        """Its days."""
        return f"{short(self.first, self.last)} – {short(self.last, self.last)}"

    @property
    def own(self) -> bool:
        """Whether its days were chosen freely."""
        return self.key not in CHOICES

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    @property
    def every(self) -> str:
        """The steps in which a chart of it goes."""
        return "1d" if self.days <= _FINE else "1w" if self.days <= _MEDIUM else "1mo"


def span(key: str, today: date) -> Span:
    """The period of a name as it is today, or from one day to another; an unknown one is this month."""
    if (own := _own(key)) is not None:
        return own
    key = key if key in CHOICES else "month"
    first, last, begins = _bounds(key, today)
    # As many days of the one before, so that half a month is never compared with a whole one.
    until = min(begins + (last - first), first - timedelta(days=1))
    return Span(key, first, last, (begins, until))


def between(first: date, last: date) -> str:
    """The key of a period from one day to another, whichever of them was said first."""
    return "/".join(each.isoformat() for each in sorted((first, last)))


def day_said(text: str) -> date | None:
    """A day as a browser's field has it; None while its year is still being typed."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if _EARLIEST <= found <= _LATEST else None


def _own(key: str) -> Span | None:
    """As many days before are what it is compared with."""
    first, last = (day_said(each) for each in (key.split("/") if key.count("/") == 1 else ("", "")))
    if first is None or last is None or last < first:
        return None
    return Span(key, first, last, (first - (last - first) - timedelta(days=1), first - timedelta(days=1)))  # fmt: skip


def _bounds(key: str, today: date) -> tuple[date, date, date]:
    """First day, last day, and the first day of what is compared."""
    month = today.replace(day=1)
    match key:
        case "week":
            monday = today - timedelta(days=today.weekday())
            return monday, today, monday - timedelta(weeks=1)
        case "last":
            first = back(month, 1)
            return first, month - timedelta(days=1), back(month, 2)
        case "quarter":
            first = month.replace(month=(month.month - 1) // 3 * 3 + 1)
            return first, today, back(first, 3)
        case "year":
            first = month.replace(month=1)
            return first, today, back(first, 12)
        case "12" | "36":
            months = int(key)
            first = back(month, months - 1)
            return first, today, back(first, months)
        case _:
            return month, today, back(month, 1)


def back(first: date, months: int) -> date:
    """The first day of a month so many months earlier."""
    number = first.year * 12 + first.month - 1 - months
    return date(number // 12, number % 12 + 1, 1)


def months_in(whole: Span) -> list[tuple[date, date]]:
    """The months that it touches, each from its first day to its last."""
    firsts = [whole.first.replace(day=1)]
    while firsts[-1] <= whole.last:
        firsts.append(back(firsts[-1], -1))
    return [(one, other - timedelta(days=1)) for one, other in pairwise(firsts)]
