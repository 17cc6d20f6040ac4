"""One line is one to-do, in Chinese and English alike.

    写周报 明天下午3点 #工作 30m +求职          call mum @fri 10pm #family !1          浇花 每周一三五 @家

    #tag  +project  @context or day  !1 !高 priority  30m 半小时 estimate  3pm-5pm time box  每周一 every mon repeats

A part counts only as a whole word between spaces, and only when it can mean one thing. What is ambiguous or impossible
stays in the title, and `problems` says why. `\\word` is a word of the title whatever it looks like; names with spaces
are quoted: `+"new job"`.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Protocol

from pgc_lib.areas.todo.records import PRIORITIES, Todo
from pgc_lib.areas.todo.short_days import day_after_mark, day_at, day_at_end, day_of_words
from pgc_lib.areas.todo.short_lunar import by_reminders
from pgc_lib.areas.todo.short_parts import Found, Read, Unsure
from pgc_lib.areas.todo.short_rules import rule_at, rule_of_words, written
from pgc_lib.areas.todo.short_times import (
    english_time,
    length_at,
    short_length,
    span_of,
    time_at,
    told,
)
from pgc_lib.core.recurrence import following, occurrences
from pgc_lib.core.recurrence import parse as parse_rule
from pgc_lib.core.shown import Told
from pgc_lib.errors import Problem
from pgc_lib.i18n import _, lang

_TOKEN = re.compile(r'[+#@＋＃＠]"(?:[^"\\]|\\.)*"(?=\s|$)|\S+')
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_WIDE = str.maketrans("＋＃＠！", "+#@!")
_MARKS = {"#": "tags", "+": "project", "@": "contexts"}
_SEVERAL = ("tags", "contexts")
_LONGEST_NAME = 200
_SOME_DAY = date(2026, 1, 1)
"""Whether words mean a day does not depend on today, only which."""
_SENTENCE = re.compile(r"[!！?？.。,，;；:：]*")


@dataclass(frozen=True, slots=True)
class Parsed(Told):
    """What a line says."""

    title: str
    due: date | None = None
    at: str = ""
    minutes: int | None = None
    priority: int | None = None
    project: str = ""
    tags: tuple[str, ...] = ()
    contexts: tuple[str, ...] = ()
    rule: str | None = None
    from_done: bool = False
    problems: tuple[Problem, ...] = field(default=(), compare=False)
    """What stayed in the title although it looks meant, and why."""

    def values(self) -> dict[str, Any]:
        """The fields of a to-do."""
        return {
            "title": self.title, "due": self.due, "at": self.at, "minutes": self.minutes, "priority": self.priority,
            "project": self.project, "tags": list(self.tags), "contexts": list(self.contexts), "rule": self.rule,
            "from_done": self.from_done,
        }  # fmt: skip

    def _shown_(self) -> dict[str, Any]:
        fields = Todo.spec.fields
        found = {fields[name].title: value or None for name, value in self.values().items()}
        return found | {_("Problems"): "\n".join(f"{each.place}: {each.reason}" for each in self.problems)}  # fmt: skip


class Printable(Protocol):
    """What can be written as a line: a to-do, or what was read of one."""

    @property
    def title(self) -> str: ...
    @property
    def due(self) -> date | None: ...
    @property
    def at(self) -> str: ...
    @property
    def minutes(self) -> int | None: ...
    @property
    def priority(self) -> int | None: ...
    @property
    def project(self) -> str: ...
    @property
    def tags(self) -> Sequence[str]: ...
    @property
    def contexts(self) -> Sequence[str]: ...
    @property
    def rule(self) -> str | None: ...
    @property
    def from_done(self) -> bool: ...


# ── in ───────────────────────────────────────────────────────────────────────────────────────────────


def parse(text: str, now: datetime) -> Parsed:
    """What a line says at a moment on the person's clock."""
    words = _TOKEN.findall(text)
    today = now.date()
    title: list[str] = []
    said: dict[str, Any] = {}
    problems: list[Problem] = []
    at_place: tuple[int, str, Mapping[str, Any]] | None = None
    place = 0
    while place < len(words):
        word = words[place]
        if word.startswith("\\") and len(word) > 1:
            title.append(word[1:])
            place += 1
            continue
        found = (_at_end(words[place:], today) if title else None) or _meaning(words[place:], today)
        length = found[1] if found else 1
        source = " ".join(words[place : place + length])
        place += length
        if found is None:
            title.append(source)
        elif isinstance(found[0], Unsure):
            title.append(source)
            problems.append(Problem(source, found[0].reason, source))
        elif twice := next((name for name in found[0].values if name in said and name not in _SEVERAL), None):  # fmt: skip
            title.append(source)
            problems.append(Problem(source, _("{name} was said before", name=_name(twice)), source))
        elif _by_the_moon({**said, **found[0].values}):
            title.append(source)
            problems.append(Problem(source, by_reminders(), source))
        else:
            _take(said, found[0].values)
            if "at" in found[0].values:
                at_place = (len(title), source, found[0].values)
    _settle(said, now, title, at_place, problems)
    said.pop("moon", None)
    several: dict[str, Any] = {name: tuple(said.pop(name, ())) for name in _SEVERAL}
    return Parsed(" ".join(title), **several, **said, problems=tuple(problems))


def _by_the_moon(values: Mapping[str, Any]) -> bool:
    """Whether it would come back each year or month, by the sun, from a day of the Chinese calendar."""
    return "moon" in values and parse_rule(values.get("rule") or "FREQ=DAILY").frequency in ("YEARLY", "MONTHLY")  # fmt: skip


def _take(said: dict[str, Any], values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        if name in _SEVERAL:
            if value not in said.setdefault(name, []):
                said[name].append(value)
        else:
            said[name] = value


def _settle(
    said: dict[str, Any],
    now: datetime,
    title: list[str],
    at_place: tuple[int, str, Mapping[str, Any]] | None,
    problems: list[Problem],
) -> None:
    """The day of what has only a rule or a time of day."""
    today, passed = now.date(), said.get("at", "99") <= f"{now:%H:%M}"
    if "rule" in said and "due" not in said:
        # The first Friday of every second one is the next Friday; from then on every second counts.
        each = str(replace(parse_rule(said["rule"]), interval=1))
        first = occurrences(each, today, limit=1)
        if first and first[0] == today and passed:
            later = following(each, today, today)
            first = [later] if later else []
        if first:
            said["due"] = first[0]
        else:
            title.append(f"rrule:{said['rule']}")
            problems.append(Problem(title[-1], _("by this rule it never takes place")))
            del said["rule"], said["from_done"]
    if "at" in said and "due" not in said:
        if not passed:
            said["due"] = today
        elif at_place is not None:
            title.insert(at_place[0], at_place[1])
            problems.append(Problem(at_place[1], _("this time is over today; say the day, too"), at_place[1]))  # fmt: skip
            for name in at_place[2]:
                del said[name]


def _at_end(words: list[str], today: date) -> tuple[Read, int] | None:
    """A day that needs no mark, because nothing but days, times and marks follows it."""
    found = day_at_end(words, today)
    place = found[1] if found else 0
    while found and place < len(words):
        following_one = _meaning(words[place:], today)
        if following_one is None or isinstance(following_one[0], Unsure):
            return None
        place += following_one[1]
    return found


def _meaning(words: list[str], today: date) -> tuple[Read | Unsure, int] | None:
    """What stands at the beginning of some words, and how many it takes; None for a word of the title."""
    word = words[0].translate(_WIDE) if words[0][0] in "＋＃＠！" else words[0]
    if found := rule_of_words([word, *words[1:6]]) or day_of_words([word, *words[1:3]], today):
        return found
    if len(words) > 1 and words[1].lower() in ("am", "pm") and (found_time := english_time(word + words[1])):  # fmt: skip
        return found_time, 2
    if word.lower() == "at" and len(words) > 1 and (told_time := _time_after_at(words[1:3])):
        return told_time
    single = _marked(word, today) if word[0] in "#+@!" else _glued(word, today)
    return (single, 1) if single else None


def _time_after_at(words: list[str]) -> tuple[Read, int] | None:
    """`at 5pm`, `at 5 pm`, `at 17:00`."""
    for taken in (2, 1):
        text = "".join(words[:taken])
        read = english_time(text) or (_whole(time_at(text), text) if taken == 1 else None)
        if isinstance(read, Read) and len(words) >= taken:
            return read, 1 + taken
    return None


def _marked(word: str, today: date) -> Found:
    mark, name = word[0], word[1:]
    if mark == "!":
        if name.lower() in PRIORITIES:
            return Read(len(word), {"priority": PRIORITIES[name.lower()]})
        if _SENTENCE.fullmatch(name):
            return None
        return Unsure(len(word), _("a priority is !1, !2 or !3 (!高 !中 !低)"))
    quoted = _QUOTED.fullmatch(name)
    if quoted is None and mark == "@":
        found = day_after_mark(name, today) or english_time(name) or _whole(time_at(name), name)
        if found is not None:
            return found
        if re.fullmatch(r"[\d/:.-]+", name):
            return Unsure(len(word), _("this is neither a day nor a time"))
    name = _ESCAPED.sub(r"\1", quoted[1]) if quoted else name
    if not name.strip() or (quoted is None and (name[0] in '#+@!"' or _SENTENCE.fullmatch(name))):
        return None
    if quoted is None and name.isdecimal():
        return Unsure(len(word), _("a name of digits alone is written in quotation marks, as {example}", example=f'{mark}"{name}"'))  # fmt: skip
    if len(name) > _LONGEST_NAME:
        return Unsure(len(word), _("this name is longer than {n} characters", n=_LONGEST_NAME))
    return Read(len(word), {_MARKS[mark]: name})


def _whole(found: Found, text: str) -> Found:
    return found if found is not None and found.length == len(text) else None


def _glued(word: str, today: date) -> Found:
    """Days, times, lengths and rules in one word, as in 明天下午3点; all of it must be meant."""
    for whole in (english_time, short_length, span_of):
        if found := whole(word):
            return found
    values: dict[str, Any] = {}
    rest = word
    while rest:
        found = (
            span_of(rest)
            or rule_at(rest)
            or length_at(rest)
            or time_at(rest)
            or day_at(rest, today)
        )
        if found is None or found.length == 0:
            break
        if isinstance(found, Unsure):
            return Unsure(len(word), found.reason if found.length == len(rest) else _glued_on())
        if set(values) & set(found.values):
            break
        values |= found.values
        rest = rest[found.length :]
    if not rest:
        return Read(len(word), values)
    if values:
        return Unsure(len(word), _glued_on())
    return None


def _glued_on() -> str:
    return _("other words follow without a space, so it is a word of the title")


def _name(field_name: str) -> str:
    from pgc_lib.areas.todo.records import Todo

    return Todo.spec.fields[field_name].title


# ── out ──────────────────────────────────────────────────────────────────────────────────────────────


def line_of(todo: Printable, *, language: str = "") -> str:
    """A to-do as a line that reads back the same; rules in words of the language."""
    parts = [" ".join(_escaped(todo.title.split(), _SOME_DAY))]
    if todo.due is not None:
        parts.append(f"{todo.due:%Y-%m-%d}".zfill(10))
    if todo.at:
        parts.append(todo.at)
    if todo.rule:
        chinese = (language or lang()).startswith("zh")
        parts.append(written(todo.rule, from_done=todo.from_done, chinese=chinese))
    parts += [_named("#", each) for each in todo.tags]
    parts += [_named("@", each) for each in todo.contexts]
    if todo.minutes:
        parts.append(told(todo.minutes))
    if todo.project:
        parts.append(_named("+", todo.project))
    if todo.priority:
        parts.append(f"!{todo.priority}")
    return " ".join(part for part in parts if part)


def _escaped(words: list[str], today: date) -> Iterator[str]:
    """The words of a title, each that would be read as something else behind a backslash."""
    for place, word in enumerate(words):
        marked = word[0] in "\\＋＃＠！#+@!"
        yield f"\\{word}" if marked or _meaning(words[place:], today) else word


def _named(mark: str, name: str) -> str:
    plain = _marked(mark + name, _SOME_DAY) if not re.search(r"\s", name) else None
    if isinstance(plain, Read) and plain.values == {_MARKS[mark]: name}:
        return mark + name
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'{mark}"{quoted}"'
