"""Rules on what is ahead: plans and goals behind their pace, plans that nobody touches, a week with too much in it."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from pgc_lib.areas.career.sections import SECTIONS, title_of
from pgc_lib.areas.insight.rule import Finding, Frames, Query, Rule
from pgc_lib.core.zone import zone
from pgc_lib.i18n import N_, _
from pgc_lib.stores.filters import col

SLACK = 0.1
"""By how much of the whole a goal may be behind an even pace."""
QUIET = {"month": 10, "quarter": 30, "year": 60, "years": 120, "life": 240}
"""After so many days without a change a plan of this horizon is neglected."""
WEEKS = 8
_ENOUGH_WEEKS = 4
_YEAR = 366


def _open_plans(_today: date) -> Any:
    return col("state") == "open"


PLANS = Query(
    "plans",
    "anchor.plans",
    ("id", "title", "horizon", "begin", "due", "share", "todo_project", "updated_at"),
    _open_plans,
    'state="open"',
)
MILESTONES = Query("milestones", "anchor.milestones", ("id", "plan", "state", "weight", "updated_at"))  # fmt: skip
GOALS = Query(
    "goals", "goals.items", ("id", "title", "target", "unit", "start", "due", "created_at"), _open_plans, 'state="open"'
)  # fmt: skip
GIVEN = Query("given", "goals.contributions", ("goal", "amount"))


def _pace(frames: Frames, today: date) -> Iterator[Finding]:
    """Plans and goals that are further behind an even pace than one would not notice."""
    import polars as pl

    steps = frames["milestones"].filter(pl.col("state") != "dropped")
    shares = steps.group_by("plan").agg(
        (pl.col("weight").filter(pl.col("state") == "done").sum() / pl.col("weight").sum()).alias(
            "by_steps"
        )
    )
    plans = frames["plans"].join(shares, left_on="id", right_on="plan", how="left")
    plans = plans.select(
        "id",
        "title",
        "begin",
        "due",
        pl.coalesce("share", "by_steps", pl.lit(0.0)).alias("share"),
    )
    sums = frames["given"].group_by("goal").agg(pl.col("amount").cast(pl.Float64).sum())
    goals = frames["goals"].join(sums, left_on="id", right_on="goal", how="left")
    goals = goals.select(
        "id",
        "title",
        pl.coalesce("start", pl.col("created_at").dt.convert_time_zone(zone().key).dt.date()).alias("begin"),
        "due",
        (pl.col("amount").fill_null(0.0) / pl.col("target").cast(pl.Float64)).alias("share"),
    )  # fmt: skip
    both = pl.concat([plans, goals], how="vertical_relaxed").drop_nulls(["begin", "due"])
    elapsed = (pl.lit(today) - pl.col("begin")).dt.total_days()
    whole = (pl.col("due") - pl.col("begin")).dt.total_days() + 1
    late = both.with_columns((elapsed / whole).clip(0, 1).alias("expected")).filter(
        pl.col("share") < pl.col("expected") - SLACK
    )
    for row in late.iter_rows(named=True):
        overdue = row["due"] < today
        told = (
            _("It was due on {day} and is {share:.0%} done.", day=row["due"], share=row["share"])
            if overdue
            else _(
                "{share:.0%} done; at an even pace it would be {expected:.0%}. Due on {day}.",
                share=row["share"],
                expected=row["expected"],
                day=row["due"],
            )
        )
        yield Finding(
            row["id"],
            _("“{title}” is behind its pace", title=row["title"]),
            told,
            "warning" if overdue or row["share"] < row["expected"] / 2 else "hint",
            # A tenth more of being behind is news, a day more is not.
            {"share": round(row["share"], 2), "due": row["due"], "overdue": overdue, "behind": int((row["expected"] - row["share"]) * 10)},
            late.filter(pl.col("id") == row["id"]),
            row["expected"] - row["share"],
        )  # fmt: skip


def _finished(today: date) -> Any:
    return (col("done") == True) & (col("project") != "") & (col("done_at") >= _ago(today, _YEAR))  # noqa: E712 - a condition, not a comparison


FINISHED = Query(
    "finished", "todos.items", ("project", "done_at"), _finished, f'col("project") != "", col("done_at") >= today - timedelta(days={_YEAR}), done=True'
)  # fmt: skip


def _neglected(frames: Frames, today: date) -> Iterator[Finding]:
    """Open plans where neither the plan nor a milestone nor a to-do of its project moved for long."""
    import polars as pl

    local = zone().key
    steps = frames["milestones"].group_by("plan").agg(pl.col("updated_at").max().alias("step"))
    done = frames["finished"].group_by("project").agg(pl.col("done_at").max().alias("todo"))
    plans = (
        frames["plans"]
        .join(steps, left_on="id", right_on="plan", how="left")
        .join(done, left_on="todo_project", right_on="project", how="left")
        .with_columns(
            pl.max_horizontal("updated_at", "step", "todo").dt.convert_time_zone(local).dt.date().alias("last")
        )
    )  # fmt: skip
    for row in plans.iter_rows(named=True):
        quiet = (today - row["last"]).days
        if row["begin"] is not None and row["begin"] > today:
            continue
        if quiet > QUIET[row["horizon"]]:
            yield Finding(
                row["id"],
                _("Nothing has happened with “{title}”", title=row["title"]),
                _("The plan, its milestones and its to-dos were last touched on {day}, {n} days ago.", day=row["last"], n=quiet),
                "hint",
                {"last": row["last"], "title": row["title"]},
                plans.filter(pl.col("id") == row["id"]).select("title", "horizon", "last"),
                quiet,
            )  # fmt: skip


def _soon(today: date) -> Any:
    return (col("done") == False) & (col("due") <= today + timedelta(days=6))  # noqa: E712


def _lately(today: date) -> Any:
    return (col("done") == True) & (col("done_at") >= _ago(today, 7 * WEEKS))  # noqa: E712


def _ago(today: date, days: int) -> datetime:
    """The beginning of a day that is over."""
    return datetime.combine(today - timedelta(days=days), time(), zone())


SOON = Query(
    "soon", "todos.items", ("id", "title", "due", "minutes"), _soon, 'col("due") <= today + timedelta(days=6), done=False'
)  # fmt: skip
LATELY = Query(
    "lately", "todos.items", ("done_at", "minutes"), _lately, f'col("done_at") >= today - timedelta(weeks={WEEKS}), done=True'
)  # fmt: skip
CAPACITY = Query("capacity", "insights.capacity", ("since", "hours"))


def _workload(frames: Frames, today: date) -> Iterator[Finding]:
    """More estimated for the coming seven days than there are hours, as told or as they usually were."""
    import polars as pl

    soon = frames["soon"]
    load = float(soon["minutes"].sum() or 0) / 60
    hours, told = _hours(frames, today)
    if hours is None or load <= hours:
        return
    without = soon["minutes"].null_count()
    reason = _("{load:.1f} hours are estimated for the next seven days and what is late; there are {hours:.1f} ({why}).", load=load, hours=hours, why=told)  # fmt: skip
    if without:
        reason += " " + _("{n} to-dos have no estimate.", n=without)
    yield Finding(
        "week",
        _("More to do than there are hours"),
        reason,
        "warning" if load > hours * 1.5 else "hint",
        {"todos": sorted(soon["id"].to_list()), "load": round(load, 1), "hours": round(hours, 1)},
        soon.sort("minutes", descending=True, nulls_last=True).select(pl.exclude("id")),
        load / hours,
    )


def _hours(frames: Frames, today: date) -> tuple[float | None, str]:
    """The hours of a week: as the person said, or the middle of the last weeks where enough was noted."""
    import polars as pl

    said = frames["capacity"].filter(pl.col("since") <= today).sort("since")
    if said.height:
        return float(said["hours"][-1]), _("as you said")
    lately = frames["lately"].drop_nulls("minutes")
    ago = (
        pl.lit(today) - pl.col("done_at").dt.convert_time_zone(zone().key).dt.date()
    ).dt.total_days() // 7
    weeks = lately.group_by(ago.alias("week")).agg(pl.col("minutes").sum() / 60)
    if weeks.height < _ENOUGH_WEEKS:
        return None, ""
    middle: Any = weeks["minutes"].median()
    return float(middle), _("the middle of what was finished in the last {n} weeks", n=weeks.height)


CONFIRMED = Query("confirmed", "anchor.confirmations", ("section", "day", "days"))


def _stale(frames: Frames, today: date) -> Iterator[Finding]:
    """Sections of the career that were confirmed once and not looked at since they stopped to hold."""
    import polars as pl

    for row in frames["confirmed"].iter_rows(named=True):
        days = row["days"] or SECTIONS[row["section"]][1]
        if row["day"] + timedelta(days) < today:
            yield Finding(
                row["section"],
                _("Is this still true? {section}", section=title_of(row["section"])),
                _("You confirmed it on {day}; that holds for {days} days. `lab.anchor.confirm(section)` says so again.", day=row["day"], days=days),
                "hint",
                {"day": row["day"], "days": days},
                frames["confirmed"].filter(pl.col("section") == row["section"]),
                (today - row["day"]).days / days,
            )  # fmt: skip


RULES = [
    Rule("goals.pace", N_("Pace of plans and goals"), (PLANS, MILESTONES, GOALS, GIVEN), _pace, "anchor"),
    Rule("anchor.neglected", N_("Neglected plans"), (PLANS, MILESTONES, FINISHED), _neglected, "anchor"),
    Rule("anchor.stale", N_("Sections to look at again"), (CONFIRMED,), _stale, "anchor"),
    Rule("todos.workload", N_("Workload"), (SOON, LATELY, CAPACITY), _workload, "todos"),
]  # fmt: skip
