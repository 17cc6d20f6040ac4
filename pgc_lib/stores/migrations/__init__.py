"""Migrations: forward when a lab opens, one process at a time, with a dump of what was there before.

The head is known from the file names (`0002_todos_and_money.py`), so opening a lab that is up to date costs one query
and never imports Alembic.
"""

import os
import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg

from pgc_lib.errors import PgcError, StoreError
from pgc_lib.i18n import _
from pgc_lib.stores.postgres import sqlalchemy_url, translated

if TYPE_CHECKING:
    from alembic.config import Config

FOLDER = Path(__file__).parent
_LOCK = 0x7067635F_6D696772
_VERSION = "select version_num from pgc.alembic_version"


@cache
def head() -> str:
    """The newest migration that this code has."""
    return max(path.stem.partition("_")[0] for path in (FOLDER / "versions").glob("[0-9]*.py"))


def current(connection: "psycopg.Connection[Any]") -> str | None:
    """The migration that a database is at; None for an empty one."""
    row = connection.execute("select to_regclass('pgc.alembic_version') is not null").fetchone()
    if not row or not row[0]:
        return None
    found = connection.execute(_VERSION).fetchone()
    return str(found[0]) if found else None


def upgrade(
    owner_url: str,
    *,
    admin_url: str | None = None,
    backup_dir: Path | None = None,
    on_progress: Callable[[str], None] | None = None,
) -> bool:
    """Bring the database to the head; whether anything was to do. Others wait and find it done."""
    from alembic import command

    say = on_progress or (lambda _message: None)
    with translated(), psycopg.connect(owner_url, autocommit=True, connect_timeout=10) as guard:
        guard.execute("select pg_advisory_lock(%s)", (_LOCK,))
        at = current(guard)
        if at == head():
            return False
        if at is not None and at > head():
            raise StoreError(
                _(
                    "This database was made by a newer PGC (migration {at}; this one knows {head}).",
                    at=at,
                    head=head(),
                ),
                next_step=_("Update PGC. Nothing was changed."),
            )
        if at is not None and backup_dir is not None:
            say(_("Backing up the database"))
            dump(
                admin_url or owner_url,
                backup_dir / f"before-{head()}-{datetime.now(UTC):%Y%m%d-%H%M%S}.dump",
            )
        say(_("Migrating the database to {head}", head=head()))
        command.upgrade(_config(owner_url), "head")
    return True


def downgrade_last(owner_url: str) -> str:
    """Take the last migration back; the one that the database is at afterwards."""
    from alembic import command

    with translated(), psycopg.connect(owner_url, autocommit=True, connect_timeout=10) as guard:
        guard.execute("select pg_advisory_lock(%s)", (_LOCK,))
        command.downgrade(_config(owner_url), "-1")
        return current(guard) or ""


def dump(url: str, target: Path) -> Path:
    """A dump of the whole database, complete or not there at all."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = target.with_suffix(".part")
    # The password goes by the environment: an argument could be read by every user of the machine.
    parts = psycopg.conninfo.conninfo_to_dict(url)
    environment = {**os.environ, "PGPASSWORD": str(parts.pop("password", ""))}
    arguments = [f"--{name}={parts[key]}" for name, key in _PG_ARGUMENTS.items() if parts.get(key)]
    result = subprocess.run(
        [_pg_dump(), "--format=custom", f"--file={draft}", *arguments],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if result.returncode != 0:
        draft.unlink(missing_ok=True)
        raise PgcError(
            _(
                "The database could not be backed up, so it was not migrated: {error}",
                error=result.stderr.strip(),
            ),
            next_step=_(
                "Back it up as a superuser (row security hides rows from others), then set PGC_ADMIN_DATABASE_URL to that login."
            ),
        )
    draft.rename(target)
    return target


def guard(table: str) -> None:
    """Close a table `area.name` with row security and hang history on it."""
    from alembic import op

    area, _dot, name = table.partition(".")
    op.execute(f"grant usage on schema {area} to pgc_person")
    op.execute(f"call pgc.guard('{area}.{name}', '{area}', '{name}')")


_PG_ARGUMENTS = {"host": "host", "port": "port", "username": "user", "dbname": "dbname"}


def _pg_dump() -> str:
    from pgc_lib.stores.engines.programs import installed

    try:
        return str(installed().postgres("pg_dump"))
    except PgcError:
        found = shutil.which("pg_dump")
        if found is None:
            raise
        return found


def _config(owner_url: str) -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes["url"] = sqlalchemy_url(owner_url)
    return config
