"""A person who locks a shared table: disconnected, and nobody else is."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from pgc_lib.core.lockwatch import LockWatch, end_lockers
from pgc_lib.core.session import Session
from tests.support.lab import House, Person

_SECONDS = 60


def _connected(session: Session) -> "psycopg.Connection[tuple[object, ...]]":
    return psycopg.connect(session.database.reveal())


def _until_waiting(house: House, pid: int) -> None:
    deadline = time.monotonic() + _SECONDS
    with psycopg.connect(house.worker_url, autocommit=True) as watcher:
        query = "select count(*) from pg_locks where pid = %s and not granted"
        while watcher.execute(query, [pid]).fetchone() == (0,):
            assert time.monotonic() < deadline
            time.sleep(0.02)


@contextmanager
def _counting(session: Session) -> Iterator[tuple[int, list[object]]]:
    """Somebody who only wants to read, beside us; what they read, or the error."""
    got: list[object] = []
    with _connected(session) as connection:

        def read() -> None:
            try:
                got.append(connection.execute("select count(*) from todos.items").fetchone())
            except psycopg.Error as error:
                got.append(error)

        thread = threading.Thread(target=read)
        thread.start()
        try:
            yield connection.info.backend_pid, got
        finally:
            thread.join(_SECONDS)


@pytest.mark.parametrize("mode", ["access exclusive", "exclusive"])
def test_whoever_keeps_others_out_is_disconnected(house: House, person: Person, mode: str) -> None:
    """`lock table` left open in a notebook must not stop everyone's lab."""
    rude, other = person("rude"), person("other")
    with _connected(rude) as locking:
        locking.execute(f"lock table todos.items in {mode} mode".encode())
        statement = b"insert into todos.items (title, done, project, tags, note) values ('x', false, '', '{}', '')"
        with _connected(other) as writing:
            got: list[object] = []
            thread = threading.Thread(target=lambda: got.append(writing.execute(statement)))
            thread.start()
            _until_waiting(house, writing.info.backend_pid)
            assert end_lockers(house.worker_url, patience=3600) == []
            assert end_lockers(house.worker_url, patience=0) == [locking.info.user]
            thread.join(_SECONDS)
            assert got and not thread.is_alive()
        with pytest.raises(psycopg.OperationalError):
            locking.execute("select 1")


def test_whom_nobody_waits_for_is_left_alone(house: House, person: Person) -> None:
    """Nor somebody whose own other notebook waits."""
    mama = person("mama")
    with _connected(mama) as locking:
        locking.execute("lock table todos.items in access exclusive mode")
        assert end_lockers(house.worker_url, patience=0) == []
        with _counting(mama) as (pid, got):
            _until_waiting(house, pid)
            assert end_lockers(house.worker_url, patience=0) == []
            locking.rollback()
        assert got == [(0,)]


def test_it_runs_until_it_is_stopped(house: House, person: Person) -> None:
    """Beside the worker, in a thread."""
    rude, other = person("rude"), person("other")
    watch = LockWatch(house.worker_url, patience=0)
    thread = threading.Thread(target=watch.run)
    with _connected(rude) as locking:
        locking.execute("lock table todos.items in access exclusive mode")
        try:
            with _counting(other) as (pid, got):
                _until_waiting(house, pid)
                thread.start()
            assert got == [(0,)]
        finally:
            watch.stop()
        with pytest.raises(psycopg.OperationalError):
            locking.execute("select 1")
    thread.join(_SECONDS)
    assert not thread.is_alive()
