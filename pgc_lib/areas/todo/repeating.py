"""What comes after a to-do that repeats: by its rule from the first one on, or anew from when it was done."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from pgc_lib.areas.todo.records import Todo
from pgc_lib.core.recurrence import following
from pgc_lib.core.recurrence_rule import parse


@dataclass(frozen=True, slots=True)
class Turn:
    """When it is due the next time, and from which day on its rule counts then."""

    due: date
    rule: str
    begun: date


def next_turn(todo: Todo, on: date) -> Turn | None:
    """The turn after this one when it is done, or passed over, on a day; None when it does not come again.

    What was late skips the turns that are over: it comes back after the day, not in the past.
    """
    if not todo.rule or todo.due is None:
        return None
    if todo.from_done:
        return _anew(todo.rule, on)
    begun = todo.begun or todo.due
    due = following(todo.rule, begun, max(todo.due, on))
    return Turn(due, todo.rule, begun) if due else None


def _anew(rule: str, on: date) -> Turn | None:
    known = parse(rule)
    count = known.count
    if count == 1:
        return None
    # The day itself is the first turn of the rule, so one fewer of them is left.
    rest = replace(known, count=None) if count else known
    due = following(str(rest), on, on)
    if due is None:
        return None
    return Turn(due, str(replace(known, count=count - 1)) if count else rule, due)


_NOT_TAKEN_ALONG = frozenset(
    ("done", "done_at", "waiting", "waiting_since", "what", "result", "learning", "summary", "uid")
)  # fmt: skip


def values_of(todo: Todo, turn: Turn) -> dict[str, Any]:
    """The next one: the same, open and at its new time."""
    moved = timedelta(days=(turn.due - todo.due).days) if todo.due else timedelta()
    return carried(todo, moved) | {
        "due": turn.due,
        "rule": turn.rule,
        "begun": turn.begun,
        "follows": todo.id,
    }


def carried(todo: Todo, moved: timedelta) -> dict[str, Any]:
    """What a copy takes along, its days moved."""
    values = {name: value for name, value in todo.values().items() if name not in _NOT_TAKEN_ALONG}
    return values | {
        "due": todo.due and todo.due + moved,
        "start": todo.start and todo.start + moved,
        "begun": todo.begun and todo.begun + moved,
        "follows": None,
    }
