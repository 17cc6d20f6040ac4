"""Savings goals: what is in the goal's account, what it takes by the month, and when it will be reached."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from pgc_lib.areas.money.periods import months_later
from pgc_lib.areas.money.transaction import CURRENCY
from pgc_lib.core.record import Record, field
from pgc_lib.core.types import Money
from pgc_lib.i18n import N_, _

_MONTHS = 6
"""Months by whose mean the pace is told."""
_FARTHEST = 1200


class Goal(Record, kind="finance.goals", key=["title"], sort=["by", "title"]):
    """Something to save for; what is in its account counts."""

    title: str = field(title=N_("Title"), min_length=1, max_length=200, searchable=True)
    target: Money = field(title=N_("Target"), gt=0)
    currency: str = field("CNY", title=N_("Currency"), pattern=CURRENCY, max_length=3)
    account: str = field(
        title=N_("Account"), help=N_("An own account for this goal."), min_length=1, max_length=200
    )
    start: date = field(title=N_("From the day"))
    by: date | None = field(None, title=N_("By"))
    note: str = field("", title=N_("Note"), searchable=True)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a goal is."""

    goal: Goal
    saved: Decimal
    pace: Decimal
    """What was added a month, over the last months since the goal began."""
    on: date

    @property
    def left(self) -> Decimal:
        """What is still missing."""
        return max(self.goal.target - self.saved, Decimal(0))

    @property
    def needed(self) -> Decimal | None:
        """What it takes a month to be in time; None without a day or when that has passed."""
        by = self.goal.by
        if by is None or by <= self.on or not self.left:
            return None
        months = max((by.year - self.on.year) * 12 + by.month - self.on.month, 1)
        return (self.left / months).quantize(Decimal("0.01"))

    @property
    def reached(self) -> date | None:
        """When it is reached at this pace; None at no pace."""
        if not self.left:
            return self.on
        if self.pace <= 0:
            return None
        months = -(-self.left // self.pace)
        return months_later(self.on, int(months)) if months <= _FARTHEST else None

    def _shown_(self) -> dict[str, Any]:
        return {
            _("Title"): self.goal.title,
            _("Target"): self.goal.target,
            _("Currency"): self.goal.currency,
            _("Saved"): self.saved,
            _("Left"): self.left,
            _("Done"): f"{min(self.saved / self.goal.target, Decimal(1)):.0%}",
            _("Needed a month"): self.needed,
            _("Pace a month"): self.pace,
            _("Reached"): self.reached,
            _("By"): self.goal.by,
        }


def pace_since(goal: Goal, on: date) -> tuple[date, int]:
    """From which day the pace is told, and over how many months."""
    months = (on.year - goal.start.year) * 12 + on.month - goal.start.month
    months = min(max(months, 1), _MONTHS)
    return months_later(on, -months), months


def progress(
    goals: Iterable[Goal],
    now: Mapping[tuple[str, str], Decimal],
    before: Mapping[tuple[str, str, date], Decimal],
    on: date,
) -> list[Progress]:
    """Each goal's progress from its account's balances, now and when its pace begins to be told."""
    found = []
    for goal in goals:
        since, months = pace_since(goal, on)
        saved = now.get((goal.account, goal.currency), Decimal(0))
        earlier = before.get((goal.account, goal.currency, since), Decimal(0))
        pace = ((saved - earlier) / months).quantize(Decimal("0.01"))
        found.append(Progress(goal, saved, pace, on))
    return found
