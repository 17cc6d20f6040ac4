"""PostgreSQL's files: made whole or not at all, checked and mended before a server uses them."""

import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from pgc_lib.errors import EngineError
from pgc_lib.i18n import _
from pgc_lib.stores.engines import process
from pgc_lib.stores.engines.engine import ENVIRONMENT, Site
from pgc_lib.stores.engines.folder import Folder, flush_folder, write_whole
from pgc_lib.stores.engines.trouble import from_log

ADMIN = "postgres"
"""The superuser that a new cluster gets."""

PID, PORT = 0, 3
"""The lines of `postmaster.pid` that hold them."""

_NO_PROCESS = 2_000_000_000
"""Larger than any process id of the systems we run on."""

_SMALL_MACHINE = 4 * 2**30


@dataclass(frozen=True, slots=True)
class Cluster:
    """The folder of a PostgreSQL cluster while no server of ours uses it."""

    lab: Folder
    folder: Path
    site: Site

    def exists(self) -> bool:
        """Whether there is something to keep."""
        return self.folder.exists() and any(self.folder.iterdir())

    def make(self, password: str) -> None:
        """`initdb` beside the place, then one rename: there is a whole cluster or none."""
        self.site.owner.make_folder(self._beside)
        try:
            write_whole(self._password_file, password)
            self.site.owner.take(self._password_file)
            done = subprocess.run(
                [
                    *(self.site.programs.postgres("initdb"), "-D", self._beside),
                    *("--username", ADMIN, "--pwfile", self._password_file),
                    *("--auth=scram-sha-256", "--encoding=UTF8", *_locale()),
                    *(f"--set={name}={value}" for name, value in _advice().items()),
                ],
                cwd=self._beside,
                env=ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                start_new_session=True,
                umask=0o077,
                check=False,
                **self.site.owner.run_as(),
            )
            if done.returncode != 0:
                text = done.stdout + done.stderr
                raise from_log("initdb", text, folder=self.lab.root, log=self.lab.logs)
            self._beside.rename(self.folder)
            flush_folder(self.lab.engines)
        finally:
            self._password_file.unlink(missing_ok=True)
            _discard(self._beside)

    def clear_leftovers(self) -> None:
        """Of a starter that was killed: an `initdb` at work, its folder, the password file."""
        if self._beside.exists():
            process.end_all((f"-D {self._beside}",), signal.SIGKILL, timeout=5)
        _discard(self._beside)
        self._password_file.unlink(missing_ok=True)

    def check(self) -> None:
        """Refuse what these programs cannot serve; take over what another user left here."""
        try:
            theirs = (self.folder / "PG_VERSION").read_text(encoding="ascii").strip()
        except FileNotFoundError:
            raise EngineError(
                _("{path} holds files but is not a PostgreSQL database.", path=self.folder),
                next_step=_("Restore it from a backup, or move it away. Nothing was changed."),
            ) from None
        if theirs != self.site.programs.major:
            raise EngineError(
                _(
                    "{path} was written by PostgreSQL {theirs}; this environment has {ours}.",
                    path=self.folder,
                    theirs=theirs,
                    ours=self.site.programs.postgres_version,
                ),
                next_step=_(
                    "Open it with the release of PGC that made it and export your data there, "
                    "or choose another folder with --data. Nothing was changed."
                ),
            )
        if self.folder.stat().st_uid != self.site.owner.uid:
            self.site.owner.take_tree(self.folder)

    def free_pid_file(self) -> None:
        """Keep a stale `postmaster.pid` from blocking the start.

        PostgreSQL stops at a process id that is alive, though it may by now belong to any program.
        We know that no server of ours runs, so the id is replaced by one that cannot exist. The
        rest of the file stays: by it PostgreSQL still notices a server that uses this folder.
        """
        path = self.folder / "postmaster.pid"
        if not path.exists():
            return
        if note_in(self.folder, PID) is None:
            path.unlink()  # torn by a crash of the machine
            return
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
        write_whole(path, "\n".join((str(_NO_PROCESS), *lines[1:], "")))

    def set_password(self, password: str) -> None:
        """Set the administrator's password from inside, as whoever owns the files may."""
        done = subprocess.run(
            [self.site.programs.postgres(), "--single", "-D", self.folder, ADMIN],
            input=f"alter role {ADMIN} password '{password}'\n",
            text=True,
            errors="replace",
            cwd=self.folder,
            env=ENVIRONMENT,
            capture_output=True,
            check=False,
            **self.site.owner.run_as(),
        )
        if done.returncode != 0 or "ERROR" in done.stderr:
            raise from_log("PostgreSQL", done.stderr, folder=self.lab.root, log=self.lab.logs)

    @property
    def _beside(self) -> Path:
        return self.folder.with_name("postgres.new")

    @property
    def _password_file(self) -> Path:
        return self.lab.engines / ".postgres.password"


def note_in(folder: Path, line: int) -> int | None:
    """A number in the note that a server leaves in its folder; `None` without one."""
    try:
        text = (folder / "postmaster.pid").read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return None
    found = "".join(text.splitlines()[line : line + 1]).strip()
    return int(found) if found.isascii() and found.isdecimal() else None


def _discard(folder: Path) -> None:
    """Remove a half-made cluster, even while a child of a killed `initdb` still writes into it."""
    if folder.exists():
        folder.rename(folder.with_name(f"postgres.old-{secrets.token_hex(4)}"))
    for old in folder.parent.glob("postgres.old-*"):
        for _attempt in range(10):
            shutil.rmtree(old, ignore_errors=True)
            if not old.exists():
                break
            time.sleep(0.05)


def _locale() -> tuple[str, ...]:
    if sys.platform == "darwin":  # has no C.UTF-8 of its own; the built-in one serves all the same
        return ("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C")
    return ("--locale-provider=builtin", "--locale=C.UTF-8")


def _advice() -> dict[str, str]:
    """Settings for a home machine, put into `postgresql.conf`, where a person may change them."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    small = memory < _SMALL_MACHINE
    return {
        "max_connections": "100",
        "shared_buffers": "128MB" if small else "256MB",
        "effective_cache_size": f"{memory // 2**21}MB",  # half of the memory
        "work_mem": "8MB" if small else "16MB",
        "maintenance_work_mem": "64MB" if small else "256MB",
        "max_wal_size": "2GB",
        "wal_compression": "on",
        "random_page_cost": "1.1",
        "jit": "off",
    }
