"""Limits: a token bucket each, counted on the server, so that all processes share it.

The bucket is kept as one number: the moment at which it will be full again. Taking moves that moment
into the future; what would move it further than the bucket is deep is refused. Times are whole
microseconds of the server's clock, rounded against the taker, so that a limit is never exceeded. Should
the server's disk lose its last second in a crash, what was taken in that second is forgotten.
"""

import math
from dataclasses import dataclass

from pgc_lib.errors import Invalid
from pgc_lib.i18n import _
from pgc_lib.stores.redis.link import Link, Script

_TAKE = Script("""
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local depth, cost = tonumber(ARGV[1]), tonumber(ARGV[2])
local full = tonumber(redis.call('GET', KEYS[1]) or now)
-- a clock set back, or a smaller bucket than before, must not lock anyone out for long
full = math.min(math.max(full, now), now + depth)
local over = full + cost - (now + depth)
if over > 0 then return {0, now + depth - full, over} end
if cost > 0 then
  local left = math.ceil((full + cost - now) / 1000) + 1
  redis.call('SET', KEYS[1], string.format('%.0f', full + cost), 'PX', string.format('%.0f', left))
end
return {1, -over, 0}
""")


@dataclass(frozen=True, slots=True)
class Allowance:
    """The answer of a limit; true when it allowed."""

    allowed: bool
    remaining: int
    """How many more would be allowed at once."""
    retry_after: float
    """Seconds after which the same would be allowed, if nobody else takes; 0 when it was."""

    def __bool__(self) -> bool:
        return self.allowed


class Limit:
    """One limit, shared by all who name it with the same rate."""

    def __init__(
        self, link: Link, name: str, rate: float, per: float = 1, burst: int | None = None
    ) -> None:
        most = math.ceil(rate) if burst is None and rate > 0 else burst or 0
        if not (rate > 0 and per > 0 and math.isfinite(rate) and math.isfinite(per) and most > 0):
            raise Invalid(
                _("The limit “{name}” can never allow anything.", name=name),
                next_step=_("Give a rate, a period and a burst above 0."),
            )
        self.name = name
        self.burst = most
        self._link = link
        self._key = link.key("limit", name)
        self._step = math.ceil(per * 1_000_000 / rate)
        """Microseconds that one costs."""

    def take(self, n: int = 1) -> Allowance:
        """Take `n` if that many are there, else none; it never waits."""
        if not 0 < n <= self.burst:
            raise Invalid(
                _("The limit “{name}” never gives {n} at once.", name=self.name, n=n),
                next_step=_("Take 1 to {n}.", n=self.burst),
            )
        allowed, room, over = self._link.once(lambda: self._ask(n))
        return Allowance(allowed == 1, room // self._step, over / 1_000_000)

    def peek(self) -> Allowance:
        """What `take` would answer now; nothing is taken."""
        _allowed, room, _over = self._link.again(lambda: self._ask(0))
        missing = max(0, self._step - room)
        return Allowance(missing == 0, room // self._step, missing / 1_000_000)

    def _ask(self, n: int) -> tuple[int, int, int]:
        """Whether it was given, the room that is left, and the room that was missing; in microseconds."""
        depth = self.burst * self._step
        allowed, room, over = self._link.run(_TAKE, [self._key], depth, n * self._step)
        return allowed, room, over
