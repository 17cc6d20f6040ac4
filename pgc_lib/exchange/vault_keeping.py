"""Keeping what a vault holds beside new documents: those that changed, files and empty folders; all in the import's batch."""

import hashlib
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pgc_lib.areas.paper import drafting, filing
from pgc_lib.areas.paper.keeping import Papers
from pgc_lib.areas.paper.records import Doc, File, Folder
from pgc_lib.areas.paper.versions import versions_of
from pgc_lib.core.collection import Added, Collection
from pgc_lib.core.ids import new_id
from pgc_lib.core.session import Session
from pgc_lib.core.together import Joined
from pgc_lib.errors import Problem
from pgc_lib.exchange.trees import Member
from pgc_lib.i18n import _

if TYPE_CHECKING:
    from pgc_lib.exchange.vault import Seen

_PIECE = 1 << 20


def renew(session: Session, batch: UUID, seen: "Seen") -> Added:
    """Documents that were kept before and are different in the vault, and those that no table can carry."""
    papers = Papers(session, Doc)
    known = {doc.path: doc for doc in papers.find(owner=session.person)}
    added = updated = 0
    problems: list[Problem] = []
    for stem, member in seen.texts.items():
        doc = known.get(stem)
        digest = seen.digests[stem]
        if doc is None:
            if stem in seen.apart:
                papers.add(batch=batch, **seen.row(stem, member))
                added += 1
            continue
        if doc.batch == batch or digest in (doc.imported, _digest(doc.text)):
            continue
        row = seen.row(stem, member)
        updated += 1
        if _digest(doc.text) == doc.imported:
            changes = {name: row[name] for name in ("front", "body", "imported", "message")}
            papers.update(doc, **changes)
            continue
        text = row["front"] + row["body"]
        base = version_like(session, doc, _digest, doc.imported)
        drafting.begin(session, doc, row["message"], text=text, base=base)
        papers.update(doc, imported=digest, message=doc.message)
        problems.append(Problem(stem, _("it changed here and in the vault; the vault's text is a draft: lab.docs.merge(draft)")))  # fmt: skip
    return Added(batch, added, updated, 0, 0, tuple(problems))


def version_like(session: Session, doc: Doc, digest: Callable[[str], str], wanted: str) -> int:
    """The version in which the document was as it was taken in last time; 0 where that is not known."""
    # The past is read outside of the transaction, in which it cannot be.
    outside = session.beside if isinstance(session, Joined) else session
    for version in versions_of(outside, doc.id):
        if version.verb != "delete" and digest(version.text) == wanted:
            return version.version
    return 0


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def keep_files(session: Session, batch: UUID, members: Iterable[Member]) -> Added:
    """Files with their bytes; one that changed gets the new bytes, and the old ones stay in its history."""
    files = Collection(session, File)
    known = {file.path: file for file in files.find(owner=session.person)}
    added = updated = skipped = 0
    for member in members:
        digest, size = _measured(member)
        file = known.get(member.path)
        if file is not None and file.sha256 == digest:
            skipped += 1
            continue
        values: dict[str, Any] = {"size": size, "sha256": digest}
        if file is None:
            file = files.add(name=member.name, folder=member.folder, batch=batch, **values)
            added += 1
        else:
            file = files.update(file, **values)
            updated += 1
        with member.open() as stream:
            session.attachments.add(
                File.spec.kind,
                stream,
                id=new_id(),
                record=file.id,
                name=filing.attachable(member.name),
                batch=batch,
            )
    return Added(batch, added, updated, skipped, 0)


def _measured(member: Member) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    with member.open() as stream:
        while data := stream.read(_PIECE):
            digest.update(data)
            size += len(data)
    return digest.hexdigest(), size


def keep_folders(session: Session, batch: UUID, paths: Iterable[str]) -> Added:
    """Folders in which nothing is."""
    folders = Collection(session, Folder)
    known = {folder.path for folder in folders.find(owner=session.person)}
    fresh = [path for path in paths if path not in known]
    for path in fresh:
        folders.add(path=path, batch=batch)
    return Added(batch, len(fresh), 0, 0, 0)
