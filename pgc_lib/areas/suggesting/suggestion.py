"""A suggestion: what a rule or a model would change, why, and what the person said to it."""

from collections.abc import Mapping
from typing import Any, Literal, Self, TypeAlias
from uuid import UUID

from pgc_lib.areas.suggesting.wording import again
from pgc_lib.core.places import record_of
from pgc_lib.core.record import Record, field
from pgc_lib.core.shown import text_of
from pgc_lib.core.types import Moment
from pgc_lib.i18n import N_, _

State: TypeAlias = Literal["waiting", "accepted", "edited", "rejected", "snoozed"]
OPEN: tuple[State, ...] = ("waiting", "snoozed")
"""The states in which a suggestion can still be decided."""

STATES: Mapping[State, str] = {
    "waiting": N_("waiting"),
    "accepted": N_("accepted"),
    "edited": N_("accepted with changes"),
    "rejected": N_("rejected"),
    "snoozed": N_("snoozed"),
}


class Suggestion(
    Record,
    kind="suggestions.items",
    key=["fingerprint"],
    indexes=[("state", "topic"), ("about",), ("target",)],
    sort=["-created_at"],
):
    """One proposed change, waiting for a person's word."""

    topic: str = field(
        title=N_("Topic"),
        help=N_("What sort of suggestion it is, such as finance.category."),
        pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$",
        max_length=100,
    )
    title: str = field("", title=N_("Title"), max_length=500, searchable=True)
    target_kind: str = field(title=N_("Kind"), max_length=200)
    target: UUID | None = field(
        None, title=N_("Record"), help=N_("Empty when a new record is proposed.")
    )
    changes: dict[str, Any] = field(
        title=N_("Changes"), help=N_("For each field what it is (old) and would become (new).")
    )
    reason: str = field("", title=N_("Reason"), max_length=5000)
    words: dict[str, Any] | None = field(
        None,
        title=N_("Words of the reason"),
        help=N_("What the reason is made of, so that everyone reads it in their own language."),
    )
    source: str = field(
        title=N_("Source"),
        help=N_("What proposed it: a rule, what was learned, a model."),
        max_length=200,
    )
    confidence: float | None = field(None, title=N_("Confidence"), ge=0, le=1)
    model: str = field("", title=N_("Model"), max_length=200)
    prompt: str = field("", title=N_("Version of the prompt"), max_length=200)
    state: State = field("waiting", title=N_("State"))
    until: Moment | None = field(None, title=N_("Snoozed until"))
    decided_at: Moment | None = field(None, title=N_("Decided at"))
    because: str = field("", title=N_("Why it was rejected"), max_length=5000)
    applied: dict[str, Any] | None = field(None, title=N_("What was kept"))
    applied_to: UUID | None = field(None, title=N_("Record that was changed"))
    applied_batch: UUID | None = field(None, title=N_("Batch"))
    about: str = field(
        "",
        title=N_("About"),
        help=N_("A newer suggestion about the same takes the place of a waiting one."),
        max_length=500,
    )
    fingerprint: str | None = field(
        None,
        title=N_("Fingerprint"),
        help=N_("The same for the same proposal, so that it is made only once."),
        max_length=64,
    )

    @classmethod
    def kept(cls, row: Mapping[str, Any]) -> Self:
        """The suggestion of a row, its reason in the language of whoever reads it."""
        reason = again(row.get("words"))
        return super().kept(row if reason is None else {**row, "reason": reason})

    @property
    def proposed(self) -> dict[str, Any]:
        """The fields as they would become."""
        return {name: change.get("new") for name, change in self.changes.items()}

    def difference(self) -> str:
        """What would change, in a line, each field by its title."""
        record = record_of(self.target_kind)
        fields = record.spec.fields if record else {}

        def told(name: str, change: Mapping[str, Any]) -> str:
            values = {
                "field": fields[name].title if name in fields else name,
                "old": text_of(change.get("old")) or "∅", "new": text_of(change.get("new")),
            }  # fmt: skip
            return _("{field}: {old} → {new}", **values) if self.target else _("{field}: {new}", **values)  # fmt: skip

        return _("; ").join(told(name, change) for name, change in self.changes.items())

    def _shown_(self) -> dict[str, Any]:
        sure = "" if self.confidence is None else f"{self.confidence:.0%}"
        return {
            _("Title"): self.title or self.target_kind,
            _("Changes"): self.difference(),
            _("Reason"): self.reason,
            _("Confidence"): sure,
            _("Source"): " ".join(filter(None, (self.source, self.model, self.prompt))),
            _("State"): _(STATES[self.state]),
            _("Snoozed until"): self.until if self.state == "snoozed" else None,
            _("Why it was rejected"): self.because,
        }
