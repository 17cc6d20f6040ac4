"""How long the facts of a year take, of a person who has kept everything for years."""

import time
from datetime import UTC, date, datetime, timedelta
from random import Random
from statistics import median
from typing import Any

from tests.bench.figures import Bench, Measured, figure

_LIMIT = 1.0
_YEAR = "2025"
_ROUNDS = 5
_PER_YEAR = {"transactions": 3000, "todos": 2500, "practice": 400, "activities": 250}
"""What a busy person keeps: eight payments, seven to-dos and a practice a day."""


def _fill(lab: Any, years: int) -> int:
    dice = Random(7)
    first = date(2026, 1, 1) - timedelta(days=365 * years)
    days = [first + timedelta(days=n) for n in range(365 * years)]
    noon = [datetime(day.year, day.month, day.day, 12, tzinfo=UTC) for day in days]
    if lab.todos.items.count(project="bench"):
        return sum(_PER_YEAR.values()) * years
    lab.finance.add_many(
        [
            {
                "day": dice.choice(days),
                "amount": -dice.randint(100, 90000) / 100,
                "payee": f"商户 {dice.randrange(200)}",
                "category": f"类别 {dice.randrange(30)}",
            }
            for _n in range(_PER_YEAR["transactions"] * years)
        ]
    )
    lab.todos.add_many(
        [
            {"title": f"事情 {n}", "project": "bench", "due": dice.choice(days), "minutes": 30, "done": True, "done_at": dice.choice(noon)}
            for n in range(_PER_YEAR["todos"] * years)
        ]
    )  # fmt: skip
    skills = [lab.skills.add(name=f"bench skill {n}").id for n in range(12)]
    lab.skills.practice.add_many(
        [
            {"skill": str(dice.choice(skills)), "day": dice.choice(days), "hours": 1.5}
            for _n in range(_PER_YEAR["practice"] * years)
        ]
    )
    interest = lab.hobbies.take_up("水彩").id
    lab.hobbies.activities.add_many(
        [
            {"what": "水彩", "interest": str(interest), "start": dice.choice(noon), "minutes": 60, "joy": 4}
            for _n in range(_PER_YEAR["activities"] * years)
        ]
    )  # fmt: skip
    return sum(_PER_YEAR.values()) * years


@figure(
    "report_facts",
    peer="1 s",
    unit="s",
    goal="<= 1",
    help="Every fact of a year with the rows behind it, of a person who kept ten years of everything",
)
def report_facts(bench: Bench) -> Measured:
    lab = bench.lab
    n = _fill(lab, bench.n(10, 3))
    lab.reports.facts(_YEAR)
    times = []
    for _round in range(_ROUNDS):
        start = time.perf_counter()
        found = lab.reports.facts(_YEAR)
        times.append(time.perf_counter() - start)
        assert len(found) > 30 and not found.problems
    return Measured(median(times), _LIMIT, n)
