"""Days of every year from a calendar: a family's own come back whole, others' are taken in once."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from lunardate import LunarDate

from pgc_lib.core.zone import today
from pgc_lib.exchange.occasions import IMPORTER
from pgc_lib.exchange.registry import recognise
from tests.support.lab import House

_CALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//elsewhere//EN
BEGIN:VEVENT
UID:1
DTSTART;VALUE=DATE:20150412
RRULE:FREQ=YEARLY
SUMMARY:小明认识小红的日子
END:VEVENT
BEGIN:VEVENT
UID:2
DTSTART;VALUE=DATE:20200229
RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1
SUMMARY:Leap day
END:VEVENT
BEGIN:VEVENT
UID:3
DTSTART;VALUE=DATE:20261124
RRULE:FREQ=WEEKLY
SUMMARY:Badminton
END:VEVENT
END:VCALENDAR
""".replace("\n", "\r\n")


@pytest.fixture
def lab(house: House) -> Any:
    """A lab of somebody new."""
    return house.lab(house.person())


def _kept(lab: Any) -> set[tuple[str, int, int, bool, int | None]]:
    return {
        (each.title, each.month, each.day, each.lunar, each.since)
        for each in lab.family.occasions.find()
    }


def test_a_calendar_of_days_is_recognised_and_taken_in_once(lab: Any, tmp_path: Path) -> None:
    """Days of every year become occasions; what comes every week is left out with its reason."""
    path = tmp_path / "days.ics"
    path.write_bytes(_CALENDAR.encode())
    assert recognise(path)[0].importer.name == "dates"
    seen = lab.import_file(path)
    assert (seen.new, len(seen.problems)) == (2, 1)
    seen.accept()
    assert _kept(lab) == {
        ("小明认识小红的日子", 4, 12, False, 2015),
        ("Leap day", 2, 29, False, 2020),
    }
    again = lab.import_file(path)
    assert (again.new, again.kinds[0].known) == (0, 2)


def test_what_the_family_wrote_comes_back(lab: Any, house: House, tmp_path: Path) -> None:
    """By the solar and by the Chinese calendar, into another lab; birthdays stay with their people."""
    family = lab.family
    family.add(name="外婆", sex="female", born="1938-03-05")
    family.occasions.add(title="搬家纪念日", month=6, day=1, since=2019)
    family.occasions.add(title="家族聚会", month=8, day=15, lunar=True)
    path = lab.export(tmp_path / "family.ics", "family")
    other = house.lab(house.person())
    seen = other.import_file(path)
    assert "One day belongs to a person" in str(seen.told)
    seen.accept()
    assert _kept(other) == {("搬家纪念日", 6, 1, False, 2019), ("家族聚会", 8, 15, True, None)}
    year = today().year + 1
    expected = LunarDate(year, 8, 15).to_solar_date()
    days = {row["day"] for row in other.family.ahead(800).iter_rows(named=True)}
    assert expected in days and date(year, 6, 1) in days


def test_a_calendar_of_plans_is_left_to_plans(tmp_path: Path) -> None:
    """Most events decide; whoever wants days of it says so."""
    path = tmp_path / "plans.ics"
    path.write_bytes(_CALENDAR.replace("FREQ=YEARLY;", "FREQ=MONTHLY;").replace("FREQ=YEARLY", "FREQ=DAILY").encode())  # fmt: skip
    assert recognise(path)[0].importer.name == "ics"
    assert not IMPORTER.read(path).parts


def test_plans_of_hobbies_go_out_by_their_ending(lab: Any, tmp_path: Path) -> None:
    """Like the family's and the to-dos' calendars."""
    lab.hobbies.plans.add(title="羽毛球", day="2026-11-25", clock="19:30", rule="FREQ=WEEKLY")
    written = lab.export(tmp_path / "plans.ics", "hobbies").read_text("utf-8")
    assert "羽毛球" in written and "RRULE:FREQ=WEEKLY" in written
