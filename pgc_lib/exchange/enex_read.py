"""ENEX, the XML in which Evernote exports notes, read note by note.

Read by expat as it comes. The document type that Evernote names is never fetched, and one that brings entities of its
own is refused, because bombs and spies are made of them. A file that is cut gives the notes before the cut.
"""

import base64
import binascii
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.parsers import expat

from pgc_lib.errors import Problem
from pgc_lib.i18n import _
from pgc_lib.stores.attachments import MAX_SIZE

_CHUNK = 1 << 16
_LONGEST_TEXT = 20_000_000
_LONGEST_DATA = MAX_SIZE * 3 // 2
_DEEPEST = 40


@dataclass
class Resource:
    """A file in a note."""

    name: str = ""
    media_type: str = ""
    hash: str = ""
    """MD5, by which the note's text names it."""
    content: bytes = b""
    problem: str = ""


@dataclass
class Note:
    """A note as the file has it."""

    title: str = ""
    content: str = ""
    created: datetime | None = None
    updated: datetime | None = None
    tags: list[str] = field(default_factory=list)
    attributes: dict[str, str] = field(default_factory=dict)
    resources: list[Resource] = field(default_factory=list)
    tasks: list[dict[str, str]] = field(default_factory=list)
    line: int = 0


class Refused(Exception):
    """Why a file is not read any further."""


def notes(path: Path, problems: list[Problem]) -> Iterator[Note]:
    """The notes of a file, one at a time; what is wrong with the file is added to `problems`."""
    reader = _Reader()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                reader.parser.Parse(chunk, False)
                yield from reader.taken()
            reader.parser.Parse(b"", True)
            yield from reader.taken()
    except Refused as refused:
        problems.append(Problem(path.name, str(refused)))
    except (expat.ExpatError, ValueError, LookupError) as error:
        yield from reader.taken()
        reason = _(
            "the file is cut or damaged (line {line}): {reason}",
            line=reader.parser.CurrentLineNumber,
            reason=error,
        )
        problems.append(Problem(path.name, reason))


class _Reader:
    """What expat tells, element by element."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._data
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.EntityDeclHandler = self._entity
        self._done: list[Note] = []
        self._note: Note | None = None
        self._resource: Resource | None = None
        self._task: dict[str, str] | None = None
        self._path: list[str] = []
        self._text: list[str] = []
        self._length = 0

    def taken(self) -> list[Note]:
        """The notes that were finished since it was asked last."""
        done, self._done = self._done, []
        return done

    def _doctype(self, _name: str, _system: str | None, _public: str | None, internal: int) -> None:
        if internal:
            raise Refused(_("it brings a document type of its own, which is not read"))

    def _entity(self, *_declared: Any) -> None:
        raise Refused(_("it declares entities, which are not read"))

    def _start(self, name: str, _attributes: dict[str, str]) -> None:
        if len(self._path) >= _DEEPEST:
            raise Refused(_("nested deeper than {n} levels", n=_DEEPEST))
        self._path.append(name)
        self._text, self._length = [], 0
        if name == "note":
            self._note = Note(line=self.parser.CurrentLineNumber)
        elif name == "resource":
            self._resource = Resource()
        elif name == "task":
            self._task = {}

    def _data(self, data: str) -> None:
        self._length += len(data)
        limit = _LONGEST_DATA if self._path and self._path[-1] == "data" else _LONGEST_TEXT
        if self._length <= limit:
            self._text.append(data)

    def _end(self, name: str) -> None:
        self._path.pop()
        text, length = "".join(self._text), self._length
        self._text, self._length = [], 0
        if self._note is None:
            return
        if name == "note":
            self._done.append(self._note)
            self._note = None
        elif name == "resource" and self._resource is not None:
            self._note.resources.append(self._resource)
            self._resource = None
        elif name == "task" and self._task is not None:
            self._note.tasks.append(self._task)
            self._task = None
        elif self._resource is not None:
            self._of_resource(self._resource, name, text, length)
        elif self._task is not None:
            self._task[name] = text.strip()
        else:
            self._of_note(self._note, name, text)

    def _of_note(self, note: Note, name: str, text: str) -> None:
        match name:
            case "title":
                note.title = " ".join(text.split())
            case "content":
                note.content = text
            case "created" | "updated":
                setattr(note, name, _moment(text.strip()))
            case "tag":
                note.tags.append(text.strip())
            case "note-attributes":
                pass
            case _ if text.strip():
                note.attributes[name] = text.strip()

    def _of_resource(self, resource: Resource, name: str, text: str, length: int) -> None:
        match name:
            case "data":
                if length > _LONGEST_DATA:
                    resource.problem = _("it is larger than {n} MB and was left out", n=MAX_SIZE >> 20)  # fmt: skip
                    return
                try:
                    resource.content = base64.b64decode("".join(text.split()), validate=True)
                except (binascii.Error, ValueError):
                    resource.problem = _("its bytes are damaged and were left out")
                    return
                resource.hash = hashlib.md5(resource.content, usedforsecurity=False).hexdigest()
            case "mime":
                resource.media_type = text.strip()
            case "file-name":
                resource.name = text.strip()


def _moment(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None
