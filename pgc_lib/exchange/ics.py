"""Calendars as everyone exchanges them (RFC 5545): events out as bytes, and in with what was wrong.

    data = write([Event("Badminton", datetime(2026, 11, 25, 19), rule="FREQ=WEEKLY;BYDAY=WE")])
    events, problems = read(data)

`icalendar` knows the grammar. A calendar is somebody else's file: an event that cannot be understood is left
out with its reason, the others are read.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pgc_lib import __version__
from pgc_lib.core.recurrence import parse
from pgc_lib.core.zone import zone as persons_zone
from pgc_lib.errors import Problem
from pgc_lib.i18n import _

if TYPE_CHECKING:
    from icalendar import Calendar

LARGEST = 32 * 2**20
MOST_EVENTS = 50_000
MOST_RULES = 2_000
"""Different ones: each is tried out before it is believed."""
_EVENT = re.compile(r"^BEGIN:VEVENT[ \t]*\r?$.*?^END:VEVENT[ \t]*\r?$", re.M | re.S | re.I)
ZONE = re.compile(r"^BEGIN:VTIMEZONE[ \t]*\r?$.*?^END:VTIMEZONE[ \t]*\r?$", re.M | re.S | re.I)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Event:
    """Something in a calendar. A `start` that is a date lasts all day; `end` is the first day or moment after it."""

    title: str
    start: date
    end: date | None = None
    rule: str | None = None
    without: tuple[date, ...] = ()
    """Occurrences that do not take place."""
    uid: str = ""
    note: str = ""
    place: str = ""
    url: str = ""
    tags: tuple[str, ...] = ()
    changed: datetime | None = None

    @property
    def all_day(self) -> bool:
        """Whether it is about days rather than times."""
        return not isinstance(self.start, datetime)

    @property
    def zone_name(self) -> str:
        """The name of the zone in which its times are meant; empty where it has none."""
        return str(getattr(getattr(self.start, "tzinfo", None), "key", ""))


# ── out ──────────────────────────────────────────────────────────────────────────────────────────────


def write(events: Iterable[Event], *, name: str = "") -> bytes:
    """A calendar that others can read, with the zones that its times need."""
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", f"-//PGC//pgc-lab {__version__}//EN")
    calendar.add("version", "2.0")
    if name:
        calendar.add("x-wr-calname", name)
    zones = set()
    for event in events:
        calendar.add_component(_component(event))
        if not event.all_day:
            zones.add(event.zone_name or persons_zone().key)
    if zones - {"UTC"}:
        calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def _component(event: Event) -> Any:
    from icalendar import Event as Component
    from icalendar import vRecur

    made = Component()
    made.add("uid", event.uid or _uid(event))
    made.add("dtstamp", (event.changed or _NEVER).astimezone(UTC))
    made.add("summary", event.title)
    made.add("dtstart", _placed(event.start))
    if event.end is not None:
        made.add("dtend", _placed(event.end))
    if event.rule:
        made.add("rrule", vRecur.from_ical(until_fitting(event.rule, event.start)))
    for each in event.without:
        made.add("exdate", _placed(each))
    for field, text in (("description", event.note), ("location", event.place), ("url", event.url)):
        if text:
            made.add(field, text)
    if event.tags:
        made.add("categories", list(event.tags))
    return made


def _uid(event: Event) -> str:
    """The same for the same event, so that a second import renews instead of doubling."""
    return f"{uuid5(NAMESPACE_URL, f'pgc:{event.title}:{event.start.isoformat()}')}@pgc"


def _placed(given: date) -> date:
    """A time with its zone; one without is meant in the person's."""
    if not isinstance(given, datetime):
        return given
    local = persons_zone()
    return given if isinstance(given.tzinfo, ZoneInfo) else given.astimezone(local) if given.tzinfo else given.replace(tzinfo=local)  # fmt: skip


def until_fitting(rule: str, start: date) -> str:
    """The standard wants UNTIL to be a day for days, and UTC for times with a zone."""
    known = parse(rule)
    until = known.until
    if until is None:
        return rule
    if not isinstance(start, datetime):
        day = until.date() if isinstance(until, datetime) else until
        return str(replace(known, until=day))
    local = start.tzinfo or persons_zone()
    if not isinstance(until, datetime):
        until = datetime(until.year, until.month, until.day, 23, 59, 59, tzinfo=local)
    elif until.tzinfo is None:
        until = until.replace(tzinfo=local)
    return str(replace(known, until=until.astimezone(UTC)))


# ── in ───────────────────────────────────────────────────────────────────────────────────────────────


def read(source: bytes | Path) -> tuple[list[Event], list[Problem]]:
    """The events of a calendar, and what could not be read of it."""
    problems: list[Problem] = []
    if isinstance(source, Path):
        if source.stat().st_size > LARGEST:
            return [], [_too_large()]
        source = source.read_bytes()
    if len(source) > LARGEST:
        return [], [_too_large()]
    text = text_of(source)
    if text is None or "BEGIN:VCALENDAR" not in text.upper():
        return [], [Problem("", _("this is no calendar: BEGIN:VCALENDAR is missing"))]
    begun = len(re.findall(r"^BEGIN:VEVENT", text, re.M | re.I))
    ended = len(re.findall(r"^END:VEVENT", text, re.M | re.I))
    if begun > MOST_EVENTS:
        return [], [Problem("", _("more than {n} events in one calendar", n=MOST_EVENTS))]
    if begun > ended:
        problems.append(Problem("", _("the file ends in the middle of an event")))
    reader = _Reader(problems)
    for calendar in _calendars(text, problems):
        reader.take(calendar)
    return reader.events(), problems


def _too_large() -> Problem:
    return Problem("", _("the calendar is larger than {n} MB", n=LARGEST // 2**20))


def text_of(data: bytes) -> str | None:
    """UTF-8 by the standard; what old programs write besides."""
    encodings = ["utf-8-sig", "gb18030"]
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encodings.insert(0, "utf-16")
    for encoding in encodings:
        try:
            return _CONTROL.sub("", data.decode(encoding))
        except UnicodeDecodeError:
            continue
    return None


def _calendars(text: str, problems: list[Problem]) -> "Iterator[Calendar]":
    """The whole file, or, where one line spoils it, one event after the other."""
    from icalendar import Calendar

    try:
        yield from (each for each in Calendar.from_ical(text, multiple=True) if each.name == "VCALENDAR")  # fmt: skip
        return
    except (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError):
        pass  # the guilty one is found below and named
    zones = "\r\n".join(match[0] for match in ZONE.finditer(text))
    for number, match in enumerate(_EVENT.finditer(text), 1):
        alone = f"BEGIN:VCALENDAR\r\n{zones}\r\n{match[0]}\r\nEND:VCALENDAR\r\n"
        try:
            yield from Calendar.from_ical(alone, multiple=True)
        except (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError) as error:  # fmt: skip
            line = text.count("\n", 0, match.start()) + 1
            problems.append(Problem(_("event {n} (line {line})", n=number, line=line), str(error)[:300]))  # fmt: skip


class _Reader:
    """Collects events over the calendars of a file: exceptions belong to an event that may come later."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        self.masters: dict[str, tuple[int, Event]] = {}
        self.exceptions: list[tuple[str, date, Event | None]] = []
        self.number = 0
        self.rules: set[str] = set()

    def take(self, calendar: "Calendar") -> None:
        """Every event of a calendar."""
        floating = _zone_of(str(calendar.get("X-WR-TIMEZONE", ""))) or persons_zone()
        for component in calendar.subcomponents:
            if component.name == "VEVENT":
                self.number += 1
                title = _CONTROL.sub("", str(_first(component.get("SUMMARY")) or "")).strip()
                place = _("event {n} “{title}”", n=self.number, title=title[:60])
                try:
                    self._take(component, title, floating, place)
                except _Wrong as wrong:
                    self.problems.append(Problem(place, wrong.reason, wrong.value))
                except (OverflowError, ValueError, AttributeError, TypeError) as error:
                    self.problems.append(Problem(place, str(error)[:300]))

    def _take(self, component: Any, title: str, floating: ZoneInfo, place: str) -> None:
        start = self._moment(component, "DTSTART", floating, place)
        if start is None:
            raise _Wrong(_("it has no beginning (DTSTART)"))
        if component.get("RRULE") is not None and isinstance(component.get("RRULE"), list):
            raise _Wrong(_("it has more than one rule (RRULE)"))
        event = Event(
            title or _("(without a title)"),
            start,
            self._end(component, start, floating, place),
            self._rule(component),
            self._list(component, "EXDATE", start, floating, place),
            uid=str(_first(component.get("UID")) or ""),
            note=str(_first(component.get("DESCRIPTION")) or ""),
            place=str(_first(component.get("LOCATION")) or ""),
            url=str(_first(component.get("URL")) or ""),
            tags=tags_of(component),
            changed=_stamp(component),
        )
        event = event if event.uid else replace(event, uid=_uid(event))
        cancelled = str(component.get("STATUS", "")).upper() == "CANCELLED"
        replaced = self._moment(component, "RECURRENCE-ID", floating, place)
        if replaced is not None:
            if component["RECURRENCE-ID"].params.get("RANGE"):
                raise _Wrong(_("it changes every later occurrence, too (RANGE), which is not read"))
            alone = replace(event, rule=None, without=(), uid=f"{event.uid}/{replaced.isoformat()}")
            self.exceptions.append((event.uid, replaced, None if cancelled else alone))
            return
        if cancelled:
            raise _Wrong(_("it was cancelled"))
        self._keep(component, event, place)
        for extra in self._list(component, "RDATE", start, floating, place):
            span = event.end - event.start if event.end else None
            more = replace(
                event, start=extra, end=extra + span if span else None, rule=None, without=(), uid=f"{event.uid}/{extra.isoformat()}"
            )  # fmt: skip
            self._keep(component, more, place)

    def _keep(self, component: Any, event: Event, place: str) -> None:
        """The latest version of an event; a file may hold several."""
        sequence = int(str(_first(component.get("SEQUENCE")) or "0"))
        known = self.masters.get(event.uid)
        if known:
            self.problems.append(Problem(place, _("the same event stands in the file twice; the later version is read"), event.uid))  # fmt: skip
        if known is None or sequence >= known[0]:
            self.masters[event.uid] = (sequence, event)

    def events(self) -> list[Event]:
        """Everything that was understood, exceptions beside what they replace."""
        found = {uid: event for uid, (_sequence, event) in self.masters.items()}
        for uid, replaced, _instead in self.exceptions:
            if uid in found and found[uid].all_day != isinstance(replaced, datetime):
                found[uid] = replace(found[uid], without=(*found[uid].without, replaced))
        alone = [instead for _uid, _replaced, instead in self.exceptions if instead is not None]
        return [*found.values(), *alone]

    # ── parts of an event ────────────────────────────────────────────────────────────────────────────

    def _moment(self, component: Any, name: str, floating: ZoneInfo, place: str) -> date | None:
        given = _first(component.get(name))
        if given is None:
            return None
        when = day_or_time(given)
        if not isinstance(when, date):
            raise _Wrong(_("{name} is neither a day nor a time", name=name), str(given)[:60])
        if not isinstance(when, datetime):
            return when
        if when.tzinfo is None:
            said = str(given.params.get("TZID", ""))
            known = _zone_of(said)
            if said and known is None:
                self.problems.append(Problem(place, _("the zone {zone} is not known here; the time is taken as yours", zone=said)))  # fmt: skip
            when = when.replace(tzinfo=known or floating)
        when.astimezone(UTC)  # outside the years of the calendar: said here and not later
        return when

    def _end(self, component: Any, start: date, floating: ZoneInfo, place: str) -> date | None:
        lasts = day_or_time(_first(component.get("DURATION")))
        try:
            end = self._moment(component, "DTEND", floating, place)
        except _Wrong as wrong:
            self.problems.append(Problem(place, wrong.reason, wrong.value))
            return None
        if end is None and isinstance(lasts, timedelta) and lasts > timedelta(0):
            end = start + lasts
        if end is None:
            return None
        if isinstance(end, datetime) != isinstance(start, datetime) or end < start:
            self.problems.append(Problem(place, _("its end does not fit its beginning and is left out"), str(end)))  # fmt: skip
            return None
        return end if end > start else None

    def _rule(self, component: Any) -> str | None:
        rule = component.get("RRULE")
        if rule is None:
            return None
        written = rule.to_ical() if hasattr(rule, "to_ical") else str(rule)
        written = written.decode() if isinstance(written, bytes) else written
        self.rules.add(written)
        if len(self.rules) > MOST_RULES:
            raise _Wrong(_("more than {n} different rules in one calendar", n=MOST_RULES))
        try:
            return str(parse(written))
        except ValueError as error:
            raise _Wrong(_("its rule cannot be followed: {reason}", reason=error), written[:200]) from None  # fmt: skip

    def _list(
        self, component: Any, name: str, start: date, floating: ZoneInfo, place: str
    ) -> tuple[date, ...]:
        given = component.get(name)
        found: list[date] = []
        for group in given if isinstance(given, list) else [given] if given is not None else []:
            broken = is_broken(group)
            for each in () if broken else getattr(group, "dts", ()):
                when = each.dt
                if not isinstance(when, date) or isinstance(when, datetime) != isinstance(start, datetime):  # fmt: skip
                    self.problems.append(Problem(place, _("{name} does not fit the beginning and is left out", name=name), str(when)))  # fmt: skip
                    continue
                if isinstance(when, datetime) and when.tzinfo is None:
                    when = when.replace(tzinfo=getattr(start, "tzinfo", None) or floating)
                found.append(when)
            if broken or not hasattr(group, "dts"):
                self.problems.append(Problem(place, _("{name} is neither a day nor a time", name=name), str(group)[:60]))  # fmt: skip
        return tuple(found)


class _Wrong(Exception):
    """Why an event cannot be read."""

    def __init__(self, reason: str, value: str | None = None) -> None:
        super().__init__(reason)
        self.reason, self.value = reason, value


def _first(value: Any) -> Any:
    """Some programs write a property twice that may be there once."""
    return value[0] if isinstance(value, list) and value else None if value == [] else value


def is_broken(given: Any) -> bool:
    """Whether icalendar could not read a property; it then raises at every look into it."""
    from icalendar.prop import vBroken

    return isinstance(given, vBroken)


def day_or_time(given: Any) -> Any:
    """The day, time or duration of a property; None when it has none that can be read."""
    given = _first(given)
    return None if is_broken(given) else getattr(given, "dt", None)


def tags_of(component: Any) -> tuple[str, ...]:
    given = component.get("CATEGORIES")
    groups = given if isinstance(given, list) else [given] if given is not None else []
    words = (
        str(word).strip()
        for group in groups
        for word in (() if is_broken(group) else getattr(group, "cats", ()))
    )
    return tuple(dict.fromkeys(word for word in words if word))


def _stamp(component: Any) -> datetime | None:
    when = day_or_time(_first(component.get("LAST-MODIFIED") or component.get("DTSTAMP")))
    return when if isinstance(when, datetime) and when.tzinfo else None


def _zone_of(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
