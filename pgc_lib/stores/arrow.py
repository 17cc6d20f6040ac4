"""Large results as Arrow: PostgreSQL → ADBC → Arrow, several times faster than any row by row driver.

Opening such a connection costs more than most queries, because the driver reads the catalogue of types
first. So a few stay open between reads; each read is a transaction of its own.
"""

import os
from collections.abc import Callable
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeAlias
from uuid import UUID

from pgc_lib.errors import PgcError, Unavailable
from pgc_lib.i18n import _
from pgc_lib.stores.postgres import explain, role_of

if TYPE_CHECKING:
    import pyarrow as pa

Read: TypeAlias = "Callable[[str], pa.Table]"
_KEPT = 4
"""Connections that stay open at most."""


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
        return self._with_connection(lambda connection: _result(connection, statement))

    def at_one_moment(self, work: Callable[[Read], "pa.Table"], **planning: str) -> "pa.Table":
        """What the work makes of several queries that all see the same rows; it may be asked twice.

        `planning` holds for them alone: `enable_indexscan="off"`.
        """

        def together(connection: Any) -> "pa.Table":
            _tell(connection, "begin isolation level repeatable read, read only")
            for name, value in planning.items():
                _tell(connection, f"set local {name} = {value}")
            made = work(lambda statement: _result(connection, statement))
            _tell(connection, "commit")
            return made

        return self._with_connection(together)

    def _with_connection(self, work: Callable[[Any], "pa.Table"]) -> "pa.Table":
        import adbc_driver_postgresql.dbapi as adbc

        connection = self._take()
        if connection is not None:
            try:
                return self._keep(connection, work)
            except adbc.Error as error:
                if _has_state(error):
                    raise explain(error) from error
                # The server went away since; a read may simply be made again.
        try:
            return self._keep(self._open(), work)
        except adbc.Error as error:
            raise _explained(error) from error

    def close(self) -> None:
        """Close what is idle; a later read opens it again."""
        with self._lock:
            idle, self._idle = self._idle, []
        if self._process == os.getpid():
            for connection in idle:
                connection.close()

    def __del__(self) -> None:
        self.close()

    def _keep(self, connection: Any, work: Callable[[Any], "pa.Table"]) -> "pa.Table":
        """Read, and keep the connection only if that went well."""
        try:
            table = work(connection)
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
            _tell(connection, f'set role "{role_of(self._acting_as)}"')
        return connection


def _result(connection: Any, statement: str) -> "pa.Table":
    with connection.cursor() as cursor:
        cursor.execute(statement)
        table: pa.Table = cursor.fetch_arrow_table()
    return table


def _tell(connection: Any, statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


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
