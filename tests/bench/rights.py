"""What row security costs, where it could be felt: one row, and a sum over everything."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from uuid import UUID

from tests.bench.data import transactions
from tests.bench.figures import Bench, Measured, figure

if TYPE_CHECKING:
    import psycopg

_PERSONS = 50
_AN_IMPORT = 400
"""Rows of a bill, as people take them in."""
_AGGREGATE = "select date_trunc('month', day) as month, sum(amount) from finance.transactions {where} group by 1"
_POINT = "select * from finance.transactions where id = %s"


def _household(bench: Bench, n: int, *, together: int) -> None:
    """`n` rows in equal parts: the lab's person and forty-nine others, each adding so many at a time."""
    import polars as pl

    from pgc_lib.core.ids import new_id
    from pgc_lib.stores.postgres import copy_frame

    there = bench.lab.finance.count() == n // _PERSONS  # another figure may have emptied the table
    if there and bench.made.get("household") == (n, together):
        return
    bench.made["household"] = (n, together)
    owners = [str(bench.lab.person), *(str(new_id()) for _ in range(_PERSONS - 1))]
    rows = transactions(n).with_columns(
        owner=pl.lit(pl.Series(owners)).gather(pl.int_range(n) // together % _PERSONS)
    )
    with bench.admin() as admin:
        admin.execute("drop table if exists stage")
        admin.execute("truncate finance.transactions, pgc.changes, pgc.images, pgc.outbox")
        admin.execute("create temporary table stage (like finance.transactions including defaults)")
        admin.execute("alter table stage alter owner type text using owner::text")
        copy_frame(admin, "stage", rows.columns, rows)
        admin.execute("set session_replication_role = replica")
        columns = ", ".join(rows.columns[:-1])
        admin.execute(
            f"insert into finance.transactions (owner, {columns}) "
            f"select owner::uuid, {columns} from stage".encode()
        )
        admin.execute("vacuum (analyze) finance.transactions")


def _both(
    bench: Bench,
) -> "tuple[psycopg.Connection[Any], psycopg.Connection[Any]]":
    """Connections as the person and as the superuser."""
    import psycopg

    person = bench.lab.session.database.reveal()
    return (
        psycopg.connect(person, autocommit=True),
        psycopg.connect(bench.admin_url, autocommit=True),
    )


def _compared(
    bench: Bench, ours: Callable[[Any], object], theirs: Callable[[Any], object], rounds: int
) -> tuple[float, float]:
    person, admin = _both(bench)
    with person, admin:
        ours(person)
        theirs(admin)
        return bench.in_turns(lambda: ours(person), lambda: theirs(admin), rounds=rounds)


@figure(
    "rights_point_read",
    peer="where owner = …",
    unit="s",
    goal="<= 1.15",
    help="Reading single rows by id under row security against the superuser naming the owner",
)
def rights_point_read(bench: Bench) -> Measured:
    n = bench.n(1_000_000, 100_000)
    _household(bench, n, together=_AN_IMPORT)
    me = bench.lab.person
    with bench.admin() as admin:
        found = admin.execute(
            "select id from finance.transactions where owner = %s limit 500", (me,)
        )
        ids: list[UUID] = [row[0] for row in found]

    def ours(connection: Any) -> None:
        for id in ids:
            assert connection.execute(_POINT, (id,)).fetchone()

    def theirs(connection: Any) -> None:
        for id in ids:
            assert connection.execute(_POINT + " and owner = %s", (id, me)).fetchone()

    ours_all, theirs_all = _compared(bench, ours, theirs, bench.n(21, 11))
    return Measured(ours_all / len(ids), theirs_all / len(ids), n)


def _aggregated(bench: Bench, *, together: int) -> Measured:
    n = bench.n(1_000_000, 200_000)
    _household(bench, n, together=together)
    me = bench.lab.person
    mine = _AGGREGATE.format(where="")
    named = _AGGREGATE.format(where="where owner = %s")
    ours, theirs = _compared(
        bench,
        lambda connection: connection.execute(mine).fetchall(),
        lambda connection: connection.execute(named, (me,)).fetchall(),
        bench.n(31, 21),
    )
    return Measured(ours, theirs, n)


@figure(
    "rights_aggregate",
    peer="where owner = …",
    unit="s",
    goal="<= 1.15",
    help="Sums by month under row security against the superuser naming the owner; everyone adds a bill at a time",
)
def rights_aggregate(bench: Bench) -> Measured:
    return _aggregated(bench, together=_AN_IMPORT)


@figure(
    "rights_scattered",
    peer="where owner = …",
    unit="s",
    goal="<= 1.15",
    help="The same with every row between those of forty-nine others, where the planner's guess of the rows tells",
)
def rights_scattered(bench: Bench) -> Measured:
    return _aggregated(bench, together=1)
