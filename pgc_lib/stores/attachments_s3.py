"""Attachments' bytes in an S3-compatible bucket, streamed both ways.

The address is `s3://bucket/prefix?endpoint=http://host:port&region=…`; keys are taken from the address
(`s3://KEY:SECRET@bucket/…`) or from the standard `AWS_*` variables. Objects are named
`prefix/<owner>/<area>/<id>`, so that a person's keys can be confined to their own folder.

Keys of a bucket cannot express grants: whoever shares attachments needs keys that reach the owner's
folder. A rule of the bucket should end incomplete uploads after a day, for those that a crash cut off.
"""

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit
from uuid import UUID, uuid4

from pgc_lib.errors import Denied, PgcError, SettingError, StoreError, Unavailable
from pgc_lib.i18n import _
from pgc_lib.stores.attachments import CHUNK, Meter, RandomAccess, Readable

if TYPE_CHECKING:
    from obstore.store import S3Config, S3Store

_PART = 5 * 1024 * 1024
"""The smallest part that S3 takes; only one is in the air at a time."""
_INSTALL = 'pip install "pgc-lab[s3]"'


class Bucket:
    """Objects under one prefix of one bucket."""

    def __init__(self, store: "S3Store") -> None:
        self._store = store

    @contextmanager
    def added(self, owner: UUID, area: str, stream: Readable) -> Iterator[tuple[str, Meter]]:
        """Write a stream as a new object; it is deleted again should the block fail."""
        key = f"{owner.hex}/{area}/{uuid4().hex}"
        meter = Meter(stream)
        self._put(key, meter)
        try:
            yield key, meter
        except BaseException:
            with suppress(PgcError):  # the first error tells; `purge` finds what is left
                self.delete([key])
            raise

    def _put(self, key: str, meter: Meter) -> None:
        import obstore

        parts = meter.chunks(CHUNK)
        first = next(parts, b"")
        trouble: list[BaseException] = []

        def rest() -> Iterator[bytes]:
            yield first
            try:
                yield from parts
            except BaseException as error:
                trouble.append(error)
                raise

        try:
            with _translated():
                if len(first) < CHUNK:
                    obstore.put(self._store, key, first, use_multipart=False)
                else:
                    obstore.put(self._store, key, rest(), chunk_size=_PART, max_concurrency=1)
        except Exception:
            if trouble:  # the source failed, not the bucket
                raise trouble[0] from None
            raise

    def open(self, key: str, size: int) -> io.BufferedReader:
        """The bytes of an object."""
        download = _Download(self._store, key)
        return io.BufferedReader(RandomAccess(size, download.read_at), 64 * 1024)

    def keys(self, owner: UUID, area: str, before: datetime) -> Iterator[list[str]]:
        """The keys of one owner's objects in an area that are older than a time."""
        import obstore

        with _translated():
            for page in obstore.list(self._store, f"{owner.hex}/{area}/", chunk_size=500):
                keys = [meta["path"] for meta in page if meta["last_modified"] < before]
                if keys:
                    yield keys

    def delete(self, keys: Sequence[str]) -> None:
        """Delete objects; those that are gone already do not matter."""
        import obstore
        from obstore.exceptions import NotFoundError

        with _translated():
            for key in keys:
                with suppress(NotFoundError, FileNotFoundError):
                    obstore.delete(self._store, key)


class _Download:
    """An object read from one request for as long as reading goes straight on."""

    def __init__(self, store: "S3Store", key: str) -> None:
        self._store = store
        self._key = key
        self._place = -1
        self._data = memoryview(b"")
        self._stream: Iterator[Any] = iter(())

    def read_at(self, place: int, wanted: int) -> memoryview:
        """Some bytes from a place."""
        from obstore.exceptions import BaseError

        with _translated():
            if place != self._place:
                self._begin(place)
            if not self._data:
                try:
                    self._data = self._next()
                except BaseError:
                    # A reader who takes their time finds the request timed out.
                    self._begin(place)
                    self._data = self._next()
        data, self._data = self._data[:wanted], self._data[wanted:]
        self._place += len(data)
        return data

    def _next(self) -> memoryview:
        return memoryview(next(self._stream, b""))

    def _begin(self, place: int) -> None:
        import obstore
        from obstore.exceptions import GenericError

        self._data = memoryview(b"")
        skip = 0
        try:
            options: Any = {"range": {"offset": place}} if place else None
            found = obstore.get(self._store, self._key, options=options)
        except GenericError:
            if not place:
                raise
            # Some servers answer a range with the status of a whole object, which is refused.
            found, skip = obstore.get(self._store, self._key), place
        self._stream = iter(found.stream(min_chunk_size=CHUNK))
        while skip:
            data = self._next()
            if not data:
                break
            self._data, skip = data[skip:], max(0, skip - len(data))
        self._place = place


def bucket_for(url: str) -> Bucket:
    """The bucket of an address."""
    try:
        from obstore.store import S3Store
    except ImportError as error:
        raise SettingError(
            _("Attachments in a bucket need a package that is not installed."),
            next_step=_("Install it: {command}", command=_INSTALL),
        ) from error
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise _bad_address() from error
    if parts.scheme != "s3" or not parts.hostname:
        raise _bad_address()
    options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    if set(options) - {"endpoint", "region"}:
        raise _bad_address()
    config: S3Config = {}
    if parts.username:
        config["access_key_id"] = unquote(parts.username)
        config["secret_access_key"] = unquote(parts.password or "")
    if "endpoint" in options:
        config["endpoint"] = options["endpoint"]
    if "region" in options or "endpoint" in options:
        config["region"] = options.get("region", "us-east-1")
    return Bucket(
        S3Store(
            parts.hostname,
            prefix=parts.path.strip("/") or None,
            config=config,
            client_options={
                "allow_http": options.get("endpoint", "").startswith("http://"),
                "connect_timeout": timedelta(seconds=5),
                "timeout": timedelta(seconds=120),
            },
            retry_config={"max_retries": 3, "retry_timeout": timedelta(seconds=30)},
        )
    )


def missing_bucket() -> SettingError:
    """The error for an attachment in a bucket when no bucket is set."""
    return SettingError(
        _("This attachment lies in a bucket, but no bucket is set."),
        next_step=_("Set attachments_url to the bucket that was used before."),
    )


def _bad_address() -> SettingError:
    # It may hold a key, so it is not shown.
    return SettingError(
        _("The address of the bucket cannot be used."),
        next_step=_("Write it as s3://bucket/prefix?endpoint=https://host&region=name."),
    )


@contextmanager
def _translated() -> Iterator[None]:
    """Turn obstore's errors into ours."""
    from obstore import exceptions

    try:
        yield
    except (exceptions.PermissionDeniedError, exceptions.UnauthenticatedError) as error:
        raise Denied(
            _("The bucket refuses this: {error}", error=_brief(error)),
            next_step=_("Check the keys in attachments_url or the AWS_* variables."),
        ) from error
    except (exceptions.NotFoundError, FileNotFoundError) as error:
        raise StoreError(
            _("The bucket does not have this: {error}", error=_brief(error)),
            next_step=_(
                "Check attachments_url; what is lost comes back from a backup of the bucket."
            ),
        ) from error
    except exceptions.BaseError as error:
        raise Unavailable(
            _("The bucket cannot be reached: {error}", error=_brief(error)),
            next_step=_("Check attachments_url and the network; then try again."),
        ) from error


def _brief(error: BaseException) -> str:
    return str(error).partition("\n")[0][:300]
