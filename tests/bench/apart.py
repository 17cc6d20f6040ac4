"""Run a function of these benchmarks in a process of its own, for what only a fresh process shows.

    found = apart(frames.read_as_person, url)      # seconds that it took, and its peak memory
    found = fresh("import pgc_lib")                # the same for a statement, with nothing imported before

Run as a program it is the other side: it imports the function, calls it and prints what it found.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from tests.support.memory import peak_megabytes

_TREE = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Apart:
    """What a function did in its own process."""

    seconds: float
    """As the function measured it itself, or else its whole call."""
    megabytes: float
    """The most memory that the process ever had."""


def apart(function: Callable[..., float | None], *arguments: Any) -> Apart:
    """Call the function elsewhere; its arguments travel as JSON. It may return the seconds that count."""
    command = [
        sys.executable,
        "-P",
        "-m",
        "tests.bench.apart",
        function.__module__,
        function.__name__,
    ]
    return _told([*command, json.dumps(arguments)])


def fresh(statement: str, *, before: str = "") -> Apart:
    """Run a statement in a new interpreter that has imported nothing but what `before` asks for."""
    code = f"{before}\nimport time; s = time.perf_counter()\n{statement}\ns = time.perf_counter() - s\n"
    code += "from tests.support.memory import peak_megabytes\n"
    code += 'print(\'{"seconds": %r, "megabytes": %r}\' % (s, peak_megabytes()))'
    return _told([sys.executable, "-P", "-c", code])


def _told(command: list[str]) -> Apart:
    # Modules are compiled once on a person's machine; whoever runs this may have switched that off.
    environment = {**os.environ, "PYTHONPATH": str(_TREE)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    done = subprocess.run(
        command, cwd=_TREE, capture_output=True, text=True, check=False, env=environment
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    return Apart(**json.loads(done.stdout.splitlines()[-1]))


def _main(module: str, name: str, arguments: str) -> None:
    function = getattr(import_module(module), name)
    start = time.perf_counter()
    counted = function(*json.loads(arguments))
    whole = time.perf_counter() - start
    seconds = whole if counted is None else counted
    print(json.dumps({"seconds": seconds, "megabytes": peak_megabytes()}))  # noqa: T201 (its parent reads this line)


if __name__ == "__main__":
    _main(*sys.argv[1:])
