"""What was spent by day, category and currency: one grouped query, so that only sums travel.

It reads the ledger's `flows`: transfers are in none, a payment in parts counts for the category of each part. What
comes in under a category is netted, on its own day: closed months stay as they were. A refund without a category
of its own goes where the payment belongs that it gives back.
"""

from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from pgc_lib.areas.money import ledger

if TYPE_CHECKING:
    from collections.abc import Iterable

    import polars as pl

    from pgc_lib.core.session import Session

UNDER = ("/", ":")
"""What stands between a category and its parts: `Food/Coffee` belongs to `Food`."""


def spent_by_day(
    session: "Session",
    owner: UUID,
    first: date,
    last: date,
    categories: "Iterable[str] | None" = None,
    *,
    earned: bool = True,
) -> "pl.DataFrame":
    """`day currency category spent count`; given categories stand for everything under them, too.

    What was earned under a category is taken off, as a budget wants it; without `earned` it is left out.
    """
    import polars as pl

    where, values = "true", {"owner": owner, "first": first, "last": last}
    if categories is not None:
        wanted = sorted(set(categories))
        under = [_literally(name) + sign + "%" for name in wanted for sign in UNDER]
        where = "(category = any (cast(:wanted as text[])) or category like any (cast(:under as text[])))"
        values |= {"wanted": wanted, "under": under}
    statement = f"""
        with flowing as (
            select f.day, f.currency, f.amount,
                   case when f.nature = 'refund' and f.category = '' and f.linked is not null then coalesce((
                       select t.category from {ledger.table(session, "transactions")} t
                       where t.id = f.linked and t.owner = f.owner), '') else f.category end as category
            from {ledger.view(session, "flows")} f
            where f.owner = :owner and f.day between :first and :last {"" if earned else "and f.flow = 'spending'"})
        select day, currency, category, -sum(amount), count(*) from flowing
        where {where} group by 1, 2, 3 order by 1, 2, 3"""
    return ledger.frame(
        session,
        statement,
        values,
        {
            "day": pl.Date(),
            "currency": pl.String(),
            "category": pl.String(),
            "spent": ledger.amount_type(),
            "count": pl.Int64(),
        },
    )


def belongs(category: str, to: str) -> bool:
    """Whether a category is another one or a part of it."""
    return category == to or category.startswith(tuple(to + sign for sign in UNDER))


def _literally(text: str) -> str:
    """A text as a pattern of LIKE that means nothing else."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
