"""The process beside a person's server that keeps notebooks and lab in step, for as long as the server runs.

It is told by lines of JSON what Jupyter did (`{"do": "save", "path": …}`), looks by itself at the files now and then and at
what was changed in the lab, and answers with lines that say what is to become of cells (`{"path": …, "edits": […]}`). What
it could not do because the database is away stays to be done; what it did not come to when the server ended is found by
the next one, for every file is compared with what was kept.
"""

import json
import logging
import os
import select
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any
from uuid import UUID

from pgc_lib.core.bell import PAUSES
from pgc_lib.errors import EngineError, PgcError, Unavailable
from pgc_lib.notebook.harvest.edits import CellEdit
from pgc_lib.notebook.harvest.sweeping import Memory, is_harvested

if TYPE_CHECKING:
    import psycopg

    from pgc_lib.core.session import Session
    from pgc_lib.notebook.harvest.harvester import Harvester

SETTLED = 0.7
"""Seconds without a further save after which a notebook is read …"""
LONGEST = 5.0
"""… and how long it may wait while somebody saves again and again."""
_ASKED = 3.0
_LOOKED = 10.0
_SHARE = 50
"""A look at the files may cost the machine so little: one second in so many."""
_IDLE = 120.0
_LINE = 1 << 16
_RESUMED = "resumed"
_CHANGES = """
    select id, kind, batch, records from pgc.changes
    where owner = pgc.me() and id > %s and kind in ('todos.items', 'docs.items') and voided_at is null
    order by id limit 500"""
_BEFORE = 200
"""Changes that are asked for again: their numbers are given before they are committed."""

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Waiting:
    """What is still to be done: notebooks to be read, and orders that come in their order."""

    saved: dict[str, tuple[float, float]] = field(default_factory=dict)
    """By path: when it was saved last, and first."""
    orders: list[dict[str, str]] = field(default_factory=list)

    def note(self, order: dict[str, Any], now: float) -> None:
        """Take in what Jupyter did."""
        path = str(order.get("path", "")).strip("/")
        if order.get("do") in ("rename", "delete"):
            old = str(order.get("old", "")).strip("/")
            self.orders.append({"do": str(order["do"]), "path": path, "old": old})
        elif is_harvested(path):
            _last, first = self.saved.get(path, (now, now))
            self.saved[path] = now, first

    def due(self, now: float) -> list[str]:
        """The notebooks that nobody saves any more at the moment."""
        return [
            path
            for path, (last, first) in self.saved.items()
            if now - last >= SETTLED or now - first >= LONGEST
        ]

    def seconds(self, now: float) -> float:
        """Until the next one is due."""
        if self.orders:
            return 0.0
        left = [min(last + SETTLED, first + LONGEST) - now for last, first in self.saved.values()]
        return max(0.0, min(left, default=_ASKED))


class Follower:
    """One server's; `run` until its input ends."""

    def __init__(
        self,
        open_session: "Callable[[], Session]",
        workspace: Path,
        state: Path,
        answers: IO[str],
        *,
        source: int = 0,
        shipped: "Callable[[], list[Path]]" = list,
        resumed: bool = False,
    ) -> None:
        self._open_session, self._workspace, self._state = open_session, workspace, state
        self._answers, self._source, self._shipped = answers, source, shipped
        self.waiting = Waiting()
        self._harvester: Harvester | None = None
        self._session: Session | None = None
        self._connection: psycopg.Connection[Any] | None = None
        self._heard, self._handled = _heard(state), set[int]()
        self._buffer = b""
        self._looked = self._asked = -1e9
        self._every = _LOOKED
        self._failures, self._until = 0, 0.0
        self._worked, self._resumed = False, resumed
        self._last = time.monotonic()

    # ── as long as the server ────────────────────────────────────────────────────────────────────────

    def run(self) -> bool:
        """Until the input ends (False), or nothing happened for so long that a smaller process may go on (True)."""
        open_ended = True
        while open_ended:
            open_ended = self._listen()
            self.step()
            idle = time.monotonic() - self._last > _IDLE and not self._buffer
            if self._worked and idle and self._is_done():
                self.close()
                return True
        self.step(last=True)
        self.close()
        return False

    def _is_done(self) -> bool:
        missing = self._harvester is not None and self._harvester.waits
        return not (self.waiting.saved or self.waiting.orders or missing or self._failures)

    def step(self, *, last: bool = False) -> None:
        """Do what is due; what the database is needed for and not there for, later."""
        now = time.monotonic()
        if now < self._until and not last:
            return
        try:
            self._do(now, last=last)
            self._failures = 0
        except (Unavailable, EngineError) as error:
            pause = PAUSES[min(self._failures, len(PAUSES) - 1)]
            self._failures += 1
            self._until = time.monotonic() + pause
            self._disconnect()
            log.info("the lab is away, notes wait: %s", error.message)

    def close(self) -> None:
        """Give back what is open."""
        self._disconnect()
        if self._session is not None:
            self._session.close()

    def _listen(self) -> bool:
        """Wait for what Jupyter does, so long as there is nothing else to do; False at the end of it."""
        now = time.monotonic()
        seconds = max(self.waiting.seconds(now), self._until - now, 0.0)
        ready, _w, _x = select.select([self._source], [], [], min(seconds, _ASKED))
        if not ready:
            return True
        got = os.read(self._source, _LINE)
        if not got:
            return False
        *lines, self._buffer = (self._buffer + got).split(b"\n")
        for line in lines:
            try:
                order = json.loads(line)
            except ValueError:
                log.warning("not understood: %r", line[:200])
                continue
            if isinstance(order, dict):
                self.waiting.note(order, time.monotonic())
                self._last = time.monotonic()
        return True

    # ── what there is to do ──────────────────────────────────────────────────────────────────────────

    def _do(self, now: float, *, last: bool) -> None:
        if self._heard is None:  # before notes are kept: what is ticked a moment later is heard
            from pgc_lib.stores.postgres import translated

            with translated():
                self._hearing()
        while self.waiting.orders:
            order = self.waiting.orders[0]
            harvester = self._ready()
            if order["do"] == "rename":
                harvester.renamed(order["old"], order["path"])
            else:
                harvester.removed(order["path"])
            self.waiting.orders.pop(0)
        for path in list(self.waiting.saved) if last else self.waiting.due(now):
            self._take(path)
            del self.waiting.saved[path]
        if last:
            return
        if now - self._looked >= self._every:
            self._look(now)
        if now - self._asked >= _ASKED:
            self._ask()
            self._asked = now

    def _take(self, path: str, *, again: bool = False) -> None:
        try:
            tally = self._ready().take(path, again=again)
        except (Unavailable, EngineError):
            raise
        except PgcError as error:
            log.warning(
                "%s: %s", path, error.message
            )  # what is wrong with one is no reason to stop
        else:
            for problem in tally.problems:
                log.info("%s", problem)

    def _look(self, now: float) -> None:
        """At the files: for what was changed past Jupyter, or while nothing ran."""
        self._opened()
        began = time.monotonic()
        wanted = self._differs()
        self._every = max(_LOOKED, (time.monotonic() - began) * _SHARE)
        if wanted:
            tally = self._ready().sweep()
            if tally.read or tally.moved or tally.gone:
                log.info("%d notebooks read, %d notes written", tally.read, tally.written)
        self._looked = now

    def _differs(self) -> bool:
        if self._harvester is not None and self._looked > 0:
            return self._harvester.waits or self._harvester.changed()
        if not self._resumed:
            return True  # the first look compares everything with what is kept
        memory = Memory.load(self._state / "harvest.json", self._opened().person.hex)
        return memory.differs(self._workspace)

    def _ask(self) -> None:
        """For to-dos and documents that were changed in the lab."""
        from pgc_lib.stores.postgres import translated

        with translated():
            connection = self._hearing()
            assert self._heard is not None
            rows = connection.execute(_CHANGES, (self._heard - _BEFORE,)).fetchall()
        touched: list[tuple[str, UUID]] = []
        everything = False
        for id, kind, batch, records in rows:
            if id in self._handled or (not self._handled and id <= self._heard):
                continue
            if self._harvester is not None and batch in self._harvester.batches:
                continue
            everything = everything or records is None
            touched += [(kind, record) for record in records or ()]
        if everything or touched:
            harvester = self._ready()
            for path in harvester.paths() if everything else harvester.touched(touched):
                self._take(path, again=True)
        self._handled = {row[0] for row in rows}
        if rows and rows[-1][0] > self._heard:
            self._heard = rows[-1][0]
            _note_heard(self._state, self._heard)

    def _hearing(self) -> "psycopg.Connection[Any]":
        """The connection by which the lab is listened to; at the very first time from now on."""
        import psycopg

        if self._connection is None:
            url = self._opened().database.reveal()
            self._connection = psycopg.connect(url, autocommit=True, connect_timeout=10)
        if self._heard is None:
            newest = "select coalesce(max(id), 0) from pgc.changes where owner = pgc.me()"
            self._heard = int((self._connection.execute(newest).fetchone() or (0,))[0])
            _note_heard(self._state, self._heard)
        return self._connection

    def _opened(self) -> "Session":
        if self._session is None:
            self._session = self._open_session()
        return self._session

    def _ready(self) -> "Harvester":
        self._last = time.monotonic()
        if self._harvester is None:
            from pgc_lib.notebook.harvest.harvester import Harvester

            self._harvester = Harvester(
                self._opened(), self._workspace, self._state,
                deliver=self._answer, shipped=self._shipped(),
            )  # fmt: skip
        self._worked = True
        return self._harvester

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _answer(self, path: str, edits: list[CellEdit]) -> None:
        told = {"path": path, "edits": [edit.values() for edit in edits]}
        self._answers.write(json.dumps(told) + "\n")
        self._answers.flush()


def _heard(state: Path) -> int | None:
    """The change up to which the lab was listened to."""
    try:
        return int((state / "harvest.heard").read_text())
    except (OSError, ValueError):
        return None


def _note_heard(state: Path, heard: int) -> None:
    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    (state / "harvest.heard").write_text(str(heard))


def main() -> int:
    """As a process: `python -m pgc_lib.notebook.harvest`."""
    import pgc_lib as pgc  # by the front door, as a notebook does
    from pgc_lib.automation.catalogue import workspace
    from pgc_lib.notebook.harvest.shipped import shipped
    from pgc_lib.settings import settings

    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="notes: %(message)s")
    log.setLevel(logging.INFO)
    # Nothing that is printed by chance may be taken for an answer.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    state: Path = settings().data / "jupyter"
    follower = Follower(
        lambda: pgc.open().session, workspace(), state, answers, shipped=shipped, resumed=_RESUMED in sys.argv,
    )  # fmt: skip
    if follower.run():
        os.dup2(answers.fileno(), 1)
        words = [word for word in sys.orig_argv if word != _RESUMED]
        os.execv(sys.executable, [*words, _RESUMED])  # itself, without what it had loaded
    return 0
