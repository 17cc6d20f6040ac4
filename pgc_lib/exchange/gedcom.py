"""Read GEDCOM 5.5.1 and 7: people, their ties, and everything else word for word.

What a member or a tie has a field for goes there. The rest of a structure stays beside it as the file said it, so that
`gedcom_write.py` writes it out again. Two birth dates, a child that its family does not know, a pointer to nobody: all
of it is listed, and what can be kept is kept.
"""

import io
from collections import defaultdict
from collections.abc import Iterator
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any

from pgc_lib.errors import Invalid, Problem
from pgc_lib.exchange.gedcom_lines import Line, Problems, Undecodable, as_text, reaching, records
from pgc_lib.exchange.gedcom_people import REFERENCE, member_of
from pgc_lib.exchange.gedcom_ties import ties_of, ties_of_associations
from pgc_lib.exchange.genealogy import Genealogy, Someone
from pgc_lib.i18n import N_, _

TITLE = N_("GEDCOM family tree")
_FALLBACKS = ("", "utf-8", "gb18030", "cp1252")


def sniff(head: bytes) -> bool:
    """Whether a file begins as GEDCOM does."""
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "0 HEAD" in head.decode("utf-16", "replace")[:20]
    return head.removeprefix(b"\xef\xbb\xbf").lstrip().replace(b"\0", b"").startswith(b"0 HEAD")


def read(source: Path | bytes) -> Genealogy:
    """The people and ties of a file, and what is wrong with it."""
    for encoding in _FALLBACKS:
        problems = Problems()
        try:
            found = _records(source, encoding, problems)
        except Undecodable:
            continue
        if encoding:
            problems.add(0, _("the file is not in the encoding that it names; it was read as {encoding}", encoding=encoding))  # fmt: skip
        return _genealogy(found, problems, _fingerprint(source))
    raise Invalid(
        _("This file cannot be read as text."),
        [Problem("", _("none of the encodings fits"))],
        next_step=_("Export it again from its program, as UTF-8."),
    )


class _Found:
    """The records of a file by what they are."""

    def __init__(self) -> None:
        self.people: dict[str, Line] = {}
        self.families: dict[str, Line] = {}
        self.others: dict[str, Line] = {}
        self.head = Line("HEAD")

    def of(self, pointer: str) -> Line | None:
        """What a pointer points to."""
        return self.people.get(pointer) or self.families.get(pointer) or self.others.get(pointer)


def _records(source: Path | bytes, encoding: str, problems: Problems) -> _Found:
    found = _Found()
    with io.BytesIO(source) if isinstance(source, bytes) else source.open("rb") as stream:
        for n, record in enumerate(records(stream, problems, encoding=encoding)):
            if n == 0 and record.tag != "HEAD":
                problems.add(record.number, _("the file does not begin with HEAD"))
            if record.tag == "HEAD":
                found.head = record
                continue
            if record.tag == "TRLR":
                return found
            place = {"INDI": found.people, "FAM": found.families}.get(record.tag, found.others)
            if not record.xref:
                record.xref = f"@NONE{record.number}@"
                if place is not found.others:
                    problems.add(record.number, _("this record has no identifier"))
            if found.of(record.xref):
                problems.add(
                    record.number, _("{xref} is there twice; both are kept", xref=record.xref)
                )
                record.xref = f"{record.xref[:-1]}-{record.number}@"
            place[record.xref] = record
    problems.add(0, _("the file ends without TRLR; perhaps a part of it is missing"))
    return found


def _genealogy(found: _Found, problems: Problems, fingerprint: str) -> Genealogy:
    version = _version(found.head)
    references = {xref: _reference(line, fingerprint) for xref, line in found.people.items()}
    _keep_apart(found, references)
    papers = {
        xref: f"{fingerprint[:12]}-{xref.strip('@')}" for xref in (*found.others, *found.families)
    }
    names = {**references, **papers}
    made = Genealogy(f"{_(TITLE)} {version}".strip())
    used: set[int] = set()
    ties = [
        *ties_of(found.people, found.families, problems, used),
        *ties_of_associations(found.people, used),
    ]
    pointed = _pointed(found, used)
    for xref, line in found.people.items():
        values = member_of(line, found.others, problems, used)
        rest = list(_renamed(values.pop("rest"), names))
        values["more"] = as_text(line for line in rest if not reaching(line))
        values["reach"] = as_text(line for line in rest if reaching(line))
        values["reference"] = references[xref]
        made.people.append(Someone(references[xref], values, line.number))
    for tie in ties:
        _settle(tie.values, names, pointed)
        tie.one, tie.other = references[tie.one], references[tie.other]
        made.ties.append(tie)

    tied = {tie.values.pop("family", "") for tie in made.ties}
    for xref, line in found.families.items():
        if xref not in tied:
            # A family of one, or of nobody: there is no tie that could carry what it says.
            found.others[xref] = line
    for xref, line in found.others.items():
        line.xref = ""
        text = as_text(_renamed([line], names))
        made.papers.append(
            {"reference": papers[xref], "tag": line.tag, "text": text, "origin": version}
        )
    made.papers.append(
        {
            "reference": f"{fingerprint[:12]}-HEAD",
            "tag": "HEAD",
            "text": as_text(_renamed([found.head], names)),
            "origin": version,
        }
    )
    made.problems = problems.all()
    return made


def _version(head: Line) -> str:
    gedc = head.first("GEDC")
    return gedc.said("VERS") if gedc else ""


def _fingerprint(source: Path | bytes) -> str:
    if isinstance(source, bytes):
        return sha256(source).hexdigest()
    with source.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _reference(line: Line, fingerprint: str) -> str:
    """The same person has the same one in a later export of the same tree, as far as that can be known."""
    if own := line.said(REFERENCE):
        return own[:200]
    for tag in ("UID", "_UID"):
        if said := line.said(tag):
            return f"uid:{said.lower()}"[:200]
    birth = line.first("BIRT")
    name, day = line.said("NAME"), birth.said("DATE") if birth else ""
    told = f"{name}|{day}" if name and day else fingerprint
    return f"gedcom:{sha256(f'{line.xref}|{told}'.encode()).hexdigest()[:32]}"


def _keep_apart(found: _Found, references: dict[str, str]) -> None:
    """Two people of one file never share a reference, whatever the file says."""
    seen: dict[str, int] = defaultdict(int)
    for xref in found.people:
        seen[references[xref]] += 1
        if (n := seen[references[xref]]) > 1:
            references[xref] = f"{references[xref][:180]}#{n}"


def _pointed(found: _Found, used: set[int]) -> set[str]:
    """The families that something points to besides their own members."""
    pointers: set[str] = set()
    waiting = [
        child
        for line in found.people.values()
        for child in line.children
        if child.number not in used and (child.tag != "FAMS" or child.children)
    ]
    waiting += [*found.others.values()]
    while waiting:
        line = waiting.pop()
        pointers.add(line.pointer)
        waiting += line.children
    return pointers & found.families.keys()


def _settle(values: dict[str, Any], names: dict[str, str], pointed: set[str]) -> None:
    groups: list[Line] = values.pop("rest", [])
    for group in groups:
        group.xref = group.xref if group.xref in pointed else ""
    kept = [group for group in groups if group.children or group.xref]
    values["more"] = as_text(_renamed(kept, names))


def _renamed(lines: list[Line], names: dict[str, str]) -> Iterator[Line]:
    """Lines whose pointers name people and papers by their references."""
    for line in lines:
        yield Line(
            line.tag,
            line.text,
            _at(line.pointer, names),
            _at(line.xref, names),
            [*_renamed(line.children, names)],
            line.number,
        )


def _at(pointer: str, names: dict[str, str]) -> str:
    return f"@{names.get(pointer, pointer.strip('@'))}@" if pointer else ""
