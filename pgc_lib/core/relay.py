"""The relay: from the database's outbox to each person's Redis Stream, at least once.

The triggers note every change in `pgc.outbox` within the change's own transaction, so what is committed is
in the outbox and what is not never was. The relay reads the outbox in the order of the changes' numbers,
adds each to its owner's stream, and deletes it only when Redis says that its disk has it. A relay that dies in
between leaves its changes where they were, and the next one sends them again. One relay works at a time, held by
a lock on a table that only workers may lock (an advisory lock would be anyone's); others stand by.

Order. A change takes its number inside its statement, while it holds the locks of its rows. A later
statement on the same row waits for those locks, and one in the same session comes after it, and whatever was
begun on hearing of a commit comes after that too: each has a higher number and is never visible earlier. So
sending what is visible by number never puts an effect before its cause. Two sessions of one person that know
nothing of each other may be told in either order. Nothing is waited for, so a long transaction
holds up nobody else's events.

What lies in MongoDB is noted before it is written, and its line is held until the writer says that it is done;
else whoever reads the record on hearing of the change would read it as it was. If the writer dies, the line is
told when it is held no longer, and perhaps after younger ones. If the writer was merely slow, it is told again.

Redis answers before its disk has synced (every second at home), so an event is on its way at once and its
line in the outbox stays until that sync. If Redis was started anew in between, the lines are sent again.
Should a stream be lost later, `replay` sends it again from the history, which forgets nothing.

LISTEN and the lock need a session of their own: the worker's URL must not lead through a pooler
that shares them out by transaction.
"""

import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
import structlog
from psycopg.rows import namedtuple_row
from redis.exceptions import RedisError, ResponseError

from pgc_lib.core.bell import PAUSES, Bell
from pgc_lib.core.events import RECORDS, fields_of, stream_of
from pgc_lib.stores.postgres import connect_seconds
from pgc_lib.stores.redis.link import client_for

KEEP = 100_000
"""Entries kept in a person's stream, more or less; older ones can be sent again from the history."""

_BEAT = "pgc:relay:beat"
_BATCH = 1000
_MOST_UNSETTLED = 20_000
"""Changes that may be sent and not yet on Redis's disk; beyond it the relay waits for the disk."""
_SYNC_MS = 2000
_SETTLING = 0.1
_POLL = 5.0
_STANDBY = 1.0
_REDIS_SECONDS = 10
_SPOILT = ("WRONGTYPE", "The stream has exhausted")
"""What only the owner's own commands can have done to their stream; it must not hold up the others."""

_COLUMNS = f"""c.id, c.at, c.actor, c.owner, c.area, c.kind, c.verb, c.batch, c.undoes, c.rows,
    case when c.rows <= {RECORDS} then c.records end as records"""
_WAITING = f"""
    select {_COLUMNS}, o.held_until is not null as early from (
        select change, held_until from pgc.outbox
        where change <> all (%(sent)s) and (held_until is null or held_until <= now())
        order by change limit %(limit)s) o
    join pgc.changes c on c.id = o.change order by c.id"""
_SETTLE = """
    delete from pgc.outbox
    where change = any (%(sent)s) and (held_until is not null) = (change = any (%(early)s))"""
"""What was sent while it was held stays if its writer came back meanwhile."""
_AGAIN = f"""
    select {_COLUMNS} from pgc.changes c
    where c.owner = %(owner)s and c.id > %(after)s and c.at >= %(since)s
      and c.voided_at is null order by c.id limit %(limit)s"""

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
        self._sent: list[int] = []
        self._early: list[int] = []
        self._server = ""
        self._connection = 0
        self._bell = Bell()

    def run(self) -> None:
        """Carry until stopped. Engines that are away are waited for; the outbox keeps everything meanwhile."""
        failures = 0
        while not self._bell.is_rung():
            try:
                with closing(self._connect()) as leader, closing(self._connect()) as connection:
                    if not self._take_over(leader):
                        return
                    log.info("relay.works")
                    connection.execute("listen pgc_outbox")
                    while not self._bell.is_rung():
                        leader.execute("select")  # whoever lost the lock must not go on
                        if not self.carry(connection):
                            self.settle(connection)
                            self._bell.wait(connection, _SETTLING if self._sent else _POLL)
                        failures = 0
                    self.settle(connection, _SYNC_MS)
            except (psycopg.Error, RedisError, OSError) as error:
                pause = PAUSES[min(failures, len(PAUSES) - 1)]
                failures += 1
                log.warning("relay.waits", seconds=pause, error=_brief(error))
                self._bell.pause(pause)

    def stop(self) -> None:
        """End after the batch at hand; may be called from a signal handler or another thread."""
        self._bell.ring()

    def stop_at_signals(self) -> None:
        """Stop at SIGTERM and SIGINT."""
        self._bell.ring_at_signals()

    def close(self) -> None:
        """Give back what a relay that no longer runs has open."""
        self._redis.close()
        self._bell.close()

    def carry(self, connection: Connection) -> int:
        """Send one batch; how many changes it was. Their lines stay until they are settled."""
        if len(self._sent) >= _MOST_UNSETTLED:
            self.settle(connection, _SYNC_MS)
            if self._sent:
                return 0
        if not self._server:
            self._server = self._redis.info("server")["run_id"]
        changes = _rows(connection, _WAITING, limit=self._batch, sent=self._sent)
        if changes:
            self._send(changes)
            self._sent += [change.id for change in changes]
            self._early += [change.id for change in changes if change.early]
        return len(changes)

    def settle(self, connection: Connection, milliseconds: int = 1) -> bool:
        """Delete from the outbox what Redis's disk has; whether nothing is left that was sent."""
        if not self._sent:
            return True
        synced, server = self._synced(milliseconds)
        if server != self._server:  # started anew: what was sent may be lost, so it is sent again
            log.info("relay.sends_again", changes=len(self._sent))
            self._sent, self._early, self._server = [], [], server
        elif synced:
            connection.execute(_SETTLE, {"sent": self._sent, "early": self._early})
            self._sent, self._early = [], []
        return not self._sent

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
            self._worker_url,
            autocommit=True,
            connect_timeout=connect_seconds(5),
            application_name="pgc-relay",
        )

    def _synced(self, milliseconds: int) -> tuple[bool, str]:
        """Whether everything written so far is on Redis's disk, and which start of the server says so."""
        with self._redis.pipeline(transaction=False) as together:
            together.client_id()
            together.execute_command("WAITAOF", 1, 0, milliseconds)
            together.info("server")
            connection, synced, server = together.execute(raise_on_error=False)
        for answer in (connection, server):
            if isinstance(answer, Exception):
                raise answer
        if isinstance(synced, ResponseError):
            return True, server["run_id"]  # keeps no log, or is too old to say: nothing to wait for
        if isinstance(synced, Exception):
            raise synced
        if connection != self._connection:
            # Redis speaks of what this connection wrote. The log is in order: a new last write stands for all.
            with self._redis.pipeline(transaction=False) as together:
                self._connection = together.client_id().set(_BEAT, time.time_ns()).execute()[0]
            return False, server["run_id"]
        return bool(synced[0]), server["run_id"]

    def _take_over(self, leader: Connection) -> bool:
        """Wait until no other relay works; False when told to stop before."""
        leader.execute("set idle_in_transaction_session_timeout = 0")
        while not self._bell.is_rung():
            try:
                leader.execute("begin")
                leader.execute("lock table pgc.relaying in share update exclusive mode nowait")
                return True
            except psycopg.errors.LockNotAvailable:
                leader.execute("rollback")
            self._bell.pause(_STANDBY)
        return False

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
            together.client_id()
            for change in changes:
                together.xadd(
                    stream_of(change.owner), fields_of(change), maxlen=self._keep, approximate=True
                )
            self._connection, *answers = together.execute(raise_on_error=False)
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
    relay.stop_at_signals()
    try:
        relay.run()
    finally:
        relay.close()


def _rows(connection: Connection, query: str, **values: Any) -> list[Any]:
    with connection.cursor(row_factory=namedtuple_row) as cursor:
        return cursor.execute(query.encode(), values).fetchall()


def _brief(error: Exception) -> str:
    return f"{type(error).__name__}: {str(error).strip().partition(chr(10))[0]}"
