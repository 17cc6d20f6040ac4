"""`pgc hub --local`: a hub on this machine without Docker, on the embedded engines of a data folder.

One process watches the others: proxy, hub, gateway, worker, beat and culler. Each reads its secrets from files that only we
can read. All carry the lab's mark in their command line, so that whatever a crash leaves behind is found and ended
by the next start, and `pgc stop` ends them too.
"""

import os
import secrets
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pgc_lib.errors import EngineError, Unavailable
from pgc_lib.i18n import _, lang
from pgc_lib.notebook import serving
from pgc_lib.notebook.beside import Beside
from pgc_lib.notebook.jupyter import HOST, Place
from pgc_lib.settings import settings
from pgc_lib.stores.bootstrap import let_in
from pgc_lib.stores.engines import ports, process
from pgc_lib.stores.engines.folder import write_whole
from pgc_lib.stores.engines.lock import try_hold
from pgc_lib.stores.postgres import GATEWAY

_PATIENCE = 90
_ENDING = 10
_FOLDER = "hub"
_LOOK = 0.3
_MADE = ("hub_secret", "hub_cookie_secret", "hub_proxy_token", "hub_token", "hub_culler_token")
"""Secrets that are made once and kept."""

Say = Callable[[str], None]


@dataclass(frozen=True)
class Local:
    """Where the parts of a hub on this machine are."""

    place: Place
    port: int
    hub_port: int
    orders_port: int
    gateway_port: int
    gateway_grpc_port: int

    @property
    def address(self) -> str:
        """Where people go."""
        return f"http://{HOST}:{self.port}"

    @property
    def secrets(self) -> Path:
        """The folder of what only we may read."""
        return self.place.data / "secrets" / "hub"

    @property
    def folder(self) -> Path:
        """The hub's own state."""
        return self.place.data / _FOLDER


def prepare(data: Path, port: int) -> Local:
    """Ports and secrets; afterwards the environment of this process tells its children of them."""
    from pgc_lib.home import administration, worker_urls
    from pgc_lib.notebook.dashboards import free_port

    place = Place(data)
    for folder in (place.workspace, place.home, place.runtime, place.logs):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    others = [ports.choose_free() for _number in range(4)]
    local = Local(place, free_port(port) if port else ports.choose_free(), *others)
    local.secrets.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in _MADE:
        if not (local.secrets / name).exists():
            write_whole(local.secrets / name, secrets.token_urlsafe(32))
    logins, (worker, redis) = administration(data), worker_urls(data)
    fresh = secrets.token_urlsafe(24)
    for name, url in (
        ("admin_database_url", logins.owner.reveal()),
        ("admin_redis_url", redis),
        ("worker_database_url", worker),
        ("broker_url", redis),
        ("gateway_redis_url", redis),
        ("gateway_database_url", let_in(logins.owner.reveal(), GATEWAY, fresh)),
    ):
        write_whole(local.secrets / name, url)
    os.environ.update(_environment(local))
    settings.cache_clear()
    return local


def first_administrator(name: str) -> str:
    """Make the first administrator where there is none; the password, which is kept nowhere, or nothing."""
    from hub.configuration import open_desk

    given = settings().hub_admin_password.reveal()
    password = given or secrets.token_urlsafe(12)
    made = open_desk(settings()).accounts.first_administrator(name, password, lang=lang())
    return password if made and not given else ""


class Running:
    """The processes of a local hub."""

    def __init__(self, local: Local) -> None:
        self.local = local
        place = local.place
        self.hub = Beside(place, "hub", "jupyterhub", ["--config", str(_config())])
        self._others = [
            Beside(place, "hub-proxy", "hub.proxy", _proxy_words(local)),
            Beside(place, "hub-worker", "pgc_lib.cli", ["worker"]),
            Beside(place, "hub-beat", "pgc_lib.cli", ["beat"]),
        ]
        if settings().hub_idle_minutes:
            self._others.append(Beside(place, "hub-culler", "hub.services.culler", []))
        if settings().admin_mongo_url:
            self._others.append(Beside(place, "hub-mirror", "hub.services.mirror", []))
        if settings().hub_gateway:
            self._others.append(Beside(place, "hub-gateway", "hub.services.gateway", []))

    def keep(self) -> None:
        """Start what does not run."""
        for one in (*self._others, self.hub):
            one.keep()

    def wait(self) -> None:
        """Until the hub answers through the proxy."""
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            self.keep()
            if _answers(f"{self.local.address}/hub/health"):
                return
            time.sleep(_LOOK)
        place = self.local.place
        raise EngineError(
            _("The hub does not start. It wrote:\n{lines}", lines=serving.tail(place, "hub")),
            next_step=_("The whole log is {log}.", log=place.logs / "hub.log"),
        )

    def stay(self) -> None:
        """Until interrupted."""
        while True:
            self.keep()
            time.sleep(_LOOK)

    def end(self) -> None:
        """The hub first, which ends everyone's servers; then the rest; then whatever is left of any of them."""
        self.hub.ask()
        self.hub.end(_ENDING)
        for one in self._others:
            one.ask()
        for one in self._others:
            one.end(3)
        process.end_all([self.local.place.mark], signal.SIGKILL, timeout=1)


@contextmanager
def started(data: Path, port: int, say: Say) -> Iterator[tuple[Running, str]]:
    """A running hub and, where it was made just now, the first administrator's password; all ends with the block."""
    place = Place(data)
    if serving.running(place):
        raise Unavailable(
            _("JupyterLab runs on this data folder."),
            next_step=_(
                "End it with `pgc stop`, or give the hub a data folder of its own (--data)."
            ),
        )
    from pgc_lib.home import open_home

    open_home(data, on_progress=say).close()
    with _alone(data):
        local = prepare(data, port)
        process.end_all([place.mark], signal.SIGTERM, timeout=5)  # left behind by a crash
        running = Running(local)
        try:
            running.wait()
            # Not before: a password that is shown once must be shown.
            yield running, first_administrator(settings().hub_admin)
        finally:
            running.end()


@contextmanager
def _alone(data: Path) -> Iterator[None]:
    """One hub at a time on a data folder."""
    folder = data / _FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    descriptor = try_hold(folder / "lock")
    if descriptor is None:
        raise Unavailable(
            _("A hub runs on this data folder already."),
            next_step=_("Use it, or give this one a data folder of its own (--data)."),
        )
    try:
        yield
    finally:
        os.close(descriptor)


def _environment(local: Local) -> dict[str, str]:
    files = [*_MADE, "admin_database_url", "admin_redis_url", "worker_database_url", "broker_url"]
    files += ["gateway_redis_url", "gateway_database_url"]
    found = {f"PGC_{name.upper()}_FILE": str(local.secrets / name) for name in files}
    found |= {
        "PGC_DATA": str(local.place.data),
        "PGC_HUB_FOLDER": str(local.folder),
        "PGC_HUB_LISTEN": f"http://{HOST}:{local.hub_port}",
        "PGC_HUB_PROXY": f"http://{HOST}:{local.orders_port}",
        "PGC_HUB_API_URL": f"http://{HOST}:{local.hub_port}/hub/api",
        "PGC_HUB_PUBLIC_URL": local.address,
        "PGC_HUB_SPAWNER": "simple",
    }
    if settings().model_url or settings().gateway_providers != Path():
        found |= {
            "PGC_HUB_GATEWAY": f"http://{HOST}:{local.gateway_port}/v1",
            "PGC_GATEWAY_PORT": str(local.gateway_port),
            "PGC_GATEWAY_GRPC_PORT": str(local.gateway_grpc_port),
        }
    return found


def _proxy_words(local: Local) -> list[str]:
    hub = f"http://{HOST}:{local.hub_port}"
    return [
        *("--ip", HOST, "--port", str(local.port)),
        *("--api-ip", HOST, "--api-port", str(local.orders_port)),
        *("--default-target", hub, "--error-target", f"{hub}/hub/error"),
    ]


def _config() -> Path:
    return Path(__file__).with_name("jupyterhub_config.py")


def _answers(url: str) -> bool:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.HTTPError):
        return False
