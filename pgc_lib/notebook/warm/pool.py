"""So many waiting kernels, renewed in the background."""

import json
import os
import select
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import psutil
import structlog

from pgc_lib.automation.launch import program

_LITTLE_MEMORY = 300 * 2**20
"""With less than this left on the machine nothing is started that nobody asked for."""
_TRIES = 3
"""So many that ended before they were ready, and there is something wrong with them."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A process that waits for its order."""

    process: "subprocess.Popen[bytes]"
    told: int
    """Where it says that it is ready."""

    @classmethod
    def start(cls) -> "Waiting":
        """A new one, in a session of its own as a kernel is; it ends when this process does."""
        told, tells = os.pipe()
        # Recognisable as one of this lab: one that still rehearses when its server is gone would start the engines again.
        *python, _module = program("waiting")
        try:
            process = subprocess.Popen(
                [*python, "pgc_lib.notebook.warm.waiting", str(tells)],
                stdin=subprocess.PIPE,
                env={**os.environ, "JPY_PARENT_PID": str(os.getpid())},
                pass_fds=[tells],
                start_new_session=True,
            )
        except OSError:
            os.close(told)
            raise
        finally:
            os.close(tells)
        return cls(process, told)

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self.process.poll() is None

    @property
    def ready(self) -> bool:
        """Whether it has done everything that can be done beforehand."""
        return self.alive and bool(select.select([self.told], [], [], 0)[0])

    def become(self, words: Sequence[str], cwd: str, env: Mapping[str, str]) -> bool:
        """Give it its order; false when it is gone just now."""
        assert self.process.stdin is not None
        order = json.dumps({"words": [*words], "cwd": cwd, "env": dict(env)}).encode()
        try:
            with self.process.stdin as pipe:
                pipe.write(order)
        except BrokenPipeError:
            self.process.wait()
            return False
        finally:
            os.close(self.told)
        return True

    def end(self) -> None:
        """It is not wanted any more."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.kill()
        self.process.wait()
        os.close(self.told)


class Pool:
    """Processes that wait to become kernels; each is used once. With `rest`, they end when so long none was wanted."""

    def __init__(self, size: int, rest: float = 0.0) -> None:
        self.size, self._rest = size, rest
        self._waiting: list[Waiting] = []
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None
        self._ended = False
        self._failed = 0

    def take(self) -> Waiting | None:
        """One that is ready, now the caller's; None when there is none."""
        with self._lock:
            found = next((each for each in self._waiting if each.ready), None)
            if found is not None:
                self._waiting.remove(found)
        return found

    def fill(self, after: float = 0.0) -> None:
        """Start what is missing, in so many seconds: not while a page is being opened."""
        self._later(after, self._fill)

    def empty(self) -> None:
        """End those that wait now."""
        with self._lock:
            gone, self._waiting = self._waiting, []
        for each in gone:
            each.end()

    def end(self) -> None:
        """Once and for all."""
        with self._lock:
            self._ended = True
            if self._timer is not None:
                self._timer.cancel()
        self.empty()

    @property
    def ready(self) -> int:
        """How many are ready."""
        with self._lock:
            return sum(each.ready for each in self._waiting)

    def _later(self, after: float, work: Callable[[], None]) -> None:
        with self._lock:
            if self._ended or not self.size:
                return
            if self._timer is not None:
                self._timer.cancel()
            self._timer = threading.Timer(after, work)
            self._timer.daemon = True
            self._timer.start()

    def _fill(self) -> None:
        with self._lock:
            for each in [one for one in self._waiting if not one.alive]:
                self._waiting.remove(each)
                self._failed += 1
                each.end()
            while not self._ended and len(self._waiting) < self.size and self._sensible():
                self._waiting.append(Waiting.start())
        if self._rest:
            self._later(self._rest, self.empty)

    def _sensible(self) -> bool:
        if self._failed >= _TRIES:
            structlog.get_logger().warning("warm.given_up", tries=self._failed)
            return False
        return bool(psutil.virtual_memory().available > _LITTLE_MEMORY)
