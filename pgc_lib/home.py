"""A lab at home: engines from wheels, one folder, one person; the same roles and rules as on a server.

Opening an existing lab must be quick, so everything that makes a new one is imported only when the
database says that it is needed.
"""

import getpass
import json
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pgc_lib.core.ids import new_id
from pgc_lib.core.session import Session
from pgc_lib.errors import SettingError, Unavailable
from pgc_lib.i18n import _, lang
from pgc_lib.settings import Secret, settings
from pgc_lib.stores import embedded
from pgc_lib.stores.postgres import Address, role_of

if TYPE_CHECKING:
    from pgc_lib.core.administration import Administration

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Keys:
    """The passwords and keys of a home lab, kept in its secrets folder and nowhere else."""

    owner_password: str
    worker_password: str
    encryption_key: str
    person: UUID
    name: str
    password: str
    redis_password: str


def open_home(data: Path, *, on_progress: Progress | None = None) -> Session:
    """The session of the person at home; makes whatever is missing on the way."""
    say = on_progress or (lambda _message: None)
    endpoints = embedded.start(data, on_progress=on_progress)
    keys = _keys(data)
    address = Address(endpoints.postgres_host, endpoints.postgres_port, endpoints.database)
    session = _session(keys, address, endpoints.redis_admin)
    zone = _zone_of(session.database.reveal())
    if zone is None:
        say(_("Preparing the database"))
        _prepare(data, keys, endpoints, say)
        zone = _zone_of(session.database.reveal())
    if zone is None:
        raise Unavailable(
            _("This lab's database and this program are not of the same version."),
            next_step=_(
                "PGC was probably updated meanwhile: restart this kernel, or run `./pgc stop` and `./pgc lab`; `./pgc doctor` says more."
            ),
        )
    return replace(session, time_zone=zone)


def administration(data: Path) -> "Administration":
    """The logins of a home lab's administrator, for the care of its people."""
    from pgc_lib.core.administration import Administration

    endpoints = embedded.start(data)
    address = Address(endpoints.postgres_host, endpoints.postgres_port, endpoints.database)
    owner = address.login("pgc_owner", _keys(data).owner_password)
    return Administration(Secret(owner), Secret(endpoints.redis_admin))


def name_at(data: Path) -> str | None:
    """Whose lab a folder holds; None before its first start. Nothing is made or started."""
    return _keys(data).name if (data / "secrets" / "lab.json").exists() else None


def worker_urls(data: Path) -> tuple[str, str]:
    """The database URL of the worker and the administrator's Redis URL, for the relay and schedules."""
    endpoints = embedded.start(data)
    address = Address(endpoints.postgres_host, endpoints.postgres_port, endpoints.database)
    return address.login("pgc_worker", _keys(data).worker_password), endpoints.redis_admin


def _session(keys: Keys, address: Address, redis_admin: str) -> Session:
    host = redis_admin.rpartition("@")[2]
    return Session(
        person=keys.person,
        name=keys.name,
        database=Secret(address.login(role_of(keys.person), keys.password)),
        redis_url=Secret(f"redis://{role_of(keys.person)}:{keys.redis_password}@{host}"),
        encryption_key=settings().encryption_key or Secret(keys.encryption_key),
        attachments_url=settings().attachments_url,
    )


def _zone_of(url: str) -> str | None:
    """The person's time zone; None when they cannot log in or the database is not at this version of the code."""
    import psycopg

    from pgc_lib.stores.migrations import current, head

    try:
        with psycopg.connect(url, connect_timeout=5) as connection:
            if current(connection) != head():
                return None
            found = connection.execute(
                "select time_zone from pgc.persons where id = pgc.me()"
            ).fetchone()
            return str(found[0]) if found else None
    except psycopg.Error:
        return None  # no such role or table yet: `_prepare` finds out and says what is wrong


def _prepare(data: Path, keys: Keys, endpoints: Any, say: Progress) -> None:
    from pgc_lib.core.provisioning import create_person
    from pgc_lib.stores.bootstrap import prepare
    from pgc_lib.stores.migrations import upgrade

    owner = prepare(
        endpoints.postgres_admin,
        owner_password=keys.owner_password,
        worker_password=keys.worker_password,
    )
    upgrade(owner, admin_url=endpoints.postgres_admin, backup_dir=data / "backups", on_progress=say)
    say(_("Creating {name}", name=keys.name))
    create_person(
        owner,
        keys.name,
        id=keys.person,
        password=keys.password,
        lang=lang(),
        time_zone=_system_zone(),
        redis_admin_url=endpoints.redis_admin,
        redis_password=keys.redis_password,
    )


def _system_zone() -> str:
    """The machine's time zone by its name."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    from tzlocal import get_localzone_name

    try:
        return ZoneInfo(get_localzone_name() or "").key
    except (ZoneInfoNotFoundError, ValueError):
        return "UTC"  # the machine has a clock without a place, as small containers do


def _keys(data: Path) -> Keys:
    """The keys of this lab, made once. Whoever links the file first wins; the others read it."""
    path = data / "secrets" / "lab.json"
    if not path.exists():
        _make_keys(path)
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
        return Keys(**{**table, "person": UUID(table["person"])})
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise SettingError(
            _("The keys of this lab in {path} cannot be read: {error}", path=path, error=error),
            next_step=_(
                "Restore this file from a backup; without it encrypted fields stay closed."
            ),
        ) from error


def _make_keys(path: Path) -> None:
    from pgc_lib.core.crypto import new_key

    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    keys = {
        "owner_password": secrets.token_urlsafe(24),
        "worker_password": secrets.token_urlsafe(24),
        "encryption_key": new_key(),
        "person": str(new_id()),
        "name": _login_name(),
        "password": secrets.token_urlsafe(24),
        "redis_password": secrets.token_urlsafe(24),
    }
    draft = path.with_name(f".lab-{os.getpid()}.json")
    descriptor = os.open(draft, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(keys, file)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass  # another process was first; its keys are the ones in use
    finally:
        draft.unlink()


def _login_name() -> str:
    try:
        return getpass.getuser()[:64]
    except (OSError, KeyError):
        return "me"  # a container's user may have no name
