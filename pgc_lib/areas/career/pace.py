"""How far a plan is, and whether it is as far as it should be by now."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from pgc_lib.areas.career.ahead import Milestone, Plan
from pgc_lib.i18n import N_, _

Standing = Literal["reached", "dropped", "paused", "ahead", "even", "behind", "late", "open"]
SAID = {
    "reached": N_("reached"),
    "dropped": N_("given up"),
    "paused": N_("paused"),
    "ahead": N_("ahead of time"),
    "even": N_("on course"),
    "behind": N_("behind"),
    "late": N_("overdue"),
    "open": N_("open"),
}
_SLACK = 0.1
"""By how much of the whole one may differ from an even pace and still be on course."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Where a plan stands on a day."""

    share: float
    expected: float | None
    """How far an even pace would have come; None without a beginning and an end."""
    standing: Standing
    done: int
    of: int
    next: str = ""
    next_due: date | None = None
    likely: date | None = None
    """When it would be reached if it went on as it has gone."""

    def told(self) -> str:
        """In a few words."""
        said = f"{self.share:.0%} · {_(SAID[self.standing])}"
        return said + (f" · {self.done}/{self.of}" if self.of else "")

    def _shown_(self) -> dict[str, Any]:
        return {
            _("Share done"): f"{self.share:.0%}",
            _("Expected by now"): None if self.expected is None else f"{self.expected:.0%}",
            _("Pace"): _(SAID[self.standing]),
            _("Milestones"): f"{self.done}/{self.of}" if self.of else "",
            _("Next milestone"): self.next,
            _("Likely"): self.likely,
        }


def pace(plan: Plan, milestones: Iterable[Milestone], today: date) -> Pace:
    """A plan by its own word, or else by its milestones, weighted; those that were dropped do not count."""
    steps = [each for each in milestones if each.state != "dropped"]
    done = [each for each in steps if each.state == "done"]
    whole = sum(each.weight for each in steps)
    share = sum(each.weight for each in done) / whole if whole else 0.0
    if plan.share is not None:
        share = plan.share
    if plan.state == "reached":
        share = 1.0
    expected = _expected(plan, today)
    following = min(
        (each for each in steps if each.state == "open"),
        key=lambda each: (each.due is None, each.due or today, each.title),
        default=None,
    )
    return Pace(
        share,
        expected,
        _standing(plan, share, expected, today),
        len(done),
        len(steps),
        following.title if following else "",
        following.due if following else None,
        _likely(plan, share, today),
    )


def _expected(plan: Plan, today: date) -> float | None:
    if plan.begin is None or plan.due is None:
        return None
    days = (plan.due - plan.begin).days + 1
    return min(1.0, max(0.0, (today - plan.begin).days / days))


def _standing(plan: Plan, share: float, expected: float | None, today: date) -> Standing:
    if plan.state != "open":
        return plan.state
    if plan.due is not None and plan.due < today:
        return "late"
    if expected is None:
        return "open"
    if share < expected - _SLACK:
        return "behind"
    return "ahead" if share > expected + _SLACK else "even"


def _likely(plan: Plan, share: float, today: date) -> date | None:
    if plan.state != "open" or plan.begin is None or not 0 < share < 1 or today <= plan.begin:
        return None
    try:
        return plan.begin + timedelta((today - plan.begin).days / share)
    except OverflowError:
        return None
