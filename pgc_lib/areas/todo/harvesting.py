"""Carrying out on the lab's side what brings a text and its to-dos in step; the text itself is its owner's."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from pgc_lib.areas.todo import finishing
from pgc_lib.areas.todo.base import TodoArea, local_now
from pgc_lib.areas.todo.harvest import Change, Harvested, Item, mark, planned, words
from pgc_lib.areas.todo.records import Todo
from pgc_lib.areas.todo.short import line_of, parse
from pgc_lib.core.collection import Collection
from pgc_lib.core.ids import new_id
from pgc_lib.core.problems import refuse
from pgc_lib.errors import Invalid, Problem
from pgc_lib.stores.filters import col

_SINGLY = 10


def harvest(area: TodoArea, place: str, items: Iterable[Item]) -> Harvested:
    """Bring the items of one place and its to-dos in step, in one batch that can be undone."""
    now = local_now()
    listed = [item for item in items if words(item)]
    added = changed = removed = 0
    problems: list[Problem] = []
    with area.as_one() as (mine, batch):
        mirrors = mine.mirrors.find(place=place, order=["created_at", "id"])
        ids = [mirror.todo for mirror in mirrors]
        mine.hold(*ids)
        todos = {todo.id: todo for todo in mine.items.find(col("id").is_in(ids))} if ids else {}
        plan = planned(listed, mirrors, todos, lambda text: parse(text, now))
        problems += plan.problems
        for mirror in plan.gone:
            todo = todos.get(mirror.todo)
            if todo is not None and not todo.done and not _worked_on(mine, todo.id):
                mine.items.remove(todo.id)
                removed += 1
            mine.mirrors.remove(mirror.id)
        for change in plan.changes:
            changed += _change(mine, change, todos[change.mirror.todo], problems)
        if len(plan.new) > _SINGLY:
            added += _many(mine, place, plan.new, now, batch, problems)
        else:
            for item in plan.new:
                added += _new(mine, place, item, now, batch, problems)
    return Harvested(batch, added, changed, removed, tuple(plan.edits), tuple(problems))


def _values(item: Item, now: datetime, problems: list[Problem]) -> dict[str, Any]:
    """What an item says of its to-do."""
    parsed = parse(words(item), now)
    problems += parsed.problems
    values = parsed.values() | {"begun": parsed.due if parsed.rule else None}
    if item.done:
        values |= {"done": True, "done_at": datetime.now(UTC), "summary": "skipped"}
    if about := getattr(item, "about", ""):  # whoever knows where the item stands says it
        values["links"] = [about]
    return values


def _mirror(place: str, item: Item, id: UUID, todo: Todo) -> dict[str, Any]:
    identifier = mark(item) or new_id().hex
    return {
        "place": place, "item": identifier, "todo": id, "text": words(item), "said": line_of(todo), "done": todo.done,
    }  # fmt: skip


def _new(
    area: TodoArea, place: str, item: Item, now: datetime, batch: UUID, problems: list[Problem]
) -> int:
    try:
        todo = area.items.add(**_values(item, now, problems), batch=batch)
    except Invalid as error:
        problems += [Problem(words(item)[:80], each.reason) for each in error.problems]
        return 0
    area.mirrors.add(**_mirror(place, item, todo.id, todo), batch=batch)
    return 1


def _many(
    area: TodoArea, place: str, items: Iterable[Item], now: datetime, batch: UUID, problems: list[Problem]
) -> int:  # fmt: skip
    """The same for many at once, which takes no longer than for a few."""
    todos: list[tuple[UUID, Item, Todo]] = []
    for item in items:
        try:
            todos.append((new_id(), item, area.items.new(**_values(item, now, problems))))
        except Invalid as error:
            problems += [Problem(words(item)[:80], each.reason) for each in error.problems]
    _keep(area.items, {id: todo for id, _item, todo in todos}, batch)
    mirrors = {new_id(): _mirror(place, item, id, todo) for id, item, todo in todos}
    _keep(area.mirrors, mirrors, batch)
    return len(todos)


def _keep(kept: Collection[Any], rows: dict[UUID, Any], batch: UUID) -> None:
    """Keep records under identifiers that are known beforehand."""
    import polars as pl

    from pgc_lib.core.frames import check

    checked = check(list(rows.values()), kept.spec)
    if checked.problems:
        raise refuse(kept.spec, checked.problems)
    ids = pl.Series("id", [id.hex for id in rows], dtype=pl.String)
    kept._backing.bulk(checked.frame.with_columns(ids), batch=batch, owner=None, on_conflict="error")  # fmt: skip


def _change(area: TodoArea, change: Change, todo: Todo, problems: list[Problem]) -> int:
    """The to-do as the text has it, and the state from which both go on."""
    values = dict(change.values)
    if "rule" in values:
        values["begun"] = values.get("due", todo.due) if values["rule"] else None
    try:
        after = area.items.update(todo.id, **values) if values else todo
    except Invalid as error:
        problems += [Problem(words(change.item)[:80], each.reason) for each in error.problems]
        return 0
    if change.done is True:
        after = finishing.complete(area, after.id, {}, None, False)
    elif change.done is False:
        after = finishing.reopen(area, after.id)
    # Where the text is to follow the lab, the old state stays until the text shows that it did.
    text, line = words(change.item), line_of(after)
    behind = text == change.mirror.text and line != change.mirror.said and text != line
    state: dict[str, Any] = {} if behind else {"text": text, "said": line}
    if change.item.done == after.done:
        state["done"] = after.done
    area.mirrors.update(change.mirror.id, **state)
    return int(bool(change.values) or change.done is not None)


def _worked_on(area: TodoArea, id: UUID) -> bool:
    """Whether time was noted for it, which would be lost with it."""
    return bool(area.work.count(todo=id))
