"""Contacts as telephones and mail programs exchange them: vCard 2.1, 3.0 and 4.0 in, 4.0 or 3.0 out.

What a member has no field for (pictures, firms, a second number) is kept word for word and written out again. An
address book is often the only place where a family's birthdays stand; a birthday without its year is kept as far as it
is known.
"""

import quopri
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

from pgc_lib.areas.kin.dating import read as read_day
from pgc_lib.areas.kin.records import Member, Relation
from pgc_lib.core.record import SEALED
from pgc_lib.errors import Problem
from pgc_lib.exchange.gedcom_lines import Line, as_text, of_text
from pgc_lib.exchange.gedcom_values import is_chinese
from pgc_lib.exchange.genealogy import Genealogy, Someone, Tied
from pgc_lib.i18n import N_, _

TITLE = N_("vCard contacts")
KEPT = "_VCARD"
"""The tag under which a property is kept that no field holds."""
REACHING = frozenset({"TEL", "EMAIL", "ADR", "IMPP", "LABEL", "GEO", "X-ABADR", "X-QQ", "X-WECHAT", "X-SKYPE", "X-SKYPE-USERNAME", "X-JABBER", "X-MSN", "X-ICQ", "X-AIM", "X-YAHOO"})  # fmt: skip
"""Properties that tell where somebody can be reached; kept encrypted, as the fields for the first of them are."""
LARGEST = 64 * 2**20
_PROPERTY = re.compile(
    r"(?:(?P<group>[A-Za-z0-9-]+)\.)?(?P<name>[A-Za-z0-9-]+)(?P<params>(?:;(?:[^:;\"]|\"[^\"]*\")*)*):(?P<value>.*)",
    re.DOTALL,
)
_PARAM = re.compile(r";([^=;:]+)(?:=((?:\"[^\"]*\"|[^;])*))?")
_ENCODINGS = ("utf-8-sig", "gb18030", "cp1252")
_BASIC = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})(?:T.*)?")
_NO_YEAR = re.compile(r"--(\d{2})-?(\d{2})")
_OF_THE_CARD = frozenset({"BEGIN", "END", "VERSION", "PRODID", "REV", "X-PGC-REFERENCE"})
_RELATED = {
    "parent": ("parent", False),
    "child": ("parent", True),
    "spouse": ("partner", True),
    "friend": ("friend", True),
}
_WIDEST = 75


@dataclass(slots=True)
class Property:
    """One line of a card."""

    name: str
    value: str
    params: dict[str, list[str]] = field(default_factory=dict)
    raw: str = ""
    line: int = 0

    @property
    def types(self) -> set[str]:
        """What it is for: home, work, mobile."""
        return {one.lower() for one in self.params.get("TYPE", ())}


def sniff(head: bytes) -> bool:
    """Whether a file begins as a card does."""
    return head.removeprefix(b"\xef\xbb\xbf").lstrip()[:11].upper() == b"BEGIN:VCARD"


def read(source: Path | bytes) -> Genealogy:
    """The people of an address book, and what is wrong with it."""
    found = Genealogy(_(TITLE))
    data = source if isinstance(source, bytes) else _bytes(source, found.problems)
    text = _text(data, found.problems)
    related: list[tuple[str, Property]] = []
    seen: set[str] = set()
    uids: dict[str, str] = {}
    for card in _cards(text, found.problems):
        values = _member(card, found.problems)
        reference = values["reference"]
        if reference in seen:
            found.problems.append(
                Problem(_place(card[0]), _("{name} is there twice; the first counts", name=values["name"]))
            )  # fmt: skip
            continue
        seen.add(reference)
        uids[_first(card, "UID").lower()] = reference
        found.people.append(Someone(reference, values, card[0].line))
        related += [(reference, line) for line in card if line.name == "RELATED"]
    for reference, line in related:
        found.ties += _tie(reference, line, uids)
    return found


def write(
    members: Iterable[Member], relations: Iterable[Relation] = (), *, version: str = "4.0"
) -> bytes:
    """The members as an address book."""
    members = list(members)
    four = version.startswith("4")
    uids = {member.id: _uid(member) for member in members}
    ties: dict[UUID, list[str]] = {}
    for tie in relations:
        for kind, (ours, backwards) in _RELATED.items():
            if ours != tie.tie or tie.one not in uids or tie.other not in uids or tie.doubt:
                continue
            mine, theirs = (tie.one, tie.other) if kind == "child" else (tie.other, tie.one)
            ties.setdefault(mine, []).append(f"RELATED;TYPE={kind}:{uids[theirs]}")
            if backwards and kind != "child":
                ties.setdefault(theirs, []).append(f"RELATED;TYPE={kind}:{uids[mine]}")
    lines: list[str] = []
    for member in members:
        lines += _card(member, uids[member.id], ties.get(member.id, []) if four else [], four=four)
    return ("\r\n".join(_folded(lines)) + "\r\n").encode()


# ── reading ──────────────────────────────────────────────────────────────────────────────────────────


def _bytes(path: Path, problems: list[Problem]) -> bytes:
    if path.stat().st_size > LARGEST:
        problems.append(Problem(path.name, _("only the first {n} MB were read", n=LARGEST >> 20)))
    with path.open("rb") as file:
        return file.read(LARGEST)


def _text(data: bytes, problems: list[Problem]) -> str:
    for encoding in _ENCODINGS:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding != _ENCODINGS[0]:
            problems.append(Problem("", _("the file is not UTF-8; it was read as {encoding}", encoding=encoding)))  # fmt: skip
        return text
    return data.decode("utf-8", "replace")


def _cards(text: str, problems: list[Problem]) -> Iterator[list[Property]]:
    card: list[Property] | None = None
    for number, line in _unfolded(text):
        made = _property(line, number)
        if made is None:
            problems.append(
                Problem(_("line {n}", n=number), _("this is no line of a card"), line[:200])
            )
        elif made.name == "BEGIN":
            if card:
                problems.append(Problem(_("line {n}", n=number), _("the card before has no end")))
                yield card
            card = [made]
        elif card is None:
            problems.append(
                Problem(_("line {n}", n=number), _("this belongs to no card"), line[:200])
            )
        elif made.name == "END":
            yield card
            card = None
        else:
            card.append(made)
    if card:
        problems.append(Problem("", _("the file ends within a card")))
        yield card


def _unfolded(text: str) -> Iterator[tuple[int, str]]:
    """Lines with those that go on below them; 2.1 marks that with an = at the end."""
    waiting, start = "", 0
    for number, line in enumerate(re.split(r"\r\n|\n|\r", text), 1):
        soft = waiting.endswith("=") and "QUOTED-PRINTABLE" in waiting.partition(":")[0].upper()
        if soft:
            waiting = waiting[:-1] + line
        elif line[:1] in (" ", "\t") and waiting:
            waiting += line[1:]
        else:
            if waiting.strip():
                yield start, waiting
            waiting, start = line, number
    if waiting.strip():
        yield start, waiting


def _property(line: str, number: int) -> Property | None:
    found = _PROPERTY.fullmatch(line)
    if found is None:
        return None
    params: dict[str, list[str]] = {}
    for name, value in _PARAM.findall(found["params"]):
        # 2.1 names a type without saying that it is one.
        key, said = (name.upper(), value) if value else ("TYPE", name)
        params.setdefault(key, []).extend(part.strip().strip('"') for part in said.split(","))
    value = found["value"]
    encodings = {one.upper() for one in (*params.get("ENCODING", ()), *params.get("TYPE", ()))}
    if "QUOTED-PRINTABLE" in encodings:
        charset = next(iter(params.get("CHARSET", ())), "utf-8")
        try:
            value = quopri.decodestring(value.encode()).decode(charset)
        except (LookupError, UnicodeDecodeError):
            value = quopri.decodestring(value.encode()).decode("utf-8", "replace")
    return Property(found["name"].upper(), value, params, line, number)


def _member(card: list[Property], problems: list[Problem]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    rest: list[Line] = []
    seen: set[str] = set()
    for line in card:
        if line.name in _OF_THE_CARD or line.name == "RELATED":
            continue
        first = line.name not in seen
        seen.add(line.name)
        if not first or not _taken(line, values, problems):
            rest.append(Line(KEPT, line.raw))
    name = values.get("name") or "".join(
        reversed([values.get("given", ""), values.get("surname", "")])
    )
    values["name"] = (name.strip() or values.get("email") or values.get("phone") or "?")[:200]
    values["more"] = as_text(line for line in rest if named(line.text) not in REACHING)
    values["reach"] = as_text(line for line in rest if named(line.text) in REACHING)
    values["reference"] = _reference(card, values)
    return values


def _taken(line: Property, values: dict[str, Any], problems: list[Problem]) -> bool:
    """Bring a property into its field; whether that says all of it."""
    value = _plain(line.value).strip()
    bare = not set(line.params) - {"CHARSET", "ENCODING", "VALUE", "PREF", "TYPE"}
    match line.name:
        case "FN":
            values["name"] = value[:200]
        case "N":
            parts = [_plain(part).strip() for part in _parts(line.value)] + [""] * 5
            values["surname"], values["given"] = parts[0][:100], parts[1][:100]
            if not values.get("name"):
                joined = (
                    parts[:2]
                    if is_chinese("".join(parts[:2]))
                    else [parts[3], parts[1], parts[2], parts[0]]
                )
                values["name"] = ("" if is_chinese("".join(parts[:2])) else " ").join(filter(None, joined))[:200]  # fmt: skip
            return not any(parts[2:])
        case "NICKNAME" if len(value) <= 100:
            values["called"] = value
        case "BDAY" | "DEATHDATE":
            _day(line, "born" if line.name == "BDAY" else "died", value, values, problems)
        case "X-LUNAR-BIRTHDAY" if value == "Y":
            values["lunar"] = True
        case "BIRTHPLACE" if len(value) <= 300:
            values["birthplace"] = value
        case "GENDER":
            values["sex"] = {"F": "female", "M": "male"}.get(value[:1].upper(), "")
            return len(value) == 1 and bool(values["sex"])
        case "TEL" if len(value) <= 100:
            values["phone"] = value.removeprefix("tel:")
            return bare and not line.types - {"cell", "voice", "pref"}
        case "EMAIL" if len(value) <= 200:
            values["email"] = value
            return bare and not line.types - {"internet", "pref"}
        case "ADR":
            told = [_plain(part).strip() for part in _parts(line.value)]
            values["address"] = ", ".join(filter(None, told))[:500]
            return False
        case "NOTE":
            values["note"] = value
        case "UID":
            return True
        case _:
            return False
    return bare


def _day(
    line: Property, name: str, value: str, values: dict[str, Any], problems: list[Problem]
) -> None:
    if found := _BASIC.fullmatch(value):
        try:
            values[name] = date(int(found[1]), int(found[2]), int(found[3]))
        except ValueError:
            problems.append(Problem(_place(line), _("there is no such day"), value))
            values[f"{name}_about"] = value
        # Some telephones write a year of their own when nobody said one.
        if values.get(name) and values[name].year in (1604, 1504):
            values[f"{name}_about"] = f"{values.pop(name):--%m-%d}"
    elif _NO_YEAR.fullmatch(value) or read_day(value).known or value:
        values[f"{name}_about"] = value[:200]
    born, died = values.get("born"), values.get("died")
    if born and died and died < born:
        problems.append(Problem(_place(line), _("died before being born"), value))
        values["died_about"] = str(values.pop("died"))


def _reference(card: list[Property], values: dict[str, Any]) -> str:
    if own := _first(card, "X-PGC-REFERENCE"):
        return own[:200]
    if uid := _first(card, "UID"):
        return f"uid:{uid.lower().removeprefix('urn:uuid:')}"[:200]
    told = "|".join(str(values.get(name, "")) for name in ("name", "born", "phone", "email"))
    return f"vcard:{sha256(told.encode()).hexdigest()[:32]}"


def _first(card: list[Property], name: str) -> str:
    return next((line.value.strip() for line in card if line.name == name), "")


def _tie(reference: str, line: Property, uids: dict[str, str]) -> Iterator[Tied]:
    other = uids.get(line.value.strip().lower())
    kind = next((one for one in _RELATED if one in line.types), "")
    if other is None or not kind:
        return
    tie = _RELATED[kind][0]
    how = "birth" if tie == "parent" else "marriage" if tie == "partner" else ""
    pair = (reference, other) if kind == "child" else (other, reference)
    if tie != "parent":
        pair = (min(pair), max(pair))
    yield Tied(*pair, {"tie": tie, "how": how}, line.line)


def _parts(value: str) -> list[str]:
    return re.split(r"(?<!\\);", value)


def _plain(value: str) -> str:
    return re.sub(r"\\([nN,;\\:])", lambda found: "\n" if found[1] in "nN" else found[1], value)


def _place(line: Property) -> str:
    return _("line {n}", n=line.line)


# ── writing ──────────────────────────────────────────────────────────────────────────────────────────


def _card(member: Member, uid: str, ties: list[str], *, four: bool) -> Iterator[str]:
    yield "BEGIN:VCARD"
    yield f"VERSION:{'4.0' if four else '3.0'}"
    yield f"UID:{uid}"
    if member.reference:
        yield f"X-PGC-REFERENCE:{member.reference}"
    yield f"FN:{_escaped(member.name)}"
    reach = member.reach if member.reach != SEALED else ""
    texts = [*of_text(member.more), *of_text(reach)]
    kept = [line.text for line in texts if line.tag == KEPT]
    names = {named(line) for line in kept}
    if "N" not in names:
        yield f"N:{_escaped(member.surname)};{_escaped(member.given)};;;"
    sex = {"female": "F", "male": "M"}.get(member.sex)
    if four and sex and "GENDER" not in names:
        yield f"GENDER:{sex}"
    yield from _dated("BDAY", member.born, member.born_about, four=four)
    yield from _dated("DEATHDATE", member.died, member.died_about, four=four)
    if member.lunar:
        yield "X-LUNAR-BIRTHDAY:Y"
    plain = {
        "NICKNAME": member.called,
        "TEL": member.phone,
        "EMAIL": member.email,
        "NOTE": member.note,
        "BIRTHPLACE": member.birthplace if four else "",
    }
    for name, value in plain.items():
        if value and value != SEALED and name not in names:
            yield f"{name}:{_escaped(value)}"
    if member.address and member.address != SEALED and "ADR" not in names:
        yield f"ADR:;;{_escaped(member.address)};;;;"
    yield from kept
    yield from ties
    yield "END:VCARD"


def _dated(name: str, day: date | None, about: str, *, four: bool) -> Iterator[str]:
    if day:
        yield f"{name}:{day.isoformat().replace('-', '') if four else day.isoformat()}"
    elif _NO_YEAR.fullmatch(about) and four:
        yield f"{name}:{about}"
    elif about:
        yield f"{name};VALUE=text:{_escaped(about)}"


def _uid(member: Member) -> str:
    reference = member.reference or ""
    return f"urn:uuid:{member.id}" if not reference.startswith("uid:") else reference[4:]


def named(raw: str) -> str:
    found = _PROPERTY.fullmatch(raw)
    return found["name"].upper() if found else ""


def _escaped(text: str) -> str:
    for plain, written in (
        ("\\", "\\\\"),
        ("\r\n", "\\n"),
        ("\n", "\\n"),
        (";", "\\;"),
        (",", "\\,"),
    ):
        text = text.replace(plain, written)
    return text


def _folded(lines: Iterable[str]) -> Iterator[str]:
    """Long lines go on below, broken between characters, never within one."""
    for line in lines:
        piece = ""
        for letter in line:
            if len((piece + letter).encode()) > _WIDEST:
                yield piece
                piece = " "
            piece += letter
        yield piece
