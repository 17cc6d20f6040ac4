"""Calendars in and out: nothing lost on the way, and what cannot be understood is named and left out."""

# ruff: noqa: DTZ001 (Hypothesis wants bounds without a zone)

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pgc_lib.core.zone import set_zone, zone
from pgc_lib.exchange import ics
from pgc_lib.exchange.ics import Event, read, write
from pgc_lib.exchange.plans import calendar
from pgc_lib.i18n import in_lang
from pgc_lib.lab import Lab
from tests.support.lab import House, Person

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture(autouse=True)
def in_shanghai() -> Iterator[None]:
    """One zone and language for all, and those of before afterwards."""
    before = zone().key
    set_zone("Asia/Shanghai")
    with in_lang("en"):
        yield
    set_zone(before)


@pytest.fixture
def lab(house: House, person: Person) -> Lab:
    """An empty lab."""
    return house.lab(person())


def calendar_of(*lines: str) -> bytes:
    """A calendar with one event of these lines, and a good one after it."""
    return "\r\n".join(
        [
            "BEGIN:VCALENDAR", "VERSION:2.0", "BEGIN:VEVENT", "UID:1", "SUMMARY:first", *lines, "END:VEVENT",
            "BEGIN:VEVENT", "UID:good", "SUMMARY:good", "DTSTART:20260101T080000Z", "END:VEVENT", "END:VCALENDAR", "",
        ]
    ).encode()  # fmt: skip


text = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), max_size=80).map(
    str.strip
)
moments = st.datetimes(datetime(1980, 1, 1), datetime(2035, 1, 1)).map(lambda at: at.replace(second=0, microsecond=0, tzinfo=SHANGHAI))  # fmt: skip
events = st.builds(
    lambda title, start, hours, rule, note, place, number: Event(
        title or "x",
        start,
        start + timedelta(days=hours) if hours else None,
        rule,
        (start + timedelta(days=7),) if rule else (),
        uid=f"{number}@test",
        note=note,
        place=place,
        tags=("a", "b,c"),
        changed=datetime(2026, 1, 1, tzinfo=UTC),
    ),
    text,
    moments | st.dates(date(1980, 1, 1), date(2035, 1, 1)),
    st.integers(0, 3),
    st.sampled_from([None, "FREQ=WEEKLY", "FREQ=MONTHLY;BYDAY=-1FR", "FREQ=DAILY;COUNT=9"]),
    text,
    text,
    st.integers(0, 10**9),
)


@given(st.lists(events, max_size=4, unique_by=lambda event: event.uid))
@settings(max_examples=25, deadline=None)
def test_what_is_written_is_read_again(given_events: list[Event]) -> None:
    """Titles with commas and line breaks, days and times, rules and what does not take place."""
    found, problems = read(write(given_events, name="x"))
    assert problems == [] and found == given_events


def test_an_end_of_a_rule_fits_its_beginning() -> None:
    """RFC 5545 wants UTC for times and days for days; both mean the same evening afterwards."""
    start = datetime(2026, 11, 25, 19, tzinfo=SHANGHAI)
    data = write([Event("a", start, rule="FREQ=DAILY;UNTIL=20261130"), Event("b", start.date(), rule="FREQ=DAILY;UNTIL=20261130T000000Z")])  # fmt: skip
    assert b"UNTIL=20261130T155959Z" in data and b"UNTIL=20261130\r\n" in data
    assert b"BEGIN:VTIMEZONE" in data and b"TZID:Asia/Shanghai" in data
    assert [event.uid for event in read(data)[0]] == [event.uid for event in read(data)[0]]


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ((), "no beginning"),
        (("DTSTART:soon",), "neither a day nor a time"),
        (("DTSTART:20261399",), "neither a day nor a time"),
        (("DTSTART:20260101T080000Z", "RRULE:FREQ=HOURLY"), "cannot be followed"),
        (("DTSTART:20260101T080000Z", "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"), "no day ever"),
        (("DTSTART:20260101T080000Z", "RRULE:FREQ=DAILY", "RRULE:FREQ=WEEKLY"), "more than one rule"),
        (("DTSTART:20260101T080000Z", "STATUS:CANCELLED"), "cancelled"),
        (("DTSTART:20260101", "RECURRENCE-ID;RANGE=THISANDFUTURE:20260101"), "RANGE"),
        (("DTSTART;TZID=Asia/Shanghai:00010101T000000",), ""),
    ],
)  # fmt: skip
def test_an_event_that_cannot_be_understood_is_named(lines: tuple[str, ...], reason: str) -> None:
    """The one after it is read."""
    found, problems = read(calendar_of(*lines))
    assert [event.title for event in found] == ["good"]
    assert len(problems) == 1 and reason in problems[0].reason
    assert problems[0].place.startswith("event 1")


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (("DTSTART:20260105T080000Z", "DTEND:20260101T080000Z"), "end does not fit"),
        (("DTSTART:20260105", "DTEND:20260106T080000Z"), "end does not fit"),
        (("DTSTART:20260105T080000Z", "DTEND:whenever"), "neither a day"),
        (("DTSTART:20260105T080000Z", "EXDATE:never"), "neither a day"),
        (("DTSTART:20260105T080000Z", "RRULE:FREQ=DAILY", "EXDATE;VALUE=DATE:20260106"), "does not fit"),
        (("DTSTART;TZID=Mars/Olympus:20260105T080000",), "is not known here"),
    ],
)  # fmt: skip
def test_what_is_wrong_beside_the_point_is_told(lines: tuple[str, ...], reason: str) -> None:
    """The event is read without it."""
    found, problems = read(calendar_of(*lines))
    assert [event.title for event in found] == ["first", "good"]
    assert len(problems) == 1 and reason in problems[0].reason


def test_times_of_every_sort() -> None:
    """UTC, a zone, Windows' names, none at all; a day; a duration instead of an end."""
    for line, hour in (
        ("DTSTART:20260105T000000Z", 8),
        ("DTSTART;TZID=Europe/Berlin:20260105T010000", 8),
        ("DTSTART;TZID=China Standard Time:20260105T080000", 8),
        ("DTSTART:20260105T080000", 8),
    ):
        event = read(calendar_of(line, "DURATION:PT90M"))[0][0]
        assert isinstance(event.start, datetime) and event.start.astimezone(SHANGHAI).hour == hour
        assert event.end is not None and event.end - event.start == timedelta(minutes=90)
    day = read(calendar_of("DTSTART;VALUE=DATE:20260105", "DTEND;VALUE=DATE:20260107"))[0][0]
    assert day.all_day and (day.start, day.end) == (date(2026, 1, 5), date(2026, 1, 7))


def test_one_time_of_a_series_may_be_elsewhere() -> None:
    """Moved, or cancelled; a further time; the later version of the same event."""
    data = b"""BEGIN:VCALENDAR
BEGIN:VEVENT
UID:a
SUMMARY:Choir
DTSTART:20260105T100000Z
DTEND:20260105T110000Z
RRULE:FREQ=WEEKLY
RDATE:20260107T100000Z
END:VEVENT
BEGIN:VEVENT
UID:a
RECURRENCE-ID:20260112T100000Z
SUMMARY:Choir, elsewhere
DTSTART:20260113T100000Z
END:VEVENT
BEGIN:VEVENT
UID:a
RECURRENCE-ID:20260119T100000Z
STATUS:CANCELLED
DTSTART:20260119T100000Z
END:VEVENT
BEGIN:VEVENT
UID:b
SEQUENCE:1
SUMMARY:new
DTSTART:20260105
END:VEVENT
BEGIN:VEVENT
UID:b
SEQUENCE:0
SUMMARY:old
DTSTART:20260106
END:VEVENT
END:VCALENDAR
""".replace(b"DTSTART:20260105\n", b"DTSTART;VALUE=DATE:20260105\n").replace(b"DTSTART:20260106\n", b"DTSTART;VALUE=DATE:20260106\n")  # fmt: skip
    found, problems = read(data)
    by_title = {event.title: event for event in found if event.rule or event.title != "Choir"}
    assert by_title.keys() == {"Choir", "Choir, elsewhere", "new"} and len(found) == 4
    assert [each.day for each in by_title["Choir"].without] == [12, 19]
    assert len(problems) == 1 and "twice" in problems[0].reason


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "no calendar"),
        (b"\x00\xff\xfe garbage", "no calendar"),
        (b"%PDF-1.7", "no calendar"),
        (b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:2026010", "middle of an event"),
        (b"BEGIN:VCALENDAR\r\n" + b"BEGIN:VEVENT\r\n" * 5000, "middle of an event"),
    ],
)
def test_a_file_that_is_none_is_a_value(data: bytes, reason: str) -> None:
    """Never an error, and nothing half read."""
    found, problems = read(data)
    assert found == [] and reason in problems[0].reason


def test_a_file_beyond_all_measure_is_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    """By its size on disk, before a byte is read; too many events likewise."""
    monkeypatch.setattr(ics, "LARGEST", 100)
    path = tmp_path / "x.ics"
    path.write_bytes(b"BEGIN:VCALENDAR" + b" " * 100)
    assert "larger" in read(path)[1][0].reason and "larger" in read(path.read_bytes())[1][0].reason
    monkeypatch.undo()
    monkeypatch.setattr(ics, "MOST_EVENTS", 1)
    assert "more than 1" in read(calendar_of("DTSTART:20260101"))[1][0].reason
    monkeypatch.undo()
    monkeypatch.setattr(ics, "MOST_RULES", 0)
    ruled = calendar_of("DTSTART:20260101T080000Z", "RRULE:FREQ=DAILY")
    assert "different rules" in read(ruled)[1][0].reason and len(read(ruled)[0]) == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_old_encodings(encoding: str) -> None:
    """What old programs write is read, too."""
    data = calendar_of("DTSTART:20260105T080000Z", "LOCATION:体育馆").decode().encode(encoding)
    assert read(data)[0][0].place == "体育馆"


@given(st.binary(max_size=200))
@settings(max_examples=80, deadline=None)
def test_any_bytes_give_values(data: bytes) -> None:
    """Inside a calendar, too."""
    for whole in (data, b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n" + data + b"\r\nEND:VEVENT\r\nEND:VCALENDAR"):  # fmt: skip
        found, problems = read(whole)
        assert found or problems or b"BEGIN:VCALENDAR" in whole


def test_plans_go_out_and_come_back(lab: Lab, house: House, person: Person, tmp_path: Path) -> None:
    """To another lab, once; a changed one is renewed there, with what was added to it; the import is undone as one."""
    mine = lab.hobbies
    mine.plan("Badminton", day="2026-11-25", clock="19:30", minutes=90, rule="FREQ=WEEKLY;BYDAY=WE", without=["2026-12-02"], place="hall")  # fmt: skip
    mine.plan("Camp", day="2026-12-05", minutes=3 * 1440)
    mine.plan("Call", day="2026-11-30", clock="09:00", zone="Europe/Berlin", rule="FREQ=WEEKLY")
    path = tmp_path / "plans.ics"
    assert calendar(mine, path) == path.read_bytes()
    other = house.lab(person())
    seen = other.import_file(path)
    assert (seen.new, seen.problems) == (3, []) and other.hobbies.plans.count() == 0
    done = seen.accept()
    since = datetime(2026, 11, 24, tzinfo=SHANGHAI)
    assert other.hobbies.ahead(30, since=since).drop("interest").equals(mine.ahead(30, since=since).drop("interest"))  # fmt: skip
    sport = other.hobbies.take_up("badminton")
    plan = other.hobbies.plans.find(title="Badminton")[0]
    other.hobbies.plans.update(plan.id, interest=sport.id)
    mine.plans.update(mine.plans.find(title="Badminton")[0].id, clock="20:00")
    calendar(mine, path)
    again = other.import_file(path)
    assert (again.new, again.known) == (0, 3)
    assert again.accept().updated == 1
    renewed = other.hobbies.plans.get(plan.id)
    assert (renewed.clock, renewed.interest) == ("20:00", sport.id)
    path.write_bytes(b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:9")
    broken = other.import_file(path)
    assert broken.new == 0 and "middle of an event" in broken.problems[0].reason
    other.history.undo_batch(done.batch, force=True)
    assert other.hobbies.plans.count() == 0
