"""Both document back ends with persons made on demand, and the plain meaning of conditions."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

import psycopg
from sqlalchemy import Engine

import pgc_lib
from pgc_lib.core.ids import new_id
from pgc_lib.stores.attachments import AttachmentStore
from pgc_lib.stores.attachments_mongo import MongoAttachments
from pgc_lib.stores.attachments_postgres import PostgresAttachments
from pgc_lib.stores.attachments_s3 import Bucket
from pgc_lib.stores.documents import Document, DocumentStore
from pgc_lib.stores.documents_mongo import MongoDocuments
from pgc_lib.stores.documents_paging import LAST, kind_of
from pgc_lib.stores.documents_paging import field as field_named
from pgc_lib.stores.documents_postgres import PostgresDocuments
from pgc_lib.stores.filters import (
    All,
    Any_,
    Compare,
    Condition,
    Contains,
    Has,
    IsNull,
    Not,
    OneOf,
    StartsWith,
)
from pgc_lib.stores.mongo import database_of
from pgc_lib.stores.mongo_people import grant, revoke
from pgc_lib.stores.postgres import address_of, engine_for, role_of
from pgc_lib.stores.text_patterns import forms
from tests.support.mongo import Mongo

SCRIPTS = Path(pgc_lib.__file__).parent / "stores" / "migrations" / "sql"

ROLES = ("pgc_owner login createrole", "pgc_person nologin", "pgc_worker login")


def database_for_stores(admin_url: str) -> str:
    """A new database with the tables of the stores; its administrator's URL."""
    name = f"stores_{new_id().hex}"
    with psycopg.connect(admin_url, autocommit=True) as admin:
        known = {role for (role,) in admin.execute("select rolname from pg_roles")}
        for role in ROLES:
            if role.partition(" ")[0] not in known:
                admin.execute(f"create role {role}".encode())
        admin.execute(f"create database {name} owner pgc_owner".encode())
    url = admin_url.rpartition("/")[0] + "/" + name
    with psycopg.connect(url) as owner:
        owner.execute("alter schema public owner to pgc_owner")
        owner.execute("set role pgc_owner")
        owner.execute("create schema pgc")
        for script in sorted(SCRIPTS.glob("*.sql")):
            owner.execute(script.read_bytes())
    return url


class Back(Protocol):
    """One back end, for tests."""

    name: str

    def person(self) -> UUID:
        """A new person with a login."""

    def store(self, person: UUID) -> DocumentStore:
        """The store as that person sees it; a new login each time."""

    def attachments(self, person: UUID, bucket: Bucket | None = None) -> AttachmentStore:
        """That person's attachments, in the store or in a bucket."""

    def attached(self, person: UUID) -> tuple[int, int]:
        """How many files and pieces of files the store really holds for a person."""

    def grant(self, owner: UUID, area: str, grantee: UUID, level: str) -> None:
        """Let another see or edit an area."""

    def revoke(self, owner: UUID, area: str, grantee: UUID) -> None:
        """Take that back."""


@dataclass
class PostgresBack:
    """JSONB in a migrated database, reached as its administrator."""

    admin_url: str
    name: str = "postgres"
    engines: list[Engine] = field(default_factory=list)

    def person(self) -> UUID:
        person = new_id()
        role = role_of(person)
        with psycopg.connect(self.admin_url, autocommit=True) as admin:
            admin.execute(f"create role {role} login password 'their-password'".encode())
            admin.execute(f"grant pgc_person to {role} with inherit true, set false".encode())
            admin.execute("insert into pgc.persons (id, name) values (%s, %s)", (person, role))
        return person

    def url_of(self, person: UUID) -> str:
        return address_of(self.admin_url).login(role_of(person), "their-password")

    def engine(self, person: UUID) -> Engine:
        engine = engine_for(self.url_of(person))
        self.engines.append(engine)
        return engine

    def store(self, person: UUID) -> DocumentStore:
        return PostgresDocuments(self.engine(person))

    def attachments(self, person: UUID, bucket: Bucket | None = None) -> AttachmentStore:
        return PostgresAttachments(self.engine(person), bucket)

    def attached(self, person: UUID) -> tuple[int, int]:
        with psycopg.connect(self.admin_url) as admin:
            row = admin.execute(
                """select (select count(*) from pgc.attachments a where owner = %(who)s),
                          (select count(*) from pgc.attachment_chunks c
                           left join pgc.attachments a on a.id = attachment
                           where owner is null or owner = %(who)s)""",
                {"who": person},
            ).fetchone()
        assert row is not None
        return row[0], row[1]

    def grant(self, owner: UUID, area: str, grantee: UUID, level: str) -> None:
        statement = "insert into pgc.grants (owner, area, person, level) values (%s, %s, %s, %s)"
        with psycopg.connect(self.url_of(owner), autocommit=True) as connection:
            connection.execute("select pgc.introduce(%s)", (role_of(grantee),))
            connection.execute(statement, (owner, area, grantee, level))

    def revoke(self, owner: UUID, area: str, grantee: UUID) -> None:
        with psycopg.connect(self.url_of(owner), autocommit=True) as connection:
            connection.execute(
                "delete from pgc.grants where owner = %s and area = %s and person = %s",
                (owner, area, grantee),
            )

    def close(self) -> None:
        for engine in self.engines:
            engine.dispose()


@dataclass
class MongoBack:
    """MongoDB; who granted what is known here as the grants table would know it."""

    server: Mongo
    name: str = "mongo"
    grants: set[tuple[UUID, str, UUID]] = field(default_factory=set)

    def person(self) -> UUID:
        return self.server.person()[0]

    def store(self, person: UUID) -> DocumentStore:
        client = self.server.connect(self.server.url_of(person))
        return MongoDocuments(client, person, granted=self.granted_to(person))

    def attachments(self, person: UUID, bucket: Bucket | None = None) -> AttachmentStore:
        client = self.server.connect(self.server.url_of(person))
        return MongoAttachments(client, person, granted=self.granted_to(person), bucket=bucket)

    def attached(self, person: UUID) -> tuple[int, int]:
        database = self.server.admin[database_of(person)]
        names = ("family.attachments.files", "family.attachments.chunks")
        files, pieces = (database[name].count_documents({}) for name in names)
        return files, pieces

    def granted_to(self, person: UUID) -> Callable[[str], list[UUID]]:
        return lambda area: sorted(
            owner for owner, its_area, to in self.grants if to == person and its_area == area
        )

    def grant(self, owner: UUID, area: str, grantee: UUID, level: Any) -> None:
        grant(self.server.admin, owner, area, grantee, level)
        self.grants.add((owner, area, grantee))

    def revoke(self, owner: UUID, area: str, grantee: UUID) -> None:
        revoke(self.server.admin, owner, area, grantee)
        self.grants.discard((owner, area, grantee))


def holds(condition: Condition, document: Document) -> bool:
    """What a condition means, written plainly in Python."""
    match condition:
        case All(parts):
            return all(holds(part, document) for part in parts)
        case Any_(parts):
            return any(holds(part, document) for part in parts)
        case Not(part):
            return not holds(part, document)
    it = field_named(condition.field)  # type: ignore[attr-defined]
    value = it.of(document)
    match condition:
        case IsNull():
            return value is None
        case Compare(_, operator, operand):
            return _compare(value, operator, it.operand(operand))
        case OneOf(_, values):
            return any(_equal(value, it.operand(one)) for one in values if one is not None)
        case Contains(_, text):
            return isinstance(value, str) and _contains(value, text)
        case StartsWith(_, text):
            return isinstance(value, str) and value.startswith(text)
        case Has(_, wanted):
            return isinstance(value, list) and any(
                _equal(item, it.operand(wanted)) for item in value
            )
    raise TypeError(condition)


def _compare(value: Any, operator: str, operand: Any) -> bool:
    if value is None:
        return False
    if operator in ("eq", "ne"):
        return _equal(value, operand) == (operator == "eq")
    if kind_of(value) == LAST or kind_of(value) != kind_of(operand):
        return False
    holding: dict[str, bool] = {
        "lt": value < operand,
        "le": value <= operand,
        "gt": value > operand,
        "ge": value >= operand,
    }
    return holding[operator]


def _equal(value: Any, operand: Any) -> bool:
    return kind_of(value) == kind_of(operand) != LAST and value == operand


def _contains(value: str, text: str) -> bool:
    wanted = [forms(letter) for letter in text]
    return any(
        all(value[start + n] in those for n, those in enumerate(wanted))
        for start in range(len(value) - len(text) + 1)
    )
