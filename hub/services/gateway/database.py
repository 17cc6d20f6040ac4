"""The gateway's login to PostgreSQL: one connection, made again when it broke."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import psycopg

from pgc_lib.settings import Secret

PATIENCE = 4.0
"""Seconds for one piece of work, so that nobody waits on a database that hangs."""

T = TypeVar("T")
Connection = psycopg.AsyncConnection[Any]


class Database:
    """What it is asked to do may run twice without harm: a connection that broke in between is replaced once."""

    def __init__(self, url: Secret, *, patience: float = PATIENCE) -> None:
        self._url, self._patience = url, patience
        self._connection: Connection | None = None
        self._turn = asyncio.Lock()

    async def run(self, work: Callable[[Connection], Awaitable[T]]) -> T:
        """Do some work on the connection, one at a time."""
        async with self._turn:
            if self._connection is not None:
                try:
                    return await self._try(work)
                except (psycopg.OperationalError, TimeoutError):
                    pass  # perhaps the server was restarted since: once more, on a new connection
            return await self._try(work)

    async def close(self) -> None:
        """Give the connection back."""
        if self._connection is not None:
            connection, self._connection = self._connection, None
            await connection.close()

    async def _try(self, work: Callable[[Connection], Awaitable[T]]) -> T:
        try:
            async with asyncio.timeout(self._patience):
                if self._connection is None:
                    self._connection = await psycopg.AsyncConnection.connect(
                        self._url.reveal(),
                        autocommit=True,
                        connect_timeout=3,
                        application_name="pgc-gateway",
                    )
                return await work(self._connection)
        except psycopg.errors.IntegrityError:
            raise  # the server's answer, on a connection that is sound
        except BaseException:
            # Also when whoever waited has gone: nobody knows what the connection is in the middle of.
            await self.close()
            raise
