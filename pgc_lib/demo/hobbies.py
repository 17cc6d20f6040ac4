"""The demo's hobbies: what has become a habit, what was tried and left, and what is planned."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pgc_lib.core.zone import today, zone
from pgc_lib.demo.calendar import days, dice

if TYPE_CHECKING:
    from pgc_lib.areas.hobbies import Hobbies
    from pgc_lib.lab import Lab

DEMO = "demo"

# name, key in the catalogue, stage, since how many days
INTERESTS: tuple[tuple[str, str, str, int], ...] = (
    ("吉他 Guitar", "guitar", "regular", 1050),
    ("跑步 Running", "running", "regular", 800),
    ("天文观星 Stargazing", "astronomy", "regular", 600),
    ("做面包 Bread making", "bread", "regular", 420),
    ("书法 Calligraphy", "calligraphy", "trying", 9),
    ("抱石 Bouldering", "bouldering", "resting", 700),
    ("观鸟 Birdwatching", "birdwatching", "curious", 20),
)
# key, times a week, minutes, joy from and to, energy, cost, note
HABITS: tuple[tuple[str, float, int, int, int, int, int, str], ...] = (
    ("guitar", 1.6, 45, 4, 5, 1, 0, "练了新的和弦 New chords"),
    ("running", 1.9, 38, 3, 5, 1, 0, "河边五公里 Five kilometres by the river"),
    ("astronomy", 0.25, 120, 4, 5, 0, 20, "和小满看木星 Jupiter with Xiaoman"),
    ("bread", 0.6, 180, 3, 5, 1, 15, "乡村面包 A country loaf"),
    ("bouldering", 0.5, 90, 2, 4, -1, 88, "岩馆 The climbing hall"),
)
GEAR: tuple[tuple[str, str, int, int, int | None], ...] = (
    ("民谣吉他 Folk guitar", "guitar", 1050, 1_680, None),
    ("琴弦 Strings", "guitar", 120, 78, 60),
    ("跑鞋 Running shoes", "running", 300, 699, 500),
    ("双筒望远镜 Binoculars", "astronomy", 590, 899, None),
    ("攀岩鞋 Climbing shoes", "bouldering", 690, 560, 300),
)
PLACES: tuple[tuple[str, bool], ...] = (
    ("江边步道 Riverside path", False),
    ("音乐教室 Music room", True),
    ("北山观星台 North Hill lookout", False),
)


def load(lab: "Lab") -> int:
    """Keep the demo's hobbies unless they are there already."""
    hobbies: Hobbies = lab.hobbies
    if hobbies.interests.count(note=DEMO):
        return 0
    last = today()
    added = hobbies.interests.add_many(
        [
            {"name": name, "hobby": key, "stage": stage, "since": last - timedelta(since), "note": DEMO}
            for name, key, stage, since in INTERESTS
        ]
    ).added  # fmt: skip
    ids = {each.hobby: each.id for each in hobbies.interests.find(note=DEMO)}
    added += hobbies.activities.add_many(list(_activities(ids))).added
    added += hobbies.gear.add_many(
        [
            {"name": name, "interest": ids[key], "bought": last - timedelta(ago), "cost": cost, "lasts": lasts, "note": DEMO}
            for name, key, ago, cost, lasts in GEAR
        ]
    ).added  # fmt: skip
    added += hobbies.places.add_many(
        [{"name": name, "indoor": indoor, "note": DEMO} for name, indoor in PLACES]
    ).added
    return added + _plans(hobbies, ids) + _experiment(hobbies, ids)


def _activities(ids: dict[str, UUID]) -> Iterator[dict[str, Any]]:
    chance = dice("hobbies")
    last = today()
    names = {key: name for name, key, _stage, _since in INTERESTS}
    began = {key: last - timedelta(since) for _name, key, _stage, since in INTERESTS}
    for day in days():
        for key, a_week, minutes, low, high, energy, cost, note in HABITS:
            ended = key == "bouldering" and day > last - timedelta(200)
            if began[key] <= day < last and not ended and chance.random() < a_week / 7:
                lasted = round(minutes * chance.uniform(0.6, 1.4))
                km = round(lasted / 6.2 * chance.uniform(0.9, 1.1), 2) if key == "running" else None
                yield {
                    "what": names[key],
                    "interest": ids[key],
                    "start": _at(day, 20 if key != "running" else 7),
                    "minutes": lasted,
                    "cost": cost,
                    "joy": chance.randint(low, high),
                    "energy": max(-2, min(2, energy + chance.choice((-1, 0, 0, 1)))),
                    "km": km,
                    "note": f"{note} · {DEMO}",
                }


def _plans(hobbies: "Hobbies", ids: dict[str, UUID]) -> int:
    last = today()
    monday = last - timedelta(last.weekday())
    plans = (
        ("吉他课 Guitar lesson", "guitar", monday, "19:30", 60, "FREQ=WEEKLY;BYDAY=TU"),
        ("晨跑 Morning run", "running", monday, "06:45", 40, "FREQ=WEEKLY;BYDAY=MO,TH,SA"),
        ("观星夜 Stargazing night", "astronomy", monday, "20:00", 150, "FREQ=MONTHLY;BYDAY=-1SA"),
        ("烤面包 Baking day", "bread", monday, "", 0, "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU"),
    )
    rows = [
        {"title": title, "interest": ids[key], "day": day, "clock": clock, "minutes": minutes, "rule": rule, "note": DEMO, "uid": f"demo-{key}@pgc"}
        for title, key, day, clock, minutes, rule in plans
    ]  # fmt: skip
    return hobbies.plans.add_many(rows).added


def _experiment(hobbies: "Hobbies", ids: dict[str, UUID]) -> int:
    """Calligraphy, in its second week."""
    start = today() - timedelta(days=9)
    trial = hobbies.try_it(
        ids["calligraphy"],
        start=start,
        clock="21:00",
        hope="睡前放下手机 Putting the phone away before sleep",
    )
    for day, minutes, joy, energy in ((0, 10, 3, 0), (2, 25, 4, 1), (5, 30, 4, 1), (8, 35, 5, 1)):
        noted = start + timedelta(day)
        hobbies.check_in(
            trial, day=noted, minutes=minutes, joy=joy, energy=energy, again=joy > 3, note=DEMO
        )
    return 10


def _at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), zone())
