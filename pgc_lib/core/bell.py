"""Waiting that can be ended: by a notification of the database, by time, or by being told to stop.

For what runs for as long as the lab does, in a thread or as a process of its own.
"""

import select
import signal
import socket
import threading
from contextlib import suppress
from typing import Any

import psycopg

PAUSES = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
"""Seconds before a further try, after one, two, … failures in a row."""


class Bell:
    """Rung once, to end; everything that waits by it comes back at once."""

    def __init__(self) -> None:
        self._rung = threading.Event()
        self._end, self._ender = socket.socketpair()
        self._ender.setblocking(False)

    def is_rung(self) -> bool:
        """Whether it is time to end."""
        return self._rung.is_set()

    def ring(self) -> None:
        """Time to end; may be called from a signal handler or another thread."""
        self._rung.set()
        with suppress(BlockingIOError):  # full of earlier calls: the waiting wakes up as it is
            self._ender.send(b".")

    def ring_at_signals(self) -> None:
        """Ring at SIGTERM and SIGINT; for the main work of a process."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_received: self.ring())

    def pause(self, seconds: float) -> None:
        """Wait so long, or until it is rung."""
        select.select([self._end], [], [], seconds)

    def wait(self, connection: psycopg.Connection[Any], seconds: float) -> None:
        """Until the database notifies, so long at most; a connection that broke off raises."""
        if _notified(connection):
            return  # it came while we were at work, after we had looked perhaps
        sources: list[Any] = [self._end, connection.fileno()]
        select.select(sources, [], [], seconds)
        _notified(connection)

    def close(self) -> None:
        """Give back what is open; nothing may wait any more."""
        self._end.close()
        self._ender.close()


def _notified(connection: psycopg.Connection[Any]) -> bool:
    """Read the notifications that came, whether there were any."""
    return bool(list(connection.notifies(timeout=0)))
