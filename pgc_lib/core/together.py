"""Several writes as one: each of them is part of one transaction, and history notes them under one batch.

    with together(session, batch) as joined:
        Collection(joined, Todo).update(…)
        Collection(joined, Transaction).add(…)

Documents in PostgreSQL are part of it. Those in MongoDB lie in another database and cannot be: they are
written at once, under the same batch, so whoever writes both writes them last.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from functools import cached_property
from typing import TYPE_CHECKING, cast
from uuid import UUID

from pgc_lib.core.session import Session

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

    from pgc_lib.stores.attachments import AttachmentStore
    from pgc_lib.stores.documents import DocumentStore
    from pgc_lib.stores.documents_mongo import MongoDocuments


@contextmanager
def together(session: Session, batch: UUID) -> Iterator["Joined"]:
    """A session whose writes and reads are one transaction; it commits at the end or nothing happened."""
    with session.writing(batch=batch) as connection:
        joined = Joined(**{each.name: getattr(session, each.name) for each in fields(session)})
        joined.__dict__.update(connection=connection, beside=session, batch=batch)
        yield joined


class Joined(Session):
    """The same person's access, within a transaction that is already open."""

    connection: "Connection"
    batch: UUID
    beside: Session
    """The session whose transaction it is."""

    @contextmanager
    def writing(
        self,
        *,
        batch: UUID | None = None,  # noqa: ARG002 (the transaction has its batch)
        undoes: int | None = None,
    ) -> Iterator["Connection"]:
        """A step of the transaction; when it fails, only the step is taken back."""
        from pgc_lib.stores.postgres import translated

        assert undoes is None  # undoing is a transaction of its own
        with translated(), self.connection.begin_nested():
            yield self.connection

    def batch_of(self, given: UUID | None) -> UUID | None:
        """What is added belongs to the transaction's batch, as what is changed does."""
        return given or self.batch

    @contextmanager
    def reading(self) -> Iterator["Connection"]:
        """The transaction itself, so that it sees what it has written."""
        from pgc_lib.stores.postgres import translated

        with translated():
            yield self.connection

    @cached_property
    def documents(self) -> "DocumentStore":
        if self.in_mongo is not None:
            return self.in_mongo
        from pgc_lib.stores.documents_postgres import PostgresDocuments

        # The store asks its engine for two things, and both are here.
        return PostgresDocuments(cast("Engine", _OfTransaction(self)))

    @cached_property
    def in_mongo(self) -> "MongoDocuments | None":
        kept = self.beside.in_mongo
        return kept and kept.under(self.batch)

    @cached_property
    def attachments(self) -> "AttachmentStore":
        if self.mongo_url or self.attachments_url:
            return self.beside.attachments
        from pgc_lib.stores.attachments_postgres import PostgresAttachments

        return PostgresAttachments(cast("Engine", _OfTransaction(self)))


class _OfTransaction:
    """Stands for an engine whose every connection is the one of the transaction."""

    def __init__(self, joined: Joined) -> None:
        self._joined = joined

    @contextmanager
    def begin(self) -> Iterator["Connection"]:
        with self._joined.connection.begin_nested():
            yield self._joined.connection

    @contextmanager
    def connect(self) -> Iterator["Connection"]:
        yield self._joined.connection
