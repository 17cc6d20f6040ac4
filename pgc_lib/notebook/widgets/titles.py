"""What collections and single records are called, in a word, and the few facts by which one tells a record again."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from pgc_lib.core.collection import Collection
from pgc_lib.core.naming import kind_title
from pgc_lib.core.record import Record
from pgc_lib.core.zone import zone
from pgc_lib.errors import NotFound
from pgc_lib.notebook.widgets.reading import money
from pgc_lib.notebook.widgets.referring import TECHNICAL, refers

_NAMES = ("title", "name", "what", "payee", "task", "word", "front", "question", "event", "text", "summary")  # fmt: skip
_FACTS = ("day", "at", "woke", "due", "born", "amount", "hours", "minutes", "topic", "category", "project")  # fmt: skip
_LONGEST = 80


def title_of_kind(collection: Collection[Any]) -> str:
    """The kind by its own title where it is a person's own, else as everybody calls it."""
    if collection.spec.area == "kinds" and collection.spec.kind != "kinds.definitions":
        return (collection.record.__doc__ or "").strip() or kind_title(collection.spec.kind)
    return kind_title(collection.spec.kind)


def called(record: Record, collection: Collection[Any] | None = None) -> str:
    """What a record is called: by its title, by what it belongs to, or by its day."""
    fields = record.spec.fields
    needed = [n for n, f in fields.items() if f.required and f.type.name == "text"]
    for name in dict.fromkeys((*(n for n in _NAMES if n in fields), *needed)):
        if name in record.spec.sensitive or name in TECHNICAL or fields[name].choices:
            continue
        value = getattr(record, name)
        if isinstance(value, str) and value.strip():
            return " ".join(value.split())[:_LONGEST]
    whose = _belongs(record, collection) if collection is not None else ""
    return " · ".join(filter(None, [whose, *facts(record)])) or kind_title(record.spec.kind)


def _belongs(record: Record, collection: Collection[Any]) -> str:
    """The name of the first record that this one must name."""
    from pgc_lib.core.places import collection_of

    for name, field in record.spec.fields.items():
        kind = refers(record.spec.kind, field)
        if field.required and kind and isinstance(id := getattr(record, name), UUID):
            try:
                return called(collection_of(collection.session, kind).get(id))
            except NotFound:  # it is gone, or not shared with whoever looks
                return ""
    return ""


def facts(record: Record, most: int = 2) -> list[str]:
    """A few words that tell it from others of the same name."""
    told: list[str] = []
    for name in _FACTS:
        field = record.spec.fields.get(name)
        if field is None or name in record.spec.sensitive or field.choices:
            continue
        value = getattr(record, name)
        if value not in (None, "") and len(told) < most:
            told.append(short(value))
    return told


def short(value: Any) -> str:
    """A value in a word or two."""
    if isinstance(value, Decimal):
        return money(value)
    if isinstance(value, datetime):
        return f"{value.astimezone(zone()):%Y-%m-%d %H:%M}"
    return value.isoformat() if isinstance(value, date) else str(value)[:_LONGEST]


def told(record: Record, collection: Collection[Any] | None = None) -> str:
    """A record in a sentence: what it is called, and its facts."""
    name = called(record, collection)
    return " · ".join([name, *(fact for fact in facts(record) if fact not in name)])
