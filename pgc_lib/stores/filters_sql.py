"""Conditions as SQL over the columns of a table.

Every comparison is closed with `is true`, which makes SQL's three-valued logic the two-valued one that
`filters.py` promises. PostgreSQL would not use an index for that, so a comparison that stands outside
any negation is left plain: there, unknown and false have the same effect.
"""

import sys
from decimal import Decimal
from typing import Any, TypeAlias

from sqlalchemy import (
    ColumnElement,
    Double,
    Numeric,
    Text,
    and_,
    cast,
    false,
    literal,
    not_,
    or_,
    true,
)
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from pgc_lib.errors import Invalid, Problem
from pgc_lib.i18n import _
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
from pgc_lib.stores.text_patterns import any_case_pattern, forms

Columns: TypeAlias = "ReadOnlyColumnCollection[str, Any]"

_SMALL = 2**31
_LARGEST = Decimal(sys.float_info.max)
_OPERATORS = {"eq": "__eq__", "ne": "__ne__", "lt": "__lt__", "le": "__le__"}
_OPERATORS |= {"gt": "__gt__", "ge": "__ge__"}


def to_sql(condition: Condition, columns: Columns, *, negated: bool = False) -> ColumnElement[bool]:
    """The condition over these columns; `negated` says that a NOT stands somewhere around it."""
    if isinstance(condition, All):
        return and_(true(), *(to_sql(part, columns, negated=negated) for part in condition.parts))
    if isinstance(condition, Any_):
        return or_(false(), *(to_sql(part, columns, negated=negated) for part in condition.parts))
    if isinstance(condition, Not):
        return not_(to_sql(condition.part, columns, negated=True))
    if isinstance(condition, IsNull):
        return column_of(condition.field, columns).is_(None)
    plain = _comparison(condition, columns)
    return plain.is_(True) if negated else plain


def column_of(name: str, columns: Columns) -> ColumnElement[Any]:
    """The column of a field, or `Invalid` naming those there are."""
    try:
        column: ColumnElement[Any] = columns[name]
        return column
    except KeyError:
        raise Invalid(
            _("The filter or order cannot be used."),
            [Problem(name, _("there is no such field"), name)],
            next_step=_("The fields are: {names}.", names=", ".join(sorted(columns.keys()))),
        ) from None


def _comparison(condition: Condition, columns: Columns) -> ColumnElement[bool]:
    if isinstance(condition, Compare):
        column = column_of(condition.field, columns)
        if condition.operator == "ne":
            different = column.is_distinct_from(_operand(condition.value, column))
            return different & column.is_not(None)
        operand = _operand(condition.value, column)
        result: ColumnElement[bool] = getattr(column, _OPERATORS[condition.operator])(operand)
        return result
    if isinstance(condition, OneOf):
        column = column_of(condition.field, columns)
        return column.in_([_operand(value, column) for value in condition.values])
    if isinstance(condition, Contains):
        return _contains(column_of(condition.field, columns), condition)
    if isinstance(condition, StartsWith):
        return column_of(condition.field, columns).startswith(condition.text, autoescape=True)
    if isinstance(condition, Has):
        return column_of(condition.field, columns).contains([condition.value])
    raise TypeError(type(condition).__name__)


def _operand(value: Any, column: ColumnElement[Any]) -> Any:
    """A number that the column's own type cannot hold is compared as what it is."""
    if isinstance(value, bool):
        return literal(value, column.type)
    if not isinstance(value, int | float | Decimal):
        return value
    if isinstance(column.type, Double):
        if -_LARGEST <= value <= _LARGEST:
            return float(value)
        return cast(literal("Infinity" if value > 0 else "-Infinity", Text()), Double())
    if isinstance(value, int) and abs(value) < _SMALL and not isinstance(column.type, Numeric):
        return value
    # A float means the number that it is written as, the same as when it is kept.
    exact = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    return literal(exact, Numeric())


def _contains(column: ColumnElement[Any], condition: Contains) -> ColumnElement[bool]:
    text = condition.text
    if all(len(forms(letter)) == 1 for letter in text):
        # Chinese has no letter cases, and a plain search is several times faster than a pattern.
        return column.contains(text, autoescape=True)
    return column.regexp_match(any_case_pattern(text, condition.field))
