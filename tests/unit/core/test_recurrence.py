"""Rules that come back: taken or refused with a reason, walked on the person's clock, told in words."""

# ruff: noqa: DTZ001 (a time without a zone is what a person writes)

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from pgc_lib.core.recurrence import (
    FREQUENCIES,
    WEEKDAYS,
    RRule,
    following,
    occurrences,
    parse,
    told,
    walk,
)
from pgc_lib.core.zone import set_zone, zone
from pgc_lib.i18n import in_lang

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture(autouse=True)
def at_home() -> Iterator[None]:
    """A zone that has no summer time, and the one of before afterwards."""
    before = zone().key
    set_zone("Asia/Shanghai")
    yield
    set_zone(before)


class Something(BaseModel):
    """A field with a rule."""

    rule: RRule


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("FREQ=WEEKLY", "FREQ=WEEKLY"),
        ("rrule:byday=we,mo;freq=weekly;", "FREQ=WEEKLY;BYDAY=MO,WE"),
        ("FREQ=MONTHLY;BYDAY=-1FR,+2MO;INTERVAL=1", "FREQ=MONTHLY;BYDAY=2MO,-1FR"),
        ("FREQ=DAILY;UNTIL=20261231T235959Z", "FREQ=DAILY;UNTIL=20261231T235959Z"),
        ("FREQ=YEARLY;BYMONTH=5;BYMONTHDAY=-1,1;COUNT=3", "FREQ=YEARLY;COUNT=3;BYMONTH=5;BYMONTHDAY=1,-1"),
        ("FREQ=WEEKLY;WKST=SU;INTERVAL=2", "FREQ=WEEKLY;INTERVAL=2;WKST=SU"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29"),
    ],
)  # fmt: skip
def test_a_rule_is_kept_in_its_usual_spelling(written: str, kept: str) -> None:
    """However it was written; reading what is kept gives the same."""
    assert Something(rule=written).rule == kept
    assert str(parse(kept)) == kept


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("", "equals sign"),
        ("every monday", "equals sign"),
        ("COUNT=3", "how often"),
        ("FREQ=FORTNIGHTLY", "how often"),
        ("FREQ=SECONDLY", "BYHOUR"),
        ("FREQ=DAILY;FREQ=WEEKLY", "said twice"),
        ("FREQ=DAILY;COUNT=3;UNTIL=20270101", "not both"),
        ("FREQ=DAILY;COUNT=0", "from 1 to 10000"),
        ("FREQ=DAILY;COUNT=-1", "from 1 to 10000"),
        ("FREQ=DAILY;COUNT=99999999999999999999", "from 1 to 10000"),
        ("FREQ=DAILY;COUNT=٣", "from 1 to 10000"),
        ("FREQ=DAILY;INTERVAL=0", "from 1 to 1000"),
        ("FREQ=DAILY;BYEASTER=1", "no part"),
        ("FREQ=DAILY;UNTIL=20261301", "UNTIL is a day"),
        ("FREQ=DAILY;UNTIL=soon", "UNTIL is a day"),
        ("FREQ=WEEKLY;BYDAY=XX", "no weekday"),
        ("FREQ=WEEKLY;BYDAY=2MO", "second Monday"),
        ("FREQ=WEEKLY;BYMONTHDAY=1", "FREQ=MONTHLY"),
        ("FREQ=MONTHLY;BYWEEKNO=3", "FREQ=YEARLY"),
        ("FREQ=YEARLY;BYMONTH=13", "from 1 to 12"),
        ("FREQ=MONTHLY;BYMONTHDAY=0", "from 1 to 31"),
        ("FREQ=MONTHLY;BYSETPOS=1", "BYSETPOS"),
        ("FREQ=WEEKLY;WKST=8", "no weekday"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "no day ever"),
        ("FREQ=DAILY;BYMONTH=4;BYMONTHDAY=31", "no day ever"),
        ("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=9", "no day ever"),
        ("FREQ=DAILY;BYHOUR=1,2,3,4,5,6,7;BYMINUTE=0,10,20,30,40,50,55", "48 times a day"),
        ("FREQ=DAILY;X=" + "1" * 600, "longer than"),
        ("FREQ=DAILY\0", "how often"),
    ],
)
def test_what_is_no_rule_is_refused_with_the_reason(written: str, reason: str) -> None:
    """The person learns what to write instead; nothing is walked in vain."""
    with pytest.raises(ValidationError) as error:
        Something(rule=written)
    assert reason in error.value.errors()[0]["msg"]


def test_days_stay_days() -> None:
    """All-day things are dates and have no clock."""
    found = occurrences(
        "FREQ=MONTHLY;BYDAY=-1FR", date(2026, 1, 1), after=date(2026, 3, 1), limit=2
    )
    assert found == [date(2026, 3, 27), date(2026, 4, 24)]
    assert occurrences(None, date(2026, 1, 1)) == [date(2026, 1, 1)]
    assert occurrences("FREQ=DAILY", date(2026, 1, 1), before=date(2026, 1, 4), without=[date(2026, 1, 2)]) == [
        date(2026, 1, 1),
        date(2026, 1, 3),
    ]  # fmt: skip
    late = datetime(2026, 1, 1, 17, tzinfo=UTC)
    assert occurrences("FREQ=DAILY", date(2026, 1, 1), after=late, limit=1) == [date(2026, 1, 2)]


def test_the_clock_of_the_person_counts() -> None:
    """19:00 stays 19:00 when the clocks change, and a time without a zone is meant in the person's."""
    start = datetime(2026, 3, 22, 19)
    found = occurrences("FREQ=WEEKLY", start, limit=2, zone=BERLIN)
    assert [(each.hour, each.astimezone(UTC).hour) for each in found] == [(19, 18), (19, 17)]
    same = occurrences("FREQ=WEEKLY", datetime(2026, 3, 22, 18, tzinfo=UTC), limit=2, zone=BERLIN)
    assert same == found
    # 02:30 does not exist on the 29th: it is meant an hour later, and is 02:30 again the day after.
    night = occurrences("FREQ=DAILY", datetime(2026, 3, 28, 2, 30), limit=3, zone=BERLIN)
    assert [(each.day, each.hour) for each in night] == [(28, 2), (29, 3), (30, 2)]
    assert occurrences(None, datetime(2026, 1, 1, 8))[0] == datetime(2026, 1, 1, tzinfo=UTC)


def test_an_end_is_part_of_it() -> None:
    """A day counts to its end; a time in UTC is put on the person's clock."""
    start = datetime(2026, 1, 1, 23, 30)
    for until in ("20260103", "20260103T153000Z", "20260103T233000"):
        assert len(occurrences(f"FREQ=DAILY;UNTIL={until}", start)) == 3
    assert len(occurrences("FREQ=DAILY;UNTIL=20260103T152959Z", start)) == 2
    assert len(occurrences("FREQ=DAILY;COUNT=5", start)) == 5


def test_what_follows() -> None:
    """Strictly later, whatever form the question has; None at the end."""
    rule, start = "FREQ=WEEKLY;COUNT=2", datetime(2026, 1, 5, 8, tzinfo=UTC)
    first, second = occurrences(rule, start)
    assert following(rule, start, start - timedelta(seconds=1)) == first
    assert following(rule, start, start) == second
    assert following(rule, start, date(2026, 1, 5)) == second
    assert following(rule, start, second) is None
    assert following(rule, start, start, without=[second]) is None
    assert following("FREQ=YEARLY", date(2024, 2, 29), date(2024, 2, 29)) == date(2028, 2, 29)


def test_a_rule_that_never_comes_from_its_start_ends() -> None:
    """Every seventh day from a Tuesday, if it is a Monday: allowed, and empty."""
    assert occurrences("FREQ=DAILY;INTERVAL=7;BYDAY=MO", date(2026, 1, 6)) == []
    assert occurrences("FREQ=DAILY", date(9999, 12, 30)) == [date(9999, 12, 30), date(9999, 12, 31)]


@pytest.mark.parametrize(
    ("rule", "english", "chinese"),
    [
        ("FREQ=DAILY", "every day", "每天"),
        ("FREQ=DAILY;INTERVAL=3", "every 3 days", "每 3 天"),
        ("FREQ=WEEKLY;BYDAY=MO,WE", "every week on Monday and Wednesday", "每星期一和星期三"),
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "every week on weekdays", "每星期一至星期五"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=SA", "every 2 weeks on Saturday", "每 2 周的星期六"),
        ("FREQ=MONTHLY;BYMONTHDAY=1,15,-1", "every month on the 1st, the 15th and the last day", "每月 1 日、15 日和最后一天"),
        ("FREQ=MONTHLY;BYDAY=2TU", "every month on the 2nd Tuesday", "每月第 2 个星期二"),
        ("FREQ=MONTHLY;BYDAY=-1FR", "every month on the last Friday", "每月最后一个星期五"),
        ("FREQ=MONTHLY;BYMONTHDAY=13;BYDAY=FR", "every month on Friday that is the 13th", "每月恰逢 13 日的星期五"),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "every month on the last of weekdays", "每月星期一至星期五中的最后一天"),
        ("FREQ=YEARLY;BYMONTH=5;BYMONTHDAY=1", "every year on the 1st of May", "每年 5 月 1 日"),
        ("FREQ=DAILY;BYHOUR=8,20;COUNT=10", "every day at 08:00 and 20:00, 10 times", "每天 08:00 和 20:00，共 10 次"),
        ("FREQ=WEEKLY;COUNT=1", "every week, once", "每周，共 1 次"),
        ("FREQ=WEEKLY;UNTIL=20261231", "every week, until 2026-12-31", "每周，到 2026-12-31 为止"),
    ],
)  # fmt: skip
def test_a_rule_in_words(rule: str, english: str, chinese: str) -> None:
    """As a person would say it, in both languages."""
    with in_lang("en"):
        assert told(rule) == english
    with in_lang("zh-CN"):
        assert told(rule) == chinese
    assert told(None) == ""


rules = st.builds(
    lambda frequency, interval, days, months, monthdays, count: ";".join(
        filter(
            None,
            (
                f"FREQ={frequency}",
                f"INTERVAL={interval}",
                days and f"BYDAY={','.join(sorted(days))}",
                months and f"BYMONTH={','.join(map(str, sorted(months)))}",
                monthdays and frequency != "WEEKLY" and f"BYMONTHDAY={','.join(map(str, sorted(monthdays)))}",
                count and f"COUNT={count}",
            ),
        )
    ),
    st.sampled_from(FREQUENCIES),
    st.integers(1, 6),
    st.sets(st.sampled_from(WEEKDAYS), max_size=3),
    st.sets(st.integers(1, 12), max_size=3),
    st.sets(st.integers(1, 28), max_size=2),
    st.one_of(st.none(), st.integers(1, 20)),
)  # fmt: skip


@given(rule=rules, start=st.dates(date(1990, 1, 1), date(2040, 1, 1)))
@settings(max_examples=60, deadline=None)
def test_the_days_are_those_of_the_calendar(rule: str, start: date) -> None:
    """Against dateutil's own reading of the text; what is told is never empty, and spelling keeps the meaning."""
    try:
        kept = str(parse(rule))
    except ValueError:
        assume(False)
    began = datetime(start.year, start.month, start.day)
    theirs = [each.date() for each in islice(rrulestr(rule, dtstart=began), 5)]
    assert list(islice(walk(rule, start), 5)) == theirs == list(islice(walk(kept, start), 5))
    for language in ("en", "zh-CN"):
        with in_lang(language):
            assert told(rule)


@given(st.text(alphabet="FREQ=DAILYWKMONTHUCB;,:-+0123456789 ", max_size=60))
@settings(max_examples=100, deadline=None)
def test_any_text_is_a_rule_or_a_reason(text: str) -> None:
    """Never another error."""
    try:
        parse(text)
    except ValueError as reason:
        assert str(reason)
