"""The Record's own verdict on each row, to hold the verdict on a frame to."""

from typing import Any

import polars as pl
from pydantic import ValidationError

from pgc_lib.core.frames import Checked, check_frame, check_rows
from pgc_lib.core.record import Record
from tests.support.records import Thing


def by_record(frame: pl.DataFrame, record: type[Record] = Thing) -> dict[int, dict[str, Any]]:
    """The accepted rows as the Record itself judges them, by number."""
    accepted = {}
    fields = record.spec.fields
    for number, row in enumerate(frame.iter_rows(named=True), 1):
        given = {
            name: value
            for name, value in row.items()
            if value is not None or fields[name].optional or fields[name].required
        }
        try:
            made = record.model_validate(given)
        except ValidationError:
            continue
        accepted[number] = made.values()
    return accepted


def agree(frame: pl.DataFrame, record: type[Record] = Thing) -> Checked:
    """Hold the verdict on a frame to the Record's verdict on each row."""
    expected = by_record(frame, record)
    checked = check_frame(frame, record.spec)
    assert checked.refused == frame.height - len(expected)
    wanted = check_rows([record(**values) for values in expected.values()], record.spec)
    assert checked.frame.schema == wanted.frame.schema
    assert checked.frame.rows() == wanted.frame.rows()
    refused = {problem.row for problem in checked.problems}
    assert refused == set(range(1, frame.height + 1)) - set(expected)
    return checked
