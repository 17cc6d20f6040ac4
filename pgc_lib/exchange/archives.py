"""Zip archives in which wallets send their bills: with a password, by the old cipher or AES, and none of the known traps.

What is unpacked lies in a temporary folder for as long as the file is looked at; a member's name decides nothing but
its ending. An archive that unpacks to far more than it weighs is refused before it fills the disk.
"""

import shutil
import sys
import tempfile
import weakref
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from pgc_lib.errors import Invalid, Problem
from pgc_lib.exchange.opening import unreadable
from pgc_lib.i18n import _

_MOST = 8 << 30
"""Bytes that an archive may unpack to."""
_RATIO = 250
"""How many times larger than its packed form a member may be; tables rarely get over 30."""
_SMALL = 64 << 20
_PIECE = 1 << 20
_NOT_DATA = ("__MACOSX/", ".DS_Store")
UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError)
"""How a damaged archive shows itself, at any depth."""


class Wanted(Invalid):
    """A password is needed, or another one."""


def is_archive(path: Path) -> bool:
    """Whether it is a plain archive; a spreadsheet or a package of cards is one too, but of another sort."""
    if not zipfile.is_zipfile(path):
        with path.open("rb") as file:
            cut_off = file.read(4) == b"PK\x03\x04" and path.suffix.lower() == ".zip"
        if cut_off:
            raise unreadable(path, _("the archive is cut off or damaged"))
        return False
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
    other = ("[Content_Types].xml", "mimetype", "collection.anki2", "collection.anki21b")
    return not any(name in other for name in names)


@contextmanager
def unpacked(path: Path, password: str | None = None) -> Iterator[Path]:
    """The file itself, or the one that an archive holds.

    What was unpacked stays until nobody holds the path any more, because rows are read from it later too.
    """
    if not is_archive(path):
        yield path
        return
    folder = Path(tempfile.mkdtemp(prefix="pgc-unpacked-"))
    try:
        made = _Unpacked(_extract(path, folder, password))
        weakref.finalize(made, shutil.rmtree, folder, ignore_errors=True)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    yield made


class _Unpacked(type(Path())):  # type: ignore[misc]
    """A path that can be watched, so that its folder goes with it."""


def members(path: Path) -> list[str]:
    """The files of an archive that may be data."""
    with zipfile.ZipFile(path) as archive:
        return [
            info.filename
            for info in archive.infolist()
            if not info.is_dir() and not any(mark in info.filename for mark in _NOT_DATA)
        ]


def _extract(path: Path, folder: Path, password: str | None) -> Path:
    from pyzipper import AESZipFile  # type: ignore[import-untyped, unused-ignore]

    try:
        with AESZipFile(path) as archive:
            info = _the_one(archive, path)
            if info.flag_bits & 1 and password is None:
                password = _asked(path)
            if password is not None:
                archive.setpassword(password.encode())
            target = (
                folder
                / f"{Path(name_of(info)).stem[:80] or 'file'}{Path(name_of(info)).suffix[:8]}"
            )
            within_limits(path, info.file_size, max(info.compress_size, 1))
            with archive.open(info) as source, target.open("wb") as out:
                _copy(source, out, path, max(info.compress_size, 1))
            return target
    except RuntimeError as error:  # how zipfile tells of a wrong password
        raise Wanted(
            _("The password does not open this archive: {path}", path=path.name),
            [Problem(path.name, _("wrong password"))],
            next_step=_("Say it again: lab.import_file(path, password='…')."),
        ) from error
    except UNREADABLE as error:
        if (password is not None and "HMAC" in str(error)) or "Bad CRC" in str(error):
            reason = _("wrong password, or the archive is damaged")
        else:
            reason = _("the archive is cut off or damaged")
        raise unreadable(path, reason) from error


def _the_one(archive: Any, path: Path) -> Any:
    """The member that is data: the largest one of those with a known ending, or the only one."""
    infos = [
        info
        for info in archive.infolist()
        if not info.is_dir() and not any(mark in info.filename for mark in _NOT_DATA)
    ]
    tables = [
        info
        for info in infos
        if Path(name_of(info)).suffix.lower() not in (".pdf", ".txt", ".png", ".jpg", ".html")
    ]
    found = tables or infos
    if not found:
        raise unreadable(path, _("the archive is empty"))
    if len(found) > 1:
        raise Invalid(
            _("This archive holds several files: {path}", path=path.name),
            [Problem(name_of(info), _("{n} bytes", n=info.file_size)) for info in found[:20]],
            next_step=_("Unpack it and import them one after the other."),
        )
    return found[0]


def name_of(info: Any) -> str:
    """Its name; Chinese programs write GBK where the standard of old says something else."""
    if info.flag_bits & 0x800:
        return str(info.filename)
    try:
        return str(info.filename.encode("cp437").decode("gb18030"))
    except (UnicodeEncodeError, UnicodeDecodeError):
        return str(info.filename)


def within_limits(path: Path, size: int, packed: int) -> None:
    """Refuse what unpacks to far more than it weighs."""
    if size > _MOST or (size > _SMALL and size > packed * _RATIO):
        raise unreadable(
            path,
            _(
                "it would unpack from {packed} to {size} bytes, as archives made to do harm do",
                packed=packed,
                size=size,
            ),
            unpack_yourself(),
        )


def unpack_yourself() -> str:
    """What to do with an archive that is not opened here."""
    return _("If you trust it, unpack it yourself and take in the folder or the files.")


def _copy(source: IO[bytes], out: IO[bytes], path: Path, packed: int) -> None:
    """What the archive says of its sizes may be a lie, so they are counted."""
    done = 0
    while piece := source.read(_PIECE):
        done += len(piece)
        within_limits(path, done, packed)
        out.write(piece)


def _asked(path: Path) -> str:
    ask = ASK()
    if ask is None:
        raise Wanted(
            _("This archive has a password: {path}", path=path.name),
            [Problem(path.name, _("a password is needed"))],
            next_step=_(
                "Wallets send it in a message of its own: lab.import_file(path, password='…')."
            ),
        )
    return ask(_("Password of {path}: ", path=path.name))


def _somebody() -> Callable[[str], str] | None:
    """What asks in this terminal or notebook; None where nobody sits before it, as in a report of the night."""
    from getpass import getpass  # a kernel that may ask has put its own in place

    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    asks = getattr(getattr(shell, "kernel", None), "_allow_stdin", False)
    return getpass if asks or (sys.stdin is not None and sys.stdin.isatty()) else None


ASK: Callable[[], Callable[[str], str] | None] = _somebody
"""Finds what asks the person for a password."""
