"""Days, times and rules as other to-do apps write them into tables: ISO, `Oct 5 2026 10:00`, `every 2nd monday`, 每周一 9:00.

Words are turned into the short syntax of a line and read there, so that both understand the same. What is not understood as a
whole is told and left out: half of a rule would be another rule.
"""

import re
from calendar import month_abbr, month_name
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pgc_lib.areas.todo.short import Parsed, parse
from pgc_lib.areas.todo.short_days import coming, weekday
from pgc_lib.areas.todo.short_rules import checked_text
from pgc_lib.core.recurrence import WEEKDAYS
from pgc_lib.core.zone import today, zone
from pgc_lib.errors import Problem
from pgc_lib.exchange.todo_rows import Rows, clocked
from pgc_lib.i18n import _

_ISO = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?)?(?:Z|[+-]\d\d:?\d\d)?")
_MONTHS = {name.lower(): n for names in (month_name, month_abbr) for n, name in enumerate(names) if n}  # fmt: skip
_MONTHS["sept"] = 9
_MONTH = "(" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\.?"
_DAY = r"(\d{1,2})(?:st|nd|rd|th)?"
_CLOCK = re.compile(
    r"^(.*?)[\s,]*(?:\bat\b|@)?\s*\b(?:(\d{1,2}):(\d\d)\s*([ap]m)?|(\d{1,2})\s*([ap]m))$", re.IGNORECASE
)  # fmt: skip
_WEEKDAY = "(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,? )?"
_MONTH_FIRST = re.compile(rf"{_WEEKDAY}{_MONTH} {_DAY}(?:,? (\d{{4}}))?", re.IGNORECASE)
_DAY_FIRST = re.compile(rf"{_WEEKDAY}{_DAY} {_MONTH}(?:,? (\d{{4}}))?", re.IGNORECASE)
_BOUNDS = re.compile(r"^(.*?)\s+(starting|from|until|ending)\s+(.+?)$", re.IGNORECASE)
_PARTS = {"morning": "9:00", "afternoon": "12:00", "evening": "19:00", "night": "22:00"}
"""When Todoist means these."""
_LONGEST = 200
"""Nobody says a day in more characters."""
_ALONE = {"daily": "day", "weekly": "week", "monthly": "month", "quarterly": "quarter", "yearly": "year"}  # fmt: skip
_NTH = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": -1}


def moment(text: str, place: str, rows: Rows) -> date | None:
    """A day or a moment as ISO writes them; a zone that is missing is the person's."""
    text = text.strip()
    if not text:
        return None
    try:
        if not _ISO.fullmatch(text):
            raise ValueError
        if len(text) == 10:
            return date.fromisoformat(text)
        made = datetime.fromisoformat(text)
        return made if made.tzinfo else made.replace(tzinfo=zone())
    except ValueError:
        rows.problems.append(Problem(place, _("this day cannot be read"), text))
        return None


def due(found: date | None, zone_name: str = "", *, all_day: bool = False, floating: bool = False) -> dict[str, Any]:  # fmt: skip
    """A day, or a moment with its time of day; what floats is meant on the clock of wherever one is."""
    if found is None:
        return {}
    if not isinstance(found, datetime):
        return {"due": found}
    there = _known(zone_name)
    if all_day or floating:
        # What lasts all day begins at midnight where it was written down.
        local = found.astimezone(there or zone())
        return {"due": local.date()} if all_day else {"due": local.date(), "at": f"{local:%H:%M}"}
    return clocked(found, there.key if there else "")


def done(found: date | None) -> dict[str, Any]:
    """That it is done, and when where that is known."""
    if found is None:
        return {"done": True}
    when = found if isinstance(found, datetime) else datetime.combine(found, time(12), zone())
    return {"done": True, "done_at": when.astimezone(UTC)}


def both(when: dict[str, Any], last: dict[str, Any]) -> dict[str, Any]:
    """The day on which one means to do it, and the last one on which it can be done."""
    if not when or not last:
        return when or last
    if when.get("rule") or when["due"] > last["due"]:
        return when
    return last | {"start": when["due"]} if when["due"] < last["due"] else when


def rule(text: str, values: dict[str, Any], place: str, rows: Rows) -> None:
    """A rule of RFC 5545, where the to-do has a day from which it counts."""
    text = text.strip()
    if not text:
        return
    try:
        if "due" not in values:
            raise ValueError(_("what repeats needs the day on which it is due first"))
        values |= {"rule": checked_text(text), "begun": values["due"]}
    except ValueError as error:
        rows.problems.append(Problem(place, _("its rule cannot be followed: {reason}", reason=error), text))  # fmt: skip


def said(text: str, place: str, rows: Rows, *, zone_name: str = "") -> dict[str, Any]:
    """A day as people say it: ISO, the words of Todoist, or what the short syntax understands as a whole."""
    text = " ".join(text.split())
    if not text:
        return {}
    there = _known(zone_name)
    if _ISO.fullmatch(text):
        found = moment(text, place, rows)
        if there and isinstance(found, datetime) and datetime.fromisoformat(text).tzinfo is None:
            # A time without a zone is one on the clock of the zone that stands beside it.
            found = found.replace(tzinfo=there)
        return due(found, zone_name)
    for read in _READERS if len(text) <= _LONGEST else ():
        values = read(text)
        if values is not None:
            return _told_there(values, there)
    rows.problems.append(Problem(place, _("this day cannot be read"), text))
    return {}


# ── words ────────────────────────────────────────────────────────────────────────────────────────────


def _whole(text: str, now: datetime | None = None) -> Parsed | None:
    """What a line says that is a day or a rule and nothing else."""
    parsed = parse(f"· {text}", now or datetime.now(zone()))
    return parsed if parsed.title == "·" and parsed.due is not None else None


def _as_it_is(text: str) -> dict[str, Any] | None:
    for way in (text, f"@{text}", text.replace(" at ", " ")):
        if parsed := _whole(way):
            return _values(parsed)
    return None


def _in_words(text: str) -> dict[str, Any] | None:
    bounds, core = _bounds(text)
    if core is None:
        return None
    core, at = _part(*_clock(core))
    day = _day(core)
    if day is not None:
        return None if bounds else {"due": day, "at": at, "rule": None, "from_done": False, "begun": None}  # fmt: skip
    now = datetime.combine(bounds["starting"], time(), zone()) if "starting" in bounds else None
    last = bounds.get("until")
    rule = _rule_of(core)
    written = rule + (f";UNTIL={last:%Y%m%d}" if last else "") if rule else core
    # Where nothing but the clock was taken off, a plain day or rule may be left, in either language.
    parsed = _whole(written, now) or (None if last else _whole(f"@{written}", now))
    if parsed is None or (bounds and not parsed.rule):
        return None
    return _values(parsed) | ({"at": at} if at else {})


_READERS: tuple[Callable[[str], dict[str, Any] | None], ...] = (_as_it_is, _in_words)


def _values(parsed: Parsed) -> dict[str, Any]:
    begun = parsed.due if parsed.rule else None
    return {"due": parsed.due, "at": parsed.at, "rule": parsed.rule, "from_done": parsed.from_done, "begun": begun}  # fmt: skip


def _bounds(text: str) -> tuple[dict[str, date], str | None]:
    """From when until when something repeats, and the rest; no rest where a bound is no day."""
    found: dict[str, date] = {}
    while match := _BOUNDS.fullmatch(text):
        # The last one first: `every day starting 1 dec until 5 dec`.
        head, word, tail = match[1], match[2].lower(), match[3]
        inner = _BOUNDS.fullmatch(f"· {tail}")
        if inner:
            head, word, tail = f"{head} {word} {inner[1].removeprefix('· ')}", inner[2].lower(), inner[3]  # fmt: skip
        day = _day(tail) or getattr(_whole(tail), "due", None)
        if day is None:
            return {}, None
        found["until" if word in ("until", "ending") else "starting"] = day
        text = head
    return found, text


def _clock(text: str) -> tuple[str, str]:
    match = _CLOCK.fullmatch(text)
    if match is None:
        return text, ""
    hour, minute = int(match[2] or match[5]), int(match[3] or 0)
    half = (match[4] or match[6] or "").lower()
    if minute > 59 or not (1 <= hour <= 12 if half else hour <= 23):
        return text, ""
    hour = hour % 12 + 12 * (half == "pm") if half else hour
    return match[1] or "today", f"{hour:02}:{minute:02}"


def _part(text: str, at: str) -> tuple[str, str]:
    head, _space, word = text.rpartition(" ")
    if at or word.lower() not in _PARTS or not head:
        return text, at
    every = head.lower() in ("every", "every!", "ev", "ev!")
    return (f"{head} day" if every else head), f"{_PARTS[word.lower()]:0>5}"


def _day(text: str) -> date | None:
    """`Oct 5 2026`, `5 Oct`, `Mon, 5 Oct`."""
    if found := _MONTH_FIRST.fullmatch(text):
        month, day, year = found[1], found[2], found[3]
    elif found := _DAY_FIRST.fullmatch(text):
        day, month, year = found[1], found[2], found[3]
    else:
        return None
    number = _MONTHS[month.lower()]
    try:
        return date(int(year), number, int(day)) if year else coming(number, int(day), today())
    except ValueError:
        return None


def _rule_of(text: str) -> str:
    """English words of a rule in the short syntax; empty for what has to be read as it is."""
    words = text.lower().replace(",", ", ").split()
    if len(words) == 1 and words[0] in _ALONE:
        words = ["every", _ALONE[words[0]]]
    first, rest = words[0] if words else "", words[1:]
    mark = "rrule!" if first.endswith("!") else "rrule"
    if first.rstrip("!") not in ("every", "ev") or not rest:
        return ""
    if rest == ["last", "day"]:
        return f"{mark}:FREQ=MONTHLY;BYMONTHDAY=-1"
    if (day := _day(" ".join(rest))) is not None:
        return f"{mark}:FREQ=YEARLY;BYMONTH={day.month};BYMONTHDAY={day.day}"
    place = _NTH.get(rest[0]) or int((re.fullmatch(r"([1-4])(?:st|nd|rd|th)", rest[0]) or "00")[1])
    if place and len(rest) == 2 and (named := weekday(rest[1])) is not None:
        return f"{mark}:FREQ=MONTHLY;BYDAY={place}{WEEKDAYS[named]}"
    parsed = _whole(f"every {' '.join(rest)}")
    return f"{mark}:{parsed.rule}" if parsed is not None and parsed.rule else ""


def _known(zone_name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(zone_name) if zone_name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _told_there(values: dict[str, Any], there: ZoneInfo | None) -> dict[str, Any]:
    """A time of day is meant on the clock of the zone that was written beside it."""
    if there is None or not values.get("at") or there.key == zone().key:
        return values
    return values | {"zone": there.key}
