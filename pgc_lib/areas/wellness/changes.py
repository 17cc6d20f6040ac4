"""Change points: the days on which the level of a daily series shifted, with what speaks for each.

0. **A wild day is no level.** The few largest and smallest values (1 %, 3 to 10 of each) are brought to the next ones.
1. **Candidates** by PELT (Killick, Fearnhead & Eckley 2012): the segments that make Σ (x - mean)² + penalty the least.
   The penalty is 3 log n times the long-run variance, so days that resemble their neighbours do not become steps. The
   variance and the autocorrelation come from differences of days one and two apart, which a step hardly touches:
   v_h = mean (x_{t+h} - x_t)² / 2, φ = v_2 / v_1 - 1 (after Chakar et al. 2017), and once more from what the
   segments leave.
2. **A drift is not a step.** When one straight line explains the series as well for its fewer parameters (BIC with the
   effective number of days), nothing is reported: `trend` tells it.
3. **Each candidate is tested** within its two neighbouring segments: the largest standardised difference over all
   places, against 499 series made of blocks of the residuals. q by Benjamini & Hochberg; above 0.05 it is dropped.
4. **Interval.** The same blocks put onto the step that was found give the range of its day and of its size (95 %).
"""

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pgc_lib.areas.wellness.statistics import (
    Series,
    benjamini_hochberg,
    block_length,
    inflation,
    resampled,
)

SHORTEST = 14
"""Days with a value that a level must last."""
_SIMULATED = 499


@dataclass(frozen=True, slots=True)
class Step:
    """A shift of the level; days are places in the series."""

    day: int
    earliest: int
    latest: int
    before: float
    after: float
    low: float
    high: float
    """The interval of the difference."""
    p: float
    q: float


def steps(x: Series, rng: np.random.Generator, *, level: float = 0.05) -> list[Step]:
    """The steps of a series with gaps, the first one first."""
    places = np.flatnonzero(np.isfinite(x))
    n = len(places)
    if n < 3 * SHORTEST:
        return []
    values = _without_wild_days(x[places])
    if float(values.std()) < 1e-9:
        return []
    cuts = _pelt(values, 3 * math.log(n) * _long_run(values))
    if not cuts:
        return []
    left = values - _levels(values, cuts)
    factor = max(inflation(left), 1.0)
    cuts = _pelt(values, 3 * math.log(n) * max(float(left.var()) * factor, _long_run(values) / 2))
    if not cuts or _is_a_drift(values, cuts):
        return []
    left = (values - _levels(values, cuts)) * math.sqrt(n / max(1, n - len(cuts) - 1))
    length = min(block_length(left), n // 4)
    bounds = [0, *cuts, n]
    found = [
        _judged(values, left, length, (bounds[at], bounds[at + 1], bounds[at + 2]), places, rng)
        for at in range(len(cuts))
    ]
    qs = benjamini_hochberg([step.p for step in found])
    return [
        Step(step.day, step.earliest, step.latest, step.before, step.after, step.low, step.high, step.p, q)
        for step, q in zip(found, qs, strict=True)
        if q <= level
    ]  # fmt: skip


def _without_wild_days(values: Series) -> Series:
    """The few largest and smallest values brought to the next ones: one wild day is no level."""
    few = min(10, max(3, len(values) // 100))
    ordered = np.sort(values)
    return np.clip(values, ordered[few], ordered[-few - 1])


def _long_run(values: Series) -> float:
    """The variance that a mean of days has, times their number."""
    near = float((np.diff(values) ** 2).mean()) / 2
    far = float(((values[2:] - values[:-2]) ** 2).mean()) / 2
    phi = min(0.9, max(0.0, far / near - 1)) if near > 0 else 0.0
    whole = near / (1 - phi)
    return max(whole * (1 + phi) / (1 - phi), 1e-12)


def _pelt(values: Series, penalty: float) -> list[int]:
    """Where new segments begin."""
    n = len(values)
    sums = np.concatenate([[0.0], values.cumsum()])
    squares = np.concatenate([[0.0], (values**2).cumsum()])
    best = np.full(n + 1, np.inf)
    best[0] = -penalty
    last = np.zeros(n + 1, dtype=np.int64)
    possible = np.array([0])
    for end in range(SHORTEST, n + 1):
        size = end - possible
        cost = squares[end] - squares[possible] - (sums[end] - sums[possible]) ** 2 / size
        total = best[possible] + cost + penalty
        at = int(total.argmin())
        best[end], last[end] = total[at], possible[at]
        fresh = end - SHORTEST + 1
        possible = possible[total - penalty <= best[end]]
        if np.isfinite(best[fresh]):
            possible = np.append(possible, fresh)
    cuts: list[int] = []
    end = n
    while end > 0:
        end = int(last[end])
        if end:
            cuts.append(end)
    return cuts[::-1]


def _levels(values: Series, cuts: list[int]) -> Series:
    out = np.empty(len(values))
    bounds = [0, *cuts, len(values)]
    for begin, end in pairwise(bounds):
        out[begin:end] = values[begin:end].mean()
    return out


def _is_a_drift(values: Series, cuts: list[int]) -> bool:
    n = len(values)
    days = np.arange(n)
    line = values - np.polyval(np.polyfit(days, values, 1), days)
    step = values - _levels(values, cuts)
    effective = n / inflation(step)

    def bic(left: Series, parameters: int) -> float:
        return effective * math.log(max(float((left**2).mean()), 1e-12)) + parameters * math.log(max(effective, 2))  # fmt: skip

    return bic(line, 2) <= bic(step, 2 * len(cuts) + 1)


def _judged(
    values: Series,
    left: Series,
    length: int,
    bounds: tuple[int, int, int],
    places: NDArray[np.intp],
    rng: np.random.Generator,
) -> Step:
    begin, cut, end = bounds
    part = values[begin:end]
    at, size = cut - begin, end - begin
    before, after = float(part[:at].mean()), float(part[at:].mean())
    noise = resampled(left - left.mean(), length, _SIMULATED, size, rng)
    chance, _places = _largest(noise)
    seen, _place = _largest(part[None, :])
    p = (1 + int((chance >= seen[0] - 1e-12).sum())) / (1 + _SIMULATED)
    again = noise + np.where(np.arange(size) < at, before, after)
    _sizes, moved = _largest(again)
    earliest, latest = np.quantile(moved, [0.025, 0.975])
    shifts = [float(line[there:].mean() - line[:there].mean()) for line, there in zip(again, moved, strict=True)]  # fmt: skip
    low, high = np.quantile(shifts, [0.025, 0.975])
    return Step(
        int(places[cut]),
        int(places[begin + min(int(earliest), at)]),
        int(places[begin + max(min(math.ceil(latest), size - 1), at)]),
        before,
        after,
        float(low),
        float(high),
        p,
        p,
    )


def _largest(many: Series) -> tuple[Series, NDArray[np.intp]]:
    """For each series the largest standardised difference of the means on both sides, and where it is."""
    n = many.shape[1]
    edge = min(SHORTEST, n // 4)
    at = np.arange(edge, n - edge + 1)
    sums = many.cumsum(axis=1)
    first = sums[:, at - 1] / at
    second = (sums[:, -1:] - sums[:, at - 1]) / (n - at)
    size = np.abs(second - first) * np.sqrt(at * (n - at) / n)
    found = size.argmax(axis=1)
    return size[np.arange(len(many)), found], at[found]
