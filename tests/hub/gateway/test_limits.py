"""How much one person may ask for: counted for each, shared by all gateways, and no obstacle when Redis is away."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import redis

from hub.services.gateway.limits import Limits
from hub.services.gateway.trouble import Trouble
from tests.hub.gateway.conftest import Company
from tests.support.lab import House
from tests.support.provider import Say, Sleep
from tests.support.valkey import Server

ROOT = Path(__file__).parents[3]
HELLO = {"messages": [{"role": "user", "content": "hi"}]}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A Valkey for this test alone."""
    server = Server(tmp_path).start()
    yield server
    server.stop()


def taking(
    url: str, work: Callable[[Limits], Awaitable[None]], n: int = 10, at_once: int = 1
) -> None:
    """Do something with limits in an event loop of their own."""

    async def run() -> None:
        limits = Limits(url, calls_a_minute=n, at_once=at_once)
        try:
            await work(limits)
        finally:
            limits.close()

    asyncio.run(run())


async def allowed(limits: Limits, person: UUID, calls: int) -> int:
    """How many of so many calls are let through."""
    found = 0
    for _call in range(calls):
        try:
            await limits.take(person)
            found += 1
        except Trouble as error:
            assert error.status == 429 and error.retry_after
    return found


def test_each_person_has_a_limit_of_their_own(server: Server) -> None:
    """Never exceeded, though it is counted alongside while there is plenty, and shared by several gateways."""

    async def work(limits: Limits) -> None:
        one, other = uuid4(), uuid4()
        assert await allowed(limits, one, 25) == 10
        second = Limits(server.url, calls_a_minute=10, at_once=1)
        assert await allowed(second, one, 5) == 0
        assert await allowed(second, other, 25) == 10
        second.close()

    taking(server.url, work)


def test_without_redis_there_is_none(server: Server) -> None:
    """Nor with a limit of 0."""

    async def work(limits: Limits) -> None:
        assert await allowed(limits, uuid4(), 50) == 50

    taking("", work)
    taking(server.url, work, n=0)


def test_a_redis_that_is_away_stops_nobody(server: Server) -> None:
    """Killed or hanging: calls go on, after one wait at most; when it is back, it counts again."""

    async def work(limits: Limits) -> None:
        person = uuid4()
        assert await allowed(limits, person, 4) == 4
        server.freeze()
        assert await allowed(limits, person, 30) == 30
        server.thaw()
        server.kill()
        limits._resume = 0
        assert await allowed(limits, person, 30) == 30
        server.start()
        limits._resume = 0
        assert await allowed(limits, person, 30) < 30

    taking(server.url, work)


def test_the_login_that_containers_give_the_gateway_is_enough(server: Server) -> None:
    """And for nothing else: a limit that may not be counted would be none, without a word to anybody."""
    start = (ROOT / "docker" / "redis" / "start.sh").read_text()
    found = re.search(
        r"user pgc_gateway on .*?(~pgc:gateway:\*).*?'(-@all[^']*)'", start, re.DOTALL
    )
    assert found
    words = ["on", ">secret", "resetchannels", found[1], *found[2].split()]
    server.admin().execute_command("ACL", "SETUSER", "pgc_gateway", *words)
    url = f"redis://pgc_gateway:secret@127.0.0.1:{server.port}"

    async def work(limits: Limits) -> None:
        assert await allowed(limits, uuid4(), 25) == 10

    taking(url, work)
    with pytest.raises(redis.exceptions.NoPermissionError):
        redis.Redis.from_url(url).get("pgc:p:somebody")


def test_the_limit_in_front_of_a_call(company: Company, anna: UUID, server: Server) -> None:
    """A status that clients know, with the seconds to wait; it is not noted, for nothing was used."""
    settings = {"PGC_GATEWAY_REDIS_URL": server.url, "PGC_GATEWAY_CALLS_A_MINUTE": "2"}
    gateway, scripted = company(Say("Hello."), settings=settings)
    answers = [gateway.post(anna, HELLO) for _call in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert 1 <= int(answers[2].headers["retry-after"]) <= 60
    assert answers[2].json()["error"]["code"] == "rate_limit_exceeded"
    assert len(scripted.requests) == len(gateway.calls(anna, 2)) == 2


def test_so_many_at_once(
    company: Company, house: House, anna: UUID, person: Callable[..., Any]
) -> None:
    """One person's many calls leave room for the others, and a place is free again when a call ends."""
    gateway, _scripted = company(Sleep(1.5), settings={"PGC_GATEWAY_AT_ONCE": "2"})
    other = person("other").person
    with ThreadPoolExecutor(5) as pool:
        mine = [pool.submit(gateway.post, anna, HELLO) for _call in range(4)]
        theirs = pool.submit(gateway.post, other, HELLO)
        assert sorted(call.result().status_code for call in mine) == [200, 200, 429, 429]
        assert theirs.result().status_code == 200
    assert gateway.post(anna, HELLO).status_code == 200
