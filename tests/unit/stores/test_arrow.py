"""Connections for large reads: kept, renewed, never shared with another person or process."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context

import pytest

from pgc_lib.errors import Denied, StoreError, Unavailable
from pgc_lib.stores.arrow import ArrowReader
from pgc_lib.stores.postgres import address_of
from tests.support.lab import House, Person

WHO = "select pgc.me()::text as me, pg_backend_pid() as pid"


@pytest.fixture
def reader(person: Person) -> Iterator[ArrowReader]:
    """The reader of a new person."""
    made = ArrowReader(person().database.reveal())
    yield made
    made.close()


def _pid(reader: ArrowReader) -> int:
    pid: int = reader.read(WHO)["pid"][0].as_py()
    return pid


def test_a_connection_is_used_again(reader: ArrowReader) -> None:
    """Opening one costs more than most queries."""
    assert _pid(reader) == _pid(reader)
    reader.close()
    assert _pid(reader)


def test_a_read_sees_what_was_committed_since(reader: ArrowReader, house: House) -> None:
    """A kept connection keeps no snapshot and holds no transaction open."""
    pid = _pid(reader)
    first, second = (reader.read("select clock_timestamp() as c, now() as n") for _ in range(2))
    assert second["n"][0].as_py() > first["n"][0].as_py()
    assert house.sql("select state from pg_stat_activity where pid = %s", pid) == [("idle",)]


def test_a_lost_connection_is_opened_again(reader: ArrowReader, house: House) -> None:
    """After the server was restarted, a notebook goes on."""
    pid = _pid(reader)
    house.sql("select pg_terminate_backend(%s)", pid)
    assert _pid(reader) != pid


def test_a_refusal_is_told_and_spoils_nothing(reader: ArrowReader) -> None:
    """The same errors as everywhere, and the next read works."""
    with pytest.raises(Denied):
        reader.read("create table public.x ()")
    with pytest.raises(StoreError, match="nothing"):
        reader.read("select nothing")
    assert _pid(reader)


def test_a_server_that_is_not_there_is_unavailable(reader: ArrowReader, person: Person) -> None:
    """With the next step, and without the password."""
    address = address_of(person().database.reveal())
    url = type(address)("127.0.0.1", 1, address.database).login("p", "the-password")
    with pytest.raises(Unavailable) as error:
        ArrowReader(url).read("select 1")
    assert "the-password" not in str(error.value)


def test_threads_read_at_once(reader: ArrowReader) -> None:
    """Each on a connection of its own."""
    slow = "select pg_sleep(0.05), pg_backend_pid() as pid"
    with ThreadPoolExecutor(6) as pool:
        tables = list(pool.map(lambda _n: reader.read(slow), range(24)))
    assert len(tables) == 24 and len({table["pid"][0].as_py() for table in tables}) > 1


def _in_child(reader: ArrowReader, before: int) -> bool:
    return _pid(reader) != before


def test_a_forked_process_opens_its_own(reader: ArrowReader) -> None:
    """Two processes on one socket would read one another's answers."""
    before = _pid(reader)
    process = get_context("fork").Process(target=_exit_with, args=(reader, before))
    process.start()
    process.join(20)
    assert process.exitcode == 0
    assert _pid(reader) == before


def _exit_with(reader: ArrowReader, before: int) -> None:
    import os

    os._exit(0 if _in_child(reader, before) else 1)


def test_the_worker_reads_as_the_person(house: House, person: Person) -> None:
    """On every connection, also one that is kept."""
    session = person()
    reader = ArrowReader(house.worker_url, acting_as=session.person)
    assert [reader.read(WHO)["me"][0].as_py() for _ in range(3)] == [str(session.person)] * 3
    reader.close()
