"""The looks at to-dos that people ask for every day, each one query over an index."""

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from pgc_lib.areas.todo.base import TodoArea, local_now
from pgc_lib.areas.todo.records import HIGH, Todo
from pgc_lib.core.shown import Listing
from pgc_lib.core.zone import today
from pgc_lib.stores.filters import Condition, col

if TYPE_CHECKING:
    import polars as pl

ORDER = ("due", "at", "priority")
DO, PLAN, QUICKLY, LATER = "do", "plan", "quickly", "later"
"""The four fields: important and urgent, important, urgent, neither."""


def due_by(area: TodoArea, day: date, **keywords: Any) -> Listing[Todo]:
    """What is open and due by a day."""
    return area.items.find(col("due") <= day, done=False, order=ORDER, **keywords)


def week(area: TodoArea, of: date, **keywords: Any) -> Listing[Todo]:
    """What is open and due in the week of a day, from Monday to Sunday."""
    monday = of - timedelta(days=of.weekday())
    return area.items.find(
        col("due") >= monday, col("due") <= monday + timedelta(days=6), done=False, order=ORDER, **keywords
    )  # fmt: skip


def overdue(area: TodoArea, **keywords: Any) -> Listing[Todo]:
    """What is open and was due before today, or today at a time that is over."""
    now = local_now()
    earlier: Condition = col("due") < now.date()
    over = (col("due") == now.date()) & (col("at") > "") & (col("at") <= f"{now:%H:%M}") & (col("zone") == "")  # fmt: skip
    # The bound of the index stands beside the choice, which no index can walk.
    return area.items.find(
        col("due") <= now.date(), earlier | over, done=False, order=ORDER, **keywords
    )


def waiting(area: TodoArea, **keywords: Any) -> Listing[Todo]:
    """What is open and waits for somebody or something, the longest first."""
    return area.items.find(col("waiting") > "", done=False, order=["waiting_since", "due"], **keywords)  # fmt: skip


def of_project(area: TodoArea, name: str, *, done: bool | None, **keywords: Any) -> Listing[Todo]:
    """The to-dos of a project."""
    told = {} if done is None else {"done": done}
    order = ["done", *ORDER]
    return area.items.find(project=name, order=order, **told, **keywords)


def eisenhower(area: TodoArea, within: int, **keywords: Any) -> "pl.DataFrame":
    """Everything open in four fields: by priority 1, and by being due within some days."""
    import polars as pl

    columns = ["id", "title", "due", "at", "priority", "project"]
    found = area.items.frame(done=False, waiting="", columns=columns, order=ORDER, **keywords)
    important = (pl.col("priority") == HIGH).fill_null(value=False)
    urgent = (pl.col("due") <= today() + timedelta(days=within)).fill_null(value=False)
    field = (
        pl.when(important & urgent)
        .then(pl.lit(DO))
        .when(important)
        .then(pl.lit(PLAN))
        .when(urgent)
        .then(pl.lit(QUICKLY))
        .otherwise(pl.lit(LATER))
    )
    order = pl.col("field").replace_strict({DO: 0, PLAN: 1, QUICKLY: 2, LATER: 3}, return_dtype=pl.Int8)  # fmt: skip
    return found.select(field.alias("field"), *columns).sort(order, maintain_order=True)


def by_project(area: TodoArea, **keywords: Any) -> "pl.DataFrame":
    """Each project with what is open in it: how many, how many overdue, the estimate, the next day."""
    import polars as pl

    found = area.items.frame(done=False, columns=["project", "due", "minutes"], **keywords)
    return (
        found.group_by("project")
        .agg(
            pl.len().cast(pl.Int64).alias("open"),
            (pl.col("due") < today()).sum().cast(pl.Int64).alias("overdue"),
            pl.col("minutes").sum(),
            pl.col("due").min().alias("next_due"),
        )
        .sort("open", "project", descending=[True, False])
    )
