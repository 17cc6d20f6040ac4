"""Which lines tell of a payment that another source told of before.

A payment with a wallet stands in the wallet's bill and on the statement of the card behind it. Whichever comes second
is shown with its evidence and not booked again.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import polars as pl

from pgc_lib.core.collection import Collection
from pgc_lib.exchange.reading import LINE
from pgc_lib.i18n import _, n_
from pgc_lib.stores.filters import col

if TYPE_CHECKING:
    from datetime import date

_APART = 3
"""Days between a payment with a wallet and its line on the bank's statement, at most."""
_NAMES_A_WALLET = r"支付宝|财付通|微信|京东|网银在线|美团|Alipay|Tenpay|WeChat|PayPal|JD\.com"
_OF_A_WALLET = r"^(支付宝|微信|京东|美团|PayPal)"
_CARD = r"(\d{4})\D*$"
_ORDER = r"\d{16,}"
_SAME_TEXT = (
    pl.col("payee").fill_null("")
    + " "
    + pl.col("category").fill_null("")
    + " "
    + pl.col("note").fill_null("")
)


@dataclass(frozen=True, slots=True)
class Double:
    """A line that is there already under another name, such as a wallet's payment on the statement of its card."""

    line: int
    record: str
    day: str
    amount: str
    payee: str
    evidence: str = ""

    def _shown_(self) -> dict[str, Any]:
        return {
            _("Line"): self.line,
            _("Day"): self.day,
            _("Amount"): self.amount,
            _("Payee"): self.payee,
            _("Already there"): self.record,
            _("Because of"): self.evidence,
        }


@dataclass
class Doubles:
    """Finds what another source told of before; each record is matched with one line at most."""

    collection: Collection[Any]
    found: list[Double] = field(default_factory=list)
    _used: set[str] = field(default_factory=set)

    def among(self, fresh: pl.DataFrame) -> list[Double]:
        """Those among new lines of money, most certain first."""
        needed = {"day", "amount", "currency", "account", "payee", "note", "category"}
        if fresh.is_empty() or not needed <= set(fresh.columns):
            return []
        suspects = _suspects(fresh)
        if suspects.is_empty():
            return []
        there = self._there(suspects["day"].min(), suspects["day"].max())  # type: ignore[arg-type]
        if there.is_empty():
            return []
        pairs = (
            suspects.with_columns(
                _SAME_TEXT.alias("__said"), (~pl.col("__wallet")).alias("__other")
            )
            .join(
                there,
                left_on=["amount", "currency", "__other"],
                right_on=["amount", "currency", "__wallet"],
                suffix="_there",
            )
            .filter((pl.col("day") - pl.col("day_there")).dt.total_days().abs() <= _APART)
            .with_columns(
                _card(pl.col("account")).alias("__card"),
                _card(pl.col("account_there")).alias("__card_there"),
                pl.col("reference_there").fill_null("").str.extract(f"({_ORDER})").alias("__order"),
                (pl.col("day") - pl.col("day_there")).dt.total_days().abs().alias("__apart"),
            )
            # Two cards that are both named must be one.
            .filter((pl.col("__card") == pl.col("__card_there")).fill_null(True))
            .with_columns(
                (
                    pl.col("__order").is_not_null()
                    & pl.col("__said").str.contains(pl.col("__order"), literal=True)
                )
                .fill_null(False)
                .alias("__named"),
                pl.col("__card")
                .eq_missing(pl.col("__card_there"))
                .and_(pl.col("__card").is_not_null())
                .alias("__same_card"),
            )
            .sort("__named", "__same_card", "__apart", LINE, descending=[True, True, False, False])
        )
        return list(self._matched(pairs.iter_rows(named=True)))

    def _matched(self, pairs: Iterable[dict[str, Any]]) -> Iterable[Double]:
        lines: set[int] = set()
        for pair in pairs:
            if pair["id"] in self._used or pair[LINE] in lines:
                continue  # each payment stands on the statement once
            self._used.add(pair["id"])
            lines.add(pair[LINE])
            double = Double(
                pair[LINE],
                pair["id"],
                str(pair["day"]),
                str(pair["amount"]),
                pair["payee"],
                _because(pair),
            )
            self.found.append(double)
            yield double

    def _there(self, first: "date", last: "date") -> pl.DataFrame:
        from datetime import timedelta

        around = timedelta(days=_APART)
        columns = [
            "id", "day", "amount", "currency", "account", "payee", "category", "note", "reference",
        ]  # fmt: skip
        mine = self.collection.session.person
        frame = self.collection.frame(
            col("day") >= first - around, col("day") <= last + around, columns=columns, owner=mine
        )
        # Of what was kept only this side of such a payment can be the other one of a new line.
        return _sides(frame).filter(pl.col("__wallet") | _SAME_TEXT.str.contains(_NAMES_A_WALLET))


def _sides(frame: pl.DataFrame) -> pl.DataFrame:
    """Whether each line is of a wallet; there are few accounts and many lines."""
    accounts = frame["account"].unique()
    wallets = accounts.filter(accounts.str.contains(_OF_A_WALLET))
    return frame.with_columns(pl.col("account").is_in(wallets.implode()).alias("__wallet"))


def _suspects(fresh: pl.DataFrame) -> pl.DataFrame:
    """Lines of a bank that name a wallet, and lines of a wallet that name what is behind it."""
    told = _sides(fresh)
    of_banks = told.filter(~pl.col("__wallet")).filter(_SAME_TEXT.str.contains(_NAMES_A_WALLET))
    of_wallets = told.filter(pl.col("__wallet"))
    behind = of_wallets["account"].unique()
    behind = behind.filter(behind.str.contains(" — ", literal=True))
    return pl.concat([of_banks, of_wallets.filter(pl.col("account").is_in(behind.implode()))])


def _card(account: pl.Expr) -> pl.Expr:
    return account.str.extract(_CARD)


def _because(pair: dict[str, Any]) -> str:
    said = [_("the same amount")]
    if pair["__named"]:
        said.insert(0, _("order number {number}", number=pair["__order"]))
    if pair["__same_card"]:
        said.append(_("card {number}", number=pair["__card"]))
    apart = pair["__apart"]
    said.append(_("the same day") if apart == 0 else n_("{n} day apart", "{n} days apart", apart))
    return ", ".join(said)
