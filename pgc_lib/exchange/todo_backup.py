"""To-dos as the backup of TickTick (滴答清单), which that app and others take in: lists, steps, days, rules, what is done.

Contexts and whom one waits for are tags there and read back from them. What has no place there is not in it: summaries; a rule
counted from completion counts from the day.
A text that a spreadsheet would take for a formula has an apostrophe in front, as in every table that the lab writes.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

from pgc_lib.areas.todo.records import Todo
from pgc_lib.core.zone import zone
from pgc_lib.exchange.todo_labels import context, label_of
from pgc_lib.exchange.todo_lists import FORMULA

_HEADING = (
    "Folder Name", "List Name", "Title", "Kind", "Tags", "Content", "Is Check list", "Start Date", "Due Date", "Reminder",
    "Repeat", "Priority", "Status", "Created Time", "Completed Time", "Order", "Timezone", "Is All Day", "Is Floating",
    "Column Name", "Column Order", "View Mode", "taskId", "parentId",
)  # fmt: skip
_STATUS = "Status: \n0 Normal\n1 Completed\n2 Archived"


def written(todos: Iterable[Todo]) -> bytes:
    """The whole file."""
    text = io.StringIO()
    sheet = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
    sheet.writerows([[f"Date: {datetime.now(UTC):%Y-%m-%d}+0000"], ["Version: 7.1"], [_STATUS]])
    sheet.writerow(_HEADING)
    # Numbers in the order in which they were made, so that they are the same in the next file.
    ordered = sorted(todos, key=lambda todo: (todo.created_at or datetime.min.replace(tzinfo=UTC), todo.id))  # fmt: skip
    numbers = {todo.id: n for n, todo in enumerate(ordered, 1)}
    sheet.writerows(list(_row(todo, numbers)) for todo in ordered)
    return text.getvalue().encode("utf-8-sig")


def write(todos: Iterable[Todo], path: Path) -> Path:
    """Write it."""
    path.write_bytes(written(todos))
    return path


def _row(todo: Todo, numbers: dict[UUID, int]) -> Iterator[str]:
    clock = ZoneInfo(todo.zone) if todo.zone else zone()
    due = _moment(todo.due, todo.at, clock)
    yield from ("", _text(todo.project or "Inbox"), _text(todo.title), "TEXT")
    yield _text(", ".join(_tags(todo)))
    yield from (_text(todo.note), "N", _moment(todo.start, "", clock) or due, due)
    yield "\n".join(_trigger(each) for each in todo.remind)
    yield f"RRULE:{todo.rule}" if todo.rule else ""
    yield {1: "5", 2: "3", 3: "1"}.get(todo.priority or 0, "0")
    yield "2" if todo.done else "0"
    yield from (_utc(todo.created_at), _utc(todo.done_at) if todo.done else "")
    yield str(-numbers[todo.id])
    yield from (clock.key, str(bool(todo.due) and not todo.at).lower(), "false", "", "", "list")
    yield str(numbers[todo.id])
    yield str(numbers.get(todo.parent, "")) if todo.parent else ""


def _tags(todo: Todo) -> Iterator[str]:
    yield from (tag.replace(",", " ") for tag in todo.tags)
    yield from map(context, todo.contexts)
    if todo.waiting:
        yield label_of(waiting=todo.waiting)


def _moment(day: date | None, at: str, clock: ZoneInfo) -> str:
    if day is None:
        return ""
    return _utc(datetime.combine(day, time.fromisoformat(at) if at else time(), clock))


def _utc(moment: datetime | None) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}+0000" if moment else ""


def _trigger(offset: str) -> str:
    """`15m` as `-PT15M`, `1d` as `-P1D`."""
    number, unit = offset[:-1], offset[-1].upper()
    if not int(number):
        return "PT0S"
    return f"-P{number}{unit}" if unit in "DW" else f"-PT{number}{unit}"


def _text(text: str) -> str:
    return f"'{text}" if FORMULA.match(text) else text
