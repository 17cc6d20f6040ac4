"""What the hub's services may do with their tokens, and what a start that fails shows to the person."""

import re
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import httpx
import psutil
import psycopg
import pytest

from pgc_lib.notebook.jupyter import Place
from tests.support.hub import PASSWORD, LocalHub

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]


def service(hub: LocalHub, name: str) -> httpx.Client:
    """A service with its token."""
    token = (hub.data / "secrets" / "hub" / name).read_text()
    return hub.visitor(headers={"Authorization": f"token {token}"})


def test_the_worker_starts_a_server_that_nobody_ever_started(hub: LocalHub) -> None:
    """A person who was let in and never came gets the report of the night; the worker talks to their server alone."""
    name = hub.new_name()
    hub.ask(hub.visitor(), name)
    with service(hub, "hub_token") as worker:
        asked = worker.post(f"/hub/api/users/{name}/server")
        assert asked.status_code == 404  # who waits has no server
        hub.decide(name, "approve")
        assert worker.post(f"/hub/api/users/{name}/server").status_code in (201, 202)
        deadline = time.monotonic() + 90
        while worker.get(f"/user/{name}/pgc/api/runs").status_code != 200:
            assert time.monotonic() < deadline
            time.sleep(0.3)
        reports = worker.get(f"/user/{name}/pgc/api/runs").json()["reports"]
        assert "weekly_review" in reports
        server = hub.server(name)
        hub.decide(name, "stop")
        server.wait(20)
        assert worker.get(f"/user/{name}/pgc/api/runs").status_code != 200
        hub.decide(name, "block")
        assert worker.post(f"/hub/api/users/{name}/server").status_code in (403, 404, 500)


@pytest.mark.parametrize("name", ["hub_token", "hub_culler_token"])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        *(("POST", "users/somebody"), ("DELETE", "users/admin"), ("PATCH", "users/admin")),
        *(("POST", "users/admin/tokens"), ("GET", "users/admin/tokens"), ("POST", "shutdown")),
        *(("GET", "pgc/credentials"), ("GET", "proxy"), ("POST", "groups/x")),
    ],
)
def test_services_change_nobody(hub: LocalHub, name: str, method: str, path: str) -> None:
    """Their tokens lie in files of other containers; with one of them nobody becomes somebody else."""
    with service(hub, name) as client:
        answer = client.request(method, f"/hub/api/{path}", json={})
        assert answer.status_code in (403, 404), answer.text


def test_the_culler_starts_nothing(hub: LocalHub) -> None:
    """It sees who is idle and stops servers; their contents are closed to it."""
    with service(hub, "hub_culler_token") as culler:
        users = culler.get("/hub/api/users").json()
        assert {"name", "servers"} <= set(users[0])
        assert culler.post("/hub/api/users/admin/server").status_code == 403
    with service(hub, "hub_token") as worker:
        assert (
            worker.get("/hub/api/users").status_code == 403
            or not worker.get("/hub/api/users").json()
        )


def test_a_start_that_fails_and_one_that_nobody_uses(hub: LocalHub) -> None:
    """The person reads which part failed in their own language, and can try again; an idle server ends with its token."""
    name, visitor = hub.person()
    owner = (hub.data / "secrets" / "hub" / "admin_database_url").read_text()
    with psycopg.connect(owner) as connection:
        # Somebody of this name is in the lab already, as after an import by hand.
        connection.execute("insert into pgc.persons (id, name) values (uuidv7(), %s)", (name,))
    page = hub.start(visitor, name)
    assert page.status_code == 500
    shown = re.search(r'<p class="error"[^>]*>(.*?)</p>', page.text, re.DOTALL)
    assert shown and "somebody else" in shown[1] and "administrator" in shown[1]
    assert "Traceback" not in page.text and 'id="start"' in page.text
    with psycopg.connect(owner) as connection:
        connection.execute("delete from pgc.persons where name = %s", (name,))
    assert hub.start(visitor, name).status_code == 200
    token = hub.server(name).environ()["JUPYTERHUB_API_TOKEN"]
    with hub.visitor(headers={"Authorization": f"token {token}"}) as server:
        assert server.get("/hub/api/pgc/credentials").status_code == 200
        culled(hub, hub.server(name))
        # What was copied from a server is worth nothing after it stopped.
        assert server.get("/hub/api/pgc/credentials").status_code == 403
    hub.decide(name, "block")


def culled(hub: LocalHub, server: psutil.Process) -> None:
    """What stops idle servers runs with a hub; with less patience it stops this one."""
    culler = next(
        one
        for one in psutil.process_iter()
        if {Place(hub.data).mark, "hub.services.culler"} <= {*words_of(one)}
    )
    impatient = (
        "import hub.services.culler as culler; "
        "culler.words = lambda _minutes, url: [f'--url={url}', '--timeout=1', '--cull-every=1']; culler.main()"
    )
    other = subprocess.Popen([sys.executable, "-c", impatient], env=culler.environ(), cwd=ROOT)
    try:
        assert not psutil.wait_procs([server], 120)[1]
    finally:
        other.terminate()
        other.wait()


def words_of(process: psutil.Process) -> list[str]:
    """A command line, unless it is gone."""
    with suppress(psutil.Error):
        return list(process.cmdline())
    return []


def test_a_forgotten_password(hub: LocalHub) -> None:
    """Whoever has the machine gives a new one, shown once; the old one is worth nothing."""
    from tests.support.jupyterlab import pgc

    name, _visitor = hub.person()
    given = pgc(hub.data, "hub", "password", name)
    assert given.returncode == 0, given.stderr
    with hub.visitor() as visitor:
        assert visitor.log_in(name, PASSWORD).status_code == 403
        assert visitor.log_in(name, given.stdout.strip()).url.path == "/hub/home"
    unknown = pgc(hub.data, "hub", "password", "nobody-at-all")
    assert unknown.returncode == 2 and name in unknown.stderr
