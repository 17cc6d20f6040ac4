"""What the first page says, asked of the database in as few questions as possible.

Sums are made by PostgreSQL, exactly: a hundred thousand transactions come back as a handful of lines, and no package
for frames has to be loaded before there is something to read. Only the person's own records are counted; what others
share is not part of one's own day.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from pgc_lib.core.zone import zone
from pgc_lib.notebook.panels.spans import Span
from pgc_lib.stores.filters import col

if TYPE_CHECKING:
    from pgc_lib.areas.todos import Todo
    from pgc_lib.lab import Lab

WEEKS = 26
_AHEAD = 3
_DONE = 30


@dataclass(frozen=True, slots=True)
class Day:
    """What is due today or late, what was done today, what comes next."""

    today: date
    due: "Sequence[Todo]"
    waiting: int
    late: int
    done: "Sequence[Todo]"
    ahead: "Sequence[Todo]"


@dataclass(frozen=True, slots=True)
class Category:
    """What was spent on one thing, in a period and in as many days of the one before."""

    name: str
    spent: Decimal
    before: Decimal


@dataclass(frozen=True, slots=True)
class Sums:
    """One currency's period, beside as many days of the one before."""

    currency: str
    income: Decimal = Decimal()
    spent: Decimal = Decimal()
    income_before: Decimal = Decimal()
    spent_before: Decimal = Decimal()
    lines: int = 0
    categories: Sequence[Category] = ()

    @property
    def left(self) -> Decimal:
        """What is left over."""
        return self.income - self.spent

    @property
    def left_before(self) -> Decimal:
        """What was left over in the days that it is compared with."""
        return self.income_before - self.spent_before


@dataclass(frozen=True, slots=True)
class Week:
    """One week: to-dos done, and what was left over of the money in the main currency."""

    first: date
    done: int = 0
    left: Decimal = Decimal()


def day_of(lab: "Lab", today: date, shown: int) -> Day:
    """The to-dos of a day."""
    mine = {"owner": lab.person}
    midnight = datetime.combine(today, time(), zone())
    due = lab.todos.find(
        col("due") <= today, done=False, order=["due", "created_at"], limit=shown, **mine
    )
    whole = len(due) < shown
    waiting = len(due) if whole else lab.todos.count(col("due") <= today, done=False, **mine)
    late = (
        sum(todo.due < today for todo in due)
        if whole
        else lab.todos.count(col("due") < today, done=False, **mine)
    )
    done = lab.todos.find(
        col("done_at") >= midnight, done=True, order="-done_at", limit=_DONE, **mine
    )
    ahead = lab.todos.find(col("due") > today, done=False, order="due", limit=_AHEAD, **mine)
    return Day(today, due, waiting, late, done, ahead)


def sums_of(lab: "Lab", span: Span) -> list[Sums]:
    """The period in each currency, the one with the most lines first."""
    from sqlalchemy import text

    statement = text("""
        select currency, category, day >= :first as now,
               coalesce(sum(amount) filter (where flow = 'income'), 0) as came,
               coalesce(-sum(amount) filter (where flow = 'spending'), 0) as went, count(*) as lines
        from finance.flows
        where owner = :owner and (day between :first and :last or day between :before and :until)
        group by 1, 2, 3""")
    values = {
        "owner": lab.person,
        "first": span.first,
        "last": span.last,
        "before": span.before[0],
        "until": span.before[1],
    }
    with lab.session.reading() as connection:
        rows = connection.execute(statement, values).all()
    sums = []
    for currency in {row.currency for row in rows}:
        own = [row for row in rows if row.currency == currency]
        now, then = [row for row in own if row.now], [row for row in own if not row.now]
        spent = {row.category: row.went for row in now if row.went}
        spent_before = {row.category: row.went for row in then if row.went}
        categories = [
            Category(name, spent.get(name, Decimal()), spent_before.get(name, Decimal()))
            for name in spent | spent_before
        ]
        categories.sort(key=lambda each: (-each.spent, -each.before, each.name))
        sums.append(
            Sums(
                currency,
                sum((row.came for row in now), Decimal()),
                sum((row.went for row in now), Decimal()),
                sum((row.came for row in then), Decimal()),
                sum((row.went for row in then), Decimal()),
                sum(row.lines for row in own),
                categories,
            )
        )
    return sorted(sums, key=lambda each: (-each.lines, each.currency))


def main_currency(lab: "Lab", today: date) -> str | None:
    """The currency with the most lines of the last half year."""
    from sqlalchemy import text

    statement = text("""
        select currency from finance.flows where owner = :owner and day between :since and :today
        group by 1 order by count(*) desc, 1 limit 1""")
    values = {"owner": lab.person, "since": today - timedelta(weeks=WEEKS), "today": today}
    with lab.session.reading() as connection:
        found: str | None = connection.execute(statement, values).scalar()
    return found


def weeks_of(lab: "Lab", today: date, currency: str | None) -> list[Week]:
    """The last half year, week by week, this one included."""
    from sqlalchemy import text

    monday = today - timedelta(days=today.weekday())
    since = monday - timedelta(weeks=WEEKS - 1)
    statement = text("""
        select cast(date_trunc('week', done_at at time zone :zone) as date) as week,
               count(*) as done, 0::numeric as money
        from todos.items where owner = :owner and done and done_at >= :moment group by 1
        union all
        select cast(date_trunc('week', day) as date), 0, sum(amount)
        from finance.flows
        where owner = :owner and day between :since and :today and currency = :currency group by 1""")
    values = {
        "owner": lab.person,
        "zone": str(zone()),
        "since": since,
        "today": today,
        "moment": datetime.combine(since, time(), zone()),
        "currency": currency,
    }
    done: dict[date, int] = {}
    left: dict[date, Decimal] = {}
    with lab.session.reading() as connection:
        for row in connection.execute(statement, values):
            done[row.week] = done.get(row.week, 0) + row.done
            left[row.week] = left.get(row.week, Decimal()) + row.money
    weeks = [since + timedelta(weeks=number) for number in range(WEEKS)]
    return [Week(week, done.get(week, 0), left.get(week, Decimal())) for week in weeks]
