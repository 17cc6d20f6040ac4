"""What the tests of scheduled work share."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from pgc_lib.automation.jobs import Job, Jobs
from pgc_lib.core.session import Session
from pgc_lib.lab import Lab
from pgc_lib.settings import settings
from tests.support.engines import temporary_folder
from tests.support.lab import House
from tests.support.reports import report
from tests.support.small_hub import SmallHub, small_hub

ROOT = Path(__file__).parents[3]

Write = Callable[..., Path]


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of a person, known to this process and to those it starts."""
    folder = tmp_path / "lab"
    folder.mkdir()
    monkeypatch.setenv("PGC_WORKSPACE", str(folder))
    monkeypatch.setenv("PGC_DATA", str(tmp_path))
    monkeypatch.setenv("PGC_LANG", "en")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]))
    settings.cache_clear()
    yield folder
    settings.cache_clear()


@pytest.fixture
def me(person: Callable[..., Session]) -> Session:
    """Somebody."""
    return person("planner")


@pytest.fixture
def lab(me: Session, workspace: Path, monkeypatch: pytest.MonkeyPatch) -> Lab:
    """A lab whose kernels and executors log in as the same person."""
    del workspace
    monkeypatch.setenv("PGC_DATABASE_URL", me.database.reveal())
    settings.cache_clear()
    return Lab(me)


@pytest.fixture
def write(workspace: Path) -> Write:
    """Writes a report of the person's own: its name and its cells, `parameters` for the tagged one."""

    def made(name: str, *cells: str, parameters: str = "") -> Path:
        return report(workspace / "scheduled", name, *cells, parameters=parameters)

    return made


@pytest.fixture
def jobs(house: House) -> Iterator[Jobs]:
    """The jobs as a worker sees them; those of other tests are out of the way."""
    house.sql("update pgc.jobs set state = 'failed' where state in ('waiting', 'running')")
    house.sql("update pgc.timetable set enabled = false")
    yield Jobs(house.worker_url, name="first")
    house.sql("update pgc.timetable set enabled = false")


def state_of(house: House, job: UUID) -> Any:
    """A job's row: state, attempts, detail, started_server."""
    query = "select state, attempts, detail, started_server from pgc.jobs where id = %s"
    return house.sql(query, job)[0]


def soon(lab: Lab, jobs: Jobs, name: str) -> Job:
    """A schedule's job, made by hand and claimed."""
    job = jobs.claim(lab.schedules.run_soon(name))
    assert job is not None
    return job


@pytest.fixture(scope="session")
def one_hub() -> Iterator[SmallHub]:
    """A hub for all tests of this process, in a folder that is short enough for sockets below it."""
    folder = temporary_folder()
    folder.chmod(0o755)
    with small_hub(folder) as running:
        yield running
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def any_hub(one_hub: SmallHub) -> Iterator[SmallHub]:
    """That hub, running; whoever's server is left at the end is ended."""
    if not one_hub.is_up:
        one_hub.start()
    yield one_hub
    one_hub.kill_servers()


@pytest.fixture
def hub(any_hub: SmallHub, me: Session) -> SmallHub:
    """A hub that knows somebody."""
    any_hub.let_in(me)
    return any_hub
