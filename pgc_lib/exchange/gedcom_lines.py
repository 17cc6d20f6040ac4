"""The lines of a GEDCOM file, of 5.5.1 and of 7 alike: levels, pointers, long texts and encodings.

Files that people have were written by many programs. A line that is none is joined to the text before it and listed,
instead of refusing thousands of people for it; nothing is dropped. A record is handed on as soon as it is complete, so
that a large file is never in memory as a whole.
"""

import io
import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO
from unicodedata import normalize

from pgc_lib.errors import Problem
from pgc_lib.i18n import _

VOID = "@VOID@"
DEEPEST = 30
_LINE = re.compile(r"\s*(\d{1,2}) +(?:(@[^@\s][^@]*@) +)?([A-Za-z0-9_]+)(?: (.*))?", re.DOTALL)
_POINTER = re.compile(r"@[^@#\s][^@]*@\s*")
_CHAR = re.compile(rb"^\s*1\s+CHAR\s+([^\r\n]+)", re.MULTILINE)
_HEAD_BYTES = 4000
_MOST_PROBLEMS = 1000
_ENCODINGS = {
    "UTF-8": "utf-8", "UTF8": "utf-8", "UNICODE": "utf-16", "UTF-16": "utf-16", "ASCII": "utf-8", "ANSI": "cp1252",
    "WINDOWS-1252": "cp1252", "IBMPC": "cp437", "IBM WINDOWS": "cp1252", "MACINTOSH": "mac_roman", "GB2312": "gb18030",
    "GBK": "gb18030", "GB18030": "gb18030", "BIG5": "big5", "ANSEL": "gedcom",
}  # fmt: skip


@dataclass(slots=True)
class Line:
    """A structure: its tag, what it says or points to, and what lies below it."""

    tag: str
    text: str = ""
    pointer: str = ""
    xref: str = ""
    children: "list[Line]" = field(default_factory=list)
    number: int = 0

    def first(self, tag: str) -> "Line | None":
        """The first structure of a tag below."""
        for child in self.children:
            if child.tag == tag:
                return child
        return None

    def all(self, tag: str) -> "list[Line]":
        """Every structure of a tag below."""
        return [child for child in self.children if child.tag == tag]

    def said(self, tag: str) -> str:
        """What the first structure of a tag says; empty when there is none."""
        found = self.first(tag)
        return found.text.strip() if found else ""


@dataclass
class Problems:
    """What was wrong, line by line; beyond a thousand the rest is counted."""

    listed: list[Problem] = field(default_factory=list)
    more: int = 0

    def add(self, number: int, reason: str, value: object = None) -> None:
        """Note one."""
        if len(self.listed) >= _MOST_PROBLEMS:
            self.more += 1
            return
        self.listed.append(Problem(_("line {n}", n=number) if number else "", reason, value))

    def all(self) -> list[Problem]:
        """Every one, with a last line for those that were only counted."""
        if not self.more:
            return self.listed
        return [*self.listed, Problem("", _("and {n} more of these", n=self.more))]


def records(
    stream: BinaryIO, problems: Problems, *, encoding: str = "", seven: bool = False
) -> Iterator[Line]:
    """Each record of a file with everything below it; `seven` says beforehand how @ is written."""
    stack: list[Line] = []
    doubled = not seven
    for number, text in enumerate(_lines(stream, encoding), 1):
        found = _LINE.fullmatch(text)
        if found is None and not text.strip():
            continue
        level = int(found[1]) if found else DEEPEST + 1
        if found is None or level > DEEPEST or (level and not stack):
            problems.add(number, _("this is no line of GEDCOM; it was kept as text"), text[:200])
            if stack:
                stack[-1].text += "\n" + text
            continue
        _level, xref, tag, value = found.groups()
        tag, value = tag.upper(), value or ""
        if tag in ("CONT", "CONC") and stack:
            owner = stack[min(level, len(stack)) - 1]
            owner.text += ("\n" if tag == "CONT" else "") + _plain(value, everywhere=doubled)
            continue
        if level > len(stack):
            problems.add(number, _("a level is left out before this line"), text[:200])
            level = len(stack)
        pointer = value.strip() if value[:1] == "@" and _POINTER.fullmatch(value) else ""
        made = Line(
            tag,
            "" if pointer else _plain(value, everywhere=doubled),
            pointer,
            xref or "",
            [],
            number,
        )
        if level == 0:
            if stack:
                yield stack[0]
            stack = [made]
            continue
        del stack[level:]
        stack[-1].children.append(made)
        stack.append(made)
        if level == 2 and tag == "VERS" and stack[1].tag == "GEDC":
            doubled = not made.text.startswith("7")
    if stack:
        yield stack[0]


def _lines(stream: BinaryIO, encoding: str) -> Iterator[str]:
    if not encoding:
        encoding = _encoding(stream.read(_HEAD_BYTES))
        stream.seek(0)
    if encoding == "gedcom":
        import ansel  # type: ignore[import-untyped]

        ansel.register()
    try:
        for line in io.TextIOWrapper(stream, encoding=encoding, newline=None):
            # In ANSEL letters and their accents are two characters in ANSEL; they become one.
            plain = normalize("NFC", line) if encoding == "gedcom" else line
            yield plain.rstrip("\n").removeprefix("\ufeff")
    except UnicodeError as error:
        raise Undecodable(encoding) from error


class Undecodable(Exception):
    """The file is not in the encoding that it names; another one is tried."""


def _encoding(head: bytes) -> str:
    if head.startswith(BOM_UTF8):
        return "utf-8-sig"
    if head.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return "utf-16"
    if head[:2] in (b"0\0", b"\x000"):
        return "utf-16-le" if head[1:2] == b"\0" else "utf-16-be"
    named = _CHAR.search(head)
    word = named[1].decode("ascii", "replace").strip().upper() if named else "UTF-8"
    return _ENCODINGS.get(word, "utf-8")


def _plain(value: str, *, everywhere: bool) -> str:
    """The text without the doubling of @, which 5.5.1 has everywhere and 7 only at the beginning."""
    if "@" not in value:
        return value
    if everywhere:
        return value.replace("@@", "@")
    return value[1:] if value.startswith("@@") else value


def written(
    lines: Iterable[Line],
    *,
    seven: bool,
    level: int = 0,
    aim: Callable[[str], str] = lambda pointer: pointer,
) -> Iterator[str]:
    """Lines as text; `aim` names what a pointer points to in this file."""
    for line in lines:
        head = f"{level} {line.xref + ' ' if line.xref else ''}{line.tag}"
        if line.pointer:
            target = aim(line.pointer)
            yield f"{head} {target}" if target else head
        else:
            yield from _text(head, line.text, level, seven=seven)
        yield from written(line.children, seven=seven, level=level + 1, aim=aim)


_WIDEST = 200
"""Characters after which 5.5.1 breaks a text; its lines may have 255 bytes in some readers."""


def _text(head: str, text: str, level: int, *, seven: bool) -> Iterator[str]:
    for n, part in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n")):
        start = head if n == 0 else f"{level + 1} CONT"
        if seven:
            shown = "@" + part if part.startswith("@") else part
            yield f"{start} {shown}" if shown else start
            continue
        pieces = _pieces(part)
        for m, piece in enumerate(pieces):
            begin = start if m == 0 else f"{level + 1} CONC"
            shown = _doubled(piece)
            yield f"{begin} {shown}" if shown else begin


def _doubled(text: str) -> str:
    """With every @ twice, save those around the name of a calendar."""
    if text.startswith("@#D"):
        return text
    return text.replace("@", "@@")


def _pieces(text: str) -> list[str]:
    """A long text in pieces that neither begin nor end with a space, which readers take away."""
    pieces = []
    while len(text) > _WIDEST:
        cut = _WIDEST
        while cut > 1 and (text[cut - 1].isspace() or text[cut].isspace()):
            cut -= 1
        pieces.append(text[:cut])
        text = text[cut:]
    return [*pieces, text]


def as_text(lines: Iterable[Line], *, level: int = 0) -> str:
    """Lines in the form in which a record keeps them."""
    lines = list(lines)
    if not lines:
        return ""
    return "\n".join(written(lines, seven=True, level=level))


def of_text(text: str) -> list[Line]:
    """Lines that a record has kept."""
    if not text:
        return []
    return list(records(io.BytesIO(text.encode()), Problems(), encoding="utf-8", seven=True))


REACHING = frozenset({"PHON", "EMAIL", "ADDR", "FAX", "WWW", "_EMAIL", "_PHON"})
"""Structures that tell where somebody can be reached; what holds one of them tells it, too."""


def reaching(line: Line) -> bool:
    """Whether a structure tells how to reach somebody, which is kept encrypted."""
    return line.tag in REACHING or any(reaching(child) for child in line.children)
