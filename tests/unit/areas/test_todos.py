"""To-dos: added, ticked off, found when they are due."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from pgc_lib.areas.todos import Todo, Todos
from pgc_lib.core.zone import set_zone, zone
from pgc_lib.errors import Conflict, Invalid, NotFound
from tests.support.lab import House, Person
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
