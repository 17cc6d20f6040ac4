"""The contract for attachments, held against every place their bytes can lie."""

import hashlib
import io
import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import ClassVar
from uuid import UUID, uuid4

import pytest

from pgc_lib.core.ids import new_id
from pgc_lib.errors import (
    Conflict,
    Denied,
    Invalid,
    NotFound,
    SettingError,
    StoreError,
    Unavailable,
)
from pgc_lib.stores.attachments import CHUNK, MAX_SIZE, AttachmentStore, Source, save
from pgc_lib.stores.attachments_s3 import bucket_for
from tests.support.documents import Back, MongoBack, PostgresBack
from tests.support.large_attachment import Generated
from tests.support.s3 import S3

KIND = "family.members"
SOON = timedelta(hours=1)


@dataclass
class Place:
    """Where the bytes lie, and for whom."""

    back: Back
    person: UUID
    s3: S3 | None
    prefix: str

    @property
    def bucket_url(self) -> str:
        return self.s3.url(self.prefix) if self.s3 else ""

    def store(self, person: UUID | None = None) -> AttachmentStore:
        bucket = bucket_for(self.bucket_url) if self.s3 else None
        return self.back.attachments(person or self.person, bucket)

    def kept(self) -> tuple[int, int]:
        """How many files are known, and how many pieces or objects of them are kept."""
        files, pieces = self.back.attached(self.person)
        if self.s3 is None:
            return files, pieces
        assert pieces == 0
        return files, len(self.s3.files(self.prefix))


@pytest.fixture(params=["postgres", "mongo", "postgres-s3", "mongo-s3"])
def place(request: pytest.FixtureRequest) -> Place:
    """Each place in turn, empty."""
    name, _dash, bucket = request.param.partition("-")
    back = request.getfixturevalue(f"{name}_back")
    server = request.getfixturevalue("s3") if bucket else None
    return Place(back, back.person(), server, f"test-{uuid4().hex}")


@pytest.fixture
def store(place: Place) -> AttachmentStore:
    """That person's attachments."""
    return place.store()


def _bytes(size: int) -> bytes:
    return (hashlib.sha256(b"%d" % size).digest() * (size // 32 + 1))[:size]


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK + 7])
def test_what_was_attached_comes_back(store: AttachmentStore, place: Place, size: int) -> None:
    """The same bytes, with their hash, size, name and type, in order and from any place."""
    key, record, batch, data = new_id(), new_id(), uuid4(), _bytes(size)
    added = store.add(KIND, data, id=key, record=record, name="照片.JPG", batch=batch)
    assert (added.id, added.owner, added.kind, added.record) == (key, place.person, KIND, record)
    assert (added.name, added.media_type, added.batch) == ("照片.JPG", "image/jpeg", batch)
    assert (added.size, added.sha256) == (size, hashlib.sha256(data).hexdigest())
    assert added.version == 1 and abs(added.created_at - datetime.now(UTC)) < timedelta(minutes=1)
    assert (added.location is not None) == (place.s3 is not None)
    assert store.get(KIND, key) == added
    assert store.of(KIND, record) == [added]
    with store.open(KIND, key) as stream:
        assert stream.read() == data
        for offset in (0, size // 2, max(0, size - 1), size, size + 5):
            stream.seek(offset)
            assert stream.read(40) == data[offset : offset + 40]
        stream.seek(-min(size, 9), os.SEEK_END)
        assert stream.read() == data[size - min(size, 9) :]
    out = io.BytesIO()
    assert save(store, KIND, key, out) == size and out.getvalue() == data


class Pipe(io.RawIOBase):
    """A stream that hands out a little at a time and cannot be rewound."""

    def __init__(self, data: bytes) -> None:
        self._inner = io.BytesIO(data)

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        return self._inner.read(min(size, 70_001) if size >= 0 else size)


def test_files_streams_and_bytes_can_be_attached(store: AttachmentStore, tmp_path: Path) -> None:
    """A path, an open file where it stands, and a stream that cannot be rewound."""
    data = _bytes(2 * CHUNK + 3)
    path = tmp_path / "notes.md"
    path.write_bytes(data)
    record = new_id()
    assert store.add(KIND, path, id=new_id(), record=record).name == "notes.md"
    with path.open("rb") as file:
        file.seek(5)
        second = store.add(KIND, file, id=new_id(), record=record)
        assert (second.name, second.size) == ("notes.md", len(data) - 5)
        assert not file.closed
    third = store.add(KIND, Pipe(data), id=new_id(), record=record, name="p", media_type="Text/X")
    assert third.media_type == "text/x"
    found = store.of(KIND, record)
    assert [it.name for it in found] == ["notes.md", "notes.md", "p"]
    for attachment, wanted in zip(found, (data, data[5:], data), strict=True):
        save(store, KIND, attachment.id, tmp_path / "out")
        assert (tmp_path / "out").read_bytes() == wanted
    assert sorted(it.name for it in tmp_path.iterdir()) == ["notes.md", "out"]


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("", ""),
        ("..", ""),
        ("../x", ""),
        ("a\\b", ""),
        ("a\0b", ""),
        ("a\nb", ""),
        ("\ud800", ""),
        ("x" * 256, ""),
        ("x", "text"),
        ("x", "text/html; charset=x"),
    ],
)
def test_a_name_or_type_that_means_trouble_is_refused(
    store: AttachmentStore, place: Place, name: str, media_type: str
) -> None:
    """A name becomes a file's name when it is copied out, a type becomes a header on a page."""
    with pytest.raises(Invalid):
        store.add(KIND, b"x", id=new_id(), record=new_id(), name=name, media_type=media_type)
    assert place.kept() == (0, 0)


def test_what_cannot_be_read_is_refused(
    store: AttachmentStore, place: Place, tmp_path: Path
) -> None:
    """A missing file, a folder, and a file opened as text."""
    text = io.StringIO("text")
    sources: list[Source] = [tmp_path / "none", tmp_path, text]  # type: ignore[list-item]
    for source in sources:
        with pytest.raises(Invalid) as refused:
            store.add(KIND, source, id=new_id(), record=new_id(), name="x")
        assert refused.value.next_step and refused.value.problems
    assert place.kept() == (0, 0)


def test_a_source_that_fails_leaves_nothing(store: AttachmentStore, place: Place) -> None:
    """No row, no piece, no object: whether reading fails or the file is too large."""

    def fail(given: int) -> None:
        if given > 7 * CHUNK:
            raise OSError("the disk went away")

    with pytest.raises(OSError, match="went away"):
        store.add(KIND, Generated(MAX_SIZE, fail), id=new_id(), record=new_id(), name="x")
    assert place.kept() == (0, 0)
    assert place.s3 is None or place.s3.unfinished(place.prefix) == []
    with pytest.raises(Invalid, match="100 MB"):
        store.add(KIND, Generated(MAX_SIZE + 1), id=new_id(), record=new_id(), name="x")
    assert place.kept() == (0, 0)


def test_an_id_that_is_taken_leaves_the_first_alone(store: AttachmentStore, place: Place) -> None:
    """The second file is refused and cleaned up without touching the first."""
    key = new_id()
    store.add(KIND, b"first" * CHUNK, id=key, record=new_id(), name="x")
    kept = place.kept()
    with pytest.raises(Conflict):
        store.add(KIND, b"second", id=key, record=new_id(), name="y")
    assert place.kept() == kept
    assert save(store, KIND, key, io.BytesIO()) == 5 * CHUNK


def test_removing_can_be_undone_until_it_is_purged(store: AttachmentStore, place: Place) -> None:
    """A removed attachment is out of sight but kept; purging frees what was removed long ago."""
    record, keys = new_id(), [new_id(), new_id()]
    for key in keys:
        store.add(KIND, b"x" * 10, id=key, record=record, name="x")
    assert store.delete(KIND, keys[0])
    assert not store.delete(KIND, keys[0])
    assert store.get(KIND, keys[0]) is None
    assert [it.id for it in store.of(KIND, record)] == [keys[1]]
    with pytest.raises(NotFound):
        store.open(KIND, keys[0])
    with pytest.raises(NotFound):
        save(store, KIND, keys[0], io.BytesIO())
    assert store.purge("family", datetime.now(UTC) - SOON) == 0
    assert store.restore(KIND, keys[0])
    assert not store.restore(KIND, keys[0])
    restored = store.get(KIND, keys[0])
    assert restored is not None and restored.version == 3
    assert save(store, KIND, keys[0], io.BytesIO()) == 10

    store.delete(KIND, keys[0])
    assert store.purge("family", datetime.now(UTC) + SOON) == 1
    assert not store.restore(KIND, keys[0])
    assert place.kept() == (1, 1)
    assert save(store, KIND, keys[1], io.BytesIO()) == 10


def test_a_copy_that_is_not_what_was_put_in_is_told(
    store: AttachmentStore, place: Place, tmp_path: Path
) -> None:
    """Damage is found when copying out, and a half copy never takes the target's name."""
    key = new_id()
    store.add(KIND, _bytes(3 * CHUNK), id=key, record=new_id(), name="x")
    _damage(place)
    target = tmp_path / "target"
    target.write_text("before")
    with pytest.raises(StoreError):
        save(store, KIND, key, target)
    assert target.read_text() == "before" and list(tmp_path.iterdir()) == [target]


def _damage(place: Place) -> None:
    """Take away the last third of the only attachment."""
    back = place.back
    if place.s3 is not None:
        (path,) = place.s3.files(place.prefix)
        os.truncate(path, 2 * CHUNK)
    elif isinstance(back, PostgresBack):
        with back.engine(place.person).begin() as connection:
            connection.exec_driver_sql("delete from pgc.attachment_chunks where n = 2")
    elif isinstance(back, MongoBack):
        name = f"p_{place.person.hex}"
        back.server.admin[name]["family.attachments.chunks"].delete_one({"n": 2})


def test_another_person_is_refused_by_every_verb(place: Place, store: AttachmentStore) -> None:
    """What is not granted is not there; a grant opens it at its level."""
    key, record = new_id(), new_id()
    store.add(KIND, b"secret", id=key, record=record, name="x")
    other = place.back.person()
    stranger = place.store(other)
    assert stranger.get(KIND, key) is None and stranger.of(KIND, record) == []
    assert not stranger.delete(KIND, key) and not stranger.restore(KIND, key)
    assert stranger.purge("family", datetime.now(UTC) + SOON) == 0
    with pytest.raises(NotFound):
        stranger.open(KIND, key)
    with pytest.raises(Denied):
        stranger.add(KIND, b"x", id=new_id(), record=record, name="x", owner=place.person)

    place.back.grant(place.person, "family", other, "see")
    seeing = place.store(other)
    assert seeing.open(KIND, key).read() == b"secret"
    with pytest.raises(Denied):
        seeing.delete(KIND, key)
    with pytest.raises(Denied):
        seeing.add(KIND, b"x", id=new_id(), record=record, name="x", owner=place.person)
    assert place.kept()[0] == 1

    place.back.revoke(place.person, "family", other)
    place.back.grant(place.person, "family", other, "edit")
    editing = place.store(other)
    added = editing.add(KIND, b"more", id=new_id(), record=record, name="y", owner=place.person)
    assert added.owner == place.person
    assert editing.delete(KIND, key)
    assert [it.name for it in store.of(KIND, record)] == ["y"]


def test_the_largest_file_takes_little_memory(place: Place) -> None:
    """100 MB in and out again, streamed: under 20 MB more at the peak than for a small file."""
    result = _run(place, "-m", "tests.support.large_attachment")
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["growth_mb"] < 20


def test_a_killed_upload_leaves_nothing_to_see(place: Place) -> None:
    """kill -9 in the middle: no attachment, and what may lie about is swept up by purge."""
    code = (
        "import os, signal, sys\n"
        "from uuid import UUID\n"
        "from pgc_lib.core.ids import new_id\n"
        "from pgc_lib.stores import attachments\n"
        "from tests.support.large_attachment import Generated, open_store\n"
        "name, url, person, *bucket = sys.argv[1:]\n"
        "store = open_store(name, url, UUID(person), *(bucket or ['']))\n"
        "read = []\n"
        "def kill(given):\n"
        "    if given > 20_000_000 and len(read) >= (name == 'postgres' and not bucket):\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
        "class Twice(Generated):\n"
        "    def seekable(self): return True\n"
        "    def tell(self): return 0\n"
        "    def seek(self, place, whence=0): self.given = 0; read.append(1); return 0\n"
        "store.add('family.members', Twice(30_000_000, kill), id=new_id(), record=new_id(), name='x')\n"
    )
    result = _run(place, "-c", code)
    assert result.returncode == -signal.SIGKILL, result.stderr
    assert place.kept()[0] == 0
    place.store().purge("family", datetime.now(UTC) + SOON)
    assert place.kept() == (0, 0)


def _run(place: Place, *program: str) -> "subprocess.CompletedProcess[str]":
    back = place.back
    assert isinstance(back, PostgresBack | MongoBack)
    url = (
        back.url_of(place.person)
        if isinstance(back, PostgresBack)
        else back.server.url_of(place.person)
    )
    arguments = [back.name, url, place.person.hex, *([place.bucket_url] if place.s3 else [])]
    return subprocess.run(
        [sys.executable, *program, *arguments],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_an_object_whose_row_was_never_written_is_swept(
    s3: S3, postgres_back: PostgresBack
) -> None:
    """A crash between the object and its row leaves an object that nothing names; purge finds it."""
    place = Place(postgres_back, postgres_back.person(), s3, f"test-{uuid4().hex}")
    store = place.store()
    store.add(KIND, b"kept", id=new_id(), record=new_id(), name="x")
    (kept,) = s3.files(place.prefix)
    with bucket_for(place.bucket_url).added(place.person, "family", io.BytesIO(b"left")):
        pass
    store.purge("family", datetime.now(UTC) - SOON)
    assert len(s3.files(place.prefix)) == 2, "it may belong to an upload that is still running"
    store.purge("family", datetime.now(UTC) + SOON)
    assert s3.files(place.prefix) == [kept]


class _Ranges(BaseHTTPRequestHandler):
    """A server of one object that honours ranges, as rclone does not."""

    data = _bytes(4 * CHUNK)
    asked: ClassVar[list[str | None]] = []

    def do_GET(self) -> None:
        asked = self.headers["Range"]
        self.asked.append(asked)
        start = int(asked.removeprefix("bytes=").removesuffix("-")) if asked else 0
        self.send_response(206 if asked else 200)
        last = len(self.data) - 1
        self.send_header("Content-Range", f"bytes {start}-{last}/{last + 1}")
        self.send_header("Content-Length", str(len(self.data) - start))
        self.send_header("Last-Modified", "Fri, 20 Nov 2026 00:00:00 GMT")
        self.end_headers()
        with suppress(OSError):  # the reader has what it wanted
            self.wfile.write(self.data[start:])

    def log_message(self, *_arguments: object) -> None:
        pass


def test_reading_on_from_a_place_asks_for_the_rest_only() -> None:
    """A jump in a large object costs one request for what follows, not the whole object."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Ranges) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        bucket = bucket_for(f"s3://k:s@b/?endpoint=http://127.0.0.1:{server.server_port}")
        size = len(_Ranges.data)
        with bucket.open("x", size) as stream:
            stream.seek(3 * CHUNK + 5)
            assert stream.read(CHUNK) == _Ranges.data[3 * CHUNK + 5 :]
            stream.seek(0)
            assert stream.read() == _Ranges.data
        server.shutdown()
    assert _Ranges.asked == [f"bytes={3 * CHUNK + 5}-", None]


def test_trouble_with_the_bucket_is_told(s3: S3, postgres_back: PostgresBack) -> None:
    """Wrong keys, a bucket that is not there and a server that is down; no row is left, no key shown."""
    url = s3.url("trouble")
    cases = {
        s3.url("trouble", secret="wrong-secret"): Denied,
        s3.url("trouble", bucket="missing"): StoreError,
        url.replace(f":{s3.port}", ":1"): Unavailable,
    }
    person = postgres_back.person()
    for address, error in cases.items():
        store = postgres_back.attachments(person, bucket_for(address))
        with pytest.raises(error) as told:
            store.add(KIND, b"x", id=new_id(), record=new_id(), name="x")
        assert told.value.next_step
        assert s3.secret not in str(told.value) and "wrong-secret" not in str(told.value)
    assert postgres_back.attached(person) == (0, 0)


@pytest.mark.parametrize(
    "url",
    [
        "s3://",
        "http://bucket/x",
        "bucket",
        "s3://b?regoin=x",
        "s3://k:s3cret@b/?x=1",
        "s3://[",
        "s3:///x",
        "",
    ],
)
def test_an_address_that_is_none_is_told(url: str) -> None:
    """A slip in the setting is told when the lab opens, without repeating the key."""
    with pytest.raises(SettingError) as told:
        bucket_for(url)
    assert "s3cret" not in str(told.value) and told.value.next_step


def test_the_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bucket's library is an extra; without it the very command is given."""
    monkeypatch.setitem(sys.modules, "obstore.store", None)
    with pytest.raises(SettingError, match=r'pip install "pgc-lab\[s3\]"'):
        bucket_for("s3://bucket/prefix")


def test_a_bucket_that_is_no_longer_set_is_told(s3: S3, postgres_back: PostgresBack) -> None:
    """An attachment knows that it lies in a bucket, though no bucket is set now."""
    person, key = postgres_back.person(), new_id()
    bucket = bucket_for(s3.url("unset"))
    postgres_back.attachments(person, bucket).add(KIND, b"x", id=key, record=new_id(), name="x")
    with pytest.raises(SettingError):
        postgres_back.attachments(person).open(KIND, key)
