"""How skills grew: hours, levels and strength by period, for every skill at once.

The database adds up practice and evidence by skill and period, each decayed to the period's end; what is left
to do is running sums over periods, which polars does in columns.
"""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pgc_lib.areas.skill.decay import Decay
from pgc_lib.areas.skill.reading import frame, source
from pgc_lib.areas.skill.records import Assessment, Evidence, Practice, Skill
from pgc_lib.errors import PgcError
from pgc_lib.i18n import _

if TYPE_CHECKING:
    import polars as pl

    from pgc_lib.core.record import Record
    from pgc_lib.core.session import Session

UNITS: Mapping[str, str] = {
    "1d": "day",
    "1w": "week",
    "1mo": "month",
    "1q": "quarter",
    "1y": "year",
}
"""The periods, as PostgreSQL calls them."""


def unit_of(every: str) -> str:
    """What PostgreSQL calls a period."""
    if every not in UNITS:
        raise PgcError(
            _("“{every}” is not a period.", every=every),
            next_step=_("Write one of {choices}.", choices=", ".join(UNITS)),
        )
    return UNITS[every]


def skills(session: "Session", owner: UUID) -> "pl.DataFrame":
    """The names of a person's skills: `skill`, `name`, `topic`, `top`."""
    from sqlalchemy import func, select

    table = source(session, Skill)
    own = func.coalesce(func.cardinality(table.c.levels), 0)
    query = select(table.c.id.label("skill"), table.c.name, table.c.topic, own.label("top")).where(
        table.c.owner == owner
    )
    return frame(session, query.order_by(table.c.topic, table.c.name))


def sums(
    session: "Session",
    owner: UUID,
    record: "type[Record]",
    value: str,
    *,
    half_life: float,
    until: date,
    unit: str | None,
) -> "pl.DataFrame":
    """What a table adds up to by skill and period; without a unit in one period that ends `until`.

    `total` is the plain sum, `fresh` the one in which each day counts half for every half-life before
    the period's end, `days` on how many days there was something, `last` the last of them.
    """
    from sqlalchemy import Date, DateTime, Float, Interval, cast, distinct, func, literal, select

    table = source(session, record)
    day, number = table.c.day, table.c[value]
    if unit is None:
        period: Any = cast(literal(until, Date), Date)
        end: Any = cast(literal(until, Date), Date)
    else:
        period = cast(func.date_trunc(unit, cast(day, DateTime)), Date)
        length = "3 months" if unit == "quarter" else f"1 {unit}"
        following = cast(period + cast(literal(length), Interval), Date)
        end = func.least(following - 1, cast(literal(until, Date), Date))
    age = cast(end - day, Float)
    query = (
        select(
            table.c.skill,
            period.label("period"),
            func.sum(number).label("total"),
            func.sum(number * func.power(2.0, -age / half_life)).label("fresh"),
            func.count(distinct(day)).label("days"),
            func.max(day).label("last"),
        )
        .where(table.c.owner == owner, day <= until)
        .group_by(table.c.skill, period)
    )
    return frame(session, query)


def assessed(session: "Session", owner: UUID, until: date) -> "pl.DataFrame":
    """Every assessment by day; of several on one day the last."""
    from sqlalchemy import select

    table = source(session, Assessment)
    query = (
        select(table.c.skill, table.c.day, table.c.level, table.c.by, table.c.note)
        .where(table.c.owner == owner, table.c.day <= until)
        .order_by(table.c.day, table.c.id)
    )
    return frame(session, query)


def curve(
    session: "Session",
    owner: UUID,
    *,
    every: str | None,
    until: date,
    decay: Decay,
    dense: bool = False,
) -> "pl.DataFrame":
    """Every skill at the end of every period; `dense` also has the periods before a skill began."""
    import polars as pl

    unit = unit_of(every) if every is not None else None
    known = skills(session, owner)
    worked = sums(
        session, owner, Practice, "hours", half_life=decay.half_life, until=until, unit=unit
    )
    proved = sums(
        session, owner, Evidence, "weight", half_life=decay.proof_half_life, until=until, unit=unit
    )
    judged = assessed(session, owner, until)
    grid = _grid(known, worked, proved, judged, every, until)
    grid = grid.join(worked, on=["skill", "period"], how="left").join(
        proved.select("skill", "period", proof=pl.col("fresh")), on=["skill", "period"], how="left"
    )
    ages = ((pl.col("end") - pl.col("end").min()).dt.total_days()).cast(pl.Float64)
    grid = (
        grid.sort("skill", "period")
        .with_columns(
            pl.col("total", "fresh", "proof").fill_null(0.0),
            pl.col("days").fill_null(0),
            ages.alias("age"),
        )
        .with_columns(
            hours=pl.col("total"),
            total_hours=pl.col("total").cum_sum().over("skill"),
            days=pl.col("days").cum_sum().over("skill"),
            last=pl.col("last").forward_fill().over("skill"),
            fresh=_running("fresh", decay.half_life),
            proven=_running("proof", decay.proof_half_life),
        )
    )
    grid = _with_levels(grid, judged)
    grid = grid.with_columns(
        idle=(pl.col("end") - pl.coalesce("last", "first")).dt.total_days()
    ).with_columns(decay.columns())
    strength = pl.col("retrievability") * pl.col("recency") * pl.col("evidence")
    grid = grid.with_columns(
        strength=strength,
        decay=1 - strength,
        held=(pl.col("level") * strength).fill_null(0.0),
    )
    begun = pl.col("last").is_not_null() | pl.col("first").is_not_null() | (pl.col("proven") > 0)
    return (grid if dense else grid.filter(begun)).select(
        *("skill", "name", "topic", "period", "hours", "total_hours", "level", "idle"),
        *("retrievability", "recency", "evidence", "strength", "decay", "held"),
    )


def _running(part: str, half_life: float) -> "pl.Expr":
    """A sum that halves with time, as a running sum of what would not, scaled back."""
    import polars as pl

    grown = pl.lit(2.0).pow(pl.col("age") / half_life)
    return (pl.col(part) * grown).cum_sum().over("skill") / grown


def _grid(
    known: "pl.DataFrame",
    worked: "pl.DataFrame",
    proved: "pl.DataFrame",
    judged: "pl.DataFrame",
    every: str | None,
    until: date,
) -> "pl.DataFrame":
    """Every skill in every period, with the period's last day."""
    import polars as pl

    if every is None:
        periods = pl.DataFrame({"period": [until], "end": [until]})
    else:
        begun = [worked["period"].min(), proved["period"].min(), judged["day"].min()]
        first = min((day for day in begun if isinstance(day, date)), default=until)
        starts = pl.select(
            pl.date_range(pl.lit(first).dt.truncate(every), pl.lit(until), interval=every).alias(
                "period"
            )
        )
        periods = starts.with_columns(
            end=pl.min_horizontal(
                pl.col("period").dt.offset_by(every) - pl.duration(days=1), pl.lit(until)
            ).cast(pl.Date)
        )
    return known.select("skill", "name", "topic").join(periods, how="cross")


def _with_levels(grid: "pl.DataFrame", judged: "pl.DataFrame") -> "pl.DataFrame":
    """The level that was last found, and since when there is one."""
    import polars as pl

    if not judged.height:
        return grid.with_columns(level=pl.lit(0.0), first=pl.lit(None, dtype=pl.Date))
    found = (
        judged.group_by("skill", "day", maintain_order=True)
        .agg(pl.col("level").last())
        .sort("day")
        .with_columns(first=pl.col("day").min().over("skill"))
    )
    return (
        grid.sort("end")
        .join_asof(found, left_on="end", right_on="day", by="skill", check_sortedness=False)
        .with_columns(pl.col("level").fill_null(0.0))
        .sort("skill", "period")
    )


def hours(
    session: "Session", owner: UUID, *, every: str, until: date, since: date | None
) -> "pl.DataFrame":
    """Hours and days of practice by skill and period."""
    import polars as pl

    unit = unit_of(every)
    found = sums(session, owner, Practice, "hours", half_life=1e9, until=until, unit=unit)
    if since is not None:
        found = found.filter(pl.col("period") >= pl.lit(since).dt.truncate(every))
    return (
        found.join(skills(session, owner), on="skill")
        .select("skill", "name", "topic", "period", hours=pl.col("total"), days=pl.col("days"))
        .sort("period", "hours", descending=[False, True])
    )


def timeline(session: "Session", owner: UUID, *, every: str, until: date) -> "pl.DataFrame":
    """What happened, in its order: practice by period, evidence, and levels that were found."""
    import polars as pl
    from sqlalchemy import select

    unit = unit_of(every)
    table = source(session, Evidence)
    proofs = frame(
        session,
        select(
            table.c.skill,
            table.c.day,
            table.c.how.label("event"),
            table.c.title,
            table.c.weight.label("value"),
        ).where(table.c.owner == owner, table.c.day <= until),
    )
    judged = assessed(session, owner, until).select(
        "skill", "day", event=pl.lit("level"), title=pl.col("note"), value=pl.col("level")
    )
    worked = sums(session, owner, Practice, "hours", half_life=1e9, until=until, unit=unit).select(
        "skill",
        day=pl.col("last"),
        event=pl.lit("practice"),
        title=pl.lit(""),
        value=pl.col("total"),
    )
    return (
        pl.concat([proofs, judged, worked])
        .join(skills(session, owner).drop("top"), on="skill")
        .select("day", "skill", "name", "topic", "event", "title", "value")
        .sort("day", "name", "event")
    )
