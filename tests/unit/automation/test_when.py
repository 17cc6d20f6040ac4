"""When a schedule is due: what people write, what is refused, and clocks that change."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from pgc_lib.automation.when import following, latest, read

SHANGHAI, NEW_YORK = ZoneInfo("Asia/Shanghai"), ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("words", "fields"),
    [
        ("0 6 * * 1", "0 6 * * 1"),
        ("  */15  * * * * ", "*/15 * * * *"),
        ("0 6 * * mon-fri", "0 6 * * mon-fri"),
        ("@daily", "0 0 * * *"),
        ("daily", "0 6 * * *"),
        ("every day at 7:30", "30 7 * * *"),
        ("every monday at 7am", "0 7 * * 1"),
        ("Mondays at 6", "0 6 * * 1"),
        ("mon, wed and fri 18:15", "15 18 * * 1,3,5"),
        ("weekdays 07:30", "30 7 * * 1-5"),
        ("15th 9:00", "0 9 15 * *"),
        ("12am", "0 0 * * *"),
        ("hourly", "0 * * * *"),
        ("每周一 06:00", "0 6 * * 1"),
        ("每周一三五 6:00", "0 6 * * 1,3,5"),
        ("每天晚上9:05", "5 21 * * *"),
        ("星期五下午3点", "0 15 * * 5"),
        ("每月15日 8:30", "30 8 15 * *"),
        ("工作日 7：30", "30 7 * * 1-5"),
    ],
)
def test_what_people_write(words: str, fields: str) -> None:
    """Cron fields as they are; a few words in both languages."""
    assert read(words) == fields


@pytest.mark.parametrize(
    "words",
    [
        "",
        "someday",
        "a b c d e",
        "61 * * * *",
        "* * *",
        "* * * * * *",
        "*/0 * * * *",
        "0 6 * * 8",
        "0 0 30 2 *",
        "25:00",
        "monday 6:99",
        "0 6 * * 1; drop table x",
        "9" * 500,
    ],
)
def test_what_is_refused(words: str) -> None:
    """With a reason, never with another error; a date that does not exist is said at once."""
    with pytest.raises(ValueError, match=r"\w"):
        read(words)


def at(zone: ZoneInfo, *parts: int, fold: int = 0) -> datetime:
    return datetime(*parts, tzinfo=zone, fold=fold)  # type: ignore[arg-type,misc]


def test_the_next_time_is_in_the_persons_zone() -> None:
    """Six o'clock in Shanghai is ten at night in UTC, on the day before."""
    after = datetime(2026, 11, 21, tzinfo=UTC)
    found = following("0 6 * * 1", SHANGHAI, after)
    assert found == datetime(2026, 11, 22, 22, tzinfo=UTC)
    assert following("0 6 * * 1", SHANGHAI, found) == found + timedelta(days=7)


@pytest.mark.parametrize("sunday", ["0", "7", "sun", "5-7", "7,1"])
def test_sunday_has_two_numbers(sunday: str) -> None:
    """As in cron."""
    friday = at(SHANGHAI, 2026, 11, 21, 12)
    assert following(f"0 6 * * {sunday}", SHANGHAI, friday) == at(SHANGHAI, 2026, 11, 22, 6)


def test_a_day_of_the_month_or_of_the_week() -> None:
    """When both are limited, cron means either."""
    after = at(SHANGHAI, 2026, 11, 21, 12)
    assert following("0 6 13 * 5", SHANGHAI, after) == at(SHANGHAI, 2026, 11, 27, 6)
    assert following("0 6 22 * 5", SHANGHAI, after) == at(SHANGHAI, 2026, 11, 22, 6)


def test_an_hour_that_is_skipped_and_one_that_comes_twice() -> None:
    """Nothing is left out in spring, nothing done twice in autumn."""
    spring = following("30 2 * * *", NEW_YORK, at(NEW_YORK, 2026, 3, 8))
    assert spring is not None
    assert spring == at(NEW_YORK, 2026, 3, 8, 3, 30)
    first = following("30 1 * * *", NEW_YORK, at(NEW_YORK, 2026, 11, 1))
    assert first is not None
    assert first == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)  # the first of two
    assert following("30 1 * * *", NEW_YORK, first) == at(NEW_YORK, 2026, 11, 2, 1, 30)
    hours = [at(NEW_YORK, 2026, 11, 1)]
    while len(hours) < 26:
        found = following("0 * * * *", NEW_YORK, hours[-1])
        assert found is not None
        assert found > hours[-1]
        hours.append(found)


def test_the_29th_of_february() -> None:
    """Years without it are passed over, also over a century."""
    assert following("0 0 29 2 *", SHANGHAI, at(SHANGHAI, 2026, 1, 1)) == at(SHANGHAI, 2028, 2, 29)


@pytest.mark.parametrize(
    ("fields", "first", "wanted"),
    [
        ("*/5 * * * *", (2025, 1, 1), (2026, 11, 21, 9, 0)),
        ("0 6 * * 1", (2026, 11, 2, 6), (2026, 11, 16, 6)),
        ("0 0 1 1 *", (2024, 1, 1), (2026, 1, 1)),
        ("0 6 * * *", (2026, 11, 21, 6), (2026, 11, 21, 6)),
    ],
)
def test_what_was_missed_is_its_last_time(
    fields: str, first: tuple[int, ...], wanted: tuple[int, ...]
) -> None:
    """After two years without a beat as after an hour."""
    until = at(SHANGHAI, 2026, 11, 21, 9, 3)
    assert latest(fields, SHANGHAI, at(SHANGHAI, *first), until) == at(SHANGHAI, *wanted)
