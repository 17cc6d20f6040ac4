"""A helper process beside JupyterLab: started with it, started again when it dies, ended with it."""

import subprocess
import time
from collections.abc import Sequence

from pgc_lib.notebook import jupyter, serving
from pgc_lib.notebook.jupyter import Place

_STEADY = 30.0
_LONGEST = 60.0


class Beside:
    """One such process; nothing is started before `keep`."""

    def __init__(self, place: Place, name: str, module: str, words: Sequence[str]) -> None:
        self._place = place
        self._name = name
        self._command = [*jupyter.python(place, module), *words]
        self._child: subprocess.Popen[bytes] | None = None
        self._began = 0.0
        self._pause = 1.0

    def keep(self) -> None:
        """Start it unless it runs; one that dies again and again is given more and more time."""
        now = time.monotonic()
        if self._child is not None:
            if self._child.poll() is None:
                return
            if now - self._began > _STEADY:
                self._pause = 1.0
            if now - self._began < self._pause:
                return
            self._pause = min(self._pause * 2, _LONGEST)
        self._began = now
        self._child = serving.launch(self._place, self._command, log=self._name)

    def ask(self) -> None:
        """Ask it to end, without waiting."""
        if self._child is not None and self._child.poll() is None:
            self._child.terminate()

    def end(self, patience: float = serving.ENDING) -> None:
        """End it, if it runs."""
        if self._child is not None and self._child.poll() is None:
            serving.end(self._child, patience)
