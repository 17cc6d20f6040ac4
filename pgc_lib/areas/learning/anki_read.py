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
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self
from urllib.parse import unquote

from pgc_lib.areas.learning.anki_bytes import media_entries, numbers, raw, strings, unpacked
from pgc_lib.areas.learning.anki_html import markdown
from pgc_lib.errors import Invalid, Problem
from pgc_lib.i18n import _

COLLECTIONS = ("collection.anki21b", "collection.anki21", "collection.anki2")
_MOST_BYTES = 4 << 30
_MOST_FILE = 256 << 20
_MOST_NOTES = 500_000
_SEPARATOR = "\x1f"
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
    memory: Mapping[str, Any] = field(default_factory=dict)
    """What was learned, under the names of a card's fields; empty where Anki did not keep it in the way of FSRS."""


@dataclass(frozen=True, slots=True)
class _Type:
    cloze: bool
    fields: list[str]
    templates: list[tuple[str, str]]


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
        with self._zip.open(member) as packed:
            for piece in unpacked(packed, _MOST_BYTES):
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
            listed = json.loads(said) if said.lstrip()[:1] == b"{" else media_entries(said)
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
            names = {row[1] for row in self.connection.execute("pragma table_info(cards)")}
            learned = ", ".join(f"c.{name}" if name in names else "null" for name in _LEARNED)
            rows = self.connection.execute(
                f"select n.guid, n.mid, n.tags, n.flds, c.ord, c.did, c.queue, {learned} from notes n "
                "join cards c on c.nid = n.id order by n.id, c.ord limit ?",
                (_MOST_NOTES,),
            )
            begun = self._begun()
            for guid, mid, tags, fields, ord_, deck, queue, *rest in rows:
                found = self._card(str(guid), types.get(str(mid)), str(fields), int(ord_))
                if found is None:
                    continue
                style, part, front, back, files = found
                yield AnkiFound(
                    str(guid)[:200], part, style, front, back, decks.get(str(deck), "")[:300],
                    [tag.replace("::", "/")[:200] for tag in str(tags).split()][:200], queue == -1, files,
                    _memory(begun, *rest),
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
            kind = numbers(raw(config)).get(1, 0)
            texts = [strings(raw(row[0])) for row in templates]
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

    def _begun(self) -> datetime | None:
        """The first day of the collection, from which days are counted."""
        if not self._has("col"):
            return None
        names = {row[1] for row in self.connection.execute("pragma table_info(col)")}
        said = self.connection.execute("select crt from col").fetchone() if "crt" in names else None
        return datetime.fromtimestamp(int(said[0]), UTC) if said and 0 < int(said[0]) < 1 << 32 else None  # fmt: skip

    def _has(self, table: str) -> bool:
        query = "select 1 from sqlite_master where type = 'table' and name = ?"
        return self.connection.execute(query, (table,)).fetchone() is not None


_LEARNED = ("type", "due", "ivl", "odue", "odid", "reps", "lapses", "data")
_REVIEW = 2
_FARTHEST = 36_500


def _memory(
    begun: datetime | None, kind: Any, due: Any, ivl: Any, odue: Any, odid: Any, reps: Any, lapses: Any, data: Any
) -> dict[str, Any]:  # fmt: skip
    """What was learned of a card, where it is reviewed by FSRS; anything that cannot be is as if nothing was."""
    try:
        said = json.loads(data) if kind == _REVIEW and begun is not None and data else {}
        if begun is None or not isinstance(said, dict) or not {"s", "d"} <= said.keys():
            return {}
        stability, difficulty = float(said["s"]), float(said["d"])
        day = int(odue if odid else due)
        if not (0 < stability <= _FARTHEST and 1 <= difficulty <= 10 and abs(day) <= _FARTHEST):
            return {}
        comes = begun + timedelta(days=day)
        last = datetime.fromtimestamp(int(said["lrt"]), UTC) if "lrt" in said else comes - timedelta(days=int(ivl))  # fmt: skip
        return {
            "state": "review", "stability": stability, "difficulty": difficulty, "due": comes,
            "last_review": min(last, datetime.now(UTC)), "reviews": max(1, int(reps)), "lapses": max(0, int(lapses)),
        }  # fmt: skip
    except (ValueError, TypeError, OverflowError, OSError, RecursionError):
        return {}


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
