"""Runs in persons' servers behind a real hub: started when off, watched, stopped again, truthful about loss."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from pgc_lib.automation.hub import Hub
from pgc_lib.automation.jobs import Jobs
from pgc_lib.automation.watch import Watcher
from pgc_lib.core.session import Session
from pgc_lib.lab import Lab
from tests.support.lab import House
from tests.support.reports import report
from tests.support.small_hub import SmallHub
from tests.unit.automation.conftest import soon, state_of

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]


@pytest.fixture
def lab(me: Session, hub: SmallHub, monkeypatch: pytest.MonkeyPatch) -> Lab:
    monkeypatch.setenv("PGC_WORKSPACE", str(hub.workspace(me.name)))
    monkeypatch.setenv("PGC_DATA", str(hub.folder))
    from pgc_lib.settings import settings

    settings.cache_clear()
    return Lab(me)


def watcher(jobs: Jobs, hub: SmallHub) -> Watcher:
    return Watcher(jobs, Hub(jobs, hub.api_url, hub.public, hub.token, silent=5))


def plan(lab: Lab, hub: SmallHub, *cells: str) -> None:
    report(hub.workspace(lab.session.name) / "scheduled", "own", *cells)
    lab.schedules.add("own", "0 6 * * 1")


def test_a_server_killed_in_the_middle_of_a_run_and_one_that_was_on(
    lab: Lab, hub: SmallHub, jobs: Jobs, house: House, me: Session
) -> None:
    """As when a container is killed: the job has failed, and so has the run once the server is back; not twice.
    Whoever is at work keeps their server; a report that fails is a failed job with its cell."""
    begun = hub.workspace(me.name) / "begun"
    plan(lab, hub, f"open({str(begun)!r}, 'a').write('x')", "import time; time.sleep(600)")
    job = soon(lab, jobs, "own")
    threading.Thread(target=lambda: (_wait(begun), hub.kill_server(me.name))).start()
    assert watcher(jobs, hub).carry(job) == "failed", hub.log()
    assert state_of(house, job.id)[2] == "stopped"
    hub.api("POST", f"users/{me.name}/server")
    deadline = time.monotonic() + 60
    while (run := lab.reports.latest("own")) is None or run.state == "running":
        assert time.monotonic() < deadline, hub.log()
        time.sleep(0.2)
    assert run is not None and (run.state, run.error) == (
        "failed",
        "The server was stopped while this ran.",
    )
    assert begun.read_text() == "x"

    _until(lambda: hub.running(me.name), hub)
    report(hub.workspace(me.name) / "scheduled", "own", "1 / 0")
    assert watcher(jobs, hub).carry(soon(lab, jobs, "own")) == "failed"
    run = lab.reports.latest("own")
    assert run is not None and "ZeroDivisionError" in run.error
    assert hub.running(me.name)


def test_a_hub_that_is_away_for_a_while_and_a_server_that_was_off(
    lab: Lab, hub: SmallHub, jobs: Jobs, house: House, me: Session
) -> None:
    """A hub that cannot be reached is tried again later. The server is started, the report is written with the person's
    own login, the server is stopped again."""
    write = "lab = pgc.open(); lab.todos.add(title='from the report')"
    plan(lab, hub, "import pgc_lib as pgc", write)
    job = soon(lab, jobs, "own")
    hub.stop()
    assert watcher(jobs, hub).carry(job) == "waiting"
    assert state_of(house, job.id)[:2] == ("waiting", 1)
    hub.start()
    house.sql("update pgc.jobs set not_before = now() where id = %s", job.id)
    again = jobs.claim(job.id)
    assert again is not None and again.attempts == 2
    assert not hub.running(me.name)
    assert watcher(jobs, hub).carry(again) == "done", hub.log()
    run = lab.reports.latest("own")
    assert run is not None and (run.state, run.job, run.schedule) == ("done", job.id, job.schedule)
    assert lab.todos.find(title="from the report")
    assert (hub.workspace(me.name) / run.page).exists()
    assert state_of(house, job.id)[0] == "done"
    _until(lambda: not hub.running(me.name), hub)


def _until(true: Callable[[], bool], hub: SmallHub) -> None:
    deadline = time.monotonic() + 90
    while not true():
        assert time.monotonic() < deadline, hub.log()
        time.sleep(0.2)


def _wait(path: Path) -> None:
    deadline = time.monotonic() + 60
    while not path.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
