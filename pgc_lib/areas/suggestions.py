"""One queue for everything that a rule or a model proposes, in any area: accept, edit, reject, snooze.

    lab.suggestions.waiting()
    lab.suggestions.accept(suggestion)                  # or with other values: accept(suggestion, category="…")
    lab.suggestions.reject(suggestion, "a gift, not dining")
    lab.suggestions.undo(suggestion)

Accepting changes the record and closes the suggestion in one transaction and one batch of history, so both
are undone together. What was rejected is known by its fingerprint and does not come back.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pgc_lib.areas.suggesting.following import Following
from pgc_lib.areas.suggesting.kinds import collection_of
from pgc_lib.areas.suggesting.proposals import Proposal, Proposed, old_of, plain, rows_of
from pgc_lib.areas.suggesting.suggestion import OPEN, STATES, State, Suggestion
from pgc_lib.core.area import Kept
from pgc_lib.core.faces import face
from pgc_lib.core.ids import new_id
from pgc_lib.core.record import Record
from pgc_lib.core.shown import Listing, card, problems_table
from pgc_lib.core.zone import zone
from pgc_lib.errors import Conflict, Invalid, PgcError, Problem
from pgc_lib.i18n import _
from pgc_lib.stores.filters import Condition, col

if TYPE_CHECKING:
    import polars as pl

    from pgc_lib.areas.suggesting.activity import Writer
    from pgc_lib.core.changes import Undone
    from pgc_lib.core.together import Joined

__all__ = [
    "OPEN",
    "STATES",
    "Decided",
    "Proposal",
    "Proposed",
    "State",
    "Suggestion",
    "Suggestions",
]


@dataclass(frozen=True, slots=True)
class Decided:
    """What a decision about many suggestions did; `batch` takes it back as one."""

    batch: UUID
    decided: int
    problems: tuple[Problem, ...] = ()

    def _shown_(self) -> dict[str, Any]:
        return {
            _("Decided"): self.decided,
            _("Left waiting"): len(self.problems),
            _("Batch"): self.batch,
        }

    def _repr_html_(self) -> str:
        return card(self._shown_()) + problems_table(self.problems)


class Suggestions(Following, name="suggestions", main="items"):
    """What was proposed, what waits for a word, and what was said."""

    items: Kept[Suggestion] = Kept(Suggestion)

    # ── the queue ────────────────────────────────────────────────────────────────────────────────────

    def waiting(
        self, *conditions: Condition, limit: int | None = None, **keywords: Any
    ) -> Listing[Suggestion]:
        """What waits for a decision now, the surest first; what is snoozed comes back when its time is up."""
        return self.items.find(
            _now_open(), *conditions, order=["-confidence", "created_at"], limit=limit, **keywords
        )

    def now(self, *conditions: Condition, **keywords: Any) -> Listing[Suggestion]:
        """What may be brought up unasked at this hour: `behave` sets switches, how many a day, and quiet hours."""
        local = datetime.now(zone())
        begun = datetime.combine(local.date(), time(), zone())
        decided = self.items.frame(col("decided_at") >= begun, columns=["topic"])
        waiting = self.waiting(*conditions, **keywords)
        return self._manners().brought_up(waiting, decided["topic"], local)

    def queue(self, **options: Any) -> Any:
        """What waits, to be accepted, changed, refused or put off by a click or a key; `topic="…"` for one sort."""
        return face("suggestions.queue")(self, **options)

    def of(self, record: Record | UUID, /) -> Listing[Suggestion]:
        """Every suggestion that was made about a record, with what became of it."""
        id = record if isinstance(record, UUID) else record.id
        return self.items.find((col("target") == id) | (col("applied_to") == id))

    def tally(self) -> "pl.DataFrame":
        """How many suggestions of each topic and source are in which state, and how sure they were."""
        import polars as pl

        frame = self.items.frame(columns=["topic", "source", "state", "confidence"])
        return (
            frame.group_by("topic", "source", "state")
            .agg(pl.len().alias("count"), pl.col("confidence").mean().alias("confidence"))
            .sort("topic", "source", "state")
        )

    # ── proposing ────────────────────────────────────────────────────────────────────────────────────

    def propose(
        self,
        target: Record | str,
        /,
        *,
        topic: str,
        source: str,
        changes: Mapping[str, Any],
        **told: Any,
    ) -> Suggestion | None:
        """Propose a change of a record, or a new record of a kind; None when it is known or changes nothing.

        `told` may have title, reason, confidence, model, prompt and about.
        """
        kind, record = (target, None) if isinstance(target, str) else (target.spec.kind, target)
        proposal = Proposal(
            topic,
            kind,
            changes,
            source,
            target=record.id if record else None,
            old=old_of(record, changes) if record else None,
            **told,
        )
        done = self.propose_many([proposal])
        if done.problems:
            raise Invalid(
                _("This cannot be proposed:"),
                done.problems,
                next_step=_("Propose values that the record could be kept with."),
            )
        return next(iter(self.items.find(batch=done.batch)), None)

    def propose_many(self, proposals: Iterable[Proposal]) -> Proposed:
        """Put proposals into the queue at once; those that were made before are known and stay as they are."""
        from pgc_lib.core.collection import Collection
        from pgc_lib.core.together import together

        problems: list[Problem] = []
        rows: list[dict[str, Any]] = []
        by_kind: dict[str, list[Proposal]] = defaultdict(list)
        manners = self._manners()
        for proposal in proposals:
            if manners.is_on(proposal.topic):
                by_kind[proposal.kind].append(proposal)
        for kind, some in by_kind.items():
            rows += rows_of(some, collection_of(self.session, kind), problems)
        batch = new_id()
        if not rows:
            return Proposed(0, 0, batch, tuple(problems))
        with together(self.session, batch) as joined:
            items = Collection(joined, Suggestion)
            done = items.add_many(rows, on_conflict="skip", keep_valid=True, batch=batch)
            _replace_older(joined, batch)
        return Proposed(done.added, done.skipped, batch, (*problems, *done.problems))

    def from_activity(
        self, since: date | None = None, *, writer: "Writer | None" = None
    ) -> Proposed:
        """Propose achievements and the current focus from what was done lately, the last thirty days unless told."""
        from pgc_lib.areas.suggesting.activity import proposals

        return self.propose_many(proposals(self.session, since, writer))

    # ── deciding ─────────────────────────────────────────────────────────────────────────────────────

    def accept(self, suggestion: Suggestion | UUID, /, **edits: Any) -> Suggestion:
        """Make the change, perhaps with other values than were proposed; all of it or nothing."""
        from pgc_lib.areas.suggesting.deciding import held
        from pgc_lib.core.together import together

        id, version = _aim(suggestion)
        with together(self.session, new_id()) as joined:
            return self._accept(joined, held(joined, id, version), edits, joined.batch)

    def _accept(
        self, joined: "Joined", found: Suggestion, edits: Mapping[str, Any], batch: UUID
    ) -> Suggestion:
        from pgc_lib.areas.suggesting.deciding import apply, settle

        values = {**found.proposed, **edits}
        collection = collection_of(joined, found.target_kind)
        record = apply(collection, found, values, batch)
        kept = plain({name: getattr(record, name) for name in values})
        same = all(kept[name] == found.proposed.get(name) for name in values)
        decision = {
            "state": "accepted" if same else "edited",
            "decided_at": datetime.now(UTC),
            "applied": kept,
            "applied_to": record.id,
            "applied_batch": batch,
        }
        return settle(joined.connection, found.id, decision)

    def accept_all(self, *conditions: Condition, **keywords: Any) -> Decided:
        """Accept all that waits and meets the conditions, in one batch; what cannot be stays waiting, with the reason."""
        from pgc_lib.areas.suggesting.deciding import apply_many, is_plain
        from pgc_lib.core.together import together

        batch = new_id()
        accepted = 0
        problems: list[Problem] = []
        with together(self.session, batch) as joined:
            groups: dict[tuple[str, bool, tuple[str, ...]], list[Suggestion]] = defaultdict(list)
            for each in _held_open(joined, self._chosen(joined, conditions, keywords)):
                groups[each.target_kind, each.target is None, tuple(each.changes)].append(each)
            for (kind, is_new, _names), some in groups.items():
                collection = collection_of(joined, kind)
                if not is_new and is_plain(collection):
                    done, wrong = apply_many(joined.connection, collection, some)
                    _settle_accepted(joined, [each.id for each in done], batch)
                else:
                    done, wrong = self._accept_each(joined, some, batch)
                accepted += len(done)
                problems += wrong
        return Decided(batch, accepted, tuple(problems))

    def _accept_each(
        self, joined: "Joined", some: Sequence[Suggestion], batch: UUID
    ) -> tuple[list[Suggestion], list[Problem]]:
        done, problems = [], []
        for each in some:
            try:
                with joined.connection.begin_nested():
                    done.append(self._accept(joined, each, {}, batch))
            except PgcError as error:
                problems.append(Problem(str(each.id), error.message))
        return done, problems

    def reject(self, suggestion: Suggestion | UUID, because: str = "", /) -> Suggestion:
        """Say no, best with the reason; the same is not proposed again."""
        return self._settle(
            suggestion, state="rejected", because=because, decided_at=datetime.now(UTC)
        )

    def reject_all(self, because: str = "", /, *conditions: Condition, **keywords: Any) -> Decided:
        """Reject all that waits and meets the conditions, in one batch."""
        from sqlalchemy import update

        from pgc_lib.core.tables import table_of
        from pgc_lib.core.together import together

        batch, table = new_id(), table_of(Suggestion)
        decision = {"state": "rejected", "because": because, "decided_at": datetime.now(UTC)}
        self.items.new(**{**_EXAMPLE, **decision})
        with together(self.session, batch) as joined:
            held = [
                each.id for each in _held_open(joined, self._chosen(joined, conditions, keywords))
            ]
            joined.connection.execute(update(table).where(table.c.id.in_(held)).values(**decision))
        return Decided(batch, len(held))

    def snooze(
        self, suggestion: Suggestion | UUID, until: datetime | date | timedelta | str, /
    ) -> Suggestion:
        """Put it off: until a time, a day, or for so long."""
        moment = _moment(until)
        if moment <= datetime.now(UTC):
            raise Invalid(
                _("A suggestion can only be put off to a later time."),
                [Problem("until", _("this time is over"), until)],
            )
        return self._settle(suggestion, state="snoozed", until=moment)

    def _settle(self, suggestion: Suggestion | UUID, **decision: Any) -> Suggestion:
        from pgc_lib.areas.suggesting.deciding import held, settle
        from pgc_lib.core.together import together

        self.items.new(**{**_EXAMPLE, **decision})  # what cannot be kept is refused with its reason
        id, version = _aim(suggestion)
        with together(self.session, new_id()) as joined:
            return settle(joined.connection, held(joined, id, version).id, decision)

    def undo(self, suggestion: Suggestion | UUID, /, *, force: bool = False) -> "Undone":
        """Take an acceptance back, with what was accepted together with it: records are as before, suggestions wait again."""
        from pgc_lib.core.history import History

        id, _version = _aim(suggestion)
        found = self.items.get(id)
        if found.applied_batch is None:
            raise Conflict(
                _("Nothing was changed by this suggestion."),
                next_step=_("Only what was accepted can be taken back."),
            )
        return History(self.session).undo_batch(found.applied_batch, force=force)

    # ── between ──────────────────────────────────────────────────────────────────────────────────────

    def _chosen(
        self, joined: "Joined", conditions: Sequence[Condition], keywords: Mapping[str, Any]
    ) -> list[UUID]:
        from pgc_lib.core.collection import Collection

        found = Collection(joined, Suggestion).find(_now_open(), *conditions, **keywords)
        return [each.id for each in found]


_EXAMPLE: Mapping[str, Any] = {"topic": "any", "target_kind": "any", "changes": {}, "source": "any"}
"""Stands around the fields of a decision, so that the Record can judge them."""


def _now_open() -> Condition:
    late = (col("state") == "snoozed") & (col("until") <= datetime.now(UTC))
    return (col("state") == "waiting") | late


def _aim(suggestion: Suggestion | UUID) -> tuple[UUID, int | None]:
    if isinstance(suggestion, Suggestion):
        return suggestion.id, suggestion.version
    return suggestion, None


def _moment(until: datetime | date | timedelta | str) -> datetime:
    from pgc_lib.core.types import in_zone

    if isinstance(until, timedelta):
        return datetime.now(UTC) + until
    if isinstance(until, str):
        try:
            until = datetime.fromisoformat(until.strip())
        except ValueError:
            raise Invalid(
                _("A suggestion can only be put off to a later time."),
                [Problem("until", _("this must be a time such as 2026-11-20 08:30"), until)],
            ) from None
    if not isinstance(until, datetime):
        return datetime.combine(until, time(), zone()).astimezone(UTC)
    return in_zone(until)


def _held_open(joined: "Joined", ids: Sequence[UUID]) -> list[Suggestion]:
    """Those of the suggestions that nobody decides at this moment, held until the transaction ends."""
    from sqlalchemy import select

    from pgc_lib.core.tables import table_of

    table = table_of(Suggestion)
    query = (
        select(table)
        .where(table.c.id == _any(ids), table.c.state.in_(OPEN))
        .order_by(table.c.id)
        .with_for_update(skip_locked=True)
    )
    return [Suggestion.kept(dict(row)) for row in joined.connection.execute(query).mappings()]


def _any(ids: Sequence[UUID]) -> Any:
    """The ids as one array: one statement however many there are."""
    from sqlalchemy import ARRAY, any_, literal
    from sqlalchemy import UUID as SQL_UUID

    return any_(literal(list(ids), ARRAY(SQL_UUID())))


def _settle_accepted(joined: "Joined", ids: Sequence[UUID], batch: UUID) -> None:
    from sqlalchemy import text

    joined.connection.execute(
        text("""
            update suggestions.items t
            set state = 'accepted', decided_at = :now, applied_batch = :batch, applied_to = t.target,
                applied = (select jsonb_object_agg(key, value -> 'new') from jsonb_each(t.changes))
            where t.id = any (cast(:ids as uuid[]))"""),
        {"now": datetime.now(UTC), "batch": batch, "ids": list(ids)},
    )


def _replace_older(joined: "Joined", batch: UUID) -> None:
    """Take away what still waits about the same thing as a newer suggestion."""
    from sqlalchemy import text

    joined.connection.execute(
        text("""
            delete from suggestions.items t using suggestions.items n
            where n.owner = pgc.me() and n.batch = :batch and n.about <> '' and t.owner = n.owner
              and t.about = n.about and t.topic = n.topic and t.state = 'waiting'
              and t.batch is distinct from n.batch"""),
        {"batch": batch},
    )
