"""Ticking off, and what follows: the next turn of what repeats, and a short summary of what was done.

A completion is one transaction: the tick, the summary, the next one with its parts. Whoever completes holds the row,
so two at once make one next.
"""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from pgc_lib.areas.todo.base import TodoArea
from pgc_lib.areas.todo.records import Todo
from pgc_lib.areas.todo.repeating import carried, next_turn, values_of
from pgc_lib.core.shown import Listing
from pgc_lib.core.zone import today, zone
from pgc_lib.errors import Conflict
from pgc_lib.i18n import _
from pgc_lib.stores.filters import col

MOST_PARTS = 1000


def complete(
    area: TodoArea, todo: Todo | UUID | str, summary: dict[str, str], at: datetime | None, parts: bool
) -> Todo:  # fmt: skip
    """Tick it off; the next one comes with it where it repeats."""
    known = area.known(todo)
    if known.done:
        return known
    with area.as_one() as (mine, batch):
        mine.hold(known.id)
        current = mine.items.get(known.id)
        if current.done and not isinstance(todo, Todo):
            return current
        moment = at or datetime.now(UTC)
        changes = _told(summary) | {"done": True, "done_at": moment}
        done = mine.items.update(todo if isinstance(todo, Todo) else current, **changes)
        _stop_work(mine, done, moment)
        if parts:
            for each in parts_of(mine, done.id):
                if not each.done:
                    mine.items.update(each, done=True, done_at=moment)
        if turn := next_turn(current, moment.astimezone(zone()).date()):
            again = mine.items.add(**values_of(current, turn), owner=current.owner, batch=batch)
            _copy_parts(mine, current, again, turn.due - (current.due or turn.due), batch)
    return done


def reopen(area: TodoArea, todo: Todo | UUID | str) -> Todo:
    """Take the tick away; the next one goes again if nobody touched it."""
    known = area.known(todo)
    with area.as_one() as (mine, _batch):
        mine.hold(known.id)
        for again in mine.items.find(follows=known.id, done=False):
            if again.version == 1:
                for each in parts_of(mine, again.id):
                    mine.items.remove(each)
                mine.items.remove(again)
        return mine.items.update(todo if isinstance(todo, Todo) else known.id, done=False, done_at=None)  # fmt: skip


def skip(area: TodoArea, todo: Todo | UUID | str) -> Todo:
    """Pass over this turn of what repeats."""
    known = area.known(todo)
    day = known.due or today()
    turn = next_turn(known, max(day, today()) if known.from_done else day)
    if known.done or turn is None:
        raise Conflict(
            _("“{title}” does not come again.", title=known.title),
            next_step=_("`lab.todos.remove(…)` takes it away."),
        )
    changes = {
        name: value
        for name, value in values_of(known, turn).items()
        if name in ("due", "start", "rule", "begun")
    }
    return area.items.update(known, **changes)


# ── summaries ────────────────────────────────────────────────────────────────────────────────────────


def summarise(area: TodoArea, todo: Todo | UUID | str, summary: dict[str, str]) -> Todo:
    """Say afterwards what was done; saying nothing means that nothing is to be said."""
    known = area.known(todo)
    if not known.done:
        raise Conflict(
            _("“{title}” is not done yet.", title=known.title),
            next_step=_("`lab.todos.complete(todo, what=…)` ticks it off with a summary."),
        )
    return area.items.update(todo if isinstance(todo, Todo) else known.id, **(_told(summary) or {"summary": "skipped"}))  # fmt: skip


def unsummarised(area: TodoArea, days: int) -> Listing[Todo]:
    """What was done lately and has no summary, the latest first."""
    since = datetime.now(UTC) - timedelta(days=days)
    return area.items.find(col("done_at") >= since, done=True, summary="", order="-done_at")


def _told(summary: dict[str, str]) -> dict[str, Any]:
    told: dict[str, Any] = {name: text.strip() for name, text in summary.items() if text.strip()}
    return told | {"summary": "given"} if told else {}


# ── between ──────────────────────────────────────────────────────────────────────────────────────────


def parts_of(area: TodoArea, id: UUID) -> list[Todo]:
    """Its parts and theirs, those above first."""
    found: list[Todo] = []
    above = [id]
    while above and len(found) < MOST_PARTS:
        layer = area.items.find(col("parent").is_in(above), order="created_at")
        found += layer
        above = [each.id for each in layer]
    return found


def _copy_parts(area: TodoArea, old: Todo, new: Todo, moved: timedelta, batch: UUID) -> None:
    copies = {old.id: new.id}
    for each in parts_of(area, old.id):
        parent = copies.get(each.parent) if each.parent else None
        if parent is None or each.rule:
            continue  # what repeats by itself has its own turns
        values = carried(each, moved) | {"parent": parent}
        copies[each.id] = area.items.add(**values, owner=old.owner, batch=batch).id


def _stop_work(area: TodoArea, todo: Todo, moment: datetime) -> None:
    """The clock does not run on for what is done."""
    from pgc_lib.areas.todo.timing import ended

    for each in area.work.find(running=True, todo=todo.id):
        area.work.update(each, **ended(each, moment))
