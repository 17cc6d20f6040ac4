"""What a store without a history of its own in the database says before it writes.

MongoDB has no triggers that could note a change in PostgreSQL, so the store names each change beforehand and
whoever notes it gives it a token, which every version that comes of it carries. The floor above decides where
lines are noted (`core/noting.py`); a store by itself notes nothing.
"""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from pgc_lib.stores.documents import Verb


@dataclass(frozen=True, slots=True)
class Undoing:
    """The line of history that a change takes back; with its batch when the whole of that is taken back."""

    line: UUID
    batch: UUID | None = None


@dataclass(frozen=True, slots=True)
class Intent:
    """A change that is about to be made to documents of one kind and owner."""

    kind: str
    owner: UUID
    verb: Verb
    ids: Sequence[UUID]
    batch: UUID | None = None
    undoes: Undoing | None = None


@dataclass(slots=True)
class Line:
    """What was noted; the store says in it what came of the change."""

    verb: Verb
    token: UUID | None = None
    came: int | None = None
    """How many documents were changed. None while that is uncertain: then the line stays as it was noted."""


class Noting(Protocol):
    """Notes a change before it is made, and afterwards what came of it."""

    def __call__(self, intent: Intent) -> AbstractContextManager[Line]: ...


@contextmanager
def unnoted(intent: Intent) -> Iterator[Line]:
    """Note nothing."""
    yield Line(intent.verb)
