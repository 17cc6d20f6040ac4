"""PostgreSQL: engines for persons, binary COPY in, Arrow out.

Reading in bulk goes PostgreSQL → ADBC → Arrow → polars; writing in bulk goes polars → Arrow → binary
COPY. Both were measured against the usual ways (see ARCHITECTURE.md) and are several times faster.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote, urlsplit
from uuid import UUID

import psycopg

from pgc_lib.errors import Denied, FullDisk, PgcError, StoreError, Unavailable
from pgc_lib.i18n import _

if TYPE_CHECKING:
    import polars as pl
    from sqlalchemy import Engine
    from sqlalchemy.engine import URL
    from sqlalchemy.engine.interfaces import DBAPIConnection
    from sqlalchemy.pool import ConnectionPoolEntry

DATABASE = "pgc"
OWNER = "pgc_owner"
GROUP = "pgc_person"
WORKER = "pgc_worker"
GATEWAY = "pgc_gateway"
_BATCH_ROWS = 65_536


def role_of(person: UUID) -> str:
    """The database role of a person; `pgc.me()` reads the person back from it."""
    return f"p_{person.hex}"


@dataclass(frozen=True, slots=True)
class Address:
    """Where a database is, without saying who logs in."""

    host: str
    port: int
    database: str = DATABASE
    options: str = ""

    def login(self, user: str, password: str) -> str:
        """A URL for one login, as libpq, psycopg and ADBC read it."""
        tail = f"?{self.options}" if self.options else ""
        return (
            f"postgresql://{quote(user, safe='')}:{quote(password, safe='')}"
            f"@{self.host}:{self.port}/{self.database}{tail}"
        )


def address_of(url: str) -> Address:
    """The address part of a URL."""
    parts = urlsplit(url)
    return Address(
        parts.hostname or "127.0.0.1",
        parts.port or 5432,
        unquote(parts.path.lstrip("/")) or DATABASE,
        parts.query,
    )


def sqlalchemy_url(url: str) -> "URL":
    """The same URL with the psycopg 3 driver named."""
    from sqlalchemy.engine import make_url

    return make_url(url).set(drivername="postgresql+psycopg")


def connect_seconds(usual: int = 10) -> int:
    """How long a server may take to let somebody in; PGCONNECT_TIMEOUT, as everywhere with PostgreSQL, says otherwise."""
    given = os.environ.get("PGCONNECT_TIMEOUT", "")
    return int(given) if given.isdecimal() else usual


def engine_for(url: str, *, acting_as: UUID | None = None, pool_size: int = 5) -> "Engine":
    """A pooled SQLAlchemy engine; `acting_as` takes a person's role on every connection.

    `acting_as` is for the worker, whose own code runs for many persons. It is no wall against code that
    runs inside the session, which could reset the role: a person's own code gets the person's own login.
    """
    from sqlalchemy import create_engine, event

    engine = create_engine(
        sqlalchemy_url(url),
        pool_size=pool_size,
        max_overflow=10,
        pool_pre_ping=True,
        connect_args={"connect_timeout": connect_seconds(), "application_name": "pgc"},
    )
    if acting_as is not None:
        role = role_of(acting_as)

        @event.listens_for(engine, "connect")
        def _take_role(connection: "DBAPIConnection", _record: "ConnectionPoolEntry") -> None:
            cursor = connection.cursor()
            cursor.execute(f'set role "{role}"')
            cursor.close()
            connection.commit()

    return engine


@contextmanager
def translated() -> Iterator[None]:
    """Turn the driver's errors into ours, which say what to do; everything else passes untouched."""
    try:
        yield
    except psycopg.Error as error:
        raise explain(error) from error
    except Exception as error:
        driver_error = getattr(error, "orig", None)  # SQLAlchemy wraps the driver's error
        if isinstance(driver_error, psycopg.Error):
            raise explain(driver_error) from error
        raise


def explain(error: BaseException | None) -> PgcError:
    """Our error for one of PostgreSQL's, by its SQLSTATE class."""
    state = getattr(error, "sqlstate", None) or ""
    text = str(error).strip()
    if state == "42501":
        return Denied(
            _("The database refuses this: {error}", error=text),
            next_step=_("Ask the owner of the data for a grant on its area."),
        )
    if state == "53100" or "No space left on device" in text:
        return FullDisk(
            _("The database has no disk space left; nothing of this was written."),
            next_step=_("Free some space on its disk, then try again."),
        )
    if isinstance(error, psycopg.OperationalError) or state[:2] in ("08", "57", "53"):
        return Unavailable(
            _("The database cannot be reached or broke off: {error}", error=text),
            next_step=_("Run `pgc doctor`; then try again. Nothing unfinished was kept."),
        )
    return StoreError(_("The database refuses this: {error}", error=text))


def copy_frame(
    connection: psycopg.Connection[Any], table: str, columns: Sequence[str], frame: "pl.DataFrame"
) -> None:
    """Write a polars frame into a table by binary COPY; column order is `columns`."""
    from pgpq import ArrowToPostgresBinaryEncoder

    names = ", ".join(f'"{name}"' for name in columns)
    arrow = frame.select(columns).to_arrow()
    encoder = ArrowToPostgresBinaryEncoder(arrow.schema)
    statement = f"copy {table} ({names}) from stdin (format binary)"
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(encoder.write_header())
        for batch in arrow.to_batches(max_chunksize=_BATCH_ROWS):
            copy.write(encoder.write_batch(batch))
        copy.write(encoder.finish())
