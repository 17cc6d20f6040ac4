"""Several writes as one transaction: all of them or none, one batch, rows and documents alike."""

from uuid import UUID

import pytest

from pgc_lib.areas.todos import Todo, Todos
from pgc_lib.core.collection import Collection
from pgc_lib.core.history import History
from pgc_lib.core.ids import new_id
from pgc_lib.core.session import Session
from pgc_lib.core.together import Joined, together
from pgc_lib.errors import Denied, Invalid
from tests.support.lab import Person
from tests.support.records import Paper


@pytest.fixture
def session(person: Person) -> Session:
    """A new person."""
    return person("joiner")


def write(joined: Session, batch: UUID, title: str) -> None:
    """A row and a document."""
    Collection(joined, Todo).add(title=title, batch=batch)
    Collection(joined, Paper).add(title=title, batch=batch)


def counts(session: Session) -> tuple[int, int]:
    """How many rows and documents there are."""
    return Collection(session, Todo).count(), Collection(session, Paper).count()


def test_both_or_neither(session: Session) -> None:
    """What fails at the end takes everything with it; within, each sees what was written before."""
    batch = new_id()
    with pytest.raises(ZeroDivisionError), together(session, batch) as joined:
        write(joined, batch, "never")
        assert counts(joined) == (1, 1)
        assert counts(session) == (0, 0), "nobody else sees it yet"
        raise ZeroDivisionError
    assert counts(session) == (0, 0)
    with together(session, batch) as joined:
        write(joined, batch, "kept")
    assert counts(session) == (1, 1)


def test_one_batch_takes_all_of_it_back(session: Session) -> None:
    """Additions and changes, rows and documents."""
    todo = Collection(session, Todo).add(title="before")
    batch = new_id()
    with together(session, batch) as joined:
        write(joined, batch, "new")
        Collection(joined, Todo).update(todo, title="after")
    assert counts(session) == (2, 1)
    History(session).undo_batch(batch)
    assert counts(session) == (1, 0)
    assert Collection(session, Todo).get(todo.id).title == "before"


def test_a_step_that_fails_leaves_the_others(session: Session) -> None:
    """Whoever catches its error goes on in the same transaction."""
    batch = new_id()
    with together(session, batch) as joined:
        items = Collection(joined, Todo)
        items.add(title="one")
        with pytest.raises(Invalid):
            items.add(title="")
        with pytest.raises(Denied):
            items.add(title="for a stranger", owner=new_id())
        items.add(title="two")
    assert {todo.title for todo in Todos(session).find()} == {"one", "two"}


def test_the_past_cannot_be_changed(session: Session) -> None:
    """A look at an earlier time opens no transaction."""
    from datetime import UTC, datetime

    with pytest.raises(Denied), together(session.as_of(datetime.now(UTC)), new_id()):
        pass
    assert issubclass(Joined, Session)


def test_what_is_added_belongs_to_the_batch_unless_another_is_named(session: Session) -> None:
    """So that taking the batch back takes everything back, not only what was changed; alone nothing has one."""
    assert Collection(session, Todo).add(title="alone").batch is None
    batch, other = new_id(), new_id()
    with together(session, batch) as joined:
        made = Collection(joined, Todo).add(title="row")
        Collection(joined, Paper).add(title="document")
        Collection(joined, Todo).add_many([{"title": "many"}])
        apart = Collection(joined, Todo).add(title="apart", batch=other)
    assert (made.batch, apart.batch) == (batch, other)
    assert counts(session) == (4, 1)
    History(session).undo_batch(batch)
    assert {todo.title for todo in Collection(session, Todo).find()} == {"alone", "apart"}
    assert counts(session) == (2, 0)
