"""Changes as events: what a person's programs hear of, in the stream `events` of their own Redis login.

An event says what happened to which records, never what is in them. Each committed change arrives at least
once (`relay.py`); whoever acts on one must not mind hearing of it again, and `listen` leaves out what it
can tell was heard before.
"""

import logging
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from redis.exceptions import RedisError

from pgc_lib.core.changes import Verb
from pgc_lib.core.session import Session

STREAM = "events"
RECORDS = 100
"""An event names its records up to this many; of more it says how many there were."""
_REMEMBERED = 10_000
"""Changes that a group of consumers remembers to have handled."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Event:
    """One change, as a consumer gets it."""

    change: int
    at: datetime
    actor: UUID | None
    area: str
    kind: str
    verb: Verb
    rows: int
    batch: UUID | None
    undoes: int | None
    records: tuple[UUID, ...]
    """Empty when there were more than can be named."""


class Events:
    """The events of one person."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._stream = session.redis.stream(STREAM)

    def read(self, *, after: str = "", limit: int = 100) -> list[tuple[str, Event]]:
        """Events from the beginning or after a place, each with its place; repeated ones too."""
        entries = self._stream.read(after=after, count=limit)
        return [(entry.id, event_of(entry.data)) for entry in entries]

    def follow(
        self, *, after: str | None = None, stop: threading.Event | None = None
    ) -> Iterator[Event]:
        """Events as they come, from now on or after a place; for whoever only watches."""
        for entry in self._stream.follow(after=after, stop=stop):
            yield event_of(entry.data)

    def listen(
        self,
        group: str,
        consumer: str,
        *,
        stop: threading.Event | None = None,
        drain: bool = False,
        idle: float = 60,
    ) -> Iterator[Event]:
        """Every event for a group of consumers, shared out among them.

        An event is done when the next one is asked for. If the consumer dies before, another one gets it after
        `idle` seconds. What the group has done already is left out; only a crash between doing and
        noting, or the loss of Redis, can bring it again. `drain` ends when nothing is left.
        """
        done = _Done(self.session, group)
        for entry in self._stream.entries(group, consumer, stop=stop, drain=drain, idle=idle):
            event = event_of(entry.data)
            if event.change in done:
                continue
            yield event
            done.add(event.change)


class _Done:
    """The changes that a group has handled. A help, not a promise: it forgets old ones and may be away."""

    def __init__(self, session: Session, group: str) -> None:
        self._client = session.redis.client
        self._key = session.redis.key("events-done", group)

    def __contains__(self, change: int) -> bool:
        try:
            return self._client.zscore(self._key, change) is not None
        except RedisError as error:
            log.debug("cannot tell whether change %s was handled: %s", change, error)
            return False

    def add(self, change: int) -> None:
        try:
            with self._client.pipeline(transaction=False) as together:
                together.zadd(self._key, {str(change): change})
                together.zremrangebyrank(self._key, 0, -_REMEMBERED - 1)
                together.execute()
        except RedisError as error:
            log.debug("cannot note that change %s was handled: %s", change, error)


def events(session: Session) -> Events:
    """The events of the session's person."""
    return Events(session)


def stream_of(person: UUID) -> str:
    """The key of a person's stream; their Redis login reaches it, others do not."""
    return f"pgc:p:{person.hex}:{STREAM}"


def fields_of(change: Any) -> dict[str, str | int]:
    """A row of `pgc.changes` as an entry of the stream."""
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


def event_of(data: Mapping[str, str]) -> Event:
    """An entry of the stream as an event."""
    return Event(
        change=int(data["change"]),
        at=datetime.fromisoformat(data["at"]),
        actor=UUID(data["actor"]) if data["actor"] else None,
        area=data["area"],
        kind=data["kind"],
        verb=data["verb"],  # type: ignore[arg-type]  # the database allows no other
        rows=int(data["rows"]),
        batch=UUID(data["batch"]) if data["batch"] else None,
        undoes=int(data["undoes"]) if data["undoes"] else None,
        records=tuple(UUID(id) for id in data["records"].split()),
    )
