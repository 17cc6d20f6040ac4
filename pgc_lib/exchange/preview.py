"""What a file would bring, shown before anything is kept; `accept()` keeps it as one batch."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import polars as pl

from pgc_lib.core.collection import Added, Collection
from pgc_lib.core.frames import check
from pgc_lib.core.shown import Listing, card, problems_table
from pgc_lib.errors import Problem
from pgc_lib.exchange.bills import LEFT_OUT
from pgc_lib.i18n import _
from pgc_lib.stores.filters import col

if TYPE_CHECKING:
    from pathlib import Path

_SHOWN = 8
_APART = 3
"""Days between a payment with a wallet and its line on the bank's statement, at most."""
_WALLETS = r"支付宝|财付通|微信|Alipay|Tenpay|WeChat"


@dataclass(frozen=True, slots=True)
class Double:
    """A line that is there already under another name: a wallet's payment on the statement of its card."""

    line: int
    record: str
    day: str
    amount: str
    payee: str

    def _shown_(self) -> dict[str, Any]:
        return {
            _("Line"): self.line,
            _("Day"): self.day,
            _("Amount"): self.amount,
            _("Payee"): self.payee,
            _("Already there"): self.record,
        }


@dataclass
class Preview:
    """What was seen in a file."""

    path: "Path"
    title: str
    """What kind of file it is."""
    collection: Collection[Any]
    frame: pl.DataFrame
    """The lines that can be kept."""
    known: int
    """How many of them are kept already."""
    left_out: list[Problem]
    """Lines that are no entry, with the reason."""
    problems: list[Problem]
    """Lines that are wrong, with the reason."""
    doubles: list[Double] = field(default_factory=list)

    @property
    def new(self) -> int:
        """How many lines `accept` would add."""
        return self.frame.height - self.known - len(self.doubles)

    def accept(self, *, doubles: bool = False) -> Added:
        """Keep what is new as one batch that can be undone as one; with `doubles` also those."""
        lines = self.frame
        if not doubles:
            lines = lines.filter(~pl.col("__line").is_in([double.line for double in self.doubles]))
        return self.collection.add_many(lines.drop("__line"), on_conflict="skip", keep_valid=True)

    def _summary(self) -> dict[str, Any]:
        return {
            _("File"): self.path.name,
            _("Recognised as"): self.title,
            _("New"): self.new,
            _("Kept already"): self.known,
            _("Booked elsewhere"): len(self.doubles),
            _("No entries"): len(self.left_out),
            _("Wrong"): len(self.problems),
        }

    def __repr__(self) -> str:
        return "\n".join(f"{title}: {value}" for title, value in self._summary().items())

    def _repr_html_(self) -> str:
        shown = self.frame.head(_SHOWN).drop("__line")._repr_html_()
        doubles = Listing(self.doubles)._repr_html_() if self.doubles else ""
        hint = f"<p>{_('Nothing was kept yet; `accept()` keeps it.')}</p>"
        return (
            card(self._summary())
            + shown
            + doubles
            + problems_table([*self.problems, *self.left_out])
            + hint
        )


def preview(path: "Path", title: str, lines: pl.DataFrame, collection: Collection[Any]) -> Preview:
    """Look at converted lines (`__line`, `__left_out`, fields): what is wrong, known or there under another name."""
    left = lines.filter(pl.col(LEFT_OUT) != "")
    left_out = [
        Problem(_("line {n}", n=line), _(reason))
        for line, reason in left.select("__line", LEFT_OUT).iter_rows()
    ]
    wanted = lines.filter(pl.col(LEFT_OUT) == "").drop(LEFT_OUT)
    wanted = wanted.with_columns(pl.when(pl.col(name) == "").then(None).otherwise(pl.col(name)).alias(name)
                                 for name in ("day", "amount"))  # fmt: skip
    numbers = wanted["__line"].to_list()
    checked = check(wanted.drop("__line"), collection.spec)
    wrong = sorted({numbers[problem.row - 1] for problem in checked.problems if problem.row})
    problems = [
        Problem(
            _("line {n}", n=numbers[problem.row - 1]) if problem.row else problem.place,
            f"{problem.place}: {problem.reason}",
            problem.value,
        )
        for problem in checked.problems
    ]
    good = wanted.filter(~pl.col("__line").is_in(wrong))
    references = good["reference"].drop_nulls().to_list()
    known = _known(collection, references)
    result = Preview(path, title, collection, good, 0, left_out, problems)
    fresh = good.filter(~pl.col("reference").is_in(sorted(known)))
    result.known = good.height - fresh.height
    result.doubles = list(_doubles(collection, fresh))
    return result


def _known(collection: Collection[Any], references: list[str]) -> set[str]:
    found: set[str] = set()
    for begin in range(0, len(references), 5000):
        some = references[begin : begin + 5000]
        frame = collection.frame(
            col("reference").is_in(some), columns=["reference"], owner=collection.session.person
        )
        found.update(frame["reference"])
    return found


def _doubles(collection: Collection[Any], fresh: pl.DataFrame) -> "list[Double]":
    """Lines of a bank that name a wallet, where the wallet's own bill has the same amount within a few days."""
    text = pl.concat_str(
        [pl.col(name).fill_null("") for name in ("payee", "category", "note")], separator=" "
    )
    suspects = fresh.filter(
        text.str.contains(_WALLETS) & ~pl.col("account").str.contains(r"^(支付宝|微信)")
    ).with_columns(
        pl.col("day").str.to_date(strict=False).alias("__day"),
        pl.col("amount").cast(pl.Decimal(18, 4)),
    )
    if suspects.is_empty():
        return []
    first, last = suspects["__day"].min(), suspects["__day"].max()
    there = collection.frame(
        col("day") >= first, col("day") <= last, columns=["id", "day", "amount", "account", "payee"]
    ).filter(pl.col("account").str.contains(r"^(支付宝|微信)"))
    pairs = suspects.join(there, on="amount", suffix="_there").filter(
        (pl.col("__day") - pl.col("day_there")).dt.total_days().abs() <= _APART
    )
    used: set[str] = set()
    found: list[Double] = []
    for pair in pairs.sort("__line").iter_rows(named=True):
        if pair["id"] in used or any(double.line == pair["__line"] for double in found):
            continue  # each payment is on the statement once
        used.add(pair["id"])
        found.append(
            Double(
                pair["__line"], pair["id"], str(pair["__day"]), str(pair["amount"]), pair["payee"]
            )
        )
    return found
