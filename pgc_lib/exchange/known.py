"""Which rows of a file are kept already, or were in the same file before."""

from dataclasses import dataclass
from typing import Any

import polars as pl

from pgc_lib.core.collection import Collection
from pgc_lib.exchange.reading import Part
from pgc_lib.stores.filters import Condition, col

_FEW = 5_000
"""Rows that are looked for by name, wherever in time they are now."""


class Known:
    """The records of a kind by which a row is known to be kept."""

    def __init__(self, collection: Collection[Any], part: Part) -> None:
        self.collection = collection
        self.names = list(part.same or collection.spec.key)
        self._seen: list[_Seen] = []
        self._all: pl.DataFrame | None = None
        first = collection.spec.sort[0].removeprefix("-") if collection.spec.sort else ""
        found = collection.spec.fields.get(first)
        timed = found is not None and found.type.name in ("date", "moment")
        # Where records may be without a time, those of a time are not all that a row may be.
        self._by = first if timed and found is not None and not found.optional else ""

    def of(self, frame: pl.DataFrame) -> pl.Series:
        """Which of these rows are kept, or were in this file before."""
        if not self.names or frame.is_empty() or not set(self.names) <= set(frame.columns):
            return pl.repeat(False, frame.height, eager=True)
        keys = frame.select(self.names)
        known = _among(keys, self._kept(frame))
        if len(self.names) == 1:
            known |= self._elsewhere(keys.filter(~known))(keys)
        for seen in self._seen:
            if seen.may_hold(keys):
                known |= _among(keys, seen.keys)
        known |= ~_first(keys)
        fresh = keys.filter(~known)
        if fresh.height:
            self._seen.append(_Seen.of(fresh))
        return known

    def _kept(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The keys of what is kept in the time that the rows are of, or all of them."""
        mine = self.collection.session.person
        if self._by in frame.columns:
            first, last = frame[self._by].min(), frame[self._by].max()
            time: list[Condition] = [col(self._by) >= first, col(self._by) <= last]
            return self.collection.frame(*time, columns=self.names, owner=mine)
        if self._all is None:
            self._all = self.collection.frame(columns=self.names, owner=mine)
        return self._all

    def _elsewhere(self, missing: pl.DataFrame) -> Any:
        """A record may have been moved to another day since; a handful is looked for by name."""
        name = self.names[0]
        values = missing[name].drop_nulls().to_list() if missing.height <= _FEW and self._by else []
        found: set[Any] = set()
        if values:
            mine = self.collection.session.person
            frame = self.collection.frame(col(name).is_in(values), columns=[name], owner=mine)
            found.update(frame[name])
        return lambda keys: keys[name].is_in(sorted(found)).fill_null(False)


@dataclass(frozen=True, slots=True)
class _Seen:
    """Keys of an earlier part of the file; bills are in the order of time, so the next part rarely reaches into them."""

    keys: pl.DataFrame
    least: Any
    most: Any

    @classmethod
    def of(cls, keys: pl.DataFrame) -> "_Seen":
        return cls(keys, *_range(keys))

    def may_hold(self, keys: pl.DataFrame) -> bool:
        """Whether any of these can be among them."""
        least, most = _range(keys)
        if least is None or self.least is None:
            return True
        return bool(least <= self.most and most >= self.least)


def _range(keys: pl.DataFrame) -> tuple[Any, Any]:
    """The smallest and the largest, where there is one name and it has an order."""
    if keys.width > 1:
        return None, None
    column = keys.to_series()
    return column.min(), column.max()


def _first(keys: pl.DataFrame) -> pl.Series:
    """Where a key is the first of its kind, or says nothing."""
    if keys.width == 1:
        column = keys.to_series()
        return column.is_first_distinct() | column.is_null()
    return keys.select(
        pl.struct(pl.all()).is_first_distinct() | pl.any_horizontal(pl.all().is_null())
    ).to_series()


def _among(keys: pl.DataFrame, kept: pl.DataFrame) -> pl.Series:
    if kept.is_empty():
        return pl.repeat(False, keys.height, eager=True)
    numbered = keys.with_row_index("\0row")
    same = numbered.join(kept, on=keys.columns, how="semi")["\0row"]
    found = pl.repeat(False, keys.height, eager=True)
    return found.scatter(same, True) if same.len() else found
