"""What can go wrong around the engines, told as an error that names the next step.

The engines and the operating system speak in error numbers and log lines; this is the one place
that knows what they mean for a person.
"""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pgc_lib.errors import EngineError, FullDisk
from pgc_lib.i18n import _

_FULL = (errno.ENOSPC, errno.EDQUOT)
_CLOSED = (errno.EACCES, errno.EPERM, errno.EROFS)
_NOT_A_FOLDER = (errno.ENOTDIR, errno.EEXIST)
_NO_LOCKS = (errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS)
_LINES_SHOWN = 6

FULL_DISK = ("No space left on device", "Disk quota exceeded", "wrote only")
"""What the engines say of a full disk; the last when a write came out short."""


class PortTaken(Exception):
    """The engine found its port in use; the starter picks another one."""


class WrongPassword(EngineError):
    """The engine is ours by every sign, but our password is not the one it knows."""


@contextmanager
def explained(folder: Path) -> Iterator[None]:
    """Within this block an `OSError` becomes an `EngineError` about the data folder."""
    try:
        yield
    except OSError as error:
        raise from_os(error, folder) from error


def from_os(error: OSError, folder: Path) -> EngineError:
    """The error to show for one of the operating system's."""
    path = error.filename if isinstance(error.filename, str) else str(folder)
    if error.errno in _FULL:
        return full_disk(folder)
    if error.errno in _CLOSED:
        return EngineError(
            _("{path} cannot be written: {reason}.", path=path, reason=error.strerror),
            next_step=_(
                "Give yourself the right to write there, or choose another folder with --data."
            ),
        )
    if error.errno == errno.ENAMETOOLONG:
        return too_long(folder)
    if error.errno in _NOT_A_FOLDER:
        return EngineError(
            _("{path} is not a folder.", path=path),
            next_step=_("Move it away, or choose another folder with --data."),
        )
    if error.errno in _NO_LOCKS:
        return EngineError(
            _("The file system of {path} cannot lock files.", path=folder),
            next_step=_("Choose a folder on a local disk with --data."),
        )
    return EngineError(
        _("{path} cannot be used: {reason}.", path=path, reason=error.strerror or error),
        next_step=_("Choose another folder with --data, or run `pgc doctor`."),
    )


def full_disk(folder: Path) -> FullDisk:
    """No room where the data lives."""
    return FullDisk(
        _("The disk that holds {path} is full.", path=folder),
        next_step=_(
            "Free some space, or choose another folder with --data, and start again. "
            "Nothing was lost."
        ),
    )


def too_long(folder: Path) -> EngineError:
    """A path that the engines or the file system cannot take."""
    return EngineError(
        _("The path of the data folder is too long: {path}", path=folder),
        next_step=_("Choose a folder with a shorter path with --data."),
    )


def strange_file_system(folder: Path) -> EngineError:
    """Owner and mode do not stick, as on a Windows drive under WSL or some network drives."""
    return EngineError(
        _("The file system of {path} does not keep owners and access rights.", path=folder),
        next_step=_("Choose a folder on a Linux or macOS disk with --data."),
    )


def from_log(title: str, text: str, *, folder: Path, log: Path) -> Exception:
    """Why an engine ended, from what it wrote since it was launched."""
    lines = [line for line in text.splitlines() if line.strip()]
    if any("shared memory segment" in line and "No space left" in line for line in lines):
        return EngineError(
            _("{engine} found too little shared memory.", engine=title),
            next_step=_("Enlarge /dev/shm (for Docker: --shm-size=256m) and start again."),
        )
    if any(words in text for words in FULL_DISK):
        return full_disk(folder)
    if "Address already in use" in text:
        return PortTaken(title)
    if "invalid permissions" in text or "wrong ownership" in text:
        return strange_file_system(folder)
    if "pre-existing shared memory block" in text:
        return EngineError(
            _("Another {engine} server is running in {path}.", engine=title, path=folder),
            next_step=_("Stop that server, then start again."),
        )
    return EngineError(
        _(
            "{engine} could not start. It wrote:\n{lines}",
            engine=title,
            lines="\n".join(lines[-_LINES_SHOWN:]) or "—",
        ),
        next_step=_("The whole log is {log}; `pgc doctor` checks the machine.", log=log),
    )
