"""A connection for questions that are one statement each: without begin and commit, each is one round trip."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pgc_lib.core.session import Session

if TYPE_CHECKING:
    from sqlalchemy import Connection


@contextmanager
def asking(session: Session) -> "Iterator[Connection]":
    """A connection with the person's rights, each statement by itself."""
    from pgc_lib.stores.postgres import translated

    with translated(), session.engine.connect() as connection:
        yield connection.execution_options(isolation_level="AUTOCOMMIT")
