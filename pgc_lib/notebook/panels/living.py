"""The home dashboard at work: parts that are renewed, and what each deed does."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from uuid import UUID

import ipywidgets as widgets

from pgc_lib.core.zone import today
from pgc_lib.errors import Invalid, NotFound, PgcError
from pgc_lib.i18n import _
from pgc_lib.notebook.panels import markup
from pgc_lib.notebook.panels.facts import Facts, day_of
from pgc_lib.notebook.panels.growth import Growth
from pgc_lib.notebook.panels.home import FIRST, trouble
from pgc_lib.notebook.panels.link import Deed, Link
from pgc_lib.notebook.panels.reports import page_of, reader, reports

if TYPE_CHECKING:
    from pgc_lib.areas.todos import Todo
    from pgc_lib.lab import Lab
    from pgc_lib.notebook.panels.home import Home

MORE = 50
_FIELD = re.compile(r"\((\w+)\)$")
"""A problem's place ends with the field's name."""
_SHORT = 60


class Living:
    """The page as widgets."""

    def __init__(self, home: "Home") -> None:
        self._home = home
        self._shown = FIRST
        self._undo: dict[str, Callable[[Lab], object]] = {}
        self._todos, self._entry, self._money, self._reports = (
            widgets.HTML() for _part in range(4)
        )
        self._head, self._toast, self._reader = (widgets.HTML() for _part in range(3))
        self._growth = Growth()
        self._link = Link(
            {
                "ping": lambda _deed: None,
                "hello": self._hello,
                "renew": lambda _deed: self.renew(),
                "more": lambda _deed: self._more(),
                "done": self._done,
                "reopen": self._reopen,
                "undo": self._take_back,
                "hush": lambda _deed: self._say(""),
                "add": self._add,
                "read": self._read,
                "close": lambda _deed: self._show(""),
                **self._growth.handlers,
            },
            self._say,
        )
        self.widget = self._laid_out()
        self._say("")
        try:
            self.renew()
        except PgcError as error:
            self._head.value = trouble(error)

    def renew(self) -> None:
        """Read everything anew."""
        facts = self._home.facts(self._shown)
        today = facts.day.today
        self._head.value = markup.head(facts)
        self._todos.value = markup.todos(facts.day)
        self._money.value = markup.money(facts.months, today)
        self._reports.value = reports(facts.runs, today)
        if not self._entry.value:
            self._entry.value = markup.entry({}, {}, today)
        self._growth.show(facts.weeks, _currency(facts))

    def _laid_out(self) -> Any:
        todos = _box([self._todos, self._entry], "pgc-card")
        left = _box([todos], "pgc-column")
        right = _box(
            [_box([self._money], "pgc-card"), _box([self._reports], "pgc-card")], "pgc-column"
        )
        self._toast.add_class("pgc-toast")
        grid = _box([left, right, self._growth.widget], "pgc-grid")
        return _box([self._link.widget, self._head, grid, self._toast, self._reader], "pgc-live")

    # ── deeds ────────────────────────────────────────────────────────────────────────────────────────

    def _hello(self, deed: Deed) -> None:
        if not self._entry.value:  # it could not be read when the page began
            self.renew()
        self._growth.hello(deed)

    def _more(self) -> None:
        self._shown += MORE
        self._renew_day()

    def _done(self, deed: Deed) -> None:
        id = _id(deed)
        todo = self._changed(lambda lab: lab.todos.complete(id))
        self._say(_("Done: {title}", title=_brief(todo.title)), lambda lab: lab.todos.reopen(id))

    def _reopen(self, deed: Deed) -> None:
        id = _id(deed)
        todo = self._changed(lambda lab: lab.todos.reopen(id))
        self._say(
            _("Open again: {title}", title=_brief(todo.title)), lambda lab: lab.todos.complete(id)
        )

    def _take_back(self, deed: Deed) -> None:
        back = self._undo.pop(str(deed.get("id")), None)
        if back is None:
            return
        self._changed(back)
        self._say(_("Taken back."))

    def _add(self, deed: Deed) -> None:
        values = {name: str(deed.get(name) or "").strip() for name in ("title", "due", "minutes")}
        given = {name: value for name, value in values.items() if value}
        try:
            todo: Todo = self._home.with_lab(lambda lab: lab.todos.add(**given), again=False)
        except Invalid as error:
            problems = {_field(problem.place): problem.reason for problem in error.problems}
            self._entry.value = markup.entry(values, problems, today())
            return
        self._entry.value = markup.entry({}, {}, today())
        self._renew_day()
        self._say(
            _("Added: {title}", title=_brief(todo.title)), lambda lab: lab.todos.remove(todo.id)
        )

    def _read(self, deed: Deed) -> None:
        from pgc_lib.automation.catalogue import workspace

        id = _id(deed)
        title, html = self._home.with_lab(lambda lab: page_of(lab, workspace(), id))
        self._show(reader(title, html))

    # ── what follows from them ───────────────────────────────────────────────────────────────────────

    def _changed(self, work: "Callable[[Lab], Any]") -> Any:
        try:
            return self._home.with_lab(work, again=False)
        finally:
            # A box that was ticked in vain is shown as it is.
            self._todos.value += " "
            self._renew_day()

    def _renew_day(self) -> None:
        shown = self._shown
        self._todos.value = markup.todos(
            self._home.with_lab(lambda lab: day_of(lab, today(), shown))
        )

    def _say(self, text: str, undo: "Callable[[Lab], object] | None" = None) -> None:
        self._undo = {str(id(undo)): undo} if undo else {}
        self._toast.value = markup.toast(text, next(iter(self._undo), ""))

    def _show(self, html: str) -> None:
        self._reader.value = html


def _box(children: list[Any], kind: str) -> Any:
    box = widgets.VBox(children)
    box.add_class(kind)
    return box


def _currency(facts: Facts) -> str:
    return facts.months[0].currency if facts.months else "CNY"


def _field(place: str) -> str:
    found = _FIELD.search(place)
    return found[1] if found else place


def _id(deed: Deed) -> UUID:
    try:
        return UUID(str(deed.get("id")))
    except ValueError:
        raise NotFound(
            _("There is no such thing on this page."), next_step=_("Reload the page.")
        ) from None


def _brief(title: str) -> str:
    line = " ".join(title.split())
    return line if len(line) <= _SHORT else line[: _SHORT - 1] + "…"
