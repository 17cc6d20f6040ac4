"""Locks: one holder at a time, told when it holds no more, with a number that later writes can be checked by.

A holder that dies frees the lock when its time runs out; one that lives renews it. A holder that was
stopped or cut off for longer than that may believe in a lock that someone else has by now. So `lost` says
so, and `fence` grows with every taking: whoever writes for a holder can refuse a number below one it saw.

The fence is the server's clock, kept from falling by what is kept of the lock. A server that lost its last
second of writes, or all of them, so goes on with higher numbers.
"""

import random
import threading
import time
import uuid
from contextlib import suppress
from types import TracebackType
from typing import Self

from pgc_lib.errors import Conflict, Invalid, PgcError, Unavailable
from pgc_lib.i18n import _
from pgc_lib.stores.redis.heartbeat import Heartbeat, ticking
from pgc_lib.stores.redis.link import Link, Script

_REMEMBERED = 24 * 3600
"""Seconds for which a fence is kept after its lock: how far back the server's clock may be set."""
_LEAST_TTL = 0.05
_MOST_PAUSE = 0.25

_TAKE = Script("""
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local owner, ttl, kept = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local had = redis.call('HMGET', KEYS[1], 'owner', 'until', 'fence')
local fence = tonumber(had[3] or 0)
if had[1] and tonumber(had[2]) > now then
  if had[1] ~= owner then return {0, tonumber(had[2]) - now} end
else
  fence = math.max(fence + 1, now)
end
redis.call('HSET', KEYS[1], 'owner', owner, 'until', string.format('%.0f', now + ttl),
  'fence', string.format('%.0f', fence))
redis.call('PEXPIRE', KEYS[1], string.format('%.0f', math.ceil(ttl / 1000) + kept))
return {1, fence}
""")

_RENEW = Script("""
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local had = redis.call('HMGET', KEYS[1], 'owner', 'until')
if had[1] ~= ARGV[1] or tonumber(had[2]) <= now then return 0 end
local ttl = tonumber(ARGV[2])
redis.call('HSET', KEYS[1], 'until', string.format('%.0f', now + ttl))
redis.call('PEXPIRE', KEYS[1], string.format('%.0f', math.ceil(ttl / 1000) + ARGV[3]))
return 1
""")

_RELEASE = Script("""
if redis.call('HGET', KEYS[1], 'owner') ~= ARGV[1] then return 0 end
if ARGV[2] == '0' then redis.call('DEL', KEYS[1]) return 1 end
redis.call('HDEL', KEYS[1], 'owner', 'until')
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
""")


class Busy(Conflict):
    """Someone else holds the lock."""


class LockLost(Conflict):
    """The lock ran out or was taken away while work under it went on."""


class Held:
    """A lock while it is held."""

    def __init__(self, lock: "Lock", owner: str, fence: int, until: float) -> None:
        self.name = lock.name
        self.owner = owner
        self.fence = fence
        """Greater than that of every earlier holder."""
        self.signal = threading.Event()
        """Set when the lock is found lost, at the latest when the server's answer to a renewal is overdue."""
        self._lock = lock
        self._until = until
        self._heart = Heartbeat(lock.ttl / 3, self._renew, "lock")
        self._heart.start()

    @property
    def lost(self) -> bool:
        """Whether someone else may hold it by now."""
        return self.signal.is_set() or ticking() >= self._until

    def check(self) -> None:
        """Raise `LockLost` when it is lost; to be called before each step that must not overlap."""
        if self.lost:
            raise LockLost(
                _("The lock “{name}” was lost during the work.", name=self.name),
                next_step=_("Look at what was done meanwhile, then start the work again."),
            )

    def release(self) -> bool:
        """Free it for the next; whether it was still ours until then."""
        self._heart.stop()
        kept = not self.lost
        with suppress(Unavailable):  # it frees itself when its time runs out
            kept = self._lock.give_back(self.owner) and kept
        return kept

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if not self.release():
            self.signal.set()
        if error is None:
            self.check()

    def _renew(self) -> float | None:
        """Ask for more time; a server that is away is asked again until the time has run out."""
        asked = ticking()
        try:
            if not self._lock.prolong(self.owner):
                self.signal.set()
                return None
            self._until = asked + self._lock.ttl
            return self._lock.ttl / 3
        except PgcError:
            if self.lost:
                self.signal.set()
                return None
            return min(self._lock.ttl / 10, 1)


class Lock:
    """A lock by name; each `with`, or each `acquire`, is a holder of its own."""

    def __init__(
        self,
        link: Link,
        name: str,
        ttl: float,
        *,
        wait: float = 0,
        family: str = "lock",
        fenced: bool = True,
    ) -> None:
        if ttl < _LEAST_TTL:
            raise Invalid(
                _("The lock “{name}” would end before its work.", name=name),
                next_step=_("Give it at least {seconds} seconds.", seconds=_LEAST_TTL),
            )
        self.name = name
        self.ttl = ttl
        self.key = link.key(family, name)
        self._link = link
        self._wait = wait
        self._span = str(int(ttl * 1_000_000))
        self._kept = str(_REMEMBERED * 1000 if fenced else 0)
        self._entered = threading.local()

    def acquire(self) -> Held:
        """Take it, waiting as long as was agreed; `Busy` when someone else still holds it then."""
        owner = uuid.uuid4().hex
        deadline = time.monotonic() + self._wait
        pause = 0.01
        while True:
            asked = ticking()
            taken, number = self._link.again(
                lambda: self._link.run(_TAKE, [self.key], owner, self._span, self._kept)
            )
            if taken:
                return Held(self, owner, number, asked + self.ttl)
            left = deadline - time.monotonic()
            if left <= 0:
                raise Busy(
                    _("Someone else holds the lock “{name}”.", name=self.name),
                    next_step=_(
                        "Try again; unless it is renewed it is free in {seconds} s.",
                        seconds=round(number / 1_000_000, 1),
                    ),
                )
            pause = min(pause * 1.5, _MOST_PAUSE)
            time.sleep(min(left, number / 1_000_000 + 0.001, pause * random.uniform(0.5, 1.5)))

    def prolong(self, owner: str) -> bool:
        """Give a holder its whole time again; false when it holds no more. Asked once, for the heart."""
        with_owner = (owner, self._span, self._kept)
        return bool(self._link.attempt(lambda: self._link.run(_RENEW, [self.key], *with_owner)))

    def give_back(self, owner: str) -> bool:
        """Free it if this is its holder."""
        return bool(
            self._link.again(lambda: self._link.run(_RELEASE, [self.key], owner, self._kept))
        )

    def __enter__(self) -> Held:
        held = self.acquire()
        self._mine().append(held)
        return held

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._mine().pop().__exit__(kind, error, traceback)

    def _mine(self) -> list[Held]:
        """What this thread holds by `with`, innermost last."""
        stack: list[Held] = self._entered.__dict__.setdefault("stack", [])
        return stack
