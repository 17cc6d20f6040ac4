"""Progress for a person: one line a step, with what came of it and how long it took."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.cells import set_cell_size
from rich.console import Console
from rich.text import Text

_WIDTH = 12


class Step:
    """One step under way."""

    def __init__(self, steps: "Steps", label: str) -> None:
        self._steps = steps
        self._label = label
        self.result = ""

    def say(self, detail: str) -> None:
        """What is being done now; shown on a terminal, replaced by what comes next."""
        self._steps.update(self._label, detail)


class Steps:
    """The lines so far. They go to the standard error: what a command prints stays clean."""

    def __init__(self) -> None:
        self._console = Console(stderr=True, highlight=False)
        self._status = self._console.status("", spinner="dots")

    @contextmanager
    def step(self, label: str) -> Iterator[Step]:
        """Show a step while the block runs, and its outcome afterwards."""
        step, began = Step(self, label), time.monotonic()
        self.update(label, "")
        self._status.start()
        try:
            yield step
        except BaseException:
            self._status.stop()
            self._print(Text("✗", style="red"), label, "", "")
            raise
        self._status.stop()
        took = f"{time.monotonic() - began:.1f} s"
        self._print(Text("✓", style="green"), label, step.result, took)

    def update(self, label: str, detail: str) -> None:
        """Change the line of the step under way."""
        self._status.update(Text(f"{set_cell_size(label, _WIDTH)} {detail}"))

    def _print(self, sign: Text, label: str, result: str, took: str) -> None:
        line = Text.assemble(sign, " ", set_cell_size(label, _WIDTH), " ", result)
        if took:
            line.append(f"  {took}", style="dim")
        self._console.print(line, soft_wrap=True)
