"""Which rows of a file are kept already, whatever the order of time says."""

from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from pgc_lib.core.session import Session
from pgc_lib.exchange.known import Known
from pgc_lib.exchange.preview import preview
from pgc_lib.exchange.reading import Part, Reading
from pgc_lib.lab import Lab
from tests.support.lab import House, Person


@pytest.fixture
def lab(house: House, person: Person) -> Lab:
    """An empty lab."""
    return house.lab(person())


def known(lab: Lab, *rows: dict[str, object]) -> list[bool]:
    """Which rows of savings goals are known; a goal may be without a day, by which goals are sorted."""
    schema = {"title": pl.String, "by": pl.Date}
    frame = pl.DataFrame(list(rows), schema=schema)
    return Known(lab.finance.goals, Part("finance.goals", frame)).of(frame).to_list()


def test_records_without_a_day_are_known(lab: Lab) -> None:
    """The first field of the order may be empty: in the file, in what is kept, in both or changed since."""
    keep = {"target": 100, "account": "a", "start": "2026-01-01"}
    lab.finance.goals.add(title="boat", **keep)
    lab.finance.goals.add(title="trip", by="2026-08-01", **keep)
    day = pl.date(2027, 1, 1)
    late = pl.select(day).item()
    assert known(lab, {"title": "boat", "by": None}) == [True]
    assert known(lab, {"title": "boat", "by": late}) == [True]
    assert known(lab, {"title": "trip", "by": None}, {"title": "car", "by": None}) == [True, False]
    assert known(lab, {"title": "trip", "by": late}, {"title": "car", "by": late}) == [True, False]
    assert known(lab) == []


def test_a_row_is_known_from_earlier_parts_of_the_file(lab: Lab) -> None:
    """Whether the parts follow one another in order or reach into one another; nothing stands for no row."""
    seen = Known(lab.finance.transactions, Part("finance.transactions", []))

    def of(*references: str | None) -> list[bool]:
        day = pl.Series("day", ["2026-01-01"] * len(references)).str.to_date()
        return seen.of(pl.DataFrame({"day": day, "reference": list(references)}, schema_overrides={"reference": pl.String})).to_list()  # fmt: skip

    assert of("b", "d", "b", None, None) == [False, False, True, False, False]
    assert of("x", "y") == [False, False]
    assert of("a", "c", "d", "y", None) == [False, False, True, True, False]
    assert of(None) == [False]


def test_what_is_kept_in_between_is_not_kept_twice(lab: Lab, tmp_path: Path) -> None:
    """Somebody keeps one of the rows after they were looked at: the others are added, it is left alone."""
    path = tmp_path / "x.csv"
    path.write_text("x")
    rows = pl.DataFrame(
        {"day": ["2026-01-01"] * 3, "amount": ["-1", "-2", "-3"], "reference": ["r1", "r2", "r3"]}
    )
    session: Session = lab.session
    seen = preview(path, "test", Reading([Part("finance.transactions", rows)]), lab.collection_of, session)  # fmt: skip
    lab.finance.add(day="2026-01-01", amount=-2, reference="r2", payee="mine")
    done = seen.accept()
    assert (done.added, done.skipped) == (2, 1)
    assert {one.reference: one.amount for one in lab.finance.find()} == {
        "r1": Decimal(-1), "r2": Decimal(-2), "r3": Decimal(-3),
    }  # fmt: skip
    lab.history.undo_batch(done.batch)
    assert [one.payee for one in lab.finance.find()] == ["mine"]
