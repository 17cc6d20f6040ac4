"""A person's own memory: the numbers of FSRS that matter most, fitted to their answers, and only if that foretells better.

The optimiser of FSRS fits all 21 numbers with PyTorch, which is larger than the rest of PGC. Most of what differs between
people is how long something new stays (four numbers), how fast that grows with each success, and how much is left after
forgetting. Those six are fitted here in numpy: all cards are replayed at once, answer by answer, and the numbers that make
the answers likeliest are searched for one after the other. A prior holds them near where they were, so that few answers
move them little. Whether it helps is asked of cards that the search has not seen: each quarter of them is foretold by numbers
fitted to the others, and only a gain beyond its own uncertainty counts.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count as count_from
from typing import TYPE_CHECKING, Any

from pgc_lib.core.progress import Progress, silent
from pgc_lib.core.shown import Told
from pgc_lib.i18n import _

if TYPE_CHECKING:
    import numpy as np
    import polars as pl

ENOUGH = 300
"""Answers after a day or more; with fewer the prior would say most of it."""
_GROWTH, _LEFT = 8, 11
_FITTED = (0, 1, 2, 3, _GROWTH, _LEFT)
_PRIOR = 0.35
"""How far a person's numbers usually are from others', as the logarithm of their ratio."""
_FARTHEST = 3.0
_SWEEPS = 3
_LEAST, _MOST = 0.001, 1e9
_NEVER_QUITE = 1e-5
_FOLDS = 4
_DEEPEST = 60
"""Answers of one card; what comes after them says little more, and the longest row costs all others."""
_GOLDEN = 0.6180339887498949
STEPS = (_FOLDS + 1) * _SWEEPS * len(_FITTED)
"""How many numbers are searched for, one after the other, until it is done."""


@dataclass(frozen=True, slots=True)
class Tuned(Told):
    """Numbers fitted to answers, and what they are worth: `lab.knowledge.review_plan(parameters=…)` uses them."""

    answers: int
    parameters: tuple[float, ...]
    """Those to use: the fitted ones where they foretell better, else those that were."""
    helped: bool
    before: float | None = None
    """The log loss of all answers, with the numbers that were."""
    after: float | None = None
    """The same, each card foretold by numbers fitted to other cards."""

    @property
    def enough(self) -> bool:
        """Whether there were answers enough to fit anything."""
        return self.answers >= ENOUGH

    def _shown_(self) -> dict[str, Any]:
        told: dict[str, Any] = {_("Answers"): self.answers}
        if not self.enough:
            told[_("Note")] = _("Fewer than {n} answers after a day or more: too few to fit anything.", n=ENOUGH)  # fmt: skip
            return told
        told[_("Error before, as log loss")] = self.before
        told[_("… and on cards that the fit has not seen")] = self.after
        told[_("Note")] = (
            _(
                "They foretell better. In the next cell, lab.knowledge.review_plan(parameters=_.parameters) uses them."
            )
            if self.helped
            else _("They foretell no better, so everything stays as it is.")
        )
        return told


@dataclass(frozen=True)
class Answers:
    """Answers as columns are cards and rows are their first, second, … answer; -1 where a card has no more."""

    rating: "np.ndarray[Any, Any]"
    days: "np.ndarray[Any, Any]"
    """Whole days since the answer before."""

    @property
    def told(self) -> "np.ndarray[Any, Any]":
        """Which say something of memory: not the first one, and a day later at least."""
        told: np.ndarray[Any, Any] = (self.rating > 0) & (self.days >= 1)
        told[0] = False
        return told

    def longest_first(self) -> "Answers":
        """The same with the cards in the order of how often they were answered, so that the replay has few to carry on."""
        import numpy as np

        order = np.argsort(-(self.rating > 0).sum(axis=0), kind="stable")
        return Answers(self.rating[:, order], self.days[:, order])


def answers_of(log_frame: "pl.DataFrame") -> Answers:
    """The log of reviews (`lab.knowledge.review_log()`) as the replay needs it."""
    import numpy as np
    import polars as pl

    by_card = log_frame.sort("card_id", "review_time").with_columns(
        pl.int_range(pl.len()).over("card_id").alias("row"),
        pl.col("card_id").rank("dense").cast(pl.Int64).sub(1).alias("column"),
        # As the library counts: whole days of 24 hours.
        (pl.col("review_time").diff().over("card_id") // 86_400_000).fill_null(0).alias("days"),
    )
    by_card = by_card.filter(pl.col("row") < _DEEPEST)
    if by_card.is_empty():
        return Answers(np.full((1, 0), -1.0), np.zeros((1, 0)))
    place = by_card["row"].to_numpy(), by_card["column"].to_numpy()
    size = int(place[0].max()) + 1, int(place[1].max()) + 1
    rating, days = np.full(size, -1.0), np.zeros(size)
    rating[place] = by_card["review_rating"].to_numpy()
    days[place] = by_card["days"].to_numpy().clip(0)
    return Answers(rating, days)


def tuned(answers: Answers, start: Sequence[float], tell: Progress = silent) -> Tuned:
    """The numbers that fit best, if they foretell cards they have not seen better than those to start from.

    `tell` hears of each of the `STEPS`; nothing is kept, so it may be broken off at any of them.
    """
    import numpy as np

    answers = answers.longest_first()
    told = answers.told
    count = int(told.sum())
    usual = tuple(float(each) for each in start)
    if count < ENOUGH:
        return Tuned(count, usual, helped=False)
    steps = count_from(1)

    def search(which: "np.ndarray[Any, Any]") -> tuple[float, ...]:
        return _searched(
            answers, usual, which, lambda: tell(_("Fitting to the answers"), next(steps))
        )

    before, after = _surprises(answers, usual), np.zeros_like(answers.rating)
    fold = np.arange(answers.rating.shape[1]) % _FOLDS
    for n in range(_FOLDS):
        found = search(told & (fold != n))
        after[:, fold == n] = _surprises(answers, found)[:, fold == n]
    gain = before[told] - after[told]
    helped = float(gain.mean()) > float(gain.std()) / count**0.5
    best = search(told) if helped else usual
    means = round(float(before[told].mean()), 4), round(float(after[told].mean()), 4)
    return Tuned(count, best, helped, *means)


def loss(answers: Answers, parameters: Sequence[float], which: "np.ndarray[Any, Any]") -> float:
    """How surprising these answers are: the mean negative logarithm of their chance."""
    if not which.any():
        return 0.0
    return float(_surprise(replayed(answers, parameters)[which], answers.rating[which]).mean())


def _surprises(answers: Answers, parameters: Sequence[float]) -> "np.ndarray[Any, Any]":
    return _surprise(replayed(answers, parameters), answers.rating)


def _surprise(
    foretold: "np.ndarray[Any, Any]", rating: "np.ndarray[Any, Any]"
) -> "np.ndarray[Any, Any]":
    import numpy as np

    chance = foretold.clip(_NEVER_QUITE, 1 - _NEVER_QUITE)
    surprise: np.ndarray[Any, Any] = -np.log(np.where(rating > 1, chance, 1 - chance))
    return surprise


def replayed(answers: Answers, parameters: Sequence[float]) -> "np.ndarray[Any, Any]":
    """The chance to remember at each answer, as FSRS 6 foretells it: all cards at once, answer by answer."""
    import numpy as np

    w = parameters
    decay = -w[20]
    factor = 0.9 ** (1 / decay) - 1
    chance = np.ones_like(answers.rating)
    first = answers.rating[0].clip(1, 4)
    stability = np.take(np.asarray(w[:4]), first.astype(int) - 1).clip(_LEAST)
    difficulty = (w[4] - np.exp(w[5] * (first - 1)) + 1).clip(1, 10)
    easiest = w[4] - np.exp(w[5] * 3) + 1
    for row in range(1, len(answers.rating)):
        going_on = np.flatnonzero(answers.rating[row] > 0)
        if not going_on.size:
            break
        # What comes after the last card with so many answers is done: cut off, no number of the others changes.
        last = int(going_on[-1]) + 1
        stability, difficulty = stability[:last], difficulty[:last]
        rating, days = answers.rating[row, :last], answers.days[row, :last]
        there = rating > 0
        grade = rating.clip(1, 4)
        remembered = (1 + factor * days.clip(0) / stability) ** decay
        chance[row, :last] = remembered
        soon = np.exp(w[17] * (grade - 3 + w[18])) * stability ** -w[19]
        soon = np.where(grade >= 2, soon.clip(1), soon) * stability
        bonus = np.where(grade == 2, w[15], np.where(grade == 4, w[16], 1.0))
        grown = stability * (
            1
            + np.exp(w[_GROWTH]) * (11 - difficulty) * stability ** -w[9]
            * np.expm1((1 - remembered) * w[10]) * bonus
        )  # fmt: skip
        left = (
            w[_LEFT] * difficulty ** -w[12] * ((stability + 1) ** w[13] - 1)
            * np.exp((1 - remembered) * w[14])
        )  # fmt: skip
        left = np.minimum(left, stability / np.exp(w[17] * w[18]))
        later = np.where(grade > 1, grown, left)
        made = np.where(days < 1, soon, later).clip(_LEAST, _MOST)
        stability = np.where(there, made, stability)
        harder = difficulty + (10 - difficulty) * (-w[6] * (grade - 3)) / 9
        settled = (w[7] * easiest + (1 - w[7]) * harder).clip(1, 10)
        difficulty = np.where(there, settled, difficulty)
    return chance


def _searched(
    answers: Answers,
    start: tuple[float, ...],
    which: "np.ndarray[Any, Any]",
    step: Callable[[], None],
) -> tuple[float, ...]:
    """The likeliest numbers, found one after the other, some times over."""
    moved = dict.fromkeys(_FITTED, 0.0)
    count = int(which.sum())

    def cost() -> float:
        prior = sum((each / _PRIOR) ** 2 for each in moved.values()) / (2 * count)
        return loss(answers, _moved(start, moved), which) + prior

    for sweep in range(_SWEEPS):
        reach = _FARTHEST / 3**sweep
        for place in _FITTED:
            middle = moved[place]

            def at(value: float, place: int = place) -> float:
                moved[place] = value
                return cost()

            low, high = max(-_FARTHEST, middle - reach), min(_FARTHEST, middle + reach)
            best = _lowest(at, low, high)
            moved[place] = best if at(best) < at(middle) else middle
            step()
    return _moved(start, moved)


def _moved(start: tuple[float, ...], moved: dict[int, float]) -> tuple[float, ...]:
    """The numbers with some of them taken so many times, on a scale of logarithms; within what FSRS allows."""
    from math import exp

    found = list(start)
    for place, by in moved.items():
        if place == _GROWTH:  # it stands in an exponent already
            found[place] = min(4.5, max(0.0, found[place] + by))
        elif place == _LEFT:
            found[place] = min(5.0, max(_LEAST, found[place] * exp(by)))
        else:
            found[place] = min(100.0, max(_LEAST, found[place] * exp(by)))
    return tuple(round(each, 6) for each in found)


def _lowest(at: Callable[[float], float], low: float, high: float) -> float:
    """Where a function of one valley is lowest, by the golden section."""
    one, other = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
    at_one, at_other = at(one), at(other)
    while high - low > 0.02:
        if at_one < at_other:
            high, other, at_other = other, one, at_one
            one = high - _GOLDEN * (high - low)
            at_one = at(one)
        else:
            low, one, at_one = one, other, at_other
            other = low + _GOLDEN * (high - low)
            at_other = at(other)
    return (low + high) / 2
