"""The cursor of a page of rows: the values the last row was sorted by, and its id.

Never an offset: a page costs the same however far it is, and rows that come and go shift nothing.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Self
from uuid import UUID

from pgc_lib.errors import Invalid, Problem
from pgc_lib.i18n import _

_READ: dict[str, Callable[[str], Any]] = {
    "date": date.fromisoformat,
    "datetime": datetime.fromisoformat,
    "Decimal": Decimal,
    "UUID": UUID,
}


@dataclass(frozen=True, slots=True)
class Key:
    """One field to sort by."""

    name: str
    descending: bool

    @classmethod
    def read(cls, written: str) -> Self:
        """`"-day"` is day, the latest first."""
        return cls(written.removeprefix("-"), written.startswith("-"))


def write_cursor(kind: str, order: Sequence[str], values: Sequence[Any], last: UUID) -> str:
    """The cursor after a row."""
    packed = [_pack(value) for value in values]
    text = json.dumps([kind, list(order), packed, last.hex], ensure_ascii=False)
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(kind: str, order: Sequence[str], cursor: str) -> tuple[list[Any], UUID]:
    """The values and the id of a cursor; `Invalid` when it belongs to another list."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        its_kind, its_order, packed, last = json.loads(urlsafe_b64decode(padded))
        if (its_kind, its_order) != (kind, list(order)) or len(packed) != len(order):
            raise ValueError(cursor)
        return [_unpack(value) for value in packed], UUID(last)
    except (ValueError, TypeError, KeyError, ArithmeticError) as error:
        raise Invalid(
            _("This cursor does not belong to this list."),
            [Problem("after", _("not the cursor of a page with the same kind and order"))],
            next_step=_("Start again from the first page."),
        ) from error


def _pack(value: Any) -> Any:
    name = type(value).__name__
    return [name, str(value)] if name in _READ else value


def _unpack(packed: Any) -> Any:
    return _READ[packed[0]](packed[1]) if isinstance(packed, list) else packed
