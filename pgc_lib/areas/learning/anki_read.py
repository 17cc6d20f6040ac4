"""Reading a package of Anki (.apkg, .colpkg): notes through their templates, as questions with answers, and the media.

Three forms are about: `collection.anki2` and `.anki21` (SQLite of version 11, types of notes as JSON) and `.anki21b` (version
18 under Zstandard, types of notes in tables, the list of media as Protocol Buffers). A package comes from anywhere, so
nothing in it is believed: sizes are limited, names are only names, templates are filled in and never run.
"""

import io
import json
import re
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self
from urllib.parse import unquote

from pgc_lib.areas.learning.anki_html import markdown
from pgc_lib.errors import Invalid, Problem
from pgc_lib.i18n import _

COLLECTIONS = ("collection.anki21b", "collection.anki21", "collection.anki2")
_MOST_BYTES = 4 << 30
_MOST_FILE = 256 << 20
_MOST_NOTES = 500_000
_SEPARATOR = "\x1f"
_ZSTD = b"\x28\xb5\x2f\xfd"
_FIELD = re.compile(r"\{\{([#^/]?)([^{}]*)\}\}")
_CLOZE = re.compile(r"\{\{c\d+::")
_CONDITION = re.compile(r"\{\{([#^])([^{}]+)\}\}((?:(?!\{\{[#^/])[\s\S])*?)\{\{/\s*\2\s*\}\}")


@dataclass(frozen=True, slots=True)
class AnkiFound:
    """One card as a package has it, its sides as Markdown."""

    guid: str
    part: int
    style: str
    front: str
    back: str
    deck: str
    tags: list[str]
    suspended: bool
    files: tuple[str, ...]
    """The media that its sides name."""


@dataclass(frozen=True, slots=True)
class _Type:
    cloze: bool
    fields: list[str]
    templates: list[tuple[str, str]]


@dataclass(slots=True)
class _Trouble:
    problems: list[Problem] = field(default_factory=list)


class Package:
    """A package that is open for reading."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problems: list[Problem] = []
        self._stack = ExitStack()
        self._members: dict[str, str] = {}

    def __enter__(self) -> Self:
        try:
            self._open()
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    def _open(self) -> None:
        try:
            self._zip = self._stack.enter_context(zipfile.ZipFile(self.path))
        except (zipfile.BadZipFile, OSError) as error:
            raise _unreadable(self.path, _("it is no package, or cut off")) from error
        names = set(self._zip.namelist())
        chosen = next((name for name in COLLECTIONS if name in names), None)
        if chosen is None:
            raise _unreadable(self.path, _("there is no collection in it"))
        if sum(each.file_size for each in self._zip.infolist()) > _MOST_BYTES:
            raise _unreadable(self.path, _("it unpacks to more than {n} GB", n=_MOST_BYTES >> 30))
        folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="pgc-anki-")))
        database = folder / "collection"
        with database.open("wb") as target:
            self._copy(chosen, target, _MOST_BYTES)
        self.connection = sqlite3.connect(f"{database.as_uri()}?mode=ro&immutable=1", uri=True)
        self._stack.callback(self.connection.close)
        self.connection.create_collation("unicase", _unicase)
        # Names of types and decks may hold whatever bytes somebody put there.
        self.connection.text_factory = lambda raw: raw.decode(errors="replace")
        self._members = self._media(names)

    def _copy(self, member: str, target: IO[bytes], most: int) -> None:
        """Unpack a member, and undo Zstandard where it is used; more than `most` bytes are refused."""
        written = 0
        with self._zip.open(member) as raw:
            for piece in _unpacked(raw):
                written += len(piece)
                if written > most:
                    raise _unreadable(
                        self.path, _("“{name}” in it is too large", name=member[:100])
                    )
                target.write(piece)

    def _media(self, names: set[str]) -> dict[str, str]:
        """The members that hold media, by the name under which cards have them."""
        if "media" not in names:
            return {}
        whole = io.BytesIO()
        self._copy("media", whole, _MOST_FILE)
        said = whole.getvalue()
        try:
            listed = json.loads(said) if said.lstrip()[:1] == b"{" else _media_entries(said)
        except (ValueError, IndexError, RecursionError):
            self.problems.append(Problem("media", _("the list of pictures and sounds cannot be read")))  # fmt: skip
            return {}
        found = {}
        for member, name in listed.items():
            if isinstance(name, str) and member in names and name.isprintable():
                plain = name.replace("\\", "/").rpartition("/")[2]
                if plain not in ("", ".", ".."):
                    found[plain] = member
        return found

    def media(self, name: str) -> bytes | None:
        """A picture or sound; None where the package lacks it or it is too large."""
        member = self._members.get(name)
        if member is None:
            return None
        whole = io.BytesIO()
        try:
            self._copy(member, whole, _MOST_FILE)
        except (Invalid, zipfile.BadZipFile, OSError, ValueError):
            self.problems.append(Problem(name[:100], _("this file cannot be unpacked")))
            return None
        return whole.getvalue()

    # ── cards ────────────────────────────────────────────────────────────────────────────────────────

    def cards(self) -> Iterator[AnkiFound]:
        """Every card, note by note; what cannot be read is named in `problems`."""
        try:
            types, decks = self._types(), self._decks()
            rows = self.connection.execute(
                "select n.guid, n.mid, n.tags, n.flds, c.ord, c.did, c.queue from notes n join cards c on c.nid = n.id "
                "order by n.id, c.ord limit ?",
                (_MOST_NOTES,),
            )
            for guid, mid, tags, fields, ord_, deck, queue in rows:
                found = self._card(str(guid), types.get(str(mid)), str(fields), int(ord_))
                if found is None:
                    continue
                style, part, front, back, files = found
                yield AnkiFound(
                    str(guid)[:200], part, style, front, back, decks.get(str(deck), "")[:300],
                    [tag.replace("::", "/")[:200] for tag in str(tags).split()][:200], queue == -1, files,
                )  # fmt: skip
        except (sqlite3.DatabaseError, ValueError, KeyError, TypeError, RecursionError) as error:
            raise _unreadable(self.path, str(error)) from error

    def _card(
        self, guid: str, kind: _Type | None, fields: str, ord_: int
    ) -> "tuple[str, int, str, str, tuple[str, ...]] | None":
        values = fields.split(_SEPARATOR)
        if kind is None or (not kind.cloze and ord_ >= len(kind.templates)):
            self.problems.append(
                Problem(guid[:40], _("the type of this note is not in the package"))
            )
            return None
        named = dict(zip(kind.fields, values, strict=False))
        if kind.cloze or _CLOZE.search(values[0]):
            text = next((value for value in values if _CLOZE.search(value)), values[0])
            rest = "<br>".join(value for value in values if value is not text and value.strip())
            front, back, files = *map(markdown, (text, rest)), _files(text + rest)
            style, part = "cloze", ord_ + 1
        else:
            asks, answers = kind.templates[ord_]
            question = _filled(asks, named)
            answer = _filled(answers.replace("{{FrontSide}}", ""), named)
            answer = re.sub(r"^[\s\S]*<hr id=[\"']?answer[\"']?\s*/?>", "", answer)
            front, back, files = *map(markdown, (question, answer)), _files(question + answer)
            style, part = "question", ord_
        if not front.strip() or len(front) > 20_000 or len(back) > 50_000:
            self.problems.append(Problem(guid[:40], _("this card is empty or too long")))
            return None
        return style, part, front, back, files

    def _types(self) -> dict[str, _Type]:
        if self._has("notetypes"):
            return self._types_of_tables()
        said = self.connection.execute("select models from col").fetchone()
        found = {}
        for id, model in json.loads(said[0] if said else "{}").items():
            found[str(id)] = _Type(
                model.get("type") == 1,
                [str(each["name"]) for each in sorted(model["flds"], key=lambda each: each["ord"])],
                [(str(each["qfmt"]), str(each["afmt"])) for each in sorted(model["tmpls"], key=lambda each: each["ord"])],
            )  # fmt: skip
        return found

    def _types_of_tables(self) -> dict[str, _Type]:
        found = {}
        for id, config in self.connection.execute("select id, config from notetypes").fetchall():
            fields = self.connection.execute("select name from fields where ntid = ? order by ord", (id,))  # fmt: skip
            templates = self.connection.execute("select config from templates where ntid = ? order by ord", (id,))  # fmt: skip
            kind = _numbers(_raw(config)).get(1, 0)
            texts = [_strings(_raw(row[0])) for row in templates]
            found[str(id)] = _Type(
                kind == 1,
                [str(row[0]) for row in fields],
                [(each.get(1, ""), each.get(2, "")) for each in texts],
            )
        return found

    def _decks(self) -> dict[str, str]:
        if self._has("decks"):
            rows = self.connection.execute("select id, name from decks").fetchall()
            return {str(id): str(name).replace(_SEPARATOR, "::") for id, name in rows}
        said = self.connection.execute("select decks from col").fetchone()
        found = json.loads(said[0] if said else "{}")
        return {str(id): str(deck["name"]) for id, deck in found.items()}

    def _has(self, table: str) -> bool:
        query = "select 1 from sqlite_master where type = 'table' and name = ?"
        return self.connection.execute(query, (table,)).fetchone() is not None


# ── templates ────────────────────────────────────────────────────────────────────────────────────────


def _filled(template: str, values: Mapping[str, str]) -> str:
    """A template with its fields filled in; parts for fields that are empty are left out."""

    def kept(found: re.Match[str]) -> str:
        there = bool(values.get(found.group(2).strip(), "").strip())
        return found.group(3) if there == (found.group(1) == "#") else ""

    for _depth in range(10):
        template, count = _CONDITION.subn(kept, template)
        if not count:
            break

    def value(found: re.Match[str]) -> str:
        return values.get(found.group(2).rpartition(":")[2].strip(), "") if not found.group(1) else ""  # fmt: skip

    return _FIELD.sub(value, template)


_MEDIA = re.compile(r"<img\b[^>]{0,2000}?\bsrc\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>]+))|\[sound:([^\[\]]+)\]", re.IGNORECASE)  # fmt: skip


def _files(html: str) -> tuple[str, ...]:
    names = (unquote("".join(filter(None, found.groups()))) for found in _MEDIA.finditer(html))
    return tuple(dict.fromkeys(name for name in names if "://" not in name))


# ── bytes ────────────────────────────────────────────────────────────────────────────────────────────


def _unpacked(raw: IO[bytes]) -> Iterator[bytes]:
    first = raw.read(4)
    if first != _ZSTD:
        yield first
        while piece := raw.read(1 << 20):
            yield piece
        return
    import pyarrow as pa

    whole = io.BytesIO(first + raw.read(_MOST_BYTES))
    with pa.CompressedInputStream(pa.PythonFile(whole, mode="r"), "zstd") as stream:
        while piece := stream.read(1 << 20):
            yield piece


def _raw(value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


def _wire(said: bytes) -> Iterator[tuple[int, int | bytes]]:
    """The fields of a Protocol Buffers message: each with its number, as a number or bytes."""
    at = 0

    def varint() -> int:
        nonlocal at
        value = shift = 0
        while True:
            byte = said[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80 or shift > 63:
                return value

    while at < len(said):
        key = varint()
        match key & 7:
            case 0:
                yield key >> 3, varint()
            case 1 | 5 as fixed:
                at += 8 if fixed == 1 else 4
            case 2:
                length = varint()
                if at + length > len(said):
                    raise ValueError("cut off")
                yield key >> 3, said[at : at + length]
                at += length
            case _:
                raise ValueError("no Protocol Buffers")


def _numbers(said: bytes) -> dict[int, int]:
    return {number: value for number, value in _wire(said) if isinstance(value, int)}


def _strings(said: bytes) -> dict[int, str]:
    return {
        number: value.decode(errors="replace")
        for number, value in _wire(said)
        if isinstance(value, bytes)
    }


def _media_entries(said: bytes) -> dict[str, str]:
    """The list of media of newer packages: the n-th entry is the member n."""
    entries = [value for number, value in _wire(said) if number == 1 and isinstance(value, bytes)]
    return {str(n): _strings(entry).get(1, "") for n, entry in enumerate(entries)}


def _unicase(one: str, other: str) -> int:
    """How newer collections order names."""
    first, second = one.casefold(), other.casefold()
    return (first > second) - (first < second)


def _unreadable(path: Path, reason: str) -> Invalid:
    return Invalid(
        _("This package of Anki cannot be read: {path}", path=path.name),
        [Problem(path.name, reason)],
        next_step=_("Export the deck from Anki again, as “Anki Deck Package (.apkg)”."),
    )
