"""Starting a process that outlives us, recognising it later, and ending it.

A process id alone proves nothing: it may be stale and long since given to another program. Engines
therefore carry marks of their folder in their command line, which any user may read, and a process
is ours only when its command line bears one of them.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

_PAUSE = 0.01
_HAS_PROC = sys.platform == "linux"
"""Elsewhere `psutil` answers, which takes longer to import than an attach may take."""

# The shell goes away at once, so the engine is nobody's child: a kernel that ends all its children
# does not take the engines with it, and no zombie stays behind.
_DETACH = 'log=$1; shift; "$@" >>"$log" 2>&1 </dev/null & echo $!'


def launch(
    command: Sequence[str | Path],
    *,
    log: Path,
    cwd: Path,
    user: Mapping[str, Any],
    env: Mapping[str, str],
) -> int:
    """Run a command in a session of its own and give its process id."""
    done = subprocess.run(
        ["/bin/sh", "-c", _DETACH, "sh", log, *command],
        cwd=cwd,
        env=dict(env),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        start_new_session=True,
        umask=0o077,
        check=True,
        **user,
    )
    if done.stderr:
        # Only the opening of the log can complain here; the caller finds the process gone.
        raise OSError(
            _errno_of(done.stderr), done.stderr.decode(errors="replace").strip(), str(log)
        )
    return int(done.stdout)


def command_line(pid: int) -> str:
    """The command line of a process; empty when it is gone, a zombie or not to be seen."""
    if _HAS_PROC:
        try:
            raw = Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            return ""
        return raw.replace(b"\0", b" ").decode(errors="replace")
    import psutil

    try:
        return " ".join(psutil.Process(pid).cmdline())
    except psutil.Error:
        return ""


def is_there(pid: int) -> bool:
    """Whether the process is alive; a zombie is not."""
    if _HAS_PROC:
        try:
            state = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b") ")[2][:1]
        except OSError:
            return False
        return state not in b"ZX"
    import psutil

    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False


def began(pid: int) -> float:
    """When the process was started, in seconds since the epoch."""
    import psutil

    try:
        return float(psutil.Process(pid).create_time())
    except psutil.Error:
        return time.time()


def bears(pid: int, marks: Sequence[str]) -> bool:
    """Whether the process is alive and carries one of the marks."""
    line = command_line(pid)
    return any(mark in line for mark in marks)


def all_bearing(marks: Sequence[str]) -> list[int]:
    """Every process that carries one of the marks, other than this one."""
    return [pid for pid in _pids() if pid != os.getpid() and bears(pid, marks)]


def send(pids: Sequence[int], number: signal.Signals) -> None:
    """Send a signal to each process that is still there."""
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue


def gone(pids: Sequence[int], marks: Sequence[str], *, timeout: float) -> bool:
    """Wait until none of the processes is left."""
    deadline = time.monotonic() + timeout
    while any(bears(pid, marks) for pid in pids):
        if time.monotonic() > deadline:
            return False
        time.sleep(_PAUSE)
    return True


def end_all(marks: Sequence[str], first: signal.Signals, *, timeout: float) -> bool:
    """End every process with the marks, harder and harder; whether there was one."""
    if not (pids := all_bearing(marks)):
        return False
    send(pids, first)
    if not gone(pids, marks, timeout=timeout):
        send(all_bearing(marks), signal.SIGKILL)
        gone(pids, marks, timeout=timeout)
    return True


def _pids() -> Iterator[int]:
    if _HAS_PROC:
        yield from (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdecimal())
        return
    import psutil

    yield from psutil.pids()


def _errno_of(message: bytes) -> int:
    """The number behind a shell's complaint, so that one place explains them all."""
    import errno

    known = {b"No space": errno.ENOSPC, b"quota": errno.EDQUOT, b"Permission": errno.EACCES}
    return next((number for text, number in known.items() if text in message), errno.EIO)
