"""Many rows out at once, as a polars frame, under row security."""

from typing import Any
from uuid import UUID

from tests.bench.apart import apart
from tests.bench.data import transactions
from tests.bench.figures import Bench, Measured, figure


def _query(bench: Bench) -> str:
    """The same columns that `frame()` gives, also those that hold nothing in most rows."""
    columns = bench.lab.finance.transactions.frame(limit=1).columns
    return f"select {', '.join(columns)} from finance.transactions"


def _filled(bench: Bench, n: int) -> None:
    """The lab with exactly `n` transactions of its person."""
    finance = bench.lab.finance
    if finance.count() != n:
        with bench.admin() as admin:
            admin.execute("truncate finance.transactions, pgc.changes, pgc.images, pgc.outbox")
        finance.add_many(transactions(n))
        with bench.admin() as admin:
            admin.execute("vacuum (analyze) finance.transactions")


def _raw(url: str, query: str) -> Any:
    import adbc_driver_postgresql.dbapi as adbc
    import polars as pl

    with adbc.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute(query)
        return pl.DataFrame(cursor.fetch_arrow_table())


def read_frame(url: str, person: str) -> None:
    """Read all transactions as the person, in a process of its own."""
    from pgc_lib.areas.finance import Finance
    from pgc_lib.core.session import Session
    from pgc_lib.settings import Secret

    session = Session(UUID(person), "bench", Secret(url), Secret(""))
    frame = Finance(session).transactions.frame()
    assert frame.height
    session.close()


def read_raw(url: str, query: str) -> None:
    """Read them with ADBC alone, in a process of its own."""
    assert _raw(url, query).height


@figure(
    "frame",
    peer="ADBC → polars",
    unit="s",
    goal="<= 1.5",
    help="frame() under row security against ADBC → polars as the superuser",
)
def frame(bench: Bench) -> Measured:
    n = bench.n(1_000_000, 200_000)
    _filled(bench, n)
    url, query = bench.admin_url, _query(bench)
    ours, theirs = bench.in_turns(
        bench.lab.finance.frame, lambda: _raw(url, query), rounds=bench.n(5, 5)
    )
    return Measured(ours, theirs, n)


@figure(
    "frame_pandas",
    peer="pandas.read_sql",
    unit="rows/s",
    goal=">= 5",
    help="frame() under row security against pandas.read_sql as the superuser",
)
def frame_pandas(bench: Bench) -> Measured:
    import pandas as pd
    from sqlalchemy import create_engine

    from pgc_lib.stores.postgres import sqlalchemy_url

    n = bench.n(1_000_000, 100_000)
    _filled(bench, n)
    engine = create_engine(sqlalchemy_url(bench.admin_url))
    query = _query(bench)
    ours, theirs = bench.in_turns(
        bench.lab.finance.frame, lambda: pd.read_sql(query, engine), rounds=bench.n(3, 3)
    )
    engine.dispose()
    return Measured(n / ours, n / theirs, n)


@figure(
    "frame_memory",
    peer="ADBC → polars",
    unit="MB",
    goal="<= 1.5",
    help="Peak memory of a process that calls frame(), against one that uses ADBC alone",
)
def frame_memory(bench: Bench) -> Measured:
    n = bench.n(1_000_000, 200_000)
    _filled(bench, n)
    person = bench.lab.session
    ours = apart(read_frame, person.database.reveal(), str(person.person)).megabytes
    return Measured(ours, apart(read_raw, bench.admin_url, _query(bench)).megabytes, n)
