"""To-dos: added, ticked off, found when they are due."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from pgc_lib.areas.todos import Todo, Todos
from pgc_lib.core.history import History
from pgc_lib.core.pointer import point
from pgc_lib.core.session import Session
from pgc_lib.core.zone import set_zone, today, zone
from pgc_lib.errors import Conflict, Invalid, NotFound
from tests.support.lab import House, Person, share
from tests.support.records import create_table


@pytest.fixture
def todos(house: House, person: Person) -> Todos:
    """The to-dos of a new person."""
    create_table(house.owner_url, Todo)
    return Todos(person())


def test_a_todo_is_ticked_off_and_reopened(todos: Todos) -> None:
    """With the moment at which it was done; doing it again changes nothing of that."""
    todo = todos.add(title="写周报", due="2026-11-20", tags=["工作"], minutes=30, project="求职")
    assert todos.open() == [todo] and not todo.done
    done = todos.complete(todo)
    assert done.done and done.done_at and done.done_at - datetime.now(UTC) < timedelta(minutes=1)
    assert todos.open() == []
    with pytest.raises(Conflict):
        todos.complete(todo)
    again = todos.complete(todo.id)
    assert again.done_at == done.done_at and again.version == done.version
    reopened = todos.reopen(again)
    assert (reopened.done, reopened.done_at) == (False, None)
    with pytest.raises(NotFound):
        todos.complete(uuid4())


def test_what_is_open_comes_in_the_order_it_is_due(todos: Todos) -> None:
    """What has no date comes last; more conditions may narrow it."""
    for title, due in (("later", "2026-12-01"), ("whenever", None), ("first", "2026-01-01")):
        todos.add(title=title, due=due, project="p" if due else "")
    assert [todo.title for todo in todos.open()] == ["first", "later", "whenever"]
    assert [todo.title for todo in todos.open(project="")] == ["whenever"]
    assert [todo.title for todo in todos.find()] == ["first", "later", "whenever"]


@pytest.mark.parametrize("name", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_today_is_the_persons_today(todos: Todos, name: str) -> None:
    """Where it is already tomorrow, or still yesterday."""
    set_zone(name)
    today = datetime.now(zone()).date()
    for title, due in (
        ("over", today - timedelta(1)),
        ("now", today),
        ("not yet", today + timedelta(1)),
    ):
        todos.add(title=title, due=due)
    todos.add(title="some day")
    todos.complete(todos.add(title="done", due=today))
    assert [todo.title for todo in todos.today()] == ["over", "now"]


def test_a_todo_needs_a_title_and_sensible_minutes(todos: Todos) -> None:
    """Named in one go."""
    with pytest.raises(Invalid) as error:
        todos.add(title="", minutes=-1, due=date.max, tags="工作")
    assert [problem.place for problem in error.value.problems] == [
        "Title (title)",
        "Estimate (minutes)",
        "Tags (tags)",
    ]


# ── a line ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def shared(house: House, person: Person) -> Todos:
    """The to-dos of one person, for tests that look only at what they add."""
    found: Todos = house.lab(person("busy")).todos
    return found


def test_a_line_is_a_todo_and_says_what_it_did_not_understand(shared: Todos) -> None:
    """Keywords go before what the line says; as a line it reads back the same."""
    todo = shared.add("写周报 @fri #工作 30m +求职", note="for the boss", minutes=45)
    assert (todo.title, todo.minutes, todo.project, todo.note) == (
        "写周报",
        45,
        "求职",
        "for the boss",
    )
    assert todo.due is not None and todo.due.weekday() == 4 and todo.told == ()
    unsure = shared.add("pay 1/2")
    assert unsure.title == "pay 1/2" and [each.place for each in unsure.told] == ["1/2"]
    assert "1/2" in unsure._repr_html_()
    assert shared.parse(shared.line(todo)).values() == shared.parse(shared.line(shared.get(todo.id))).values()  # fmt: skip
    with pytest.raises(Invalid):
        shared.add("#only +marks")


def test_impossible_todos_are_refused_with_the_reason(shared: Todos) -> None:
    """A time without a day, a rule without one, a rule with hours, an unknown zone, pointers and offsets that are none."""
    for values in (
        {"at": "15:00"}, {"at": "25:00", "due": "2026-11-21"}, {"rule": "FREQ=DAILY"},
        {"rule": "FREQ=DAILY;BYHOUR=9", "due": "2026-11-21"}, {"zone": "Mars/Base"}, {"links": ["nothing"]},
        {"remind": ["soon"]}, {"remind": ["9999d"]}, {"priority": 4}, {"start": "2026-12-01", "due": "2026-11-01"},
    ):  # fmt: skip
        with pytest.raises(Invalid) as error:
            shared.add(title="x", **values)
        assert error.value.problems[0].reason
    assert shared.add(title="x", priority="高", due="2026-11-21", remind=["2h", "1天"]).remind == ["2h", "1d"]  # fmt: skip


# ── done, and what follows ───────────────────────────────────────────────────────────────────────────


def test_completing_what_repeats_makes_the_next_with_its_parts(shared: Todos) -> None:
    """One batch; reopening takes the untouched next one away again; skipping moves it on."""
    todo = shared.add("周会 2026-11-23 每周一 !1", links=[], remind=["1h"])
    part = shared.add(title="议程", parent=todo.id, due="2026-11-20")
    shared.complete(part)
    done = shared.complete(todo.id, at=datetime(2026, 11, 23, 4, tzinfo=UTC))
    (again,) = shared.find(follows=todo.id)
    assert (again.due, again.priority, again.remind, again.done) == (date(2026, 11, 30), 1, ["1h"], False)  # fmt: skip
    assert [(each.title, each.due, each.done) for each in shared.parts(again)] == [("议程", date(2026, 11, 27), False)]  # fmt: skip
    assert shared.complete(todo.id) == done and len(shared.find(follows=todo.id)) == 1
    shared.reopen(todo.id)
    assert not shared.find(follows=todo.id) and not shared.get(todo.id).done
    moved = shared.skip(todo.id)
    assert moved.due == date(2026, 11, 30) and not moved.done
    with pytest.raises(Conflict):
        shared.skip(shared.add(title="once"))


def test_a_next_one_that_somebody_worked_on_stays(shared: Todos) -> None:
    """Reopening takes back only what nobody touched."""
    todo = shared.add("浇花 2026-11-23 完成后每3天")
    shared.complete(todo, at=datetime(2026, 11, 25, 4, tzinfo=UTC))
    (again,) = shared.find(follows=todo.id)
    assert again.due == date(2026, 11, 28)
    shared.items.update(again, note="with the new can")
    shared.reopen(todo.id)
    assert shared.find(follows=todo.id)


def test_a_summary_is_asked_for_and_may_be_left_out(shared: Todos) -> None:
    """Given at once, given later, not wanted; only what is done has one."""
    told, later, never, untold = (
        shared.add(title=name) for name in ("told", "later", "never", "untold")
    )
    shared.complete(told, what="wrote it", result="sent", learning="start earlier")
    for each in (later, never, untold):
        shared.complete(each)
    assert {"later", "never", "untold"} <= {each.title for each in shared.unsummarised()}
    shared.summarise(later.id, learning="ask first")
    assert shared.summarise(never.id).summary == "skipped"
    left = {each.title for each in shared.unsummarised()}
    assert "untold" in left and not {"told", "later", "never"} & left
    kept = shared.get(told.id)
    assert (kept.what, kept.result, kept.learning, kept.summary) == ("wrote it", "sent", "start earlier", "given")  # fmt: skip
    with pytest.raises(Conflict):
        shared.summarise(shared.add(title="open"), what="x")


def test_parts_are_ticked_off_along(shared: Todos) -> None:
    """Only where that is wanted."""
    trip = shared.add(title="trip")
    steps = [shared.add(title=name, parent=trip.id) for name in ("tickets", "hotel")]
    shared.add(title="compare", parent=steps[0].id)
    shared.complete(trip)
    assert [each.done for each in shared.parts(trip)] == [False] * 3
    shared.reopen(trip.id)
    shared.complete(trip.id, parts=True)
    assert [each.done for each in shared.parts(trip)] == [True] * 3


# ── ties ─────────────────────────────────────────────────────────────────────────────────────────────


def test_nothing_waits_for_itself_in_a_circle(shared: Todos) -> None:
    """Neither by needs nor by parts, near or far; what needs something open is blocked."""
    a, b, c = (shared.add(title=name) for name in "abc")
    shared.need(a, b)
    assert shared.need(a, b) == shared.need(a, b)
    shared.need(b, c)
    for one, other in ((c, a), (b, a), (a, a)):
        with pytest.raises(Conflict):
            shared.need(one, other)
    assert {"a", "b"} <= {each.title for each in shared.blocked()}
    assert [each.title for each in shared.needs_of(a)] == ["b"]
    shared.complete(c)
    assert "b" not in {each.title for each in shared.blocked()}
    assert shared.free(a) == 1 and not shared.needs_of(a)
    shared.move_under(a.id, b)
    shared.move_under(b.id, c.id)
    for one, other in ((c, a), (b, b)):
        with pytest.raises(Conflict):
            shared.move_under(one.id, other.id)
    assert shared.move_under(a.id, None).parent is None


def test_many_at_once_close_no_circle(house: House, person: Person) -> None:
    """Each ties one piece of a ring, all at the same time: one of them is refused."""
    session = person("ring")
    todos: Todos = house.lab(session).todos
    ring = [todos.add(title=str(n)) for n in range(6)]
    for tie, undo in (
        (
            lambda mine, one, other: mine.need(one, other),
            lambda: [todos.free(each) for each in ring],
        ),
        (lambda mine, one, other: mine.move_under(one.id, other), lambda: None),
    ):

        def close(place: int, tie: Any = tie) -> bool:
            other = Session(**{each.name: getattr(session, each.name) for each in fields(session)})
            try:
                tie(Todos(other), ring[place], ring[(place + 1) % len(ring)])
            except Conflict:
                return False
            finally:
                other.close()
            return True

        with ThreadPoolExecutor(len(ring)) as pool:
            assert sorted(pool.map(close, range(len(ring)))) == [False] + [True] * (len(ring) - 1)
        undo()


def test_completing_at_once_makes_one_next(house: House, person: Person) -> None:
    """Two windows, one tick each."""
    session = person("twice")
    todos: Todos = house.lab(session).todos
    todo = todos.add("x 每天")

    def tick(_n: int) -> bool:
        other = Session(**{each.name: getattr(session, each.name) for each in fields(session)})
        try:
            return Todos(other).complete(todo.id).done
        finally:
            other.close()

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(tick, range(4)))
    assert len(todos.find(follows=todo.id)) == 1


def test_links_lead_both_ways(shared: Todos) -> None:
    """To any record; what is linked twice is linked once."""
    goal = shared.projects.add(name="求职", goal="a job that I like")
    todo = shared.add(title="résumé", links=[goal])
    assert shared.link(todo, goal, point(goal)).links == [point(goal)]
    assert [each.title for each in shared.about(goal)] == ["résumé"]


# ── looks ────────────────────────────────────────────────────────────────────────────────────────────


def test_every_look_shows_what_belongs_there(house: House, person: Person) -> None:
    """Today, this week, overdue, waiting, the four fields, by project; what is done is in none of them."""
    todos: Todos = house.lab(person("looks")).todos
    now = today()
    monday = now - timedelta(days=now.weekday())
    for title, values in {
        "late": {"due": now - timedelta(9), "minutes": 30},
        "now": {"due": now, "priority": 1},
        "sunday": {"due": monday + timedelta(6)},
        "next week": {"due": monday + timedelta(7), "priority": 1, "project": "p"},
        "far": {"due": now + timedelta(60), "priority": 1},
        "waits": {"waiting": "外婆"},
        "whenever": {},
    }.items():
        todos.add(title=title, **values)
    todos.complete(todos.add(title="done", due=now))

    def names(found: Any) -> set[str]:
        return {each.title for each in found}

    assert {"late", "now"} <= names(todos.today()) <= {"late", "now", "sunday"}
    assert {"sunday"} <= names(todos.week()) <= {"now", "sunday"}
    assert names(todos.week(now + timedelta(60))) == {"far"}
    assert names(todos.overdue()) == {"late"}
    assert names(todos.waiting()) == {"waits"} and todos.waiting()[0].waiting_since == now
    fields_ = {row["title"]: row["field"] for row in todos.eisenhower().iter_rows(named=True)}
    assert fields_ | {"sunday": "", "next week": ""} == {
        "late": "quickly", "now": "do", "sunday": "", "next week": "", "far": "plan", "whenever": "later"
    }  # fmt: skip
    lines = {row["project"]: row for row in todos.by_project().iter_rows(named=True)}
    assert (lines["p"]["open"], lines[""]["overdue"], lines[""]["minutes"]) == (1, 1, 30)
    assert names(todos.of_project("p")) == {"next week"}
    todos.wait(todos.find(title="waits")[0], "")
    assert not todos.waiting()


def test_what_was_due_at_a_time_that_is_over_is_overdue(house: House, person: Person) -> None:
    """On the person's clock."""
    todos: Todos = house.lab(person("clock")).todos
    todos.add(title="early", due=today(), at="00:00")
    todos.add(title="all day", due=today())
    assert [each.title for each in todos.overdue()] == ["early"]
    assert [each.title for each in todos.today()] == ["all day", "early"]


def test_a_project_is_renamed_as_one(shared: Todos) -> None:
    """Its to-dos and its record, and undone as one."""
    shared.projects.add(name="old")
    for n in range(3):
        shared.add(title=f"{n}", project="old")
    assert shared.rename_project("old", "new") == 3
    assert shared.count(project="new") == 3 and shared.projects.count(name="new") == 1
    change = History(shared.session).recent(limit=1)[0]
    assert change.batch is not None
    History(shared.session).undo_batch(change.batch)
    assert shared.count(project="old") == 3 and shared.projects.count(name="old") == 1


# ── time ─────────────────────────────────────────────────────────────────────────────────────────────


def test_the_clock_runs_for_one_thing_at_a_time(house: House, person: Person) -> None:
    """Starting another ends the first; completing ends it, too; two windows cannot let two run."""
    todos: Todos = house.lab(person("worker")).todos
    one, two = todos.add(title="one", minutes=60, project="p"), todos.add(title="two")
    todos.start(one)
    assert todos.running() and todos.start(two, note="with tea").todo == two.id
    assert todos.work.count(running=True) == 1
    todos.complete(two)
    assert todos.running() is None
    with pytest.raises(Conflict):
        todos.stop()
    todos.log(one, 25, start="2026-11-20 09:00")
    todos.log(one, 20, start="2026-11-21 09:00")
    todos.log(None, 5, start="2026-11-21 10:00")
    spent = {row["title"]: row for row in todos.spent().iter_rows(named=True)}
    assert (spent["one"]["minutes"], spent["one"]["estimate"], spent[None]["minutes"]) == (
        45,
        60,
        5,
    )
    assert dict(todos.spent("project").iter_rows()) == {"p": 45, "": 5}
    assert dict(todos.spent("day", since=date(2026, 11, 21)).select("day", "minutes").iter_rows())[date(2026, 11, 21)] == 25  # fmt: skip


def test_blocks_of_a_day_and_where_they_clash(shared: Todos) -> None:
    """For a to-do with its estimate, for anything else by name; one that began the evening before counts."""
    todo = shared.add(title="write", minutes=90)
    shared.block(todo, "2026-11-25 09:00")
    shared.block("dentist", "2026-11-25 10:00", 45)
    shared.block("night train", "2026-11-24 22:00", 600)
    shared.block("tomorrow", "2026-11-26 00:00", 30)
    lines = shared.agenda(date(2026, 11, 25)).select("title", "minutes", "clash").rows()
    assert lines == [("night train", 600, False), ("write", 90, False), ("dentist", 45, True)]


# ── others, and earlier times ────────────────────────────────────────────────────────────────────────


def test_others_see_and_tie_only_what_they_may(house: House, person: Person) -> None:
    """Somebody without a grant sees nothing and completes nothing."""
    mine: Todos = house.lab(person("mine")).todos
    theirs: Todos = house.lab(person("theirs")).todos
    todo = mine.add("secret plan 每天")
    for attempt in (lambda: theirs.complete(todo.id), lambda: theirs.need(todo.id, todo.id)):
        with pytest.raises(NotFound):
            attempt()
    with pytest.raises(NotFound):
        theirs.need(theirs.add(title="x"), todo.id)
    share(mine.session, theirs.session, "todos", "edit")
    theirs.complete(todo.id)
    assert [each.owner for each in mine.find(follows=todo.id)] == [mine.session.person]


def test_a_row_from_before_the_new_columns_can_be_read_and_brought_back(
    house: House, person: Person
) -> None:
    """Its image has none of them: undoing a removal gives them their defaults, looking back shows those."""
    lab = house.lab(person("old"))
    todo = lab.todos.add(title="old")
    lab.todos.remove(todo)
    later = "{at,zone,contexts,waiting,from_done,remind,links,what,result,learning,summary}"
    house.sql(
        "update pgc.images set before = before - %s::text[] where record = %s", later, todo.id
    )
    before = lab.at((todo.updated_at or datetime.now(UTC)).isoformat()).todos.find()
    assert [(each.at, each.links) for each in before] == [("", [])]
    change = lab.history.recent(limit=1)[0]
    lab.history.undo(change.id)
    assert lab.todos.get(todo.id).contexts == []
