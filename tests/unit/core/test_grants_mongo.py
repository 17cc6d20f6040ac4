"""MongoDB's roles follow the grants, whatever happened in between."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
from pymongo import MongoClient

from pgc_lib.core.grants_mongo import CHANNEL, mirror
from pgc_lib.core.people import People
from pgc_lib.core.persons import Level
from pgc_lib.core.session import Session
from pgc_lib.stores.mongo import client_for, database_of
from tests.support.lab import House, new_database, share
from tests.support.mongo import Mongo, mongo  # noqa: F401  (a fixture)

AREAS = {"family": ["family.members"], "docs": ["docs.pages"]}


@pytest.fixture
def lab(house: House, engines: Any) -> Iterator[House]:
    """A database of the test's own: the mirror looks at everyone in it."""
    made = new_database(engines, f"mirror_{datetime.now(UTC):%H%M%S%f}")
    yield made
    made.drop()


@pytest.fixture
def admin(mongo: Mongo) -> Iterator["MongoClient[dict[str, Any]]"]:  # noqa: F811
    """MongoDB as its administrator."""
    with client_for(mongo.admin_url) as client:
        yield client


@pytest.fixture
def owner(lab: House, mongo: Mongo) -> Session:  # noqa: F811
    """Who grants."""
    return lab.person("owner", mongo_admin_url=mongo.admin_url)


@pytest.fixture
def friend(lab: House, mongo: Mongo) -> Session:  # noqa: F811
    """Who is granted something."""
    return lab.person("friend", mongo_admin_url=mongo.admin_url)


def roles(admin: "MongoClient[dict[str, Any]]", person: UUID, owner: UUID) -> set[str]:
    """The roles that a person has in an owner's database."""
    name = database_of(person)
    (user,) = admin[name].command("usersInfo", name)["users"]
    return {role["role"] for role in user["roles"] if role["db"] == database_of(owner)}


@pytest.mark.parametrize("level", ["see", "comment", "edit"])
def test_a_grant_becomes_a_role_and_goes_again(
    lab: House, admin: Any, owner: Session, friend: Session, level: Level
) -> None:
    """With its level, replaced by another one, taken back; doing it again changes nothing."""
    share(owner, friend, "family", "edit")
    mirror(lab.owner_url, admin, AREAS)
    share(owner, friend, "family", level)
    for _time in range(2):
        mirror(lab.owner_url, admin, AREAS)
        assert roles(admin, friend.person, owner.person) == {f"{level}_family"}
    People(owner).revoke(friend.name, "family")
    mirror(lab.owner_url, admin, AREAS)
    assert roles(admin, friend.person, owner.person) == set()


def test_groups_every_area_and_ends(
    lab: House, admin: Any, owner: Session, friend: Session
) -> None:
    """The same rules as in PostgreSQL, and the next moment at which to look again."""
    people = People(owner)
    team = people.groups.create("team", "team")
    end = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)
    people.groups.add(team, friend.name, until=end)
    people.grant(team, "*", "see")
    people.grant(friend.name, "docs", "edit")
    assert mirror(lab.owner_url, admin, AREAS) == end
    assert roles(admin, friend.person, owner.person) == {"see_family", "edit_docs"}
    assert roles(admin, owner.person, friend.person) == set()
    lab.sql(
        "update pgc.members set since = now() - interval '2 days', until = now() - interval '1 second' where person = %s",
        friend.person,
    )
    assert mirror(lab.owner_url, admin, AREAS) is None
    assert roles(admin, friend.person, owner.person) == {"edit_docs"}


def test_it_is_told_when_to_look(lab: House, owner: Session, friend: Session) -> None:
    """Granting, taking back and joining a group all notify."""
    people = People(owner)
    with psycopg.connect(lab.owner_url, autocommit=True) as connection:
        connection.execute(f"listen {CHANNEL}".encode())
        for change in (
            lambda: share(owner, friend, "docs"),
            lambda: people.revoke(friend.name, "docs"),
            lambda: people.groups.create("family"),
            lambda: people.groups.add("family", friend.name),
            lambda: people.groups.drop("family", friend.name),
        ):
            change()
            assert list(connection.notifies(timeout=5, stop_after=1))
