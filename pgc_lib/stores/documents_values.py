"""What the body of a document may hold, made the same for every back end.

A body is checked and brought to one form before it is written, so that what comes back does not depend
on where it was kept:

- texts stay; dates become `2026-11-20`, times `2026-11-20T08:00:00.000000Z`, so that they sort as text;
- a number without a fraction is a whole number, any other an exact `Decimal` (a float as it is printed);
- lists, objects, true, false and null are as in JSON; UUIDs are text.

Refused, each with its place: what one of the back ends would lose or choke on.
"""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from json.encoder import encode_basestring
from math import isfinite
from numbers import Integral, Real
from typing import Any, TypeAlias
from uuid import UUID

from pgc_lib.errors import Invalid, Problem
from pgc_lib.i18n import _

Json: TypeAlias = "bool | int | Decimal | str | list[Json] | dict[str, Json] | None"
Scalar: TypeAlias = bool | int | Decimal | str

MAX_DEPTH = 50
MAX_BYTES = 16 * 1024 * 1024 - 16 * 1024
"""MongoDB's limit for a document, counted as BSON, less room for what is kept beside the body."""
MAX_DIGITS = 34
MAX_EXPONENT = 400
_INT64 = 2**63
ENVELOPE = frozenset({"id", "owner", "batch", "version", "created_at", "updated_at"})
"""Fields that every document has; no body may use their names at its top."""


def canonical(
    body: Mapping[str, Any], problems: list[Problem], *, row: int | None = None
) -> dict[str, Json]:
    """The body as it will be kept and read back; what is wrong with it is added to `problems`."""
    walk = _Walk(problems, row)
    given: object = body  # callers in notebooks pass anything
    if not isinstance(given, Mapping):
        walk.problem(_("a document is an object with named fields"), body)
        return {}
    result = walk.object(given)
    if walk.size > MAX_BYTES:
        walk.problem(_("larger than 16 MB; keep large content as an attachment"))
    return result


def checked(body: Mapping[str, Any]) -> dict[str, Json]:
    """The body in its kept form, or `Invalid` with every problem."""
    problems: list[Problem] = []
    result = canonical(body, problems)
    refuse(problems)
    return result


def refuse(problems: list[Problem]) -> None:
    """Raise `Invalid` when there are problems."""
    if problems:
        raise Invalid(
            _("The document cannot be kept as it is; nothing was written."),
            problems,
            next_step=_("Correct what is named above and try again."),
        )


def scalar(value: object, field: str) -> Scalar:
    """A value to compare with, in the form in which bodies hold it; `Invalid` when it is none."""
    problems: list[Problem] = []
    walk = _Walk(problems, None)
    walk.path.append(field)
    result = walk.value(value)
    if result is None or isinstance(result, list | dict):
        if not problems:
            walk.problem(_("only a single value can be compared with"), value)
        result = ""
    if problems:
        raise Invalid(
            _("The condition cannot be used."),
            problems,
            next_step=_("Compare with a text, a number, a date, a time, true or false."),
        )
    return result


def same(one: Json, other: Json) -> bool:
    """Whether two values are equal as JSON, where true is not 1."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(it, other[key]) for key, it in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return isinstance(one, bool) == isinstance(other, bool) and one == other


def changes_of(changes: Mapping[str, Any]) -> tuple[list[str], dict[str, Json]]:
    """What an update asks for: the names to take away, and the fields to put; or `Invalid`."""
    put = checked({key: "" if value is None else value for key, value in changes.items()})
    gone = [key for key, value in changes.items() if value is None]
    return gone, {key: value for key, value in put.items() if changes[key] is not None}


def dumps(value: Json) -> str:
    """JSON with Decimals as the very digits they have, which the standard encoder cannot write."""
    parts: list[str] = []
    _write(value, parts)
    return "".join(parts)


def loads(text: str) -> Any:
    """JSON with exact Decimals."""
    return json.loads(text, parse_float=Decimal)


def time_text(value: datetime) -> str:
    """A time as bodies hold it."""
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


class _Walk:
    """One pass over a value that converts, checks and counts its size as BSON."""

    def __init__(self, problems: list[Problem], row: int | None) -> None:
        self.problems = problems
        self.row = row
        self.path: list[str | int] = []
        self.depth = 0
        self.size = 5

    def problem(self, reason: str, value: object = None) -> None:
        place = ""
        for step in self.path:
            place += f"[{step}]" if isinstance(step, int) else f".{step}" if place else step
        shown = None if value is None else repr(value)[:80]
        self.problems.append(Problem(_printable(place), reason, shown, self.row))

    def value(self, value: object) -> Json:
        if value is None or value is True or value is False:
            self.size += 1
            return value
        if isinstance(value, str):
            return self.text(value)
        if type(value) is int and -_INT64 <= value < _INT64:
            self.size += 9
            return value
        if isinstance(value, Integral):
            return self.number(Decimal(int(value)), value)
        if isinstance(value, Decimal):
            return self.number(value, value)
        if isinstance(value, Real):
            real = float(value)
            return self.number(Decimal(repr(real)) if isfinite(real) else Decimal("NaN"), value)
        if isinstance(value, Mapping):
            return self.object(value)
        if isinstance(value, list | tuple):
            return self.list(value)
        if isinstance(value, datetime):
            return self.time(value)
        if isinstance(value, date):
            return self.text(value.isoformat())
        if isinstance(value, UUID):
            return self.text(str(value))
        self.problem(_("a {type} cannot be kept in a document", type=type(value).__name__), value)
        return None

    def text(self, value: str) -> str:
        value = str.__str__(value)  # an enumeration's member is kept as its plain text
        if len(value) > MAX_BYTES:
            self.size += len(value)
            return ""
        if "\0" in value:
            self.problem(_("a text cannot hold the character NUL"), value)
        try:
            self.size += 5 + (len(value) if value.isascii() else len(value.encode()))
        except UnicodeEncodeError:
            self.problem(_("a text cannot hold half a character (a lone surrogate)"), value)
        return value

    def time(self, value: datetime) -> str:
        try:
            if value.utcoffset() is None:
                raise ValueError(value)
            return self.text(time_text(value))
        except (ValueError, OverflowError):
            self.problem(_("a time needs a time zone, and a year from 1 to 9999 in UTC"), value)
            return ""

    def number(self, value: Decimal, given: object) -> int | Decimal:
        self.size += 16
        result = exact(value)
        if result is None:
            self.problem(
                _("a number must be finite, with at most {n} significant digits", n=MAX_DIGITS),
                given,
            )
            return 0
        return result

    def object(self, value: Mapping[Any, Any]) -> dict[str, Json]:
        if not self.enter():
            return {}
        top = not self.path
        result: dict[str, Json] = {}
        for key, item in value.items():
            self.path.append(key if isinstance(key, str) else repr(key))
            if (reason := _wrong_key(key, top)) is not None:
                self.problem(reason)
            else:
                self.size += 2 + len(key.encode())
                result[str.__str__(key)] = self.value(item)
            self.path.pop()
        self.depth -= 1
        return result

    def list(self, value: list[Any] | tuple[Any, ...]) -> list[Json]:
        if not self.enter():
            return []
        result: list[Json] = []
        for index, item in enumerate(value):
            self.path.append(index)
            self.size += 2 + len(str(index))
            result.append(self.value(item))
            self.path.pop()
        self.depth -= 1
        return result

    def enter(self) -> bool:
        self.size += 5
        if self.depth == MAX_DEPTH:
            self.problem(_("nested deeper than {n} levels", n=MAX_DEPTH))
            return False
        self.depth += 1
        return True


def exact(value: Decimal) -> int | Decimal | None:
    """The number as it is kept, or None when it is not finite or has too many digits."""
    sign, digits, exponent = value.as_tuple()
    if not isinstance(exponent, int):
        return None
    if not any(digits):
        return 0 if exponent >= 0 else Decimal((0, (0,), max(exponent, -MAX_DIGITS)))
    while len(digits) > MAX_DIGITS and digits[-1] == 0:
        digits, exponent = digits[:-1], exponent + 1
    if len(digits) > MAX_DIGITS or not -MAX_EXPONENT < exponent < MAX_EXPONENT:
        return None
    if exponent >= 0:
        return int(Decimal((sign, digits, exponent)))
    return Decimal((sign, digits, exponent))


def _wrong_key(key: object, top: bool) -> str | None:
    if not isinstance(key, str):
        return _("the name of a field must be a text")
    if not key or key.startswith("$") or "." in key or "\0" in key:
        return _("the name of a field cannot be empty, start with $ or hold a dot or NUL")
    try:
        key.encode()
    except UnicodeEncodeError:
        return _("a text cannot hold half a character (a lone surrogate)")
    if top and key in ENVELOPE:
        return _("every document has this field itself; use another name")
    return None


def _printable(place: str) -> str:
    return place.encode(errors="backslashreplace").decode().replace("\0", "\\0")


def _write(value: Json, parts: list[str]) -> None:
    if isinstance(value, str):
        parts.append(encode_basestring(value))
    elif value is None or value is True or value is False:
        parts.append({None: "null", True: "true", False: "false"}[value])
    elif isinstance(value, int):
        parts.append(str(value))
    elif isinstance(value, Decimal):
        parts.append(format(value, "f"))
    elif isinstance(value, dict):
        separator = "{"
        for key, item in value.items():
            parts += (separator, encode_basestring(key), ":")
            _write(item, parts)
            separator = ","
        parts.append("}" if value else "{}")
    else:
        separator = "["
        for item in value:
            parts.append(separator)
            _write(item, parts)
            separator = ","
        parts.append("]" if value else "[]")
