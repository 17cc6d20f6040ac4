"""Whole labs for tests: a data folder of its own, and `pgc lab` as a person starts it."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from pgc_lib import home
from pgc_lib.notebook import serving
from pgc_lib.notebook.jupyter import Place
from pgc_lib.stores import bootstrap, embedded, migrations
from pgc_lib.stores.engines.lock import held
from tests.support.engines import PREFIX

_ROOT = Path(__file__).parents[2]
_SECONDS = 120
_ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+/lab\S*")


@contextmanager
def new_data(made: Path | None = None) -> Iterator[Path]:
    """The data folder of a new lab, or a copy of one that was made; whatever runs on it at the end is stopped."""
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    folder.chmod(0o755)  # the engines' user must get there
    data = folder / "data"
    try:
        if made is not None:
            subprocess.run(["cp", "-a", made, data], check=True)
        yield data
    finally:
        if data.exists():
            serving.stop(Place(data))
            embedded.stop(data)
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where one process of a run makes what all of them copy; the last one clears it away."""
    own, worker = tmp_path_factory.getbasetemp(), os.environ.get("PYTEST_XDIST_WORKER", "")
    shared = own.parent if worker else own
    folder, lock = shared / "made-once", shared / "made-once.lock"
    user = folder / f"used-by-{worker}"
    with _alone(lock):
        folder.mkdir(exist_ok=True)
        user.touch()
    yield folder
    with _alone(lock):
        user.unlink()
        if not any(folder.glob("used-by-*")):
            shutil.rmtree(folder)


@pytest.fixture(scope="session")
def prepared_data(made_once: Path) -> Path:
    """A stopped lab to copy: its database is at the newest migration, and nobody has come yet."""
    return _made(made_once / "prepared", None, _prepare)


@pytest.fixture(scope="session")
def demo_data(made_once: Path, prepared_data: Path) -> Path:
    """A stopped lab with the demo's data to copy; loading takes longer than anything that tests do with it."""
    return _made(made_once / "demo", prepared_data, _load_demo)


def _alone(lock: Path) -> AbstractContextManager[None]:
    return held(lock, timeout=4 * _SECONDS, say=lambda _message: None)


def _made(data: Path, of: Path | None, work: Callable[[Path], None]) -> Path:
    """What another process of the run has made or is making; the first one makes it."""
    with _alone(data.with_suffix(".lock")):
        if not data.exists():
            with new_data(of) as draft:
                work(draft)
                _rest(draft)
                subprocess.run(["mv", draft, data], check=True)
    return data


def _load_demo(data: Path) -> None:
    """With the words of its index, which each copy would have to read before it can search."""
    done = pgc(data, "demo", seconds=2 * _SECONDS)
    assert done.returncode == 0 and "+" in done.stderr, done.stderr
    words = "import pgc_lib; pgc_lib.open().search.catch_up()"
    subprocess.run([sys.executable, "-P", "-c", words], env=environment(data), check=True)


def _prepare(data: Path) -> None:
    endpoints, keys = embedded.start(data), home._keys(data)
    owner = bootstrap.prepare(
        endpoints.postgres_admin,
        owner_password=keys.owner_password,
        worker_password=keys.worker_password,
    )
    migrations.upgrade(owner, admin_url=endpoints.postgres_admin, backup_dir=data / "backups")


def _rest(data: Path) -> None:
    """Stop the engines and forget their ports: each copy is to choose its own."""
    embedded.stop(data)
    (data / "engines" / "run.json").unlink()


def environment(data: Path, lang: str = "en") -> dict[str, str]:
    """What a command or a kernel of a lab gets; it finds this tree also where it is not installed."""
    ours = {"PGC_DATA": str(data), "PGC_LANG": lang, "PYTHONPATH": str(_ROOT)}
    return {name: value for name, value in os.environ.items() if name != "DISPLAY"} | ours


def command(*words: str) -> list[str]:
    """`pgc` with these words."""
    return [sys.executable, "-P", "-m", "pgc_lib.cli", *words]


def pgc(
    data: Path, *words: str, lang: str = "en", seconds: int = _SECONDS
) -> "subprocess.CompletedProcess[str]":
    """Run a command of a lab to its end."""
    return subprocess.run(
        command(*words),
        env=environment(data, lang),
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )


@dataclass
class LabProcess:
    """A `pgc lab` that stays in the foreground of its terminal."""

    data: Path
    lang: str
    process: "subprocess.Popen[str]"
    address: str
    seconds: float
    """From the start of the command to the address."""

    def interrupt(self) -> int:
        """Press Ctrl-C; the exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        return self.process.wait(_SECONDS)


@contextmanager
def started(
    data: Path, *options: str, lang: str = "en", dashboards_ready: int = 0
) -> Iterator[LabProcess]:
    """A running `pgc lab`, ended with Ctrl-C; kernels wait for dashboards only where a test says so, for they cost most."""
    began = time.monotonic()
    process = subprocess.Popen(
        command("lab", "--no-browser", "--port", "0", *options),
        env=environment(data, lang) | {"PGC_DASHBOARDS_READY": str(dashboards_ready)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    written: list[str] = []
    assert process.stdout is not None
    for line in process.stdout:
        written.append(line)
        if found := _ADDRESS.search(line):
            break
    else:
        raise AssertionError("".join(written))
    lab = LabProcess(data, lang, process, found[0], time.monotonic() - began)
    try:
        yield lab
    finally:
        lab.interrupt()
        process.stdout.close()
