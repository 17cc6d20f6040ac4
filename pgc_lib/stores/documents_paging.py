"""The order of documents and the cursor of a page, worked out once for every back end.

A page goes on after the last document of the one before, found by the values it was sorted by and its
id; so a page costs the same however far it is, and nothing is shown twice when documents come and go.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, TypeAlias
from uuid import UUID

from pgc_lib.errors import Invalid, Problem
from pgc_lib.i18n import _
from pgc_lib.stores.documents import Document
from pgc_lib.stores.documents_values import ENVELOPE, scalar, time_text

NUMBER, TEXT, TRUTH, LAST = 1, 2, 3, 9
SortValue: TypeAlias = "tuple[int, Any]"
"""The rank of a value's kind, then the value."""


@dataclass(frozen=True, slots=True)
class Key:
    """One field to sort by."""

    field: "Field"
    descending: bool

    def rank(self, kind: int) -> int:
        """Where a kind of value comes; missing values stay last when the rest is turned round."""
        return TRUTH + NUMBER - kind if self.descending and kind != LAST else kind


@dataclass(frozen=True, slots=True)
class Field:
    """A field that a filter or an order names: one of the envelope's, or a path into the body."""

    name: str
    path: tuple[str, ...]
    """Empty for a field of the envelope."""

    def operand(self, value: object) -> Any:
        """A value to compare this field with, typed as the store keeps it."""
        if self.path:
            return scalar(value, self.name)
        return _envelope_operand(self.name, value)

    def of(self, document: Document) -> Any:
        """This field's value in a document; None when it has none."""
        if not self.path:
            return getattr(document, self.name)
        value: Any = document.body
        for step in self.path:
            value = value.get(step) if isinstance(value, dict) else None
        return value


def field(name: str) -> Field:
    """The field of a name; `Invalid` when no document can have it."""
    if name in ENVELOPE:
        return Field(name, ())
    path = tuple(name.split("."))
    if not all(path) or any(step.startswith("$") or "\0" in step for step in path):
        raise _invalid(name, _("this cannot be the name of a field"), name)
    return Field(name, path)


def parse_order(order: Sequence[str]) -> tuple[Key, ...]:
    """The fields to sort by, as `find` was given them."""
    return tuple(Key(field(name.removeprefix("-")), name.startswith("-")) for name in order)


def sort_values(document: Document, keys: Sequence[Key]) -> list[SortValue]:
    """What a document is sorted by, besides its id."""
    result = []
    for key in keys:
        value = key.field.of(document)
        kind = kind_of(value)
        result.append((key.rank(kind), value if kind != LAST else None))
    return result


def kind_of(value: object) -> int:
    """How a value takes part in an order."""
    if isinstance(value, bool):
        return TRUTH
    if isinstance(value, int | Decimal):
        return NUMBER
    return TEXT if isinstance(value, str | datetime | UUID) else LAST


class Place:
    """Where a document comes in an order, for merging pages of several places."""

    __slots__ = ("document", "keys", "values")

    def __init__(self, document: Document, keys: Sequence[Key]) -> None:
        self.document = document
        self.keys = keys
        self.values = sort_values(document, keys)

    def __lt__(self, other: "Place") -> bool:
        for key, (rank, value), (their_rank, theirs) in zip(
            self.keys, self.values, other.values, strict=True
        ):
            if rank != their_rank:
                return rank < their_rank
            if value != theirs:
                return bool(value > theirs if key.descending else value < theirs)
        return self.document.id < other.document.id


def write_cursor(kind: str, order: Sequence[str], document: Document) -> str:
    """The cursor after a document."""
    values = [_pack(value) for value in sort_values(document, parse_order(order))]
    text = json.dumps([kind, list(order), values, document.id.hex], ensure_ascii=False)
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(kind: str, order: Sequence[str], cursor: str) -> tuple[list[SortValue], UUID]:
    """The values and the id a cursor stands for; `Invalid` when it belongs to another list."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        its_kind, its_order, values, key = json.loads(urlsafe_b64decode(padded))
        if (its_kind, its_order) != (kind, list(order)) or len(values) != len(order):
            raise ValueError(cursor)
        return [_unpack(value) for value in values], UUID(key)
    except (Base64Error, ValueError, TypeError, KeyError, InvalidOperation) as error:
        raise Invalid(
            _("This cursor does not belong to this list."),
            [Problem("after", _("not the cursor of a page with the same kind and order"))],
            next_step=_("Start again from the first page."),
        ) from error


def _pack(value: SortValue) -> list[Any]:
    rank, it = value
    if isinstance(it, bool) or it is None:
        return [rank, "j", it]
    if isinstance(it, int | Decimal):
        return [rank, "n", str(it)]
    if isinstance(it, datetime):
        return [rank, "t", time_text(it)]
    return [rank, "u", it.hex] if isinstance(it, UUID) else [rank, "j", it]


def _unpack(packed: list[Any]) -> SortValue:
    rank, tag, text = packed
    read: dict[str, Callable[[Any], Any]] = {
        "n": Decimal,
        "t": datetime.fromisoformat,
        "u": UUID,
        "j": lambda it: it,
    }
    return int(rank), read[tag](text)


def _envelope_operand(name: str, value: object) -> Any:
    if name == "version" and isinstance(value, int) and not isinstance(value, bool):
        return value
    try:
        if name in ("id", "owner", "batch"):
            return value if isinstance(value, UUID) else UUID(str(value))
        if name in ("created_at", "updated_at"):
            moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
            if moment.utcoffset() is not None:
                return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        pass  # said below, the same for every reason
    raise _invalid(name, _("this value cannot be compared with the field"), value)


def _invalid(name: str, reason: str, value: object) -> Invalid:
    return Invalid(
        _("The condition cannot be used."),
        [Problem(name, reason, repr(value)[:80])],
        next_step=_("Compare an id with an id, a time with a time that has a zone."),
    )
