"""Attachments in MongoDB, in GridFS's own layout, or in a bucket.

A file of an area is a document in `<area>.attachments.files`, which holds all that is known about it, and
its pieces in `<area>.attachments.chunks`. The pieces are written first, so a file is there whole or not
at all. GridFS's own writer is not used: it gathers up to 48 MB in memory.
"""

import io
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from bson import Binary, ObjectId
from pymongo import MongoClient
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from pgc_lib.stores.attachments import (
    CHUNK,
    Attachment,
    Meter,
    Source,
    attachment_taken,
    chunked,
    describe,
    no_attachment,
    opened,
)
from pgc_lib.stores.documents import area_of
from pgc_lib.stores.documents_mongo import Granted, nobody
from pgc_lib.stores.mongo import Clock, Raw, database_of, retried, translated

if TYPE_CHECKING:
    from pgc_lib.stores.attachments_s3 import Bucket

_THERE = {"metadata.removed_at": None}


class MongoAttachments:
    """The attachments that one person may see, through that person's own login."""

    def __init__(
        self,
        client: "MongoClient[Raw]",
        person: UUID,
        *,
        granted: Granted = nobody,
        bucket: "Bucket | None" = None,
    ) -> None:
        self.person = person
        self._client = client
        self._granted = granted
        self._bucket = bucket
        self._clock = Clock(client[database_of(person)])
        self._prepared: set[str] = set()

    def add(
        self,
        kind: str,
        source: Source,
        *,
        id: UUID,
        record: UUID,
        name: str = "",
        media_type: str = "",
        owner: UUID | None = None,
        batch: UUID | None = None,
    ) -> Attachment:
        """Attach a file to a record."""
        name, media_type = describe(source, name, media_type)
        owner = owner or self.person
        area = area_of(kind)
        with translated():
            shelf = self._shelf(owner, area)
            if shelf.files.find_one({"_id": id}, {"_id": 1}) is not None:
                raise attachment_taken(id)
            new: Raw = {
                "_id": id,
                "filename": name,
                "chunkSize": CHUNK,
                "metadata": {
                    "owner": owner,
                    "kind": kind,
                    "record": record,
                    "media_type": media_type,
                    "batch": batch,
                    "version": 1,
                    "by": self.person,
                    "removed_at": None,
                },
            }
            with opened(source) as stream:
                if self._bucket is not None:
                    with self._bucket.added(owner, area, stream) as (key, known):
                        return self._enter(shelf, new, known, key)
                meter, written = Meter(stream), list[ObjectId]()
                try:
                    shelf.write(id, meter, written)
                    return self._enter(shelf, new, meter, None)
                except BaseException:
                    shelf.withdraw(written)
                    raise

    def _enter(self, shelf: "_Shelf", new: Raw, known: Meter, location: str | None) -> Attachment:
        now = self._clock.now()
        its = {"sha256": known.sha256, "location": location, "updated_at": now}
        new |= {"length": known.size, "uploadDate": now, "metadata": new["metadata"] | its}
        try:
            retried(lambda: shelf.enter(new))
        except DuplicateKeyError as error:
            raise attachment_taken(new["_id"]) from error
        return _attachment(new)

    def get(self, kind: str, id: UUID) -> Attachment | None:
        """What is known about an attachment."""
        found = self._find(kind, {"_id": id, **_THERE})
        return _attachment(found[1]) if found else None

    def of(self, kind: str, record: UUID) -> list[Attachment]:
        """The attachments of a record, oldest first."""
        query = {"metadata.record": record, "metadata.kind": kind, **_THERE}
        with translated():
            found = [raw for shelf in self._shelves(kind) for raw in shelf.files.find(query)]
        return [_attachment(raw) for raw in sorted(found, key=lambda raw: raw["_id"])]

    def open(self, kind: str, id: UUID) -> io.BufferedReader:
        """The bytes."""
        from pgc_lib.stores.attachments_s3 import missing_bucket

        found = self._find(kind, {"_id": id, **_THERE})
        if found is None:
            raise no_attachment(id)
        shelf, raw = found
        if (location := raw["metadata"]["location"]) is None:
            return chunked(raw["length"], lambda n: shelf.chunk(id, n))
        if self._bucket is None:
            raise missing_bucket()
        return self._bucket.open(location, raw["length"])

    def delete(self, kind: str, id: UUID) -> bool:
        """Mark an attachment as removed."""
        return self._mark(kind, id, removed=True)

    def restore(self, kind: str, id: UUID) -> bool:
        """Undo a removal."""
        return self._mark(kind, id, removed=False)

    def _mark(self, kind: str, id: UUID, *, removed: bool) -> bool:
        there = _THERE if removed else {"metadata.removed_at": {"$ne": None}}
        found = self._find(kind, {"_id": id, **there})
        if found is None:
            return False
        shelf, raw = found
        now = self._clock.now()
        its = {"removed_at": now if removed else None, "updated_at": now, "by": self.person}
        change = {
            "$set": {f"metadata.{name}": value for name, value in its.items()}
            | {"metadata.version": raw["metadata"]["version"] + 1}
        }
        with translated():
            query = {"_id": id, "metadata.version": raw["metadata"]["version"]}
            retried(lambda: shelf.files.update_one(query, change))
        return True

    def purge(self, area: str, before: datetime) -> int:
        """Free the bytes of what was removed before a time."""
        with translated():
            shelf = self._shelf(self.person, area)
            gone = {"metadata.removed_at": {"$lt": before}}
            ids = [raw["_id"] for raw in shelf.files.find(gone, {"_id": 1})]
            for id in ids:
                shelf.files.delete_one({"_id": id})
            shelf.sweep(before)
            if self._bucket is not None:
                for keys in self._bucket.keys(self.person, area, before):
                    query = {"metadata.location": {"$in": keys}}
                    named = shelf.files.distinct("metadata.location", query)
                    self._bucket.delete([key for key in keys if key not in named])
        return len(ids)

    def _find(self, kind: str, query: Raw) -> "tuple[_Shelf, Raw] | None":
        with translated():
            for shelf in self._shelves(kind):
                raw = shelf.files.find_one(query | {"metadata.kind": kind})
                if raw is not None:
                    return shelf, raw
        return None

    def _shelves(self, kind: str) -> Iterator["_Shelf"]:
        area = area_of(kind)
        yield self._shelf(self.person, area)
        for owner in self._granted(area):
            yield self._shelf(owner, area)

    def _shelf(self, owner: UUID, area: str) -> "_Shelf":
        shelf = _Shelf(self._client[database_of(owner)], area)
        if owner == self.person and area not in self._prepared:
            shelf.prepare()
            self._prepared.add(area)
        return shelf


class _Shelf:
    """The files of one area of one owner, in GridFS's layout."""

    def __init__(self, database: "Database[Raw]", area: str) -> None:
        self.files = database[f"{area}.attachments.files"]
        self.chunks = database[f"{area}.attachments.chunks"]

    def prepare(self) -> None:
        """Make the indexes; only the owner can, and only once."""
        retried(lambda: self.chunks.create_index([("files_id", 1), ("n", 1)], unique=True))
        retried(lambda: self.files.create_index([("filename", 1), ("uploadDate", 1)]))
        retried(lambda: self.files.create_index("metadata.record"))

    def write(self, id: UUID, meter: Meter, written: list[ObjectId]) -> None:
        """Write the pieces; `written` collects what would have to be taken back."""
        # An upload that was cut off may have left some.
        retried(lambda: self.chunks.delete_many({"files_id": id}))
        for n, data in enumerate(meter.chunks()):
            key = ObjectId()
            piece = {"_id": key, "files_id": id, "n": n, "data": Binary(data)}
            written.append(key)
            retried(lambda piece=piece: _put(self.chunks, piece))  # type: ignore[misc]

    def enter(self, new: Raw) -> None:
        """Write the file's own document, by which it comes to be."""
        _put(self.files, new)

    def withdraw(self, written: list[ObjectId]) -> None:
        """Take back pieces."""
        if written:
            self.chunks.delete_many({"_id": {"$in": written}})

    def chunk(self, id: UUID, n: int) -> bytes | None:
        """One piece."""
        with translated():
            piece = self.chunks.find_one({"files_id": id, "n": n}, {"data": 1})
        return None if piece is None else bytes(piece["data"])

    def sweep(self, before: datetime) -> None:
        """Delete pieces without a file, unless they may belong to one that is being written."""
        old = {"_id": {"$lt": ObjectId.from_datetime(before)}}
        for file in self.chunks.aggregate([{"$match": old}, {"$group": {"_id": "$files_id"}}]):
            if self.files.find_one({"_id": file["_id"]}, {"_id": 1}) is None:
                self.chunks.delete_many({"files_id": file["_id"], **old})


def _put(collection: Any, new: Raw) -> None:
    """Insert, or find that a try that seemed to fail had succeeded."""
    try:
        collection.insert_one(new)
    except DuplicateKeyError:
        kept = collection.find_one({"_id": new["_id"]})
        if kept is None or not _is(kept, new):
            raise


def _is(kept: Raw, new: Raw) -> bool:
    if "metadata" not in new:
        return True  # a piece's own id is new each time
    return bool(kept["metadata"]["sha256"] == new["metadata"]["sha256"]) and (
        kept["uploadDate"] == new["uploadDate"]
    )


def _attachment(raw: Raw) -> Attachment:
    its = raw["metadata"]
    return Attachment(
        id=raw["_id"],
        owner=its["owner"],
        kind=its["kind"],
        record=its["record"],
        name=raw["filename"],
        media_type=its["media_type"],
        size=raw["length"],
        sha256=its["sha256"],
        location=its["location"],
        batch=its["batch"],
        version=its["version"],
        created_at=raw["uploadDate"],
        updated_at=its["updated_at"],
    )
