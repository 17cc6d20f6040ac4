"""The numbers that merchants gave to payments, kept with the import that told them.

A refund months later names its purchase by such a number, and so may a purchase whose refund came with another bill.
Transactions have no room for it, and hardly any is ever asked for: they lie beside the import, some thousands in each
document, and go with it when it is undone.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import polars as pl

from pgc_lib.core.collection import Collection
from pgc_lib.core.record import Record, field
from pgc_lib.core.session import Session
from pgc_lib.exchange.reading import ORDER
from pgc_lib.i18n import N_
from pgc_lib.stores.filters import col

if TYPE_CHECKING:
    from pgc_lib.exchange.spool import Spool

_MOST = 100_000
"""More than a person pays in a year: of a larger file only the refunds are kept by number."""
_IN_ONE = 5_000
_READ = ("day", "amount", "nature", "linked", "reference", ORDER)


class Numbers(Record, kind="imports.numbers", kept_in="documents", sort=["-last"]):
    """What merchants called some of the transactions of an import."""

    first: date = field(title=N_("From the day"))
    last: date = field(title=N_("Until the day"))
    numbers: dict[str, Any] = field(title=N_("Number"))
    """The merchant's number of each reference."""


def note(joined: Session, batch: UUID, spools: "Iterable[Spool]") -> None:
    """Keep the numbers of payments, and of refunds that are not linked yet."""
    refund = (pl.col("nature") == "refund").fill_null(False)
    paid = [
        frame.select(_READ).filter(
            pl.col(ORDER).is_not_null(), pl.col("reference").is_not_null(), pl.col("linked").is_null(),
            ((pl.col("amount") < 0) & pl.col("nature").is_null()) | refund,
        )
        for spool in spools for frame in spool.frames() if set(frame.columns) >= set(_READ)
    ]  # fmt: skip
    if sum(frame.height for frame in paid) > _MOST:
        paid = [frame.filter(refund) for frame in paid]
    told = pl.concat(paid).sort("day") if paid else pl.DataFrame()
    rows = [
        {
            "first": some["day"].min(),
            "last": some["day"].max(),
            "numbers": dict(some.select("reference", ORDER).iter_rows()),
        }
        for some in told.iter_slices(_IN_ONE)
        if some.height
    ]
    if rows:
        Collection(joined, Numbers).add_many(rows, batch=batch)


def kept(session: Session, first: date, last: date, *, apart: int = 0) -> pl.DataFrame:
    """References with their merchant's numbers, of imports that reach into these days and some before."""
    found = Collection(session, Numbers).find(
        col("last") >= first - timedelta(apart), col("first") <= last, owner=session.person
    )
    pairs = [pair for each in found for pair in each.numbers.items()]
    schema = {"reference": pl.String, ORDER: pl.String}
    return pl.DataFrame(pairs, schema=schema, orient="row").unique()
