"""The index follows what happens: at once, exactly, and whatever dies in between."""

import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from pgc_lib.core.collection import Collection
from pgc_lib.core.together import together
from pgc_lib.search import entries
from pgc_lib.search.indexing import Indexer
from tests.support.lab import House
from tests.unit.search.conftest import Desk


def test_what_is_changed_removed_and_undone_is_found_or_not(desk: Desk) -> None:
    note = desk.notes.add(title="first", body="pelican")
    assert desk.titles("pelican") == ["first"]
    changed = desk.notes.update(note, body="heron")
    assert desk.titles("pelican") == [] and desk.titles("heron") == ["first"]
    desk.notes.remove(changed)
    assert desk.titles("heron") == []
    desk.lab.history.undo(desk.lab.history.recent(limit=1)[0])
    assert desk.titles("heron") == ["first"]


def test_an_import_is_found_and_its_undoing_too(desk: Desk) -> None:
    """More rows than a line of history names: by their batch, and by their images."""
    added = desk.lab.todos.add_many([{"title": f"heron {n}"} for n in range(250)])
    assert len(desk.titles("heron", limit=200)) == 200
    desk.lab.history.undo_batch(added.batch)
    assert desk.titles("heron") == []
    assert desk.search.lag().waiting == 0


def test_many_documents_at_once(desk: Desk) -> None:
    added = desk.notes.add_many(
        [{"title": f"ibis {n}", "body": "", "tags": []} for n in range(150)]
    )
    assert len(desk.titles("ibis", limit=200)) == 150
    desk.lab.history.undo_batch(added.batch)
    assert desk.titles("ibis") == []


def test_the_lag_is_visible(desk: Desk) -> None:
    assert not desk.search.lag().built
    desk.titles("x")
    desk.notes.add(title="one", body="")
    lag = desk.search.lag()
    assert lag.built and lag.waiting == 1 and lag.since is not None
    assert "1" in lag._repr_html_()
    assert desk.search.catch_up() == 1 and desk.search.lag().waiting == 0


def test_a_change_that_commits_late_is_not_passed_by(desk: Desk) -> None:
    """Its number is lower than that of one which was taken up before."""
    desk.titles("x")
    with together(desk.session, uuid4()) as slow:
        Collection(slow, desk.notes.record).add(title="slowly grebe")
        desk.notes.add(title="quick grebe")
        assert desk.titles("grebe") == ["quick grebe"]
    assert sorted(desk.titles("grebe")) == ["quick grebe", "slowly grebe"]


def test_whoever_dies_in_between_loses_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The entry and the line that waits for it are one transaction."""
    desk.titles("x")
    desk.notes.add(title="bittern", body="")

    def die(*_anything: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(entries, "keep", die)
        with pytest.raises(KeyboardInterrupt):
            desk.search.catch_up()
    assert desk.search.lag().waiting == 1
    assert desk.titles("bittern") == ["bittern"]


def test_killed_while_it_writes(desk: Desk) -> None:
    """kill -9 on the indexing process between its entries and its commit: all of it waits still."""
    desk.titles("x")
    desk.notes.add(title="egret", body="")
    program = (
        "import os, sys, pickle\n"
        "session = pickle.load(sys.stdin.buffer)\n"
        "from pgc_lib.search import entries\n"
        "from pgc_lib.search.indexing import Indexer\n"
        "import pgc_lib.areas\n"
        "keep = entries.keep\n"
        "def kept_and_dead(*given):\n"
        "    keep(*given)\n"
        "    os.kill(os.getpid(), 9)\n"
        "entries.keep = kept_and_dead\n"
        "Indexer(session).catch_up()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        input=pickle.dumps(desk.session),
        check=False,
        env=os.environ,
    )
    assert done.returncode == -signal.SIGKILL
    assert desk.search.lag().waiting == 1
    assert desk.titles("egret") == ["egret"]


def test_a_second_time_changes_nothing(desk: Desk, house: House) -> None:
    """A line that is taken up again leads to the same entry."""
    note = desk.notes.add(title="stork", body="")
    desk.titles("x")
    before = house.sql("select * from pgc.search_entries where record = %s", note.id)
    change = desk.lab.history.recent(limit=1)[0].id
    house.sql(
        "insert into pgc.search_waiting (change, owner) values (%s, %s) on conflict do nothing",
        change,
        desk.session.person,
    )
    assert desk.search.catch_up() == 1
    assert house.sql("select * from pgc.search_entries where record = %s", note.id) == before


def test_a_rebuild_never_takes_search_offline(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """While it runs the old generation answers; what changes meanwhile is in both."""
    for n in range(6):
        desk.notes.add(title=f"crane {n}", body="")
    assert len(desk.titles("crane")) == 6
    monkeypatch.setattr("pgc_lib.search.indexing.RECORDS", 2)
    seen = []
    stretch = Indexer._stretch

    def looked(self: Indexer, *given: object) -> object:
        found = desk.search.text("crane")
        seen.append((len(found), desk.search.lag().building))
        return stretch(self, *given)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(Indexer, "_stretch", looked)
        assert desk.search.rebuild() == 7  # with the definition of the kind
    assert len(seen) > 3 and {n for n, _building in seen} == {6}
    assert len(desk.titles("crane")) == 6 and not desk.search.lag().building


def test_a_rebuild_that_died_goes_on(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is removed after it was read for the new generation is not in it."""
    notes = [desk.notes.add(title=f"swift {n}", body="") for n in range(5)]
    desk.titles("x")
    monkeypatch.setattr("pgc_lib.search.indexing.RECORDS", 2)
    indexer = desk.search.indexer
    assert indexer._build(anew=True, end=0.0) is None
    while not indexer._build(anew=False, end=0.0):
        if notes:
            desk.notes.remove(notes.pop())
            desk.titles("swift")
    left = sorted(desk.titles("swift"))
    assert left == [f"swift {n}" for n in range(len(notes))]


def test_whoever_waited_to_make_the_index_takes_nothing_away(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process begins in an empty lab and has to wait; meanwhile another writes, makes the index and takes up all lines."""
    late = Indexer(desk.session)
    holding = Indexer._holding
    waits = iter((False, True))

    @contextmanager
    def slowly(self: Indexer, *, wait: bool) -> Iterator[Any]:
        if self is late and next(waits, False):
            desk.notes.add(title="ruff", body="")
            assert desk.titles("ruff") == ["ruff"] and desk.search.lag().waiting == 0
        with holding(self, wait=wait) as held:
            yield held

    assert not desk.search.lag().built
    with monkeypatch.context() as patch:
        patch.setattr(Indexer, "_holding", slowly)
        late.catch_up()
    assert desk.titles("ruff") == ["ruff"]
    assert not desk.search.lag().building


def test_what_was_kept_before_there_was_an_index_is_found(desk: Desk, house: House) -> None:
    """A lab that is older than search: nothing waits, and yet everything is there."""
    desk.notes.add(title="dodo", body="")
    house.sql("delete from pgc.search_waiting where owner = %s", desk.session.person)
    assert desk.titles("dodo") == ["dodo"]


def test_a_kind_that_nobody_knows_any_more_is_passed_by(desk: Desk) -> None:
    other = desk.lab.kinds.define("bird", fields={"name": "text"})
    other.add(name="auk")
    assert desk.titles("auk") == ["auk"]
    desk.lab.kinds.definitions.remove(desk.lab.kinds.definitions.find(name="bird")[0])
    fresh = type(desk.lab)(desk.session)
    assert [hit.title for hit in fresh.search.text("auk")] == []
    assert fresh.search.lag().waiting == 0


def test_a_line_that_is_held_is_taken_up_when_it_is_done(desk: Desk, house: House) -> None:
    """A document in MongoDB is noted before it is written; until that is settled its line is not due."""
    desk.titles("x")
    token = uuid4()
    note = "select pgc.note(:token, pgc.me(), 'mongo.birds', 'insert', 1, array[:token])"
    with desk.session.writing() as connection:
        connection.execute(text(note), {"token": token})
    assert desk.search.lag().waiting == 0
    waiting = "select due > now() from pgc.search_waiting where owner = %s"
    assert house.sql(waiting, desk.session.person) == [(True,)]
    with desk.session.writing() as connection:
        connection.execute(text("select pgc.settle(:token, 1, 'insert')"), {"token": token})
    assert desk.search.lag().waiting == 1 and desk.search.catch_up() == 1
