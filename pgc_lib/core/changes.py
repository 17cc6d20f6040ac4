"""What history tells: changes, what they did to the fields of a record, and what undoing them did."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from html import escape
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Connection, text

from pgc_lib.core.crypto import is_sealed
from pgc_lib.core.naming import kind_title
from pgc_lib.core.places import record_of
from pgc_lib.core.record import SEALED, SYSTEM
from pgc_lib.core.shown import Listing, card, text_of
from pgc_lib.i18n import N_, _, n_

Verb = Literal["insert", "update", "delete"]
_VERBS = {"insert": N_("added"), "update": N_("changed"), "delete": N_("removed")}

COLUMNS = """c.id, c.at, c.actor, c.owner, c.area, c.kind, c.verb, c.batch, c.undoes, c.undoes_batch, c.rows,
    c.token, case when c.token is not null and c.rows = 1 then c.records[1] end as document"""
_BESIDE = frozenset((*SYSTEM, "area", "kind"))


@dataclass(frozen=True, slots=True)
class Difference:
    """What one field was and became, as JSON has it."""

    field: str
    old: Any
    new: Any


@dataclass(frozen=True, slots=True)
class Change:
    """One line of history: one statement's change to one owner's records of one kind."""

    id: int
    at: datetime
    actor: UUID | None
    owner: UUID
    area: str
    kind: str
    verb: Verb
    batch: UUID | None
    undoes: int | None
    undoes_batch: UUID | None
    rows: int
    differences: tuple[Difference, ...] = ()
    """Of the record whose history was asked for."""
    document: UUID | None = None
    """The document, of a change of one in MongoDB."""
    token: UUID | None = None
    """Set for a line about documents in MongoDB: each version that came of it carries it."""

    @property
    def version(self) -> int | None:
        """In the history of one document in MongoDB, the version that the change made; `id` is that then."""
        return self.id if self.document is not None and self.token is None else None

    def _shown_(self) -> dict[str, Any]:
        record = record_of(self.kind)
        fields = record.spec.fields if record else {}
        told = [
            _("{field}: {old} → {new}", field=fields[each.field].title if each.field in fields else each.field,
              old=text_of(each.old), new=text_of(each.new))
            for each in self.differences
        ]  # fmt: skip
        return {
            _("Change"): str(self.id),
            _("When"): self.at,
            _("Kind"): kind_title(self.kind),
            _("What"): _(_VERBS[self.verb]),
            _("Records"): self.rows,
            _("Document"): self.document and str(self.document),
            _("Differences"): _("; ").join(told),
            _("Undoes"): str(self.undoes or self.undoes_batch or ""),
            _("Batch"): self.batch,
        }

    def _repr_html_(self) -> str:
        return card(self._shown_())


@dataclass(frozen=True, slots=True)
class Undone:
    """What an undo did. It is a change itself: undoing it, by `change` or by `batch`, is the redo."""

    changes: tuple[Change, ...]
    batch: UUID | None
    rows: int

    @property
    def change(self) -> Change:
        """The change that undoing made; the newest one when it took several."""
        return self.changes[0]

    def _repr_html_(self) -> str:
        told = n_(
            "{n} record is as it was before.", "{n} records are as they were before.", self.rows
        )
        return f"<p>{escape(told)}</p>" + Listing(self.changes)._repr_html_()


def changes_of_batch(connection: Connection, batch: UUID) -> list[Change]:
    """The changes that were made under a batch, newest first."""
    query = text(
        f"select {COLUMNS} from pgc.changes c where c.batch = :batch and c.voided_at is null "
        "order by c.id desc"
    )
    return [Change(**row) for row in connection.execute(query, {"batch": batch}).mappings()]


def with_differences(
    changes: Sequence[Change],
    images: Mapping[int, Mapping[str, Any]],
    now: Mapping[str, Any] | None,
) -> list[Change]:
    """Walk from now into the past: what a change left is what the next one found."""
    after = now
    told = []
    for change in changes:
        before = images.get(change.id)
        told.append(replace(change, differences=differences(fields(before), fields(after))))
        after = before
    return told


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[Difference, ...]:
    """The fields that are not the same in both."""
    return tuple(
        Difference(name, _shown(old.get(name)), _shown(new.get(name)))
        for name in dict.fromkeys((*old, *new))
        if old.get(name) != new.get(name)
    )


def fields(row: Mapping[str, Any] | None) -> dict[str, Any]:
    """The fields of a row or of a document's body, without what the store keeps beside them."""
    if row is None:
        return {}
    kept = row["body"] if isinstance(row.get("body"), dict) else row
    return {name: value for name, value in kept.items() if name not in _BESIDE}


def _shown(value: Any) -> Any:
    return SEALED if isinstance(value, str) and is_sealed(value) else value
