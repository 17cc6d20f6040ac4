"""The notes in the bytes of a notebook, whatever these bytes are.

Read without nbformat: its validation takes a second for a notebook of 100 MB, and what it would refuse may still hold
words of the person. What cannot be read is a problem with its place, never an exception.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from pgc_lib.areas.paper.records import fits
from pgc_lib.errors import Problem
from pgc_lib.i18n import _

LARGEST = 1 << 30
"""Bytes of a file that is still looked into."""
_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_READING = b"2"
"""Part of every checksum, so that notes are read anew when this file reads them otherwise."""
_OF_PAPERMILL = "papermill-error-cell-tag"
"""What papermill puts into a notebook whose execution failed, above everything else."""
_PAPERMILLS = object()
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell with words in it."""

    at: int
    """Which one of all cells it is."""
    id: str
    """Empty where it has none, or one that another cell has, too."""
    source: str
    """To the letter as it stands in the file."""

    @property
    def text(self) -> str:
        """As every store can keep it."""
        return _CONTROL.sub("\ufffd", self.source).encode(errors="replace").decode()


@dataclass(frozen=True, slots=True)
class Notes:
    """What a notebook says."""

    cells: tuple[Cell, ...] = ()
    problems: tuple[Problem, ...] = ()
    readable: bool = True
    wanted: bool = True
    """Whether the person wants them in the lab: `notes: false` in the front matter says no."""

    @property
    def sum(self) -> str:
        """Changes when a note does; outputs and code do not matter."""
        digest = sha256(_READING)
        for cell in self.cells:
            digest.update(f"{cell.id}\0{cell.text}\0".encode())
        return digest.hexdigest()[:32]


def checksum(text: str) -> str:
    """What a document remembers of its cell's text."""
    return sha256(text.encode(errors="replace")).hexdigest()


def read(raw: bytes, shipped: Collection[str] = ()) -> Notes:
    """The notes of a notebook, without those that came with PGC (checksums of their stripped texts)."""
    if len(raw) > LARGEST:
        return unreadable(_("it is larger than {n} MB", n=LARGEST >> 20))
    from pydantic_core import from_json

    try:
        found = from_json(raw, allow_inf_nan=True, cache_strings="keys")
    except ValueError as error:
        return unreadable(_("it is no notebook: {reason}", reason=str(error)[:200]))
    cells = found.get("cells") if isinstance(found, dict) else None
    if not isinstance(cells, list):
        return unreadable(_("it is no notebook: {reason}", reason="cells"))
    return _notes([_PAPERMILLS if _is_of_papermill(cell) else cell for cell in cells], shipped)


def unreadable(reason: str) -> Notes:
    """A file that says nothing."""
    return Notes(problems=(Problem(_("the file"), reason),), readable=False)


def _notes(cells: list[Any], shipped: Collection[str]) -> Notes:
    seen: set[str] = set()
    notes: list[Cell] = []
    problems: list[Problem] = []
    first = _first(cells)
    for at, cell in enumerate(cells):
        if cell is _PAPERMILLS:
            continue
        if not isinstance(cell, dict):
            problems.append(Problem(_("cell {n}", n=at + 1), _("this is no cell")))
            continue
        id = str(cell.get("id") or "")
        if id in seen or not _ID.fullmatch(id):
            id = ""
        seen.add(id)
        if cell.get("cell_type") == "markdown" or (at == first and _is_front(cell)):
            source = text_of(cell.get("source"))
            if not source.strip() or checksum(source.strip()) in shipped:
                continue
            if not fits(source):
                reason = _("it is too long for a document ({n} characters)", n=len(source))
                problems.append(Problem(_("cell {n}", n=at + 1), reason))
                continue
            notes.append(Cell(at, id, source))
    return Notes(tuple(notes), tuple(problems), wanted=_wanted(cells))


def text_of(source: Any) -> str:
    """A cell's text: a list of lines or one text, as nbformat allows both."""
    if isinstance(source, str):
        return source
    if isinstance(source, list):
        return "".join(part for part in source if isinstance(part, str))
    return ""


def _is_of_papermill(cell: Any) -> bool:
    """Whether nobody wrote a cell: papermill says in it what failed, and takes it out at the next execution."""
    metadata = cell.get("metadata") if isinstance(cell, dict) else None
    tags = metadata.get("tags") if isinstance(metadata, dict) else None
    return isinstance(tags, list) and _OF_PAPERMILL in tags


def _first(cells: list[Any]) -> int:
    """The number of the first cell that somebody wrote."""
    return next((at for at, cell in enumerate(cells) if cell is not _PAPERMILLS), 0)


def _is_front(cell: dict[str, Any]) -> bool:
    """A raw cell at the very beginning that is nothing but front matter, as other programs write it."""
    return cell.get("cell_type") == "raw" and text_of(cell.get("source")).startswith("---")


def _wanted(cells: list[Any]) -> bool:
    from pgc_lib.core.markdown import front

    first = cells[_first(cells)] if cells else None
    text = text_of(first.get("source")) if isinstance(first, dict) else ""
    begin, end, _body = front.extent(text)
    return not text.startswith("---") or front.values(text[begin:end])[0].get("notes") is not False
