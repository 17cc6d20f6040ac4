"""Every value of every type, in and out of a real table by every way there is."""
# ruff: noqa: DTZ001 - times without a zone are meant in the person's

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pgc_lib.core.collection import Collection
from tests.support.lab import Person
from tests.support.records import Mood, Samples, Thing

FAST = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture(scope="module")
def everyones(samples: Samples, person: Person) -> Collection[Thing]:
    """The things of one person for many examples, told apart by their batch."""
    return samples(person())


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
