"""Attaches and reads back a file of the largest size, and prints how much memory that took.

Run as a program, so that nothing else counts: `large_attachment.py postgres|mongo URL PERSON [BUCKET]`.
"""

import io
import json
import resource
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

from pgc_lib.core.ids import new_id
from pgc_lib.stores.attachments import MAX_SIZE, AttachmentStore, save


class Generated(io.RawIOBase):
    """A stream of so many bytes, which cannot be rewound; `hook` is told how many went before."""

    def __init__(self, size: int, hook: Callable[[int], None] = lambda _given: None) -> None:
        self.size = size
        self.given = 0
        self._hook = hook

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        self._hook(self.given)
        count = min(self.size - self.given, size if size >= 0 else self.size, 300_000)
        pattern = b"%015d\n" % (self.given // 300_000)
        self.given += count
        return (pattern * (count // 16 + 1))[:count]


def main(kind: str, url: str, person: str, bucket_url: str = "") -> None:
    store = open_store(kind, url, UUID(person), bucket_url)
    with tempfile.TemporaryDirectory() as folder:
        attach(store, 3_000_000, Path(folder))
        before = peak()
        attach(store, MAX_SIZE, Path(folder))
        sys.stdout.write(json.dumps({"growth_mb": (peak() - before) / 1024}))


def attach(store: AttachmentStore, size: int, folder: Path) -> None:
    key = new_id()
    added = store.add("family.members", Generated(size), id=key, record=new_id(), name="x.bin")
    assert added.size == size
    assert save(store, "family.members", key, folder / "copy") == size


def open_store(kind: str, url: str, person: UUID, bucket_url: str) -> AttachmentStore:
    from pgc_lib.stores.attachments_s3 import bucket_for

    bucket = bucket_for(bucket_url) if bucket_url else None
    if kind == "postgres":
        from pgc_lib.stores.attachments_postgres import PostgresAttachments
        from pgc_lib.stores.postgres import engine_for

        return PostgresAttachments(engine_for(url), bucket)
    from pgc_lib.stores.attachments_mongo import MongoAttachments
    from pgc_lib.stores.mongo import client_for

    return MongoAttachments(client_for(url), person, bucket=bucket)


def peak() -> int:
    """The most memory that this process ever held, in KB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    main(*sys.argv[1:])
