"""Records in and out of real tables, with the rights of real persons."""
# ruff: noqa: DTZ001 - times without a zone are meant in the person's

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from multiprocessing import get_context
from typing import Any
from uuid import uuid4

import polars as pl
import pytest

from pgc_lib.core.collection import Collection
from pgc_lib.core.session import Session
from pgc_lib.errors import Conflict, Denied, Invalid, NotFound
from pgc_lib.settings import Secret as SecretText
from pgc_lib.stores.filters import col
from tests.support.lab import Person, share
from tests.support.records import Samples, Secret, Thing


@pytest.fixture
def mine(samples: Samples, person: Person) -> Collection[Thing]:
    """The things of a new person, none yet."""
    return samples(person())


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
