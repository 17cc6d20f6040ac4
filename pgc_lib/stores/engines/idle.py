"""Stopping the engines after a while without clients, for those who asked for it.

One small process a lab watches; it ends with the engines. Whoever connects and goes away between
two looks is noticed too, because both servers count the connections they have ever taken.
"""

import os
import sys
import time
from pathlib import Path

import pgc_lib
from pgc_lib.errors import EngineError
from pgc_lib.stores.engines import process, runner
from pgc_lib.stores.engines.engine import Engine
from pgc_lib.stores.engines.folder import Folder
from pgc_lib.stores.engines.lock import held, try_hold
from pgc_lib.stores.engines.ports import Ports
from pgc_lib.stores.engines.postgres import Postgres
from pgc_lib.stores.engines.valkey import Valkey

_LONGEST_STEP = 30.0
_STEPS = 10
_STOP_TIMEOUT = 30


def watch_in_background(lab: Folder, seconds: float) -> None:
    """Make sure that one watcher runs for this lab."""
    descriptor = try_hold(_lock(lab))
    if descriptor is None:
        return
    os.close(descriptor)
    package = str(Path(pgc_lib.__file__).parent.parent)
    paths = os.pathsep.join(filter(None, (package, os.environ.get("PYTHONPATH"))))
    process.launch(
        [sys.executable, "-m", __name__, lab.root, str(seconds)],
        log=lab.logs / "idle.log",
        cwd=lab.root,
        user={},
        env=os.environ | {"PYTHONPATH": paths},
    )


def watch(lab: Folder, seconds: float) -> bool:
    """Look until nobody came for so long, then stop the engines; whether it came to that."""
    descriptor = try_hold(_lock(lab))
    if descriptor is None:
        return False
    try:
        return _watch((Valkey(lab), Postgres(lab)), lab, seconds)
    finally:
        os.close(descriptor)


def _watch(engines: tuple[Engine, ...], lab: Folder, seconds: float) -> bool:
    last, quiet_since = _activity(engines, lab), time.monotonic()
    while any(engine.pid() for engine in engines):
        time.sleep(min(_LONGEST_STEP, seconds / _STEPS))
        now = _activity(engines, lab)
        if now is None or now != last or any(connected for connected, _arrivals in now):
            last, quiet_since = now, time.monotonic()
        elif time.monotonic() - quiet_since >= seconds:
            with held(lab.engines / "lock", timeout=_STOP_TIMEOUT, say=lambda _line: None):
                if _activity(engines, lab) == last:
                    for engine in engines:
                        runner.stop(engine, timeout=_STOP_TIMEOUT)
                    return True
    return False


def _activity(engines: tuple[Engine, ...], lab: Folder) -> list[tuple[int, int]] | None:
    """Clients now and ever, for each engine; `None` when one cannot be asked at the moment."""
    import psycopg

    remembered = Ports(lab.engines / "run.json")
    found: list[tuple[int, int]] = []
    for engine in engines:
        port = engine.noted_port() or remembered.get(engine.name)
        if not engine.pid() or not port:
            continue
        try:
            found.append(engine.clients(port))
        except (OSError, psycopg.OperationalError):
            return None  # busy, starting or stopping: the caller takes it for activity
    return found


def _lock(lab: Folder) -> Path:
    return lab.engines / "idle.lock"


if __name__ == "__main__":
    try:
        watch(Folder(Path(sys.argv[1])), float(sys.argv[2]))
    except EngineError as error:
        sys.exit(str(error))
