"""Documents in MongoDB: a database for each person, a collection for each kind.

The person logs in as a user that has rights on their own database alone, so isolation is the server's
doing. What others have granted lies in their databases; a listing asks each of them and merges.
"""

import heapq
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import copy
from datetime import datetime
from typing import Any, TypedDict
from uuid import UUID

from pymongo import MongoClient
from pymongo.errors import PyMongoError

from pgc_lib.errors import Conflict, PgcError
from pgc_lib.i18n import _
from pgc_lib.stores.documents import (
    EVERYTHING,
    BulkResult,
    Document,
    OnConflict,
    Page,
    Verb,
    Version,
    area_of,
    check_ids,
    not_found,
    stale,
    taken,
)
from pgc_lib.stores.documents_mongo_filters import sort_stages, translate
from pgc_lib.stores.documents_paging import Place, parse_order, read_cursor, write_cursor
from pgc_lib.stores.documents_values import Json, canonical, changes_of, checked, refuse, same
from pgc_lib.stores.filters import Condition
from pgc_lib.stores.mongo import Clock, Raw, database_of, from_bson, is_refusal, translated
from pgc_lib.stores.mongo_shelf import CHUNK, Shelf
from pgc_lib.stores.noted import Intent, Line, Noting, Undoing, unnoted

Granted = Callable[[str], Iterable[UUID]]
"""The other persons who let this one see an area."""


class _Beside(TypedDict):
    """What a version carries of the change that it came of."""

    in_batch: UUID | None
    line: UUID | None


_TRIES = 50
"""How often a change without a version is tried again when others keep coming first."""


def nobody(_area: str) -> Iterable[UUID]:
    """Nothing is granted."""
    return ()


class MongoDocuments:
    """The documents that one person may see, through that person's own login."""

    def __init__(
        self,
        client: "MongoClient[Raw]",
        person: UUID,
        *,
        granted: Granted = nobody,
        noting: Noting = unnoted,
    ) -> None:
        self.person = person
        self._client = client
        self._granted = granted
        self._noting = noting
        self.batch: UUID | None = None
        """Under which every change is noted, whatever the record's own."""
        self._undoes: Undoing | None = None
        self._clock = Clock(client[database_of(person)])
        self._prepared: set[str] = set()

    def under(self, batch: UUID | None, undoes: Undoing | None = None) -> "MongoDocuments":
        """The same documents, whose changes are noted under a batch, and as taking back another change."""
        same = copy(self)
        same.batch, same._undoes = batch, undoes
        return same

    @contextmanager
    def noted(
        self, shelf: Shelf, verb: Verb, ids: Sequence[UUID], batch: UUID | None = None
    ) -> Iterator[Line]:
        """A change, noted before it is made; when it is refused, nothing came of it."""
        intent = Intent(shelf.kind, shelf.owner, verb, ids, self.batch or batch, self._undoes)
        with self._noting(intent) as line:
            try:
                yield line
            except (PgcError, PyMongoError) as error:
                if line.came is None and (isinstance(error, PgcError) or is_refusal(error)):
                    line.came = 0
                raise

    def insert(
        self,
        kind: str,
        body: Mapping[str, Any],
        *,
        id: UUID,
        owner: UUID | None = None,
        batch: UUID | None = None,
    ) -> Document:
        """Add a document."""
        area_of(kind)
        kept = checked(body)
        with translated():
            shelf = self._shelf(kind, owner or self.person)
            with self.noted(shelf, "insert", [id], batch) as line:
                beside: _Beside = {"in_batch": self.batch, "line": line.token}
                new = shelf.added(id, kept, self.person, batch, **beside)
                if not shelf.add([new]):
                    return shelf.document(new)
                old = shelf.get(id)
                if old is not None and old["verb"] == "delete":
                    new = shelf.next(old, "insert", kept, self.person, batch, **beside)
                    if not shelf.swap([(old, new)]):
                        return shelf.document(new)
                raise taken(kind, [id])

    def insert_many(
        self,
        kind: str,
        items: Sequence[tuple[UUID, Mapping[str, Any]]],
        *,
        owner: UUID | None = None,
        batch: UUID | None = None,
        on_conflict: OnConflict = "error",
    ) -> BulkResult:
        """Add many. Broken off by a crash it may have added some of them, which carry the batch."""
        area_of(kind)
        problems = check_ids(items)
        bodies = [
            (key, canonical(body, problems, row=row)) for row, (key, body) in enumerate(items, 1)
        ]
        refuse(problems)
        if not bodies:
            return BulkResult()
        keys = [key for key, _body in bodies]
        with translated():
            shelf = self._shelf(kind, owner or self.person)
            if on_conflict == "error":
                _refuse_taken(shelf, keys)
            with self.noted(shelf, "insert", keys, batch) as line:
                return self._put_all(shelf, bodies, batch, on_conflict, line)

    def _put_all(
        self,
        shelf: Shelf,
        bodies: Sequence[tuple[UUID, dict[str, Json]]],
        batch: UUID | None,
        on_conflict: OnConflict,
        line: Line,
    ) -> BulkResult:
        total = BulkResult()
        done: list[Raw] = []
        try:
            for start in range(0, len(bodies), CHUNK):
                chunk = bodies[start : start + CHUNK]
                total += self._put(shelf, chunk, batch, on_conflict, line, done)
        except (PyMongoError, Conflict):
            if on_conflict == "error":
                shelf.withdraw(done)
                # What had been removed once and came back is not withdrawn.
                line.came = len(bodies) if any(raw["version"] > 1 for raw in done) else 0
            else:
                line.came = len(bodies)  # some of it, and nobody knows how much
            raise
        line.came = total.added + total.replaced
        if total.replaced and not total.added:
            line.verb = "update"
        return total

    def _put(
        self,
        shelf: Shelf,
        chunk: Sequence[tuple[UUID, dict[str, Json]]],
        batch: UUID | None,
        on_conflict: OnConflict,
        line: Line,
        done: list[Raw],
    ) -> BulkResult:
        """Write some items; `done` collects what would have to be taken back."""
        by, beside = self.person, _Beside(in_batch=self.batch, line=line.token)
        new = [shelf.added(key, body, by, batch, **beside) for key, body in chunk]
        done += new
        busy = shelf.add(new)
        result = BulkResult(added=len(new) - len(busy))
        rest = [(key, body) for key, body in chunk if key in busy]
        for _try in range(_TRIES):
            if not rest:
                return result
            kept = shelf.get_many([key for key, _body in rest])
            pairs = []
            for key, body in rest:
                old = kept[key]
                if old["verb"] == "delete":
                    pairs.append((old, shelf.next(old, "insert", body, by, batch, **beside)))
                elif on_conflict == "error":
                    raise taken(shelf.kind, [key])
                elif on_conflict == "skip" or same(from_bson(old["body"]), body):
                    result += BulkResult(skipped=1)
                else:
                    pairs.append((old, shelf.next(old, "update", body, by, batch, **beside)))
            done += [raw for _old, raw in pairs]
            busy = shelf.swap(pairs)
            for old, raw in pairs:
                if raw["_id"] not in busy:
                    revived = old["verb"] == "delete"
                    result += BulkResult(added=int(revived), replaced=int(not revived))
            rest = [(key, body) for key, body in rest if key in busy]
        raise _too_busy(shelf.kind)

    def get(self, kind: str, id: UUID) -> Document | None:
        """The document, or None."""
        with translated():
            for shelf in self._shelves(kind):
                raw = shelf.get(id)
                if raw is not None and raw["verb"] != "delete":
                    return shelf.document(raw)
        return None

    def update(
        self, kind: str, id: UUID, changes: Mapping[str, Any], *, version: int | None = None
    ) -> Document:
        """Change the named fields."""
        gone, put = changes_of(changes)

        def change(body: dict[str, Json]) -> dict[str, Json]:
            return checked({key: it for key, it in body.items() if key not in gone} | put)

        return self._advance(kind, id, change, version)

    def replace(
        self, kind: str, id: UUID, body: Mapping[str, Any], *, version: int | None = None
    ) -> Document:
        """Put a whole new body."""
        kept = checked(body)
        return self._advance(kind, id, lambda _body: kept, version)

    def _advance(
        self,
        kind: str,
        id: UUID,
        change: Callable[[dict[str, Json]], dict[str, Json]],
        version: int | None,
    ) -> Document:
        with translated():
            shelf, old = self._current(kind, id, version)
            if shelf is None or old is None:
                raise not_found(kind, id)
            body = change(from_bson(old["body"]))
            with self.noted(shelf, "update", [id]) as line:
                for _try in range(_TRIES):
                    new = shelf.next(old, "update", body, self.person, self.batch, line=line.token)
                    if not shelf.swap([(old, new)]):
                        return shelf.document(new)
                    _shelf, old = self._current(kind, id, version)
                    if old is None:
                        raise not_found(kind, id)
                    body = change(from_bson(old["body"]))
                raise _too_busy(kind)

    def delete(self, kind: str, id: UUID, *, version: int | None = None) -> bool:
        """Remove the document, keeping its history."""
        with translated():
            shelf, old = self._current(kind, id, version)
            if shelf is None or old is None:
                return False
            with self.noted(shelf, "delete", [id]) as line:
                for _try in range(_TRIES):
                    new = shelf.next(old, "delete", None, self.person, self.batch, line=line.token)
                    if not shelf.swap([(old, new)]):
                        return True
                    _shelf, old = self._current(kind, id, version)
                    if old is None:
                        line.came = 0
                        return False
                raise _too_busy(kind)

    def find(
        self,
        kind: str,
        where: Condition = EVERYTHING,
        *,
        order: Sequence[str] = (),
        limit: int | None = None,
        after: str | None = None,
    ) -> Page[Document]:
        """The documents that meet a condition, a page at a time."""
        keys = parse_order(order)
        cursor = None if after is None else read_cursor(kind, order, after)
        query, stages = translate(where), sort_stages(keys, cursor)
        one_more = None if limit is None else limit + 1
        with translated():
            found = [shelf.find(query, stages, one_more) for shelf in self._shelves(kind)]
        if len(found) == 1:
            documents = found[0]
        else:
            ranked = [[Place(document, keys) for document in some] for some in found]
            documents = [place.document for place in heapq.merge(*ranked)]
        if limit is None or len(documents) <= limit:
            return Page(documents)
        page = documents[:limit]
        return Page(page, write_cursor(kind, order, page[-1]) if page else after)

    def count(self, kind: str, where: Condition = EVERYTHING) -> int:
        """How many documents meet a condition."""
        query = translate(where)
        with translated():
            return sum(shelf.count(query) for shelf in self._shelves(kind))

    def versions(self, kind: str, id: UUID) -> list[Version]:
        """The whole history of a document, newest first."""
        with translated():
            for shelf in self._shelves(kind):
                if history := shelf.history(id):
                    return history
        return []

    def as_of(self, kind: str, when: datetime) -> Iterator[Document]:
        """The documents as they were at a time."""
        with translated():
            for shelf in self._shelves(kind):
                yield from shelf.as_of(when)

    def shelf_with(self, kind: str, id: UUID) -> Shelf | None:
        """Where a document is kept or was, if it may be seen."""
        with translated():
            return next((it for it in self._shelves(kind) if it.get(id) is not None), None)

    def shelf_of(self, kind: str, owner: UUID) -> Shelf:
        """The documents of one kind that belong to one owner."""
        with translated():
            return self._shelf(kind, owner)

    def _current(self, kind: str, id: UUID, version: int | None) -> tuple[Shelf | None, Raw | None]:
        """The live document and where it is kept; `Conflict` when it has moved on from a version."""
        for shelf in self._shelves(kind):
            raw = shelf.get(id)
            if raw is not None and raw["verb"] != "delete":
                if version is not None and raw["version"] != version:
                    raise stale(kind, id, version, raw["version"])
                return shelf, raw
        return None, None

    def _shelves(self, kind: str) -> Iterator[Shelf]:
        yield self._shelf(kind, self.person)
        for owner in self._granted(area_of(kind)):
            yield self._shelf(kind, owner)

    def _shelf(self, kind: str, owner: UUID) -> Shelf:
        area_of(kind)
        shelf = Shelf(self._client[database_of(owner)], kind, owner, self._clock)
        if owner == self.person and kind not in self._prepared:
            shelf.prepare()
            self._prepared.add(kind)
        return shelf


def _refuse_taken(shelf: Shelf, ids: Sequence[UUID]) -> None:
    for start in range(0, len(ids), CHUNK):
        kept = shelf.get_many(ids[start : start + CHUNK])
        live = [key for key, raw in kept.items() if raw["verb"] != "delete"]
        if live:
            raise taken(shelf.kind, live)


def _too_busy(kind: str) -> Conflict:
    return Conflict(
        _("Others keep changing the same {kind}; nothing of yours was overwritten.", kind=kind),
        next_step=_("Try again in a moment."),
    )
