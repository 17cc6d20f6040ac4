"""The one table of types: every row works wherever a type is asked for."""
# ruff: noqa: DTZ001 - times without a zone are meant in the person's

from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
from pydantic import Field
from sqlalchemy.dialects import postgresql

from pgc_lib.core.types import (
    BY_NAME,
    TYPES,
    Moment,
    Money,
    choices_of,
    enum_of,
    exact_money,
    field_type,
    in_zone,
)
from pgc_lib.core.zone import set_zone, zone


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


@pytest.mark.parametrize(
    ("annotation", "name", "optional"),
    [
        (str, "text", False),
        (str | None, "text", True),
        (Literal["a", "b"], "text", False),
        (Colour | None, "text", True),
        (int, "whole", False),
        (bool | None, "yes_no", True),
        (float, "number", False),
        (date, "date", False),
        (datetime, "moment", False),
        (Moment | None, "moment", True),
        (Money, "money", False),
        (Decimal | None, "money", True),
        (Annotated[int, Field(ge=1)] | None, "whole", True),
        (UUID, "link", False),
        (list[str], "texts", False),
        (list[dict[str, Any]], "object", False),
        (dict[str, Any] | None, "object", True),
    ],
)
def test_an_annotation_has_one_type(annotation: Any, name: str, optional: bool) -> None:
    """Optional, annotated and named types are looked through."""
    assert field_type(annotation) == (BY_NAME[name], optional)


@pytest.mark.parametrize(
    "annotation", [set[str], bytes, int | str, Literal[1], Any, None, tuple[int]]
)
def test_an_annotation_without_a_type_is_refused(annotation: Any) -> None:
    """Rather than stored as something it is not."""
    with pytest.raises(TypeError, match="cannot have the type"):
        field_type(annotation)


@pytest.mark.parametrize("kind", TYPES, ids=lambda kind: str(kind.name))
def test_every_type_is_complete(kind: Any) -> None:
    """SQL, polars and the staging column can all be made."""
    import polars as pl

    assert kind.sql().compile(dialect=postgresql.dialect())  # type: ignore[no-untyped-call]
    assert pl.Series("x", [None], dtype=kind.polars()).null_count() == 1
    assert "{}" in kind.read and kind.staged


def test_choices_are_found_inside_optional_types() -> None:
    """Forms and tables offer the same words."""
    assert choices_of(Literal["a", "b"] | None) == ("a", "b")
    assert (
        choices_of(Annotated[Colour, Field()] | None) == ("red", "blue")
        and enum_of(Colour | None) is Colour
    )
    assert choices_of(str) == () and enum_of(Literal["a"]) is None


def test_a_time_without_a_zone_is_meant_in_the_persons() -> None:
    """And one that has a zone is not moved."""
    assert in_zone(datetime(2026, 1, 1)) == datetime(2025, 12, 31, 16, tzinfo=UTC)
    set_zone("America/New_York")
    assert in_zone(datetime(2026, 7, 1, 12)) == datetime(2026, 7, 1, 16, tzinfo=UTC)
    assert in_zone(datetime(2026, 7, 1, 12, tzinfo=zone())).tzinfo is UTC


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("1", "1.0000"),
        ("99999999999999.9999", "99999999999999.9999"),
        ("1.50000000", "1.5000"),
        ("1E+3", "1000.0000"),
        ("-0", "0.0000"),
        ("100000000000000", None),
        ("0.00001", None),
        ("NaN", None),
        ("Infinity", None),
        ("1." + "0" * 40 + "1", None),
    ],
)
def test_an_amount_is_exact_or_it_is_none(given: str, kept: str | None) -> None:
    """Nothing is rounded, ever."""
    assert exact_money(Decimal(given)) == (None if kept is None else Decimal(kept))
