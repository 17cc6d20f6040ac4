"""How much there will be to review, day by day: every card is played through, with the chance to remember as FSRS has it.

A forgotten card is asked again the same day and comes back sooner, a new one is asked twice; so the figures hold what a
plain count of due cards leaves out. The dice have a seed: asked twice, the answer is the same.
"""

import heapq
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from pgc_lib.areas.learning.records import ReviewPlan
from pgc_lib.areas.learning.scheduling import (
    Memory,
    after,
    begins,
    day_of,
    placed,
    retrievability,
    scheduler_of,
)


@dataclass(slots=True)
class Day:
    """What one day will bring."""

    day: date
    due: int = 0
    """Cards that come back."""
    new: int = 0
    """Cards that are learned for the first time."""
    answers: int = 0
    """How often something is answered, what is forgotten more than once."""
    forgotten: int = 0


@dataclass(frozen=True, slots=True)
class Waiting:
    """The cards of one plan, as a simulation begins with them."""

    plan: ReviewPlan
    memories: Sequence[Memory]
    new: int = 0
    new_today: int = 0
    """New cards that were begun today already."""


def simulate(
    groups: Iterable[Waiting], today: date, days: int, *, seed: int = 1, new_a_day: int | None = None
) -> list[Day]:  # fmt: skip
    """The days to come; `new_a_day` in place of what the plans say."""
    found = {today + timedelta(days=n): Day(today + timedelta(days=n)) for n in range(days)}
    for group in groups:
        _play(group, today, days, Random(seed), found, new_a_day)
    return list(found.values())


def _play(
    group: Waiting,
    today: date,
    days: int,
    chance: Random,
    found: dict[date, Day],
    new_a_day: int | None,
) -> None:
    scheduler, plan = scheduler_of(group.plan), group.plan
    last = today + timedelta(days=days)
    load: Counter[date] = Counter()
    waiting: list[tuple[date, int, Memory]] = []
    for number, memory in enumerate(group.memories):
        day = max(day_of(memory.due), today) if memory.due else today
        load[day] += 1
        if day < last:
            waiting.append((day, number, memory))
    heapq.heapify(waiting)
    number, new_left = len(group.memories), group.new

    def come_back(memory: Memory, at: datetime, number: int) -> None:
        kept = placed(memory, at, plan, load)
        assert kept.due is not None
        day = max(day_of(kept.due), day_of(at) + timedelta(days=1))
        load[day] += 1
        if day < last:
            heapq.heappush(waiting, (day, number, kept))

    for offset in range(days):
        day = today + timedelta(days=offset)
        noon, told = begins(day) + timedelta(hours=8), found[day]
        while waiting and waiting[0][0] <= day:
            _day, which, memory = heapq.heappop(waiting)
            told.due += 1
            told.answers += 1
            known = chance.random() < (retrievability(scheduler, memory, noon) or 0.0)
            made = after(scheduler, memory, "good" if known else "again", noon)
            if not known:
                told.forgotten += 1
            while made.state != "review":
                told.answers += 1
                made = after(scheduler, made, "good", noon + timedelta(minutes=15))
            come_back(made, noon, which)
        wanted = plan.new_a_day if new_a_day is None else new_a_day
        if offset == 0:
            wanted -= group.new_today
        for _new in range(max(0, min(wanted, new_left))):
            new_left -= 1
            told.new += 1
            made = Memory()
            while made.state != "review":
                told.answers += 1
                made = after(scheduler, made, "good", noon)
            come_back(made, noon, number)
            number += 1
