"""A start lasts until the server listens: not less, and hardly more."""

import asyncio
import socket
from typing import Any

import pytest

from hub.prompt import _Prompt


class Started:
    """A spawner whose server opens its port a while after it was started."""

    http_timeout = 20

    def __init__(self, *, opens: float | None, ended: int | None = None) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.opens, self.ended = opens, ended
        self.listening = asyncio.Event()
        self.tasks: list[asyncio.Task[Any]] = []

    async def start(self) -> tuple[str, int]:
        """Come back at once, as spawners do."""
        if self.opens is not None:
            self.tasks.append(asyncio.create_task(self._open(self.opens)))
        return "127.0.0.1", self.port

    async def poll(self) -> int | None:
        """None while it runs, else its exit status."""
        return self.ended

    async def _open(self, after: float) -> None:
        await asyncio.sleep(after)
        server = await asyncio.start_server(
            lambda _reader, writer: writer.close(), "127.0.0.1", self.port
        )
        self.listening.set()
        async with server:
            await server.serve_forever()


class Spawner(_Prompt, Started):
    """That one, waited for."""


def run(spawner_options: dict[str, Any]) -> tuple[Spawner, tuple[str, int]]:
    """Start one; the spawner and what it gave back."""

    async def started() -> tuple[Spawner, tuple[str, int]]:
        spawner = Spawner(**spawner_options)
        place = await spawner.start()
        for task in spawner.tasks:
            task.cancel()
        return spawner, place

    return asyncio.run(started())


def test_the_start_lasts_until_the_server_listens() -> None:
    """JupyterHub's first look then succeeds."""
    spawner, place = run({"opens": 0.3})
    assert spawner.listening.is_set()
    assert place == ("127.0.0.1", spawner.port)


def test_a_server_that_ended_is_not_waited_for() -> None:
    """Whatever the limit: there is nothing to come."""
    _spawner, place = run({"opens": None, "ended": 1})
    assert place[0] == "127.0.0.1"


def test_the_wait_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that never listens is JupyterHub's to judge."""
    monkeypatch.setattr(Started, "http_timeout", 1)
    spawner, _place = run({"opens": None})
    assert not spawner.listening.is_set()
