"""The hub's own tables, which lie beside those of JupyterHub, and the connection to them."""

from pathlib import Path

from sqlalchemy import Engine, MetaData, create_engine, event
from sqlalchemy.engine import URL

from pgc_lib.settings import Secret
from pgc_lib.stores.postgres import sqlalchemy_url

METADATA = MetaData()


def open_tables(database: Secret, folder: Path) -> Engine:
    """PostgreSQL where it is set, else a file in the hub's folder; the tables are made when they are missing."""
    if database:
        engine = create_engine(sqlalchemy_url(database.reveal()), pool_size=3, pool_pre_ping=True)
    else:
        engine = create_engine(URL.create("sqlite", database=str(folder / "accounts.sqlite")))

        @event.listens_for(engine, "connect")
        def _wait_for_others(connection: object, _record: object) -> None:
            cursor = connection.cursor()  # type: ignore[attr-defined]
            cursor.execute("pragma journal_mode = wal")
            cursor.execute("pragma busy_timeout = 10000")
            cursor.close()

    METADATA.create_all(engine)
    return engine
