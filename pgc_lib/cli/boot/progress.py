"""What a person sees while the environment is made: a line a step, never pip's own flood."""

import sys
import time

_STEPS = 4


class Progress:
    """One line a step: rewritten in place on a terminal, printed once when done elsewhere."""

    def __init__(self) -> None:
        self._terminal = sys.stderr.isatty()
        self._number = 0
        self._label = ""
        self._count = ""
        self._shown = ""
        self._began = 0.0

    def note(self, text: str) -> None:
        """A sentence on a line of its own."""
        self._write(text, end="\n")

    def start(self, label: str) -> None:
        """Begin the next step."""
        self._number += 1
        self._label, self._count = label, ""
        self._began = time.monotonic()
        self.update("")

    def update(self, count: str, detail: str = "") -> None:
        """Show how far the step is."""
        self._count = count
        if self._terminal:
            self._write(self._line() + (f" · {detail}" if detail else ""), end="")

    def done(self) -> None:
        """End the step."""
        self._write(f"{self._line()} ✓ {time.monotonic() - self._began:.0f} s", end="\n")

    def cut(self) -> None:
        """Leave an unfinished line as it is, so that what follows has a line of its own."""
        if self._terminal and self._shown:
            self._write(self._shown, end="\n")

    def _line(self) -> str:
        return f"[{self._number}/{_STEPS}] {self._label} {self._count}".rstrip()

    def _write(self, text: str, end: str) -> None:
        if self._terminal and text == self._shown and not end:
            return
        line = f"\r\x1b[K{text}{end}" if self._terminal else f"{text}{end}"
        encoding = sys.stderr.encoding or "utf-8"
        sys.stderr.write(line.encode(encoding, "replace").decode(encoding))
        sys.stderr.flush()
        self._shown = "" if end else text


def complain(text: str) -> int:
    """Say what is wrong and give the exit status of a failure."""
    encoding = sys.stderr.encoding or "utf-8"
    print(text.encode(encoding, "replace").decode(encoding), file=sys.stderr)
    return 1
