"""Conditions on records, written once and pushed down to whichever store holds them.

`where(category="food", day__ge=start)` and `(col("amount") < -100) & col("tags").has("gift")` build the
same small tree; each store translates it (`tables.py`, `documents_postgres.py`, `documents_mongo.py`).

The logic is two-valued everywhere: a comparison with a missing value is false, and `~` is its plain
negation, so `~(col("x") == 1)` finds the rows without an `x` too. The stores agree on that, and the
contract tests hold them to it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

from pgc_lib.errors import PgcError
from pgc_lib.i18n import _

Operator = Literal["eq", "ne", "lt", "le", "gt", "ge"]


class Condition:
    """A part of the tree; combine with `&`, `|` and `~`."""

    def __and__(self, other: "Condition") -> "Condition":
        return All((*_parts(self, All), *_parts(other, All)))

    def __or__(self, other: "Condition") -> "Condition":
        return Any_((*_parts(self, Any_), *_parts(other, Any_)))

    def __invert__(self) -> "Condition":
        return Not(self)

    def __bool__(self) -> bool:
        raise TypeError(_("Combine conditions with & | ~ instead of and, or, not."))


@dataclass(frozen=True, slots=True)
class Compare(Condition):
    """`field <operator> value`; the value is never None (that is `IsNull`)."""

    field: str
    operator: Operator
    value: Any


@dataclass(frozen=True, slots=True)
class OneOf(Condition):
    """The field's value is one of these."""

    field: str
    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Contains(Condition):
    """The text field contains this text, letter case ignored; no character is special."""

    field: str
    text: str


@dataclass(frozen=True, slots=True)
class StartsWith(Condition):
    """The text field starts with exactly this text."""

    field: str
    text: str


@dataclass(frozen=True, slots=True)
class Has(Condition):
    """The list field holds this value."""

    field: str
    value: Any


@dataclass(frozen=True, slots=True)
class IsNull(Condition):
    """The field has no value."""

    field: str


@dataclass(frozen=True, slots=True)
class All(Condition):
    """Every part holds; empty always holds."""

    parts: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Any_(Condition):  # noqa: N801 (the plain name is typing's)
    """At least one part holds; empty never does."""

    parts: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Not(Condition):
    """The part does not hold."""

    part: Condition


class Column:
    """A field named in an expression, as in polars: `col("day") >= start`."""

    __slots__ = ("name",)
    __hash__ = None  # type: ignore[assignment]  # == builds a condition, so a column is no dict key

    def __init__(self, name: str) -> None:
        self.name = name

    def __eq__(self, value: object) -> Condition:  # type: ignore[override]
        return IsNull(self.name) if value is None else self._compare("eq", value)

    def __ne__(self, value: object) -> Condition:  # type: ignore[override]
        return Not(IsNull(self.name)) if value is None else self._compare("ne", value)

    def __lt__(self, value: object) -> Condition:
        return self._compare("lt", value)

    def __le__(self, value: object) -> Condition:
        return self._compare("le", value)

    def __gt__(self, value: object) -> Condition:
        return self._compare("gt", value)

    def __ge__(self, value: object) -> Condition:
        return self._compare("ge", value)

    def is_in(self, values: Iterable[Any]) -> Condition:
        """One of these values; None among them finds those without a value."""
        if isinstance(values, str | bytes):  # its letters are hardly what is meant
            raise PgcError(
                _("The values for “{field}” must be a list.", field=self.name),
                next_step=_("Put a single value into brackets: [{value!r}].", value=values),
            )
        given = tuple(values)
        some = OneOf(self.name, tuple(value for value in given if value is not None))
        return some if None not in given else Any_((some, IsNull(self.name)))

    def is_between(self, low: Any, high: Any) -> Condition:
        """From `low` to `high`, both included."""
        return All((self._compare("ge", low), self._compare("le", high)))

    def is_null(self) -> Condition:
        """Without a value."""
        return IsNull(self.name)

    def is_not_null(self) -> Condition:
        """With a value."""
        return Not(IsNull(self.name))

    def contains(self, text: str) -> Condition:
        """Text that contains this, letter case ignored."""
        return Contains(self.name, self._text(text))

    def starts_with(self, text: str) -> Condition:
        """Text that starts with exactly this."""
        return StartsWith(self.name, self._text(text))

    def has(self, value: Any) -> Condition:
        """A list that holds this."""
        return Has(self.name, value)

    def _compare(self, operator: Operator, value: object) -> Condition:
        if value is None:
            raise PgcError(
                _("“{field}” cannot be more or less than nothing.", field=self.name),
                next_step=_("Use is_null() or is_not_null()."),
            )
        if isinstance(value, Column | Condition):
            raise PgcError(
                _("“{field}” can only be compared with a value.", field=self.name),
                next_step=_("Read the frame and compare its columns there."),
            )
        return Compare(self.name, operator, value)

    def _text(self, text: str) -> str:
        if not isinstance(text, str):
            raise PgcError(
                _("“{field}” can only be searched for text.", field=self.name),
                next_step=_("Put quotation marks around it, or compare with ==."),
            )
        return text


def col(name: str) -> Column:
    """A field by name."""
    return Column(name)


def where(*conditions: Condition, **keywords: Any) -> Condition:
    """All conditions and keywords together: `name=value`, or `name__ge=value` and the other endings."""
    parts = [*conditions]
    for keyword, value in keywords.items():
        name, _sep, ending = keyword.partition("__")
        parts.append(_by_ending(col(name), ending, value))
    return parts[0] if len(parts) == 1 else All(tuple(parts))


def fields_of(condition: Condition) -> set[str]:
    """Every field that a condition names."""
    if isinstance(condition, All | Any_):
        return set().union(*(fields_of(part) for part in condition.parts))
    if isinstance(condition, Not):
        return fields_of(condition.part)
    return {condition.field}  # type: ignore[attr-defined]


def _by_ending(column: Column, ending: str, value: Any) -> Condition:
    match ending:
        case "":
            return column.__eq__(value)
        case "eq" | "ne" | "lt" | "le" | "gt" | "ge":
            compare: Callable[[Any], Condition] = getattr(column, f"__{ending}__")
            return compare(value)
        case "in":
            return column.is_in(value)
        case "contains":
            return column.contains(value)
        case "starts":
            return column.starts_with(value)
        case "has":
            return column.has(value)
        case "null":
            return column.is_null() if value else column.is_not_null()
    raise PgcError(
        _("There is no filter ending “{ending}”.", ending=ending),
        next_step=_(
            "Use one of: {endings}.", endings="eq ne lt le gt ge in contains starts has null"
        ),
    )


def _parts(condition: Condition, kind: type[All] | type[Any_]) -> tuple[Condition, ...]:
    return condition.parts if isinstance(condition, kind) else (condition,)
