"""Lines of history about documents in MongoDB, which no trigger sees.

A line is noted in PostgreSQL before the document is written, and settled when it is known what came of it. A crash
in between leaves a line and an event about a change that did not happen, never a change without them. Both
are one statement; the function in the database (`0001_core.sql`) checks that the person may edit the owner's area.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import structlog

from pgc_lib.core.ids import new_id
from pgc_lib.errors import PgcError
from pgc_lib.stores.noted import Intent, Line

if TYPE_CHECKING:
    from pgc_lib.core.session import Session

NAMED = 100
"""A line names its documents up to this many; of more it says how many there are."""

_NOTE = """
    select pgc.note(:token, :owner, :kind, :verb, :rows, cast(:records as uuid[]),
                    cast(:batch as uuid), cast(:undone as uuid), cast(:undone_batch as uuid))"""
_SETTLE = "select pgc.settle(:token, :rows, :verb)"

log = structlog.get_logger()


class Notes:
    """Notes what a session is about to write elsewhere."""

    def __init__(self, session: "Session") -> None:
        self._session = session

    @contextmanager
    def line(self, intent: Intent) -> Iterator[Line]:
        """A change that is noted before it is made; when that cannot be done, it is not made."""
        token = new_id()
        self._say(
            _NOTE,
            token=token,
            owner=intent.owner,
            kind=intent.kind,
            verb=intent.verb,
            rows=len(intent.ids),
            records=list(intent.ids) if len(intent.ids) <= NAMED else None,
            batch=intent.batch,
            undone=intent.undoes and intent.undoes.line,
            undone_batch=intent.undoes and intent.undoes.batch,
        )
        line = Line(intent.verb, token)
        try:
            yield line
        except Exception:
            if line.came is not None:
                self._settle(line, line.came)
            raise
        self._settle(line, len(intent.ids) if line.came is None else line.came)

    def _settle(self, line: Line, rows: int) -> None:
        """Say what came of it. If that fails, the line stands as noted and is told a little later."""
        try:
            self._say(_SETTLE, token=line.token, rows=rows, verb=line.verb)
        except PgcError as error:
            log.warning("history.not_settled", token=str(line.token), error=str(error))

    def _say(self, statement: str, **values: Any) -> None:
        from sqlalchemy import text

        from pgc_lib.stores.postgres import translated

        # By itself, without begin and commit, it is one round trip.
        with translated(), self._session.engine.connect() as connection:
            alone = connection.execution_options(isolation_level="AUTOCOMMIT")
            alone.execute(text(statement), values)
