"""What a server with TimescaleDB makes of a lab. Runs where `PGC_TEST_TIMESCALE` names one."""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import psycopg
import pytest

from pgc_lib.core.provisioning import create_person
from pgc_lib.ops.servers import _extensions
from pgc_lib.stores import bootstrap
from pgc_lib.stores.bootstrap import prepare
from pgc_lib.stores.migrations import upgrade
from pgc_lib.stores.postgres import address_of
from tests.support import needs
from tests.support.lab import OWNER_PASSWORD, WORKER_PASSWORD, House
from tests.support.timescale import timescale_house  # noqa: F401  (a fixture)

PASSWORDS = {"owner_password": OWNER_PASSWORD, "worker_password": WORKER_PASSWORD}
Ask = Callable[[str], list[Any]]


@pytest.fixture
def name() -> Iterator[str]:
    """A database that does not exist yet."""
    needs.timescale()
    chosen = f"boot_{os.urandom(4).hex()}"
    yield chosen
    with psycopg.connect(os.environ["PGC_TEST_TIMESCALE"], autocommit=True) as admin:
        admin.execute(f"drop database if exists {chosen} with (force)".encode())


@pytest.fixture
def ask(name: str) -> Ask:
    """One statement in it, as the administrator of the server."""
    parts = psycopg.conninfo.conninfo_to_dict(os.environ["PGC_TEST_TIMESCALE"])
    url = replace(address_of(os.environ["PGC_TEST_TIMESCALE"]), database=name).login(
        str(parts["user"]), str(parts["password"])
    )

    def answer(statement: str) -> list[Any]:
        with psycopg.connect(url, autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    return answer


def test_a_new_lab_takes_what_its_server_has(timescale_house: House) -> None:  # noqa: F811
    """Nobody has to make the extension; it reports to nobody, and the doctor says what it is used for."""
    assert timescale_house.sql("show timescaledb.telemetry_level") == [("off",)]
    with psycopg.connect(timescale_house.person().database.reveal()) as person:
        assert "hypertables of TimescaleDB" in _extensions(person).message


def test_a_lab_that_is_there_keeps_its_partitions(
    name: str, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An extension that comes later changes nothing, and whoever shut everyone out of its types is helped."""
    with monkeypatch.context() as without:
        without.setattr(bootstrap, "_TIMESCALE", "select %s::int[] is null")
        url = prepare(os.environ["PGC_TEST_TIMESCALE"], database=name, **PASSWORDS)
    upgrade(url)
    person = create_person(url, "person").database.reveal()
    ask("create extension timescaledb")
    ask("revoke usage on schema _timescaledb_internal from public")
    ask("grant usage on schema _timescaledb_internal to pgc_owner")
    with psycopg.connect(person) as mine, pytest.raises(psycopg.errors.InsufficientPrivilege):
        mine.execute("select * from todos.items")
    assert not bootstrap._is_ready(url)
    assert prepare(os.environ["PGC_TEST_TIMESCALE"], database=name, **PASSWORDS) == url
    assert bootstrap._is_ready(url)
    with psycopg.connect(person) as mine:
        assert mine.execute("select * from skills.practice").fetchall() == []
        assert "partitions by month" in _extensions(mine).message
    assert ask("select relkind::text from pg_class where oid = 'skills.practice'::regclass") == [
        ("p",)
    ]


def test_a_release_that_does_not_keep_persons_apart_is_not_used(
    name: str, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Too old for that: the lab keeps its series in partitions."""
    monkeypatch.setattr(bootstrap, "LEAST_TIMESCALE", (99, 0, 0))
    upgrade(prepare(os.environ["PGC_TEST_TIMESCALE"], database=name, **PASSWORDS))
    assert ask("select from pg_extension where extname = 'timescaledb'") == []
    assert ask("select relkind::text from pg_class where oid = 'skills.practice'::regclass") == [
        ("p",)
    ]
