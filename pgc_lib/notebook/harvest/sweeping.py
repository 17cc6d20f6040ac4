"""The notebooks of a workspace: which there are, and which of them changed since they were last read.

Found by walking the folder, so that what was moved, copied or written past Jupyter is seen as well. What was read is
remembered in a file of this machine, by time and size; without it everything is read once more, and nothing is lost.
"""

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from pgc_lib.stores.engines.folder import write_whole

ENDING = ".ipynb"
LEFT_OUT = frozenset({"reports", "scheduled", "dashboards", "inbox", "templates", "模板"})
"""Folders at the top with notebooks that are not written by the person, or not yet theirs."""
_NEVER = frozenset({"node_modules", "__pycache__", "site-packages"})
_DEEPEST = 40


@dataclass(frozen=True, slots=True)
class Stamp:
    """By what a file that was not touched is known."""

    time: int
    size: int
    inode: int


def is_harvested(path: str) -> bool:
    """Whether a notebook at this path, from the top of the workspace, holds notes."""
    parts = path.split("/")
    hidden = any(part.startswith(".") or part in _NEVER for part in parts)
    left_out = len(parts) > 1 and parts[0].casefold() in LEFT_OUT
    return path.endswith(ENDING) and not hidden and not left_out


def notebooks(workspace: Path) -> dict[str, Stamp]:
    """Every notebook with notes, by its path from the top."""
    found: dict[str, Stamp] = {}
    for path, entry in _walk(workspace, "", 0):
        with suppress(OSError):  # gone since it was listed
            status = entry.stat()
            found[path] = Stamp(status.st_mtime_ns, status.st_size, status.st_ino)
    return found


def stamp_of(workspace: Path, path: str) -> Stamp | None:
    """The same of one file; None where there is none."""
    try:
        status = (workspace / path).stat()
    except OSError:
        return None
    return Stamp(status.st_mtime_ns, status.st_size, status.st_ino)


def _walk(folder: Path, above: str, depth: int) -> Iterator[tuple[str, "os.DirEntry[str]"]]:
    try:
        entries = list(os.scandir(folder))
    except OSError:
        return
    if depth and any(entry.name == "pyvenv.cfg" for entry in entries):
        return
    for entry in entries:
        path = f"{above}{entry.name}"
        with suppress(OSError):
            # Links to folders are not followed: they may lead out, or round in a circle.
            if entry.is_dir(follow_symlinks=False):
                if depth < _DEEPEST and is_harvested(f"{path}/x{ENDING}"):
                    yield from _walk(folder / entry.name, f"{path}/", depth + 1)
            elif is_harvested(path) and entry.is_file() and path.isprintable():
                yield path, entry


@dataclass
class Memory:
    """What was read of which file, and when."""

    file: Path
    whose: str
    seen: dict[str, tuple[Stamp, str]] = field(default_factory=dict)
    """By path: the file as it was, and the checksum of its notes."""

    @classmethod
    def load(cls, file: Path, whose: str) -> "Memory":
        """As it was left; empty where it is another person's, or cannot be read."""
        memory = cls(file, whose)
        try:
            told = json.loads(file.read_bytes())
            if told["whose"] == whose:
                memory.seen = {
                    path: (Stamp(*stamp), str(sum)) for path, (stamp, sum) in told["seen"].items()
                }
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            memory.seen = {}
        return memory

    def differs(self, workspace: Path) -> bool:
        """Whether any file is different from what was read."""
        files = notebooks(workspace)
        return files.keys() != self.seen.keys() or any(
            self.seen[path][0] != stamp for path, stamp in files.items()
        )

    def save(self) -> None:
        """Keep it."""
        told = {
            "whose": self.whose,
            "seen": {
                path: [[stamp.time, stamp.size, stamp.inode], sum]
                for path, (stamp, sum) in self.seen.items()
            },
        }
        self.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(self.file, json.dumps(told))
