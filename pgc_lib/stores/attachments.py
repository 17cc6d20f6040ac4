"""The contract for attachments: files of up to 100 MB that belong to a record, never whole in memory.

Their bytes lie in the store that holds documents (`attachments_postgres.py`, `attachments_mongo.py`) or,
when `attachments_url` names one, in an S3-compatible bucket (`attachments_s3.py`); what is known about
them always lies in the store, so the same rights hold for them as for the record.

Removing an attachment is a mark and can be undone. `purge` frees the bytes of what was removed before a
time, and whatever an upload that was cut off may have left.
"""

import hashlib
import io
import mimetypes
import os
import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Protocol, TypeAlias
from uuid import UUID

from pgc_lib.errors import Conflict, Invalid, NotFound, Problem, StoreError
from pgc_lib.i18n import _

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

MAX_SIZE = 100 * 1024 * 1024
CHUNK = 1024 * 1024

_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,99}/[a-z0-9][a-z0-9!#$&^_.+-]{0,99}")
_UNKNOWN_TYPE = "application/octet-stream"


class Readable(Protocol):
    """What can be attached besides a path: anything open that gives bytes."""

    def read(self, size: int, /) -> bytes:
        """At most so many bytes; none at the end."""


Source: TypeAlias = Readable | Path | bytes


@dataclass(frozen=True, slots=True)
class Attachment:
    """What is known about an attached file."""

    id: UUID
    owner: UUID
    kind: str
    record: UUID
    name: str
    media_type: str
    size: int
    sha256: str
    location: str | None
    """None for bytes in the store, else their key in the bucket."""
    batch: UUID | None
    version: int
    created_at: datetime
    updated_at: datetime

    def _shown_(self) -> dict[str, Any]:
        return {
            _("Name"): self.name,
            _("Type"): self.media_type,
            _("Bytes"): self.size,
            _("When"): self.created_at,
        }


class AttachmentStore(Protocol):
    """Where attachments are kept, seen with the rights of one person."""

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
        """Attach a file to a record of a kind. It is there whole or, whatever goes wrong, not at all.

        The name is the file's own unless given, and the media type guessed from it.
        """

    def get(self, kind: str, id: UUID) -> Attachment | None:
        """What is known about an attachment; None when there is none or it may not be seen."""

    def of(self, kind: str, record: UUID) -> list[Attachment]:
        """The attachments of a record, oldest first."""

    def open(self, kind: str, id: UUID) -> io.BufferedReader:
        """The bytes, to be read from any place and closed; `NotFound` when there are none."""

    def delete(self, kind: str, id: UUID) -> bool:
        """Remove an attachment, so that it can be restored; False when there is none."""

    def restore(self, kind: str, id: UUID) -> bool:
        """Undo a removal; False when there is nothing to restore."""

    def purge(self, area: str, before: datetime) -> int:
        """Free the bytes of what was removed before a time; how many attachments that were."""


def save(store: AttachmentStore, kind: str, id: UUID, target: IO[bytes] | Path) -> int:
    """Copy an attachment out and check that it is what was put in; the number of bytes.

    A path gets the file only when all of it has arrived.
    """
    known = store.get(kind, id)
    if known is None:
        raise no_attachment(id)
    with store.open(kind, id) as stream:
        if not isinstance(target, Path):
            return _copy(known, stream, target)
        handle, part = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:50]}.")
        try:
            with os.fdopen(handle, "wb") as file:
                size = _copy(known, stream, file)
            Path(part).replace(target)
        except BaseException:
            with suppress(FileNotFoundError):
                Path(part).unlink()
            raise
        return size


def _copy(known: Attachment, stream: Readable, target: IO[bytes]) -> int:
    meter = Meter(stream)
    for data in meter.chunks():
        target.write(data)
    if meter.sha256 != known.sha256:
        raise StoreError(
            _("The attachment {name} is damaged: it is not what was put in.", name=known.name),
            next_step=_("Restore it from a backup; `pgc doctor` checks the store."),
        )
    return meter.size


class Meter:
    """Reads a stream in even pieces, counting and hashing; refuses what is too large."""

    def __init__(self, stream: Readable) -> None:
        self.size = 0
        self._stream = stream
        self._hash = hashlib.sha256()

    @property
    def sha256(self) -> str:
        """The hash of what was read so far."""
        return self._hash.hexdigest()

    def chunks(self, length: int = CHUNK) -> Iterator[bytes]:
        """The stream in pieces of this length; the last may be shorter."""
        while data := self._piece(length):
            self.size += len(data)
            if self.size > MAX_SIZE:
                raise too_large()
            self._hash.update(data)
            yield data
            if len(data) < length:
                return

    def _piece(self, length: int) -> bytes:
        """One piece, though a pipe or socket hands out less at a time."""
        parts: list[bytes] = []
        missing = length
        while missing:
            part: object = self._stream.read(missing)
            if not isinstance(part, bytes | bytearray | memoryview):
                raise Invalid(
                    _("The file to attach does not give bytes."),
                    [Problem("source", _("not open in binary mode"))],
                    next_step=_("Open it with open(path, 'rb'), or give its path."),
                )
            if not part:
                break
            parts.append(bytes(part))
            missing -= len(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)


@contextmanager
def opened(source: Source) -> Iterator[Readable]:
    """The source as a stream; one that was open already stays open."""
    if isinstance(source, Path):
        try:
            stream = source.open("rb")
        except OSError as error:
            raise Invalid(
                _("{path} cannot be read: {error}", path=source, error=error.strerror),
                [Problem("source", str(error.strerror), str(source))],
                next_step=_("Name a file that can be read."),
            ) from error
        with stream:
            yield stream
    elif isinstance(source, bytes):
        yield io.BytesIO(source)
    else:
        yield source


@contextmanager
def measured(source: Source) -> Iterator[tuple[Readable, Meter]]:
    """A stream with its size and hash known beforehand; what cannot be rewound goes through a file."""
    with opened(source) as stream:
        again: Any = stream
        if hasattr(stream, "seekable") and again.seekable():
            start = again.tell()
            meter = Meter(stream)
            for _data in meter.chunks():
                pass
            again.seek(start)
            yield stream, meter
            return
        with tempfile.TemporaryFile() as copy:
            meter = Meter(stream)
            for data in meter.chunks():
                copy.write(data)
            copy.seek(0)
            yield copy, meter


class RandomAccess(io.RawIOBase):
    """A readable file over a function that gives some bytes from a place, fewer when it suits it."""

    def __init__(self, size: int, read_at: Callable[[int, int], bytes | memoryview]) -> None:
        self._size = size
        self._read_at = read_at
        self._place = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._place, os.SEEK_END: self._size}[whence]
        if start + offset < 0:
            raise ValueError(offset)
        self._place = start + offset
        return self._place

    def tell(self) -> int:
        return self._place

    def readinto(self, buffer: "WriteableBuffer") -> int:
        view = memoryview(buffer).cast("B")
        wanted = min(len(view), self._size - self._place)
        if wanted <= 0:
            return 0
        data = self._read_at(self._place, wanted)[:wanted]
        if not data:
            raise StoreError(
                _("The attachment is damaged: a part of it is missing."),
                next_step=_("Restore it from a backup; `pgc doctor` checks the store."),
            )
        view[: len(data)] = data
        self._place += len(data)
        return len(data)


def chunked(size: int, chunk: Callable[[int], bytes | None]) -> io.BufferedReader:
    """A readable file over numbered pieces of `CHUNK` bytes, of which the last one read is kept."""
    kept: tuple[int, bytes] = (-1, b"")

    def read_at(place: int, _wanted: int) -> memoryview:
        nonlocal kept
        n, offset = divmod(place, CHUNK)
        if kept[0] != n:
            kept = (n, chunk(n) or b"")
        return memoryview(kept[1])[offset:]

    return io.BufferedReader(RandomAccess(size, read_at), 64 * 1024)


def describe(source: Source, name: str, media_type: str) -> tuple[str, str]:
    """The name and media type to keep; `Invalid` for what would be trouble when copied out."""
    if not name and isinstance(source, Path):
        name = source.name
    elif not name:
        name = Path(str(getattr(source, "name", ""))).name
    problems = []
    if not 1 <= len(name) <= 255 or name in (".", "..") or not _plain(name):
        reason = _("a file name has 1 to 255 characters, none of them / \\ or a control character")
        problems.append(Problem("name", reason, repr(name)[:80]))
    media_type = (media_type or mimetypes.guess_type(name)[0] or _UNKNOWN_TYPE).lower()
    if not _MEDIA_TYPE.fullmatch(media_type):
        reason = _("not of the form type/subtype")
        problems.append(Problem("media_type", reason, repr(media_type)[:80]))
    if problems:
        raise Invalid(
            _("The file cannot be attached."),
            problems,
            next_step=_("Give it another name or type."),
        )
    return name, media_type


def too_large() -> Invalid:
    """The error for a file above the limit."""
    limit = MAX_SIZE // (1024 * 1024)
    return Invalid(
        _("The file is too large; nothing was attached."),
        [Problem("source", _("larger than {limit} MB", limit=limit))],
        next_step=_("Keep it elsewhere and attach a link, or attach parts of it."),
    )


def no_attachment(id: UUID) -> NotFound:
    """The error for an attachment that is not there, or not to be seen."""
    return NotFound(
        _("There is no attachment {id}.", id=id),
        next_step=_("Look at the attachments of its record; it may have been removed."),
    )


def attachment_taken(id: UUID) -> Conflict:
    """The error for an id that exists already."""
    return Conflict(
        _("An attachment {id} exists already; nothing was added.", id=id),
        next_step=_("Add it with another id."),
    )


def changed_meanwhile() -> Conflict:
    """The error for a file that was written to while it was read."""
    return Conflict(
        _("The file changed while it was read; nothing was attached."),
        next_step=_("Try again when nothing writes to it."),
    )


def _plain(name: str) -> bool:
    return name.isprintable() and not set(name) & set("/\\")
