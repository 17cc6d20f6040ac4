"""What was finished in a period, what it brought and taught, what is late, and what comes next."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

from pgc_lib.areas.reporting.fact import Fact, Section, number, pointers
from pgc_lib.areas.reporting.period import Period
from pgc_lib.areas.todos import Todo, Todos
from pgc_lib.i18n import _, n_
from pgc_lib.stores.filters import col

if TYPE_CHECKING:
    from pgc_lib.areas.reporting.facts import Asked

KIND = "todos.items"
_MOST = 40
"""So many single to-dos are told; the headline counts all."""


def facts(asked: "Asked") -> Iterator[Fact]:
    """The to-dos of a period."""
    todos = Todos(asked.session)
    mine = col("owner") == asked.session.person
    period = asked.period
    done = finished(todos, period)
    within = f"done=True, done_at__ge={str(period.begins)!r}, done_at__lt={str(period.ends)!r}"
    yield _counted("todos.done", "accomplishments", done, within, less_is_better=False)
    yield from _hours(done, within)
    yield from _worked(todos, asked)
    for same in _gathered(done, _done)[-_MOST:]:
        yield _told_once(same, "accomplishments", _done(same[-1]), within)
    for same in _gathered([each for each in done if each.learning.strip()], _learned)[-_MOST:]:
        yield _told_once(same, "learnings", _learned(same[-1]), within, "learned")
    if asked.now >= period.first:
        over = min(asked.until, asked.now - timedelta(days=1))
        late = unfinished(todos, over)
        query = f"due__le={str(over)!r}, done=False"
        if late:
            yield _counted("todos.late", "challenges", late, query, less_is_better=True)
        for todo in late[:_MOST]:
            text = _("Still open: {title}, due {due}.", title=todo.title, due=todo.due)
            yield _one(todo, "challenges", text, "late")
    after = period.following()
    coming = todos.items.find(
        mine, col("due") >= after.first, col("due") <= after.last, done=False, order="due"
    )
    for todo in coming[:_MOST]:
        text = _("Due {due}: {title}.", title=todo.title, due=todo.due)
        yield _one(todo, "next_focus", text, "next")


def finished(todos: Todos, period: Period) -> list[Todo]:
    """One's own to-dos that were done in a period, in the order in which they were."""
    mine = col("owner") == todos.session.person
    begun, over = period.begins, period.ends
    return todos.items.find(mine, done=True, done_at__ge=begun, done_at__lt=over, order="done_at")


def unfinished(todos: Todos, until: date) -> list[Todo]:
    """One's own to-dos that were due by a day and are not done."""
    mine = col("owner") == todos.session.person
    return todos.items.find(mine, col("due") <= until, done=False, order="due")


def _counted(
    key: str, section: Section, todos: list[Todo], query: str, *, less_is_better: bool
) -> Fact:
    text = (
        n_("One to-do was done.", "{n} to-dos were done.", len(todos))
        if key == "todos.done"
        else n_("One to-do is late.", "{n} to-dos are late.", len(todos))
    )
    return Fact(
        key=key,
        area="todos",
        section=section,
        text=text,
        value=number(len(todos)),
        query=f"lab.todos.find({query})",
        rows=pointers(KIND, (todo.id for todo in todos)),
        count=len(todos),
        headline=True,
        less_is_better=less_is_better,
    )


def _hours(done: list[Todo], within: str) -> Iterator[Fact]:
    estimated = [todo for todo in done if todo.minutes]
    if not estimated:
        return
    hours = number(sum(todo.minutes or 0 for todo in estimated) / 60)
    yield Fact(
        key="todos.hours",
        area="todos",
        section="accomplishments",
        text=_(
            "The to-dos that were done had been estimated at {hours} hours.", hours=f"{hours:.1f}"
        ),
        value=hours,
        unit="h",
        query=f"lab.todos.frame({within})['minutes'].sum() / 60",
        rows=pointers(KIND, (todo.id for todo in estimated)),
        count=len(estimated),
        headline=True,
    )


def _worked(todos: Todos, asked: "Asked") -> Iterator[Fact]:
    """The time of the work log."""
    period = asked.period
    log = todos.work.frame(
        col("owner") == asked.session.person,
        start__ge=period.begins,
        start__lt=period.ends,
        columns=["id", "minutes"],
    )
    minutes = log["minutes"].sum() if log.height else 0
    if not minutes:
        return
    hours = number(minutes / 60)
    yield Fact(
        key="todos.worked",
        area="todos",
        section="accomplishments",
        text=_("{hours} hours of work were logged.", hours=f"{hours:.1f}"),
        value=hours,
        unit="h",
        query=f"lab.todos.work.find(start__ge={str(period.begins)!r}, start__lt={str(period.ends)!r})",
        rows=pointers("todos.work", log["id"]),
        count=log.height,
        headline=True,
    )


def _done(todo: Todo) -> str:
    told = {"title": todo.title, "project": todo.project, "result": todo.result.strip()}
    match bool(todo.project), bool(told["result"]):
        case True, True:
            return _("Done: {title} ({project}). Result: {result}", **told)
        case False, True:
            return _("Done: {title}. Result: {result}", **told)
        case True, False:
            return _("Done: {title} ({project}).", **told)
        case _:
            return _("Done: {title}.", **told)


def _learned(todo: Todo) -> str:
    return " ".join(todo.learning.split())


def _gathered(done: list[Todo], said: Callable[[Todo], str]) -> list[list[Todo]]:
    """What the same is said of stands together, as what is done every week; by when it was done last."""
    found: dict[str, list[Todo]] = {}
    for todo in done:
        text = said(todo)
        found[text] = [*found.pop(text, ()), todo]
    return list(found.values())


def _told_once(
    same: list[Todo], section: Section, text: str, within: str, what: str = "items"
) -> Fact:
    """One line for all the times, with each of them behind it."""
    if len(same) == 1:
        return _one(same[0], section, text, {"items": "item"}.get(what, what))
    last = same[-1]
    digest = sha256(f"{last.title}\0{last.project}\0{text}".encode(errors="replace")).hexdigest()[:32]  # fmt: skip
    told = {"result": last.result} if what == "items" else {"learning": last.learning}
    given = {"title": last.title, "project": last.project, **told} if what == "items" else told
    query = ", ".join([within, *(f"{name}={value!r}" for name, value in given.items())])
    return Fact(
        key=f"todos.{what}.{digest}", area="todos", section=section,
        text=n_("{told} (once).", "{told} ({n} times).", len(same), told=text.rstrip("。.")),
        query=f"lab.todos.find({query})", rows=pointers(KIND, (todo.id for todo in same)), count=len(same),
    )  # fmt: skip


def _one(todo: Todo, section: Section, text: str, what: str = "item") -> Fact:
    return Fact(
        key=f"todos.{what}.{todo.id.hex}",
        area="todos",
        section=section,
        text=text,
        query=f"lab.todos.get({str(todo.id)!r})",
        rows=pointers(KIND, [todo.id]),
        count=1,
    )
