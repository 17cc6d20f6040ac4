"""A running `pgc dashboards` for tests, and its page as a person waits for it."""

import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.support.browser import SIZE, Visitor, visitor
from tests.support.jupyterlab import command
from tests.support.jupyterlab import environment as jupyter_environment

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PATIENCE = 90_000
_SECONDS = 60
_ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+/\S*")


def first_port() -> int:
    """Where a free port is looked for; tests beside these look elsewhere, for between looking and listening is a moment."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
    return 18866 + 100 * int(worker.removeprefix("gw"))


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
def served(data: Path, *options: str, lang: str = "en", ready: int = 0) -> Iterator[Dashboards]:
    """`pgc dashboards` until the block ends; kernels wait for pages only where a test says so, for a new one follows each page."""
    log = data.parent / f"dashboards-{lang}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command("dashboards", "--port", str(first_port()), *options),
            # Tests open more pages in a minute than a person does.
            env=jupyter_environment(data, lang)
            | {"PGC_DASHBOARDS_OPEN": "0", "PGC_DASHBOARDS_READY": str(ready)},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        yield Dashboards(data, lang, _address(process, log), log, process)
    finally:
        _end(process)


@contextmanager
def beside_notebooks(data: Path, prefix: str) -> Iterator[str]:
    """A person's Jupyter server below a prefix, with Voilà as its extension; the dashboard's address."""
    from pgc_lib.cli.places import DASHBOARDS
    from pgc_lib.notebook import warm
    from pgc_lib.notebook.dashboards import OPTIONS, environment, free_port

    port, token = free_port(first_port()), "a-token"
    words = [sys.executable, "-P", "-m", "jupyter_server", "--ServerApp.open_browser=False"]
    words += [f"--ServerApp.port={port}", f"--ServerApp.base_url={prefix}", "--allow-root"]
    words += [f"--ServerApp.root_dir={DASHBOARDS}", "--ServerApp.jpserver_extensions=voila=True"]
    variables = environment(data) | jupyter_environment(data)
    variables |= {"JUPYTER_TOKEN": token, "PGC_DASHBOARDS_READY": "0"}
    variables.pop("JUPYTER_TOKEN_FILE")
    log = data.parent / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*words, *OPTIONS, *warm.BESIDE_NOTEBOOKS],
            env=variables,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    origin = f"http://127.0.0.1:{port}{prefix}"
    try:
        _wait(process, log, f"{origin}voila/static/voila.js")
        yield f"{origin}voila/render/home.ipynb?token={token}"
    finally:
        _end(process)


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _wait(process: "subprocess.Popen[bytes]", log: Path, address: str) -> None:
    """Until a page is there; an answer that asks for a login is one."""
    deadline = time.monotonic() + _SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(address, timeout=5).close()
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(log.read_text(encoding="utf-8"))


def _address(process: "subprocess.Popen[bytes]", log: Path) -> str:
    deadline = time.monotonic() + _SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        if found := _ADDRESS.search(log.read_text(encoding="utf-8")):
            _wait(process, log, found[0].partition("/voila/")[0] + "/voila/static/voila.js")
            return found[0]
        time.sleep(0.1)
    raise AssertionError(log.read_text(encoding="utf-8"))


class Shared:
    """One open dashboard for the tests of a module, each of which leaves it as it was: opening costs more than most do with it.

    After a failure the next test gets a new one.
    """

    def __init__(self, browser: "Browser", address: str, lang: str) -> None:
        self._browser, self._address, self._lang = browser, address, lang
        self._visitor: Visitor | None = None

    @contextmanager
    def lent(
        self, *, size: tuple[int, int] = SIZE, blocked: Sequence[str] = ()
    ) -> Iterator["Page"]:
        """The page for one test, in the light, with what is true now."""
        if new := self._visitor is None:
            self._visitor = visitor(self._browser, lang=self._lang, size=size)
        someone, self._visitor = self._visitor, None
        someone.blocked = tuple(blocked)
        with someone.heard(stays=True) as page:
            if new:
                opened(page, self._address)
            else:
                page.emulate_media(color_scheme="light")
                page.set_viewport_size({"width": size[0], "height": size[1]})
                page.evaluate("document.querySelector('.pgc-toast button:last-child')?.click()")
                resized(page)
                again(page)
            yield page
        self._visitor = someone

    def close(self) -> None:
        """Nobody wants it any more."""
        if self._visitor is not None:
            self._visitor.page.context.close()


def opened(page: "Page", address: str, *, drawn: bool = True) -> None:
    """Open the dashboard and wait until it works and, unless told otherwise, is drawn."""
    page.set_default_timeout(PATIENCE)
    page.goto(address)
    page.wait_for_selector(".pgc-live.pgc-shown", timeout=PATIENCE)
    if drawn:
        page.wait_for_selector(
            ".pgc-live .pgc-stage :is(canvas, svg, .pgc-empty)", timeout=PATIENCE
        )
    settled(page)


def settled(page: "Page") -> None:
    """Wait until the kernel has answered everything that was done, and everything that was asked for is there."""
    page.wait_for_function(
        "() => !document.querySelector('.pgc-live.pgc-busy, .pgc-live [aria-busy=true], .pgc-live .pgc-ring')",
        timeout=PATIENCE,
    )


def again(page: "Page") -> None:
    """Ask for what is true now, as a person does."""
    page.locator(".pgc-live .pgc-refresh").click()
    settled(page)


def speak(page: "Page", language: str) -> None:
    """Choose a language on the page."""
    page.select_option(".pgc-live .pgc-language", language)
    page.wait_for_function("wanted => document.documentElement.lang === wanted", arg=language)
    settled(page)


def resized(page: "Page") -> None:
    """Wait until the page has told its new width or light, which it does a moment later, and is drawn for it."""
    page.wait_for_timeout(300)
    settled(page)
