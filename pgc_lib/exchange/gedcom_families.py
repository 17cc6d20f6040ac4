"""Ties as the families of GEDCOM, in which two partners and their children stand together."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from pgc_lib.areas.kin.records import Member, Relation
from pgc_lib.exchange.gedcom_lines import Line, of_text
from pgc_lib.exchange.gedcom_values import date_text

_PEDIGREE = {"adoption": "adopted", "foster": "foster", "step": "step"}
_RELATION = {
    "birth": "Natural",
    "adoption": "Adopted",
    "foster": "Foster",
    "step": "Step",
    "": "Natural",
}
_ENDS = {"divorce": "DIV", "annulment": "ANUL"}


@dataclass
class Group:
    """How one child came into a family: by which tie to whom."""

    ties: dict[UUID, Relation] = field(default_factory=dict)
    partners: list[UUID] = field(default_factory=list)

    @property
    def bonds(self) -> list[str]:
        """How, from each of the partners."""
        return [self.ties[one].how or "birth" for one in self.partners if one in self.ties]

    def kept(self, tag: str) -> list[Line]:
        """What a file said of this child in this family."""
        return [
            line
            for tie in self.ties.values()
            for group in of_text(tie.more)
            if group.tag == tag
            for line in group.children
        ]

    def line_of_child(self, xref: str, *, seven: bool) -> Line:
        """The child's pointer to the family."""
        below = self.kept("FAMC")
        bonds = set(self.bonds)
        if (
            len(bonds) == 1
            and (word := _PEDIGREE.get(next(iter(bonds))))
            and not any(line.tag == "PEDI" for line in below)
        ):
            if word == "step" and seven:
                below.insert(0, Line("PEDI", "OTHER", children=[Line("PHRASE", "step")]))
            elif word != "step":
                below.insert(0, Line("PEDI", word.upper() if seven else word))
        return Line("FAMC", pointer=xref, children=below)

    def entry(self, xref: str, *, seven: bool) -> Line:
        """The family's pointer to the child."""
        below = self.kept("CHIL")
        bonds = self.bonds
        if len(set(bonds)) > 1 or ("step" in bonds and not seven):
            tags = ("_FREL", "_MREL")
            below += [Line(tag, _RELATION[bond]) for tag, bond in zip(tags, bonds, strict=False)]
        return Line("CHIL", pointer=xref, children=below)

    def adoption(self, xref: str) -> list[Line]:
        """The day of an adoption, which is an event of the child."""
        dated = {one: tie for one, tie in self.ties.items() if tie.how == "adoption" and tie.since}
        if not dated:
            return []
        day = next(tie.since for tie in dated.values() if tie.since)
        who = "BOTH" if len(dated) == len(self.partners) == 2 else ""
        if not who:
            who = "HUSB" if next(iter(dated)) == self.partners[0] else "WIFE"
        pointer = Line("FAMC", pointer=xref, children=[Line("ADOP", who)])
        return [Line("ADOP", children=[Line("DATE", date_text(day)), pointer])]


@dataclass
class Family:
    """Two partners, or one parent, with children."""

    partners: list[UUID]
    tie: Relation | None = None
    """The partnership; two who only have a child together have none."""
    children: dict[UUID, Group] = field(default_factory=dict)
    xref: str = ""

    @property
    def groups(self) -> list[Line]:
        """What a file said of this family."""
        ties = [self.tie] if self.tie else []
        ties += [tie for group in self.children.values() for tie in group.ties.values()]
        return [line for tie in ties if tie.more for line in of_text(tie.more) if line.tag == "FAM"]

    def lines(self, names: Mapping[UUID, str], *, seven: bool) -> list[Line]:
        """What is below the record of the family."""
        kept = [line for group in self.groups for line in group.children]
        found = []
        for tag, one in zip(("HUSB", "WIFE"), self.partners, strict=False):
            told = next((line for line in kept if line.tag == tag and line.children), Line(tag))
            if told in kept:
                kept.remove(told)
            found.append(Line(tag, pointer=names[one], children=told.children))
        if self.tie is not None:
            found += _events(self.tie, kept)
        elif len(self.partners) > 1:
            found.append(Line("_COUPLE", "N"))
        for child, group in self.children.items():
            found.append(group.entry(names[child], seven=seven))
        return [*found, *kept]


def _events(tie: Relation, kept: list[Line]) -> list[Line]:
    """The beginning and the end; what a file said of them is written as it was, with the day of now."""
    found = []
    if tie.how == "marriage":
        found.append(_event("MARR", tie.since, kept))
    elif tie.how == "partnership":
        found.append(_partnership(tie, kept))
    if tag := _ENDS.get(tie.ended, "DIV" if tie.until and tie.ended != "death" else ""):
        found.append(_event(tag, tie.until, kept))
    return found


def _event(tag: str, day: object, kept: list[Line]) -> Line:
    from datetime import date

    from pgc_lib.areas.kin.dating import read

    old = next((line for line in kept if line.tag == tag), None)
    if old is not None:
        kept.remove(old)
        if not isinstance(day, date) or read(old.said("DATE")).exact == day:
            return old
        rest = [line for line in old.children if line.tag != "DATE"]
        return Line(tag, "", children=[Line("DATE", date_text(day)), *rest])
    if isinstance(day, date):
        return Line(tag, children=[Line("DATE", date_text(day))])
    return Line(tag, "Y")


def _partnership(tie: Relation, kept: list[Line]) -> Line:
    old = next((line for line in kept if line.tag == "EVEN" and line.said("TYPE").lower() == "partnership"), None)  # fmt: skip
    if old is not None:
        kept.remove(old)
        return old
    below = [Line("TYPE", "partnership")]
    if tie.since:
        below.append(Line("DATE", date_text(tie.since)))
    return Line("EVEN", children=below)


def families_of(people: Mapping[UUID, Member], ties: Iterable[Relation]) -> list[Family]:
    """The families in which all partners and children have their place."""
    families: list[Family] = []
    of_pair: dict[frozenset[UUID], list[Family]] = defaultdict(list)
    parents: dict[UUID, list[Relation]] = defaultdict(list)

    def family(partners: Iterable[UUID], tie: Relation | None = None) -> Family:
        # GEDCOM's two places are named for husband and wife; two of one sex take them as they come.
        ordered = sorted(partners, key=lambda id: people[id].sex == "female")
        made = Family(ordered, tie)
        families.append(made)
        of_pair[frozenset(ordered)].append(made)
        return made

    for tie in ties:
        if tie.tie == "partner":
            family((tie.one, tie.other), tie)
        elif tie.tie == "parent" or (tie.tie == "guardian" and tie.how == "foster"):
            parents[tie.other].append(tie)
    for child in sorted(parents, key=lambda id: _age(people[id])):
        waiting = list(parents[child])
        while waiting:
            first = waiting.pop(0)
            second = _beside(first, waiting, of_pair)
            pair = [first] if second is None else [first, second]
            if second is not None:
                waiting.remove(second)
            known = of_pair.get(frozenset(tie.one for tie in pair))
            place = _fitting(known, people[child]) if known else family(tie.one for tie in pair)
            place.children[child] = Group({tie.one: tie for tie in pair}, place.partners)
    return families


def _beside(
    first: Relation, waiting: list[Relation], of_pair: Mapping[frozenset[UUID], list[Family]]
) -> Relation | None:
    """The other parent: a partner of the first one, or whoever has the child in the same way."""
    together = [tie for tie in waiting if frozenset((first.one, tie.one)) in of_pair]
    alike = [tie for tie in together or waiting if tie.how == first.how and tie.tie == first.tie]
    return next(iter(alike or together), None)


def _fitting(families: list[Family], child: Member) -> Family:
    """Of two marriages of the same pair, the one that the child was born into."""
    begun = [
        family
        for family in families
        if family.tie and family.tie.since and child.born and family.tie.since <= child.born
    ]
    return begun[-1] if begun else families[0]


def _age(member: Member) -> tuple[bool, object, int, str]:
    return member.born is None, member.born or 0, member.place or 99, member.name
