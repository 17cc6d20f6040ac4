"""Periods: read as people write them, and each with the one before and after it."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pgc_lib.areas.reporting.period import Period, unit_of
from pgc_lib.core.zone import today, zone
from pgc_lib.errors import Invalid

DAYS = st.dates(date(2000, 1, 1), date(2200, 1, 1))


@pytest.mark.parametrize(
    ("written", "first", "last"),
    [
        ("2026-11-21", date(2026, 11, 21), date(2026, 11, 21)),
        ("2026-W01", date(2025, 12, 29), date(2026, 1, 4)),
        ("2026w47", date(2026, 11, 16), date(2026, 11, 22)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2026-Q4", date(2026, 10, 1), date(2026, 12, 31)),
        ("2026q1", date(2026, 1, 1), date(2026, 3, 31)),
        ("2026", date(2026, 1, 1), date(2026, 12, 31)),
        ("2026-01-05..2026-02-03", date(2026, 1, 5), date(2026, 2, 3)),
        ("2026-01-05 至 2026-02-03", date(2026, 1, 5), date(2026, 2, 3)),
    ],
)
def test_a_period_is_read_as_it_is_written(written: str, first: date, last: date) -> None:
    """And its name is read as the same period."""
    period = Period.of(written)
    assert (period.first, period.last) == (first, last)
    assert Period.of(period.name) == period


@pytest.mark.parametrize(("english", "chinese"), [("this week", "本周"), ("last month", "上个月"), ("last year", "去年")])  # fmt: skip
def test_words_mean_the_same_in_both_languages(english: str, chinese: str) -> None:
    """And lie around today."""
    assert Period.of(english) == Period.of(chinese)
    assert today() in Period.of("this week") and today() not in Period.of("last week")


@pytest.mark.parametrize("wrong", ["", "soon", "2026-13", "2026-W60", "2026-Q5", "2026-02-30", "0000", "2026-02-03..2026-01-01"])  # fmt: skip
def test_what_is_no_period_is_refused(wrong: str) -> None:
    """With how to write one."""
    with pytest.raises(Invalid, match="is not a period") as refused:
        Period.of(wrong)
    assert "2026-W47" in refused.value.next_step


@given(DAYS, st.sampled_from(["day", "week", "month", "quarter", "year"]))
@settings(max_examples=60)
def test_periods_of_a_unit_follow_without_gap(day: date, unit: str) -> None:
    """The one after begins when this one ends, and before it is this one again."""
    period = Period.around(day, unit_of(unit))
    after = period.following()
    assert day in period and after.first == period.last + timedelta(days=1)
    assert after.previous() == period and Period.of(period.name) == period
    assert period.ends == after.begins


@given(DAYS, st.integers(0, 500))
@settings(max_examples=30)
def test_any_days_move_by_their_length(day: date, more: int) -> None:
    """So a span is compared with as many days before it."""
    period = Period.of((day, day + timedelta(days=more)))
    assert len(period.previous()) == len(period) and period.previous().following() == period


def test_a_time_is_meant_where_the_person_lives() -> None:
    """And a unit that is none is refused."""
    late = datetime(2026, 11, 21, 23, 30, tzinfo=zone())
    assert Period.of(late, "day").first == date(2026, 11, 21)
    with pytest.raises(Invalid, match="no unit"):
        unit_of("fortnight")
