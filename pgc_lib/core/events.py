"""Changes as events: from the database's outbox to each person's Redis Stream, at least once.

The triggers note every change in `pgc.outbox` within the change's own transaction, so what is committed is in the
outbox and what is not never was. One relay at a time (an advisory lock; others stand by) reads the outbox in the
order of the changes' numbers, adds each to its owner's stream, and only then deletes it and commits. A relay that
dies in between leaves its changes in the outbox, and the next one sends them again: consumers are idempotent by the
change's number.

Order: a change's number is taken while its statement holds the rows' locks. A later statement on the same row, or in
the same session, therefore has a higher number and is never visible earlier; sending what is visible by number never
puts an effect before its cause. Nothing is waited for, so a long transaction holds up nobody else's events.
"""

import select
import signal
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Event as Flag
from typing import TYPE_CHECKING, Any
from uuid import UUID

import psycopg
import redis
import structlog
from psycopg.rows import namedtuple_row

from pgc_lib.core.session import Session

if TYPE_CHECKING:
    from types import FrameType

log = structlog.get_logger()
_LOCK = 0x7067635F_6F757478
_BATCH = 500
_KEEP = 100_000
"""Entries kept in a person's stream; older ones can be sent again from the history."""
_IDS = 100
_PATIENCE = (0.2, 0.5, 1.0, 2.0, 5.0)
_POLL = 5.0

_WAITING = """
select c.id, c.at, c.actor, c.owner, c.area, c.kind, c.verb, c.batch, c.undoes, c.rows, c.records[1:%(ids)s] as records
from pgc.outbox o join pgc.changes c on c.id = o.change order by o.change limit %(limit)s
"""
_AGAIN = """
select c.id, c.at, c.actor, c.owner, c.area, c.kind, c.verb, c.batch, c.undoes, c.rows, c.records[1:%(ids)s] as records
from pgc.changes c where c.owner = %(owner)s and c.id > %(since)s order by c.id
"""


@dataclass(frozen=True, slots=True)
class Event:
    """One change, as a consumer gets it: what happened to which records, never what they say."""

    change: int
    at: datetime
    actor: UUID | None
    area: str
    kind: str
    verb: str
    rows: int
    batch: UUID | None
    undoes: int | None
    records: tuple[UUID, ...]


class Relay:
    """Carries the outbox to the streams."""

    def __init__(self, worker_url: str, redis_url: str) -> None:
        self._worker_url = worker_url
        self._redis = redis.Redis.from_url(
            redis_url, socket_timeout=10, socket_connect_timeout=2, retry_on_timeout=False
        )
        self._stop = Flag()

    def stop(self, *_signal: "int | FrameType | None") -> None:
        """End after the batch at hand."""
        self._stop.set()

    def run(self) -> None:
        """Carry until stopped; lost engines are waited for, nothing is dropped meanwhile."""
        tries = 0
        while not self._stop.is_set():
            try:
                with psycopg.connect(
                    self._worker_url,
                    autocommit=True,
                    connect_timeout=5,
                    application_name="pgc-relay",
                ) as connection:
                    self._stand_by(connection)
                    tries = 0
                    while not self._stop.is_set():
                        if not self.carry(connection):
                            _wait(connection, self._stop)
            except (psycopg.OperationalError, redis.RedisError, OSError) as error:
                pause = _PATIENCE[min(tries, len(_PATIENCE) - 1)]
                tries += 1
                log.warning("relay.waits", seconds=pause, error=type(error).__name__)
                self._stop.wait(pause)

    def _stand_by(self, connection: "psycopg.Connection[Any]") -> None:
        """Wait for the lock without blocking a stop; then listen."""
        while not self._stop.is_set():
            row = connection.execute("select pg_try_advisory_lock(%s)", (_LOCK,)).fetchone()
            if row and row[0]:
                break
            self._stop.wait(1.0)
        connection.execute("listen pgc_outbox")

    def carry(self, connection: "psycopg.Connection[Any]") -> int:
        """Send one batch; how many changes it was."""
        with connection.transaction():
            with connection.cursor(row_factory=namedtuple_row) as cursor:
                changes: list[Any] = cursor.execute(_WAITING, {"ids": _IDS, "limit": _BATCH}).fetchall()
            if not changes:
                return 0
            self._send(changes)
            connection.execute(
                "delete from pgc.outbox where change = any(%s)",
                ([change.id for change in changes],),
            )
        return len(changes)

    def replay(self, owner: UUID, since: int = 0) -> int:
        """Send a person's changes again, after Redis lost them."""
        sent = 0
        with (
            psycopg.connect(self._worker_url, connect_timeout=5) as connection,
            connection.cursor(name="replay", row_factory=namedtuple_row) as cursor,
        ):
            cursor.execute(_AGAIN, {"ids": _IDS, "owner": owner, "since": since})
            while changes := cursor.fetchmany(_BATCH):
                self._send(changes)
                sent += len(changes)
        return sent

    def lag(self) -> int:
        """How many changes are waiting to be sent."""
        with psycopg.connect(self._worker_url, connect_timeout=5) as connection:
            row = connection.execute("select count(*) from pgc.outbox").fetchone()
            return int(row[0]) if row else 0

    def _send(self, changes: Sequence[Any]) -> None:
        # In one transaction: a connection lost halfway leaves nothing of the batch or all of it.
        pipeline = self._redis.pipeline(transaction=True)
        for change in changes:
            pipeline.xadd(stream_of(change.owner), _fields(change), maxlen=_KEEP, approximate=True)
        pipeline.execute()


def stream_of(person: UUID) -> str:
    """The key of a person's stream; their Redis login may read it, others may not."""
    return f"pgc:p:{person.hex}:events"


def read(session: Session, *, after: str = "0", limit: int = 100) -> list[tuple[str, Event]]:
    """Events of the session's person after a place in the stream, each with its place."""
    with redis.Redis.from_url(session.redis_url.reveal(), socket_timeout=10) as client:
        found: Any = client.xrange(stream_of(session.person), min=f"({after}", count=limit)
    return [(place.decode(), event_of(fields)) for place, fields in found]


def once(events: Iterator[Event]) -> Iterator[Event]:
    """The events without those that were sent again."""
    seen: set[int] = set()
    for event in events:
        if event.change not in seen:
            seen.add(event.change)
            yield event


def event_of(fields: dict[bytes, bytes]) -> Event:
    """An entry of the stream as an event."""
    text = {name.decode(): value.decode() for name, value in fields.items()}
    return Event(
        change=int(text["change"]),
        at=datetime.fromisoformat(text["at"]),
        actor=UUID(text["actor"]) if text["actor"] else None,
        area=text["area"],
        kind=text["kind"],
        verb=text["verb"],
        rows=int(text["rows"]),
        batch=UUID(text["batch"]) if text["batch"] else None,
        undoes=int(text["undoes"]) if text["undoes"] else None,
        records=tuple(UUID(id) for id in text["records"].split()),
    )


def _fields(change: Any) -> dict[Any, Any]:
    return {
        "change": change.id,
        "at": change.at.isoformat(),
        "actor": change.actor.hex if change.actor else "",
        "area": change.area,
        "kind": change.kind,
        "verb": change.verb,
        "rows": change.rows,
        "batch": change.batch.hex if change.batch else "",
        "undoes": change.undoes or "",
        "records": " ".join(id.hex for id in change.records or ()),
    }


def _wait(connection: "psycopg.Connection[Any]", stop: Flag) -> None:
    """Until the database says that something changed, or a while has passed in case it did not."""
    deadline = time.monotonic() + _POLL
    while not stop.is_set() and (left := deadline - time.monotonic()) > 0:
        ready, _w, _x = select.select([connection.fileno()], [], [], min(left, 0.5))
        if ready:
            # Reading the notifications away; a lost connection raises here.
            for _notice in connection.notifies(timeout=0):
                pass
            return


def run_relay(worker_url: str, redis_url: str) -> None:
    """Run a relay as a process, until it is asked to end."""
    relay = Relay(worker_url, redis_url)
    signal.signal(signal.SIGTERM, relay.stop)
    signal.signal(signal.SIGINT, relay.stop)
    relay.run()
