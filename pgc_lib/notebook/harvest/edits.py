"""Changing the text of single cells: in a notebook that is being opened or saved, or in its file; all else to the byte.

A change is told as the text that the cell had and the one that it is to have. A cell that says something else by now is
merged; where that is not possible it is left as it is.
"""

import json
import os
import re
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pgc_lib.notebook.harvest.reading import text_of

_SILENT = 300.0
"""Papermill saves every half minute, also while a cell takes long; one that is silent for so long was ended."""
_SPACE = re.compile(r"[ \t\r\n]*")
_decode = json.JSONDecoder(strict=False).raw_decode


class BeingRun(Exception):
    """Papermill executes this notebook: it has the cells as they were, and would write them over any change."""


@dataclass(frozen=True, slots=True)
class CellEdit:
    """What is to become of a cell's text."""

    cell: str
    """Its identifier; empty where it has none."""
    was: str
    text: str

    def values(self) -> dict[str, str]:
        """As a message between processes has it."""
        return asdict(self)


def applied(cells: Any, edits: Iterable[CellEdit]) -> bool:
    """Change the cells of a notebook that is in memory; whether anything became different."""
    changed = False
    if not isinstance(cells, list):
        return False
    for edit in edits:
        for cell in cells:
            if isinstance(cell, dict) and _is_meant(cell, edit):
                text = becomes(text_of(cell.get("source")), edit)
                if text is not None:
                    as_list = isinstance(cell.get("source"), list)
                    cell["source"] = text.splitlines(keepends=True) if as_list else text
                    changed = True
                break
    return changed


def _is_meant(cell: dict[str, Any], edit: CellEdit) -> bool:
    if edit.cell:
        return cell.get("id") == edit.cell
    return cell.get("cell_type") != "code" and text_of(cell.get("source")) == edit.was


def becomes(now: str, edit: CellEdit) -> str | None:
    """The text that a cell gets; None when there is nothing to do, or nothing that can be done."""
    if now == edit.text:
        return None
    if now == edit.was:
        return edit.text
    from pgc_lib.notebook.harvest.merging import brought_together

    text = brought_together(edit.was, now, edit.text)
    return text if text != now else None


# ── in a file ────────────────────────────────────────────────────────────────────────────────────────


def rewritten(text: str, edits: Iterable[CellEdit]) -> str:
    """The text of a notebook's file with other words in some cells."""
    changes: list[tuple[int, int, str]] = []
    left = list(edits)
    for begin, _end in _elements(text, _member(text, 0, "cells")):
        if not left:
            break
        cell, _after = _decode(text, begin)
        found = next((e for e in left if isinstance(cell, dict) and _is_meant(cell, e)), None)
        if found is None:
            continue
        left.remove(found)
        said = becomes(text_of(cell.get("source")), found)
        if said is not None:
            start, end = _member(text, begin, "source")
            changes.append((start, end, _as_json(said, text[start:end])))
    for start, end, said in reversed(changes):
        text = text[:start] + said + text[end:]
    return text


def write(path: Path, edits: Iterable[CellEdit]) -> bool:
    """Change cells in a notebook's file, unless it is being written by somebody else; whether it was changed.

    `BeingRun` while papermill executes it: to be tried again when it is done.
    """
    real = path.resolve(strict=True)
    before = real.stat()
    text = real.read_bytes().decode()
    if time.time() - before.st_mtime < _SILENT and _is_begun(text):
        raise BeingRun(path.name)
    made = rewritten(text, edits)
    if made == text:
        return False
    handle, draft = tempfile.mkstemp(dir=real.parent, prefix=f".{real.name[:100]}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(made.encode())
            os.fchmod(file.fileno(), before.st_mode & 0o7777)
            file.flush()
            os.fsync(file.fileno())
        now = real.stat()
        if (now.st_mtime_ns, now.st_size, now.st_ino) != (before.st_mtime_ns, before.st_size, before.st_ino):  # fmt: skip
            return False
        Path(draft).replace(real)
    finally:
        with suppress(FileNotFoundError):
            Path(draft).unlink()
    return True


def _is_begun(text: str) -> bool:
    """Whether papermill noted that it began, and not yet that it came to an end."""
    if '"papermill"' not in text:
        return False
    begin, end = _member(text, 0, "metadata")
    told = json.loads(text[begin:end]).get("papermill")
    return isinstance(told, dict) and bool(told.get("start_time")) and not told.get("end_time")


def _as_json(said: str, before: str) -> str:
    """A source as it was written before: one text, or a list with a line for each of its own."""
    if not before.startswith("["):
        return _quoted(said)
    lines = [_quoted(line) for line in said.splitlines(keepends=True)]
    lead = _SPACE.match(before, 1)
    tail = before[len(before.rstrip("]").rstrip()) : -1]
    space = lead[0] if lead and before[lead.end()] != "]" else ""
    return f"[{space}{f',{space or chr(32)}'.join(lines)}{tail if space else ''}]"


def _quoted(said: str) -> str:
    # Half of a pair of surrogates can be written as an escape alone.
    return json.dumps(said, ensure_ascii=not said.isascii() and not _encodes(said))


def _encodes(said: str) -> bool:
    return not any(0xD800 <= ord(letter) < 0xE000 for letter in said)


def _member(text: str, at: int, name: str) -> tuple[int, int]:
    """Where the value of a name stands in the object that begins at a place."""
    at = _past(text, at)
    if text[at : at + 1] != "{":
        raise ValueError(name)
    at = _past(text, at + 1)
    found = (0, 0)
    while text[at] != "}":
        key, at = _decode(text, at)
        begin = _past(text, _past(text, at) + 1)
        _value, end = _decode(text, begin)
        if key == name:
            found = (begin, end)  # of two of a name, the last one counts, as everywhere
        at = _past(text, end)
        if text[at] == ",":
            at = _past(text, at + 1)
    if found == (0, 0):
        raise ValueError(name)
    return found


def _elements(text: str, where: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """Where the elements of a list stand."""
    at = _past(text, where[0] + 1)
    while text[at] != "]":
        _value, end = _decode(text, at)
        yield at, end
        at = _past(text, end)
        if text[at] == ",":
            at = _past(text, at + 1)


def _past(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at
