"""The demo's wellbeing: moods, nights, habits, questionnaires and experiments.

Something is hidden in it that the analysis should find: since 400 days the level of the mood is higher, and after
longer nights it is better. All else (tags, walks, what was spent) has nothing to do with it and should not be found.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from pgc_lib.core.zone import today, zone
from pgc_lib.demo.calendar import days, dice

if TYPE_CHECKING:
    from pgc_lib.areas.wellbeing import Wellbeing
    from pgc_lib.areas.wellness.records import Habit
    from pgc_lib.lab import Lab

DEMO = "demo"
BETTER_SINCE = 400
"""So many days ago the level of the mood rose."""
TAGS = ("工作 work", "家人 family", "朋友 friends", "阅读 reading", "下雨 rain")
NOTES = (
    "开会太多，傍晚散步缓过来了 Too many meetings; a walk in the evening helped",
    "和小满下棋，笑了很久 Chess with Xiaoman, much laughter",
    "没什么特别的一天 A day like any other",
)
# name, rule, times a week, goal, unit, since how many days, how often it is kept
HABITS: tuple[tuple[str, str | None, int | None, float, str, int, float], ...] = (
    ("十一点前上床 In bed by eleven", "FREQ=DAILY", None, 1, "", 380, 0.86),
    ("冥想 Meditation", None, 3, 1, "", 260, 0.47),
    ("喝八杯水 Eight glasses of water", "FREQ=DAILY", None, 8, "杯 glasses", 150, 0.7),
    ("给父母打电话 Call my parents", "FREQ=WEEKLY;BYDAY=SU", None, 1, "", 700, 0.93),
)
TRIED = 300
"""So many days ago the finished experiment began."""
TRIED_DAYS = 60


def load(lab: "Lab") -> int:
    """Keep the demo's wellbeing unless it is there already."""
    wellbeing: Wellbeing = lab.wellbeing
    if wellbeing.habits.count(note=DEMO):
        return 0
    plan = _plan()
    nights, moods = _days(plan)
    added = wellbeing.sleep.add_many(nights).added
    added += wellbeing.moods.add_many(moods).added
    added += wellbeing.exercise.add_many(list(_walks())).added
    return added + _habits(wellbeing) + _answers(wellbeing) + _experiments(wellbeing, plan)


def _plan() -> list[str]:
    from pgc_lib.areas.wellness.experiments import drawn

    return drawn(TRIED_DAYS, 1, dice("wellbeing plan"))


def _days(plan: list[str]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    chance = dice("wellbeing")
    last = today()
    tried = last - timedelta(days=TRIED)
    nights: list[dict[str, Any]] = []
    moods: list[dict[str, Any]] = []
    drift = 0.0
    for day in days():
        tried_on = (day - tried).days - 1  # the night after shows what was done on the day
        dark = 0 <= tried_on < len(plan) and plan[tried_on] == "A"
        slept = 7.0 + 0.7 * (day.weekday() >= 5) + 0.9 * dark + chance.gauss(0, 0.75)
        slept = min(10.5, max(3.5, slept))
        night = _night(day, slept, chance)
        if chance.random() < 0.93 and night["woke"] < datetime.now(UTC):
            nights.append(night)
        drift = 0.5 * drift + chance.gauss(0, 0.6)
        level = 6.6 if (last - day).days <= BETTER_SINCE else 5.4
        felt = level + 0.75 * (slept - 7.2) + drift
        moods += [
            _mood(day, hour, felt, chance)
            for hour, often in ((9, 0.45), (21, 0.7))
            if day < last and chance.random() < often
        ]
    return nights, moods


def _night(day: date, slept: float, chance: Random) -> dict[str, Any]:
    woke = datetime.combine(day, time(6, 30), zone()) + timedelta(
        minutes=chance.randint(-25, 70 if day.weekday() >= 5 else 25)
    )
    awake = chance.choice((0, 0, 5, 10, 20))
    begun = woke.astimezone(UTC) - timedelta(minutes=round(slept * 60) + awake)
    return {
        "asleep": begun,
        "woke": woke.astimezone(UTC),
        "awake": awake,
        "quality": min(5, max(1, round(3.2 + 0.7 * (slept - 7.2) + chance.gauss(0, 0.7)))),
        "source": f"{DEMO}:{day.isoformat()}",
    }


def _mood(day: date, hour: int, felt: float, chance: Random) -> dict[str, Any]:
    return {
        "at": datetime.combine(day, time(hour, chance.randint(0, 59)), zone()),
        "mood": min(10, max(1, round(felt + chance.gauss(0, 0.6)))),
        "energy": min(10, max(1, round(0.6 * felt + 2.2 + chance.gauss(0, 0.9)))),
        "tags": [tag for tag in TAGS if chance.random() < 0.22],
        "note": chance.choice(NOTES) if chance.random() < 0.08 else "",
        "source": f"{DEMO}:{day.isoformat()}-{hour}",
    }


def _walks() -> Iterator[dict[str, Any]]:
    chance = dice("wellbeing walks")
    for day in days():
        if day < today() and day.weekday() < 5 and chance.random() < 0.4:
            yield {
                "what": "走路上班 Walk to work",
                "start": datetime.combine(day, time(8, chance.randint(0, 20)), zone()),
                "minutes": chance.randint(18, 35),
                "effort": chance.randint(2, 4),
                "source": f"{DEMO}:{day.isoformat()}",
            }


def _habits(wellbeing: "Wellbeing") -> int:
    chance = dice("wellbeing habits")
    last = today()
    added = wellbeing.habits.add_many(
        [
            {"name": name, "rule": rule, "times": times, "goal": goal, "unit": unit, "start": last - timedelta(days=since), "note": DEMO}
            for name, rule, times, goal, unit, since, _kept in HABITS
        ]
    ).added  # fmt: skip
    ids: dict[str, Habit] = {each.name: each for each in wellbeing.habits.find(note=DEMO)}
    rows = [
        {"habit": ids[name].id, "day": last - timedelta(days=ago), "amount": goal if chance.random() < 0.9 else goal / 2, "note": DEMO}
        for name, rule, _times, goal, _unit, since, kept in HABITS
        for ago in range(since, 0, -1)
        if chance.random() < kept
        and (rule is None or "BYDAY" not in rule or (last - timedelta(days=ago)).weekday() == 6)
    ]  # fmt: skip
    return added + wellbeing.checkins.add_many(rows).added


def _answers(wellbeing: "Wellbeing") -> int:
    chance = dice("wellbeing answers")
    now = datetime.combine(today(), time(20), zone())
    asked: list[tuple[str, int, list[int]]] = []
    for ago in range(1020, 0, -30):
        middle = 3.6 if ago <= BETTER_SINCE else 2.9
        asked.append(("who-5", ago, [min(5, max(0, round(chance.gauss(middle, 0.7)))) for _item in range(5)]))  # fmt: skip
    asked += [("gad-7", ago, chance.choices((0, 0, 1, 1, 2), k=7)) for ago in (600, 210)]
    asked.append(("ipip-50", 200, [chance.randint(2, 5) for _item in range(50)]))
    from pgc_lib.areas.wellness.scoring import written

    rows = [
        {"instrument": key, "at": now - timedelta(days=ago), "answers": written(values), "source": DEMO}
        for key, ago, values in asked
    ]  # fmt: skip
    return wellbeing.answers.add_many(rows).added


def _experiments(wellbeing: "Wellbeing", plan: list[str]) -> int:
    from pgc_lib.areas.wellness.experiments import drawn

    chance = dice("wellbeing experiments")
    last = today()
    begun = last - timedelta(days=TRIED)
    done = wellbeing.experiments.add(
        title="晚上十点后不看屏幕 No screens after ten",
        hypothesis="我会睡得更久 I shall sleep longer",
        measure="sleep_hours",
        start=begun,
        lag=1,
        a="十点后不看屏幕 no screens after ten",
        b="照常 as always",
        plan=plan,
        ended=begun + timedelta(days=len(plan) + 1),
        note=DEMO,
    )
    running = wellbeing.experiments.add(
        title="午后不喝咖啡 No coffee after noon",
        hypothesis="我会睡得更好 I shall sleep better",
        measure="sleep_quality",
        start=last - timedelta(days=9),
        lag=1,
        a="午后不喝咖啡 no coffee after noon",
        b="照常 as always",
        plan=drawn(28, 1, dice("wellbeing running")),
        clock="12:00",
        note=DEMO,
    )
    rows = [
        {"experiment": each.id, "day": each.start + timedelta(days=n), "as_planned": chance.random() < 0.9, "note": DEMO}
        for each, length in ((done, len(plan)), (running, 9))
        for n in range(length)
    ]  # fmt: skip
    return 2 + wellbeing.adherence.add_many(rows).added
