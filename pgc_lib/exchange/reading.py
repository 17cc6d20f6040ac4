"""What an importer gives: the records that a file holds, kind by kind, and what was wrong with it.

A part is rows of one kind. A large file gives them frame by frame, so that it never lies in memory as a whole. Rows
may say in `__line` where they stand in the file, and in `__left_out` why they are no record.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias
from uuid import UUID

import polars as pl

from pgc_lib.core.backing import OnConflict
from pgc_lib.core.record import Record
from pgc_lib.errors import Problem

if TYPE_CHECKING:
    from pgc_lib.core.collection import Added
    from pgc_lib.core.session import Session

LINE = "__line"
"""The column with the number of a row's line in its file."""
LEFT_OUT = "__left_out"
"""The column with the reason for which a line is not taken; empty for lines that are."""
ORDER = "__order"
"""The column with a number that a refund and its purchase have in common, such as the merchant's; null without one."""
REFUND_OF = "__refund_of"
"""The column with the reference of the purchase that a refund names itself; null where it names none."""
BESIDE = (LINE, ORDER, REFUND_OF)
"""What rows carry on their way and no record keeps."""

Rows: TypeAlias = "pl.DataFrame | Iterable[pl.DataFrame] | Sequence[Mapping[str, Any] | Record]"


@dataclass(frozen=True)
class Part:
    """Rows of one kind of record, under the names of its fields."""

    kind: str
    rows: Rows
    on_conflict: OnConflict = "skip"
    """What becomes of a row whose key is kept already."""
    same: tuple[str, ...] = ()
    """The fields by which a record is known to be kept already, where that is not the key of its kind."""

    def frames(self) -> Iterator[pl.DataFrame]:
        """The rows as frames, each with `__line`."""
        given: Iterable[Any] = [self.rows] if isinstance(self.rows, pl.DataFrame) else self.rows
        others: list[Any] = []
        for rows in given:
            if isinstance(rows, pl.DataFrame):
                yield rows if LINE in rows.columns else rows.with_row_index(LINE, offset=1)
            else:
                others.append(rows.values() if isinstance(rows, Record) else rows)
        if others:
            made = pl.DataFrame(others, infer_schema_length=None, strict=False)
            yield made if LINE in made.columns else made.with_row_index(LINE, offset=1)


@dataclass(frozen=True)
class Reading:
    """What was read of a file; nothing is kept yet."""

    parts: Sequence[Part] = ()
    problems: Sequence[Problem] = ()
    """What was wrong with the file itself, each with its place and reason."""
    told: Mapping[str, Any] = field(default_factory=dict)
    """More that the person should know before accepting, by its title."""
    keep: "Callable[[Session, UUID], Iterable[Added]] | None" = None
    """Keeps what `parts` cannot say, such as records that name one another, in the batch's own transaction."""
    among: "Callable[[Session], Reading] | None" = None
    """The same read with an eye on what is kept already, where names or places depend on that."""
