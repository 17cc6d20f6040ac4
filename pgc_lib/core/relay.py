"""The relay: from the database's outbox to each person's Redis Stream, at least once.

The triggers note every change in `pgc.outbox` within the change's own transaction, so what is committed is
in the outbox and what is not never was. The relay reads the outbox in the order of the changes' numbers,
adds each to its owner's stream, and only then deletes it and commits. A relay that dies in between leaves its
changes where they were, and the next one sends them again. One relay works at a time, held by an advisory
lock that ends with its connection; others stand by.

Order. A change takes its number inside its statement, while it holds the locks of its rows. A later
statement on the same row waits for those locks, and one in the same session comes after it, and whatever was
begun on hearing of a commit comes after that too: each has a higher number and is never visible earlier. So
sending what is visible by number never puts an effect before its cause. Two sessions of one person that know
nothing of each other may be told in either order. Nothing is waited for, so a long transaction
holds up nobody else's events.

Redis confirms before its disk has synced (every second at home). If the machine fails in that second, or Redis
loses more, `replay` sends again from the history, which forgets nothing.

LISTEN and the lock need a session of their own: the worker's URL must not lead through a pooler
that shares them out by transaction.
"""

import select
import signal
import socket
import threading
import time
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
import structlog
from psycopg.rows import namedtuple_row
from redis.exceptions import RedisError, ResponseError

from pgc_lib.core.events import RECORDS, fields_of, stream_of
from pgc_lib.stores.redis.link import client_for

KEEP = 100_000
"""Entries kept in a person's stream, more or less; older ones can be sent again from the history."""

_LOCK = 0x7067635F_6F757478
_BATCH = 1000
_POLL = 5.0
_STANDBY = 1.0
_PAUSES = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
_REDIS_SECONDS = 10
_SPOILT = ("WRONGTYPE", "The stream has exhausted")
"""What only the owner's own commands can have done to their stream; it must not hold up the others."""

_COLUMNS = f"""c.id, c.at, c.actor, c.owner, c.area, c.kind, c.verb, c.batch, c.undoes, c.rows,
    case when c.rows <= {RECORDS} then c.records end as records"""
_WAITING = f"""
    select {_COLUMNS} from (select change from pgc.outbox order by change limit %(limit)s) o
    join pgc.changes c on c.id = o.change order by c.id"""
_AGAIN = f"""
    select {_COLUMNS} from pgc.changes c
    where c.owner = %(owner)s and c.id > %(after)s and c.at >= %(since)s order by c.id limit %(limit)s"""

log = structlog.get_logger()

Connection = psycopg.Connection[Any]


@dataclass(frozen=True, slots=True)
class Lag:
    """How far the streams are behind: how many changes wait, and since when the first one does."""

    waiting: int
    since: datetime | None


class Relay:
    """Carries the outbox to the streams. `run` may be a process's main work or a thread's."""

    def __init__(
        self, worker_url: str, redis_admin_url: str, *, keep: int = KEEP, batch: int = _BATCH
    ) -> None:
        self._worker_url = worker_url
        self._redis = client_for(redis_admin_url, _REDIS_SECONDS)
        self._keep = keep
        self._batch = batch
        self._stop = threading.Event()
        self._end, self._ender = socket.socketpair()
        self._ender.setblocking(False)

    def run(self) -> None:
        """Carry until stopped. Engines that are away are waited for; the outbox keeps everything meanwhile."""
        failures = 0
        while not self._stop.is_set():
            try:
                with closing(self._connect()) as connection:
                    if not self._take_over(connection):
                        return
                    log.info("relay.works")
                    while not self._stop.is_set():
                        if not self.carry(connection):
                            self._wait_for_more(connection)
                        failures = 0
            except (psycopg.Error, RedisError, OSError) as error:
                pause = _PAUSES[min(failures, len(_PAUSES) - 1)]
                failures += 1
                log.warning("relay.waits", seconds=pause, error=_brief(error))
                self._pause(pause)

    def stop(self) -> None:
        """End after the batch at hand; may be called from a signal handler or another thread."""
        self._stop.set()
        with suppress(BlockingIOError):  # full of earlier calls: it will wake up as it is
            self._ender.send(b".")

    def close(self) -> None:
        """Give back what a relay that no longer runs has open."""
        self._redis.close()
        self._end.close()
        self._ender.close()

    def carry(self, connection: Connection) -> int:
        """Send one batch; how many changes it was."""
        with connection.transaction():
            changes = _rows(connection, _WAITING, limit=self._batch)
            if changes:
                self._send(changes)
                sent = [change.id for change in changes]
                connection.execute("delete from pgc.outbox where change = any (%s)", (sent,))
        return len(changes)

    def replay(self, person: UUID, since: int | datetime = 0) -> int:
        """Send a person's changes again, after a change or from a moment on; how many there were."""
        after = since if isinstance(since, int) else 0
        moment = since if isinstance(since, datetime) else "-infinity"
        sent = 0
        with closing(self._connect()) as connection:
            while changes := _rows(
                connection, _AGAIN, owner=person, after=after, since=moment, limit=self._batch
            ):
                self._send(changes)
                after = changes[-1].id
                sent += len(changes)
        return sent

    def lag(self) -> Lag:
        """How far the streams are behind."""
        with closing(self._connect()) as connection:
            return lag(connection)

    def _connect(self) -> Connection:
        return psycopg.connect(
            self._worker_url, autocommit=True, connect_timeout=5, application_name="pgc-relay"
        )

    def _take_over(self, connection: Connection) -> bool:
        """Listen, and wait until no other relay works; False when told to stop before."""
        connection.execute("listen pgc_outbox")
        while not self._stop.is_set():
            row = connection.execute("select pg_try_advisory_lock(%s)", (_LOCK,)).fetchone()
            if row and row[0]:
                return True
            self._pause(_STANDBY)
        return False

    def _wait_for_more(self, connection: Connection) -> None:
        """Until the database says that something changed, or a while has passed in case it did not."""
        if _notified(connection):
            return  # it came while we were at work, after we had looked perhaps
        sources: list[Any] = [self._end, connection.fileno()]
        select.select(sources, [], [], _POLL)
        _notified(connection)

    def _pause(self, seconds: float) -> None:
        select.select([self._end], [], [], seconds)

    def _send(self, changes: Sequence[Any]) -> None:
        """Add changes to their owners' streams, all of them or an error."""
        failed = self._add(changes)
        if not failed:
            return
        for owner in {change.owner for change, _error in failed}:
            self._set_aside(owner)
        if again := self._add([change for change, _error in failed]):
            raise again[0][1]

    def _add(self, changes: Sequence[Any]) -> list[tuple[Any, ResponseError]]:
        """Add changes in one transaction; those that a spoilt stream refused, with its error."""
        # A connection that breaks off halfway leaves all of the batch or nothing of it.
        with self._redis.pipeline(transaction=True) as together:
            for change in changes:
                together.xadd(
                    stream_of(change.owner), fields_of(change), maxlen=self._keep, approximate=True
                )
            answers = together.execute(raise_on_error=False)
        failed = []
        for change, answer in zip(changes, answers, strict=True):
            if isinstance(answer, ResponseError) and any(mark in str(answer) for mark in _SPOILT):
                failed.append((change, answer))
            elif isinstance(answer, Exception):
                raise answer
        return failed

    def _set_aside(self, owner: UUID) -> None:
        """Rename what is no usable stream; its owner may look into it, and gets a new one."""
        key = stream_of(owner)
        aside = f"{key}:spoilt:{time.time_ns()}"
        log.warning("relay.sets_aside", key=key, aside=aside)
        self._redis.rename(key, aside)


def lag(connection: Connection) -> Lag:
    """How far the streams are behind, asked over a connection of the worker."""
    row = connection.execute(
        "select (select count(*) from pgc.outbox), "
        "(select at from pgc.changes where id = (select min(change) from pgc.outbox))"
    ).fetchone()
    assert row is not None
    return Lag(*row)


def run_relay(worker_url: str, redis_admin_url: str) -> None:
    """Be a relay until SIGTERM or SIGINT; the main work of a process."""
    relay = Relay(worker_url, redis_admin_url)
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_received: relay.stop())
    try:
        relay.run()
    finally:
        relay.close()


def _notified(connection: Connection) -> bool:
    """Read the notifications that came, whether there were any; a connection that broke off raises."""
    return bool(list(connection.notifies(timeout=0)))


def _rows(connection: Connection, query: str, **values: Any) -> list[Any]:
    with connection.cursor(row_factory=namedtuple_row) as cursor:
        return cursor.execute(query.encode(), values).fetchall()


def _brief(error: Exception) -> str:
    return f"{type(error).__name__}: {str(error).strip().partition(chr(10))[0]}"
