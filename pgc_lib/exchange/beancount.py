"""Beancount in and out: plain-text double entry, by a reader of the syntax of our own.

A transaction of a ledger is postings; one of PGC is a line with what makes more of it. The first own account (assets,
liabilities) is the line's account; a posting to income or expenses is its category, several are its parts; a single
other own account makes it a transfer. What PGC writes comes back as it was, because names that beancount cannot
spell are kept in metadata.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from pathlib import Path
from typing import Any

from pgc_lib.errors import Problem
from pgc_lib.exchange.encodings import blocks, encoding_of
from pgc_lib.exchange.reading import LINE, Part, Reading
from pgc_lib.i18n import N_, _

_DAY = r"\d{4}[-/]\d{2}[-/]\d{2}"
_DIRECTIVE = re.compile(rf"^({_DAY})\s+(\w+|[*!&#?%])\s*(.*)$")
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')
_POSTING = re.compile(
    r"^\s+(?:[*!&#?%]\s+)?([^\W\d_][\w-]*(?::[\w\-]+)+)"
    r"(?:\s+([-+]?[\d,.()+\-*/ ]+?)\s*([A-Z][A-Z0-9'._-]*)"
    r"(?:\s*\{[^}]*\}+)?(?:\s*(@@?)\s*([\d,.]+)\s*([A-Z][A-Z0-9'._-]*))?)?\s*$"
)
_META = re.compile(r"^\s+([a-z][\w-]*):\s*(.*)$")
_CODE = "; PGC "
_OWN = ("Assets", "Liabilities", "Equity")
_ROOTS = {"Assets", "Liabilities", "Equity", "Income", "Expenses"}
_TRANSACTIONS = ("*", "!", "txn", "P")


@dataclass
class Posting:
    """One side of a transaction; the amount may be left to be what the others make it."""

    account: str
    amount: Decimal | None
    currency: str
    price: Decimal | None = None
    """What it is worth altogether, in another currency."""
    price_currency: str = ""
    meta: dict[str, str] = field(default_factory=dict)

    @property
    def own(self) -> bool:
        return self.account.partition(":")[0] in _OWN


@dataclass
class Entry:
    """One transaction as the file has it."""

    line: int
    day: str
    payee: str
    note: str
    meta: dict[str, str] = field(default_factory=dict)
    postings: list[Posting] = field(default_factory=list)
    links: tuple[str, ...] = ()


class Beancount:
    """Reads a beancount ledger."""

    name = "beancount"
    title = N_("Beancount ledger")

    def sniff(self, path: Path, head: bytes) -> int:
        """By its ending, or by dated directives with accounts."""
        text = head.decode("utf-8", errors="replace")
        dated = len(re.findall(rf"(?m)^{_DAY}\s+(?:\*|!|txn|open|balance|price)\s", text))
        if path.suffix.lower() in (".beancount", ".bean"):
            return 90
        return 60 if dated >= 2 and re.search(r"(?m)^\s+\w+:\w", text) else 0

    def read(self, path: Path, **_options: Any) -> Reading:
        """Its transactions as records; other directives are counted."""
        entries, problems, others = parse(_lines(path))
        rows: list[dict[str, Any]] = []
        for entry in entries:
            made = record_of(entry)
            if isinstance(made, Problem):
                problems.append(made)
            else:
                rows.append({LINE: entry.line, **made})
        _number(rows)
        told = {
            _("Other directives"): [f"{name}: {count}" for name, count in sorted(others.items())]
        }
        return Reading([Part("finance.transactions", rows)], problems, told)


def _lines(path: Path) -> Iterator[str]:
    for block in blocks(path, encoding_of(path)):
        yield from block.decode("utf-8", errors="replace").splitlines()


def parse(lines: Iterable[str]) -> "tuple[list[Entry], list[Problem], dict[str, int]]":
    """The transactions of a ledger, what could not be read, and how many directives of other kinds there were."""
    entries: list[Entry] = []
    problems: list[Problem] = []
    others: dict[str, int] = {}
    current: Entry | None = None
    for number, raw in enumerate(lines, 1):
        line = raw.rstrip()
        bare = _without_comment(line)
        if not bare.strip():
            if not line.strip():
                current = None
            continue
        if not line[0].isspace():
            current = None
            found = _DIRECTIVE.match(bare)
            if found is None:
                word = bare.split()[0]
                if word in (
                    "option",
                    "plugin",
                    "include",
                    "pushtag",
                    "poptag",
                    "pushmeta",
                    "popmeta",
                ):
                    others[word] = others.get(word, 0) + 1
                    if word == "include":
                        problems.append(
                            Problem(
                                _place(number), _("another file is included; import it too"), bare
                            )
                        )
                elif line[0] not in "*#:;!&":
                    problems.append(Problem(_place(number), _("this is no directive"), bare[:80]))
            elif found[2] in _TRANSACTIONS or len(found[2]) == 1:
                current = _entry(number, found[1].replace("/", "-"), found[3])
                entries.append(current)
            else:
                others[found[2]] = others.get(found[2], 0) + 1
        elif current is not None:
            problem = _inside(current, bare, number)
            if problem is not None:
                problems.append(problem)
    return entries, problems, others


def _entry(number: int, day: str, rest: str) -> Entry:
    texts = [_unquoted(text) for text in _STRING.findall(rest)]
    payee, note = (texts[0], texts[1]) if len(texts) > 1 else ("", texts[0] if texts else "")
    after = _STRING.sub("", rest)
    return Entry(number, day, payee, note, links=tuple(re.findall(r"\^([\w\-/.]+)", after)))


def _inside(entry: Entry, line: str, number: int) -> Problem | None:
    meta = _META.match(line)
    if meta is not None:
        value = _STRING.fullmatch(meta[2].strip())
        target = (
            entry.postings[-1].meta
            if entry.postings and line.startswith("    ") and not line[2:3].strip()
            else entry.meta
        )
        target[meta[1]] = _unquoted(value[1]) if value else meta[2].strip()
        return None
    found = _POSTING.match(line)
    if found is None or found[1].partition(":")[0] not in _ROOTS:
        if line.strip()[0] in "#^":
            return None  # tags and links on a line of their own
        return Problem(_place(number), _("this posting cannot be read"), line.strip()[:80])
    account, amount, currency, at, price, price_currency = found.groups()
    try:
        units = _number_of(amount) if amount else None
        worth = _number_of(price) if price else None
    except (InvalidOperation, ValueError, ZeroDivisionError):
        return Problem(_place(number), _("this amount cannot be read"), line.strip()[:80])
    if worth is not None and at == "@" and units is not None:
        worth *= abs(units)
    entry.postings.append(Posting(account, units, currency or "", worth, price_currency or ""))
    return None


def _number_of(text: str) -> Decimal:
    """A number, or a small sum as beancount allows it: 40.00 / 3 + 5."""
    plain = text.replace(",", "").replace(" ", "")
    if re.fullmatch(r"[-+]?\d*\.?\d*", plain):
        return Decimal(plain)
    terms = re.findall(r"[-+]?[^-+]+", plain) if "(" not in plain else []
    if not terms:
        raise ValueError(text)
    total = Decimal(0)
    for term in terms:
        factors = re.split(r"([*/])", term.lstrip("+-"))
        value = Decimal(factors[0])
        for operator, factor in zip(factors[1::2], factors[2::2], strict=True):
            value = value * Decimal(factor) if operator == "*" else value / Decimal(factor)
        total += -value if term.startswith("-") else value
    return total.quantize(Decimal("0.0001"))


def record_of(entry: Entry) -> "dict[str, Any] | Problem":
    """A transaction of the ledger as the fields of one of PGC; a problem where it says more than those can."""
    failed = _balanced(entry)
    if failed:
        return Problem(_place(entry.line), failed, entry.payee or entry.note)
    own = [one for one in entry.postings if one.own]
    if not own:
        return Problem(
            _place(entry.line), _("it touches no account of one's own"), entry.payee or entry.note
        )
    main = (
        min(own, key=lambda one: (one.amount or 0) >= 0)
        if all(one.own for one in entry.postings)
        else own[0]
    )
    rest = [one for one in entry.postings if one is not main]
    row: dict[str, Any] = {
        "day": entry.day,
        "amount": main.amount,
        "currency": main.currency,
        "payee": entry.payee[:300],
        "category": "",
        "account": _plain_name(main, entry.meta.get("account")),
        "note": entry.note,
        "reference": entry.meta.get("reference") or _reference(entry),
    }
    if nature := entry.meta.get("nature"):
        row["nature"] = nature
    if len(rest) == 1 and rest[0].own:
        other = rest[0]
        row |= {
            "nature": "transfer",
            "other_account": _plain_name(other, entry.meta.get("other-account")),
        }
        if other.currency != main.currency:
            row |= {"other_amount": other.amount, "other_currency": other.currency}
        return row
    if any(one.currency != main.currency for one in rest):
        return Problem(
            _place(entry.line),
            _("several currencies beside more than one account"),
            entry.payee or entry.note,
        )
    if len(rest) == 1:
        row["category"] = _plain_name(rest[0], entry.meta.get("category"))
        return row
    row["parts"] = [
        {"amount": -(one.amount or 0), "account" if one.own else "category": _plain_name(one, one.meta.get("name")),
         **({"note": one.meta["note"]} if one.meta.get("note") else {})}
        for one in rest
    ]  # fmt: skip
    return row


def _balanced(entry: Entry) -> str:
    """Fills the one amount that may be missing; says what is wrong otherwise."""
    if len(entry.postings) < 2:
        return _("it has fewer than two postings")
    missing = [one for one in entry.postings if one.amount is None]
    sums: dict[str, Decimal] = {}
    for one in entry.postings:
        if one.amount is not None:
            value = one.amount if one.price is None else one.price.copy_sign(one.amount)
            currency = one.price_currency or one.currency
            sums[currency] = sums.get(currency, Decimal(0)) + value
    left = {currency: value for currency, value in sums.items() if abs(value) >= Decimal("0.01")}
    if len(missing) == 1 and sums and len(left) <= 1:
        currency, value = next(iter(left.items()), (next(iter(sums)), Decimal(0)))
        missing[0].amount, missing[0].currency = -value, currency
        return ""
    if missing:
        return _("more than one amount is missing")
    return _("its postings do not add up to zero") if left else ""


def _plain_name(posting: Posting, said: str | None) -> str:
    """What PGC called it where it wrote the file; a dash stands for no name at all."""
    if said is not None:
        return "" if said == "-" else said[:200]
    return posting.account[:200]


def _reference(entry: Entry) -> str:
    for name in ("id", "orderId", "order-id", "uuid"):
        if entry.meta.get(name):
            return f"beancount:{entry.meta[name]}"[:200]
    content = [entry.day, entry.payee, entry.note, *entry.links]
    content += [f"{one.account} {one.amount} {one.currency}" for one in entry.postings]
    return "beancount:" + sha256("|".join(content).encode()).hexdigest()[:40] + "#"


def _number(rows: "list[dict[str, Any]]") -> None:
    seen: dict[str, int] = {}
    for row in rows:
        reference = row["reference"]
        if reference.endswith("#"):
            seen[reference] = seen.get(reference, 0) + 1
            row["reference"] = f"{reference}{seen[reference]}"


def _without_comment(line: str) -> str:
    quoted = False
    for at, letter in enumerate(line):
        if letter == '"' and line[at - 1 : at] != "\\":
            quoted = not quoted
        elif letter == ";" and not quoted:
            return line[:at].rstrip()
    return line


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", lambda found: {"n": "\n", "t": "\t"}.get(found[1], found[1]), text)


def _place(line: int) -> str:
    return _("line {n}", n=line)


IMPORTER = Beancount()
