"""Bad input by every door: a clear error with its place, and nothing of the batch is kept."""

from collections.abc import Callable
from typing import Any

import pytest

from pgc_lib.areas.finance import Finance
from pgc_lib.areas.reports import Reports
from pgc_lib.errors import Invalid, PgcError
from tests.support.lab import Person

_HUGE = 200 * 2**20
_GOOD = {"day": "2026-11-20", "amount": "-1.00", "payee": "p"}
_BAD: dict[str, tuple[str, Any]] = {
    "a 200 MB text": ("note", "x" * _HUGE),
    "a NUL byte": ("payee", "a\x00b"),
    "a lone surrogate": ("payee", "a\ud800b"),
    "NaN money": ("amount", "NaN"),
    "infinite money": ("amount", float("inf")),
    "year 0": ("day", "0000-01-01"),
    "year 10000": ("day", "10000-01-01"),
}


def _one(finance: Finance, row: dict[str, Any]) -> None:
    finance.add(**row)


def _many(finance: Finance, row: dict[str, Any]) -> None:
    finance.add_many([_GOOD, row, _GOOD])


@pytest.mark.parametrize("way", [_one, _many])
@pytest.mark.parametrize("what", _BAD)
def test_a_bad_row_is_refused_by_its_field(
    person: Person, what: str, way: Callable[[Finance, dict[str, Any]], None]
) -> None:
    """One at a time and in bulk: the field is named, nothing is kept, and the session goes on."""
    finance = Finance(person())
    name, value = _BAD[what]
    with pytest.raises(Invalid) as refused:
        way(finance, {**_GOOD, name: value})
    assert name in refused.value.problems[0].place
    assert len(str(refused.value)) < 5000, "the value is not repeated in the message"
    assert finance.count() == 0
    assert finance.add(**_GOOD).version == 1


@pytest.mark.parametrize(
    "parameters",
    [
        {"note": "x" * _HUGE},
        {"a\x00b": 1},
        {"a": "b\x00c"},
        {"a": ["\udfff"]},
        {"a": float("nan")},
        {"a": {"b": object()}},
    ],
    ids=["200 MB", "NUL key", "NUL", "surrogate", "NaN", "no JSON"],
)
def test_a_bad_document_is_refused(person: Person, parameters: dict[str, Any]) -> None:
    """Documents have free fields; what no store can keep is refused all the same."""
    reports = Reports(person())
    with pytest.raises(PgcError) as refused:
        reports.runs.add(name="r", started_at="2026-11-20T08:00", parameters=parameters)
    assert len(str(refused.value)) < 5000
    assert reports.runs.count() == 0
