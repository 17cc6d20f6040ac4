"""CAMT.053: the statement of ISO 20022, as European banks give it; versions 02 to 13 alike.

A booking may collect several payments; each of them becomes a line, with the booking's reference and its number.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser

import polars as pl

from pgc_lib.exchange.opening import unreadable
from pgc_lib.exchange.reading import LINE, Part, Reading
from pgc_lib.exchange.tables import COLUMNS, numbered
from pgc_lib.exchange.western import PENDING
from pgc_lib.i18n import N_, _


class _Entities(Exception):
    """A statement needs no DOCTYPE; harmful files do."""


class _Plain(TreeBuilder):
    """Builds a tree without name spaces, whose address changes with every version."""

    def start(self, tag: str, attrs: "dict[Any, Any]", /) -> Element:
        return super().start(tag.rpartition("}")[2], attrs)

    def end(self, tag: str, /) -> Element:
        return super().end(tag.rpartition("}")[2])

    def doctype(self, name: str, pubid: str, system: str) -> None:
        raise _Entities(name, pubid, system)


class Camt:
    """Reads CAMT.053, and CAMT.052 and .054 that are built alike."""

    name = "camt"
    title = N_("CAMT.053 statement")

    def sniff(self, _path: Path, head: bytes) -> int:
        """Its name space says what it is."""
        return 95 if b"camt.05" in head[:4096] else 0

    def read(self, path: Path, **_options: Any) -> Reading:
        """Every booking of every statement in it."""
        root = _tree(path)
        bookings = (row for statement in _statements(root) for row in _bookings(statement))
        rows = [(number, *row) for number, row in enumerate(bookings, 1)]
        frame = pl.DataFrame(
            rows, schema=dict.fromkeys(COLUMNS, pl.String) | {LINE: pl.Int64}, orient="row"
        )
        return Reading(
            [Part("finance.transactions", numbered(iter([frame])))],
            told={_("Accounts"): sorted(set(frame["account"]))},
        )


def _tree(path: Path) -> Element:
    parser = XMLParser(target=_Plain())  # noqa: S314 (a document type, and with it every entity, is refused)
    try:
        with path.open("rb") as file:
            while piece := file.read(1 << 20):
                parser.feed(piece)
        root: Element = parser.close()
    except _Entities as error:
        raise unreadable(path, _("it declares entities, which no statement needs")) from error
    except (ParseError, ValueError) as error:
        raise unreadable(path, str(error)) from error
    return root


def _statements(root: Element) -> Iterator[Element]:
    for tag in ("Stmt", "Rpt", "Ntfctn"):
        yield from root.iter(tag)


def _bookings(statement: Element) -> "Iterator[tuple[str, ...]]":
    account = _said(statement, "Acct/Id/IBAN") or _said(statement, "Acct/Id/Othr/Id")
    for entry in statement.iter("Ntry"):
        state = _said(entry, "Sts/Cd") or _said(entry, "Sts")
        day = (
            _said(entry, "BookgDt/Dt") or _said(entry, "BookgDt/DtTm") or _said(entry, "ValDt/Dt")
        )[:10]
        reference = _said(entry, "AcctSvcrRef") or _said(entry, "NtryRef")
        details = entry.findall("NtryDtls/TxDtls")
        amounts = [_amount(one) for one in details]
        # Where not every payment of a collected booking has its amount, the booking is one line.
        single = len(details) < 2 or not all(amount for amount, _currency in amounts)
        for number, one in enumerate([entry] if single else details):
            detail = details[0] if single and details else one
            amount, currency = _amount(entry) if single else amounts[number]
            goes = (_said(one, "CdtDbtInd") or _said(entry, "CdtDbtInd")) == "DBIT"
            if (_said(entry, "RvslInd") or "false") == "true" and not single:
                goes = _said(entry, "CdtDbtInd") == "DBIT"
            payee = _party(detail, goes)
            note = _note(entry, detail)
            own = _said(detail, "Refs/AcctSvcrRef") or reference
            made = f"camt:{account}:{day}|{amount}|{payee}|{note}"[:190] + "#"
            known = f"camt:{account}:{own}" + ("" if single else f":{number + 1}")
            yield (
                day,
                f"-{amount}" if goes else amount,
                currency,
                payee[:300],
                "",
                account,
                note,
                known if own else made,
                PENDING if state not in ("", "BOOK") else "",
            )


def _amount(element: Element) -> tuple[str, str]:
    for path in ("Amt", "AmtDtls/TxAmt/Amt"):
        found = element.find(path)
        if found is not None:
            return (found.text or "").strip(), found.get("Ccy", "EUR")
    return "", "EUR"


def _party(detail: Element, goes: bool) -> str:
    role = "Cdtr" if goes else "Dbtr"
    for path in (
        f"RltdPties/{role}/Nm",
        f"RltdPties/{role}/Pty/Nm",
        f"RltdPties/Ultmt{role}/Nm",
        f"RltdPties/Ultmt{role}/Pty/Nm",
    ):
        if said := _said(detail, path):
            return said
    return ""


def _note(entry: Element, detail: Element) -> str:
    lines = [(one.text or "").strip() for one in detail.findall("RmtInf/Ustrd")]
    structured = _said(detail, "RmtInf/Strd/CdtrRefInf/Ref")
    said = " ".join(filter(None, [*lines, structured]))
    return said or _said(detail, "AddtlTxInf") or _said(entry, "AddtlNtryInf")


def _said(element: Element, path: str) -> str:
    found = element.find(path)
    return (found.text or "").strip() if found is not None else ""


IMPORTER = Camt()
