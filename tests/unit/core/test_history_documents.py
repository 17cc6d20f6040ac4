"""History and undo of documents that lie in MongoDB: the same face, as far as it goes there."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from pgc_lib.core.history import History
from pgc_lib.core.ids import new_id
from pgc_lib.core.session import Session
from pgc_lib.errors import Conflict, NotFound
from pgc_lib.settings import Secret
from pgc_lib.stores.mongo_people import provision
from tests.support.lab import Person
from tests.support.mongo import Mongo, mongo  # noqa: F401

KIND = "family.members"


@pytest.fixture
def mine(person: Person, mongo: Mongo) -> Iterator[Session]:  # noqa: F811
    """A person whose documents lie in MongoDB."""
    session = person("mama")
    provision(mongo.admin, session.person, "their-password")
    kept = replace(session, mongo_url=Secret(mongo.url_of(session.person)))
    yield kept
    kept.close()


def test_a_document_tells_its_life(mine: Session) -> None:
    """Who changed what when, field by field, as for everything else."""
    id = new_id()
    mine.documents.insert(KIND, {"name": "a", "n": 1}, id=id)
    mine.documents.update(KIND, id, {"name": "b"})
    mine.documents.delete(KIND, id)
    removed, changed, added = History(mine).of(KIND, id)
    assert [change.verb for change in (removed, changed, added)] == ["delete", "update", "insert"]
    assert {(change.actor, change.owner) for change in (removed, changed, added)} == {
        (mine.person, mine.person)
    }
    assert [(d.field, d.old, d.new) for d in changed.differences] == [("name", "a", "b")]
    assert {d.field for d in added.differences} == {d.field for d in removed.differences}
    assert History(mine).of(KIND, new_id()) == []


def test_each_change_is_undone_and_redone(mine: Session) -> None:
    """Undoing restores the version before, as a further version."""
    id, history, store = new_id(), History(mine), mine.documents
    store.insert(KIND, {"n": 1}, id=id)
    store.update(KIND, id, {"n": 2})
    undone = history.undo(history.of(KIND, id)[0])
    assert store.get(KIND, id).body == {"n": 1}  # type: ignore[union-attr]
    assert undone.change == history.of(KIND, id)[0] and undone.rows == 1
    history.undo(undone)
    assert store.get(KIND, id).body == {"n": 2}  # type: ignore[union-attr]
    store.delete(KIND, id)
    history.undo(history.of(KIND, id)[0])
    assert store.get(KIND, id).body == {"n": 2}  # type: ignore[union-attr]
    added = history.of(KIND, id)[-1]
    with pytest.raises(Conflict):
        history.undo(added)
    history.undo(added, force=True)
    assert store.get(KIND, id) is None


def test_what_was_changed_since_is_not_overwritten(mine: Session) -> None:
    """Neither silently nor twice."""
    id, history, store = new_id(), History(mine), mine.documents
    store.insert(KIND, {"n": 1}, id=id)
    store.update(KIND, id, {"n": 2})
    change = history.of(KIND, id)[0]
    store.update(KIND, id, {"n": 3})
    with pytest.raises(Conflict, match="changed in between"):
        history.undo(change)
    assert store.get(KIND, id).body == {"n": 3}  # type: ignore[union-attr]
    history.undo(change, force=True)
    with pytest.raises(Conflict, match="undone already"):
        history.undo(change)
    with pytest.raises(NotFound):
        history.undo(replace(change, id=99))
