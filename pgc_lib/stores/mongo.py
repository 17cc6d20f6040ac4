"""MongoDB: clients, errors, values and time, for the documents and attachments kept there."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Context, Decimal
from typing import Any, TypeVar
from uuid import UUID

from bson import Decimal128
from pymongo import MongoClient
from pymongo.database import Database
from pymongo.errors import (
    AutoReconnect,
    ConfigurationError,
    ConnectionFailure,
    InvalidURI,
    OperationFailure,
    PyMongoError,
    ServerSelectionTimeoutError,
)

from pgc_lib.errors import Denied, FullDisk, PgcError, SettingError, StoreError, Unavailable
from pgc_lib.i18n import _
from pgc_lib.stores.documents_values import Json, exact

Raw = dict[str, Any]
T = TypeVar("T")

_INT64 = 2**63
_WIDE = Context(prec=1000)
_UNAUTHORIZED = {13, 18, 8000}
_OUT_OF_DISK = {14031}
_PATIENCE = (0.05, 0.2, 0.5, 1, 2)
"""Seconds to wait before each further try of a broken-off operation."""


def database_of(person: UUID) -> str:
    """The database, and the database user, of a person."""
    return f"p_{person.hex}"


def client_for(url: str, *, timeout: float = 10) -> "MongoClient[Raw]":
    """A client for a URL; times come with their zone, UUIDs as UUIDs."""
    milliseconds = int(timeout * 1000)
    try:
        return MongoClient(
            url,
            appname="pgc",
            tz_aware=True,
            tzinfo=UTC,
            uuidRepresentation="standard",
            serverSelectionTimeoutMS=milliseconds,
            connectTimeoutMS=milliseconds,
            w="majority",
            journal=True,
        )
    except (InvalidURI, ConfigurationError, ValueError) as error:
        raise SettingError(
            _("The address of MongoDB cannot be used: {error}", error=error),
            next_step=_("Write it as mongodb://user:password@host:27017/database."),
        ) from error


@contextmanager
def translated() -> Iterator[None]:
    """Turn the driver's errors into ours, which say what to do."""
    try:
        yield
    except PyMongoError as error:
        raise explain(error) from error


def explain(error: PyMongoError) -> PgcError:
    """Our error for one of pymongo's."""
    code = error.code if isinstance(error, OperationFailure) else None
    if code in _UNAUTHORIZED:
        return Denied(
            _("The document store refuses this: {error}", error=_brief(error)),
            next_step=_("Ask the owner of the data for a grant on its area."),
        )
    if code in _OUT_OF_DISK or "No space left on device" in str(error):
        return FullDisk(
            _("The document store has no disk space left; nothing of this was written."),
            next_step=_("Free some space on its disk, then try again."),
        )
    if isinstance(error, ConnectionFailure):
        return Unavailable(
            _("The document store cannot be reached: {error}", error=_brief(error)),
            next_step=_("Run `pgc doctor`; then try again."),
        )
    return StoreError(_("The document store refuses this: {error}", error=_brief(error)))


def is_refusal(error: BaseException) -> bool:
    """Whether the server said no, so that certainly nothing was written."""
    return isinstance(error, OperationFailure) and error.code in _UNAUTHORIZED


def retried(operation: Callable[[], T]) -> T:
    """Run an operation again when the connection broke, as often as patience allows.

    pymongo repeats a write once, and only on replica sets. Ours may all be repeated: each is either
    conditional on the version it replaces or names the very document it adds, and carries a token by
    which a write that had arrived after all is recognised.
    """
    for wait in _PATIENCE:
        try:
            return operation()
        except ServerSelectionTimeoutError:
            raise  # it has waited long enough already
        except AutoReconnect:
            time.sleep(wait)
    return operation()


class Clock:
    """The server's time, so that the versions of many machines sort by one clock.

    MongoDB keeps milliseconds. The difference to our clock is measured every few minutes.
    """

    def __init__(self, database: "Database[Raw]", every: float = 300) -> None:
        self._database = database
        self._every = every
        self._measured = float("-inf")
        self._ahead = timedelta()

    def now(self) -> datetime:
        """The server's time now."""
        if time.monotonic() - self._measured > self._every:
            before = datetime.now(UTC)
            answer = retried(lambda: self._database.command("hello"))
            after = datetime.now(UTC)
            self._ahead = answer["localTime"].replace(tzinfo=UTC) - (before + (after - before) / 2)
            self._measured = time.monotonic()
        return milliseconds(datetime.now(UTC) + self._ahead)


def milliseconds(moment: datetime) -> datetime:
    """A time as exact as MongoDB keeps it."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def to_bson(value: Json) -> Any:
    """A body's value as it is written: every number that is no 64-bit integer as an exact decimal."""
    if isinstance(value, dict):
        return {key: to_bson(item) for key, item in value.items()}
    if isinstance(value, list):
        return [to_bson(item) for item in value]
    if isinstance(value, Decimal):
        return Decimal128(value)
    if isinstance(value, int) and not -_INT64 <= value < _INT64:
        return Decimal128(_WIDE.normalize(Decimal(value)))
    return value


def from_bson(value: Any) -> Any:
    """The value as it was before it was written."""
    if isinstance(value, dict):
        return {key: from_bson(item) for key, item in value.items()}
    if isinstance(value, list):
        return [from_bson(item) for item in value]
    if isinstance(value, Decimal128):
        return exact(value.to_decimal())
    if isinstance(value, int) and not isinstance(value, bool):
        return int(value)
    return value


def _brief(error: PyMongoError) -> str:
    return str(error).partition(", full error:")[0].partition(", Timeout:")[0]
