"""`python -m hub.services.prepare`: what the engines need before the hub can use them; run before every start.

Made when missing, repaired when broken, quick when nothing is to do: PostgreSQL's roles, databases, extensions and
migrations; new passwords after `pgc hub init --rotate`; a login in MongoDB and Redis to see that they work.
"""

import sys
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg.sql import SQL, Identifier

from pgc_lib.errors import Denied, PgcError
from pgc_lib.i18n import _
from pgc_lib.stores import bootstrap, migrations
from pgc_lib.stores.postgres import GATEWAY, translated

SECRETS = Path("/run/secrets")
BACKUPS = Path("/srv/backups")

_HUB = "pgc_hub"


def main() -> int:
    """Prepare everything; the exit status is 0 when all of it stands."""
    try:
        admin = _postgres()
        _hub_database(admin)
        _mongo()
        _redis()
    except PgcError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _postgres() -> str:
    admin = _secret("postgres_url")
    _follow_password(admin, _secret("postgres_previous").split())
    owner = bootstrap.prepare(
        admin,
        owner_password=_password("owner_url"),
        worker_password=_password("worker_url"),
    )
    _say(_("PostgreSQL: roles, database and extensions are there."))
    if migrations.upgrade(owner, admin_url=admin, backup_dir=BACKUPS, on_progress=_say):
        _say(_("PostgreSQL: migrated to {head}.", head=migrations.head()))
    bootstrap.let_in(owner, GATEWAY, _password("gateway_url"))
    return admin


def _follow_password(admin: str, previous: list[str]) -> None:
    """Give the administrator the password that the secret names, by way of the one before."""
    if not previous or _opens(admin):
        return
    for url in previous:
        if _opens(url):
            with translated(), psycopg.connect(url, connect_timeout=10) as connection:
                _give_password(connection, urlsplit(admin).username or "postgres", _of(admin))
            return
    raise Denied(
        _("PostgreSQL takes neither the new password of its administrator nor one before."),
        next_step=_("Put the secrets back that were there when it last worked, then try again."),
    )


def _opens(url: str) -> bool:
    """Whether a password is the one in force; a server that cannot be reached is an error."""
    with translated():
        try:
            psycopg.connect(url, connect_timeout=10).close()
        except psycopg.OperationalError as error:
            if "password authentication failed" in str(error):
                return False
            raise
    return True


def _hub_database(admin: str) -> None:
    """The hub's own accounts and servers: a login and a database that hold nothing of the persons' records."""
    with translated(), psycopg.connect(admin, connect_timeout=10, autocommit=True) as connection:
        if not _role_exists(connection, _HUB):
            connection.execute(SQL("create role {} login").format(Identifier(_HUB)))
        _give_password(connection, _HUB, _password("hub_url"))
        found = connection.execute("select from pg_database where datname = %s", (_HUB,)).rowcount
        if not found:
            connection.execute(
                SQL("create database {} owner {} encoding 'UTF8' template template0").format(
                    Identifier(_HUB), Identifier(_HUB)
                )
            )
        # Persons log in to the lab's database alone; what every login may use by default is closed.
        for database in (_HUB, "postgres", "template1"):
            connection.execute(
                SQL("revoke all on database {} from public").format(Identifier(database))
            )
    _say(_("PostgreSQL: the hub has its own database."))


def _mongo() -> None:
    from pymongo.errors import OperationFailure

    from pgc_lib.stores.mongo import client_for
    from pgc_lib.stores.mongo import translated as mongo_translated

    url = _secret("mongo_url")
    for before in _secret("mongo_previous").split():
        with client_for(before) as client:
            try:
                client.admin.command("updateUser", urlsplit(url).username, pwd=_of(url))
                break
            except OperationFailure:
                continue  # not the one in force; the login below says whether any was
    with mongo_translated(), client_for(url) as client:
        client.admin.command("usersInfo", urlsplit(url).username)
    _say(_("MongoDB: the administrator can log in."))


def _redis() -> None:
    from pgc_lib.stores.redis.link import client_for
    from pgc_lib.stores.redis.trouble import translated as redis_translated

    with redis_translated():
        client_for(_secret("redis_url"), 10).execute_command("ACL", "WHOAMI")
    _say(_("Redis: the administrator can log in."))


def _role_exists(connection: psycopg.Connection, role: str) -> bool:
    return connection.execute("select from pg_roles where rolname = %s", (role,)).rowcount > 0


def _give_password(connection: psycopg.Connection, role: str, password: str) -> None:
    secret = bootstrap.hashed(connection, role, password)
    connection.execute(SQL("alter role {} login password {}").format(Identifier(role), secret))


def _secret(name: str) -> str:
    return (SECRETS / name).read_text(encoding="utf-8").strip()


def _password(name: str) -> str:
    return _of(_secret(name))


def _of(url: str) -> str:
    return urlsplit(url).password or ""


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
