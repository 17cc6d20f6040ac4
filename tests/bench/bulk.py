"""Many rows in at once: validated, in one batch of history, under row security."""

import time
from functools import partial
from typing import TYPE_CHECKING, Any

from tests.bench.data import transactions
from tests.bench.figures import Bench, Measured, figure

if TYPE_CHECKING:
    import polars as pl

_LIKE = "create table if not exists public.raw (like finance.transactions including defaults including indexes)"


def _empty(bench: Bench) -> None:
    with bench.admin() as admin:
        admin.execute(
            "truncate finance.transactions, pgc.changes, pgc.images, pgc.outbox, public.raw"
        )
        admin.execute("checkpoint")


def _plain_table(bench: Bench) -> None:
    with bench.admin() as admin:
        admin.execute(_LIKE)
        owner = f"alter table public.raw alter owner set default '{bench.lab.person}'"
        admin.execute(owner.encode())


def _add(bench: Bench, frame: "pl.DataFrame") -> None:
    added = bench.lab.finance.add_many(frame)
    assert added.added == frame.height


def _copy(bench: Bench, frame: "pl.DataFrame") -> None:
    from pgc_lib.stores.postgres import copy_frame

    with bench.admin() as admin:
        copy_frame(admin, "public.raw", frame.columns, frame)


@figure(
    "bulk_add",
    peer="binary COPY",
    unit="rows/s",
    goal=">= 0.7",
    help="Adding rows of eight columns against COPY of the same rows into a bare table with the same indexes",
)
def bulk_add(bench: Bench) -> Measured:
    n = bench.n(1_000_000, 100_000)
    frame = transactions(n)
    _plain_table(bench)
    ours, theirs = bench.in_turns(
        partial(_add, bench, frame),
        partial(_copy, bench, frame),
        rounds=bench.n(3, 5),
        before=partial(_empty, bench),
    )
    return Measured(n / ours, n / theirs, n)


@figure(
    "bulk_add_pandas",
    peer="pandas.to_sql",
    unit="rows/s",
    goal=">= 5",
    help="Adding rows of eight columns against pandas.to_sql of the same rows into a bare table with the same indexes",
)
def bulk_add_pandas(bench: Bench) -> Measured:
    from sqlalchemy import Date, Numeric, create_engine

    from pgc_lib.stores.postgres import sqlalchemy_url

    n = bench.n(1_000_000, 100_000)
    frame = transactions(n)
    same = frame.to_pandas()
    # pandas takes exact amounts for texts unless it is told.
    types = {"amount": Numeric(18, 4), "day": Date()}
    _plain_table(bench)
    engine = create_engine(sqlalchemy_url(bench.admin_url))

    def to_sql() -> None:
        with engine.begin() as connection:
            same.to_sql(
                "raw", connection, schema="public", if_exists="append", index=False, dtype=types
            )

    ours, theirs = bench.in_turns(
        partial(_add, bench, frame), to_sql, rounds=bench.n(1, 3), before=partial(_empty, bench)
    )
    engine.dispose()
    return Measured(n / ours, n / theirs, n)


def parts(bench: Bench, n: int) -> dict[str, float]:
    """Where the time of one addition goes, for whoever wants to make it quicker."""
    from pgc_lib.areas.finance import Transaction
    from pgc_lib.core.frames import check

    frame = transactions(n)
    times: dict[str, float] = {}

    def timed(name: str, work: Any) -> Any:
        start = time.perf_counter()
        result = work()
        times[name] = time.perf_counter() - start
        return result

    timed("validation", lambda: check(frame, Transaction.spec))
    _plain_table(bench)
    _empty(bench)
    timed("all of it", lambda: _add(bench, frame))
    return times
