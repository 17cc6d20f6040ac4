"""The account of calls: nothing lost, nothing twice, and no call that could not be accounted for."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from hub.services.gateway import accounts
from hub.services.gateway.accounts import Accounts, Line
from hub.services.gateway.database import Database
from hub.services.gateway.trouble import Trouble
from pgc_lib.settings import Secret
from tests.hub.gateway.conftest import Company
from tests.support.gateway import login, noted
from tests.support.lab import House
from tests.support.provider import Say

HELLO = {"messages": [{"role": "user", "content": "hi"}]}
CUT = (
    "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'pgc-gateway'"
)


def line(person: UUID, **more: Any) -> Line:
    values = {
        "id": uuid4(),
        "person": person,
        "at": datetime.now(UTC),
        "via": "http",
        "operation": "chat",
        "provider": "company",
        "model": "small",
        "purpose": "",
        "input_tokens": None,
        "output_tokens": 3,
        "seconds": 0.25,
        "outcome": "ok",
    }
    return Line(**{**values, **more})


def writing(
    url: str, work: Callable[[Accounts], Awaitable[None]], *, room: int = 100, settle: float = 5
) -> None:
    """Do something with accounts that are being written."""

    async def run() -> None:
        database = Database(Secret(url), patience=1)
        kept = Accounts(database, room=room)
        writer = asyncio.create_task(kept.write())
        try:
            await work(kept)
            await kept.settle(settle)
        finally:
            writer.cancel()
            await asyncio.wait((writer,))
            await database.close()

    asyncio.run(run())


def test_a_thousand_lines_and_a_stop(house: House, anna: UUID) -> None:
    """A normal stop waits for all of them."""

    async def work(kept: Accounts) -> None:
        for _call in range(1200):
            kept.add(line(anna))

    writing(login(house), work)
    assert len(noted(house, anna)) == 1200


def test_a_line_that_is_written_twice_counts_once(house: House, anna: UUID) -> None:
    """After a broken connection nobody knows whether the database had it already."""
    same = line(anna)

    async def work(kept: Accounts) -> None:
        for _time in range(3):
            kept.add(same)
            await kept.settle(5)

    writing(login(house), work)
    assert [one["id"] for one in noted(house, anna)] == [same.id]


def test_connections_that_are_cut(house: House, anna: UUID) -> None:
    """As by a restart of the database: the lines wait and are written on a new one."""

    async def work(kept: Accounts) -> None:
        for _round in range(5):
            kept.add(line(anna))
            await kept.settle(5)
            house.sql(CUT)

    writing(login(house), work)
    assert len(noted(house, anna)) == 5


def test_one_line_that_is_refused_does_not_hold_up_the_others(house: House, anna: UUID) -> None:
    """Of somebody who was removed in between, say."""

    async def work(kept: Accounts) -> None:
        for person in (anna, uuid4(), anna):
            kept.add(line(person))

    writing(login(house), work)
    assert len(noted(house, anna)) == 2


def test_a_database_that_is_away_when_it_stops(
    anna: UUID, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What cannot be written stands in the log, each line whole, and the stop does not hang."""
    monkeypatch.setattr(accounts, "_AGAIN", (0.05,))
    waiting = line(anna)

    async def work(kept: Accounts) -> None:
        kept.add(waiting)

    writing("postgresql://pgc_gateway:canary@127.0.0.1:1/pgc", work, settle=0.5)
    said = capsys.readouterr().out
    assert "call_not_kept" in said and str(waiting.id) in said and anna.hex[:8] in said
    assert "canary" not in said


def test_no_call_without_an_account(anna: UUID) -> None:
    """When too many lines wait, the gateway says so instead of forgetting."""

    async def work(kept: Accounts) -> None:
        kept.check_room()
        for _call in range(3):
            kept.add(line(anna))
        with pytest.raises(Trouble) as caught:
            kept.check_room()
        assert caught.value.status == 503 and caught.value.retry_after

    writing("postgresql://nobody@127.0.0.1:1/none", work, room=3, settle=0.1)


def test_calls_go_on_while_the_database_restarts(
    company: Company, house: House, anna: UUID
) -> None:
    """Connections cut under a running gateway: every call is answered and noted."""
    gateway, _scripted = company(Say("Hello."))
    for _round in range(4):
        assert gateway.post(anna, HELLO).status_code == 200
        house.sql(CUT)
        gateway.gateway.people._known.clear()
    assert len(gateway.calls(anna, 4)) == 4


def test_a_database_that_is_away_lets_nobody_in(
    company: Company, anna: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever cannot be looked up is not served; the message says for how long to wait."""
    gateway, scripted = company(Say("Hello."))
    monkeypatch.setattr(
        gateway.gateway.people, "_database", Database(Secret("postgresql://x@127.0.0.1:1/x"))
    )
    answer = gateway.post(anna, HELLO)
    assert answer.status_code == 503 and answer.headers["retry-after"] == "2"
    assert answer.json()["error"]["code"] == "accounts_unavailable" and scripted.requests == []


def test_an_answer_that_nobody_waits_for_leaves_a_sound_connection(house: House) -> None:
    """Work that is given up in the middle must not leave its answer to the next."""

    async def ask(statement: str, connection: "psycopg.AsyncConnection[Any]") -> Any:
        return await (await connection.execute(statement.encode())).fetchone()

    async def run() -> None:
        database = Database(Secret(login(house)), patience=3)
        slow = asyncio.create_task(database.run(partial(ask, "select pg_sleep(2), 1")))
        await asyncio.sleep(0.3)
        slow.cancel()
        assert await database.run(partial(ask, "select 7")) == (7,)
        await database.close()

    asyncio.run(run())
