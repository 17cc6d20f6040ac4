"""The truth about runs: executors that were killed, ends that could not be written, runs that never began."""

import os
import signal
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import psutil
import pytest

from pgc_lib.areas.reports import Run
from pgc_lib.automation import recording
from pgc_lib.automation.catalogue import Report
from pgc_lib.automation.jobs import Jobs
from pgc_lib.automation.journal import STOPPED, Journal, Note
from pgc_lib.automation.launch import Request, begin
from pgc_lib.automation.runs import Order, run
from pgc_lib.automation.settling import settle
from pgc_lib.core.ids import new_id
from pgc_lib.errors import Conflict, Unavailable
from pgc_lib.lab import Lab
from tests.unit.automation.conftest import Write, soon

_SECONDS = 90


def until(found: Callable[[], Any], seconds: float = _SECONDS) -> Any:
    deadline = time.monotonic() + seconds
    while not (value := found()):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return value


def only(lab: Lab) -> Run:
    """The one run there is."""
    (found,) = lab.reports.runs.find()
    return found


@pytest.fixture
def begun(write: Write, workspace: Path) -> Callable[[], tuple[Request, Any]]:
    """Starts an executor of a report that does something, then waits for very long."""

    def start() -> tuple[Request, Any]:
        here = workspace / "here"
        write(
            "slow",
            f"print('seen'); open({str(here)!r}, 'w').close()",
            "import time; time.sleep(600)",
        )
        request = Request("slow")
        child = begin(workspace, request)
        assert child is not None
        until(lambda: here.exists() or child.poll() is not None)
        until(lambda: (note := Journal(workspace).read(request.run)) and note.cells_done == 1)
        return request, child

    return start


def test_a_killed_executor_is_a_failed_run(
    lab: Lab, workspace: Path, begun: Callable[[], tuple[Request, Any]]
) -> None:
    """By kill -9, as when memory runs out: its run has failed, once, and what it had done is kept."""
    request, child = begun()
    journal = Journal(workspace)
    assert journal.alive(request.run)
    until(lab.reports.runs.count)
    assert settle(lab.reports, workspace) == []  # it lives
    kernels = psutil.Process(child.pid).children(recursive=True)
    child.kill()
    child.wait()
    assert not journal.alive(request.run)
    assert (only(lab).state, journal.look(request.run).state) == ("running", "failed")  # type: ignore[union-attr]
    assert [each.state for each in settle(lab.reports, workspace)] == ["failed"]
    run = only(lab)
    assert (run.error, run.job, run.cells_done) == (STOPPED, request.run, 1)
    assert "seen" in (workspace / run.notebook).read_text() and (workspace / run.page).exists()
    assert settle(lab.reports, workspace) == []
    until(
        lambda: not any(each.is_running() for each in kernels)
    )  # a kernel notices that it is alone


@pytest.mark.parametrize("written", ["", '{"cells": [{"cell_ty'], ids=["nothing", "half"])
def test_a_notebook_that_was_not_written_to_its_end(
    lab: Lab, workspace: Path, begun: Callable[[], tuple[Request, Any]], written: str
) -> None:
    """The run has failed all the same; what there is stays, and no page is made of it."""
    request, child = begun()
    journal = Journal(workspace)
    until(lab.reports.runs.count)
    child.kill()
    child.wait()
    journal.draft(request.run).write_text(written)
    assert [each.state for each in settle(lab.reports, workspace)] == ["failed"]
    run = only(lab)
    assert run.page == "" and bool(run.notebook) == bool(written)
    assert settle(lab.reports, workspace) == []


@pytest.mark.parametrize(
    ("number", "reason"),
    [(signal.SIGTERM, STOPPED), (signal.SIGINT, "This was cancelled.")],
    ids=["stopped", "cancelled"],
)
def test_an_executor_that_is_asked_to_end_says_so(
    lab: Lab,
    workspace: Path,
    begun: Callable[[], tuple[Request, Any]],
    number: signal.Signals,
    reason: str,
) -> None:
    """In the record, by itself, with what it had done; its kernel ends with it."""
    request, child = begun()
    kernels = psutil.Process(child.pid).children(recursive=True)
    os.kill(child.pid, number)
    assert child.wait(30) == 1
    run = only(lab)
    assert (run.state, run.error, run.failed_cell) == ("failed", reason, 1)
    assert "seen" in (workspace / run.notebook).read_text()
    assert settle(lab.reports, workspace) == []
    until(lambda: not any(each.is_running() for each in kernels))
    assert request.run == run.job


def test_a_run_is_executed_once(lab: Lab, workspace: Path, write: Write) -> None:
    """Whoever asks again for the same run, while it goes on or afterwards, starts nothing."""
    write(
        "once", f"open({str(workspace / 'marks')!r}, 'a').write('x')", "import time; time.sleep(1)"
    )
    request = Request("once")
    first = begin(workspace, request)
    assert first is not None
    assert begin(workspace, request) is None
    with pytest.raises(Conflict):
        run(lambda: lab, Report("once", workspace), workspace, order=Order(request.run))
    assert first.wait(60) == 0
    assert begin(workspace, request) is None
    assert (workspace / "marks").read_text() == "x"
    assert only(lab).state == "done"


@pytest.mark.parametrize("known", [True, False], ids=["begun before", "never heard of"])
def test_an_end_that_the_database_did_not_hear(lab: Lab, workspace: Path, known: bool) -> None:
    """It is in the notes, and written when somebody looks; the record is made if it never was."""
    journal, note = Journal(workspace), Note(new_id().hex, "weekly_review", cells=7)
    if known:
        recording.added(lab.reports, note, journal.place)
    journal.write(note, state="done", cells_done=7)
    (done,) = settle(lab.reports, workspace)
    assert (done.state, done.cells_done, done.name) == ("done", 7, "weekly_review")
    assert done.started_at == datetime.fromisoformat(note.began)
    assert settle(lab.reports, workspace) == []
    assert only(lab) == done


def test_a_database_that_is_away_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Again and again, with pauses; not for ever."""
    monkeypatch.setattr(recording, "_PAUSES", (0.01,))
    calls = []

    def away() -> str:
        calls.append(1)
        if len(calls) < 4:
            raise Unavailable("away")
        return "here"

    assert recording.insisted(away) == "here"
    with pytest.raises(Unavailable):
        recording.insisted(lambda: (_ for _ in ()).throw(Unavailable("away")), patience=0.05)


def test_a_run_elsewhere_is_left_alone(lab: Lab, workspace: Path) -> None:
    """Another machine's runs are its own, for a day; those here without any notes are over."""
    started = datetime.now(UTC)
    add = lab.reports.runs.add
    add(name="there", started_at=started, job=new_id(), place="another")
    add(
        name="there long ago", started_at=started - timedelta(days=2), job=new_id(), place="another"
    )
    add(name="here", started_at=started, job=new_id(), place=Journal(workspace).place)
    assert {each.name for each in settle(lab.reports, workspace)} == {"there long ago", "here"}
    assert lab.reports.runs.find(state="running")[0].name == "there"


def test_a_job_that_never_began_is_listed(lab: Lab, jobs: Jobs, workspace: Path) -> None:
    """When the server could not be started there is no run; the person learns of it all the same, once."""
    lab.schedules.add("weekly_review", "daily")
    job = soon(lab, jobs, "weekly_review")
    jobs.end(job, "failed", "unreachable")
    (listed,) = settle(lab.reports, workspace)
    assert (listed.name, listed.state, listed.job) == ("weekly_review", "failed", job.id)
    assert "could not be started" in listed.error
    assert settle(lab.reports, workspace) == []


def test_notes_are_whole_and_private(workspace: Path) -> None:
    """Half a note is none; others of the machine cannot read them; old ones go."""
    journal = Journal(workspace)
    note = journal.write(Note(new_id().hex, "x", parameters={"week": "2026-11-20"}))
    run = UUID(note.run)
    assert journal.read(run) == note
    path = journal.folder / f"{note.run}.json"
    assert path.stat().st_mode & 0o077 == 0
    path.write_text('{"run": ')
    assert journal.read(run) is None
    assert journal.place == journal.place


def test_a_schedule_that_was_removed(lab: Lab, jobs: Jobs, workspace: Path) -> None:
    """Between its due time and its run: the run says so."""
    lab.schedules.add("weekly_review", "daily")
    job = soon(lab, jobs, "weekly_review")
    lab.schedules.items.remove(lab.schedules.named("weekly_review"))
    child = begin(workspace, Request(schedule=job.schedule, run=job.id))
    assert child is not None and child.wait(60) == 1
    run = only(lab)
    assert run.state == "failed" and "was removed" in run.error


def test_a_schedule_with_a_parameter_that_went_away(
    lab: Lab, jobs: Jobs, write: Write, workspace: Path
) -> None:
    """The report was changed since: it fails by name, nothing is executed."""
    write("own", "open('ran', 'w')", parameters="count = 1")
    lab.schedules.add("own", "daily", parameters={"count": 2})
    write("own", "open('ran', 'w')", parameters="number = 1")
    job = soon(lab, jobs, "own")
    child = begin(workspace, Request(schedule=job.schedule, run=job.id))
    assert child is not None and child.wait(60) == 1
    run = only(lab)
    assert (run.state, run.name, run.schedule) == ("failed", "own", job.schedule)
    assert "count: there is no such parameter" in run.error
    assert not (workspace / "ran").exists()
