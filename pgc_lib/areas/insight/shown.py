"""Rules on what there is to show: habits that hold or are about to break, skills without evidence, achievements without numbers."""

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from pgc_lib.areas.insight.rule import Finding, Frames, Query, Rule
from pgc_lib.i18n import N_, _
from pgc_lib.stores.filters import col

SHORTEST = 4
"""Weeks in a row that make a streak."""
MANY_HOURS = 20.0
HIGH_LEVEL = 3.0
_DIGIT = re.compile(r"\d|[一二两三四五六七八九十百千万]+(?:倍|成|个|人|次|小时|天|周|月|万|元)")

SKILLS = Query("skills", "skills.items", ("id", "name"))
PROOFS = Query("proofs", "skills.evidence", ("skill",))
ASSESSED = Query("assessed", "skills.assessments", ("skill", "day", "level", "created_at"))
PRACTICE = Query("practice", "skills.practice", ("skill", "day", "hours"))


def _five_years(today: date) -> Any:
    return col("day") >= today - timedelta(days=1830)


RECENT = Query("practice", "skills.practice", ("skill", "day", "hours"), _five_years, 'col("day") >= today - timedelta(days=1830)')  # fmt: skip
ACHIEVED = Query("achieved", "anchor.achievements", ("id", "title", "result", "number", "sort"))


def weeks_in_a_row(days: Sequence[date], today: date) -> tuple[int, bool]:
    """How many weeks in a row have a day, up to this week or the last; and whether this week has one."""
    mondays = {day - timedelta(day.weekday()) for day in days if day <= today}
    this = today - timedelta(today.weekday())
    at = this if this in mondays else this - timedelta(7)
    count = 0
    while at in mondays:
        count += 1
        at -= timedelta(7)
    return count, this in mondays


def _streaks(frames: Frames, today: date) -> Iterator[Finding]:
    """Skills practised week after week: told when the week is kept, and in time when it is about to be missed."""
    import polars as pl

    names = dict(frames["skills"].select("id", "name").iter_rows())
    for (skill,), rows in frames["practice"].group_by("skill", maintain_order=True):
        if skill not in names:
            continue
        days = rows["day"].to_list()
        weeks, kept = weeks_in_a_row(days, today)
        if weeks < SHORTEST:
            continue
        this = today - timedelta(today.weekday())
        last = max(day for day in days if day <= today)
        ends = this + timedelta(6)
        if not kept and today.weekday() < 4:
            continue  # there is time enough
        yield Finding(
            f"{skill}",
            _("{weeks} weeks in a row: {name}", weeks=weeks, name=names[skill])
            if kept
            else _("{weeks} weeks in a row are about to end: {name}", weeks=weeks, name=names[skill]),
            _("Last practised on {day}.", day=last)
            if kept
            else _("Last practised on {day}; the week ends on {end}.", day=last, end=ends),
            "good" if kept else "hint",
            {"began": this - timedelta(weeks=weeks - 1)} if kept else {"week": this},
            rows.filter(pl.col("day") >= today - timedelta(weeks=weeks + 1)).sort("day", descending=True).select("day", "hours"),
            weeks,
        )  # fmt: skip


def _unproven(frames: Frames, _today: date) -> Iterator[Finding]:
    """Skills with many hours or a high level, and nothing that would show them to others."""
    import polars as pl

    hours = frames["practice"].group_by("skill").agg(pl.col("hours").sum())
    level = (
        frames["assessed"]
        .sort("day", "created_at")
        .group_by("skill", maintain_order=True)
        .agg(pl.col("level").last())
    )
    proven = frames["proofs"]["skill"].unique().to_list()
    found = (
        frames["skills"]
        .join(hours, left_on="id", right_on="skill", how="left")
        .join(level, left_on="id", right_on="skill", how="left")
        .with_columns(pl.col("hours").fill_null(0.0), pl.col("level").fill_null(0.0))
        .filter(
            ((pl.col("hours") >= MANY_HOURS) | (pl.col("level") >= HIGH_LEVEL))
            & ~pl.col("id").is_in(proven)
        )
    )
    for row in found.iter_rows(named=True):
        yield Finding(
            row["id"],
            _("Nothing shows “{name}” to others", name=row["name"]),
            _("{hours:.0f} hours of practice and level {level:g}, and no evidence.", hours=row["hours"], level=row["level"]),
            "hint",
            {"level": row["level"], "hours": int(row["hours"] // MANY_HOURS)},
            found.filter(pl.col("id") == row["id"]).select("name", "hours", "level"),
            row["level"] * 10 + row["hours"] / 10,
        )  # fmt: skip


def _numberless(frames: Frames, _today: date) -> Iterator[Finding]:
    """Achievements whose result names no number, in its field or in its words."""
    import polars as pl

    achieved = frames["achieved"].filter(
        pl.col("number").is_null() & (pl.col("sort") == "achievement")
    )
    for row in achieved.iter_rows(named=True):
        if _DIGIT.search(row["result"]) or _DIGIT.search(row["title"]):
            continue
        yield Finding(
            row["id"],
            _("How much was it? “{title}” has no number", title=row["title"]),
            _("A result that is measured convinces: how many, how much faster, how often.")
            if row["result"]
            else _("Its result is not described yet."),
            "hint",
            {"title": row["title"], "result": row["result"]},
            achieved.filter(pl.col("id") == row["id"]).select("title", "result", "number"),
        )


RULES = [
    Rule("skills.streaks", N_("Streaks"), (SKILLS, RECENT), _streaks, "skills"),
    Rule("skills.unproven", N_("Skills without evidence"), (SKILLS, PRACTICE, ASSESSED, PROOFS), _unproven, "skills"),
    Rule("anchor.numberless", N_("Achievements without numbers"), (ACHIEVED,), _numberless, "anchor"),
]  # fmt: skip
