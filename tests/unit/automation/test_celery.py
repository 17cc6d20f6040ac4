"""Beats and workers of a server as processes, with a broker that goes away, a worker that is killed, two beats."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pgc_lib.areas.reports import Run
from pgc_lib.automation.jobs import Jobs
from pgc_lib.core.session import Session
from pgc_lib.lab import Lab
from tests.support.lab import House
from tests.support.reports import report
from tests.support.small_hub import SmallHub
from tests.support.valkey import Server
from tests.unit.automation.conftest import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.timeout(280)]


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Server]:
    """A Valkey of our own that remembers nothing when it is killed."""
    server = Server(tmp_path, aof=False).start()
    yield server
    server.stop()


class Processes:
    """`pgc worker` and `pgc beat` as a server runs them."""

    def __init__(self, log: Path, env: dict[str, str]) -> None:
        self._log, self._env = log, env
        self._all: list[subprocess.Popen[bytes]] = []

    def start(self, verb: str) -> "subprocess.Popen[bytes]":
        with self._log.open("ab") as log:
            child = subprocess.Popen(
                [sys.executable, "-P", "-m", "pgc_lib.cli", verb],
                env=self._env,
                stdout=log,
                stderr=log,
            )
        self._all.append(child)
        return child

    def log(self) -> str:
        return self._log.read_text(errors="replace")[-6000:]

    def end(self) -> None:
        for child in self._all:
            child.kill()
            child.wait()


@pytest.fixture
def processes(
    house: House, hub: SmallHub, broker: Server, jobs: Jobs, tmp_path: Path
) -> Iterator[Processes]:
    del jobs  # those of other tests are out of the way
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PGC_")}
    running = Processes(
        tmp_path / "log",
        {
            **inherited,
            "PYTHONPATH": str(ROOT),
            "PGC_DATA": str(tmp_path),
            "PGC_WORKER_DATABASE_URL": house.worker_url,
            "PGC_ADMIN_REDIS_URL": house.redis_admin,
            "PGC_BROKER_URL": broker.url,
            "PGC_HUB_API_URL": hub.api_url,
            "PGC_HUB_PUBLIC_URL": hub.public,
            "PGC_HUB_TOKEN": hub.token,
            "PGC_WORKER_LEASE": "4",
            "PGC_WORKER_STOPS_SERVERS": "no",
        },
    )
    yield running
    running.end()


@pytest.fixture
def lab(me: Session, hub: SmallHub, monkeypatch: pytest.MonkeyPatch) -> Lab:
    from pgc_lib.settings import settings

    monkeypatch.setenv("PGC_WORKSPACE", str(hub.workspace(me.name)))
    monkeypatch.setenv("PGC_DATA", str(hub.folder))
    settings.cache_clear()
    return Lab(me)


def until(found: Callable[[], Any], processes: Processes, seconds: float = 90) -> Any:
    deadline = time.monotonic() + seconds
    while not (value := found()):
        assert time.monotonic() < deadline, processes.log()
        time.sleep(0.2)
    return value


def test_due_times_become_one_run_each_whatever_goes_away(
    lab: Lab, hub: SmallHub, processes: Processes, house: House, broker: Server, me: Session
) -> None:
    """Two beats, a worker killed in the middle, the broker gone, a worker stopped: each job has one run, all done."""
    folder = hub.workspace(me.name)
    marks, go = folder / "marks", folder / "go"
    report(
        folder / "scheduled",
        "own",
        f"open({str(marks)!r}, 'a').write('begun ')",
        f"import os, time\nwhile not os.path.exists({str(go)!r}): time.sleep(0.1)",
        f"os.remove({str(go)!r}); open({str(marks)!r}, 'a').write('done ')",
    )
    schedule = lab.schedules.add("own", "0 6 * * *")
    for _number in range(2):
        processes.start("beat")
    worker = processes.start("worker")

    def jobs(state: str) -> list[Any]:
        query = "select id, worker from pgc.jobs where schedule = %s and state = %s"
        return house.sql(query, schedule.id, state)

    def due() -> None:
        query = "update pgc.timetable set next_at = now() - interval '1 second' where schedule = %s"
        house.sql(query, schedule.id)

    def watched_by_another(than: str) -> bool:
        return any(other != than for _id, other in jobs("running"))

    def marked(words: str) -> bool:
        return marks.exists() and marks.read_text() == words

    # A worker is killed while it watches; another takes its job over, and the run is not begun again.
    due()
    until(lambda: marked("begun "), processes)
    ((_id, first),) = jobs("running")
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    worker = processes.start("worker")
    until(lambda: watched_by_another(first), processes)
    go.touch()
    until(lambda: len(jobs("done")) == 1, processes)
    assert marked("begun done ")

    # The broker is gone in the middle of a run, and comes back empty; meanwhile another time is due.
    due()
    until(lambda: marked("begun done begun "), processes)
    broker.kill()
    go.touch()
    until(lambda: len(jobs("done")) == 2, processes)
    due()
    until(lambda: len(jobs("waiting")) == 1, processes)
    until(lambda: "beat.broker_away" in processes.log(), processes)
    broker.start()

    # A worker that is stopped hands over at once, rather than wait for the end of the report.
    until(lambda: marked("begun done " * 2 + "begun "), processes)
    ((_id, second),) = jobs("running")
    worker.send_signal(signal.SIGTERM)
    worker.wait(60)
    processes.start("worker")
    until(lambda: watched_by_another(second), processes)
    go.touch()
    until(lambda: len(jobs("done")) == 3, processes)
    assert marked("begun done " * 3)
    runs: list[Run] = lab.reports.runs.find(name="own")
    assert [run.state for run in runs] == ["done"] * 3
    assert {run.job for run in runs} == {id for id, _worker in jobs("done")}
