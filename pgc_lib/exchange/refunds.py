"""Refunds in a bill and the purchases that they give back.

A wallet tells a refund as a line of its own, days or months after the purchase. Linked to it, and counted in its
category, it nets the budget that the purchase was taken from. Most certain is the order's number, then the merchant's;
without either a purchase of the very amount from the same payee shortly before. A purchase is given back once at most.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import polars as pl

from pgc_lib.core.collection import Collection
from pgc_lib.core.session import Session
from pgc_lib.exchange import order_numbers
from pgc_lib.exchange.reading import LINE, ORDER, REFUND_OF
from pgc_lib.exchange.spool import Spool
from pgc_lib.i18n import _, n_
from pgc_lib.stores.filters import col

PURCHASE = "__purchase"
"""The reference of a purchase that comes with the same file and is not kept yet."""
NUMBERED_APART = 370
"""Days between a purchase and its refund, at most, where a number says that they belong together."""
_APART = 90
"""Days where the amount and the payee alone say it."""
_SHARED = 20
"""A number that more purchases have is a mask, and none of theirs."""
NEEDED = {
    "day",
    "amount",
    "currency",
    "payee",
    "category",
    "reference",
    "nature",
    "linked",
    "parts",
}
READ = ("day", "amount", "currency", "payee", "category", "reference")


@dataclass(frozen=True, slots=True)
class Refund:
    """A line that gives a payment back, and why it is known to."""

    line: int
    day: str
    amount: str
    payee: str
    paid: str
    """The day of the payment."""
    record: str = ""
    """The payment, where it is kept already."""
    evidence: str = ""
    earlier: str = ""
    """The refund itself, where it was kept before its payment: `line` is the payment's then."""
    purchase: str = ""
    """The payment's reference in that case."""

    def _shown_(self) -> dict[str, Any]:
        return {
            _("Line"): self.line,
            _("Day"): self.day,
            _("Amount"): self.amount,
            _("Payee"): self.payee,
            _("Paid on"): self.paid,
            _("Because of"): self.evidence,
        }


@dataclass(frozen=True, slots=True)
class Linked:
    """The rows of a part once its refunds are linked."""

    rows: Spool
    later: Spool
    """Refunds of purchases among these very rows, which have no identifier before they are kept."""
    refunds: list[Refund]


def is_refund() -> pl.Expr:
    """Which lines give something back and do not say what."""
    unlinked = pl.col("linked").is_null() & pl.col("parts").is_null()
    return ((pl.col("nature") == "refund") & unlinked & (pl.col("amount") > 0)).fill_null(False)


def link(
    collection: Collection[Any],
    rows: Spool,
    doubled: Iterable[tuple[pl.DataFrame, str]],
    known: Spool,
) -> Linked:
    """Find what every refund among the rows gives back: among the rows, among what is kept, or what it doubles.

    `doubled` are lines that are kept from another source, each with that record; `known` are the numbers of lines
    that are kept from an earlier bill.
    """
    refunds = _refunds(collection.session, rows, known)
    if refunds.is_empty():
        return Linked(rows, Spool(), [])
    bought = pl.concat(
        [*in_file(rows, refunds), *_told_twice(doubled, refunds), _kept(collection, refunds)],
        how="diagonal_relaxed",
    )
    left = _left(collection, bought)
    found = list(matched(pairs(refunds, bought), left))
    return _with_links(rows, found) if found else Linked(rows, Spool(), [])


def with_ids(session: Session, frame: pl.DataFrame) -> pl.DataFrame:
    """Refunds whose purchases were kept a moment ago, with their identifiers."""
    from pgc_lib.areas.money.booking import ids_of

    ids = ids_of(session, frame[PURCHASE].unique().to_list())
    linked = frame[PURCHASE].replace_strict(
        {name: id.hex for name, id in ids.items()}, default=None, return_dtype=pl.String
    )
    return frame.with_columns(linked.alias("linked")).drop(PURCHASE)


# ── what there is ────────────────────────────────────────────────────────────────────────────────────


def _refunds(session: Session, rows: Spool, known: Spool) -> pl.DataFrame:
    """The refunds among the rows, with the numbers by which they name what they give back."""
    found = [frame.filter(is_refund()) for frame in rows.frames() if set(frame.columns) >= NEEDED]
    if not any(frame.height for frame in found):
        return pl.DataFrame()
    refunds = pl.concat(found, how="diagonal_relaxed")
    for name in (ORDER, REFUND_OF):
        if name not in refunds.columns:
            refunds = refunds.with_columns(pl.lit(None, pl.String).alias(name))
    orders = refunds[ORDER].drop_nulls().unique()
    first, last = _days(refunds)
    told = [*known.frames()]
    if orders.len():
        told.append(order_numbers.kept(session, first, last, apart=NUMBERED_APART))
    own = refunds["reference"].drop_nulls().implode()
    numbers = [
        frame.filter(pl.col(ORDER).is_in(orders.implode()), ~pl.col("reference").is_in(own))
        for frame in told
    ]
    if any(frame.height for frame in numbers):
        # The purchase is kept since an earlier bill, under the reference that it has here.
        named = pl.concat(numbers).unique().unique(ORDER, keep="none").rename({"reference": "__named"})  # fmt: skip
        refunds = (
            refunds.join(named, on=ORDER, how="left", maintain_order="left")
            .with_columns(pl.coalesce(REFUND_OF, "__named").alias(REFUND_OF))
            .drop("__named")
        )
    return refunds


def in_file(rows: Spool, refunds: pl.DataFrame) -> Iterator[pl.DataFrame]:
    for frame in rows.frames():
        order = pl.col(ORDER) if ORDER in frame.columns else pl.lit(None, pl.String).alias(ORDER)
        paid = frame.filter(
            pl.col("amount") < 0, pl.col("nature").is_null(), pl.col("parts").is_null(),
            pl.col("reference").is_not_null(),
        )  # fmt: skip
        told = paid.select(*READ, order, pl.lit(None, pl.String).alias("id"))
        yield told.filter(_named(refunds))


def _told_twice(
    doubled: Iterable[tuple[pl.DataFrame, str]], refunds: pl.DataFrame
) -> Iterator[pl.DataFrame]:
    for frame, record in doubled:
        if ORDER in frame.columns:
            paid = frame.filter(pl.col("amount") < 0).filter(_named(refunds))
            yield paid.select(*READ, ORDER, pl.lit(record).alias("id"))


def _kept(collection: Collection[Any], refunds: pl.DataFrame) -> pl.DataFrame:
    first, last = _days(refunds)
    alike = col("payee").is_in(_payees(refunds)) & col("amount").is_in(
        [-amount for amount in refunds["amount"].unique()]
    )
    frame = collection.frame(
        col("day") >= first - timedelta(NUMBERED_APART), col("day") <= last, col("amount") < 0,
        col("nature").is_null(), col("parts").is_null(),
        col("reference").is_in(refunds[REFUND_OF].drop_nulls().unique().to_list()) | alike,
        columns=["id", *READ], owner=collection.session.person,
    )  # fmt: skip
    return frame.with_columns(pl.lit(None, pl.String).alias(ORDER))


def _named(refunds: pl.DataFrame) -> pl.Expr:
    """Whether a purchase may be what one of the refunds gives back."""
    alike = pl.col("payee").is_in(_payees(refunds)) & (-pl.col("amount")).is_in(
        refunds["amount"].unique().implode()
    )
    by_name = pl.col("reference").is_in(refunds[REFUND_OF].drop_nulls().unique().implode())
    by_order = pl.col(ORDER).is_in(refunds[ORDER].drop_nulls().unique().implode())
    return (alike | by_name | by_order).fill_null(False)


def _payees(refunds: pl.DataFrame) -> list[str]:
    return [name for name in refunds["payee"].unique() if name]


def _days(refunds: pl.DataFrame) -> tuple[date, date]:
    days: tuple[Any, Any] = (refunds["day"].min(), refunds["day"].max())
    return days


def _left(collection: Collection[Any], bought: pl.DataFrame) -> dict[str, Decimal]:
    """What of each payment was not given back yet, by its identifier or its reference."""
    left = {
        id or reference: -amount
        for id, reference, amount in bought.select("id", "reference", "amount").iter_rows()
    }
    ids = bought["id"].drop_nulls().unique().to_list()
    if ids:
        back = collection.frame(
            col("linked").is_in([UUID(id) for id in ids]), nature="refund",
            columns=["linked", "amount"], owner=collection.session.person,
        )  # fmt: skip
        for id, amount in back.iter_rows():
            left[id] -= amount
    return left


# ── what belongs together ────────────────────────────────────────────────────────────────────────────


def pairs(refunds: pl.DataFrame, bought: pl.DataFrame) -> pl.DataFrame:
    """Every refund with every payment that it may give back, most certain first."""
    asked = refunds.select(LINE, *READ, ORDER, REFUND_OF)
    bought = bought.with_columns(pl.col("reference").alias("__reference"))
    few = bought.filter(pl.col(ORDER).is_not_null())
    if few.height:
        few = few.filter(pl.len().over(ORDER) <= _SHARED)
    owed = bought.filter(pl.col("payee") != "").with_columns(-pl.col("amount"))
    found = [
        (asked.join(bought, left_on=REFUND_OF, right_on="__reference", suffix="_paid"), 0),
        (asked.join(few, on=ORDER, suffix="_paid"), 1),
        (asked.join(owed, on=["payee", "currency", "amount"], suffix="_paid"), 2),
    ]
    names = (
        LINE,
        "day",
        "amount",
        "payee",
        ORDER,
        "id",
        "day_paid",
        "category_paid",
        "reference_paid",
    )
    pairs = pl.concat(
        [
            frame.filter(
                (pl.col("currency") == pl.col("currency_paid")) & (pl.col("amount") <= -pl.col("amount_paid"))
                if "currency_paid" in frame.columns
                else pl.lit(True)
            )
            .select(
                *names,
                (pl.col("amount") == -pl.col("amount_paid") if "amount_paid" in frame.columns else pl.lit(True)).alias("__whole"),
                pl.lit(certain).alias("__certain"),
            )
            for frame, certain in found
        ]
    )  # fmt: skip
    apart = (pl.col("day") - pl.col("day_paid")).dt.total_days()
    longest = pl.when(pl.col("__certain") == 2).then(_APART).otherwise(NUMBERED_APART)
    return (
        pairs.with_columns(apart.alias("__apart"))
        .filter(pl.col("__apart") >= 0, pl.col("__apart") <= longest)
        .sort("__certain", "__whole", "__apart", LINE, descending=[False, True, False, False])
    )


def matched(pairs: pl.DataFrame, left: dict[str, Decimal]) -> Iterator[tuple[Refund, str, str]]:
    """Each refund with its payment: the reference of one that is in the file, and the category of either."""
    done: set[int] = set()
    for pair in pairs.iter_rows(named=True):
        payment = pair["id"] or pair["reference_paid"]
        if pair[LINE] in done or pair["amount"] > left[payment]:
            continue
        done.add(pair[LINE])
        left[payment] -= pair["amount"]
        refund = Refund(
            pair[LINE],
            str(pair["day"]),
            str(pair["amount"]),
            pair["payee"],
            str(pair["day_paid"]),
            pair["id"] or "",
            _because(pair),
        )
        yield refund, "" if pair["id"] else pair["reference_paid"], pair["category_paid"]


def _because(pair: dict[str, Any]) -> str:
    if pair["__certain"] == 0:
        number = pair["reference_paid"].partition(":")[2].partition("@")[0]
        said = [_("order number {number}", number=number)]
    elif pair["__certain"] == 1:
        said = [_("the merchant's order number {number}", number=pair[ORDER])]
    else:
        said = [_("the same payee")]
    if pair["__whole"]:
        said.append(_("the same amount"))
    apart = pair["__apart"]
    said.append(_("the same day") if apart == 0 else n_("{n} day apart", "{n} days apart", apart))
    return ", ".join(said)


def _with_links(rows: Spool, found: Sequence[tuple[Refund, str, str]]) -> Linked:
    links = pl.DataFrame(
        {
            LINE: [refund.line for refund, _reference, _category in found],
            "__record": [refund.record or None for refund, _reference, _category in found],
            PURCHASE: [reference or None for _refund, reference, _category in found],
            "__category": [category for _refund, _reference, category in found],
        },
        schema_overrides={"__record": pl.String, PURCHASE: pl.String, "__category": pl.String},
    )
    linked, later = Spool(), Spool()
    for frame in rows.frames():
        told = frame.join(
            links.cast({LINE: frame.schema[LINE]}), on=LINE, how="left", maintain_order="left"
        ).with_columns(
            pl.coalesce("__record", "linked").alias("linked"),
            pl.coalesce("__category", "category").alias("category"),
        )
        told = told.drop("__record", "__category")
        here = pl.col(PURCHASE).is_not_null()
        later.add(told.filter(here))
        linked.add(told.filter(~here).drop(PURCHASE))
    return Linked(linked, later, sorted((each[0] for each in found), key=lambda each: each.line))
