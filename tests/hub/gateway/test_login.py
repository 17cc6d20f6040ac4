"""The gateway's own login in PostgreSQL: one question and one kind of line, nothing else."""

import secrets
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from pgc_lib.core.provisioning import end_person
from pgc_lib.stores.bootstrap import let_in
from pgc_lib.stores.embedded import Endpoints
from pgc_lib.stores.migrations import upgrade
from pgc_lib.stores.postgres import GATEWAY
from tests.support.gateway import login
from tests.support.lab import House, new_database


@pytest.fixture
def gateway(house: House) -> Iterator["psycopg.Connection[Any]"]:
    """The database as the gateway."""
    with psycopg.connect(login(house), autocommit=True) as connection:
        yield connection


def test_it_may_ask_who_is_here(
    gateway: "psycopg.Connection[Any]", house: House, person: Callable[..., Any]
) -> None:
    """Someone, someone who left, nobody."""
    here, gone = person("here").person, person("gone").person
    end_person(house.owner_url, gone)
    for who, active in ((here, True), (gone, False), (uuid4(), False), (None, False)):
        assert gateway.execute("select pgc.person_active(%s)", (who,)).fetchone() == (active,)


@pytest.mark.parametrize(
    "statement",
    [
        "select * from pgc.persons",
        "select * from pgc.changes",
        "select * from gateway.calls",
        "update gateway.calls set outcome = 'ok'",
        "delete from gateway.calls",
        "truncate gateway.calls",
        "select * from finance.transactions",
        "select * from todos.items",
        "create table gateway.more ()",
        "create table pgc.more ()",
        "create table public.more ()",
        "set role pgc_owner",
        "set role pgc_person",
        "create role another",
        "alter table gateway.calls disable row level security",
        "drop policy see on gateway.calls",
        "copy gateway.calls to stdout",
    ],
)
def test_it_may_do_nothing_else(gateway: "psycopg.Connection[Any]", statement: str) -> None:
    """A gateway in the wrong hands learns nothing of anybody."""
    with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.UndefinedTable)):
        gateway.execute(statement.encode())


def test_no_person_writes_an_account(person: Callable[..., Any]) -> None:
    """Neither a line of their own nor one that would stand in another's."""
    me, other = person("me"), person("other")
    with psycopg.connect(me.database.reveal(), autocommit=True) as connection:
        for who in (me.person, other.person):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(
                    "insert into gateway.calls (id, person, at, via, operation, provider, model, "
                    "seconds, outcome) values (%s, %s, now(), 'http', 'chat', 'x', 'y', 1, 'ok')",
                    (uuid4(), who),
                )


def test_the_owner_of_the_lab_does_not_read_it_either(house: House) -> None:
    """Administering people is not reading what they do."""
    with psycopg.connect(house.owner_url) as owner:
        assert owner.execute("select count(*) from gateway.calls").fetchone() == (0,)


def test_without_a_password_there_is_no_login(engines: Endpoints) -> None:
    """A lab at home has the role and no way in through it; another lab on the same server shares the role."""
    house = new_database(engines, f"gate_{secrets.token_hex(4)}", migrated=False)
    try:
        assert upgrade(house.owner_url)
        house.sql("alter role pgc_gateway nologin password null")
        url = let_in(house.owner_url, GATEWAY, "new")
        psycopg.connect(url).close()
        house.sql("alter role pgc_gateway nologin password null")
        with pytest.raises(psycopg.OperationalError, match=r"not permitted|authentication failed"):
            psycopg.connect(url)
    finally:
        house.drop()
