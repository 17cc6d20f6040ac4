"""What runs in the background of a lab at home: relay, beat and worker in one small process.

The same jobs and the same claims as on a hub, without a broker: one person needs no one to be told.
"""

import os
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress

import psycopg
import structlog

from pgc_lib.automation.beat import tick
from pgc_lib.automation.jobs import AT_ONCE, Job, Jobs
from pgc_lib.automation.watch import Servers, Watcher
from pgc_lib.core.bell import Bell
from pgc_lib.stores.postgres import connect_seconds

_EVERY = 15.0
"""Seconds between two looks at the clock; a job made by hand is told of at once."""
_BUSY = 5.0
_AGAIN = 2.0
_TIDY = 6 * 3600.0

log = structlog.get_logger()


class HomeWorker:
    """Looks at the clock and carries jobs until it is stopped."""

    def __init__(self, jobs: Jobs, servers: Servers, *, every: float = _EVERY) -> None:
        self._jobs, self._every = jobs, every
        self._watcher = Watcher(jobs, servers)
        self._threads: list[threading.Thread] = []
        self._bell = Bell()

    def run(self) -> None:
        """Work; a database that is away is waited for."""
        tidied = float("-inf")
        while not self._bell.is_rung():
            try:
                with self._listening() as connection:
                    while not self._bell.is_rung():
                        tick(self._jobs)
                        self._claim()
                        if time.monotonic() - tidied > _TIDY:
                            self._jobs.tidy()
                            tidied = time.monotonic()
                        self._bell.wait(connection, _BUSY if self._threads else self._every)
            except psycopg.Error as error:
                log.warning("worker.database_away", error=str(error).partition("\n")[0])
                self._bell.pause(_AGAIN)
        self._watcher.stop()
        for thread in self._threads:
            thread.join()
        self._bell.close()

    def stop(self) -> None:
        """End soon; what is being watched goes on and is taken up at the next start."""
        with suppress(OSError):  # it may have ended by itself
            self._bell.ring()
        self._watcher.stop()

    def _listening(self) -> "psycopg.Connection[object]":
        connection = psycopg.connect(
            self._jobs.url,
            autocommit=True,
            connect_timeout=connect_seconds(5),
            application_name="pgc-worker",
        )
        connection.execute("listen pgc_jobs")
        return connection

    def _claim(self) -> None:
        self._threads = [thread for thread in self._threads if thread.is_alive()]
        while len(self._threads) < AT_ONCE and (job := self._jobs.claim()):
            thread = threading.Thread(target=self._carry, args=[job], name=f"job-{job.id}")
            thread.start()
            self._threads.append(thread)

    def _carry(self, job: Job) -> None:
        try:
            self._watcher.carry(job)
        except Exception:  # whatever it was, its lease runs out and it is tried again
            log.exception("worker.failed", job=str(job.id))


def beside(work: Callable[[], None], stop: Callable[[], None]) -> Callable[[], None]:
    """Run something in a thread of its own; what ends it and waits for it.

    Should it fail, this process ends in order, for whoever watches it to start it anew: half a worker looks
    like a whole one.
    """

    def watched() -> None:
        try:
            work()
        except Exception:
            log.exception("worker.part_failed")
            os.kill(os.getpid(), signal.SIGTERM)

    thread = threading.Thread(target=watched, daemon=True)
    thread.start()

    def end() -> None:
        with suppress(OSError):  # it may have ended, and given back what it is stopped by
            stop()
        thread.join(10)

    return end
