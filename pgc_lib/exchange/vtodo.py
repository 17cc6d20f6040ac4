"""To-dos in calendars (RFC 5545, VTODO): out as bytes, and in with what was wrong.

A calendar holds both, so a file with events and to-dos is read as both. What the standard has no word for travels under
`X-PGC-…`, which other programs keep or drop.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, UUID, uuid5

from pgc_lib import __version__
from pgc_lib.areas.todo.before import offset, span
from pgc_lib.areas.todo.short_rules import checked_text
from pgc_lib.core.zone import zone as persons_zone
from pgc_lib.errors import Problem
from pgc_lib.exchange import ics
from pgc_lib.exchange.reading import Reading
from pgc_lib.exchange.todo_rows import Rows, clocked
from pgc_lib.exchange.todotxt import identifier
from pgc_lib.i18n import N_, _

if TYPE_CHECKING:
    from pgc_lib.areas.todo.records import Todo

LARGEST = 32 * 2**20
MOST = 50_000
_TODO = re.compile(r"^BEGIN:VTODO[ \t]*\r?$.*?^END:VTODO[ \t]*\r?$", re.MULTILINE | re.DOTALL | re.IGNORECASE)  # fmt: skip
_ESCAPED = re.compile(r"\\([nN,;\\])")
_OWN = ("project", "waiting", "what", "result", "learning")
_TO_ICS = {1: 1, 2: 5, 3: 9}


# ── out ──────────────────────────────────────────────────────────────────────────────────────────────


def write(todos: Iterable["Todo"], *, name: str = "") -> bytes:
    """A calendar of to-dos."""
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", f"-//PGC//pgc-lab {__version__}//EN")
    calendar.add("version", "2.0")
    if name:
        calendar.add("x-wr-calname", name)
    listed = list(todos)
    names = {each.id: identifier(each) for each in listed if each.version}
    zones = False
    for each in listed:
        calendar.add_component(_component(each, names.get(each.parent) if each.parent else None))
        zones = zones or bool(each.at)
    if zones:
        calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def _component(todo: "Todo", parent: str | None) -> Any:
    from icalendar import Alarm, vRecur, vText
    from icalendar import Todo as Component

    made = Component()
    made.add("uid", identifier(todo) or f"{uuid5(NAMESPACE_URL, todo.title)}@pgc")
    made.add("dtstamp", (todo.updated_at or datetime(1970, 1, 1, tzinfo=UTC)).astimezone(UTC))
    if todo.updated_at is not None:
        made.add("last-modified", todo.updated_at.astimezone(UTC))
    made.add("summary", todo.title)
    due = todo.moment
    if due is not None:
        made.add("due", due)
    if todo.rule and due is not None:
        # A rule counts from DTSTART, so it is the first due day; what may not begin earlier says so below.
        first = _first(todo, due)
        made.add("dtstart", first)
        made.add("rrule", vRecur.from_ical(ics.until_fitting(todo.rule, first)))
    elif todo.start is not None and not isinstance(due, datetime):
        made.add("dtstart", todo.start)
    if todo.start is not None and (todo.rule or isinstance(due, datetime)):
        made.add("x-pgc-start", todo.start.isoformat())
    made.add("status", "COMPLETED" if todo.done else "NEEDS-ACTION")
    if todo.done:
        made.add("percent-complete", 100)
    if todo.done_at is not None:
        made.add("completed", todo.done_at.astimezone(UTC))
    if todo.priority:
        made.add("priority", _TO_ICS[todo.priority])
    if todo.tags:
        made.add("categories", list(todo.tags))
    if todo.note:
        made.add("description", todo.note)
    if parent:
        made.add("related-to", parent)
    for field in _OWN:
        if text := getattr(todo, field):
            made.add(f"x-pgc-{field}", vText(text))
    if todo.contexts:
        made.add("x-pgc-contexts", vText("\n".join(todo.contexts)))
    if todo.waiting_since:
        made.add("x-pgc-waiting-since", todo.waiting_since.isoformat())
    if todo.minutes:
        made.add("x-pgc-minutes", str(todo.minutes))
    if todo.from_done:
        made.add("x-pgc-from-done", "TRUE")
    for each in todo.remind if due is not None else ():
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", todo.title)
        alarm.add("trigger", -span(each), parameters={"RELATED": "END"})
        made.add_component(alarm)
    return made


def _first(todo: "Todo", due: date) -> date:
    if todo.begun is None or todo.due is None:
        return due
    earlier = todo.due - todo.begun
    if isinstance(due, datetime):
        return datetime.combine(todo.begun, due.time(), due.tzinfo)
    return due - earlier


# ── in ───────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class VTodo:
    """The importer of to-dos in calendars."""

    name: str = "vtodo"
    title: str = N_("To-dos of a calendar (ICS)")

    def sniff(self, path: Path, head: bytes) -> int:
        """Better than the importer of events wherever there is a to-do."""
        if b"BEGIN:VCALENDAR" not in head[:4096].replace(b"\0", b"").upper():
            return 0
        if path.stat().st_size > LARGEST:
            return 0
        return 95 if b"BEGIN:VTODO" in path.read_bytes().replace(b"\0", b"").upper() else 0

    def read(self, path: Path, **options: Any) -> Reading:
        """Its to-dos, and its events where it has some."""
        from pgc_lib.exchange import plans

        data = path.read_bytes()
        todos = read(data)
        if b"BEGIN:VEVENT" not in data.replace(b"\0", b"").upper():
            return todos
        events = plans.IMPORTER.read(path, **options)

        def keep(session: Any, batch: UUID) -> Any:
            return [each for one in (todos, events) if one.keep for each in one.keep(session, batch)]  # fmt: skip

        problems = [*todos.problems, *events.problems]
        return replace(todos, parts=[*todos.parts, *events.parts], problems=problems, keep=keep)


def read(data: bytes) -> Reading:
    """The to-dos of a calendar."""
    from icalendar import Calendar

    problems: list[Problem] = []
    text = ics.text_of(data) if len(data) <= LARGEST else None
    if text is None:
        return Reading(problems=[Problem("", _("this is no calendar that can be read"))])
    if len(re.findall(r"^BEGIN:VTODO", text, re.MULTILINE | re.IGNORECASE)) > MOST:
        return Reading(problems=[Problem("", _("more than {n} to-dos in one calendar", n=MOST))])
    rows = Rows("vtodo", problems=problems)
    zones = "\r\n".join(found[0] for found in ics.ZONE.finditer(text))
    for number, found in enumerate(_TODO.finditer(text), 1):
        line = text.count("\n", 0, found.start()) + 1
        place = _("line {n}", n=line)
        alone = f"BEGIN:VCALENDAR\r\n{zones}\r\n{found[0]}\r\nEND:VCALENDAR\r\n"
        try:
            (calendar,) = Calendar.from_ical(alone, multiple=True)
            for component in calendar.walk("VTODO"):
                _take(component, rows, line)
        except (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError) as error:  # fmt: skip
            problems.append(Problem(place, str(error)[:300] or type(error).__name__, number))
    return rows.reading()


def _take(component: Any, rows: Rows, line: int) -> None:
    place = _("line {n}", n=line)
    status = _text(component, "STATUS").upper()
    title = _text(component, "SUMMARY") or _("(without a title)")
    if status == "CANCELLED":
        rows.problems.append(Problem(place, _("it was cancelled"), title[:60]))
        return
    if component.get("RECURRENCE-ID") is not None:
        rows.problems.append(Problem(place, _("one turn that differs from the others is not read"), title[:60]))  # fmt: skip
        return
    values: dict[str, Any] = {"title": title, "note": _text(component, "DESCRIPTION"), "tags": list(ics.tags_of(component))}  # fmt: skip
    values |= _times(component, rows, place)
    done = status == "COMPLETED" or component.get("COMPLETED") is not None
    if done:
        when = ics.day_or_time(component.get("COMPLETED"))
        values["done"] = True
        values["done_at"] = when if isinstance(when, datetime) and when.tzinfo else None
    priority = _number(_text(component, "PRIORITY"))
    if 1 <= priority <= 9:
        values["priority"] = 1 if priority < 5 else 2 if priority == 5 else 3
    for field in _OWN:
        values[field] = _text(component, f"X-PGC-{field}")
    values["contexts"] = _text(component, "X-PGC-CONTEXTS").split("\n") if _text(component, "X-PGC-CONTEXTS") else []  # fmt: skip
    since = _text(component, "X-PGC-WAITING-SINCE")
    values["waiting_since"] = date.fromisoformat(since) if since else None
    values["minutes"] = _number(_text(component, "X-PGC-MINUTES")) or None
    if values.get("due"):
        values["remind"] = _alarms(component, rows, place)
    uid, parent = _text(component, "UID")[:500], _text(component, "RELATED-TO")[:500]
    rows.add(values, line=line, uid=uid, parent=parent)


def _times(component: Any, rows: Rows, place: str) -> dict[str, Any]:
    due = ics.day_or_time(component.get("DUE"))
    start = ics.day_or_time(component.get("DTSTART"))
    lasts = ics.day_or_time(component.get("DURATION"))
    if due is None and isinstance(start, date) and isinstance(lasts, timedelta):
        due = start + lasts
    values: dict[str, Any] = {}
    rule = _rule(component, rows, place)
    if due is None and rule and isinstance(start, date):
        due = start
    if isinstance(due, datetime):
        values |= clocked(*_zoned(due))
    elif isinstance(due, date):
        values["due"] = due
    if rule and "due" in values:
        begun = start.date() if isinstance(start, datetime) else start
        values |= {"rule": rule, "begun": begun if isinstance(begun, date) and begun <= values["due"] else values["due"],
                   "from_done": _text(component, "X-PGC-FROM-DONE") == "TRUE"}  # fmt: skip
    elif rule:
        rows.problems.append(Problem(place, _("what repeats needs the day on which it is due first")))  # fmt: skip
    first = _text(component, "X-PGC-START")
    begins: date | None = None
    if first:
        begins = date.fromisoformat(first)
    elif not rule and isinstance(start, date):
        begins = start.astimezone(persons_zone()).date() if isinstance(start, datetime) and start.tzinfo else start.date() if isinstance(start, datetime) else start  # fmt: skip
    if begins and ("due" not in values or begins <= values["due"]):
        values["start"] = begins
    elif begins:
        rows.problems.append(Problem(place, _("it would begin after it is due"), str(begins)))
    return values


def _zoned(moment: datetime) -> tuple[datetime, str]:
    """A moment with the name of its zone; one without a zone is meant in the person's."""
    if moment.tzinfo is None:
        return moment.replace(tzinfo=persons_zone()), ""
    name = str(getattr(moment.tzinfo, "key", ""))
    return moment, "" if name in ("", "UTC") else name


def _rule(component: Any, rows: Rows, place: str) -> str | None:
    rule = component.get("RRULE")
    if rule is None:
        return None
    if isinstance(rule, list):
        rows.problems.append(Problem(place, _("it has more than one rule (RRULE)")))
        return None
    try:
        return checked_text(rule.to_ical().decode())
    except (ValueError, AttributeError) as error:
        rows.problems.append(Problem(place, _("its rule cannot be followed: {reason}", reason=error)))  # fmt: skip
        return None


def _alarms(component: Any, rows: Rows, place: str) -> list[str]:
    found: list[str] = []
    for alarm in component.walk("VALARM"):
        trigger = ics.day_or_time(alarm.get("TRIGGER"))
        if not isinstance(trigger, timedelta) or trigger > timedelta(0):
            rows.problems.append(Problem(place, _("a reminder that does not count from the due time is left out")))  # fmt: skip
            continue
        minutes = int(-trigger.total_seconds() // 60)
        # Days are days on the calendar, as most programs mean them.
        text = f"{minutes // 1440}d" if minutes and minutes % 1440 == 0 else f"{minutes // 60}h" if minutes and minutes % 60 == 0 else f"{minutes}m"  # fmt: skip
        try:
            found.append(offset(text))
        except ValueError as error:
            rows.problems.append(Problem(place, str(error)))
    return list(dict.fromkeys(found))


def _text(component: Any, name: str) -> str:
    given = component.get(name)
    given = given[0] if isinstance(given, list) and given else given
    if given is None or ics.is_broken(given):
        return ""
    text = str(given).strip()
    # What has no type of its own comes as it stands in the file.
    return _ESCAPED.sub(_meant, text) if name.startswith("X-") else text


def _meant(found: re.Match[str]) -> str:
    return "\n" if found[1] in "nN" else found[1]


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0


IMPORTER = VTodo()
