"""Streams: entries in the order in which they came, kept until every group of consumers is done with them."""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from pgc_lib.errors import StoreError, Unavailable
from pgc_lib.i18n import _
from pgc_lib.stores.redis.consumers import Consumer
from pgc_lib.stores.redis.entries import FIELD, Entry, GroupStats, StreamStats, entry_of
from pgc_lib.stores.redis.link import Link, Script, to_json
from pgc_lib.stores.redis.patience import Patience

_SLICE = 1.0
"""Seconds for which one blocking read waits, so that a stop or a lost server is noticed."""
_ONCE_FOR = 24 * 3600
_ON_DISK_WITHIN = 3000
_TRIM_STEP = 1000

_ADD_ONCE = Script("""
local before = redis.call('GET', KEYS[2])
if before then return before end
local id = redis.call('XADD', KEYS[1], '*', ARGV[1], ARGV[2])
redis.call('SET', KEYS[2], id, 'EX', ARGV[3])
return id
""")

# Removes at most a thousand of the oldest entries, and none that a group has not finished.
_TRIM = Script("""
local function parts(id)
  local ms, seq = string.match(id, '^(%d+)-(%d+)$')
  return tonumber(ms), tonumber(seq)
end
local function earlier(a, b)
  local am, as = parts(a)
  local bm, bs = parts(b)
  return am < bm or (am == bm and as < bs)
end
local keep, before, unfinished, step = tonumber(ARGV[1]), ARGV[2], ARGV[3], tonumber(ARGV[4])
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
local bound = before
if unfinished ~= '1' then
  for _, facts in ipairs(redis.call('XINFO', 'GROUPS', KEYS[1])) do
    local group = {}
    for i = 1, #facts, 2 do group[facts[i]] = facts[i + 1] end
    local ms, seq = parts(group['last-delivered-id'])
    local needed = string.format('%.0f-%.0f', ms, seq + 1)
    if group['pending'] > 0 then needed = redis.call('XPENDING', KEYS[1], group['name'])[2] end
    if bound == '' or earlier(needed, bound) then bound = needed end
  end
end
local excess = step
if keep >= 0 then excess = math.min(step, redis.call('XLEN', KEYS[1]) - keep) end
if excess <= 0 then return 0 end
local oldest = redis.call('XRANGE', KEYS[1], '-', bound == '' and '+' or '(' .. bound, 'COUNT', excess)
if #oldest == 0 then return 0 end
local ids = {}
for i, entry in ipairs(oldest) do ids[i] = entry[1] end
return redis.call('XDEL', KEYS[1], unpack(ids))
""")


class Stream:
    """One stream by name."""

    def __init__(self, link: Link, name: str) -> None:
        self.name = name
        self.key = link.key(name)
        self._link = link

    def add(self, data: Any, *, once: str = "") -> str:
        """Append an entry and give its id.

        `once` names it: the same name within a day adds nothing and gives the id of the first. Only so can
        an addition be repeated after a broken connection.
        """
        raw = to_json(data)
        if not once:
            added: bytes = self._link.once(lambda: self._link.do("XADD", self.key, "*", FIELD, raw))
            return added.decode()
        keys = [self.key, self._link.key("once", self.name, once)]
        added = self._link.again(lambda: self._link.run(_ADD_ONCE, keys, FIELD, raw, _ONCE_FOR))
        return added.decode()

    def add_many(self, items: Sequence[Any], *, on_disk: bool = False) -> list[str]:
        """Append entries in order, in one go, and give their ids.

        With `on_disk` it returns when the server's disk has them, which a server that syncs every second
        takes as long for. When it raises instead, some or all may have been added: add all of them again.
        """
        if not items:
            return []
        raws = [to_json(item) for item in items]

        def send() -> list[Any]:
            with self._link.client.pipeline(transaction=False) as together:
                for raw in raws:
                    together.execute_command("XADD", self.key, "*", FIELD, raw)
                if on_disk:
                    together.execute_command("WAITAOF", 1, 0, _ON_DISK_WITHIN)
                answers: list[Any] = together.execute()
                return answers

        try:
            answers = self._link.once(send)
        except StoreError as error:
            if "appendonly is disabled" not in error.message:
                raise
            raise StoreError(
                _("Redis keeps nothing on its disk, so entries would not survive it."),
                next_step=_("Set `appendonly yes` in its configuration."),
            ) from error
        if on_disk and answers.pop()[0] < 1:
            raise Unavailable(
                _("Redis did not get the entries onto its disk in time."),
                next_step=_("Add them again; look at the load of its disk."),
            )
        return [id.decode() for id in answers]

    def read(self, *, after: str = "", count: int = 100) -> list[Entry]:
        """Entries from the beginning, or from the one after an id."""
        start = f"({after}" if after else "-"
        words = ("XRANGE", self.key, start, "+", "COUNT", count)
        found = self._link.again(lambda: self._link.do(*words)) or []
        return [entry_of(*pair) for pair in found]

    def follow(
        self, *, after: str | None = None, stop: threading.Event | None = None
    ) -> Iterator[Entry]:
        """Every entry after an id, or from now on, as it comes; without a group, for whoever watches.

        It goes on after the server was away, with the entry after the last one it gave.
        """
        stop = stop or threading.Event()
        last = self._newest() if after is None else after or "0-0"
        patience = Patience()
        while not stop.is_set():
            words = ("XREAD", "COUNT", 100, "BLOCK", int(_SLICE * 1000), "STREAMS", self.key, last)
            try:
                found = self._link.do(*words)
            except Unavailable as error:
                patience.wait(stop, error)
                continue
            patience.renew()
            for pair in found[0][1] if found else []:
                entry = entry_of(*pair)
                last = entry.id
                yield entry

    def consume(
        self,
        group: str,
        consumer: str,
        handle: Callable[[Entry], object],
        *,
        batch: int = 16,
        block: float = 5,
        idle: float = 60,
        deliveries: int = 5,
        stop: threading.Event | None = None,
        drain: bool = False,
        patience: float | None = None,
    ) -> int:
        """Hand every entry to `handle`, at least once for each group, until `stop` is set; how many were.

        An entry is done when `handle` returns. When it raises, the entry comes again after `idle` seconds, to
        this or another consumer of the group, and so it does when the consumer dies. After as many
        `deliveries` it goes to the stream `<name>:dead` with the reason. When `handle` raises
        `Unavailable`, the entry itself is not to blame: it is tried again until what it needs is back.

        `drain` ends when nothing is left. `patience` is for how many seconds the server may be away, for ever
        unless given. Work that repeats must be harmless: a crash between handling and noting repeats it.
        """
        worker = self._consumer(group, consumer, batch, idle, deliveries)
        return worker.run(
            handle, stop or threading.Event(), block=block, drain=drain, patience=patience
        )

    def entries(
        self,
        group: str,
        consumer: str,
        *,
        batch: int = 16,
        block: float = 5,
        idle: float = 60,
        deliveries: int = 5,
        stop: threading.Event | None = None,
        drain: bool = False,
    ) -> Iterator[Entry]:
        """Like `consume`, as a loop: an entry is done when the next is asked for, not when the loop breaks off."""
        worker = self._consumer(group, consumer, batch, idle, deliveries)
        return worker.each(stop or threading.Event(), block=block, drain=drain)

    def trim(
        self, *, keep: int | None = None, before: datetime | None = None, unfinished: bool = False
    ) -> int:
        """Remove the oldest entries, all but `keep` or those from `before`; how many were removed.

        What a group has not finished stays, unless `unfinished` is set.
        """
        if keep is None and before is None:
            return 0
        bound = f"{int(before.timestamp() * 1000)}-0" if before else ""
        words = (-1 if keep is None else keep, bound, int(unfinished), _TRIM_STEP)
        removed = 0
        while step := self._link.again(lambda: self._link.run(_TRIM, [self.key], *words)):
            removed += step
        return removed

    def stats(self) -> StreamStats:
        """The stream and its groups in numbers."""
        return self._link.again(self._stats)

    def dead(self) -> "Stream":
        """The stream of entries that no consumer could handle, each with its reason."""
        return Stream(self._link, f"{self.name}:dead")

    def delete(self) -> None:
        """Remove the stream, its entries and its groups."""
        self._link.again(lambda: self._link.do("UNLINK", self.key))

    def _consumer(
        self, group: str, consumer: str, batch: int, idle: float, deliveries: int
    ) -> Consumer:
        return Consumer(
            self._link, self.key, group, consumer, batch=batch, idle=idle, deliveries=deliveries
        )

    def _newest(self) -> str:
        found = self._link.again(lambda: self._link.do("XREVRANGE", self.key, "+", "-", "COUNT", 1))
        return found[0][0].decode() if found else "0-0"

    def _stats(self) -> StreamStats:
        if not self._link.do("EXISTS", self.key):
            return StreamStats(0, None, None, ())
        facts = self._link.do("XINFO STREAM", self.key)
        first, last = (facts[f"{which}-entry"] for which in ("first", "last"))
        groups = [self._group(one) for one in self._link.do("XINFO GROUPS", self.key)]
        return StreamStats(
            length=facts["length"],
            first=entry_of(*first).at if first else None,
            last=entry_of(*last).at if last else None,
            groups=tuple(groups),
        )

    def _group(self, facts: Mapping[str, Any]) -> GroupStats:
        name = facts["name"]
        oldest = 0.0
        if facts["pending"]:
            found = self._link.do("XPENDING", self.key, name, "-", "+", 100, parse_detail=True)
            oldest = max(one["time_since_delivered"] for one in found) / 1000
        return GroupStats(
            name.decode(), facts["consumers"], facts["pending"], facts.get("lag"), oldest
        )
