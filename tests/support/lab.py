"""A migrated database on the shared engines, and persons made on demand.

    def test_something(person):
        mama, papa = person("mama"), person("papa")      # two Sessions, each with logins of its own
        with mama.writing() as connection: …
        share(mama, papa, "finance", "see")              # a grant from mama to papa

    def test_more(house):                                # the database itself: its owner, worker, administrator
        psycopg.connect(house.owner_url)

Every person is new, with a name made unique, so tests never meet one another's rows. Options of `person`
are those of `create_person` (`role="coach"`, `lang="en"`, …). `house.lab(session)` is that person's Lab.
"""

import itertools
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from weakref import ref

import psycopg
import pytest
from psycopg.pq import ExecStatus

from pgc_lib.core.crypto import new_key
from pgc_lib.core.people import Level, People
from pgc_lib.core.provisioning import create_person
from pgc_lib.core.session import Session
from pgc_lib.settings import Secret
from pgc_lib.stores import embedded
from pgc_lib.stores.bootstrap import prepare
from pgc_lib.stores.migrations import upgrade
from pgc_lib.stores.postgres import OWNER, WORKER, address_of, engine_for

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from pgc_lib.lab import Lab

OWNER_PASSWORD = "the owner's password"
WORKER_PASSWORD = "the worker's password"
_KEPT = "pgc_kept"
"""The name of a migrated database that nobody uses, to make copies of: migrations take seconds of processor."""

Person = Callable[..., Session]

_opened: "list[Session | House | Engine]" = []
"""What may hold connections, in the order it was made: what the file made that is run, and the test."""
_earlier: "list[ref[Session | House | Engine]]" = []
"""What tests and files before made, and somebody still has."""


@dataclass(eq=False)
class House:
    """One migrated database on the shared engines."""

    admin_url: str = field(repr=False)
    """As PostgreSQL's superuser: sees everything, for looking behind the curtain."""
    owner_url: str = field(repr=False)
    """As `pgc_owner`."""
    worker_url: str = field(repr=False)
    """As `pgc_worker`."""
    redis_admin: str = field(repr=False)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _eye: "psycopg.Connection[Any] | None" = field(default=None, repr=False)

    def person(self, name: str = "person", **options: Any) -> Session:
        """A new person with every login; the name gets a number."""
        made = create_person(
            self.owner_url,
            f"{name}-{next(self._numbers)}",
            redis_admin_url=self.redis_admin,
            **options,
        )
        session = Session(
            person=made.person,
            name=made.name,
            database=made.database,
            redis_url=made.redis,
            encryption_key=Secret(new_key()),
        )
        _opened.append(session)
        return session

    def lab(self, session: Session) -> "Lab":
        """The person's Lab."""
        from pgc_lib.lab import Lab

        return Lab(session)

    def sql(self, statement: str, *values: Any) -> list[Any]:
        """One statement as the superuser, past every wall."""
        if self._eye is not None and not _answers(self._eye):
            self.close()
        if self._eye is None:
            self._eye = psycopg.connect(self.admin_url, autocommit=True)
            _opened.append(self)
        cursor = self._eye.execute(statement.encode(), values or None)
        # `select from` has rows without columns, so a missing description says nothing.
        rows = cursor.pgresult is not None and cursor.pgresult.status == ExecStatus.TUPLES_OK
        return cursor.fetchall() if rows else []

    def close(self) -> None:
        """Look no more, until asked again."""
        if self._eye is not None:
            self._eye.close()
            self._eye = None

    def drop(self) -> None:
        """Remove the database, for a test that had one of its own."""
        give_connections_back()
        address = address_of(self.admin_url)
        parts = psycopg.conninfo.conninfo_to_dict(self.admin_url)
        url = replace(address, database="postgres").login(
            str(parts["user"]), str(parts["password"])
        )
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f'drop database "{address.database}" with (force)'.encode())


def new_database(engines: embedded.Endpoints, name: str, *, migrated: bool = True) -> House:
    """A further database on the shared engines, for tests that migrate or break one; copied where one was kept."""
    if migrated:
        _copy(engines.postgres_admin, name)
    owner_url = prepare(
        engines.postgres_admin,
        owner_password=OWNER_PASSWORD,
        worker_password=WORKER_PASSWORD,
        database=name,
    )
    if migrated:
        upgrade(owner_url)
    address = address_of(owner_url)
    admin = psycopg.conninfo.conninfo_to_dict(engines.postgres_admin)
    return House(
        admin_url=address.login(str(admin["user"]), str(admin["password"])),
        owner_url=owner_url,
        worker_url=address.login(WORKER, WORKER_PASSWORD),
        redis_admin=engines.redis_admin,
    )


def _copy(admin_url: str, name: str) -> None:
    """Copy the database that was kept just after its migrations, if this server has one."""
    with psycopg.connect(admin_url, dbname="postgres", autocommit=True) as connection:
        found = "select from pg_database where datname = %s"
        if connection.execute(found, [_KEPT]).fetchone() is None:
            return
        if connection.execute(found, [name]).fetchone() is None:
            connection.execute(f'create database "{name}" owner {OWNER} template {_KEPT}'.encode())


def _keep(made: House) -> None:
    """Keep a copy of a database that nobody has used yet."""
    with psycopg.connect(made.admin_url, dbname="postgres", autocommit=True) as connection:
        name = address_of(made.admin_url).database
        with suppress(psycopg.errors.ObjectInUse):  # the server itself is at work in it
            connection.execute(f'create database {_KEPT} owner {OWNER} template "{name}"'.encode())


def give_connections_back(first: int = 0) -> None:
    """Close what was opened, from a place on; each opens again when it is used again."""
    for opener in _opened[first:]:
        if isinstance(opener, Session | House):
            opener.close()
        else:
            opener.dispose()
    _earlier.extend(ref(opener) for opener in _opened[first:])
    del _opened[first:]


def _answers(connection: "psycopg.Connection[Any]") -> bool:
    """Whether the server is still there; tests stop it, and it stops who looks."""
    try:
        connection.execute("")
    except psycopg.OperationalError:
        return False
    return True


def further_engine(url: str) -> "Engine":
    """A pool of connections as another process would have one."""
    engine = engine_for(url)
    _opened.append(engine)
    return engine


def share(owner: Session, to: Session, area: str, level: Level = "see", **options: Any) -> None:
    """A grant from one person to another."""
    People(owner).grant(to.name, area, level, **options)


@pytest.fixture(scope="session")
def house(engines: embedded.Endpoints) -> House:
    """One migrated database for the whole run."""
    made = new_database(engines, "pgc")
    _keep(made)
    return made


@pytest.fixture(scope="session")
def postgres_admin_url(house: House) -> str:
    """The migrated database, as PostgreSQL's superuser."""
    return house.admin_url


@pytest.fixture(scope="session")
def person(house: House) -> Person:
    """Makes a new person with a Session: `person("mama", role="family")`."""
    return house.person


@pytest.fixture(scope="module", autouse=True)
def connections_given_back() -> Iterator[None]:
    """A run makes thousands of persons; the server has a hundred seats."""
    yield
    # Somebody of the whole run may have opened them again.
    _opened[:0] = [opener for known in _earlier if (opener := known()) is not None]
    _earlier.clear()
    give_connections_back()


@pytest.fixture(autouse=True)
def own_connections_given_back() -> Iterator[None]:
    """What a test made; what is there for its whole file stays open until that ends."""
    before = len(_opened)
    yield
    give_connections_back(before)
