"""How a person was in a period, told only where they let reports see it: averages over the days that were noted."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pgc_lib.areas.reporting.fact import Fact, number, pointers
from pgc_lib.areas.wellbeing import Wellbeing
from pgc_lib.i18n import _, n_
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
        text = n_(
            "{what} was {mean}, noted once.",
            "{what} was {mean} on average, of {n} notes.",
            told.height,
            what=title,
            mean=f"{mean:.1f}",
        )
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
    period = asked.period
    slept = [
        each.hours
        for each in wellbeing.nights(since=period.first, until=asked.until)
        if each.hours and each.day in period
    ]
    if not slept:
        return
    hours = number(sum(slept) / len(slept))
    yield Fact(
        key="wellbeing.sleep",
        area="wellbeing",
        section="accomplishments",
        text=_("{hours} hours of sleep on average, of {n} nights.", hours=f"{hours:.1f}", n=len(slept)),
        value=hours,
        unit="h",
        query=f"lab.wellbeing.nights(since={str(period.first)!r}, until={str(asked.until)!r})",
        count=len(slept),
        headline=True,
    )  # fmt: skip


def _habits(wellbeing: Wellbeing, asked: "Asked") -> Iterator[Fact]:
    period = asked.period
    mine = col("owner") == asked.session.person
    habits = {each.id.hex: each for each in wellbeing.habits.find(mine)}
    done = wellbeing.checkins.frame(
        mine,
        col("day").is_between(period.first, period.last),
        excused=False,
        columns=["id", "habit", "amount"],
    )
    for (id,), noted in done.group_by("habit", maintain_order=True):
        habit = habits.get(str(id))
        if habit is None:
            continue
        lines = noted.filter(noted["amount"] >= habit.goal)  # less than that is a beginning
        yield Fact(
            key=f"wellbeing.habit.{id}",
            area="wellbeing",
            section="accomplishments",
            text=n_(
                "{habit}: kept once.", "{habit}: kept {n} times.", lines.height, habit=habit.name
            ),
            value=number(lines.height),
            query=f"lab.wellbeing.checkins.find(day__ge={str(period.first)!r}, day__le={str(period.last)!r})",
            rows=pointers("wellbeing.checkins", lines["id"]),
            count=lines.height,
            less_is_better=False,
        )
