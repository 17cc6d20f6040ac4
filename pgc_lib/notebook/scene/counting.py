"""What is counted of each area in the growth scene, said openly: a number a period, and the records behind it.

A row here is all there is to a lane. What others share is not counted: this is one's own growth (or, with `owner`, that of
whoever granted the areas).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

import numpy as np

from pgc_lib.core.zone import zone
from pgc_lib.errors import Denied
from pgc_lib.i18n import N_, _
from pgc_lib.stores.filters import col

if TYPE_CHECKING:
    import polars as pl
    from numpy.typing import NDArray

    from pgc_lib.lab import Lab
    from pgc_lib.notebook.scene.periods import Periods


@dataclass(frozen=True, slots=True)
class Source:
    """Where numbers come from: a kind, the field that says when, and what each record adds."""

    kind: str
    when: str
    amount: str = ""
    """A number field; without one each record counts one."""
    per: float = 1.0
    what: str = ""
    """The field by which a person recognises the record."""
    where: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Counted:
    """One lane."""

    name: str
    title: str
    unit: str
    told: str
    color: str
    sources: tuple[Source, ...]
    digits: int = 0
    signed: bool = False
    """Whether a sum may be below zero (money)."""


LANES: tuple[Counted, ...] = (
    Counted(
        "knowledge", N_("Knowledge"), N_("cards and notes"), N_("Cards reviewed and notes written."), "violet",
        (Source("knowledge.reviews", "day"), Source("knowledge.entries", "created_at", what="title"), Source("docs.items", "created_at", what="title")),
    ),
    Counted(
        "skills", N_("Skills"), N_("hours"), N_("Hours of practice."), "green",
        (Source("skills.practice", "day", "hours", what="skill"),), 1,
    ),
    Counted(
        "todos", N_("To-dos"), N_("finished"), N_("To-dos that were done."), "blue",
        (Source("todos.items", "done_at", what="title", where=(("done", True),)),),
    ),
    Counted(
        "hobbies", N_("Hobbies"), N_("hours"), N_("Hours spent on what one likes."), "cyan",
        (Source("hobbies.activities", "start", "minutes", 60, "what"),), 1,
    ),
    Counted(
        "wellbeing", N_("Exercise"), N_("hours"), N_("Hours of sport and walking."), "cyan+green",
        (Source("wellbeing.exercise", "start", "minutes", 60, "what"),), 1,
    ),
    Counted(
        "family", N_("Family"), N_("times"), N_("Talks, visits and care that was given."), "red+gold",
        (Source("family.contacts", "day", what="member"), Source("family.care_done", "day", what="task", where=(("skipped", False),))),
    ),
    Counted(
        "methods", N_("Decisions"), N_("written"), N_("Decisions written down and methods worked through."), "soft+blue",
        tuple(Source(f"methods.{name}", "day", what="title") for name in ("decisions", "okr", "smart", "pdca", "whys", "retrospectives", "grow", "woop", "swot")),
    ),
)  # fmt: skip
"""From the back to the front; the colours are names of look.css, or two of them mixed."""


@dataclass(slots=True)
class Lane:
    """A lane filled: a number a period, and the rows behind it."""

    counted: Counted
    values: "NDArray[np.float64]"
    rows: "pl.DataFrame"
    """id, kind, period, amount, what."""
    currency: str = ""
    found: "Callable[[int], pl.DataFrame] | None" = None
    """Reads the rows of a period when they are asked for, where there are too many to keep."""

    def state(self, number: int) -> int:
        """-1 less than usual, 0 as usual, 1 more; usual is the median of up to six periods before."""
        return int(states(self.values)[number])

    def usual(self, number: int) -> float | None:
        """What was usual before a period; None while too little is known."""
        before = self.values[max(number - _BEFORE, 0) : number]
        return float(np.median(before)) if len(before) >= _ENOUGH else None

    def behind(self, number: int) -> "pl.DataFrame":
        """The rows of a period, what added most first."""
        import polars as pl

        rows = self.rows.filter(pl.col("period") == number) if self.found is None else self.found(number)  # fmt: skip
        return rows.sort(pl.col("amount").abs(), descending=True, maintain_order=True)


_BEFORE, _ENOUGH, _APART = 6, 3, 0.25


def states(values: "NDArray[np.float64]") -> "NDArray[np.int8]":
    """Whether each period had less than usual (-1), as usual (0) or more (1)."""
    n = len(values)
    usual = np.full(n, np.nan)
    for number in range(_ENOUGH, min(_BEFORE, n)):
        usual[number] = np.median(values[:number])
    if n > _BEFORE:
        before = np.lib.stride_tricks.sliding_window_view(values[:-1], _BEFORE)
        usual[_BEFORE:] = np.median(before, axis=1)
    apart = values - usual
    return np.where(np.abs(apart) > np.abs(usual) * _APART, np.sign(apart), 0).astype(np.int8)


def first_day(rows: "Sequence[pl.DataFrame]") -> date | None:
    """The earliest day of all."""
    days = [frame["day"].min() for frame in rows if len(frame)]
    return min((day for day in days if isinstance(day, date)), default=None)


def gathered(lab: "Lab", counted: Counted, owner: UUID) -> "pl.DataFrame":
    """The records of a lane as rows: id, kind, day, amount, what. An area that is not granted has none."""
    import polars as pl

    frames = [_rows(lab, source, owner) for source in counted.sources]
    return pl.concat([empty(), *frames])


def lane_of(counted: Counted, rows: "pl.DataFrame", periods: "Periods") -> Lane:
    """Rows summed by period."""
    placed = _placed(rows, periods)
    return Lane(counted, _summed(placed, len(periods)), placed)


def money(lab: "Lab", owner: UUID) -> "tuple[pl.DataFrame, str]":
    """What was left over each day, in the currency with the most lines."""
    import polars as pl
    from sqlalchemy import text

    said = "select day, currency, sum(amount) as amount, count(*) as n from finance.flows where owner = :owner group by 1, 2"  # fmt: skip
    with lab.session.reading() as connection:
        found = connection.execute(text(said), {"owner": owner}).all()
    lines: dict[str, int] = {}
    for row in found:
        lines[row.currency] = lines.get(row.currency, 0) + row.n
    main = max(lines, key=lambda each: (lines[each], each), default="CNY")
    schema = {"day": pl.Date(), "amount": pl.Float64()}
    rows = [(row.day, float(row.amount)) for row in found if row.currency == main]
    return pl.DataFrame(rows, schema=schema, orient="row"), main


def transactions(
    lab: "Lab", owner: UUID, currency: str, periods: "Periods"
) -> "Callable[[int], pl.DataFrame]":
    """The rows behind a period's money."""

    def read(number: int) -> "pl.DataFrame":
        import polars as pl

        last = periods.starts[number + 1] if number + 1 < len(periods) else None
        span = [col("day") >= periods.starts[number]] + ([col("day") < last] if last else [])
        found = lab.finance.transactions.frame(*span, columns=["id", "day", "amount", "payee", "category"], owner=owner, currency=currency)  # fmt: skip
        rows: pl.DataFrame = found.select(
            id=pl.col("id").cast(pl.String),
            kind=pl.lit("finance.transactions"),
            day=pl.col("day"),
            amount=pl.col("amount").cast(pl.Float64),
            what=pl.when(pl.col("payee").fill_null("") != "").then(pl.col("payee")).otherwise(pl.col("category").fill_null("")),
        )  # fmt: skip
        return rows

    return read


def moods(lab: "Lab", owner: UUID) -> "pl.DataFrame":
    """Each mood that was noted, with its day."""
    import polars as pl

    schema = {"day": pl.Date(), "amount": pl.Float64()}
    try:
        found: pl.DataFrame = lab.wellbeing.moods.frame(columns=["at", "mood"], owner=owner)
    except Denied:
        return pl.DataFrame(schema=schema)
    day = pl.col("at").dt.convert_time_zone(str(zone())).dt.date()
    return found.select(day=day, amount=pl.col("mood").cast(pl.Float64)).drop_nulls()


def by_period(
    rows: "pl.DataFrame", periods: "Periods", how: Callable[..., Any] = np.nansum
) -> "NDArray[np.float64]":
    """A day's numbers brought together by period; a period without any is NaN."""
    placed = _placed(rows, periods)
    found = np.full(len(periods), np.nan)
    numbers, amounts = placed["period"].to_numpy(), placed["amount"].to_numpy()
    for number in np.unique(numbers):
        found[number] = how(amounts[numbers == number])
    return found


def _rows(lab: "Lab", source: Source, owner: UUID) -> "pl.DataFrame":
    import polars as pl

    collection = lab.collection_of(source.kind)
    columns = ["id", source.when, *filter(None, (source.amount, source.what))]
    try:
        found = collection.frame(
            columns=list(dict.fromkeys(columns)), owner=owner, **dict(source.where)
        )
    except Denied:
        return empty()
    when = pl.col(source.when)
    if found.schema[source.when] != pl.Date:
        when = when.dt.convert_time_zone(str(zone())).dt.date()
    amount = pl.col(source.amount).cast(pl.Float64) / source.per if source.amount else pl.lit(1.0)
    what = pl.col(source.what).cast(pl.String) if source.what else pl.lit("")
    return found.select(
        id=pl.col("id").cast(pl.String),
        kind=pl.lit(source.kind),
        day=when,
        amount=amount,
        what=what,
    ).drop_nulls(["day", "amount"])


def _placed(rows: "pl.DataFrame", periods: "Periods") -> "pl.DataFrame":
    import polars as pl

    first = periods.starts[0]
    day = pl.col("day")
    if periods.every == "month":
        number = (day.dt.year().cast(pl.Int64) - first.year) * 12 + day.dt.month().cast(pl.Int64) - first.month  # fmt: skip
    else:
        number = (day - pl.lit(first)).dt.total_days() // (7 if periods.every == "week" else 1)
    return rows.with_columns(period=number).filter(
        (pl.col("period") >= 0) & (pl.col("period") < len(periods))
    )


def _summed(placed: "pl.DataFrame", n: int) -> "NDArray[np.float64]":
    numbers = placed["period"].to_numpy().astype(np.int64)
    return np.bincount(numbers, weights=placed["amount"].to_numpy(), minlength=n)[:n].astype(float)


def empty() -> "pl.DataFrame":
    import polars as pl

    return pl.DataFrame(
        schema={
            "id": pl.String(),
            "kind": pl.String(),
            "day": pl.Date(),
            "amount": pl.Float64(),
            "what": pl.String(),
        }
    )


def spoken(counted: Counted, value: float, currency: str = "") -> str:
    """An amount with its unit."""
    if counted.signed:
        from decimal import Decimal

        from pgc_lib.core.amounts import amount

        return amount(Decimal(f"{value:.2f}"), currency)
    return f"{value:,.{counted.digits}f} {_(counted.unit)}"
