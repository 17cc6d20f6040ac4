"""Conditions and orders of a person, held against the definition before any store sees them.

`day__ge="2026-01-01"` becomes a date, a time without a zone is meant in the person's, and what can never
be meant (an unknown field, a word compared with an amount, an encrypted field) is refused with its
reason. Both stores then get the same, typed, question.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from math import isfinite
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from pgc_lib.core.problems import REASONS, reason_of
from pgc_lib.core.spec import SYSTEM, Spec
from pgc_lib.core.types import Moment
from pgc_lib.core.values import meant, storable
from pgc_lib.errors import Invalid, Problem
from pgc_lib.i18n import N_, _
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

_SYSTEM_TYPES: Mapping[str, str] = {
    "id": "link",
    "owner": "link",
    "batch": "link",
    "version": "whole",
    "created_at": "moment",
    "updated_at": "moment",
}
_ADAPTERS: Mapping[str, TypeAdapter[Any]] = {
    "text": TypeAdapter(str),
    "yes_no": TypeAdapter(bool),
    "date": TypeAdapter(date),
    "moment": TypeAdapter(Moment),
    "link": TypeAdapter(UUID),
}
_NUMBERS = ("whole", "number", "money")
_SEALED = N_("this field is encrypted and cannot be searched or sorted by")


def fitted(condition: Condition, spec: Spec) -> Condition:
    """The condition with every value in the type of its field; `Invalid` says what cannot be."""
    if isinstance(condition, All):
        return All(tuple(fitted(part, spec) for part in condition.parts))
    if isinstance(condition, Any_):
        return Any_(tuple(fitted(part, spec) for part in condition.parts))
    if isinstance(condition, Not):
        return Not(fitted(condition.part, spec))
    return _fitted_one(condition, spec)


def _fitted_one(condition: Condition, spec: Spec) -> Condition:
    name: str = condition.field  # type: ignore[attr-defined]
    kind = type_of(name, spec)
    if kind is None:
        return condition  # a path into an object: what lies there has no declared type
    match condition:
        case IsNull():
            return condition
        case Compare(_, operator, value):
            return Compare(name, operator, operand(name, kind, value))
        case OneOf(_, values):
            given = [value for value in values if value is not None]
            return OneOf(name, tuple(operand(name, kind, value) for value in given))
        case Contains(_, text) | StartsWith(_, text):
            if kind != "text":
                raise _refused(name, _("this field is not a text"))
            return type(condition)(name, operand(name, kind, text))
        case Has(_, value):
            if kind != "texts":
                raise _refused(name, _("this field is not a list"))
            return Has(name, operand(name, "text", value))
    raise TypeError(type(condition).__name__)


def operand(name: str, kind: str | None, value: Any) -> Any:
    """A value to compare a field of this type with."""
    try:
        if kind in _NUMBERS:
            return _number(value)
        if kind is not None and kind in _ADAPTERS:
            return storable(_ADAPTERS[kind].validate_python(meant(value, kind)))
    except ValidationError as error:
        detail = error.errors(include_url=False)[0]
        raise _refused(name, reason_of(detail["type"], detail), value) from None
    except ValueError as error:
        reason = REASONS.get(getattr(error, "type", "float_parsing"), REASONS["float_parsing"])
        raise _refused(name, _(reason), value) from None
    raise _refused(name, _("this field cannot be compared, only asked whether it has a value"))


def _number(value: Any) -> int | float | Decimal:
    """Any ordinary number: comparing whole minutes with 1.5 makes sense."""
    if isinstance(value, str):
        try:
            value = Decimal(value)
        except InvalidOperation:
            raise ValueError(value) from None
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise ValueError(value)
    if not isinstance(value, int) and not isfinite(value):
        raise ValueError(value)
    return value


def ordered(order: Sequence[str], spec: Spec) -> list[str]:
    """The order, when every field in it can be sorted by."""
    for written in order:
        name = written.removeprefix("-")
        if type_of(name, spec) in ("texts", "object"):
            raise _refused(name, _("a list or an object cannot be sorted by"))
    return list(order)


def readable(columns: Sequence[str], spec: Spec) -> list[str]:
    """The columns of a frame, when all of them are there and open."""
    for name in columns:
        if "." in name:
            raise _unknown(name, spec)
        type_of(name, spec)
    return list(dict.fromkeys(columns))


def type_of(name: str, spec: Spec) -> str | None:
    """The type of a field, None for what lies inside an object; `Invalid` when there is none to use."""
    if name in spec.sensitive:
        raise _refused(name, _(_SEALED))
    if name in spec.fields:
        return spec.fields[name].type.name
    if name in SYSTEM:
        return _SYSTEM_TYPES[name]
    root = spec.fields.get(name.partition(".")[0])
    if spec.kept_in == "documents" and "." in name and root and root.type.name == "object":
        return None
    raise _unknown(name, spec)


def _unknown(name: str, spec: Spec) -> Invalid:
    names = ", ".join([*(name for name in spec.fields if name not in spec.sensitive), *SYSTEM])
    return _invalid(
        Problem(name, _(REASONS["extra_forbidden"])),
        _("The fields are: {names}.", names=names),
    )


def _refused(name: str, reason: str, value: Any = None) -> Invalid:
    return _invalid(Problem(name, reason, value), _("Compare it with something else."))


def _invalid(problem: Problem, next_step: str) -> Invalid:
    return Invalid(_("The filter or order cannot be used."), [problem], next_step=next_step)


def limited(limit: Any) -> int | None:
    """A limit that makes sense."""
    if limit is not None and (isinstance(limit, bool) or not isinstance(limit, int) or limit < 1):
        raise _invalid(
            Problem("limit", _("this must be at least {ge}", ge=1), limit),
            _("Leave the limit out to get everything."),
        )
    return limit
