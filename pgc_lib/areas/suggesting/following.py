"""What becomes of advice: an action with a day to look again, and whether the number moved.

lab.suggestions.follow(suggestion, measure="finance.spending:餐饮", days=30)
lab.suggestions.checks_due()
lab.suggestions.look_again(check)
"""

from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal, TypeAlias
from uuid import UUID

from pgc_lib.areas.suggesting.manners import ALL, Manner, Manners
from pgc_lib.areas.suggesting.measures import measure_of
from pgc_lib.areas.suggesting.suggestion import Suggestion
from pgc_lib.core.area import Area, Kept
from pgc_lib.core.record import Record, field
from pgc_lib.core.shown import Listing
from pgc_lib.core.types import Moment
from pgc_lib.core.zone import today, zone
from pgc_lib.errors import Conflict
from pgc_lib.i18n import N_, _
from pgc_lib.stores.filters import col

Verdict: TypeAlias = Literal["", "better", "worse", "same", "unknown"]

VERDICTS: dict[Verdict, str] = {
    "": N_("not looked at yet"),
    "better": N_("better"),
    "worse": N_("worse"),
    "same": N_("no clear change"),
    "unknown": N_("cannot be told"),
}
_CLEAR = 0.1
"""A change of less than a tenth is no clear one."""


class Check(Record, kind="suggestions.checks", indexes=[("verdict", "due")], sort=["due"]):
    """When to look again at what an advice was meant to change."""

    suggestion: UUID = field(title=N_("Suggestion"))
    title: str = field(title=N_("Title"), max_length=500, searchable=True)
    todo: UUID | None = field(None, title=N_("To-do"))
    measure: str = field("", title=N_("Measure"), max_length=300)
    days: int = field(30, title=N_("Days"), ge=1, le=3650)
    begun: date = field(title=N_("From the day"))
    due: date = field(title=N_("Look again on"))
    was: float | None = field(None, title=N_("Before"))
    became: float | None = field(None, title=N_("After"))
    verdict: Verdict = field("", title=N_("Outcome"))
    looked_at: Moment | None = field(None, title=N_("Looked at"))
    note: str = field("", title=N_("Note"), max_length=5000, widget="text")

    def sentence(self) -> str:
        """How it came out, with what a comparison of two spans cannot tell."""
        if self.verdict in ("", "unknown") or self.was is None or self.became is None:
            return _(VERDICTS[self.verdict])
        told = {
            "what": _(measure_of(self.measure)[0].title),
            "before": f"{self.was:.4g}",
            "after": f"{self.became:.4g}",
            "verdict": _(VERDICTS[self.verdict]),
        }
        return _(
            "{what}: {before} before, {after} after ({verdict}). Other things may have changed as well.",
            **told,
        )

    def _shown_(self) -> dict[str, Any]:
        return {
            _("Title"): self.title,
            _("Look again on"): self.due,
            _("Outcome"): self.sentence(),
            _("Note"): self.note,
        }


class Following(Area, name="suggestions", main="checks"):
    """Manners and checks of the queue."""

    manners: Kept[Manner] = Kept(Manner)
    checks: Kept[Check] = Kept(Check)

    # ── how loudly ───────────────────────────────────────────────────────────────────────────────────

    def behave(self, topic: str = ALL, **said: Any) -> Manner:
        """Set what suggestions of a topic may do: on, most_a_day, quiet_from and quiet_until."""
        known = self.manners.find(topic=topic, owner=self.session.person)
        if known:
            return self.manners.update(known[0], **said)
        return self.manners.add(topic=topic, **said)

    def _manners(self) -> Manners:
        return Manners(self.manners.find(owner=self.session.person))

    # ── what became of it ────────────────────────────────────────────────────────────────────────────

    def follow(
        self,
        suggestion: Suggestion,
        *,
        measure: str = "",
        days: int = 30,
        action: str = "",
        note: str = "",
    ) -> Check:
        """Take an accepted advice up as an action, and note when to look again at what it was to change.

        The number of as many days before is kept now, so that nobody can choose it later.
        """
        from pgc_lib.areas.todos import Todos
        from pgc_lib.core.ids import new_id
        from pgc_lib.core.together import together

        if suggestion.state not in ("accepted", "edited"):
            raise Conflict(
                _("Only an accepted suggestion can be followed."),
                next_step=_("Accept it first: `lab.suggestions.accept(suggestion)`."),
            )
        now = today()
        before = None
        if measure:
            found, about = measure_of(measure)
            before = found.of(
                self.session, about, now - timedelta(days=days), now - timedelta(days=1)
            )
        title = action or suggestion.title or suggestion.difference()
        on = now + timedelta(days=days)
        with together(self.session, new_id()) as joined:
            todo = Todos(joined).items.add(title=title[:500], due=on, batch=joined.batch)
            return type(self)(joined).checks.add(
                suggestion=suggestion.id, title=title[:500], todo=todo.id, measure=measure, days=days,
                begun=now, due=on, was=before, note=note, batch=joined.batch,
            )  # fmt: skip

    def checks_due(self, on: date | None = None) -> Listing[Check]:
        """What is to be looked at again by now."""
        return self.checks.find(
            col("due") <= (on or today()), verdict="", owner=self.session.person
        )

    def look_again(self, check: Check, *, note: str = "") -> Check:
        """Ask for the number again and say whether it moved; without a measure the person says it in a note."""
        if check.verdict:
            raise Conflict(
                _("This was looked at on {day}.", day=check.looked_at and check.looked_at.astimezone(zone()).date()),
                next_step=_("Follow the suggestion again to have it measured once more."),
            )  # fmt: skip
        after, verdict = None, "unknown"
        if check.measure:
            found, about = measure_of(check.measure)
            last = min(today(), check.due)
            first = max(check.begun, last - timedelta(days=check.days - 1))
            after = found.of(self.session, about, first, last)
            verdict = _verdict(check.was, after, less_is_better=found.less_is_better)
        return self.checks.update(
            check,
            became=after,
            verdict=verdict,
            looked_at=datetime.now(UTC),
            note=note or check.note,
        )


def _verdict(before: float | None, after: float | None, *, less_is_better: bool) -> Verdict:
    if before is None or after is None:
        return "unknown"
    change = after - before
    if abs(change) <= _CLEAR * max(abs(before), abs(after)):
        return "same"
    return "better" if (change < 0) == less_is_better else "worse"
