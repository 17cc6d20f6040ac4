"""Records in and out of real tables and documents, with the rights of real persons."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from multiprocessing import get_context
from typing import Any
from uuid import uuid4

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pgc_lib.core.collection import SEALED, Collection
from pgc_lib.core.ids import new_id
from pgc_lib.core.session import Session
from pgc_lib.errors import Conflict, Denied, Invalid, NotFound, StoreError
from pgc_lib.settings import Secret as SecretText
from pgc_lib.stores.filters import col
from tests.support.lab import House, Person, share
from tests.support.records import Mood, Paper, Samples, Secret, Thing

pytestmark = pytest.mark.usefixtures("shanghai")

FAST = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture
def mine(samples: Samples, person: Person) -> Collection[Thing]:
    """The things of a new person, none yet."""
    return samples(person())


@pytest.fixture(scope="module")
def everyones(samples: Samples, person: Person) -> Collection[Thing]:
    """The things of one person for many examples, told apart by their batch."""
    return samples(person())


# ── what goes in comes out ──────────────────────────────────────────────────────────────────────────────

storable_text = st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=12)
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | storable_text
    | st.decimals(-9, 9, places=3),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("ab价格"), inner, max_size=3)
    ),
    max_leaves=6,
)
everything = st.fixed_dictionaries(
    {
        "title": storable_text.filter(bool),
        "note": storable_text
        | st.sampled_from(
            ["👩‍👩‍👧", "𠮷野家", "e\u0301", "\\x00", "\\N", "\t\r\n", "'\"", "\ufeff"]
        ),
        "mood": st.sampled_from(Mood),
        "size": st.sampled_from([None, "S", "it's"]),
        "count": st.integers(-5, 2**63 - 1),
        "large": st.none() | st.integers(-(2**63), 2**63 - 1),
        "ratio": st.none() | st.floats(max_value=1e299, allow_nan=False, allow_infinity=False),
        "done": st.booleans(),
        "day": st.none() | st.dates(),
        "at": st.none()
        | st.datetimes(
            datetime(2, 1, 1),
            datetime(9998, 1, 1),
            timezones=st.sampled_from([UTC, timezone(timedelta(hours=-9.5))]),
        )
        | st.datetimes(datetime(1930, 1, 1), datetime(2100, 1, 1), timezones=st.timezones()),
        "amount": st.decimals("-99999999999999.9999", "99999999999999.9999", places=4),
        "price": st.none() | st.decimals(0, 1000, places=2),
        "link": st.none() | st.uuids(),
        "tags": st.lists(storable_text, max_size=5),
        "extra": st.none() | st.dictionaries(st.sampled_from("xyz中"), json_values, max_size=3),
    }
)


@FAST
@given(rows=st.lists(everything, min_size=1, max_size=4))
def test_every_value_survives_every_way(
    rows: list[dict[str, Any]], everyones: Collection[Thing]
) -> None:
    """One by one, in bulk, back as records, back as a frame, and that frame written again."""
    mine = everyones
    kept = [mine.add(**row) for row in rows]
    for row, record in zip(rows, kept, strict=True):
        assert record.values() == Thing(**row).values(), "what add returns"
        assert mine.get(record.id) == record, "what get returns"
    batch = mine.add_many(rows)
    assert (batch.added, batch.skipped) == (len(rows), 0)
    written = mine.find(batch=batch.batch)
    assert sorted(map(_key, written)) == sorted(map(_key, kept)), "what add_many wrote"
    frame = mine.frame(batch=batch.batch).drop("id")
    copied = mine.add_many(frame)
    assert copied.added == len(rows)
    copies = mine.find(batch=copied.batch)
    assert sorted(map(_key, copies)) == sorted(map(_key, kept)), "what the frame carried"
    assert (
        frame.schema
        == pl.DataFrame(schema={n: f.type.polars() for n, f in Thing.spec.fields.items()}).schema
    )


def _key(record: Thing) -> str:
    values = {name: getattr(record, name) for name in Thing.spec.fields}
    values["amount"] = values["amount"].quantize(Decimal("0.0001"))
    values["price"] = values["price"] and values["price"].quantize(Decimal("0.0001"))
    values["at"] = values["at"] and values["at"].astimezone(UTC)
    values["mood"] = str(values["mood"])
    return repr(values)


def test_a_kept_record_has_system_fields(mine: Collection[Thing]) -> None:
    """Who, when and which version come from the database; nobody can set them."""
    before = datetime.now(UTC) - timedelta(seconds=60)
    thing = mine.add(title="a")
    assert thing.owner == mine.session.person and thing.version == 1 and thing.batch is None
    assert thing.created_at and thing.created_at > before
    with pytest.raises(Invalid, match="leave it out"):
        mine.add(title="a", version=7)
    with pytest.raises(TypeError):
        mine.add(Thing(title="a"), title="b")
    with pytest.raises(TypeError):
        mine.add(Secret())  # type: ignore[arg-type]
    assert mine.add(Thing(title="b")).title == "b"


# ── changing ────────────────────────────────────────────────────────────────────────────────────────────


def test_of_two_changes_to_one_version_the_second_is_told(mine: Collection[Thing]) -> None:
    """Nothing is overwritten, and the record can be read again and changed."""
    thing = mine.add(title="a", amount="1")
    assert mine.update(thing, amount="2").version == 2
    with pytest.raises(Conflict) as error:
        mine.update(thing, amount="3")
    assert "version 1" in str(error.value) and "2" in str(error.value)
    assert mine.get(thing.id).amount == 2
    with pytest.raises(Conflict):
        mine.remove(thing)
    assert mine.update(thing.id, note="without a version").amount == 2
    assert mine.remove(mine.get(thing.id)) and not mine.remove(thing.id)
    with pytest.raises(NotFound):
        mine.update(thing, amount="4")


def _update(url: str, person: Any, id: Any, word: str) -> str:
    session = Session(person=person, name="x", database=SecretText(url), redis_url=SecretText(""))
    things = Collection(session, Thing)
    thing = things.get(id)
    for attempt in range(1000):
        try:
            thing = things.update(thing, note=thing.note + word)
            if len(thing.note) >= 20:
                return f"done after {attempt}"
        except Conflict:
            thing = things.get(id)
        if len(thing.note) >= 20:
            break
    return "done"


def test_two_processes_updating_one_record_lose_nothing(mine: Collection[Thing]) -> None:
    """Each letter that was acknowledged is there: a stale write is refused, never merged away."""
    thing = mine.add(title="a")
    url = mine.session.database.reveal()
    with get_context("spawn").Pool(2) as pool:
        work = [(url, mine.session.person, thing.id, word) for word in ("x", "y")]
        assert all(answer.startswith("done") for answer in pool.starmap(_update, work))
    final = mine.get(thing.id)
    assert len(final.note) == final.version - 1, "as many letters as versions"


def test_changes_without_a_version_both_hold(mine: Collection[Thing]) -> None:
    """By identifier only the named fields are written, so changes to others are not undone."""
    thing = mine.add(title="a")
    with ThreadPoolExecutor(2) as pool:
        list(
            pool.map(
                lambda change: mine.update(thing.id, **change), [{"note": "n"}, {"count": 5}] * 5
            )
        )
    now = mine.get(thing.id)
    assert (now.note, now.count) == ("n", 5)


def test_an_update_is_validated_as_a_whole_and_only_when_it_changes_something(
    mine: Collection[Thing],
) -> None:
    """Saying the same again is no new version; a wrong field changes nothing at all."""
    thing = mine.add(title="a", amount="1.50", tags=["x"])
    assert mine.update(thing, amount=Decimal("1.5"), tags=["x"]).version == 1
    with pytest.raises(Invalid) as error:
        mine.update(thing, amount="much", note="n", nothing=1)
    assert {problem.place for problem in error.value.problems} == {"Amount (amount)", "nothing"}
    assert mine.get(thing.id) == thing


# ── many at once ────────────────────────────────────────────────────────────────────────────────────────


def test_a_batch_is_all_or_nothing(mine: Collection[Thing]) -> None:
    """One hostile row among good ones: nothing is kept, unless the good ones are asked for."""
    rows = [
        {"title": "good"},
        {"title": "a\0b"},
        {"title": "\ud800"},
        {"title": "t", "amount": "NaN"},
    ]
    rows += [
        {"title": "t", "day": "0000-01-01"},
        {"title": "t", "day": "10000-01-01"},
        {"title": "last"},
    ]
    rows += [
        {"title": "t", "note": "x" * 200_000_000},
        {"title": "t", "tags": ["x" * 999_999] * 200},
    ]
    with pytest.raises(Invalid) as error:
        mine.add_many(rows)
    assert {problem.row for problem in error.value.problems} == {2, 3, 4, 5, 6, 8, 9}
    assert mine.count() == 0
    added = mine.add_many(rows, keep_valid=True)
    assert (added.added, added.refused) == (2, 7)
    assert [thing.title for thing in mine.find()] == ["good", "last"]


def test_a_batch_that_the_database_refuses_leaves_nothing(mine: Collection[Thing]) -> None:
    """Validation passes, the key does not: no row, no history of the batch."""
    mine.add(title="first", code="a")
    with pytest.raises(Invalid) as error:
        mine.add_many(
            [{"title": "b", "code": "b"}, {"title": "again", "code": "a"}, {"title": "c"}]
        )
    assert [(p.place, p.value) for p in error.value.problems] == [("Code (code)", "a")]
    assert "on_conflict" in str(error.value) and mine.count() == 1
    with pytest.raises(Invalid, match="there is a record with this already"):
        mine.add(title="again", code="a")
    with pytest.raises(Invalid, match="there is a record with this already"):
        mine.update(mine.add(title="other", code="z"), code="a")


@pytest.mark.parametrize("as_frame", [False, True])
def test_what_exists_is_left_renewed_or_refused(mine: Collection[Thing], as_frame: bool) -> None:
    """By the key, also when it comes twice in the batch itself; rows without a key are all kept."""

    def rows(*pairs: tuple[str | None, str]) -> Any:
        listed = [{"code": code, "title": title} for code, title in pairs]
        return pl.DataFrame(listed) if as_frame else listed

    def titles() -> list[str]:
        return sorted(thing.title for thing in mine.find())

    batch = rows(("a", "a1"), ("b", "b1"), ("a", "a2"), (None, "n1"), (None, "n2"))
    with pytest.raises(Invalid) as error:
        mine.add_many(batch)
    assert {problem.value for problem in error.value.problems} == {"a"} and mine.count() == 0
    skipped = mine.add_many(batch, on_conflict="skip")
    assert (skipped.added, skipped.updated, skipped.skipped) == (4, 0, 1)
    assert titles() == ["a1", "b1", "n1", "n2"], "the first of the batch is kept"
    renewed = mine.add_many(
        rows(("a", "a3"), ("c", "c1"), ("a", "a4"), ("b", "b1")), on_conflict="update"
    )
    assert (renewed.added, renewed.updated, renewed.skipped) == (1, 1, 2)
    assert titles() == ["a4", "b1", "c1", "n1", "n2"], "the last of the batch is what there is now"
    assert [thing.version for thing in mine.find(code="b")] == [1], "the same again is no change"


def test_a_batch_may_come_in_several_calls(mine: Collection[Thing]) -> None:
    """An import in pieces is one batch, and each call counts only its own rows."""
    batch = new_id()
    first = mine.add_many([{"title": "a", "code": "a"}, {"title": "b"}], batch=batch)
    second = mine.add_many(
        [{"title": "c"}, {"title": "A", "code": "a"}], batch=batch, on_conflict="update"
    )
    assert (first.added, second.added, second.updated, second.skipped) == (2, 1, 1, 0)
    assert mine.count(batch=batch) == 3
    empty = mine.add_many([], batch=batch)
    assert (empty.added, empty.skipped) == (0, 0)


def test_a_batch_is_one_line_of_history(mine: Collection[Thing], house: House) -> None:
    """However many rows it has."""
    added = mine.add_many([{"title": str(n)} for n in range(5000)])
    lines = house.sql("select verb, rows, records from pgc.changes where batch = %s", added.batch)
    assert lines == [("insert", 5000, None)]


# ── reading ─────────────────────────────────────────────────────────────────────────────────────────────


def test_a_frame_has_the_columns_that_are_asked_for(mine: Collection[Thing]) -> None:
    """In their types, also when there is nothing; system columns too."""
    names = ["amount", "id", "owner", "batch", "version", "created_at", "amount"]
    kinds = {"amount": pl.Decimal(18, 4), "id": pl.String, "created_at": pl.Datetime("us", "UTC")}
    for height in (0, 1):
        frame = mine.frame(columns=names)
        assert frame.columns == names[:-1] and frame.height == height
        assert {name: frame.schema[name] for name in kinds} == kinds
        assert mine.frame().columns == ["id", *Thing.spec.fields]
        mine.add(title="a", amount="99999999999999.9999")
    assert mine.frame(order="-amount", limit=1)["amount"].to_list() == [
        Decimal("99999999999999.9999")
    ]


def test_filters_find_the_same_as_records_count_and_frame(mine: Collection[Thing]) -> None:
    """The frame's query is written out as text; quotes, percents and backslashes are no danger there."""
    odd = [
        "it's",
        'a"b',
        "50%",
        "a_b",
        "a\\b",
        "a:b",
        ":name",
        "$1",
        "%(x)s",
        "汉字",
        "ÄÖ",
        "--",
        "/*",
        "?",
        "{x}",
    ]
    mine.add_many(
        [
            {"title": text, "note": text, "tags": [text], "day": date(2026, 1, n + 1)}
            for n, text in enumerate(odd)
        ]
    )
    for text in odd:
        for condition in (
            col("title") == text,
            col("note").contains(text),
            col("note").starts_with(text),
            col("tags").has(text),
            col("title").is_in([text, "nothing"]),
        ):
            assert [thing.title for thing in mine.find(condition)] == [text]
            assert mine.frame(condition)["title"].to_list() == [text]
            assert mine.count(condition) == 1
    assert mine.frame(day__ge="2026-01-10", order="day", limit=2)["title"].to_list() == odd[9:11]


def test_times_in_filters_are_meant_in_the_persons_zone(mine: Collection[Thing]) -> None:
    """Midnight is the person's midnight, in every way it can be written."""
    mine.add(title="before", at="2026-11-19T23:59:59+08:00")
    mine.add(title="after", at="2026-11-20T00:00:00+08:00")
    for moment in (
        "2026-11-20",
        date(2026, 11, 20),
        datetime(2026, 11, 20),
        "2026-11-19T16:00:00Z",
    ):
        assert [thing.title for thing in mine.find(at__ge=moment)] == ["after"]
        assert mine.frame(at__ge=moment)["title"].to_list() == ["after"]


@pytest.mark.parametrize(
    "ask",
    [
        lambda c: c.find(nothing=1),
        lambda c: c.find(order="nothing"),
        lambda c: c.find(order="-tags"),
        lambda c: c.find(day="tomorrow"),
        lambda c: c.find(day=5),
        lambda c: c.find(amount="much"),
        lambda c: c.find(amount=float("nan")),
        lambda c: c.find(count=True),
        lambda c: c.find(title=5),
        lambda c: c.find(title="a\0"),
        lambda c: c.find(title__contains="\ud800"),
        lambda c: c.find(link="nobody"),
        lambda c: c.find(extra={}),
        lambda c: c.find(day__contains="2"),
        lambda c: c.find(title__has="x"),
        lambda c: c.find(**{"extra.a": 1}),
        lambda c: c.find(limit=0),
        lambda c: c.page(limit=-1),
        lambda c: c.frame(limit=True),
        lambda c: c.frame(columns=["title", "nothing"]),
        lambda c: c.page(after="rubbish"),
        lambda c: c.count(title__contains="x" * 2000),
    ],
)
def test_a_question_that_cannot_be_asked_is_invalid_and_says_why(
    mine: Collection[Thing], ask: Callable[[Collection[Thing]], Any]
) -> None:
    """Never an error of the database, never an empty answer as if nothing were there."""
    with pytest.raises(Invalid) as error:
        ask(mine)
    assert error.value.problems and error.value.next_step


def test_numbers_in_filters_mean_what_is_written(mine: Collection[Thing]) -> None:
    """A float is the number a person typed; numbers that no column can hold still compare."""
    mine.add(title="a", amount="0.1", count=7, ratio=0.5)
    for condition in (
        col("amount") == 0.1,
        col("amount") == "0.1",
        col("amount") < 1e30,
        (col("amount") > 0.09999) & (col("amount") < 0.10001),
        col("count") < 2**70,
        col("count") > -(10**40),
        col("count").is_between(6.5, 7.5),
        col("count") != 7.5,
        col("ratio") == Decimal("0.5"),
        col("ratio") < 10**400,
        col("amount").is_in([0.1, 5]),
    ):
        assert mine.count(condition) == 1 == mine.frame(condition).height, condition
    assert mine.count(col("amount") > 0.10001) == 0


def test_who_is_not_known_by_an_identifier_is_not_found(mine: Collection[Thing]) -> None:
    """A text that is none, and one that nobody has."""
    for id in ("rubbish", uuid4(), str(uuid4())):
        with pytest.raises(NotFound):
            mine.get(id)
    with pytest.raises(NotFound):
        mine.update(uuid4(), title="x")
    assert mine.remove(uuid4()) is False


# ── other persons ───────────────────────────────────────────────────────────────────────────────────────


def test_another_persons_records_are_not_there(samples: Samples, person: Person) -> None:
    """By no verb; and a key of theirs does not stand in the way of mine."""
    mama, papa = samples(person("mama")), samples(person("papa"))
    thing = mama.add(title="hers", code="a")
    assert papa.find() == [] and papa.count() == 0 and papa.frame().is_empty()
    for attempt in (papa.get, papa.update):
        with pytest.raises(NotFound):
            attempt(thing.id) if attempt == papa.get else papa.update(thing.id, title="his")
    assert papa.remove(thing.id) is False and mama.get(thing.id) == thing
    with pytest.raises(Denied):
        papa.add(title="for her", owner=mama.session.person)
    with pytest.raises(Denied):
        papa.add_many([{"title": "for her"}], owner=mama.session.person)
    assert papa.add_many([{"title": "his", "code": "a"}], on_conflict="update").added == 1
    assert mama.get(thing.id) == thing


def test_what_is_shared_can_be_seen_and_edited_as_far_as_granted(
    samples: Samples, person: Person
) -> None:
    """See is not edit, and edit writes in the owner's name."""
    mama, papa = samples(person("mama")), samples(person("papa"))
    thing = mama.add(title="hers")
    share(mama.session, papa.session, "samples", "see")
    assert papa.find() == [thing]
    with pytest.raises(Denied, match="not change"):
        papa.update(thing, title="his")
    share(mama.session, papa.session, "samples", "edit")
    assert papa.update(thing, title="ours").owner == mama.session.person
    added = papa.add_many([{"title": "b"}, {"title": "c"}], owner=mama.session.person)
    assert added.added == 2 and mama.count() == 3


# ── sensitive fields ────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def secrets(sample_tables: House, person: Person) -> Collection[Secret]:
    """The secrets of a new person."""
    return Collection(person(), Secret)


def test_sensitive_fields_are_ciphertext_in_the_database_and_in_its_history(
    secrets: Collection[Secret], house: House
) -> None:
    """A dump, a backup or a curious administrator shows nothing."""
    secret = secrets.add(code="a", diary="dear diary", letter="dear letter")
    assert secrets.get(secret.id).diary == "dear diary"
    again = secrets.update(secret, diary="dear diary, more")
    assert (again.diary, again.letter) == ("dear diary, more", "dear letter")
    secrets.add_many([{"code": "b", "diary": "dear batch"}, {"code": "c", "letter": None}])
    rows = str(house.sql("select t::text from samples.secrets t"))
    images = str(house.sql("select before::text from pgc.images where record = %s", secret.id))
    assert "dear" not in rows + images and "pgc1:" in rows and "pgc1:" in images
    assert [(s.diary, s.letter) for s in secrets.find(order="code")] == [
        ("dear diary, more", "dear letter"),
        ("dear batch", None),
        ("", None),
    ]


def test_a_seal_is_bound_to_its_place(secrets: Collection[Secret], house: House) -> None:
    """A ciphertext copied to another field, record or person is noticed, not shown."""
    one, two = secrets.add(code="a", diary="mine"), secrets.add(code="b", diary="also mine")
    house.sql(
        "update samples.secrets set diary = (select diary from samples.secrets where id = %s) where id = %s",
        one.id,
        two.id,
    )
    assert secrets.get(one.id).diary == "mine"
    with pytest.raises(StoreError, match="cannot be decrypted"):
        secrets.get(two.id)


def test_sensitive_fields_are_in_no_frame_filter_or_order(secrets: Collection[Secret]) -> None:
    """Ciphertext means nothing there, and sorting it would only mislead."""
    secrets.add(code="a", diary="mine")
    assert secrets.frame().columns == ["id", "code"]
    for ask in (
        lambda: secrets.frame(columns=["diary"]),
        lambda: secrets.find(diary="mine"),
        lambda: secrets.find(~col("letter").is_null()),
        lambda: secrets.find(order="diary"),
        lambda: secrets.count(diary__contains="m"),
    ):
        with pytest.raises(Invalid, match="encrypted"):
            ask()


def test_a_batch_of_secrets_is_atomic_and_renews(secrets: Collection[Secret]) -> None:
    """A wrong row or a taken key leaves nothing; a renewed row opens under the record it renewed."""
    with pytest.raises(Invalid):
        secrets.add_many([{"code": "a", "diary": "good"}, {"code": "b", "diary": "x" * 1001}])
    assert secrets.count() == 0
    secrets.add_many([{"code": "a", "diary": "old"}])
    with pytest.raises(Invalid):
        secrets.add_many([{"code": "b", "diary": "b"}, {"code": "a", "diary": "new"}])
    assert [secret.diary for secret in secrets.find()] == ["old"]
    renewed = secrets.add_many(
        [{"code": "a", "diary": "new"}, {"code": "c", "diary": "c"}], on_conflict="update"
    )
    assert (renewed.added, renewed.updated) == (1, 1)
    assert [secret.diary for secret in secrets.find(order="code")] == ["new", "c"]


def test_another_persons_secret_stays_closed(sample_tables: House, person: Person) -> None:
    """Who may see the record sees that something is written there; nobody writes with a foreign key."""
    mama, papa = Collection(person("mama"), Secret), Collection(person("papa"), Secret)
    secret = mama.add(code="a", diary="hers")
    share(mama.session, papa.session, "samples", "edit")
    assert papa.get(secret.id).diary == SEALED
    assert papa.update(secret.id, code="b").code == "b"
    for attempt in (
        lambda: papa.update(secret.id, diary="his"),
        lambda: papa.add(diary="his", owner=mama.session.person),
        lambda: papa.add_many([{"diary": "his"}], owner=mama.session.person),
    ):
        with pytest.raises(Denied, match="owner"):
            attempt()
    assert [s.diary for s in mama.find()] == ["hers"]


# ── documents ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def papers(house: House, person: Person) -> Collection[Paper]:
    """The papers of a new person, kept as documents."""
    return Collection(person(), Paper)


def test_documents_are_handled_the_same(papers: Collection[Paper], house: House) -> None:
    """The same verbs, types and errors, whatever lies below."""
    full = {
        "title": "文",
        "code": "a",
        "day": date(2026, 1, 2),
        "at": datetime(2026, 1, 2, 3, tzinfo=UTC),
        "price": Decimal("12.50"),
        "ratio": 0.1,
        "link": uuid4(),
        "tags": ["甲", "b"],
        "extra": {"n": Decimal("1.50"), "deep": [1, {"x": None}]},
        "diary": "dear diary",
    }
    paper = papers.add(**full)
    assert paper.values() == full and papers.get(paper.id) == paper
    assert "dear" not in str(
        house.sql("select body::text from pgc.documents where id = %s", paper.id)
    )
    assert papers.update(paper, price="13").price == 13
    with pytest.raises(Conflict):
        papers.update(paper, price="14")
    frame = papers.frame(day__ge="2026-01-01", price__lt=13.5, link=full["link"])
    assert frame.columns == ["id", *(name for name in Paper.spec.fields if name != "diary")]
    assert (
        frame["price"].to_list() == [Decimal("13")]
        and frame["extra"][0] == '{"n":1.50,"deep":[1,{"x":null}]}'
    )
    copied = papers.add_many(frame.drop("id").with_columns(pl.lit("copy").alias("code")))
    [copy] = papers.find(batch=copied.batch)
    assert copy.values() == {**full, "price": Decimal("13"), "code": "copy", "diary": ""}
    assert papers.find(**{"extra.n": Decimal("1.5"), "code": "a"})[0].id == paper.id
    for ask in ({"nothing": 1}, {"title.x": 1}, {"diary": "x"}, {"day": "never"}):
        with pytest.raises(Invalid):
            papers.find(**ask)
    assert papers.remove(paper.id) and papers.count() == 1


def test_documents_are_recognised_by_their_key(papers: Collection[Paper]) -> None:
    """As rows of a table are."""
    first = papers.add(title="a", code="a")
    with pytest.raises(Invalid, match="there is a record with this already"):
        papers.add(title="b", code="a")
    with pytest.raises(Invalid, match="recognised"):
        papers.update(first, code="b")
    rows = [
        {"title": "x", "code": "a"},
        {"title": "y", "code": "b"},
        {"title": "z", "code": "b"},
        {"title": "w"},
    ]
    skipped = papers.add_many(rows, on_conflict="skip")
    assert (skipped.added, skipped.skipped) == (2, 2)
    renewed = papers.add_many(rows[:3], on_conflict="update")
    assert (renewed.added, renewed.updated, renewed.skipped) == (0, 2, 1)
    assert sorted(paper.title for paper in papers.find()) == ["w", "x", "z"]


def test_documents_of_an_earlier_time_are_filtered_sorted_and_paged(
    papers: Collection[Paper],
) -> None:
    """The past answers every question that the present does, and cannot be changed."""
    for n in range(7):
        papers.add(title=f"t{n % 3}", code=str(n), price=n)
    then = datetime.now(UTC)
    papers.update(papers.find(code="3")[0], price=100)
    papers.remove(papers.find(code="4")[0].id)
    papers.add(title="new", code="new")
    past = Collection(papers.session.as_of(then), Paper)
    assert [paper.code for paper in past.find(price__ge=3, order="-price")] == ["6", "5", "4", "3"]
    assert past.count(title="t0") == 3 and past.frame(order="code")["price"].sum() == 21
    found, after = [], None
    while True:
        page = past.page(limit=2, after=after)
        found += [paper.code for paper in page.records]
        after = page.next
        if after is None:
            break
    assert found == [paper.code for paper in past.find()] and len(found) == 7
    assert [past.find(code=code)[0].title for code in found] == ["t0"] * 3 + ["t1"] * 2 + ["t2"] * 2
    for attempt in (
        lambda: past.add(title="x"),
        lambda: past.add_many([{"title": "x"}]),
        lambda: past.remove(uuid4()),
    ):
        with pytest.raises(Denied):
            attempt()
