"""Server-sent events as they come from a provider: whole events out of pieces, and what each one says."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic_core import from_json

MOST_BYTES = 8 * 2**20
"""Of one event; more is no language model speaking."""
DONE = b"[DONE]"

# A line may end in three ways, and its end may be torn apart; the group gives nothing back.
_END = re.compile(rb"(?>\r\n|\n|\r){2}")
_LINES = re.compile(rb"\r\n|\n|\r")


class Garbage(Exception):
    """What came is not the protocol."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event: its bytes as they came, and the object inside; a comment has none."""

    raw: bytes
    value: dict[str, Any] | None = None
    done: bool = False


class Splitter:
    """Takes pieces of any size and gives the events that are complete."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, piece: bytes) -> Iterator[Event]:
        """The events that this piece completes."""
        rest = self._rest + piece
        start, searched = 0, max(0, len(self._rest) - 3)
        while found := _END.search(rest, searched):
            searched = found.end()
            yield parsed(rest[start:searched])
            start = searched
        self._rest = rest[start:]
        if len(self._rest) > MOST_BYTES:
            raise Garbage

    @property
    def torn(self) -> bool:
        """Whether an event has begun that has no end."""
        return bool(self._rest.strip())


def parsed(raw: bytes) -> Event:
    """One event, which carries an object, the word that ends a stream, or nothing."""
    lines = []
    for line in _LINES.split(raw):
        if line.startswith(b"data:"):
            lines.append(line[5:].removeprefix(b" "))
        elif line and not line.startswith((b":", b"event:", b"id:", b"retry:")):
            raise Garbage
    if not lines:
        return Event(raw)
    data = b"\n".join(lines)
    if data.strip() == DONE:
        return Event(raw, done=True)
    try:
        value = from_json(data)
    except ValueError as error:
        raise Garbage from error
    if not isinstance(value, dict):
        raise Garbage
    return Event(raw, value)
