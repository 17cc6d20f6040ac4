"""Which notes of an export are documents already, whatever the file is called by now, and free names for those that are not.

A note has no number of its own in an export, so its title and the moment it was made are what it is known by. A document
keeps in `imported` which note it came from and how both were then: so what changed in Evernote becomes a new version
here, and a draft where it was changed here as well.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from pgc_lib.areas.paper import drafting
from pgc_lib.areas.paper.keeping import Papers
from pgc_lib.areas.paper.paths import LONGEST, joined
from pgc_lib.areas.paper.records import Doc, File
from pgc_lib.core.collection import Added, Collection
from pgc_lib.core.markdown import front
from pgc_lib.core.session import Session
from pgc_lib.errors import Problem
from pgc_lib.exchange.vault_keeping import version_like
from pgc_lib.i18n import _

BESIDE = "attachments"
_BEGIN = "enex"
_DIGITS = 19
"""Of each checksum: three of them and the beginning fit where a document keeps what it was imported as."""


def short(text: str) -> str:
    """A checksum, short enough for three to stand together."""
    return sha256(text.encode(errors="replace")).hexdigest()[:_DIGITS]


def identity(title: str, created: datetime | None, time: int = 1, piece: int = 1) -> str:
    """What a note is known by; the second of the same title and moment is another one, and so is a second piece of one."""
    made = created.isoformat() if created else ""
    return short("\0".join((title, made, str(time), str(piece))))


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a document came from: which note, how that was then, and how the document was."""

    note: str
    source: str
    text: str

    def __str__(self) -> str:
        return ":".join((_BEGIN, self.note, self.source, self.text))

    @classmethod
    def of(cls, imported: str) -> "Mark | None":
        """The mark of a document, unless it came from elsewhere."""
        parts = imported.split(":")
        return cls(*parts[1:]) if len(parts) == 4 and parts[0] == _BEGIN else None


@dataclass(frozen=True, slots=True)
class Kept:
    """A document that is such a note."""

    id: UUID
    folder: str
    title: str
    mark: Mark | None
    """Unknown of what was imported before marks were kept."""


@dataclass
class Shelf:
    """The documents of a person, as far as an export needs to know them."""

    notes: dict[str, Kept] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)
    """Paths that lead to something already, as those see them to whom great and small letters are the same."""

    @classmethod
    def of(cls, session: Session) -> "Shelf":
        """What there is of one's own."""
        shelf = cls()
        columns = ["id", "folder", "title", "front", "imported"]
        frame = Papers(session, Doc).frame(columns=columns, owner=session.person)
        for id, folder, title, said, imported in frame.iter_rows():
            mark = Mark.of(imported or "")
            note = mark.note if mark else _told(said or "", title)
            if note:
                shelf.notes.setdefault(note, Kept(UUID(str(id)), folder or "", title, mark))
            shelf.taken.add(joined(folder or "", title).casefold())
        files = Collection(session, File).frame(columns=["folder"], owner=session.person)
        # Files that lie where those of a new note would: they are somebody else's.
        for folder in files["folder"].unique():
            above, _slash, last = (folder or "").rpartition(f"{BESIDE}/")
            if last:
                shelf.taken.add(joined(above.rstrip("/"), last).casefold())
        return shelf

    def free(self, folder: str, wanted: str, among: set[str]) -> str:
        """A title that is free in a folder, here and among the titles of the same file."""
        title, n = wanted, 1
        while joined(folder, title).casefold() in self.taken | among:
            n += 1
            title = f"{wanted[: LONGEST - 8]} ({n})"
        return title


def _told(said: str, title: str) -> str:
    """Which note a document is that says so only by its front matter."""
    if "created:" not in said:
        return ""
    begin, end, _body = front.extent(said)
    values, _problems = front.values(said[begin:end])
    try:
        created = datetime.fromisoformat(str(values.get("created", "")))
    except ValueError:
        return ""
    return identity(str(values.get("title") or title), created)


def renew(session: Session, batch: UUID, changed: Sequence[tuple[Kept, dict[str, Any]]]) -> Added:
    """Documents whose notes changed since: a new version each, or a draft of what was changed here as well."""
    papers = Papers(session, Doc)
    problems: list[Problem] = []
    for kept, row in changed:
        doc, mark = papers.get(kept.id), kept.mark
        assert mark is not None, (
            "of a document without a mark nobody knows whether its note changed"
        )
        if short(doc.text) == mark.text:
            values = {name: row[name] for name in ("front", "body", "imported", "message")}
            papers.update(doc, **values)
            continue
        base = version_like(session, doc, short, mark.text)
        drafting.begin(session, doc, row["message"], text=row["front"] + row["body"], base=base)
        now = Mark.of(row["imported"])
        assert now is not None
        # The document stays as it is, so what it was last time is still what both sides come from.
        papers.update(doc, imported=str(Mark(now.note, now.source, mark.text)), message=doc.message)
        problems.append(Problem(doc.path, _("it changed here and in Evernote; Evernote's text is a draft: lab.docs.merge(draft)")))  # fmt: skip
    return Added(batch, 0, len(changed), 0, 0, tuple(problems))
