"""What a collection asks of whatever holds its vectors: PostgreSQL, or Milvus for what outgrows it.

Both keep the same promises, and one set of tests holds both to them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

from pgc_lib.search.vectors.items import Items
from pgc_lib.search.vectors.records import Index
from pgc_lib.stores.filters import Condition

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Found:
    """One item that a query found."""

    key: str
    distance: float
    """Smaller is nearer: 1 − cosine, the Euclidean distance, or the negated inner product."""
    text: str
    metadata: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Facts:
    """What a store knows of a collection: items, and bytes of items and index."""

    items: int
    item_bytes: int | None
    index_bytes: int | None


class Shelf(Protocol):
    """Where the items of one collection lie."""

    def make(self) -> None:
        """Make room for a new collection."""

    def write(self, items: Items, *, renew: bool, batch: UUID) -> int:
        """Keep items, all or nothing; `renew` takes the place of those with the same key."""

    def remove(self, keys: Sequence[str] | None, condition: Condition, *, batch: UUID) -> int:
        """Take away the items of these keys that meet the condition; None stands for every key."""

    def query(
        self, vector: "NDArray[np.float32]", k: int, condition: Condition, *, effort: int | None, exact: bool
    ) -> list[Found]:  # fmt: skip
        """The nearest items that meet the condition."""

    def get(self, keys: Sequence[str]) -> "list[tuple[Found, NDArray[np.float32]]]":
        """Items by their keys, with their vectors."""

    def has(self, n: int) -> bool:
        """Whether there are so many items that the index is to be built."""

    def sample(self, n: int) -> list[str]:
        """The keys of some items, drawn by chance."""

    def texts(self, after: str, n: int) -> list[tuple[str, str]]:
        """Keys and texts in the order of their keys, after one of them."""

    def revise(self, keys: Sequence[str], vectors: "NDArray[np.float32]", *, batch: UUID) -> None:
        """Give items other vectors."""

    def build(self, index: Index, parameters: Mapping[str, Any]) -> int:
        """Build an index beside the one in use and put it into its place; how many items there were."""

    def facts(self) -> Facts:
        """What is kept, and how large it is."""

    def drop(self, *, batch: UUID) -> None:
        """Take everything away."""
