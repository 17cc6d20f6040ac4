"""A worker's part in a job: have the person's server begin the run, watch it, write down how it ended.

Nothing of a person is executed here. The worker may be stopped or die at any moment: its lease runs out, another
one asks the same server for the same run, which goes on meanwhile and is started only once.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Literal, Protocol, TypeVar

import psycopg
import structlog

from pgc_lib.automation.http import Unreachable
from pgc_lib.automation.jobs import ATTEMPTS, Job, Jobs
from pgc_lib.automation.server import Away, Busy, Refused

Seen = Literal["running", "done", "failed", "gone"]
T = TypeVar("T")

_BUSY_AGAIN = timedelta(seconds=30)
_AWAY_AGAIN = timedelta(minutes=1)
_PAUSES = (0.25, 0.5, 1.0, 2.0)
_DATABASE_AGAIN = 1.0

log = structlog.get_logger()


class Servers(Protocol):
    """Where persons' servers are: on this machine, or behind a hub."""

    def begin(self, job: Job) -> None:
        """Have the run executed, whatever must be started for it; `Busy`, `Away`, `Refused`."""

    def look(self, job: Job) -> Seen:
        """How the run is; "gone" when its executor is and left no end."""

    def leave(self, job: Job) -> None:
        """The run is over: put away what was started for it."""


class Watcher:
    """Carries jobs to their ends, each call one job; `stop` hands over what is being watched."""

    def __init__(self, jobs: Jobs, servers: Servers) -> None:
        self.jobs, self.servers = jobs, servers
        self._stopping = threading.Event()

    def stop(self) -> None:
        """Return from every `carry` soon, leaving the jobs to other workers."""
        self._stopping.set()

    def carry(self, job: Job) -> str:
        """Have one claimed job run; its state afterwards, "lost" when another worker has it."""
        with self._kept(job) as lost:
            if job.attempts > ATTEMPTS:
                return self._end(job, "failed", "attempts")
            if job.person is None:
                return self._end(job, "failed", "no_server")
            try:
                self.servers.begin(job)
            except Busy:
                self._insist(lambda: self.jobs.put_back(job, _BUSY_AGAIN, counted=False))
                return "waiting"
            except (Away, Unreachable) as error:
                log.warning("worker.server_away", job=str(job.id), error=str(error))
                if job.attempts >= ATTEMPTS:
                    return self._end(job, "failed", "unreachable")
                delay = _AWAY_AGAIN * 2 ** (job.attempts - 1)
                self._insist(lambda: self.jobs.put_back(job, delay))
                return "waiting"
            except Refused as error:
                return self._end(job, "failed", str(error))
            return self._watch(job, lost)

    def _watch(self, job: Job, lost: threading.Event) -> str:
        looks = 0
        while True:
            seen = self.servers.look(job)
            if lost.is_set():
                return "lost"
            if seen != "running":
                self.servers.leave(job)
                detail = {"gone": "stopped", "failed": "run"}.get(seen, "")
                return self._end(job, "done" if seen == "done" else "failed", detail)
            if self._stopping.wait(_PAUSES[min(looks // 4, len(_PAUSES) - 1)]):
                self.jobs.hand_over(job)
                return "handed over"
            looks += 1

    def _end(self, job: Job, state: Literal["done", "failed"], detail: str = "") -> str:
        ours = self._insist(lambda: self.jobs.end(job, state, detail))
        log.info("worker.ended", job=str(job.id), state=state, detail=detail, ours=ours)
        return state if ours else "lost"

    def _insist(self, work: Callable[[], T]) -> T:
        """Tell the database, which may be away for a while; the lease is the limit of nothing here."""
        while True:
            try:
                return work()
            except psycopg.OperationalError as error:
                if self._stopping.wait(_DATABASE_AGAIN):
                    raise
                log.warning("worker.database_away", error=str(error).partition("\n")[0])

    @contextmanager
    def _kept(self, job: Job) -> Iterator[threading.Event]:
        """Renew the lease all the while; the event says that the job is another's now."""
        lost, over = threading.Event(), threading.Event()
        pause = self.jobs.lease.total_seconds() / 4

        def renew() -> None:
            while not over.wait(pause):
                try:
                    if not self.jobs.renew(job):
                        lost.set()
                        return
                except psycopg.OperationalError as error:
                    log.warning("worker.database_away", error=str(error).partition("\n")[0])

        heart = threading.Thread(target=renew, name=f"lease-{job.id}", daemon=True)
        heart.start()
        try:
            yield lost
        finally:
            over.set()
            heart.join()


def patiently(question: Callable[[], T], *, seconds: float, pause: float = 1.0) -> T:
    """Ask until there is an answer, or for so long; a hub or proxy may be starting anew."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return question()
        except (Unreachable, Away):
            if time.monotonic() > deadline:
                raise
            time.sleep(pause)
