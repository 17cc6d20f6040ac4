"""From a PostgreSQL server to a database that PGC can live in: roles, database, extensions, rights.

Done by an administrator's login, once, and repaired whenever something of it is missing. Afterwards
everything is done by `pgc_owner`, which is no superuser and cannot look past row security.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any

import psycopg
from psycopg import errors
from psycopg.conninfo import make_conninfo
from psycopg.sql import SQL, Composable, Identifier, Literal

from pgc_lib.errors import Denied, StoreError, Unavailable
from pgc_lib.i18n import _
from pgc_lib.stores.postgres import (
    DATABASE,
    GROUP,
    OWNER,
    WORKER,
    address_of,
    connect_seconds,
    translated,
)

SCHEMA = "pgc"
EXTENSIONS = {"vector": "pgvector", "pg_trgm": "postgresql-contrib"}
"""The extensions, and what brings them to a server."""
LEAST_TIMESCALE = (2, 29, 1)
"""Before it, any login could drop or freeze the chunks of others (GHSA-hcfx-29v5-2rcw); `hypertables.sql` knows it, too."""

_OLDEST = 160000
_MAINTENANCE = "postgres"
_LOCK = 0x7067635F_70726570
_PATIENCE = "60s"

Connection = psycopg.Connection[Any]

# One question tells whether anything is left to do; asked as the owner, whose password is thereby known
# to be right.
_READY = """
select owner.rolname = current_user and owner.rolcreaterole
   and not owner.rolsuper and not owner.rolbypassrls
   and not exists (select from aclexplode(coalesce(db.datacl, acldefault('d', db.datdba)))
                   where grantee = 0)
   and exists (select from pg_namespace where nspname = %(schema)s and nspowner = db.datdba)
   and (select count(*) from pg_extension where extname = any (%(extensions)s)) = %(count)s
   and not exists (select from pg_namespace n where n.nspname = '_timescaledb_internal' and not exists (
                   select from aclexplode(n.nspacl) u where u.privilege_type = 'USAGE' and u.grantee = 0))
   and 2 = (select count(*) from pg_roles r
            where ((rolname = %(group)s and not rolcanlogin) or (rolname = %(worker)s and rolcanlogin))
              and has_database_privilege(r.oid, db.oid, 'connect')
              and has_database_privilege(r.oid, db.oid, 'temporary'))
from pg_database db join pg_roles owner on owner.oid = db.datdba
where db.datname = current_database()
"""

# Whether the server has loaded a TimescaleDB that keeps persons apart, and the lab is new.
_TIMESCALE = r"""
select exists (select from pg_available_extensions
               where name = 'timescaledb' and installed_version is null
                 and string_to_array(substring(default_version from '^\d+\.\d+\.\d+'), '.')::int[] >= %s::int[])
   and current_setting('timescaledb.disable_load', true) is not null
   and to_regclass('pgc.alembic_version') is null
"""


def prepare(
    admin_url: str, *, owner_password: str, worker_password: str, database: str = DATABASE
) -> str:
    """Make whatever is missing; the URL of the owner's login.

    The administrator is a superuser, or has CREATEROLE and CREATEDB. Any number of processes may call
    this at once.
    """
    admin = make_conninfo(admin_url, connect_timeout=connect_seconds(), application_name="pgc")
    owner_url = replace(address_of(admin_url), database=database).login(OWNER, owner_password)
    if _is_ready(owner_url):
        return owner_url
    with translated(), _alone(admin) as maintenance:
        if _is_ready(owner_url):
            return owner_url  # whoever had the lock before us did it
        with _may_not_be_allowed(maintenance):
            _make_owner(maintenance, owner_password)
            _make_database(maintenance, database)
        with _connect(make_conninfo(admin, dbname=database)) as inside:
            _make_extensions(inside, owner_url)
            _take_timescale(inside, owner_url)
            _let_plan(inside)
        with _connect(owner_url) as owner:
            _make_roles(owner, maintenance, worker_password)
            _close(owner, database)
    return owner_url


def let_in(owner_url: str, role: str, password: str) -> str:
    """Give the role of a service, which a migration made, its login; the URL of that."""
    with translated(), _connect(owner_url) as owner:
        secret = hashed(owner, role, password)
        _run(owner, "alter role {} login password {}", Identifier(role), secret)
    return address_of(owner_url).login(role, password)


def _is_ready(owner_url: str) -> bool:
    values = {
        "schema": SCHEMA,
        "extensions": list(EXTENSIONS),
        "count": len(EXTENSIONS),
        "group": GROUP,
        "worker": WORKER,
    }
    try:
        with _connect(owner_url) as connection:
            row = connection.execute(_READY, values).fetchone()
    except psycopg.OperationalError:
        return False  # no such role, password or database yet; a dead server shows at the next step
    return bool(row and row[0])


@contextmanager
def _alone(admin: str) -> Iterator[Connection]:
    """The administrator's connection, holding the lock that lets one caller at a time through.

    Such a lock belongs to one database, so everyone takes it in the one that every server has.
    """
    try:
        connection = _connect(make_conninfo(admin, dbname=_MAINTENANCE))
    except psycopg.OperationalError:
        connection = _connect(admin)  # some hosts close or drop that database
    with connection:
        if connection.info.server_version < _OLDEST:
            raise StoreError(
                _(
                    "The server is PostgreSQL {version}.",
                    version=connection.info.server_version // 10000,
                ),
                next_step=_("PGC needs PostgreSQL 16 or newer."),
            )
        connection.execute(SQL("set lock_timeout = {}").format(_PATIENCE))
        try:
            connection.execute("select pg_advisory_lock(%s)", (_LOCK,))
        except errors.LockNotAvailable as error:
            raise Unavailable(
                _("Another process has been preparing the database for a long time."),
                next_step=_("Wait for it or end it, then try again."),
            ) from error
        yield connection


@contextmanager
def _may_not_be_allowed(connection: Connection) -> Iterator[None]:
    try:
        yield
    except errors.InsufficientPrivilege as error:
        raise Denied(
            _(
                "The login {user} may not prepare the database: {error}",
                user=connection.info.user,
                error=str(error).strip(),
            ),
            next_step=_("Use a superuser, or a login with CREATEROLE and CREATEDB."),
        ) from error


def _make_owner(admin: Connection, password: str) -> None:
    secret = hashed(admin, OWNER, password)
    found = admin.execute(
        "select rolsuper or rolbypassrls from pg_roles where rolname = %s", (OWNER,)
    ).fetchone()
    verb = SQL("create") if found is None else SQL("alter")
    _run(admin, "{} role {} login createrole password {}", verb, Identifier(OWNER), secret)
    if found and found[0]:
        _run(admin, "alter role {} nosuperuser nobypassrls", Identifier(OWNER))
    # Who is no superuser may give a database only to a role it can become.
    if not _asks(admin, "select pg_has_role(%s, 'set')", OWNER):
        _run(admin, "grant {} to current_user with inherit false, set true", Identifier(OWNER))


def _make_database(admin: Connection, database: str) -> None:
    row = admin.execute(
        "select pg_get_userbyid(datdba) from pg_database where datname = %s", (database,)
    ).fetchone()
    if row is None:
        _run(
            admin,
            "create database {} owner {} encoding 'UTF8' template template0",
            Identifier(database),
            Identifier(OWNER),
        )
    elif row[0] != OWNER:
        _run(admin, "alter database {} owner to {}", Identifier(database), Identifier(OWNER))


def _make_extensions(admin: Connection, owner_url: str) -> None:
    for name, package in EXTENSIONS.items():
        if _asks(admin, "select exists (select from pg_extension where extname = %s)", name):
            continue
        try:
            _create_extension(admin, owner_url, name)
        except (errors.FeatureNotSupported, errors.UndefinedFile) as error:
            raise StoreError(
                _("The PostgreSQL server does not have the extension {name}.", name=name),
                next_step=_("Install {package} on the server, then try again.", package=package),
            ) from error
        except errors.InsufficientPrivilege as error:
            raise Denied(
                _("The extension {name} may only be made by a superuser.", name=name),
                next_step=_(
                    "Let a superuser run `create extension {name}` in the database {database}.",
                    name=name,
                    database=admin.info.dbname,
                ),
            ) from error


def _take_timescale(admin: Connection, owner_url: str) -> None:
    """Give a new lab hypertables where the server runs TimescaleDB; it is a database of its own, whose word goes.

    Where it is not loaded or may not be made, time series are native partitions. It reports to nobody from here.
    """
    if _asks(admin, _TIMESCALE, list(LEAST_TIMESCALE)):
        with suppress(errors.InsufficientPrivilege):
            _create_extension(admin, owner_url, "timescaledb")
            here = Identifier(admin.info.dbname)
            _run(admin, "alter database {} set timescaledb.telemetry_level = 'off'", here)
            # What a person starts ends with their session.
            _run(admin, "revoke execute on function public.add_job from public")


def _let_plan(admin: Connection) -> None:
    """Give back what earlier versions took: TimescaleDB looks up types there for whatever anybody's statement is.

    The lab's chunks lie elsewhere (`hypertables.sql`), and what it puts there itself is refused for tables with row
    security: compressed chunks and continuous aggregates.
    """
    if _asks(admin, "select to_regnamespace('_timescaledb_internal') is not null"):
        _run(admin, "grant usage on schema _timescaledb_internal to public")


def _create_extension(admin: Connection, owner_url: str, name: str) -> None:
    statement = "create extension if not exists {} schema public"
    try:
        _run(admin, statement, Identifier(name))
    except errors.InsufficientPrivilege:
        # Trusted extensions may be made by the owner of the database.
        with _connect(owner_url) as owner:
            _run(owner, statement, Identifier(name))


def _make_roles(owner: Connection, admin: Connection, worker_password: str) -> None:
    if not _role_exists(owner, GROUP):
        _run(owner, "create role {} nologin", Identifier(GROUP))
    elif not _asks(owner, "select pg_has_role(%s, 'member with admin option')", GROUP):
        # Made by someone else, an earlier installation perhaps; the owner must be able to give it to persons.
        _run(
            admin,
            "grant {} to {} with admin option, inherit false, set false",
            Identifier(GROUP),
            Identifier(OWNER),
        )
    secret = hashed(owner, WORKER, worker_password)
    if not _role_exists(owner, WORKER):
        _run(owner, "create role {} login password {}", Identifier(WORKER), secret)
    else:
        by = (
            owner
            if _asks(owner, "select pg_has_role(%s, 'member with admin option')", WORKER)
            else admin
        )
        _run(by, "alter role {} login password {}", Identifier(WORKER), secret)


def _close(owner: Connection, database: str) -> None:
    """Nobody but persons and the worker gets in, and the owner's schema is there."""
    here = Identifier(database)
    _run(owner, "revoke all on database {} from public", here)
    _run(
        owner,
        "grant connect, temporary on database {} to {}, {}",
        here,
        Identifier(GROUP),
        Identifier(WORKER),
    )
    _run(owner, "create schema if not exists {}", Identifier(SCHEMA))


def hashed(connection: Connection, role: str, password: str) -> Composable:
    """A password as the server keeps it, so that it appears in no statement and no log."""
    encrypted = connection.pgconn.encrypt_password(
        password.encode(), role.encode(), b"scram-sha-256"
    )
    return Literal(encrypted.decode())


def _connect(conninfo: str) -> Connection:
    return psycopg.connect(conninfo, autocommit=True, connect_timeout=connect_seconds())


def _role_exists(connection: Connection, role: str) -> bool:
    return _asks(connection, "select exists (select from pg_roles where rolname = %s)", role)


def _asks(connection: Connection, question: str, *values: Any) -> bool:
    row = connection.execute(question.encode(), values).fetchone()
    return bool(row and row[0])


def _run(connection: Connection, statement: str, *parts: Composable) -> None:
    connection.execute(SQL(statement).format(*parts))
