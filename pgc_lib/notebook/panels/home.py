"""The home dashboard: today's to-dos with an entry line, this month's money, growth week by week, reports."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from html import escape
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from pgc_lib.core.types import zone
from pgc_lib.errors import PgcError
from pgc_lib.i18n import _
from pgc_lib.notebook.scene import Bar, Label, Scene
from pgc_lib.stores.filters import col

if TYPE_CHECKING:
    from pgc_lib.lab import Lab

WEEKS = 26
DONE, MONEY = "#4477aa", "#ccbb44"  # two of Paul Tol's colours, told apart by colour-blind eyes


def home(lab: "Lab") -> widgets.Widget:
    """The whole page."""
    today = datetime.now(zone()).date()
    heading = widgets.HTML(f"<h1>{escape(_('Today, {day}', day=today.isoformat()))}</h1>")
    panels = [todos(lab), money(lab, today), growth(lab, today)]
    page = widgets.VBox([heading, *panels])
    page.layout.max_width = "820px"
    page.layout.margin = "0 auto"
    return page


def todos(lab: "Lab") -> widgets.Widget:
    """What is due, each with a box to tick, and a line to add one."""
    rows = widgets.VBox()
    message = widgets.HTML()
    entry = widgets.Text(
        placeholder=_("A new to-do for today"),
        continuous_update=False,
        layout=widgets.Layout(flex="1 1 auto", width="auto"),
    )
    button = widgets.Button(
        description=_("Add"), button_style="primary", tooltip=_("Add this to-do")
    )

    def show() -> None:
        found = lab.todos.today()
        rows.children = [_row(lab, todo, show, message) for todo in found] or [
            widgets.HTML(escape(_("Nothing is due. Enjoy the day.")))
        ]

    def add(_event: Any = None) -> None:
        title = entry.value.strip()
        if not title:
            return
        try:
            lab.todos.add(title=title, due=datetime.now(zone()).date())
        except PgcError as error:
            message.value = f"<pre>{escape(str(error))}</pre>"
            return
        entry.value = message.value = ""
        show()

    button.on_click(add)
    entry.observe(add, names="value")
    show()
    return _panel(_("To do"), [rows, widgets.HBox([entry, button]), message])


def _row(
    lab: "Lab", todo: Any, refresh: Callable[[], None], message: widgets.HTML
) -> widgets.Widget:
    late = todo.due and todo.due < datetime.now(zone()).date()
    title = f"{todo.title}  ⚠ {todo.due.isoformat()}" if late else todo.title
    box = widgets.Checkbox(value=False, description=title, indent=False)
    box.layout.width = "auto"

    def tick(change: Any) -> None:
        if not change["new"]:
            return
        try:
            lab.todos.complete(todo.id)
        except PgcError as error:
            message.value = f"<pre>{escape(str(error))}</pre>"
        refresh()

    box.observe(tick, names="value")
    return box


def money(lab: "Lab", today: date) -> widgets.Widget:
    """This month's spending and income, the largest categories first, beside the month before."""
    first = today.replace(day=1)
    before = (first - timedelta(days=1)).replace(day=1)
    spent = _by_category(lab, first, today)
    # The same number of days of the month before, so that the comparison is fair.
    earlier = _by_category(lab, before, min(before + (today - first), first - timedelta(days=1)))
    lines = "".join(
        f"<tr><td>{escape(category or '–')}</td><td class='pgc-n'>{amount:,.2f}</td>"
        f"<td class='pgc-n'>{earlier.get(category, 0):,.2f}</td></tr>"
        for category, amount in list(spent.items())[:8]
    )
    total, total_before = sum(spent.values()), sum(earlier.values())
    table = (
        f"<table class='pgc-table'><thead><tr><th>{escape(_('Category'))}</th>"
        f"<th class='pgc-n'>{escape(_('This month'))}</th>"
        f"<th class='pgc-n'>{escape(_('Same days last month'))}</th></tr></thead><tbody>{lines}"
        f"<tr class='pgc-sum'><td>{escape(_('Spent'))}</td><td class='pgc-n'>{total:,.2f}</td>"
        f"<td class='pgc-n'>{total_before:,.2f}</td></tr></tbody></table>"
    )
    return _panel(_("Money this month"), [widgets.HTML(table)])


def _by_category(lab: "Lab", first: date, last: date) -> dict[str, Any]:
    import polars as pl

    frame = lab.finance.frame(
        col("amount") < 0, col("day").is_between(first, last), columns=["category", "amount"]
    )
    summed = frame.group_by("category").agg((-pl.col("amount").sum()).alias("spent"))
    return dict(summed.sort("spent", descending=True).iter_rows())


def growth(lab: "Lab", today: date) -> widgets.Widget:
    """Week by week: what was done and what was put aside, as a small landscape to turn and click."""
    monday = today - timedelta(days=today.weekday())
    weeks = [monday - timedelta(weeks=WEEKS - 1 - number) for number in range(WEEKS)]
    done, saved = _done(lab, weeks[0]), _saved(lab, weeks[0])
    bars = []
    for number, week in enumerate(weeks):
        x = (number - WEEKS / 2) * 0.9
        count, amount = done.get(week, 0), float(saved.get(week, 0))
        about = _("Week of {week}: {count} done", week=week.isoformat(), count=count)
        bars.append(Bar(x, -1.2, max(count * 0.25, 0.02), DONE, about))
        about = _(
            "Week of {week}: {amount} left over", week=week.isoformat(), amount=f"{amount:,.0f}"
        )
        bars.append(Bar(x, 1.2, min(max(amount / 4000, 0.02), 6), MONEY, about))
    edge = WEEKS * 0.45 + 1.2
    labels = [
        Label(_("Done"), edge, 0.6, -1.2),
        Label(_("Left over"), edge, 0.6, 1.2),
        Label(weeks[0].isoformat(), -edge, 0.5, 2.6, 0.5),
    ]
    picked = widgets.HTML(escape(_("Click a bar to see its week.")))
    scene = Scene(bars, labels, on_pick=lambda bar: setattr(picked, "value", escape(bar.about)))
    return _panel(_("Growth by week"), [scene.widget, picked])


def _done(lab: "Lab", since: date) -> dict[date, int]:
    import polars as pl

    frame = lab.todos.frame(
        done=True,
        done_at__ge=datetime(since.year, since.month, since.day, tzinfo=zone()),
        columns=["done_at"],
    )
    weeks = frame.select(
        pl.col("done_at")
        .dt.convert_time_zone(str(zone()))
        .dt.date()
        .dt.truncate("1w")
        .alias("week")
    )
    return dict(weeks.group_by("week").len().iter_rows())


def _saved(lab: "Lab", since: date) -> dict[date, Any]:
    import polars as pl

    frame = lab.finance.frame(day__ge=since, columns=["day", "amount"])
    weeks = frame.group_by(pl.col("day").dt.truncate("1w")).agg(pl.col("amount").sum())
    return dict(weeks.iter_rows())


def _panel(title: str, children: list[widgets.Widget]) -> widgets.Widget:
    panel = widgets.VBox([widgets.HTML(f"<h2>{escape(title)}</h2>"), *children])
    panel.add_class("pgc-panel")
    return panel
