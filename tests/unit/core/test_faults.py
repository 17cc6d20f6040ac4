"""What goes wrong under a person's hands: two writers at once, a server that is killed in the middle."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from uuid import UUID

import pytest

from pgc_lib.core.session import Session
from pgc_lib.errors import Conflict, PgcError
from pgc_lib.lab import Lab
from tests.support.engines import Home
from tests.support.lab import House, Person, give_connections_back, new_database

_barrier: Barrier


def _begin(barrier: Barrier) -> None:
    global _barrier
    _barrier = barrier


def _complete(session: Session, id: UUID, title: str) -> str:
    """In a process of its own: read, wait for the other, write."""
    with Lab(session) as lab:
        todo = lab.todos.get(id)
        _barrier.wait(60)
        try:
            return str(lab.todos.update(todo, title=title).title)
        except Conflict:
            return "told"


def test_two_processes_that_change_one_record(house: House, person: Person) -> None:
    """One is kept, the other is told; nothing is overwritten, whoever was faster."""
    session = person()
    todo = house.lab(session).todos.add(title="as it was")
    context = get_context("spawn")
    with ProcessPoolExecutor(
        2, mp_context=context, initializer=_begin, initargs=(context.Barrier(2),)
    ) as pool:
        first = pool.submit(_complete, session, todo.id, "one")
        second = pool.submit(_complete, session, todo.id, "two")
        answers = {first.result(), second.result()}
    kept = house.lab(session).todos.get(todo.id)
    assert answers in ({"one", "told"}, {"two", "told"})
    assert kept.title in answers and kept.version == 2


@pytest.fixture
def private(new_home: Home) -> Iterator[tuple[Home, House]]:
    """Engines that this test may kill."""
    yield new_home, new_database(new_home.start(), "pgc")
    give_connections_back()


@pytest.mark.slow
def test_what_was_acknowledged_survives_kill_9(private: tuple[Home, House]) -> None:
    """Records one by one and in bulk, while PostgreSQL is killed three times: what `add` returned is there."""
    home, house = private
    sessions = [house.person("one"), house.person("two")]
    kept: list[UUID] = []
    batches: dict[UUID, int] = {}
    ended = threading.Event()

    def write(session: Session, bulk: bool) -> None:
        lab = house.lab(session)
        while not ended.is_set():
            try:
                if bulk:
                    done = lab.finance.add_many([{"day": "2026-11-20", "amount": "-1"}] * 200)
                    batches[done.batch] = done.added
                else:
                    kept.append(lab.todos.add(title="t").id)
            except PgcError:
                time.sleep(0.05)  # the server is away; nothing of this was acknowledged

    threads = [
        threading.Thread(target=write, args=(sessions[0], False)),
        threading.Thread(target=write, args=(sessions[1], True)),
    ]
    for thread in threads:
        thread.start()
    for _time in range(3):
        time.sleep(1.5)
        os.kill(home.pid("postgres"), signal.SIGKILL)
        time.sleep(0.2)
        home.start()
    time.sleep(1.0)
    ended.set()
    for thread in threads:
        thread.join(60)
    assert len(kept) > 10 and len(batches) > 3
    there = {row[0] for row in house.sql("select id from todos.items")}
    assert set(kept) <= there
    counted = dict(house.sql("select batch, count(*) from finance.transactions group by batch"))
    assert all(counted[batch] == n for batch, n in batches.items())
    assert set(counted.values()) == {200}, "a batch is there whole or not at all"
