"""What there is to do."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from pgc_lib.core.area import Area, Kept
from pgc_lib.core.record import Record, field
from pgc_lib.core.types import Moment
from pgc_lib.core.zone import today
from pgc_lib.i18n import N_
from pgc_lib.stores.filters import col


class Todo(
    Record,
    kind="todos.items",
    indexes=[("done", "due")],
    sort=["done", "due"],
):
    """One thing to do."""

    title: str = field(
        title=N_("Title"),
        help=N_("What is to be done, in a few words."),
        min_length=1,
        max_length=500,
        searchable=True,
        aliases=["标题", "任务", "task", "subject", "content"],
    )
    due: date | None = field(
        None, title=N_("Due"), aliases=["截止", "到期", "due date", "deadline"]
    )
    done: bool = field(False, title=N_("Done"), aliases=["完成", "已完成", "completed"])
    done_at: Moment | None = field(None, title=N_("Done at"))
    minutes: int | None = field(
        None,
        title=N_("Estimate"),
        unit=N_("minutes"),
        ge=0,
        le=100_000,
        aliases=["预计", "estimate"],
    )
    project: str = field("", title=N_("Project"), max_length=200, aliases=["项目", "list"])
    tags: list[str] = field([], title=N_("Tags"), searchable=True, aliases=["标签", "labels"])
    note: str = field(
        "", title=N_("Note"), searchable=True, widget="text", aliases=["备注", "description"]
    )


class Todos(Area, name="todos", main="items"):
    """To-dos: what is open, what is due, what was done."""

    items: Kept[Todo] = Kept(Todo)

    def complete(self, todo: Todo | UUID) -> Todo:
        """Tick it off, now. One that is done stays as it was."""
        known = todo if isinstance(todo, Todo) else self.items.get(todo)
        if known.done:
            return known
        return self.items.update(todo, done=True, done_at=datetime.now(UTC))

    def reopen(self, todo: Todo | UUID) -> Todo:
        """Take the tick away again."""
        return self.items.update(todo, done=False, done_at=None)

    def open(self, **keywords: Any) -> list[Todo]:
        """Everything that is not done, the soonest first."""
        return self.items.find(done=False, order="due", **keywords)

    def today(self) -> list[Todo]:
        """What is due today or overdue."""
        now = today()
        return self.items.find(col("due") <= now, done=False, order="due")
