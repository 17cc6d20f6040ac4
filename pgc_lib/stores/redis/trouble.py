"""The errors of redis-py and of the server, in our words and with the next step."""

from collections.abc import Iterator
from contextlib import contextmanager

from redis.exceptions import (
    AuthenticationError,
    ConnectionError,
    OutOfMemoryError,
    RedisError,
    TimeoutError,
)

from pgc_lib.errors import Denied, FullDisk, PgcError, StoreError, Unavailable
from pgc_lib.i18n import _

_NO_LOGIN = ("WRONGPASS", "NOAUTH", "invalid username-password", "Authentication required")
_NO_RIGHT = ("NOPERM", "No permissions", "no permissions", "ACL failure in script")
_NO_DISK = ("MISCONF", "No space left on device")
_NOT_NOW = (
    *("LOADING", "BUSY ", "READONLY", "MASTERDOWN", "TRYAGAIN", "UNKILLABLE", "NOREPLICAS"),
    *("Redis is busy", "Valkey is busy", "You can't write against a read only"),
)


@contextmanager
def translated() -> Iterator[None]:
    """Turn the driver's errors into ours, which say what to do; everything else passes untouched."""
    try:
        yield
    except RedisError as error:
        raise explain(error) from error


def explain(error: RedisError) -> PgcError:
    """Our error for one of redis-py's, which tells most of them apart by their text alone."""
    text = str(error).strip() or type(error).__name__
    if isinstance(error, AuthenticationError) or text.startswith(_NO_LOGIN):
        return Denied(
            _("Redis does not accept this login."),
            next_step=_("Check PGC_REDIS_URL, or let the administrator make the login again."),
        )
    if any(mark in text for mark in _NO_RIGHT):
        return Denied(
            _("Redis refuses this: {error}", error=text),
            next_step=_("A person's login reaches the keys below its own prefix alone."),
        )
    if any(mark in text for mark in _NO_DISK):
        return FullDisk(
            _("Redis cannot write to its disk; nothing of this was kept."),
            next_step=_("Free some space on its disk, then try again."),
        )
    if isinstance(error, OutOfMemoryError) or text.startswith("OOM"):
        return StoreError(
            _("Redis has no memory left; nothing of this was kept."),
            next_step=_("Remove what is no longer needed, or raise its `maxmemory`."),
        )
    if isinstance(error, ConnectionError | TimeoutError) or text.startswith(_NOT_NOW):
        return Unavailable(
            _("Redis cannot be reached or broke off: {error}", error=text),
            next_step=_("Run `pgc doctor`; then try again."),
        )
    return StoreError(_("Redis refuses this: {error}", error=text))
