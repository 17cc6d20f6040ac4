"""What a column of a frame is called, in the person's language.

A frame that was read from records has their fields' titles. What areas compute has names of its own, which are few and
stand here; any other name is shown as it is.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pgc_lib.core.record import Record
from pgc_lib.core.spec import SYSTEM, Spec
from pgc_lib.i18n import N_, _

if TYPE_CHECKING:
    import polars as pl

_COMPUTED = {
    "id": N_("Identifier"), "owner": N_("Owner"), "batch": N_("Batch"), "version": N_("Version"),
    "created_at": N_("Added on"), "updated_at": N_("Changed on"),
    "day": N_("Day"), "date": N_("Day"), "period": N_("Period"), "month": N_("Month"), "week": N_("Week"),
    "first": N_("First day"), "last": N_("Last day"), "at": N_("When"), "name": N_("Name"), "title": N_("Title"),
    "value": N_("Value"), "count": N_("Number"), "n": N_("Number"), "share": N_("Share"), "axis": N_("Skill"),
    "series": N_("What"), "amount": N_("Amount"), "currency": N_("Currency"), "category": N_("Category"),
    "payee": N_("Payee"), "account": N_("Account"), "income": N_("Income"), "spending": N_("Spending"),
    "spent": N_("Spent"), "left": N_("Left over"), "saved": N_("Saved"), "expected": N_("Expected"),
    "low": N_("At least"), "high": N_("At most"), "flow": N_("Direction"), "way": N_("How it was foretold"),
    "budget": N_("Budget"), "budgeted": N_("Budgeted"), "available": N_("Available"), "carried": N_("Carried over"),
    "even": N_("Even pace"), "so_far": N_("So far"), "ahead": N_("Ahead of an even pace"), "pace": N_("Pace"),
    "change": N_("Change"), "now": N_("Now"), "before": N_("Before"),
    "hours": N_("Hours"), "days": N_("Days"), "level": N_("Level"), "strength": N_("Strength"), "held": N_("Held"),
    "decay": N_("Fading"), "topic": N_("Topic"), "skill": N_("Skill"), "one": N_("Measure"), "other": N_("Goes with"),
    "lag": N_("Days later"), "r": N_("Connection"), "holds": N_("Holds"), "project": N_("Project"),
    "minutes": N_("Minutes"), "mood": N_("Mood"), "energy": N_("Vigour"), "tags": N_("Tags"), "score": N_("Score"),
    "start": N_("From"), "end": N_("To"), "source": N_("From"), "target": N_("To"),
    "assets": N_("Assets"), "debts": N_("Debts"), "worth": N_("Net worth"), "balance": N_("Balance"),
    "kind": N_("Kind"), "area": N_("Area"), "event": N_("Event"),
}  # fmt: skip


def title_of(column: str, frame: "pl.DataFrame | None" = None) -> str:
    """The title of a column; the frame says whose records these are."""
    spec = spec_of(frame) if frame is not None else None
    if spec is not None and column in spec.fields:
        return spec.fields[column].title
    return _(_COMPUTED[column]) if column in _COMPUTED else column.replace("_", " ")


def word_of(value: str) -> str:
    """A word of ours among values, such as the direction of money; a person's own words stay as they are."""
    return _(_COMPUTED[value]) if value in ("income", "spending") else value


def spec_of(frame: "pl.DataFrame") -> Spec | None:
    """The kind of record that a frame was read from; None for a computed one, or where two kinds would fit."""
    names = {name for name in frame.columns if name not in SYSTEM}
    if not names:
        return None
    fitting = [spec for spec in _specs() if names <= spec.fields.keys()]
    if "id" not in frame.columns:
        fitting = [spec for spec in fitting if len(names) >= len(spec.fields) - len(spec.sensitive)]
    whole = [spec for spec in fitting if len(names) == len(spec.fields) - len(spec.sensitive)]
    titles = {
        tuple(spec.fields[name].meta.title for name in sorted(names)) for spec in whole or fitting
    }
    return (whole or fitting)[0] if len(titles) == 1 else None


def _specs() -> Iterator[Spec]:
    """The kinds whose definitions were loaded: no frame can come from another."""
    waiting = list(Record.__subclasses__())
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        if "spec" in vars(kind):
            yield kind.spec
