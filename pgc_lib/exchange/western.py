"""Statements of Western banks and cards: Chase, Revolut, Sparkasse and other German banks, HSBC Hong Kong, Bank of Montreal.

Columns known from importers and test files that are published on GitHub (Chase account and card, Revolut, German CSV-CAMT;
2025 and 2026), and from the examples of deb-sig/double-entry-generator (HSBC, Bank of Montreal; 2025).
"""

import polars as pl

from pgc_lib.exchange.reading import LEFT_OUT
from pgc_lib.exchange.tables import OWN, Bill, joined, made_reference, money, text
from pgc_lib.i18n import N_

PENDING = N_("the booking is still pending or was taken back")


def _none_left_out() -> dict[str, pl.Expr]:
    return {LEFT_OUT: pl.lit("")}


def _american(name: str) -> pl.Expr:
    return pl.col(name).str.replace(r"^(\d{1,2})/(\d{1,2})/(\d{4})$", "$3-$1-$2").pipe(_two_digits)


def _european(name: str) -> pl.Expr:
    """31.12.2026, 31/12/2026 or 31.12.26."""
    full = pl.col(name).str.replace(r"^(\d{1,2})[./](\d{1,2})[./](\d{2})$", "${1}.${2}.20${3}")
    return full.str.replace(r"^(\d{1,2})[./](\d{1,2})[./](\d{4})$", "$3-$2-$1").pipe(_two_digits)


def _two_digits(day: pl.Expr) -> pl.Expr:
    return day.str.replace(r"-(\d)-", "-0$1-").str.replace(r"-(\d)$", "-0$1")


def _comma(name: str) -> pl.Expr:
    """1.234,56 as 1234.56."""
    return pl.col(name).str.replace_all(r"[.\s]", "").str.replace(",", ".", literal=True)


def _chase_account(frame: pl.DataFrame, _above: str) -> pl.DataFrame:
    return frame.select(
        "__line",
        day=_american("Posting Date"),
        amount=money("Amount"),
        currency=pl.lit("USD"),
        payee=pl.col("Description").str.replace_all(r"\s{2,}", " ").str.slice(0, 300),
        category=pl.lit(""),
        account=pl.lit("Chase"),
        note=text("Type", frame),
        reference=made_reference("chase", "Posting Date", "Description", "Amount", "Balance"),
        **_none_left_out(),
    )


def _chase_card(frame: pl.DataFrame, _above: str) -> pl.DataFrame:
    paid = pl.col("Type") == "Payment"
    return frame.select(
        "__line",
        day=_american("Transaction Date"),
        amount=money("Amount"),
        currency=pl.lit("USD"),
        payee=pl.col("Description"),
        category=text("Category", frame),
        account=pl.lit("Chase credit card"),
        note=text("Memo", frame),
        reference=made_reference(
            "chasec", "Transaction Date", "Post Date", "Description", "Amount"
        ),
        nature=pl.when(pl.col("Type") == "Return").then(pl.lit("refund")),
        **{LEFT_OUT: pl.when(paid).then(pl.lit(OWN)).otherwise(pl.lit(""))},
    )


def _revolut(frame: pl.DataFrame, _above: str) -> pl.DataFrame:
    kind, state = pl.col("Type").str.to_uppercase(), pl.col("State").str.to_uppercase()
    fee = money("Fee").cast(pl.Decimal(18, 4), strict=False).fill_null(0)
    net = money("Amount").cast(pl.Decimal(18, 4), strict=False) - fee
    return frame.select(
        "__line",
        day=pl.col("Completed Date").str.slice(0, 10),
        amount=pl.coalesce(net.cast(pl.String), pl.col("Amount")),
        currency=pl.col("Currency"),
        payee=pl.col("Description"),
        category=pl.lit(""),
        account=joined(pl.lit("Revolut"), text("Product", frame)).str.replace(" — ", " "),
        note=pl.col("Type"),
        reference=made_reference(
            "revolut", "Started Date", "Description", "Amount", "Fee", "Currency", "Balance"
        ),
        nature=pl.when(kind == "CARD_REFUND").then(pl.lit("refund")),
        **{
            LEFT_OUT: pl.when(state != "COMPLETED")
            .then(pl.lit(PENDING))
            .when(kind.is_in(["EXCHANGE", "TOPUP"]))
            .then(pl.lit(OWN))
            .otherwise(pl.lit(""))
        },
    )


def _german(frame: pl.DataFrame, _above: str) -> pl.DataFrame:
    names = ("Beguenstigter/Zahlungspflichtiger", "Name Zahlungsbeteiligter")
    who = next((name for name in names if name in frame.columns), "Verwendungszweck")
    accounts = ("IBAN Auftragskonto", "Auftragskonto")
    account = next((name for name in accounts if name in frame.columns), who)
    planned = text("Info", frame).str.contains("vorgemerkt")
    currency = text("Waehrung", frame)
    return frame.select(
        "__line",
        day=_european("Buchungstag"),
        amount=_comma("Betrag"),
        currency=pl.when(currency == "").then(pl.lit("EUR")).otherwise(currency),
        payee=pl.col(who).str.slice(0, 300),
        category=pl.lit(""),
        account=pl.col(account),
        note=joined(text("Buchungstext", frame), pl.col("Verwendungszweck")),
        reference=made_reference("de", account, "Buchungstag", "Betrag", who, "Verwendungszweck"),
        **{LEFT_OUT: pl.when(planned).then(pl.lit(PENDING)).otherwise(pl.lit(""))},
    )


def _hsbc(frame: pl.DataFrame, _above: str) -> pl.DataFrame:
    card = "Transaction date" in frame.columns
    day = "Transaction date" if card else "Date"
    merchant = text("Merchant name", frame)
    paid = pl.col("Description").str.contains("(?i)^PAYMENT - THANK YOU") & pl.lit(card)
    return frame.select(
        "__line",
        day=_european(day),
        amount=money("Billing amount"),
        currency=pl.col("Billing currency"),
        payee=pl.when(merchant != "").then(merchant).otherwise(pl.col("Description").str.replace_all(r"\s{2,}", " ")),
        category=pl.lit(""),
        account=pl.lit("HSBC credit card" if card else "HSBC"),
        note=pl.col("Description").str.replace_all(r"\s{2,}", " "),
        reference=made_reference("hsbcc" if card else "hsbc", day, "Description", "Billing amount",
                                 *([] if card else ["Balance"])),
        **{LEFT_OUT: pl.when(paid).then(pl.lit(OWN)).otherwise(pl.lit(""))},
    )  # fmt: skip


def _bmo(frame: pl.DataFrame, _above: str) -> pl.DataFrame:
    card = "Item #" in frame.columns
    day = "Transaction Date" if card else "Date Posted"
    amount = money("Transaction Amount")
    # A card's statement counts what is owed: a purchase is positive there.
    owed = (
        pl.when(amount.str.starts_with("-"))
        .then(amount.str.strip_prefix("-"))
        .otherwise(pl.lit("-") + amount)
    )
    return frame.select(
        "__line",
        day=pl.col(day).str.replace(r"^(\d{4})(\d{2})(\d{2})$", "$1-$2-$3"),
        amount=owed if card else amount,
        currency=pl.lit("CAD"),
        payee=pl.col("Description").str.replace_all(r"\s{2,}", " "),
        category=pl.lit(""),
        account=pl.lit("BMO credit card" if card else "BMO"),
        note=pl.lit(""),
        reference=made_reference(
            "bmoc" if card else "bmo", day, "Transaction Amount", "Description"
        ),
        **_none_left_out(),
    )


STATEMENTS: tuple[Bill, ...] = (
    Bill(
        "chase",
        N_("Chase, account"),
        ("Details", "Posting Date", "Description", "Amount", "Type", "Balance"),
        _chase_account,
    ),
    Bill(
        "chase-card",
        N_("Chase, credit card"),
        ("Transaction Date", "Post Date", "Description", "Category", "Type", "Amount"),
        _chase_card,
    ),
    Bill(
        "revolut",
        "Revolut",
        (
            "Type",
            "Started Date",
            "Completed Date",
            "Description",
            "Amount",
            "Fee",
            "Currency",
            "State",
            "Balance",
        ),
        _revolut,
    ),
    Bill(
        "german-bank",
        N_("Sparkasse or another German bank (CSV-CAMT)"),
        ("Buchungstag", "Valutadatum", "Buchungstext", "Verwendungszweck", "Betrag", "Waehrung"),
        _german,
    ),
    Bill(
        "hsbc",
        N_("HSBC Hong Kong, account"),
        ("Date", "Description", "Billing amount", "Billing currency", "Balance"),
        _hsbc,
    ),
    Bill(
        "hsbc-card",
        N_("HSBC Hong Kong, credit card"),
        (
            "Transaction date",
            "Post date",
            "Description",
            "Billing amount",
            "Billing currency",
            "Merchant name",
        ),
        _hsbc,
    ),
    Bill(
        "bmo",
        N_("Bank of Montreal, account"),
        ("First Bank Card", "Transaction Type", "Date Posted", "Transaction Amount", "Description"),
        _bmo,
    ),
    Bill(
        "bmo-card",
        N_("Bank of Montreal, credit card"),
        (
            "Item #",
            "Card #",
            "Transaction Date",
            "Posting Date",
            "Transaction Amount",
            "Description",
        ),
        _bmo,
    ),
)
