"""A family from a file into the lab: people first, then their ties, all in one batch.

Whatever contradicts itself is listed before anything is kept, and kept all the same: a tie that would make somebody
their own ancestor is kept with its doubt and not followed.
"""

import gc
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, UUID, uuid5

from pgc_lib.areas.kin.checks import Contradiction, circles, contradictions, own_ancestor
from pgc_lib.areas.kin.circle import Circle, Link, Person, links_in, people_in
from pgc_lib.areas.kin.records import Member, Paper, Relation
from pgc_lib.core.collection import Added, Collection
from pgc_lib.errors import Problem
from pgc_lib.exchange.genealogy import Genealogy, Tied
from pgc_lib.exchange.reading import LINE, Part, Reading
from pgc_lib.i18n import N_, _

if TYPE_CHECKING:
    from pgc_lib.core.session import Session

_LISTED = 1000


@dataclass(frozen=True, slots=True)
class FamilyFile:
    """An importer of one format of family files."""

    name: str
    title: str
    fits: Callable[[Path, bytes], int]
    parse: Callable[[Path], Genealogy]

    def sniff(self, path: Path, head: bytes) -> int:
        """How well it fits a file."""
        return self.fits(path, head)

    def read(self, path: Path, **_options: Any) -> Reading:
        """People, ties and the rest of a file, with everything that is wrong or contradicts itself."""
        with _uncollected():
            return reading_of(self.parse(path))


def reading_of(found: Genealogy) -> Reading:
    """What a genealogy brings."""
    wrong = _settle_contradictions(found)
    parts = [Part(Member.spec.kind, _rows((one.values, one.line) for one in found.people))]
    if found.papers:
        parts.append(
            Part(Paper.spec.kind, _rows((paper, n) for n, paper in enumerate(found.papers)))
        )
    problems = [*found.problems, *wrong[:_LISTED]]
    if len(wrong) > _LISTED:
        problems.append(Problem("", _("and {n} more of these", n=len(wrong) - _LISTED)))
    return Reading(
        parts,
        problems,
        told={
            _("People"): len(found.people),
            _("Ties"): len(found.ties),
            _("Contradictions"): len(wrong),
        },
        keep=lambda session, batch: keep_ties(session, batch, found.ties),
    )


def keep_ties(session: "Session", batch: UUID, ties: Iterable[Tied]) -> Iterator[Added]:
    """Keep the ties of people who are kept by now; those that are known already are left as they are."""
    with _uncollected():
        yield _keep_ties(session, batch, ties)


def _keep_ties(session: "Session", batch: UUID, ties: Iterable[Tied]) -> Added:
    members = {person.reference: person.id for person in people_in(session) if person.reference}
    known = links_in(session)
    seen = {_same(link) for link in known}
    rows: list[dict[str, Any]] = []
    new: list[Link] = []
    without: list[Problem] = []
    skipped = 0
    for tie in ties:
        one, other = members.get(tie.one), members.get(tie.other)
        if one is None or other is None:
            without.append(
                Problem(_("line {n}", n=tie.line), _("a tie to somebody who was not taken in"))
            )
            continue
        link = _link(one, other, tie.values)
        if _same(link) in seen:
            skipped += 1
            continue
        seen.add(_same(link))
        new.append(link)
        rows.append({**tie.values, "one": one, "other": other})
    closing = {id(link) for link in circles([*known, *new])}
    for link, row in zip(new, rows, strict=True):
        if id(link) in closing and not row.get("doubt"):
            row["doubt"] = _("this would make somebody their own ancestor")
    done = Collection(session, Relation).add_many(rows, batch=batch, keep_valid=True)
    return Added(
        batch, done.added, 0, skipped, done.refused + len(without), (*done.problems, *without)
    )


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without looking for garbage: of a million small objects that all stay, that takes a third of the time."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _settle_contradictions(found: Genealogy) -> list[Problem]:
    """List what cannot be, and mark the ties of a circle as doubted."""
    ids = {one.reference: uuid5(NAMESPACE_URL, one.reference) for one in found.people}
    lines = {ids[one.reference]: one.line for one in found.people}
    people = [_person(ids[one.reference], one.values) for one in found.people]
    by_link: dict[int, Tied] = {}
    links = []
    for tie in found.ties:
        link = _link(ids[tie.one], ids[tie.other], tie.values)
        by_link[id(link)] = tie
        links.append(link)
    circle = Circle.of(people, links)
    for link in circles(links):
        by_link[id(link)].values["doubt"] = own_ancestor(circle, link)
    return [_told(each, by_link, lines, circle) for each in contradictions(circle)]


def _told(
    each: Contradiction, by_link: dict[int, Tied], lines: dict[UUID, int], circle: Circle
) -> Problem:
    tie = by_link.get(id(each.link))
    line = tie.line if tie else 0
    if tie is None and each.link is None:
        line = next((lines[id] for id, one in circle.people.items() if one.name == each.who), 0)
    place = _("line {n}", n=line) if line else ""
    return Problem(place, f"{each.who}: {each.reason}")


def _person(id: UUID, values: dict[str, Any]) -> Person:
    given = {
        name: values[name]
        for name in ("name", "sex", "born", "died", "born_about", "died_about", "dead")
        if values.get(name)
    }
    return Person(id, **{"name": "?", **given})


def _link(one: UUID, other: UUID, values: dict[str, Any]) -> Link:
    names = ("how", "since", "until", "ended", "doubt")
    return Link(
        one, other, values["tie"], **{name: values[name] for name in names if values.get(name)}
    )


def _same(link: Link) -> tuple[Any, ...]:
    if link.tie in ("partner", "friend"):
        return (frozenset((link.one, link.other)), link.tie, link.how, link.since, link.until)
    return link.one, link.other, link.tie, link.how


def _rows(rows: Iterable[tuple[dict[str, Any], int]]) -> Any:
    """As a frame with the type of each field, so that a column of nothing but gaps has one, too."""
    import polars as pl

    from pgc_lib.core.types import BY_NAME

    found = [{**values, LINE: line} for values, line in rows]
    kind = Paper if found and "tag" in found[0] else Member
    names = dict.fromkeys(name for row in found for name in row)
    schema = {
        name: pl.Int64() if name == LINE else BY_NAME[kind.spec.fields[name].type.name].polars()
        for name in names or (LINE,)
    }
    return pl.DataFrame(found, schema=schema)


def _gedcom(path: Path) -> Genealogy:
    from pgc_lib.exchange.gedcom import read

    return read(path)


def _fits_gedcom(path: Path, head: bytes) -> int:
    from pgc_lib.exchange.gedcom import sniff

    if sniff(head):
        return 100
    return 40 if path.suffix.lower() == ".ged" else 0


def _vcard(path: Path) -> Genealogy:
    from pgc_lib.exchange.vcard import read

    return read(path)


def _fits_vcard(_path: Path, head: bytes) -> int:
    from pgc_lib.exchange.vcard import sniff

    return 100 if sniff(head) else 0


IMPORTERS = (
    FamilyFile("gedcom", N_("GEDCOM family tree"), _fits_gedcom, _gedcom),
    FamilyFile("vcard", N_("vCard contacts"), _fits_vcard, _vcard),
)
