"""Net worth: what is in every account that counts, at the end of each month, less what is owed."""

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from pgc_lib.areas.money import ledger
from pgc_lib.areas.money.periods import months_later
from pgc_lib.areas.money.rates import Rates, together

if TYPE_CHECKING:
    import polars as pl

    from pgc_lib.core.session import Session


def month_ends(since: date, until: date) -> list[date]:
    """The last day of each month that has ended by a day, and that day itself."""
    ends = []
    first = since.replace(day=1)
    while (end := months_later(first, 1) - timedelta(1)) < until:
        ends.append(end)
        first = months_later(first, 1)
    return [*ends, until]


def held(
    session: "Session", owner: UUID, days: list[date], *, everything: bool = False
) -> "pl.DataFrame":
    """What each account held at the end of some days, in each currency; those that count, or `everything`."""
    import polars as pl

    # One pass over the postings, cut at the days that are asked for; the rest is a running sum of few rows.
    statement = f"""
        with cut as (select d as day from unnest(cast(:days as date[])) d),
        moved as (
            select p.name, p.currency, (select min(c.day) from cut c where c.day >= p.day) as day,
                   sum(p.amount) as amount
            from (select name, currency, day, sum(amount) as amount
                  from {ledger.view(session, "postings")} v
                  where v.side = 'account' and v.owner = :owner and v.day <= :last group by 1, 2, 3) p
            group by 1, 2, 3),
        seen as (select distinct name, currency from moved)
        select c.day, s.name, s.currency, sum(coalesce(m.amount, 0)) over (
                   partition by s.name, s.currency order by c.day)
        from cut c cross join seen s
             left join moved m on m.day = c.day and m.name = s.name and m.currency = s.currency
        where :everything or not exists (select from {ledger.table(session, "accounts")} a
                          where a.owner = :owner and a.name = s.name and not a.counted)
        order by 1, 2, 3"""
    return ledger.frame(
        session,
        statement,
        {"owner": owner, "days": days, "last": max(days), "everything": everything},
        {
            "day": pl.Date(),
            "account": pl.String(),
            "currency": pl.String(),
            "balance": ledger.amount_type(),
        },
    )


def net_worth(
    session: "Session", owner: UUID, days: list[date], rates: Rates, into: str | None
) -> "pl.DataFrame":
    """Assets, debts and what is left of them, in each currency or brought into one."""
    import polars as pl

    found = held(session, owner, days).with_columns(
        pl.col("balance").clip(lower_bound=Decimal(0)).alias("assets"),
        pl.col("balance").clip(upper_bound=Decimal(0)).alias("debts"),
    )
    if into:
        worth = together(
            rates,
            found.filter(pl.col("balance") != 0),
            into,
            by=["day"],
            sums=["assets", "debts"],
        )
    else:
        worth = found.group_by("day", "currency").agg(pl.col("assets").sum(), pl.col("debts").sum())
    return (
        worth.with_columns((pl.col("assets") + pl.col("debts")).alias("worth"))
        .select("day", "currency", "assets", "debts", "worth")
        .sort("currency", "day")
    )
