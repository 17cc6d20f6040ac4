"""Transactions as a beancount ledger, which `beancount.py` reads back as they were.

Accounts and categories become names that beancount can spell; what they are called in PGC stands in metadata. A line
without a category books against `Expenses:Uncategorised` or `Income:Uncategorised`.
"""

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import polars as pl

_ROOTS = ("Assets", "Liabilities", "Equity", "Income", "Expenses")
_NAME = re.compile(rf"({'|'.join(_ROOTS)})(:[A-Z0-9\u00c0-\U0010ffff][\w-]*)+")
_NOTHING = "Uncategorised"


def beancount(frame: pl.DataFrame) -> str:
    """The whole ledger: the accounts opened on their first day, then every transaction."""
    rows = list(frame.sort("day").iter_rows(named=True))
    bodies = [_transaction(row) for row in rows]
    first: dict[str, str] = {}
    for row, (_lines, names) in zip(rows, bodies, strict=True):
        for name in names:
            first.setdefault(name, str(row["day"]))
    opened = [
        f"{day} open {name}"
        for name, day in sorted(first.items(), key=lambda item: (item[1], item[0]))
    ]
    return "\n".join([*opened, "", *("\n".join(lines) + "\n" for lines, _names in bodies)])


def _transaction(row: "dict[str, Any]") -> "tuple[list[str], list[str]]":
    account = _name("Assets", row["account"])
    postings = list(_postings(row))
    texts = f"{_quoted(row['payee'])} {_quoted(row['note'])}"
    lines = [f"{row['day']} * {texts}"]
    lines += [f"  {key}: {_quoted(value)}" for key, value in _meta(row) if value]
    lines.append(f"  {account}  {_amount(row['amount'])} {row['currency']}")
    names = [account]
    for name, amount, currency, meta in postings:
        lines.append(f"  {name}  {_amount(amount)} {currency}")
        lines += [f"    {key}: {_quoted(value)}" for key, value in meta if value]
        names.append(name)
    return lines, names


def _meta(row: "dict[str, Any]") -> "Iterator[tuple[str, str]]":
    yield "reference", row.get("reference") or ""
    # Always there, so that an empty name comes back empty.
    yield "account", row["account"] or "-"
    if not row.get("parts") and not row.get("other_account"):
        yield "category", row["category"] or "-"
    yield "nature", row.get("nature") or ""
    yield "other-account", row.get("other_account") or ""


def _postings(row: "dict[str, Any]") -> "Iterator[tuple[str, Decimal, str, list[tuple[str, str]]]]":
    amount, currency = row["amount"], row["currency"]
    if other := row.get("other_account"):
        if row.get("other_amount") is not None:
            total = f"{row['other_currency']} @@ {_amount(abs(amount))} {currency}"
            yield _name("Assets", other), row["other_amount"], total, []
        else:
            yield _name("Assets", other), -amount, currency, []
        return
    side = "Income" if amount > 0 and row.get("nature") != "refund" else "Expenses"
    parts = row.get("parts")
    if parts:
        for part in json.loads(parts) if isinstance(parts, str) else parts:
            own = "account" in part
            said = part["account"] if own else part.get("category", "")
            meta = [("name", said or "-"), ("note", part.get("note", ""))]
            yield (
                _name("Assets" if own else side, said),
                -Decimal(str(part["amount"])),
                currency,
                meta,
            )
        return
    yield _name(side, row["category"]), -amount, currency, []


def _name(root: str, said: str) -> str:
    """`招商银行(1234)` as `Assets:招商银行-1234`; what is a name already stays."""
    if _NAME.fullmatch(said or ""):
        return said
    pieces = [re.sub(r"[^\w-]+", "-", piece).strip("-_") for piece in (said or "").split(":")]
    spelled = [piece[:1].upper() + piece[1:] for piece in pieces if piece]
    return ":".join([root, *(spelled or [_NOTHING])])


def _amount(amount: Decimal) -> str:
    plain = f"{amount:f}"
    whole, _point, cents = plain.partition(".")
    return f"{whole}.{cents.rstrip('0').ljust(2, '0')}"


def _quoted(text: object) -> str:
    plain = str(text or "").replace("\\", "\\\\").replace('"', '\\"')
    return '"' + plain.replace("\n", "\\n").replace("\t", "\\t").replace("\r", "") + '"'
