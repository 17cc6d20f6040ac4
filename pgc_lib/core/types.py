"""The types a field may have, and what each one is in SQL, in Arrow and in polars.

One row of `TYPES` a type. Everything that is derived from a Record asks this table, so a new type is one
row here and works in tables, frames, bulk writing and forms at once.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Context, Decimal, Inexact, InvalidOperation
from enum import StrEnum
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args, get_origin
from uuid import UUID

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from pgc_lib.core.zone import zone

if TYPE_CHECKING:
    import polars as pl
    from sqlalchemy.types import TypeEngine

MONEY_DIGITS, MONEY_SCALE = 18, 4
_CENT = Decimal(1).scaleb(-MONEY_SCALE)
_EXACT = Context(prec=MONEY_DIGITS, traps=[Inexact, InvalidOperation])


def in_zone(moment: datetime) -> datetime:
    """A time in UTC; one that names no zone is meant in the person's."""
    try:
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone())).astimezone(UTC)
    except OverflowError:
        raise PydanticCustomError(
            "datetime_parsing", "in UTC this is outside the years 1 to 9999"
        ) from None


Money = Annotated[
    Decimal, Field(max_digits=MONEY_DIGITS, decimal_places=MONEY_SCALE, allow_inf_nan=False)
]
"""An exact amount with up to four decimal places."""


def exact_money(amount: Decimal) -> Decimal | None:
    """The amount with all its decimal places, or None when it cannot be kept exactly."""
    try:
        exact = amount.quantize(_CENT, context=_EXACT)
    except (Inexact, InvalidOperation):
        return None
    return exact if exact.is_finite() else None


Moment = Annotated[datetime, AfterValidator(in_zone)]
"""A point in time, kept in UTC."""


@dataclass(frozen=True, slots=True)
class FieldType:
    """One type: its name in definitions, its Python class, and what stands for it elsewhere."""

    name: str
    python: Any
    sql: "Callable[[], TypeEngine[Any]]"
    polars: "Callable[[], pl.DataType]"
    staged: str
    """The SQL type of a staging column that binary COPY can fill from Arrow."""
    read: str = "{}"
    """How a column is selected so that Arrow carries it exactly."""


def _sql(name: str, *args: Any, **options: Any) -> "Callable[[], TypeEngine[Any]]":
    def make() -> "TypeEngine[Any]":
        from sqlalchemy.dialects import postgresql

        made: TypeEngine[Any] = getattr(postgresql, name)(*args, **options)
        return made

    return make


def _texts() -> "TypeEngine[Any]":
    from sqlalchemy.dialects.postgresql import ARRAY, TEXT

    return ARRAY(TEXT())


def _exact_json() -> "TypeEngine[Any]":
    from pgc_lib.core.sql_types import ExactJson

    return ExactJson()


def _polars(name: str, *args: Any) -> "Callable[[], pl.DataType]":
    def make() -> "pl.DataType":
        import polars as pl

        made: pl.DataType = getattr(pl, name)(*args)
        return made

    return make


def _list_of_text() -> "pl.DataType":
    import polars as pl

    return pl.List(pl.String())


TYPES: tuple[FieldType, ...] = (
    FieldType("text", str, _sql("TEXT"), _polars("String"), "text"),
    FieldType("whole", int, _sql("BIGINT"), _polars("Int64"), "bigint"),
    FieldType("number", float, _sql("DOUBLE_PRECISION"), _polars("Float64"), "double precision"),
    FieldType("yes_no", bool, _sql("BOOLEAN"), _polars("Boolean"), "boolean"),
    FieldType("date", date, _sql("DATE"), _polars("Date"), "date"),
    FieldType(
        "moment",
        datetime,
        _sql("TIMESTAMP", timezone=True),
        _polars("Datetime", "us", "UTC"),
        "timestamptz",
    ),
    FieldType(
        "money",
        Decimal,
        _sql("NUMERIC", MONEY_DIGITS, MONEY_SCALE),
        _polars("Decimal", MONEY_DIGITS, MONEY_SCALE),
        "numeric",
        # Arrow gets numeric as text; a scaled whole number is exact and several times smaller.
        f"({{}} * {10**MONEY_SCALE})::bigint",
    ),
    FieldType("link", UUID, _sql("UUID"), _polars("String"), "text"),
    FieldType("texts", list, _texts, _list_of_text, "text[]"),
    FieldType("object", dict, _exact_json, _polars("String"), "text", "{}::text"),
)
_BY_PYTHON = {kind.python: kind for kind in TYPES}
BY_NAME: Mapping[str, FieldType] = {kind.name: kind for kind in TYPES}


def field_type(annotation: Any) -> tuple[FieldType, bool]:
    """The row for an annotation, and whether the value may be missing."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return field_type(get_args(annotation)[0])
    if origin in (Union, UnionType):
        present = [part for part in get_args(annotation) if part is not NoneType]
        if len(present) == 1 and len(present) < len(get_args(annotation)):
            return field_type(present[0])[0], True
    if (origin is Literal and all(isinstance(value, str) for value in get_args(annotation))) or (
        isinstance(annotation, type) and issubclass(annotation, StrEnum)
    ):
        return _BY_PYTHON[str], False
    if origin is list and get_args(annotation) != (str,):
        return _BY_PYTHON[dict], False
    found = origin or annotation
    known = _BY_PYTHON.get(found) if isinstance(found, type) else None
    if known is None:
        raise TypeError(
            f"a field cannot have the type {annotation!r}; see pgc_lib.core.types.TYPES"
        )
    return known, False


def enum_of(annotation: Any) -> type[StrEnum] | None:
    """The enumeration of a field, if it is one."""
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return annotation
    if get_origin(annotation) in (Union, UnionType, Annotated):
        return next((found for part in get_args(annotation) if (found := enum_of(part))), None)
    return None


def choices_of(annotation: Any) -> tuple[str, ...]:
    """The values a field is limited to; empty when it is not."""
    origin = get_origin(annotation)
    if origin is Literal:
        return tuple(str(value) for value in get_args(annotation))
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return tuple(member.value for member in annotation)
    if origin in (Union, UnionType, Annotated):
        for part in get_args(annotation):
            if part is not NoneType and (found := choices_of(part)):
                return found
    return ()
