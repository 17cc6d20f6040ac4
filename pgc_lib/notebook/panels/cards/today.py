"""To-dos of today: ticked, taken back, written down."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from pgc_lib.areas.todos import Todo
from pgc_lib.core.zone import today
from pgc_lib.errors import NotFound
from pgc_lib.i18n import N_, _, n_
from pgc_lib.notebook.live import Child, Html, deed, tag
from pgc_lib.notebook.panels.card import Card
from pgc_lib.notebook.panels.entry import Entry, Field
from pgc_lib.notebook.panels.facts import Day, day_of
from pgc_lib.notebook.panels.pieces import button, clean, empty, told
from pgc_lib.notebook.panels.words import brief, day

if TYPE_CHECKING:
    from pgc_lib.lab import Lab
    from pgc_lib.notebook.panels.page import Page

FIRST, MORE = 12, 50
"""Due to-dos that are shown at first; more on demand."""


class Today(Card):
    """What is due, each with a box to tick; what was done today, to be opened again; what comes next."""

    title = N_("Today")
    first = True

    def __init__(self, page: "Page") -> None:
        super().__init__(page)
        self.shown = FIRST
        self.entry = Entry(N_("New to-do"), self._fields, self._add)

    def read(self, lab: "Lab") -> Day:
        return day_of(lab, today(), self.shown)

    def note(self, found: Day) -> str:
        return n_("{n} thing to do", "{n} things to do", found.waiting) if found.waiting else ""

    def show(self, found: Day) -> Child:
        return [
            self._due(found),
            _done(found.done, found.today) if found.done else None,
            _ahead(found.ahead, found.today) if found.ahead else None,
            self.entry,
        ]

    def _due(self, found: Day) -> Child:
        if not found.due:
            return empty(_("Nothing is due. Enjoy the day."), _("Write down below what comes to mind."))  # fmt: skip
        rest = found.waiting - len(found.due)
        return [
            tag.ul([_row(todo, found.today) for todo in found.due], class_="pgc-todos pgc-due"),
            button(_("Show more ({n} are left)", n=rest), "more", kind="pgc-plain")
            if rest > 0
            else None,
        ]

    def _fields(self) -> Sequence[Field]:
        fields = Todo.spec.fields
        minutes = f"{fields['minutes'].title} ({_('minutes')})"
        return [
            Field("title", _("New to-do"), hint=_("What is to be done?"), wide=True),
            Field("due", fields["due"].title, "date", value=today().isoformat()),
            Field("minutes", minutes, "number"),
        ]

    def _add(self, values: dict[str, str]) -> None:
        todo: Todo = self.change(lambda lab: lab.todos.add(**values))
        self.tell(
            _("Added: {title}", title=brief(todo.title)), lambda lab: lab.todos.remove(todo.id)
        )

    @deed
    def more(self) -> None:
        """The next ones."""
        self.shown += MORE
        self.load()

    @deed
    def tick(self, id: str, value: bool = True) -> None:
        """Done, or open again."""
        which = _id(id)
        if value:
            todo = self.change(lambda lab: lab.todos.complete(which))
            self.tell(
                _("Done: {title}", title=brief(todo.title)), lambda lab: lab.todos.reopen(which)
            )
        else:
            todo = self.change(lambda lab: lab.todos.reopen(which))
            self.tell(
                _("Open again: {title}", title=brief(todo.title)),
                lambda lab: lab.todos.complete(which),
            )


def _done(todos: Sequence[Todo], now: date) -> Html:
    return tag.details(
        tag.summary(_("Done today ({n})", n=len(todos))),
        tag.ul([_row(todo, now) for todo in todos], class_="pgc-todos"),
    )


def _ahead(todos: Sequence[Todo], now: date) -> Child:
    rows = [
        tag.li(
            tag.span(clean(todo.title), dir="auto"),
            tag.span(day(todo.due, now) if todo.due else "", class_="pgc-number"),
        )
        for todo in todos
    ]
    return [tag.h3(_("Coming up")), tag.ul(rows, class_="pgc-ahead")]


def _row(todo: Todo, now: date) -> Html:
    said: list[Child] = []
    if todo.due and not todo.done:
        late = todo.due < now
        text = _("late since {day}", day=day(todo.due, now)) if late else day(todo.due, now)
        said.append(tag.span(text, class_="pgc-late" if late else None))
    said += told(
        n_("{n} minute", "{n} minutes", todo.minutes) if todo.minutes else "",
        clean(todo.project) if todo.project else "",
    )
    key = f"todo-{todo.id.hex}"
    box = tag.input(
        type="checkbox", id=key, checked=todo.done, act="tick", values={"id": todo.id.hex}
    )
    return tag.li(
        box,
        tag.label(
            tag.span(clean(todo.title), class_="pgc-title", dir="auto"),
            tag.span(said, class_="pgc-meta"),
            for_=key,
        ),
        data_key=f"row-{todo.id.hex}",
        class_="pgc-done" if todo.done else None,
    )


def _id(given: str) -> UUID:
    try:
        return UUID(given)
    except ValueError:
        raise NotFound(
            _("There is no such thing on this page."), next_step=_("Reload the page.")
        ) from None
