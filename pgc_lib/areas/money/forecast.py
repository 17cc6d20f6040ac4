"""What the coming months will bring, with an interval that the past has vouched for.

No model is fitted. Four plain ways of foretelling a month are each played through the person's own past (every month
is foretold from those before it); the one that was least wrong is used, and its errors of the past at the same
distance make the interval and move it: of ten such forecasts, about eight would have held. With less than `LEAST` full months
nothing is foretold.

The ways: the mean of the last three months, of the last twelve, the median of the last six, and the same month of last
year moved by how the last three months differ from theirs.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean, median
from typing import TypeAlias

from pgc_lib.i18n import N_

LEAST = 6
"""Months without which nothing is foretold."""
_TRIED = 3
"""Months that a way must have been tried on at each distance, to be chosen."""
_YEAR = 12
_SHARE = 0.8
"""How often an interval should hold."""

Way: TypeAlias = Callable[[Sequence[float], int], float | None]
"""The month `ahead` months after the last, foretold from those that were."""


def _mean_of(months: int) -> Way:
    def way(past: Sequence[float], _ahead: int) -> float | None:
        return fmean(past[-months:]) if len(past) >= min(months, LEAST) else None

    return way


def _median(past: Sequence[float], _ahead: int) -> float | None:
    return median(past[-6:])


def _last_year(past: Sequence[float], ahead: int) -> float | None:
    """The same month a year ago; further than a year it is the year before that repeats."""
    place = len(past) + ahead - 1 - _YEAR
    while place >= len(past):
        place -= _YEAR
    if place < 0 or len(past) < _YEAR + 3:
        return None
    moved = fmean(past[-3:]) - fmean(past[-3 - _YEAR : -_YEAR])
    return past[place] + moved


WAYS: dict[str, Way] = {
    N_("the mean of three months"): _mean_of(3),
    N_("the mean of twelve months"): _mean_of(12),
    N_("the median of six months"): _median,
    N_("the same month of last year"): _last_year,
}


@dataclass(frozen=True, slots=True)
class Foretold:
    """One coming month."""

    ahead: int
    expected: float
    low: float
    high: float
    way: str
    tried: int
    """How many months of the past the interval rests on."""
    held: float
    """In how many of those the interval, made from the others, would have held."""


def foretell(past: Sequence[float], months: int) -> list[Foretold]:
    """The coming months; none when too little is known."""
    if len(past) < LEAST:
        return []
    errors = {name: _errors(past, way, months) for name, way in WAYS.items()}
    chosen = min(
        (
            name
            for name in WAYS
            if WAYS[name](past, 1) is not None and len(errors[name][0]) >= _TRIED
        ),
        key=lambda name: fmean(map(abs, errors[name][0])),
        default=None,
    )
    if chosen is None:
        return []
    found = []
    known: list[float] = []
    for ahead in range(1, months + 1):
        # Far ahead there is little to learn from: what was learnt nearer by stays the least.
        known = errors[chosen][ahead - 1] if len(errors[chosen][ahead - 1]) >= _TRIED else known
        expected = WAYS[chosen](past, ahead)
        if expected is None:
            break
        low, high = _between(known)
        # A way that is always a little late is so by a known amount.
        off = median(known)
        held = fmean(
            _holds(error, known[:place] + known[place + 1 :]) for place, error in enumerate(known)
        )
        found.append(
            Foretold(
                ahead, expected + off, expected + low, expected + high, chosen, len(known), held
            )
        )
    return found


def _errors(past: Sequence[float], way: Way, months: int) -> list[list[float]]:
    """What each month turned out above its forecast, by how far ahead that was made."""
    errors: list[list[float]] = [[] for _ahead in range(months)]
    for seen in range(LEAST - _TRIED, len(past)):
        for ahead in range(1, min(months, len(past) - seen) + 1):
            told = way(past[:seen], ahead)
            if told is not None:
                errors[ahead - 1].append(past[seen + ahead - 1] - told)
    return errors


def _between(errors: Sequence[float]) -> tuple[float, float]:
    """The errors between which the wanted share lies, widened for there being few of them."""
    edge = (1 - _SHARE) / 2
    ordered = sorted(errors)
    return _quantile(ordered, edge), _quantile(ordered, 1 - edge)


def _quantile(ordered: Sequence[float], share: float) -> float:
    """Of n errors the next one lies below the k-th with probability k/(n+1); beyond the last, the last."""
    place = share * (len(ordered) + 1) - 1
    place = min(max(place, 0), len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def _holds(error: float, others: Sequence[float]) -> bool:
    low, high = _between(others)
    return low <= error <= high
