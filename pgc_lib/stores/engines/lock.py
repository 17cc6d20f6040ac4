"""One process at a time may start or stop the engines of a data folder.

The lock is the kernel's (`flock`), so it ends with its holder, however that ends: a lock file left
behind means nothing and blocks nobody.
"""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pgc_lib.errors import EngineError
from pgc_lib.i18n import _
from pgc_lib.stores.engines.folder import give_to_owner_of

_PAUSE = 0.02
_TELL_AFTER = 0.5


@contextmanager
def held(path: Path, *, timeout: float, say: Callable[[str], None]) -> Iterator[None]:
    """Hold the lock for a block; waiting longer than `timeout` seconds is an error."""
    descriptor = _take(path, timeout=timeout, say=say)
    try:
        yield
    finally:
        os.close(descriptor)


def try_hold(path: Path) -> int | None:
    """The descriptor that holds the lock, or `None` when someone else has it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        give_to_owner_of(path.parent, descriptor)
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if _is_still(path, descriptor):
            return descriptor
    except BlockingIOError:
        pass  # someone else has it: the answer is None
    except OSError:
        os.close(descriptor)
        raise
    os.close(descriptor)
    return None


def _take(path: Path, *, timeout: float, say: Callable[[str], None]) -> int:
    began, told = time.monotonic(), False
    while (descriptor := try_hold(path)) is None:
        waited = time.monotonic() - began
        if waited > timeout:
            raise EngineError(
                _("Another process has been starting or stopping the engines for too long."),
                next_step=_("See `pgc status`; end the process that hangs, then try again."),
            )
        if waited > _TELL_AFTER and not told:
            say(_("Waiting for another process that is starting or stopping the engines…"))
            told = True
        time.sleep(_PAUSE)
    return descriptor


def _is_still(path: Path, descriptor: int) -> bool:
    """Whether the locked file is the one at the path, not one deleted in between."""
    try:
        there, mine = path.stat(), os.fstat(descriptor)
    except FileNotFoundError:
        return False
    return (there.st_dev, there.st_ino) == (mine.st_dev, mine.st_ino)
