"""Goals that several pursue together: a journey to save for, a garden, 365 evenings of reading aloud.

    journey = lab.goals.add(title="全家去云南", target=20000, unit="CNY", due="2027-05-01")
    lab.goals.contribute(journey, 500, note="…");  lab.goals.progress()
    lab.people.grant(lab.people.groups.get("家"), "goals", "edit")      # the family joins in

An area of its own, so that a family can share its goals without sharing its diary. Whoever may edit somebody's
goals adds to them; each contribution says whose it is.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

from pgc_lib.core.area import Area, Kept
from pgc_lib.core.record import Record, field
from pgc_lib.core.types import MONEY_DIGITS, MONEY_SCALE, Money
from pgc_lib.core.zone import zone
from pgc_lib.i18n import N_
from pgc_lib.stores.filters import col

if TYPE_CHECKING:
    import polars as pl


class Goal(Record, kind="goals.items", kept_in="documents", sort=["state", "due", "title"]):
    """Something that a family wants to reach together."""

    title: str = field(title=N_("Title"), min_length=1, max_length=200, searchable=True)
    why: str = field("", title=N_("Why"), searchable=True, widget="text")
    target: Money = field(
        title=N_("Target"), help=N_("How much of the unit makes it reached."), gt=0
    )
    unit: str = field("", title=N_("Unit"), help=N_("CNY, km, evenings …"), max_length=50)
    start: date | None = field(None, title=N_("From the day"))
    due: date | None = field(None, title=N_("Due"))
    state: Literal["open", "reached", "dropped"] = field("open", title=N_("State"))
    note: str = field("", title=N_("Note"), searchable=True, widget="text")


class Contribution(Record, kind="goals.contributions", kept_in="documents", sort=["-day"]):
    """What somebody did for a goal."""

    goal: UUID = field(title=N_("Goal"), refers="goals.items")
    day: date = field(title=N_("Day"))
    amount: Money = field(title=N_("Amount"), help=N_("Negative when something is taken back."))
    by: UUID | None = field(None, title=N_("By whom"), help=N_("The person of the lab."))
    whose: str = field(
        "", title=N_("In whose name"), help=N_("For those without an account."), max_length=200
    )
    note: str = field("", title=N_("Note"), searchable=True, widget="text")


class Goals(Area, name="goals", main="items"):
    """Goals that several pursue together."""

    items: Kept[Goal] = Kept(Goal)
    contributions: Kept[Contribution] = Kept(Contribution)

    def contribute(
        self, goal: Goal | UUID, amount: Any, *, day: date | str | None = None, whose: str = "", note: str = ""
    ) -> Contribution:  # fmt: skip
        """Add something to a goal, one's own or another's that one may edit; a goal that is full is reached."""
        known = self.items.get(goal.id if isinstance(goal, Goal) else goal)
        made = self.contributions.add(
            owner=known.owner,
            goal=known.id,
            day=day or datetime.now(zone()).date(),
            amount=amount,
            by=self.session.person,
            whose=whose,
            note=note,
        )
        full = self._sum(known) >= known.target
        if full != (known.state == "reached") and known.state != "dropped":
            self.items.update(known, state="reached" if full else "open")
        return made

    def progress(self, **keywords: Any) -> "pl.DataFrame":
        """Each goal with what is reached, what is left, how many took part, and what each day still has to bring."""
        import polars as pl

        today = datetime.now(zone()).date()
        given: dict[UUID, list[Contribution]] = {}
        for each in self.contributions.find():
            given.setdefault(each.goal, []).append(each)
        lines = []
        for goal in self.items.find(**keywords):
            mine = given.get(goal.id, [])
            reached = sum((each.amount for each in mine), Decimal(0))
            left = max(goal.target - reached, Decimal(0))
            days = (goal.due - today).days if goal.due else None
            lines.append(
                {
                    "goal": goal.title,
                    "unit": goal.unit,
                    "target": goal.target,
                    "reached": reached,
                    "share": float(reached / goal.target),
                    "left": left,
                    "people": len({each.whose or each.by for each in mine}),
                    "due": goal.due,
                    "a_day": float(left / days) if days and days > 0 else None,
                    "state": goal.state,
                }
            )
        money = pl.Decimal(MONEY_DIGITS, MONEY_SCALE)
        return pl.DataFrame(
            lines,
            schema={
                "goal": pl.String,
                "unit": pl.String,
                "target": money,
                "reached": money,
                "share": pl.Float64,
                "left": money,
                "people": pl.Int64,
                "due": pl.Date,
                "a_day": pl.Float64,
                "state": pl.String,
            },
        )

    def shares(self, goal: Goal | UUID) -> "pl.DataFrame":
        """Who contributed how much to a goal, the most first."""
        import polars as pl

        id = goal.id if isinstance(goal, Goal) else goal
        names = self._names()
        sums: dict[str, dict[str, Any]] = {}
        for each in self.contributions.find(col("goal") == id):
            who = each.whose or names.get(each.by, "")
            line = sums.setdefault(
                who, {"who": who, "amount": Decimal(0), "times": 0, "last": each.day}
            )
            line["amount"] += each.amount
            line["times"] += 1
            line["last"] = max(line["last"], each.day)
        ordered = sorted(sums.values(), key=lambda line: -line["amount"])
        return pl.DataFrame(
            ordered,
            schema={
                "who": pl.String,
                "amount": pl.Decimal(MONEY_DIGITS, MONEY_SCALE),
                "times": pl.Int64,
                "last": pl.Date,
            },
        )

    def _sum(self, goal: Goal) -> Decimal:
        found = self.contributions.find(col("goal") == goal.id)
        return sum((each.amount for each in found), Decimal(0))

    def _names(self) -> dict[UUID | None, str]:
        from pgc_lib.core.people import People

        people = People(self.session)
        return {person.id: person.called for person in [people.me(), *people.known()]}
