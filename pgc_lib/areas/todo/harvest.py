"""A text's `- [ ]` items and their to-dos, compared with how both were when they were last in step.

Pure: it says what is to be done on either side and does nothing. An item is known again by an identifier at its end
(`^abc123`), else by its text, else by being nearly the same text.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any, Protocol
from uuid import UUID

from pgc_lib.areas.todo.records import Mirror, Todo
from pgc_lib.areas.todo.short import Parsed, line_of
from pgc_lib.errors import Problem
from pgc_lib.i18n import _

_MARKED = re.compile(r"\s\^([A-Za-z0-9-]{1,60})$")
_ALIKE = 0.6
_MOST_COMPARED = 40_000


class Item(Protocol):
    """An item of a text, such as `core.markdown` reads it."""

    @property
    def text(self) -> str: ...
    @property
    def done(self) -> bool: ...
    @property
    def line(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Edit:
    """What is to become of an item in its text: its words, its tick, or None: it goes."""

    line: int
    was: str
    text: str | None
    done: bool


@dataclass(frozen=True, slots=True)
class Harvested:
    """What came of bringing a text and its to-dos in step."""

    batch: UUID
    added: int = 0
    changed: int = 0
    removed: int = 0
    edits: tuple[Edit, ...] = ()
    """What the text should say for it to be in step; whoever owns the text makes these changes."""
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of a to-do."""

    mirror: Mirror
    item: Item
    values: Mapping[str, Any]
    """Fields that the text says otherwise."""
    done: bool | None
    """What its tick becomes; None leaves it."""


@dataclass(slots=True)
class Plan:
    """What is to be done on either side."""

    new: list[Item] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    gone: list[Mirror] = field(default_factory=list)
    edits: list[Edit] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def words(item: Item) -> str:
    """An item without the identifier at its end."""
    return _MARKED.sub("", item.text).strip()


def mark(item: Item) -> str:
    """The identifier at its end; empty where it has none."""
    found = _MARKED.search(item.text)
    return f"^{found[1]}" if found else ""


def planned(
    items: Sequence[Item],
    mirrors: Sequence[Mirror],
    todos: Mapping[UUID, Todo],
    read: "Read",
) -> Plan:
    """What brings a text and its to-dos in step; the text wins where both changed the same words."""
    plan = Plan()
    pairs = _paired(items, mirrors, todos)
    kept = {id(mirror) for mirror in pairs.values()}
    plan.gone = [mirror for mirror in mirrors if id(mirror) not in kept]
    for place, item in enumerate(items):
        mirror = pairs.get(place)
        todo = todos.get(mirror.todo) if mirror else None
        if mirror is None:
            plan.new.append(item)
        elif todo is None:
            _taken_away(plan, item, mirror)
        else:
            _compare(plan, item, mirror, todo, read)
    return plan


class Read(Protocol):
    """Reads a line at the moment of the harvest."""

    def __call__(self, text: str) -> Parsed: ...


def _taken_away(plan: Plan, item: Item, mirror: Mirror) -> None:
    """The to-do is gone: the item goes, too, unless somebody wrote on it since."""
    if words(item) == mirror.text:
        plan.edits.append(Edit(item.line, item.text, None, item.done))
    else:
        plan.gone.append(mirror)
        plan.new.append(item)


def _compare(plan: Plan, item: Item, mirror: Mirror, todo: Todo, read: Read) -> None:
    text, line = words(item), line_of(todo)
    in_text, in_lab = text != mirror.text, line != mirror.said
    values: dict[str, Any] = {}
    edited = text
    if in_text and text != line:
        values = _told(read(text), todo)
        if in_lab and values:
            plan.problems.append(Problem(text[:80], _("it was changed here and in the lab; what stands here counts"), line))  # fmt: skip
    elif in_lab and not in_text:
        edited = line
    ticked, done = item.done != mirror.done, item.done
    turned: bool | None = None
    if ticked and todo.done != item.done:
        turned = item.done
    elif not ticked and todo.done != mirror.done:
        done = todo.done
    if edited != text or done != item.done:
        tail = f" {mark(item)}" if mark(item) else ""
        plan.edits.append(Edit(item.line, item.text, edited + tail, done))
    if in_text or in_lab or ticked or turned is not None:
        plan.changes.append(Change(mirror, item, values, turned))


def _told(parsed: Parsed, todo: Todo) -> dict[str, Any]:
    """What a line says otherwise than the to-do."""
    return {name: value for name, value in parsed.values().items() if getattr(todo, name) != value}


# ── which is which ───────────────────────────────────────────────────────────────────────────────────


def _paired(
    items: Sequence[Item], mirrors: Sequence[Mirror], todos: Mapping[UUID, Todo]
) -> dict[int, Mirror]:
    pairs: dict[int, Mirror] = {}
    left = list(mirrors)
    texts = [words(item) for item in items]
    lines = {mirror.id: line_of(todos[mirror.todo]) for mirror in mirrors if mirror.todo in todos}
    for keys, key in (
        ([mark(item) for item in items], lambda mirror: mirror.item),
        (texts, lambda mirror: mirror.text),
        (texts, lambda mirror: lines.get(mirror.id, "")),
    ):
        waiting: dict[str, list[Mirror]] = {}
        for mirror in left:
            waiting.setdefault(key(mirror), []).append(mirror)
        for place, wanted in enumerate(keys):
            if place not in pairs and wanted and waiting.get(wanted):
                pairs[place] = waiting[wanted].pop(0)
        known = {id(mirror) for mirror in pairs.values()}
        left = [mirror for mirror in left if id(mirror) not in known]
    _nearly(pairs, items, left)
    return pairs


def _nearly(pairs: dict[int, Mirror], items: Sequence[Item], left: Sequence[Mirror]) -> None:
    """The most alike first."""
    free = [place for place in range(len(items)) if place not in pairs and not mark(items[place])]
    if len(free) * len(left) > _MOST_COMPARED:
        return
    alike = sorted(
        (
            (SequenceMatcher(None, words(items[place]), mirror.text).ratio(), place, at)
            for place in free
            for at, mirror in enumerate(left)
        ),
        key=lambda found: (-found[0], found[1], found[2]),
    )
    taken: set[int] = set()
    for ratio, place, at in alike:
        if ratio < _ALIKE:
            break
        if place not in pairs and at not in taken:
            pairs[place] = left[at]
            taken.add(at)
