"""What of a file is kept already, and which lines tell of a payment that another source told of before.

A payment with a wallet stands in the wallet's bill and on the statement of the card behind it. Whichever comes second
is shown with its evidence and not booked again.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import polars as pl

from pgc_lib.core.collection import Collection
from pgc_lib.exchange.reading import LINE, Part
from pgc_lib.i18n import _
from pgc_lib.stores.filters import Condition, col

if TYPE_CHECKING:
    from datetime import date

_APART = 3
"""Days between a payment with a wallet and its line on the bank's statement, at most."""
_NAMES_A_WALLET = r"支付宝|财付通|微信|京东|网银在线|美团|Alipay|Tenpay|WeChat|PayPal|JD\.com"
_OF_A_WALLET = r"^(支付宝|微信|京东|美团|PayPal)"
_CARD = r"(\d{4})\D*$"
_ORDER = r"\d{16,}"
_FEW = 5_000
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


class Known:
    """The records of a kind by which a row is known to be kept."""

    def __init__(self, collection: Collection[Any], part: Part) -> None:
        self.collection = collection
        self.names = list(part.same or collection.spec.key)
        self._seen: pl.DataFrame | None = None
        first = collection.spec.sort[0].removeprefix("-") if collection.spec.sort else ""
        found = collection.spec.fields.get(first)
        self._by = first if found is not None and found.type.name in ("date", "moment") else ""

    def of(self, frame: pl.DataFrame) -> pl.Series:
        """Which of these rows are kept, or were in this file before."""
        if not self.names or frame.is_empty() or not set(self.names) <= set(frame.columns):
            return pl.repeat(False, frame.height, eager=True)
        keys = frame.select(self.names)
        kept = self._kept(frame)
        known = _among(keys, kept)
        if self.names == ["reference"] or len(self.names) == 1:
            known |= self._elsewhere(keys.filter(~known))(keys)
        if self._seen is not None:
            known |= _among(keys, self._seen)
        known |= ~keys.select(
            pl.struct(pl.all()).is_first_distinct() | pl.any_horizontal(pl.all().is_null())
        )[keys.columns[0]]
        fresh = keys.filter(~known)
        self._seen = fresh if self._seen is None else pl.concat([self._seen, fresh])
        return known

    def _kept(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The keys of what is kept in the time that the rows are of."""
        conditions: list[Condition] = []
        if self._by in frame.columns:
            first, last = frame[self._by].min(), frame[self._by].max()
            conditions = [col(self._by) >= first, col(self._by) <= last]
        mine = self.collection.session.person
        return self.collection.frame(*conditions, columns=self.names, owner=mine)

    def _elsewhere(self, missing: pl.DataFrame) -> Any:
        """A record may have been moved to another day since; a handful is looked for by name."""
        name = self.names[0]
        values = missing[name].drop_nulls().to_list() if missing.height <= _FEW and self._by else []
        found: set[Any] = set()
        if values:
            mine = self.collection.session.person
            frame = self.collection.frame(col(name).is_in(values), columns=[name], owner=mine)
            found.update(frame[name])
        return lambda keys: keys[name].is_in(sorted(found)).fill_null(False)


def _among(keys: pl.DataFrame, kept: pl.DataFrame) -> pl.Series:
    if kept.is_empty():
        return pl.repeat(False, keys.height, eager=True)
    numbered = keys.with_row_index("\0row")
    same = numbered.join(kept.unique(), on=keys.columns, how="semi")["\0row"]
    return numbered["\0row"].is_in(same.implode())


@dataclass
class Doubles:
    """Finds what another source told of before; each record is matched with one line at most."""

    collection: Collection[Any]
    found: list[Double] = field(default_factory=list)
    _used: set[str] = field(default_factory=set)

    def among(self, fresh: pl.DataFrame) -> list[Double]:
        """Those among new lines of money, most certain first."""
        needed = {"day", "amount", "account", "payee", "note", "category"}
        if fresh.is_empty() or not needed <= set(fresh.columns):
            return []
        text = _SAME_TEXT
        wallet = pl.col("account").str.contains(_OF_A_WALLET)
        suspects = fresh.filter(
            (text.str.contains(_NAMES_A_WALLET) & ~wallet)
            | (wallet & pl.col("account").str.contains(" — "))
        )
        if suspects.is_empty():
            return []
        there = self._there(suspects["day"].min(), suspects["day"].max())  # type: ignore[arg-type]
        if there.is_empty():
            return []
        pairs = (
            suspects.with_columns(text.alias("__said"), wallet.alias("__wallet"))
            .join(there, on="amount", suffix="_there")
            .filter(
                (pl.col("__wallet") != pl.col("__wallet_there"))
                & ((pl.col("day") - pl.col("day_there")).dt.total_days().abs() <= _APART)
                & pl.when(pl.col("__wallet"))
                .then(pl.col("__said_there"))
                .otherwise(pl.col("__said"))
                .str.contains(_NAMES_A_WALLET)
            )
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
        columns = ["id", "day", "amount", "account", "payee", "category", "note", "reference"]
        mine = self.collection.session.person
        frame = self.collection.frame(
            col("day") >= first - around, col("day") <= last + around, columns=columns, owner=mine
        )
        return frame.with_columns(
            _SAME_TEXT.alias("__said"),
            pl.col("account").str.contains(_OF_A_WALLET).alias("__wallet"),
        )


def _card(account: pl.Expr) -> pl.Expr:
    return account.str.extract(_CARD)


def _because(pair: dict[str, Any]) -> str:
    said = [_("the same amount")]
    if pair["__named"]:
        said.insert(0, _("order number {number}", number=pair["__order"]))
    if pair["__same_card"]:
        said.append(_("card {number}", number=pair["__card"]))
    apart = pair["__apart"]
    said.append(_("the same day") if apart == 0 else _("{n} days apart", n=apart))
    return ", ".join(said)
