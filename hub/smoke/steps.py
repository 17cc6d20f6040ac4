"""One line a step: what was seen, how long it took, or why it failed."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO


class Failed(Exception):
    """A step did not show what it must show."""


class Steps:
    """The lines so far."""

    def __init__(
        self, output: TextIO | None = None, on_step: Callable[[str], None] | None = None
    ) -> None:
        self._output = output or sys.stdout
        self._on_step = on_step
        self.passed = 0

    @contextmanager
    def step(self, label: str) -> Iterator[None]:
        """A step while the block runs; an error in it is told and goes on up."""
        began = time.monotonic()
        try:
            yield
        except Exception as error:
            self._line("✗", label, began)
            reason = str(error).strip() or type(error).__name__
            self._output.write("".join(f"    {line}\n" for line in reason.splitlines()[:12]))
            raise
        self.passed += 1
        self._line("✓", label, began)
        if self._on_step is not None:
            self._on_step(label)

    def note(self, text: str) -> None:
        """A line below the last step."""
        self._output.write(f"    {text}\n")

    def _line(self, sign: str, label: str, began: float) -> None:
        self._output.write(f"{sign} {label}  {time.monotonic() - began:.1f} s\n")
        self._output.flush()


def expect(condition: object, reason: str) -> None:
    """Fail with a reason."""
    if not condition:
        raise Failed(reason)
