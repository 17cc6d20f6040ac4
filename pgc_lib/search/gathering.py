"""What of a record is searched: its title, its text, its tags and its day, read off its definition.

A field is searched when its definition says `searchable=True`. No area says anything more about itself here.
"""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from hashlib import sha256

from pgc_lib.core.record import Record
from pgc_lib.core.spec import Spec
from pgc_lib.core.zone import today, zone

_TITLES = ("title", "name", "subject", "payee", "headline")
_TAGS = ("tags", "labels", "keywords")
_DAYS = ("day", "date", "at")
_TEXTS = ("text", "texts")
_LONG_TITLE = 200


@dataclass(frozen=True, slots=True)
class Content:
    """What of one record is searched."""

    title: str
    body: str
    tags: tuple[str, ...]
    day: date

    @property
    def text(self) -> str:
        """Title and text as one, for what is read as a whole."""
        return f"{self.title}\n{self.body}" if self.title and self.body else self.title or self.body

    @property
    def hash(self) -> bytes:
        """Changes when something that is searched does."""
        parts = (self.title, self.body, *self.tags)
        return sha256("\0".join(parts).encode(errors="replace")).digest()[:16]


@dataclass(frozen=True, slots=True)
class _Shape:
    title: str
    bodies: tuple[str, ...]
    tags: str
    day: str


def is_searched(spec: Spec) -> bool:
    """Whether anything of a kind is searched."""
    return bool(_shape(spec.record).title)


def content_of(record: Record) -> Content:
    """What of this record is searched."""
    shape = _shape(type(record))
    texts = [_text(getattr(record, name)) for name in (shape.title, *shape.bodies)]
    texts = [text for text in texts if text.strip()] or [""]
    if texts[1:] == [] and len(texts[0]) > _LONG_TITLE:
        texts.insert(0, "")  # a diary's page, say, is a text without a title
    return Content(
        texts[0],
        "\n".join(texts[1:]),
        tuple(map(str, getattr(record, shape.tags) or ())) if shape.tags else (),
        _day(record, shape.day),
    )


@cache
def _shape(record: type[Record]) -> _Shape:
    """Which fields are what; without a title nothing is searched."""
    fields = record.spec.fields
    searched = [
        name
        for name, field in fields.items()
        if field.meta.searchable and field.type.name in _TEXTS
    ]
    tags = next(
        (name for name in _TAGS if name in fields and fields[name].type.name == "texts"), ""
    )
    texts = [name for name in searched if name != tags]
    named = [name for name in _TITLES if name in texts]
    title = (named or texts or [""])[0]
    days = [name for name, field in fields.items() if field.type.name in ("date", "moment")]
    sure = [name for name in days if not fields[name].optional]
    return _Shape(
        title or tags,
        tuple(name for name in texts if name != title),
        tags,
        record.spec.by_month or [*sure, *(name for name in _DAYS if name in days), ""][0],
    )


def _text(value: object) -> str:
    if isinstance(value, list | tuple):
        return "\n".join(map(str, value))
    return str(value) if value is not None else ""


def _day(record: Record, name: str) -> date:
    """The day that the record is about, else the one on which it was made."""
    value = getattr(record, name) if name else None
    if value is None:
        value = record.created_at
    if isinstance(value, datetime):
        return value.astimezone(zone()).date()
    return value if isinstance(value, date) else today()
