"""How much one person may ask for: so many calls a minute, counted in Redis, and so many at once, counted here.

The first is off without Redis, and while Redis is away: a limit that cannot be counted shall not stop
anyone's work. The second always holds, for it also bounds the memory that requests take.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from uuid import UUID

import structlog

from hub.services.gateway.trouble import Trouble
from pgc_lib.errors import StoreError
from pgc_lib.i18n import _
from pgc_lib.stores.redis import Allowance, Redis

_PREFIX = "pgc:gateway:"
_PATIENCE = 1.0
_PAUSE = 5.0
"""Seconds for which a Redis that did not answer is left alone."""

log = structlog.get_logger()


class Limits:
    """The limits of every person."""

    def __init__(self, redis_url: str, *, calls_a_minute: int, at_once: int) -> None:
        limited = bool(redis_url and calls_a_minute)
        self._redis = Redis(redis_url, prefix=_PREFIX, timeout=_PATIENCE) if limited else None
        self._rate, self._most = calls_a_minute, max(1, at_once)
        self._threads = ThreadPoolExecutor(4, thread_name_prefix="limits")
        self._resume = 0.0
        self._open: Counter[UUID] = Counter()

    async def take(self, person: UUID) -> None:
        """Count one call of a person, or refuse it."""
        if self._redis is None or time.monotonic() < self._resume:
            return
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(_PATIENCE):
                found = await loop.run_in_executor(self._threads, self._ask, self._redis, person)
        except (StoreError, TimeoutError) as error:
            self._resume = time.monotonic() + _PAUSE
            log.warning("gateway.limits_off", error=str(error).partition("\n")[0])
            return
        if not found:
            raise _limited(
                _("You may make {n} calls to models a minute.", n=self._rate), found.retry_after
            )

    @contextmanager
    def place(self, person: UUID) -> Iterator[None]:
        """One of the person's places for calls at once."""
        if self._open[person] >= self._most:
            raise _limited(_("You may make {n} calls to models at once.", n=self._most), 1)
        self._open[person] += 1
        try:
            yield
        finally:
            self._open[person] -= 1
            if not self._open[person]:
                del self._open[person]

    def close(self) -> None:
        """Give threads and connections back."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        if self._redis is not None:
            self._redis.close()

    def _ask(self, redis: Redis, person: UUID) -> Allowance:
        return redis.limit(person.hex, self._rate, per=60).take()


def _limited(message: str, seconds: float) -> Trouble:
    return Trouble(
        429,
        "rate_limit_exceeded",
        message,
        next_step=_("Wait a little, then try again."),
        retry_after=seconds,
    )
