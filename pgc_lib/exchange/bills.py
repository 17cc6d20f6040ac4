"""Bills of wallets and banks as lines of money: what each format calls things, and what its habits mean.

A line that is no spending and no income (a trade that was closed, money moved between one's own accounts) is left
out with the reason, never silently. Every line has a reference, the bill's own or one made from its
content, so the same bill brought again adds nothing.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from pgc_lib.i18n import N_

LEFT_OUT = "__left_out"
"""The column with the reason for which a line is not taken; empty for lines that are."""
CLOSED = N_("the trade was closed and never paid")
OWN = N_("money moved between one's own accounts")

FIELDS = ("day", "amount", "currency", "payee", "category", "account", "note", "reference")
_NUMBER = r"[¥￥$€£,，\s]"


@dataclass(frozen=True)
class Bill:
    """One format of bill."""

    name: str
    title: str
    needed: tuple[str, ...]
    """The columns by which its heading is known."""
    convert: Callable[[pl.DataFrame, str], pl.DataFrame]
    """Its lines, and the text above them, as fields of a transaction with `__left_out`."""
    marks: tuple[str, ...] = ()
    """Words above the heading, one of which must be there."""


def _text(name: str, frame: pl.DataFrame) -> pl.Expr:
    """A column, or empty where this bill has none; a lone slash means nothing."""
    if name not in frame.columns:
        return pl.lit("")
    return pl.when(pl.col(name) == "/").then(pl.lit("")).otherwise(pl.col(name))


def _amount(name: str) -> pl.Expr:
    return pl.col(name).str.replace_all(_NUMBER, "").str.replace(r"\([A-Z]{2}\)$", "")


def _signed(amount: pl.Expr, out: pl.Expr) -> pl.Expr:
    """The amount with a minus where money goes out."""
    plain = amount.str.strip_prefix("-").str.strip_prefix("+")
    return pl.when(out).then(pl.lit("-") + plain).otherwise(plain)


def _joined(*parts: pl.Expr) -> pl.Expr:
    """Texts with a dash between those that are there."""
    joined = pl.concat_str(*parts, separator=" — ")
    return joined.str.replace_all(r"( — )+", " — ").str.strip_chars(" —")


def _made_reference(prefix: str, *columns: str) -> pl.Expr:
    """A reference from what a line says, counted where a bill holds the same line twice."""
    content = pl.concat_str([pl.col(name).fill_null("") for name in columns], separator="|")
    again = content.cum_count().over(content)
    return pl.concat_str(
        pl.lit(f"{prefix}:"), content, pl.lit("#"), again.cast(pl.String)
    ).str.slice(0, 200)


def _alipay(frame: pl.DataFrame, _preamble: str) -> pl.DataFrame:
    flow, state = pl.col("收/支"), pl.col("交易状态")
    number = next(name for name in ("交易订单号", "交易号") if name in frame.columns)
    refunded = state == "退款成功"
    # A closed trade that was paid back was paid before: both lines count, and come to nothing together.
    paid_back = pl.col(number).is_in(
        frame.filter(refunded)[number].str.split("_").list.first().implode()
    )
    return frame.select(
        "__line",
        day=pl.col("交易时间").str.slice(0, 10),
        amount=_signed(_amount("金额"), (flow == "支出") & ~refunded),
        currency=pl.lit("CNY"),
        payee=_text("交易对方", frame),
        category=_text("交易分类", frame),
        account=_joined(pl.lit("支付宝"), _text("收/付款方式", frame)),
        note=_joined(_text("商品说明", frame), _text("备注", frame)),
        reference=pl.lit("alipay:") + pl.col(number),
        **{
            LEFT_OUT: pl.when((state == "交易关闭") & ~paid_back)
            .then(pl.lit(CLOSED))
            .when(~flow.is_in(["支出", "收入"]) & ~refunded)
            .then(pl.lit(OWN))
            .otherwise(pl.lit(""))
        },
    )


def _wechat(frame: pl.DataFrame, _preamble: str) -> pl.DataFrame:
    flow, fee = pl.col("收/支"), pl.col("备注").str.extract(r"服务费[¥￥]?([\d.]+)")
    # Taking money out costs a fee, which is all that is spent.
    neutral = ~flow.is_in(["支出", "收入"])
    amount = pl.when(neutral & fee.is_not_null()).then(fee).otherwise(_amount("金额(元)"))
    return frame.select(
        "__line",
        day=pl.col("交易时间").str.slice(0, 10),
        amount=_signed(amount, (flow == "支出") | (neutral & fee.is_not_null())),
        currency=pl.lit("CNY"),
        payee=_text("交易对方", frame),
        category=pl.col("交易类型"),
        account=_joined(pl.lit("微信"), _text("支付方式", frame)),
        note=_joined(_text("商品", frame), _text("备注", frame)),
        # Their numbers repeat in shared bills that were masked; the moment tells such lines apart.
        reference=pl.concat_str(pl.lit("wechat:"), "交易单号", pl.lit("@"), "交易时间"),
        **{LEFT_OUT: pl.when(neutral & fee.is_null()).then(pl.lit(OWN)).otherwise(pl.lit(""))},
    )


_STATEMENT = re.compile(r"(\d{4})年(\d{1,2})月")


def _cmb_credit(frame: pl.DataFrame, preamble: str) -> pl.DataFrame:
    found = _STATEMENT.search(preamble)
    year, month = (int(found[1]), int(found[2])) if found else (0, 12)
    shown = pl.when(pl.col("交易日") != "").then(pl.col("交易日")).otherwise(pl.col("记账日"))
    of = (
        pl.when(shown.str.slice(0, 2).cast(pl.Int64, strict=False) > month)
        .then(year - 1)
        .otherwise(year)
    )
    repaid = pl.col("交易摘要").str.contains("还款")
    amount = _amount("人民币金额")
    return frame.select(
        "__line",
        day=of.cast(pl.String).str.zfill(4) + "-" + shown.str.replace("/", "-"),
        amount=_signed(amount, ~amount.str.starts_with("-")),
        currency=pl.lit("CNY"),
        payee=pl.col("交易摘要"),
        category=pl.lit(""),
        account=pl.lit("招商银行信用卡 ") + pl.col("卡号末四位"),
        note=pl.lit(""),
        reference=_made_reference(
            f"cmbc:{year}-{month:02}", "交易日", "记账日", "交易摘要", "人民币金额", "卡号末四位"
        ),
        **{LEFT_OUT: pl.when(repaid).then(pl.lit(OWN)).otherwise(pl.lit(""))},
    )


def _cmb_debit(frame: pl.DataFrame, _preamble: str) -> pl.DataFrame:
    return frame.select(
        "__line",
        day=pl.col("记账日期").str.replace_all("/", "-"),
        amount=_amount("交易金额"),
        currency=pl.col("货币").replace({"人民币": "CNY"}),
        payee=pl.col("对手信息").str.replace(r"\s*\d{6,}$", ""),
        category=pl.col("交易摘要"),
        account=pl.lit("招商银行"),
        note=_text("客户摘要", frame),
        reference=_made_reference(
            "cmb", "记账日期", "交易金额", "联机余额", "对手信息", "交易摘要"
        ),
        **{LEFT_OUT: _card_repaid(pl.col("交易摘要"))},
    )


def _bocom_debit(frame: pl.DataFrame, _preamble: str) -> pl.DataFrame:
    return frame.select(
        "__line",
        day=pl.col("交易日期").str.replace_all("/", "-"),
        amount=_signed(_amount("交易金额"), pl.col("借贷").str.starts_with("借")),
        currency=pl.lit("CNY"),
        payee=_text("对方户名", frame),
        category=pl.col("交易类型"),
        account=pl.lit("交通银行"),
        note=_joined(_text("交易地点", frame), _text("摘要", frame)),
        reference=_made_reference(
            "bocom", "交易日期", "交易时间", "借贷", "交易金额", "余额", "对方账号"
        ),
        **{LEFT_OUT: _card_repaid(pl.col("交易类型"))},
    )


def _card_repaid(what: pl.Expr) -> pl.Expr:
    return pl.when(what.str.contains("信用卡.*还款")).then(pl.lit(OWN)).otherwise(pl.lit(""))


BILLS: tuple[Bill, ...] = (
    Bill(
        "alipay", N_("Alipay bill"), ("交易时间", "收/支", "金额", "交易状态"), _alipay, ("支付宝",)
    ),
    Bill(
        "wechat",
        N_("WeChat Pay bill"),
        ("交易时间", "交易类型", "收/支", "金额(元)", "交易单号"),
        _wechat,
    ),
    Bill(
        "cmb-credit",
        N_("China Merchants Bank, credit card"),
        ("交易日", "记账日", "交易摘要", "人民币金额", "卡号末四位"),
        _cmb_credit,
    ),
    Bill(
        "cmb-debit",
        N_("China Merchants Bank, account"),
        ("记账日期", "货币", "交易金额", "联机余额", "交易摘要", "对手信息"),
        _cmb_debit,
    ),
    Bill(
        "bocom-debit",
        N_("Bank of Communications, account"),
        ("交易日期", "交易时间", "交易类型", "借贷", "交易金额", "余额", "对方账号"),
        _bocom_debit,
    ),
)
