"""The families of a GEDCOM file as ties: partners with their dates, and children with how they came to them."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from pgc_lib.areas.kin.dating import read
from pgc_lib.exchange.gedcom_lines import VOID, Line, Problems
from pgc_lib.exchange.gedcom_people import role_of
from pgc_lib.exchange.genealogy import Tied
from pgc_lib.i18n import _

_BONDS = {
    "birth": "birth", "natural": "birth", "biological": "birth", "adopted": "adoption", "adoption": "adoption",
    "foster": "foster", "step": "step", "stepchild": "step",
}  # fmt: skip
_ENDS = {"DIV": "divorce", "ANUL": "annulment"}
_PARTNERSHIP = "partnership"


def ties_of(
    people: dict[str, Line], families: dict[str, Line], problems: Problems, used: set[int]
) -> Iterator[Tied]:
    """The ties of every family; what its members say of it is compared with what it says of them.

    `used` gets the numbers of the lines that became ties, which need not be kept with the person.
    """
    of_child, of_partner = _said_by_people(people, families, problems)
    for xref, family in families.items():
        partners = _members(family, ("HUSB", "WIFE"), people, problems)
        partners += [one for one in of_partner.get(xref, ()) if one not in partners]
        children = _members(family, ("CHIL",), people, problems)
        for child in of_child.get(xref, {}):
            if child not in children:
                problems.add(
                    people[child].number,
                    _("{child} names {family} as the family of birth, which does not know of it", child=child, family=xref),
                )  # fmt: skip
                children.append(child)
        rest = Line(
            "FAM", xref=xref, children=[line for line in family.children if not _understood(line)]
        )
        carried = False
        if len(partners) > 1 and family.said("_COUPLE") != "N":
            for other in partners[1:]:
                yield Tied(
                    partners[0], other, _partnership(family, rest, xref, carried), family.number
                )
                carried = True
        for child in children:
            link = of_child.get(xref, {}).get(child)
            entry = next((line for line in family.all("CHIL") if line.pointer == child), None)
            if link is not None and partners:
                used.add(link.number)
            mother = family.first("WIFE")
            for n, parent in enumerate(partners):
                is_mother = mother is not None and mother.pointer == parent
                values = _descent(people[child], link, entry, xref, mother=is_mother)
                values["rest"] = _extra(link, entry) if n == 0 else []
                if not carried:
                    values["rest"].append(rest)
                    carried = True
                yield Tied(parent, child, values, family.number)


def ties_of_associations(people: dict[str, Line], used: set[int]) -> Iterator[Tied]:
    """Godparents, guardians and friends."""
    for xref, person in people.items():
        for line in person.all("ASSO"):
            tie = role_of(line)
            if not tie or line.pointer not in people or line.pointer == xref:
                continue
            said = [child for child in line.children if child.tag not in ("ROLE", "RELA")]
            used.add(line.number)
            # What the association says more precisely (a godmother, a godfather) is kept with the rest.
            rest = [Line("ASSO", children=[*said, *_unusual_role(line)])]
            yield Tied(line.pointer, xref, {"tie": tie, "rest": rest}, line.number)


def _unusual_role(line: Line) -> list[Line]:
    role = line.first("RELA")
    usual = ("godparent", "friend", "guardian")
    return [role] if role and role.text.strip().lower() not in usual else []


def _said_by_people(
    people: dict[str, Line], families: dict[str, Line], problems: Problems
) -> tuple[dict[str, dict[str, Line]], dict[str, list[str]]]:
    of_child: dict[str, dict[str, Line]] = {}
    of_partner: dict[str, list[str]] = {}
    for xref, person in people.items():
        for line in person.children:
            if line.tag not in ("FAMC", "FAMS"):
                continue
            if line.pointer not in families:
                if line.pointer != VOID:
                    problems.add(line.number, _("{xref} is nowhere in the file", xref=line.pointer or line.text))  # fmt: skip
                continue
            if line.tag == "FAMC":
                of_child.setdefault(line.pointer, {}).setdefault(xref, line)
            else:
                of_partner.setdefault(line.pointer, []).append(xref)
    return of_child, of_partner


def _members(
    family: Line, tags: tuple[str, ...], people: dict[str, Line], problems: Problems
) -> list[str]:
    found: list[str] = []
    for line in family.children:
        if line.tag not in tags or line.pointer == VOID:
            continue
        if line.pointer not in people:
            problems.add(line.number, _("{xref} is nowhere in the file", xref=line.pointer or line.text))  # fmt: skip
        elif line.pointer in found:
            problems.add(line.number, _("{xref} is named twice in this family", xref=line.pointer))
        else:
            found.append(line.pointer)
    return found


def _understood(line: Line) -> bool:
    """Whether ties say all that this line says."""
    if line.tag == "_COUPLE":
        return True
    if line.tag in ("HUSB", "WIFE"):
        return not line.children and line.pointer != VOID
    return line.tag == "CHIL" and line.pointer != VOID


def _partnership(family: Line, rest: Line, xref: str, carried: bool) -> dict[str, Any]:
    values: dict[str, Any] = {"tie": "partner", "family": xref, "how": ""}
    kept = Line("FAM", xref=xref, children=[*rest.children])
    marriage, event = family.first("MARR"), _partnership_event(family)
    begin = marriage or event
    if begin is not None:
        values["how"] = "marriage" if marriage else _PARTNERSHIP
        _take(begin, "since", values, kept)
    for tag, ended in _ENDS.items():
        if (end := family.first(tag)) is not None:
            values["ended"] = ended
            _take(end, "until", values, kept)
            break
    since, until = values.get("since"), values.get("until")
    again = [read(line.said("DATE")).exact for line in family.all("MARR")[1:]]
    if until and (any(day and day >= until for day in again) or (since and until < since)):
        # Together again, or an end before the beginning, which no record takes: the file's own words are kept.
        if not since or until >= since:
            del values["ended"]
        del values["until"]
        end = next(line for line in map(family.first, _ENDS) if line is not None)
        if end not in kept.children:
            kept.children.append(end)
    values["rest"] = [] if carried else [kept]
    return values


def _partnership_event(family: Line) -> Line | None:
    return next(
        (line for line in family.all("EVEN") if line.said("TYPE").lower() == _PARTNERSHIP), None
    )


def _take(line: Line, name: str, values: dict[str, Any], kept: Line) -> None:
    """A date into its field; the line is kept beside it when it says more."""
    from pgc_lib.exchange.gedcom_values import date_text

    text = line.said("DATE")
    day: date | None = read(text).exact if text else None
    if day:
        values[name] = day
    plain = [
        child for child in line.children if child.tag != "DATE" and not _type_of_partnership(child)
    ]
    dated = line.first("DATE")
    exactly = (not text or (day is not None and date_text(day) == text)) and not (
        dated and dated.children
    )
    several = sum(child.tag == line.tag for child in kept.children) > 1
    if not several and not plain and exactly and line.text.strip() in ("", "Y"):
        kept.children = [child for child in kept.children if child is not line]


def _type_of_partnership(line: Line) -> bool:
    return line.tag == "TYPE" and line.text.strip().lower() == _PARTNERSHIP


def _descent(
    child: Line, link: Line | None, entry: Line | None, family: str, *, mother: bool
) -> dict[str, Any]:
    said = _pedigree(link)
    if entry is not None and (own := entry.said("_MREL" if mother else "_FREL")):
        said = _BONDS.get(own.lower(), said)
    adoption = _adoption(child, family)
    if adoption is not None and _adopted_by(adoption, mother=mother):
        said = "adoption"
    values: dict[str, Any] = {"tie": "parent", "how": said, "family": family}
    if said == "foster":
        values |= {"tie": "guardian"}
    if said == "adoption" and adoption is not None and (day := read(adoption.said("DATE")).exact):
        values["since"] = day
    return values


def _pedigree(link: Line | None) -> str:
    line = link.first("PEDI") if link else None
    if line is None:
        return "birth"
    word = line.text.strip().lower()
    if word == "other":
        word = line.said("PHRASE").lower()
    return _BONDS.get(word.partition(" ")[0], "birth")


def _adoption(child: Line, family: str) -> Line | None:
    for event in child.all("ADOP"):
        pointer = event.first("FAMC")
        if pointer is not None and pointer.pointer == family:
            return event
    return None


def _adopted_by(event: Line, *, mother: bool) -> bool:
    pointer = event.first("FAMC")
    who = pointer.said("ADOP").upper() if pointer else ""
    return who in ("", "BOTH", "WIFE" if mother else "HUSB")


def _extra(link: Line | None, entry: Line | None) -> list[Line]:
    """What is said of a child's place in a family beyond how it came there."""
    groups = []
    if link:
        groups.append(
            Line("FAMC", children=[line for line in link.children if not _plain_pedigree(line)])
        )
    if entry:
        said = [line for line in entry.children if line.tag not in ("_FREL", "_MREL")]
        groups.append(Line("CHIL", children=said))
    return groups


def _plain_pedigree(line: Line) -> bool:
    if line.tag != "PEDI":
        return False
    word = line.text.strip().lower()
    if word == "other":
        word = line.said("PHRASE").lower()
        return word in _BONDS
    return word in _BONDS and not line.children
