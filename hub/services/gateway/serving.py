"""The gateway as a process: its parts put together from the settings, both servers, and a stop that loses nothing."""

import asyncio
import gc
import signal
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass

import structlog
import uvicorn

from hub.services.gateway import grpc_service, providers
from hub.services.gateway.accounts import Accounts
from hub.services.gateway.calls import Gateway
from hub.services.gateway.database import Database
from hub.services.gateway.http import application
from hub.services.gateway.limits import Limits
from hub.services.gateway.local import Local
from hub.services.gateway.people import People
from hub.services.gateway.upstream import Upstream
from pgc_lib.errors import EngineError, SettingError
from pgc_lib.i18n import _
from pgc_lib.settings import Settings

_FINISH_SECONDS = 0.8
"""For calls that go on when the gateway is told to stop."""
_WRITE_SECONDS = 1.0
_SIGNALS = (signal.SIGTERM, signal.SIGINT)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Running:
    """A gateway that answers."""

    gateway: Gateway
    port: int
    grpc_port: int


@asynccontextmanager
async def running(chosen: Settings) -> AsyncIterator[Running]:
    """Run the gateway for as long as the block lasts."""
    _require(chosen, "hub_secret", "gateway_database_url")
    offered = providers.from_settings(chosen)
    async with AsyncExitStack() as parts:
        asking, writing = (Database(chosen.gateway_database_url) for _number in range(2))
        parts.push_async_callback(asking.close)
        parts.push_async_callback(writing.close)
        accounts = Accounts(writing)
        limits = Limits(
            chosen.gateway_redis_url.reveal(),
            calls_a_minute=chosen.gateway_calls_a_minute,
            at_once=chosen.gateway_at_once,
        )
        parts.callback(limits.close)
        local = Local()
        parts.callback(local.close)
        upstream = Upstream()
        parts.push_async_callback(upstream.close)
        people = People(chosen.hub_secret, asking)
        gateway = Gateway(people, limits, accounts, offered, upstream, local)
        await parts.enter_async_context(_written(accounts))
        grpc_port = await parts.enter_async_context(
            _grpc(gateway, f"{chosen.gateway_host}:{chosen.gateway_grpc_port}")
        )
        port = await parts.enter_async_context(
            _http(gateway, chosen.gateway_host, chosen.gateway_port)
        )
        log.info("gateway.ready", port=port, grpc_port=grpc_port)
        try:
            yield Running(gateway, port, grpc_port)
        finally:
            # First the calls, while both servers can still tell their callers.
            await gateway.stop(_FINISH_SECONDS)


async def serve(chosen: Settings) -> None:
    """Run until the process is asked to end."""
    ending = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in _SIGNALS:
        loop.add_signal_handler(number, ending.set)
    async with running(chosen):
        # What is there now stays to the end; the collector need not look through it again and again.
        gc.collect()
        gc.freeze()
        await ending.wait()
        log.info("gateway.stopping")


@asynccontextmanager
async def _written(accounts: Accounts) -> AsyncIterator[None]:
    writer = asyncio.create_task(accounts.write())
    try:
        yield
    finally:
        await accounts.settle(_WRITE_SECONDS)
        writer.cancel()
        await asyncio.wait((writer,))


@asynccontextmanager
async def _grpc(gateway: Gateway, address: str) -> AsyncIterator[int]:
    try:
        server, port = grpc_service.server(gateway, address)
    except RuntimeError as error:
        raise _taken(address) from error
    await server.start()
    try:
        yield port
    finally:
        await server.stop(0.2)


@asynccontextmanager
async def _http(gateway: Gateway, host: str, port: int) -> AsyncIterator[int]:
    listening = _listening(host, port)
    server = _Quiet(
        uvicorn.Config(
            application(gateway),
            log_config=None,
            log_level="warning",
            access_log=False,
            server_header=False,
            ws="none",
            lifespan="off",
            timeout_keep_alive=30,
            timeout_graceful_shutdown=1,
        )
    )
    serving = asyncio.create_task(server.serve([listening]))
    try:
        yield listening.getsockname()[1]
    finally:
        server.should_exit = True
        await serving


def _listening(host: str, port: int) -> socket.socket:
    # Named TCP in so many words: only then does asyncio send small pieces at once, which saves 40 ms a call.
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((host, port))
        made.listen(1024)
    except OSError as error:
        made.close()
        raise _taken(f"{host}:{port}") from error
    return made


class _Quiet(uvicorn.Server):
    """A server that leaves signals to the process, which has more to end than this."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _require(chosen: Settings, *names: str) -> None:
    for name in names:
        if not getattr(chosen, name):
            raise SettingError(
                _("The gateway needs the setting {name}.", name=name),
                next_step=_("Set PGC_{name} or PGC_{name}_FILE.", name=name.upper()),
            )


def _taken(address: str) -> EngineError:
    return EngineError(
        _("The gateway cannot listen at {address}.", address=address),
        next_step=_("End what listens there, or set PGC_GATEWAY_PORT and PGC_GATEWAY_GRPC_PORT."),
    )
