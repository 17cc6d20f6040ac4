"""A dump of the whole database by `pg_dump`: complete, or not there at all.

Row security hides people's rows from everyone else, so only a superuser or a role with BYPASSRLS can
make one. It holds what people keep, unencrypted but for sensitive fields: only its owner may read it.
"""

import os
import re
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict

from pgc_lib.errors import EngineError, FullDisk, PgcError, StoreError
from pgc_lib.i18n import _
from pgc_lib.stores.engines.programs import installed
from pgc_lib.stores.postgres import translated

_ARGUMENTS = {"host": "--host", "port": "--port", "user": "--username", "dbname": "--dbname"}
_VARIABLES = {
    "password": "PGPASSWORD",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
}
_SEES_ALL = "select rolsuper or rolbypassrls from pg_roles where rolname = current_user"


def sees_everything(url: str) -> bool:
    """Whether a login looks past row security."""
    with translated(), psycopg.connect(url, connect_timeout=10) as connection:
        row = connection.execute(_SEES_ALL).fetchone()
        return bool(row and row[0])


def dump(url: str, target: Path) -> Path:
    """Write a dump that `pg_restore` reads."""
    with translated(), psycopg.connect(url, connect_timeout=10) as connection:
        major = connection.info.server_version // 10000
    program = _program(major)
    draft = target.with_name(f".{target.name}.part")
    options = {name: str(value) for name, value in conninfo_to_dict(url).items() if value}
    # What is secret goes by the environment: arguments can be read by every user of the machine.
    environment = dict(os.environ)
    environment |= {name: options[key] for key, name in _VARIABLES.items() if key in options}
    arguments = [f"{name}={options[key]}" for key, name in _ARGUMENTS.items() if key in options]
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft.unlink(missing_ok=True)
        draft.touch(mode=0o600)
        done = subprocess.run(
            [
                program,
                "--format=custom",
                "--compress=1",
                "--lock-wait-timeout=60s",
                f"--file={draft}",
                "--no-password",
                *arguments,
            ],
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
        if done.returncode != 0:
            raise _failed(done.stderr.strip(), target.parent)
        with draft.open("rb") as file:
            os.fsync(file.fileno())
        draft.rename(target)
    except OSError as error:
        raise _failed(str(error), target.parent) from error
    finally:
        with suppress(OSError):  # where nothing can be written, nothing is left behind
            draft.unlink(missing_ok=True)
    return target


def _failed(reason: str, folder: Path) -> PgcError:
    if "No space left on device" in reason:
        return FullDisk(
            _("There is no room in {folder} for a backup of the database.", folder=folder),
            next_step=_("Free some space on its disk, then try again. Nothing was changed."),
        )
    return StoreError(
        _("The database could not be backed up: {error}", error=reason),
        next_step=_("Run `pgc doctor`; then try again. Nothing was changed."),
    )


def _program(major: int) -> str:
    """A `pg_dump` that is not older than the server: the one in the wheel, or one on PATH."""
    found = [shutil.which("pg_dump")]
    with suppress(EngineError):  # a served lab may live without the embedded engines
        found.insert(0, str(installed().postgres("pg_dump")))
    for program in found:
        if program is not None and _major(program) >= major:
            return program
    raise EngineError(
        _("There is no pg_dump for PostgreSQL {major}, so no backup can be made.", major=major),
        next_step=_(
            "Install the client programs of PostgreSQL {major}, then try again.", major=major
        ),
    )


def _major(program: str) -> int:
    done = subprocess.run(
        [program, "--version"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    version = re.search(r"(\d+)", done.stdout)
    return int(version[1]) if version else 0
