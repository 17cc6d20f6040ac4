"""One pair of real engines for the whole test run, in a temporary folder, stopped at the end.

Should the run be killed, the engines stop by themselves after a while without clients.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import pytest

from pgc_lib.stores import embedded
from pgc_lib.stores.engines import process
from pgc_lib.stores.engines.folder import Folder
from pgc_lib.stores.engines.postgres import Postgres
from pgc_lib.stores.engines.valkey import Valkey

if TYPE_CHECKING:
    import redis

PREFIX = "pgc-test-"
_IDLE_MINUTES = 90
"""Longer than a run: a process may be busy with browsers for a long while before it needs them again."""
_MEMORY = Path("/dev/shm")
_ENOUGH = 2 * 2**30


def temporary_folder() -> Path:
    """A new folder, in memory where there is plenty: engines start and stop often in these tests."""
    where = None
    if _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _ENOUGH:
        where = None if os.statvfs(_MEMORY).f_flag & os.ST_NOEXEC else _MEMORY
    return Path(tempfile.mkdtemp(prefix=PREFIX, dir=where))


@pytest.fixture(scope="session")
def engines_data() -> Iterator[Path]:
    """The data folder of the shared engines."""
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    yield folder
    embedded.stop(folder)
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def engines(engines_data: Path) -> embedded.Endpoints:
    """The shared engines, as administrator. Make databases and users of your own in them."""
    endpoints = embedded.start(engines_data, idle_stop=_IDLE_MINUTES)
    _spare(endpoints.postgres_admin)
    return endpoints


def _spare(admin_url: str) -> None:
    """What nobody will miss of a database that dies with the run; thousands of logins are made and used in it.

    Tests of crashes, full disks and credentials have engines of their own, which are as a person's are.
    """
    import psycopg

    with psycopg.connect(admin_url, autocommit=True) as connection:
        for setting in ("fsync = off", "full_page_writes = off", "scram_iterations = 1"):
            connection.execute(f"alter system set {setting}".encode())
        connection.execute("select pg_reload_conf()")
        connection.execute("set scram_iterations = 1")
        connection.pgconn.change_password(
            connection.pgconn.user, str(connection.info.password).encode()
        )


class Home:
    """A data folder of its own, with engines started and stopped by the test."""

    def __init__(self, data: Path) -> None:
        self.data = data

    @property
    def engines(self) -> Path:
        """The folder of the engines."""
        return self.data / "engines"

    def start(self) -> embedded.Endpoints:
        """Start or attach."""
        return embedded.start(self.data, idle_stop=0)

    def stop(self) -> tuple[str, ...]:
        """Stop what runs."""
        return embedded.stop(self.data)

    def pid(self, name: str) -> int:
        """The process of a running engine."""
        found = next(status.pid for status in embedded.status(self.data) if status.name == name)
        assert found is not None
        return found

    def sql(self, statement: str) -> list[tuple[Any, ...]]:
        """Run one statement as the administrator."""
        import psycopg

        with psycopg.connect(self.start().postgres_admin, autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def redis(self) -> "redis.Redis":
        """A client as the administrator, which tries once."""
        import redis
        from redis.backoff import NoBackoff
        from redis.retry import Retry

        url = self.start().redis_admin
        return redis.Redis.from_url(url, decode_responses=True, retry=Retry(NoBackoff(), 0))


def servers(home: Home) -> list[int]:
    """The main process of every engine that carries the marks of this lab."""
    lab = Folder(home.data)
    found = set(process.all_bearing((*Postgres(lab).marks, *Valkey(lab).marks)))
    parents = {}
    for pid in found:
        with suppress(psutil.NoSuchProcess):  # ended since we looked
            parents[pid] = psutil.Process(pid).ppid()
    return [pid for pid, parent in parents.items() if parent not in found]


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A temporary folder that the engines' user may enter, unlike `tmp_path` as root."""
    folder = temporary_folder()
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def new_home(open_folder: Path) -> Iterator[Home]:
    """A lab's folder that does not exist yet; its engines are stopped at the end."""
    home = Home(open_folder / "lab")
    yield home
    home.stop()


@pytest.fixture(scope="session")
def made_engines() -> Iterator[Path]:
    """A stopped lab to make copies of."""
    folder = temporary_folder()
    home = Home(folder)
    home.start()
    home.stop()
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def home(made_engines: Path, new_home: Home) -> Home:
    """A lab's folder with engines that were made and stopped; a copy, which is fast."""
    subprocess.run(["cp", "-a", made_engines, new_home.data], check=True)
    return new_home
