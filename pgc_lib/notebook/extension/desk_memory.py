"""How much memory the lab uses, and how much there may be; a kernel that runs out of it is killed without a word."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from pgc_lib.i18n import _, n_
from pgc_lib.notebook.extension.desk_inbox import size_of

_GROUP = Path("/sys/fs/cgroup/memory.max")
_SCARCE = 0.06
"""The share of the machine's memory that is left when it becomes too little."""
_NAMED = 4


@dataclass(frozen=True, slots=True)
class Memory:
    """Memory in use, in bytes."""

    used: int
    limit: int
    """What the hub or the container allows, else what the machine has."""
    free: int
    """What the machine has left."""
    kernels: tuple[tuple[str, int], ...] = ()
    """Each notebook that runs, and what it uses; the largest first."""

    @property
    def scarce(self) -> bool:
        """Whether the machine itself has hardly any left, whoever uses it."""
        return bool(self.free < _SCARCE * psutil.virtual_memory().total)

    def told(self) -> dict[str, Any]:
        """For the indicator."""
        running = len(self.kernels)
        lines = [f"{name}: {size_of(used)}" for name, used in self.kernels[:_NAMED]]
        if running > _NAMED:
            lines.append(_("… and {n} more.", n=running - _NAMED))
        return {
            "used": self.used,
            "limit": self.limit,
            "scarce": self.scarce,
            "said": n_(
                "{used} · {n} notebook running",
                "{used} · {n} notebooks running",
                running,
                used=size_of(self.used),
            ),
            "told": "\n".join([_("Memory of {limit} in use", limit=size_of(self.limit)), *lines]),
        }


def measured(kernels: Mapping[str, int]) -> Memory:
    """What this server and all it started use; `kernels` are names and process numbers."""
    me = psutil.Process()
    used = {process.pid: _own(process) for process in [me, *me.children(recursive=True)]}
    named = ((name, _with_children(number, used)) for name, number in kernels.items())
    largest = sorted(named, key=lambda each: -each[1])
    machine = psutil.virtual_memory()
    return Memory(sum(used.values()), _limit(machine.total), machine.available, tuple(largest))


def pids(manager: Any, sessions: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """The process of each notebook's kernel, by the notebook's name."""
    found = {}
    for session in sessions:
        kernel = manager.get_kernel(session["kernel"]["id"])
        number = getattr(kernel.provisioner, "pid", None)
        if number:
            found[str(session.get("name") or session["path"])] = int(number)
    return found


def _own(process: psutil.Process) -> int:
    """What would be free if it ended; shared memory counts for each by its share, where the system tells."""
    try:
        return int(getattr(process.memory_full_info(), "pss", 0) or process.memory_info().rss)
    except psutil.Error:
        return 0  # it ended just now, or belongs to somebody else


def _with_children(number: int, used: Mapping[int, int]) -> int:
    try:
        children = psutil.Process(number).children(recursive=True)
    except psutil.Error:
        return 0
    return sum(used.get(each, 0) for each in [number, *(child.pid for child in children)])


def _limit(machine: int) -> int:
    """JupyterHub says it by a variable, a container by its group."""
    for said in (os.environ.get("MEM_LIMIT", ""), _read(_GROUP)):
        if said.isdecimal() and 0 < int(said) < machine:
            return int(said)
    return machine


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return ""
