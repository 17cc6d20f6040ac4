"""How a person was in a period, told only where they let reports see it: averages over the days that were noted."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pgc_lib.areas.reporting.fact import Fact, number, pointers
from pgc_lib.areas.wellbeing import Wellbeing
from pgc_lib.i18n import _
from pgc_lib.stores.filters import col

if TYPE_CHECKING:
    from pgc_lib.areas.reporting.facts import Asked


def facts(asked: "Asked") -> Iterator[Fact]:
    """Mood, sleep, exercise and habits of a period; free text stays sealed."""
    wellbeing = Wellbeing(asked.session)
    yield from _mood(wellbeing, asked)
    yield from _sleep(wellbeing, asked)
    yield from _habits(wellbeing, asked)


def _mood(wellbeing: Wellbeing, asked: "Asked") -> Iterator[Fact]:
    period = asked.period
    noted = wellbeing.moods.frame(
        col("owner") == asked.session.person,
        at__ge=period.begins,
        at__lt=period.ends,
        columns=["id", "mood", "energy"],
    )
    query = f"lab.wellbeing.moods.find(at__ge={str(period.begins)!r}, at__lt={str(period.ends)!r})"
    for name, title in (("mood", _("Mood")), ("energy", _("Energy"))):
        told = noted.drop_nulls(name)
        if told.is_empty():
            continue
        mean = number(told[name].cast(float).mean())
        text = _("{what} was {mean} on average, of {n} notes.", what=title, mean=f"{mean:.1f}", n=told.height)  # fmt: skip
        yield Fact(
            key=f"wellbeing.{name}",
            area="wellbeing",
            section="accomplishments",
            text=text,
            value=mean,
            query=query,
            rows=pointers("wellbeing.moods", told["id"]),
            count=told.height,
            headline=True,
            less_is_better=False,
        )


def _sleep(wellbeing: Wellbeing, asked: "Asked") -> Iterator[Fact]:
    import polars as pl

    period = asked.period
    nights = wellbeing.sleep.frame(
        col("owner") == asked.session.person,
        woke__ge=period.begins,
        woke__lt=period.ends,
        nap=False,
        columns=["id", "asleep", "woke", "awake"],
    )
    if nights.is_empty():
        return
    slept = (pl.col("woke") - pl.col("asleep")).dt.total_minutes() - pl.col("awake")
    hours = number(nights.select(slept.mean()).item() / 60)
    yield Fact(
        key="wellbeing.sleep",
        area="wellbeing",
        section="accomplishments",
        text=_("{hours} hours of sleep on average, of {n} nights.", hours=f"{hours:.1f}", n=nights.height),
        value=hours,
        unit="h",
        query=f"lab.wellbeing.sleep.find(woke__ge={str(period.begins)!r}, woke__lt={str(period.ends)!r})",
        rows=pointers("wellbeing.sleep", nights["id"]),
        count=nights.height,
        headline=True,
    )  # fmt: skip


def _habits(wellbeing: Wellbeing, asked: "Asked") -> Iterator[Fact]:
    period = asked.period
    mine = col("owner") == asked.session.person
    names = {each.id.hex: each.name for each in wellbeing.habits.find(mine)}
    done = wellbeing.checkins.frame(
        mine,
        col("day").is_between(period.first, period.last),
        excused=False,
        columns=["id", "habit"],
    )
    for (habit,), lines in done.group_by("habit", maintain_order=True):
        yield Fact(
            key=f"wellbeing.habit.{habit}",
            area="wellbeing",
            section="accomplishments",
            text=_("{habit}: kept {n} times.", habit=names.get(str(habit), ""), n=lines.height),
            value=number(lines.height),
            query=f"lab.wellbeing.checkins.find(day__ge={str(period.first)!r}, day__le={str(period.last)!r})",
            rows=pointers("wellbeing.checkins", lines["id"]),
            count=lines.height,
            less_is_better=False,
        )
