"""To-dos of calendars: what is read, what is said, and that nothing is lost on the way."""

from datetime import UTC, date, datetime
from pathlib import Path

import icalendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pgc_lib.areas.todo.records import Todo
from pgc_lib.exchange import vtodo
from pgc_lib.i18n import in_lang
from pgc_lib.lab import Lab
from tests.support.lab import House, Person


@pytest.fixture(scope="module")
def lab(house: House, person: Person) -> Lab:
    """One person's lab."""
    return house.lab(person("vtodo"))


def calendar(*todos: str, more: str = "") -> bytes:
    """A calendar of to-dos, each given by its lines."""
    body = "".join(f"BEGIN:VTODO\n{each}\nEND:VTODO\n" for each in todos)
    return f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\n{body}{more}END:VCALENDAR\n".replace("\n", "\r\n").encode()  # fmt: skip


def rows(data: bytes) -> list[dict[str, object]]:
    reading = vtodo.read(data)
    return [row for part in reading.parts for frame in part.frames() for row in frame.iter_rows(named=True)]  # fmt: skip


def test_what_other_programs_write_is_read() -> None:
    """Days, times with a zone, times in UTC, a start with a duration, rules, alarms, priorities."""
    first, second, third = rows(
        calendar(
            "UID:1\nSUMMARY:report\nDUE;TZID=Europe/Berlin:20261127T150000\nPRIORITY:3\nCATEGORIES:work,home\n"
            "BEGIN:VALARM\nACTION:DISPLAY\nTRIGGER;RELATED=END:-PT30M\nEND:VALARM\nBEGIN:VALARM\nACTION:DISPLAY\nTRIGGER:-P1D\nEND:VALARM",
            "UID:2\nSUMMARY:water\nDTSTART;VALUE=DATE:20261123\nRRULE:FREQ=WEEKLY;BYDAY=MO\nRELATED-TO:1",
            "UID:3\nSUMMARY:call\nDUE:20261127T070000Z\nSTATUS:COMPLETED\nCOMPLETED:20261126T120000Z\nDESCRIPTION:a\\nb",
        )
    )  # fmt: skip
    assert (first["due"], first["at"], first["zone"], first["priority"]) == (date(2026, 11, 27), "15:00", "Europe/Berlin", 1)  # fmt: skip
    assert (first["tags"], first["remind"]) == (["work", "home"], ["30m", "1d"])
    assert (second["due"], second["rule"]) == (date(2026, 11, 23), "FREQ=WEEKLY;BYDAY=MO")
    assert (third["due"], third["at"], third["done"], third["note"]) == (date(2026, 11, 27), "15:00", True, "a\nb")  # fmt: skip
    assert third["done_at"] == datetime(2026, 11, 26, 12, tzinfo=UTC)


def test_what_cannot_be_is_named_and_the_others_are_read() -> None:
    """Broken lines, cancelled ones, exceptions of a rule, rules that cannot be followed, hostile values."""
    data = calendar(
        "UID:1\nSUMMARY:good",
        "UID:2\nSUMMARY:bad\nDUE:tomorrow",
        "UID:3\nSUMMARY:cancelled\nSTATUS:CANCELLED",
        "UID:4\nSUMMARY:turn\nRECURRENCE-ID:20261123T080000Z",
        "UID:5\nSUMMARY:rule\nDUE;VALUE=DATE:20261123\nRRULE:FREQ=HOURLY",
        "UID:6\nSUMMARY:never\nRRULE:FREQ=DAILY",
        "UID:7\nSUMMARY:late\nDTSTART;VALUE=DATE:20261201\nDUE;VALUE=DATE:20261123",
        f"UID:8\nSUMMARY:{'x' * 900}\nX-PGC-MINUTES:-5",
        "UID:9\nSUMMARY:many\nPRIORITY:99999999999",
        "SUMMARY:broken\nRRULE\n:::",
    )
    with in_lang("en"):
        reading = vtodo.read(data)
    titles = [str(row["title"]) for row in rows(data)]
    assert [title[:5] for title in titles if not title.startswith("x")] >= ["good"]
    assert {"good", "rule", "never", "late"} <= set(titles) and not {"cancelled", "turn"} & set(
        titles
    )
    reasons = " ".join(problem.reason for problem in reading.problems)
    for word in (
        "cancelled",
        "one turn",
        "rule cannot be followed",
        "the day on which",
        "begin after",
        "longer than",
    ):
        assert word in reasons, word
    assert vtodo.read(b"\xff\xfe\x00").parts == () or not vtodo.read(b"").parts


def test_a_calendar_with_both_is_read_as_both(lab: Lab, tmp_path: Path) -> None:
    """Events become plans, to-dos become to-dos, in one batch; a second time nothing is new."""
    path = tmp_path / "both.ics"
    event = "BEGIN:VEVENT\nUID:e\nSUMMARY:concert\nDTSTART:20270101T190000Z\nEND:VEVENT\n"
    path.write_bytes(calendar("UID:t1\nSUMMARY:buy tickets\nDUE;VALUE=DATE:20261230", "UID:t2\nSUMMARY:print\nRELATED-TO:t1", more=event))  # fmt: skip
    seen = lab.import_file(path)
    assert (seen.importer, seen.new) == ("vtodo", 3)
    kept = seen.accept()
    assert lab.todos.find(title="print")[0].parent == lab.todos.find(title="buy tickets")[0].id
    assert lab.hobbies.plans.count(title="concert") == 1
    assert lab.import_file(path).new == 0
    lab.history.undo_batch(kept.batch)
    assert lab.todos.count() == 0 and lab.hobbies.plans.count() == 0


def test_what_goes_out_comes_in_the_same(
    lab: Lab, house: House, person: Person, tmp_path: Path
) -> None:
    """Every field that a to-do has beyond its identity, and who is part of whom; icalendar finds it in order."""
    trip = lab.todos.add(
        title="旅行, “trip”; \\n", due="2026-12-01", at="09:00", zone="Europe/Berlin", start="2026-11-25", priority=2, tags=["a,b", "c"],
        contexts=["家", "phone"], waiting="外婆", remind=["1d", "30m"], note="one\ntwo", project="p", minutes=90,
    )  # fmt: skip
    lab.todos.add("浇花 2026-11-23 完成后每3天", parent=trip.id)
    lab.todos.add("周会 2026-11-23 10:00 每周一三")
    lab.todos.complete(lab.todos.add(title="done"), what="w", result="r", learning="l")
    path = lab.export(tmp_path / "todos.ics", "todos.items")
    assert len(icalendar.Calendar.from_ical(path.read_bytes()).walk("VTODO")) == 5 - 1
    other = house.lab(person("other"))
    assert other.import_file(path).accept().added == 4
    skipped = {"parent", "follows", "uid", "summary", "links", "done_at"}
    for mine in lab.todos.find():
        theirs = other.todos.find(title=mine.title)[0]
        for name in set(Todo.spec.fields) - skipped:
            assert getattr(theirs, name) == getattr(mine, name), name
    assert other.todos.find(title="浇花")[0].parent == other.todos.find(title=trip.title)[0].id


@settings(max_examples=60, deadline=None)
@given(
    title=st.text(st.characters(blacklist_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1, max_size=60).filter(lambda text: " ".join(text.split()) == text),
    due=st.none() | st.dates(date(1980, 1, 1), date(2090, 1, 1)),
    at=st.sampled_from(["", "00:00", "02:30", "23:59"]),
    rule=st.sampled_from([None, "FREQ=DAILY", "FREQ=MONTHLY;BYDAY=-1FR", "FREQ=WEEKLY;UNTIL=20991231"]),
    priority=st.none() | st.integers(1, 3),
)  # fmt: skip
def test_any_todo_reads_back(title: str, due: date | None, at: str, rule: str | None, priority: int | None) -> None:  # fmt: skip
    """As it was."""
    todo = Todo(title=title, due=due, at=at if due else "", rule=rule if due else None, priority=priority)  # fmt: skip
    (row,) = rows(vtodo.write([todo]))
    assert (row["title"], row.get("due"), row.get("priority")) == (title, due, priority)
    assert (row.get("at") or "") == todo.at or todo.at == "02:30", (
        "an hour that a zone once left out"
    )
    if todo.rule and "UNTIL" not in todo.rule:
        assert row["rule"] == todo.rule
