"""Money: what came in, what went out, where it went."""

import re
from datetime import date
from typing import TYPE_CHECKING, Any

from pgc_lib.core.area import Area, Kept
from pgc_lib.core.record import Record, field
from pgc_lib.core.types import Money
from pgc_lib.errors import PgcError
from pgc_lib.i18n import N_, _
from pgc_lib.stores.filters import Condition, col

if TYPE_CHECKING:
    import polars as pl

_PERIOD = re.compile(r"[1-9]\d{0,3}(d|w|mo|q|y)")


class Transaction(
    Record,
    kind="finance.transactions",
    key=["reference"],
    indexes=[("day",), ("category", "day")],
    sort=["-day"],
):
    """One line of daily money."""

    day: date = field(title=N_("Day"), aliases=["日期", "交易时间", "date"])
    amount: Money = field(
        title=N_("Amount"),
        help=N_("Negative when money goes out."),
        aliases=["金额", "金额(元)"],
    )
    currency: str = field(
        "CNY", title=N_("Currency"), pattern="^[A-Z]{3}$", max_length=3, aliases=["币种"]
    )
    payee: str = field(
        "",
        title=N_("Payee"),
        max_length=300,
        searchable=True,
        aliases=["交易对方", "商户", "payee"],
    )
    category: str = field(
        "", title=N_("Category"), max_length=200, searchable=True, aliases=["分类", "交易类型"]
    )
    account: str = field("", title=N_("Account"), max_length=200, aliases=["账户", "支付方式"])
    note: str = field("", title=N_("Note"), searchable=True, aliases=["备注", "商品说明", "memo"])
    reference: str | None = field(
        None,
        title=N_("Reference"),
        help=N_("The order or booking number; the same number is never booked twice."),
        max_length=200,
        aliases=["交易订单号", "交易单号", "id"],
    )


class Finance(Area, name="finance", main="transactions"):
    """Money."""

    transactions: Kept[Transaction] = Kept(Transaction)

    def spending(
        self, by: str = "category", every: str = "1mo", *conditions: Condition, **keywords: Any
    ) -> "pl.DataFrame":
        """What was spent, by a field and period (`1d`, `1w`, `1mo`, `1q`, `1y`), as positive amounts."""
        return self._grouped(by, every, col("amount") < 0, *conditions, **keywords)

    def income(
        self, by: str = "category", every: str = "1mo", *conditions: Condition, **keywords: Any
    ) -> "pl.DataFrame":
        """What came in, by a field and period."""
        return self._grouped(by, every, col("amount") > 0, *conditions, **keywords)

    def _grouped(
        self, by: str, every: str, *conditions: Condition, **keywords: Any
    ) -> "pl.DataFrame":
        import polars as pl

        if not _PERIOD.fullmatch(every):
            raise PgcError(
                _("“{every}” is not a period.", every=every),
                next_step=_("Write a number and d, w, mo, q or y, such as 1mo."),
            )
        columns = list(dict.fromkeys(["day", "currency", by, "amount"]))
        frame = self.transactions.frame(*conditions, columns=columns, **keywords)
        return (
            frame.with_columns(pl.col("day").dt.truncate(every).alias("period"))
            .group_by("period", *dict.fromkeys(["currency", by]))
            .agg(pl.col("amount").sum().abs(), pl.len().alias("count"))
            .sort("period", "amount", descending=[False, True])
        )
