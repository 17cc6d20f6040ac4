"""Events: every committed change reaches its owner's stream, whatever dies on the way."""

import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import psycopg
import pytest
import redis
from sqlalchemy import text

from pgc_lib.core.events import Event, Events, event_of, events, stream_of
from pgc_lib.core.ids import new_id
from pgc_lib.core.relay import Lag, Relay, lag
from pgc_lib.core.session import Session
from pgc_lib.errors import Conflict, StoreError, Unavailable
from tests.support.engines import Home, temporary_folder
from tests.support.lab import House, new_database

_SOON = 30.0
_RELAY = """
import os
from pgc_lib.core.relay import run_relay
run_relay(os.environ["WORKER_URL"], os.environ["REDIS_URL"])
"""


@pytest.fixture(scope="module")
def private() -> Iterator[tuple[Home, House]]:
    """Engines that these tests may kill."""
    folder = temporary_folder()
    folder.chmod(0o755)
    home = Home(folder / "lab")
    house = new_database(home.start(), "pgc")
    yield home, house
    home.stop()
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def house(private: tuple[Home, House]) -> House:
    return private[1]


@pytest.fixture
def mine(house: House) -> Session:
    return house.person("mama")


@contextmanager
def relaying(house: House, **options: Any) -> Iterator[Relay]:
    """A relay at work in a thread."""
    relay = Relay(house.worker_url, house.redis_admin, **options)
    thread = threading.Thread(target=relay.run)
    thread.start()
    try:
        yield relay
    finally:
        relay.stop()
        thread.join(_SOON)
        relay.close()
    assert not thread.is_alive()


def process(house: House) -> "subprocess.Popen[bytes]":
    """A relay at work in a process of its own."""
    environment = os.environ | {"WORKER_URL": house.worker_url, "REDIS_URL": house.redis_admin}
    return subprocess.Popen(
        [sys.executable, "-c", _RELAY], env=environment, stdout=subprocess.DEVNULL
    )


def until(condition: Any, what: str) -> None:
    deadline = time.monotonic() + _SOON
    while not condition():
        assert time.monotonic() < deadline, f"not in time: {what}"
        time.sleep(0.02)


def note(session: Session, kind: str = "trial.notes", n: int = 1) -> list[UUID]:
    """Add documents in one statement."""
    ids = [new_id() for _ in range(n)]
    session.documents.insert_many(kind, [(id, {"n": 0}) for id in ids])
    return ids


def heard(session: Session) -> list[Event]:
    return [event for _place, event in Events(session).read(limit=100_000)]


def carry_all(house: House) -> None:
    relay = Relay(house.worker_url, house.redis_admin)
    with psycopg.connect(house.worker_url, autocommit=True) as connection:
        while relay.carry(connection):
            pass
        until(lambda: relay.settle(connection, 2000), "what was sent is on the disk")
    relay.close()


def numbers(house: House, session: Session) -> list[int]:
    """What was committed, by the database's own word."""
    found = house.sql("select id from pgc.changes where owner = %s order by id", session.person)
    return [row[0] for row in found]


# ── what an event says, and to whom ──────────────────────────────────────────────────────────────────


def test_an_event_says_what_happened_to_which_records_and_nothing_of_their_content(
    house: House, mine: Session
) -> None:
    """Consumers get all they need to look; whoever reads Redis learns no content."""
    id, batch = new_id(), new_id()
    mine.documents.insert("trial.notes", {"title": "a canary in the body"}, id=id)
    mine.documents.update("trial.notes", id, {"title": "another canary"})
    mine.documents.insert_many("trial.notes", [(new_id(), {}) for _ in range(101)], batch=batch)
    carry_all(house)
    added, changed, many = heard(mine)
    assert (added.verb, added.kind, added.area, added.rows) == ("insert", "trial.notes", "trial", 1)
    assert added.records == changed.records == (id,) and changed.verb == "update"
    assert added.actor == mine.person and added.change < changed.change < many.change
    assert (many.rows, many.records, many.batch) == (101, (), batch)
    with redis.Redis.from_url(house.redis_admin) as admin:
        assert b"canary" not in repr(admin.xrange(stream_of(mine.person))).encode()


def test_events_go_to_the_owner_alone(house: House, mine: Session) -> None:
    """A person's stream holds their own changes; another's login does not reach it."""
    other = house.person("papa")
    note(mine)
    carry_all(house)
    assert len(heard(mine)) == 1 and heard(other) == []
    with (
        redis.Redis.from_url(other.redis_url.reveal()) as client,
        pytest.raises(redis.ResponseError),
    ):
        client.xrange(stream_of(mine.person))


def test_what_was_rolled_back_is_never_told(house: House, mine: Session) -> None:
    """Only what is committed happened."""
    with pytest.raises(Conflict), mine.writing() as connection:
        connection.execute(
            text("insert into pgc.documents (area, kind, body) values ('t', 't.n', '{}')")
        )
        raise Conflict("on second thoughts")
    note(mine)
    carry_all(house)
    assert [event.change for event in heard(mine)] == numbers(house, mine)
    assert len(heard(mine)) == 1


# ── the relay at work ────────────────────────────────────────────────────────────────────────────────


def test_a_change_is_told_at_once(house: House, mine: Session) -> None:
    """The relay wakes up by itself, well before its fallback poll."""
    with relaying(house) as relay:
        until(lambda: relay.lag().waiting == 0, "a quiet outbox")
        time.sleep(0.3)
        began = time.monotonic()
        note(mine)
        until(lambda: len(heard(mine)) == 1, "the event")
        assert time.monotonic() - began < 2


def test_one_relay_works_and_another_takes_over(house: House, mine: Session) -> None:
    """Two at once would tell everything twice; a stand-by is there within moments."""
    with relaying(house) as first, relaying(house):
        for _ in range(20):
            note(mine)
        until(lambda: len(heard(mine)) >= 20, "all events")
        assert len(heard(mine)) == 20
        first.stop()
        note(mine)
        until(lambda: len(heard(mine)) == 21, "the event after the change of relay")


def test_a_relay_process_ends_cleanly_when_asked(house: House, mine: Session) -> None:
    """SIGTERM ends it soon, with success, and the lock is free."""
    child = process(house)
    note(mine)
    until(lambda: len(heard(mine)) == 1, "the event")
    began = time.monotonic()
    child.send_signal(signal.SIGTERM)
    assert child.wait(10) == 0
    assert time.monotonic() - began < 3


def test_lag_is_visible(house: House, mine: Session) -> None:
    """Whoever looks after the lab sees how many changes wait and since when."""
    carry_all(house)
    with psycopg.connect(house.worker_url) as connection:
        assert lag(connection) == Lag(0, None)
    note(mine)
    note(mine)
    relay = Relay(house.worker_url, house.redis_admin)
    found = relay.lag()
    assert found.waiting == 2 and found.since is not None
    relay.close()


def test_a_stream_keeps_the_newest(house: House, mine: Session) -> None:
    """Redis does not grow for ever; what was cut off is in the history."""
    for _ in range(300):
        note(mine)
    with psycopg.connect(house.worker_url, autocommit=True) as connection:
        relay = Relay(house.worker_url, house.redis_admin, keep=100)
        while relay.carry(connection):
            pass
        relay.close()
    kept = [event.change for event in heard(mine)]
    assert 100 <= len(kept) < 300 and kept == numbers(house, mine)[-len(kept) :]


def test_a_lost_stream_is_sent_again_from_the_history(house: House, mine: Session) -> None:
    """Redis is not the place where anything is kept for good."""
    for _ in range(30):
        note(mine)
    carry_all(house)
    everything = numbers(house, mine)
    with redis.Redis.from_url(house.redis_admin) as admin:
        admin.delete(stream_of(mine.person))
    relay = Relay(house.worker_url, house.redis_admin, batch=7)
    assert relay.replay(mine.person) == 30
    assert [event.change for event in heard(mine)] == everything
    assert relay.replay(mine.person, since=everything[24]) == 5
    middle = heard(mine)[10].at
    assert relay.replay(mine.person, since=middle) == 20
    relay.close()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda client, key: client.set(key, "not a stream"),
        lambda client, key: client.xadd(
            key, {"a": 1}, id="18446744073709551615-18446744073709551615"
        ),
    ],
)
def test_who_spoils_their_own_stream_holds_up_nobody(
    house: House, mine: Session, spoil: Any
) -> None:
    """A person may do anything to keys of their own; the others' events go on, and their own begin anew."""
    other = house.person("papa")
    with redis.Redis.from_url(mine.redis_url.reveal()) as client:
        spoil(client, stream_of(mine.person))
    for _ in range(5):
        note(mine)
        note(other)
    carry_all(house)
    assert [event.change for event in heard(mine)] == numbers(house, mine)
    assert [event.change for event in heard(other)] == numbers(house, other)


# ── consumers ────────────────────────────────────────────────────────────────────────────────────────


def test_a_group_hears_each_change_once_though_it_was_sent_twice(
    house: House, mine: Session
) -> None:
    """Repeats are left out by the number of the change."""
    for _ in range(10):
        note(mine)
    carry_all(house)
    relay = Relay(house.worker_url, house.redis_admin)
    relay.replay(mine.person)
    relay.close()
    assert len(heard(mine)) == 20
    got = [event.change for event in events(mine).listen("search", "one", drain=True)]
    assert got == numbers(house, mine)
    assert list(events(mine).listen("search", "two", drain=True)) == []
    assert len(list(events(mine).listen("another group", "one", drain=True))) == 10


def test_what_a_consumer_did_not_finish_comes_again(house: House, mine: Session) -> None:
    """An event is done when the next one is asked for, not when it is handed out."""
    for _ in range(3):
        note(mine)
    carry_all(house)
    for event in events(mine).listen("search", "one", drain=True):
        first = event.change
        break
    again = [event.change for event in events(mine).listen("search", "one", drain=True)]
    assert again == numbers(house, mine) and again[0] == first


def test_watching_begins_now(house: House, mine: Session) -> None:
    """A page that only shows what happens needs no group."""
    note(mine)
    carry_all(house)
    seen: list[Event] = []
    stop = threading.Event()
    watcher = threading.Thread(target=lambda: seen.extend(events(mine).follow(stop=stop)))
    watcher.start()
    time.sleep(0.3)
    note(mine)
    carry_all(house)
    until(lambda: bool(seen) or stop.is_set() or len(heard(mine)) == 2, "the event")
    stop.set()
    watcher.join(_SOON)
    assert [event.change for event in seen] == numbers(house, mine)[1:]


# ── proof: kill anything in the middle ───────────────────────────────────────────────────────────────


@dataclass
class Load:
    """Persons who write all the time; remembers what the database acknowledged."""

    sessions: list[Session]
    """One entry a writer; a person who is there twice writes in two sessions at once."""
    acknowledged: list[tuple[UUID, str]] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        for seed, session in enumerate(self.sessions):
            thread = threading.Thread(target=self._write, args=(session, random.Random(seed)))
            thread.start()
            self._threads.append(thread)

    def stop(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(_SOON)
            assert not thread.is_alive()

    def _write(self, session: Session, dice: random.Random) -> None:
        known: list[UUID] = []
        while not self._stop.is_set():
            try:
                self._one(session, dice, known)
            except (Unavailable, StoreError):
                time.sleep(0.05)  # the engine is away

    def _one(self, session: Session, dice: random.Random, known: list[UUID]) -> None:
        match dice.choice(["add", "add", "many", "change", "change", "remove", "roll back"]):
            case "add" | "many" as how:
                new = note(session, n=1 if how == "add" else 5)
                known += new
                self.acknowledged += [(id, "insert") for id in new]
            case "change" if known:
                id = dice.choice(known)
                session.documents.update("trial.notes", id, {"n": dice.random()})
                self.acknowledged.append((id, "update"))
            case "remove" if known:
                id = known.pop(dice.randrange(len(known)))
                if session.documents.delete("trial.notes", id):
                    self.acknowledged.append((id, "delete"))
            case "roll back":
                try:
                    with session.writing() as connection:
                        connection.execute(
                            text(
                                "insert into pgc.documents (area, kind, body) values ('t', 't.n', '{}')"
                            )
                        )
                        raise Conflict("never mind")
                except Conflict:
                    pass


def kill_relay(
    _home: Home, house: House, relay: "subprocess.Popen[bytes]"
) -> "subprocess.Popen[bytes]":
    relay.kill()
    relay.wait()
    return process(house)


def kill_valkey(
    home: Home, _house: House, relay: "subprocess.Popen[bytes]"
) -> "subprocess.Popen[bytes]":
    os.kill(home.pid("valkey"), signal.SIGKILL)
    time.sleep(0.2)
    home.start()
    return relay


def kill_postgres(
    home: Home, _house: House, relay: "subprocess.Popen[bytes]"
) -> "subprocess.Popen[bytes]":
    os.kill(home.pid("postgres"), signal.SIGKILL)
    time.sleep(0.2)
    home.start()
    return relay


@pytest.mark.timeout(180)
@pytest.mark.parametrize("kill", [kill_relay, kill_valkey, kill_postgres])
def test_whatever_is_killed_no_committed_change_is_missing(
    private: tuple[Home, House], kill: Any
) -> None:
    """kill -9 in the middle of a load, several times: all that was committed is told, in order, and no more."""
    home, house = private
    persons = [house.person("one"), house.person("two"), house.person("busy")]
    load = Load([*persons, persons[2]])  # the busy one writes in two sessions at once
    relay = process(house)
    load.start()
    try:
        for _ in range(4):
            time.sleep(1.0)
            relay = kill(home, house, relay)
        time.sleep(1.0)
    finally:
        load.stop()
    assert relay.poll() is None, "the relay outlives its engines"
    watch = Relay(house.worker_url, house.redis_admin)
    until(lambda: watch.lag().waiting == 0, "an empty outbox")
    watch.close()
    relay.terminate()
    assert relay.wait(_SOON) == 0

    told: dict[UUID, list[Event]] = {
        session.person: everything(house, session) for session in persons
    }
    records = {(id, event.verb) for some in told.values() for event in some for id in event.records}
    assert set(load.acknowledged) <= records, "what was acknowledged was committed and told"
    for session in persons:
        changes = [event.change for event in told[session.person]]
        assert len(changes) > 20
        assert set(changes) == set(numbers(house, session))
        first = list(dict.fromkeys(changes))
        if session is not persons[2]:
            assert first == sorted(first), "one session's changes in their order"
        assert in_order_for_each_record(told[session.person])


def test_a_relay_that_dies_between_sending_and_noting_repeats_and_loses_nothing(
    house: House, mine: Session
) -> None:
    """The worst moment to die: the stream has the events, the outbox has them still."""
    carry_all(house)
    relay = process(house)
    with psycopg.connect(house.admin_url) as blocker:
        for _ in range(3):
            note(mine)
        until(lambda: len(heard(mine)) == 3, "the first events")
        until(lambda: lag_of(house) == 0, "an empty outbox")
        relay.send_signal(signal.SIGSTOP)
        for _ in range(3):
            note(mine)
        blocker.execute(
            "lock table pgc.outbox in exclusive mode"
        )  # it may be read, not deleted from
        relay.send_signal(signal.SIGCONT)
        until(lambda: len(heard(mine)) == 6, "events that are sent and not noted")
        relay.kill()
        relay.wait()
        # The server would still carry out the waiting statement of a client that is gone.
        blocker.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'pgc-relay'"
        )
    relay = process(house)
    until(lambda: lag_of(house) == 0, "an empty outbox")
    relay.terminate()
    assert relay.wait(_SOON) == 0
    changes = [event.change for event in heard(mine)]
    assert list(dict.fromkeys(changes)) == numbers(house, mine)
    assert changes[6:] == changes[3:6], "repeated as a whole, in order"
    assert [e.change for e in events(mine).listen("g", "c", drain=True)] == numbers(house, mine)


def lag_of(house: House) -> int:
    with psycopg.connect(house.worker_url) as connection:
        return lag(connection).waiting


def everything(house: House, session: Session) -> list[Event]:
    """The whole stream, read as the administrator: the person's own connection may have died."""
    with redis.Redis.from_url(house.redis_admin, decode_responses=True) as admin:
        return [event_of(fields) for _place, fields in admin.xrange(stream_of(session.person))]


def in_order_for_each_record(told: list[Event]) -> bool:
    last: dict[UUID, int] = {}
    seen: set[int] = set()
    for event in told:
        if event.change in seen:
            continue
        seen.add(event.change)
        for record in event.records:
            if last.get(record, 0) > event.change:
                return False
            last[record] = event.change
    return True
