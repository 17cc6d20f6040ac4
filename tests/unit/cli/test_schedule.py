"""`pgc schedule`, `pgc run` and the worker beside a real `pgc lab`, as a person uses them."""

import json
import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pgc_lib.cli.app import run
from pgc_lib.notebook.jupyter import Place
from pgc_lib.settings import settings
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


@dataclass
class Commands:
    """`pgc` in this process, which has imported everything already."""

    capsys: pytest.CaptureFixture[str]

    def __call__(self, *words: str) -> tuple[int, str, str]:
        """The status of a command, what it printed and what it complained of."""
        self.capsys.readouterr()
        status = run(list(words))
        return (status, *self.capsys.readouterr())

    def said(self, *words: str) -> str:
        """What a command printed that did what it was told."""
        status, output, errors = self("schedule", *words)
        assert status == 0, errors
        return output

    def listed(self) -> dict[str, Any]:
        """All schedules by their names."""
        return {each["name"]: each for each in json.loads(self.said("list", "--json"))}


@pytest.fixture
def commands(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Commands]:
    monkeypatch.setenv("PGC_DATA", str(data))
    monkeypatch.setenv("PGC_LANG", "en")
    settings.cache_clear()
    yield Commands(capsys)
    settings.cache_clear()


def test_schedules_on_the_command_line(commands: Commands) -> None:
    """The first one is there; others are added, paused, resumed and removed, each with a sentence."""
    said, listed = commands.said, commands.listed
    assert listed()["weekly_review"]["when"] == "0 6 * * 1"
    added = said("add", "own", "每天 7:30", "--param", "count=3", "--name", "mine")
    assert "mine is due next at" in added
    mine = listed()["mine"]
    assert (mine["when"], mine["parameters"], mine["enabled"]) == ("30 7 * * *", {"count": 3}, True)
    assert "switched off" in said("pause", "mine")
    assert listed()["mine"]["next_at"] is None
    assert "due next" in said("resume", "mine")
    assert "own" in said("list")
    assert "gone" in said("remove", "mine")
    assert set(listed()) == {"weekly_review"}


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
    commands: Commands, words: tuple[str, ...], said: str
) -> None:
    """In two sentences, without a traceback."""
    status, _output, errors = commands(*words)
    assert status != 0 and said in errors, errors
    assert "Traceback" not in errors


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


def test_the_worker_beside_a_running_lab(data: Path, commands: Commands) -> None:
    """A report that is due is run through JupyterLab; a worker that is killed is started again and goes on."""
    listed = commands.listed
    commands.said("add", "own", "daily")
    place = Place(data)
    marks = data / "lab" / "marks"
    before = len(marks.read_text()) if marks.exists() else 0
    with started(data):
        log = place.logs / "worker.log"
        for round_number in range(2):
            assert "job" in commands.said("now", "own")
            until(lambda: listed()["own"]["last_state"] in ("done", "failed"), log)
            assert listed()["own"]["last_state"] == "done", log.read_text()
            assert len(marks.read_text()) == before + round_number + 1
            if round_number == 0:
                (worker,) = [
                    pid
                    for pid in process.all_bearing([place.mark])
                    if process.command_line(pid).endswith("pgc_lib.cli worker ")
                ]
                os.kill(worker, signal.SIGKILL)
    assert not process.all_bearing([place.mark])
