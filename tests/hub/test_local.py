"""`pgc hub --local` as a whole: the walk through it, its end, and what a crash leaves behind."""

import io
import signal
import time
from pathlib import Path

import httpx
import psutil
import pytest

from hub.smoke.walk import Entrance, walk
from pgc_lib.stores import embedded
from tests.support import needs
from tests.support.hub import ADMIN, ADMIN_PASSWORD, LocalHub, Visitor, left_of, local_hub
from tests.support.jupyterlab import pgc
from tests.support.provider import Say, provider

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

_PROVIDERS_KEY = "the-providers-own-key"


def test_the_walk(hub: LocalHub) -> None:
    """Two persons from the sign-up to a report, and the second reads nothing of the first's by any way."""
    needs.browser_program()
    hub.calm()
    output = io.StringIO()
    walked = walk(Entrance(hub.url, ADMIN, ADMIN_PASSWORD), output=output)
    assert walked, output.getvalue()
    assert output.getvalue().count("✓") == 20


def test_a_walk_that_fails_says_where(hub: LocalHub) -> None:
    """A wrong password of the administrator ends it at the step that needs it."""
    needs.browser_program()
    hub.calm()
    output = io.StringIO()
    assert not walk(Entrance(hub.url, ADMIN, "not-the-password"), output=output)
    lines = output.getvalue().splitlines()
    assert [line[0] for line in lines[:3]] == ["✓", "✓", "✗"] and "/hub/login" in output.getvalue()
    hub.calm()


def test_one_hub_at_a_time_on_a_data_folder(hub: LocalHub) -> None:
    """A second one would end the first one's servers."""
    refused = pgc(hub.data, "hub", "--local", "--port", "0")
    assert refused.returncode == 1 and "--data" in refused.stdout + refused.stderr
    with hub.visitor() as visitor:
        assert visitor.get("/hub/health").status_code == 200


def test_beginning_and_end(prepared_data: Path) -> None:
    """The first administrator's password is shown once; a lab gets a model without the provider's key; Ctrl-C ends
    everyone's servers, and nothing is left."""
    with (
        provider(Say("from the model")) as models,
        local_hub(
            prepared_data,
            PGC_HUB_ADMIN_PASSWORD="",
            PGC_MODEL_URL=models.url,
            PGC_MODEL_NAME="small",
            PGC_MODEL_KEY=_PROVIDERS_KEY,
        ) as hub,
    ):
        # Until the address the process has written one line; the rest follows at once.
        assert hub.process.stdout is not None
        lines = [hub.process.stdout.readline() for _number in range(4)]
        shown = next(line for line in lines if ADMIN in line)
        password = shown.rpartition(" ")[2].strip()
        with hub.visitor() as admin:
            assert admin.log_in(ADMIN, password).url.path == "/hub/home"
            assert hub.start(admin, ADMIN).status_code == 200
        server = hub.server(ADMIN)
        given = server.environ()
        files = {
            name: Path(value).read_text() for name, value in given.items() if name.endswith("_FILE")
        }
        assert _PROVIDERS_KEY not in str(given) + str(files)
        answer = httpx.post(
            f"{given['PGC_MODEL_URL']}/chat/completions",
            headers={"Authorization": f"Bearer {files['PGC_MODEL_KEY_FILE']}"},
            json={"model": given["PGC_MODEL_NAME"], "messages": [{"role": "user", "content": "?"}]},
            trust_env=False,
        )
        assert answer.json()["choices"][0]["message"]["content"] == "from the model", answer.text
        family = [server, *server.children(recursive=True)]
        hub.stop()
        assert not left_of(hub.data) and not psutil.wait_procs(family, 5)[1]
        assert {one.state for one in embedded.status(hub.data)} == {"running"}


def test_what_dies_comes_back_and_a_crash_leaves_nothing(prepared_data: Path) -> None:
    """Proxy and hub are started again while somebody's lab goes on; kill -9 of what watches them leaves
    processes, which `pgc stop` finds and ends."""
    with local_hub(prepared_data) as hub, hub.admin() as admin:
        assert hub.start(admin, ADMIN).status_code == 200
        before = hub.server(ADMIN).pid
        for mark in ("hub.proxy", "jupyterhub"):
            found = next(
                one
                for one in psutil.process_iter()
                if mark in _words(one) and _environment(one).get("PGC_DATA") == str(hub.data)
            )
            found.kill()
            found.wait()
            deadline = time.monotonic() + 90
            while not _answers(admin):
                assert time.monotonic() < deadline, f"{mark} did not come back"
                time.sleep(0.2)
        assert hub.server(ADMIN).pid == before
        hub.process.send_signal(signal.SIGKILL)
        hub.process.wait()
        assert len(left_of(hub.data)) >= 5  # proxy, hub, worker, beat and a person's server
        assert pgc(hub.data, "stop").returncode == 0
        assert not left_of(hub.data)


def _answers(admin: Visitor) -> bool:
    try:
        page = admin.get(f"/user/{ADMIN}/lab")
    except httpx.HTTPError:
        return False
    return bool(page.status_code == 200 and page.url.path.startswith("/user/"))


def _words(process: psutil.Process) -> list[str]:
    try:
        return list(process.cmdline())
    except psutil.Error:
        return []


def _environment(process: psutil.Process) -> dict[str, str]:
    try:
        return dict(process.environ())
    except psutil.Error:
        return {}
