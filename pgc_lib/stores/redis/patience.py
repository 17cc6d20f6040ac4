"""Waiting for something that is away, without wearing it out when it comes back."""

import logging
import random
import threading
import time

from pgc_lib.errors import Unavailable

_LONGEST_PAUSE = 5.0

log = logging.getLogger(__name__)


class Patience:
    """Growing pauses while something is away, until it is back or patience ends."""

    def __init__(self, most: float | None = None) -> None:
        self._most = most
        self._since: float | None = None
        self._pause = 0.05

    def wait(self, stop: threading.Event, error: Unavailable) -> None:
        """Pause before the next try, or raise the error when it has lasted too long."""
        now = time.monotonic()
        if self._since is None:
            self._since = now
            log.warning("waiting: %s", error.message)
        if self._most is not None and now - self._since > self._most:
            raise error
        stop.wait(self._pause * random.uniform(0.5, 1.5))
        self._pause = min(self._pause * 2, _LONGEST_PAUSE)

    def renew(self) -> None:
        """It is back."""
        if self._since is not None:
            log.info("back after %.1f s", time.monotonic() - self._since)
        self._since, self._pause = None, 0.05
