"""When a card comes back: FSRS by the library `fsrs`, days that begin when the night is over, and easy days.

The library says how a memory changes and after how many days the chance to remember has come down to what is wished
for. Which day that is exactly is chosen here, within the span by which FSRS itself lets an interval vary: the day with
the least to do, measured by how much one wants to do on its weekday.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from pgc_lib.areas.learning.records import WEEKDAYS, Card, Phase, RatingName, ReviewPlan
from pgc_lib.core.zone import zone

if TYPE_CHECKING:
    import polars as pl
    from fsrs import Scheduler

NIGHT_ENDS = time(4)
"""Whoever learns after midnight is still in the day before."""

_VARIES = ((2.5, 7.0, 0.15), (7.0, 20.0, 0.1), (20.0, float("inf"), 0.05))
"""By which share an interval may vary, for the part of it between two lengths in days."""


@dataclass(frozen=True, slots=True)
class Memory:
    """What is known of how well a card is remembered."""

    state: Phase = "new"
    step: int | None = None
    stability: float | None = None
    difficulty: float | None = None
    due: datetime | None = None
    last_review: datetime | None = None

    def values(self) -> dict[str, Any]:
        """Under the names of a card's fields."""
        return {name: getattr(self, name) for name in self.__slots__}


def memory_of(card: Card) -> Memory:
    """A card's memory."""
    return Memory(
        card.state, card.step, card.stability, card.difficulty, card.due, card.last_review
    )


def scheduler_of(plan: ReviewPlan) -> "Scheduler":
    """The library's scheduler for a plan."""
    # Stores give numbers of a list back as decimals, and by those the library takes its own least value for too small.
    return _scheduler(plan.retention, plan.longest, tuple(map(float, plan.parameters)))


@lru_cache(maxsize=32)
def _scheduler(retention: float, longest: int, parameters: tuple[float, ...]) -> "Scheduler":
    from fsrs import Scheduler

    more: dict[str, Any] = {"parameters": parameters} if parameters else {}
    return Scheduler(
        desired_retention=retention, maximum_interval=longest, enable_fuzzing=False, **more
    )


def after(scheduler: "Scheduler", memory: Memory, rating: RatingName, at: datetime) -> Memory:
    """The memory after an answer, with the moment that the library names; a clock that jumped back counts as no time."""
    from fsrs import Card as Known
    from fsrs import Rating, State

    last = memory.last_review
    known = Known(
        card_id=0,
        state=State[memory.state.capitalize()] if memory.state != "new" else State.Learning,
        step=memory.step,
        stability=memory.stability,
        difficulty=memory.difficulty,
        due=at,
        last_review=min(last, at).astimezone(UTC) if last else None,
    )
    made, _log = scheduler.review_card(known, Rating[rating.capitalize()], at.astimezone(UTC))
    return Memory(
        _PHASES[made.state.value], made.step, made.stability, made.difficulty, made.due, at
    )


_PHASES: Mapping[int, Phase] = {1: "learning", 2: "review", 3: "relearning"}


def retrievability(scheduler: "Scheduler", memory: Memory, at: datetime) -> float | None:
    """The chance to remember at a moment; None for what was never learned."""
    if memory.stability is None or memory.last_review is None:
        return None
    days = max(0, (at - memory.last_review).days)
    return float(_curve(scheduler, days, memory.stability))


def retrievability_columns(scheduler: "Scheduler", at: datetime) -> "pl.Expr":
    """The same over a frame with `stability` and `last_review`."""
    import polars as pl

    days = (pl.lit(at) - pl.col("last_review")).dt.total_days().clip(lower_bound=0)
    chance: pl.Expr = _curve(scheduler, days, pl.col("stability"))
    return chance


def _curve(scheduler: "Scheduler", days: Any, stability: Any) -> Any:
    """The forgetting curve of FSRS: at the stability's age the chance is nine in ten."""
    decay = -scheduler.parameters[20]
    factor = 0.9 ** (1 / decay) - 1
    return (1 + factor * days / stability) ** decay


# ── days ─────────────────────────────────────────────────────────────────────────────────────────────


def day_of(at: datetime) -> date:
    """The day of learning in which a moment lies, where the person lives."""
    local = at.astimezone(zone())
    return local.date() if local.time() >= NIGHT_ENDS else local.date() - timedelta(days=1)


def begins(day: date) -> datetime:
    """When a day of learning begins."""
    return datetime.combine(day, NIGHT_ENDS, zone()).astimezone(UTC)


def placed(memory: Memory, at: datetime, plan: ReviewPlan, load: Mapping[date, int]) -> Memory:
    """The memory with the day on which its card comes back; what comes back within the day keeps its minute."""
    if memory.state != "review" or memory.due is None:
        return memory
    wished = max(1, round((memory.due - at) / timedelta(days=1)))
    day = day_of(at)
    chosen = chosen_day(day, wished, plan, load)
    return Memory(
        memory.state, memory.step, memory.stability, memory.difficulty, begins(chosen), at
    )


def chosen_day(day: date, wished: int, plan: ReviewPlan, load: Mapping[date, int]) -> date:
    """The best day near the wished interval: least to do for what its weekday may hold, then the nearest.

    Where every day in the span is kept free, the next one that is not.
    """
    first, last = span(wished, plan.longest)

    def share(days: int) -> float:
        return float(plan.easy.get(WEEKDAYS[(day + timedelta(days=days)).weekday()], 1))

    def cost(days: int) -> tuple[float, int, int]:
        full = (load.get(day + timedelta(days=days), 0) + 1) / share(days)
        return full, abs(days - wished), days

    open_days = [days for days in range(first, last + 1) if share(days)]
    if not open_days:
        return day + timedelta(days=next(days for days in range(last + 1, last + 8) if share(days)))
    return day + timedelta(days=min(open_days, key=cost))


def span(wished: int, longest: int) -> tuple[int, int]:
    """The shortest and longest interval, in days, that serve as well as the wished one."""
    if wished < 3:
        return wished, wished
    varies = 1 + sum(share * max(min(wished, end) - start, 0.0) for start, end, share in _VARIES)
    first, last = max(2, round(wished - varies)), min(longest, round(wished + varies))
    return min(first, last), last


def horizon(plan: ReviewPlan, wished: int) -> int:
    """The longest interval for which `chosen_day` asks how much there is to do."""
    return span(max(wished, 1), plan.longest)[1]
