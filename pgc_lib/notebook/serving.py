"""JupyterLab as a process: finding the one that runs for a lab, starting it, ending it.

A running server notes its address in Jupyter's runtime folder. A note counts only while its process lives
and carries the mark of this lab, so a crash leaves nothing that could mislead.
"""

import http.client
import json
import os
import secrets
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote, urlencode

from pgc_lib.errors import EngineError
from pgc_lib.i18n import _, lang
from pgc_lib.notebook import jupyter
from pgc_lib.notebook.jupyter import Place
from pgc_lib.stores.engines import process
from pgc_lib.stores.engines.folder import write_whole
from pgc_lib.stores.engines.lock import held
from pgc_lib.stores.engines.trouble import explained

_PATIENCE = 90
ENDING = 15
"""Seconds that a process has to end by itself."""
_PAUSE = 0.05
_LINES_SHOWN = 8
_LARGE_LOG = 2 * 2**20


@dataclass(frozen=True, slots=True)
class Running:
    """A JupyterLab that runs for this lab."""

    pid: int
    port: int
    token: str

    @property
    def since(self) -> datetime:
        """When it was started."""
        return datetime.fromtimestamp(process.began(self.pid), UTC)

    def address(self, opened: Path | None = None) -> str:
        """Where a browser finds it, with the token; `opened` is a file to show at once."""
        path = f"lab/tree/{quote(str(opened))}" if opened else "lab"
        return f"http://{jupyter.HOST}:{self.port}/{path}?{urlencode({'token': self.token})}"


def running(place: Place) -> Running | None:
    """The JupyterLab of this lab, if one runs."""
    for note in sorted(place.runtime.glob("jpserver-*.json")):
        found = _read(note)
        if found and process.bears(found.pid, [place.mark]):
            return found
    return None


@contextmanager
def alone(place: Place, say: Callable[[str], None]) -> Iterator[None]:
    """Only one process at a time looks for a running JupyterLab and starts one."""
    with explained(place.data):
        for folder in (place.home, place.runtime, place.logs):
            folder.mkdir(mode=0o700, exist_ok=True)
    with held(place.home / "lock", timeout=_PATIENCE, say=say):
        yield


def start(place: Place, port: int) -> "tuple[subprocess.Popen[bytes], Running]":
    """Start JupyterLab and wait until it answers; call this `alone`."""
    with explained(place.data):
        if not place.token.exists():
            place.token.parent.mkdir(mode=0o700, exist_ok=True)
            write_whole(place.token, secrets.token_hex(24))
    command = jupyter.command(place, port, as_root=os.geteuid() == 0)
    began = log_size(place, "lab")
    child = launch(place, command, log="lab")
    try:
        return child, _ready(place, child)
    except BaseException as error:
        end(child)
        if isinstance(error, TimeoutError):
            raise EngineError(
                _("JupyterLab does not start. It wrote:\n{lines}", lines=tail(place, "lab", began)),
                next_step=_("The whole log is {log}.", log=place.logs / "lab.log"),
            ) from None
        raise


def launch(place: Place, command: Sequence[str], *, log: str) -> "subprocess.Popen[bytes]":
    """Run a command of this lab in a session of its own, so that Ctrl-C reaches only us."""
    path = place.logs / f"{log}.log"
    with explained(place.data):
        if path.exists() and path.stat().st_size > _LARGE_LOG:
            path.replace(path.with_suffix(".log.1"))
        with path.open("ab") as output:
            return subprocess.Popen(
                command,
                cwd=place.workspace,
                env=jupyter.environment(place, lang(), os.environ),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )


def end(child: "subprocess.Popen[bytes]", patience: float = ENDING) -> None:
    """Ask a child to end; insist after a while."""
    child.terminate()
    try:
        child.wait(patience)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def stop(place: Place) -> bool:
    """End everything that runs for this lab beside the engines; whether JupyterLab ran."""
    found = running(place)
    if found:
        # First, so that whoever watches it ends the rest by itself and restarts nothing.
        process.send([found.pid], signal.SIGTERM)
        if not process.gone([found.pid], [place.mark], timeout=ENDING):
            process.send([found.pid], signal.SIGKILL)
    process.end_all([place.mark], signal.SIGTERM, timeout=ENDING)
    return found is not None


def clear(place: Place) -> None:
    """End what a JupyterLab that died has left behind, unless another runs by now."""
    with alone(place, lambda _message: None):
        if not running(place):
            process.end_all([place.mark], signal.SIGTERM, timeout=ENDING)


def log_size(place: Place, log: str) -> int:
    """How long a log is now."""
    path = place.logs / f"{log}.log"
    return path.stat().st_size if path.exists() else 0


def tail(place: Place, log: str, since: int = 0) -> str:
    """The last lines of a log, of what was written after it was so long."""
    path = place.logs / f"{log}.log"
    content = path.read_bytes() if path.exists() else b""
    lines = content[since if since <= len(content) else 0 :].decode(errors="replace").splitlines()
    return "\n".join([line for line in lines if line.strip()][-_LINES_SHOWN:]) or "—"


def _ready(place: Place, child: "subprocess.Popen[bytes]") -> Running:
    deadline = time.monotonic() + _PATIENCE
    note = place.runtime / f"jpserver-{child.pid}.json"
    while time.monotonic() < deadline and child.poll() is None:
        found = _read(note)
        if found and _answers(found.port):
            return found
        time.sleep(_PAUSE)
    raise TimeoutError


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection(jupyter.HOST, port, timeout=5)
    try:
        connection.request("GET", "/api")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _read(note: Path) -> Running | None:
    try:
        table = json.loads(note.read_text(encoding="utf-8"))
        return Running(int(table["pid"]), int(table["port"]), str(table["token"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None  # half-written, removed just now, or not a note at all
