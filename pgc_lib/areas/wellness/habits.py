"""Habits: on which occasions one was due, whether it was done, and how long it has held.

An **occasion** is one time at which it was due. By a rule that is each of its days; "3 times a week" makes three of
every week, of which as many are done as there are days with a check-in, so two of three is one occasion missed.
A day that is excused or within a pause is no occasion, a first week that began on Friday has its share of them, and
what can still be done today or this week is open: neither done nor missed.

**Two streaks are shown.** The strict one counts the occasions that were done one after the other. The forgiving one
counts those that were done within the longest stretch in which no `forgives` occasions in a row (seven, unless said
otherwise) hold more than one that was missed: a bad day does not undo a good month, two in one week do.
"""

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from pgc_lib.core.recurrence import occurrences, told
from pgc_lib.core.shown import Told
from pgc_lib.i18n import _, n_

if TYPE_CHECKING:
    from pgc_lib.areas.wellness.records import Habit

_MOST = 60_000
"""Occasions that are looked at: more than there are days since 1900."""


class Check(NamedTuple):
    """What was noted on a day."""

    amount: float
    excused: bool


class Occasion(NamedTuple):
    """One time at which it was due; `done` is None while it can still be done."""

    day: date
    done: bool | None


class Streak(NamedTuple):
    """Occasions done in a row: now, and the most there were."""

    current: int
    best: int


@dataclass(frozen=True, slots=True)
class Standing(Told):
    """How a habit holds."""

    name: str
    repeats: str
    due: int
    done: int
    strict: Streak
    forgiving: Streak
    open_today: bool
    at_risk: bool
    """Whether the next miss breaks the forgiving streak."""

    @property
    def rate(self) -> float | None:
        """The part of its occasions that were done."""
        return self.done / self.due if self.due else None

    def _shown_(self) -> Mapping[str, Any]:
        return {
            _("Habit"): self.name,
            _("Repeats"): self.repeats,
            _("Done"): f"{self.done} / {self.due}",
            _("Share"): "" if self.rate is None else f"{self.rate:.0%}",
            _("Streak, strict"): _("{n} (best {best})", n=self.strict.current, best=self.strict.best),
            _("Streak, forgiving"): _("{n} (best {best})", n=self.forgiving.current, best=self.forgiving.best),
            _("Open today"): self.open_today,
            _("The next miss breaks it"): self.at_risk,
        }  # fmt: skip


def trouble_of(habit: "Habit") -> str:
    """Why a habit cannot be; empty when it can."""
    if (habit.rule is None) == (habit.times is None):
        return _("a habit has either a rule or so many times a week or month")
    if habit.ended and habit.ended < habit.start:
        return _("this would end before it began")
    if habit.start.year < 1900:
        return _("a habit begins in 1900 at the earliest")
    if habit.forgives == 1:
        return _("one missed time among one would forgive all; 0 forgives none, 7 is usual")
    if habit.times and habit.every == "week" and habit.times > 7:
        return _("a week has seven days")
    try:
        _pauses(habit.pauses)
    except ValueError:
        return _("a pause is two days, such as 2026-08-01/2026-08-14, the first one first")
    if habit.rule and not occurrences(habit.rule, habit.start, limit=1):
        return _("by this rule it never takes place")
    return ""


def repeats(habit: "Habit") -> str:
    """How often it is due, in plain words."""
    if habit.rule:
        return told(habit.rule)
    times = habit.times or 0
    if habit.every == "week":
        return n_("{n} time a week", "{n} times a week", times)
    return n_("{n} time a month", "{n} times a month", times)


def occasions(habit: "Habit", checks: Mapping[date, Check], today: date) -> list[Occasion]:
    """Every occasion up to today, the first one first."""
    last = min(today, habit.ended) if habit.ended else today
    pauses = _pauses(habit.pauses)

    def free(day: date) -> bool:
        return _excused(checks.get(day)) or any(first <= day <= end for first, end in pauses)

    if habit.rule:
        days = occurrences(habit.rule, habit.start, before=last + timedelta(days=1), limit=_MOST)
        # A rule with hours names a day as often as it has hours.
        found = [(day, _done(habit, checks.get(day))) for day in dict.fromkeys(days)]
        return [
            Occasion(day, done or (None if day == today else False))
            for day, done in found
            if done or not free(day)
        ]
    return [
        each
        for first, end in _periods(habit, last)
        for each in _of_period(habit, checks, first, end, today, free)
    ]


def is_done(habit: "Habit", checks: Mapping[date, Check], day: date) -> bool:
    """Whether a day's amount was reached."""
    return _done(habit, checks.get(day))


def open_today(habit: "Habit", checks: Mapping[date, Check], today: date) -> bool:
    """Whether it can still be done today."""
    if habit.start > today or (habit.ended and habit.ended < today):
        return False
    if _done(habit, checks.get(today)) or _excused(checks.get(today)):
        return False
    return any(each.done is None for each in occasions(habit, checks, today)[-31:])


def strict(done: Sequence[bool]) -> Streak:
    """Done one after the other."""
    current = best = 0
    for each in done:
        current = current + 1 if each else 0
        best = max(best, current)
    return Streak(current, best)


def forgiving(done: Sequence[bool], forgives: int = 7) -> Streak:
    """Done within a stretch in which no `forgives` in a row hold more than one miss."""
    if forgives < 2:
        return strict(done)
    missed = [at for at, each in enumerate(done) if not each]
    # A stretch begins after the first of two misses that lie too near, and ends before the second.
    cuts = [(one + 1, other) for one, other in pairwise(missed) if other - one < forgives]
    starts = [0, *(begin for begin, _end in cuts)]
    ends = [*(end for _begin, end in cuts), len(done)]
    lengths = [sum(done[start:end]) for start, end in zip(starts, ends, strict=True)]
    return Streak(lengths[-1], max(lengths))


def at_risk(done: Sequence[bool], forgives: int = 7) -> bool:
    """Whether a miss now would break the forgiving streak."""
    return forgiving([*done, False], forgives).current < forgiving(done, forgives).current


def standing(habit: "Habit", checks: Mapping[date, Check], today: date) -> Standing:
    """How a habit holds today."""
    decided = [each.done for each in occasions(habit, checks, today) if each.done is not None]
    return Standing(
        habit.name,
        repeats(habit),
        len(decided),
        sum(decided),
        strict(decided),
        forgiving(decided, habit.forgives),
        open_today(habit, checks, today),
        at_risk(decided, habit.forgives),
    )


def _of_period(
    habit: "Habit",
    checks: Mapping[date, Check],
    first: date,
    end: date,
    today: date,
    free: Any,
) -> list[Occasion]:
    whole = (end - first).days + 1
    begins, ends = max(first, habit.start), min(end, habit.ended or end)
    days = [begins + timedelta(days=n) for n in range((ends - begins).days + 1)]
    usable = [day for day in days if not free(day) or _done(habit, checks.get(day))]
    due = min(len(usable), -(-(habit.times or 0) * len(usable) // whole))
    done = [day for day in usable if day <= today and _done(habit, checks.get(day))][:due]
    left = due - len(done)
    over = ends < today
    # While the period lasts, what no longer fits into its days is missed already.
    still = len([day for day in usable if day >= today and day not in done])
    open_ = 0 if over else min(left, still)
    missed = [Occasion(ends, False)] * (left - open_)
    return [*(Occasion(day, True) for day in done), *missed, *([Occasion(ends, None)] * open_)]


def _periods(habit: "Habit", last: date) -> "list[tuple[date, date]]":
    found: list[tuple[date, date]] = []
    day = habit.start
    while day <= last and len(found) < _MOST:
        if habit.every == "week":
            first = day - timedelta(days=day.weekday())
            end = first + timedelta(days=6)
        else:
            first = day.replace(day=1)
            end = day.replace(day=calendar.monthrange(day.year, day.month)[1])
        found.append((first, end))
        day = end + timedelta(days=1)
    return found


def _pauses(texts: Sequence[str]) -> list[tuple[date, date]]:
    found = []
    for text in texts:
        first, _sep, last = text.partition("/")
        begin = date.fromisoformat(first.strip())
        end = date.fromisoformat(last.strip() or first.strip())
        if end < begin:
            raise ValueError(text)
        found.append((begin, end))
    return found


def _done(habit: "Habit", check: Check | None) -> bool:
    return check is not None and not check.excused and check.amount >= habit.goal


def _excused(check: Check | None) -> bool:
    return check is not None and check.excused
