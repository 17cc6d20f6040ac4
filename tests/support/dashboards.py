"""A running `pgc dashboards` for tests, and its page as a person waits for it."""

import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.support.jupyterlab import command, environment

if TYPE_CHECKING:
    from playwright.sync_api import Page

PATIENCE = 90_000
_SECONDS = 60
_ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+/\S*")


@dataclass
class Dashboards:
    """A Voilà that serves a lab's dashboards."""

    data: Path
    lang: str
    address: str
    log: Path
    process: "subprocess.Popen[bytes]"

    @property
    def origin(self) -> str:
        """The address without a path."""
        return self.address.partition("/voila/")[0]


@contextmanager
def served(data: Path, *options: str, lang: str = "en") -> Iterator[Dashboards]:
    """`pgc dashboards` until the block ends."""
    log = data.parent / f"dashboards-{lang}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command("dashboards", "--port", "18866", *options),
            env=environment(data, lang),
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        yield Dashboards(data, lang, _address(process, log), log, process)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _address(process: "subprocess.Popen[bytes]", log: Path) -> str:
    import time
    import urllib.error
    import urllib.request

    deadline = time.monotonic() + _SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        if found := _ADDRESS.search(log.read_text(encoding="utf-8")):
            root = found[0].partition("/voila/")[0]
            try:
                with urllib.request.urlopen(f"{root}/voila/static/voila.js", timeout=5):
                    return found[0]
            except (urllib.error.URLError, OSError):
                pass
        time.sleep(0.1)
    raise AssertionError(log.read_text(encoding="utf-8"))


def opened(page: "Page", address: str, *, drawn: bool = True) -> None:
    """Open the dashboard and wait until it works and, unless told otherwise, is drawn."""
    page.goto(address)
    page.wait_for_selector(".pgc-live.pgc-shown", timeout=PATIENCE)
    if drawn:
        page.wait_for_selector(
            ".pgc-live .pgc-stage :is(canvas, svg, .pgc-empty)", timeout=PATIENCE
        )
    settled(page)


def settled(page: "Page") -> None:
    """Wait until the kernel has answered everything that was done on the page."""
    page.wait_for_function("() => !document.body.classList.contains('pgc-busy')", timeout=PATIENCE)
