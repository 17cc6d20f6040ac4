"""Records that lie as documents: handled as those in tables are."""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import uuid4

import polars as pl
import pytest

from pgc_lib.core.collection import Collection
from pgc_lib.errors import Conflict, Denied, Invalid
from tests.support.lab import House, Person
from tests.support.records import Paper


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
