"""The plain meaning of conditions, for values that are at hand and not in a store."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from pgc_lib.stores.filters import (
    All,
    Any_,
    Compare,
    Condition,
    Contains,
    Has,
    IsNull,
    Not,
    OneOf,
    StartsWith,
)
from pgc_lib.stores.text_patterns import forms

Get = Callable[[str], Any]


def holds(condition: Condition, get: Get) -> bool:
    """Whether the condition holds, where `get` gives the value of a field, None when it has none."""
    match condition:
        case All(parts):
            return all(holds(part, get) for part in parts)
        case Any_(parts):
            return any(holds(part, get) for part in parts)
        case Not(part):
            return not holds(part, get)
        case IsNull(field):
            return get(field) is None
        case Compare(field, operator, operand):
            return _compare(get(field), operator, operand)
        case OneOf(field, values):
            return any(value is not None and _compare(get(field), "eq", value) for value in values)
        case Contains(field, text):
            value = get(field)
            return isinstance(value, str) and _contains(value, text)
        case StartsWith(field, text):
            value = get(field)
            return isinstance(value, str) and value.startswith(text)
        case Has(field, wanted):
            value = get(field)
            return isinstance(value, list) and wanted in value
    raise TypeError(type(condition).__name__)


def _compare(value: Any, operator: str, operand: Any) -> bool:
    if value is None:
        return False
    value, operand = _exact(value), _exact(operand)
    if operator in ("eq", "ne"):
        return (_alike(value, operand) and value == operand) == (operator == "eq")
    if not _alike(value, operand):
        return False
    match operator:
        case "lt":
            return bool(value < operand)
        case "le":
            return bool(value <= operand)
        case "gt":
            return bool(value > operand)
    return bool(value >= operand)


def _exact(value: Any) -> Any:
    """A float is the number that it is written as."""
    return Decimal(repr(value)) if isinstance(value, float) else value


def _alike(one: Any, other: Any) -> bool:
    """Values of different kinds never compare, and true is not 1."""
    return _kind(one) == _kind(other)


def _kind(value: Any) -> type:
    if isinstance(value, bool):
        return bool
    if isinstance(value, int | float | Decimal):
        return Decimal
    for known in (str, datetime, date):
        if isinstance(value, known):
            return known
    return type(value)


def _contains(value: str, text: str) -> bool:
    wanted = [forms(letter) for letter in text]
    return any(
        all(value[start + n] in these for n, these in enumerate(wanted))
        for start in range(len(value) - len(text) + 1)
    )
