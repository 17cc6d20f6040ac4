"""A worker's part in a job: what it makes of each answer, and a database that is restarted meanwhile."""

import os
import shutil
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest

from pgc_lib.automation.home import Home
from pgc_lib.automation.http import Unreachable
from pgc_lib.automation.jobs import ATTEMPTS, Job, Jobs
from pgc_lib.automation.server import Away, Busy, Refused
from pgc_lib.automation.watch import Seen, Watcher
from pgc_lib.automation.worker import HomeWorker
from pgc_lib.lab import Lab
from pgc_lib.settings import settings
from tests.support import engines
from tests.support.lab import House, new_database
from tests.unit.automation.conftest import Write, soon, state_of


@dataclass
class Scripted:
    """Servers that answer as they are told."""

    beginning: BaseException | None = None
    seen: list[Seen] = field(default_factory=lambda: ["running", "done"])
    begun: int = 0
    left: int = 0

    def begin(self, _job: Job) -> None:
        self.begun += 1
        if self.beginning:
            raise self.beginning

    def look(self, _job: Job) -> Seen:
        return self.seen.pop(0) if len(self.seen) > 1 else self.seen[0]

    def leave(self, _job: Job) -> None:
        self.left += 1


@pytest.fixture
def job(lab: Lab, jobs: Jobs) -> Job:
    lab.schedules.add("weekly_review", "daily")
    return soon(lab, jobs, "weekly_review")


@pytest.mark.parametrize(
    ("seen", "state", "detail"),
    [("done", "done", ""), ("failed", "failed", "run"), ("gone", "failed", "stopped")],
)
def test_how_a_run_ended_is_how_its_job_ended(
    jobs: Jobs, house: House, job: Job, seen: Seen, state: str, detail: str
) -> None:
    """A run whose executor is gone has failed: it may have done half of what it does, so it is not begun again."""
    servers = Scripted(seen=["running", seen])
    assert Watcher(jobs, servers).carry(job) == state
    assert state_of(house, job.id)[:3] == (state, 1, detail)
    assert (servers.begun, servers.left) == (1, 1)


def test_a_busy_server_is_asked_again_later(jobs: Jobs, house: House, job: Job) -> None:
    """As often as it takes: it is no failure of the job."""
    assert Watcher(jobs, Scripted(Busy())).carry(job) == "waiting"
    assert state_of(house, job.id)[:2] == ("waiting", 0)
    assert jobs.claim(job.id) is None


@pytest.mark.parametrize("error", [Away("off"), Unreachable("no route")])
def test_a_server_that_does_not_start_is_tried_again_and_then_given_up(
    jobs: Jobs, house: House, job: Job, error: Exception
) -> None:
    """With growing pauses; in the end the job has failed and says why."""
    watcher = Watcher(jobs, Scripted(error))
    for attempt in range(1, ATTEMPTS):
        assert watcher.carry(job) == "waiting"
        assert state_of(house, job.id)[:2] == ("waiting", attempt)
        house.sql("update pgc.jobs set not_before = now() where id = %s", job.id)
        again = jobs.claim(job.id)
        assert again is not None
        job = again
    assert watcher.carry(job) == "failed"
    assert state_of(house, job.id)[:3] == ("failed", ATTEMPTS, "unreachable")


def test_a_refusal_is_final(jobs: Jobs, house: House, job: Job) -> None:
    """Asking again would not help."""
    assert Watcher(jobs, Scripted(Refused("no_server"))).carry(job) == "failed"
    assert state_of(house, job.id)[2] == "no_server"


def test_a_job_that_ends_its_workers_is_given_up(jobs: Jobs, house: House, job: Job) -> None:
    """Nothing is begun any more after so many workers died at it."""
    house.sql(
        "update pgc.jobs set lease_until = now() - interval '1 second', attempts = %s where id = %s",
        ATTEMPTS,
        job.id,
    )
    again = jobs.claim(job.id)
    assert again is not None
    servers = Scripted()
    assert Watcher(jobs, servers).carry(again) == "failed"
    assert (state_of(house, job.id)[2], servers.begun) == ("attempts", 0)


def test_a_worker_that_lost_its_job_writes_nothing(house: House, lab: Lab, jobs: Jobs) -> None:
    """It was frozen for longer than its lease; another has the job, and says how it ended."""
    lab.schedules.add("weekly_review", "daily")
    slow = Jobs(house.worker_url, name="slow", lease=timedelta(seconds=0.4))
    job = soon(lab, slow, "weekly_review")
    house.sql("update pgc.jobs set worker = 'other' where id = %s", job.id)
    assert Watcher(slow, Scripted(seen=["running"])).carry(job) == "lost"
    assert state_of(house, job.id)[0] == "running"


def test_stopping_hands_over_at_once(house: House, jobs: Jobs, job: Job) -> None:
    """The next worker goes on watching, and the attempt does not count."""
    watcher = Watcher(jobs, Scripted(seen=["running"]))
    threading.Timer(0.3, watcher.stop).start()
    assert watcher.carry(job) == "handed over"
    again = Jobs(house.worker_url, name="next").claim(job.id)
    assert again is not None and again.attempts == 1


# ── at home ──────────────────────────────────────────────────────────────────────────────────────────


def until(found: Any, seconds: float = 90) -> Any:
    deadline = time.monotonic() + seconds
    while not (value := found()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return value


def working(jobs: Jobs, home: Home) -> tuple[HomeWorker, threading.Thread]:
    worker = HomeWorker(jobs, home, every=0.5)
    thread = threading.Thread(target=worker.run)
    thread.start()
    return worker, thread


def test_at_home_without_jupyterlab(
    lab: Lab, jobs: Jobs, house: House, workspace: Path, write: Write
) -> None:
    """Due at its time, executed by a process beside the worker, listed; the next one is made by hand."""
    write("own", f"open({str(workspace / 'marks')!r}, 'a').write('x')")
    item = lab.schedules.add("own", "hourly")
    house.sql("update pgc.timetable set next_at = now() where schedule = %s", item.id)
    worker, thread = working(jobs, Home(workspace, lambda: None))
    try:
        until(lambda: lab.schedules.planned()[0].last_state == "done")
        assert (workspace / "marks").read_text() == "x"
        lab.schedules.run_soon("own")
        until(lambda: len(lab.reports.runs.find(state="done")) == 2)
    finally:
        worker.stop()
        thread.join(30)
    assert (workspace / "marks").read_text() == "xx"


def test_a_worker_at_home_that_is_stopped_takes_up_where_it_left(
    lab: Lab, jobs: Jobs, house: House, workspace: Path, write: Write
) -> None:
    """The report goes on without it; the next worker finds how it ended."""
    write(
        "own", f"open({str(workspace / 'marks')!r}, 'a').write('x')", "import time; time.sleep(3)"
    )
    lab.schedules.add("own", "hourly")
    job = lab.schedules.run_soon("own")
    worker, thread = working(jobs, Home(workspace, lambda: None))
    until((workspace / "marks").exists)
    worker.stop()
    thread.join(30)
    assert state_of(house, job)[0] == "running"
    worker, thread = working(Jobs(house.worker_url, name="second"), Home(workspace, lambda: None))
    try:
        until(lambda: state_of(house, job)[0] == "done")
    finally:
        worker.stop()
        thread.join(30)
    assert (workspace / "marks").read_text() == "x"


@pytest.fixture
def restartable() -> Iterator[tuple[engines.Home, House]]:
    """Engines that a test may kill."""
    folder = engines.temporary_folder()
    folder.chmod(0o755)
    home = engines.Home(folder / "lab")
    yield home, new_database(home.start(), "pgc")
    home.stop()
    shutil.rmtree(folder)


@pytest.mark.slow
def test_a_database_that_is_restarted_in_the_middle_of_a_run(
    restartable: tuple[engines.Home, House],
    workspace: Path,
    write: Write,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """By kill -9: the report goes on, and its end is written by executor and worker when the database is back."""
    home, house = restartable
    me = house.person("mia")
    monkeypatch.setenv("PGC_DATABASE_URL", me.database.reveal())
    settings.cache_clear()
    lab = Lab(me)
    here = workspace / "here"
    write("own", f"open({str(here)!r}, 'a').write('x')", "import time; time.sleep(4)")
    lab.schedules.add("own", "hourly")
    job: UUID = lab.schedules.run_soon("own")
    jobs = Jobs(house.worker_url, lease=timedelta(seconds=2))
    worker, thread = working(jobs, Home(workspace, lambda: None))
    try:
        until(here.exists)
        os.kill(home.pid("postgres"), signal.SIGKILL)
        time.sleep(6)  # longer than the report, and than the lease
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(house.worker_url, connect_timeout=2)
        home.start()
        until(lambda: state_of(house, job)[0] == "done")
    finally:
        worker.stop()
        thread.join(30)
    me.close()
    (run,) = Lab(me).reports.runs.find()
    assert (run.state, run.job) == ("done", job)
    assert here.read_text() == "x"
