"""Files between the documents: images, canvases, PDFs. What they are called is a record; their bytes are its attachment."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from pgc_lib.areas.paper.linking import Index
from pgc_lib.areas.paper.paths import joined
from pgc_lib.areas.paper.records import Doc, File
from pgc_lib.core.collection import Collection
from pgc_lib.core.ids import new_id
from pgc_lib.core.session import Session
from pgc_lib.errors import Invalid, Problem, StoreError
from pgc_lib.i18n import _

if TYPE_CHECKING:
    import io

    from pgc_lib.stores.attachments import Attachment

_LARGEST_DRAWN = 20 * 2**20


def keep(
    session: Session, source: Path | bytes, name: str, folder: str = "", batch: UUID | None = None
) -> File:
    """Keep a file; the same name in the same folder with other bytes is refused."""
    digest, size = measured(source)
    files = Collection(session, File)
    for known in files.find(folder=folder, name=name, owner=session.person):
        if known.sha256 == digest:
            return known
        raise Invalid(
            _("There is a file of this name already: {path}", path=joined(folder, name)),
            [Problem("name", _("the name is taken in this folder"), name)],
            next_step=_("Choose another name or folder."),
        )
    made = files.add(name=name, folder=folder, size=size, sha256=digest, batch=batch)
    session.attachments.add(
        File.spec.kind,
        source,
        id=new_id(),
        record=made.id,
        name=attachable(name),
        batch=batch,
    )
    return made


def attachable(name: str) -> str:
    """A name that the store of attachments takes; the file's own stands in its record."""
    plain = "".join(letter if letter.isprintable() and letter not in "/\\" else "_" for letter in name)  # fmt: skip
    return plain if plain not in ("", ".", "..") else "_"


def measured(source: Path | bytes) -> tuple[str, int]:
    """The checksum of a file, and its size."""
    if isinstance(source, bytes):
        return hashlib.sha256(source).hexdigest(), len(source)
    with source.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest(), source.stat().st_size


def opened(session: Session, file: UUID) -> "io.BufferedReader":
    """The bytes of a file."""
    found = session.attachments.of(File.spec.kind, file)
    if not found:
        raise StoreError(
            _("The bytes of this file are missing."),
            next_step=_("Restore it from a backup; `pgc doctor` checks the store."),
        )
    return session.attachments.open(File.spec.kind, found[-1].id)


class Pictures:
    """Finds what a document shows: its own attachments by name, then the files that its links lead to."""

    def __init__(self, session: Session, doc: Doc, index: Index) -> None:
        self.session, self.doc, self.index = session, doc, index
        self._own: dict[str, Attachment] | None = None

    def bytes_of(self, target: str) -> bytes | None:
        """The bytes of what a target names; None where there is nothing of that name, or far too much."""
        from urllib.parse import unquote

        name = unquote(target)
        own = self._attached().get(name)
        if own is not None:
            if own.size > _LARGEST_DRAWN:
                return None
            with self.session.attachments.open(Doc.spec.kind, own.id) as stream:
                return stream.read()
        place = self.index.of_wiki(name, self.doc.folder) or self.index.of_path(name, self.doc.folder)  # fmt: skip
        if place is None or place.is_doc:
            return None
        with opened(self.session, place.id) as stream:
            found = stream.read(_LARGEST_DRAWN + 1)
        return found if len(found) <= _LARGEST_DRAWN else None

    def inline(self, target: str) -> str | None:
        """A picture as an address that holds it; None where it is none that can be shown safely."""
        import base64

        found = self.bytes_of(target)
        kind = picture_type(found) if found else ""
        return f"data:{kind};base64,{base64.b64encode(found or b'').decode()}" if kind else None

    def _attached(self) -> "dict[str, Attachment]":
        if self._own is None:
            found = self.session.attachments.of(Doc.spec.kind, self.doc.id)
            self._own = {each.name: each for each in found}
        return self._own

    def named(self) -> Iterator[str]:
        """The names of the document's own attachments."""
        return iter(self._attached())


_TYPES: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"), (b"GIF8", "image/gif"), (b"BM", "image/bmp"),
)  # fmt: skip


def picture_type(content: bytes) -> str:
    """What sort of picture bytes are; empty for anything that is none, and for SVG, which can execute."""
    for mark, kind in _TYPES:
        if content.startswith(mark):
            return kind
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return "image/avif" if content[4:12] == b"ftypavif" else ""
