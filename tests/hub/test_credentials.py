"""Who is handed a person's logins: their own running server, by its own token, and nobody else at all."""

import asyncio
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import pytest
from aiohttp import ClientSession, WSServerHandshakeError

from tests.support.hub import LocalHub, Visitor

pytestmark = pytest.mark.slow

PATH = "/hub/api/pgc/credentials"


@dataclass
class Someone:
    """A person with a running server."""

    name: str
    visitor: Visitor
    environment: dict[str, str]

    @property
    def token(self) -> str:
        return self.environment["JUPYTERHUB_API_TOKEN"]


@pytest.fixture(scope="module")
def someone(hub: LocalHub) -> Iterator[Someone]:
    name, visitor = hub.person()
    assert hub.start(visitor, name).status_code == 200
    yield Someone(name, visitor, hub.server(name).environ())
    hub.decide(name, "block")


def ask(hub: LocalHub, token: str = "", **options: object) -> httpx.Response:
    headers = {"Authorization": f"token {token}"} if token else {}
    with hub.visitor(headers=headers) as visitor:
        return visitor.get(PATH, **options)  # type: ignore[arg-type]


def test_a_server_gets_its_persons_logins(hub: LocalHub, someone: Someone) -> None:
    """And may ask again, should it start twice."""
    for _time in range(2):
        answer = ask(hub, someone.token)
        assert answer.status_code == 200 and answer.headers["Cache-Control"] == "no-store"
        found = answer.json()
        assert {"PGC_DATABASE_URL", "PGC_REDIS_URL", "PGC_MONGO_URL", "PGC_ENCRYPTION_KEY"} <= set(
            found
        )
        assert found["PGC_LANG"] == "en"
        assert found["PGC_DASHBOARDS_READY"] == "0"  # what the administrator chose for everyone


def test_the_browser_gets_nothing(hub: LocalHub, someone: Someone) -> None:
    """A page that runs in the person's browser cannot read their passwords, whatever token of pages it has."""
    assert someone.visitor.get(PATH).status_code == 403
    page = someone.visitor.get("/hub/password").text
    token = re.search(r'name="_xsrf" value="([^"]+)"', page)
    assert token
    headers = {"X-XSRFToken": token[1], "Sec-Fetch-Mode": "cors"}
    assert someone.visitor.get(PATH, headers=headers).status_code == 403


def test_nobody_gets_anything(hub: LocalHub, someone: Someone) -> None:
    """No token, half a token, a token in the address: all the same."""
    assert ask(hub).status_code == 403
    for wrong in (someone.token[:-1], someone.token + "x", "x", "0" * 64):
        assert ask(hub, wrong).status_code == 403
    assert ask(hub, params={"token": someone.token}).status_code == 403


def test_a_token_that_the_person_made_gets_nothing(hub: LocalHub, someone: Someone) -> None:
    """It may be in a script or on another machine; it is not the server."""
    found = re.search(r'name="_xsrf" value="([^"]+)"', someone.visitor.get("/hub/password").text)
    assert found
    answer = someone.visitor.post(
        f"/hub/api/users/{someone.name}/tokens",
        headers={"X-XSRFToken": found[1]},
        json={"note": "Server at /user/somebody/"},
    )
    assert answer.status_code == 201
    assert ask(hub, answer.json()["token"]).status_code == 403


@pytest.mark.parametrize(
    "service", ["hub_token", "hub_culler_token", "hub_proxy_token", "hub_secret"]
)
def test_services_get_nothing(hub: LocalHub, someone: Someone, service: str) -> None:
    """The worker may start servers, not read what they log in with."""
    token = (hub.data / "secrets" / "hub" / service).read_text()
    assert ask(hub, token).status_code == 403


def test_an_administrator_gets_nothing(hub: LocalHub, someone: Someone) -> None:
    """Neither by cookie nor by asking in the person's name."""
    with hub.admin() as admin:
        assert admin.get(PATH).status_code == 403
        assert (
            admin.get(PATH, params={"user": someone.name, "name": someone.name}).status_code == 403
        )


def test_no_secret_is_in_a_variable_a_command_line_or_the_log(
    hub: LocalHub, someone: Someone
) -> None:
    """Whoever may list processes, or reads the log to help, learns no password."""
    handed = ask(hub, someone.token).json()
    server = hub.server(someone.name)
    files = {
        name: open(value).read()  # noqa: SIM115, PTH123
        for name, value in someone.environment.items()
        if name.startswith("PGC_") and name.endswith("_FILE")
    }
    assert files["PGC_DATABASE_URL_FILE"] == handed["PGC_DATABASE_URL"]
    for name, value in someone.environment.items():
        if name.startswith("PGC_") and name.endswith("_FILE"):
            assert os.stat(value).st_mode & 0o077 == 0  # noqa: PTH116
            assert os.stat(os.path.dirname(value)).st_mode & 0o077 == 0  # noqa: PTH116, PTH120
    secrets = [
        value
        for name, value in handed.items()
        if name not in ("PGC_LANG", "PGC_MODEL_NAME", "PGC_MODEL_URL", "PGC_DASHBOARDS_READY")
    ]
    secrets += [value.partition("@")[0].rpartition(":")[2] for value in secrets if "@" in value]
    logs = "".join(path.read_text() for path in (hub.data / "jupyter" / "logs").glob("*.log*"))
    places = [json.dumps(someone.environment), " ".join(server.cmdline()), logs]
    places += [
        "".join(hub.written),
        (hub.data / "hub" / "hub.sqlite").read_bytes().decode("latin-1"),
    ]
    for secret in secrets:
        for place in places:
            assert secret not in place


def test_the_hubs_own_secrets_stay_with_it(hub: LocalHub, someone: Someone) -> None:
    """A person's server inherits nothing of the hub's environment: no administrator's login, no token of a service."""
    ours = {name for name in someone.environment if name.startswith("PGC_")}
    assert not [name for name in ours if "ADMIN" in name or "HUB" in name or "WORKER" in name]


def test_no_websocket_without_its_owner(hub: LocalHub, someone: Someone) -> None:
    """Kernels, terminals and events of a running server are closed to strangers, to other persons and to their tokens."""
    _name, other = hub.person()
    cookies = {cookie.name: cookie.value or "" for cookie in other.cookies.jar}
    paths = (
        f"/user/{someone.name}/api/kernels/{uuid4()}/channels",
        f"/user/{someone.name}/api/events/subscribe",
        f"/user/{someone.name}/terminals/websocket/1",
    )

    async def refused(path: str, **options: Any) -> int:
        async with ClientSession(cookies=options.pop("cookies", None)) as client:
            try:
                async with client.ws_connect(hub.url + path, **options):
                    return 101
            except WSServerHandshakeError as error:
                return error.status

    for path in paths:
        for options in ({}, {"cookies": cookies}, {"headers": {"Authorization": "token x"}}):
            assert asyncio.run(refused(path, **options)) == 403, (path, options)
    own = {"headers": {"Authorization": f"token {someone.token}"}}
    assert asyncio.run(refused(paths[1], **own)) == 101


def test_another_persons_server_is_closed_to_everyone(hub: LocalHub, someone: Someone) -> None:
    """Pages, files and dashboards, by a stranger, by another person, with another server's token, with cookies of other paths."""
    _name, other = hub.person()
    stolen = httpx.Cookies()
    for cookie in someone.visitor.cookies.jar:
        if cookie.path == "/hub/":
            continue
        stolen.set(cookie.name.replace(someone.name, _name), cookie.value or "", path="/")
    with hub.visitor() as stranger, hub.visitor(cookies=stolen) as thief:
        for path in (
            "api/contents",
            "lab",
            "voila/render/dashboards/home.ipynb",
            "pgc/api/runs",
            "files/x",
        ):
            address = f"/user/{someone.name}/{path}"
            assert other.get(address).status_code == 403
            for nobody in (stranger, thief):
                answer = nobody.get(address)
                assert answer.status_code == 403 or answer.url.path == "/hub/login", address
