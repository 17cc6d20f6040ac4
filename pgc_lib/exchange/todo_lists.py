"""To-dos of TickTick (滴答清单) and of Things, whose tables hold more than one row's worth in a row, or less.

TickTick's backup keeps the points of a checklist as lines of its text, and says times in UTC with the zone beside them. Things
has no table of its own to export; `things-cli --csv` makes one of its database, where the points of a checklist stand above
the to-do that they belong to, and what is in several lists stands there several times.
"""

import re
from ast import literal_eval
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from pgc_lib.core.zone import zone
from pgc_lib.errors import Problem
from pgc_lib.exchange import todo_days
from pgc_lib.exchange.reading import LINE
from pgc_lib.exchange.todo_labels import said_in_labels
from pgc_lib.exchange.todo_rows import Rows
from pgc_lib.i18n import _

Row = Mapping[str, str]
_POINT = re.compile(r"\s*([▫▪☐☑✓])\s*(\S.*?)\s*")
_DONE = "▪☑✓"
FORMULA = re.compile(r"[=+\-@\t\r]")
"""How a text begins that a spreadsheet would take for a formula."""
INBOX = ("inbox", "收集箱", "收件箱")
_TRIGGER = re.compile(
    r"(?:TRIGGER(?:;[^:]*)?:)?([+-]?)P(?:(\d{1,4})W)?(?:(\d{1,4})D)?(?:T(?:(\d{1,5})H)?(?:(\d{1,6})M)?(?:\d+S)?)?"
)  # fmt: skip


def place_of(row: Row) -> str:
    """Where a row stands, for whoever is told of it."""
    return _("line {n}", n=row[LINE])


def filled(row: Row) -> dict[str, str]:
    """A row without empty cells that are nothing."""
    return {name: value or "" for name, value in row.items()}


def ticktick(lines: Iterable[Row], rows: Rows, _path: Path) -> None:
    """Priorities are 0, 1, 3 and 5; a column of a board is a tag; the inbox is no project."""
    for row in map(filled, lines):
        place = place_of(row)
        status, content = row["Status"].strip(), row["Content"].replace("\r\n", "\n").replace("\r", "\n").strip()  # fmt: skip
        if not (row["Title"].strip() or content):
            continue  # an empty line in the app
        if status == "-1":
            rows.problems.append(Problem(place, _("it was given up and is left out"), row["Title"][:60]))  # fmt: skip
            continue
        content, listed = bare(content), bare(row["List Name"].strip())[:200]
        column = row.get("Column Name", "").strip()
        said = said_in_labels(each.strip() for each in bare(row["Tags"]).split(",") if each.strip())
        tags = said["tags"]
        points: list[tuple[str, bool]] = []
        if row.get("Kind", "").strip() == "CHECKLIST" or row.get("Is Check list", "").strip() == "Y":  # fmt: skip
            content, points = _checklist(content)
        title = bare(row["Title"]) or content[:100] or points[0][0]
        values: dict[str, Any] = {
            **said, "title": title, "note": content, "tags": [*tags, *([column] if column and column not in tags else [])],
            "project": "" if listed.lstrip("📥 ").lower() in INBOX else listed,
            "priority": {"5": 1, "3": 2, "1": 3}.get(row["Priority"].strip()),
            **_when(row, place, rows),
        }  # fmt: skip
        todo_days.rule(row["Repeat"], values, place, rows)
        if status in ("1", "2"):
            values |= todo_days.done(todo_days.moment(row["Completed Time"], place, rows))
        own, parent = row.get("taskId", "").strip(), row.get("parentId", "").strip()
        # A number counts within its list only, and lists are numbered anew in each export: the time it was made tells.
        made = row.get("Created Time", "").strip()
        uid = f"ticktick:{own}:{made}" if own else rows.made(title, listed, made)
        above = f"ticktick:{parent}" if parent else ""
        uid = rows.add(values, line=int(row[LINE]), uid=uid, parent=above)
        _add_points(points, values, uid, int(row[LINE]), rows)
    _whole_parents(rows)


def bare(text: str) -> str:
    """Without the apostrophe that kept a spreadsheet from taking it for a formula."""
    return text[1:] if text[:1] == "'" and FORMULA.match(text[1:]) else text


def _when(row: Row, place: str, rows: Rows) -> dict[str, Any]:
    """When it is due, from when on it counts, and when one wants to be told."""
    all_day = row.get("Is All Day", "").strip().lower() == "true"
    floating = row.get("Is Floating", "").strip().lower() == "true"
    zone_name = row.get("Timezone", "").strip()
    due, start = (
        todo_days.due(todo_days.moment(row[name], place, rows), zone_name, all_day=all_day, floating=floating)
        for name in ("Due Date", "Start Date")
    )  # fmt: skip
    values = due or start
    if due and start and start["due"] < due["due"]:
        values["start"] = start["due"]
    if values and (told := _reminders(row.get("Reminder", ""), timed="at" in values)):
        values["remind"] = told
    return values


def _reminders(text: str, *, timed: bool) -> list[str]:
    """How long before, of triggers as calendars write them; a whole day begins at midnight and is told of in the morning."""
    found: list[str] = []
    for each in re.split(r"[\s,]+", text.strip()):
        match = _TRIGGER.fullmatch(each) if each else None
        if match is None:
            continue
        weeks, days, hours, minutes = (int(part or 0) for part in match.groups()[1:])
        total = ((weeks * 7 + days) * 24 + hours) * 60 + minutes
        before = total if match[1] == "-" else 0
        if before > 366 * 1440:
            continue
        if not timed:
            found.append(f"{-(-before // 1440)}d" if before else "0m")
        else:
            found.append(f"{before // 1440}d" if before and before % 1440 == 0 else f"{before}m")
    return list(dict.fromkeys(found))[:20]


def _checklist(content: str) -> tuple[str, list[tuple[str, bool]]]:
    """What a checklist says besides, and its points with whether they are done."""
    points: list[tuple[str, bool]] = []
    rest: list[str] = []
    for line in content.split("\n"):
        if found := _POINT.fullmatch(line):
            points.append((found[2], found[1] in _DONE))
        else:
            rest.append(line)
    return "\n".join(rest).strip(), points


def _add_points(
    points: Iterable[tuple[str, bool]], whole: Mapping[str, Any], uid: str, line: int, rows: Rows
) -> None:
    """Each point is a step of its own; all of them are done where the whole is."""
    for title, ticked in points:
        values = {"title": title, "project": whole.get("project", "")}
        if ticked or whole.get("done"):
            values |= {"done": True, "done_at": whole.get("done_at")}
        rows.add(values, line=line, uid=rows.made(uid, title), parent=uid)


def _whole_parents(rows: Rows) -> None:
    """A part names the number of what it belongs to; the identifier holds more than that."""
    known = {row["uid"] for row in rows.rows}
    whole = {":".join(uid.split(":")[:2]): uid for uid in known if re.match(r"ticktick:\d+:", uid)}
    whole |= {uid: uid for uid in known}
    rows.parents = {uid: whole[above] for uid, above in rows.parents.items() if above in whole}


# ── Things ───────────────────────────────────────────────────────────────────────────────────────────


def things(lines: Iterable[Row], rows: Rows, _path: Path) -> None:
    """A heading is a tag, an area stands for a project where there is none; points come before what they belong to."""
    seen: set[str] = set()
    points: list[tuple[str, bool]] = []
    for row in map(filled, lines):
        place, kind, own = place_of(row), row["type"].strip(), row["uuid"].strip()
        state = row["status"].strip()
        if kind == "checklist-item":
            points.append((row["title"].strip(), state == "completed"))
            continue
        mine, points = points, []
        if kind != "to-do" or own in seen or row.get("trashed", "").strip() == "True":
            continue
        seen.add(own)
        if state == "canceled":
            rows.problems.append(Problem(place, _("it was given up and is left out"), row["title"][:60]))  # fmt: skip
            continue
        heading = row.get("heading_title", "").strip()
        project = row.get("project_title", "").strip() or row.get("area_title", "").strip()
        when = todo_days.due(todo_days.moment(row["start_date"], place, rows))
        if when and re.fullmatch(r"\d\d:\d\d", clock := row.get("reminder_time", "").strip()):
            when |= {"at": clock, "remind": ["0m"]}
        last = todo_days.due(todo_days.moment(row["deadline"], place, rows))
        values: dict[str, Any] = {
            "title": row["title"], "note": row.get("notes", "").strip(), "project": project[:200],
            "tags": [*_tags(row.get("tags", "")), *([heading] if heading else [])],
            **todo_days.both(when, last),
        }  # fmt: skip
        if state == "completed":
            values |= todo_days.done(_stopped(row["stop_date"], place, rows))
        uid = rows.add(values, line=int(row[LINE]), uid=f"things:{own}" if own else "")
        _add_points([each for each in mine if each[0]], values, uid, int(row[LINE]), rows)


def _stopped(text: str, place: str, rows: Rows) -> Any:
    found = todo_days.moment(text, place, rows)
    return found.replace(tzinfo=zone()) if isinstance(found, datetime) else found


def _tags(text: str) -> list[str]:
    """`['Home', 'Errand']`, as Python writes it; or words between commas."""
    try:
        found = literal_eval(text) if text.startswith("[") else text.split(",")
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        found = text.strip("[]").split(",")
    return [str(each).strip().strip("'\"") for each in found if str(each).strip()]
