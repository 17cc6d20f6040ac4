"""To-dos of Todoist: the table of one project, as that app's templates and backups have it, in and out; a backup is a zip of them.

What a template has no column for (contexts, whom one waits for) is a label, and a rule that has no words there stands in the
description, from where it is read back. A template holds no completed tasks, so what is done is not written.
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from pgc_lib.areas.todo.records import Todo
from pgc_lib.areas.todo.short_rules import written as rule_in_words
from pgc_lib.core.zone import zone
from pgc_lib.errors import Invalid, Problem
from pgc_lib.exchange import todo_days
from pgc_lib.exchange.archives import UNREADABLE
from pgc_lib.exchange.reading import LINE, Reading
from pgc_lib.exchange.todo_labels import label_of, said_in_labels
from pgc_lib.exchange.todo_lists import FORMULA, INBOX, Row, bare, filled, place_of
from pgc_lib.exchange.todo_rows import Rows
from pgc_lib.i18n import N_, _, in_lang

HEADING = (
    "TYPE", "CONTENT", "DESCRIPTION", "PRIORITY", "INDENT", "AUTHOR", "RESPONSIBLE", "DATE", "DATE_LANG", "TIMEZONE",
    "DURATION", "DURATION_UNIT", "DEADLINE", "DEADLINE_LANG",
)  # fmt: skip
_NEEDED = ("TYPE", "CONTENT", "PRIORITY", "INDENT", "DATE")
_LABEL = re.compile(r"(?:^|(?<=\s))@([^\s@]+)")
_ESCAPED = re.compile(r"(?:^|(?<=\s))\\(?=\\*@)")
_RULE = re.compile(r"(?:^|\n+)RRULE(!?):(\S+)\s*$")
_DEEPEST = 4
"""How far a template indents."""


# ── in ───────────────────────────────────────────────────────────────────────────────────────────────


def read(lines: Iterable[Row], rows: Rows, path: Path) -> None:
    """Labels stand in the text as @words; what is indented belongs to what stands above it; a section is a tag."""
    project = re.sub(r"\s*\[\d+\]$", "", path.stem.removesuffix(".todoist")).strip()
    project = "" if project.lower() in INBOX else project
    section, above = "", dict[int, str]()
    for row in map(filled, lines):
        kind = row["TYPE"].strip().lower()
        if kind == "section":
            section = bare(row["CONTENT"].strip())
            above.clear()
        elif kind == "note" and rows.rows:
            before = rows.rows[-1]
            before["note"] = "\n\n".join(filter(None, [before.get("note", ""), row["CONTENT"]]))
        if kind != "task":
            continue
        depth = int(row["INDENT"]) if row["INDENT"].strip().isdecimal() else 1
        values = _values(row, rows) | {"project": project[:200]}
        if section:
            values["tags"].append(section)
        above[depth] = rows.add(values, line=int(row[LINE]), parent=above.get(depth - 1, ""))
        above = {level: uid for level, uid in above.items() if level <= depth}


def _values(row: dict[str, str], rows: Rows) -> dict[str, Any]:
    place, content = place_of(row), bare(row["CONTENT"])
    title = _ESCAPED.sub("", " ".join(_LABEL.sub("", content).split())) or content
    note = bare(row.get("DESCRIPTION", ""))
    values: dict[str, Any] = {
        "title": title, "priority": {"1": 1, "2": 2, "3": 3}.get(row["PRIORITY"].strip()),
        **said_in_labels(_LABEL.findall(content)),
    }  # fmt: skip
    if row.get("DURATION_UNIT", "").strip() == "minute" and row["DURATION"].isdecimal():
        values["minutes"] = int(row["DURATION"])
    zone_name = row.get("TIMEZONE", "").strip()
    when = todo_days.said(row["DATE"], place, rows, zone_name=zone_name)
    values |= todo_days.both(when, todo_days.said(row.get("DEADLINE", ""), place, rows))
    if found := _RULE.search(note):
        note = note[: found.start()]
        todo_days.rule(found[2], values, place, rows)
        values |= {"from_done": bool(found[1])} if "rule" in values else {}
    return values | {"note": note}


@dataclass(frozen=True)
class Backup:
    """The backup that the app makes: a zip with a table for each project."""

    name: str = "todoist_backup"
    title: str = N_("Backup of Todoist (zip)")

    def sniff(self, _path: Path, _head: bytes) -> int:
        """A single file is no backup."""
        return 0

    def sniff_tree(self, path: Path) -> int:
        """By the headings of what is in it."""
        if path.is_dir() or not zipfile.is_zipfile(path):
            return 0
        try:
            with zipfile.ZipFile(path) as archive:
                infos = [each for each in archive.infolist() if not each.is_dir()]
                tables = [each for each in infos if each.filename.lower().endswith(".csv")]
                if (
                    not tables
                    or len(tables) < len(infos)
                    or any(each.flag_bits & 1 for each in tables)
                ):
                    return 0
                with archive.open(tables[0]) as first:
                    head = first.read(400).decode("utf-8-sig", "replace").partition("\n")[0]
        except UNREADABLE:  # whoever opens it says what is wrong
            return 0
        names = {each.strip().strip('"') for each in head.split(",")}
        return 95 if set(_NEEDED) <= names else 0

    def read(self, path: Path, *, password: str | None = None, **_options: Any) -> Reading:
        """The to-dos of every project."""
        from pgc_lib.exchange.trees import of_zip

        rows = Rows("todoist")
        for member in of_zip(path, password).members:
            text = member.bytes().decode("utf-8-sig", "replace")
            inner = replace(rows, problems=[])
            table = csv.DictReader(io.StringIO(text, newline=""))
            if not set(_NEEDED) <= set(table.fieldnames or ()):
                rows.problems.append(Problem(member.path, _("it is no table of a project and is left out")))  # fmt: skip
                continue
            read(_numbered(table), inner, Path(member.path))
            rows.problems += [replace(each, place=f"{member.path}: {each.place}") for each in inner.problems]  # fmt: skip
        return rows.reading()


def _numbered(table: "csv.DictReader[str]") -> Iterator[Row]:
    for row in table:
        plain = {name: value for name, value in row.items() if isinstance(name, str) and isinstance(value, str)}  # fmt: skip
        yield dict.fromkeys(HEADING, "") | plain | {LINE: str(table.line_num)}


# ── out ──────────────────────────────────────────────────────────────────────────────────────────────


def write(todos: Iterable[Todo], path: Path) -> Path:
    """One table where all are of one project; a zip holds a table for each of them."""
    projects: dict[str, list[Todo]] = {}
    for todo in todos:
        if not todo.done:
            projects.setdefault(todo.project, []).append(todo)
    if path.suffix.lower() == ".zip":
        _write_all(projects, path)
    elif len(projects) > 1:
        named = [Problem(name or _("without a project"), _("{n} open", n=len(each))) for name, each in projects.items()]  # fmt: skip
        raise Invalid(
            _("A table of Todoist holds one project, and these are {n}.", n=len(projects)),
            named[:20],
            next_step=_("Name one (project=…), or write a zip of all of them: “{name}”.", name=f"{path.name.removesuffix('.csv')}.zip"),
        )  # fmt: skip
    else:
        path.write_bytes(written(next(iter(projects.values()), [])))
    return path


def _write_all(projects: dict[str, list[Todo]], path: Path) -> None:
    names: set[str] = set()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, (project, todos) in enumerate(projects.items(), 1):
            # A number in brackets is what the app itself writes, and is taken off again.
            plain = re.sub(r'[\\/:*?"<>|\x00-\x1f]+', " ", project).strip()[:80] or "Inbox"
            name = f"{plain} [{number}].csv" if plain in names else f"{plain}.csv"
            names.add(plain)
            archive.writestr(name, written(todos))


def written(todos: Iterable[Todo]) -> bytes:
    """The table of one project."""
    text = io.StringIO()
    sheet = csv.writer(text, lineterminator="\n")
    sheet.writerow(HEADING)
    listed = list(todos)
    inner: dict[UUID | None, list[Todo]] = {}
    known = {each.id for each in listed}
    for each in sorted(listed, key=lambda todo: (todo.created_at is None, todo.created_at, todo.id)):  # fmt: skip
        inner.setdefault(each.parent if each.parent in known else None, []).append(each)
    waiting = [(each, 1) for each in reversed(inner.get(None, ()))]
    with in_lang("en"):
        while waiting:
            todo, depth = waiting.pop()
            sheet.writerow(list(_row(todo, min(depth, _DEEPEST))))
            waiting += [(each, depth + 1) for each in reversed(inner.get(todo.id, ()))]
    return text.getvalue().encode("utf-8-sig")


def _row(todo: Todo, depth: int) -> Iterator[str]:
    date_said, deadline, rule = _when(todo)
    note = "\n\n".join(filter(None, (todo.note, rule)))
    yield from ("task", _text(" ".join([_title(todo.title), *_labels(todo)])), _text(note))
    yield from (str(todo.priority or 4), str(depth), "", "", date_said, "en")
    yield (todo.zone or zone().key) if todo.due else ""
    yield from (str(todo.minutes), "minute") if todo.minutes else ("", "")
    yield from (deadline, "en" if deadline else "")


def _when(todo: Todo) -> tuple[str, str, str]:
    """The day one means to do it, the last day, and the rule where that has no words there."""
    if todo.due is None:
        return "", "", ""
    clock = f" {todo.at}" if todo.at else ""
    if todo.rule is None:
        return (f"{todo.start}", f"{todo.due}", "") if todo.start and not todo.at and todo.start < todo.due else (f"{todo.due}{clock}", "", "")  # fmt: skip
    words = rule_in_words(todo.rule, from_done=todo.from_done, chinese=False)
    said = f"{words}{f' at {todo.at}' if todo.at else ''} starting {todo.due}"
    if not words.startswith("rrule") and _reads_back(said, todo.due, todo.rule):
        return said, "", ""
    return f"{todo.due}{clock}", "", f"RRULE{'!' if todo.from_done else ''}:{todo.rule}"


def _reads_back(said: str, due: date, rule: str) -> bool:
    found = todo_days.said(said, "", Rows(""))
    return (found.get("due"), found.get("rule")) == (due, rule)


def _labels(todo: Todo) -> list[str]:
    return [f"@{label_of(each)}" for each in (*todo.tags, *todo.contexts)] + (
        [f"@{label_of(waiting=todo.waiting)}"] if todo.waiting else []
    )


def _title(title: str) -> str:
    """Words that would be labels behind a backslash."""
    return re.sub(r"(?:^|(?<=\s))(?=\\*@)", r"\\", title)


def _text(text: str) -> str:
    return f"'{text}" if FORMULA.match(text) else text
