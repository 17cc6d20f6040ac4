"""Several sides of one thing around a middle: skills beside what a role wants, areas beside those of last year."""

from collections.abc import Sequence
from math import cos, pi, sin
from typing import TYPE_CHECKING, Any

from pgc_lib.i18n import _
from pgc_lib.notebook.charts import marks, reading, saying
from pgc_lib.notebook.charts.chart import Chart
from pgc_lib.notebook.charts.theme import Paint
from pgc_lib.notebook.charts.units import as_number, number
from pgc_lib.notebook.display.titles import title_of

if TYPE_CHECKING:
    import polars as pl

_MOST_AXES = 12
_MOST_SERIES = 4
_RINGS = 4
_DASHES = ([1, 0], [6, 3], [2, 3], [8, 3, 2, 3])
"""Lines are told apart without their colours, too."""


def radar(
    frame: "pl.DataFrame", *, axis: str = "", by: str = "", y: str = "", top: str = "",
    title: str = "", unit: str = "",
) -> Chart:  # fmt: skip
    """Values around a middle, an axis each; a column `top` says where an axis ends, else all end at the largest."""
    known = set(frame.columns)
    axis = reading.name_of(frame, axis or ("axis" if "axis" in known else ""))
    if not by:
        by = next((name for name in ("title", "series") if name in known and name != axis), "")
    y = reading.number_of(frame, y or ("value" if "value" in known else ""))
    top = reading.chosen(frame, top, (), "") if top else "top" if "top" in known else ""
    values: dict[tuple[str, str], float] = {}
    tops: dict[str, float] = {}
    series = frame[by] if by else [""] * frame.height
    for name, each, value, highest in zip(frame[axis], series, frame[y], frame[top] if top else [None] * frame.height, strict=True):  # fmt: skip
        found = as_number(value)
        if name is not None and found is not None:
            values[str(name), str(each or "")] = found
            tops[str(name)] = as_number(highest) or 0.0
    every = list(dict.fromkeys(name for name, _each in values))
    axes = every[:_MOST_AXES]
    order = list(dict.fromkeys(each for _name, each in values))[:_MOST_SERIES]
    largest = max((abs(value) for value in values.values()), default=1.0) or 1.0
    ends = {name: tops[name] or largest for name in axes}
    told = _told(axes, order, values, unit) if len(axes) > 2 else _few(axes, order, values, unit)
    if len(every) > len(axes):
        told.append(_("{n} more are in the table.", n=len(every) - len(axes)))

    def draw(width: int, paint: Paint) -> dict[str, Any]:
        return _drawn(axes, order, values, ends, unit, min(width, 520), paint)

    heads = [title_of(axis, frame), *(each or title_of(y, frame) for each in order)]
    lines = [[name, *(number(values[name, each], unit) if (name, each) in values else "" for each in order)] for name in every]  # fmt: skip
    return Chart(title or title_of(y, frame), told, heads, lines, draw, frame)


def _drawn(
    axes: Sequence[str], order: Sequence[str], values: dict[tuple[str, str], float],
    ends: dict[str, float], unit: str, width: int, paint: Paint,
) -> dict[str, Any]:  # fmt: skip
    count = max(len(axes), 3)

    def at(place: int, far: float) -> dict[str, float]:
        angle = 2 * pi * place / count
        return {"x": sin(angle) * far, "y": cos(angle) * far}

    grid = [
        {**at(place % count, ring / _RINGS), "k": f"r{ring}", "n": place}
        for ring in range(1, _RINGS + 1)
        for place in range(count + 1)
    ]
    spokes = [{**at(place, far), "k": f"s{place}", "n": n} for place in range(len(axes)) for n, far in enumerate((0.0, 1.0))]  # fmt: skip
    drawn = []
    for each in order:
        for place in range(len(axes) + 1):
            name = axes[place % len(axes)]
            value = values.get((name, each), 0.0)
            far = max(0.0, min(value / ends[name], 1.0))
            drawn.append({**at(place % len(axes), far), "s": each, "n": place, "said": f"{name} · {each} {number(value, unit)}".replace("·  ", "· ")})  # fmt: skip
    labels = [{**at(place, 1.1), "m": name, "a": _side(at(place, 1.0)["x"])} for place, name in enumerate(axes)]  # fmt: skip
    room = 74 if marks.narrow(width) else 130
    size = width - 2 * room
    square = {"type": "quantitative", "axis": None, "scale": {"domain": [-1.15, 1.15], "nice": False}}  # fmt: skip
    x, y = {**square, "field": "x"}, {**square, "field": "y"}
    path = {"x": x, "y": y, "order": {"field": "n", "type": "quantitative"}}
    color = marks.series(order, paint, legend=len(order) > 1, width=width)
    if color["legend"]:
        # Drawn as the lines are: a square would say nothing of their dashes.
        color["legend"] = {**color["legend"], "symbolType": "stroke", "symbolSize": 300, "symbolStrokeWidth": 2.5, "columns": 2 if marks.narrow(width) else 4}  # fmt: skip
    dash = {"field": "s", "type": "nominal", "scale": {"domain": list(order), "range": [list(_DASHES[n % 4]) for n in range(len(order))]}, "legend": color["legend"]}  # fmt: skip
    thin = {"type": "line", "strokeWidth": 1, "color": paint("line"), "aria": False}
    words = [
        {"data": {"values": [label for label in labels if label["a"] == side]}, "mark": {"type": "text", "align": side, "baseline": "middle", "fontSize": 12, "color": paint("ink"), "limit": room + 20, "aria": False}, "encoding": {"x": x, "y": y, "text": {"field": "m"}}}
        for side in ("left", "center", "right")
    ]  # fmt: skip
    return {
        "$schema": marks.SCHEMA,
        "width": size,
        "height": size,
        "resolve": {"legend": {"color": "shared"}},
        "layer": [
            {"data": {"values": [*grid, *spokes]}, "mark": thin, "encoding": {**path, "detail": {"field": "k"}}},
            {"data": {"values": drawn}, "mark": {"type": "line", "strokeWidth": 2.5, "aria": False}, "encoding": {**path, "color": color, "strokeDash": dash}},
            {"data": {"values": drawn}, "mark": {"type": "point", "size": 40}, "encoding": {"x": x, "y": y, "color": {**color, "legend": None}, "description": marks.said()}},
            *words,
        ],
    }  # fmt: skip


def _side(x: float) -> str:
    return "center" if abs(x) < 0.1 else "left" if x > 0 else "right"


def _told(axes: Sequence[str], order: Sequence[str], values: dict[tuple[str, str], float], unit: str) -> list[str]:  # fmt: skip
    found = []
    for each in order:
        mine = [(values[name, each], name) for name in axes if (name, each) in values]
        if not mine:
            continue
        (most, high), (least, low) = max(mine), min(mine)
        told = _("most in {high} ({most}), least in {low} ({least})", high=high, most=number(most, unit), low=low, least=number(least, unit))  # fmt: skip
        found.append(_("{name}: {told}.", name=each, told=told) if each else saying.ended(told[:1].upper() + told[1:]))  # fmt: skip
    if len(order) > 1:
        one, other = order[0], order[-1]
        pairs = [(abs(values[name, one] - values[name, other]), name) for name in axes if (name, one) in values and (name, other) in values]  # fmt: skip
        if pairs and max(pairs)[0] > 0:
            widest = max(pairs)[1]
            found.insert(0, _("{one} and {other} are furthest apart in {name}: {a} and {b}.", one=one, other=other, name=widest, a=number(values[widest, one], unit), b=number(values[widest, other], unit)))  # fmt: skip
    return [*found, _("{n} sides are compared: {names}.", n=len(axes), names=saying.listed(axes))]


def _few(axes: Sequence[str], order: Sequence[str], values: dict[tuple[str, str], float], unit: str) -> list[str]:  # fmt: skip
    return _told(axes, order, values, unit) if axes else []
