"""What the growth landscape shows, read from the lab: numbers a period, money, moods, landmarks, skills.

When records change, only what they belong to is read again.
"""

from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

import numpy as np

from pgc_lib.core.zone import today
from pgc_lib.errors import Denied, Invalid, Problem
from pgc_lib.i18n import N_, _, lang
from pgc_lib.notebook.scene.counting import (
    LANES,
    Counted,
    Lane,
    by_period,
    empty,
    first_day,
    gathered,
    lane_of,
    money,
    moods,
    transactions,
)
from pgc_lib.notebook.scene.periods import Every, Periods
from pgc_lib.notebook.scene.tree import Grown

if TYPE_CHECKING:
    import polars as pl
    from numpy.typing import NDArray

    from pgc_lib.lab import Lab

MONEY = Counted("finance", N_("Money"), "", N_("What was left over: income less spending."), "gold", (), signed=True)  # fmt: skip
KINDS = {source.kind for each in LANES for source in each.sources} | {
    "finance.transactions",
    "finance.accounts",
    "finance.rates",
    "wellbeing.moods",
    "anchor.achievements",
    "anchor.milestones",
    "skills.items",
}
"""What changes the landscape when it changes."""


@dataclass(slots=True)
class Facts:
    """All that the landscape shows."""

    periods: Periods
    lanes: list[Lane]
    saved: "NDArray[np.float64]"
    """Money left over, added up; NaN before the first entry."""
    left: "NDArray[np.float64]"
    mood: "NDArray[np.float64]"
    currency: str
    marks: list[tuple[float, str, str, str]] = field(default_factory=list)
    """(period, title, pointer, sort) of achievements and milestones."""
    skills: list[Grown] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    """What a skill, a relative or a task of care is called, by its identifier."""


def facts(
    lab: "Lab",
    *,
    every: Every | None = None,
    since: date | None = None,
    until: date | None = None,
    owner: UUID | None = None,
) -> Facts | None:
    """Read it all; None where nothing was kept yet."""
    whose = owner or lab.person
    rows = {each.name: gathered(lab, each, whose) for each in LANES}
    left, _currency = money(lab, whose)
    felt = moods(lab, whose)
    first = first_day([*rows.values(), left, felt])
    if first is None:
        return None
    end = until or today()
    if since is not None and since > end:
        raise Invalid(
            _("A landscape needs a span of time:"),
            [Problem("since", _("this lies after its end"), since)],
        )
    periods = Periods.of(max(first, since) if since else first, every, last=end)
    saved, own, spare = _money(lab, periods, whose)
    lanes = [spare, *(lane_of(each, rows[each.name], periods) for each in LANES)]
    return Facts(
        periods,
        [lane for lane in lanes if lane.values.any()],
        saved,
        own,
        by_period(felt, periods, np.mean),
        spare.currency,
        _marks(lab, periods, whose),
        _skills(lab, periods, rows["skills"], whose),
        _names(lab, whose),
    )


def renewed(
    lab: "Lab", was: Facts | None, kinds: set[str], *, owner: UUID | None = None, **span: Any
) -> Facts | None:
    """The facts after records of these kinds changed; only their own lanes are read again. None if nothing shown is touched."""
    whose = owner or lab.person
    if was is None or was.periods.starts[-1] != Periods.of(today(), was.periods.every).starts[-1]:
        return facts(lab, owner=owner, **span) if kinds & KINDS or was is None else None
    if not kinds & KINDS:
        return None
    lanes = {lane.counted.name: lane for lane in was.lanes}
    hours = None
    for each in LANES:
        if kinds & {source.kind for source in each.sources}:
            rows = gathered(lab, each, whose)
            earliest = first_day([rows])
            if earliest is not None and was.periods.number(earliest) < 0 and not was.periods.cut:
                return facts(lab, owner=owner, **span)
            lanes[each.name] = lane_of(each, rows, was.periods)
            hours = rows if each.name == "skills" else hours
    fresh = replace(was)
    if kinds & {"finance.transactions", "finance.accounts", "finance.rates"}:
        fresh.saved, fresh.left, lanes["finance"] = _money(lab, was.periods, whose)
        fresh.currency = lanes["finance"].currency
    order = ["finance", *(each.name for each in LANES)]
    fresh.lanes = [lanes[name] for name in order if name in lanes and lanes[name].values.any()]
    if "wellbeing.moods" in kinds:
        fresh.mood = by_period(moods(lab, whose), was.periods, np.mean)
    if kinds & {"anchor.achievements", "anchor.milestones"}:
        fresh.marks = _marks(lab, was.periods, whose)
    if kinds & {"skills.items", "skills.practice"}:
        rows = hours if hours is not None else gathered(lab, _lane("skills"), whose)
        fresh.skills = _skills(lab, was.periods, rows, whose)
    return fresh


def _lane(name: str) -> Counted:
    return next(each for each in LANES if each.name == name)


def _money(
    lab: "Lab", periods: Periods, owner: UUID
) -> "tuple[NDArray[np.float64], NDArray[np.float64], Lane]":
    """What was put aside so far, what was left over each period, and the lane."""
    left, currency = money(lab, owner)
    own = by_period(left, periods)
    before = float(left["amount"].filter(left["day"] < periods.starts[0]).sum() or 0.0)
    there = ~np.isnan(own)
    saved = np.where(np.cumsum(there) > 0, before + np.nancumsum(own), np.nan)
    return saved, own, Lane(MONEY, np.nan_to_num(own), empty(), currency, transactions(lab, owner, currency, periods))  # fmt: skip


def _marks(lab: "Lab", periods: Periods, owner: UUID) -> list[tuple[float, str, str, str]]:
    """Achievements by their end, and milestones that were reached."""
    found: list[tuple[date, str, str, str]] = []
    try:
        for each in lab.anchor.achievements.find(owner=owner):
            day = _day(str(each.end or each.begin or ""))
            if day is not None:
                found.append((day, _titled(each), f"anchor.achievements/{each.id}", "achievement"))
        found += [
            (each.done_on, _titled(each), f"anchor.milestones/{each.id}", "milestone")
            for each in lab.anchor.milestones.find(owner=owner, state="done")
            if each.done_on is not None
        ]
    except Denied:
        return []
    last = periods.starts[-1]
    placed = []
    for day, title, pointer, sort in sorted(found):
        number = periods.number(day)
        if 0 <= number < len(periods) and day <= max(today(), last):
            share = (day - periods.starts[number]).days / {"month": 31, "week": 7, "day": 1}[periods.every]  # fmt: skip
            placed.append((number + min(share, 0.99), title, pointer, sort))
    return placed


def _names(lab: "Lab", owner: UUID) -> dict[str, str]:
    """Names that rows refer to."""
    found: dict[str, str] = {}
    for kind, field_ in (
        ("skills.items", "name"),
        ("family.members", "name"),
        ("family.care", "title"),
    ):
        try:
            frame = lab.collection_of(kind).frame(columns=["id", field_], owner=owner)
        except Denied:
            continue
        found |= {str(id).replace("-", ""): name for id, name in frame.iter_rows()}
    return found


def _titled(record: Any) -> str:
    """Its title in the person's language, as far as it was translated."""
    told = (record.translations or {}).get(lang(), {})
    return str(told.get("title") or record.title)


def _day(said: str) -> date | None:
    """A year, a month or a day, such as a career says it; its first day."""
    try:
        return date.fromisoformat(said + "-01-01"[len(said) - 4 :] if 4 <= len(said) < 10 else said)
    except ValueError:
        return None


def _skills(lab: "Lab", periods: Periods, rows: "pl.DataFrame", owner: UUID) -> list[Grown]:
    """Each skill with its hours a period; hours before the first period count into it."""
    import polars as pl

    try:
        names = lab.skills.items.frame(columns=["id", "name", "topic"], owner=owner)
        fading = lab.skills.decay(owner=None if owner == lab.person else owner)
    except Denied:
        return []
    strength = dict(fading.select("skill", "strength").iter_rows())
    placed = rows.with_columns(
        period=pl.Series(
            [max(periods.number(day), 0) for day in rows["day"].to_list()], dtype=pl.Int64
        )
    ).filter(pl.col("period") < len(periods))
    found = []
    for id, name, topic in names.iter_rows():
        own = placed.filter(pl.col("what") == str(id))
        hours = np.bincount(own["period"].to_numpy().astype(np.int64), weights=own["amount"].to_numpy(), minlength=len(periods))  # fmt: skip
        found.append(
            Grown(f"skills.items/{id}", name, topic, hours.astype(np.float64), strength.get(id))
        )
    return found
