"""Starting, stopping, breaking: what must survive does, and the way back is one command."""

import subprocess

import httpx
import pytest
from typer.testing import CliRunner

from pgc_lib.cli.hub_containers import app
from tests.support.containers import Hub

pytestmark = [pytest.mark.slow, pytest.mark.docker, pytest.mark.timeout(1500)]


def test_every_service_is_well(hub: Hub) -> None:
    """Each has come up and its health check passes."""
    assert [one.name for one in hub.stack.services() if not one.well] == []


def test_status_says_so(hub: Hub) -> None:
    """The table names every service and the address; the exit status is 0."""
    shown = CliRunner().invoke(app, ["status"])
    assert shown.exit_code == 0, shown.output
    assert hub.stack.address in shown.output
    for one in hub.stack.services():
        assert one.name in shown.output


def test_a_killed_hub_interrupts_nobody(hub: Hub) -> None:
    """kill -9 of the hub: the server goes on answering, and the new hub knows it again."""
    anna = hub.person("anna")
    anna.start()
    born = hub.inspect(anna.container)[0]["State"]["StartedAt"]
    hub.run("docker", "kill", "--signal=KILL", hub.container("hub"))
    page = httpx.get(f"{hub.stack.address}/user/anna/api", timeout=10)
    assert page.status_code == 200
    hub.stack.up()
    assert hub.inspect(anna.container)[0]["State"]["StartedAt"] == born
    assert hub.api("users/anna")["servers"][""]["ready"]


def test_a_hub_that_is_updated_interrupts_nobody(hub: Hub) -> None:
    """An orderly stop leaves the servers as well."""
    anna = hub.person("anna")
    anna.start()
    born = hub.inspect(anna.container)[0]["State"]["StartedAt"]
    hub.stack.compose("restart", "hub")
    hub.stack.up()
    assert hub.inspect(anna.container)[0]["State"]["StartedAt"] == born


def test_a_killed_engine_comes_back(hub: Hub) -> None:
    """kill -9 of PostgreSQL and Redis: both are back with what was acknowledged, without a hand."""
    code = (
        "import psycopg; from pgc_lib.settings import settings;"
        "c = psycopg.connect(settings().hub_database_url.reveal());"
        "print(c.execute('select count(*) from pgc_accounts').fetchone()[0])"
    )
    hub.person("anna")
    before = hub.python("hub", code)
    for service in ("postgres", "redis"):
        hub.run(
            "docker", "exec", hub.container(service), "sh", "-c", "kill -9 -1 || true", check=False
        )
        hub.run("docker", "kill", "--signal=KILL", hub.container(service), check=False)
    hub.stack.up()
    assert hub.python("hub", code) == before
    hub.wait()


def test_data_survives_down_and_up(hub: Hub) -> None:
    """Accounts, files, logins and records are there again; persons' servers were ended first."""
    anna = hub.person("anna")
    anna.start()
    anna.python("open('/home/lab/kept.txt', 'w').write('kept')")
    hub.stack.down()
    assert hub.stack.persons() == []
    assert "anna" not in hub.run("docker", "ps", "--all", "--format", "{{.Names}}")
    hub.stack.up()
    anna = hub.person("anna")
    anna.start()
    assert anna.python("print(open('/home/lab/kept.txt').read())").strip() == "kept"


def test_down_needs_a_word_before_it_deletes(hub: Hub) -> None:
    """`--volumes` asks; without the word nothing is stopped or deleted."""
    shown = CliRunner().invoke(app, ["down", "--volumes"], input="yes\n")
    assert shown.exit_code != 0
    assert [one.name for one in hub.stack.services() if not one.well] == []
    volumes = subprocess.run(
        ["docker", "volume", "ls", "--quiet"], capture_output=True, text=True, check=True
    ).stdout
    assert f"{hub.stack.project}_postgres" in volumes


def test_new_passwords_take_effect(hub: Hub) -> None:
    """`init --rotate`, down, up: the engines take the new passwords, persons' logins and data stay."""
    before = hub.secret_values()
    master = (hub.secrets / "hub_secret").read_text()
    shown = CliRunner().invoke(app, ["init", "--rotate"])
    assert shown.exit_code == 0, shown.output
    assert not [value for value in (*before, *hub.secret_values()) if value in shown.output]
    hub.stack.down()
    up = CliRunner().invoke(app, ["up"])
    assert up.exit_code == 0, up.output
    assert (hub.secrets / "hub_secret").read_text() == master
    assert (hub.secrets / "postgres_previous").read_text() == ""
    url = (hub.secrets / "owner_url").read_text()
    assert url not in before
    hub.forget_sessions()  # the cookies are signed with another secret now
    anna = hub.person("anna")
    anna.start()
    anna.stop()
