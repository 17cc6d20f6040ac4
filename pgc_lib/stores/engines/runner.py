"""Getting an engine to run, whatever was left behind, and getting it to stop."""

import signal
import time
from collections.abc import Sequence
from pathlib import Path

from pgc_lib.errors import EngineError
from pgc_lib.i18n import _
from pgc_lib.stores.engines import ports, process
from pgc_lib.stores.engines.engine import ENVIRONMENT, Answer, Engine, Say, Site
from pgc_lib.stores.engines.ports import Ports
from pgc_lib.stores.engines.trouble import PortTaken, WrongPassword, explained, from_log, full_disk

_PAUSE = 0.01
_TRIES = 5
_LAST_WORDS = 3
_LARGE_LOG = 4 * 2**20

# Seconds: how long each kind of answer may go on before it is believed.
_PATIENCE = {
    Answer.BUSY: 1800,
    Answer.UNFINISHED: 60,
    Answer.REFUSED: 15,
    Answer.SILENT: 60,
    Answer.FULL: 0,
    Answer.STRANGER: 0.5,
}
_TELL_AFTER = 2


def ensure(engine: Engine, remembered: Ports, site: Site, say: Say) -> tuple[int, bool]:
    """The port of a running engine, and whether it had to be started."""
    if pid := engine.pid():
        port = engine.noted_port() or remembered.get(engine.name)
        if port and _ready(engine, pid, port, say):
            remembered.keep(engine.name, port)
            return port, False
        stop(
            engine, timeout=30
        )  # it ended just now, or serves on a port that nobody knows any more
    site.check()
    abrupt = engine.noted_pid() is not None  # an orderly stop takes its note away
    engine.prepare(site, say)
    say(_("Starting {engine}…", engine=engine.title))
    return _start(engine, remembered, site, say, abrupt=abrupt), True


def ensure_all(
    engines: Sequence[Engine], remembered: Ports, site: Site, say: Say
) -> dict[str, tuple[int, bool]]:
    """Port and freshness of each engine by name; when one fails, none is left that was new."""
    new = [engine for engine in engines if not engine.pid()]
    try:
        return {engine.name: ensure(engine, remembered, site, say) for engine in engines}
    except EngineError:
        for engine in new:
            stop(engine, timeout=5)
        raise


def stop(engine: Engine, *, timeout: float) -> bool:
    """Stop an engine and all its processes; whether it ran."""
    marks, pid = engine.marks, engine.pid()
    with explained(engine.folder):
        if pid:
            process.send([pid], engine.stop_signal)
            process.gone([pid], marks, timeout=timeout)
        left = process.end_all(marks, signal.SIGQUIT, timeout=5)
    return bool(pid) or left


def _start(engine: Engine, remembered: Ports, site: Site, say: Say, *, abrupt: bool) -> int:
    port, mended = remembered.get(engine.name), False
    for _attempt in range(_TRIES):
        if port is None or not ports.is_free(port):
            port = ports.choose_free()
        with explained(engine.lab.root):
            # Before the start: should we be killed right after, the engine can still be found.
            remembered.keep(engine.name, port)
            _rotate(engine.log)
        try:
            _launch(engine, port, site, say, abrupt=abrupt)
        except PortTaken:
            port = None
        except WrongPassword:
            # Of a lab restored without its secrets. Who owns the files may set a new password.
            stop(engine, timeout=30)
            if mended:
                raise
            engine.set_password(site)
            mended = True
        else:
            return port
    raise EngineError(
        _("{engine} found no free port.", engine=engine.title),
        next_step=_("Stop programs that listen on many ports, then start again."),
    )


def _launch(engine: Engine, port: int, site: Site, say: Say, *, abrupt: bool) -> None:
    before = _sizes(engine)
    with explained(engine.lab.root):
        pid = process.launch(
            engine.command(port, site),
            log=engine.log,
            cwd=engine.folder,
            user=site.owner.run_as(),
            env=ENVIRONMENT,
        )
    if not _ready(engine, pid, port, say, abrupt=abrupt):
        # What it wrote last may still be on its way through its log collector.
        process.gone(process.all_bearing(engine.marks), engine.marks, timeout=_LAST_WORDS)
        stop(engine, timeout=5)
        raise from_log(
            engine.title, _written_since(engine, before), folder=engine.lab.root, log=engine.log
        )


def _ready(engine: Engine, pid: int, port: int, say: Say, *, abrupt: bool = False) -> bool:
    """Whether the process came to answer; not when it ended or never listened on this port."""
    began, told = time.monotonic(), False
    while (answer := engine.login(port)) is not Answer.READY:
        if answer is Answer.UNFINISHED:
            answer = engine.finish(port)
        waited = time.monotonic() - began
        if not process.is_there(pid):
            return False
        if waited > _PATIENCE[answer]:
            if answer is Answer.REFUSED:
                return False
            if answer is Answer.FULL:
                raise full_disk(engine.lab.root)
            raise _no_answer(engine, answer)
        if waited > _TELL_AFTER and not told:
            say(
                _("{engine} is recovering after an abrupt stop…", engine=engine.title)
                if abrupt
                else _("{engine} is still starting…", engine=engine.title)
            )
            told = True
        time.sleep(_PAUSE)
    return True


def _no_answer(engine: Engine, answer: Answer) -> EngineError:
    if answer is Answer.STRANGER:
        return WrongPassword(
            _(
                "{engine} does not accept the password in {path}.",
                engine=engine.title,
                path=engine.lab.secrets,
            ),
            next_step=_(
                "Restore that folder; or run `pgc stop` and start again, which sets the password "
                "that is there now."
            ),
        )
    return EngineError(
        _("{engine} runs but does not answer.", engine=engine.title),
        next_step=_("Wait a moment, or run `pgc stop` and start again."),
    )


def _rotate(log: Path) -> None:
    if log.exists() and log.stat().st_size > _LARGE_LOG:
        log.replace(log.with_suffix(".log.1"))


def _logs(engine: Engine) -> list[Path]:
    return sorted(engine.lab.logs.glob(f"{engine.name}*.log"))


def _sizes(engine: Engine) -> dict[Path, int]:
    return {path: path.stat().st_size for path in _logs(engine)}


def _written_since(engine: Engine, before: dict[Path, int]) -> str:
    parts: list[str] = []
    for path in _logs(engine):
        content = path.read_bytes()
        start = before.get(path, 0)
        parts.append(content[start if start <= len(content) else 0 :].decode(errors="replace"))
    return "\n".join(parts)
