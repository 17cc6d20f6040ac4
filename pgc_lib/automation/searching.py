"""Keeps a person's search index and graph up to date in the background: at home beside the worker, on a hub in the person's server.

Words first, for they take milliseconds. What texts mean is computed when nothing else waits, on one core and at most half
of the time, so that nobody's notebook is slower for it. What hangs together with what is read off the records here too:
whoever was granted an area may look at it, but only the owner's login writes it.
"""

import threading
import time
from collections.abc import Callable
from contextlib import closing

import psycopg
import structlog

from pgc_lib.core.bell import PAUSES, Bell
from pgc_lib.core.session import Session
from pgc_lib.errors import PgcError
from pgc_lib.graph.refreshing import Refresher
from pgc_lib.search.embedding import NoMeaning
from pgc_lib.search.searching import Search
from pgc_lib.stores.postgres import connect_seconds

_STRETCH = 0.5
_QUIET = 60.0
"""Seconds between two looks when nothing was notified; what was only noted falls due by time."""

_REST = 5.0
_SHARE = 3
"""After reading the graph it rests so many times as long as that took, and `_REST` seconds at least."""

log = structlog.get_logger()


def keep_beside(opened: Callable[[], Session]) -> threading.Thread:
    """Keep an index up to date in a thread of this process, from when the database can be reached until the process ends."""

    def work() -> None:
        for failures in range(1 << 30):
            try:
                session = opened()
            except PgcError as error:
                log.warning("search.waits", error=str(error).partition("\n")[0])
                time.sleep(PAUSES[min(failures, len(PAUSES) - 1)])
            else:
                Keeper(session).run()
                return

    thread = threading.Thread(target=work, name="pgc-search", daemon=True)
    thread.start()
    return thread


class Keeper:
    """Brings the index up to date until it is stopped."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._search = Search(session)
        self._refresher = Refresher(session)
        self._rested = 0.0
        self._postponed = False
        self._bell = Bell()

    def run(self) -> None:
        """Keep it up to date; a database that is away is waited for."""
        failures = 0
        while not self._bell.is_rung():
            try:
                with closing(self._listening()) as connection:
                    while not self._bell.is_rung():
                        if not self.step():
                            self._bell.wait(connection, self._quiet())
                        failures = 0
            except (psycopg.Error, PgcError) as error:
                pause = PAUSES[min(failures, len(PAUSES) - 1)]
                failures += 1
                log.warning("search.waits", seconds=pause, error=str(error).partition("\n")[0])
                self._bell.pause(pause)
        self._session.close()

    def step(self) -> bool:
        """What waits, the graph, then a stretch of meaning; whether there may be more."""
        if self._search.catch_up(seconds=_STRETCH):
            return True
        self._tie()
        begun = time.monotonic()
        try:
            read = self._search.embed(seconds=_STRETCH)
        except NoMeaning:
            return False  # whoever searches is told
        if read:
            self._bell.pause(time.monotonic() - begun)
        return bool(read)

    def _tie(self) -> None:
        """Read off the records what hangs together, unless that was done just now."""
        begun = time.monotonic()
        self._postponed = begun < self._rested
        if not self._postponed:
            try:
                self._refresher.refresh()
            finally:  # what cannot be read now keeps nothing else from being done
                ended = time.monotonic()
                self._rested = ended + max(_REST, (ended - begun) * _SHARE)

    def _quiet(self) -> float:
        """How long nothing is to be done, unless something is notified."""
        left = self._rested - time.monotonic()
        return min(_QUIET, max(left, 0.1)) if self._postponed else _QUIET

    def stop(self) -> None:
        """End soon; what waits is found at the next start."""
        self._bell.ring()

    def close(self) -> None:
        """Give back what a keeper that no longer runs has open."""
        self._bell.close()

    def _listening(self) -> "psycopg.Connection[object]":
        connection = psycopg.connect(
            self._session.database.reveal(),
            autocommit=True,
            connect_timeout=connect_seconds(5),
            application_name="pgc-search",
        )
        connection.execute(f"listen pgc_search_{self._session.person.hex}".encode())
        return connection
