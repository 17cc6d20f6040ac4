"""Goals that a family reaches together: what came in during a period, what was reached, what falls behind."""

from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from pgc_lib.areas.goals import Goals
from pgc_lib.areas.reporting.fact import Fact, number, pointers
from pgc_lib.i18n import _
from pgc_lib.stores.filters import col

if TYPE_CHECKING:
    from pgc_lib.areas.reporting.facts import Asked


def facts(asked: "Asked") -> Iterator[Fact]:
    """The goals of a period."""
    goals = Goals(asked.session)
    period = asked.period
    known = {goal.id: goal for goal in goals.items.find()}
    given = goals.contributions.find(col("day") >= period.first, col("day") <= period.last)
    between = f"day__ge={str(period.first)!r}, day__le={str(period.last)!r}"
    for id, goal in known.items():
        mine = [each for each in given if each.goal == id]
        if mine:
            came = sum((each.amount for each in mine), Decimal(0))
            told = {"goal": goal.title, "amount": f"{number(came):f}", "unit": goal.unit}
            yield Fact(
                key=f"goals.given.{id.hex}",
                area="goals",
                section="accomplishments",
                text=_("{goal}: {amount} {unit} came closer.", **told),
                value=number(came),
                unit=goal.unit,
                query=f"lab.goals.contributions.find({between})",
                rows=pointers("goals.contributions", (each.id for each in mine)),
                count=len(mine),
                less_is_better=False,
            )
        if goal.state == "open" and goal.due and goal.due < asked.now and goal.due in period:
            yield Fact(
                key=f"goals.missed.{id.hex}",
                area="goals",
                section="challenges",
                text=_("{title} was due {due} and is not reached.", title=goal.title, due=goal.due),
                query="lab.goals.progress()",
                rows=pointers("goals.items", [id]),
                count=1,
            )
        elif goal.state == "open" and goal.due and goal.due in period.following():
            yield Fact(
                key=f"goals.next.{id.hex}",
                area="goals",
                section="next_focus",
                text=_("{title} is due {due}.", title=goal.title, due=goal.due),
                query="lab.goals.progress()",
                rows=pointers("goals.items", [id]),
                count=1,
            )
