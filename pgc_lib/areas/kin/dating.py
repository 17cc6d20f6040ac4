"""Days that are only half known: “1850”, “about 1850”, “between 1850 and 1855”, “约1850年”.

What a text says is brought to a span, the earliest and the latest day it can mean, so that two half-known days
can still be compared wherever their spans do not meet. The words are those of GEDCOM and of daily life.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

ABOUT = 5
"""Years by which “about” may be off, either way."""

_MONTHS = {
    name: n
    for n, name in enumerate(
        ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"), 1
    )
}
_DAY = re.compile(
    r"(?:(?P<d>\d{1,2}) )?(?:(?P<m>[A-Z]{3})[A-Z]* )?(?P<y>\d{1,4})(?:/(?P<dual>\d{2}))?"
)
_ISO = re.compile(r"(?P<y>\d{1,4})[-/.年](?P<m>\d{1,2})(?:[-/.月](?P<d>\d{1,2})日?|月)?")
_ABOUT = re.compile(
    r"(?:ABT|ABOUT|CIRCA|CA|C|CAL|EST|约|大约)\.? ?(?P<one>.+?)|(?P<other>.+?)(?:左右|前后)"
)
_BEFORE = re.compile(r"(?:BEF|BEFORE|TO)\.? (?P<one>.+)|(?P<other>.+?)(?:年)?(?:之前|以前)")
_AFTER = re.compile(r"(?:AFT|AFTER|FROM)\.? (?P<one>.+)|(?P<other>.+?)(?:年)?(?:之后|以后)")
_BETWEEN = re.compile(r"(?:BET|BETWEEN|FROM) (?P<a>.+?) (?:AND|TO) (?P<b>.+)")
_CALENDAR = re.compile(r"(?:@#D(?P<old>[A-Z ]+)@|(?P<new>GREGORIAN|JULIAN|FRENCH_R|HEBREW)) ?")
_PHRASE = re.compile(r"^INT (?P<date>[^(]+)\(.*\)$")


@dataclass(frozen=True, slots=True)
class Span:
    """The earliest and the latest day that is meant; None where there is no limit."""

    earliest: date | None = None
    latest: date | None = None

    @property
    def exact(self) -> date | None:
        """The day, when only one can be meant."""
        return self.earliest if self.earliest == self.latest else None

    @property
    def known(self) -> bool:
        """Whether it says anything at all."""
        return self.earliest is not None or self.latest is not None

    def before(self, other: "Span") -> bool:
        """Whether it certainly lies before another."""
        return (
            self.latest is not None and other.earliest is not None and self.latest < other.earliest
        )


def span_of(day: date | None, about: str = "") -> Span:
    """What is known of a day: exactly, or by a text."""
    return Span(day, day) if day else read(about)


def read(text: str) -> Span:
    """What a text says of a day; an empty span when it says nothing that is understood."""
    text = " ".join(text.upper().split())
    if found := _PHRASE.match(text):
        text = found["date"].strip()
    julian = False
    while found := _CALENDAR.search(text):
        name = found["old"] or found["new"]
        if name not in ("GREGORIAN", "JULIAN"):
            return Span()
        julian |= name == "JULIAN"
        text = text[: found.start()] + text[found.end() :]
    if found := _BETWEEN.fullmatch(text):
        first, second = _one(found["a"], julian=julian), _one(found["b"], julian=julian)
        return Span(first.earliest, second.latest)
    if found := _BEFORE.fullmatch(text):
        return Span(None, _one(found["one"] or found["other"], julian=julian).latest)
    if found := _AFTER.fullmatch(text):
        return Span(_one(found["one"] or found["other"], julian=julian).earliest, None)
    if found := _ABOUT.fullmatch(text):
        return _wider(_one(found["one"] or found["other"], julian=julian))
    return _one(text, julian=julian)


def _one(text: str, *, julian: bool) -> Span:
    """A day, a month or a year."""
    found = _ISO.fullmatch(text) or _DAY.fullmatch(text.removesuffix("年"))
    if not found:
        return Span()
    parts = found.groupdict()
    written = parts["m"]
    if written and not written.isdigit() and written not in _MONTHS:
        return Span()
    month = (int(written) if written.isdigit() else _MONTHS[written]) if written else None
    day = int(parts["d"]) if parts["d"] else None
    year = int(parts["y"])
    if parts.get("dual"):
        year += 1  # 1699/00: the year began in March
    if day and not month:
        return Span()
    try:
        first = _date(year, month or 1, day or 1, julian=julian)
        last_month = month or 12
        last = _date(year, last_month, day or monthrange(year, last_month)[1], julian=julian)
    except (ValueError, OverflowError):
        return Span()
    return Span(first, last)


def _date(year: int, month: int, day: int, *, julian: bool) -> date:
    if not julian:
        return date(year, month, day)
    if day > (29 if month == 2 and year % 4 == 0 else monthrange(2001, month)[1]):
        raise ValueError
    # The day's number as astronomers count them, which is the same in both calendars.
    shift = (14 - month) // 12
    years, months = year + 4800 - shift, month + 12 * shift - 3
    number = day + (153 * months + 2) // 5 + 365 * years + years // 4 - 32083
    return date.fromordinal(number - 1_721_425)


def _wider(span: Span) -> Span:
    if span.earliest is None or span.latest is None:
        return span
    return Span(years_after(span.earliest, -ABOUT), years_after(span.latest, ABOUT))


def years_after(day: date, years: int) -> date:
    """The same day some years later; years before the first or after the last that there is are cut off."""
    year = min(max(day.year + years, 1), 9999)
    return day.replace(year=year, day=min(day.day, monthrange(year, day.month)[1]))
