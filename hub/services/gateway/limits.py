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
_FRESH, _PLENTY = 10.0, 4
"""Seconds for which an answer of Redis is worth something, and how often the places at once must be left."""
_GATHER = 0.2
"""Seconds in which calls gather that are counted together."""

log = structlog.get_logger()


class Limits:
    """The limits of every person.

    Asking Redis takes longer than everything else that the gateway does with a call. As long as a person has plenty
    left, calls are counted together a moment later; when it gets scarce, each is counted before it goes on.
    """

    def __init__(self, redis_url: str, *, calls_a_minute: int, at_once: int) -> None:
        limited = bool(redis_url and calls_a_minute)
        self._redis = Redis(redis_url, prefix=_PREFIX, timeout=_PATIENCE) if limited else None
        self._rate, self._most = calls_a_minute, max(1, at_once)
        self._threads = ThreadPoolExecutor(4, thread_name_prefix="limits")
        self._resume = 0.0
        self._open: Counter[UUID] = Counter()
        self._left: dict[UUID, tuple[float, int]] = {}
        self._owed: Counter[UUID] = Counter()
        self._paying: set[asyncio.Task[None]] = set()

    async def take(self, person: UUID) -> None:
        """Count one call of a person, or refuse it."""
        if self._redis is None or time.monotonic() < self._resume:
            return
        if self._has_plenty(person):
            self._owed[person] += 1
            if self._owed[person] == 1:
                paying = asyncio.create_task(self._pay_later(self._redis, person))
                self._paying.add(paying)
                paying.add_done_callback(self._paying.discard)
            return
        await self._pay(self._redis, person)
        if time.monotonic() < self._resume:
            return  # Redis went away just now; once is enough to wait for it
        found = await self._count(self._redis, person, 1)
        if found is not None and not found:
            raise _limited(
                _("You may make {n} calls to models a minute.", n=self._rate), found.retry_after
            )

    def _has_plenty(self, person: UUID) -> bool:
        at, left = self._left.get(person, (0.0, 0))
        # Several gateways may do so at the same time, each with calls that are not counted yet.
        left -= self._owed[person]
        return time.monotonic() - at < _FRESH and left >= _PLENTY * self._most

    async def _pay_later(self, redis: Redis, person: UUID) -> None:
        await asyncio.sleep(_GATHER)
        await self._pay(redis, person)

    async def _pay(self, redis: Redis, person: UUID) -> None:
        if owed := self._owed.pop(person, 0):
            await self._count(redis, person, owed)

    async def _count(self, redis: Redis, person: UUID, calls: int) -> Allowance | None:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(_PATIENCE):
                found = await loop.run_in_executor(self._threads, self._ask, redis, person, calls)
        except (StoreError, TimeoutError) as error:
            self._resume = time.monotonic() + _PAUSE
            log.warning("gateway.limits_off", error=str(error).partition("\n")[0])
            return None
        self._left[person] = (time.monotonic(), found.remaining if found else 0)
        return found

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
        for paying in self._paying:
            paying.cancel()
        self._threads.shutdown(wait=False, cancel_futures=True)
        if self._redis is not None:
            self._redis.close()

    def _ask(self, redis: Redis, person: UUID, calls: int) -> Allowance:
        return redis.limit(person.hex, self._rate, per=60).take(calls)


def _limited(message: str, seconds: float) -> Trouble:
    return Trouble(
        429,
        "rate_limit_exceeded",
        message,
        next_step=_("Wait a little, then try again."),
        retry_after=seconds,
    )
