"""One call from its beginning to its end, whichever way it came in: who, which model, what it used, how it ended."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic_core import to_json

from hub.services.gateway import asked, refusals
from hub.services.gateway.accounts import Accounts, Line
from hub.services.gateway.asked import Asked
from hub.services.gateway.limits import Limits
from hub.services.gateway.local import Local
from hub.services.gateway.people import People
from hub.services.gateway.providers import Offer, Providers
from hub.services.gateway.streaming import Progress, Stream, Whole, pieces, with_first
from hub.services.gateway.trouble import Trouble
from hub.services.gateway.upstream import Answer, Upstream
from pgc_lib.core.ids import new_id
from pgc_lib.i18n import _

Via = Literal["http", "grpc"]
_OUTCOMES = {
    "gateway_key_refused": "key_refused",
    "gateway_key_missing": "key_missing",
    "provider_rate_limit": "provider_limited",
    "provider_error": "provider_error",
    "provider_unreachable": "unreachable",
    "provider_timeout": "timed_out",
    "provider_broke_off": "broken_off",
    "provider_garbage": "garbage",
    "stopping": "stopped",
}
"""What is noted for an error's code; any other one is the provider's refusal of the request."""


class HungUp(Exception):
    """Whoever called does not take the answer any more."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Someone who may call."""

    person: UUID
    via: Via
    purpose: str
    call: UUID = field(default_factory=new_id)
    """The identifier of the call, for the person and in the account."""


@dataclass(slots=True)
class _Call:
    """What is known so far of a call that is going on."""

    offer: Offer
    began: float = field(default_factory=time.monotonic)
    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    progress: Progress = field(default_factory=Progress)
    outcome: str = "ok"


class Gateway:
    """Everything that a call meets on its way."""

    def __init__(
        self,
        people: People,
        limits: Limits,
        accounts: Accounts,
        providers: Providers,
        upstream: Upstream,
        local: Local,
    ) -> None:
        self.people, self.limits, self.accounts = people, limits, accounts
        self.providers, self._upstream, self._local = providers, upstream, local
        self._open: set[asyncio.Task[Any]] = set()
        self._stopping = False

    @property
    def open_calls(self) -> int:
        """Calls that are going on."""
        return len(self._open)

    async def admit(self, authorization: str | None, purpose: str | None, via: Via) -> Caller:
        """Let someone in, or say why not."""
        if self._stopping:
            raise _stopping()
        person = await self.people.whose(authorization)
        caller = Caller(person, via, asked.purpose(purpose))
        self.accounts.check_room()
        await self.limits.take(person)
        return caller

    @asynccontextmanager
    async def chat(self, caller: Caller, wanted: Asked) -> AsyncIterator[Whole | Stream]:
        """Ask a model; the answer goes on for as long as the block lasts, and the block's end is the call's."""
        offer = self.providers.catalogue.pick(wanted.model, "chat")
        body = {**wanted.body, "model": offer.model}
        hide_usage = False
        if wanted.stream and offer.usage_in_stream:
            body["stream_options"] = {**(body.get("stream_options") or {}), "include_usage": True}
            hide_usage = not wanted.wants_usage
        with self._noted(caller, "chat", offer) as call:
            async with self._asking(offer, "/chat/completions", body) as answer:
                if not wanted.stream:
                    raw, value = await answer.whole("choices")
                    call.progress.used(value.get("usage"))
                    call.progress.complete = True
                    yield Whole(raw)
                elif not answer.streams:
                    raise refusals.garbage(offer)
                else:
                    async with aclosing(
                        pieces(offer, call.progress, answer, hide_usage=hide_usage)
                    ) as coming:
                        # Waiting for the first one leaves every early failure its own HTTP status.
                        first = await anext(coming)
                        yield Stream(with_first(first, coming))

    @asynccontextmanager
    async def embed(self, caller: Caller, wanted: Asked) -> AsyncIterator[Whole]:
        """Embeddings, from a provider or from the model on this machine."""
        offer = self.providers.catalogue.pick(wanted.model, "embeddings")
        with self._noted(caller, "embeddings", offer) as call:
            if not offer.base_url:
                raw, tokens = await self._local.answer(offer.name, wanted.body)
                call.progress.used({"prompt_tokens": tokens, "completion_tokens": 0})
            else:
                body = {**wanted.body, "model": offer.model}
                async with self._asking(offer, "/embeddings", body) as answer:
                    raw, value = await answer.whole("data")
                    call.progress.used(value.get("usage"))
            call.progress.complete = True
            yield Whole(raw)

    async def stop(self, patience: float) -> None:
        """Let the calls that go on end; those that take longer are told that the gateway stops."""
        self._stopping = True
        if self._open:
            await asyncio.wait(self._open, timeout=patience)
        for task in self._open:
            task.cancel()
        if self._open:
            await asyncio.wait(self._open, timeout=0.5)

    def _asking(
        self, offer: Offer, path: str, body: dict[str, Any]
    ) -> AbstractAsyncContextManager[Answer]:
        return self._upstream.ask(offer, path, to_json(body, inf_nan_mode="null"))

    @contextmanager
    def _noted(
        self, caller: Caller, operation: Literal["chat", "embeddings"], offer: Offer
    ) -> Iterator[_Call]:
        """Whatever becomes of the call, it is noted once and as it was."""
        call, task = _Call(offer), asyncio.current_task()
        assert task is not None
        with self.limits.place(caller.person):
            self._open.add(task)
            try:
                yield call
            except Trouble as error:
                call.outcome = _OUTCOMES.get(error.code, "refused")
                raise
            except (asyncio.CancelledError, GeneratorExit, HungUp):
                call.outcome = "stopped" if self._stopping else "hung_up"
                if self._stopping and task.cancelling() and not call.progress.complete:
                    task.uncancel()
                    raise _stopping() from None
                raise
            except BaseException:
                call.outcome = "error"
                raise
            finally:
                self._open.discard(task)
                self.accounts.add(_line(caller, operation, call))


def _line(caller: Caller, operation: Literal["chat", "embeddings"], call: _Call) -> Line:
    return Line(
        id=caller.call,
        person=caller.person,
        at=call.at,
        via=caller.via,
        operation=operation,
        provider=call.offer.provider,
        model=call.offer.name,
        purpose=caller.purpose,
        input_tokens=call.progress.input_tokens,
        output_tokens=call.progress.output_tokens,
        seconds=round(time.monotonic() - call.began, 3),
        # Whoever leaves after the last word has had it all.
        outcome="ok" if call.progress.complete else call.outcome,
    )


def _stopping() -> Trouble:
    return Trouble(
        503,
        "stopping",
        _("The gateway is being stopped."),
        next_step=_("Try again in a moment; what came of the answer is not the whole."),
        retry_after=2,
    )
