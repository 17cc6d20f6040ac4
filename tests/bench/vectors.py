"""Vector collections: how soon the nearest are found when the recall is right, beside exact and in-process search.

The vectors are like embeddings: 384 numbers that lie near a space of far fewer dimensions, in topics. Every figure
first turns the dial to a recall a little above 0.95 and fails if 0.95 is not reached.
"""

import time
from statistics import quantiles
from typing import TYPE_CHECKING, Any

from tests.bench.figures import Bench, Measured, figure

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from pgc_lib.search.vectors import VectorCollection

_SIZE = 384
_K = 10
_WANTED = 0.95
_LIMIT_MS = 10.0


def _made(n: int, seed: int = 0) -> "NDArray[np.float32]":
    """So many vectors around so many topics."""
    import numpy as np

    draw = np.random.default_rng(7)
    turned = draw.normal(size=(48, _SIZE)).astype(np.float32)
    topics = draw.normal(size=(200, 48)).astype(np.float32)
    draw = np.random.default_rng(seed)
    inner = topics[draw.integers(0, 200, n)] + 0.7 * draw.normal(size=(n, 48)).astype(np.float32)
    made = inner @ turned + 0.5 * draw.normal(size=(n, _SIZE)).astype(np.float32)
    made /= np.linalg.norm(made, axis=1, keepdims=True)
    return made.astype(np.float32)


def _ready(bench: Bench) -> "tuple[VectorCollection, NDArray[np.float32], NDArray[np.float32]]":
    """A collection with an index and its dial turned, its vectors, and others to look for."""
    if "vectors" not in bench.made:
        n = bench.n(100_000, 5_000)
        given = _made(n)
        kept = bench.lab.vectors.create("bench", dimension=_SIZE)
        kept.insert(vectors=given, keys=[str(k) for k in range(n)])
        # A little more than is wanted: what is looked for lies a little farther off than the items themselves.
        found = kept.dial(recall=_WANTED + 0.02, queries=bench.n(100, 30))
        assert found.recall >= _WANTED, found
        bench.made["vectors"] = kept, given, _made(bench.n(300, 60), seed=1)
    ready: Any = bench.made["vectors"]
    return ready  # type: ignore[no-any-return]


def _p95(seconds: list[float]) -> float:
    return quantiles(seconds, n=20)[-1] * 1000


def _asked(kept: "VectorCollection", queries: Any) -> tuple[list[float], list[set[str]]]:
    """How long each question took, and what it found."""
    seconds, answers = [], []
    for query in queries:
        start = time.perf_counter()
        hits = kept.query(query, k=_K)
        seconds.append(time.perf_counter() - start)
        answers.append({hit.key for hit in hits})
    return seconds, answers


def _exactly(given: Any, queries: Any) -> tuple[list[float], list[set[str]]]:
    """The same by comparing with every vector in memory."""
    import numpy as np

    seconds, answers = [], []
    for query in queries:
        start = time.perf_counter()
        scores = given @ query
        nearest = np.argpartition(-scores, _K)[:_K]
        seconds.append(time.perf_counter() - start)
        answers.append({str(n) for n in nearest})
    return seconds, answers


@figure(
    "vector_p95",
    peer="10 ms",
    unit="ms",
    goal="<= 1",
    help="Ten nearest of 100,000 × 384 at a recall of 0.95, 95 % within",
)
def vector_p95(bench: Bench) -> Measured:
    kept, _given, queries = _ready(bench)
    _asked(kept, queries[:20])
    seconds, _answers = _asked(kept, queries)
    return Measured(_p95(seconds), _LIMIT_MS, len(queries))


@figure(
    "vector_recall",
    peer="numpy, exact",
    unit="",
    goal=">= 0.95",
    help="How much of the exact answer is found, for vectors that are not in the collection",
)
def vector_recall(bench: Bench) -> Measured:
    kept, given, queries = _ready(bench)
    _s, ours = _asked(kept, queries)
    _s, exact = _exactly(given, queries)
    hits = sum(len(a & b) for a, b in zip(ours, exact, strict=True))
    return Measured(hits / (len(queries) * _K), 1.0, len(queries))


@figure(
    "vector_exact",
    peer="numpy, exact",
    unit="ms",
    goal="<= 1",
    help="The same question, 95 % within, against comparing with every vector in memory",
)
def vector_exact(bench: Bench) -> Measured:
    kept, given, queries = _ready(bench)
    _asked(kept, queries[:20])
    ours, _a = _asked(kept, queries)
    theirs, _a = _exactly(given, queries)
    return Measured(_p95(ours), _p95(theirs), len(queries))


@figure(
    "vector_in_process",
    peer="usearch, HNSW in memory",
    unit="ms",
    goal="<= 30",
    help="The same question against an index in this process, without a database, rights or history",
)
def vector_in_process(bench: Bench) -> Measured:
    import numpy as np
    from usearch.index import Index

    kept, given, queries = _ready(bench)
    index = Index(ndim=_SIZE, metric="cos", dtype="f32", connectivity=16, expansion_add=64, expansion_search=64)  # fmt: skip
    index.add(np.arange(len(given)), given)
    theirs = []
    for query in queries:
        start = time.perf_counter()
        index.search(query, _K)
        theirs.append(time.perf_counter() - start)
    ours, _answers = _asked(kept, queries)
    return Measured(_p95(ours), _p95(theirs), len(queries))
