"""Somebody with secrets, and somebody who is after them."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from pgc_lib.core.session import Session
from tests.security.catalogue import Table, guarded_tables, login
from tests.support.lab import House, Person


@pytest.fixture(scope="session")
def tables(house: House) -> list[Table]:
    """Every guarded table."""
    return guarded_tables(house)


@pytest.fixture(scope="module")
def victim(person: Person) -> Session:
    """Who has something to hide."""
    return person("victim")


@pytest.fixture(scope="module")
def thief(person: Person) -> Session:
    """Who wants it."""
    return person("thief")


@pytest.fixture(scope="module")
def rows(victim: Session, tables: list[Table]) -> dict[str, Any]:
    """One row of the victim in every table; their ids."""
    with login(victim) as mine:
        return {table.name: table.insert(mine) for table in tables}


@pytest.fixture
def thiefs(thief: Session) -> Iterator["psycopg.Connection[Any]"]:
    """The thief's SQL access."""
    with login(thief) as connection:
        yield connection
