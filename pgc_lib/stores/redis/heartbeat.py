"""A thread that says “still at it” for work which takes longer than the server would wait."""

import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def ticking() -> float:
    """Seconds on a clock that also runs while the machine sleeps, as the server's does."""
    return time.clock_gettime(_CLOCK)


class Heartbeat:
    """Calls `beat` in a thread of its own; it answers the seconds until the next beat, or None to end."""

    def __init__(self, first: float, beat: Callable[[], float | None], name: str) -> None:
        self._first = first
        self._beat = beat
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"pgc-{name}", daemon=True)

    def start(self) -> None:
        """Begin; the first beat comes after the first pause."""
        self._thread.start()

    def stop(self) -> None:
        """End, and wait until a beat under way is over."""
        self._end.set()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def _run(self) -> None:
        pause: float | None = self._first
        while pause is not None and not self._end.wait(pause):
            pause = self._beat()
