"""One kind of documents in one person's MongoDB database, with every version kept.

No transaction is needed, so that a single server will do. Each write first puts the document as it is
into `<kind>.versions` under its id and version, then swaps in the new one on the condition that the old
one is still there. Whatever breaks off in between leaves only a copy of the version in force, which
readers pass over and the next write puts again. A removed document stays as a mark without a body, so
its removal is one swap like any other.

The fields of what is kept: `_id`, `owner`, `version`, `batch`, `created_at`, `updated_at`, `body` as in
`Document`; `verb`, `by`, `in_batch` say how this version came about; `change` is the token of the write, `line`
that of the line of history under which it was noted.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from pymongo import DeleteOne, ReplaceOne
from pymongo.database import Database
from pymongo.errors import BulkWriteError, DuplicateKeyError

from pgc_lib.stores.documents import Document, Verb, Version
from pgc_lib.stores.documents_values import Json
from pgc_lib.stores.mongo import Clock, Raw, from_bson, retried, to_bson

CHUNK = 500
_DUPLICATE = 11000
_LIVE = {"verb": {"$ne": "delete"}}


class Shelf:
    """The documents of one kind that belong to one owner."""

    def __init__(self, database: "Database[Raw]", kind: str, owner: UUID, clock: Clock) -> None:
        self.kind = kind
        self.owner = owner
        self.documents = database[kind]
        self.versions = database[f"{kind}.versions"]
        self._clock = clock

    def prepare(self) -> None:
        """Make the indexes; only the owner can, and only once."""
        retried(lambda: self.versions.create_index([("record", 1), ("version", -1)]))
        retried(lambda: self.documents.create_index("batch", sparse=True))
        retried(lambda: self.documents.create_index("updated_at"))
        for collection in (self.documents, self.versions):
            retried(partial(collection.create_index, "line"))

    # ── reading ──────────────────────────────────────────────────────────────────────────────────

    def get(self, id: UUID) -> Raw | None:
        """What is kept under an id, be it the mark of a removed document."""
        return self.documents.find_one({"_id": id})

    def get_many(self, ids: Sequence[UUID]) -> dict[UUID, Raw]:
        """What is kept under ids."""
        return {raw["_id"]: raw for raw in self.documents.find({"_id": {"$in": list(ids)}})}

    def find(self, query: Raw, stages: list[Raw], limit: int | None) -> list[Document]:
        """The live documents that a query finds, in the order of the stages."""
        pipeline = [{"$match": {"$and": [_LIVE, query]}}, *stages]
        if limit is not None:
            pipeline.append({"$limit": limit})
        cursor = self.documents.aggregate(pipeline, allowDiskUse=True)
        return [self.document(raw) for raw in cursor]

    def count(self, query: Raw) -> int:
        """How many live documents a query finds."""
        return self.documents.count_documents({"$and": [_LIVE, query]})

    def lives(self, lines: Sequence[UUID]) -> dict[UUID, tuple[int, int]]:
        """The documents that lines changed: the first and the last version that came of them."""
        found: dict[UUID, tuple[int, int]] = {}
        query = {"line": {"$in": list(lines)}}
        for collection, key in ((self.documents, "_id"), (self.versions, "record")):
            for raw in collection.find(query, {key: 1, "version": 1}):
                number = raw["version"]
                first, last = found.get(raw[key], (number, number))
                found[raw[key]] = min(first, number), max(last, number)
        return found

    def past(self, wanted: Iterable[tuple[UUID, int]]) -> dict[tuple[UUID, int], Raw]:
        """Versions that are no longer in force."""
        keys = [version_id(id, number) for id, number in wanted]
        found = self.versions.find({"_id": {"$in": keys}}) if keys else ()
        return {(raw["record"], raw["version"]): raw for raw in found}

    def history(self, id: UUID) -> list[Version]:
        """Every version, newest first."""
        now = self.get(id)
        if now is None:
            return []
        older = self.versions.find({"record": id, "version": {"$lt": now["version"]}})
        return [_version(raw) for raw in (now, *older.sort("version", -1))]

    def as_of(self, when: datetime) -> Iterator[Document]:
        """The documents as they were at a time."""
        yield from map(self.document, self.documents.find({**_LIVE, "updated_at": {"$lte": when}}))
        later = self.documents.find({"updated_at": {"$gt": when}}, {"_id": 1})
        for ids in _chunks(raw["_id"] for raw in later):
            past = self.versions.find({"record": {"$in": ids}, "updated_at": {"$lte": when}})
            seen: set[UUID] = set()
            for raw in past.sort([("record", 1), ("version", -1)]):
                if raw["record"] not in seen:
                    seen.add(raw["record"])
                    if raw["verb"] != "delete":
                        yield self.document(raw)

    # ── writing ──────────────────────────────────────────────────────────────────────────────────

    def added(
        self,
        id: UUID,
        body: dict[str, Json],
        by: UUID,
        batch: UUID | None,
        *,
        in_batch: UUID | None = None,
        line: UUID | None = None,
    ) -> Raw:
        """The first version of a document, to be written with `add`."""
        now = self._clock.now()
        return {
            "_id": id,
            "owner": self.owner,
            "version": 1,
            "batch": batch,
            "created_at": now,
            "updated_at": now,
            "verb": "insert",
            "by": by,
            "in_batch": in_batch or batch,
            "change": uuid4(),
            "line": line,
            "body": to_bson(body),
        }

    def next(
        self,
        old: Raw,
        verb: Verb,
        body: dict[str, Json] | None,
        by: UUID,
        batch: UUID | None,
        *,
        in_batch: UUID | None = None,
        line: UUID | None = None,
    ) -> Raw:
        """The version after `old`, to be written with `swap`; what comes back belongs to `batch`."""
        now = max(self._clock.now(), old["updated_at"] + timedelta(milliseconds=1))
        new = old | {"version": old["version"] + 1, "updated_at": now, "verb": verb, "by": by}
        if verb == "insert":
            new |= {"created_at": now, "batch": batch}
        its = {"in_batch": in_batch or batch, "change": uuid4(), "line": line}
        return new | its | {"body": to_bson(body)}

    def add(self, new: Sequence[Raw]) -> set[UUID]:
        """Write first versions; the ids that were taken, whose documents were not written."""
        if not new:
            return set()
        try:
            retried(lambda: self.documents.insert_many(new, ordered=False))
            return set()
        except BulkWriteError as error:
            failed = _duplicates(error)
        changes = {raw["_id"]: raw["change"] for raw in new}
        # A repeated write finds its own documents in its way.
        kept = self.get_many([new[index]["_id"] for index in failed])
        return {key for key, raw in kept.items() if raw["change"] != changes[key]}

    def withdraw(self, new: Sequence[Raw]) -> None:
        """Take back first versions that were just written and that nobody has changed since."""
        if new:
            retried(
                lambda: self.documents.bulk_write([_deletion(raw) for raw in new], ordered=False)
            )

    def swap(self, pairs: Sequence[tuple[Raw, Raw]]) -> set[UUID]:
        """Write next versions; the ids that had moved on, whose documents were not written."""
        if not pairs:
            return set()
        retried(lambda: self._keep([old for old, _new in pairs]))
        operations = [
            ReplaceOne({"_id": old["_id"], "version": old["version"], "change": old["change"]}, new)
            for old, new in pairs
        ]
        result = retried(lambda: self.documents.bulk_write(operations, ordered=False))
        if result.matched_count == len(pairs):
            return set()
        kept = self.get_many([new["_id"] for _old, new in pairs])
        return {
            new["_id"]
            for _old, new in pairs
            if new["_id"] not in kept or not self._arrived(new, kept[new["_id"]])
        }

    def _arrived(self, new: Raw, kept: Raw) -> bool:
        """Whether a write is in force or was, for a repeated one may find itself overtaken already."""
        if kept["change"] == new["change"]:
            return True
        past = self.versions.find_one({"_id": _version_id(new)})
        return past is not None and past["change"] == new["change"]

    def _keep(self, raws: Sequence[Raw]) -> None:
        """Put versions into the history; whoever puts one puts the same."""
        images = [raw | {"_id": _version_id(raw), "record": raw["_id"]} for raw in raws]
        try:
            self.versions.bulk_write(
                [ReplaceOne({"_id": image["_id"]}, image, upsert=True) for image in images],
                ordered=False,
            )
        except (BulkWriteError, DuplicateKeyError) as error:
            # Two writers that put the same version at once: one of them did.
            _duplicates(error)

    def document(self, raw: Raw) -> Document:
        """A kept version as a document."""
        return Document(
            id=raw["record"] if "record" in raw else raw["_id"],
            owner=raw["owner"],
            kind=self.kind,
            version=raw["version"],
            created_at=raw["created_at"],
            updated_at=raw["updated_at"],
            batch=raw["batch"],
            body=from_bson(raw["body"]),
        )


def _version(raw: Raw) -> Version:
    return Version(
        version=raw["version"],
        verb=raw["verb"],
        who=raw["by"],
        when=raw["updated_at"],
        batch=raw["in_batch"],
        body=from_bson(raw["body"]),
        line=raw.get("line"),
    )


def _deletion(raw: Raw) -> DeleteOne:
    return DeleteOne({"_id": raw["_id"], "version": 1, "change": raw["change"]})


def version_id(id: UUID, number: int) -> str:
    """The key under which a version is kept."""
    return f"{id.hex}:{number:010d}"


def _version_id(raw: Raw) -> str:
    return version_id(raw["_id"], raw["version"])


def _duplicates(error: BulkWriteError | DuplicateKeyError) -> list[int]:
    """The places of the writes whose id was taken; any other failure is raised again."""
    if isinstance(error, DuplicateKeyError):
        return [0]
    details: Any = error.details
    errors = details.get("writeErrors", [])
    if details.get("writeConcernErrors") or any(it["code"] != _DUPLICATE for it in errors):
        raise error
    return [it["index"] for it in errors]


def _chunks(ids: Iterable[UUID]) -> Iterator[list[UUID]]:
    chunk: list[UUID] = []
    for key in ids:
        chunk.append(key)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
