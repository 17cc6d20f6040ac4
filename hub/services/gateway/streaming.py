"""An answer on its way: what is passed on of a stream, how far it came, and whether its end is one."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from hub.services.gateway import refusals
from hub.services.gateway.providers import Offer
from hub.services.gateway.sse import Event
from hub.services.gateway.upstream import Answer

_MOST_TOKENS = 2**53


@dataclass(frozen=True, slots=True)
class Piece:
    """What came of a stream at one time: the bytes to pass on, and the objects inside."""

    raw: bytes
    values: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Whole:
    """An answer in one piece."""

    raw: bytes


@dataclass(frozen=True, slots=True)
class Stream:
    """An answer in pieces; the first one is there already."""

    pieces: AsyncIterator[Piece]


@dataclass(slots=True)
class Progress:
    """How far an answer came, and what it used as far as the provider said."""

    input_tokens: int | None = None
    output_tokens: int | None = None
    complete: bool = False

    def used(self, usage: Any) -> None:
        """Take what the provider says was used; what it does not say stays unknown."""
        if isinstance(usage, dict):
            self.input_tokens = count(usage.get("prompt_tokens"))
            self.output_tokens = count(usage.get("completion_tokens"))


def count(value: Any) -> int | None:
    """A number of tokens; None for anything else."""
    good = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MOST_TOKENS
    return value if good else None


async def pieces(
    offer: Offer, progress: Progress, answer: Answer, *, hide_usage: bool
) -> AsyncGenerator[Piece, None]:
    """The stream as it is to be passed on; it ends with its own last word or with an error."""
    finished = False
    async with aclosing(answer.events()) as arriving:
        async for events in arriving:
            passed: list[Event] = []
            for event in events:
                value = event.value or {}
                if value.get("error"):
                    if passed:
                        yield _piece(passed)
                    raise refusals.in_stream(offer, value["error"])
                progress.used(value.get("usage"))
                finished = finished or _has_finished(value.get("choices"))
                if not (hide_usage and value.get("choices") == [] and value.get("usage")):
                    passed.append(event)
                if event.done:
                    progress.complete = True
                    break
            if passed:
                yield _piece(passed)
    # Some servers never say [DONE]; without the model's own end it is no end at all.
    if not (finished or progress.complete):
        raise refusals.broken_off(offer)
    progress.complete = True


def _piece(events: list[Event]) -> Piece:
    return Piece(
        b"".join(event.raw for event in events),
        tuple(event.value for event in events if event.value),
    )


async def with_first(first: Piece, others: AsyncIterator[Piece]) -> AsyncIterator[Piece]:
    """A stream whose first piece was taken already."""
    yield first
    async for piece in others:
        yield piece


def _has_finished(choices: Any) -> bool:
    return isinstance(choices, list) and any(
        isinstance(choice, dict) and choice.get("finish_reason") for choice in choices
    )
