"""The collection of cards: each is recognised again, so that no card is taken in twice."""

from collections.abc import Mapping
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from pgc_lib.areas.learning.records import Card
from pgc_lib.core.collection import Collection

if TYPE_CHECKING:
    import polars as pl


def guid_of(values: Mapping[str, Any]) -> str:
    """What a card is recognised by that came without an identifier: its deck and both sides."""
    said = "\n".join(str(values.get(name) or "") for name in ("deck", "style", "front", "back"))
    return sha256(said.encode(errors="replace")).hexdigest()[:20]


class Cards(Collection[Card]):
    """Cards; one that names no identifier gets it from its deck and sides."""

    def new(self, **values: Any) -> Card:
        """A validated card that is not kept yet."""
        made = super().new(**values)
        return (
            made if made.guid else super().new(**{**made.values(), "guid": guid_of(made.values())})
        )

    def _completed(self, frame: "pl.DataFrame") -> "pl.DataFrame":
        import polars as pl

        cards = frame.select("guid", "deck", "style", "front", "back").iter_rows(named=True)
        guids = [card["guid"] or guid_of(card) for card in cards]
        return frame.with_columns(pl.Series("guid", guids, dtype=pl.String))
