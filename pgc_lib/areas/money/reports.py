"""What was spent and what came in, added up in the database by period and by anything.

Every report rests on `flows`, one grouped query over the view of that name: only sums travel. Amounts of several
currencies stay apart, unless a currency `into` which they are to be brought is named; then each sum is converted at
the rate of its own day.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

from pgc_lib.areas.money import ledger
from pgc_lib.areas.money.periods import UNITS, checked
from pgc_lib.areas.money.rates import Rates, together
from pgc_lib.areas.money.transaction import Transaction
from pgc_lib.core.operands import fitted, readable
from pgc_lib.errors import PgcError
from pgc_lib.i18n import _
from pgc_lib.stores.filters import Condition, col, where

if TYPE_CHECKING:
    import polars as pl
    from sqlalchemy import FromClause

    from pgc_lib.core.session import Session

Flow = Literal["spending", "income"]

GROUPS = (
    "payee", "category", "account", "note", "reference", "nature", "linked", "day", "currency",
    "owner", "batch",
)  # fmt: skip
"""What flows can be grouped by."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a report is about: whose money, which lines, over which periods, in which currency."""

    conditions: Sequence[Condition] = ()
    every: str = "1mo"
    by: tuple[str, ...] = ()
    into: str | None = None


def within(owner: UUID, since: date, until: date) -> tuple[Condition, ...]:
    """The flows of a person in some days."""
    return (col("owner") == owner, col("day").is_between(since, until))


def flows(session: "Session", asked: Asked, rates: Rates) -> "pl.DataFrame":
    """Sums and counts by period, currency, flow and more; amounts as they are signed in the transactions."""
    import polars as pl
    from sqlalchemy import Text, case, cast, func, select
    from sqlalchemy.dialects import postgresql
    from sqlalchemy.sql import literal_column

    from pgc_lib.core.frames import from_arrow
    from pgc_lib.stores.filters_sql import to_sql

    spec, seen = Transaction.spec, _source(session)
    groups = [name for name in dict.fromkeys(asked.by) if name not in ("currency", "flow")]
    for name in groups:
        readable([name], spec)
        if name not in GROUPS:
            raise PgcError(
                _("Money cannot be added up by {field}.", field=name),
                next_step=_("Possible are {names}.", names=", ".join(GROUPS)),
            )
    unit = UNITS.get(checked(asked.every))
    period: Any = seen.c.day
    if unit:
        day = cast(seen.c.day, postgresql.TIMESTAMP())
        period = cast(func.date_trunc(literal_column(f"'{unit}'"), day), postgresql.DATE())
    if asked.into:
        # Other currencies day by day, because each day has its rate.
        period = case((seen.c.currency == asked.into, period), else_=seen.c.day)
    columns = [period.label("period"), seen.c.currency, seen.c.flow, *(seen.c[g] for g in groups)]
    condition = fitted(where(*asked.conditions), spec)
    # By their places: the same expression twice would be two different parameters.
    places: list[Any] = [literal_column(str(place)) for place in range(1, len(columns) + 1)]
    query = (
        select(*columns, cast(func.sum(seen.c.amount), Text).label("sum"), func.count().label("count"))
        .where(to_sql(condition, seen.c), seen.c.flow.is_not(None))
        .group_by(*places)
    )  # fmt: skip
    dialect = postgresql.dialect(paramstyle="named")  # type: ignore[no-untyped-call]
    statement = str(query.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
    found = from_arrow(session.arrow(statement), spec, groups).with_columns(
        pl.col("sum").cast(ledger.amount_type()).alias("amount")
    )
    found = found.select("period", "currency", "flow", *groups, "amount", "count")
    if asked.into:
        by = ["period", "flow", *groups]
        found = together(
            rates, found, asked.into, by=by, sums=["amount"], counts=["count"], day="period"
        )
    return _cut(found, asked.every, groups) if asked.into or not unit else found


def _source(session: "Session") -> "FromClause":
    from sqlalchemy import Column, column, table, text
    from sqlalchemy.dialects import postgresql

    from pgc_lib.core.tables import table_of

    kept = table_of(Transaction)
    names = [c for c in kept.c if not c.name.startswith("other_") and c.name != "parts"]
    columns: list[Any] = [column(c.name, c.type) for c in names]
    columns.append(column("flow", postgresql.TEXT()))
    if session.at is None:
        return table("flows", *columns, schema="finance")
    was = ledger.view(session, "flows").replace(":", "\\:")
    made: list[Column[Any]] = [Column(c.name, c.type) for c in columns]
    return text(f"select * from {was} seen").columns(*made).subquery("flows")


def _cut(frame: "pl.DataFrame", every: str, groups: Sequence[str]) -> "pl.DataFrame":
    import polars as pl

    return (
        frame.with_columns(pl.col("period").dt.truncate(every))
        .group_by("period", "currency", "flow", *groups, maintain_order=True)
        .agg(pl.col("amount").sum(), pl.col("count").sum())
    )


def one_flow(session: "Session", flow: Flow, asked: Asked, rates: Rates) -> "pl.DataFrame":
    """What was spent, or came in, as positive amounts."""
    import polars as pl

    sign = -1 if flow == "spending" else 1
    return (
        flows(session, asked, rates)
        .filter(pl.col("flow") == flow)
        .drop("flow")
        .with_columns(pl.col("amount") * sign)
        .sort("period", "amount", descending=[False, True])
    )


def cash_flow(session: "Session", asked: Asked, rates: Rates) -> "pl.DataFrame":
    """Income, spending, what was left and the share that was saved, by period."""
    import polars as pl

    none = pl.lit(0).cast(ledger.amount_type())
    income = pl.col("amount").filter(pl.col("flow") == "income").sum()
    spending = -pl.col("amount").filter(pl.col("flow") == "spending").sum()
    return (
        flows(session, asked, rates)
        .group_by("period", "currency")
        .agg(income.alias("income"), spending.alias("spending"), pl.col("count").sum())
        .with_columns(pl.col("income").fill_null(none), pl.col("spending").fill_null(none))
        .with_columns((pl.col("income") - pl.col("spending")).alias("left"))
        .with_columns(_share("left", "income").alias("saved"))
        .select("period", "currency", "income", "spending", "left", "saved", "count")
        .sort("currency", "period")
    )


def _share(part: str, whole: str) -> "pl.Expr":
    """A share between numbers that are only looked at; none of nothing."""
    import polars as pl

    share = pl.col(part).cast(pl.Float64) / pl.col(whole).cast(pl.Float64)
    return pl.when(pl.col(whole) > 0).then(share)


def by_month(session: "Session", flow: Flow, asked: Asked, rates: Rates) -> "pl.DataFrame":
    """A line for each category with a column for each month, and what it was together."""
    import polars as pl

    (row,) = asked.by
    found = one_flow(session, flow, asked, rates)
    if found.is_empty():
        return pl.DataFrame(
            schema={"currency": pl.String(), row: pl.String(), "together": ledger.amount_type()}
        )
    wide = found.with_columns(pl.col("period").dt.strftime("%Y-%m")).pivot(
        on="period", index=["currency", row], values="amount", aggregate_function="sum", sort_columns=True
    )  # fmt: skip
    months = sorted(name for name in wide.columns if name not in ("currency", row))
    wide = wide.with_columns(pl.col(months).fill_null(0))
    return (
        wide.with_columns(pl.sum_horizontal(months).cast(ledger.amount_type()).alias("together"))
        .select("currency", row, *months, "together")
        .sort("currency", "together", descending=[False, True])
    )


def compared(now: "pl.DataFrame", before: "pl.DataFrame", by: str) -> "pl.DataFrame":
    """Two periods beside each other, what changed most first."""
    import polars as pl

    keys = list(dict.fromkeys(["currency", by]))

    def summed(frame: "pl.DataFrame", name: str) -> "pl.DataFrame":
        return frame.group_by(keys).agg(pl.col("amount").sum().alias(name))

    return (
        summed(now, "now")
        .join(summed(before, "before"), on=keys, how="full", coalesce=True)
        .with_columns(pl.col("now", "before").fill_null(0))
        .with_columns((pl.col("now") - pl.col("before")).alias("change"))
        .with_columns(_share("change", "before").alias("share"))
        .select(*keys, "before", "now", "change", "share")
        .sort(pl.col("change").abs(), descending=True)
    )
