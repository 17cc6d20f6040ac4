"""Transactions as a person would have them, as many as are wanted."""

from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

_FIRST = date(2016, 1, 1)
_CATEGORIES = ["餐饮", "交通", "房租", "购物", "医疗", "教育", "娱乐", "工资"]
_ACCOUNTS = ["招商银行", "支付宝", "微信", "现金"]


def transactions(n: int) -> "pl.DataFrame":
    """`n` rows of eight columns over ten years, in the order of their days."""
    import polars as pl

    rows = pl.DataFrame({"row": pl.int_range(n, eager=True)})
    spread = (pl.col("row") * 7919) % 100_003
    categories, accounts = pl.lit(pl.Series(_CATEGORIES)), pl.lit(pl.Series(_ACCOUNTS))
    return rows.select(
        day=pl.lit(_FIRST) + pl.duration(days=pl.col("row") * 3650 // n),
        amount=(spread * 100 - 7_000_000).cast(pl.Decimal(18, 4)) / 10_000,
        currency=pl.lit("CNY"),
        payee=pl.format("商户 {}", spread % 5000),
        category=categories.gather(spread % len(_CATEGORIES)),
        account=accounts.gather(spread % len(_ACCOUNTS)),
        note=pl.format('note "{}", from a bill', "row"),
        reference=pl.format("2026{}", "row"),
    ).cast({"day": pl.Date, "amount": pl.Decimal(18, 4)})
