"""A consumer: hands out the entries of a stream for a group, at least once, whatever dies in between.

What was handed out stays on the server's list of pending entries until it is noted as done. A consumer reads
first what an earlier life of its own left there, then what others left who fell silent, then what is new.
While it works it says so, so that nobody takes over what merely takes long.
"""

import logging
import random
import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from functools import partial
from typing import Any

from pgc_lib.errors import PgcError, StoreError, Unavailable
from pgc_lib.stores.redis.entries import FIELD, Entry, entry_of
from pgc_lib.stores.redis.heartbeat import Heartbeat
from pgc_lib.stores.redis.link import Link, Script, to_json
from pgc_lib.stores.redis.patience import Patience

_SLICE = 1.0
"""Seconds for which one blocking read waits, so that a stop or a lost server is noticed."""
_FORGET_AFTER = 24 * 3600
"""Seconds after which an idle consumer with nothing pending is taken off the group's list."""
_DEAD_KEPT = 10_000

log = logging.getLogger(__name__)

_BURY = Script("""
if #redis.call('XPENDING', KEYS[1], ARGV[1], ARGV[2], ARGV[2], 1) == 0 then return 0 end
redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[3], '*', ARGV[4], ARGV[5])
return redis.call('XACK', KEYS[1], ARGV[1], ARGV[2])
""")

_SWEEP = Script("""
for _, facts in ipairs(redis.call('XINFO', 'CONSUMERS', KEYS[1], ARGV[1])) do
  local one = {}
  for i = 1, #facts, 2 do one[facts[i]] = facts[i + 1] end
  if one['pending'] == 0 and one['idle'] > tonumber(ARGV[2]) then
    redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], one['name'])
  end
end
""")


class Consumer:
    """One consumer of a group; not to be shared by threads."""

    def __init__(
        self,
        link: Link,
        key: str,
        group: str,
        name: str,
        *,
        batch: int,
        idle: float,
        deliveries: int,
    ) -> None:
        self._link = link
        self._key = key
        self._group = group
        self._name = name
        self._batch = batch
        self._idle = idle
        self._deliveries = deliveries
        self._ready = False
        self._own: str | None = "0"
        """Where to go on among the entries that an earlier life or a broken answer left to us."""
        self._cursor = "0-0"
        self._next_claim = 0.0
        self._working: set[str] = set()
        """Handed out and not yet finished, as the heartbeat must know."""
        self._guard = threading.Lock()

    def run(
        self,
        handle: Callable[[Entry], object],
        stop: threading.Event,
        *,
        block: float,
        drain: bool,
        patience: float | None,
    ) -> int:
        """Hand entries to `handle` until told to stop, or until nothing is left; how many succeeded."""
        handled = 0
        entries = self._each(stop, block=block, drain=drain, away=Patience(patience))
        with closing(entries):  # which ends the heartbeat, also when an error gets out
            for entry in entries:
                if self._try(entry, handle, stop):
                    self._finish(entry, stop, Patience(patience))
                    handled += 1
        return handled

    def each(self, stop: threading.Event, *, block: float, drain: bool) -> Iterator[Entry]:
        """Give entries one by one; each is done when the next is asked for."""
        away = Patience()
        with closing(self._each(stop, block=block, drain=drain, away=away)) as entries:
            for entry in entries:
                yield entry
                self._finish(entry, stop, away)

    def _each(
        self, stop: threading.Event, *, block: float, drain: bool, away: Patience
    ) -> Generator[Entry, None, None]:
        """Entries to handle, while the heartbeat tells the group that we are at it."""
        with Heartbeat(self._idle / 3, self._beat, f"consumer-{self._name}"):
            while not stop.is_set():
                try:
                    entries = self._take(0 if drain else block, stop)
                    away.renew()
                except Unavailable as error:
                    self._ready, self._own = False, "0"  # the answer may have been lost on its way
                    away.wait(stop, error)
                    continue
                if entries is None and drain:
                    return
                for entry in entries or ():
                    if stop.is_set():
                        break
                    yield entry
                self._set_working(())

    def _try(self, entry: Entry, handle: Callable[[Entry], object], stop: threading.Event) -> bool:
        """Whether the handler took the entry; what it cannot take is left for later, or buried."""
        needs = Patience()
        while True:
            try:
                handle(entry)
                return True
            except Unavailable as error:
                needs.wait(stop, error)
                if stop.is_set():
                    return False
            except Exception as error:  # whatever is wrong with one entry, the next is not to blame
                log.warning("entry %s of %s failed", entry.id, self._key, exc_info=True)
                if entry.deliveries >= self._deliveries:
                    reason = f"{type(error).__name__}: {error}"
                    self._patiently(partial(self._bury, entry, reason), stop)
                self._rest(entry)
                return False

    def _finish(self, entry: Entry, stop: threading.Event, away: Patience) -> None:
        def note() -> None:
            self._link.do("XACK", self._key, self._group, entry.id)

        self._patiently(note, stop, away)
        self._rest(entry)

    def _patiently(
        self, note: Callable[[], object], stop: threading.Event, away: Patience | None = None
    ) -> None:
        """Note something with the server, however long it is away; told to stop, leave it to a next life."""
        away = away or Patience()
        while True:
            try:
                self._link.again(note)
                return
            except Unavailable as error:
                if stop.is_set():
                    return
                away.wait(stop, error)

    def _take(self, block: float, stop: threading.Event) -> list[Entry] | None:
        """The next entries: our own left ones, then those of the silent, then new ones; None without any."""
        try:
            self._ensure_group()
            if self._own is not None:
                return self._read_own(self._own)
            if time.monotonic() >= self._next_claim:
                return self._claim()
            return self._read_new(block, stop)
        except Unavailable:
            raise
        except StoreError as error:
            if "NOGROUP" not in error.message and "UNBLOCKED" not in error.message:
                raise
            self._ready, self._own = False, "0"  # the stream was removed: begin with the next one
            return []

    def _ensure_group(self) -> None:
        if self._ready:
            return
        try:
            self._link.do("XGROUP CREATE", self._key, self._group, "0", "MKSTREAM")
        except StoreError as error:
            if "BUSYGROUP" not in error.message:
                raise
        self._ready = True

    def _read_own(self, start: str) -> list[Entry]:
        pairs = self._read_group(start)
        self._own = pairs[-1][0].decode() if pairs else None
        return self._fit(pairs)

    def _claim(self) -> list[Entry]:
        """Take over what others left, some at a time; and tidy up when the round is complete."""
        words = ("XAUTOCLAIM", self._key, self._group, self._name, int(self._idle * 1000))
        answer = self._link.do(*words, self._cursor, "COUNT", self._batch)
        self._cursor = answer[0].decode()
        if self._cursor == "0-0":
            self._next_claim = time.monotonic() + self._idle / 2 * random.uniform(0.8, 1.2)
            self._link.attempt(
                lambda: self._link.run(_SWEEP, [self._key], self._group, _FORGET_AFTER * 1000)
            )
        return self._fit(answer[1])

    def _read_new(self, block: float, stop: threading.Event) -> list[Entry] | None:
        until = time.monotonic() + block
        while True:
            left = min(until, self._next_claim) - time.monotonic()
            if pairs := self._read_group(">", min(left, _SLICE) if block else 0):
                entries = [entry_of(*pair) for pair in pairs]
                self._set_working(entries)
                return [entry for entry in entries if self._readable(entry)]
            if left <= _SLICE or stop.is_set():
                return None

    def _read_group(self, start: str, wait: float = 0) -> list[tuple[bytes, Any]]:
        words: list[str | int] = [
            "XREADGROUP",
            "GROUP",
            self._group,
            self._name,
            "COUNT",
            self._batch,
        ]
        if wait > 0:
            words += ["BLOCK", max(1, int(wait * 1000))]
        found = self._link.do(*words, "STREAMS", self._key, start)
        pairs: list[tuple[bytes, Any]] = found[0][1] if found else []
        return pairs

    def _fit(self, pairs: Sequence[tuple[bytes, Any]]) -> list[Entry]:
        """Entries that were handed out before, with their count; without those that cannot be handled."""
        gone = [id for id, fields in pairs if not fields]
        if gone:  # removed from the stream while they were pending
            self._link.do("XACK", self._key, self._group, *gone)
        left = [(id, fields) for id, fields in pairs if fields]
        if not left:
            return []
        with self._link.client.pipeline(transaction=False) as together:
            for id, _fields in left:
                together.xpending_range(self._key, self._group, id, id, 1)
            counts = self._link.attempt(together.execute)
        entries = [
            entry_of(id, fields, count[0]["times_delivered"])
            for (id, fields), count in zip(left, counts, strict=True)
            if count
        ]
        self._set_working(entries)
        return [entry for entry in entries if self._readable(entry)]

    def _readable(self, entry: Entry) -> bool:
        """Whether it can be handed out; what cannot, or killed its consumers too often, is buried."""
        if entry.fault:
            reason = f"not JSON: {entry.fault}"
        elif entry.deliveries > self._deliveries:
            reason = f"handed out {entry.deliveries - 1} times and never finished"
        else:
            return True
        self._bury(entry, reason)
        self._rest(entry)
        return False

    def _bury(self, entry: Entry, reason: str) -> None:
        log.error("entry %s of %s is given up: %s", entry.id, self._key, reason)
        facts = {"id": entry.id, "group": self._group, "consumer": self._name, "reason": reason}
        raw = to_json({**facts, "deliveries": entry.deliveries, "data": entry.data})
        words = (self._group, entry.id, _DEAD_KEPT, FIELD, raw)
        self._link.attempt(lambda: self._link.run(_BURY, [self._key, f"{self._key}:dead"], *words))

    def _beat(self) -> float | None:
        """Set the silence of what we work on to zero; its count of deliveries stays."""
        with self._guard:
            ids = sorted(self._working)
        if ids:
            whose = (self._key, self._group, self._name)
            try:
                self._link.do("XCLAIM", *whose, 0, *ids, "JUSTID", parse_justid=True)
            except PgcError as error:
                log.debug("heartbeat failed: %s", error.message)  # the next command will tell
        return self._idle / 3

    def _set_working(self, entries: Sequence[Entry]) -> None:
        with self._guard:
            self._working = {entry.id for entry in entries}

    def _rest(self, entry: Entry) -> None:
        with self._guard:
            self._working.discard(entry.id)
