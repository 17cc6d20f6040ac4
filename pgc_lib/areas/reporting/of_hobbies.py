"""Hobbies in a period: how often, how long, and what gave joy."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pgc_lib.areas.hobbies import Hobbies
from pgc_lib.areas.reporting.fact import Fact, number, pointers
from pgc_lib.i18n import _, n_
from pgc_lib.stores.filters import col

if TYPE_CHECKING:
    from pgc_lib.areas.reporting.facts import Asked

_MOST = 8


def facts(asked: "Asked") -> Iterator[Fact]:
    """The hobbies of a period."""
    import polars as pl

    hobbies = Hobbies(asked.session)
    period = asked.period
    done = hobbies.activities.frame(
        col("owner") == asked.session.person,
        start__ge=period.begins,
        start__lt=period.ends,
        columns=["id", "what", "minutes", "joy"],
    )
    if done.is_empty():
        return
    query = f"lab.hobbies.activities.find(start__ge={str(period.begins)!r}, start__lt={str(period.ends)!r})"
    hours = number(done["minutes"].sum() / 60)
    yield Fact(
        key="hobbies.hours",
        area="hobbies",
        section="accomplishments",
        text=_("{hours} hours went to hobbies.", hours=f"{hours:.1f}"),
        value=hours,
        unit="h",
        query=query,
        rows=pointers("hobbies.activities", done["id"].head(200)),
        count=done.height,
        headline=True,
        less_is_better=False,
    )
    by = done.group_by("what").agg(
        pl.len().alias("times"),
        (pl.col("minutes").sum() / 60).alias("hours"),
        pl.col("joy").mean(),
        pl.col("id").head(200),
    )
    for line in (
        by.sort("hours", "what", descending=[True, False]).head(_MOST).iter_rows(named=True)
    ):
        told = {"what": line["what"], "hours": f"{line['hours']:.1f}"}
        text = (
            n_(
                "{what}: once, {hours} hours.",
                "{what}: {n} times, {hours} hours.",
                line["times"],
                **told,
            )
            if line["joy"] is None
            else n_(
                "{what}: once, {hours} hours, joy {joy}.",
                "{what}: {n} times, {hours} hours, joy {joy} on average.",
                line["times"],
                joy=f"{line['joy']:.1f}",
                **told,
            )
        )
        yield Fact(
            key=f"hobbies.hours.{line['what']}",
            area="hobbies",
            section="accomplishments",
            text=text,
            value=number(line["hours"]),
            unit="h",
            query=query,
            rows=pointers("hobbies.activities", line["id"]),
            count=line["times"],
            less_is_better=False,
        )
