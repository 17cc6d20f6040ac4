"""Both document back ends with persons made on demand, and the plain meaning of conditions."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import Engine

from pgc_lib.core.people import People
from pgc_lib.core.session import Session
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
from pgc_lib.stores.mongo_people import Level, grant, revoke
from pgc_lib.stores.text_patterns import forms
from tests.support.lab import House, further_engine, share
from tests.support.mongo import Mongo


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

    def grant(self, owner: UUID, area: str, grantee: UUID, level: Level) -> None:
        """Let another see or edit an area."""

    def revoke(self, owner: UUID, area: str, grantee: UUID) -> None:
        """Take that back."""


@dataclass
class PostgresBack:
    """JSONB in the run's database."""

    house: House
    name: str = "postgres"
    sessions: dict[UUID, Session] = field(default_factory=dict)

    def person(self) -> UUID:
        session = self.house.person()
        self.sessions[session.person] = session
        return session.person

    def url_of(self, person: UUID) -> str:
        return self.sessions[person].database.reveal()

    def engine(self, person: UUID) -> Engine:
        return further_engine(self.url_of(person))

    def store(self, person: UUID) -> DocumentStore:
        return PostgresDocuments(self.engine(person))

    def attachments(self, person: UUID, bucket: Bucket | None = None) -> AttachmentStore:
        return PostgresAttachments(self.engine(person), bucket)

    def attached(self, person: UUID) -> tuple[int, int]:
        ((files, pieces),) = self.house.sql(
            """select count(distinct a.id), count(c.n)
               from pgc.attachments a left join pgc.attachment_chunks c on c.attachment = a.id
               where a.owner = %s""",
            person,
        )
        return files, pieces

    def grant(self, owner: UUID, area: str, grantee: UUID, level: Level) -> None:
        share(self.sessions[owner], self.sessions[grantee], area, level)

    def revoke(self, owner: UUID, area: str, grantee: UUID) -> None:
        assert People(self.sessions[owner]).revoke(self.sessions[grantee].name, area)


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

    def grant(self, owner: UUID, area: str, grantee: UUID, level: Level) -> None:
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
