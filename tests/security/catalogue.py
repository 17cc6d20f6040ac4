"""The tables that the attacks are tried on: every guarded table that the database has.

A row is made from the catalogue alone, so a table that an area adds is attacked from its first day.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from pgc_lib.core.ids import new_id
from pgc_lib.core.session import Session
from tests.support.lab import House

SECRET = "a secret that nobody else may read"
AREA = "diary"
"""The area of rows in tables of many areas."""

_TABLES = """
    select n.nspname || '.' || c.relname,
           (select array_agg(a.attname::text order by a.attnum) from pg_attribute a
            where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped),
           (select string_agg(a.attname, ', ') from pg_index i join pg_attribute a
                on a.attrelid = i.indrelid and a.attnum = any (i.indkey)
            where i.indrelid = c.oid and i.indisprimary)
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where exists (select from pg_trigger where tgrelid = c.oid and tgname = 'log_insert')
    order by 1"""
_NEEDED = """
    select a.attname::text, format_type(a.atttypid, null), a.attnotnull and not a.atthasdef
    from pg_attribute a where a.attrelid = %s::regclass and a.attnum > 0 and not a.attisdropped"""
_CHECKS = "select pg_get_constraintdef(oid) from pg_constraint where conrelid = %s::regclass and contype = 'c'"
_SYSTEM = ("id", "owner", "batch", "version", "created_at", "updated_at", "area", "kind", "author")
_VALUES: dict[str, Any] = {
    "text": SECRET,
    "character varying": SECRET,
    "uuid": None,
    "integer": 1,
    "bigint": 1,
    "numeric": 1,
    "double precision": 1.0,
    "boolean": False,
    "date": date(2026, 11, 20),
    "timestamp with time zone": datetime(2026, 11, 20, tzinfo=UTC),
    "jsonb": Jsonb({"secret": SECRET}),
    "bytea": b"\0" * 32,
    "text[]": [SECRET],
    "vector": "[1, 2, 3]",
}
_PLAIN: dict[str, dict[str, Any]] = {
    # One plain line of money, which opens no account.
    "finance.transactions": {
        "nature": None,
        "other_account": None,
        "other_currency": None,
        "account": "",
    },
    "hobbies.trials": {"verdict": ""},
    # One plain thing to do, which the library can read and change, too.
    "todos.items": {
        "at": "",
        "zone": "",
        "rule": None,
        "remind": None,
        "links": None,
        "contexts": None,
    },
}
"""What the catalogue does not tell: columns that triggers and checks want otherwise; None leaves one out."""


@dataclass(frozen=True)
class Table:
    """One guarded table, with the values of a row for it."""

    name: str
    columns: tuple[str, ...]
    values: dict[str, Any] = field(hash=False)
    primary: str = "id"
    """The columns of its primary key, for a conflict clause."""
    words: dict[str, list[str]] = field(default_factory=dict, hash=False)
    """What a column is limited to, where it is."""

    @property
    def area(self) -> str:
        """The area that its rows belong to."""
        return AREA if "area" in self.columns else self.name.partition(".")[0]

    @property
    def own_field(self) -> str:
        """A column that a person fills and may change."""
        if self.name == "pgc.comments":
            return "body"
        return next(name for name in self.columns if name not in _SYSTEM and name != "record")

    def insert(self, connection: "psycopg.Connection[Any]", **more: Any) -> Any:
        """Add a row; its id."""
        values = {**self.values, "id": new_id(), **more}
        connection.execute(self.insertion(values), values)
        return values["id"]

    def insertion(self, values: dict[str, Any]) -> bytes:
        """The statement that adds such a row."""
        names = ", ".join(f'"{name}"' for name in values)
        places = ", ".join(f"%({name})s" for name in values)
        return f"insert into {self.name} ({names}) values ({places})".encode()


_APART = {"vectors.items"}
"""Take a row only where its collection has made room for it; tests/unit/search/vectors has its own attacks."""


def guarded_tables(house: House) -> list[Table]:
    """Every table that history hangs on."""
    return [
        Table(name, tuple(columns), _row(house, name), primary, _words(house, name))
        for name, columns, primary in house.sql(_TABLES)
        if name not in _APART
    ]


def _words(house: House, table: str) -> dict[str, list[str]]:
    checks = " ".join(text for (text,) in house.sql(_CHECKS, table))
    found = re.findall(r"\((\w+) = ANY \(ARRAY\[(.*?)\]\)", checks)
    return {name: re.findall(r"'([^']*)'::text", words) for name, words in found}


def _row(house: House, table: str) -> dict[str, Any]:
    limited = _words(house, table)
    row: dict[str, Any] = {}
    for name, kind, needed in house.sql(_NEEDED, table):
        if name == "area":
            row[name] = AREA
        elif name == "kind":
            row[name] = f"{AREA}.entries"
        elif name in _SYSTEM:
            continue
        elif name in limited:
            row[name] = limited[name][0]
        elif kind == "uuid":
            row[name] = new_id()
        elif needed or kind == "text":
            row[name] = _VALUES[kind]
    row.update(_PLAIN.get(table, {}))
    return {name: value for name, value in row.items() if value is not None}


@contextmanager
def login(session: Session) -> Iterator["psycopg.Connection[Any]"]:
    """A person's own SQL access, as any program of theirs has it."""
    with psycopg.connect(session.database.reveal(), autocommit=True) as connection:
        yield connection
