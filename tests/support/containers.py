"""A hub in containers for the tests: brought up once a run by docker/ci/hub.sh, or the one that PGC_TEST_HUB says is up.

Its name, port, folders and images are its own; a hub that runs on the machine is left alone.
"""

import json
import os
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from pgc_lib.ops import hub_secrets
from pgc_lib.ops.containers import Stack
from tests.support import needs

ROOT = Path(__file__).parents[2]
PASSWORD = "a-long-enough-password"
_SPAWN_SECONDS = 90
_ATTEMPTS = 20


@dataclass
class Person:
    """Someone with an account and a session on the hub."""

    name: str
    hub: "Hub"
    web: httpx.Client

    @property
    def container(self) -> str:
        """The name of the container that the hub starts for them."""
        return f"{self.hub.stack.people}-{self.name}"

    def start(self) -> float:
        """Start their server; the seconds until it answers."""
        began = time.monotonic()
        self._ask("post")
        self._until(ready=True)
        return time.monotonic() - began

    def stop(self) -> None:
        """Stop their server."""
        self._ask("delete")
        self._until(ready=False)

    def python(self, code: str, *words: str) -> str:
        """Run Python in their container, as they could in a cell."""
        return self.hub.run("docker", "exec", self.container, "python", "-c", code, *words)

    def _ask(self, verb: str) -> None:
        answer = self.web.request(
            verb,
            f"/hub/api/users/{self.name}/server",
            headers={"X-XSRFToken": self.web.cookies.get("_xsrf", path="/hub/") or ""},
        )
        assert answer.status_code in (201, 202, 204, 400), answer.text

    def _until(self, *, ready: bool) -> None:
        deadline = time.monotonic() + _SPAWN_SECONDS
        while time.monotonic() < deadline:
            servers = self.hub.api(f"users/{self.name}").get("servers", {})
            found = servers.get("")
            if (bool(found and found["ready"])) if ready else not found:
                return
            time.sleep(0.05)
        raise AssertionError(f"the server of {self.name} is not {'up' if ready else 'down'}")


@dataclass
class Hub:
    """A running hub and how tests speak to it."""

    stack: Stack
    secrets: Path
    people: dict[str, Person] = field(default_factory=dict)

    def run(self, *command: str, check: bool = True) -> str:
        """Run a program; what it printed, on both ways."""
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, errors="replace", check=False
        )
        assert not check or done.returncode == 0, (
            f"{shlex.join(command)}\n{done.stdout}{done.stderr}"
        )
        return done.stdout + done.stderr

    def container(self, service: str) -> str:
        """The container of a service."""
        return self.stack.compose("ps", "--all", "--quiet", service).strip()

    def python(self, service: str, code: str, *words: str) -> str:
        """Run Python in the container of a service."""
        return self.run("docker", "exec", self.container(service), "python", "-c", code, *words)

    def inspect(self, *names: str) -> list[dict[str, Any]]:
        """What Docker tells anyone who may ask it."""
        found: list[dict[str, Any]] = json.loads(self.run("docker", "inspect", *names))
        return found

    def api(self, path: str) -> Any:
        """Ask the hub as its service `worker`."""
        token = (self.secrets / "worker_token").read_text().strip()
        answer = httpx.get(
            f"{self.stack.address}/hub/api/{path}",
            headers={"Authorization": f"token {token}"},
            timeout=30,
        )
        answer.raise_for_status()
        return answer.json()

    def wait(self) -> None:
        """Until the hub has noticed that its database was away: the first question after that is refused."""
        for _attempt in range(_ATTEMPTS):
            try:
                self.api(f"users/{next(iter(self.people))}")
            except httpx.HTTPStatusError:
                time.sleep(0.5)
            else:
                return
        raise AssertionError("the hub does not answer")

    def person(self, name: str) -> Person:
        """Someone with an account, logged in; made when they are first asked for."""
        if name not in self.people:
            self.python("hub", _ACCOUNT, name, PASSWORD)
            self.people[name] = Person(name, self, self._login(name))
        return self.people[name]

    def forget_sessions(self) -> None:
        """Everyone will log in again when they are next asked for."""
        for person in self.people.values():
            person.web.close()
        self.people.clear()

    def secret_values(self) -> list[str]:
        """Every secret, and the passwords within addresses; what is too short to be one is not searched for."""
        values = hub_secrets.values_in(self.secrets).values()
        inside = [found[1] for value in values if (found := re.search(r"://[^:]+:([^@]+)@", value))]
        return sorted({value for value in (*values, *inside) if len(value) >= 12})

    def _login(self, name: str) -> httpx.Client:
        web = httpx.Client(base_url=self.stack.address, follow_redirects=True, timeout=30)
        page = web.get("/hub/login")
        token = re.search(r'name="_xsrf"\s+value="([^"]+)"', page.text)
        words = {"username": name, "password": PASSWORD, "_xsrf": token[1] if token else ""}
        answer = web.post("/hub/login", data=words)
        assert answer.status_code == 200, answer.text[-2000:]
        web.get("/hub/home")
        return web


_ACCOUNT = """
import sys
from hub.configuration import open_desk
from pgc_lib.settings import settings
name, password = sys.argv[1:]
accounts = open_desk(settings()).accounts
if accounts.find(name) is None:
    wish = accounts.ask(name, password, display=name, lang="en", address="127.0.0.1")
    accounts.approve(wish.id, "admin")
"""


def environment() -> dict[str, str]:
    """The variables of docker/ci/environment.sh."""
    script = f". {ROOT}/docker/ci/environment.sh && env -0"
    shown = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True)
    pairs = (line.partition("=") for line in shown.stdout.split("\0"))
    return {name: value for name, _sign, value in pairs if name}


@pytest.fixture(scope="package")
def hub() -> Iterator[Hub]:
    """The hub in containers."""
    needs.docker()
    before = dict(os.environ)
    os.environ.update(environment())
    found = Hub(Stack(ROOT), Path(os.environ["PGC_SECRETS"]))
    running = bool(os.environ.get("PGC_TEST_HUB"))
    os.environ["PGC"] = f"{sys.executable} -m pgc_lib.cli"
    try:
        if not running:
            found.run("docker/ci/hub.sh", "up")
        yield found
        found.forget_sessions()
    finally:
        if not running:
            found.run("docker/ci/hub.sh", "down", check=False)
        os.environ.clear()
        os.environ.update(before)
