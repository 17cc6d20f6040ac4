"""Bills of wallets and shops: Alipay, WeChat Pay, JD, Meituan.

Alipay's and WeChat's are known from bills of 2019 to 2026; JD's and Meituan's columns from the examples of
deb-sig/double-entry-generator (2025).
"""

from collections.abc import Iterator

import polars as pl

from pgc_lib.exchange.reading import LEFT_OUT, ORDER, REFUND_OF
from pgc_lib.exchange.tables import CLOSED, OWN, Bill, joined, money, number, signed, text
from pgc_lib.i18n import N_


def _paid_back(frames: Iterator[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """Marks closed trades that were paid back, wherever in the bill the refund stands: they were paid before."""
    refunds: list[pl.Series] = []
    held: list[pl.DataFrame] = []
    for frame in frames:
        number = _alipay_number(frame)
        state = pl.col("交易状态")
        refunds.append(frame.filter(state == "退款成功")[number].str.split("_").list.first())
        closed = state == "交易关闭"
        held.append(frame.filter(closed))
        yield frame.filter(~closed).with_columns(__paid_back=pl.lit(False))
    if held:
        late = pl.concat(held)
        number = _alipay_number(late)
        yield late.with_columns(__paid_back=pl.col(number).is_in(pl.concat(refunds).implode()))


def _alipay_number(frame: pl.DataFrame) -> str:
    return next(name for name in ("交易订单号", "交易号") if name in frame.columns)


def _alipay(frame: pl.DataFrame, _preamble: str) -> pl.DataFrame:
    flow, state = pl.col("收/支"), pl.col("交易状态")
    trade = _alipay_number(frame)
    refunded = state == "退款成功"
    # A closed trade that was paid back was paid before: both lines count, and come to nothing together.
    paid_back = pl.col("__paid_back")
    return frame.select(
        "__line",
        day=pl.col("交易时间").str.slice(0, 10),
        amount=signed(money("金额"), (flow == "支出") & ~refunded),
        currency=pl.lit("CNY"),
        payee=text("交易对方", frame),
        category=text("交易分类", frame),
        account=joined(pl.lit("支付宝"), text("收/付款方式", frame)),
        note=joined(text("商品说明", frame), text("备注", frame)),
        reference=pl.lit("alipay:") + pl.col(trade),
        nature=pl.when(refunded).then(pl.lit("refund")),
        **{
            ORDER: number("商家订单号", frame),
            # A refund is numbered with the purchase's own number and something behind it.
            REFUND_OF: pl.when(refunded).then(
                pl.lit("alipay:") + pl.col(trade).str.extract(r"^([^_*]+)[_*]")
            ),
            LEFT_OUT: pl.when((state == "交易关闭") & ~paid_back)
            .then(pl.lit(CLOSED))
            .when(~flow.is_in(["支出", "收入"]) & ~refunded)
            .then(pl.lit(OWN))
            .otherwise(pl.lit("")),
        },
    )


def _wechat(frame: pl.DataFrame, _preamble: str) -> pl.DataFrame:
    flow, fee = pl.col("收/支"), pl.col("备注").str.extract(r"服务费[¥￥]?([\d.]+)")
    # Taking money out costs a fee, which is all that is spent.
    neutral = ~flow.is_in(["支出", "收入"])
    amount = pl.when(neutral & fee.is_not_null()).then(fee).otherwise(money("金额(元)"))
    refunded = pl.col("交易类型").str.contains("退款", literal=True) & (flow == "收入")
    return frame.select(
        "__line",
        day=pl.col("交易时间").str.slice(0, 10),
        amount=signed(amount, (flow == "支出") | (neutral & fee.is_not_null())),
        currency=pl.lit("CNY"),
        payee=text("交易对方", frame),
        category=pl.col("交易类型"),
        account=joined(pl.lit("微信"), text("支付方式", frame)),
        note=joined(text("商品", frame), text("备注", frame)),
        # Their numbers repeat in shared bills that were masked; the moment tells such lines apart.
        reference=pl.concat_str(pl.lit("wechat:"), "交易单号", pl.lit("@"), "交易时间"),
        nature=pl.when(refunded).then(pl.lit("refund")),
        **{
            ORDER: number("商户单号", frame),
            LEFT_OUT: pl.when(neutral & fee.is_null()).then(pl.lit(OWN)).otherwise(pl.lit("")),
        },
    )


def _jd(frame: pl.DataFrame, _above: str) -> pl.DataFrame:
    flow, state = pl.col("收/支"), pl.col("交易状态")
    # What was paid back in part is told as "60.90(已退款3.00)"; the amount before it is what was paid.
    paid = pl.col("金额").str.extract(r"([\d.,]+)")
    refunded = pl.col("金额").str.extract(r"已退款([\d.]+)")
    whole = pl.col("金额").str.contains("已全额退款") | state.str.contains("全额退款")
    refund = state.str.contains("退款成功")
    left = paid.str.replace_all(",", "").cast(pl.Decimal(18, 4), strict=False) - refunded.cast(
        pl.Decimal(18, 4), strict=False
    ).fill_null(0)
    return frame.select(
        "__line",
        day=pl.col("交易时间").str.slice(0, 10),
        amount=signed(
            pl.coalesce(left.cast(pl.String), pl.col("金额")), (flow == "支出") & ~refund
        ),
        currency=pl.lit("CNY"),
        payee=text("商户名称", frame),
        category=text("交易分类", frame),
        account=joined(pl.lit("京东"), text("收/付款方式", frame)),
        note=joined(text("交易说明", frame), text("备注", frame)),
        reference=pl.lit("jd:") + pl.col("交易订单号"),
        **{
            LEFT_OUT: pl.when(whole)
            .then(pl.lit(CLOSED))
            .when(~flow.is_in(["支出", "收入"]))
            .then(pl.lit(OWN))
            .otherwise(pl.lit(""))
        },
    )


def _meituan(frame: pl.DataFrame, _above: str) -> pl.DataFrame:
    flow = pl.col("收/支")
    return frame.select(
        "__line",
        day=pl.col("交易成功时间").str.slice(0, 10),
        amount=signed(money("实付金额"), flow == "支出"),
        currency=pl.lit("CNY"),
        payee=pl.lit("美团"),
        category=pl.lit(""),
        account=joined(pl.lit("美团"), text("支付方式", frame)),
        note=joined(text("订单标题", frame), text("备注", frame)),
        reference=pl.concat_str(pl.lit("meituan:"), "交易单号", pl.lit("@"), "交易成功时间"),
        nature=pl.when(pl.col("交易类型") == "退款").then(pl.lit("refund")),
        **{
            ORDER: number("商家单号", frame),
            LEFT_OUT: pl.when(~flow.is_in(["支出", "收入"]) | pl.col("交易类型").is_in(["还款"]))
            .then(pl.lit(OWN))
            .otherwise(pl.lit("")),
        },
    )


BILLS: tuple[Bill, ...] = (
    Bill(
        "alipay",
        N_("Alipay bill"),
        ("交易时间", "收/支", "金额", "交易状态"),
        _alipay,
        ("支付宝",),
        whole=_paid_back,
    ),
    Bill(
        "wechat",
        N_("WeChat Pay bill"),
        ("交易时间", "交易类型", "收/支", "金额(元)", "交易单号"),
        _wechat,
    ),
    Bill(
        "jd",
        N_("JD bill"),
        ("交易时间", "商户名称", "交易说明", "金额", "收/付款方式", "交易状态", "收/支"),
        _jd,
    ),
    Bill(
        "meituan",
        N_("Meituan bill"),
        ("交易创建时间", "交易成功时间", "订单标题", "收/支", "实付金额", "交易单号"),
        _meituan,
    ),
)
