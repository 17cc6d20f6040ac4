"""todo.txt: one line is one to-do, `(A) 2026-11-20 写周报 +求职 @电脑 due:2026-11-27`.

The format has no escapes; names and texts with spaces are written with %20, and words of a title that would be read as
something else behind a backslash, so that what is written here reads back the same.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pgc_lib.areas.todo.short_rules import checked_text
from pgc_lib.areas.todo.short_times import short_length, told
from pgc_lib.core.recurrence_rule import parse as parse_rule
from pgc_lib.core.zone import zone
from pgc_lib.errors import Problem
from pgc_lib.exchange.encodings import encoding_of
from pgc_lib.exchange.reading import Reading
from pgc_lib.exchange.todo_rows import Rows
from pgc_lib.i18n import _

if TYPE_CHECKING:
    from pgc_lib.areas.todo.records import Todo

LARGEST = 64 * 2**20
_DONE = re.compile(r"x (?:(\d{4}-\d\d-\d\d) )?(?:(\d{4}-\d\d-\d\d) )?")
_OPEN = re.compile(r"(?:\(([A-Z])\) )?(?:(\d{4}-\d\d-\d\d) )?")
_PAIR = re.compile(r"([A-Za-z]+):(\S+)")
_RECURS = re.compile(r"(\+?)(\d{1,3})([dbwmy])")
_UNITS = {"d": "DAILY", "w": "WEEKLY", "m": "MONTHLY", "y": "YEARLY"}
_LETTERS = {v: k for k, v in _UNITS.items()}
_LOOKS = re.compile(r"^(?:x \d{4}-|\([A-Z]\) |\d{4}-\d\d-\d\d )|(?:^|\s)(?:[+@]\w|(?:due|t|rec):\S)", re.MULTILINE)  # fmt: skip
_SPELLED = re.compile("%(?:u([0-9A-F]{4})|([0-9A-F]{2}))")
_MARKS = {"+": "project", "@": "contexts", "#": "tags"}


# ── in ───────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class TodoTxt:
    """The importer of todo.txt."""

    name: str = "todotxt"
    title: str = "todo.txt"

    def sniff(self, path: Path, head: bytes) -> int:
        """By its name, or by how its lines look."""
        if path.suffix.lower() != ".txt":
            return 0
        if path.stem.lower() in ("todo", "done", "todo.txt", "done.txt"):
            return 90
        lines = [line for line in head.decode("utf-8", "replace").splitlines() if line.strip()]
        looks = sum(bool(_LOOKS.search(line)) for line in lines)
        return 45 if lines and looks >= 0.6 * len(lines) else 0

    def read(self, path: Path, *, encoding: str | None = None, **_options: Any) -> Reading:
        """Its to-dos."""
        if path.stat().st_size > LARGEST:
            return Reading(problems=[Problem("", _("the file is larger than {n} MB", n=LARGEST >> 20))])  # fmt: skip
        text = path.read_bytes().decode(encoding or encoding_of(path), "replace")
        rows = Rows("todotxt")
        for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
            if line.strip():
                values, problems = values_of(line.strip())
                place = _("line {n}", n=number)
                rows.problems += [Problem(place, each.reason, each.value) for each in problems]
                uid, parent = values.pop("uid", ""), values.pop("parent", "")
                rows.add(values, line=number, uid=uid, parent=parent)
        return rows.reading()


def values_of(line: str) -> tuple[dict[str, Any], list[Problem]]:
    """The fields that a line says, and what of it cannot be."""
    values: dict[str, Any] = {"tags": [], "contexts": []}
    problems: list[Problem] = []
    if done := _DONE.match(line):
        values["done"] = True
        if day := _day(done[1]):
            values["done_at"] = datetime.combine(day, time(12), zone()).astimezone(UTC)
        line = line[done.end() :]
        if letter := re.match(r"\(([A-Z])\) ", line):  # some programs leave it
            line = line[letter.end() :]
            values["priority"] = _priority(letter[1])
    elif head := _OPEN.match(line):
        if head[1]:
            values["priority"] = _priority(head[1])
        line = line[head.end() :]
    words = [word for word in line.split() if not _taken(word, values, problems)]
    values["title"] = " ".join(word.removeprefix("\\") for word in words)
    if values.get("rule") and not values.get("due"):
        problems.append(Problem("rec", _("what repeats needs the day on which it is due first")))
        values.pop("rule")
        values.pop("from_done", None)
    if values.get("at") and not values.get("due"):
        values.pop("at")
    if values.get("start") and values.get("due") and values["start"] > values["due"]:
        problems.append(Problem("t", _("it would begin after it is due"), str(values.pop("start"))))
    if values.get("rule"):
        values["begun"] = values["due"]
    return values, problems


def _taken(word: str, values: dict[str, Any], problems: list[Problem]) -> bool:
    """Whether a word says something of the to-do; else it belongs to the title."""
    if word[0] in _MARKS and len(word) > 1:
        return _name(word, values, problems)
    pair = _PAIR.fullmatch(word)
    if pair is None:
        return False
    key, said = pair[1].lower(), pair[2]
    try:
        found = _pair(key, said)
    except ValueError as error:
        problems.append(Problem(key, str(error), word))
        return False
    if found is None or any(name in values for name in found):
        return False
    values |= found
    return True


def _name(word: str, values: dict[str, Any], problems: list[Problem]) -> bool:
    field, name = _MARKS[word[0]], _plain(word[1:])
    if field != "project":
        if name not in values[field]:
            values[field].append(name)
        return True
    if "project" in values:
        problems.append(Problem("+", _("a to-do has one project; this one stays in the title"), word))  # fmt: skip
        return False
    values["project"] = name[:200]
    return True


def _pair(key: str, said: str) -> Mapping[str, Any] | None:
    """What a `key:value` says; `ValueError` where it cannot be, None where it is no business of ours."""
    if key in ("due", "t"):
        day = _day(said[:10])
        if day is None:
            raise ValueError(_("there is no such day"))
        found: dict[str, Any] = {"due" if key == "due" else "start": day}
        return found
    if key == "rec":
        return _recurring(said)
    if key == "rrule":
        done = said.startswith("!")
        return {"rule": checked_text(said.removeprefix("!")), "from_done": done}
    if key == "at":
        return {"at": said} if re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", said) else None
    if key == "dur":
        length = short_length(said)
        minutes = getattr(length, "values", {}).get("minutes")
        return {"minutes": minutes} if minutes else None
    if key == "pri":
        return {"priority": _priority(said)} if re.fullmatch("[A-Z]", said) else None
    plain = {"wait": "waiting", "note": "note", "uid": "uid", "parent": "parent", "tz": "zone",
             "what": "what", "result": "result", "learning": "learning"}  # fmt: skip
    return {plain[key]: _plain(said)} if key in plain else None


def _recurring(said: str) -> Mapping[str, Any]:
    found = _RECURS.fullmatch(said)
    if found is None or int(found[2]) == 0 or (found[3] == "b" and found[2] != "1"):
        raise ValueError(_("this way of repeating is not known; it stays in the title"))
    if found[3] == "b":
        rule = "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"
    else:
        rule = f"FREQ={_UNITS[found[3]]};INTERVAL={found[2]}"
    return {"rule": checked_text(rule), "from_done": not found[1]}


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _priority(letter: str) -> int:
    return min(3, "ABCDEFGHIJKLMNOPQRSTUVWXYZ".index(letter) + 1)


def _plain(text: str) -> str:
    """A word with the spaces that it was written without."""

    def meant(found: re.Match[str]) -> str:
        letter = chr(int(found[1] or found[2], 16))
        return letter if letter == "%" or letter.isspace() else found[0]

    return _SPELLED.sub(meant, text)


# ── out ──────────────────────────────────────────────────────────────────────────────────────────────


def _spelled(text: str) -> str:
    """A text without spaces, as one word."""
    return re.sub(
        r"[\s%]",
        lambda found: (
            f"%{ord(found[0]):02X}" if ord(found[0]) < 0x100 else f"%u{ord(found[0]):04X}"
        ),
        text,
    )


def line_of(todo: "Todo", parent: str = "") -> str:
    """A to-do as its line."""
    parts: list[str] = []
    letter = "ABC"[todo.priority - 1] if todo.priority else ""
    if todo.done:
        parts.append("x")
        if todo.done_at is not None:
            parts.append(f"{todo.done_at.astimezone(zone()):%Y-%m-%d}")
    elif letter:
        parts.append(f"({letter})")
    if todo.created_at is not None and (not todo.done or todo.done_at is not None):
        parts.append(f"{todo.created_at.astimezone(zone()):%Y-%m-%d}")
    parts += [_word(word, first=place == 0) for place, word in enumerate(todo.title.split())]
    parts += [f"+{_spelled(todo.project)}"] if todo.project else []
    parts += [f"@{_spelled(each)}" for each in todo.contexts if each]
    parts += [f"#{_spelled(each)}" for each in todo.tags if each]
    if todo.done and letter:
        parts.append(f"pri:{letter}")
    parts += [f"due:{todo.due:%Y-%m-%d}"] if todo.due else []
    parts += [f"at:{todo.at}"] if todo.at else []
    parts += [f"t:{todo.start:%Y-%m-%d}"] if todo.start else []
    parts += [_rule(todo.rule, todo.from_done)] if todo.rule else []
    parts += [f"dur:{told(todo.minutes)}"] if todo.minutes else []
    for key, text in (
        ("tz", todo.zone), ("wait", todo.waiting), ("note", todo.note), ("what", todo.what), ("result", todo.result),
        ("learning", todo.learning), ("parent", parent), ("uid", identifier(todo)),
    ):  # fmt: skip
        parts += [f"{key}:{_spelled(text)}"] if text else []
    return " ".join(parts)


def identifier(todo: "Todo") -> str:
    """By which a to-do is known again outside the lab."""
    return todo.uid or (f"{todo.id}@pgc" if todo.version else "")


def written(todos: Iterable["Todo"]) -> str:
    """To-dos as a file."""
    listed = list(todos)
    names = {each.id: identifier(each) for each in listed if each.version}

    def above(parent: UUID | None) -> str:
        return names.get(parent, "") if parent else ""

    return "".join(f"{line_of(each, above(each.parent))}\n" for each in listed)


def _word(word: str, *, first: bool) -> str:
    special = word.startswith("\\") or (word[0] in _MARKS and len(word) > 1) or _PAIR.fullmatch(word)  # fmt: skip
    begins = first and (word == "x" or re.fullmatch(r"\([A-Z]\)|\d{4}-\d\d-\d\d", word))
    return f"\\{word}" if special or begins else word


def _rule(rule: str, from_done: bool) -> str:
    known = parse_rule(rule)
    if rule in (f"FREQ={known.frequency}", f"FREQ={known.frequency};INTERVAL={known.interval}"):
        return f"rec:{'' if from_done else '+'}{known.interval}{_LETTERS[known.frequency]}"
    return f"rrule:{'!' if from_done else ''}{rule}"


IMPORTER = TodoTxt()
