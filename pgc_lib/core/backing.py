"""What a collection needs from the place where its records lie, tables and documents alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol
from uuid import UUID

from pgc_lib.stores.filters import Condition

if TYPE_CHECKING:
    import polars as pl

OnConflict = Literal["error", "skip", "update"]
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Bulk:
    """What a bulk write did."""

    batch: UUID
    added: int = 0
    updated: int = 0
    skipped: int = 0


class Backing(Protocol):
    """Rows of one kind, with the system fields, as the session's person may see and change them."""

    def new_id(self, values: Mapping[str, Any], owner: UUID | None, /) -> UUID:
        """The identifier of a record to be; a seal on its fields is bound to it."""

    def insert(self, values: Mapping[str, Any], *, owner: UUID | None, batch: UUID | None) -> Row:
        """Keep a new row."""

    def bulk(
        self,
        frame: "pl.DataFrame",
        *,
        batch: UUID,
        owner: UUID | None,
        on_conflict: OnConflict,
    ) -> Bulk:
        """Keep many rows in one batch, all or none."""

    def fetch(self, id: UUID) -> Row | None:
        """One row, or None when there is none or it may not be seen."""

    def amend(self, id: UUID, changes: Mapping[str, Any], *, version: int | None) -> Row:
        """Change the named fields; `Conflict` when the version has moved on, `NotFound` when gone."""

    def remove(self, id: UUID, *, version: int | None) -> bool:
        """Take a row away; history keeps it."""

    def find(
        self, where: Condition, *, order: Sequence[str], limit: int | None, after: str | None
    ) -> tuple[list[Row], str | None]:
        """Rows in order and the cursor of the next page."""

    def count(self, where: Condition) -> int:
        """How many rows there are."""

    def frame(
        self, where: Condition, *, order: Sequence[str], limit: int | None, columns: Sequence[str]
    ) -> "pl.DataFrame":
        """The rows as a polars frame."""
