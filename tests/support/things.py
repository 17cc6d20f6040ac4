"""A table of records beside those of the product, on which tests of history try everything: `trial.things`.

    mine = Things(person("mama"))
    id = mine.add(name="a");  mine.set(id, name="b");  mine.history.undo(mine.last())

The fixture `mine` is a new person with things of their own.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import Column, Integer, MetaData, Table, Text, select, text
from sqlalchemy.dialects import postgresql as pg

from pgc_lib.core.changes import Change
from pgc_lib.core.history import History
from pgc_lib.core.ids import new_id
from pgc_lib.core.session import Session
from tests.support.lab import House, Person

KIND = "trial.things"
MOMENT = pg.TIMESTAMP(timezone=True)
THINGS = Table(
    "things",
    MetaData(),
    Column("id", pg.UUID(), primary_key=True),
    Column("owner", pg.UUID()),
    Column("batch", pg.UUID()),
    Column("version", Integer),
    Column("created_at", MOMENT),
    Column("updated_at", MOMENT),
    Column("name", Text),
    Column("amount", pg.NUMERIC(18, 4)),
    Column("seen", MOMENT),
    Column("tags", pg.ARRAY(Text())),
    Column("more", pg.JSONB(none_as_null=True)),
    Column("code", Text),
    schema="trial",
)
FIELDS = ("name", "amount", "seen", "tags", "more", "code")
_CREATE = """
create schema trial;
grant usage on schema trial to pgc_person;
create table trial.things (
    id uuid primary key default pgc.new_id(), owner uuid not null default pgc.me(), batch uuid,
    version int not null default 1, created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    name text not null, amount numeric(18, 4), seen timestamptz, tags text[], more jsonb, code text,
    name_length int generated always as (length(name)) stored
);
create unique index things_own_key on trial.things (owner, code);
call pgc.guard('trial.things', 'trial', 'things');
"""


@pytest.fixture(scope="session")
def things(house: House) -> Iterator[None]:
    """A table of records beside those of the product."""
    with psycopg.connect(house.owner_url, autocommit=True) as owner:
        owner.execute(_CREATE)
        yield
        owner.execute("drop schema trial cascade")


class Things:
    """One person's things, with every statement spelled out."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.history = History(session)

    def add(self, *rows: dict[str, Any], batch: UUID | None = None, **fields: Any) -> Any:
        """Insert rows in one statement; the ids, or the one id of `add(name=…)`."""
        given = [
            {"id": new_id(), "batch": batch} | dict.fromkeys(FIELDS) | row
            for row in rows or [fields]
        ]
        with self.session.writing(batch=batch) as connection:
            connection.execute(THINGS.insert().values(given))
        ids = [row["id"] for row in given]
        return ids if rows else ids[0]

    def set(self, *ids: UUID, batch: UUID | None = None, **fields: Any) -> None:
        with self.session.writing(batch=batch) as connection:
            connection.execute(THINGS.update().where(THINGS.c.id.in_(ids)).values(**fields))

    def drop(self, *ids: UUID) -> None:
        with self.session.writing() as connection:
            connection.execute(THINGS.delete().where(THINGS.c.id.in_(ids)))

    def rows(self, source: Any = THINGS) -> dict[UUID, dict[str, Any]]:
        with self.session.reading() as connection:
            query = select(source).where(source.c.owner == self.session.person)
            found = [dict(row) for row in connection.execute(query).mappings()]
        assert len({row["id"] for row in found}) == len(found), "a row is there twice"
        return {row["id"]: row for row in found}

    def fields(self, source: Any = THINGS) -> dict[UUID, dict[str, Any]]:
        """The rows without what the store keeps beside them."""
        return {id: {name: row[name] for name in FIELDS} for id, row in self.rows(source).items()}

    def last(self) -> Change:
        return self.history.recent(limit=1)[0]

    def now(self) -> datetime:
        with self.session.reading() as connection:
            now: datetime = connection.execute(text("select clock_timestamp()")).scalar_one()
            return now


@pytest.fixture
def mine(person: Person, things: None) -> Things:
    """A new person's things."""
    return Things(person("mama"))
