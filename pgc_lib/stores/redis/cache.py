"""The cache: JSON values with an end, each of which may be forgotten at any time.

A login may not list keys, because that would show everyone's. So the cache keeps a list of its own names,
sorted by when they end, from which `clear` works.
"""

import json
import logging
import random
import re
import time
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from pgc_lib.errors import Invalid, Unavailable
from pgc_lib.i18n import _
from pgc_lib.stores.redis.link import Link, Script, to_json
from pgc_lib.stores.redis.locks import Busy, Held, Lock

_MAKER_TTL = 5
"""Seconds after which others make a value whose maker has died; a living one renews."""
_LONGEST_MAKE = 24 * 3600
_CHUNK = 500

_Call = Callable[[Callable[[], Any]], Any]
"""With how much patience the server is asked: `Link.again` or `Link.attempt`."""

log = logging.getLogger(__name__)


class _Missing:
    def __repr__(self) -> str:
        return "MISSING"

    def __bool__(self) -> bool:
        return False


MISSING: Final = _Missing()
"""What `get` can be told to answer for a value that is not there, since None is a value too."""

# Keys: the value, the list of names, the maker's lock. A maker whose lock is gone was overtaken by `delete`
# or `clear`: what it made may be out of date and is not kept.
_STORE = Script("""
local value, ttl, name, maker = ARGV[1], tonumber(ARGV[2]), ARGV[3], ARGV[4]
if maker ~= '' and redis.call('HGET', KEYS[3], 'owner') ~= maker then return 0 end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('SET', KEYS[1], value, 'PX', ARGV[2])
redis.call('ZADD', KEYS[2], string.format('%.0f', now + ttl), name)
local ended = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', string.format('%.0f', now), 'LIMIT', 0, 20)
if #ended > 0 then redis.call('ZREM', KEYS[2], unpack(ended)) end
return 1
""")


class Cache:
    """A person's cache."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._names = link.prefix + "cache"

    def get(self, name: str, default: Any = None) -> Any:
        """The value, or the default when there is none (any more)."""
        return self._get(name, default, self._link.again)

    def set(self, name: str, value: Any, ttl: float) -> None:
        """Keep a value for `ttl` seconds."""
        self._store(name, to_json(value), ttl, "", self._link.again)

    def delete(self, *names: str) -> None:
        """Forget values, and do not keep what is being made for them at this moment."""
        if names:
            self._link.again(lambda: self._forget(list(names)))

    def clear(self, prefix: str = "") -> None:
        """Forget every value whose name starts with this; all of them without it."""
        pattern = re.sub(r"([\\*?\[\]^-])", r"\\\1", prefix) + "*"
        cursor = 0
        while True:
            words = ("ZSCAN", self._names, cursor, "MATCH", pattern, "COUNT", _CHUNK)
            cursor, found = self._link.again(partial(self._link.do, *words))
            if found:
                names = [name.decode() for name, _end in found]
                self._link.again(partial(self._forget, names))
            if cursor == 0:
                return

    def remember(
        self, name: str, ttl: float, make: Callable[[], Any], *, patience: float = 30
    ) -> Any:
        """The value, made and kept when there is none.

        One process makes it while the others wait for it, `patience` seconds at most. Without a server the
        value is made each time: a cache that is away is no reason to fail, nor to wait.
        """
        try:
            found, maker = self._begin(name, patience)
        except Unavailable as error:
            log.warning("cache is away, making %r without it: %s", name, error.message)
            found, maker = MISSING, None
        if found is not MISSING:
            return found
        try:
            raw = to_json(make())
            if maker is not None:
                try:
                    self._store(name, raw, ttl, maker.owner, self._link.attempt)
                except Unavailable as error:
                    log.warning("cache is away, %r is not kept: %s", name, error.message)
        finally:
            if maker is not None:
                maker.release()
        return json.loads(raw)

    def _begin(self, name: str, patience: float) -> tuple[Any, Held | None]:
        """The value; or MISSING and, when it is ours to make, the maker's lock."""
        lock = Lock(self._link, name, _MAKER_TTL, family="making", fenced=False)
        deadline = time.monotonic() + patience
        pause = 0.01
        while True:
            found = self._get(name, MISSING, self._link.attempt)
            if found is not MISSING:
                return found, None
            try:
                maker = lock.acquire()
                break
            except Busy:
                if time.monotonic() > deadline:
                    return MISSING, None
            time.sleep(pause * random.uniform(0.5, 1.5))
            pause = min(pause * 1.5, 0.2)
        try:
            found = self._get(
                name, MISSING, self._link.attempt
            )  # made by someone between our look and our lock
            if found is MISSING:
                end = int((time.time() + _LONGEST_MAKE) * 1000)
                self._link.again(lambda: self._link.do("ZADD", self._names, "NX", end, name))
        except BaseException:
            maker.release()
            raise
        if found is MISSING:
            return MISSING, maker
        maker.release()
        return found, None

    def _get(self, name: str, default: Any, call: _Call) -> Any:
        key = self._link.key("cache", name)
        raw = call(lambda: self._link.do("GET", key))
        if raw is None:
            return default
        try:
            return json.loads(raw)
        except ValueError:
            return default  # written by something else: nothing of ours is there

    def _store(self, name: str, raw: bytes, ttl: float, maker: str, call: _Call) -> None:
        if not ttl >= 0.001:
            raise Invalid(
                _("A value cannot be kept for {ttl} seconds.", ttl=ttl),
                next_step=_("Give the seconds after which it may be forgotten."),
            )
        keys = [self._link.key("cache", name), self._names, self._link.key("making", name)]
        call(lambda: self._link.run(_STORE, keys, raw, str(int(ttl * 1000)), name, maker))

    def _forget(self, names: list[str]) -> None:
        keys = [self._link.key("cache", name) for name in names]
        keys += [self._link.key("making", name) for name in names]
        with self._link.client.pipeline(transaction=True) as together:
            together.execute_command("ZREM", self._names, *names)
            together.execute_command("UNLINK", *keys)
            together.execute()
