"""What lies in the inbox: each file with what it was recognised as, without keeping anybody waiting.

A file is looked at once in each of its versions. One that is just being written is left alone until it rests.
"""

import time
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pgc_lib.errors import NotFound, PgcError
from pgc_lib.i18n import _
from pgc_lib.notebook.extension.desk_asking import Asking

NAME = "inbox"
_RESTS = 1.5
"""Seconds without a change after which a file counts as whole."""
_MOST = 200


@dataclass(frozen=True, slots=True)
class Lying:
    """A file or folder in the inbox, in one version."""

    path: Path
    size: int
    changed: int

    @property
    def mark(self) -> str:
        """This version of it."""
        return f"{self.path.name}:{self.size}:{self.changed}"

    @property
    def rests(self) -> bool:
        """Whether it is not being written just now."""
        return time.time() - self.changed / 1e9 > _RESTS


class Inbox:
    """The inbox of one workspace."""

    def __init__(self, folder: Path, asking: Asking) -> None:
        self.folder, self._asking = folder, asking
        self._known: dict[str, Future[dict[str, Any]]] = {}

    def files(self) -> list[dict[str, Any]]:
        """What lies there and what is known of it by now, the newest first."""
        lying = self._lying()
        marks = {each.mark for each in lying}
        for gone in [mark for mark in self._known if mark not in marks]:
            self._known.pop(gone).cancel()
        return [self._told(each) for each in lying]

    async def look(self, name: str) -> dict[str, Any]:
        """What is in a file; nothing is kept."""
        lying = self._find(name)
        return await self._asking.now("look", path=str(lying.path), mark=lying.mark)

    async def take(self, name: str) -> dict[str, Any]:
        """Take a file in, as it was seen."""
        lying = self._find(name)
        told = await self._asking.now("take", path=str(lying.path), mark=lying.mark)
        self._known.pop(lying.mark, None)
        return told

    async def undo(self, name: str, batch: str) -> dict[str, Any]:
        """Take back what was taken in from a file."""
        told = await self._asking.now("undo", batch=batch)
        self._known.pop(self._find(name).mark, None)
        return told

    def _told(self, each: Lying) -> dict[str, Any]:
        told = {"name": each.path.name, "mark": each.mark, "size": _size(each), "state": "looking"}
        if each.rests and each.mark not in self._known:
            self._known[each.mark] = self._asking.later("recognise", path=str(each.path))
        found = self._known.get(each.mark)
        if found is None or not found.done():
            return {**told, "what": ""}
        try:
            return {**told, **found.result()}
        except PgcError as error:
            # Whatever it is, it is said here and goes no further: an unknown file is no trouble.
            return {**told, "state": "unknown", "what": error.message}

    def _find(self, name: str) -> Lying:
        # Looked up among what lies there, so no name can lead out of the folder.
        for each in self._lying():
            if each.path.name == name:
                return each
        raise NotFound(
            _("There is no file {path}.", path=name), next_step=_("Check its name and folder.")
        )

    def _lying(self) -> list[Lying]:
        try:
            paths = list(self.folder.iterdir())
        except OSError:  # removed by the person: then nothing lies there
            return []
        found = [lying for path in paths if (lying := _seen(path)) is not None]
        return sorted(found, key=lambda each: -each.changed)[:_MOST]


def _seen(path: Path) -> Lying | None:
    """A link is not followed: it may lead anywhere. What begins with a dot is somebody's bookkeeping."""
    if path.name.startswith(".") or path.is_symlink():
        return None
    try:
        known = path.stat()
    except OSError:  # gone just now
        return None
    return Lying(path, known.st_size if path.is_file() else -1, known.st_mtime_ns)


def _size(each: Lying) -> str:
    if each.size < 0:
        return _("folder")
    return size_of(each.size)


def size_of(count: float) -> str:
    """So many bytes, for a person."""
    for unit in ("B", "KB", "MB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "B" or count >= 10 else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} GB"
