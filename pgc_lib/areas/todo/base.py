"""The collections of to-dos, as the pieces beside this file know them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Self
from uuid import UUID

from pgc_lib.areas.todo.records import Block, Mirror, Need, Project, Todo, Work
from pgc_lib.core.area import Area, Kept
from pgc_lib.core.ids import new_id
from pgc_lib.core.together import Joined, together
from pgc_lib.core.zone import zone


class TodoArea(Area, name="todos", main="items"):
    """What is kept of to-dos."""

    items: Kept[Todo] = Kept(Todo)
    projects: Kept[Project] = Kept(Project)
    needs: Kept[Need] = Kept(Need)
    blocks: Kept[Block] = Kept(Block)
    work: Kept[Work] = Kept(Work)
    mirrors: Kept[Mirror] = Kept(Mirror)

    def known(self, todo: Todo | UUID | str) -> Todo:
        """A to-do as it is given, or the one with an identifier."""
        return todo if isinstance(todo, Todo) else self.items.get(todo)

    @contextmanager
    def as_one(self) -> Iterator[tuple[Self, UUID]]:
        """This area within one transaction, and the batch under which all of it can be undone."""
        batch = new_id()
        if isinstance(self.session, Joined):
            yield self, self.session.batch
            return
        with together(self.session, batch) as joined:
            yield type(self)(joined), batch

    def hold(self, *ids: UUID) -> None:
        """Keep others from changing some to-dos until the transaction ends."""
        from sqlalchemy import text

        if isinstance(self.session, Joined):
            self.session.connection.execute(
                text("select from todos.items where id = any (:ids) order by id for update"),
                {"ids": list(ids)},
            )


def local_now() -> datetime:
    """Now, on the person's clock."""
    return datetime.now(zone())
