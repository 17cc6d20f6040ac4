"""How often an index finds what an exact search finds, how long each takes, and which effort is enough.

Both look for items of the collection itself, drawn by chance; an item that finds itself counts for nothing.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pgc_lib.core.shown import Told
from pgc_lib.i18n import _
from pgc_lib.search.vectors.records import EFFORT, PARAMETERS, VectorSet
from pgc_lib.search.vectors.shelf import Shelf
from pgc_lib.stores.filters import All

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_EFFORTS = (5, 10, 20, 40, 80, 120, 200, 320, 500, 750, 1000)
_PROBES = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048)


@dataclass(frozen=True, slots=True)
class Recall(Told):
    """How much of the exact answer the index gave, with the times of both in milliseconds."""

    recall: float
    k: int
    queries: int
    setting: str
    median_ms: float
    p95_ms: float
    exact_median_ms: float
    exact_p95_ms: float

    def _shown_(self) -> dict[str, Any]:
        return {
            _("Recall"): f"{self.recall:.1%}",
            _("Neighbours"): self.k,
            _("Queries"): self.queries,
            _("Setting"): self.setting,
            _("Median (ms)"): round(self.median_ms, 2),
            _("95 % within (ms)"): round(self.p95_ms, 2),
            _("Exact, median (ms)"): round(self.exact_median_ms, 2),
            _("Exact, 95 % within (ms)"): round(self.exact_p95_ms, 2),
        }


@dataclass(frozen=True, slots=True)
class Truth:
    """Some items, and what an exact search finds beside each."""

    keys: list[str]
    vectors: "list[NDArray[np.float32]]"
    nearest: list[set[str]]
    farthest: list[float]
    """The distance of the last of them: whatever is as near is as good."""
    seconds: list[float]
    k: int


def truth(shelf: Shelf, k: int, queries: int) -> Truth:
    """What is to be found, by comparing with every item."""
    drawn = shelf.get(shelf.sample(queries))
    keys, vectors = [found.key for found, _v in drawn], [vector for _f, vector in drawn]
    nearest, farthest, seconds = [], [], []
    for key, vector in zip(keys, vectors, strict=True):
        start = time.perf_counter()
        found = shelf.query(vector, k + 1, All(), effort=None, exact=True)
        seconds.append(time.perf_counter() - start)
        others = [each for each in found if each.key != key][:k]
        nearest.append({each.key for each in others})
        farthest.append(others[-1].distance if others else 0.0)
    return Truth(keys, vectors, nearest, farthest, seconds, k)


def measured(shelf: Shelf, of: VectorSet, known: Truth, effort: int | None) -> Recall:
    """How the index does with an effort."""
    hits = wanted = 0
    seconds = []
    for key, vector, nearest, last in zip(
        known.keys, known.vectors, known.nearest, known.farthest, strict=True
    ):
        start = time.perf_counter()
        found = shelf.query(vector, known.k + 1, All(), effort=effort, exact=False)
        seconds.append(time.perf_counter() - start)
        others = [each for each in found if each.key != key][: known.k]
        near = last + abs(last) * 1e-6 + 1e-9
        hits += sum(each.key in nearest or each.distance <= near for each in others)
        wanted += len(nearest)
    name = EFFORT[of.index][0] if of.index in EFFORT else ""
    return Recall(
        min(1.0, hits / wanted) if wanted else 1.0,
        known.k,
        len(known.keys),
        f"{name}={effort or EFFORT[of.index][1]}" if name else "",
        *_times(seconds),
        *_times(known.seconds),
    )


def efforts(of: VectorSet) -> Sequence[int]:
    """How hard one could look, the least first."""
    if of.index == "hnsw":
        return _EFFORTS
    lists = int(of.parameters.get("lists", PARAMETERS["ivf"]["lists"][1]))
    return [*(n for n in _PROBES if n < lists), lists]


def _times(seconds: Sequence[float]) -> tuple[float, float]:
    """The median and the 95th percentile in milliseconds."""
    import numpy as np

    if not seconds:
        return 0.0, 0.0
    return float(np.median(seconds)) * 1000, float(np.percentile(seconds, 95)) * 1000
