"""Records for tests: one with a field of every type, and tables for them.

def test_something(samples, person):
    mine = samples(person())          # the Collection[Thing] of a new person
"""

from collections.abc import Callable, Iterator
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal, TypeAlias
from uuid import UUID

import psycopg
import pytest
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

from pgc_lib.core.collection import Collection
from pgc_lib.core.record import Record, field
from pgc_lib.core.session import Session
from pgc_lib.core.tables import table_of
from pgc_lib.core.types import Moment, Money
from pgc_lib.core.zone import set_zone


class Mood(StrEnum):
    """A choice as an enumeration."""

    GOOD = "good"
    BAD = "bad"
    HARD = "it's hard"


class Thing(
    Record,
    kind="samples.things",
    key=["code"],
    indexes=[("day", "amount")],
    sort=["day", "title"],
):
    """One field of every type, plain, limited and optional."""

    title: str = field(title="Title", min_length=1, max_length=20)
    code: str | None = field(None, title="Code", max_length=40)
    note: str = field("", title="Note", searchable=True)
    form: str = field("ABC", title="Form", pattern="^[A-Z]{3}$")
    mood: Mood = field(Mood.GOOD, title="Mood")
    size: Literal["S", "M", "it's"] | None = field(None, title="Size")
    count: int = field(0, title="Count", ge=-5)
    large: int | None = field(None, title="Large")
    ratio: float | None = field(None, title="Ratio", lt=1e300)
    done: bool = field(False, title="Done")
    day: date | None = field(None, title="Day")
    at: Moment | None = field(None, title="At")
    amount: Money = field(0, title="Amount")
    price: Money | None = field(None, title="Price", ge=0, le=1000)
    link: UUID | None = field(None, title="Link")
    tags: list[str] = field([], title="Tags", max_length=5)
    extra: dict[str, Any] | None = field(None, title="Extra")


class Secret(Record, kind="samples.secrets", key=["code"]):
    """Something that is encrypted in its table."""

    code: str | None = field(None, title="Code")
    diary: str = field("", title="Diary", sensitive=True, max_length=1000)
    letter: str | None = field(None, title="Letter", sensitive=True)


class Paper(Record, kind="samples.papers", kept_in="documents", key=["code"], sort=["title"]):
    """The same as a document, as far as it goes."""

    title: str = field(title="Title")
    code: str | None = field(None, title="Code")
    day: date | None = field(None, title="Day")
    at: Moment | None = field(None, title="At")
    price: Money | None = field(None, title="Price")
    ratio: float | None = field(None, title="Ratio")
    link: UUID | None = field(None, title="Link")
    tags: list[str] = field([], title="Tags")
    extra: dict[str, Any] = field({}, title="Extra")
    diary: str = field("", title="Diary", sensitive=True)


def create_table(owner_url: str, record: type[Record]) -> None:
    """The table of a Record with its rights and history, as a migration would make it."""
    table, spec = table_of(record), record.spec
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    with psycopg.connect(owner_url) as connection:
        found = connection.execute("select to_regclass(%s)", (spec.kind,)).fetchone()
        if found and found[0]:
            return
        for statement in (
            f"create schema if not exists {spec.area}",
            f"grant usage on schema {spec.area} to pgc_person",
            str(CreateTable(table).compile(dialect=dialect)),
            *(str(CreateIndex(index).compile(dialect=dialect)) for index in table.indexes),
            f"call pgc.guard('{spec.kind}', '{spec.area}', '{spec.kind}')",
        ):
            connection.execute(statement.encode())


if TYPE_CHECKING:
    from tests.support.lab import House

Samples: TypeAlias = Callable[[Session], "Collection[Thing]"]


@pytest.fixture(scope="session")
def sample_tables(house: "House") -> "House":
    """The house with tables for the records above."""
    for record in (Thing, Secret):
        create_table(house.owner_url, record)
    return house


@pytest.fixture(scope="session")
def samples(sample_tables: "House") -> Samples:
    """The things of a person."""
    return lambda session: Collection(session, Thing)


@pytest.fixture(autouse=True)
def shanghai() -> Iterator[None]:
    """A known time zone, whatever labs were opened before; a test that sets another one has it alone."""
    set_zone("Asia/Shanghai")
    yield
    set_zone("Asia/Shanghai")
