"""New persons: a login in every engine, made by an administrator, never by a person.

PostgreSQL comes last: whoever can log in there has everything else already, and a person exists when
their row does. What was made before for someone new is taken back when a later step fails; calling again
with the same identifier repairs whatever is missing.
"""

import secrets
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit
from uuid import UUID

import psycopg
from psycopg import errors
from psycopg.rows import class_row
from psycopg.sql import SQL, Identifier

from pgc_lib.core.ids import new_id
from pgc_lib.core.persons import ROLES, Person, nobody
from pgc_lib.errors import Conflict, Invalid, PgcError, Problem
from pgc_lib.i18n import LANGUAGES, _
from pgc_lib.settings import NOTHING, Secret
from pgc_lib.stores.bootstrap import hashed
from pgc_lib.stores.postgres import GROUP, WORKER, address_of, connect_seconds, role_of, translated

LONGEST_NAME = 64
_ATTEMPTS = 5
# Several processes may make the same person at once, as kernels do that open a new lab together.
_RACES = (errors.UniqueViolation, errors.DuplicateObject, errors.InternalError_)

PERSON = "id, name, display, role, lang, time_zone, ended_at"
Connection = psycopg.Connection[Any]


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a person logs in with; shown to nobody, handed to their session."""

    person: UUID
    name: str
    database: Secret
    redis: Secret = NOTHING
    mongo: Secret = NOTHING


def create_person(
    owner_url: str,
    name: str,
    *,
    id: UUID | None = None,
    password: str | None = None,
    role: str = "person",
    lang: str = "zh-CN",
    display: str = "",
    time_zone: str = "Asia/Shanghai",
    redis_admin_url: str | None = None,
    redis_password: str | None = None,
    mongo_admin_url: str | None = None,
    mongo_password: str | None = None,
) -> Credentials:
    """Make a person, or bring back and repair the one of this id, who keeps their name.

    Every login gets the password given, or a new one.
    """
    check(name, role, lang)
    person = id or new_id()
    secret = password or secrets.token_urlsafe(24)
    row = Person(person, name, display, role, lang, time_zone)
    with translated(), _owning(owner_url) as connection:
        name = _free_name(connection, row)
        with ExitStack() as made:
            redis = _redis(made, person, redis_admin_url, redis_password)
            mongo = _mongo(made, person, mongo_admin_url, mongo_password)
            _postgres(connection, row, secret)
            made.pop_all()
    database = address_of(owner_url).login(role_of(person), secret)
    return Credentials(person, name, Secret(database), Secret(redis), Secret(mongo))


def end_person(
    owner_url: str,
    person: UUID,
    *,
    redis_admin_url: str | None = None,
    mongo_admin_url: str | None = None,
) -> Person:
    """Close every login of a person, open sessions too; what they kept stays, for their return."""
    role = Identifier(role_of(person))
    with translated(), psycopg.connect(owner_url, connect_timeout=connect_seconds()) as connection:
        ended = amended(connection, person, "ended_at = coalesce(ended_at, now())")
        connection.execute(SQL("alter role {} nologin").format(role))
        # A session that is open loses every right with its next statement, and the worker's way in closes.
        connection.execute(SQL("revoke {} from {}").format(Identifier(GROUP), role))
        connection.execute(SQL("revoke {} from {}").format(role, Identifier(WORKER)))
    if redis_admin_url:
        from pgc_lib.stores.redis import unprovision

        unprovision(redis_admin_url, person)
    if mongo_admin_url:
        _unprovision_mongo(mongo_admin_url, person)
    return ended


def amended(connection: Connection, person: UUID, change: str, **values: Any) -> Person:
    """Change a person's row; the person as they are now."""
    cursor = connection.cursor(row_factory=class_row(Person))
    statement = f"update pgc.persons set {change} where id = %(id)s returning {PERSON}"
    found = cursor.execute(statement.encode(), {"id": person, **values}).fetchone()
    if found is None:
        raise nobody(str(person))
    return found


def check(name: str, role: str, lang: str) -> None:
    """Refuse what nobody can be called or be."""
    problems = []
    if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable() or name != name.strip():
        reason = _("a name has 1 to {limit} visible characters", limit=LONGEST_NAME)
        problems.append(Problem("name", reason, name))
    for place, value, allowed in (("role", role, ROLES), ("lang", lang, LANGUAGES)):
        if value not in allowed:
            reason = _("this must be one of {expected}", expected=", ".join(allowed))
            problems.append(Problem(place, reason, value))
    if problems:
        raise Invalid(_("This person cannot be kept so:"), problems)


def taken(name: str) -> Conflict:
    """The error for a name that someone has already."""
    return Conflict(
        _("There is already a person named “{name}”.", name=name),
        next_step=_("Choose another name; someone who left can be let in again with `resume`."),
    )


def _owning(owner_url: str) -> Connection:
    """Every statement for itself, so that no transaction stays open while the other engines are asked."""
    return psycopg.connect(owner_url, connect_timeout=connect_seconds(), autocommit=True)


def _free_name(connection: Connection, person: Person) -> str:
    """The name that the person has or may have; asked before anything is made."""
    found = connection.execute(
        "select id, name from pgc.persons where id = %s or name = %s order by id = %s desc",
        (person.id, person.name, person.id),
    ).fetchone()
    if found is None:
        return person.name
    if found[0] != person.id:
        raise taken(person.name)
    return str(found[1])


def _postgres(connection: Connection, person: Person, password: str) -> None:
    """The login and the row, in one transaction: there are both or neither."""
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            with connection.transaction():
                _login(connection, person.id, password)
                connection.execute(
                    "insert into pgc.persons (id, name, display, role, lang, time_zone) "
                    "values (%s, %s, %s, %s, %s, %s) on conflict (id) do update set ended_at = null",
                    (
                        person.id,
                        person.name,
                        person.display,
                        person.role,
                        person.lang,
                        person.time_zone,
                    ),
                )
            return
        except _RACES as error:
            if error.diag.constraint_name == "persons_name_key":
                raise taken(person.name) from error
            if attempt == _ATTEMPTS:
                raise


def _login(connection: Connection, person: UUID, password: str) -> None:
    role = role_of(person)
    found = connection.execute("select from pg_roles where rolname = %s", (role,)).rowcount
    verb = SQL("alter") if found else SQL("create")
    connection.execute(
        SQL("{} role {} login password {}").format(
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


def _redis(made: ExitStack, person: UUID, admin_url: str | None, password: str | None) -> str:
    if not admin_url:
        return ""
    from pgc_lib.stores.redis import provision, unprovision

    secret = password or secrets.token_urlsafe(24)
    provision(admin_url, person, secret)
    if password is None:
        made.callback(_undone, unprovision, admin_url, person)
    return _as_person(admin_url, person, secret)


def _mongo(made: ExitStack, person: UUID, admin_url: str | None, password: str | None) -> str:
    if not admin_url:
        return ""
    from pgc_lib.stores.mongo import client_for, database_of
    from pgc_lib.stores.mongo_people import provision

    secret = password or secrets.token_urlsafe(24)
    with client_for(admin_url) as client:
        provision(client, person, secret)
    if password is None:
        made.callback(_undone, _unprovision_mongo, admin_url, person)
    return _as_person(admin_url, person, secret, database=database_of(person))


def _unprovision_mongo(admin_url: str, person: UUID) -> None:
    from pgc_lib.stores.mongo import client_for
    from pgc_lib.stores.mongo_people import remove

    with client_for(admin_url) as client:
        remove(client, person)


def _undone(undo: Callable[[str, UUID], object], admin_url: str, person: UUID) -> None:
    """Take a login back. Should that fail as well, a login remains that nobody knows the password of."""
    try:
        undo(admin_url, person)
    except PgcError as error:
        import structlog

        structlog.get_logger().warning("login left behind", person=person.hex, error=error.message)


def _as_person(admin_url: str, person: UUID, password: str, *, database: str | None = None) -> str:
    """The administrator's address with the person's login, and the person's database if it is one of many."""
    parts = urlsplit(admin_url)
    host = parts.netloc.rpartition("@")[2]
    netloc = f"{role_of(person)}:{quote(password, safe='')}@{host}"
    if database is None:
        return urlunsplit(parts._replace(netloc=netloc))
    options = [
        option
        for option in parts.query.split("&")
        if option and not option.startswith("authSource=")
    ]
    return urlunsplit(parts._replace(netloc=netloc, path=f"/{database}", query="&".join(options)))
