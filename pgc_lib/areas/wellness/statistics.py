"""Statistics of daily series that are honest about days that resemble their neighbours; numpy only.

A series is an array with one value a day and NaN where nothing is known; a missing day is never a zero. Days next to
each other are alike, so n days say less than n independent ones. Everything here takes that into account:

    autocorrelation   r_k = mean over known pairs of (x_t - m)(x_{t+k} - m) / variance, summed up to the first lag at
                      which it has vanished (r_k < 2/√n)
    inflation         1 + 2 Σ (1 - k/n) r_k, at least 1: so many days say as much as one (Bayley & Hammersley 1946)
    effective n       of a correlation: n / (1 + 2 Σ (1 - k/n) r_k(x) r_k(y)) (Bartlett 1935; Pyper & Peterman 1998)
    interval of r     tanh(artanh r ± z c / √(n_eff - 3 - covariates)), c = 1 for Pearson, 1.06 for ranks (Fisher;
                      Fieller, Hartley & Pearson 1957)
    permutation p     (1 + #{|r*| ≥ |r|}) / (1 + B) over random orders of whole blocks of neighbouring days; where none
                      of 1999 came so far, the normal tail of artanh r with n_eff, so that many tests can be corrected
    slope             median of the slopes between all pairs of days (Theil 1950, Sen 1968); its interval from Kendall's
                      variance with ties, multiplied by the inflation of what the line leaves (Yue & Wang 2004)
    q                 Benjamini & Hochberg 1995
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Series = NDArray[np.float64]
Method = Literal["spearman", "pearson"]

Z95 = NormalDist().inv_cdf(0.975)
_FEW, _MANY = 199, 1999
"""Permutations at first, and where the first ones leave it open."""
_PAIRS = 1_000_000
_SHORTEST_BLOCK = 7


@dataclass(frozen=True, slots=True)
class Correlation:
    """How two series go together: never the coefficient alone."""

    r: float
    low: float
    high: float
    p: float
    n: int
    effective: float


@dataclass(frozen=True, slots=True)
class Slope:
    """What a series gains a day, with its interval."""

    slope: float
    low: float
    high: float
    p: float
    middle: float
    """Its value in the middle of the time."""
    n: int
    effective: float


def autocorrelation(x: Series, most: int | None = None) -> Series:
    """r_1, r_2, … of a series with gaps, up to the lag at which it has vanished."""
    known = np.isfinite(x)
    n = int(known.sum())
    if n < 3:
        return np.zeros(0)
    centred = np.where(known, x - x[known].mean(), 0.0)
    variance = float((centred**2).sum() / n)
    if variance <= 1e-12 * max(1.0, float(np.abs(x[known]).max()) ** 2):
        return np.zeros(0)
    found = []
    limit = min(most or n // 3, len(x) - 2)
    for lag in range(1, limit + 1):
        pairs = int((known[:-lag] & known[lag:]).sum())
        if pairs < 8:
            break
        r = float((centred[:-lag] * centred[lag:]).sum() / pairs / variance)
        if r < 2 / math.sqrt(n):
            break
        found.append(min(r, 1.0))
    return np.array(found)


def inflation(x: Series) -> float:
    """So many days of this series say as much about its mean as one independent day."""
    n = int(np.isfinite(x).sum())
    r = autocorrelation(x)
    weights = 1 - np.arange(1, len(r) + 1) / max(n, 1)
    return float(min(max(1.0, 1 + 2 * (weights * r).sum()), max(1.0, n / 2)))


def effective_n(x: Series, y: Series) -> float:
    """So many independent pairs say as much as these."""
    n = int((np.isfinite(x) & np.isfinite(y)).sum())
    one, other = autocorrelation(x), autocorrelation(y)
    most = min(len(one), len(other))
    weights = 1 - np.arange(1, most + 1) / max(n, 1)
    return n / max(1.0, float(1 + 2 * (weights * one[:most] * other[:most]).sum()))


def ranks(x: Series) -> Series:
    """Ranks from 1, equal values share their mean rank; gaps stay gaps."""
    out = np.full(len(x), np.nan)
    known = np.isfinite(x)
    values = x[known]
    _unique, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = counts.cumsum()
    out[known] = (last - (counts - 1) / 2)[inverse]
    return out


def shifted(x: Series, days: int) -> Series:
    """The series so many days later, of the same length."""
    if not days:
        return x
    out = np.full(len(x), np.nan)
    if days > 0:
        out[days:] = x[:-days]
    else:
        out[:days] = x[-days:]
    return out


def without_calendar(x: Series, first_weekday: int = 0) -> tuple[Series, int]:
    """What a straight line over time and the day of the week leave of a series, and how much was fitted.

    Two series that both rise, or both differ at weekends, would otherwise always go together.
    """
    days = np.arange(len(x))
    week = (days + first_weekday) % 7
    columns = [np.ones(len(x)), days - days.mean(), *((week == day).astype(float) for day in range(1, 7))]  # fmt: skip
    design = np.stack(columns, axis=1)
    known = np.isfinite(x)
    out = np.full(len(x), np.nan)
    if known.sum() <= design.shape[1] + 2:
        return x - (x[known].mean() if known.any() else 0.0), 0
    fitted, *_rest = np.linalg.lstsq(design[known], x[known], rcond=None)
    out[known] = x[known] - design[known] @ fitted
    return out, design.shape[1] - 1


def pearson(x: Series, y: Series) -> float:
    """The coefficient of the pairs that are known; NaN where one of them never changes."""
    both = np.isfinite(x) & np.isfinite(y)
    if both.sum() < 3:
        return math.nan
    one, other = x[both] - x[both].mean(), y[both] - y[both].mean()
    size = math.sqrt(float((one**2).sum() * (other**2).sum()))
    return float((one * other).sum() / size) if size > 1e-12 else math.nan


def correlation(
    x: Series,
    y: Series,
    rng: np.random.Generator,
    *,
    method: Method = "spearman",
    calendar: bool = True,
    first_weekday: int = 0,
) -> Correlation | None:
    """How two series go together; None where one of them does not change or too few days have both."""
    both = np.isfinite(x) & np.isfinite(y)
    one, other = np.where(both, x, np.nan), np.where(both, y, np.nan)
    if both.sum() < 4 or np.ptp(one[both]) == 0 or np.ptp(other[both]) == 0:
        return None
    if method == "spearman":
        one, other = ranks(one), ranks(other)
    fitted = 0
    if calendar:
        one, fitted = without_calendar(one, first_weekday)
        other, fitted = without_calendar(other, first_weekday)
    r = pearson(one, other)
    if math.isnan(r):
        return None
    n = int(both.sum())
    effective = min(float(n), max(4.0, effective_n(one, other)))
    room = max(effective - 3 - fitted, 1.0)
    half = Z95 * (1.06 if method == "spearman" else 1.0) / math.sqrt(room)
    middle = math.atanh(max(-0.999999, min(0.999999, r)))
    p = _permuted(one[both], other[both], block_length(one, other), rng)
    if p <= 1 / _MANY:
        # Chance never came so far. How far that is, only the normal tail of artanh r can say.
        tail = 2 * NormalDist().cdf(-abs(middle) * Z95 / half)
        p = min(p, max(tail, 1e-9))
    return Correlation(r, math.tanh(middle - half), math.tanh(middle + half), p, n, effective)


def block_length(x: Series, y: Series | None = None) -> int:
    """Days that are kept together: twice the reach of the autocorrelation, a week at least."""
    reach = inflation(x) if y is None else math.sqrt(inflation(x) * inflation(y))
    return int(min(max(_SHORTEST_BLOCK, math.ceil(2 * reach)), max(_SHORTEST_BLOCK, len(x) // 8)))


def _permuted(x: Series, y: Series, length: int, rng: np.random.Generator) -> float:
    """p of the correlation of complete pairs, against orders in which blocks of neighbours stay together."""
    n = len(x)
    one, other = _standard(x), _standard(y)
    seen = abs(float(one @ other)) - 1e-12
    length = min(length, max(1, n // 8))
    reached, done = 0, 0
    for batch in (_FEW, _MANY - _FEW):
        for size in _portions(batch, n):
            found = other[_orders(n, length, size, rng)] @ one
            reached += int((np.abs(found) >= seen).sum())
            done += size
        if reached > 12:
            break  # far from anything that would be reported
    return (1 + reached) / (1 + done)


def _standard(x: Series) -> Series:
    """With a mean of 0 and a length of 1, so that products of two are correlations."""
    centred = x - x.mean()
    size = math.sqrt(float((centred**2).sum()))
    return np.asarray(centred / size if size > 1e-12 else centred, dtype=np.float64)


def _portions(count: int, length: int) -> list[int]:
    """Sizes of batches that fit into little memory."""
    most = max(1, 400_000 // max(length, 1))
    return [min(most, count - begun) for begun in range(0, count, most)]


def _orders(n: int, length: int, count: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Orders of n days in which blocks of neighbours stay together, each from another beginning."""
    pieces = -(-n // length)
    order = rng.permuted(np.tile(np.arange(pieces), (count, 1)), axis=1)
    days = (order[:, :, None] * length + np.arange(length)).reshape(count, -1)
    kept = days[days < n].reshape(count, n)
    return (kept + rng.integers(0, n, size=(count, 1))) % n


def benjamini_hochberg(p: Sequence[float]) -> list[float]:
    """The smallest rate of false findings at which each p would count as one."""
    m = len(p)
    order = sorted(range(m), key=lambda at: p[at])
    q = [0.0] * m
    least = 1.0
    for rank in range(m, 0, -1):
        at = order[rank - 1]
        least = min(least, p[at] * m / rank)
        q[at] = least
    return q


def theil_sen(x: Series) -> Slope | None:
    """The slope a day of a series with gaps; None for fewer than four days."""
    days = np.flatnonzero(np.isfinite(x)).astype(float)
    values = x[np.isfinite(x)]
    n = len(values)
    if n < 4:
        return None
    slopes = np.sort(_slopes(days, values))
    slope = float(np.median(slopes))
    middle = float(np.median(values - slope * (days - days.mean())))
    left = np.full(len(x), np.nan)
    left[np.isfinite(x)] = values - slope * days
    factor = inflation(left)
    _unique, ties = np.unique(values, return_counts=True)
    variance = (n * (n - 1) * (2 * n + 5) - float((ties * (ties - 1) * (2 * ties + 5)).sum())) / 18
    spread = math.sqrt(max(variance, 1e-12) * factor)
    pairs = n * (n - 1) / 2
    reach = Z95 * spread / pairs / 2
    low = _at(slopes, 0.5 - reach)
    high = _at(slopes, 0.5 + reach)
    score = float(np.sign(slopes).sum()) / len(slopes) * pairs
    z = max(0.0, abs(score) - 1) / spread
    return Slope(slope, low, high, 2 * (1 - NormalDist().cdf(z)), middle, n, n / factor)


def by_week(x: Series) -> Slope | None:
    """The slope a day, from means of weeks of which at least four days are known.

    For amounts that are nothing on most days, where the median of all daily slopes is 0 whatever happens.
    """
    weeks = [x[at : at + 7] for at in range(len(x) % 7, len(x), 7)]
    means = [week[np.isfinite(week)].mean() if np.isfinite(week).sum() >= 4 else math.nan for week in weeks]  # fmt: skip
    found = theil_sen(np.array(means, dtype=np.float64))
    if found is None:
        return None
    return Slope(
        found.slope / 7, found.low / 7, found.high / 7, found.p, found.middle, found.n, found.effective
    )  # fmt: skip


def _slopes(days: Series, values: Series) -> Series:
    n = len(values)
    if n * (n - 1) // 2 <= _PAIRS:
        one, other = np.triu_indices(n, 1)
    else:
        rng = np.random.default_rng(n)  # the same pairs each time
        one, other = rng.integers(0, n, _PAIRS), rng.integers(0, n, _PAIRS)
        apart = one != other
        one, other = one[apart], other[apart]
    return np.asarray((values[other] - values[one]) / (days[other] - days[one]), dtype=np.float64)


def _at(ordered: Series, part: float) -> float:
    if part <= 0:
        return float(ordered[0])
    if part >= 1:
        return float(ordered[-1])
    return float(np.quantile(ordered, part))


def resampled(residuals: Series, length: int, count: int, size: int, rng: Any) -> Series:
    """`count` series of a length, put together from blocks of what is known (circular block bootstrap)."""
    known = residuals[np.isfinite(residuals)]
    pieces = -(-size // length)
    starts = rng.integers(0, len(known), size=(count, pieces, 1))
    at = (starts + np.arange(length)).reshape(count, -1)[:, :size] % len(known)
    return np.asarray(known[at], dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Curve:
    """A smooth course with its band."""

    days: NDArray[np.int64]
    middle: Series
    low: Series
    high: Series


def smooth(
    x: Series, rng: np.random.Generator, *, width: int = 60, points: int = 120
) -> Curve | None:
    """A local straight line with tricube weights, and a band of 95 % from blocks of what it leaves.

    Where fewer than eight days lie within the width there is no line: a gap stays a gap.
    """
    days = np.flatnonzero(np.isfinite(x)).astype(float)
    values = x[np.isfinite(x)]
    if len(values) < 8:
        return None
    grid = np.unique(np.linspace(0, len(x) - 1, min(points, len(x))).round())
    at_grid = _smoother(days, grid, width)
    at_days = _smoother(days, days, width)
    fitted = np.where(np.isfinite(at_days).all(axis=1), np.nan_to_num(at_days) @ values, np.nan)
    left = np.full(len(x), np.nan)
    left[days.astype(int)] = values - fitted
    known = np.isfinite(fitted)
    if known.sum() < 8:
        return None
    middle = at_grid @ values
    length = min(block_length(left), max(2, int(known.sum()) // 3))
    noise = resampled(left, length, 200, len(values), rng)
    wobble = at_grid @ (noise - noise.mean(axis=1, keepdims=True)).T
    low, high = np.quantile(wobble, [0.025, 0.975], axis=1)
    return Curve(grid.astype(np.int64), middle, middle + low, middle + high)


def _smoother(days: Series, grid: Series, width: int) -> NDArray[np.float64]:
    """One row of weights a point: the value there is `row @ values`."""
    apart = days[None, :] - grid[:, None]
    weight = np.clip(1 - np.abs(apart / width) ** 3, 0, None) ** 3
    s0, s1, s2 = ((weight * apart**power).sum(axis=1)[:, None] for power in (0, 1, 2))
    enough = (weight > 0).sum(axis=1)[:, None] >= 8
    size = s0 * s2 - s1**2
    rows = weight * (s2 - s1 * apart) / np.where(enough & (size > 1e-9), size, np.nan)
    return np.asarray(rows, dtype=np.float64)
