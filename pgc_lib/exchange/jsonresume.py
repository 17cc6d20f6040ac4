"""Résumés in the open format JSON Resume, taken into the career anchor; writing one is `lab.anchor.export("cv.json")`."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pgc_lib.core.pointer import point
from pgc_lib.errors import Invalid, Problem
from pgc_lib.exchange.reading import Part, Reading
from pgc_lib.i18n import N_, _

if TYPE_CHECKING:
    from pgc_lib.core.collection import Added
    from pgc_lib.core.session import Session

MOST = 20 * 2**20
_SAME = {
    "anchor.stations": ("sort", "organisation", "position", "begin"),
    "anchor.projects": ("name", "begin"),
    "anchor.achievements": ("sort", "title", "begin", "end"),
    "anchor.strengths": ("sort", "name"),
    "anchor.references": ("name",),
}
"""By what an entry is known to be kept already."""
_MARKS = (b'"basics"', b'"work"', b'"education"')


@dataclass(frozen=True)
class ResumeImporter:
    """The importer of JSON Resume."""

    name: str = "jsonresume"
    title: str = N_("Résumé (JSON Resume)")

    def sniff(self, path: Path, head: bytes) -> int:
        """How well it fits a file."""
        text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
        if not text.startswith(b"{"):
            return 0
        if b"resume-schema" in text and b'"basics"' in text:
            return 95
        marks = sum(mark in text for mark in _MARKS)
        return 80 if marks >= 2 or (marks and path.suffix.lower() == ".json") else 0

    def read(self, path: Path, **_options: Any) -> Reading:
        """What a résumé holds; what is wrong with an entry is named with its place, and the rest is taken."""
        from pgc_lib.areas.career import resume

        found = resume.read(_loaded(path))
        parts = [Part(kind, rows, same=_SAME[kind]) for kind, rows in found.rows.items()]
        told = {_("Whose"): found.profile["name"]} if found.profile else {}
        return Reading(
            parts,
            found.problems,
            told,
            keep=lambda session, batch: _keep(session, batch, found.profile),
        )


def _loaded(path: Path) -> Any:
    if path.stat().st_size > MOST:
        raise _unreadable(path, _("it is larger than {mb} MB", mb=MOST >> 20))
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"), parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise _unreadable(path, str(error).splitlines()[0]) from None


def _no_number(name: str) -> Any:
    raise ValueError(_("{name} is no number", name=name))


def _unreadable(path: Path, reason: str) -> Invalid:
    return Invalid(
        _("This file cannot be read: {path}", path=path.name),
        [Problem(path.name, reason)],
        next_step=_("Export it as JSON Resume again and try once more."),
    )


def _keep(session: "Session", batch: UUID, profile: dict[str, Any]) -> "Iterable[Added]":
    """The profile, where nothing else is said yet, and the skills that are known under the same names."""
    from pgc_lib.areas.anchor import Anchor
    from pgc_lib.core.collection import Added

    anchor = Anchor(session)
    _link(anchor, batch)
    known = anchor.me()
    if not profile:
        return ()
    if known is None:
        anchor.profile.add(**profile, batch=batch)
        return (Added(batch, 1, 0, 0, 0),)
    missing = {name: value for name, value in profile.items() if not getattr(known, name)}
    if not missing:
        return (Added(batch, 0, 0, 1, 0),)
    anchor.profile.update(known.id, **missing)
    return (Added(batch, 0, 1, 0, 0),)


def _link(anchor: Any, batch: UUID) -> None:
    from pgc_lib.areas.skill.keeping import named
    from pgc_lib.areas.skills import Skills

    skills = Skills(anchor.session).items.find(owner=anchor.session.person)
    for each in anchor.strengths.find(owner=anchor.session.person, sort="skill"):
        if each.batch == batch and (skill := named(skills, each.name)):
            anchor.strengths.update(each.id, skill=point(skill))


IMPORTER = ResumeImporter()
