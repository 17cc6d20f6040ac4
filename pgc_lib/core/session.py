"""Who is at work and through which doors: what every collection, history and report needs to know.

A session belongs to one person. Its stores log in as that person, so what it can reach is decided by the
database and not here. Connections are made on first use.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pgc_lib.errors import Denied
from pgc_lib.i18n import _
from pgc_lib.settings import NOTHING, Secret

if TYPE_CHECKING:
    import pyarrow as pa
    from pymongo import MongoClient
    from sqlalchemy import Connection, Engine

    from pgc_lib.stores.arrow import ArrowReader
    from pgc_lib.stores.attachments import AttachmentStore
    from pgc_lib.stores.documents import DocumentStore
    from pgc_lib.stores.documents_mongo import MongoDocuments
    from pgc_lib.stores.redis import Redis

_OPENED = ("engine", "redis", "documents", "in_mongo", "attachments", "_mongo", "arrows")
"""What is opened on first use."""


@dataclass(frozen=True)
class Session:
    """One person's access. `at` makes it a read-only look at an earlier time."""

    person: UUID
    name: str
    database: Secret
    """The URL of PostgreSQL with the person's own login."""
    redis_url: Secret
    mongo_url: Secret = NOTHING
    encryption_key: Secret = NOTHING
    attachments_url: Secret = NOTHING
    time_zone: str = ""
    """Where the person's days begin; empty where nobody asked."""
    acting_as: UUID | None = None
    """Set by the worker, whose login takes the person's role."""
    at: datetime | None = None

    @cached_property
    def engine(self) -> "Engine":
        from pgc_lib.stores.postgres import engine_for

        return engine_for(self.database.reveal(), acting_as=self.acting_as)

    @cached_property
    def redis(self) -> "Redis":
        from pgc_lib.stores.redis import Redis

        return Redis(self.redis_url.reveal(), prefix=f"pgc:p:{self.person.hex}:")

    @cached_property
    def documents(self) -> "DocumentStore":
        if self.in_mongo is not None:
            return self.in_mongo
        from pgc_lib.stores.documents_postgres import PostgresDocuments

        return PostgresDocuments(self.engine)

    @cached_property
    def in_mongo(self) -> "MongoDocuments | None":
        """The documents if they lie in MongoDB; each change of them is noted in PostgreSQL first."""
        if not self.mongo_url:
            return None
        from pgc_lib.core.noting import Notes
        from pgc_lib.stores.documents_mongo import MongoDocuments

        return MongoDocuments(
            self._mongo, self.person, granted=self._granting, noting=Notes(self).line
        )

    @cached_property
    def attachments(self) -> "AttachmentStore":
        """Files of records: kept where documents are, or in a bucket."""
        bucket = None
        if self.attachments_url:
            from pgc_lib.stores.attachments_s3 import bucket_for

            bucket = bucket_for(self.attachments_url.reveal())
        if self.mongo_url:
            from pgc_lib.stores.attachments_mongo import MongoAttachments

            return MongoAttachments(self._mongo, self.person, granted=self._granting, bucket=bucket)
        from pgc_lib.stores.attachments_postgres import PostgresAttachments

        return PostgresAttachments(self.engine, bucket)

    @cached_property
    def _mongo(self) -> "MongoClient[dict[str, Any]]":
        from pgc_lib.stores.mongo import client_for

        return client_for(self.mongo_url.reveal())

    def _granting(self, area: str) -> list[UUID]:
        """Who else lets this person see an area; the grants lie in PostgreSQL for every store."""
        from sqlalchemy import text

        with self.reading() as connection:
            owners = connection.execute(
                text("select pgc.owners(:area, 'see')"), {"area": area}
            ).scalar_one()
        return [owner for owner in owners if owner != self.person]

    @contextmanager
    def writing(
        self, *, batch: UUID | None = None, undoes: int | None = None
    ) -> Iterator["Connection"]:
        """A transaction whose changes history will note under a batch; it commits or nothing happened."""
        from sqlalchemy import text

        from pgc_lib.stores.postgres import translated

        self.refuse_in_the_past()
        with translated(), self.engine.begin() as connection:
            if batch is not None or undoes is not None:
                connection.execute(
                    text(
                        "select set_config('pgc.batch', :batch, true), set_config('pgc.undoes', :undoes, true)"
                    ),
                    {"batch": str(batch or ""), "undoes": str(undoes or "")},
                )
            yield connection

    def batch_of(self, given: UUID | None) -> UUID | None:
        """The batch of what is added; where several writes are one (`core/together.py`), theirs."""
        return given

    def refuse_in_the_past(self) -> None:
        """`Denied` when this session looks at an earlier time."""
        if self.at is not None:
            raise Denied(
                _("This is the data as it was on {at}; it cannot be changed.", at=self.at),
                next_step=_("Write through the lab itself."),
            )

    @contextmanager
    def reading(self) -> Iterator["Connection"]:
        """A connection for reading, with the person's rights."""
        from pgc_lib.stores.postgres import translated

        with translated(), self.engine.connect() as connection:
            yield connection

    def arrow(self, statement: str) -> "pa.Table":
        """A large result as Arrow, with the person's rights."""
        return self.arrows.read(statement)

    @cached_property
    def arrows(self) -> "ArrowReader":
        from pgc_lib.stores.arrow import ArrowReader

        return ArrowReader(self.database.reveal(), acting_as=self.acting_as)

    def as_of(self, moment: datetime) -> "Session":
        """The same access to the data as it was; the connections are shared."""
        earlier = replace(self, at=moment)
        # A frozen dataclass keeps cached properties in its __dict__: hand over what is open already.
        earlier.__dict__.update(
            {name: value for name, value in self.__dict__.items() if name in _OPENED}
        )
        return earlier

    def __getstate__(self) -> dict[str, Any]:
        """A further process opens its own connections."""
        return {name: value for name, value in self.__dict__.items() if name not in _OPENED}

    def close(self) -> None:
        """Give the connections back; the session opens them again when it is used again."""
        opened = {name: self.__dict__.pop(name, None) for name in _OPENED}
        if opened["engine"] is not None:
            opened["engine"].dispose()
        for name in ("redis", "_mongo", "arrows"):
            if opened[name] is not None:
                opened[name].close()
