"""The versions of a document: each with who wrote it, when, and what they said of it.

Nothing is kept for this: the store has every version of a document anyway, and its history says who.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from pgc_lib.areas.paper.paths import joined
from pgc_lib.areas.paper.records import Doc
from pgc_lib.core.session import Session
from pgc_lib.core.shown import Listing, Told
from pgc_lib.errors import NotFound
from pgc_lib.i18n import N_, _

_VERBS = {"insert": N_("added"), "update": N_("changed"), "delete": N_("removed")}


@dataclass(frozen=True, slots=True)
class Version(Told):
    """A document as one change left it."""

    doc: UUID
    version: int
    verb: str
    at: datetime
    author: UUID | None
    name: str
    """What the author is called; empty for someone whom one does not know."""
    message: str
    title: str
    folder: str
    values: dict[str, Any] = field(repr=False)
    """Its fields; empty after it was removed."""

    @property
    def text(self) -> str:
        """The whole text, as the file had it."""
        return str(self.values.get("front", "")) + str(self.values.get("body", ""))

    def _shown_(self) -> dict[str, Any]:
        return {
            _("Version"): str(self.version),
            _("When"): self.at,
            _("Who"): self.name,
            _("What changed"): self.message or _(_VERBS[self.verb]),
            _("Title"): joined(self.folder, self.title),
            _("Characters"): len(self.text),
        }


def versions_of(session: Session, id: UUID) -> Listing[Version]:
    """Every version of a document, the newest first."""
    found = session.documents.versions(Doc.spec.kind, id)
    names = _names(session, {each.who for each in found if each.who})
    made: list[Version] = []
    for each in found:
        values = dict(each.body or {})
        made.append(
            Version(
                id, each.version, each.verb, each.when, each.who,
                names.get(each.who, "") if each.who else "",
                str(values.get("message", "")), str(values.get("title", "")), str(values.get("folder", "")), values,
            )
        )  # fmt: skip
    return Listing(made)


def version_of(session: Session, id: UUID, number: int) -> Version:
    """One version of a document."""
    for each in versions_of(session, id):
        if each.version == number and each.verb != "delete":
            return each
    raise NotFound(
        _("This document has no version {n}.", n=number),
        next_step=_("`lab.docs.versions(doc)` shows those it has."),
    )


def last_text(session: Session, id: UUID) -> Version:
    """The last version of a document that had a text, also of one that was removed."""
    for each in versions_of(session, id):
        if each.verb != "delete":
            return each
    raise NotFound(
        _("There is no document {id}.", id=id),
        next_step=_("`lab.docs.trash()` shows what was thrown away."),
    )


def _names(session: Session, ids: set[UUID]) -> dict[UUID, str]:
    from sqlalchemy import text

    if not ids:
        return {}
    query = text(
        "select p.id, coalesce(nullif(p.display, ''), p.name) from pgc.persons p where p.id = any (:ids)"
    )
    with session.reading() as connection:
        return {row[0]: row[1] for row in connection.execute(query, {"ids": list(ids)})}
