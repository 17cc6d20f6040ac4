"""A hub on this machine for tests: `pgc hub --local` as somebody starts it, with MongoDB for documents.

def test_something(hub):
    with hub.visitor() as visitor:                  # nobody yet, with cookies of their own
        visitor.submit("/hub/signup", name="mama", …)
    mama = hub.person("mama")                       # somebody with an account, logged in
"""

import itertools
import re
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from html import unescape
from pathlib import Path
from typing import Any, Self

import httpx
import psutil
import pytest

from pgc_lib.notebook.jupyter import Place
from pgc_lib.stores import embedded
from tests.support.engines import PREFIX
from tests.support.jupyterlab import command, environment
from tests.support.mongo import Mongo

ADMIN, ADMIN_PASSWORD = "admin", "an-administrators-word"
PASSWORD = "a-persons-own-word"
_SECONDS = 120
_ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+")
_PROGRESS = re.compile(r'EventSource\("([^"]+)"\)')
_XSRF = re.compile(r'name="_xsrf" value="([^"]+)"')


class Visitor(httpx.Client):
    """A browser without pictures."""

    def __init__(self, url: str, **options: Any) -> None:
        # A proxy that the environment names for the outside is not asked for this machine.
        super().__init__(
            base_url=url, trust_env=False, follow_redirects=True, timeout=60, **options
        )

    def __enter__(self) -> Self:
        """Also for somebody who has been somewhere already, which httpx would refuse."""
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def submit(self, path: str, form: str = "", **fields: str) -> httpx.Response:
        """Load the page of a form and send it."""
        found = _XSRF.search(self.get(form or path).text)
        token = {"_xsrf": found[1]} if found else {}
        return self.post(path, data={**token, **fields})

    def log_in(self, name: str, password: str) -> httpx.Response:
        """Use the login page."""
        return self.submit("/hub/login", username=name, password=password)


@dataclass
class LocalHub:
    """A running hub."""

    url: str
    data: Path
    process: "subprocess.Popen[str]"
    written: list[str]
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def visitor(self, **options: Any) -> Visitor:
        """Somebody new."""
        return Visitor(self.url, **options)

    def admin(self) -> Visitor:
        """The administrator, logged in."""
        visitor = self.visitor()
        assert visitor.log_in(ADMIN, ADMIN_PASSWORD).url.path == "/hub/home"
        return visitor

    def new_name(self, name: str = "person") -> str:
        """A name that nobody has."""
        return f"{name}-{next(self._numbers)}"

    def ask(self, visitor: Visitor, name: str, **more: str) -> httpx.Response:
        """Ask for an account. All tests come from one address, which is to be no trouble."""
        self.calm()
        fields = {"password": PASSWORD, "again": PASSWORD, "display": "", "language": "en"} | more
        return visitor.submit("/hub/signup", name=name, **fields)

    def calm(self) -> None:
        """Forget who guessed."""
        with closing(sqlite3.connect(self.data / "hub" / "accounts.sqlite")) as connection:
            connection.execute("delete from pgc_tries")
            connection.commit()

    def decide(self, name: str, decision: str) -> httpx.Response:
        """As the administrator, decide about an account."""
        page = self._office.get("/hub/people").text
        row = page.partition(f'<tr data-name="{name}">')[2].partition("</tr>")[0]
        found = re.search(r'name="account" value="([^"]+)"', row)
        assert found, page
        return self._office.submit("/hub/people", account=found[1], decision=decision)

    @cached_property
    def _office(self) -> Visitor:
        return self.admin()

    def person(self, name: str = "person") -> tuple[str, Visitor]:
        """Somebody with an account, logged in."""
        name = self.new_name(name)
        visitor = self.visitor()
        assert self.ask(visitor, name).status_code == 200
        assert self.decide(name, "approve").status_code == 200
        assert visitor.log_in(name, PASSWORD).url.path == "/hub/home"
        return name, visitor

    def start(self, visitor: Visitor, name: str) -> httpx.Response:
        """Start a person's server and wait for it as the page of a start does; the last page."""
        page = visitor.get(f"/hub/spawn/{name}")
        deadline = time.monotonic() + _SECONDS
        while "spawn-pending" in page.url.path and page.status_code == 200:
            assert time.monotonic() < deadline, page.text
            told = _PROGRESS.search(page.text)
            assert told, page.text
            with visitor.stream("GET", unescape(told[1])) as news:
                for _line in news.iter_lines():
                    pass  # the stream ends with the start, or with what became of it
            page = visitor.get(f"/hub/spawn-pending/{name}")
        return page

    def server(self, name: str) -> psutil.Process:
        """The process of a person's server; another hub beside this one may have somebody of that name."""
        wanted = {"jupyterhub.singleuser", Place(self.data).mark}
        for process in psutil.process_iter():
            try:
                mine = process.environ().get("JUPYTERHUB_USER") == name
                if mine and wanted <= {*process.cmdline()}:
                    return process
            except psutil.Error:
                continue
        raise AssertionError(f"no server of {name}")

    def stop(self) -> None:
        """Press Ctrl-C, and wait until everything has ended."""
        if "_office" in self.__dict__:
            self._office.close()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        self.process.wait(_SECONDS)


def left_of(data: Path) -> list[list[str]]:
    """The command lines of what runs for a hub besides its engines."""
    mark = Place(data).mark
    found = []
    for process in psutil.process_iter():
        try:
            if mark in (line := process.cmdline()):
                found.append(line)
        except psutil.Error:
            continue
    return found


@contextmanager
def local_hub(made: Path, mongo_url: str = "", **variables: str) -> Iterator[LocalHub]:
    """A hub in a copy of a stopped lab, ended with Ctrl-C; servers keep no kernel ready for dashboards."""
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    folder.chmod(0o755)  # the engines' user must get there
    data = folder / "data"
    subprocess.run(["cp", "-a", made, data], check=True)
    more = {"PGC_HUB_ADMIN": ADMIN, "PGC_HUB_ADMIN_PASSWORD": ADMIN_PASSWORD}
    more |= {"PGC_DASHBOARDS_READY": "0"}
    more |= {"PGC_ADMIN_MONGO_URL": mongo_url} if mongo_url else {}
    process = subprocess.Popen(
        command("hub", "--local", "--port", "0"),
        env=environment(data) | more | variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    written: list[str] = []
    assert process.stdout is not None
    try:
        for line in process.stdout:
            written.append(line)
            if found := _ADDRESS.search(line):
                break
        else:
            raise AssertionError("".join(written))
        hub = LocalHub(found[0], data, process, written)
        try:
            yield hub
        finally:
            hub.stop()
    finally:
        if process.poll() is None:
            process.kill()
        process.stdout.close()
        embedded.stop(data)
        _keep_logs(data)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def hub(prepared_data: Path, mongo: Mongo) -> Iterator[LocalHub]:
    """The run's hub."""
    with local_hub(prepared_data, mongo.admin_url) as running:
        yield running


def _keep_logs(data: Path) -> None:
    """What the hub wrote, to be read after a failure."""
    artefacts = Path(__file__).parents[1] / "artefacts"
    for log in (data / "jupyter" / "logs").glob("hub*.log"):
        artefacts.mkdir(exist_ok=True)
        shutil.copyfile(log, artefacts / log.name)
