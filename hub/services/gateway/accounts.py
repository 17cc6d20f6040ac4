"""What was used: one line a call, written behind the caller's back and never lost on a normal stop.

Lines wait in memory until the database has them. Each has its identifier from the start, so that writing twice
after a broken connection counts once. When too many wait, the gateway takes no further calls.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from functools import partial
from itertools import islice
from operator import attrgetter
from typing import Literal
from uuid import UUID

import psycopg
import structlog

from hub.services.gateway.database import Connection, Database
from hub.services.gateway.trouble import Trouble
from pgc_lib.i18n import _

MOST_WAITING = 10_000
_BATCH = 500
_GATHER = 0.25
"""Seconds in which lines gather, so that many calls cost one write."""
_AGAIN = (0.2, 1.0, 3.0, 5.0)
"""Seconds before each further try; the last one repeats."""
_HASTE = 0.05
"""The pause when the gateway is stopping."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Line:
    """One call: what it cost, never what was said."""

    id: UUID
    person: UUID
    at: datetime
    via: Literal["http", "grpc"]
    operation: Literal["chat", "embeddings"]
    provider: str
    model: str
    purpose: str
    input_tokens: int | None
    output_tokens: int | None
    seconds: float
    outcome: str


_NAMES = [field.name for field in fields(Line)]
_INSERT = (
    f"insert into gateway.calls ({', '.join(_NAMES)}) "
    f"values ({', '.join(['%s'] * len(_NAMES))}) on conflict do nothing"
).encode()
_values_of = attrgetter(*_NAMES)


class Accounts:
    """Takes lines at any time and writes them as soon as it can."""

    def __init__(self, database: Database, *, room: int = MOST_WAITING) -> None:
        self._database, self._room = database, room
        self._waiting: deque[Line] = deque()
        self._some = asyncio.Event()
        self._none = asyncio.Event()
        self._none.set()
        self._hurry = asyncio.Event()

    @property
    def waiting(self) -> int:
        """Lines that the database does not have yet."""
        return len(self._waiting)

    def check_room(self) -> None:
        """Refuse a call that could not be accounted for."""
        if len(self._waiting) >= self._room:
            raise Trouble(
                503,
                "accounts_full",
                _("The gateway cannot write down what is used, so it takes no more calls."),
                next_step=_("Try again later; your administrator should look at the database."),
                retry_after=10,
            )

    def add(self, line: Line) -> None:
        """Take a line; this never waits."""
        self._waiting.append(line)
        self._some.set()
        self._none.clear()

    async def write(self) -> None:
        """Write what comes, until it is cancelled."""
        tries = 0
        while True:
            await self._some.wait()
            await self._pause(_GATHER)
            batch = list(islice(self._waiting, _BATCH))
            try:
                await self._keep(batch)
            except (psycopg.Error, TimeoutError) as error:
                reason = str(error).partition("\n")[0] or type(error).__name__
                log.error("gateway.calls_wait", waiting=len(self._waiting), error=reason)
                await self._pause(_AGAIN[min(tries, len(_AGAIN) - 1)])
                tries += 1
                continue
            tries = 0
            for _line in batch:
                self._waiting.popleft()
            if not self._waiting:
                self._some.clear()
                self._none.set()

    async def settle(self, seconds: float) -> None:
        """Wait until everything is written; what cannot be goes to the log, each line whole."""
        self._hurry.set()
        try:
            async with asyncio.timeout(seconds):
                await self._none.wait()
        except TimeoutError:
            for line in self._waiting:
                told = zip(_NAMES, map(str, _values_of(line)), strict=True)
                log.error("gateway.call_not_kept", **dict(told))

    async def _pause(self, seconds: float) -> None:
        """Wait before another try, but not for long when the gateway is stopping."""
        try:
            async with asyncio.timeout(seconds):
                await self._hurry.wait()
        except TimeoutError:
            return  # the whole pause
        await asyncio.sleep(_HASTE)

    async def _keep(self, batch: Sequence[Line]) -> None:
        try:
            await self._database.run(partial(_insert, batch=batch))
        except psycopg.errors.IntegrityError:
            for line in batch:  # one of them is to blame, and the others shall not wait for it
                try:
                    await self._database.run(partial(_insert, batch=[line]))
                except psycopg.errors.IntegrityError as error:
                    log.error("gateway.call_refused", call=str(line.id), error=str(error))


async def _insert(connection: Connection, batch: Sequence[Line]) -> None:
    async with connection.transaction(), connection.cursor() as cursor:
        await cursor.executemany(_INSERT, [_values_of(line) for line in batch])
