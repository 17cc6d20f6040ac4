"""A small real JupyterHub: our proxy, anybody may sign in, servers are processes with the lab's server extension.

with small_hub(folder) as hub:
    hub.let_in(session)                             # from now on the person's server has that login
    hub.api("GET", f"users/{session.name}")
"""

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from pgc_lib.automation.http import Reply, Unreachable, call
from pgc_lib.core.session import Session
from pgc_lib.notebook.jupyter import SETTINGS

_ROOT = Path(__file__).parents[2]
_SECONDS = 90
_CONFIG = """
import json, os, sys
c = get_config()
given = json.loads(os.environ["SMALL_HUB"])
c.JupyterHub.hub_bind_url = f"http://127.0.0.1:{given['hub']}"
c.JupyterHub.bind_url = given["public"]
c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.allow_all = True
c.JupyterHub.spawner_class = "simple"
c.JupyterHub.cleanup_servers = True
c.SimpleLocalProcessSpawner.home_dir_template = given["folder"] + "/homes/{username}"
c.Spawner.cmd = [sys.executable, "-P", "-m", "jupyterhub.singleuser", "--allow-root"]
c.Spawner.notebook_dir = given["folder"] + "/homes/{username}"
c.Spawner.start_timeout = 60
c.Spawner.poll_interval = 2
c.Spawner.http_timeout = 60
c.ConfigurableHTTPProxy.should_start = False
c.ConfigurableHTTPProxy.api_url = given["orders"]
c.ConfigurableHTTPProxy.auth_token = given["proxy_token"]
c.JupyterHub.services = [{"name": "worker", "api_token": given["token"]}]
scopes = ["servers", "access:servers", "read:users:name", "read:servers"]
c.JupyterHub.load_roles = [
    {"name": "worker", "scopes": scopes, "services": ["worker"]},
    {"name": "tests", "scopes": ["admin:users"], "services": ["worker"]},
]

def own(spawner):
    with open(given["people"]) as people:
        spawner.environment = {**given["common"], **json.load(people).get(spawner.user.name, {})}

c.Spawner.pre_spawn_hook = own
"""


@dataclass
class SmallHub:
    """A running one."""

    folder: Path
    public: str
    hub_url: str
    token: str = field(repr=False)
    _hub: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)
    _start: list[str] = field(default_factory=list, repr=False)
    _env: dict[str, str] = field(default_factory=dict, repr=False)
    _people: dict[str, dict[str, str]] = field(default_factory=dict, repr=False)

    def let_in(self, session: Session) -> None:
        """Give somebody an account, and their server their login."""
        name = session.name
        self.workspace(name).mkdir(parents=True, exist_ok=True)
        self._people[name] = {
            "PGC_DATABASE_URL": session.database.reveal(),
            "PGC_DATA": str(self.folder / "data" / name),
        }
        (self.folder / "people.json").write_text(json.dumps(self._people))
        assert self.api("POST", f"users/{name}").status in (201, 409), self.log()

    @property
    def api_url(self) -> str:
        """As PGC_HUB_API_URL."""
        return f"{self.hub_url}/hub/api"

    def api(self, method: str, path: str, body: object = None) -> Reply:
        """Ask the hub with the worker's token."""
        return call(method, f"{self.api_url}/{path}", token=self.token, body=body, timeout=60)

    def workspace(self, name: str) -> Path:
        """A person's folder."""
        return self.folder / "homes" / name

    def running(self, name: str) -> bool:
        """Whether a person's server is up."""
        servers = self.api("GET", f"users/{name}").data.get("servers") or {}
        return bool((servers.get("") or {}).get("ready"))

    def kill_server(self, name: str) -> None:
        """End a person's server and all it started, as a container is killed."""
        home = str(self.workspace(name))
        for process in psutil.process_iter():
            try:
                ours = home in " ".join(process.cmdline()) or process.cwd().startswith(home)
            except psutil.Error:
                continue
            if ours and process.pid != os.getpid():
                process.kill()

    def start(self) -> None:
        """Start the hub itself; the proxy runs."""
        with (self.folder / "hub.log").open("ab") as log:
            self._hub = subprocess.Popen(
                self._start, env=self._env, cwd=self.folder, stdout=log, stderr=log
            )
        deadline = time.monotonic() + _SECONDS
        while time.monotonic() < deadline:
            try:
                if self.api("GET", "users").ok:
                    return
            except Unreachable:
                pass  # not yet
            assert self._hub.poll() is None, self.log()
            time.sleep(0.1)
        raise AssertionError(self.log())

    def stop(self) -> None:
        """End the hub; servers that still run go with it."""
        if self._hub is not None and self._hub.poll() is None:
            self._hub.send_signal(signal.SIGTERM)
            try:
                self._hub.wait(20)
            except subprocess.TimeoutExpired:
                self._hub.kill()
                self._hub.wait()

    def kill_servers(self) -> None:
        """End everybody's."""
        for name in self._people:
            self.kill_server(name)

    @property
    def is_up(self) -> bool:
        """Whether the hub itself runs."""
        return self._hub is not None and self._hub.poll() is None

    def log(self) -> str:
        """What the hub and the servers wrote."""
        return (self.folder / "hub.log").read_text(encoding="utf-8", errors="replace")[-6000:]


@contextmanager
def small_hub(folder: Path) -> Iterator[SmallHub]:
    """A hub that knows nobody yet."""
    public, orders, inner = (_free() for _number in range(3))
    proxy_token = secrets.token_hex(16)
    hub = SmallHub(
        folder, f"http://127.0.0.1:{public}", f"http://127.0.0.1:{inner}", secrets.token_hex(16)
    )
    common = {
        "PYTHONPATH": str(_ROOT),
        "JUPYTER_CONFIG_PATH": str(SETTINGS / "common"),
        "PGC_LANG": "en",
    }
    given = {
        "hub": inner,
        "public": hub.public,
        "orders": f"http://127.0.0.1:{orders}",
        "folder": str(folder),
        "proxy_token": proxy_token,
        "token": hub.token,
        "common": common,
        "people": str(folder / "people.json"),
    }
    (folder / "hub_config.py").write_text(_CONFIG)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PGC_")}
    hub._env = {**kept, "SMALL_HUB": json.dumps(given), "PYTHONPATH": str(_ROOT)}
    hub._start = [sys.executable, "-P", "-m", "jupyterhub", "-f", str(folder / "hub_config.py")]
    proxy_env = {**kept, "PGC_HUB_PROXY_TOKEN": proxy_token, "PYTHONPATH": str(_ROOT)}
    target = f"http://127.0.0.1:{inner}"
    words = ["--port", str(public), "--api-port", str(orders), "--default-target", target]
    proxy = subprocess.Popen(
        [sys.executable, "-P", "-m", "hub.proxy", *words, "--error-target", f"{target}/hub/error"],
        env=proxy_env,
        cwd=folder,
    )
    try:
        hub.start()
        yield hub
    finally:
        hub.stop()
        proxy.terminate()
        proxy.wait()
        hub.kill_servers()


def _free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
