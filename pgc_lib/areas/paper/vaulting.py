"""Documents and files as a vault: a folder or a zip of plain files, byte for byte as they came or were written.

Every name is checked again before anything is written, so no record can reach outside of the folder. Where the disk
does not tell `Note` from `note`, the second one gets a number and is named.
"""

import os
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unicodedata import normalize
from uuid import UUID

from pgc_lib.areas.paper import filing
from pgc_lib.areas.paper.paths import joined, within, wrong_name
from pgc_lib.areas.paper.records import Doc, File, Folder
from pgc_lib.core.collection import Collection
from pgc_lib.core.session import Session
from pgc_lib.core.shown import card, problems_table
from pgc_lib.errors import Conflict, Problem
from pgc_lib.i18n import _

BESIDE = "attachments"
"""Where files lie that are attached to a single document."""
_PIECE = 1 << 20
_LONGEST_BYTES = 255


@dataclass
class Written:
    """What an export wrote."""

    path: Path
    documents: int = 0
    files: int = 0
    problems: list[Problem] = field(default_factory=list)
    """Names that had to be written differently, each with the reason."""

    def _shown_(self) -> dict[str, Any]:
        return {_("File"): str(self.path), _("Documents"): self.documents, _("Files"): self.files}

    def _repr_html_(self) -> str:
        return card(self._shown_()) + problems_table(self.problems)


def write(session: Session, path: Path, folder: str = "", owner: UUID | None = None) -> Written:
    """Write everything, or what lies in a folder, into a new folder or a zip."""
    done = Written(path)
    mine = owner or session.person
    if path.suffix.lower() == ".zip":
        _into_zip(session, path, folder, mine, done)
    else:
        _into_folder(session, path, folder, mine, done)
    return done


@dataclass(frozen=True, slots=True)
class _Piece:
    """One file to be written: a text, or the bytes of a file."""

    path: str
    text: str | None = None
    file: UUID | None = None
    attachment: tuple[str, UUID] | None = None


def _pieces(session: Session, folder: str, owner: UUID) -> Iterator[_Piece]:
    docs = [doc for doc in Collection(session, Doc).find(owner=owner) if within(doc.folder, folder)]
    files = [file for file in Collection(session, File).find(owner=owner) if within(file.folder, folder)]  # fmt: skip
    for doc in docs:
        yield _Piece(joined(doc.folder, doc.title + doc.ending), text=doc.text)
    for file in files:
        yield _Piece(joined(file.folder, file.name), file=file.id)
    for doc in docs:
        for each in session.attachments.of(Doc.spec.kind, doc.id):
            place = joined(joined(doc.folder, BESIDE), each.name)
            yield _Piece(place, attachment=(Doc.spec.kind, each.id))


def _settled(pieces: Iterator[_Piece], done: Written, *, by_case: bool) -> Iterator[tuple[str, _Piece]]:  # fmt: skip
    """Each piece with the path under which it is written, no two the same where it counts."""
    taken: set[str] = set()
    said: set[str] = set()
    for piece in pieces:
        path = _safe(piece.path, done)
        if _folded(path) in said and path not in taken:
            reason = _("it differs from another name only in case; not every disk can tell the two apart")  # fmt: skip
            done.problems.append(Problem(path, reason))
        seen = taken if by_case else said
        wanted, n = path, 1
        while (path if by_case else _folded(path)) in seen:
            n += 1
            stem, dot, ending = wanted.rpartition(".")
            path = f"{stem} ({n}).{ending}" if dot and "/" not in ending else f"{wanted} ({n})"
        if path != wanted:
            reason = _("the name is taken; it is written as {path}", path=path)
            done.problems.append(Problem(wanted, reason))
        taken.add(path)
        said.add(_folded(path))
        yield path, piece


def _folded(path: str) -> str:
    return normalize("NFC", path).casefold()


def _safe(path: str, done: Written) -> str:
    """A path that stays within, in names that a disk takes."""
    parts = []
    for part in path.split("/"):
        name = "_" if wrong_name(part) else part
        if len(name.encode()) > _LONGEST_BYTES:
            stem, dot, ending = name.rpartition(".")
            ending = dot + ending if dot and len(ending) < 12 else ""
            room = _LONGEST_BYTES - len(ending.encode()) - 8
            name = (stem if ending else name).encode()[:room].decode(errors="ignore") + ending
        parts.append(name)
    found = "/".join(parts)
    if found != path:
        done.problems.append(Problem(path, _("no disk takes this name; it is written as {path}", path=found)))  # fmt: skip
    return found


def _into_zip(session: Session, path: Path, folder: str, owner: UUID, done: Written) -> None:
    handle, part = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:50]}.")
    try:
        with os.fdopen(handle, "wb") as raw, zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:  # fmt: skip
            for name, piece in _settled(_pieces(session, folder, owner), done, by_case=True):
                info = zipfile.ZipInfo(name)
                info.compress_type = zipfile.ZIP_DEFLATED
                info.external_attr = 0o644 << 16
                with archive.open(info, "w", force_zip64=True) as target:
                    _copy(session, piece, target, done)
            for kept in _folders(session, folder, owner):
                archive.writestr(f"{kept}/", b"")
        Path(part).replace(path)
    except BaseException:
        with suppress(FileNotFoundError):
            Path(part).unlink()
        raise


def _into_folder(session: Session, path: Path, folder: str, owner: UUID, done: Written) -> None:
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise Conflict(
            _("{path} is there already; nothing was written.", path=path),
            next_step=_("Name a new or empty folder, or a zip."),
        )
    path.mkdir(parents=True, exist_ok=True)
    for name, piece in _settled(_pieces(session, folder, owner), done, by_case=_tells_case(path)):
        target = path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as out:
            _copy(session, piece, out, done)
    for kept in _folders(session, folder, owner):
        (path / kept).mkdir(parents=True, exist_ok=True)


def _folders(session: Session, folder: str, owner: UUID) -> list[str]:
    found = Collection(session, Folder).find(owner=owner)
    return [each.path for each in found if within(each.path, folder)]


def _tells_case(folder: Path) -> bool:
    """Whether the disk tells a large letter from a small one."""
    with tempfile.NamedTemporaryFile(dir=folder, prefix="pgc-case-") as probe:
        name = Path(probe.name)
        return not (folder / name.name.upper()).exists()


def _copy(session: Session, piece: _Piece, target: Any, done: Written) -> None:
    if piece.text is not None:
        target.write(piece.text.encode())
        done.documents += 1
        return
    done.files += 1
    if piece.attachment is not None:
        stream = session.attachments.open(*piece.attachment)
    else:
        assert piece.file is not None
        stream = filing.opened(session, piece.file)
    with stream:
        while data := stream.read(_PIECE):
            target.write(data)
