"""Real engines for one person at home: PostgreSQL and Valkey, started on demand, shared by all.

`start` may be called by any number of processes at once and after any crash: it attaches to what
runs and starts what does not. Everything it knows is in the data folder; passwords leave that
folder in memory only.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from pgc_lib.stores.engines import process, runner
from pgc_lib.stores.engines.engine import Answer, Engine, Site
from pgc_lib.stores.engines.folder import Folder
from pgc_lib.stores.engines.lock import held
from pgc_lib.stores.engines.ports import HOST, Ports
from pgc_lib.stores.engines.postgres import DATABASE, Postgres
from pgc_lib.stores.engines.programs import installed
from pgc_lib.stores.engines.trouble import explained
from pgc_lib.stores.engines.valkey import Valkey

_LOCK_TIMEOUT = 300


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where the engines are and how the administrator of the home connects."""

    postgres_admin: str = field(repr=False)
    postgres_host: str
    postgres_port: int
    database: str
    redis_admin: str = field(repr=False)
    redis_host: str
    redis_port: int
    started: tuple[str, ...]
    """The engines that this very call started."""


@dataclass(frozen=True, slots=True)
class EngineStatus:
    """How one engine is now."""

    name: str
    state: str
    """`running`, `stopped`, or `broken`: there, but it does not let us in."""
    pid: int | None
    port: int | None
    version: str
    size: int
    """Bytes on disk."""
    since: datetime | None


def start(
    data: Path,
    *,
    on_progress: Callable[[str], None] | None = None,
    idle_stop: int | None = None,
) -> Endpoints:
    """Attach to the engines of a data folder, starting what does not run.

    `idle_stop` is the number of minutes without a client after which they stop, 0 for never; the
    setting `engines_idle_stop` unless given.
    """
    say = on_progress or _quiet
    lab = _folder(data)
    lab.make()
    postgres, valkey = Postgres(lab), Valkey(lab)
    with explained(lab.root), held(lab.engines / "lock", timeout=_LOCK_TIMEOUT, say=say):
        lab.complete(engine.kept_as for engine in (postgres, valkey))
        site, remembered = Site(lab), Ports(lab.engines / "run.json")
        _make_logs(lab, site)
        found = runner.ensure_all((valkey, postgres), remembered, site, say)
        (redis_port, _fresh), (postgres_port, _fresh) = found[valkey.name], found[postgres.name]
        endpoints = Endpoints(
            postgres_admin=postgres.url(postgres_port),
            postgres_host=HOST,
            postgres_port=postgres_port,
            database=DATABASE,
            redis_admin=valkey.url(redis_port),
            redis_host=HOST,
            redis_port=redis_port,
            started=tuple(name for name, (_port, fresh) in found.items() if fresh),
        )
    _watch_idleness(lab, idle_stop)
    return endpoints


def stop(data: Path, *, timeout: float = 30) -> tuple[str, ...]:
    """Stop the engines of a data folder; the names of those that ran. Clients are disconnected."""
    lab = _folder(data)
    if not lab.engines.is_dir():
        return ()
    with explained(lab.root), held(lab.engines / "lock", timeout=max(timeout, 1), say=_quiet):
        engines = (Valkey(lab), Postgres(lab))
        return tuple(engine.name for engine in engines if runner.stop(engine, timeout=timeout))


def status(data: Path) -> tuple[EngineStatus, ...]:
    """How the engines of a data folder are; nothing is started, changed or waited for."""
    lab = _folder(data)
    with explained(lab.root):
        remembered = Ports(lab.engines / "run.json")
        return tuple(_status(engine, remembered) for engine in (Postgres(lab), Valkey(lab)))


def program(name: str) -> Path:
    """One of PostgreSQL's own programs, such as `pg_dump`, from the installed wheel."""
    return installed().postgres(name)


def _folder(data: Path) -> Folder:
    lab = Folder(data.expanduser().absolute())
    lab.check()
    return lab


def _make_logs(lab: Folder, site: Site) -> None:
    if not lab.logs.is_dir():
        site.owner.make_folder(lab.logs)


def _status(engine: Engine, remembered: Ports) -> EngineStatus:
    pid = engine.pid()
    port = (engine.noted_port() or remembered.get(engine.name)) if pid else None
    ready = bool(port) and engine.login(port or 0) is Answer.READY
    return EngineStatus(
        name=engine.name,
        state="running" if ready else "broken" if pid else "stopped",
        pid=pid,
        port=port,
        version=engine.running_version(port or 0)
        if ready
        else engine.installed_version(installed()),
        size=_size(engine.folder),
        since=datetime.fromtimestamp(process.began(pid), UTC) if pid else None,
    )


def _size(folder: Path) -> int:
    total = 0
    for place, _folders, files in os.walk(folder):
        for name in files:
            try:
                total += Path(place, name).lstat().st_blocks * 512
            except FileNotFoundError:
                continue  # a running engine removes files
    return total


def _watch_idleness(lab: Folder, minutes: int | None) -> None:
    if minutes is None:
        from pgc_lib.settings import settings

        minutes = settings().engines_idle_stop
    if minutes:
        from pgc_lib.stores.engines import idle

        idle.watch_in_background(lab, minutes * 60)


def _quiet(_line: str) -> None:
    """Progress that nobody asked for."""
