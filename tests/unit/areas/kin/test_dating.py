"""Half-known days, and days that come back every year by either calendar."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pgc_lib.areas.kin.dates import Recurring, day_of, in_year
from pgc_lib.areas.kin.dating import Span, read
from pgc_lib.exchange.gedcom_values import date_text


@pytest.mark.parametrize(
    ("text", "earliest", "latest"),
    [
        ("12 MAR 1850", date(1850, 3, 12), date(1850, 3, 12)),
        ("1850", date(1850, 1, 1), date(1850, 12, 31)),
        ("FEB 1852", date(1852, 2, 1), date(1852, 2, 29)),
        ("about 1850", date(1845, 1, 1), date(1855, 12, 31)),
        ("约1850年", date(1845, 1, 1), date(1855, 12, 31)),
        ("1850年前后", date(1845, 1, 1), date(1855, 12, 31)),
        ("BEF 1850", None, date(1850, 12, 31)),
        ("1850年以前", None, date(1850, 12, 31)),
        ("after 1850", date(1850, 1, 1), None),
        ("BET 1850 AND MAR 1852", date(1850, 1, 1), date(1852, 3, 31)),
        ("FROM 1850 TO 1852", date(1850, 1, 1), date(1852, 12, 31)),
        ("1850-03-12", date(1850, 3, 12), date(1850, 3, 12)),
        ("1850年3月12日", date(1850, 3, 12), date(1850, 3, 12)),
        ("@#DJULIAN@ 25 OCT 1917", date(1917, 11, 7), date(1917, 11, 7)),
        ("JULIAN 29 FEB 1700", date(1700, 3, 11), date(1700, 3, 11)),
        ("11 FEB 1731/32", date(1732, 2, 11), date(1732, 2, 11)),
        ("INT 1850 (in the year of the flood)", date(1850, 1, 1), date(1850, 12, 31)),
        ("@#DHEBREW@ 2 TVT 5758", None, None),
        ("in the year of the flood", None, None),
        ("30 FEB 1850", None, None),
        ("", None, None),
    ],
)
def test_what_a_text_says_of_a_day(text: str, earliest: date | None, latest: date | None) -> None:
    """GEDCOM's words, daily English and Chinese; what is not understood says nothing."""
    assert read(text) == Span(earliest, latest)


@settings(max_examples=100, deadline=None)
@given(st.dates(min_value=date(100, 1, 1)), st.dates(min_value=date(100, 1, 1)))
def test_what_is_written_is_read(one: date, other: date) -> None:
    """A day in GEDCOM's form is that day; spans are before one another exactly when their days are."""
    assert read(date_text(one)).exact == one
    assert read(date_text(one)).before(read(date_text(other))) == (one < other)


@given(st.text(max_size=40))
@settings(max_examples=200, deadline=None)
def test_no_text_is_too_strange(text: str) -> None:
    """Whatever somebody wrote, it is a span and the earliest day is not after the latest."""
    span = read(text)
    assert not (span.earliest and span.latest) or span.earliest <= span.latest or " AND " in text.upper() or " TO " in text.upper()  # fmt: skip


def test_leap_months_and_short_ones() -> None:
    """In its leap month where the year has it, otherwise in the ordinary one; short months by the wish."""
    born = day_of(date(2025, 7, 25), lunar=True)
    assert born == Recurring(6, 1, lunar=True, since=2025, leap=True)
    assert in_year(born, 2025) == date(2025, 7, 25)
    assert in_year(born, 2026) == date(2026, 7, 14)
    for missing, day in (
        ("before", date(2026, 2, 28)),
        ("after", date(2026, 3, 1)),
        ("skip", None),
    ):
        assert in_year(Recurring(2, 29, missing=missing), 2026) == day  # type: ignore[arg-type]
    eve = Recurring(12, 30, lunar=True, missing="after")
    assert in_year(eve, 2025) == date(2026, 2, 17)
    assert in_year(Recurring(12, 30, lunar=True, missing="skip"), 2025) is None
    assert in_year(Recurring(2, 29), 2028) == date(2028, 2, 29)


def test_rules_for_calendars() -> None:
    """What RFC 5545 can say; the Chinese calendar it cannot."""
    assert Recurring(5, 5).rule == "FREQ=YEARLY"
    assert Recurring(2, 29).rule == "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1"
    assert Recurring(2, 29, missing="after").rule is None
    assert Recurring(5, 5, lunar=True).rule is None
