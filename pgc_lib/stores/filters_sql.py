"""Conditions as SQL over the columns of a table.

Every comparison is closed with `is true`, which makes SQL's three-valued logic the two-valued one that
`filters.py` promises. PostgreSQL would not use an index for that, so a comparison that stands outside
any negation is left plain: there, unknown and false have the same effect.
"""

from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, and_, false, literal, not_, or_, true
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

Columns: TypeAlias = "ReadOnlyColumnCollection[str, Any]"

_OPERATORS = {"eq": "__eq__", "ne": "__ne__", "lt": "__lt__", "le": "__le__"}
_OPERATORS |= {"gt": "__gt__", "ge": "__ge__"}


def to_sql(
    condition: Condition, columns: Columns, *, negated: bool = False
) -> ColumnElement[bool]:
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
        return columns[name]
    except KeyError:
        raise Invalid(
            _("The filter or order cannot be used."),
            [Problem(name, _("there is no such field"), name)],
            next_step=_("The fields are: {names}.", names=", ".join(sorted(columns.keys()))),
        ) from None


def _comparison(
    condition: Condition, columns: Columns
) -> ColumnElement[bool]:
    if isinstance(condition, Compare):
        column = column_of(condition.field, columns)
        if condition.operator == "ne":
            return column.is_distinct_from(condition.value) & column.is_not(None)
        result: ColumnElement[bool] = getattr(column, _OPERATORS[condition.operator])(
            condition.value
        )
        return result
    if isinstance(condition, OneOf):
        return column_of(condition.field, columns).in_(condition.values)
    if isinstance(condition, Contains):
        return column_of(condition.field, columns).icontains(condition.text, autoescape=True)
    if isinstance(condition, StartsWith):
        return column_of(condition.field, columns).startswith(condition.text, autoescape=True)
    if isinstance(condition, Has):
        return literal(condition.value) == column_of(condition.field, columns).any_()
    raise TypeError(type(condition).__name__)
