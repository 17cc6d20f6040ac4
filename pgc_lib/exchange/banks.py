"""Statements of Chinese banks: accounts and credit cards.

Known from statements themselves: China Merchants Bank (credit card, account) and Bank of Communications (account). Columns
known from the examples of deb-sig/double-entry-generator (2025): ICBC (account in both forms, credit card), ABC, Bank of
China (account, credit card), Bank of Communications (credit card). China Construction Bank's are those of the
files that its online bank gives, with and without time and balance, as importers on GitHub describe them (2025, 2026).
"""

import re

import polars as pl

from pgc_lib.exchange.reading import LEFT_OUT
from pgc_lib.exchange.tables import (
    OWN,
    Bill,
    card_repaid,
    joined,
    made_reference,
    money,
    signed,
    text,
)
from pgc_lib.i18n import N_

REMARK = N_("the line is a sum or a remark of the bank")
_CURRENCIES = {
    "人民币": "CNY", "人民币元": "CNY", "RMB": "CNY", "美元": "USD", "欧元": "EUR", "港币": "HKD", "港元": "HKD", "日元": "JPY",
    "英镑": "GBP", "": "CNY", "-": "CNY",
}  # fmt: skip


def _currency(name: str) -> pl.Expr:
    return pl.col(name).replace(_CURRENCIES)


def _day(name: str) -> pl.Expr:
    """20240102, 2024/1/2 and 2024-01-02 as the last."""
    plain = (
        pl.col(name).str.strip_chars("* ").str.replace_all(r"[/.年月]", "-").str.replace("日", "")
    )
    joined_up = plain.str.replace(r"^(\d{4})(\d{2})(\d{2})$", "$1-$2-$3")
    return joined_up.str.replace(r"-(\d)-", "-0$1-").str.replace(r"-(\d)$", "-0$1").str.slice(0, 10)


def _in_or_out(into: str, out: str) -> pl.Expr:
    """Two columns, one for each direction, as one amount."""
    came, went = money(into).str.strip_prefix("+"), money(out).str.strip_prefix("-")
    return pl.when(~went.is_in(["", "0", "0.00", "-"])).then(pl.lit("-") + went).otherwise(came)


def _no_value(name: str, frame: pl.DataFrame) -> pl.Expr:
    """A column in which dashes stand for nothing."""
    plain = text(name, frame)
    return pl.when(plain.str.contains(r"^-*$")).then(pl.lit("")).otherwise(plain)


def _remark(name: str, otherwise: pl.Expr) -> pl.Expr:
    """The reason for leaving out a sum or a remark below the lines; for others the one given."""
    said = pl.col(name).str.contains("合计|总计|仅供参考|为准")
    return pl.when(said).then(pl.lit(REMARK)).otherwise(otherwise)


def _repaid(*columns: str) -> pl.Expr:
    said = pl.concat_str(*columns, separator=" ")
    return pl.when(said.str.contains("还款")).then(pl.lit(OWN)).otherwise(pl.lit(""))


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
    amount = money("人民币金额")
    return frame.select(
        "__line",
        day=of.cast(pl.String).str.zfill(4) + "-" + shown.str.replace("/", "-"),
        amount=signed(amount, ~amount.str.starts_with("-")),
        currency=pl.lit("CNY"),
        payee=pl.col("交易摘要"),
        category=pl.lit(""),
        account=pl.lit("招商银行信用卡 ") + pl.col("卡号末四位"),
        note=pl.lit(""),
        reference=made_reference(
            f"cmbc:{year}-{month:02}", "交易日", "记账日", "交易摘要", "人民币金额", "卡号末四位"
        ),
        **{LEFT_OUT: pl.when(repaid).then(pl.lit(OWN)).otherwise(pl.lit(""))},
    )


def _cmb_debit(frame: pl.DataFrame, _preamble: str) -> pl.DataFrame:
    return frame.select(
        "__line",
        day=pl.col("记账日期").str.replace_all("/", "-"),
        amount=money("交易金额"),
        currency=pl.col("货币").replace({"人民币": "CNY"}),
        payee=pl.col("对手信息").str.replace(r"\s*\d{6,}$", ""),
        category=pl.col("交易摘要"),
        account=pl.lit("招商银行"),
        note=text("客户摘要", frame),
        reference=made_reference("cmb", "记账日期", "交易金额", "联机余额", "对手信息", "交易摘要"),
        **{LEFT_OUT: card_repaid(pl.col("交易摘要"))},
    )


def _bocom_debit(frame: pl.DataFrame, _preamble: str) -> pl.DataFrame:
    return frame.select(
        "__line",
        day=pl.col("交易日期").str.replace_all("/", "-"),
        amount=signed(money("交易金额"), pl.col("借贷").str.starts_with("借")),
        currency=pl.lit("CNY"),
        payee=text("对方户名", frame),
        category=pl.col("交易类型"),
        account=pl.lit("交通银行"),
        note=joined(text("交易地点", frame), text("摘要", frame)),
        reference=made_reference(
            "bocom", "交易日期", "交易时间", "借贷", "交易金额", "余额", "对方账号"
        ),
        **{LEFT_OUT: card_repaid(pl.col("交易类型"))},
    )


def _icbc(frame: pl.DataFrame, above: str) -> pl.DataFrame:
    card = "记账日期" in frame.columns
    tail = re.search(r"卡号[:：]\s*[\d*]*(\d{4})\b", above)
    name = "工商银行信用卡" if card else "工商银行"
    details = text("交易详情", frame)
    return frame.select(
        "__line",
        day=_day("交易日期"),
        amount=_in_or_out("记账金额(收入)", "记账金额(支出)"),
        currency=_currency("记账币种"),
        payee=pl.when(_no_value("对方户名", frame) != "")
        .then(_no_value("对方户名", frame))
        .otherwise(text("交易场所", frame)),
        category=pl.col("摘要"),
        account=pl.lit(f"{name} {tail[1]}" if tail else name),
        note=joined(text("交易场所", frame), details),
        reference=made_reference(
            "icbcc" if card else "icbc",
            "交易日期",
            "摘要",
            "交易场所",
            "记账金额(收入)",
            "记账金额(支出)",
            "余额",
            "对方户名",
        ),
        nature=pl.when(pl.col("摘要").str.contains("退货|退款")).then(pl.lit("refund")),
        **{LEFT_OUT: _remark("交易日期", _repaid("摘要", "交易场所"))},
    )


def _ccb_debit(frame: pl.DataFrame, above: str) -> pl.DataFrame:
    tail = re.search(r"账\s*号[:：]?\s*[\d*]*(\d{4})\b", above)
    told = ("交易日期", "交易时间", "支出", "收入", "账户余额", "摘要", "对方账号")
    return frame.select(
        "__line",
        day=_day("交易日期"),
        amount=_in_or_out("收入", "支出"),
        currency=_currency("币种"),
        payee=text("对方户名", frame),
        category=pl.col("摘要"),
        account=pl.lit(f"建设银行 {tail[1]}" if tail else "建设银行"),
        note=text("交易地点", frame),
        # The time and the balance are the person's choice when they fetch the file.
        reference=made_reference("ccb", *(name for name in told if name in frame.columns)),
        nature=pl.when(pl.col("摘要").str.contains("退货|退款")).then(pl.lit("refund")),
        **{LEFT_OUT: _remark(frame.columns[1], card_repaid(pl.col("摘要")))},
    )


def _ccb_credit(frame: pl.DataFrame, _above: str) -> pl.DataFrame:
    amount = money("入账金额")
    return frame.select(
        "__line",
        day=_day("交易日"),
        amount=signed(amount, ~amount.str.starts_with("-")),
        currency=_currency("入账币种"),
        payee=pl.col("交易描述"),
        category=pl.col("类型"),
        account=pl.lit("建设银行信用卡 ")
        + pl.col("信用卡卡号").str.extract(r"(\d{4})$").fill_null(""),
        note=pl.lit(""),
        reference=made_reference("ccbc", "交易日", "入账日", "信用卡卡号", "入账金额", "交易描述"),
        nature=pl.when(pl.col("类型").str.contains("退货")).then(pl.lit("refund")),
        **{LEFT_OUT: _repaid("类型", "交易描述")},
    )


def _abc_debit(frame: pl.DataFrame, _above: str) -> pl.DataFrame:
    return frame.select(
        "__line",
        day=_day("交易日期"),
        amount=money("交易金额").str.strip_prefix("+"),
        currency=pl.lit("CNY"),
        payee=_no_value("对手信息", frame),
        category=pl.col("交易摘要"),
        account=pl.lit("农业银行"),
        note=joined(text("交易渠道", frame), text("交易附言", frame)),
        reference=made_reference(
            "abc", "交易日期", "交易时间", "交易摘要", "交易金额", "本次余额", "对手信息"
        ),
        **{LEFT_OUT: card_repaid(pl.col("交易摘要"))},
    )


def _boc_debit(frame: pl.DataFrame, _above: str) -> pl.DataFrame:
    tail = text("借记卡号", frame).str.extract(r"(\d{4})$")
    return frame.select(
        "__line",
        day=_day("记账日期"),
        amount=money("金额"),
        currency=_currency("币别"),
        payee=_no_value("对方账户名", frame),
        category=pl.col("交易名称"),
        account=joined(pl.lit("中国银行"), tail.fill_null("")).str.replace(" — ", " "),
        note=joined(_no_value("渠道", frame), _no_value("附言", frame)),
        reference=made_reference(
            "boc", "记账日期", "记账时间", "金额", "余额", "交易名称", "对方账户名"
        ),
        **{LEFT_OUT: card_repaid(pl.col("交易名称"))},
    )


def _boc_credit(frame: pl.DataFrame, _above: str) -> pl.DataFrame:
    return frame.select(
        "__line",
        day=_day("交易日"),
        amount=_in_or_out("存入", "支出"),
        currency=_currency("币种"),
        payee=pl.col("交易描述"),
        category=pl.lit(""),
        account=pl.lit("中国银行信用卡 ") + pl.col("卡号后四位"),
        note=pl.lit(""),
        reference=made_reference(
            "bocc", "交易日", "银行记账日", "卡号后四位", "交易描述", "存入", "支出"
        ),
        **{LEFT_OUT: _repaid("交易描述")},
    )


def _bocom_credit(frame: pl.DataFrame, _above: str) -> pl.DataFrame:
    booked = pl.col("入账币种/金额")
    amount = booked.str.extract(r"(-?[\d.,]+)\s*$").str.replace_all(",", "")
    came = pl.col("交易说明").str.contains("^(退货|信用卡还款|退款|存入)")
    return frame.select(
        "__line",
        day=_day("交易日期"),
        amount=signed(pl.coalesce(amount, booked), ~came),
        currency=booked.str.extract(r"^([A-Z]{3})").fill_null("CNY"),
        payee=pl.col("交易说明").str.replace(r"^(消费|退货|退款)\s*", ""),
        category=pl.lit(""),
        account=pl.lit("交通银行信用卡"),
        note=text("交易币种/金额", frame),
        reference=made_reference("bocomc", "交易日期", "记账日期", "交易说明", "入账币种/金额"),
        nature=pl.when(pl.col("交易说明").str.contains("^退货")).then(pl.lit("refund")),
        **{LEFT_OUT: _repaid("交易说明")},
    )


BANKS: tuple[Bill, ...] = (
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
    Bill(
        "icbc-debit",
        N_("ICBC, account"),
        (
            "交易日期",
            "摘要",
            "交易场所",
            "钞/汇",
            "记账金额(收入)",
            "记账金额(支出)",
            "余额",
            "对方户名",
        ),
        _icbc,
    ),
    Bill(
        "icbc-credit",
        N_("ICBC, credit card"),
        (
            "交易日期",
            "记账日期",
            "摘要",
            "交易场所",
            "记账金额(收入)",
            "记账金额(支出)",
            "余额",
            "对方户名",
        ),
        _icbc,
    ),
    Bill(
        "ccb-debit",
        N_("China Construction Bank, account"),
        ("交易日期", "支出", "收入", "币种", "摘要", "对方账号", "对方户名"),
        _ccb_debit,
    ),
    Bill(
        "ccb-credit",
        N_("China Construction Bank, credit card"),
        ("交易日", "入账日", "信用卡卡号", "类型", "入账币种", "入账金额", "交易描述"),
        _ccb_credit,
    ),
    Bill(
        "abc-debit",
        N_("Agricultural Bank of China, account"),
        ("交易日期", "交易时间", "交易摘要", "交易金额", "本次余额", "对手信息"),
        _abc_debit,
    ),
    Bill(
        "boc-debit",
        N_("Bank of China, account"),
        ("记账日期", "记账时间", "币别", "金额", "余额", "交易名称", "对方账户名"),
        _boc_debit,
    ),
    Bill(
        "boc-credit",
        N_("Bank of China, credit card"),
        ("交易日", "银行记账日", "卡号后四位", "交易描述", "存入", "支出", "币种"),
        _boc_credit,
    ),
    Bill(
        "bocom-credit",
        N_("Bank of Communications, credit card"),
        ("交易日期", "记账日期", "交易说明", "交易币种/金额", "入账币种/金额"),
        _bocom_credit,
    ),
)
