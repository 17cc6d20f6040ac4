"""The gateway over HTTP, in OpenAI's protocol: any client library that knows a base URL and a key can use it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import structlog
from fastapi import FastAPI, Request, Response
from pydantic_core import to_json
from starlette.exceptions import HTTPException as StarletteHTTPException

from hub.services.gateway import asked
from hub.services.gateway.calls import Caller, Gateway, HungUp
from hub.services.gateway.streaming import Stream, Whole
from hub.services.gateway.trouble import Trouble
from pgc_lib.i18n import _, set_lang

_UPLOAD_SECONDS = 60
_STALL_SECONDS = 60
"""For a client to take what it was sent; one that reads nothing would keep the provider waiting for ever."""

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

log = structlog.get_logger()


def application(gateway: Gateway) -> FastAPI:
    """The routes."""
    app = FastAPI(title="PGC model gateway", docs_url=None, redoc_url=None, openapi_url=None)
    app.add_exception_handler(Trouble, _refused)
    app.add_exception_handler(StarletteHTTPException, _no_such_thing)
    app.add_exception_handler(Exception, _failed)

    @app.get("/health")
    async def health() -> Response:
        return _json(
            {
                "status": "ok",
                "models": len(gateway.providers.catalogue.offers),
                "open_calls": gateway.open_calls,
                "waiting": gateway.accounts.waiting,
            }
        )

    @app.get("/v1/models")
    async def models(request: Request) -> Response:
        _speak(request)
        await gateway.people.whose(request.headers.get("authorization"))
        catalogue = gateway.providers.catalogue
        listed = [
            {
                "id": offer.name,
                "object": "model",
                "created": catalogue.since,
                "owned_by": offer.provider,
                "capabilities": sorted(offer.capabilities),
            }
            for offer in catalogue.offers.values()
        ]
        return _json({"object": "list", "data": listed})

    async def chat(request: Request) -> Response:
        caller = await _admitted(gateway, request)
        return Relay(caller, gateway.chat(caller, asked.chat(await _body(request))))

    async def embeddings(request: Request) -> Response:
        caller = await _admitted(gateway, request)
        return Relay(caller, gateway.embed(caller, asked.embeddings(await _body(request))))

    # As they are: what FastAPI does for parameters and models would cost a call more than the rest of the way.
    app.add_route("/v1/chat/completions", chat, methods=["POST"])
    app.add_route("/v1/embeddings", embeddings, methods=["POST"])
    return app


class Relay(Response):
    """A model's answer, passed on as it comes; a client that hangs up ends the call to the provider."""

    def __init__(self, caller: Caller, call: AbstractAsyncContextManager[Whole | Stream]) -> None:
        super().__init__()
        self._caller, self._call = caller, call

    async def __call__(self, _scope: Message, receive: Receive, send: Send) -> None:
        """Answer, and watch meanwhile whether anyone still listens."""
        answering = asyncio.create_task(self._answer(send))
        watching = asyncio.create_task(_hung_up(receive))
        try:
            await asyncio.wait((answering, watching), return_when=asyncio.FIRST_COMPLETED)
        finally:
            watching.cancel()
            answering.cancel()
            await asyncio.wait((answering, watching))
        if not answering.cancelled() and (error := answering.exception()):
            raise error

    async def _answer(self, send: Send) -> None:
        begun = False
        try:
            async with self._call as answer:
                if isinstance(answer, Whole):
                    await self._whole(send, 200, "application/json", answer.raw)
                    return
                await self._head(send, 200, "text/event-stream; charset=utf-8")
                begun = True
                async for piece in answer.pieces:
                    await _pass(send, piece.raw, more=True)
            await _pass(send, b"", more=False)
        except HungUp:
            return  # noted by the call; there is nobody to tell
        except Trouble as error:
            raw = to_json(error.body)
            if begun:
                await _pass(send, b"data: " + raw + b"\n\n", more=False)
            else:
                await self._whole(send, error.status, "application/json", raw, error.headers)

    async def _whole(
        self, send: Send, status: int, kind: str, raw: bytes, more: dict[str, str] | None = None
    ) -> None:
        await self._head(send, status, kind, {"Content-Length": str(len(raw)), **(more or {})})
        await _pass(send, raw, more=False)

    async def _head(
        self, send: Send, status: int, kind: str, more: dict[str, str] | None = None
    ) -> None:
        headers = {
            "Content-Type": kind,
            "Cache-Control": "no-store",
            "X-Accel-Buffering": "no",
            **_named(self._caller),
            **(more or {}),
        }
        lines = [
            (name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()
        ]
        await send({"type": "http.response.start", "status": status, "headers": lines})


@asynccontextmanager
async def _patience(seconds: float, then: Exception) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError:
        raise then from None


async def _pass(send: Send, raw: bytes, *, more: bool) -> None:
    async with _patience(_STALL_SECONDS, HungUp()):
        await send({"type": "http.response.body", "body": raw, "more_body": more})


async def _hung_up(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _admitted(gateway: Gateway, request: Request) -> Caller:
    _speak(request)
    headers = request.headers
    return await gateway.admit(headers.get("authorization"), headers.get("x-pgc-purpose"), "http")


def _speak(request: Request) -> None:
    """Answer in the language that the client asks for, if it asks for one."""
    if wished := request.headers.get("accept-language"):
        set_lang(wished)


async def _body(request: Request) -> bytes:
    length = request.headers.get("content-length", "")
    if length.isdigit() and int(length) > asked.MOST_BYTES:
        raise asked.too_large()
    parts, size = [], 0
    late = Trouble(
        408,
        "request_timeout",
        _("The request did not arrive in time."),
        next_step=_("Send it again."),
    )
    async with _patience(_UPLOAD_SECONDS, late):
        async for part in request.stream():
            size += len(part)
            if size > asked.MOST_BYTES:
                raise asked.too_large()
            parts.append(part)
    return b"".join(parts)


def _named(caller: Caller) -> dict[str, str]:
    return {"X-Request-Id": str(caller.call)}


def _json(
    value: dict[str, Any], status: int = 200, headers: dict[str, str] | None = None
) -> Response:
    return Response(to_json(value), status, headers, "application/json")


async def _refused(_request: Request, error: Exception) -> Response:
    assert isinstance(error, Trouble)
    return _json(error.body, error.status, error.headers)


async def _no_such_thing(request: Request, error: Exception) -> Response:
    assert isinstance(error, StarletteHTTPException)
    trouble = Trouble(
        error.status_code,
        "not_found" if error.status_code == 404 else "not_allowed",
        _(
            "The gateway does not offer this: {method} {path}.",
            method=request.method,
            path=request.url.path[:200],
        ),
        next_step=_("It offers /v1/models, /v1/chat/completions and /v1/embeddings."),
    )
    return _json(trouble.body, trouble.status, dict(error.headers or {}))


async def _failed(_request: Request, error: Exception) -> Response:
    log.error("gateway.failed", error=type(error).__name__)
    trouble = Trouble(
        500,
        "internal_error",
        _("The gateway made a mistake."),
        next_step=_("Tell your administrator; its log has more."),
    )
    return _json(trouble.body, trouble.status)
