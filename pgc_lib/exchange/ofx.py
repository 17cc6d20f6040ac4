"""OFX and QFX: what American and many other banks give for Quicken and Money.

The transactions are taken from the tree itself (`ofx_tree.py`): strict models of the format refuse much of what banks really write.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from pgc_lib.exchange.encodings import encoding_of
from pgc_lib.exchange.ofx_tree import Broken, tree
from pgc_lib.exchange.opening import unreadable
from pgc_lib.exchange.reading import LINE, Part, Reading
from pgc_lib.exchange.tables import COLUMNS, numbered
from pgc_lib.i18n import N_, _

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_CARDS = "CCSTMTRS"
_LARGEST = 256 << 20


class Ofx:
    """Reads OFX and QFX."""

    name = "ofx"
    title = N_("OFX or QFX statement")

    def sniff(self, _path: Path, head: bytes) -> int:
        """Both forms name themselves."""
        start = head[:4096].upper()
        return 95 if b"OFXHEADER" in start or b"<OFX>" in start else 0

    def read(self, path: Path, **_options: Any) -> Reading:
        """Every transaction of every account in it."""
        rows = list(_transactions(_tree(path)))
        frame = pl.DataFrame(
            rows, schema=dict.fromkeys(COLUMNS, pl.String) | {LINE: pl.Int64}, orient="row"
        )
        accounts = sorted(set(frame["account"]))
        return Reading(
            [Part("finance.transactions", numbered(iter([frame])))], told={_("Accounts"): accounts}
        )


def _tree(path: Path) -> "Element":
    if path.stat().st_size > _LARGEST:
        raise unreadable(path, _("it is larger than any statement"))
    text = path.read_bytes().decode(encoding_of(path), errors="replace")
    if "<!DOCTYPE" in text[: 1 << 16].upper():
        raise unreadable(path, _("it declares entities, which no statement needs"))
    try:
        return tree(text)
    except Broken as error:
        raise unreadable(path, _("it breaks off or is damaged at {place}", place=error)) from None


def _transactions(root: "Element") -> "Iterator[tuple[Any, ...]]":
    number = 0
    for statement in (one for tag in ("STMTRS", _CARDS) for one in root.iter(tag)):
        currency = _said(statement, "CURDEF") or "USD"
        bank, account = _said(statement, ".//BANKID"), _said(statement, ".//ACCTID")
        for one in statement.iter("STMTTRN"):
            number += 1
            # A booking in another currency says so itself; its amount is in the account's all the same.
            own = _said(one, "CURRENCY/CURSYM") or currency
            fit = _said(one, "FITID")
            day = _said(one, "DTPOSTED")[:8]
            amount = _said(one, "TRNAMT")
            if "," in amount and "." not in amount:
                amount = amount.replace(",", ".")
            payee = _said(one, "NAME") or _said(one, "PAYEE/NAME")
            reference = (
                f"ofx:{bank}:{account}:{fit}" if fit else f"ofx:{account}:{day}|{amount}|{payee}#"
            )
            yield (
                number,
                f"{day[:4]}-{day[4:6]}-{day[6:8]}",
                amount.removeprefix("+"),
                own,
                payee[:300],
                "",
                account,
                _note(one, payee),
                reference,
                "",
            )


def _note(one: "Element", payee: str) -> str:
    memo, check = _said(one, "MEMO"), _said(one, "CHECKNUM")
    parts = [memo if memo != payee else "", f"#{check}" if check else ""]
    return " ".join(filter(None, parts))


def _said(element: "Element", path: str) -> str:
    found = element.find(path)
    return (found.text or "").strip() if found is not None else ""


IMPORTER = Ofx()
