"""What is in a stream, as values: entries, and how far each group of consumers has come."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

FIELD = b"json"
"""The field that holds an entry's data."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a stream."""

    id: str
    data: Any
    deliveries: int = 1
    """How many times it was handed to a consumer of the group, this time included."""
    fault: str = ""
    """Why its data could not be read; `data` is then the text that was found."""

    @property
    def at(self) -> datetime:
        """When it was added, by the server's clock."""
        return datetime.fromtimestamp(int(self.id.partition("-")[0]) / 1000, UTC)


@dataclass(frozen=True, slots=True)
class GroupStats:
    """How far a group has come."""

    name: str
    consumers: int
    pending: int
    """Handed out and not yet done."""
    lag: int | None
    """Not yet handed out; None when the server cannot tell."""
    oldest: float
    """Seconds since the longest pending entry was last handed out; 0 without one."""


@dataclass(frozen=True, slots=True)
class StreamStats:
    """A stream in numbers."""

    length: int
    first: datetime | None
    last: datetime | None
    groups: tuple[GroupStats, ...]


def entry_of(id: bytes, fields: dict[bytes, bytes], deliveries: int = 1) -> Entry:
    """An entry as it was read; one that another program wrote has its fields as data."""
    raw = fields.get(FIELD)
    name = id.decode()
    if raw is None:
        return Entry(name, {_text(k): _text(v) for k, v in fields.items()}, deliveries)
    try:
        return Entry(name, json.loads(raw), deliveries)
    except ValueError as error:
        return Entry(name, _text(raw), deliveries, fault=str(error))


def _text(raw: bytes) -> str:
    return raw.decode(errors="replace")
