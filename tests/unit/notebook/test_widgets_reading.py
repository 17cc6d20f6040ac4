"""What people type into fields is read as they mean it; what it becomes in the field is read as the same value again."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pgc_lib.areas.finance import Finance
from pgc_lib.areas.money.transaction import Transaction
from pgc_lib.areas.wellness.records import Mood
from pgc_lib.core.choices import _CHOICES, choice_title
from pgc_lib.core.record import Record
from pgc_lib.core.zone import today, zone
from pgc_lib.notebook.widgets.fields import Slot, control_of, draw
from pgc_lib.notebook.widgets.judging import judged, values_of
from pgc_lib.notebook.widgets.reading import LEFT, Unread, day, meant, moment, number, raw_of

AMOUNT, DAY, AT = (
    Transaction.spec.fields["amount"],
    Transaction.spec.fields["day"],
    Mood.spec.fields["at"],
)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("1,234.50", "1234.50"), ("¥38.5", "38.5"), ("-¥38", "-38"), ("−38.5", "-38.5"), ("１２３", "123"),
        ("1.2万", "12000.0"), ("12 345", "12345"), ("1，234.5", "1234.5"), ("38元", "38"), ("+5", "+5"),
    ],
)  # fmt: skip
def test_amounts_are_typed_as_people_write_them(typed: str, read: str) -> None:
    """With thousands, signs of currencies, full-width digits."""
    assert number(typed) == read


@pytest.mark.parametrize("typed", ["38,50", "abc", "1,23,4", "--5", "1.2.3", "万", "1e400"])
def test_what_is_no_amount_is_left_to_the_record(typed: str) -> None:
    """Which refuses it with its own sentence; nothing is guessed."""
    values, unread = values_of(Transaction, {"amount": typed, "day": "2026-11-20"})
    assert not unread
    assert "amount" in judged(Transaction, values)[1]


@pytest.mark.parametrize(
    ("typed", "days"), [("today", 0), ("今天", 0), ("明天", 1), ("tomorrow", 1), ("yesterday", -1), ("前天", -2), ("in 3 days", 3)]
)  # fmt: skip
def test_days_may_be_words(typed: str, days: int) -> None:
    """As one says them."""
    assert day(typed) == today() + timedelta(days=days)


def test_a_day_without_its_year_is_the_nearest() -> None:
    """What one bought on the 30th of December is entered in January."""
    near = today() - timedelta(days=20)
    assert day(f"{near.month}-{near.day}") == near
    assert day(f"{near.month}月{near.day}日") == near
    assert isinstance(day("2-29"), date)


def test_a_word_that_could_mean_two_things_is_said() -> None:
    """Half past three: in the morning or in the afternoon?"""
    assert isinstance(moment("3点半"), Unread)
    assert moment("下午3点半").hour == 15


def test_times_are_the_persons() -> None:
    """A day and a time in either order of languages; a time alone is today's."""
    assert moment("今天 8:30") == datetime.combine(today(), datetime.min.time(), zone()).replace(hour=8, minute=30)  # fmt: skip
    assert moment("08:30") == moment("今天 8:30")
    assert moment("tomorrow 10pm").date() == today() + timedelta(days=1)
    assert moment("2026-11-20 08:30") == "2026-11-20 08:30"
    assert moment("gibberish") == "gibberish"


@settings(max_examples=60)
@given(st.decimals(min_value=-(10**12), max_value=10**12, places=4))
def test_an_amount_in_a_field_is_the_same_amount(value: Decimal) -> None:
    """However it is written there."""
    read = meant(AMOUNT, raw_of(AMOUNT, value))
    assert Decimal(read) == value


@settings(max_examples=60)
@given(st.dates())
def test_a_day_in_a_field_is_the_same_day(value: date) -> None:
    """Also in the year 1."""
    assert str(meant(DAY, raw_of(DAY, value))) == value.isoformat()


@settings(max_examples=60)
@given(st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2100, 1, 1)))  # noqa: DTZ001 (the strategy wants it so)
def test_a_moment_in_a_field_is_the_same_to_the_second(value: datetime) -> None:
    """In the person's zone."""
    kept = value.replace(microsecond=0, tzinfo=ZoneInfo("UTC"))
    record, problems = judged(Mood, {"at": meant(AT, raw_of(AT, kept)), "mood": 5})
    assert not problems
    assert isinstance(record, Mood)
    assert abs(record.at - kept) <= timedelta(hours=1)  # the hour that a clock shows twice


@settings(max_examples=80)
@given(st.text(max_size=30))
def test_no_text_breaks_the_reading(text: str) -> None:
    """Whatever is typed has a meaning, or a reason why not."""
    for field in (AMOUNT, DAY, AT):
        found = meant(field, text)
        assert found is LEFT or isinstance(found, str | date | Unread | bool)


@settings(max_examples=40)
@given(st.text(max_size=40))
def test_what_is_typed_is_never_markup(text: str) -> None:
    """In whatever control it stands."""
    field = Transaction.spec.fields["payee"]
    drawn = str(draw(Slot(field, id="x", raw=text, problem=text, known=[text])))
    assert "<script" not in drawn.lower()
    assert drawn.count("<input") + drawn.count("<textarea") == 1


def test_every_choice_has_a_word() -> None:
    """Nobody reads `before_after` in a form."""
    from importlib import import_module

    from pgc_lib.areas import AREAS

    kinds: list[type[Record]] = []
    for place in AREAS.values():
        module, _colon, name = place.partition(":")
        kinds += getattr(import_module(module), name).records()
    choices = {
        each for kind in kinds for field in kind.spec.fields.values() for each in field.choices
    }
    assert not {each for each in choices if each and each not in _CHOICES}
    assert choice_title("own_word") == "own word"
    assert Finance.records()


@pytest.mark.parametrize(
    ("name", "control"),
    [
        ("day", "date"),
        ("amount", "money"),
        ("payee", "line"),
        ("nature", "radio"),
        ("note", "text"),
    ],
)
def test_a_field_is_asked_for_by_its_type(name: str, control: str) -> None:
    """Nothing but the definition says how."""
    assert control_of(Transaction.spec.fields[name]) == control


def test_a_text_of_several_lines_keeps_them() -> None:
    """A line of its own kind would lose them in the browser."""
    field: Any = Transaction.spec.fields["payee"]
    assert control_of(field, "a\nb") == "text"
