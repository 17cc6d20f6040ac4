"""Redis or Valkey: streams, cache, limits and locks of one person, each key below the person's prefix.

    redis = Redis(url, prefix="pgc:p:<32 hex>:")
    redis.stream("events").add({"kind": "saved"})
    redis.cache.remember("rates", ttl=3600, make=fetch_rates)
    with redis.lock("report", ttl=30): ...
    if redis.limit("model", rate=10, per=60).take(): ...

What a login may reach is the server's decision (`people.py`); the prefix here only says where to look.
One server or one address of a managed service is meant; the sharded Redis Cluster protocol is not spoken.
"""

from functools import cached_property
from typing import Any

from pgc_lib.errors import Invalid
from pgc_lib.i18n import _
from pgc_lib.stores.redis.cache import MISSING, Cache
from pgc_lib.stores.redis.entries import Entry, GroupStats, StreamStats
from pgc_lib.stores.redis.limits import Allowance, Limit
from pgc_lib.stores.redis.link import Link
from pgc_lib.stores.redis.locks import Busy, Held, Lock, LockLost
from pgc_lib.stores.redis.people import Provisioned, prefix_of, provision, unprovision
from pgc_lib.stores.redis.streams import Stream

__all__ = [
    "MISSING",
    "Allowance",
    "Busy",
    "Entry",
    "GroupStats",
    "Held",
    "Limit",
    "Lock",
    "LockLost",
    "Provisioned",
    "Redis",
    "Stream",
    "StreamStats",
    "prefix_of",
    "provision",
    "unprovision",
]

_FAMILIES = ("cache", "limit", "lock", "making", "once")
"""First words of keys that are no streams."""


class Redis:
    """One login to one server. It connects on first use and may be shared by threads."""

    def __init__(self, url: str, *, prefix: str, timeout: float = 5) -> None:
        self._link = Link(url, prefix, timeout)

    @cached_property
    def cache(self) -> Cache:
        """Values that may be forgotten at any time."""
        return Cache(self._link)

    def stream(self, name: str) -> Stream:
        """A stream of entries, kept in order, read by groups of consumers."""
        if name.partition(":")[0] in _FAMILIES:
            raise Invalid(
                _("A stream cannot be named “{name}”.", name=name),
                next_step=_(
                    "Give it a name that does not begin with one of: {names}.",
                    names=", ".join(_FAMILIES),
                ),
            )
        return Stream(self._link, name)

    def limit(self, name: str, rate: float, per: float = 1, burst: int | None = None) -> Limit:
        """A token bucket: `rate` in `per` seconds, and at most `burst` at once (as many as the rate)."""
        return Limit(self._link, name, rate, per, burst)

    def lock(self, name: str, ttl: float = 30, *, wait: float = 0) -> Lock:
        """A lock that one holder has at a time; use it in `with`. `wait` is for how long to ask for it."""
        return Lock(self._link, name, ttl, wait=wait)

    def key(self, *parts: str) -> str:
        """A key below the prefix, for use with `client`."""
        return self._link.key(*parts)

    @property
    def client(self) -> Any:
        """The redis-py client itself, for commands that have no name here; answers are bytes."""
        return self._link.client

    def ping(self) -> float:
        """The seconds that one question and its answer take; asked once, without patience."""
        return self._link.ping()

    def close(self) -> None:
        """Give the connections back; they are made again when needed."""
        self._link.close()
