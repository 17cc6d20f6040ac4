"""Migrations: forward when a lab opens, one process at a time, with a dump of what was there before.

The head is known from the file names (`0002_todos_and_money.py`), so opening a lab that is up to date
costs one query and never imports Alembic. Each migration is one transaction: killed in the middle, the
database is at the one before.

The lock is one on the version table, which only the owner can take. An advisory lock would be anyone's:
a person could hold it and keep the lab from opening.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import errors

from pgc_lib.errors import PgcError, StoreError, Unavailable
from pgc_lib.i18n import _
from pgc_lib.stores.migrations.guarding import area, guard, unguarded
from pgc_lib.stores.postgres import connect_seconds, sqlalchemy_url, translated

if TYPE_CHECKING:
    from alembic.config import Config

__all__ = ["area", "current", "downgrade_last", "guard", "head", "known", "unguarded", "upgrade"]

FOLDER = Path(__file__).parent
VERSIONS = FOLDER / "versions"
_VERSION = "select version_num from pgc.alembic_version"
_PATIENCE = "10min"
"""How long to wait for another process that migrates."""

# Alembic would make this table itself, but open to nobody and in a race with other starters.
_VERSION_TABLE = """
create table pgc.alembic_version (
    version_num varchar(32) not null constraint alembic_version_pkc primary key);
alter table pgc.alembic_version enable row level security;
alter table pgc.alembic_version force row level security;
create policy see on pgc.alembic_version for select using (true);
create policy migrate on pgc.alembic_version to current_user using (true) with check (true);
grant usage on schema pgc to pgc_person, pgc_worker;
grant select on pgc.alembic_version to pgc_person, pgc_worker;
"""

Say = Callable[[str], None]
Connection = psycopg.Connection[Any]


@cache
def known(versions: Path = VERSIONS) -> tuple[str, ...]:
    """The migrations that this code has, in their order."""
    names = [path.stem for path in versions.glob("[0-9][0-9][0-9][0-9]_*.py")]
    return tuple(sorted(name.partition("_")[0] for name in names))


def head(versions: Path = VERSIONS) -> str:
    """The newest migration that this code has."""
    return known(versions)[-1]


def current(connection: Connection) -> str | None:
    """The migration that a database is at; None for one that has none, or does not let us look."""
    try:
        with connection.transaction():
            row = connection.execute(_VERSION).fetchone()
    except (errors.UndefinedTable, errors.InvalidSchemaName, errors.InsufficientPrivilege):
        return None
    return str(row[0]) if row else None


def upgrade(
    owner_url: str,
    *,
    admin_url: str | None = None,
    backup_dir: Path | None = None,
    on_progress: Say | None = None,
    versions: Path = VERSIONS,
) -> bool:
    """Bring the database to the head; whether anything was to do.

    A lab that was migrated before is dumped into `backup_dir` first, which needs a login that looks past
    row security: `admin_url`, or else an owner that may. Without `backup_dir` there is no dump.
    """
    say = on_progress or _quiet
    with _alone(owner_url, say) as at:
        if at == head(versions):
            return False
        if at is not None:
            _check(at, versions)
            _back_up(owner_url, admin_url, backup_dir, f"before-{head(versions)}", say)
        say(_("Migrating the database to {head}", head=head(versions)))
        _alembic("upgrade", owner_url, "head", versions)
    return True


def downgrade_last(
    owner_url: str,
    *,
    admin_url: str | None = None,
    backup_dir: Path | None = None,
    on_progress: Say | None = None,
    everything: bool = False,
    versions: Path = VERSIONS,
) -> str | None:
    """Take the last migration back, with what was kept in its tables; the one the database is at then.

    The first one made the lab itself and is taken back only with `everything`.
    """
    say = on_progress or _quiet
    with _alone(owner_url, say) as at:
        if at is None:
            return None
        _check(at, versions)
        place = known(versions).index(at)
        if place == 0 and not everything:
            raise StoreError(
                _("Taking back the first migration would remove everything that anyone keeps."),
                next_step=_("To empty the lab, remove its data folder or its database."),
            )
        _back_up(owner_url, admin_url, backup_dir, f"with-{at}", say)
        say(_("Taking back migration {at}", at=at))
        _alembic("downgrade", owner_url, "-1", versions)
        return known(versions)[place - 1] if place else None


@contextmanager
def _alone(owner_url: str, say: Say) -> Iterator[str | None]:
    """The migration that the database is at, while nobody else migrates it."""
    with (
        translated(),
        psycopg.connect(
            owner_url, connect_timeout=connect_seconds(), application_name="pgc"
        ) as lock,
    ):
        lock.autocommit = True
        _make_version_table(lock)
        with lock.transaction():
            # It stands by while a dump and the migrations run on connections of their own.
            lock.execute("set local idle_in_transaction_session_timeout = 0")
            _take(lock, say)
            yield current(lock)


def _take(connection: Connection, say: Say) -> None:
    # This mode keeps out only others like itself: readers of the version go on.
    statement = "lock table pgc.alembic_version in share update exclusive mode"
    try:
        with connection.transaction():
            connection.execute(f"{statement} nowait".encode())
            return
    except errors.LockNotAvailable:
        say(_("Waiting for another process that migrates the database"))
    try:
        connection.execute(f"set local lock_timeout = '{_PATIENCE}'".encode())
        connection.execute(statement.encode())
    except errors.LockNotAvailable as error:
        raise Unavailable(
            _("Another process has been migrating the database for a long time."),
            next_step=_("Wait for it or end it, then try again."),
        ) from error


def _make_version_table(connection: Connection) -> None:
    if connection.execute("select to_regclass('pgc.alembic_version')").fetchone() != (None,):
        return
    try:
        with connection.transaction():
            connection.execute(_VERSION_TABLE)
    except (
        errors.UniqueViolation,
        errors.DuplicateTable,
        errors.DuplicateObject,
        errors.InternalError_,
    ):
        # Another starter is making it; its transaction has ended by now.
        if connection.execute("select to_regclass('pgc.alembic_version')").fetchone() == (None,):
            raise


def _check(at: str, versions: Path) -> None:
    if at not in known(versions):
        raise StoreError(
            _(
                "This database was made by a newer PGC (migration {at}; this one knows {head}).",
                at=at,
                head=head(versions),
            ),
            next_step=_("Update PGC. Nothing was changed."),
        )


def _back_up(
    owner_url: str, admin_url: str | None, folder: Path | None, name: str, say: Say
) -> None:
    if folder is None:
        return
    from pgc_lib.stores.dump import dump, sees_everything

    login = next((url for url in (admin_url, owner_url) if url and sees_everything(url)), None)
    if login is None:
        raise StoreError(
            _(
                "No login here sees every row, so the database cannot be backed up before it is migrated."
            ),
            next_step=_(
                "Back it up yourself (pg_dump as a superuser or a role with BYPASSRLS), then migrate "
                "without a backup folder."
            ),
        )
    say(_("Backing up the database"))
    dump(login, folder / f"{name}-{datetime.now(UTC):%Y%m%d-%H%M%S-%f}.dump")


def _alembic(verb: str, owner_url: str, target: str, versions: Path) -> None:
    from alembic import command
    from alembic.util import CommandError

    try:
        getattr(command, verb)(_config(owner_url, versions), target)
    except CommandError as error:
        raise PgcError(
            _("The database cannot be migrated: {error}", error=error),
            next_step=_("This is a mistake in PGC: please report it. Nothing was changed."),
        ) from error
    except Exception as error:
        cause = getattr(error, "orig", error)
        if isinstance(cause, errors.LockNotAvailable):
            raise Unavailable(
                _("The database is in use, so it could not be migrated."),
                next_step=_("Close other notebooks and programs of this lab, then try again."),
            ) from error
        raise


def _config(owner_url: str, versions: Path) -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.set_main_option("version_locations", str(versions).replace("%", "%%"))
    config.set_main_option(
        "path_separator", "newline"
    )  # a folder's name may hold a space or a colon
    config.attributes["url"] = sqlalchemy_url(owner_url)
    return config


def _quiet(_line: str) -> None:
    """Progress that nobody asked for."""
