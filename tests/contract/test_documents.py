"""The contract for documents, held against every back end.

Each test runs on JSONB in PostgreSQL and on MongoDB, and the property tests hold both to one plain
reading of the contract in Python.
"""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pgc_lib.core.ids import new_id
from pgc_lib.errors import Conflict, Denied, Invalid, NotFound, PgcError
from pgc_lib.stores.documents import BulkResult, Document, DocumentStore, each
from pgc_lib.stores.documents_paging import Place, parse_order
from pgc_lib.stores.documents_values import ENVELOPE, MAX_BYTES, checked, same
from pgc_lib.stores.filters import (
    All,
    Any_,
    Compare,
    Condition,
    Contains,
    Has,
    IsNull,
    Not,
    OneOf,
    StartsWith,
    col,
)
from tests.support.documents import Back, holds

KIND = "family.members"
FAST = settings(
    max_examples=80,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture(params=["postgres", "mongo"])
def back(request: pytest.FixtureRequest) -> Back:
    """Each back end in turn."""
    result: Back = request.getfixturevalue(f"{request.param}_back")
    return result


@pytest.fixture
def person(back: Back) -> UUID:
    """A new person, with nothing kept yet."""
    return back.person()


@pytest.fixture
def store(back: Back, person: UUID) -> DocumentStore:
    """That person's documents."""
    return back.store(person)


# ── what goes in comes out ──────────────────────────────────────────────────────────────────────────

names = st.sampled_from(
    ["a", "b", "名", "a b", "0", "x-y", "A", "kind", "_id", "é", "body", "'", '"']
)
texts = st.sampled_from(
    [
        *("", "a", "abc", "ABC", "Abcd", "straße", "STRASSE", "İ", "ı", "ſ", "ΟΔΟΣ", "οδος", "%"),
        *("_", "\\", "a.b*", "(", "[x]", "^", "$", "a\nb", "张三", "张", "🙂", "2026-11-20", "10"),
        *("9", "\u00a0", "'"),
    ]
)
numbers = (
    st.integers(-3, 12)
    | st.sampled_from([2**31, 2**63 - 1, -(2**63), 2**63, 10**33 + 7, 10**60])
    | st.decimals(-100, 100, places=2)
    | st.floats(allow_nan=False, allow_infinity=False)
)
scalars = st.booleans() | numbers | texts
values = st.recursive(
    st.none()
    | scalars
    | st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4),
    max_leaves=12,
)
bodies = st.dictionaries(names, values, max_size=6)


@FAST
@given(body=bodies)
def test_any_body_comes_back_equal(
    body: dict[str, Any], postgres_store: DocumentStore, mongo_store: DocumentStore
) -> None:
    """Neither back end loses, rounds or re-types anything of what it accepts."""
    kept = checked(body)
    assert same(checked(kept), kept), "the kept form is its own kept form"
    for store in (postgres_store, mongo_store):
        key = new_id()
        written = store.insert(KIND, body, id=key)
        read = store.get(KIND, key)
        assert read is not None
        assert same(written.body, kept) and same(read.body, kept)
        assert _types(read.body) == _types(kept)


def _types(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _types(item) for key, item in value.items()}
    return [_types(item) for item in value] if isinstance(value, list) else type(value)


class Colour(StrEnum):
    RED = "red"


def test_python_values_are_kept_in_one_form(store: DocumentStore) -> None:
    """Dates and times become texts that sort by time; money keeps every digit, also its noughts."""
    key, other = new_id(), uuid4()
    china = timezone(timedelta(hours=8))
    body = {
        "day": date(2026, 11, 20),
        "at": datetime(2026, 11, 20, 8, tzinfo=china),
        "early": datetime(33, 1, 2, tzinfo=UTC),
        "price": Decimal("12.50"),
        "rate": 0.1,
        "whole": Decimal("1E+3"),
        "who": other,
        "colour": Colour.RED,
        "pair": (1, "a"),
    }
    assert store.insert(KIND, body, id=key).body == {
        "day": "2026-11-20",
        "at": "2026-11-20T00:00:00.000000Z",
        "early": "0033-01-02T00:00:00.000000Z",
        "price": Decimal("12.50"),
        "rate": Decimal("0.1"),
        "whole": 1000,
        "who": str(other),
        "colour": "red",
        "pair": [1, "a"],
    }
    read = store.get(KIND, key)
    assert read is not None and str(read.body["price"]) == "12.50"


def _nested(levels: int) -> dict[str, Any]:
    body: dict[str, Any] = {}
    for _level in range(levels - 1):
        body = {"in": body}
    return body


REFUSED = {
    "NUL in a text": ({"a": {"b": ["x", "y\0"]}}, "a.b[1]"),
    "NUL in a name": ({"a\0b": 1}, "a\\0b"),
    "a lone surrogate": ({"a": "x\ud800"}, "a"),
    "a lone surrogate in a name": ({"\udfff": 1}, "\\udfff"),
    "not a number": ({"a": float("nan")}, "a"),
    "infinity": ({"a": [1, float("-inf")]}, "a[1]"),
    "a Decimal that is no number": ({"a": Decimal("sNaN")}, "a"),
    "too many digits": ({"a": 10**34 + 1}, "a"),
    "too many decimal digits": ({"a": Decimal("0." + "1" * 35)}, "a"),
    "a name with $": ({"a": {"$where": 1}}, "a.$where"),
    "a name with a dot": ({"a.b": 1}, "a.b"),
    "an empty name": ({"a": {"": 1}}, "a."),
    "a name that is no text": ({1: 1}, "1"),
    "a name of the envelope": ({"version": 1}, "version"),
    "too deep": (_nested(51), "in" + ".in" * 49),
    "bytes": ({"a": b"x"}, "a"),
    "a set": ({"a": {1}}, "a"),
    "a time without zone": ({"a": datetime(2026, 1, 1)}, "a"),  # noqa: DTZ001
    "a time before year 1": ({"a": datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=8)))}, "a"),
    "no object": ([1], ""),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_kept_is_refused_with_its_place(store: DocumentStore, case: str) -> None:
    """Nothing of a refused body is written, and the place of the mistake is named."""
    body: Any
    body, place = REFUSED[case]
    key = new_id()
    with pytest.raises(Invalid) as refused:
        store.insert(KIND, body, id=key)
    assert [problem.place for problem in refused.value.problems] == [place]
    assert store.get(KIND, key) is None
    items = [(new_id(), {"fine": True}), (new_id(), body)]
    with pytest.raises(Invalid) as refused:
        store.insert_many(KIND, items)
    assert [(problem.row, problem.place) for problem in refused.value.problems] == [(2, place)]
    assert store.count(KIND) == 0


def test_the_deepest_and_the_largest_body_that_fit(store: DocumentStore) -> None:
    """The limits are the same for both back ends, and what is just below them really fits."""
    key = new_id()
    assert store.insert(KIND, _nested(50), id=key).body == _nested(50)
    large = {"a": "x" * (MAX_BYTES - 100)}
    large_id = new_id()
    store.insert(KIND, large, id=large_id)
    assert store.update(KIND, large_id, {"b": 1}).body == large | {"b": 1}
    with pytest.raises(Invalid, match="16 MB"):
        store.update(KIND, large_id, {"c": "y" * 200})
    with pytest.raises(Invalid, match="16 MB"):
        store.insert(KIND, {"a": "x" * 200_000_000}, id=new_id())
    read = store.get(KIND, large_id)
    assert read is not None and read.version == 2


def test_kinds_are_named_after_their_area(store: DocumentStore) -> None:
    """A kind becomes part of a table's rows and of a collection's name, so it is checked."""
    for kind in ("members", "family.members.versions", "Family.x", "family.$x", "", "a.b\0"):
        with pytest.raises(Invalid):
            store.insert(kind, {}, id=new_id())
        with pytest.raises(Invalid):
            store.find(kind)


# ── one document ────────────────────────────────────────────────────────────────────────────────────


def test_a_document_from_beginning_to_end(store: DocumentStore, person: UUID) -> None:
    """Every verb once; the versions count up and the times grow."""
    key, batch = new_id(), uuid4()
    first = store.insert(KIND, {"name": "张三", "n": 1}, id=key, batch=batch)
    assert (first.id, first.owner, first.kind, first.version) == (key, person, KIND, 1)
    assert first.batch == batch and first.created_at == first.updated_at
    assert abs(first.created_at - datetime.now(UTC)) < timedelta(minutes=1)
    assert store.get(KIND, key) == first
    assert store.get("family.pets", key) is None

    second = store.update(KIND, key, {"n": 2, "city": "上海"}, version=1)
    assert second.body == {"name": "张三", "n": 2, "city": "上海"}
    assert (second.version, second.created_at) == (2, first.created_at)
    assert second.updated_at > first.updated_at

    third = store.update(KIND, key, {"name": None, "missing": None})
    assert third.body == {"n": 2, "city": "上海"}, "None takes a field away"
    fourth = store.replace(KIND, key, {"other": [1]}, version=3)
    assert fourth.body == {"other": [1]} and fourth.version == 4
    assert store.get(KIND, key) == fourth

    assert store.delete(KIND, key, version=4)
    assert store.get(KIND, key) is None
    assert store.count(KIND) == 0 and store.find(KIND).items == []
    assert not store.delete(KIND, key)


def test_a_stale_change_is_told_and_overwrites_nothing(store: DocumentStore) -> None:
    """Two processes that change one document: the second is told."""
    key = new_id()
    store.insert(KIND, {"n": 1}, id=key)
    store.update(KIND, key, {"n": 2}, version=1)
    with pytest.raises(Conflict, match="version 1"):
        store.update(KIND, key, {"n": 3}, version=1)
    with pytest.raises(Conflict):
        store.replace(KIND, key, {"n": 3}, version=1)
    with pytest.raises(Conflict):
        store.delete(KIND, key, version=1)
    read = store.get(KIND, key)
    assert read is not None and read.body == {"n": 2}


def test_what_is_not_there_cannot_be_changed(store: DocumentStore) -> None:
    """The same answer whether it never was, was removed or is of another kind."""
    key = new_id()
    store.insert(KIND, {}, id=key)
    for kind, missing in ((KIND, new_id()), ("family.pets", key)):
        with pytest.raises(NotFound):
            store.update(kind, missing, {"n": 1})
        with pytest.raises(NotFound):
            store.replace(kind, missing, {}, version=1)
        assert not store.delete(kind, missing)
        assert store.versions(kind, missing) == []


def test_an_id_is_taken_once_and_free_again_after_removal(store: DocumentStore) -> None:
    """Undoing a removal brings the document back under its id, and its versions go on."""
    key = new_id()
    store.insert(KIND, {"n": 1}, id=key)
    with pytest.raises(Conflict, match="exists"):
        store.insert(KIND, {"n": 2}, id=key)
    store.delete(KIND, key)
    again = store.insert(KIND, {"n": 3}, id=key)
    assert (again.version, again.body) == (3, {"n": 3})
    with pytest.raises(Conflict):
        store.update(KIND, key, {"n": 4}, version=1)
    assert [(it.version, it.verb) for it in store.versions(KIND, key)] == [
        (3, "insert"),
        (2, "delete"),
        (1, "insert"),
    ]


def test_changes_at_once_lose_nothing(back: Back, person: UUID) -> None:
    """Unversioned changes of different fields all hold; of versioned ones exactly one wins."""
    key = new_id()
    stores = [back.store(person) for _n in range(4)]
    stores[0].insert(KIND, {}, id=key)

    def write(n: int) -> None:
        for m in range(5):
            stores[n].update(KIND, key, {f"field{n}_{m}": m})

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    after = stores[0].get(KIND, key)
    assert after is not None and len(after.body) == 20 and after.version == 21
    assert [it.version for it in stores[0].versions(KIND, key)] == list(range(21, 0, -1))

    def compete(n: int) -> bool:
        try:
            stores[n].update(KIND, key, {"winner": n}, version=21)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(compete, range(4))) == 1


# ── many documents ──────────────────────────────────────────────────────────────────────────────────


def test_bulk_insert_is_all_or_nothing(store: DocumentStore) -> None:
    """One id that is taken, or given twice, and nothing of the whole lot is added."""
    taken = new_id()
    store.insert(KIND, {"n": 0}, id=taken)
    items = [(new_id(), {"n": n}) for n in range(1200)]
    with pytest.raises(Conflict, match=str(taken)):
        store.insert_many(KIND, [*items, (taken, {"n": 1})])
    with pytest.raises(Invalid) as refused:
        store.insert_many(KIND, [*items, items[3]])
    assert [(problem.row, problem.place) for problem in refused.value.problems] == [(1201, "id")]
    assert store.count(KIND) == 1
    batch = uuid4()
    assert store.insert_many(KIND, items, batch=batch) == BulkResult(added=1200)
    assert store.count(KIND, col("batch") == batch) == 1200
    assert store.insert_many(KIND, []) == BulkResult()


def test_bulk_insert_can_skip_or_replace(store: DocumentStore) -> None:
    """An import run again adds what is new, leaves what is the same and renews what differs."""
    batch = uuid4()
    ids = [new_id() for _n in range(4)]
    store.insert_many(KIND, [(key, {"n": n}) for n, key in enumerate(ids[:3])], batch=batch)
    store.delete(KIND, ids[2])

    items = [(key, {"n": n * 10}) for n, key in enumerate(ids)]
    assert store.insert_many(KIND, items, on_conflict="skip") == BulkResult(added=2, skipped=2)
    assert _field(store, "n") == {ids[0]: 0, ids[1]: 1, ids[2]: 20, ids[3]: 30}

    second = uuid4()
    result = store.insert_many(KIND, items, on_conflict="replace", batch=second)
    assert result == BulkResult(replaced=1, skipped=3)
    assert _field(store, "n") == {ids[0]: 0, ids[1]: 10, ids[2]: 20, ids[3]: 30}
    replaced = store.get(KIND, ids[1])
    assert replaced is not None and (replaced.version, replaced.batch) == (2, batch)
    newest = store.versions(KIND, ids[1])[0]
    assert (newest.verb, newest.batch) == ("update", second), "the change carries its own batch"

    flipped: list[tuple[UUID, dict[str, Any]]] = [(ids[3], {"n": True}), (ids[1], {"n": 1})]
    store.insert_many(KIND, flipped, on_conflict="replace")
    assert store.insert_many(KIND, [(ids[1], {"n": True})], on_conflict="replace").replaced == 1


def _field(store: DocumentStore, name: str) -> dict[UUID, Any]:
    return {document.id: document.body.get(name) for document in store.find(KIND).items}


# ── filters ─────────────────────────────────────────────────────────────────────────────────────────

paths = st.sampled_from(["a", "b", "名", "a b", "0", "A", "a.b", "b.0", "名.a.b", "a.x-y", "none"])
operators = st.sampled_from(["eq", "ne", "lt", "le", "gt", "ge"])
leaves = st.one_of(
    st.builds(Compare, paths, operators, scalars),
    st.builds(OneOf, paths, st.lists(scalars | st.none(), max_size=4).map(tuple)),
    st.builds(Contains, paths, texts),
    st.builds(StartsWith, paths, texts),
    st.builds(Has, paths, scalars),
    st.builds(IsNull, paths | st.just("batch")),
    st.builds(Compare, st.just("version"), operators, st.integers(0, 3)),
)
conditions: st.SearchStrategy[Condition] = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(All, st.lists(inner, max_size=3).map(tuple)),
        st.builds(Any_, st.lists(inner, max_size=3).map(tuple)),
        st.builds(Not, inner),
    ),
    max_leaves=5,
)
orders = st.lists(
    st.builds(lambda down, name: f"-{name}" if down else name, st.booleans(), paths)
    | st.sampled_from(["id", "-id", "-batch", "batch", "version"]),
    max_size=3,
)


class Seeded:
    """The same documents in both back ends, and as read from them; without a long repr."""

    def __init__(self, stores: list[DocumentStore]) -> None:
        self.stores = stores
        self.documents, others = (list(each(store, KIND)) for store in stores)
        assert len(self.documents) > 120
        for one, other in zip(self.documents, others, strict=True):
            assert (one.id, one.version, one.batch) == (other.id, other.version, other.batch)
            assert same(one.body, other.body)


@pytest.fixture(scope="module")
def seeded(postgres_back: Back, mongo_back: Back) -> Seeded:
    """Some 150 documents of every shape."""
    rows: list[dict[str, Any]] = []
    few = settings(max_examples=150, derandomize=True, database=None, deadline=None)

    @few
    @given(st.fixed_dictionaries({}, optional=dict.fromkeys(["a", "b", "名", "a b", "0"], values)))
    def collect(body: dict[str, Any]) -> None:
        rows.append(body)

    collect()
    simple = [*({"a": value} for value in (1, Decimal("1.0"), True, "1", None, [1], {"b": 1}))]
    items = [(new_id(), body) for body in [*simple, *rows]]
    stores = [back.store(back.person()) for back in (postgres_back, mongo_back)]
    batch = uuid4()
    for store in stores:
        half = len(items) // 2
        store.insert_many(KIND, items[:half])
        store.insert_many(KIND, items[half:], batch=batch)
        for key, body in items[:20]:
            store.replace(KIND, key, body)
    return Seeded(stores)


@settings(FAST, max_examples=120)
@given(condition=conditions)
def test_filters_mean_the_same_everywhere(condition: Condition, seeded: Seeded) -> None:
    """Both back ends find exactly what the plain reading of a condition in Python finds."""
    wanted = {document.id for document in seeded.documents if holds(condition, document)}
    for store in seeded.stores:
        assert {document.id for document in store.find(KIND, condition).items} == wanted
        assert store.count(KIND, condition) == len(wanted)


@settings(FAST, max_examples=25)
@given(order=orders, size=st.integers(25, 200))
def test_orders_and_pages_are_the_same_everywhere(
    order: list[str], size: int, seeded: Seeded
) -> None:
    """Pages put together are the whole list in order, nothing twice and nothing left out."""
    keys = parse_order(order)
    wanted = [
        it.document.id for it in sorted(Place(document, keys) for document in seeded.documents)
    ]
    for store in seeded.stores:
        found = each(store, KIND, order=order, page=size)
        assert [document.id for document in found] == wanted


def test_filters_on_the_fields_of_every_document(store: DocumentStore, person: UUID) -> None:
    """Ids, owners, versions, batches and times can be asked for like any field."""
    batch = uuid4()
    first = store.insert(KIND, {"n": 1}, id=new_id(), batch=batch)
    second = store.insert(KIND, {"n": 2}, id=new_id())

    def found(condition: Condition) -> list[Any]:
        return [document.body["n"] for document in store.find(KIND, condition).items]

    assert found(col("id") == first.id) == found(col("id") == str(first.id)) == [1]
    assert found(col("id").is_in([second.id, uuid4()])) == [2]
    assert found(col("owner") == person) == [1, 2]
    assert found(col("owner") != person) == []
    assert found(col("batch").is_null()) == [2] and found(col("batch") == batch) == [1]
    assert found(col("created_at") <= first.created_at) == [1]
    assert found(col("created_at") > first.created_at + timedelta(microseconds=1)) == [2]
    assert found(col("created_at") >= first.created_at - timedelta(microseconds=1)) == [1, 2]
    assert found(col("created_at") == first.created_at.isoformat()) == [1]
    assert found(col("version").is_between(1, 1)) == [1, 2]
    page = store.find(KIND, order=["-created_at"], limit=1)
    assert page.items == [second]
    assert store.find(KIND, order=["-created_at"], limit=1, after=page.next).items == [first]


def test_dates_are_found_by_dates(store: DocumentStore) -> None:
    """A Python date or time compares with the text that bodies hold for it."""
    days = [date(2026, 1, day) for day in range(1, 11)]
    store.insert_many(KIND, [(new_id(), {"day": day}) for day in days])
    found = store.find(KIND, col("day").is_between(date(2026, 1, 3), date(2026, 1, 5)))
    assert {document.body["day"] for document in found.items} == {
        "2026-01-03",
        "2026-01-04",
        "2026-01-05",
    }
    at = datetime(2026, 1, 1, 12, tzinfo=timezone(timedelta(hours=8)))
    store.insert(KIND, {"at": at}, id=new_id())
    assert store.count(KIND, col("at") == at.astimezone(UTC)) == 1


@pytest.mark.parametrize(
    "condition",
    [
        col("a..b") == 1,
        col("") == 1,
        col("$where") == 1,
        col("a\0") == 1,
        col("a") == [1],
        col("a") == Decimal("NaN"),
        col("a") == "x\0",
        col("a").contains("x\ud800"),
        col("a").contains("x" * 1001),
        col("id") == "not an id",
        col("created_at") > datetime(2026, 1, 1),  # noqa: DTZ001
        col("version") == "1",
        col("owner").contains("x"),
        col("a").has({"b": 1}),
    ],
    ids=repr,
)
def test_a_condition_that_means_nothing_is_refused(
    store: DocumentStore, condition: Condition
) -> None:
    """A slip in a condition is told, rather than quietly finding nothing."""
    with pytest.raises(Invalid):
        store.find(KIND, condition)
    with pytest.raises(Invalid):
        store.count(KIND, ~condition)


def test_pages_go_on_while_documents_come_and_go(store: DocumentStore) -> None:
    """Paging is by key: a row added or removed before the cursor shifts nothing."""
    ids = [new_id() for _n in range(6)]
    store.insert_many(KIND, [(key, {"n": n}) for n, key in enumerate(ids)])
    page = store.find(KIND, order=["n"], limit=3)
    assert [document.body["n"] for document in page.items] == [0, 1, 2]
    store.delete(KIND, ids[0])
    store.delete(KIND, ids[2])
    store.insert(KIND, {"n": -1}, id=new_id())
    rest = store.find(KIND, order=["n"], limit=3, after=page.next)
    assert [document.body["n"] for document in rest.items] == [3, 4, 5]
    assert rest.next is None


@pytest.mark.parametrize("cursor", ["", "x", "🙂", "W10", "bnVsbA"])
def test_a_foreign_cursor_is_refused(store: DocumentStore, cursor: str) -> None:
    """A cursor of another list would page through nonsense."""
    store.insert_many(KIND, [(new_id(), {"n": n}) for n in range(3)])
    its = store.find(KIND, order=["n"], limit=1).next
    assert its is not None
    for order, after in ((["n"], cursor), (["-n"], its), (["n"], its[:-3])):
        with pytest.raises(Invalid):
            store.find(KIND, order=order, after=after)


# ── history ─────────────────────────────────────────────────────────────────────────────────────────


def test_every_version_is_kept_with_who_and_when(store: DocumentStore, person: UUID) -> None:
    """The history tells who did what when, and holds every body there ever was."""
    key, batch = new_id(), uuid4()
    made = store.insert(KIND, {"n": 1}, id=key, batch=batch)
    changed = store.update(KIND, key, {"n": 2})
    store.delete(KIND, key)
    back = store.insert(KIND, {"n": 3}, id=key)
    history = store.versions(KIND, key)
    assert [(it.version, it.verb, it.body) for it in history] == [
        (4, "insert", {"n": 3}),
        (3, "delete", None),
        (2, "update", {"n": 2}),
        (1, "insert", {"n": 1}),
    ]
    assert {it.who for it in history} == {person}
    assert [it.batch for it in history] == [None, None, None, batch]
    assert (history[0].when, history[2].when, history[3].when) == (
        back.updated_at,
        changed.updated_at,
        made.created_at,
    )
    assert history[2].when < history[1].when < history[0].when


def test_documents_as_they_were(store: DocumentStore) -> None:
    """Time travel: before, between and after a creation, a change, a removal and a return."""
    stays, key = new_id(), new_id()
    store.insert(KIND, {"stays": True}, id=stays)
    moments: list[tuple[datetime, dict[str, Any] | None]] = []
    made = store.insert(KIND, {"n": 1}, id=key)
    moments.append((made.created_at - timedelta(milliseconds=1), None))
    moments.append((made.created_at, {"n": 1}))
    changed = store.update(KIND, key, {"n": 2})
    moments.append((changed.updated_at - timedelta(milliseconds=1), {"n": 1}))
    moments.append((changed.updated_at, {"n": 2}))
    store.delete(KIND, key)
    removed = store.versions(KIND, key)[0].when
    moments.append((removed, None))
    back = store.insert(KIND, {"n": 3}, id=key)
    moments.append((back.updated_at, {"n": 3}))
    moments.append((datetime.now(UTC) + timedelta(hours=1), {"n": 3}))
    for when, body in moments:
        then = {document.id: document for document in store.as_of(KIND, when)}
        assert (then[key].body if key in then else None) == body, when
        if when >= made.created_at:
            assert then[stays].body == {"stays": True}
        if key in then:
            assert then[key].created_at in (made.created_at, back.created_at)
    assert list(store.as_of(KIND, datetime(2020, 1, 1, tzinfo=UTC))) == []


# ── who may see what ────────────────────────────────────────────────────────────────────────────────


def test_another_person_is_refused_by_every_verb(back: Back, person: UUID) -> None:
    """What is not granted is not there, whatever is tried."""
    key = new_id()
    owner = back.store(person)
    kept = owner.insert(KIND, {"secret": 1}, id=key)
    owner.update(KIND, key, {"secret": 2})
    stranger = back.store(back.person())
    assert stranger.get(KIND, key) is None
    assert stranger.find(KIND, col("secret") == 2).items == []
    assert stranger.count(KIND) == 0
    assert stranger.versions(KIND, key) == []
    assert list(stranger.as_of(KIND, datetime.now(UTC) + timedelta(hours=1))) == []
    assert not stranger.delete(KIND, key)
    for refused in (
        lambda: stranger.update(KIND, key, {"secret": 3}),
        lambda: stranger.replace(KIND, key, {}),
        lambda: stranger.insert(KIND, {}, id=new_id(), owner=person),
        lambda: stranger.insert_many(KIND, [(new_id(), {})], owner=person),
        lambda: stranger.insert_many(KIND, [(key, {})], owner=person, on_conflict="replace"),
    ):
        with pytest.raises((NotFound, Denied)):
            refused()
    after = owner.get(KIND, key)
    assert after is not None and after.body == {"secret": 2}
    assert after.created_at == kept.created_at and owner.count(KIND) == 1


def test_a_grant_opens_an_area_at_its_level(back: Back, person: UUID) -> None:
    """See finds and reads; edit writes, as the owner's; revoked, all of it ends."""
    owner = back.store(person)
    ids = [new_id() for _n in range(4)]
    owner.insert_many(KIND, [(key, {"n": n}) for n, key in enumerate(ids[:3])])
    friend = back.person()
    own = new_id()
    back.store(friend).insert(KIND, {"n": 1.5}, id=own)

    back.grant(person, "family", friend, "see")
    seeing = back.store(friend)
    pages = list(each(seeing, KIND, order=["-n"], page=2))
    assert [document.id for document in pages] == [ids[2], own, ids[1], ids[0]]
    assert {document.owner for document in pages} == {person, friend}
    assert seeing.count(KIND, col("owner") == person) == 3
    assert len(seeing.versions(KIND, ids[0])) == 1
    now = datetime.now(UTC) + timedelta(minutes=1)
    assert len(list(seeing.as_of(KIND, now))) == 4
    for refused in (
        lambda: seeing.update(KIND, ids[0], {"n": 9}),
        lambda: seeing.replace(KIND, ids[0], {}),
        lambda: seeing.delete(KIND, ids[0]),
        lambda: seeing.insert(KIND, {}, id=new_id(), owner=person),
    ):
        with pytest.raises(Denied):
            refused()

    back.revoke(person, "family", friend)
    back.grant(person, "family", friend, "edit")
    editing = back.store(friend)
    assert editing.update(KIND, ids[0], {"n": 9}).owner == person
    assert editing.insert(KIND, {"n": 4}, id=ids[3], owner=person).owner == person
    assert editing.delete(KIND, ids[1])
    assert owner.count(KIND) == 3
    assert owner.versions(KIND, ids[0])[0].who == friend, "the history names who really did it"

    back.revoke(person, "family", friend)
    after = back.store(friend)
    assert [document.id for document in after.find(KIND).items] == [own]
    with pytest.raises((NotFound, Denied)):
        after.update(KIND, ids[0], {"n": 10})


def test_errors_say_what_to_do_next(store: DocumentStore) -> None:
    """Every refusal is one of ours, with a next step."""
    key = new_id()
    store.insert(KIND, {}, id=key)
    for refused in (
        lambda: store.insert(KIND, {}, id=key),
        lambda: store.insert(KIND, {"a": b""}, id=new_id()),
        lambda: store.update(KIND, key, {}, version=7),
        lambda: store.update(KIND, new_id(), {}),
        lambda: store.find(KIND, col("a") == object()),
    ):
        with pytest.raises(PgcError) as error:
            refused()
        assert error.value.next_step


def test_names_of_the_envelope_are_those_of_a_document() -> None:
    """The reserved names are derived from nothing, so a new field must be added to both."""
    assert set(Document.__dataclass_fields__) - ENVELOPE == {"kind", "body"}
