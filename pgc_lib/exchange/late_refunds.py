"""Refunds that were kept before what they give back: an older bill that comes later has their purchases.

They are matched as refunds of the same file are, by the same evidence, and linked in the batch that brings the
purchases; undoing it leaves them as they were.
"""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import polars as pl

from pgc_lib.core.collection import Added, Collection
from pgc_lib.core.session import Session
from pgc_lib.exchange import order_numbers
from pgc_lib.exchange.reading import LINE, ORDER, REFUND_OF
from pgc_lib.exchange.refunds import (
    NEEDED,
    NUMBERED_APART,
    PURCHASE,
    READ,
    Refund,
    in_file,
    matched,
    pairs,
)
from pgc_lib.exchange.spool import Spool
from pgc_lib.stores.filters import col

_NAMES_ITS_PURCHASE = r"^(alipay:[^_*]+)[_*]"
"""Where a refund is numbered with its purchase's number and something behind it (`bills.py`)."""


def find(collection: Collection[Any], rows: Spool, linked: Spool) -> list[Refund]:
    """Refunds kept earlier that belong to purchases among these rows; `linked` are those of this very file."""
    waiting = _waiting(collection, rows)
    if waiting.is_empty():
        return []
    bought = list(in_file(rows, waiting))
    paid = pl.concat(bought, how="diagonal_relaxed") if bought else pl.DataFrame()
    if paid.is_empty():
        return []
    left = {reference: -amount for reference, amount in paid.select("reference", "amount").iter_rows()}  # fmt: skip
    for frame in linked.frames():
        for reference, amount in frame.select(PURCHASE, "amount").iter_rows():
            left[reference] = left.get(reference, Decimal()) - amount
    found = list(matched(pairs(waiting, paid), left))
    lines = _lines(rows, [reference for _refund, reference, _category in found])
    ids = waiting["id"].to_list()
    made = [
        Refund(
            lines[reference], refund.day, refund.amount, refund.payee, refund.paid, "", refund.evidence,
            earlier=str(ids[refund.line]), purchase=reference,
        )
        for refund, reference, _category in found
    ]  # fmt: skip
    return sorted(made, key=lambda each: each.line)


def link(joined: Session, kept: Collection[Any], found: list[Refund], batch: UUID) -> list[Added]:
    """Link them to the purchases that were kept a moment ago, in whose category they count from now on."""
    if not found:
        return []
    from pgc_lib.areas.money.booking import ids_of

    ids = ids_of(joined, [each.purchase for each in found])
    waiting = {one.id: one for one in kept.find(col("id").is_in([UUID(each.earlier) for each in found]))}  # fmt: skip
    paid = {one.id: one for one in kept.find(col("id").is_in(list(ids.values())))}
    done = 0
    for each in found:
        refund, purchase = waiting.get(UUID(each.earlier)), paid.get(ids.get(each.purchase))
        # Linked by hand, or removed, since the file was looked at: then it stays as it is.
        if refund is not None and purchase is not None and refund.linked is None:
            kept.update(refund, linked=purchase.id, category=purchase.category)
            done += 1
    return [Added(batch, 0, done, 0, 0, ())]


def _waiting(collection: Collection[Any], rows: Spool) -> pl.DataFrame:
    """Refunds that do not say what they give back, of the time in which those of these rows can be."""
    days: list[Any] = [
        day
        for frame in rows.frames()
        if set(frame.columns) >= NEEDED
        for day in (frame["day"].min(), frame["day"].max())
    ]
    if not days:
        return pl.DataFrame()
    first, last = min(days), max(days) + timedelta(NUMBERED_APART)
    frame = collection.frame(
        col("day") >= first, col("day") <= last, col("amount") > 0, col("linked").is_null(),
        col("parts").is_null(), nature="refund", columns=["id", *READ], owner=collection.session.person,
    )  # fmt: skip
    if frame.is_empty():
        return frame
    # More than one number for a reference would say that one of them is wrong.
    numbers = order_numbers.kept(collection.session, first, last).unique("reference", keep="none")
    return (
        frame.join(numbers, on="reference", how="left", maintain_order="left")
        .with_columns(pl.col("reference").str.extract(_NAMES_ITS_PURCHASE).alias(REFUND_OF))
        .with_row_index(LINE)
        .with_columns(pl.col(LINE).cast(pl.Int64), pl.col(ORDER).cast(pl.String))
    )


def _lines(rows: Spool, references: list[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for frame in rows.frames():
        named = frame.filter(pl.col("reference").is_in(references))
        found |= dict(named.select("reference", LINE).iter_rows())
    return found
