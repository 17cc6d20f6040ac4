"""The collection of cards: each is recognised again, so that no card is taken in twice."""

from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any
from uuid import UUID

from pgc_lib.areas.learning.records import Card
from pgc_lib.core.backing import OnConflict
from pgc_lib.core.collection import Added, Collection
from pgc_lib.core.frames import Rows
from pgc_lib.core.problems import refuse


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

    def add_many(
        self,
        rows: Rows,
        *,
        on_conflict: OnConflict = "error",
        keep_valid: bool = False,
        owner: UUID | None = None,
        batch: UUID | None = None,
    ) -> Added:
        """Keep many cards in one batch that can be undone as one."""
        import polars as pl

        from pgc_lib.core.frames import check

        checked = check(rows, self.spec)
        if checked.problems and not keep_valid:
            raise refuse(self.spec, checked.problems)
        guids = [
            row["guid"] or guid_of(row)
            for row in checked.frame.select("guid", "deck", "style", "front", "back").iter_rows(
                named=True
            )
        ]
        known = checked.frame.with_columns(pl.Series("guid", guids, dtype=pl.String))
        done = super().add_many(
            known, on_conflict=on_conflict, keep_valid=keep_valid, owner=owner, batch=batch
        )
        problems = (*checked.problems, *done.problems)
        return replace(done, refused=done.refused + checked.refused, problems=problems)
