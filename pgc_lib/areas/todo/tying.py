"""What is part of what and what waits for what, never in a circle.

The database has the last word (`0014_todos.sql`), for two writers may close a circle that neither of them sees.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from pgc_lib.areas.todo.base import TodoArea
from pgc_lib.areas.todo.records import Need, Todo
from pgc_lib.core.shown import Listing
from pgc_lib.errors import Conflict, StoreError
from pgc_lib.i18n import _
from pgc_lib.stores.filters import col

_BLOCKED = """
    select distinct n.todo from todos.needs n join todos.items i on i.id = n.needs
    where n.owner = any (pgc.owners('todos', 'see')) and not i.done"""


@contextmanager
def no_circle() -> Iterator[None]:
    """The database's refusal of a circle, in the person's language."""
    try:
        yield
    except StoreError as error:
        if "in a circle" not in str(error):
            raise
        raise Conflict(
            _("These to-dos would wait for or be part of each other in a circle."),
            next_step=_("Take one of the others away first: `lab.todos.free(todo, needs)`."),
        ) from error


def need(area: TodoArea, todo: Todo | UUID | str, needs: Todo | UUID | str) -> Need:
    """One cannot be done before the other is."""
    one, other = area.known(todo), area.known(needs)
    if found := area.needs.find(todo=one.id, needs=other.id):
        return found[0]
    with no_circle():
        return area.needs.add(todo=one.id, needs=other.id, owner=one.owner)


def free(area: TodoArea, todo: Todo | UUID | str, needs: Todo | UUID | str | None) -> int:
    """It needs the other no longer, or none at all."""
    one = area.known(todo).id
    told: dict[str, Any] = {} if needs is None else {"needs": area.known(needs).id}
    found = area.needs.find(todo=one, **told)
    for each in found:
        area.needs.remove(each)
    return len(found)


def blocked(area: TodoArea) -> Listing[Todo]:
    """What is open and needs something that is open."""
    from sqlalchemy import text

    with area.session.reading() as connection:
        ids = list(connection.execute(text(_BLOCKED)).scalars())
    return area.items.find(col("id").is_in(ids), done=False, order="due") if ids else Listing()


def needs_of(area: TodoArea, todo: Todo | UUID | str) -> Listing[Todo]:
    """What it needs, what is still open first."""
    ids = [each.needs for each in area.needs.find(todo=area.known(todo).id)]
    return area.items.find(col("id").is_in(ids), order=["done", "due"]) if ids else Listing()


def move_under(area: TodoArea, todo: Todo | UUID | str, parent: Todo | UUID | str | None) -> Todo:
    """It becomes a part of another one, or stands for itself."""
    above = None if parent is None else area.known(parent).id
    with no_circle():
        return area.items.update(todo if isinstance(todo, Todo) else area.known(todo), parent=above)
