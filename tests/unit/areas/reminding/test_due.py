"""What is due is arithmetic: by rules, by both calendars, over changes of the clock, around quiet hours."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest
import recurring_ical_events
from hypothesis import given, settings
from hypothesis import strategies as st

from pgc_lib.areas.kin.dates import Recurring
from pgc_lib.areas.reminding.due import Cue, Hours, due, times
from pgc_lib.areas.todo.before import before, offset

BERLIN, SHANGHAI, LORD_HOWE = (ZoneInfo(name) for name in ("Europe/Berlin", "Asia/Shanghai", "Australia/Lord_Howe"))  # fmt: skip
PLAIN = Hours(BERLIN)
QUIET = Hours(BERLIN, "09:00", "22:00", "07:00")


def cue(day: date, clock: str = "", **values: object) -> Cue:
    return Cue("x/1", "own", "x", day, clock, **values)  # type: ignore[arg-type]


def fires(one: Cue, first: datetime, last: datetime, hours: Hours = PLAIN) -> list[str]:
    return [f"{each.fires.astimezone(hours.local):%m-%d %H:%M}" for each in due([one], first, last, hours)]  # fmt: skip


def berlin(month: int, day: int, hour: int = 0, minute: int = 0, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=BERLIN)


# ── clocks that change ───────────────────────────────────────────────────────────────────────────────


def test_a_time_that_the_clock_jumps_over_is_meant_an_hour_later() -> None:
    """29 March 2026 has no 2:30 in Berlin; the days around it have."""
    daily = cue(date(2026, 3, 28), "02:30", rule="FREQ=DAILY")
    assert fires(daily, berlin(3, 28), berlin(3, 31)) == [
        "03-28 02:30",
        "03-29 03:30",
        "03-30 02:30",
    ]


def test_a_time_that_comes_twice_is_told_once() -> None:
    """25 October 2026 has 2:30 twice: the first one counts."""
    found = due([cue(date(2026, 10, 24), "02:30", rule="FREQ=DAILY")], berlin(10, 24), berlin(10, 27), PLAIN)  # fmt: skip
    assert [each.at for each in found] == [
        datetime(2026, 10, 24, 0, 30, tzinfo=UTC),
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
        datetime(2026, 10, 26, 1, 30, tzinfo=UTC),
    ]


def test_a_day_before_is_a_day_on_the_calendar_and_hours_are_hours() -> None:
    """Over the change of the clock: nine o'clock the day before; 24 hours before it is eight or ten."""
    at = berlin(3, 29, 9)
    assert before(at, "1d", BERLIN) == berlin(3, 28, 9)
    assert before(at, "24h", BERLIN) == berlin(3, 28, 8)
    assert before(berlin(3, 30, 2, 30), "1d", BERLIN) == berlin(3, 29, 3, 30)
    assert before(berlin(10, 26, 9), "24h", BERLIN) == berlin(10, 25, 9)
    assert before(berlin(10, 25, 9), "24h", BERLIN) == berlin(10, 24, 10)


def test_a_zone_of_its_own_goes_before_mine() -> None:
    """A call at nine in Shanghai is at two or three in Berlin."""
    call = cue(date(2026, 3, 28), "09:00", zone="Asia/Shanghai", rule="FREQ=DAILY")
    assert fires(call, berlin(3, 28), berlin(3, 30)) == ["03-28 02:00", "03-29 03:00"]


RULES = ("FREQ=DAILY", "FREQ=WEEKLY;BYDAY=SU,MO", "FREQ=MONTHLY;BYDAY=-1SU", "FREQ=MONTHLY;BYMONTHDAY=29,-1", "FREQ=YEARLY;BYMONTH=3,10;BYDAY=-1SU")  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from([BERLIN, SHANGHAI, LORD_HOWE, ZoneInfo("America/New_York")]),
    st.sampled_from(RULES),
    st.dates(date(2026, 1, 1), date(2026, 12, 1)),
    st.sampled_from([time(0), time(1, 30), time(2, 30), time(9), time(23, 45)]),
)
def test_times_are_those_of_the_reference(
    local: ZoneInfo, rule: str, day: date, clock: time
) -> None:
    """As icalendar and recurring-ical-events find them, through every change of the clock of two years."""
    from pgc_lib.core.recurrence import occurrences

    start = occurrences(rule, day, limit=1)[0]
    event = icalendar.Event()
    event.add("uid", "x")
    event.add("dtstart", datetime.combine(start, clock, local))
    event.add("rrule", icalendar.vRecur.from_ical(rule))
    calendar = icalendar.Calendar()
    calendar.add_component(event)
    end = datetime(2027, 12, 1, tzinfo=UTC)
    reference = recurring_ical_events.of(calendar).between(datetime(2026, 1, 1, tzinfo=UTC), end)
    wanted = sorted(each["DTSTART"].dt.astimezone(UTC) for each in reference)
    hours = Hours(local)
    one = cue(start, f"{clock:%H:%M}", rule=rule)
    found = [at for at in times(one, datetime(2026, 1, 1, tzinfo=UTC), end, hours) if at < end]
    assert found == wanted


# ── the Chinese calendar ─────────────────────────────────────────────────────────────────────────────


def test_days_of_the_chinese_calendar_come_back_each_year() -> None:
    """Mid-autumn of three years; the eve of the new year is the 30th or the 29th."""
    autumn = cue(date(2026, 1, 1), "18:00", yearly=Recurring(8, 15, lunar=True))
    assert [at.date() for at in times(autumn, berlin(1, 1), berlin(12, 31, year=2028), Hours(SHANGHAI))] == [
        date(2026, 9, 25), date(2027, 9, 15), date(2028, 10, 3)
    ]  # fmt: skip
    eve = cue(date(2026, 1, 1), "18:00", yearly=Recurring(12, 30, lunar=True))
    assert [at.date() for at in times(eve, berlin(1, 1), berlin(12, 31, year=2027), Hours(SHANGHAI))] == [
        date(2026, 2, 16), date(2027, 2, 5)
    ]  # fmt: skip


def test_days_of_the_moon_come_back_each_month() -> None:
    """The first and the fifteenth; a month without a 30th has it the day before, after, or not."""
    first, last = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 12, 31, tzinfo=UTC)
    hours = Hours(SHANGHAI)
    firsts = list(times(cue(first.date(), "08:00", moon=Recurring(1, 1, lunar=True)), first, last, hours))  # fmt: skip
    assert len(firsts) == 12 and firsts[0].date() == date(2026, 1, 19)
    ends = {
        missing: [
            at.date()
            for at in times(cue(first.date(), "08:00", moon=Recurring(1, 30, lunar=True, missing=missing)), first, last, hours)  # type: ignore[arg-type]
        ]
        for missing in ("before", "after", "skip")
    }  # fmt: skip
    assert len(ends["skip"]) < len(ends["before"]) and set(ends["skip"]) <= set(ends["before"])
    moved = sorted(set(ends["before"]) - set(ends["skip"]))
    assert [day + timedelta(1) for day in moved] == [day for day in ends["after"] if day not in ends["skip"]]  # fmt: skip


# ── before, and quiet ────────────────────────────────────────────────────────────────────────────────


def test_several_offsets_are_told_each_at_its_time() -> None:
    """A week, a day and ten minutes before; what has no time of day is told of in the morning."""
    flight = cue(date(2026, 6, 20), "14:00", before=("10m", "1d", "1w"))
    assert fires(flight, berlin(6, 1), berlin(6, 30)) == [
        "06-13 14:00",
        "06-19 14:00",
        "06-20 13:50",
    ]
    assert fires(cue(date(2026, 6, 20), before=("0m", "2d")), berlin(6, 1), berlin(6, 30)) == ["06-18 09:00", "06-20 09:00"]  # fmt: skip


def test_quiet_hours_hold_what_is_not_urgent_until_they_end() -> None:
    """Over midnight and within a day; two that are held to the same moment are told once."""
    late = cue(date(2026, 6, 20), "23:30", before=("0m", "1h"))
    assert fires(late, berlin(6, 20), berlin(6, 22), QUIET) == ["06-21 07:00"]
    assert fires(cue(date(2026, 6, 20), "23:30", urgent=True), berlin(6, 20), berlin(6, 22), QUIET) == ["06-20 23:30"]  # fmt: skip
    early = cue(date(2026, 6, 20), "06:59")
    assert fires(early, berlin(6, 20), berlin(6, 22), QUIET) == ["06-20 07:00"]
    assert fires(cue(date(2026, 6, 20), "07:00"), berlin(6, 20), berlin(6, 22), QUIET) == [
        "06-20 07:00"
    ]
    noon = Hours(BERLIN, "09:00", "12:00", "14:00")
    assert fires(cue(date(2026, 6, 20), "13:00"), berlin(6, 20), berlin(6, 22), noon) == [
        "06-20 14:00"
    ]
    assert fires(cue(date(2026, 6, 20), "13:00"), berlin(6, 20), berlin(6, 20, 13, 30), noon) == []


def test_quiet_hours_end_on_the_clock_of_the_wall() -> None:
    """In the night in which the clock is put forward, or back, they end at seven; an end that is jumped over is later."""
    for day in (date(2026, 3, 29), date(2026, 10, 25)):
        held = QUIET.held(datetime.combine(day, time(0, 30), BERLIN).astimezone(UTC))
        assert held.astimezone(BERLIN).time() == time(7)
    jumped = Hours(BERLIN, "09:00", "22:00", "02:30").held(berlin(3, 29, 0, 30))
    assert jumped.astimezone(BERLIN).time() == time(3, 30)


def test_nobody_is_told_of_what_was_over_when_it_was_entered() -> None:
    """Something for today, entered at noon, is not told of for the morning."""
    entered = cue(date(2026, 6, 20), since=berlin(6, 20, 12))
    assert fires(entered, berlin(6, 19), berlin(6, 21)) == []


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(["", *RULES]),
    st.sampled_from(["", "02:30", "06:30", "22:15"]),
    st.lists(st.sampled_from(["0m", "15m", "2h", "1d", "1w"]), min_size=1, max_size=3, unique=True),
    st.lists(st.integers(1, 60 * 24 * 14), min_size=1, max_size=6),
    st.booleans(),
)
def test_however_often_one_looks_everything_is_told_once(
    rule: str, clock: str, offsets: list[str], steps: list[int], urgent: bool
) -> None:
    """Windows one after the other give what one window gives, no less and nothing twice."""
    one = cue(date(2026, 3, 20), clock, rule=rule or None, before=tuple(offsets), urgent=urgent)
    start = moment = berlin(3, 15, 4)
    pieces = []
    for minutes in steps:
        following = moment + timedelta(minutes=minutes)
        pieces += [each.key for each in due([one], moment, following, QUIET)]
        moment = following
    whole = [each.key for each in due([one], start, moment, QUIET)]
    assert sorted(pieces) == sorted(whole) and len(set(whole)) == len(whole)


@pytest.mark.parametrize(("said", "kept"), [("15 min", "15m"), ("2小时", "2h"), ("提前1天", "1d"), ("1w", "1w"), ("0d", "0m")])  # fmt: skip
def test_offsets_have_one_way_of_writing(said: str, kept: str) -> None:
    """Whatever language they were said in."""
    assert offset(said) == kept


@pytest.mark.parametrize("said", ["", "soon", "-5m", "1.5h", "400d", "9999999m", "٥m"])
def test_offsets_that_are_none_say_why(said: str) -> None:
    """Also hostile ones."""
    with pytest.raises(ValueError, match=r".+"):
        offset(said)
