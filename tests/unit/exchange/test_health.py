"""Apple Health: stages become nights, the rest is passed by, and nothing hostile gets in."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pgc_lib.core.zone import set_zone, zone
from pgc_lib.exchange.health import IMPORTER, Stage, read, sleeps
from pgc_lib.i18n import in_lang
from tests.support.lab import House, Person

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE HealthData [
<!ELEMENT HealthData (ExportDate,Me,(Record|Workout)*)>
<!ATTLIST HealthData locale CDATA #REQUIRED>
]>
<HealthData locale="zh_CN">
 <ExportDate value="2026-05-10 20:00:00 +0800"/>
"""


def stage(start: str, end: str, value: str = "AsleepCore", source: str = "Watch") -> str:
    """One line of sleep."""
    return f'<Record type="HKCategoryTypeIdentifierSleepAnalysis" sourceName="{source}" startDate="{start} +0800" endDate="{end} +0800" value="HKCategoryValueSleepAnalysis{value}"/>\n'


NIGHT = (
    stage("2026-05-03 22:30:00", "2026-05-04 07:10:00", "InBed", "Phone")
    + stage("2026-05-03 22:50:00", "2026-05-04 06:50:00", "AsleepUnspecified", "Phone")
    + stage("2026-05-03 23:00:00", "2026-05-04 01:00:00", "AsleepDeep")
    + stage("2026-05-04 01:00:00", "2026-05-04 01:20:00", "Awake")
    + stage("2026-05-04 01:20:00", "2026-05-04 06:30:00", "AsleepREM")
    + stage("2026-05-04 13:00:00", "2026-05-04 13:40:00")
)
WORKOUT = '<Workout workoutActivityType="HKWorkoutActivityTypeTraditionalStrengthTraining" duration="30" startDate="2026-05-04 18:00:00 +0800" endDate="2026-05-04 18:30:00 +0800"/>\n'
STEPS = '<Record type="HKQuantityTypeIdentifierStepCount" startDate="x" value="9"/>\n'


@pytest.fixture(autouse=True)
def shanghai() -> Iterator[None]:
    """Days begin in Shanghai, texts are English."""
    before = zone().key
    set_zone("Asia/Shanghai")
    with in_lang("en"):
        yield
    set_zone(before)


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """A small export."""
    path = tmp_path / "export.xml"
    path.write_text(HEAD + NIGHT + STEPS * 50 + WORKOUT + "</HealthData>")
    return path


def test_a_night_becomes_one_sleep(export: Path) -> None:
    """With its time awake; the phone's coarser view of it and lying in bed are left out; a nap is one."""
    assert IMPORTER.sniff(export, export.read_bytes()[:4096]) == 95
    found = read(export)
    rows = sleeps(found.stages)
    assert [(row["awake"], row["nap"]) for row in rows] == [(20, False), (0, True)]
    assert rows[0]["asleep"] == datetime(2026, 5, 3, 15, tzinfo=UTC)
    assert rows[0]["woke"] - rows[0]["asleep"] == timedelta(hours=7.5)
    assert found.workouts[0]["what"] == "Traditional Strength Training"
    assert found.workouts[0]["minutes"] == 30 and found.problems == []


def test_it_is_taken_in_once_and_undone_as_one(export: Path, house: House, person: Person) -> None:
    """Recognised, previewed, kept; the same file again adds nothing."""
    lab = house.lab(person("watch"))
    preview = lab.import_file(export)
    assert lab.wellbeing.sleep.count() == 0
    preview.accept()
    assert lab.wellbeing.nights(until="2026-05-05")[0].hours == pytest.approx(7 + 1 / 6)
    assert (
        lab.wellbeing.daily("exercise", since="2026-05-04", until="2026-05-04")["exercise"][0] == 30
    )
    lab.import_file(export).accept()
    assert (lab.wellbeing.sleep.count(), lab.wellbeing.exercise.count()) == (2, 1)
    batch = lab.wellbeing.sleep.find()[0].batch
    assert batch is not None
    lab.history.undo_batch(batch)
    assert lab.wellbeing.sleep.count() == 0 == lab.wellbeing.exercise.count()


def test_any_table_of_nights(tmp_path: Path, house: House, person: Person) -> None:
    """A CSV with the names of a person's own language is taken in by naming the kind."""
    path = tmp_path / "sleep.csv"
    path.write_text("入睡,醒来,质量\n2026-05-03 23:10,2026-05-04 06:40,4\n2026-05-05 00:30,2026-05-04 06:00,3\n")  # fmt: skip
    lab = house.lab(person("table"))
    lab.import_file(path, kind="wellbeing.sleep").accept()
    (night,) = lab.wellbeing.nights(until="2026-05-06")
    assert (night.hours, night.quality) == (7.5, 4.0)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "cut or damaged"),
        (HEAD + NIGHT, "cut or damaged"),
        ("<gpx></gpx>", "no export"),
        ('<!DOCTYPE HealthData [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><HealthData>&b;</HealthData>', "entities"),
        ('<!DOCTYPE HealthData [<!ENTITY x SYSTEM "file:///etc/passwd">]><HealthData/>', "entities"),
        (HEAD + stage("2026-05-04 23:00:00", "2026-05-04 22:00:00") + "</HealthData>", "ends before"),
        (HEAD + stage("2026-05-01 23:00:00", "2026-05-04 22:00:00") + "</HealthData>", "more than 20"),
        (HEAD + stage("yesterday", "2026-05-04 22:00:00") + "</HealthData>", "readable"),
        (HEAD + stage("0001-01-01 00:00:00", "0001-01-01 02:00:00") + "</HealthData>", "readable"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(tmp_path: Path, text: str, reason: str) -> None:
    """And nothing of it is taken."""
    path = tmp_path / "export.xml"
    path.write_text(text)
    found = read(path)
    assert found.stages == [] and reason in str(found.problems[0])
    assert len(IMPORTER.read(path).parts) == 0


@given(st.lists(st.tuples(st.integers(0, 6000), st.integers(1, 700), st.sampled_from("ab")), max_size=25))  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_sleeps_never_overlap(spans: list[tuple[int, int, str]]) -> None:
    """Whatever devices say, one sleeps once at a time, and is awake for less than the night."""
    start = datetime(2026, 5, 1, tzinfo=UTC)
    stages = [Stage(source, start + timedelta(minutes=at), start + timedelta(minutes=at + long)) for at, long, source in spans]  # fmt: skip
    rows = sleeps(stages)
    for one, other in pairwise(rows):
        assert one["woke"] <= other["asleep"]
    for row in rows:
        assert 0 <= row["awake"] < (row["woke"] - row["asleep"]).total_seconds() / 60
