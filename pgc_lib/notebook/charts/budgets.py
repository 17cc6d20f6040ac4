"""Budgets as bars: what is spent of what there is, with a mark where an even pace would be."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from pgc_lib.i18n import _
from pgc_lib.notebook.charts import marks
from pgc_lib.notebook.charts.chart import Chart
from pgc_lib.notebook.charts.theme import Paint
from pgc_lib.notebook.charts.units import number, share
from pgc_lib.notebook.display.titles import title_of

if TYPE_CHECKING:
    import polars as pl

    from pgc_lib.areas.money.pace import Status

_MOST = 20


def budgets(given: "Iterable[Status] | pl.DataFrame", *, title: str = "") -> Chart:
    """How budgets stand: `lab.finance.budgets.overview()`, or a frame such as `periods()` of which the last lines count."""
    frame = _frame(given)
    rows = []
    for name, currency, spent, available, even in frame.iter_rows():
        whole = available if available > 0 else max(spent, 1e-9)
        rows.append({
            "s": name, "part": spent / whole, "even": None if even is None else even / whole,
            "over": spent > available, "fast": even is not None and spent > even and spent <= available,
            "text": f"{number(spent, currency)} / {number(available, currency)}",
            "spent": spent, "available": available, "currency": currency, "even_amount": even,
        })  # fmt: skip
    for row in rows:
        row["said"] = f"{row['s']} · {_state(row)} · {row['text']}"
        row["color"] = "red" if row["over"] else "gold" if row["fast"] else "blue"
    told = _told(rows)
    shown = sorted(rows, key=lambda row: -row["part"])[:_MOST] if len(rows) > _MOST else rows
    order = [row["s"] for row in shown]
    heads = [title_of("budget"), title_of("spent"), title_of("available"), title_of("even"), _("State")]  # fmt: skip
    lines = [
        [row["s"], number(row["spent"], row["currency"]), number(row["available"], row["currency"]), "" if row["even_amount"] is None else number(row["even_amount"], row["currency"]), _state(row)]
        for row in rows
    ]  # fmt: skip

    def draw(width: int, paint: Paint) -> dict[str, Any]:
        most = max(1.0, *(min(row["part"], 1.6) for row in shown)) if shown else 1.0
        x = {"field": "part", "type": "quantitative", "axis": None, "stack": None, "scale": {"domain": [0, most], "nice": False, "clamp": True}}  # fmt: skip
        y = {"field": "s", "type": "nominal", "sort": order, "title": None, "axis": {"labelLimit": 84 if marks.narrow(width) else 170, "domain": False, "labelColor": paint("ink"), "grid": False}}  # fmt: skip
        color = {"field": "color", "type": "nominal", "legend": None, "scale": {"domain": ["blue", "gold", "red"], "range": [paint("blue"), paint("gold"), paint("red")]}}  # fmt: skip
        text = {"type": "text", "align": "left", "baseline": "bottom", "dy": -9, "fontSize": 12, "color": paint("soft"), "aria": False}  # fmt: skip
        bar = {"type": "bar", "height": 12, "cornerRadius": 6, "yOffset": 6}
        return marks.base(shown, width, len(shown) * 46 + 6, layer=[
            {"transform": [{"calculate": "1", "as": "whole"}], "mark": {**bar, "color": paint("line"), "aria": False}, "encoding": {"x": {**x, "field": "whole"}, "y": y}},
            {"mark": bar, "encoding": {"x": x, "y": y, "color": color, "description": marks.said()}},
            {"transform": [{"filter": "datum.even != null"}], "mark": {"type": "tick", "thickness": 2.5, "size": 22, "yOffset": 6, "color": paint("ink"), "aria": False}, "encoding": {"x": {**x, "field": "even"}, "y": y}},
            {"transform": [{"calculate": "0", "as": "nothing"}], "mark": {**text, "dx": 2}, "encoding": {"x": {**x, "field": "nothing"}, "y": y, "text": {"field": "label"}}},
        ], transform=[{"calculate": "datum.over ? '▲ ' + datum.text : datum.text", "as": "label"}])  # fmt: skip

    return Chart(title or _("Budgets"), told, heads, lines, draw, frame)


def _frame(given: "Iterable[Status] | pl.DataFrame") -> "pl.DataFrame":
    import polars as pl

    schema: Any = {"budget": pl.String, "currency": pl.String, "spent": pl.Float64, "available": pl.Float64, "even": pl.Float64}  # fmt: skip
    if not isinstance(given, pl.DataFrame):
        rows = [
            (each.name, each.currency, float(each.spent), float(each.available), float(each.even))
            for each in given
        ]
        return pl.DataFrame(rows, schema=schema, orient="row")
    latest = given.sort("last") if "last" in given.columns else given
    found = latest.group_by("budget", maintain_order=True).last()
    missing = [pl.lit(None).alias(name) for name in schema if name not in found.columns]
    return found.with_columns(missing).select(pl.col(name).cast(kind) for name, kind in schema.items())  # fmt: skip


def _state(row: dict[str, Any]) -> str:
    if row["over"]:
        return _(
            "over by {amount}", amount=number(row["spent"] - row["available"], row["currency"])
        )
    if row["fast"]:
        return _("faster than an even pace")
    return _("{part} used", part=share(row["spent"], row["available"]))


def _told(rows: list[dict[str, Any]]) -> list[str]:
    if not rows:
        return []
    over = [row for row in rows if row["over"]]
    fast = [row for row in rows if row["fast"]]
    found = [_("Overspent: {over} of {n}. Faster than an even pace: {fast}.", n=len(rows), over=len(over), fast=len(fast))]  # fmt: skip
    found += [_("{name}: {told}.", name=row["s"], told=_state(row)) for row in [*over, *fast][:5]]
    return [*found, _("The upright line is where an even pace would be today.")]
