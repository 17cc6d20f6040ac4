"""To-do lists of well-known apps, as they export them: Todoist, TickTick (滴答清单), Outlook and Microsoft To Do, OmniFocus, Things.

Columns from the apps' own documentation: Todoist's CSV template, TickTick's backup, Outlook's task export in English and Chinese
(which holds what Microsoft To Do keeps; that app has no export of its own), OmniFocus's CSV, and `things-cli` for Things.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pgc_lib.core.zone import zone
from pgc_lib.errors import Invalid
from pgc_lib.exchange import todo_days, todoist
from pgc_lib.exchange.opening import Opened, opened
from pgc_lib.exchange.reading import LINE, Reading
from pgc_lib.exchange.todo_lists import Row, filled, place_of, things, ticktick
from pgc_lib.exchange.todo_rows import Rows
from pgc_lib.i18n import N_, _


@dataclass(frozen=True)
class Table:
    """One app's table of to-dos."""

    name: str
    title: str
    needed: tuple[str, ...]
    """The columns by which its heading is known."""
    convert: "Callable[[Iterable[Row], Rows, Path], None]"
    or_else: tuple[tuple[str, ...], ...] = ()
    """The same columns as the app names them in other languages."""

    def sniff(self, path: Path, _head: bytes) -> int:
        """By its heading."""
        try:
            return 90 if self._heading(opened(path)) is not None else 0
        except Invalid:
            return 0

    def read(self, path: Path, *, encoding: str | None = None, **_options: Any) -> Reading:
        """Its to-dos."""
        table = opened(path, encoding)
        heading = self._heading(table)
        if heading is None:
            from pgc_lib.exchange.registry import unknown

            raise unknown(path)
        lines = (row for frame in table.tables(heading) for row in frame.iter_rows(named=True))
        rows = Rows(self.name)
        self.convert(lines, rows, path)
        return rows.reading()

    def _heading(self, table: Opened) -> int | None:
        found = (table.heading(names) for names in (self.needed, *self.or_else))
        return next((number for number in found if number is not None), None)


# ── each app ─────────────────────────────────────────────────────────────────────────────────────────


_CHINESE = {
    "主题": "Subject", "开始日期": "Start Date", "截止日期": "Due Date", "到期日期": "Due Date", "完成日期": "Date Completed",
    "提醒打开/关闭": "Reminder On/Off", "提醒开/关": "Reminder On/Off", "提醒日期": "Reminder Date",
    "% 完成": "% Complete", "完成百分比": "% Complete", "%完成": "% Complete", "类别": "Categories",
    "便笺": "Notes", "附注": "Notes", "备注": "Notes", "优先级": "Priority", "状态": "Status",
}  # fmt: skip
"""What Outlook in Chinese calls its columns, over the years."""
_URGENCY = {"high": 1, "高": 1, "low": 3, "低": 3}
_YES = ("true", "yes", "on", "是", "真", "打开", "开")
_WAITING = ("waiting", "正在等", "等待")
_FINISHED = ("completed", "已完成")


def _outlook(lines: Iterable[Row], rows: Rows, _path: Path) -> None:
    """Days are 11/30/2026 or as the machine writes them; the whole column says which."""
    import polars as pl

    from pgc_lib.exchange import habits

    listed = [{_CHINESE.get(name, name): value for name, value in filled(row).items()} for row in lines]  # fmt: skip
    names = ("Start Date", "Due Date", "Date Completed", "Reminder Date")
    days: dict[str, Iterator[str | None]] = {}
    column = pl.Series([row[name] for row in listed for name in names if row.get(name)], dtype=pl.String)  # fmt: skip
    order = habits.order_of(column).order if column.len() else habits.YEAR_FIRST
    for name in names:
        values_ = pl.Series("d", [row.get(name, "") for row in listed], dtype=pl.String)
        days[name] = iter(values_.to_frame().select(habits.as_day(pl.col("d"), order)).to_series().to_list())  # fmt: skip
    for row in listed:
        place, state = place_of(row), row["Status"].strip().lower()
        start, due, finished, told = (todo_days.moment(next(days[name]) or "", place, rows) for name in names)  # fmt: skip
        values: dict[str, Any] = {
            "title": row["Subject"], "note": row.get("Notes", "").strip(),
            "tags": [each.strip() for each in re.split("[;,；，]", row.get("Categories", "")) if each.strip()],
            "priority": _URGENCY.get(row["Priority"].strip().lower()),
        }  # fmt: skip
        values |= todo_days.due(due)
        if start is not None and (due is None or start <= due):
            values["start"] = start
        if due and told and told <= due and row.get("Reminder On/Off", "").strip().lower() in _YES:
            values["remind"] = [f"{(due - told).days}d" if told < due else "0m"]
        if state.startswith(_WAITING):
            values["waiting"] = _("somebody else")
        ticked = row.get("% Complete", "").strip().rstrip("%") in ("1", "100")
        if finished is not None or ticked or state in _FINISHED:
            values |= todo_days.done(finished)
        rows.add(values, line=int(row[LINE]))


def _omnifocus(lines: Iterable[Row], rows: Rows, _path: Path) -> None:
    """Numbers such as 3.1.2 say what belongs to what; a project is a row of its own."""
    projects: dict[str, str] = {}
    uids: dict[str, str] = {}
    for row in map(filled, lines):
        place, number, kind = place_of(row), row["Task ID"].strip(), row["Type"].strip().lower()
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
        values |= todo_days.due(
            todo_days.moment(row["Due Date"].replace(" +0000", "+0000"), place, rows)
        )
        start = todo_days.moment(row["Start Date"].replace(" +0000", "+0000"), place, rows)
        day = start.astimezone(zone()).date() if isinstance(start, datetime) else start
        if day is not None and ("due" not in values or day <= values["due"]):
            values["start"] = day
        if row.get("Completion Date", "").strip():
            values |= todo_days.done(
                todo_days.moment(row["Completion Date"].replace(" +0000", "+0000"), place, rows)
            )
        uids[number] = rows.add(values, line=int(row[LINE]), parent=uids.get(above, ""))


def _length(text: str) -> int | None:
    """`30m`, `1h 30m`, or minutes."""
    found = re.fullmatch(r"(?:(\d{1,3})h)?\s*(?:(\d{1,4})m?)?", text.strip())
    if found is None or not (found[1] or found[2]):
        return None
    return int(found[1] or 0) * 60 + int(found[2] or 0)


IMPORTERS = (
    todoist.Backup(),
    Table(
        "todoist",
        "Todoist (CSV)",
        ("TYPE", "CONTENT", "PRIORITY", "INDENT", "DATE"),
        todoist.read,
    ),
    Table(
        "ticktick",
        N_("TickTick (CSV)"),
        ("List Name", "Title", "Tags", "Content", "Start Date", "Due Date", "Repeat", "Priority", "Status", "Completed Time"),
        ticktick,
    ),
    Table(
        "outlook_tasks",
        N_("Tasks of Outlook and Microsoft To Do (CSV)"),
        ("Subject", "Start Date", "Due Date", "Priority", "Status"),
        _outlook,
        (("主题", "开始日期", "截止日期", "优先级", "状态"), ("主题", "开始日期", "到期日期", "优先级", "状态")),
    ),
    Table(
        "omnifocus",
        "OmniFocus (CSV)",
        ("Task ID", "Type", "Name", "Start Date", "Due Date", "Completion Date"),
        _omnifocus,
    ),
    Table(
        "things",
        N_("Things (CSV of things-cli)"),
        ("uuid", "type", "title", "status", "start_date", "deadline", "stop_date"),
        things,
    ),
)  # fmt: skip
