"""What there is to do.

lab.todos.add("写周报 明天下午3点 #工作 30m +求职");  lab.todos.add("call mum @fri 10pm #family")
lab.todos.today();  lab.todos.week();  lab.todos.overdue();  lab.todos.waiting();  lab.todos.eisenhower()
lab.todos.complete(todo, what="…", result="…", learning="…");  lab.todos.unsummarised()
lab.todos.start(todo);  lab.todos.stop();  lab.todos.block(todo, "2026-11-23 09:00")
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, TypeAlias
from uuid import UUID

from pgc_lib.areas.todo import finishing, harvesting, timing, tying, views
from pgc_lib.areas.todo.base import TodoArea, local_now
from pgc_lib.areas.todo.harvest import Harvested, Item
from pgc_lib.areas.todo.records import Block, Mirror, Need, Project, Todo, Work
from pgc_lib.areas.todo.short import Parsed, line_of, parse
from pgc_lib.areas.todo.timing import By
from pgc_lib.core.faces import face
from pgc_lib.core.pointer import as_pointer
from pgc_lib.core.shown import Listing
from pgc_lib.core.zone import today
from pgc_lib.stores.filters import col

if TYPE_CHECKING:
    import polars as pl

    from pgc_lib.core.record import Record

__all__ = ["Block", "Mirror", "Need", "Parsed", "Project", "Todo", "Todos", "Work"]

Which: TypeAlias = Todo | UUID | str
"""A to-do, or its identifier."""


class Todos(TodoArea, name="todos", main="items"):
    """To-dos: what is open, what is due, what was done."""

    # ── adding ───────────────────────────────────────────────────────────────────────────────────────

    def add(
        self,
        todo: Todo | str | None = None,
        /,
        *,
        owner: UUID | None = None,
        batch: UUID | None = None,
        **values: Any,
    ) -> Todo:
        """Keep a to-do: a line such as `写周报 @fri #工作 30m`, its fields by name, or both; `told` of it says what was not understood."""
        if isinstance(todo, str):
            parsed = self.parse(todo)
            kept = self._add(None, owner, batch, {**parsed.values(), **values})
            kept._told = parsed.problems
            return kept
        return self._add(todo, owner, batch, values)

    def _add(self, todo: Todo | None, owner: UUID | None, batch: UUID | None, values: dict[str, Any]) -> Todo:  # fmt: skip
        if todo is not None:
            with tying.no_circle():
                return self.items.add(todo, owner=owner, batch=batch, **values)
        if values.get("waiting") and "waiting_since" not in values:
            values["waiting_since"] = today()
        if values.get("rule") and not values.get("begun"):
            values["begun"] = values.get("due")
        with tying.no_circle():
            return self.items.add(owner=owner, batch=batch, **values)

    def parse(self, text: str, now: datetime | None = None) -> Parsed:
        """What a line says, without keeping it."""
        return parse(text, now or local_now())

    def line(self, todo: Which) -> str:
        """A to-do as a line that reads back the same."""
        return line_of(self.known(todo))

    # ── done ─────────────────────────────────────────────────────────────────────────────────────────

    def complete(
        self,
        todo: Which,
        *,
        what: str = "",
        result: str = "",
        learning: str = "",
        at: datetime | None = None,
        parts: bool = False,
    ) -> Todo:
        """Tick it off, now, with a short summary if there is one; what repeats comes again, and one that is done stays as it was."""
        summary = {"what": what, "result": result, "learning": learning}
        return finishing.complete(self, todo, summary, at, parts)

    def reopen(self, todo: Which) -> Todo:
        """Take the tick away again."""
        return finishing.reopen(self, todo)

    def skip(self, todo: Which) -> Todo:
        """Pass over this turn of what repeats."""
        return finishing.skip(self, todo)

    def summarise(self, todo: Which, *, what: str = "", result: str = "", learning: str = "") -> Todo:  # fmt: skip
        """Say afterwards what was done; without words it is no longer asked for."""
        return finishing.summarise(
            self, todo, {"what": what, "result": result, "learning": learning}
        )

    def unsummarised(self, days: int = 14) -> Listing[Todo]:
        """What was done in the last days and has no summary yet, the latest first."""
        return finishing.unsummarised(self, days)

    # ── looks ────────────────────────────────────────────────────────────────────────────────────────

    def open(self, **keywords: Any) -> Listing[Todo]:
        """Everything that is not done, the soonest first."""
        return self.items.find(done=False, order="due", **keywords)

    def today(self, **keywords: Any) -> Listing[Todo]:
        """What is due today or overdue."""
        return views.due_by(self, today(), **keywords)

    def week(self, of: date | None = None, **keywords: Any) -> Listing[Todo]:
        """What is due from Monday to Sunday of this week, or of the week of a day."""
        return views.week(self, of or today(), **keywords)

    def overdue(self, **keywords: Any) -> Listing[Todo]:
        """What should have been done by now."""
        return views.overdue(self, **keywords)

    def waiting(self, **keywords: Any) -> Listing[Todo]:
        """What waits for somebody or something, the longest first."""
        return views.waiting(self, **keywords)

    def heatmap(self) -> Any:
        """What was done, and what is due, as a calendar of the year."""
        return face("todos.heatmap")(self)

    def eisenhower(self, within: int = 2, **keywords: Any) -> "pl.DataFrame":
        """Everything open in four fields: `do` (important and urgent), `plan` (important), `quickly` (urgent), `later`."""
        return views.eisenhower(self, within, **keywords)

    def by_project(self, **keywords: Any) -> "pl.DataFrame":
        """Each project with what is open in it."""
        return views.by_project(self, **keywords)

    def of_project(self, name: str, *, done: bool | None = None, **keywords: Any) -> Listing[Todo]:
        """The to-dos of a project, what is open first."""
        return views.of_project(self, name, done=done, **keywords)

    def rename_project(self, old: str, new: str) -> int:
        """A project is called otherwise from now on, in one change that can be undone; says how many to-dos it has."""
        from sqlalchemy import text

        new = self.items.new(title="-", project=new).project
        query = text(
            "update todos.items set project = :new where project = :old and owner = any (pgc.owners('todos', 'edit'))"
        )
        with self.as_one() as (mine, _batch):
            for each in mine.projects.find(name=old):
                mine.projects.update(each, name=new)
            with mine.session.writing() as connection:
                return connection.execute(query, {"new": new, "old": old}).rowcount

    # ── what belongs together ────────────────────────────────────────────────────────────────────────

    def parts(self, todo: Which) -> Listing[Todo]:
        """The steps that it is made of, with theirs."""
        return Listing(finishing.parts_of(self, self.known(todo).id)).found_by(self.session)

    def tree_view(self) -> Any:
        """The to-dos with their parts as a tree to open, tick and rearrange."""
        return face("todos.tree")(self)

    def move_under(self, todo: Which, parent: Which | None) -> Todo:
        """Make it a part of another one; None lets it stand for itself."""
        return tying.move_under(self, todo, parent)

    def need(self, todo: Which, needs: Which) -> Need:
        """It cannot be done before the other one is."""
        return tying.need(self, todo, needs)

    def free(self, todo: Which, needs: Which | None = None) -> int:
        """It no longer needs the other one, or none at all."""
        return tying.free(self, todo, needs)

    def needs_of(self, todo: Which) -> Listing[Todo]:
        """What it needs."""
        return tying.needs_of(self, todo)

    def blocked(self) -> Listing[Todo]:
        """What is open and needs something that is open."""
        return tying.blocked(self)

    def wait(self, todo: Which, on: str) -> Todo:
        """It waits for somebody or something from today on; an empty text ends that."""
        known = self.known(todo)
        return self.items.update(known, waiting=on, waiting_since=today() if on else None)

    def link(self, todo: Which, *to: "Record | str") -> Todo:
        """Say to which plans, skills, documents or people it belongs: records of any area."""
        known = self.known(todo)
        return self.items.update(known, links=[*known.links, *(as_pointer(each) for each in to)])

    def about(self, record: "Record | str", **keywords: Any) -> Listing[Todo]:
        """The to-dos that belong to a record of any area."""
        return self.items.find(col("links").has(as_pointer(record)), **keywords)

    # ── time ─────────────────────────────────────────────────────────────────────────────────────────

    def block(
        self, what: Which, start: datetime | str, minutes: int | None = None, note: str = ""
    ) -> Block:
        """Set time aside for a to-do, or for what a text names; its estimate says how long unless minutes do."""
        return timing.block(self, what, start, minutes, note)

    def agenda(self, day: date | None = None) -> "pl.DataFrame":
        """The time that is set aside on a day, and where two blocks clash."""
        return timing.agenda(self, day or today())

    def start(self, todo: Which | None = None, note: str = "") -> Work:
        """Let the clock run for a to-do; what ran before ends."""
        return timing.start(self, todo, note)

    def stop(self, note: str = "") -> Work:
        """Stop the clock."""
        return timing.stop(self, note)

    def log(
        self, todo: Which | None, minutes: int, *, start: datetime | str | None = None, note: str = ""
    ) -> Work:  # fmt: skip
        """Note time that was spent, until now unless a start is given."""
        return timing.log(self, todo, minutes, start, note)

    def running(self) -> Work | None:
        """What the clock runs for."""
        found = self.work.find(running=True, owner=self.session.person, limit=1)
        return found[0] if found else None

    def spent(self, by: By = "todo", since: date | None = None) -> "pl.DataFrame":
        """The minutes that were spent by `todo`, `project`, `day`, `week` or `month`."""
        return timing.spent(self, by, since)

    # ── texts ────────────────────────────────────────────────────────────────────────────────────────

    def harvest(self, place: str, items: Iterable[Item]) -> Harvested:
        """Bring the `- [ ]` items of a text and its to-dos in step; says what is to be changed in the text."""
        return harvesting.harvest(self, place, items)
