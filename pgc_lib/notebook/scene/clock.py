"""Doing something every moment without holding up the kernel: between cells, in the kernel's own loop.

Widgets may only be changed where the kernel's messages are handled. In a notebook that is its event loop; without one (a script, a
test) whoever asks does it.
"""

import asyncio
from collections.abc import Callable
from typing import Any


class Clock:
    """Calls `step` every so many seconds until it says False, or is stopped."""

    def __init__(self, step: Callable[[], bool], every: float) -> None:
        self._step, self._every = step, every
        self._next: asyncio.TimerHandle | None = None
        self.running = False

    def start(self) -> None:
        """Begin; where there is no loop nothing moves by itself."""
        loop = running_loop()
        if loop is None or self.running:
            return
        self.running = True
        self._next = loop.call_later(self._every, self._tick, loop)

    def stop(self) -> None:
        """End."""
        self.running = False
        if self._next is not None:
            self._next.cancel()
            self._next = None

    def _tick(self, loop: asyncio.AbstractEventLoop) -> None:
        if not self.running:
            return
        if self._step():
            self._next = loop.call_later(self._every, self._tick, loop)
        else:
            self.stop()


def running_loop() -> Any:
    """The loop in which this is executed, if there is one."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
