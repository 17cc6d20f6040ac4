"""A person of a GEDCOM file as a member: names, dates, sex, how to reach them, and what else is said."""

from typing import Any

from pgc_lib.areas.kin.dating import read
from pgc_lib.exchange.gedcom_lines import VOID, Line, Problems
from pgc_lib.exchange.gedcom_values import (
    OWN,
    birth_line,
    death_line,
    name_line,
    name_parts,
    same,
    sex_line,
)
from pgc_lib.i18n import _

REFERENCE = "_PGCREF"
"""The tag under which our own files name a member's reference."""
_LONGEST_DATE = 200
_POINTING = ("NOTE", "SNOTE", "SOUR", "OBJE")
_SEXES = {"F": "female", "M": "male"}


def member_of(
    line: Line, others: dict[str, Line], problems: Problems, used: set[int]
) -> dict[str, Any]:
    """The fields of a member, and under `rest` the structures that have no field or say more than it holds.

    `used` are the numbers of the lines that became ties.
    """
    values: dict[str, Any] = {}
    rest: list[Line] = []
    seen: dict[str, Line] = {}
    for child in line.children:
        again = seen.get(child.tag)
        seen.setdefault(child.tag, child)
        if (
            child.number in used
            or child.tag == REFERENCE
            or (child.tag == "FAMS" and not child.children)
        ):
            continue
        if again is not None:
            _compare(again, child, problems)
        if again is not None or not _taken(child, values):
            rest.append(child)
    values.setdefault("name", "?")
    _settle_death(values, line, problems)
    values["rest"] = rest
    _note_pointers(rest, others, problems)
    return values


def _taken(line: Line, values: dict[str, Any]) -> bool:
    """Bring what a structure says into the fields; whether they would be written as it was."""
    match line.tag:
        case "NAME":
            values |= name_parts(line)
            return same(line, name_line(values))
        case "SEX":
            values["sex"] = _SEXES.get(line.text.strip().upper()[:1], "")
            return same(line, sex_line(values))
        case "BIRT":
            values |= dated(line, "born")
            values["birthplace"] = line.said("PLAC")[:300]
            return same(line, birth_line(values, seven=False), birth_line(values, seven=True))
        case "DEAT":
            values |= dated(line, "died") or {"dead": True}
            return same(line, death_line(values, seven=False), death_line(values, seven=True))
    if line.pointer or line.children:
        return False
    match line.tag:
        case "NOTE":
            values["note"] = line.text
            return True
        case "PHON" | "EMAIL" if len(line.text) <= 100:
            values["phone" if line.tag == "PHON" else "email"] = line.text
            return True
        case "ADDR" if len(line.text) <= 500:
            values["address"] = line.text
            return True
    return line.tag in OWN and OWN[line.tag].read(line.text, values)


def role_of(line: Line) -> str:
    """The tie of an association that is one of ours: godparent, guardian, friend."""
    said = (line.said("ROLE") or line.said("RELA")).lower()
    role = line.first("ROLE")
    if said == "other" and role:
        said = role.said("PHRASE").lower()
    if said in ("godp", "godparent", "godfather", "godmother"):
        return "godparent"
    return said if said in ("friend", "guardian") else ""


def dated(line: Line, name: str) -> dict[str, Any]:
    text = line.said("DATE")
    dated = line.first("DATE")
    if not text and dated is not None:
        text = dated.said("PHRASE")
    if not text:
        return {}
    day = read(text).exact
    if text.startswith("(") and text.endswith(")"):
        text = text[1:-1]
    return {name: day} if day else {f"{name}_about": text[:_LONGEST_DATE]}


def _compare(first: Line, second: Line, problems: Problems) -> None:
    """A second account of a birth is not wrong, but two days are."""
    one, other = first.said("DATE"), second.said("DATE")
    if first.tag in ("BIRT", "DEAT") and one and other and one != other:
        reason = (
            _("two birth dates, {one} and {other}; the first counts", one=one, other=other)
            if second.tag == "BIRT"
            else _("two dates of death, {one} and {other}; the first counts", one=one, other=other)
        )
        problems.add(second.number, reason)


def _settle_death(values: dict[str, Any], line: Line, problems: Problems) -> None:
    born, died = values.get("born"), values.get("died")
    if born and died and died < born:
        death = line.first("DEAT")
        problems.add(
            death.number if death else line.number,
            _("{name}: died on {died}, before being born on {born}", name=values["name"], died=died, born=born),
        )  # fmt: skip
        values["died_about"] = death.said("DATE") if death else str(died)
        del values["died"]


def _note_pointers(lines: list[Line], others: dict[str, Line], problems: Problems) -> None:
    for line in lines:
        points = line.tag in _POINTING and line.pointer not in ("", VOID)
        if points and line.pointer not in others:
            problems.add(line.number, _("{xref} is nowhere in the file", xref=line.pointer))
        _note_pointers(line.children, others, problems)
