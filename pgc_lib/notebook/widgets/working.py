"""Work that takes long: it is done beside the page, tells how far it is, can be stopped, and ends with its part."""

import logging
from collections.abc import Callable
from contextvars import copy_context
from threading import Event, Thread
from time import monotonic

from pgc_lib.errors import PgcError
from pgc_lib.notebook.live import Part
from pgc_lib.notebook.live.part import unexpected

log = logging.getLogger(__name__)
_OFTEN = 0.25
"""Seconds between two drawings of the same part: more would only keep the browser busy."""


class Stopped(Exception):
    """Somebody asked the work to end; raised where it tells how far it is."""


class Work:
    """One piece of work in a thread of its own, with the language of whoever began it."""

    def __init__(self, part: Part, do: "Callable[[Work], None]") -> None:
        self.part = part
        self.error = ""
        """What went wrong, in two sentences."""
        self.failure: PgcError | None = None
        self.doing = ""
        self.done = 0
        self.running = True
        self._stop = Event()
        self._drawn = 0.0
        self._thread = Thread(
            target=copy_context().run, args=(self._run, do), name="pgc-widget", daemon=True
        )
        self._thread.start()

    @property
    def stopped(self) -> bool:
        """Whether somebody asked it to end."""
        return self._stop.is_set()

    def tell(self, doing: str = "", done: int = 0) -> None:
        """Say how far it is; the part is drawn anew, but not too often."""
        if self.stopped:
            raise Stopped
        self.doing, self.done = doing or self.doing, done
        if monotonic() - self._drawn >= _OFTEN:
            self._drawn = monotonic()
            self.part.renew()

    def pause(self, seconds: float) -> None:
        """Wait a little, or less if somebody ends it."""
        if self._stop.wait(seconds):
            raise Stopped

    def stop(self) -> None:
        """Ask it to end; it does so where it next tells how far it is."""
        self._stop.set()

    def wait(self, seconds: float = 60) -> None:
        """Until it has ended, for whoever asks in a program."""
        self._thread.join(seconds)

    def _run(self, do: "Callable[[Work], None]") -> None:
        try:
            do(self)
        except Stopped:
            pass  # as it was asked
        except PgcError as error:
            self.error, self.failure = str(error), error
        except Exception as error:  # nobody who clicks shall read a traceback
            log.exception("widget.failed")
            self.error = unexpected(error)
        self.running = False
        self.part.renew()
