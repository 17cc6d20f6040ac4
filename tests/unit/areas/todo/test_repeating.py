"""What comes after what was done: the same turns as the reference finds, or anew from the day it was done."""

from datetime import UTC, date, datetime, timedelta

import icalendar
import pytest
import recurring_ical_events
from hypothesis import given, settings
from hypothesis import strategies as st

from pgc_lib.areas.todo.records import Todo
from pgc_lib.areas.todo.repeating import next_turn, values_of

MONDAY = date(2026, 11, 23)
RULES = (
    "FREQ=DAILY",
    "FREQ=DAILY;INTERVAL=3;COUNT=5",
    "FREQ=WEEKLY;BYDAY=MO,WE,FR",
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH;WKST=SU",
    "FREQ=MONTHLY;BYMONTHDAY=31",
    "FREQ=MONTHLY;BYMONTHDAY=-1",
    "FREQ=MONTHLY;BYDAY=2TU,-1FR",
    "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
    "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29",
    "FREQ=YEARLY;BYWEEKNO=1;BYDAY=MO",
    "FREQ=WEEKLY;BYDAY=SA;UNTIL=20270101",
)


def todo(**values: object) -> Todo:
    record = Todo(**{"title": "浇花", "due": MONDAY, **values})
    record._id = __import__("uuid").UUID(int=1)
    return record


def reference(rule: str, start: date, days: int) -> list[date]:
    """The days by icalendar and recurring-ical-events."""
    event = icalendar.Event()
    event.add("uid", "x")
    event.add("dtstart", start)
    event.add("rrule", icalendar.vRecur.from_ical(rule))
    calendar = icalendar.Calendar()
    calendar.add_component(event)
    found = recurring_ical_events.of(calendar).between(start, start + timedelta(days=days))
    return sorted(each["DTSTART"].dt for each in found)


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(RULES), st.dates(date(2026, 1, 1), date(2027, 12, 31)))
def test_turn_after_turn_is_what_the_reference_finds(rule: str, near: date) -> None:
    """Done each time on its day, beginning with a day of the rule."""
    from pgc_lib.core.recurrence import occurrences

    start = next(
        iter(
            occurrences(
                rule.split(";UNTIL", maxsplit=1)[0].split(";COUNT", maxsplit=1)[0], near, limit=1
            )
        )
    )
    if "UNTIL" in rule and start > date(2027, 1, 1):
        return
    days = 400
    wanted = reference(rule, start, days)
    current, found = todo(due=start, rule=rule, begun=start), [start]
    while (turn := next_turn(current, found[-1])) and turn.due < start + timedelta(days=days):
        found.append(turn.due)
        current = todo(due=turn.due, rule=turn.rule, begun=turn.begun)
    assert found == wanted


def test_what_is_late_comes_back_after_the_day_it_was_done() -> None:
    """Turns that are over are not made up for; what was done early has its next turn all the same."""
    weekly = todo(rule="FREQ=WEEKLY;BYDAY=MO", begun=MONDAY)
    assert next_turn(weekly, MONDAY - timedelta(3)).due == date(2026, 11, 30)  # type: ignore[union-attr]
    assert next_turn(weekly, MONDAY + timedelta(16)).due == date(2026, 12, 14)  # type: ignore[union-attr]


def test_from_completion_the_rule_begins_anew() -> None:
    """Every three days after it was done; a count goes down by one each time."""
    plants = todo(rule="FREQ=DAILY;INTERVAL=3;COUNT=3", from_done=True)
    turn = next_turn(plants, date(2026, 12, 1))
    assert turn and (turn.due, turn.rule) == (date(2026, 12, 4), "FREQ=DAILY;INTERVAL=3;COUNT=2")
    last = todo(rule="FREQ=DAILY;COUNT=1", from_done=True)
    assert next_turn(last, MONDAY) is None
    ended = todo(rule="FREQ=DAILY;UNTIL=20261201", from_done=True)
    assert next_turn(ended, date(2026, 12, 1)) is None


def test_the_next_one_is_open_and_takes_along_what_belongs_to_it() -> None:
    """Project, tags, reminders and links, the day before which it is not shown; not the summary, not the waiting."""
    done = todo(
        rule="FREQ=WEEKLY;BYDAY=MO", start=MONDAY - timedelta(2), tags=["家"], remind=["1d"], at="09:00", done=True,
        done_at=datetime(2026, 11, 23, tzinfo=UTC), what="done", summary="given", waiting="rain", uid="x",
    )  # fmt: skip
    turn = next_turn(done, MONDAY)
    assert turn is not None
    values = values_of(done, turn)
    again = Todo(**values)
    assert (again.due, again.start, again.follows) == (
        date(2026, 11, 30),
        date(2026, 11, 28),
        done.id,
    )
    assert (again.tags, again.remind, again.at) == (["家"], ["1d"], "09:00")
    assert (again.done, again.what, again.summary, again.waiting, again.uid) == (False, "", "", "", None)  # fmt: skip


@pytest.mark.parametrize("values", [{}, {"rule": None}])
def test_what_does_not_repeat_has_no_next(values: dict[str, object]) -> None:
    """Neither without a rule."""
    assert next_turn(todo(**values), MONDAY) is None
