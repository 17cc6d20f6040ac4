"""Where the rows of a table come from, a page at a time: a frame, a collection, or a list of things.

However many there are, only the rows of one page are read and drawn. A collection is paged by the keys of its rows, so the
thousandth page costs what the first one does.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from pgc_lib.core.record import SEALED
from pgc_lib.notebook.display.cells import (
    Column,
    columns_of_frame,
    columns_of_lines,
    columns_of_spec,
    key_of,
)
from pgc_lib.notebook.display.names import Target, names, target_of
from pgc_lib.stores.filters import Any_, Condition, col

if TYPE_CHECKING:
    import polars as pl

    from pgc_lib.core.collection import Collection
    from pgc_lib.core.shown import Shown


@dataclass(frozen=True, slots=True)
class View:
    """What of the rows is asked for."""

    order: str = ""
    """A column's name; with `-` before it, the largest first."""
    words: str = ""
    """What a row holds somewhere."""
    page: int = 0
    size: int = 20

    @property
    def first(self) -> int:
        """The number of its first row, from 0."""
        return self.page * self.size


class Source(Protocol):
    """Rows for a table."""

    columns: list[Column]
    searched: bool
    """Whether rows can be found by words."""
    far: bool
    """Whether the last page can be reached at once."""
    sparse: bool
    """Whether columns that hold nothing are left out."""

    def count(self, view: View) -> int: ...

    def rows(self, view: View) -> Sequence[Sequence[Any]]: ...


class OfFrame:
    """The rows of a polars frame."""

    far = True
    sparse = False

    def __init__(self, frame: "pl.DataFrame") -> None:
        self.frame = frame
        self.columns = columns_of_frame(frame)
        self._asked: tuple[str, str] = ("", "")
        self._found = frame
        self._words = self._readable()
        self.searched = bool(self._words)

    def count(self, view: View) -> int:
        return self._view(view).height

    def rows(self, view: View) -> Sequence[Sequence[Any]]:
        names = [column.name for column in self.columns]
        return self._view(view).slice(view.first, view.size).select(names).rows()

    def _view(self, view: View) -> "pl.DataFrame":
        """All rows as they are sorted and found; kept until something else is asked."""
        import polars as pl

        if (view.order, view.words) == self._asked:
            return self._found
        found = self.frame
        if view.words:
            wanted = view.words.lower()
            holds = [
                pl.col(name).cast(pl.String).str.to_lowercase().str.contains(wanted, literal=True)
                for name in self._words
            ]
            found = found.filter(pl.any_horizontal(holds))
        if view.order:
            name = view.order.removeprefix("-")
            down = view.order.startswith("-")
            found = found.sort(name, descending=down, nulls_last=True, maintain_order=True)
        self._asked, self._found = (view.order, view.words), found
        return found

    def _readable(self) -> list[str]:
        import polars as pl

        texts = (pl.String, pl.Categorical, pl.Enum, pl.Date)
        return [
            name
            for name, kind in self.frame.schema.items()
            if kind in texts and name not in ("id", "owner", "batch")
        ]


class OfCollection:
    """The records of a collection."""

    far = False
    sparse = True

    def __init__(self, collection: "Collection[Any]") -> None:
        self.collection = collection
        self.columns = columns_of_spec(collection.spec)
        fields = collection.spec.fields.values()
        self._texts = [f.name for f in fields if f.type.name == "text" and not f.meta.sensitive]
        self._lists = [f.name for f in fields if f.type.name == "texts"]
        self.searched = bool(self._texts or self._lists)
        self._counted: tuple[str, int] | None = None
        self._cursors: dict[tuple[str, str, int], list[str | None]] = {}

    def count(self, view: View) -> int:
        if self._counted is None or self._counted[0] != view.words:
            self._counted = view.words, self.collection.count(*self._conditions(view))
        return self._counted[1]

    def rows(self, view: View) -> Sequence[Sequence[Any]]:
        order = [view.order] if view.order else None
        cursors = self._cursors.setdefault((view.order, view.words, view.size), [None])
        # The pages before were walked through, so where this one begins is known.
        page = min(view.page, len(cursors) - 1)
        found = self.collection.page(
            *self._conditions(view), order=order, limit=view.size, after=cursors[page]
        )
        if page + 1 == len(cursors) and found.next is not None:
            cursors.append(found.next)
        known = names(self.collection.session, found.records)
        return [self._line(record, known) for record in found.records]

    def renew(self) -> None:
        """Look again: records came or went."""
        self._counted = None
        self._cursors.clear()

    def _line(self, record: Any, known: "Mapping[Target, str]") -> list[Any]:
        sensitive, fields = self.collection.spec.sensitive, self.collection.spec.fields
        line = []
        for column in self.columns:
            value = getattr(record, column.name)
            target = target_of(record, fields[column.name]) if known else None
            sealed = column.name in sensitive and value
            line.append(SEALED if sealed else known.get(target, value) if target else value)
        return line

    def _conditions(self, view: View) -> list[Condition]:
        if not view.words:
            return []
        texts = [col(name).contains(view.words) for name in self._texts]
        lists = [col(name).has(view.words) for name in self._lists]
        return [Any_((*texts, *lists))]


class OfList:
    """Things that name their values for a person."""

    far = True
    sparse = False
    searched = True

    def __init__(self, things: "Iterable[Shown]") -> None:
        self.lines = [dict(thing._shown_()) for thing in things]
        self.columns = columns_of_lines(self.lines)
        self._asked: tuple[str, str] = ("", "")
        self._found = self.lines

    def count(self, view: View) -> int:
        return len(self._view(view))

    def rows(self, view: View) -> Sequence[Sequence[Any]]:
        found = self._view(view)[view.first : view.first + view.size]
        return [[line.get(column.name) for column in self.columns] for line in found]

    def _view(self, view: View) -> list[dict[str, Any]]:
        if (view.order, view.words) == self._asked:
            return self._found
        found = self.lines
        if view.words:
            wanted = view.words.casefold()
            found = [line for line in found if self._holds(line, wanted)]
        if view.order:
            name = view.order.removeprefix("-")
            known = [line for line in found if key_of(line.get(name))[0] != 3]
            blank = [line for line in found if key_of(line.get(name))[0] == 3]
            known.sort(key=lambda line: key_of(line.get(name)), reverse=view.order.startswith("-"))
            found = known + blank
        self._asked, self._found = (view.order, view.words), found
        return found

    def _holds(self, line: dict[str, Any], wanted: str) -> bool:
        return any(
            wanted in column.text(line.get(column.name)).casefold() for column in self.columns
        )
