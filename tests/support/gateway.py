"""A gateway that really runs, on ports of its own, in a thread of the test; persons call it with their tokens.

def test_something(gateway, provider_file):
    with provider(Say("hi")) as company:
        running = gateway(offering(company.url))
        running.post(token, {"messages": […]})
"""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import psycopg

from hub.services.gateway import serving
from hub.services.gateway.calls import Gateway
from hub.tokens import issue
from pgc_lib.settings import Secret, Settings, resolve
from pgc_lib.stores.bootstrap import let_in
from pgc_lib.stores.postgres import GATEWAY
from tests.support.lab import House

MASTER = Secret("the hub's master secret")
PROVIDER_KEY = "sk-canary-of-the-provider"
_PASSWORD = "the gateway's password"
_PATIENCE = 20


@dataclass
class Live:
    """A running gateway and how to reach it."""

    gateway: Gateway
    port: int
    grpc_port: int
    loop: asyncio.AbstractEventLoop
    house: House

    @property
    def url(self) -> str:
        """What PGC_MODEL_URL is set to."""
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def grpc_address(self) -> str:
        """Where the other protocol is spoken."""
        return f"127.0.0.1:{self.grpc_port}"

    def post(
        self, person: UUID | str, body: Any, path: str = "/chat/completions", **headers: str
    ) -> httpx2.Response:
        """Send a request as a person, or with any token; a body of bytes is sent as it is."""
        raw = {"content": body} if isinstance(body, bytes) else {"json": body}
        head = {"Authorization": f"Bearer {token(person)}", **headers}
        return httpx2.post(f"{self.url}{path}", headers=head, timeout=_PATIENCE, **raw)

    def calls(self, person: UUID, n: int = 1) -> list[dict[str, Any]]:
        """The account of a person, as the person reads it later; waits until `n` lines are there."""
        import time

        for _try in range(_PATIENCE * 50):
            found = noted(self.house, person)
            if len(found) >= n:
                break
            time.sleep(0.02)
        return found


def token(person: UUID | str) -> str:
    """The token of a person; a text is one already."""
    return issue(MASTER, person) if isinstance(person, UUID) else person


def noted(house: House, person: UUID) -> list[dict[str, Any]]:
    """What the database has of a person's calls."""
    with psycopg.connect(house.admin_url, row_factory=psycopg.rows.dict_row) as connection:
        return connection.execute(
            "select * from gateway.calls where person = %s order by at", (person,)
        ).fetchall()


def login(house: House) -> str:
    """The database as the gateway."""
    return let_in(house.owner_url, GATEWAY, _PASSWORD)


def environment(house: House, **more: str) -> dict[str, str]:
    """What the gateway's process is given."""
    return {
        "PGC_DATA": "/nonexistent",
        "PGC_HUB_SECRET": MASTER.reveal(),
        "PGC_GATEWAY_DATABASE_URL": login(house),
        "PGC_GATEWAY_PORT": "0",
        "PGC_GATEWAY_GRPC_PORT": "0",
        **more,
    }


def offering(
    folder: Path, url: str, *, models: str = '["small", "large"]', key: str = "", more: str = ""
) -> dict[str, str]:
    """The settings for a file with one provider, whose key lies in a file beside it."""
    (folder / "key").write_text(f"{key or PROVIDER_KEY}\n")
    (folder / "providers.toml").write_text(
        f'[[providers]]\nname = "company"\nbase_url = "{url}"\nkey = "file:{folder / "key"}"\n'
        f'models = {models}\ncapabilities = ["chat", "tools", "embeddings"]\n{more}\n'
    )
    return {"PGC_GATEWAY_PROVIDERS": str(folder / "providers.toml")}


@contextmanager
def live(house: House, **settings: str) -> Iterator[Live]:
    """Run a gateway."""
    chosen = resolve(environment(house, **settings))
    started: list[Live | BaseException] = []
    ready, ending = threading.Event(), asyncio.Event()
    loop = asyncio.new_event_loop()

    async def run(chosen: Settings) -> None:
        async with serving.running(chosen) as found:
            started.append(Live(found.gateway, found.port, found.grpc_port, loop, house))
            ready.set()
            await ending.wait()

    def work() -> None:
        try:
            loop.run_until_complete(run(chosen))
        except BaseException as error:  # noqa: BLE001 (raised in the test's thread)
            started.append(error)
        finally:
            loop.close()
            ready.set()

    thread = threading.Thread(target=work, name="gateway")
    thread.start()
    ready.wait()
    try:
        first = started[0]
        if isinstance(first, BaseException):
            raise first
        yield first
    finally:
        if not loop.is_closed():
            loop.call_soon_threadsafe(ending.set)
        thread.join()
    if len(started) > 1:
        raise AssertionError("the gateway did not stop cleanly") from started[1]  # type: ignore[misc]
