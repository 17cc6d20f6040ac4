"""The trash: a document that was thrown away is gone from search, links and lists, and can be had back.

Its text stays in its history, as that of everything removed; the trash only remembers what there is to bring back.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from uuid import UUID

from pgc_lib.areas.paper import versions
from pgc_lib.areas.paper.keeping import Papers
from pgc_lib.areas.paper.paths import joined
from pgc_lib.areas.paper.records import Doc, Trashed
from pgc_lib.core.collection import Collection
from pgc_lib.core.ids import new_id
from pgc_lib.core.session import Session
from pgc_lib.core.together import together


def throw_away(session: Session, docs: Iterable[Doc], version: int | None = None) -> UUID:
    """Put documents into the trash, as one batch."""
    batch = new_id()
    with together(session, batch) as joined_session:
        papers, trash = Papers(joined_session, Doc), Collection(joined_session, Trashed)
        for doc in docs:
            owner = None if doc.owner == session.person else doc.owner
            papers.remove(doc, version=version)
            trash.add(doc=doc.id, title=doc.title, folder=doc.folder, at=datetime.now(UTC), owner=owner)  # fmt: skip
    return batch


def bring_back(session: Session, thrown: Trashed) -> Doc:
    """A document out of the trash, with its history; under another name where its own is taken by now."""
    last = versions.last_text(session, thrown.doc)
    values = {**last.values, "title": thrown.title, "folder": thrown.folder}
    owner = None if thrown.owner == session.person else thrown.owner
    with together(session, new_id()) as joined_session:
        papers = Papers(joined_session, Doc)
        values["title"] = free_name(papers, thrown.folder, thrown.title, thrown.owner or session.person)  # fmt: skip
        Collection(joined_session, Trashed).remove(thrown)
        return papers.bring_back(thrown.doc, values, owner)


def free_name(papers: Papers, folder: str, title: str, owner: UUID) -> str:
    """The name, or the name with a number where it is taken."""
    taken = {doc.title for doc in papers.find(folder=folder, owner=owner)}
    if title not in taken:
        return title
    numbered = (f"{title[:240]} ({n})" for n in range(2, len(taken) + 3))
    return next(name for name in numbered if name not in taken)


def empty(session: Session, before: datetime | None = None) -> int:
    """Forget what lies in the trash; its files go with it. How many documents that were."""
    trash, papers = Collection(session, Trashed), Papers(session, Doc)
    done = 0
    for thrown in trash.find(owner=session.person):
        if before is not None and thrown.at >= before:
            continue
        if not papers.count(id=thrown.doc):
            for attachment in papers.attachments(thrown.doc):
                papers.detach(attachment)
        trash.remove(thrown)
        done += 1
    return done


def path_of(thrown: Trashed) -> str:
    """Where it was."""
    return joined(thrown.folder, thrown.title)
