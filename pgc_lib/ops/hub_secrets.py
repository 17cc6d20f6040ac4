"""The secrets of a hub in containers: one file each, made once, read by the service that needs it and by nobody else.

A service is given files, never values: nothing of a secret is in `docker inspect`, in an image, in a log or on a command
line. The files belong to whoever runs the services, 0600 in a folder of 0700.

New passwords for PostgreSQL and MongoDB are set by the `prepare` service, which logs in with the ones before; until it did,
those are kept in `*_previous`, a line each. The master secret is never changed here: persons' keys derive from it, and
what they sealed would stay closed.
"""

import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pgc_lib.errors import SettingError
from pgc_lib.i18n import _
from pgc_lib.stores.engines.trouble import explained

SERVICE_USER = 1500
"""Whom the services run as when root makes the secrets: nobody on the host, and not root."""
MODELS = "models"
"""A folder for the providers' file and keys of the model gateway, kept by the administrator."""
ADMIN_PASSWORD = "admin_password"  # noqa: S105 # the name of a file
"""The first administrator's first password."""

_KEPT = ("hub_secret", ADMIN_PASSWORD, "model_key", "smtp_password")
"""What `--rotate` leaves alone: the master secret, what counts once only, what was given."""
_PREVIOUS = {"postgres_previous": "postgres_url", "mongo_previous": "mongo_url"}

Values = Mapping[str, str]


def _token(_values: Values) -> str:
    return secrets.token_urlsafe(32)


def _short(_values: Values) -> str:
    return secrets.token_urlsafe(12)


def _hex(_values: Values) -> str:
    return secrets.token_hex(32)


def _nothing(_values: Values) -> str:
    return ""


def _login(scheme: str, user: str, place: str) -> Callable[[Values], str]:
    return lambda _values: f"{scheme}://{user}:{secrets.token_urlsafe(32)}@{place}"


def _url(scheme: str, user: str, password: str, place: str) -> Callable[[Values], str]:
    return lambda values: f"{scheme}://{user}:{values[password]}@{place}"


_FILES: dict[str, Callable[[Values], str]] = {
    "postgres_password": _token,
    "postgres_url": _url("postgresql", "postgres", "postgres_password", "postgres:5432/postgres"),
    "postgres_previous": _nothing,
    "owner_url": _login("postgresql", "pgc_owner", "postgres:5432/pgc"),
    "worker_url": _login("postgresql", "pgc_worker", "postgres:5432/pgc"),
    "gateway_url": _login("postgresql", "pgc_gateway", "postgres:5432/pgc"),
    "hub_url": _login("postgresql", "pgc_hub", "postgres:5432/pgc_hub"),
    "mongo_password": _token,
    "mongo_url": _url("mongodb", "pgc_admin", "mongo_password", "mongo:27017/admin"),
    "mongo_previous": _nothing,
    "redis_url": _login("redis", "pgc_admin", "redis:6379/0"),
    "gateway_redis_url": _login("redis", "pgc_gateway", "redis:6379/0"),
    "hub_secret": _token,
    "cookie_secret": _hex,
    "proxy_token": _token,
    "worker_token": _token,
    "culler_token": _token,
    ADMIN_PASSWORD: _short,
    "model_key": _nothing,
    "smtp_password": _nothing,
}
"""Each file and what it holds; a later one may be made of an earlier one."""


@dataclass(frozen=True, slots=True)
class Made:
    """What became of the files."""

    new: tuple[str, ...]
    kept: tuple[str, ...]


def make(folder: Path, *, rotate: bool = False, user: int | None = None) -> Made:
    """Make the files that are missing; with `rotate`, new ones for all that can change."""
    with explained(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        _folder(folder / MODELS, user)
        values = {name: _read(folder / name) for name in _FILES if (folder / name).is_file()}
        fresh: dict[str, str] = {}
        for name, maker in _FILES.items():
            if name in values and not (rotate and name not in _KEPT):
                continue
            if name in _PREVIOUS:
                fresh[name] = _lines(values.get(name, ""), values.get(_PREVIOUS[name], ""), rotate)
            else:
                fresh[name] = maker({**values, **fresh})
        # What was is written before what will be: a crash in between loses no way in.
        for name in sorted(fresh, key=lambda name: name not in _PREVIOUS):
            _write(folder / name, fresh[name], user)
    return Made(tuple(fresh), tuple(name for name in _FILES if name not in fresh))


def settle(folder: Path) -> None:
    """Forget the passwords before the present ones: every engine took the new."""
    with explained(folder):
        for name in _PREVIOUS:
            path = folder / name
            if path.is_file() and path.stat().st_size:
                path.write_text("", encoding="utf-8")


def values_in(folder: Path) -> dict[str, str]:
    """What the files hold, for tests that look for it elsewhere and for the services' own checks."""
    return {name: _read(folder / name) for name in _FILES}


def missing_in(folder: Path) -> tuple[str, ...]:
    """The files that are not there."""
    return tuple(name for name in _FILES if not (folder / name).is_file())


def _folder(folder: Path, user: int | None) -> None:
    folder.mkdir(mode=0o700, exist_ok=True)
    if user is not None:
        os.chown(folder, user, user)


def _lines(before: str, last: str, rotate: bool) -> str:
    lines = before.split() + ([last] if rotate and last else [])
    return "\n".join(dict.fromkeys(lines))


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except PermissionError as error:
        raise SettingError(
            _("The secret {path} cannot be read by this user.", path=path),
            next_step=_("Run the command as the user who ran `pgc hub init`."),
        ) from error


def _write(path: Path, value: str, user: int | None) -> None:
    """A whole file or none, which nobody else could read for a moment."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        if user is not None:
            os.fchown(file.fileno(), user, user)
        file.write(value)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
