"""Checks of the machine: Python, its packages, disk, access rights, clock, language, fonts, browser."""

import os
import platform
import re
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pgc_lib.i18n import _, lang, n_
from pgc_lib.ops.finding import Case, Finding
from pgc_lib.settings import unknown_variables

_OLDEST, _NEWEST = (3, 11), (3, 14)
_SCARCE, _LOW = 200 * 2**20, 2 * 2**30
_FEW_FILES = 10_000
_BUILT = datetime(2026, 1, 1, tzinfo=UTC)
"""No clock that is right shows an earlier time."""
_NAME = re.compile(r"[\w.-]+")
_PROBE_SECONDS = 10
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def python(_case: Case) -> Iterator[Finding]:
    """The interpreter."""
    version = platform.python_version()
    if not _OLDEST <= sys.version_info[:2] <= _NEWEST:
        yield Finding(
            "python",
            "failure",
            _("Python {version} is not supported.", version=version),
            _("Name a Python 3.11 to 3.14 with PGC_PYTHON and run ./pgc again."),
        )
        return
    yield Finding("python", "ok", f"{version}  {sys.prefix}")


def packages(_case: Case) -> Iterator[Finding]:
    """What PGC is built on is installed; `./pgc` itself sees to the releases."""
    try:
        declared = metadata.requires("pgc-lab") or []
    except metadata.PackageNotFoundError:
        yield Finding(
            "packages",
            "warning",
            _("PGC runs from its source and is not installed; notebooks may not find it."),
            _("Start it with ./pgc, which installs it in .venv."),
        )
        return
    # What depends on the system or on an extra may rightly be absent.
    wanted = [found[0] for line in declared if ";" not in line and (found := _NAME.match(line))]
    missing = sorted(name for name in wanted if not _is_installed(name))
    if missing:
        yield Finding(
            "packages",
            "failure",
            _("Missing: {names}.", names=", ".join(missing)),
            _("Remove .venv and run ./pgc again; your data is elsewhere and stays."),
        )
        return
    yield Finding("packages", "ok", n_("{n} package", "{n} packages", len(wanted)))


def _is_installed(name: str) -> bool:
    try:
        return bool(metadata.version(name))
    except metadata.PackageNotFoundError:
        return False


def configuration(case: Case) -> Iterator[Finding]:
    """Every setting can be used, and no variable is one that nobody reads."""
    for error in case.survey.errors:
        yield Finding("settings", "failure", error.message, error.next_step)
    unknown = unknown_variables(case.environment)
    for name, near in unknown.items():
        yield Finding(
            "settings",
            "warning",
            _("There is no setting for the variable {name}.", name=name),
            _("Did you mean {names}?", names=near) if near else _("Unset it."),
        )
    if not case.survey.errors and not unknown:
        given = [one.setting.name for one in case.survey.found if one.source != "default"]
        yield Finding("settings", "ok", ", ".join(given) or _("all as they come"))


def disk(case: Case) -> Iterator[Finding]:
    """Room for data, and for the number of files."""
    place = nearest(case.data)
    free = shutil.disk_usage(place).free
    facts = os.statvfs(place)
    if facts.f_flag & os.ST_RDONLY:
        yield Finding(
            "disk",
            "failure",
            _("{path} lies on a disk that can only be read.", path=place),
            _("Choose another folder with --data."),
        )
        return
    message = _("{free} free for {path}", free=gigabytes(free), path=case.data)
    advice = _("Free some space, or move the folder to a larger disk.")
    if free < _SCARCE:
        yield Finding("disk", "failure", message, advice)
    elif free < _LOW or (facts.f_files > 0 and facts.f_favail < _FEW_FILES):
        yield Finding("disk", "warning", message, advice)
    else:
        yield Finding("disk", "ok", message)


def rights(case: Case) -> Iterator[Finding]:
    """The folder is mine and writable; the secrets are for nobody else."""
    data = case.data
    if not os.path.lexists(data):
        above = nearest(data)
        if os.access(above, os.W_OK | os.X_OK):
            yield Finding("rights", "ok", _("{path} will be made.", path=data))
        else:
            yield _closed(data, above)
        return
    if not data.is_dir() or not os.access(data, os.R_OK | os.W_OK | os.X_OK):
        yield _closed(data, data)
        return
    secrets = data / "secrets"
    open_ones = [
        path
        for path in ([secrets, *secrets.iterdir()] if secrets.is_dir() else [])
        if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)
    ]
    if open_ones:
        names = ", ".join(str(path.relative_to(data)) for path in open_ones)
        yield Finding(
            "rights",
            "failure",
            _("Others on this machine may read {names}.", names=names),
            f"chmod -R go-rwx '{secrets}'",
        )
        return
    yield Finding("rights", "ok", _("the folder is writable, the secrets are closed to others"))


def _closed(data: Path, at: Path) -> Finding:
    return Finding(
        "rights",
        "failure",
        _("{path} cannot be used: {at} is closed to you.", path=data, at=at),
        _("Give yourself the right to write there, or choose another folder with --data."),
    )


def clock(case: Case) -> Iterator[Finding]:
    """The time is plausible and never went back; the zone of the lab is known."""
    from pgc_lib.core.zone import zone

    now = datetime.now().astimezone()
    advice = _("Set the clock, best by a time service (timedatectl set-ntp true).")
    if now < _BUILT:
        yield Finding("clock", "failure", _("The clock shows {now}.", now=f"{now:%c}"), advice)
        return
    control = case.data / "engines" / "postgres" / "global" / "pg_control"
    try:
        ahead = control.stat().st_mtime - time.time()
    except OSError:
        ahead = 0.0  # no database yet, or not ours to look at
    if ahead > 60:
        message = _(
            "The clock was set back: the database was written {n} s from now.", n=int(ahead)
        )
        yield Finding("clock", "warning", message, advice)
        return
    try:
        name = str(zone())
        ZoneInfo(name)
    except ZoneInfoNotFoundError as error:
        yield Finding(
            "clock",
            "failure",
            _("The time zones of the world are not installed: {error}", error=error),
            _("Install them (Debian: apt install tzdata)."),
        )
        return
    message = _(
        "{now} on this machine; the lab counts days in {zone}", now=f"{now:%H:%M UTC%z}", zone=name
    )
    yield Finding("clock", "ok", message)


def language(_case: Case) -> Iterator[Finding]:
    """Text goes out as UTF-8, and Chinese can be drawn."""
    encoding = (sys.stdout.encoding or "").lower().replace("-", "")
    if encoding != "utf8":
        yield Finding(
            "language",
            "warning",
            _("The terminal takes {encoding}; Chinese cannot be shown there.", encoding=encoding),
            _("Set a UTF-8 locale, such as LANG=C.UTF-8."),
        )
    else:
        yield Finding("language", "ok", f"{lang()}, UTF-8")
    if sys.platform != "linux":
        return  # macOS comes with Chinese fonts
    families = _output("fc-list", ":lang=zh", "family")
    if families:
        yield Finding("fonts", "ok", families.splitlines()[0].partition(",")[0])
    else:
        yield Finding(
            "fonts",
            "warning",
            _("No Chinese font was found; charts and reports show boxes instead."),
            _("Install one (Debian: apt install fontconfig fonts-noto-cjk)."),
        )


def browser(_case: Case) -> Iterator[Finding]:
    """Only the browser tests need this one; people open the lab in any browser."""
    named = os.environ.get("PGC_CHROMIUM", "")
    found = next(
        (path for name in (named, *_BROWSERS) if name and (path := shutil.which(name))), ""
    )
    version = _output(found, "--version").strip() if found else ""
    absent = _("Chromium is not here; only the browser tests would use it")
    yield Finding("browser", "ok", version or absent)


def nearest(path: Path) -> Path:
    """The path itself, or the first folder above it that exists."""
    return next(each for each in (path, *path.parents) if os.path.exists(each))  # noqa: PTH110


def gigabytes(size: int) -> str:
    """Bytes as a person reads them."""
    return f"{size / 1e9:,.1f} GB"


def _output(*command: str) -> str:
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=_PROBE_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout if done.returncode == 0 else ""
