"""Run a function of these benchmarks in a process of its own, for what only a fresh process shows.

    found = apart(frames.read_as_person, url)      # seconds that it took, its peak memory, what it returned

Run as a program it is the other side: it imports the function, calls it and prints what it found.
"""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

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
    done = subprocess.run(
        [*command, json.dumps(arguments)],
        cwd=_TREE,
        capture_output=True,
        text=True,
        check=False,
        env=_environment(),
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    return Apart(**json.loads(done.stdout.splitlines()[-1]))


def _environment() -> dict[str, str]:
    import os

    return {**os.environ, "PYTHONPATH": str(_TREE)}


def peak_megabytes() -> float:
    """The most memory that this process has had."""
    status = Path("/proc/self/status")
    if status.exists():
        # Not `ru_maxrss`: that one is inherited from whoever started the process.
        lines = status.read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20)


def _main(module: str, name: str, arguments: str) -> None:
    function = getattr(import_module(module), name)
    start = time.perf_counter()
    counted = function(*json.loads(arguments))
    whole = time.perf_counter() - start
    seconds = whole if counted is None else counted
    print(json.dumps({"seconds": seconds, "megabytes": peak_megabytes()}))  # noqa: T201 (its parent reads this line)


if __name__ == "__main__":
    _main(*sys.argv[1:])
