"""What a definition says, what a record refuses, and what it shows."""
# ruff: noqa: DTZ901 - the ends of Python's calendar have no zone

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import uuid4

import pytest
from pydantic import BeforeValidator, Field, ValidationError

from pgc_lib.core.ids import new_id
from pgc_lib.core.record import SYSTEM, Record, field
from pgc_lib.core.types import Money
from tests.support.records import Mood, Paper, Secret, Thing


def kinds_of(error: pytest.ExceptionInfo[ValidationError]) -> set[tuple[str, str]]:
    """Which fields were refused and why."""
    return {(str(detail["loc"][0]), detail["type"]) for detail in error.value.errors()}


def refused(**values: Any) -> set[tuple[str, str]]:
    """What a Thing with these values is refused for."""
    with pytest.raises(ValidationError) as error:
        Thing(title="t", **values)
    return kinds_of(error)


# ── the definition ──────────────────────────────────────────────────────────────────────────────────────


def test_the_definition_is_read_once_and_completely() -> None:
    """Type, limits, choices and defaults are all in the specification, whichever way they were written."""
    spec = Thing.spec
    assert (spec.area, spec.name, spec.key, spec.sort) == (
        "samples",
        "things",
        ("code",),
        ("day", "title"),
    )
    title, price, mood = spec.fields["title"], spec.fields["price"], spec.fields["mood"]
    assert (title.required, title.optional, title.max_length, title.limits["min_length"]) == (
        True,
        False,
        20,
        1,
    )
    assert (price.type.name, price.optional, dict(price.limits)) == (
        "money",
        True,
        {"ge": 0, "le": 1000},
    )
    assert (mood.enum, mood.choices) == (Mood, ("good", "bad", "it's hard"))
    assert spec.fields["size"].choices == ("S", "M", "it's") and spec.enums == ("mood",)
    assert Secret.spec.sensitive == ("diary", "letter")


Percent = Annotated[float, Field(ge=0, le=100)]


def test_limits_inside_named_and_optional_types_are_seen() -> None:
    """`Percent | None` limits as much as `float = field(ge=0)`."""

    class Measured(Record, kind="samples.measured"):
        share: Percent | None = field(None, title="Share")
        both: Percent = field(title="Both", ge=10)
        odd: Annotated[str, BeforeValidator(str.strip)] = field("", title="Odd")

    fields = Measured.spec.fields
    assert dict(fields["share"].limits) == {"ge": 0, "le": 100} and fields["share"].plain
    assert not fields["both"].plain, "two lower limits are more than one can be looked up"
    assert not fields["odd"].plain, "a validator of one's own is nothing that columns know"


@pytest.mark.filterwarnings("ignore:.*shadows an attribute")
@pytest.mark.parametrize("name", [*SYSTEM, "spec", "order", "limit", "after", "columns"])
def test_names_that_mean_something_else_are_no_fields(name: str) -> None:
    """`find(limit=…)` must never be ambiguous."""
    with pytest.raises(TypeError, match=name):
        type(
            "Bad",
            (Record,),
            {"__annotations__": {name: str}, name: field("", title="x")},
            kind="a.b",
        )


def test_definitions_that_cannot_work_are_refused_when_they_are_written() -> None:
    """A programmer hears of it at once, not a person much later."""
    for options in (
        {"key": ["nothing"]},
        {"indexes": [("day", "nothing")]},
        {"sort": ["-nothing"]},
    ):
        members = {"__annotations__": {"day": date}, "day": field(title="Day")}
        with pytest.raises(TypeError, match="nothing"):
            type("Bad", (Record,), members, kind="a.b", **options)
    for annotation, more in ((int, {}), (Literal["a"], {}), (str, {"searchable": True})):
        members = {
            "__annotations__": {"x": annotation},
            "x": field(title="x", sensitive=True, **more),
        }
        with pytest.raises(TypeError, match="sensitive"):
            type("Bad", (Record,), members, kind="a.b")
    for annotation in (set, bytes, Literal[1, 2], int | str, object):
        with pytest.raises(TypeError, match="cannot have the type"):
            type(
                "Bad",
                (Record,),
                {"__annotations__": {"x": annotation}, "x": field(title="x")},
                kind="a.b",
            )


# ── what is refused ─────────────────────────────────────────────────────────────────────────────────────


def test_what_no_store_can_keep_is_refused() -> None:
    """NUL, half characters, infinite and inexact amounts, numbers beyond 64 bits, years beyond the calendar."""
    assert refused(note="a\0b", tags=["\0"]) == {("note", "nul"), ("tags", "nul")}
    assert refused(note="\ud800", extra={"a": "\udfff"}) == {
        ("note", "string_unicode"),
        ("extra", "object_value"),
    }
    for amount in ("NaN", "Infinity", float("nan"), float("-inf"), Decimal("sNaN")):
        assert refused(amount=amount) == {("amount", "finite_number")}
    assert refused(amount="100000000000000") == {("amount", "decimal_whole_digits")}
    assert refused(amount="0.00001", price=0.1 + 0.2) == {
        ("amount", "decimal_max_places"),
        ("price", "decimal_max_places"),
    }
    assert refused(large=2**63, count=-(2**63) - 1) == {
        ("large", "int_parsing_size"),
        ("count", "greater_than_equal"),
    }
    assert {name for day in ("0000-01-01", "10000-01-01") for name, _kind in refused(day=day)} == {
        "day"
    }
    for moment in (datetime.min, datetime.max.replace(tzinfo=timezone(timedelta(hours=-1)))):
        assert refused(at=moment) == {("at", "datetime_parsing")}
    assert refused(note="x" * 1_000_001) == {("note", "string_too_long")}
    assert refused(tags=["x" * 500_001] * 2) == {("tags", "texts_too_long")}
    assert refused(extra={"a": {"b": [1, float("nan")]}}) == {("extra", "object_value")}
    assert refused(extra={"a": "x" * 17_000_000}) == {("extra", "object_value")}


def test_an_amount_without_a_declared_scale_is_exact_or_refused() -> None:
    """Every Decimal lies in the same column type, so none may be rounded there."""

    class Priced(Record, kind="samples.priced"):
        price: Decimal = field(title="Price")

    assert Priced(price="12.3400").price == Decimal("12.34")
    for price in ("0.00001", "1e15", Decimal("1." + "0" * 40 + "1")):
        with pytest.raises(ValidationError):
            Priced(price=price)


@pytest.mark.parametrize(
    "value", [2026, 0, 1.5, "2026", "20261120", "1767225600", "-1", Decimal(5)]
)
def test_a_bare_number_is_neither_a_date_nor_a_time(value: Any) -> None:
    """pydantic would take 2026 for half an hour after midnight on 1 January 1970."""
    assert refused(day=value, at=value) == {("day", "date_parsing"), ("at", "datetime_parsing")}


# ── what is understood ──────────────────────────────────────────────────────────────────────────────────


def test_ordinary_spellings_are_understood() -> None:
    """As forms and files bring them, with blanks around."""
    thing = Thing(
        title="t",
        day=" 2026-11-20 ",
        at="2026-11-20 08:30",
        amount="-38.50",
        done=" yes ",
        count="12",
        mood="it's hard",
        link=" 01A1FD18C1C773358B82BF7221A25F4F ",
        extra='{"price": 12.50, "whole": 2.0}',
    )
    assert thing.day == date(2026, 11, 20) and thing.at == datetime(2026, 11, 20, 0, 30, tzinfo=UTC)
    assert (thing.amount, thing.done, thing.count, thing.mood) == (
        Decimal("-38.5"),
        True,
        12,
        Mood.HARD,
    )
    assert thing.extra == {"price": Decimal("12.5"), "whole": 2}
    assert str(thing.extra["price"]) == "12.50", "noughts that were written are kept"


def test_amounts_at_the_limits_are_exact() -> None:
    """Eighteen digits with four decimal places, either sign."""
    for text in (
        "99999999999999.9999",
        "-99999999999999.9999",
        "0.0001",
        "-0",
        "1e13",
        "1.50000000",
    ):
        assert Thing(title="t", amount=text).amount == Decimal(text)


# ── kept records ────────────────────────────────────────────────────────────────────────────────────────


def row_of(**fields: Any) -> dict[str, Any]:
    """A row as a store gives it."""
    now = datetime(2026, 1, 1, tzinfo=UTC)
    system = {
        "id": new_id(),
        "owner": uuid4(),
        "batch": None,
        "version": 3,
        "created_at": now,
        "updated_at": now,
    }
    return {**system, **fields}


def test_only_a_kept_record_has_an_identifier() -> None:
    """A record is a value; its place in a store is not part of it."""
    thing = Thing(title="t")
    assert (thing.version, thing.owner) == (0, None)
    with pytest.raises(AttributeError, match="not kept"):
        _ = thing.id
    with pytest.raises(ValidationError):
        thing.title = "other"  # type: ignore[misc]
    row = row_of(**thing.values())
    kept = Thing.kept(row)
    assert (kept.id, kept.version, kept.values()) == (row["id"], 3, thing.values())
    assert Thing.kept(row_of(**{**thing.values(), "mood": "bad"})).mood is Mood.BAD


def test_a_document_older_than_its_definition_can_still_be_read() -> None:
    """What does not fit any more is missing; everything else has its type."""
    old = Paper.kept(row_of(day="2026-01-01", price="not a price", link=str(new_id()), gone=1))
    assert old.day == date(2026, 1, 1) and old.link is not None
    assert (old.title, old.price, old.tags, old.extra) == (None, None, [], {})


def test_what_is_sensitive_is_not_shown() -> None:
    """Neither a notebook cell nor a log line shows a diary."""
    secret = Secret(code="a", diary="dear diary")
    assert "dear diary" not in repr(secret) + str(secret) and "••••••" in repr(secret)
    with pytest.raises(ValidationError) as error:
        Secret(diary=["dear diary"])
    assert error.value.error_count() == 1


def test_an_amount_is_money_also_when_it_may_be_missing() -> None:
    """`Money | None` is as exact as `Money`."""

    class Optional(Record, kind="samples.optional"):
        price: Money | None = field(None, title="Price")

    assert Optional.spec.fields["price"].plain
    with pytest.raises(ValidationError):
        Optional(price="0.00001")
