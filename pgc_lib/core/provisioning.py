"""New persons: a login in every engine, made by an administrator, never by a person.

Each step may be repeated: whatever is missing is made, whatever is there gets the password that is given. So a call
that failed halfway is mended by calling again.
"""

import secrets
from dataclasses import dataclass
from uuid import UUID

import psycopg
from psycopg.sql import SQL, Identifier

from pgc_lib.core.ids import new_id
from pgc_lib.errors import Conflict, Invalid, NotFound, Problem
from pgc_lib.i18n import _
from pgc_lib.settings import Secret
from pgc_lib.stores.bootstrap import hashed
from pgc_lib.stores.postgres import GROUP, WORKER, address_of, role_of, translated

ROLES = ("person", "family", "coach", "administrator")


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a new person logs in with; shown to nobody, handed to their session."""

    person: UUID
    name: str
    database: Secret
    redis: Secret = Secret("")
    mongo: Secret = Secret("")


def create_person(
    owner_url: str,
    name: str,
    *,
    id: UUID | None = None,
    password: str | None = None,
    role: str = "person",
    lang: str = "zh-CN",
    display: str = "",
    redis_admin_url: str | None = None,
    redis_password: str | None = None,
    mongo_admin_url: str | None = None,
    mongo_password: str | None = None,
) -> Credentials:
    """Make a person, or repair the one of this id: the row, the database role, Redis and MongoDB users."""
    _check(name, role)
    person = id or new_id()
    secret = password or secrets.token_urlsafe(24)
    # PostgreSQL comes last: a person who can log in there has everything else already.
    redis = _redis(person, redis_admin_url, redis_password) if redis_admin_url else ""
    mongo = _mongo(person, mongo_admin_url, mongo_password) if mongo_admin_url else ""
    with translated(), psycopg.connect(owner_url, connect_timeout=10) as connection:
        taken = connection.execute("select id from pgc.persons where name = %s", (name,)).fetchone()
        if taken and taken[0] != person:
            raise Conflict(
                _("There is already a person named “{name}”.", name=name),
                next_step=_("Choose another name."),
            )
        connection.execute(
            "insert into pgc.persons (id, name, display, role, lang) values (%s, %s, %s, %s, %s) "
            "on conflict (id) do update set ended_at = null",
            (person, name, display or name, role, lang),
        )
        _login(connection, person, secret)
    database = address_of(owner_url).login(role_of(person), secret)
    return Credentials(person, name, Secret(database), Secret(redis), Secret(mongo))


def end_person(
    owner_url: str,
    person: UUID,
    *,
    redis_admin_url: str | None = None,
    mongo_admin_url: str | None = None,
) -> None:
    """Close every login of a person; what they kept stays, for their return or their heirs."""
    with translated(), psycopg.connect(owner_url, connect_timeout=10) as connection:
        found = connection.execute(
            "update pgc.persons set ended_at = now() where id = %s returning id", (person,)
        ).fetchone()
        if found is None:
            raise NotFound(_("There is no such person."), next_step=_("Check the name."))
        connection.execute(SQL("alter role {} nologin").format(Identifier(role_of(person))))
        connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where usename = %s",
            (role_of(person),),
        )
    if redis_admin_url:
        from pgc_lib.stores.redis import unprovision

        unprovision(redis_admin_url, person.hex)
    if mongo_admin_url:
        from pgc_lib.stores.mongo import client_for
        from pgc_lib.stores.mongo_people import unprovision as unprovision_mongo

        unprovision_mongo(client_for(mongo_admin_url), person)


def _check(name: str, role: str) -> None:
    problems = []
    if not 1 <= len(name) <= 64 or not name.isprintable() or name != name.strip():
        problems.append(Problem("name", _("a name has 1 to 64 visible characters"), name))
    if role not in ROLES:
        problems.append(
            Problem("role", _("this must be one of {expected}", expected=", ".join(ROLES)), role)
        )
    if problems:
        raise Invalid(
            _("This person cannot be created:"), problems, next_step=_("Choose another name.")
        )


def _login(
    connection: "psycopg.Connection[tuple[object, ...]]", person: UUID, password: str
) -> None:
    role = role_of(person)
    exists = connection.execute("select 1 from pg_roles where rolname = %s", (role,)).fetchone()
    verb = SQL("alter") if exists else SQL("create")
    connection.execute(
        SQL("{} role {} login noinherit password {}").format(
            verb, Identifier(role), hashed(connection, role, password)
        )
    )
    # The person uses what the group may, but cannot become the group: that would be nobody's identity.
    connection.execute(
        SQL("grant {} to {} with inherit true, set false").format(
            Identifier(GROUP), Identifier(role)
        )
    )
    connection.execute(
        SQL("grant {} to {} with inherit false, set true").format(
            Identifier(role), Identifier(WORKER)
        )
    )


def _redis(person: UUID, admin_url: str, password: str | None) -> str:
    from pgc_lib.stores.redis import provision

    secret = password or secrets.token_urlsafe(24)
    provision(admin_url, person.hex, secret)
    return f"redis://{role_of(person)}:{secret}@{admin_url.rpartition('@')[2]}"


def _mongo(person: UUID, admin_url: str, password: str | None) -> str:
    from pgc_lib.stores.mongo import client_for
    from pgc_lib.stores.mongo_people import provision

    secret = password or secrets.token_urlsafe(24)
    provision(client_for(admin_url), person, secret)
    host = admin_url.rpartition("@")[2].partition("/")[0]
    login = role_of(person)
    return f"mongodb://{login}:{secret}@{host}/?authSource={login}"
