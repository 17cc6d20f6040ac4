"""What a value means before pydantic reads it, and whether a store can keep it afterwards.

Pydantic takes the number 2026 for a moment early in 1970 and accepts text that no database can hold. Both
are settled here, for every field of every Record.
"""

import re
from datetime import datetime
from decimal import Decimal
from typing import Any

from pydantic_core import PydanticCustomError

from pgc_lib.core.spec import TEXT_LIMIT
from pgc_lib.core.types import exact_money, in_zone
from pgc_lib.errors import Problem
from pgc_lib.stores.documents_values import canonical, loads

_NUMBER = re.compile(r"[+-]?\d+(\.\d*)?")
_TRIMMED = frozenset({"date", "moment", "yes_no", "link"})
_INT64 = 2**63


def meant(value: Any, type_name: str) -> Any:
    """The value as the person meant it, or an error where pydantic would guess wrongly."""
    if isinstance(value, str):
        if type_name in _TRIMMED:
            value = value.strip()
        elif type_name == "object":
            return _object(value)
    if type_name in ("date", "moment") and (
        isinstance(value, int | float | Decimal)
        or (isinstance(value, str) and _NUMBER.fullmatch(value))
    ):
        kind = "date_parsing" if type_name == "date" else "datetime_parsing"
        raise PydanticCustomError(kind, "a bare number is neither a date nor a time")
    return value


def _object(text: str) -> Any:
    """The object that a text in JSON describes, as `frame()` gives it; any other text is left."""
    try:
        found = loads(text)
    except (ValueError, RecursionError):
        return text
    return found if isinstance(found, dict | list) else text


def storable(value: Any) -> Any:
    """The value as it will be kept, or an error when no store can keep it."""
    if isinstance(value, str):
        _check_text(value)
    elif isinstance(value, bool):
        pass
    elif isinstance(value, int):
        if not -_INT64 <= value < _INT64:
            raise PydanticCustomError("int_parsing_size", "beyond 64 bits")
    elif isinstance(value, Decimal):
        if exact_money(value) is None:
            raise PydanticCustomError("money_inexact", "this cannot be kept exactly")
    elif isinstance(value, datetime):
        return in_zone(value)
    elif isinstance(value, dict) or (
        isinstance(value, list) and not all(isinstance(item, str) for item in value)
    ):
        return _check_object(value)
    elif isinstance(value, list):
        for text in value:
            _check_text(text)
        if sum(map(len, value)) > TEXT_LIMIT:
            raise PydanticCustomError(
                "texts_too_long", "together too long", {"max_length": TEXT_LIMIT}
            )
    return value


def _check_text(text: str) -> None:
    if "\0" in text:
        raise PydanticCustomError("nul", "the text holds a NUL byte")
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise PydanticCustomError("surrogate", "the text holds a lone surrogate") from None


def _check_object(value: dict[str, Any] | list[Any]) -> Any:
    problems: list[Problem] = []
    kept = canonical({"_": value}, problems)
    if problems:
        first = problems[0]
        context = {"place": first.place.removeprefix("_").removeprefix("."), "reason": first.reason}
        raise PydanticCustomError("object_value", "{place}: {reason}", context)
    return kept["_"]
