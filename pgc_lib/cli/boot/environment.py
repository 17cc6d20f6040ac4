"""`.venv` of a project folder: how far it is, and the way from nothing to ready.

A stamp inside it says what it was made from and how far it got. `creating`: nothing in it can be relied on;
`installing`: the bare environment is whole, packages may be half there; `ready`: nothing needs to be done.
"""

import os
import selectors
import shutil
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from pgc_lib.cli.boot.packages import (
    Fetching,
    added_by_hand,
    broken_packages,
    packages_in,
    remove_all_but,
)
from pgc_lib.cli.boot.progress import Progress
from pgc_lib.cli.boot.texts import reason_of, say

OLDEST, NEWEST = (3, 11), (3, 14)
LOCKS = {
    "lab": "requirements.lock",
    "hub": "requirements-hub.lock",
    "test": "requirements-test.lock",
}
"""The lock of each level of the environment; each level holds everything of those before it."""
_LEVEL_OF = {"hub": "hub", "test": "test", "check": "test", "bench": "test", "lock": "test"}
_ROOM = 2_500_000_000
"""Bytes that must be free before an environment is made: its own size and the downloads at their largest."""
_TAIL = 12
_PAUSE = 0.2
_COMPILE = "import compileall, sys; compileall.compile_dir(sys.argv[1], quiet=2, workers=0)"
"""pip would compile one file after another; this takes every core. Some files are templates and no Python: no matter."""


class Failure(Exception):
    """The environment cannot be made; the text says why and what to do."""


class Stopped(Exception):
    """The person, or the system, asked to stop."""


class Environment:
    """`.venv` of a project folder, its stamp, and the way from nothing to ready."""

    def __init__(self, root: Path, base: str = "") -> None:
        self.root = root
        self.venv = root / ".venv"
        self.python = self.venv / "bin" / "python"
        self.stamp = self.venv / ".pgc-stamp"
        self.log = self.venv / "pgc-install.log"
        self.base = base or getattr(sys, "_base_executable", sys.executable)
        self.version = f"{sys.version_info[0]}.{sys.version_info[1]}"
        self.tail: deque[str] = deque(maxlen=_TAIL)
        self.marks = ""
        self._held = -1
        self._stopping = False

    def stop(self, _signal: int = 0, _frame: object = None) -> None:
        """Ask for an end at the next moment at which nothing is left half started."""
        self._stopping = True

    def go_on(self) -> None:
        """Go on unless an end was asked for."""
        if self._stopping:
            raise Stopped

    def read_stamp(self) -> dict[str, str]:
        """What the stamp says; nothing when there is none."""
        try:
            lines = self.stamp.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError):
            return {}
        return dict(line.split("=", 1) for line in lines if "=" in line)

    def write_stamp(self, state: str, level: str) -> None:
        """Say how far the environment is, in one step that leaves the old stamp or the new one."""
        facts = {"state": state, "level": level, "root": str(self.root), "python": self.version}
        if state == "ready":
            facts["digest"] = self.digest(level)
        new = self.stamp.with_suffix(".new")
        new.write_text(
            "".join(f"{name}={fact}\n" for name, fact in facts.items()), encoding="utf-8"
        )
        new.replace(self.stamp)

    def digest(self, level: str) -> str:
        """What the environment was made from."""
        from hashlib import sha256

        made_from = sha256()
        for name in (LOCKS[level], "pyproject.toml"):
            path = self.root / name
            try:
                made_from.update(path.read_bytes())
            except FileNotFoundError:
                raise Failure(say("incomplete", path=path)) from None
        return made_from.hexdigest()

    def level_for(self, verb: str, stamp: dict[str, str]) -> str:
        """The level a command needs, or the higher one that the environment already has."""
        order = list(LOCKS)
        has = stamp.get("level", "lab")
        return max(_LEVEL_OF.get(verb, "lab"), has if has in order else "lab", key=order.index)

    def is_ready(self, stamp: dict[str, str], level: str) -> bool:
        """Whether nothing needs to be done: the only question of an ordinary start."""
        return (
            stamp.get("state") == "ready"
            and stamp.get("level") == level
            and not self.is_elsewhere(stamp)
            and stamp.get("digest") == self.digest(level)
        )

    def is_elsewhere(self, stamp: dict[str, str]) -> bool:
        """Whether the environment was moved, lost its Python, or another Python is asked for."""
        other_python = bool(os.environ.get("PGC_PYTHON")) and stamp.get("python") != self.version
        return other_python or stamp.get("root") != str(self.root) or not self.works()

    def is_foreign(self) -> bool:
        """Whether an environment without a stamp holds anything but the first trace of one of ours."""
        return self.venv.exists() and any(
            path.suffix != ".new" or path.stem != self.stamp.name for path in self.venv.iterdir()
        )

    def works(self) -> bool:
        """Whether the environment's Python runs; most often it is the one that runs this."""
        if sys.executable == str(self.python):
            return True
        if not self.python.exists():
            return False
        return subprocess.run([self.python, "-I", "-S", "-c", ""], check=False).returncode == 0

    def prepare(self, verb: str, progress: Progress) -> None:
        """Bring the environment to the level that a command needs, one process at a time."""
        self.take_lock(progress)
        stamp = self.read_stamp()
        level = self.level_for(verb, stamp)
        if self.is_ready(stamp, level):
            return  # another one did it while we waited
        self.digest(level)  # an incomplete copy shows before anything is changed
        state = stamp.get("state")
        if not stamp and self.is_foreign():
            raise Failure(say("foreign", venv=self.venv))
        whole = state in ("installing", "ready") and not self.is_elsewhere(stamp)
        if whole:
            grows = "more" if level != stamp.get("level") else "change"
            progress.note(say("resume" if state == "installing" else grows, venv=self.venv))
            progress.start(say("venv", python=stamp.get("python", self.version)))
            self.version = stamp.get("python", self.version)
            self.write_stamp("installing", level)
            for broken in broken_packages(self.site_packages()):
                shutil.rmtree(broken, ignore_errors=True)
            progress.done()
        else:
            self.make(state, level, progress)
        self.log.unlink(missing_ok=True)
        self.install(level, progress)
        self.write_stamp("ready", level)

    def make(self, state: str | None, level: str, progress: Progress) -> None:
        """Make the bare environment, in place of what is there."""
        if state in ("installing", "ready"):
            progress.note(say("again", venv=self.venv))
            own = sorted(added_by_hand(self.site_packages(), self.locked_names()))
            if own:
                progress.note(say("own", names=", ".join(own)))
        else:
            progress.note(say("begin" if state is None else "resume", venv=self.venv))
        if self.venv.exists():
            # What remains of a removal that is cut off is then known as ours.
            self.write_stamp("creating", level)
            remove_all_but(self.venv, self.stamp)
        if shutil.disk_usage(self.root).free < _ROOM:
            raise Failure(say("failed", why=say("disk")))
        progress.start(say("venv", python=sys.version.split()[0]))
        self.venv.mkdir(exist_ok=True)
        self.write_stamp("creating", level)
        self.run([self.base, "-I", "-X", "utf8", "-m", "venv", "--prompt", "pgc", str(self.venv)])
        self.write_stamp("installing", level)
        progress.done()

    def install(self, level: str, progress: Progress) -> None:
        """Let pip install the lock and then the project itself, in place."""
        path = self.root / LOCKS[level]
        fetching = Fetching(path.read_text(encoding="utf-8"))
        before: set[str] = set()

        def arrived() -> None:
            nonlocal before
            progress.update(f"{fetching.seen}/{fetching.total}")
            progress.done()
            progress.start(say("install"))
            before = self.installed() or {""}

        def show() -> None:
            if not fetching.to_install:
                progress.update(f"{fetching.seen}/{fetching.total}", fetching.now)
                return
            if not before:
                arrived()
            count = min(len(self.installed() - before), fetching.to_install)
            progress.update(f"{count}/{fetching.to_install}")

        progress.start(say("fetch"))
        options = ["--no-deps", "--require-hashes", "--progress-bar=off", f"--requirement={path}"]
        self.run([*self.pip(), *options], fetching.read, show)
        if not before:
            arrived()
        if fetching.to_install:
            self.run([*self.own_python(), "-c", _COMPILE, str(self.site_packages())])
            progress.update(f"{fetching.to_install}/{fetching.to_install}")
        progress.done()
        progress.start(say("self"))
        options = ["--no-deps", "--no-index", "--no-build-isolation", "--editable", str(self.root)]
        self.run([*self.pip(), *options])
        progress.done()

    def pip(self) -> list[str]:
        """The environment's pip, with the person's own PIP_* settings and no other Python's packages."""
        options = ["--no-input", "--disable-pip-version-check", "--no-color"]
        return [*self.own_python(), "-m", "pip", *options, "install", "--no-user", "--no-compile"]

    def own_python(self) -> list[str]:
        """The environment's Python, which no setting of the person's leads astray."""
        return [str(self.python), "-I", "-X", "utf8"]

    def run(
        self,
        command: list[str],
        read: Callable[[str], None] | None = None,
        show: Callable[[], None] | None = None,
    ) -> None:
        """Run one step with its output in the log; the child shares the lock, should we be killed."""
        self.go_on()
        self.tail.clear()
        self.marks = ""
        with (
            self.log.open("ab") as log,
            subprocess.Popen(
                command,
                cwd=self.root,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                pass_fds=(self._held,) if self._held >= 0 else (),
                process_group=0,
            ) as child,
        ):
            try:
                self._follow(child, log.write, read, show)
            except BaseException:
                with suppress(ProcessLookupError):
                    os.killpg(child.pid, signal.SIGTERM)  # pip is often a child of the child
                raise
        if child.returncode:
            raise Failure(self.explained())

    def _follow(
        self,
        child: "subprocess.Popen[bytes]",
        keep: Callable[[bytes], object],
        read: Callable[[str], None] | None,
        show: Callable[[], None] | None,
    ) -> None:
        assert child.stdout is not None
        rest = b""
        with selectors.DefaultSelector() as ready:
            ready.register(child.stdout, selectors.EVENT_READ)
            while True:
                self.go_on()
                if ready.select(timeout=_PAUSE):
                    piece = os.read(child.stdout.fileno(), 65536)
                    if not piece:
                        return
                    keep(piece)
                    *lines, rest = (rest + piece).split(b"\n")
                    for line in lines:
                        text = line.decode("utf-8", "replace").rstrip()
                        if text:
                            self.tail.append(text)
                        if reason_of(text) != "other":
                            self.marks += text + "\n"
                        if read:
                            read(text)
                if show:
                    show()

    def explained(self) -> str:
        """Why the step failed: the end of its record, the reason, the next step, the whole record."""
        why = say(reason_of(self.marks), venv=self.venv, python=self.version)
        end = "".join(f"    {line}\n" for line in self.tail)
        return f"{end}\n{say('failed', why=why)}\n{say('log', path=self.log)}"

    def installed(self) -> set[str]:
        """The packages that are there, each with its version."""
        return {info.name for info in self.site_packages().glob("*.dist-info")}

    def site_packages(self) -> Path:
        """Where the environment keeps its packages."""
        return next((self.venv / "lib").glob("python3*/site-packages"), self.venv / "none")

    def locked_names(self) -> set[str]:
        """Every package that a lock names, in one spelling."""
        texts = (self.root / name for name in LOCKS.values())
        pins = (
            pin for path in texts if path.exists() for pin in packages_in(path.read_text("utf-8"))
        )
        return {pin.partition("=")[0].lower().replace("-", "_").replace(".", "_") for pin in pins}

    def take_lock(self, progress: Progress) -> None:
        """Hold the lock of this project; the kernel frees it when the last holder ends, however it ends."""
        import fcntl

        self._held = os.open(self.root / ".venv.lock", os.O_RDWR | os.O_CREAT, 0o644)
        told = False
        while True:
            self.go_on()
            try:
                fcntl.flock(self._held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                if not told:
                    progress.note(say("wait"))
                    told = True
                time.sleep(_PAUSE)
