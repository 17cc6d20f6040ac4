"""The data folder of a lab: where its parts are, which version of the layout it has, its passwords.

Nothing here can be half-written: everything is written beside its place, flushed, and renamed.
"""

import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pgc_lib.errors import EngineError
from pgc_lib.i18n import _
from pgc_lib.stores.engines.trouble import explained, strange_file_system, too_long

LAYOUT = 1
"""The version of the folder's layout that this release makes and understands."""

_LONGEST = 800
"""Bytes of a path; PostgreSQL takes 1023 for the longest file below it."""

_MAY_BE_THERE_BEFORE = {"pgc.toml"}


@dataclass(frozen=True, slots=True)
class Folder:
    """The places in a data folder."""

    root: Path

    @property
    def engines(self) -> Path:
        return self.root / "engines"

    @property
    def logs(self) -> Path:
        return self.engines / "logs"

    @property
    def secrets(self) -> Path:
        return self.root / "secrets"

    def check(self) -> None:
        """Refuse a folder that this release must not touch; nothing is written."""
        if len(os.fsencode(self.root)) > _LONGEST:
            raise too_long(self.root)
        if any(ord(letter) < 32 for letter in str(self.root)):
            raise EngineError(
                _(
                    "The path of the data folder holds a control character: {path}",
                    path=repr(str(self.root)),
                ),
                next_step=_("Choose another folder with --data."),
            )
        self._check_layout()

    def make(self) -> None:
        """Make the folder and the one that holds the lock; others may be making them, too.

        What is already there keeps its owner and its access rights.
        """
        with explained(self.root):
            self._make_root()
            _make(self.engines, 0o755 if _is_root() else 0o700)

    def complete(self, passwords: Iterable[str]) -> None:
        """Make the rest, under the lock: the version, and each password that is not there yet."""
        with explained(self.root):
            _make(self.secrets, 0o700)
            if not self._layout_file.exists():
                write_whole(self._layout_file, f"{LAYOUT}\n", mode=0o644)
            for name in passwords:
                if not self.secret(name):
                    write_whole(self.secrets / name, secrets.token_urlsafe(32))
            if self.secrets.stat().st_mode & 0o077:
                self.secrets.chmod(0o700)
                if self.secrets.stat().st_mode & 0o077:
                    raise strange_file_system(self.root)

    def secret(self, name: str) -> str:
        """A password; empty when the file was lost."""
        with explained(self.root):
            try:
                return (self.secrets / name).read_text(encoding="utf-8").strip()
            except FileNotFoundError:
                return ""

    @property
    def _layout_file(self) -> Path:
        return self.root / "LAYOUT"

    def _check_layout(self) -> None:
        with explained(self.root):
            if not self._layout_file.exists():
                return
            text = self._layout_file.read_text(encoding="utf-8", errors="replace").strip()
        if not text.isdecimal():
            raise EngineError(
                _("{path} does not hold a version number.", path=self._layout_file),
                next_step=_("Write {version} into it if this is a lab of yours.", version=LAYOUT),
            )
        if int(text) > LAYOUT:
            raise EngineError(
                _(
                    "{path} was made by a newer release of PGC "
                    "(layout {found}, this one knows {known}).",
                    path=self.root,
                    found=text,
                    known=LAYOUT,
                ),
                next_step=_(
                    "Update PGC, or choose another folder with --data. Nothing was changed."
                ),
            )

    def _make_root(self) -> None:
        self.root.parent.mkdir(parents=True, exist_ok=True)
        _make(self.root, 0o711 if _is_root() else 0o700)
        if _is_root() and self._is_untouched():
            # A fresh folder, as `mktemp -d` makes it, is closed to the engines' user.
            self.root.chmod(self.root.stat().st_mode | 0o011)

    def _is_untouched(self) -> bool:
        mine = self.root.stat().st_uid == os.geteuid()
        return mine and {entry.name for entry in os.scandir(self.root)} <= _MAY_BE_THERE_BEFORE


def write_whole(path: Path, text: str, *, mode: int = 0o600) -> None:
    """Write a file so that after a crash there is either the old one or the new one."""
    beside = path.with_name(f".{path.name}.new")
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
    try:
        with os.fdopen(os.open(beside, flags, mode), "w", encoding="utf-8") as file:
            os.fchmod(file.fileno(), mode)
            give_to_owner_of(path.parent, file.fileno())
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise
    flush_folder(path.parent)


def give_to_owner_of(folder: Path, descriptor: int) -> None:
    """As root, give what we write to the owner of the folder, who could not read it otherwise."""
    if _is_root():
        owner = folder.stat()
        os.fchown(descriptor, owner.st_uid, owner.st_gid)


def flush_folder(folder: Path) -> None:
    """Make renames in a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _make(folder: Path, mode: int) -> None:
    if folder.is_dir():
        return
    try:
        folder.mkdir()
    except FileExistsError:
        if not folder.is_dir():
            raise  # a file; a folder was made by another process just now
    else:
        folder.chmod(mode)


def _is_root() -> bool:
    return os.geteuid() == 0
