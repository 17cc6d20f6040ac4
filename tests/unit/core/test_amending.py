"""Changing many rows at once: those that are named, as far as they still are what they were."""

from datetime import date
from decimal import Decimal
from uuid import UUID

import polars as pl
import pytest

from pgc_lib.core.amending import WAS, amend_many
from pgc_lib.core.collection import Collection
from pgc_lib.core.history import History
from pgc_lib.core.ids import new_id
from tests.support.lab import Person, share
from tests.support.records import Samples, Thing


@pytest.fixture
def things(samples: Samples, person: Person) -> Collection[Thing]:
    """Four things of a new person."""
    things = samples(person("amender"))
    for number in range(4):
        things.add(title=f"t{number}", amount=number, tags=["a"], extra={"n": number})
    return things


def amend(things: Collection[Thing], frame: pl.DataFrame, batch: UUID | None = None) -> set[UUID]:
    """Change them in one transaction."""
    with things.session.writing(batch=batch or new_id()) as connection:
        return set(amend_many(connection, things.spec, frame))


def test_every_type_and_one_line_of_history(things: Collection[Thing]) -> None:
    """Amounts stay exact; history has one line however many rows there are."""
    found = things.find(order="title")
    link = new_id()
    frame = pl.DataFrame(
        {
            "id": [each.id.hex for each in found],
            "title": ["新"] * 4,
            "amount": pl.Series([Decimal("1.2345")] * 4, dtype=pl.Decimal(18, 4)),
            "tags": [["b", "c"]] * 4,
            "extra": ['{"m": 12.50}'] * 4,
            "link": [link.hex] * 4,
            "day": [date(2026, 11, 20)] * 4,
            "done": [True] * 4,
        }
    )
    batch = new_id()
    assert amend(things, frame, batch) == {each.id for each in found}
    now = things.find(order="id")
    assert {(each.title, each.amount, tuple(each.tags), each.link, each.day, each.done, each.version) for each in now} == {
        ("新", Decimal("1.2345"), ("b", "c"), link, date(2026, 11, 20), True, 2)
    }  # fmt: skip
    assert now[0].extra == {"m": Decimal("12.50")}
    history = History(things.session)
    assert [change.rows for change in history.recent(limit=1)] == [4]
    assert [change.batch for change in history.recent(limit=1)] == [batch]


def test_what_was_changed_in_between_stays(things: Collection[Thing]) -> None:
    """Also where a value is missing; several statements may share a transaction."""
    found = things.find(order="title")
    frame = pl.DataFrame(
        {
            "id": [each.id.hex for each in found],
            "title": ["new"] * 4,
            "day": [date(2026, 1, 1)] * 4,
            f"{WAS}title": ["t0", "t1", "other", "t3"],
            f"{WAS}day": pl.Series([None, None, None, date(2020, 1, 1)], dtype=pl.Date),
        }
    )
    with things.session.writing(batch=new_id()) as connection:
        for _time in range(2):
            done = amend_many(connection, things.spec, frame)
    assert done == [], "the second time they are no longer what they were"
    assert [each.title for each in things.find(order="title")] == ["new", "new", "t2", "t3"]


def test_others_rows_as_far_as_granted(samples: Samples, person: Person) -> None:
    """Row security decides about each row; what is only seen is left alone."""
    mine, other = person("mine"), person("other")
    thing = samples(mine).add(title="mine")
    frame = pl.DataFrame({"id": [thing.id.hex], "title": ["theirs"]})
    share(mine, other, "samples", "see")
    assert amend(samples(other), frame) == set()
    share(mine, other, "samples", "edit")
    assert amend(samples(other), frame) == {thing.id}
    assert amend(samples(other), frame.clear()) == set()
