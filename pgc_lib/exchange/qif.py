"""QIF: the old Quicken format, a letter and a value a line, entries ended by `^`; read and written here.

It names no currency and does not say in which order it writes day and month; both are told by the whole file or by the
person (`currency=`, `order=`).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from pgc_lib.errors import Problem
from pgc_lib.exchange import habits
from pgc_lib.exchange.encodings import blocks, encoding_of
from pgc_lib.exchange.reading import LEFT_OUT, LINE, Part, Reading
from pgc_lib.exchange.tables import OWN, numbered
from pgc_lib.i18n import N_, _

_MONEY = ("BANK", "CASH", "CCARD", "OTH A", "OTH L")


@dataclass
class _Entry:
    line: int
    values: dict[str, str] = field(default_factory=dict)
    parts: list[dict[str, str]] = field(default_factory=list)
    account: str = ""


class Qif:
    """Reads QIF."""

    name = "qif"
    title = N_("QIF file")

    def sniff(self, _path: Path, head: bytes) -> int:
        """Its first line begins with `!`."""
        start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:40].upper()
        return 95 if start.startswith((b"!TYPE:", b"!ACCOUNT", b"!OPTION", b"!CLEAR")) else 0

    def read(
        self,
        path: Path,
        *,
        currency: str = "",
        account: str = "",
        order: str | None = None,
        **_options: Any,
    ) -> Reading:
        """Entries of bank, cash and card accounts; lists of categories and securities are told, not kept."""
        entries, problems = _entries(path, account)
        days = pl.Series("day", [one.values.get("D", "") for one in entries], dtype=pl.String)
        # Quicken writes 1/5'26 for the years from 2000 on.
        days = days.str.replace(r"'\s*(\d{1,2})$", "/$1").str.replace_all(" ", "")
        told = habits.order_of(days)
        amounts = pl.Series(
            "amount",
            [one.values.get("T") or one.values.get("U", "") for one in entries],
            dtype=pl.String,
        )
        frame = pl.DataFrame(
            {
                LINE: [one.line for one in entries],
                "day": days,
                "amount": amounts,
                "payee": [one.values.get("P", "")[:300] for one in entries],
                "category": [_category(one) for one in entries],
                "account": [one.account for one in entries],
                "note": [_note(one) for one in entries],
                LEFT_OUT: [_left_out(one) for one in entries],
            },
            schema_overrides={LINE: pl.Int64, LEFT_OUT: pl.String},
        )
        mark = habits.decimal_mark(frame["amount"])
        content = pl.concat_str("account", "day", "amount", "payee", "note", separator="|")
        frame = frame.with_columns(
            day=habits.as_day(pl.col("day"), order or told.order),
            amount=habits.as_amount(pl.col("amount"), mark),
            reference=(pl.lit("qif:") + content).str.slice(0, 190) + "#",
            currency=pl.lit(currency or "CNY"),
        )
        said: dict[str, Any] = (
            {}
            if currency
            else {_("Currency"): _("not in the file; taken as CNY, say currency='…'")}
        )
        if not told.certain and order is None:
            said[_("Dates")] = _(
                "read as {order}; the values leave it open: say order='DMY' or 'MDY'",
                order=told.order,
            )
        return Reading([Part("finance.transactions", numbered(iter([frame])))], problems, said)


def _entries(path: Path, account: str) -> "tuple[list[_Entry], list[Problem]]":
    entries: list[_Entry] = []
    skipped: dict[str, int] = {}
    section, current = "BANK", _Entry(1)
    for number, line in enumerate(_lines(path), 1):
        mark, value = line[:1], line[1:].strip()
        if mark == "!":
            section = value.upper().removeprefix("TYPE:").strip()
            current = _Entry(number + 1)
        elif mark == "^":
            if section == "ACCOUNT":
                account = current.values.get("N", account)
            elif section in _MONEY:
                if current.values:
                    current.account = account
                    entries.append(current)
            else:
                skipped[section] = skipped.get(section, 0) + 1
            current = _Entry(number + 1)
        elif mark == "S":
            current.parts.append({"S": value})
        elif mark in "E$%" and current.parts:
            current.parts[-1][mark] = value
        elif mark:
            current.values[mark] = (
                value if mark != "A" else f"{current.values.get('A', '')} {value}".strip()
            )
    if current.values and section in _MONEY:
        current.account = account
        entries.append(current)
    problems = [
        Problem(
            _("section {name}", name=name), _("{n} entries of another kind are not kept", n=count)
        )
        for name, count in skipped.items()
    ]
    return entries, problems


def _lines(path: Path) -> Iterator[str]:
    for block in blocks(path, encoding_of(path)):
        yield from block.decode("utf-8", errors="replace").splitlines()


def _category(entry: _Entry) -> str:
    said = entry.values.get("L", "") or (
        entry.parts[0].get("S", "") if len(entry.parts) == 1 else ""
    )
    return said.split("/")[0].strip()[:200]


def _note(entry: _Entry) -> str:
    parts = [
        f"{part.get('S', '')} {part.get('$', '')} {part.get('E', '')}".strip()
        for part in entry.parts
    ]
    return "; ".join(filter(None, [entry.values.get("M", ""), entry.values.get("N", ""), *parts]))


def _left_out(entry: _Entry) -> str:
    """`[Savings]` as a category is a transfer to an account of one's own."""
    return OWN if entry.values.get("L", "").startswith("[") else ""


def write(frame: pl.DataFrame) -> str:
    """Transactions as QIF, account by account; days as year, month, day, which every reader understands."""
    out = []
    for (account,), rows in frame.sort("account", "day").group_by(["account"], maintain_order=True):
        out.append(f"!Account\nN{_flat(account) or 'PGC'}\nTBank\n^\n!Type:Bank")
        for row in rows.iter_rows(named=True):
            out.append(f"D{row['day']:%Y-%m-%d}\nT{row['amount']:f}\nP{_flat(row['payee'])}")
            out += [
                f"{mark}{_flat(row[name])}"
                for mark, name in (("L", "category"), ("M", "note"))
                if row[name]
            ]
            out.append("^")
    return "\n".join(out) + "\n"


def _flat(text: object) -> str:
    """A value is one line here."""
    return " ".join(str(text or "").split())


IMPORTER = Qif()
