"""The contract for documents: things whose shape is the person's own business.

Two back ends keep it, JSONB in PostgreSQL (`documents_postgres.py`) and MongoDB (`documents_mongo.py`),
and one test suite holds both to it, so nothing above this floor knows which one is below.

What a body may hold, and what comes back, is in `documents_values.py`; the short form: JSON plus date,
datetime, Decimal and UUID go in; text, whole numbers, exact Decimals, true, false and null come out.

Filters and orders name fields of the body, `"address.city"` for a nested one, or one of the fields that
every document has (`documents_values.ENVELOPE`). A path leads through objects only, never into a list; `Has` looks into a
list. Values of different kinds never compare: `col("x") < 5` is false for a text.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Literal, Protocol, TypeVar
from uuid import UUID

from pgc_lib.errors import Conflict, Invalid, NotFound, Problem
from pgc_lib.i18n import _
from pgc_lib.stores.documents_values import Json
from pgc_lib.stores.filters import All, Condition

T = TypeVar("T")
OnConflict = Literal["error", "skip", "replace"]
Verb = Literal["insert", "update", "delete"]

EVERYTHING = All()
"""The condition that every document meets."""

_KIND = re.compile(r"[a-z][a-z0-9_]{0,30}\.[a-z][a-z0-9_]{0,60}")


@dataclass(frozen=True, slots=True)
class Document:
    """A document as it is kept now."""

    id: UUID
    owner: UUID
    kind: str
    version: int
    created_at: datetime
    updated_at: datetime
    batch: UUID | None
    body: dict[str, Json]


@dataclass(frozen=True, slots=True)
class Version:
    """A document as it was left by one change; a deletion leaves no body."""

    version: int
    verb: Verb
    who: UUID | None
    when: datetime
    batch: UUID | None
    body: dict[str, Json] | None
    line: UUID | None = None
    """In MongoDB: the token of the line of history that was noted for the change."""


@dataclass(frozen=True, slots=True)
class BulkResult:
    """What a bulk insert did. An item equal to what is kept already counts as skipped."""

    added: int = 0
    replaced: int = 0
    skipped: int = 0

    def __add__(self, other: "BulkResult") -> "BulkResult":
        return BulkResult(
            self.added + other.added, self.replaced + other.replaced, self.skipped + other.skipped
        )


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some results in order, and the cursor with which `find` goes on after them."""

    items: list[T]
    next: str | None = None


class DocumentStore(Protocol):
    """Where documents are kept, seen with the rights of one person.

    Everything the person may see is found, their own and what others have granted. What is written
    belongs to `owner`, the person unless said otherwise. An identifier names one document for ever: when
    a removed one comes back, its versions go on counting, the removal being one of them.
    """

    def insert(
        self,
        kind: str,
        body: Mapping[str, Any],
        *,
        id: UUID,
        owner: UUID | None = None,
        batch: UUID | None = None,
    ) -> Document:
        """Add a document; `Conflict` when its id is taken."""

    def insert_many(
        self,
        kind: str,
        items: Sequence[tuple[UUID, Mapping[str, Any]]],
        *,
        owner: UUID | None = None,
        batch: UUID | None = None,
        on_conflict: OnConflict = "error",
    ) -> BulkResult:
        """Add many. Every item is checked before anything is written, each `Problem` naming its row.

        `on_conflict` says what happens to an item whose id is taken: with "error" nothing at all is
        added, "skip" leaves the kept one, "replace" makes the item its next version.
        """

    def get(self, kind: str, id: UUID) -> Document | None:
        """The document, or None when there is none or it may not be seen."""

    def update(
        self, kind: str, id: UUID, changes: Mapping[str, Any], *, version: int | None = None
    ) -> Document:
        """Change the named top-level fields and leave the others; None takes a field away.

        With `version`, `Conflict` when the document has moved on; without, the change is applied to
        whatever is there, and two such changes at once both hold. `NotFound` when there is none.
        """

    def replace(
        self, kind: str, id: UUID, body: Mapping[str, Any], *, version: int | None = None
    ) -> Document:
        """Put a whole new body; conflicts as with `update`."""

    def delete(self, kind: str, id: UUID, *, version: int | None = None) -> bool:
        """Remove the document, keeping its history; False when there is none."""

    def find(
        self,
        kind: str,
        where: Condition = EVERYTHING,
        *,
        order: Sequence[str] = (),
        limit: int | None = None,
        after: str | None = None,
    ) -> Page[Document]:
        """The documents that meet a condition, a page at a time.

        `"-day"` sorts by day descending. Numbers come before texts before true and false; documents
        without the field, or with a list or object there, come last in either direction. Ties are
        broken by id. `after` is the `next` of the page before, with the same kind and order.
        """

    def count(self, kind: str, where: Condition = EVERYTHING) -> int:
        """How many documents meet a condition."""

    def versions(self, kind: str, id: UUID) -> list[Version]:
        """The whole history of a document, newest first; empty when there never was one."""

    def as_of(self, kind: str, when: datetime) -> Iterator[Document]:
        """The documents as they were at a time, in no particular order."""


def each(
    store: DocumentStore,
    kind: str,
    where: Condition = EVERYTHING,
    *,
    order: Sequence[str] = (),
    page: int = 1000,
) -> Iterator[Document]:
    """Every document that meets a condition, fetched page by page."""
    after: str | None = None
    while True:
        found = store.find(kind, where, order=order, limit=page, after=after)
        yield from found.items
        after = found.next
        if after is None:
            return


def area_of(kind: str) -> str:
    """The area of a kind such as `family.members`; `Invalid` when it is not written so."""
    if not _KIND.fullmatch(kind):
        raise Invalid(
            _("“{kind}” is not the name of a kind.", kind=kind),
            [Problem("kind", _("not of the form area.name"), kind)],
            next_step=_("Use small letters, digits and _, as in family.members."),
        )
    return kind.partition(".")[0]


def check_ids(items: Sequence[tuple[UUID, Mapping[str, Any]]]) -> list[Problem]:
    """A problem for each item whose id an earlier item has too."""
    seen: set[UUID] = set()
    problems = []
    for row, (key, _body) in enumerate(items, 1):
        if key in seen:
            problems.append(Problem("id", _("an earlier item has the same id"), str(key), row))
        seen.add(key)
    return problems


def not_found(kind: str, id: UUID) -> NotFound:
    """The error for a document that is not there, or not to be seen."""
    return NotFound(
        _("There is no {kind} {id}.", kind=kind, id=id),
        next_step=_("Look at what there is; it may have been removed, and its history says when."),
    )


def stale(kind: str, id: UUID, wanted: int, found: int) -> Conflict:
    """The error for a change made on an old version."""
    return Conflict(
        _(
            "{kind} {id} was changed in between: you had version {wanted}, it is at {found}.",
            kind=kind,
            id=id,
            wanted=wanted,
            found=found,
        ),
        next_step=_("Read it again, look at what changed, and make your change once more."),
    )


def taken(kind: str, ids: Sequence[UUID]) -> Conflict:
    """The error for ids that exist already; nothing was added."""
    shown = ", ".join(str(key) for key in ids[:3]) + (" …" if len(ids) > 3 else "")
    return Conflict(
        _("{kind} {ids} exists already; nothing was added.", kind=kind, ids=shown),
        next_step=_("Update it, or add with another id."),
    )
