"""A scene that hears of changes: the person's stream of events, read in a thread, handled where widgets live."""

import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from redis.exceptions import RedisError

from pgc_lib.errors import PgcError
from pgc_lib.notebook.scene.clock import running_loop

if TYPE_CHECKING:
    from pgc_lib.core.session import Session

log = logging.getLogger(__name__)
_TOGETHER = 0.15
"""Seconds in which changes are gathered, so that an import of a thousand is one."""


class Watch:
    """Tells `changed` which kinds of records changed, until it is closed."""

    def __init__(self, session: "Session", changed: "Callable[[set[str]], None]") -> None:
        self._changed = changed
        self._session = session
        self._stop = threading.Event()
        self._kinds: set[str] = set()
        self._lock = threading.Lock()
        self._loop: Any = running_loop()
        self._thread = threading.Thread(target=self._follow, name="pgc-scene", daemon=True)

    def start(self) -> "Watch":
        """Begin to listen."""
        self._thread.start()
        return self

    def close(self) -> None:
        """Listen no more."""
        self._stop.set()

    @property
    def alive(self) -> bool:
        """Whether it still listens."""
        return self._thread.is_alive()

    def _follow(self) -> None:
        from pgc_lib.core.events import Events

        try:
            for event in Events(self._session).follow(stop=self._stop):
                self._heard(event.kind)
        except (RedisError, PgcError, OSError) as error:
            # The picture stays as it is; the page says by itself when the kernel's engines are gone.
            log.info("scene.no_events", extra={"reason": str(error)})

    def _heard(self, kind: str) -> None:
        with self._lock:
            first = not self._kinds
            self._kinds.add(kind)
        if not first:
            return
        if self._loop is None:
            self._tell()
        else:
            self._loop.call_soon_threadsafe(self._loop.call_later, _TOGETHER, self._tell)

    def _tell(self) -> None:
        with self._lock:
            kinds, self._kinds = self._kinds, set()
        if kinds and not self._stop.is_set():
            self._changed(kinds)
