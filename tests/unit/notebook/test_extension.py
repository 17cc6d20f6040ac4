"""Runs through a real Jupyter server: who may ask, what is refused, how many at once, cancelling, the server's end."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

import pytest

from pgc_lib.automation.http import Reply, Unreachable, call
from pgc_lib.core.ids import new_id
from pgc_lib.core.session import Session
from pgc_lib.lab import Lab
from pgc_lib.notebook.jupyter import SETTINGS
from tests.support.reports import report
from tests.unit.automation.conftest import ROOT

TOKEN = "the token of the server"
_SECONDS = 60


@dataclass
class Jupyter:
    """A running server with our extension."""

    workspace: Path
    process: "subprocess.Popen[bytes]"
    url: str
    log: Path
    lab: Lab = field(repr=False)

    def ask(self, method: str, path: str = "", body: Any = None, *, token: str = TOKEN) -> Reply:
        return call(method, f"{self.url}pgc/api/runs{path}", token=token, body=body)

    def ended(self, run: str) -> dict[str, Any]:
        """A run's notes when it is over."""
        deadline = time.monotonic() + _SECONDS
        while (found := self.ask("GET", f"/{run}").data)["state"] not in ("done", "failed"):
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.1)
        return dict(found)


@pytest.fixture(scope="module")
def server(
    person: Callable[..., Session], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Jupyter]:
    with started(person("reader"), tmp_path_factory.mktemp("server")) as running:
        yield running


class started:  # noqa: N801  # used like a function
    """A server of a person's own, in a folder."""

    def __init__(self, me: Session, folder: Path) -> None:
        self.me, self.folder = me, folder

    def __enter__(self) -> Jupyter:
        workspace, log = self.folder / "work", self.folder / "log"
        workspace.mkdir()
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PGC_")}
        environment = {
            **kept,
            "PYTHONPATH": str(ROOT),
            "JUPYTER_CONFIG_PATH": str(SETTINGS / "common"),
            "JUPYTER_CONFIG_DIR": str(self.folder / "config"),
            "JUPYTER_RUNTIME_DIR": str(self.folder / "runtime"),
            "JUPYTER_TOKEN": TOKEN,
            "PGC_DATABASE_URL": self.me.database.reveal(),
            "PGC_DATA": str(self.folder),
            "PGC_LANG": "en",
        }
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                [
                    sys.executable,
                    "-P",
                    "-m",
                    "jupyter_server",
                    "--allow-root",
                    "--no-browser",
                    "--port=0",
                ],
                env=environment,
                cwd=workspace,
                stdout=output,
                stderr=output,
            )
        deadline = time.monotonic() + _SECONDS
        while not (found := re.search(r"http://(127\.0\.0\.1|localhost):\d+/", log.read_text())):
            assert self.process.poll() is None and time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)
        self.running = Jupyter(workspace, self.process, found[0], log, Lab(self.me))
        while True:
            try:
                self.running.ask("GET")
                return self.running
            except Unreachable:
                assert time.monotonic() < deadline, log.read_text()
                time.sleep(0.05)

    def __exit__(self, *_exception: object) -> None:
        self.process.terminate()
        self.process.wait(30)


def test_a_report_is_run_and_listed(server: Jupyter) -> None:
    """Accepted at once, executed beside the server with the person's login, then in their records and files."""
    report(server.workspace / "scheduled", "own", "print(count + 1)", parameters="count = 1")
    accepted = server.ask("POST", body={"report": "own", "parameters": {"count": "41"}})
    assert accepted.status == 202
    done = server.ended(accepted.data["run"])
    assert (done["state"], done["cells_done"], done["cells"]) == ("done", 3, 3)
    assert "42" in (server.workspace / done["notebook"]).read_text()
    run = server.lab.reports.latest("own")
    assert run is not None and run.job is not None and run.job.hex == done["run"]
    listed = server.ask("GET").data
    assert done in listed["runs"] and {"own", "weekly_review"} <= set(listed["reports"])


def test_only_who_may_use_the_server_may_run_reports(server: Jupyter) -> None:
    """No token, a wrong one: refused, for every verb, and nothing is said of what there is."""
    for token in ("", "wrong"):
        for method, path in (
            ("GET", ""),
            ("POST", ""),
            ("GET", f"/{new_id().hex}"),
            ("DELETE", f"/{new_id().hex}"),
        ):
            reply = server.ask(method, path, {} if method == "POST" else None, token=token)
            assert reply.status == 403, (method, path)
            assert "weekly_review" not in json.dumps(reply.data)


def test_another_page_cannot_use_a_signed_in_browser(server: Jupyter) -> None:
    """With the browser's cookie alone, without the XSRF token, nothing is started."""
    jar = CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    browser.open(f"{server.url}api/status?token={TOKEN.replace(' ', '%20')}").read()
    assert len(jar) > 0
    assert browser.open(f"{server.url}pgc/api/runs").status == 200
    before = len(server.ask("GET").data["runs"])
    with pytest.raises(urllib.error.HTTPError) as caught:
        browser.open(f"{server.url}pgc/api/runs", data=b'{"report": "weekly_review"}')
    assert caught.value.code == 403
    caught.value.close()
    assert len(server.ask("GET").data["runs"]) == before


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({"report": "nonsense"}, 404, "nonsense"),
        ({"report": "../../etc/passwd"}, 404, "no report"),
        ({"report": "reports/own"}, 404, "no report"),
        ({}, 404, "no report"),
        ({"report": ["weekly_review"]}, 400, "name of a report"),
        ({"report": "weekly_review", "parameters": "x"}, 400, "name of a report"),
        (
            {"report": "weekly_review", "parameters": {"wek": 1}},
            400,
            "wek: there is no such parameter",
        ),
        ({"report": "weekly_review", "run": "../x"}, 400, "not the identifier"),
        ([1], 400, ""),
    ],
)
def test_what_cannot_be_run_is_said_at_once(
    server: Jupyter, body: Any, status: int, said: str
) -> None:
    """With a reason; nothing is started and nothing is listed."""
    before = len(server.ask("GET").data["runs"])
    reply = server.ask("POST", body=body)
    assert reply.status == status, reply
    assert said in json.dumps(reply.data)
    assert len(server.ask("GET").data["runs"]) == before


def test_asking_twice_for_one_run_starts_it_once(server: Jupyter) -> None:
    """As two workers do, one after the other died."""
    report(server.workspace / "scheduled", "once", "open('marks', 'a').write('x')")
    wanted = {"report": "once", "run": new_id().hex}
    assert {server.ask("POST", body=wanted).status for _number in range(5)} == {202}
    assert server.ended(wanted["run"])["state"] == "done"
    assert server.ask("POST", body=wanted).data["state"] == "done"
    assert (server.workspace / "marks").read_text() == "x"


def test_so_many_at_once_and_cancelling(server: Jupyter) -> None:
    """The third is told to come again; a cancelled one has failed and says so, and makes room."""
    report(server.workspace / "scheduled", "slow", "import time; time.sleep(600)")
    report(server.workspace / "scheduled", "quick", "1")
    runs = [server.ask("POST", body={"report": "slow"}).data["run"] for _number in range(2)]
    assert server.ask("POST", body={"report": "slow"}).status == 429
    for run in runs:
        deadline = time.monotonic() + _SECONDS
        while server.ask("GET", f"/{run}").data["state"] == "starting":
            assert time.monotonic() < deadline
            time.sleep(0.1)
        assert server.ask("DELETE", f"/{run}").status == 200
    for run in runs:
        assert server.ended(run)["error"] == "This was cancelled."
    third = server.ask("POST", body={"report": "quick"})
    assert third.status == 202 and server.ended(third.data["run"])["state"] == "done"
    assert server.ask("DELETE", f"/{third.data['run']}").data["state"] == "done"
    assert server.ask("GET", f"/{new_id().hex}").status == 404


def test_a_failed_report_shows_its_cell(server: Jupyter) -> None:
    """Here, in the records and in the table that a notebook shows."""
    report(server.workspace / "scheduled", "broken", "1", "{}['<missing>']")
    run = server.ask("POST", body={"report": "broken"}).data["run"]
    failed = server.ended(run)
    assert (failed["state"], failed["failed_cell"]) == ("failed", 1)
    assert "KeyError" in failed["error"]
    table = server.lab.reports._repr_html_()
    assert "KeyError: &#x27;&lt;missing&gt;&#x27;" in table and "Cell 1" in table
    assert f"files/{failed['page']}" in table


def test_a_killed_executor_is_told_as_failed(server: Jupyter) -> None:
    """The server notices and sees to its record."""
    report(server.workspace / "scheduled", "killed", "import os; os.kill(os.getppid(), 9)")
    run = server.ask("POST", body={"report": "killed"}).data["run"]
    assert server.ended(run)["error"] == "The server was stopped while this ran."
    deadline = time.monotonic() + _SECONDS
    while (record := server.lab.reports.latest("killed")) is None or record.state == "running":
        assert time.monotonic() < deadline, server.log.read_text()
        time.sleep(0.1)
    assert record.state == "failed"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_server_that_ends_in_the_middle_of_a_run(
    person: Callable[..., Session], tmp_path: Path, number: signal.Signals
) -> None:
    """Stopped, it lets the run write that down; killed, its executor finishes alone or is settled at the next start."""
    with started(person("reader"), tmp_path) as server:
        seconds = 60 if number == signal.SIGTERM else 3
        report(server.workspace / "scheduled", "slow", "1", f"import time; time.sleep({seconds})")
        run = server.ask("POST", body={"report": "slow"}).data["run"]
        deadline = time.monotonic() + _SECONDS
        while server.ask("GET", f"/{run}").data["cells_done"] < 1:
            assert time.monotonic() < deadline, server.log.read_text()
            time.sleep(0.05)
        server.process.send_signal(number)
        server.process.wait(30)
        deadline = time.monotonic() + _SECONDS
        while (record := server.lab.reports.latest("slow")) is None or record.state == "running":
            assert time.monotonic() < deadline
            time.sleep(0.1)
        wanted = ("failed", "The server was stopped while this ran.")
        assert (record.state, record.error) == (
            wanted if number == signal.SIGTERM else ("done", "")
        )


def test_watching_is_no_activity_and_a_new_lab_has_its_schedule(server: Jupyter) -> None:
    """A hub may stop the server of someone who is away; the first start gave the weekly review."""
    status = call("GET", f"{server.url}api/status", token=TOKEN).data
    server.ask("GET")
    again = call("GET", f"{server.url}api/status", token=TOKEN).data
    assert status["last_activity"] == again["last_activity"]
    deadline = time.monotonic() + _SECONDS
    while not (found := server.lab.schedules.find()):
        assert time.monotonic() < deadline, server.log.read_text()
        time.sleep(0.2)
    assert [item.name for item in found] == ["weekly_review"]
