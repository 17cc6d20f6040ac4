"""A person's server before it serves: fetching logins, keeping them, becoming JupyterLab."""

import http.server
import json
import os
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pgc_lib.errors import PgcError, Unavailable
from pgc_lib.notebook import jupyter, singleuser
from pgc_lib.notebook.jupyter import Place

HANDED = {
    "PGC_DATABASE_URL": "postgresql://p_1:secret@host/pgc",
    "PGC_ENCRYPTION_KEY": "c2VjcmV0",
    "PGC_LANG": "zh-CN",
    "PGC_MODEL_NAME": "small",
}


@contextmanager
def answering(*answers: tuple[int, object]) -> Iterator[tuple[str, list[str]]]:
    """A hub that gives these answers in turn, the last one for ever; and the tokens that it was shown."""
    left, shown = list(answers), []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            shown.append(f"{self.path} {self.headers.get('Authorization')}")
            code, body = left.pop(0) if len(left) > 1 else left[0]
            self.send_response(code)
            self.end_headers()
            self.wfile.write(body if isinstance(body, bytes) else json.dumps(body).encode())

        def log_message(self, *words: object) -> None:
            """Quiet."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/hub/api", shown
    finally:
        server.shutdown()
        server.server_close()


def test_it_asks_with_its_own_token() -> None:
    """Once, and at the address of the contract."""
    with answering((200, HANDED)) as (api, shown):
        assert singleuser.fetch(api, "its-token") == HANDED
    assert shown == ["/hub/api/pgc/credentials token its-token"]


def test_a_proxy_for_the_outside_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would be shown everyone's passwords."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with answering((200, HANDED)) as (api, _shown):
        assert singleuser.fetch(api, "t") == HANDED


def test_a_hub_that_restarts_is_waited_for() -> None:
    """A start that falls into the hub's own restart succeeds a little later."""
    with answering((503, {}), (200, b"half"), (200, HANDED)) as (api, shown):
        assert singleuser.fetch(api, "t") == HANDED
    assert len(shown) == 3


def test_a_refusal_is_final() -> None:
    """A token that is not taken now will not be taken later."""
    with answering((403, {})) as (api, shown), pytest.raises(PgcError) as refused:
        singleuser.fetch(api, "t")
    assert len(shown) == 1 and "403" in refused.value.message


def test_a_hub_that_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server ends with a reason instead of starting without its person's data."""
    monkeypatch.setattr(singleuser, "_PATIENCE", 0)
    with pytest.raises(Unavailable) as gone:
        singleuser.fetch("http://127.0.0.1:9/hub/api", "t")
    assert gone.value.next_step


@pytest.mark.parametrize("answer", [[], "text", 7, None])
def test_a_strange_answer(answer: object) -> None:
    """Something else answers at the hub's address."""
    with answering((200, answer)) as (api, _shown), pytest.raises(PgcError):
        singleuser.fetch(api, "t")


def test_only_settings_are_taken() -> None:
    """Whoever answered for the hub could not set LD_PRELOAD or PATH."""
    with answering((200, HANDED | {"LD_PRELOAD": "x", "PATH": "x"})) as (api, _shown):
        assert set(singleuser.fetch(api, "t")) == set(HANDED)


def test_secrets_become_files_of_the_person_alone(tmp_path: Path) -> None:
    """Variables name the files; what is no secret stays a variable."""
    folder = tmp_path / "logins"
    given = singleuser.keep(HANDED, folder)
    assert given["PGC_LANG"] == "zh-CN" and given["PGC_MODEL_NAME"] == "small"
    assert "PGC_DATABASE_URL" not in given
    path = Path(given["PGC_DATABASE_URL_FILE"])
    assert path.read_text() == HANDED["PGC_DATABASE_URL"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_trap_in_the_folder_is_not_followed(tmp_path: Path) -> None:
    """A link or an open file that lies there from before does not lead a secret elsewhere."""
    folder, elsewhere = tmp_path / "logins", tmp_path / "elsewhere"
    folder.mkdir(mode=0o777)
    (folder / "pgc_database_url").symlink_to(elsewhere)
    (folder / "pgc_encryption_key").write_text("old")
    (folder / "pgc_encryption_key").chmod(0o666)
    given = singleuser.keep(HANDED, folder)
    assert not elsewhere.exists()
    for name in ("PGC_DATABASE_URL_FILE", "PGC_ENCRYPTION_KEY_FILE"):
        assert stat.S_IMODE(Path(given[name]).stat().st_mode) == 0o600


def test_two_servers_do_not_share_a_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder in memory that is not a container's own would mix up whose logins are whose."""
    shared = tmp_path / "run"
    shared.mkdir()
    monkeypatch.setattr(singleuser, "IN_MEMORY", shared)
    one, two = (singleuser.runtime_folder(Place(tmp_path / name)) for name in ("one", "two"))
    assert one != two and shared not in (one, two)


def test_the_environment_of_a_server(tmp_path: Path) -> None:
    """The hub's variables stay, the lab's own are added, and a token of a lab at home opens nothing here."""
    inherited = {
        "JUPYTERHUB_API_TOKEN": "t",
        "JUPYTERHUB_USER": "mama",
        "JUPYTER_TOKEN": "old",
        "PATH": "/bin",
    }
    found = singleuser.environment(Place(tmp_path), {"PGC_LANG": "zh-CN"}, inherited)
    assert found["JUPYTERHUB_USER"] == "mama" and found["JUPYTERHUB_API_TOKEN"] == "t"
    assert "JUPYTER_TOKEN" not in found and "JUPYTER_TOKEN_FILE" not in found
    assert found["PGC_LANG"] == "zh-CN" and found["PGC_DATA"] == str(tmp_path)
    assert str(jupyter.SETTINGS / "zh-CN") in found["JUPYTER_CONFIG_PATH"]


def test_the_workspace_is_furnished_again_and_again(tmp_path: Path) -> None:
    """What the person made stays; the dashboards are always those of this version."""
    place = Place(tmp_path / "data")
    singleuser.furnish(place)
    dashboards = place.workspace / "dashboards"
    assert dashboards.is_symlink() and (dashboards / "home.ipynb").exists()
    (place.workspace / "notes" / "mine.md").write_text("mine")
    dashboards.unlink()
    dashboards.symlink_to("/nowhere")
    singleuser.furnish(place)
    assert (dashboards / "home.ipynb").exists()
    assert (place.workspace / "notes" / "mine.md").read_text() == "mine"
    dashboards.unlink()
    dashboards.mkdir()
    (dashboards / "own.ipynb").write_text("{}")
    singleuser.furnish(place)
    assert os.listdir(dashboards) == ["own.ipynb"]  # noqa: PTH208
