"""A server that writes a report is in use, although nobody looks."""

import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pgc_lib.automation.awake import Awake
from pgc_lib.automation.journal import Journal, Note
from pgc_lib.core.ids import new_id

Told = tuple[str, str | None, dict[str, Any]]


@contextmanager
def hearing(status: int = 200) -> Iterator[tuple[str, list[Told], threading.Event]]:
    """A hub's address for activity, what it was told, and when it was."""
    told: list[Told] = []
    heard = threading.Event()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            body = json.loads(self.rfile.read(length))
            told.append((self.path, self.headers.get("Authorization"), body))
            self.send_response(status)
            self.end_headers()
            heard.set()

        def log_message(self, *words: object) -> None:
            """Quiet."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        url = f"http://127.0.0.1:{server.server_port}/hub/api/users/mei/activity"
        yield url, told, heard
    finally:
        server.shutdown()
        server.server_close()


def test_the_hub_is_told_while_a_run_goes_on(tmp_path: Path) -> None:
    """With the server's own token, of this server alone; before and afterwards nothing is said."""
    journal, run = Journal(tmp_path), new_id()
    with hearing() as (url, told, _heard):
        awake = Awake(journal, url, "its-token")
        assert not awake.at_work() and not awake.tell() and not told
        with journal.held(run) as free:
            assert free
            note = journal.write(Note(run.hex), state="running")
            assert awake.at_work() and awake.tell()
            note = journal.write(note, state="done")
            assert awake.at_work(), "its end is not in the database yet"
            journal.write(note, kept=True)
            assert not awake.at_work() and not awake.tell()
        lost = new_id()
        journal.write(Note(lost.hex), state="running")
        assert not awake.at_work(), "nobody runs it any more"
    [(path, token, body)] = told
    assert (path, token) == ("/hub/api/users/mei/activity", "token its-token")
    assert list(body) == ["servers"] and list(body["servers"]) == [""]
    moment = datetime.fromisoformat(body["servers"][""]["last_activity"])
    assert abs(datetime.now(UTC) - moment) < timedelta(minutes=5)


def test_it_looks_again_and_again(tmp_path: Path) -> None:
    """By itself, until it is ended."""
    journal, run = Journal(tmp_path), new_id()
    with hearing() as (url, _told, heard), journal.held(run):
        journal.write(Note(run.hex), state="running")
        awake = Awake(journal, url, "t", every=0.01)
        awake.begin()
        assert heard.wait(60)
        heard.clear()
        assert heard.wait(60), "once is not enough"
        awake.end()


def test_a_hub_that_is_away_or_refuses(tmp_path: Path) -> None:
    """Is told the next time."""
    journal, run = Journal(tmp_path), new_id()
    with journal.held(run):
        journal.write(Note(run.hex), state="running")
        assert not Awake(journal, "http://127.0.0.1:9/hub/api/users/mei/activity", "t").tell()
        with hearing(403) as (url, told, _heard):
            assert not Awake(journal, url, "t").tell() and len(told) == 1


def test_at_home_there_is_nobody_to_tell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a hub, the server's own settings say whom."""
    monkeypatch.delenv("JUPYTERHUB_ACTIVITY_URL", raising=False)
    assert Awake.here(Journal(tmp_path)) is None
    monkeypatch.setenv("JUPYTERHUB_ACTIVITY_URL", "http://hub:8081/hub/api/users/mei/activity")
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", "secret-token")
    monkeypatch.setenv("JUPYTERHUB_SERVER_NAME", "")
    awake = Awake.here(Journal(tmp_path))
    assert awake is not None and awake.token == "secret-token" and "secret" not in repr(awake)
