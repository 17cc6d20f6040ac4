"""Folders and archives that are taken in as a whole: every file in them, and none of their traps.

A name leads nowhere but into the vault: steps that lead out are taken off and named. Links of the file system are not
followed. Archives are weighed before and while they are unpacked. What is hidden (names that begin with a dot) is left
out and counted. Nothing is opened before somebody asks for it.
"""

import os
import stat
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any
from unicodedata import normalize

from pgc_lib.areas.paper.paths import LONGEST, joined, wrong_name
from pgc_lib.errors import Problem
from pgc_lib.exchange.archives import UNREADABLE, Wanted, name_of, unpack_yourself, within_limits
from pgc_lib.exchange.opening import unreadable
from pgc_lib.i18n import _

MOST_FILES = 200_000
_MOST_BYTES = 8 << 30
_RATIO = 250
_SMALL = 64 << 20
_DEEPEST = 50
_PIECE = 1 << 20

Opened = Callable[[], "Any"]


@dataclass(frozen=True, slots=True)
class Member:
    """One file of a tree."""

    folder: str
    name: str
    size: int
    open: Opened
    """Its bytes, in a `with`."""

    @property
    def path(self) -> str:
        """Its place from the top of the tree."""
        return joined(self.folder, self.name)

    def bytes(self) -> bytes:
        """All of it."""
        with self.open() as stream:
            read: bytes = stream.read()
            return read


@dataclass
class Tree:
    """What is in a folder or an archive."""

    name: str
    members: list[Member] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)
    """Those in which there is nothing."""
    problems: list[Problem] = field(default_factory=list)
    hidden: Counter[str] = field(default_factory=Counter)
    """What was left out because its name begins with a dot, by its first step, with how many files."""
    _seen: set[str] = field(default_factory=set)
    _folded: dict[str, str] = field(default_factory=dict)

    def take(self, raw: str, size: int, open: Opened) -> None:
        """Put a file in its place, under a name that leads nowhere else."""
        parts = self._parts(raw)
        if parts is None:
            return
        path = wanted = "/".join(parts)
        n = 1
        while path in self._seen:
            n += 1
            stem, ending = _ending(wanted)
            path = f"{stem} ({n}){ending}"
        if path != wanted:
            reason = _("a file of this name was there before; it is kept as {path}", path=path)
            self.problems.append(Problem(wanted, reason))
        self._seen.add(path)
        folded = normalize("NFC", path).casefold()
        if folded in self._folded:
            reason = _("it differs from {other} only in case or accents; both are kept, and not every disk can hold both", other=self._folded[folded])  # fmt: skip
            self.problems.append(Problem(path, reason))
        self._folded.setdefault(folded, path)
        folder, _slash, name = path.rpartition("/")
        self.members.append(Member(folder, name, size, open))
        if len(self.members) > MOST_FILES:
            raise unreadable(Path(self.name), _("there are more than {n} files in it", n=MOST_FILES))  # fmt: skip

    def take_folder(self, raw: str) -> None:
        """A folder that may turn out to be empty."""
        parts = self._parts(raw, quietly=True)
        if parts:
            self.folders.append("/".join(parts))

    def settled(self) -> "Tree":
        """Only those folders in which there is nothing; the members in order."""
        full = {
            above
            for path in (*(member.folder for member in self.members), *(folder.rpartition("/")[0] for folder in self.folders))
            for above in _above(path)
        }  # fmt: skip
        self.folders = sorted({folder for folder in self.folders if folder not in full})
        self.members.sort(key=lambda member: member.path)
        return self

    def _parts(self, raw: str, *, quietly: bool = False) -> list[str] | None:
        given = raw.split("/")
        if given and given[-1] == "":
            given.pop()
        parts = [part for part in given if part not in ("", ".", "..")]
        hidden = next((n for n, part in enumerate(parts) if part.startswith(".")), None)
        if hidden is not None or "__MACOSX" in parts[:1]:
            if not quietly:
                self.hidden["/".join(parts[: (hidden or 0) + 1])] += 1
            return None
        clean = [self._name(part) for part in parts]
        if len(clean) > _DEEPEST:
            clean = [*clean[: _DEEPEST - 1], clean[-1]]
        if not clean:
            return None
        path = "/".join(clean)
        if ".." in given or raw.startswith("/"):
            reason = _("its path leads out of the vault; it is kept as {path}", path=path)
            self.problems.append(Problem(raw, reason))
        elif path != "/".join(parts):
            reason = _("this cannot be a name here; it is kept as {path}", path=path)
            self.problems.append(Problem(raw, reason))
        return clean

    @staticmethod
    def _name(part: str) -> str:
        if len(part) > LONGEST:
            stem, ending = _ending(part)
            part = stem[: LONGEST - len(ending[:12])] + ending[:12]
        if wrong_name(part):
            part = "".join("_" if ord(letter) < 32 or ord(letter) == 127 else letter for letter in part)  # fmt: skip
        return part.encode("utf-8", "replace").decode()


def _ending(path: str) -> tuple[str, str]:
    """A path and the ending of its name, if it has one."""
    stem, dot, ending = path.rpartition(".")
    return (stem, dot + ending) if stem and "/" not in ending and not stem.endswith("/") else (path, "")  # fmt: skip


def _above(path: str) -> Iterator[str]:
    while path:
        yield path
        path = path.rpartition("/")[0]


# ── folders ──────────────────────────────────────────────────────────────────────────────────────────


def of_folder(path: Path) -> Tree:
    """Everything in a folder; links of the file system are named and not followed."""
    tree = Tree(path.name)
    for place, folders, files in os.walk(path, followlinks=False, onerror=_told(tree, path)):
        inner = Path(place).relative_to(path).as_posix()
        inner = "" if inner == "." else inner
        for name in sorted(folders):
            if (Path(place) / name).is_symlink():
                tree.problems.append(_link(joined(inner, name), Path(place) / name))
            else:
                tree.take_folder(joined(inner, name))
        folders[:] = sorted(name for name in folders if not (Path(place) / name).is_symlink())
        for name in sorted(files):
            _take_file(tree, Path(place) / name, joined(inner, name))
    return tree.settled()


def _take_file(tree: Tree, file: Path, inner: str) -> None:
    try:
        known = file.lstat()
    except OSError as error:
        tree.problems.append(Problem(inner, str(error.strerror)))
        return
    if stat.S_ISLNK(known.st_mode):
        tree.problems.append(_link(inner, file))
    elif not stat.S_ISREG(known.st_mode):
        tree.problems.append(Problem(inner, _("it is no plain file and was left out")))
    else:
        tree.take(inner, known.st_size, _opener(file))


def _opener(file: Path) -> Opened:
    def opened() -> IO[bytes]:
        # What became a link since it was looked at is not followed either.
        return os.fdopen(os.open(file, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0)), "rb")

    return opened


def _link(inner: str, file: Path) -> Problem:
    try:
        target = str(file.readlink())
    except OSError:
        target = "?"
    return Problem(inner, _("it is a link of the file system to {target}; it was not followed", target=target))  # fmt: skip


def _told(tree: Tree, path: Path) -> Callable[[OSError], None]:
    def note(error: OSError) -> None:
        place = os.path.relpath(error.filename or path, path)
        tree.problems.append(Problem(place, str(error.strerror)))

    return note


# ── archives ─────────────────────────────────────────────────────────────────────────────────────────


def of_zip(path: Path, password: str | None = None) -> Tree:
    """Everything in a zip; refused as a whole where it would unpack to far more than it weighs."""
    tree = Tree(path.stem)
    with _translated(path):
        archive = _archive(path, password)
        infos = archive.infolist()
        if len(infos) > MOST_FILES:
            raise unreadable(path, _("there are more than {n} files in it", n=MOST_FILES))
        _weigh(path, infos)
        if any(info.flag_bits & 1 for info in infos) and password is None:
            raise Wanted(
                _("This archive has a password: {path}", path=path.name),
                [Problem(path.name, _("a password is needed"))],
                next_step=_("Say it: lab.import_file(path, password='…')."),
            )
        root = _root(infos)
        for info in infos:
            name = _named(info).removeprefix(root)
            mode = info.external_attr >> 16
            if info.is_dir():
                tree.take_folder(name)
            elif stat.S_ISLNK(mode):
                tree.problems.append(Problem(name, _("it is a link of the file system; it was not followed")))  # fmt: skip
            else:
                tree.take(name, info.file_size, _unpacker(path, info, archive))
    if root:
        tree.name = root.strip("/")
    return tree.settled()


def _named(info: Any) -> str:
    """Its name; what was packed by Windows may part folders by backslashes."""
    name = name_of(info)
    return name.replace("\\", "/") if info.create_system == 0 else name


def _root(infos: list[Any]) -> str:
    """The folder in which a vault was packed: the one that holds its settings."""
    names = [_named(info) for info in infos if not _named(info).startswith("__MACOSX/")]
    tops = {name.partition("/")[0] for name in names}
    if len(tops) != 1 or any("/" not in name for name in names):
        return ""
    top = f"{tops.pop()}/"
    return top if any(name.startswith(f"{top}.obsidian/") for name in names) else ""


def _weigh(path: Path, infos: list[Any]) -> None:
    total = sum(info.file_size for info in infos)
    packed = max(path.stat().st_size, 1)
    if total > _MOST_BYTES or (total > _SMALL and total > packed * _RATIO):
        raise unreadable(
            path,
            _(
                "it would unpack from {packed} to {size} bytes, as archives made to do harm do",
                packed=packed,
                size=total,
            ),
            unpack_yourself(),
        )
    for info in infos:
        within_limits(path, info.file_size, max(info.compress_size, 1))


def _archive(path: Path, password: str | None) -> Any:
    """The archive, open as long as somebody holds one of its members: its table is long and is read once."""
    from pyzipper import AESZipFile  # type: ignore[import-untyped, unused-ignore]

    archive = AESZipFile(path)
    if password is not None:
        archive.setpassword(password.encode())
    return archive


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    try:
        yield
    except UNREADABLE as error:
        raise unreadable(path, _("the archive is cut off or damaged")) from error
    except RuntimeError as error:  # how zipfile tells of a wrong password
        raise Wanted(
            _("The password does not open this archive: {path}", path=path.name),
            [Problem(path.name, _("wrong password"))],
            next_step=_("Say it again: lab.import_file(path, password='…')."),
        ) from error


def _unpacker(path: Path, info: Any, archive: Any) -> Opened:
    @contextmanager
    def opened() -> Iterator[Any]:
        with _translated(path), archive.open(info) as stream:
            yield _Counted(stream, path, max(info.compress_size, 1), info.file_size)

    return opened


class _Counted:
    """What the archive says of its sizes may be a lie, so they are counted."""

    def __init__(self, stream: Any, path: Path, packed: int, said: int) -> None:
        self._stream, self._path, self._packed, self._said = stream, path, packed, said
        self._done = 0

    def read(self, size: int = -1) -> bytes:
        """At most so many bytes; all of it where no number is given."""
        if size >= 0:
            return self._counted(self._stream.read(size))
        return b"".join(iter(lambda: self._counted(self._stream.read(_PIECE)), b""))

    def _counted(self, data: bytes) -> bytes:
        self._done += len(data)
        if self._done > self._said:
            within_limits(self._path, self._done, self._packed)
        return data
