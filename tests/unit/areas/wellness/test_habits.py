"""Habits: what was due, what is missed, and streaks that forgive by a rule and never by chance."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from pgc_lib.areas.wellness.habits import (
    Check,
    Streak,
    at_risk,
    forgiving,
    occasions,
    open_today,
    standing,
    strict,
)
from pgc_lib.areas.wellness.records import Habit
from pgc_lib.i18n import in_lang

MONDAY = date(2026, 3, 2)


def on(*days: int, amount: float = 1) -> dict[date, Check]:
    """Check-ins so many days after the first Monday."""
    return {MONDAY + timedelta(days=n): Check(amount, False) for n in days}


def daily(**values: Any) -> Habit:
    """A daily habit from the first Monday on."""
    return Habit(**{"name": "x", "rule": "FREQ=DAILY", "start": MONDAY, **values})


def marks(text: str) -> list[bool]:
    """`+` was done, `-` was missed."""
    return [sign == "+" for sign in text]


@pytest.mark.parametrize(
    ("text", "strictly", "kindly"),
    [
        ("", (0, 0), (0, 0)),
        ("+++", (3, 3), (3, 3)),
        ("+++-", (0, 3), (3, 3)),
        ("+++-+", (1, 3), (4, 4)),
        ("+++-+-", (0, 3), (1, 4)),
        ("+++--", (0, 3), (0, 3)),
        ("-++++++-", (0, 6), (6, 6)),
        ("-+++++-+", (1, 5), (6, 6)),
        ("++++++-++++++-++++++", (6, 6), (18, 18)),
        ("++++++-+++++-++++++", (6, 6), (11, 11)),
    ],
)
def test_streaks(text: str, strictly: tuple[int, int], kindly: tuple[int, int]) -> None:
    """One missed among seven does not break it, two do; what counts is what was done."""
    assert strict(marks(text)) == Streak(*strictly)
    assert forgiving(marks(text)) == Streak(*kindly)


@given(st.lists(st.booleans(), max_size=40), st.sampled_from([0, 2, 3, 7, 14]))
@settings(max_examples=150, deadline=None)
def test_the_forgiving_streak_against_its_definition(done: list[bool], forgives: int) -> None:
    """The longest stretch without two misses in any window, tried out; never less than the strict one."""

    def allowed(part: list[bool]) -> bool:
        size = forgives or len(part)
        windows = range(max(1, len(part) - size + 1))
        most = 1 if forgives else 0
        return all(part[at : at + size].count(False) <= most for at in windows)

    parts = [done[a:b] for a in range(len(done) + 1) for b in range(a, len(done) + 1)]
    best = max((sum(part) for part in parts if allowed(part)), default=0)
    now = max((sum(done[a:]) for a in range(len(done) + 1) if allowed(done[a:])), default=0)
    found = forgiving(done, forgives)
    assert found == Streak(now, best)
    assert found.current >= strict(done).current and found.best >= strict(done).best
    if forgives:
        # At risk is a streak that has used up what is forgiven.
        lately = done[-(forgives - 1) :].count(False) if forgives > 1 else 0
        assert not at_risk(done, forgives) or lately


def test_each_day_of_a_rule_is_an_occasion() -> None:
    """Today is open until it is over; excused days and pauses are none."""
    habit = daily(rule="FREQ=WEEKLY;BYDAY=MO,WE,FR", pauses=["2026-03-09/2026-03-13"])
    checks = on(0, 2, 16) | {MONDAY + timedelta(days=18): Check(0, True)}
    found = occasions(habit, checks, MONDAY + timedelta(days=21))
    days = [((each.day - MONDAY).days, each.done) for each in found]
    assert days == [(0, True), (2, True), (4, False), (14, False), (16, True), (21, None)]
    assert open_today(habit, checks, MONDAY + timedelta(days=21))
    assert not open_today(habit, checks, MONDAY + timedelta(days=20))
    assert not open_today(habit, checks | on(21), MONDAY + timedelta(days=21))


def test_a_rule_with_hours_is_due_once_a_day() -> None:
    """What comes at nine and at five is ticked off once."""
    habit = daily(rule="FREQ=DAILY;BYHOUR=9,17")
    found = occasions(habit, on(0, 1), MONDAY + timedelta(days=2))
    assert [each.done for each in found] == [True, True, None]


def test_an_amount_must_be_reached() -> None:
    """Six of eight glasses are not the day's amount."""
    habit = daily(goal=8, unit="glasses")
    checks = on(0, amount=8) | on(1, amount=6) | on(2, amount=9)
    with in_lang("en"):
        found = standing(habit, checks, MONDAY + timedelta(days=3))
    assert (found.done, found.due, found.open_today) == (2, 3, True)
    assert found.strict == (1, 1) and found.forgiving == (2, 2) and found.at_risk


def test_three_times_a_week() -> None:
    """Any three days will do; what no longer fits into the week is missed, the rest is still open."""
    habit = Habit(name="x", times=3, start=MONDAY)
    week = [each.done for each in occasions(habit, on(1, 3, 5), MONDAY + timedelta(days=7))]
    assert week == [True, True, True, None, None, None]
    # More than three do not count for another week.
    week = [each.done for each in occasions(habit, on(0, 1, 2, 3, 4), MONDAY + timedelta(days=6))]
    assert week == [True] * 3
    # On Saturday evening one done: two days are left for the other two.
    assert [each.done for each in occasions(habit, on(0), MONDAY + timedelta(days=5))] == [True, None, None]  # fmt: skip
    assert [each.done for each in occasions(habit, on(0), MONDAY + timedelta(days=6))] == [True, False, None]  # fmt: skip
    with in_lang("en"):
        found = standing(habit, on(0, 1, 2, 7, 8, 14, 15, 16), MONDAY + timedelta(days=21))
    assert (found.done, found.due, found.repeats) == (8, 9, "3 times a week")
    assert found.strict == (3, 5) and found.forgiving == (8, 8)


def test_a_week_that_begins_on_friday_has_its_share() -> None:
    """And so has one with a pause: three of seven days become two of three."""
    habit = Habit(name="x", times=3, start=MONDAY + timedelta(days=4))
    assert len(occasions(habit, {}, MONDAY + timedelta(days=6))) == 2
    paused = Habit(name="x", times=3, start=MONDAY, pauses=["2026-03-02/2026-03-08"])
    assert occasions(paused, {}, MONDAY + timedelta(days=6)) == []
    month = Habit(name="x", times=4, every="month", start=date(2026, 2, 1))
    assert len(occasions(month, {}, date(2026, 2, 28))) == 4


@given(
    st.sets(st.integers(0, 60)),
    st.sampled_from([{"times": 3}, {"times": 1}, {"times": 5, "every": "month"}, {"rule": "FREQ=DAILY"}]),
    st.integers(0, 60),
)  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_doing_more_is_never_worse(days: set[int], how: dict[str, Any], extra: int) -> None:
    """A further check-in never lowers what was done, and what is decided stays within what was due."""
    habit = Habit(name="x", start=MONDAY, **how)
    today = MONDAY + timedelta(days=61)
    with in_lang("en"):
        one, more = standing(habit, on(*days), today), standing(habit, on(*days, extra), today)
    assert one.done <= more.done <= more.due
    assert one.forgiving.best >= one.strict.best


@pytest.mark.parametrize(
    "values",
    [
        {"rule": None, "times": None},
        {"rule": "FREQ=DAILY", "times": 3},
        {"rule": "FREQ=SECONDLY"},
        {"rule": "daily"},
        {"rule": "FREQ=DAILY;UNTIL=20200101"},
        {"rule": None, "times": 8},
        {"ended": MONDAY - timedelta(days=1)},
        {"forgives": 1},
        {"goal": 0},
        {"start": date(1, 1, 1)},
        {"pauses": ["soon"]},
        {"pauses": ["2026-05-02/2026-05-01"]},
        {"clock": "24:00"},
        {"name": ""},
    ],
)
def test_a_habit_that_cannot_be_is_refused(values: dict[str, object]) -> None:
    """With a reason, before anything is kept."""
    with pytest.raises(ValidationError):
        daily(**values)


def test_the_end_of_the_calendar() -> None:
    """A habit of long ago or of the far future neither hangs nor fails."""
    old = Habit(name="x", rule="FREQ=DAILY", start=date(1950, 1, 1), ended=date(2020, 1, 1))
    assert len(occasions(old, {}, MONDAY)) > 25_000
    late = Habit(name="x", times=1, start=date(9999, 12, 1))
    assert occasions(late, {}, MONDAY) == []
