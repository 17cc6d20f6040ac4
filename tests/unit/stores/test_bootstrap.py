"""From an empty server to a database that PGC can live in."""

import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import psycopg
import pytest

from pgc_lib.errors import Denied, StoreError, Unavailable
from pgc_lib.stores import bootstrap
from pgc_lib.stores.bootstrap import prepare
from pgc_lib.stores.embedded import Endpoints
from pgc_lib.stores.migrations import current, upgrade
from pgc_lib.stores.postgres import WORKER, address_of
from tests.support.lab import OWNER_PASSWORD, WORKER_PASSWORD, House

PASSWORDS = {"owner_password": OWNER_PASSWORD, "worker_password": WORKER_PASSWORD}


@pytest.fixture
def name(house: House) -> Iterator[str]:
    """A database that does not exist yet."""
    chosen = f"boot_{secrets.token_hex(4)}"
    yield chosen
    house.sql(f"drop database if exists {chosen} with (force)")


@pytest.fixture
def manager(house: House) -> Iterator[str]:
    """An administrator without superuser rights, as managed servers give one."""
    role = f"manager_{secrets.token_hex(4)}"
    house.sql(f"create role {role} login createrole createdb password 'manager'")
    house.sql(f"grant pgc_owner to {role} with admin option, inherit false, set true")
    house.sql(f"grant pgc_worker, pgc_person to {role} with admin option")
    yield address_of(house.admin_url).login(role, "manager")


def test_the_owner_can_administer_but_not_look(house: House) -> None:
    """`pgc_owner` makes persons and tables; it is no superuser and cannot pass row security."""
    with psycopg.connect(house.owner_url) as owner:
        row = owner.execute(
            "select rolsuper, rolbypassrls, rolcreaterole, rolreplication, rolcreatedb "
            "from pg_roles where rolname = current_user"
        ).fetchone()
    assert row == (False, False, True, False, False)


def test_only_persons_and_the_worker_get_in(house: House) -> None:
    """A role of another application on the same server cannot even connect."""
    role = f"stranger_{secrets.token_hex(4)}"
    house.sql(f"create role {role} login password 'stranger'")
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(address_of(house.admin_url).login(role, "stranger"))
    psycopg.connect(house.worker_url).close()
    psycopg.connect(house.person().database.reveal()).close()


def test_nothing_to_do_is_one_question(
    house: House, engines: Endpoints, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Opening a lab has a fraction of a second: what is there is only looked at, and not as administrator."""
    opened: list[str] = []
    connect = bootstrap._connect

    def counted(conninfo: str) -> psycopg.Connection[object]:
        opened.append(psycopg.conninfo.conninfo_to_dict(conninfo)["user"])  # type: ignore[arg-type]
        return connect(conninfo)

    monkeypatch.setattr(bootstrap, "_connect", counted)
    assert prepare(engines.postgres_admin, **PASSWORDS) == house.owner_url
    assert opened == ["pgc_owner"]


def test_many_at_once(engines: Endpoints, name: str) -> None:
    """Kernels that open a new lab together all get the same database, whole."""

    def make(_number: int) -> str:
        return prepare(engines.postgres_admin, database=name, **PASSWORDS)

    with ThreadPoolExecutor(6) as pool:
        made = set(pool.map(make, range(6)))
    assert len(made) == 1
    assert upgrade(made.pop())


@pytest.mark.parametrize(
    "broken",
    [
        "drop extension pg_trgm cascade",
        "drop schema pgc",
        "grant connect on database {name} to public",
        "revoke connect on database {name} from pgc_person",
        "alter database {name} owner to postgres",
        "alter role pgc_worker nologin",
        "alter role pgc_owner superuser",
        "alter role pgc_owner bypassrls",
        "alter role pgc_owner password 'another'",
    ],
)
def test_what_is_broken_is_repaired(
    engines: Endpoints, house: House, name: str, broken: str
) -> None:
    """Whatever is missing is made again, whatever is too open is closed."""
    url = prepare(engines.postgres_admin, database=name, **PASSWORDS)
    assert bootstrap._is_ready(url)
    admin = replace(address_of(house.admin_url), database=name)
    parts = psycopg.conninfo.conninfo_to_dict(house.admin_url)
    with psycopg.connect(
        admin.login(str(parts["user"]), str(parts["password"])), autocommit=True
    ) as it:
        it.execute(broken.format(name=name).encode())
    assert not bootstrap._is_ready(url)
    assert prepare(engines.postgres_admin, database=name, **PASSWORDS) == url
    assert bootstrap._is_ready(url)
    psycopg.connect(replace(address_of(url), database=name).login(WORKER, WORKER_PASSWORD)).close()


def test_an_administrator_who_is_no_superuser(manager: str, name: str, house: House) -> None:
    """CREATEROLE and CREATEDB are enough, but for an extension that the server reserves to superusers.

    Then it is said what a superuser must run, and that is really all that was missing.
    """
    with pytest.raises(Denied, match="superuser") as caught:
        prepare(manager, database=name, **PASSWORDS)
    wanted = caught.value.next_step.split("`")[1]
    in_it = replace(address_of(house.admin_url), database=name)
    parts = psycopg.conninfo.conninfo_to_dict(house.admin_url)
    with psycopg.connect(in_it.login(str(parts["user"]), str(parts["password"]))) as superuser:
        superuser.execute(wanted.encode())
    url = prepare(manager, database=name, **PASSWORDS)
    assert upgrade(url)
    with psycopg.connect(url) as owner:
        assert current(owner) is not None


def test_the_address_may_name_a_database_that_is_not_there(engines: Endpoints, name: str) -> None:
    """The administrator's address often names the database that is to be made."""
    admin = engines.postgres_admin.rpartition("/")[0] + f"/{name}"
    prepare(admin, database=name, **PASSWORDS)


def test_an_administrator_without_rights_is_told_what_it_takes(house: House, name: str) -> None:
    """A clear refusal, and nothing half made."""
    role = f"weak_{secrets.token_hex(4)}"
    house.sql(f"create role {role} login password 'weak'")
    weak = replace(address_of(house.admin_url), database="postgres").login(role, "weak")
    with pytest.raises(Denied, match="CREATEROLE and CREATEDB"):
        prepare(weak, database=name, **PASSWORDS)
    assert not house.sql("select from pg_database where datname = %s", name)


def test_a_missing_extension_names_what_to_install(
    engines: Endpoints, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server without pgvector: which package brings it, and the next try goes on from there."""
    monkeypatch.setitem(bootstrap.EXTENSIONS, "no_such_extension", "the-package")
    with pytest.raises(StoreError, match="no_such_extension") as caught:
        prepare(engines.postgres_admin, database=name, **PASSWORDS)
    assert "the-package" in caught.value.next_step
    monkeypatch.delitem(bootstrap.EXTENSIONS, "no_such_extension")
    assert upgrade(prepare(engines.postgres_admin, database=name, **PASSWORDS))


def test_a_server_that_is_gone_is_unavailable(engines: Endpoints) -> None:
    """No server: said as such, with what to do."""
    gone = engines.postgres_admin.replace(f":{engines.postgres_port}/", ":1/")
    with pytest.raises(Unavailable, match="pgc doctor"):
        prepare(gone, **PASSWORDS)


def test_no_password_is_sent_in_a_statement(house: House) -> None:
    """Passwords reach the server hashed, so no log of statements can hold one."""
    with psycopg.connect(house.owner_url) as owner:
        hashed = bootstrap.hashed(owner, "pgc_worker", WORKER_PASSWORD).as_string(owner)
    assert hashed.startswith("'SCRAM-SHA-256$") and WORKER_PASSWORD not in hashed
