"""A proposal, as a rule or a model makes it, and the suggestion that comes of it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from pgc_lib.areas.suggesting.wording import words_of
from pgc_lib.core.collection import Collection
from pgc_lib.core.problems import reason_of
from pgc_lib.core.record import Record, adapter_of
from pgc_lib.core.shown import card, problems_table
from pgc_lib.errors import Invalid, Problem
from pgc_lib.i18n import _
from pgc_lib.stores.documents_values import canonical, dumps


@dataclass(frozen=True, slots=True)
class Proposal:
    """What would change: a record's fields, or a whole new record where there is no `target`."""

    topic: str
    kind: str
    changes: Mapping[str, Any]
    """The fields as they would become."""
    source: str
    target: UUID | None = None
    old: Mapping[str, Any] | None = None
    """The fields as they are; of a `target` this is needed."""
    title: str = ""
    reason: str = ""
    """Why; made by `wording.said` it is read in each reader's language."""
    confidence: float | None = None
    model: str = ""
    prompt: str = ""
    about: str = ""


@dataclass(frozen=True, slots=True)
class Proposed:
    """What became of some proposals: new ones wait, known ones were decided or wait already."""

    added: int
    known: int
    batch: UUID
    problems: tuple[Problem, ...] = ()

    def _shown_(self) -> dict[str, Any]:
        return {
            _("New suggestions"): self.added,
            _("Known already"): self.known,
            _("Refused"): len(self.problems),
        }

    def _repr_html_(self) -> str:
        return card(self._shown_()) + problems_table(self.problems)


def rows_of(
    proposals: Iterable[Proposal], collection: Collection[Any], problems: list[Problem]
) -> Iterator[dict[str, Any]]:
    """The suggestions that these proposals make; those that change nothing are left out."""
    for number, proposal in enumerate(proposals, 1):
        found: list[Problem] = []
        valid = _valid(proposal, collection, found)
        problems += [Problem(f"#{number} {each.place}", each.reason, each.value) for each in found]
        row = None if found else row_of(proposal, valid)
        if row is not None:
            yield row


def row_of(proposal: Proposal, valid: Mapping[str, Any]) -> dict[str, Any] | None:
    """One suggestion's fields; None when it would change nothing."""
    old = plain(proposal.old or {})
    new = plain(valid)
    if proposal.target is not None:
        new = {name: value for name, value in new.items() if old.get(name) != value}
    if not new:
        return None
    changes = {
        name: {"old": old.get(name), "new": value} if proposal.target else {"new": value}
        for name, value in new.items()
    }
    about = proposal.about
    if not about and proposal.target is not None:
        about = f"{proposal.target.hex}:{','.join(sorted(new))}"
    return {
        "topic": proposal.topic,
        "title": proposal.title,
        "target_kind": proposal.kind,
        "target": proposal.target,
        "changes": changes,
        "reason": str(proposal.reason),
        "words": words_of(proposal.reason),
        "source": proposal.source,
        "confidence": proposal.confidence,
        "model": proposal.model,
        "prompt": proposal.prompt,
        "about": about,
        "fingerprint": fingerprint(proposal, about, new),
    }


def fingerprint(proposal: Proposal, about: str, new: Mapping[str, Any]) -> str:
    """The same for what is the same to a person, whoever proposes it and however sure."""
    target = proposal.target.hex if proposal.target else ""
    told = [proposal.topic, proposal.kind, target, about]
    return sha256(dumps([*told, dict(sorted(new.items()))]).encode()).hexdigest()[:40]


def plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as a suggestion keeps them, the same for what is equal."""
    problems: list[Problem] = []
    kept = canonical(dict(values), problems)
    if problems:
        raise Invalid(_("These values cannot be proposed."), problems)
    return kept


def _valid(
    proposal: Proposal, collection: Collection[Any], problems: list[Problem]
) -> dict[str, Any]:
    """The new values as the record would hold them, and why nobody could ever accept them."""
    spec, valid = collection.spec, {}
    for name, value in proposal.changes.items():
        if name not in spec.fields:
            problems.append(Problem(name, _("there is no such field")))
        elif name in spec.sensitive:
            # A suggestion is read by whatever shows the queue; a seal must not be opened into it.
            reason = _("this field is encrypted; nothing can be proposed for it")
            problems.append(Problem(name, reason))
        elif proposal.target is not None:
            try:
                valid[name] = adapter_of(spec.record, name).validate_python(value)
            except ValidationError as error:
                detail = error.errors(include_url=False)[0]
                problems.append(Problem(name, reason_of(detail["type"], detail), value))
    if proposal.target is not None and proposal.old is None:
        problems.append(Problem("old", _("a value is needed here")))
    if proposal.target is None and not problems:
        try:
            made = collection.new(**proposal.changes)
            valid = {name: getattr(made, name) for name in proposal.changes}
        except Invalid as error:
            problems += error.problems
    return valid


def old_of(record: Record, names: Iterable[str]) -> dict[str, Any]:
    """Fields of a record as they are; what is no field is left for the check to name."""
    return {name: getattr(record, name) for name in names if name in record.spec.fields}
