"""Nights: over midnight, over changes of the clock, in pieces, and seen by two devices."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pgc_lib.areas.wellness.nights import Stretch, between, nights, rhythm
from pgc_lib.i18n import in_lang

BERLIN = ZoneInfo("Europe/Berlin")
SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("day", "hours"),
    [(date(2026, 3, 28), 8), (date(2026, 3, 29), 7), (date(2026, 10, 25), 9), (date(2026, 10, 26), 8)],
)  # fmt: skip
def test_the_clock_is_changed_at_night(day: date, hours: float) -> None:
    """From eleven to seven are seven hours in spring and nine in autumn."""
    night = nights([Stretch(*between(day, "23:00", "07:00", BERLIN))], BERLIN)[0]
    assert (night.day, night.hours) == (day, hours)
    assert night.asleep is not None and f"{night.asleep:%H:%M}" == "23:00"


def test_a_time_that_the_clock_jumps_over() -> None:
    """02:30 of that night is meant an hour later; there is no negative night."""
    begin, end = between(date(2026, 3, 29), "02:30", "03:15", BERLIN)
    assert begin == datetime(2026, 3, 29, 1, 30, tzinfo=UTC) and begin > end
    begin, end = between(date(2026, 3, 29), "02:30", "09:00", BERLIN)
    assert end - begin == timedelta(hours=5, minutes=30)


def test_which_day_a_sleep_belongs_to() -> None:
    """To that of waking up; the first piece of a broken night to the next day, a nap to its own."""
    day = date(2026, 5, 4)

    def at(hour: float, days: int = 0) -> datetime:
        return datetime(2026, 5, 4, tzinfo=SHANGHAI) + timedelta(hours=hour, days=days)

    found = nights(
        [
            Stretch(at(21, -1), at(23.5, -1), quality=2),
            Stretch(at(0.5), at(6.5), awake=30, quality=4),
            Stretch(at(13), at(13.5), nap=True),
            Stretch(at(19), at(21), nap=True),
            Stretch(at(8, 1), at(16, 1)),
        ],
        SHANGHAI,
    )
    assert [(each.day, each.hours, each.naps, each.quality) for each in found] == [
        (day, 8.0, 2.5, 3.0),
        (date(2026, 5, 5), 8.0, 0.0, None),
    ]


def test_two_devices_saw_one_night() -> None:
    """It was slept once; what one of them noted of lying awake counts once."""
    day = date(2026, 5, 4)
    watch = between(day, "23:00", "07:00", SHANGHAI)
    phone = between(day, "22:30", "06:30", SHANGHAI)
    (night,) = nights([Stretch(*watch, awake=20), Stretch(*phone, awake=20)], SHANGHAI)
    assert night.hours == pytest.approx(8.5 - 1 / 3)


def test_regularity_is_measured_on_the_circle() -> None:
    """Midnight lies between 23:00 and 01:00, not at noon."""
    days = [date(2026, 5, 1) + timedelta(days=n) for n in range(10)]
    found = nights((Stretch(*between(day, "20:00" if n % 2 else "22:00", "02:00" if n % 2 else "04:00", SHANGHAI)) for n, day in enumerate(days)), SHANGHAI)  # fmt: skip
    how = rhythm(found)
    assert how is not None and how.middle == "00:00" and how.hours == 6 and how.regularity > 0.95
    with in_lang("en"):
        assert "Regularity" in how._repr_html_()
    assert rhythm([]) is None


@given(
    st.lists(st.tuples(st.integers(0, 20_000), st.integers(1, 900)), max_size=12),
    st.sampled_from([BERLIN, SHANGHAI]),
)
@settings(max_examples=50, deadline=None)
def test_nothing_is_slept_twice(spans: list[tuple[int, int]], zone: ZoneInfo) -> None:
    """However pieces overlap, a night is no longer than from its beginning to its end."""
    start = datetime(2026, 10, 20, tzinfo=UTC)
    pieces = [Stretch(start + timedelta(minutes=a), start + timedelta(minutes=a + b)) for a, b in spans]  # fmt: skip
    for night in nights(pieces, zone):
        assert night.asleep and night.woke
        whole = night.woke.astimezone(UTC) - night.asleep.astimezone(UTC)
        assert 0 < night.hours <= whole.total_seconds() / 3600 + 1e-9
