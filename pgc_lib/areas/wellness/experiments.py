"""Experiments with oneself: the plan is drawn before, the comparison is the one that the plan allows.

**Randomised (A/B).** Days come in pairs of blocks, and a coin says which block of each pair is A. Only that draw is
the source of chance: the difference is the mean over pairs of (mean of A - mean of B), p comes from drawing all coins
again (every possibility up to 12 pairs, 4999 draws above), the interval from a studentised bootstrap of the pairs
(Efron & Tibshirani 1993, ch. 12). Slow drifts and seasons hit both blocks of a pair and cancel.

**Before/after.** Nothing was drawn, so a season, a trend or a holiday may as well be the reason, and that is said with
each result. Days resemble their neighbours; p and interval come from blocks of days (moving block bootstrap).

What was planned is compared, also where a day went otherwise; a missing value is missing, not a zero.
"""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

import numpy as np

from pgc_lib.areas.wellness.statistics import (
    Series,
    block_length,
    inflation,
    resampled,
    theil_sen,
)

LEAST_PAIRS = 6
"""With fewer pairs no outcome could have a p below 0.05 (2 / 2**5)."""
LEAST_SIDE = 10
"""Days with a value before and after."""
_EXACT = 12
_DRAWS = 4999
_BOOTSTRAPS = 2000


@dataclass(frozen=True, slots=True)
class Comparison:
    """A against B; or after against before."""

    difference: float
    low: float
    high: float
    p: float
    a: float
    b: float
    n_a: int
    n_b: int
    units: int
    """Pairs of blocks; before/after: days that the shorter side is worth."""
    trending: bool = False
    """Whether it was moving already before."""


def drawn(days: int, block: int, chance: Random) -> list[str]:
    """A plan of pairs of blocks in random order; rounded up so that the last pair is whole."""
    pairs = max(1, math.ceil(days / (2 * block)))
    plan: list[str] = []
    for _pair in range(pairs):
        first, second = chance.choice(("AB", "BA"))
        plan += [first] * block + [second] * block
    return plan


def before_after(before: int, after: int) -> list[str]:
    """A plan of so many days as always and then so many otherwise."""
    return ["B"] * before + ["A"] * after


def compared(
    values: Series, plan: Sequence[str], *, block: int, washout: int, randomised: bool, rng: Any
) -> Comparison | None:
    """Compare the values of the days of a plan; None when there are too few to say anything."""
    if randomised:
        return _by_pairs(values, plan, block, washout, rng)
    return _by_side(values, plan, washout, rng)


def usable(plan: Sequence[str], washout: int) -> list[bool]:
    """Which days are compared: not those right after a change, while things settle."""
    found: list[bool] = []
    since = washout
    for at, arm in enumerate(plan):
        since = 0 if at and arm != plan[at - 1] else since + 1
        found.append(since >= washout)
    return found


def _by_pairs(
    values: Series, plan: Sequence[str], block: int, washout: int, rng: Any
) -> Comparison | None:
    arms = np.array(plan[: len(values)])
    counts = np.array([at % block >= washout for at in range(len(values))])
    counts &= np.isfinite(values)
    differences, mine = [], np.zeros(len(values), dtype=bool)
    for begin in range(0, len(values), 2 * block):
        pair = np.zeros(len(values), dtype=bool)
        pair[begin : begin + 2 * block] = True
        a, b = pair & counts & (arms == "A"), pair & counts & (arms == "B")
        if a.any() and b.any():
            differences.append(float(values[a].mean() - values[b].mean()))
            mine |= a | b
    d = np.array(differences)
    if len(d) < LEAST_PAIRS:
        return None
    mean = float(d.mean())
    a, b = mine & (arms == "A"), mine & (arms == "B")
    low, high = _studentised(d, rng)
    return Comparison(
        mean, low, high, _flipped(d, rng),
        float(values[a].mean()), float(values[b].mean()), int(a.sum()), int(b.sum()), len(d),
    )  # fmt: skip


def _flipped(d: Series, rng: Any) -> float:
    """How often chance alone, each coin drawn again, differs as much."""
    seen = abs(float(d.mean())) - 1e-12
    if len(d) <= _EXACT:
        signs = np.array(list(itertools.product((1, -1), repeat=len(d))))
        return float((np.abs((signs * d).mean(axis=1)) >= seen).mean())
    signs = rng.choice((1, -1), size=(_DRAWS, len(d)))
    return (1 + int((np.abs((signs * d).mean(axis=1)) >= seen).sum())) / (1 + _DRAWS)


def _studentised(d: Series, rng: Any) -> tuple[float, float]:
    n = len(d)
    mean, error = float(d.mean()), float(d.std(ddof=1)) / math.sqrt(n)
    if error < 1e-12:
        return mean, mean
    again = d[rng.integers(0, n, size=(_BOOTSTRAPS, n))]
    errors = again.std(axis=1, ddof=1) / math.sqrt(n)
    fine = errors > error / 100
    t = (again.mean(axis=1)[fine] - mean) / errors[fine]
    low, high = np.quantile(t, [0.025, 0.975])
    return mean - float(high) * error, mean - float(low) * error


def _by_side(values: Series, plan: Sequence[str], washout: int, rng: Any) -> Comparison | None:
    arms = np.array(plan[: len(values)])
    counts = np.array(usable(plan, washout)[: len(values)]) | (arms == "B")
    known = np.isfinite(values) & counts
    before, after = values[known & (arms == "B")], values[known & (arms == "A")]
    if len(before) < LEAST_SIDE or len(after) < LEAST_SIDE:
        return None
    difference = float(after.mean() - before.mean())
    left = np.full(len(values), np.nan)
    left[known & (arms == "B")] = before - before.mean()
    left[known & (arms == "A")] = after - after.mean()
    factor = inflation(left)
    # Residuals around two fitted means are a little too small, the more so the fewer they are worth.
    worth = max(4.0, (len(before) + len(after)) / factor)
    left *= math.sqrt(worth / (worth - 2))
    length = min(block_length(left), max(2, min(len(before), len(after)) // 3))
    size = len(before) + len(after)
    noise = resampled(left, length, _BOOTSTRAPS, size, rng)
    chance = noise[:, len(before) :].mean(axis=1) - noise[:, : len(before)].mean(axis=1)
    low, high = np.quantile(chance, [0.025, 0.975])
    p = (1 + int((np.abs(chance) >= abs(difference) - 1e-12).sum())) / (1 + _BOOTSTRAPS)
    earlier = np.where(known & (arms == "B"), values, np.nan)[: int((arms == "B").sum())]
    slope = theil_sen(earlier)
    return Comparison(
        difference, difference - float(high), difference - float(low), p,
        float(after.mean()), float(before.mean()), len(after), len(before),
        int(min(len(before), len(after)) / factor),
        trending=slope is not None and not slope.low <= 0 <= slope.high,
    )  # fmt: skip
