"""Large results as Arrow: PostgreSQL → ADBC → Arrow, several times faster than any row by row driver.

Opening such a connection costs more than most queries, because the driver reads the catalogue of types
first. So a few stay open between reads; each read is a transaction of its own.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from pgc_lib.errors import PgcError, Unavailable
from pgc_lib.i18n import _
from pgc_lib.stores.postgres import explain, role_of

if TYPE_CHECKING:
    import pyarrow as pa

_KEPT = 4
"""Connections that stay open at most."""

_AGAIN = 0.1
"""Seconds until a part that goes on is told to stop once more."""

T = TypeVar("T")


class ArrowReader:
    """Reads as one login; may be used by several threads at once."""

    def __init__(self, url: str, *, acting_as: UUID | None = None) -> None:
        self._url = url
        self._acting_as = acting_as
        self._idle: list[Any] = []
        self._lock = Lock()
        self._process = os.getpid()

    def read(self, statement: str) -> "pa.Table":
        """The result of a query."""
        import adbc_driver_postgresql.dbapi as adbc

        connection = self._take()
        if connection is not None:
            try:
                return self._fetch(connection, statement)
            except adbc.Error as error:
                if _has_state(error):
                    raise explain(error) from error
                # The server went away since; a read may simply be made again.
        try:
            return self._fetch(self._open(), statement)
        except adbc.Error as error:
            raise _explained(error) from error

    def read_parts(self, statements: Sequence[str], convert: "Callable[[pa.Table], T]") -> list[T]:
        """What together is one result, as of one moment: each part is read and converted by a thread of its own.

        Sending rows, and making columns of them, is the work of one core for one connection.
        """
        import adbc_driver_postgresql.dbapi as adbc

        try:
            with ExitStack() as opened:
                first = opened.enter_context(self._transaction())
                first.execute("select pg_export_snapshot() as name")
                snapshot = first.fetch_arrow_table()["name"][0].as_py()
                cursors = [first]
                for _further in statements[1:]:
                    further = opened.enter_context(self._transaction())
                    further.execute(f"set transaction snapshot '{snapshot}'")
                    cursors.append(further)
                return _side_by_side(cursors, statements, convert)
        except adbc.Error as error:
            raise _explained(error) from error

    @contextmanager
    def _transaction(self) -> "Iterator[Any]":
        """A cursor that sees one moment only; its connection is made for it and not kept."""
        with self._open() as connection:
            connection.adbc_connection.set_autocommit(False)
            with connection.cursor() as cursor:
                cursor.execute("set transaction isolation level repeatable read, read only")
                yield cursor

    def close(self) -> None:
        """Close what is idle; a later read opens it again."""
        with self._lock:
            idle, self._idle = self._idle, []
        if self._process == os.getpid():
            for connection in idle:
                connection.close()

    def __del__(self) -> None:
        self.close()

    def _fetch(self, connection: Any, statement: str) -> "pa.Table":
        """Read, and keep the connection only if that went well."""
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement)
                table: pa.Table = cursor.fetch_arrow_table()
        except BaseException:
            connection.close()
            raise
        with self._lock:
            kept = len(self._idle) < _KEPT
            if kept:
                self._idle.append(connection)
        if not kept:
            connection.close()
        return table

    def _take(self) -> Any:
        with self._lock:
            if self._process != os.getpid():
                # A forked process must not touch its parent's connections, not even to close them.
                self._inherited, self._idle, self._process = self._idle, [], os.getpid()
            return self._idle.pop() if self._idle else None

    def _open(self) -> Any:
        import adbc_driver_postgresql.dbapi as adbc

        connection = adbc.connect(self._url, autocommit=True)
        if self._acting_as is not None:
            with connection.cursor() as cursor:
                cursor.execute(f'set role "{role_of(self._acting_as)}"')
        return connection


def _side_by_side(
    cursors: Sequence[Any], statements: Sequence[str], convert: "Callable[[pa.Table], T]"
) -> list[T]:
    def part(cursor: Any, statement: str) -> T:
        cursor.execute(statement)
        return convert(cursor.fetch_arrow_table())

    with ThreadPoolExecutor(len(statements)) as pool:
        parts = [pool.submit(part, *each) for each in zip(cursors, statements, strict=True)]
        try:
            wait(parts, return_when=FIRST_EXCEPTION)
        finally:
            # After a failure nobody waits for the others; one that is only about to begin is told once more.
            while not all(each.done() for each in parts):
                for cursor in cursors:
                    cursor.adbc_cancel()
                wait(parts, timeout=_AGAIN)
        failed = [each for each in parts if each.exception()]
        return [each.result() for each in sorted(failed, key=_was_stopped) or parts]


def _was_stopped(part: "Future[Any]") -> bool:
    """Whether a part failed only because another had."""
    return getattr(part.exception(), "sqlstate", None) == "57014"


def _has_state(error: BaseException) -> bool:
    """Whether the server itself refused, rather than not being there."""
    state = getattr(error, "sqlstate", None) or ""
    return bool(state) and state[:2] not in ("08", "57")


def _explained(error: BaseException) -> PgcError:
    if _has_state(error):
        return explain(error)
    return Unavailable(
        _("The database cannot be reached or broke off: {error}", error=str(error).strip()),
        next_step=_("Run `pgc doctor`; then try again. Nothing unfinished was kept."),
    )
