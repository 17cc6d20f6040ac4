"""Write a family as GEDCOM 5.5.1 or 7, with everything that an imported file said beside what we understand.

What was kept word for word is written as it was, unless the field it belongs to has changed since: then the new value
takes the place of the old one and the rest of the structure stays.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from pgc_lib import __version__
from pgc_lib.areas.kin.records import Member, Paper, Relation
from pgc_lib.core.record import SEALED
from pgc_lib.exchange.gedcom_families import Family, Group, families_of
from pgc_lib.exchange.gedcom_lines import VOID, Line, of_text, written
from pgc_lib.exchange.gedcom_people import REFERENCE, dated
from pgc_lib.exchange.gedcom_values import (
    birth_line,
    date_text,
    death_line,
    name_line,
    name_parts,
    own_lines,
    sex_line,
)

_LETTERS = {
    "SOUR": "S",
    "REPO": "R",
    "OBJE": "O",
    "NOTE": "N",
    "SNOTE": "N",
    "SUBM": "U",
    "FAM": "F",
}
_OF_HEAD = ("COPR", "LANG", "PLAC", "NOTE", "SNOTE", "SUBM", "SCHMA")


def write(
    members: Sequence[Member],
    relations: Iterable[Relation],
    papers: Iterable[Paper] = (),
    *,
    version: str = "7.0",
) -> bytes:
    """The family as a file; `version` is 7.0 or 5.5.1."""
    return Writer(members, relations, papers, seven=version.startswith("7")).bytes()


class Writer:
    """One file: who is called what in it, and its records."""

    def __init__(
        self,
        members: Sequence[Member],
        relations: Iterable[Relation],
        papers: Iterable[Paper],
        *,
        seven: bool,
    ) -> None:
        self.seven = seven
        self.members = members
        self.papers = [paper for paper in papers if paper.tag != "HEAD"]
        self.heads = [
            line for paper in papers if paper.tag == "HEAD" for line in of_text(paper.text)
        ]
        present = {member.id for member in members}
        kept = [tie for tie in relations if tie.one in present and tie.other in present]
        self.families = families_of({member.id: member for member in members}, kept)
        self.associations: dict[Any, list[Relation]] = defaultdict(list)
        for tie in kept:
            if tie.tie in ("godparent", "friend") or (
                tie.tie == "guardian" and tie.how != "foster"
            ):
                self.associations[tie.other].append(tie)
        self._names: dict[str, str] = {}
        self._of: dict[Any, str] = {}
        self._name_everything()

    def bytes(self) -> bytes:
        """The whole file."""
        lines = written(self._records(), seven=self.seven, aim=self._aim)
        return ("\ufeff" + "\n".join(lines) + "\n").encode()

    def _name_everything(self) -> None:
        for n, member in enumerate(self.members, 1):
            self._of[member.id] = f"@I{n}@"
            self._names[member.reference or member.id.hex] = f"@I{n}@"
        for n, family in enumerate(self.families, 1):
            family.xref = f"@F{n}@"
            for group in family.groups:
                if group.xref:
                    self._names[group.xref.strip("@")] = family.xref
        counted: dict[str, int] = defaultdict(int, F=len(self.families))
        for paper in self.papers:
            letter = _LETTERS.get(paper.tag, "X")
            counted[letter] += 1
            self._names[paper.reference] = f"@{letter}{counted[letter]}@"

    def _aim(self, pointer: str) -> str:
        """What a pointer is called here; what is not in the file is said to be nowhere, or left out."""
        if pointer in self._own:
            return pointer
        return self._names.get(pointer.strip("@"), VOID if self.seven else "")

    @property
    def _own(self) -> frozenset[str]:
        return frozenset({VOID})

    # ── records ──────────────────────────────────────────────────────────────────────────────────────

    def _records(self) -> Iterator[Line]:
        yield self._head()
        if not self.seven and not any(paper.tag == "SUBM" for paper in self.papers):
            yield Line("SUBM", xref="@SUBM@", children=[Line("NAME", "PGC")])
        child_of: dict[Any, list[tuple[Family, Group]]] = defaultdict(list)
        partner_in: dict[Any, list[Family]] = defaultdict(list)
        for family in self.families:
            for id in family.partners:
                partner_in[id].append(family)
            for id, group in family.children.items():
                child_of[id].append((family, group))
        for member in self.members:
            yield self._person(member, child_of[member.id], partner_in[member.id])
        for family in self.families:
            yield self._family(family)
        for paper in self.papers:
            yield from self._paper(paper)
        yield Line("TRLR")

    def _head(self) -> Line:
        gedc = [Line("VERS", "7.0" if self.seven else "5.5.1")]
        if not self.seven:
            gedc.append(Line("FORM", "LINEAGE-LINKED"))
        head = Line("HEAD", children=[Line("GEDC", children=gedc)])
        if not self.seven:
            head.children.append(Line("CHAR", "UTF-8"))
        known = self.heads[0].children if len(self.heads) == 1 else []
        kept = [line for line in known if line.tag in _OF_HEAD]
        if self.seven and self.heads:
            schemas = [line for one in self.heads for line in one.all("SCHMA")]
            tags = {tag.text: tag for schema in schemas for tag in schema.children}
            kept = [line for line in kept if line.tag != "SCHMA"]
            if tags:
                kept.insert(0, Line("SCHMA", children=list(tags.values())))
        now = datetime.now(UTC)
        head.children += [
            Line("SOUR", "PGC", children=[Line("VERS", __version__), Line("NAME", "PGC")]),
            Line("DATE", date_text(now.date()), children=[Line("TIME", f"{now:%H:%M:%S}{'Z' if self.seven else ''}")]),
        ]  # fmt: skip
        if not self.seven:
            kept = [line for line in kept if line.tag != "SCHMA"]
            if not any(line.tag == "SUBM" for line in kept):
                own = next((paper.reference for paper in self.papers if paper.tag == "SUBM"), "")
                self._names.setdefault("SUBM", "@SUBM@")
                kept.append(Line("SUBM", pointer=f"@{own or 'SUBM'}@"))
        head.children += self._adapted(kept)
        return head

    def _person(
        self, member: Member, child_of: list[tuple[Family, Group]], partner_in: list[Family]
    ) -> Line:
        values, kept = member.values(), of_text(member.more)
        kept += of_text(member.reach) if member.reach != SEALED else []
        lines: list[Line] = []
        fields = {
            "NAME": name_line(values),
            "SEX": sex_line(values),
            "BIRT": birth_line(values, seven=self.seven),
            "DEAT": death_line(values, seven=self.seven),
        }
        for tag, line in fields.items():
            old = next((one for one in kept if one.tag == tag), None)
            if old is not None and (line is not None or tag == "SEX"):
                kept.remove(old)
                lines.append(_merged(old, line, values))
            elif line is not None and line.text != "?":
                lines.append(line)
        for tag, name in (
            ("PHON", "phone"),
            ("EMAIL", "email"),
            ("ADDR", "address"),
            ("NOTE", "note"),
        ):
            if values[name] and values[name] != SEALED:
                lines.append(Line(tag, values[name]))
        lines += own_lines(values)
        lines += self._adapted(kept)
        if not any(line.tag in ("UID", "_UID") for line in kept):
            known = (member.reference or "").removeprefix("uid:")
            uid = known if known and known != member.reference else str(member.id)
            lines.append(Line("UID" if self.seven else "_UID", uid))
        if member.reference:
            lines.append(Line(REFERENCE, member.reference))
        for tie in self.associations[member.id]:
            lines.append(self._association(tie))
        adopted = any(line.tag == "ADOP" for line in kept)
        for family, group in child_of:
            lines.append(group.line_of_child(family.xref, seven=self.seven))
            if not adopted:
                lines += group.adoption(family.xref)
            self._names[family.xref.strip("@")] = family.xref
        told = {self._aim(line.pointer) for line in kept if line.tag == "FAMS"}
        for family in partner_in:
            if family.xref in told:
                continue
            lines.append(Line("FAMS", pointer=family.xref))
            self._names[family.xref.strip("@")] = family.xref
        return Line("INDI", xref=self._of[member.id], children=lines)

    def _association(self, tie: Relation) -> Line:
        kept = [line for group in of_text(tie.more) for line in group.children]
        who = self._of[tie.one]
        self._names[who.strip("@")] = who
        if not self.seven:
            if not any(line.tag == "RELA" for line in kept):
                kept.insert(0, Line("RELA", tie.tie.capitalize()))
            return Line("ASSO", pointer=who, children=kept)
        kept = [line for line in kept if line.tag != "RELA"]
        word = {"godparent": "GODP", "friend": "FRIEND"}.get(tie.tie)
        role = (
            Line("ROLE", word)
            if word
            else Line("ROLE", "OTHER", children=[Line("PHRASE", tie.tie)])
        )
        return Line("ASSO", pointer=who, children=[role, *kept])

    def _family(self, family: Family) -> Line:
        lines = family.lines(self._of, seven=self.seven)
        for xref in self._of.values():
            self._names.setdefault(xref.strip("@"), xref)
        return Line("FAM", xref=family.xref, children=self._adapted(lines))

    def _paper(self, paper: Paper) -> Iterator[Line]:
        for line in self._adapted(of_text(paper.text)):
            line.xref = self._names[paper.reference]
            if line.tag in ("NOTE", "SNOTE"):
                line.tag = "SNOTE" if self.seven else "NOTE"
            yield line

    def _adapted(self, lines: Iterable[Line]) -> list[Line]:
        """Lines of the other version in the words of this one, where it has them."""
        found = []
        for line in lines:
            tag = line.tag
            if tag in ("NOTE", "SNOTE") and line.pointer:
                tag = "SNOTE" if self.seven else "NOTE"
            elif tag in ("UID", "_UID"):
                tag = "UID" if self.seven else "_UID"
            found.append(
                Line(tag, line.text, line.pointer, line.xref, self._adapted(line.children))
            )
        return found


def _merged(old: Line, new: Line | None, values: dict[str, Any]) -> Line:
    """What the file said, with what has changed since."""
    if new is None:
        return old
    if old.tag == "NAME":
        told = name_parts(old)
        return old if all(told[name] == values[name] for name in told) else new
    if old.tag == "SEX":
        return new
    name = {"BIRT": "born", "DEAT": "died"}[old.tag]
    told = dated(old, name)
    now = {key: values[key] for key in (name, f"{name}_about") if values[key]}
    below = list(old.children)
    if told != now:
        below = [line for line in below if line.tag != "DATE"]
        below = [*new.all("DATE"), *below]
    if old.tag == "BIRT" and old.said("PLAC")[:300] != values["birthplace"]:
        below = [*new.all("PLAC"), *(line for line in below if line.tag != "PLAC")]
    return Line(old.tag, old.text, children=below)
