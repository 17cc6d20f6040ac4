"""To-do lists of well-known apps, as they export them: Todoist, TickTick (滴答清单), Outlook and Microsoft To Do, OmniFocus.

Columns from the apps' own documentation: Todoist's CSV template, TickTick's backup, Outlook's task export (which holds what
Microsoft To Do keeps; that app has no export of its own), OmniFocus's CSV. Things has no table to export.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pgc_lib.areas.todo.short import parse
from pgc_lib.areas.todo.short_rules import checked_text
from pgc_lib.core.zone import zone
from pgc_lib.errors import Invalid, Problem
from pgc_lib.exchange.opening import opened
from pgc_lib.exchange.reading import LINE, Reading
from pgc_lib.exchange.todo_rows import Rows, clocked
from pgc_lib.i18n import N_, _

Row = Mapping[str, str]
_LABEL = re.compile(r"(?:^|(?<=\s))@([^\s@]+)")
_ISO = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?)?(?:Z|[+-]\d\d:?\d\d)?")


@dataclass(frozen=True)
class Table:
    """One app's table of to-dos."""

    name: str
    title: str
    needed: tuple[str, ...]
    """The columns by which its heading is known."""
    convert: "Callable[[Iterable[Row], Rows, Path], None]"

    def sniff(self, path: Path, _head: bytes) -> int:
        """By its heading."""
        try:
            return 90 if opened(path).heading(self.needed) is not None else 0
        except Invalid:
            return 0

    def read(self, path: Path, *, encoding: str | None = None, **_options: Any) -> Reading:
        """Its to-dos."""
        table = opened(path, encoding)
        heading = table.heading(self.needed)
        if heading is None:
            from pgc_lib.exchange.registry import unknown

            raise unknown(path)
        lines = (row for frame in table.tables(heading) for row in frame.iter_rows(named=True))
        rows = Rows(self.name)
        self.convert(lines, rows, path)
        return rows.reading()


# ── what they share ──────────────────────────────────────────────────────────────────────────────────


def _moment(text: str, place: str, rows: Rows) -> date | None:
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


def _due(found: date | None, zone_name: str = "", *, all_day: bool = False) -> dict[str, Any]:
    """A day, or a moment with its time of day."""
    if found is None:
        return {}
    if not isinstance(found, datetime):
        return {"due": found}
    try:
        ZoneInfo(zone_name or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        zone_name = ""
    if all_day:
        # What lasts all day begins at midnight where it was written down.
        return {"due": found.astimezone(ZoneInfo(zone_name) if zone_name else zone()).date()}
    return clocked(found, zone_name)


def _done(found: date | None) -> dict[str, Any]:
    if found is None:
        return {"done": True}
    moment = found if isinstance(found, datetime) else datetime.combine(found, time(12), zone())
    return {"done": True, "done_at": moment.astimezone(UTC)}


def _rule(text: str, values: dict[str, Any], place: str, rows: Rows) -> None:
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


def _place(row: Row) -> str:
    return _("line {n}", n=row[LINE])


def _filled(row: Row) -> dict[str, str]:
    return {name: value or "" for name, value in row.items()}


# ── each app ─────────────────────────────────────────────────────────────────────────────────────────


def _todoist(lines: Iterable[Row], rows: Rows, path: Path) -> None:
    """Labels stand in the text as @words; what is indented belongs to what stands above it; a section is a tag."""
    project = re.sub(r"\s*\[\d+\]$", "", path.stem).strip()
    section, above = "", dict[int, str]()
    for row in map(_filled, lines):
        kind, place = row["TYPE"].strip().lower(), _place(row)
        if kind == "section":
            section = row["CONTENT"].strip()
            above.clear()
        elif kind == "note" and rows.rows:
            before = rows.rows[-1]
            before["note"] = "\n\n".join(filter(None, [before.get("note", ""), row["CONTENT"]]))
        if kind != "task":
            continue
        labels = _LABEL.findall(row["CONTENT"])
        title = " ".join(_LABEL.sub("", row["CONTENT"]).split()) or row["CONTENT"]
        values: dict[str, Any] = {
            "title": title, "note": row.get("DESCRIPTION", ""), "project": project[:200],
            "tags": [*labels, *([section] if section else [])],
            "priority": {"1": 1, "2": 2, "3": 3}.get(row["PRIORITY"].strip()),
        }  # fmt: skip
        if row.get("DURATION_UNIT", "").strip() == "minute" and row["DURATION"].isdecimal():
            values["minutes"] = int(row["DURATION"])
        values |= _said(row["DATE"], place, rows)
        if "due" not in values and row.get("DEADLINE", "").strip():
            values |= _said(row["DEADLINE"], place, rows)
        depth = int(row["INDENT"]) if row["INDENT"].strip().isdecimal() else 1
        above[depth] = rows.add(values, line=int(row[LINE]), parent=above.get(depth - 1, ""))
        above = {level: uid for level, uid in above.items() if level <= depth}


def _said(text: str, place: str, rows: Rows) -> dict[str, Any]:
    """A day as people say it: ISO, or what the short syntax understands as a whole."""
    text = text.strip()
    if not text:
        return {}
    if _ISO.fullmatch(text):
        return _due(_moment(text, place, rows))
    for said in (text, f"@{text}", text.replace(" at ", " ")):
        parsed = parse(f"· {said}", datetime.now(zone()))
        if parsed.title == "·" and parsed.due is not None:
            begun = parsed.due if parsed.rule else None
            return {"due": parsed.due, "at": parsed.at, "rule": parsed.rule, "from_done": parsed.from_done, "begun": begun}  # fmt: skip
    rows.problems.append(Problem(place, _("this day cannot be read"), text))
    return {}


def _ticktick(lines: Iterable[Row], rows: Rows, _path: Path) -> None:
    """Times are in UTC with the zone beside them; priorities are 0, 1, 3 and 5."""
    for row in map(_filled, lines):
        place = _place(row)
        status = row["Status"].strip()
        if status == "-1":
            rows.problems.append(Problem(place, _("it was given up and is left out"), row["Title"][:60]))  # fmt: skip
            continue
        all_day = row.get("Is All Day", "").strip().lower() == "true"
        zone_name = row.get("Timezone", "").strip()
        tags = [each.strip() for each in row["Tags"].split(",") if each.strip()]
        content = row["Content"].replace("\r", "\n").strip()
        values: dict[str, Any] = {
            "title": row["Title"] or content[:100], "note": content, "project": row["List Name"].strip()[:200], "tags": tags,
            "priority": {"5": 1, "3": 2, "1": 3}.get(row["Priority"].strip()),
        }  # fmt: skip
        values |= _due(_moment(row["Due Date"], place, rows), zone_name, all_day=all_day)
        start = _due(_moment(row["Start Date"], place, rows), zone_name, all_day=all_day)
        if "due" not in values:
            values |= start
        elif start and start["due"] < values["due"]:
            values["start"] = start["due"]
        _rule(row["Repeat"], values, place, rows)
        if status in ("1", "2"):
            values |= _done(_moment(row["Completed Time"], place, rows))
        own, parent = row.get("taskId", "").strip(), row.get("parentId", "").strip()
        # A number counts within its list only, and lists are numbered anew in each export: the time it was made tells.
        made = row.get("Created Time", "").strip()
        uid = rows.made(values["title"], values["project"], made) if not own else f"ticktick:{own}:{made}"  # fmt: skip
        rows.add(
            values, line=int(row[LINE]), uid=uid, parent=f"ticktick:{parent}" if parent else ""
        )
    _whole_parents(rows)


def _whole_parents(rows: Rows) -> None:
    """A part names the number of what it belongs to; the identifier holds more than that."""
    whole = {":".join(row["uid"].split(":")[:2]): row["uid"] for row in rows.rows}
    rows.parents = {uid: whole[short] for uid, short in rows.parents.items() if short in whole}


def _outlook(lines: Iterable[Row], rows: Rows, _path: Path) -> None:
    """Days are 11/30/2026 or as the machine writes them; the whole column says which."""
    import polars as pl

    from pgc_lib.exchange import habits

    listed = [_filled(row) for row in lines]
    names = ("Start Date", "Due Date", "Date Completed")
    days: dict[str, Iterator[str | None]] = {}
    column = pl.Series([row[name] for row in listed for name in names if row.get(name)], dtype=pl.String)  # fmt: skip
    order = habits.order_of(column).order if column.len() else habits.YEAR_FIRST
    for name in names:
        values_ = pl.Series("d", [row.get(name, "") for row in listed], dtype=pl.String)
        days[name] = iter(values_.to_frame().select(habits.as_day(pl.col("d"), order)).to_series().to_list())  # fmt: skip
    for row in listed:
        place = _place(row)
        start, due, finished = (_moment(next(days[name]) or "", place, rows) for name in names)
        values: dict[str, Any] = {
            "title": row["Subject"], "note": row.get("Notes", "").strip(),
            "tags": [each.strip() for each in re.split("[;,]", row.get("Categories", "")) if each.strip()],
            "priority": {"high": 1, "low": 3}.get(row["Priority"].strip().lower()),
        }  # fmt: skip
        values |= _due(due)
        if start is not None and (due is None or start <= due):
            values["start"] = start
        if row["Status"].strip().lower().startswith("waiting"):
            values["waiting"] = _("somebody else")
        if finished is not None or row.get("% Complete", "").strip().rstrip("%") in ("1", "100"):
            values |= _done(finished)
        rows.add(values, line=int(row[LINE]))


def _omnifocus(lines: Iterable[Row], rows: Rows, _path: Path) -> None:
    """Numbers such as 3.1.2 say what belongs to what; a project is a row of its own."""
    projects: dict[str, str] = {}
    uids: dict[str, str] = {}
    for row in map(_filled, lines):
        place, number, kind = _place(row), row["Task ID"].strip(), row["Type"].strip().lower()
        if kind == "project":
            projects[number] = row["Name"].strip()
            continue
        if kind != "action":
            continue
        above = number.rpartition(".")[0]
        tags = [each.strip() for each in row.get("Tags", "").split(",") if each.strip()]
        contexts = [row["Context"].strip()] if row.get("Context", "").strip() else []
        values: dict[str, Any] = {
            "title": row["Name"], "note": row.get("Notes", "").strip(), "tags": tags, "contexts": contexts,
            "project": row.get("Project", "").strip() or projects.get(number.split(".")[0], ""),
            "priority": 1 if row.get("Flagged", "").strip() in ("1", "true") else None,
            "minutes": _length(row.get("Duration", "")),
        }  # fmt: skip
        values |= _due(_moment(row["Due Date"].replace(" +0000", "+0000"), place, rows))
        start = _moment(row["Start Date"].replace(" +0000", "+0000"), place, rows)
        day = start.astimezone(zone()).date() if isinstance(start, datetime) else start
        if day is not None and ("due" not in values or day <= values["due"]):
            values["start"] = day
        if row.get("Completion Date", "").strip():
            values |= _done(_moment(row["Completion Date"].replace(" +0000", "+0000"), place, rows))
        uids[number] = rows.add(values, line=int(row[LINE]), parent=uids.get(above, ""))


def _length(text: str) -> int | None:
    """`30m`, `1h 30m`, or minutes."""
    found = re.fullmatch(r"(?:(\d{1,3})h)?\s*(?:(\d{1,4})m?)?", text.strip())
    if found is None or not (found[1] or found[2]):
        return None
    return int(found[1] or 0) * 60 + int(found[2] or 0)


IMPORTERS = (
    Table(
        "todoist",
        "Todoist (CSV)",
        ("TYPE", "CONTENT", "PRIORITY", "INDENT", "DATE"),
        _todoist,
    ),
    Table(
        "ticktick",
        N_("TickTick (CSV)"),
        ("List Name", "Title", "Tags", "Content", "Start Date", "Due Date", "Repeat", "Priority", "Status", "Completed Time"),
        _ticktick,
    ),
    Table(
        "outlook_tasks",
        N_("Tasks of Outlook and Microsoft To Do (CSV)"),
        ("Subject", "Start Date", "Due Date", "Priority", "Status"),
        _outlook,
    ),
    Table(
        "omnifocus",
        "OmniFocus (CSV)",
        ("Task ID", "Type", "Name", "Start Date", "Due Date", "Completion Date"),
        _omnifocus,
    ),
)  # fmt: skip
