"""A frame of pandas as one of polars, to be shown: its index, its several headings, its mixed columns.

Only what is looked at is needed, so nothing here may fail: a column of anything becomes a column of texts.
"""

from collections.abc import Hashable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl


def as_polars(frame: "pd.DataFrame") -> "pl.DataFrame":
    """The same rows; columns of one name are told apart by numbers."""
    import polars as pl

    made: dict[str, pl.Series] = {}
    for name, column in _columns(frame):
        made[_free(name, made)] = _series(column)
    return pl.DataFrame(made)


def _columns(frame: "pd.DataFrame") -> "Iterator[tuple[str, pd.Series]]":
    """The index, unless it only counts the rows, then the columns."""
    import pandas as pd

    index = frame.index
    counts = isinstance(index, pd.RangeIndex) and index.name is None and index.start == 0 and index.step == 1  # fmt: skip
    if not counts:
        for level in range(index.nlevels):
            values = index.get_level_values(level)
            yield _called(values.name, "#"), pd.Series(values)
    for place in range(frame.shape[1]):
        yield _called(frame.columns[place], ""), frame.iloc[:, place]


def _called(name: "Hashable", nothing: str) -> str:
    """A heading; those of several floors on one line."""
    if isinstance(name, tuple):
        return " · ".join(str(part) for part in name if part not in (None, ""))
    return nothing if name is None else str(name)


def _free(name: str, taken: "dict[str, pl.Series]") -> str:
    number, tried = 1, name
    while tried in taken:
        number += 1
        tried = f"{name} ({number})"
    return tried


def _series(column: "pd.Series") -> "pl.Series":
    import polars as pl

    try:
        found: object = pl.from_pandas(column.reset_index(drop=True))
    except Exception:  # noqa: BLE001  # arrow refuses mixed types and kinds of its own in many ways
        found = None
    if isinstance(found, pl.Series) and found.dtype != pl.Object:
        return found
    missing = column.isna().tolist()
    texts = [None if gone is True else str(value) for value, gone in zip(column.tolist(), missing, strict=True)]  # fmt: skip
    return pl.Series(texts, dtype=pl.String)
