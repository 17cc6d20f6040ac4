"""Keeping what a form says, with the sentence that tells it and the way back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pgc_lib.core.changes import Change
from pgc_lib.core.collection import Collection
from pgc_lib.core.history import History
from pgc_lib.core.record import Record
from pgc_lib.i18n import _
from pgc_lib.notebook.widgets.titles import told


@dataclass(frozen=True, slots=True)
class Saved:
    """What was kept; `undo` takes it back."""

    record: Any
    before: Any
    sentence: str
    undo: Callable[[], object] | None

    @property
    def new(self) -> bool:
        """Whether there was no such record before."""
        return self.before is None


def keep(
    collection: Collection[Any], record: Any, values: Mapping[str, Any], made: Record, *, owner: UUID | None = None
) -> Saved:  # fmt: skip
    """Add a record, or bring one to these values; its version must still be the one that was read."""
    if record is None:
        words: dict[str, Any] = {"owner": owner} if owner is not None else {}
        kept = collection.add(**values, **words)
        sentence = _("Added: {name}", name=told(kept, collection))
    else:
        changes = {n: values[n] for n in values if getattr(made, n) != getattr(record, n)}
        if not changes:
            return Saved(record, record, _("Nothing was changed."), None)
        kept = collection.update(record, **changes)
        sentence = _("Changed: {name}", name=told(kept, collection))
    return Saved(kept, record, sentence, _way_back(collection, kept))


def _way_back(collection: Collection[Any], kept: Record) -> Callable[[], object] | None:
    """The change that was just made, to be taken back as a whole."""
    history = History(collection.session)
    latest: Change | None = next(iter(history.of(kept)), None)
    if latest is None:
        return None
    change = latest
    return lambda: history.undo(change)


__all__ = ["Saved", "keep"]
