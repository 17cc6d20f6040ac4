"""Documents in MongoDB have lines of history too: noted first, told when it is done, taken back exactly."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Barrier, Thread
from typing import Any
from uuid import UUID

import psycopg
import pytest

from pgc_lib.core.changes import Change
from pgc_lib.core.collection import Collection
from pgc_lib.core.events import Event, Events
from pgc_lib.core.history import History
from pgc_lib.core.ids import new_id
from pgc_lib.core.relay import Relay
from pgc_lib.core.session import Session
from pgc_lib.core.together import together
from pgc_lib.core.undo_documents import undoings
from pgc_lib.errors import Conflict, Denied, Invalid, NotFound, Unavailable
from pgc_lib.settings import Secret
from pgc_lib.stores.mongo import database_of
from pgc_lib.stores.mongo_people import grant, provision
from tests.support.lab import House, Person, share
from tests.support.mongo import Mongo, mongo  # noqa: F401
from tests.support.records import Paper

KIND = "family.members"
AWAY = "127.0.0.1:1"


def _in_mongo(session: Session, mongo: Mongo) -> Session:  # noqa: F811
    provision(mongo.admin, session.person, "their-password")
    return replace(session, mongo_url=Secret(mongo.url_of(session.person)))


@pytest.fixture
def mine(person: Person, mongo: Mongo) -> Iterator[Session]:  # noqa: F811
    """A person whose documents lie in MongoDB."""
    session = _in_mongo(person("mama"), mongo)
    yield session
    session.close()


def _lines(session: Session) -> list[Change]:
    return list(History(session).recent(limit=1000))


def _body(session: Session, id: UUID) -> dict[str, Any] | None:
    found = session.documents.get(KIND, id)
    return found.body if found else None


def _waiting(house: House, session: Session) -> list[tuple[int, bool]]:
    """The person's lines in the outbox, and whether they are held."""
    return house.sql(
        "select o.change, o.held_until is not null from pgc.outbox o join pgc.changes c on c.id = o.change "
        "where c.owner = %s order by 1",
        session.person,
    )


# ── telling ──────────────────────────────────────────────────────────────────────────────────────────


def test_every_change_has_a_line_that_names_the_document(mine: Session, house: House) -> None:
    """As for rows of tables: who, what, which document; and each event waits for the relay, held no longer."""
    id, store = new_id(), mine.documents
    store.insert(KIND, {"n": 1}, id=id)
    store.update(KIND, id, {"n": 2})
    store.replace(KIND, id, {"m": 3})
    store.delete(KIND, id)
    lines = _lines(mine)
    assert [line.verb for line in lines] == ["delete", "update", "update", "insert"]
    assert {(it.document, it.rows, it.actor, it.owner, it.kind, it.area) for it in lines} == {
        (id, 1, mine.person, mine.person, KIND, "family")
    }
    versions = mine.documents.versions(KIND, id)
    assert [version.line for version in versions] == [line.token for line in lines]
    assert _waiting(house, mine) == [(line.id, False) for line in reversed(lines)]
    assert str(id) in lines[0]._repr_html_() and str(id) in History(mine).recent()._repr_html_()
    assert [change.id for change in History(mine).of(KIND, id)] == [4, 3, 2, 1]


def test_a_large_batch_is_one_line(mine: Session) -> None:
    """However many documents; and what was there already is not counted."""
    batch = new_id()
    items = [(new_id(), {"n": n}) for n in range(110)]
    mine.documents.insert_many(KIND, items[:5])
    mine.documents.insert_many(KIND, items, batch=batch, on_conflict="skip")
    line, first = _lines(mine)
    assert (line.rows, line.batch, line.document, line.verb) == (105, batch, None, "insert")
    assert first.rows == 5
    mine.documents.insert_many(KIND, items, on_conflict="skip")
    mine.documents.insert_many(KIND, [])
    assert _lines(mine) == [line, first], "of what changed nothing, nothing is told"
    mine.documents.insert_many(KIND, [(items[0][0], {"n": "x"})], on_conflict="replace")
    assert (_lines(mine)[0].verb, _lines(mine)[0].rows) == ("update", 1)
    History(mine).undo_batch(batch)
    assert mine.documents.count(KIND) == 5
    mine.documents.insert_many("family.pets", [(new_id(), {}) for _n in range(1100)])
    assert _lines(mine)[0].rows == 1100


def test_what_is_refused_leaves_no_line(mine: Session, house: House) -> None:
    """Taken, stale, gone or no document at all: nothing happened, and nothing is told."""
    id, store = new_id(), mine.documents
    store.insert(KIND, {"n": 1}, id=id)
    [line] = _lines(mine)
    for attempt in (
        lambda: store.insert(KIND, {"n": 2}, id=id),
        lambda: store.insert_many(KIND, [(new_id(), {}), (id, {})]),
        lambda: store.update(KIND, id, {"n": 2}, version=7),
        lambda: store.update(KIND, new_id(), {"n": 2}),
        lambda: store.update(KIND, id, {"n": float("nan")}),
        lambda: store.delete(KIND, id, version=7),
    ):
        with pytest.raises((Conflict, NotFound, Invalid)):
            attempt()
    assert not store.delete(KIND, new_id())
    assert _lines(mine) == [line] and _waiting(house, mine) == [(line.id, False)]
    voided = house.sql(
        "select count(*) from pgc.changes where owner = %s and voided_at is not null", mine.person
    )
    assert voided == [(1,)], "only a taken id is found out after it was noted"


def test_an_event_comes_when_the_write_is_done(mine: Session, house: House) -> None:
    """Not before, else a consumer would read the old; late if the writer never comes back, and again if it does."""

    def heard() -> list[Event]:
        relay = Relay(house.worker_url, house.redis_admin)
        with psycopg.connect(house.worker_url, autocommit=True) as connection:
            while relay.carry(connection):
                pass
            while not relay.settle(connection, 1000):
                pass
        relay.close()
        return [event for _place, event in Events(mine).read(limit=100_000)]

    store = mine.in_mongo
    assert store is not None
    shelf, id = store.shelf_of(KIND, mine.person), new_id()
    with store.noted(shelf, "insert", [id]) as line:
        assert heard() == []
    [told] = heard()
    assert (told.records, told.kind, told.verb) == ((id,), KIND, "insert")
    with store.noted(shelf, "insert", [id]) as line:
        # Slow: longer than lines are held.
        house.sql(
            "update pgc.outbox o set held_until = now() from pgc.changes c where c.id = o.change and c.token = %s",
            line.token,
        )
        assert len(heard()) == 2 and _waiting(house, mine) == []
    assert len(heard()) == 3 and heard()[2].change == heard()[1].change
    with pytest.raises(Conflict), store.noted(shelf, "insert", [id]):
        raise Conflict("taken")
    assert len(heard()) == 3 and _waiting(house, mine) == []


def test_the_writer_that_comes_back_while_its_line_is_being_told(
    mine: Session, house: House
) -> None:
    """Sent while it was held, settled before the outbox was cleared: it is sent once more."""
    store = mine.in_mongo
    assert store is not None
    shelf = store.shelf_of(KIND, mine.person)
    relay = Relay(house.worker_url, house.redis_admin)
    with psycopg.connect(house.worker_url, autocommit=True) as connection:
        with store.noted(shelf, "insert", [new_id()]) as line:
            house.sql("update pgc.outbox set held_until = now() where held_until is not null")
            while relay.carry(connection):
                pass
        while not relay.settle(connection, 1000):
            pass
        found = house.sql("select id from pgc.changes where token = %s", line.token)
        assert _waiting(house, mine) == [(found[0][0], False)]
    relay.close()


# ── taking back ──────────────────────────────────────────────────────────────────────────────────────


def test_a_line_is_undone_exactly(mine: Session) -> None:
    """The one change it tells of, and the undoing of it; not what came later."""
    id, store, history = new_id(), mine.documents, History(mine)
    store.insert(KIND, {"n": 1}, id=id)
    store.update(KIND, id, {"n": 2})
    changed, added = history.recent()
    undone = history.undo(changed)
    assert _body(mine, id) == {"n": 1} and undone.rows == 1
    assert undone.change.undoes == changed.id and undone.change.document == id
    with pytest.raises(Conflict, match="undone already"):
        history.undo(changed)
    history.undo(undone)
    assert _body(mine, id) == {"n": 2}
    with pytest.raises(Conflict, match="changed since"):
        history.undo(added)
    store.update(KIND, id, {"n": 3})
    with pytest.raises(Conflict, match="changed since"):
        history.undo(changed.id)
    history.undo(changed.id, force=True)
    assert _body(mine, id) == {"n": 1}
    store.delete(KIND, id)
    history.undo(history.recent(limit=1)[0])
    assert _body(mine, id) == {"n": 1}
    assert [version.version for version in store.versions(KIND, id)] == list(range(8, 0, -1))
    of_it = history.undo(history.of(KIND, id)[0])
    assert _body(mine, id) is None and of_it.change.verb == "delete"
    assert history.recent(limit=1)[0].undoes is not None


def test_a_batch_over_rows_and_documents_is_undone_as_one(mine: Session, house: House) -> None:
    """Both are taken back, both come back; what was changed since holds up all of it, as for rows."""
    batch, history, todos = new_id(), History(mine), house.lab(mine).todos
    kept = mine.documents.insert(KIND, {"n": 0}, id=new_id())
    todos.add_many([{"title": "a"}, {"title": "b"}], batch=batch)
    ids = [new_id() for _n in range(105)]
    mine.documents.insert_many(KIND, [(id, {"n": 1}) for id in ids], batch=batch)
    with together(mine, batch) as joined:
        joined.documents.update(KIND, kept.id, {"n": 9})
    assert len({line.kind for line in history.recent() if line.batch == batch}) == 2
    mine.documents.update(KIND, ids[0], {"n": 2})
    with pytest.raises(Conflict, match="1 of 108"):
        history.undo_batch(batch)
    assert todos.count() == 2 and mine.documents.count(KIND) == 106
    undone = history.undo_batch(batch, force=True)
    assert undone.rows == 108 and todos.count() == 0
    assert mine.documents.count(KIND) == 1 and _body(mine, kept.id) == {"n": 0}
    assert {line.undoes_batch for line in undone.changes} == {batch}
    again = history.undo(undone)
    assert again.rows == 108 and todos.count() == 2 and mine.documents.count(KIND) == 106
    assert _body(mine, kept.id) == {"n": 9}
    assert {doc.batch for doc in mine.documents.find(KIND).items if doc.id in ids} == {batch}
    with pytest.raises(NotFound):
        history.undo_batch(new_id())


def test_undoing_that_was_broken_off_is_completed_by_undoing_once_more(mine: Session) -> None:
    """One document at a time: those that somebody changes at this very moment are told and stay."""
    batch, history = new_id(), History(mine)
    ids = [new_id() for _n in range(3)]
    mine.documents.insert_many(KIND, [(id, {"n": 1}) for id in ids], batch=batch)
    [plan] = undoings(mine, history.recent(limit=1), new_id(), batch)
    mine.documents.update(KIND, ids[1], {"n": 2})
    assert plan.apply(force=False) == [ids[1]]
    assert [_body(mine, id) for id in ids] == [None, {"n": 2}, None]
    assert history.recent(limit=1)[0].rows == 2, "the line tells what came of it"
    with pytest.raises(Conflict, match="1 of 1"):
        history.undo_batch(batch)
    assert history.undo_batch(batch, force=True).rows == 1
    assert mine.documents.count(KIND) == 0


def test_collections_need_not_know(mine: Session, mongo: Mongo) -> None:  # noqa: F811
    """A collection of records that lie as documents gets all of it: the import is one line, undone as one."""
    papers = Collection(mine, Paper)
    done = papers.add_many([{"title": f"t{n}", "code": str(n)} for n in range(105)])
    [line] = _lines(mine)
    assert (line.rows, line.batch, line.kind) == (105, done.batch, Paper.spec.kind)
    History(mine).undo_batch(done.batch)
    assert papers.count() == 0


def test_one_that_may_edit_writes_and_takes_back_in_the_owners_history(
    mine: Session,
    person: Person,
    mongo: Mongo,  # noqa: F811
) -> None:
    """The line is the owner's, the actor who did it; to see is not enough."""
    papa = _in_mongo(person("papa"), mongo)
    id = new_id()
    mine.documents.insert(KIND, {"n": 1}, id=id)
    share(mine, papa, "family", "edit")
    grant(mongo.admin, mine.person, "family", papa.person, "edit", kinds=[KIND])
    papa.documents.update(KIND, id, {"n": 2})
    [line, _added] = _lines(mine)
    assert (line.actor, line.owner, line.document) == (papa.person, mine.person, id)
    History(papa).undo(History(papa).recent(limit=1)[0])
    assert _body(mine, id) == {"n": 1}
    # MongoDB's role lags behind: the database that knows the grants refuses.
    share(mine, papa, "family", "see")
    with pytest.raises(Denied):
        papa.documents.update(KIND, id, {"n": 3})
    with pytest.raises(Denied):
        History(papa).undo(History(mine).recent(limit=1)[0])
    assert _body(mine, id) == {"n": 1}
    papa.close()


# ── faults ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("verb", ["insert", "update"])
def test_a_writer_killed_between_noting_and_writing(
    mine: Session,
    house: House,
    mongo: Mongo,  # noqa: F811
    verb: str,
) -> None:
    """At worst a line and an event about what did not happen: undoing it says so, everything else goes on."""
    id = new_id()
    if verb == "update":
        mine.documents.insert(KIND, {"n": 0}, id=id)
    before = _body(mine, id)
    url = mongo.url_of(mine.person)
    program = [sys.executable, "-m", "tests.support.noting_writer", mine.database.reveal(), url]
    killed = subprocess.run(
        [*program, mine.person.hex, id.hex, verb],
        cwd=Path(__file__).parents[3],
        timeout=120,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    line = _lines(mine)[0]
    assert (line.verb, line.document, line.actor) == (verb, id, mine.person)
    assert _body(mine, id) == before
    assert _waiting(house, mine)[-1] == (line.id, True)
    with pytest.raises(Conflict, match="never carried out"):
        History(mine).undo(line)
    if verb == "insert":
        mine.documents.insert(KIND, {"n": 1}, id=id)
    else:
        mine.documents.update(KIND, id, {"n": 1})
    with pytest.raises(Conflict, match="never carried out"):
        History(mine).undo(line)
    History(mine).undo(History(mine).recent(limit=1)[0])
    assert _body(mine, id) == before


def test_without_postgresql_nothing_is_written(mine: Session, mongo: Mongo) -> None:  # noqa: F811
    """A change that could not be noted is refused, with the reason."""
    id, kept = new_id(), new_id()
    mine.documents.insert(KIND, {"n": 1}, id=kept)
    address = mine.database.reveal().rpartition("@")[2].partition("/")[0]
    away = replace(mine, database=Secret(mine.database.reveal().replace(address, AWAY)))
    for attempt in (
        lambda: away.documents.insert(KIND, {}, id=id),
        lambda: away.documents.insert_many(KIND, [(id, {})]),
        lambda: away.documents.update(KIND, kept, {"n": 2}),
        lambda: away.documents.delete(KIND, kept),
    ):
        with pytest.raises(Unavailable) as told:
            attempt()
        assert told.value.next_step
    kept_now = list(mongo.admin[database_of(mine.person)][KIND].find({}, {"version": 1}))
    assert kept_now == [{"_id": kept, "version": 1}]
    away.close()


def test_mongodb_that_goes_away_leaves_the_line(mine: Session, mongo: Mongo, house: House) -> None:  # noqa: F811
    """Whether the write arrived is uncertain, so the line stays and is told; before it was noted there is none."""
    away = replace(mine, mongo_url=Secret(mine.mongo_url.reveal().replace(mongo.address, AWAY)))
    store, id = away.in_mongo, new_id()
    assert store is not None
    store._prepared.add(KIND)  # it went away after the person had begun
    with pytest.raises(Unavailable):
        store.insert(KIND, {}, id=id)
    [line] = _lines(mine)
    assert line.document == id and _waiting(house, mine) == [(line.id, True)]
    with pytest.raises(Conflict, match="never carried out"):
        History(mine).undo(line)
    away.close()


def test_two_writers_each_have_their_line(mine: Session) -> None:
    """Changes that both hold have a line each; of two on one version, the second is told and has none."""
    id, history = new_id(), History(mine)
    mine.documents.insert(KIND, {}, id=id)
    ready, told = Barrier(2), []

    def write(name: str, version: int | None) -> None:
        ready.wait(60)
        try:
            for n in range(1 if version else 10):
                mine.documents.update(KIND, id, {name: n}, version=version)
        except Conflict:
            told.append(name)

    def both(version: int | None) -> None:
        threads = [Thread(target=write, args=(name, version)) for name in "ab"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    both(None)
    assert told == [] and _body(mine, id) == {"a": 9, "b": 9}
    both(21)
    assert len(told) == 1
    versions = mine.documents.versions(KIND, id)
    assert len(versions) == 22
    assert {version.line for version in versions} == {line.token for line in history.recent()}
    assert len(history.recent()) == 22
