"""`pgc schedule`, `pgc run` and the worker beside a real `pgc lab`, as a person uses them."""

import json
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pgc_lib.notebook.jupyter import Place
from pgc_lib.stores.engines import process
from tests.support.jupyterlab import new_data, pgc, started
from tests.support.reports import report

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def data(prepared_data: Path) -> Iterator[Path]:
    """A lab at home."""
    with new_data(prepared_data) as folder:
        assert pgc(folder, "schedule", "list").returncode == 0
        report(
            folder / "lab" / "scheduled",
            "own",
            "open('marks', 'a').write('x')",
            parameters="count = 1",
        )
        yield folder


def listed(data: Path) -> dict[str, Any]:
    done = pgc(data, "schedule", "list", "--json")
    assert done.returncode == 0, done.stderr
    return {each["name"]: each for each in json.loads(done.stdout)}


def test_schedules_on_the_command_line(data: Path) -> None:
    """The first one is there; others are added, paused, resumed and removed, each with a sentence."""
    assert listed(data)["weekly_review"]["when"] == "0 6 * * 1"
    said = pgc(data, "schedule", "add", "own", "每天 7:30", "--param", "count=3", "--name", "mine")
    assert "mine is due next at" in said.stdout
    mine = listed(data)["mine"]
    assert (mine["when"], mine["parameters"], mine["enabled"]) == ("30 7 * * *", {"count": 3}, True)
    assert "switched off" in pgc(data, "schedule", "pause", "mine").stdout
    assert listed(data)["mine"]["next_at"] is None
    assert "due next" in pgc(data, "schedule", "resume", "mine").stdout
    assert "own" in pgc(data, "schedule", "list").stdout
    assert "gone" in pgc(data, "schedule", "remove", "mine").stdout
    assert set(listed(data)) == {"weekly_review"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("schedule", "add", "own", "someday"), "monday 06:00"),
        (("schedule", "add", "nonsense", "daily"), "weekly_review"),
        (("schedule", "add", "own", "daily", "--param", "cuont=1"), "count = 1"),
        (("schedule", "pause", "nonsense"), "weekly_review"),
        (("run", "own", "--param", "count=many"), "count: this must be a whole number"),
        (("run", "own", "--param", "cuont=1"), "cuont: there is no such parameter"),
        (("run", "own", "--param", "count"), "NAME=VALUE"),
        (("run", "nonsense"), "own"),
    ],
)
def test_mistakes_are_named_with_what_there_is(
    data: Path, words: tuple[str, ...], said: str
) -> None:
    """In two sentences, without a traceback."""
    done = pgc(data, *words)
    assert done.returncode != 0 and said in done.stderr, done
    assert "Traceback" not in done.stderr


def test_a_report_by_hand(data: Path) -> None:
    """Its progress on the way and its page at the end."""
    done = pgc(data, "run", "own", "--param", "count=2")
    assert done.returncode == 0, done.stderr
    assert Path(done.stdout.strip()).exists() and "cell 3 of 3" in done.stderr


def until(found: Any, log: Path) -> Any:
    deadline = time.monotonic() + 120
    while not (value := found()):
        assert time.monotonic() < deadline, log.read_text() if log.exists() else ""
        time.sleep(0.3)
    return value


def test_the_worker_beside_a_running_lab(data: Path) -> None:
    """A report that is due is run through JupyterLab; a worker that is killed is started again and goes on."""
    pgc(data, "schedule", "add", "own", "daily")
    place = Place(data)
    marks = data / "lab" / "marks"
    before = len(marks.read_text()) if marks.exists() else 0
    with started(data):
        log = place.logs / "worker.log"
        for round_number in range(2):
            assert "job" in pgc(data, "schedule", "now", "own").stdout
            until(lambda: listed(data)["own"]["last_state"] in ("done", "failed"), log)
            assert listed(data)["own"]["last_state"] == "done", log.read_text()
            assert len(marks.read_text()) == before + round_number + 1
            if round_number == 0:
                (worker,) = [
                    pid
                    for pid in process.all_bearing([place.mark])
                    if process.command_line(pid).endswith("pgc_lib.cli worker ")
                ]
                os.kill(worker, signal.SIGKILL)
    assert not process.all_bearing([place.mark])
