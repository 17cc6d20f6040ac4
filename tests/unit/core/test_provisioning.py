"""New persons: every login or none, as often as it is asked for."""

import secrets
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
import redis

from pgc_lib.core import provisioning
from pgc_lib.core.ids import new_id
from pgc_lib.core.provisioning import create_person, end_person
from pgc_lib.errors import Conflict, Invalid, PgcError
from pgc_lib.stores.mongo import client_for, database_of
from pgc_lib.stores.postgres import role_of
from tests.support.lab import House
from tests.support.mongo import Mongo, mongo  # noqa: F401  (a fixture)


@pytest.fixture
def name() -> str:
    """A name that nobody has."""
    return f"new {secrets.token_hex(4)}"


def users(house: House, person: Any) -> tuple[bool, bool, bool]:
    """Whether there is a database role, a row and a Redis user."""
    with redis.Redis.from_url(house.redis_admin) as client:
        known = client.acl_getuser(role_of(person)) is not None
    role = house.sql("select from pg_roles where rolname = %s", role_of(person))
    row = house.sql("select from pgc.persons where id = %s", person)
    return bool(role), bool(row), known


def test_every_login_works(house: House, name: str, mongo: Mongo) -> None:  # noqa: F811
    """PostgreSQL, Redis and MongoDB let the new person in, and as that person."""
    made = create_person(
        house.owner_url,
        name,
        role="coach",
        lang="en",
        display="新来的",
        redis_admin_url=house.redis_admin,
        mongo_admin_url=mongo.admin_url,
    )
    with psycopg.connect(made.database.reveal()) as connection:
        assert connection.execute("select pgc.me()").fetchone() == (made.person,)
        found = connection.execute(
            "select id, name, role, lang, display from pgc.persons"
        ).fetchone()
        assert found == (made.person, name, "coach", "en", "新来的")
    with redis.Redis.from_url(made.redis.reveal()) as client:
        assert client.set(f"pgc:p:{made.person.hex}:x", 1)
    with client_for(made.mongo.reveal()) as documents:
        documents[database_of(made.person)]["family.members"].insert_one({"a": 1})
    assert secret_free(made)


def secret_free(value: object) -> bool:
    return "://" not in repr(value)


def test_again_with_the_same_id_repairs(house: House, name: str) -> None:
    """A half-made person is whole afterwards; passwords are those given; the name stays the person's own."""
    person = new_id()
    options: dict[str, Any] = {
        "id": person,
        "password": "first",
        "redis_admin_url": house.redis_admin,
        "redis_password": "first",
    }
    create_person(house.owner_url, name, **options)
    with redis.Redis.from_url(house.redis_admin) as client:
        client.acl_deluser(role_of(person))
    house.sql(f"revoke pgc_person from {role_of(person)}")
    again = create_person(house.owner_url, f"{name} 2", **{**options, "password": "second"})
    assert again.name == name
    assert users(house, person) == (True, True, True)
    with psycopg.connect(again.database.reveal()) as connection:
        assert connection.execute("select name from pgc.persons").fetchone() == (name,)
    assert "second" in again.database.reveal()


def test_the_same_person_at_once(house: House, name: str) -> None:
    """Kernels that open a new lab together all make the same person."""
    person = new_id()

    def make(_number: int) -> str:
        return create_person(house.owner_url, name, id=person, password="same").database.reveal()

    with ThreadPoolExecutor(5) as pool:
        assert len(set(pool.map(make, range(5)))) == 1


def test_a_name_at_once_is_one_persons(house: House, name: str) -> None:
    """Of two who sign up with one name at the same moment, one is told."""

    def make(_number: int) -> str:
        try:
            return str(
                create_person(house.owner_url, name, redis_admin_url=house.redis_admin).person
            )
        except Conflict:
            return ""

    with ThreadPoolExecutor(4) as pool:
        made = sorted(pool.map(make, range(4)))
    assert made[:3] == ["", "", ""] and made[3]
    assert len(house.sql("select from pgc.persons where name = %s", name)) == 1


def test_a_taken_name_makes_nothing(house: House, name: str) -> None:
    """It is asked for before any login is made."""
    create_person(house.owner_url, name)
    person = new_id()
    with pytest.raises(Conflict, match="already a person"):
        create_person(house.owner_url, name, id=person, redis_admin_url=house.redis_admin)
    assert users(house, person) == (False, False, False)


def test_an_engine_that_is_gone_leaves_nothing_behind(
    house: House,
    name: str,
    mongo: Mongo,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A later step fails: the logins made before are taken back, and the name is free."""
    person = new_id()
    monkeypatch.setattr(provisioning, "new_id", lambda: person)
    with pytest.raises(PgcError):
        create_person(
            house.owner_url,
            name,
            redis_admin_url=house.redis_admin,
            mongo_admin_url=f"mongodb://nobody:wrong@{mongo.address}/admin",
        )
    assert users(house, person) == (False, False, False)
    assert create_person(house.owner_url, name, redis_admin_url=house.redis_admin).name == name


def test_a_database_that_fails_at_the_end_leaves_nothing_behind(
    house: House, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL comes last; when it refuses, the Redis login goes as well."""
    person = new_id()
    monkeypatch.setattr(provisioning, "new_id", lambda: person)
    with pytest.raises(PgcError):
        create_person(house.owner_url, name, time_zone="x" * 100, redis_admin_url=house.redis_admin)
    assert users(house, person) == (False, False, False)


@pytest.mark.parametrize("wrong", ["", " a", "a\u202eb", "a\nb", "x" * 65, "\0"])
def test_names_that_nobody_can_have(house: House, wrong: str) -> None:
    """A name is read by people: no control characters, none that turn text round, not endless."""
    with pytest.raises(Invalid) as caught:
        create_person(house.owner_url, wrong)
    assert caught.value.problems[0].place == "name"


def test_ending_twice_is_ending_once(house: House, name: str) -> None:
    """The first time counts; Redis is closed, what was kept is not touched."""
    made = create_person(house.owner_url, name, redis_admin_url=house.redis_admin)
    first = end_person(house.owner_url, made.person, redis_admin_url=house.redis_admin)
    again = end_person(house.owner_url, made.person, redis_admin_url=house.redis_admin)
    assert first.ended_at == again.ended_at is not None
    assert users(house, made.person) == (True, True, False)


@pytest.mark.parametrize(
    ("admin", "expected"),
    [
        ("redis://:pw@h:1/2", "redis://p_{0}:a%2Fb@h:1/2"),
        ("rediss://admin:pw@h:1/2?ssl_ca_certs=x", "rediss://p_{0}:a%2Fb@h:1/2?ssl_ca_certs=x"),
    ],
)
def test_a_persons_address_is_the_servers(admin: str, expected: str) -> None:
    """Encryption and options stay; only who logs in changes."""
    person = new_id()
    assert provisioning._as_person(admin, person, "a/b") == expected.format(person.hex)


def test_a_persons_address_of_mongodb() -> None:
    """Several servers, options; the person logs in at their own database."""
    person = new_id()
    found = provisioning._as_person(
        "mongodb://root:pw@a:1,b:2/admin?replicaSet=rs&authSource=admin",
        person,
        "x",
        database="p_d",
    )
    assert found == f"mongodb://p_{person.hex}:x@a:1,b:2/p_d?replicaSet=rs"
