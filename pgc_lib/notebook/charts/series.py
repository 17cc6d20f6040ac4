"""Values over time: lines, stacked areas, and a small picture for each of many."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pgc_lib.i18n import _, n_
from pgc_lib.notebook.charts import marks, reading, saying
from pgc_lib.notebook.charts.chart import Chart
from pgc_lib.notebook.charts.reading import Point
from pgc_lib.notebook.charts.theme import Paint
from pgc_lib.notebook.charts.units import Grain, day, grain_of, number, place, wide
from pgc_lib.notebook.display.titles import title_of

if TYPE_CHECKING:
    import polars as pl

_MOST_DOTS = 31
"""More values than these are a line without dots."""
_MOST_POINTED = 400
"""So many values of one chart can be pointed at."""
_MOST_SMALL = 12
_MOST_DRAWN = 1500
"""Finer than this nobody sees, and the page grows heavy."""


def line(
    frame: "pl.DataFrame", *, x: str = "", y: str | Sequence[str] = "", by: str = "", title: str = "",
    unit: str = "", low: str = "low", high: str = "high",
) -> Chart:  # fmt: skip
    """Values over time as lines; columns `low` and `high` are drawn as the interval around them."""
    frame, left = reading.one_currency(frame, by)
    values, x, name, unit = _read(frame, x, y, by, unit, (low, high))
    shown = reading.ranked(values)[: reading.MOST_SERIES]
    left_out = len({point.series for point in values}) - len(shown)
    values = [point for point in values if point.series in shown]
    grain = grain_of([point.at for point in values])
    told = _told(name, values, shown, grain, unit)
    if left_out:
        told.append(
            n_("{n} smaller one is not drawn.", "{n} smaller ones are not drawn.", left_out)
        )
    band = any(point.low is not None and point.high is not None for point in values)
    if band:
        told.append(_("The band shows between which bounds each value lies."))
    rows = _rows(_coarser(values), grain, unit)
    zero = bool(values) and 0 <= min(p.value for p in values) <= max(p.value for p in values) / 2

    def draw(width: int, paint: Paint) -> dict[str, Any]:
        height = 200 if marks.narrow(width) else 240
        labelled = len(shown) > 1 and not marks.narrow(width)
        room = 8 + max(wide(each) for each in shown) * 12 + 14 if labelled else 0
        room = int(min(room, width * 0.3))
        at = marks.days(grain, width, room=room)
        much = marks.amounts("v", unit, name, zero=zero, height=height)
        color = marks.series(shown, paint, legend=len(shown) > 1 and not labelled, width=width)
        layers: list[dict[str, Any]] = []
        if band:
            layers.append({
                "mark": {"type": "area", "opacity": 0.2, "aria": False},
                "encoding": {"x": at, "y": {**much, "field": "low"}, "y2": {"field": "high"}, "color": color},
            })  # fmt: skip
        layers.append({
            "mark": {"type": "line", "interpolate": "monotone", "aria": False},
            "encoding": {"x": at, "y": much, "color": color},
        })  # fmt: skip
        if len(rows) <= _MOST_POINTED:
            seen = len(rows) / max(len(shown), 1) <= _MOST_DOTS
            layers.append({
                "mark": {"type": "point", "shape": "circle" if seen else "square",
                    "size": 34 if seen else 120, "opacity": 1 if seen else 0},
                "encoding": {"x": at, "y": much, "color": color, "description": marks.said()},
            })  # fmt: skip
        if labelled:
            layers += _ends(rows, shown, at, much, color, paint, height, zero=zero)
        return marks.base(rows, width, height, layer=layers)

    return Chart(
        title or name or saying.listed(shown),
        told + left,
        *_table(frame, x, name, values, shown, grain, unit),
        draw,
        frame,
    )


def stacked(
    frame: "pl.DataFrame", *, x: str = "", y: str | Sequence[str] = "", by: str = "", title: str = "",
    unit: str = "",
) -> Chart:  # fmt: skip
    """What a whole is made of over time, as areas upon one another; beyond the largest, the rest is one."""
    frame, left = reading.one_currency(frame, by)
    values, x, name, unit = _read(frame, x, y, by, unit, None)
    values, order = reading.fewer(values)
    grain = grain_of([point.at for point in values])
    told: list[str] = []
    if values:
        totals = [(each, sum(p.value for p in values if p.series == each)) for each in order]
        told = [saying.parts(totals, unit), saying.compared(name, values, order, grain)]
        told += [saying.heading(each, [p.value for p in values if p.series == each], unit) for each in order]  # fmt: skip
    rows = _rows(_filled(values, order), grain, unit, order)

    def draw(width: int, paint: Paint) -> dict[str, Any]:
        height = 220 if marks.narrow(width) else 260
        color = marks.series(order, paint, legend=len(order) > 1, width=width)
        at = marks.days(grain, width)
        much = {**marks.amounts("v", unit, name, height=height), "stack": "zero"}
        rank = {"field": "rank", "type": "quantitative"}
        # The ground shows between the layers, so that neighbours are told apart without their colours.
        mark = {"type": "area", "interpolate": "monotone", "stroke": paint("card"), "strokeWidth": 1.5, "aria": False}  # fmt: skip
        layers: list[dict[str, Any]] = [
            {"mark": mark, "encoding": {"x": at, "y": much, "color": color, "order": rank}}
        ]
        if len(rows) <= _MOST_POINTED:
            layers.append({
                "mark": {"type": "bar", "opacity": 0, "width": max(2, int(width / max(len(rows) / max(len(order), 1), 1)) - 1)},
                "encoding": {"x": at, "y": much, "order": rank, "detail": {"field": "s"}, "description": marks.said()},
            })  # fmt: skip
        return marks.base(rows, width, height, layer=layers)

    return Chart(
        title or name, told + left, *_table(frame, x, name, values, order, grain, unit), draw, frame
    )


def multiples(
    frame: "pl.DataFrame", *, x: str = "", y: str = "", by: str = "", title: str = "", unit: str = "",
) -> Chart:  # fmt: skip
    """A small picture for each of many, all on one scale, so that their courses can be compared."""
    frame, left = reading.one_currency(frame, by)
    values, x, name, unit = _read(frame, x, y, by, unit, None)
    every = reading.ranked(values)
    order = every[:_MOST_SMALL]
    values = [point for point in values if point.series in order]
    grain = grain_of([point.at for point in values])
    told = _told(name, values, order, grain, unit)
    if len(every) > len(order):
        rest = len(every) - len(order)
        told.append(n_("{n} smaller one is not drawn.", "{n} smaller ones are not drawn.", rest))
    rows = _rows(_coarser(values), grain, unit)
    zero = bool(values) and min(point.value for point in values) >= 0

    def draw(width: int, paint: Paint) -> dict[str, Any]:
        columns = 2 if marks.narrow(width) else 3
        each = int((width - 44) / columns) - 16
        at = {**marks.days(grain, 200)}
        at["axis"] = {**at["axis"], "tickCount": 2, "labelFontSize": 11}
        much = marks.amounts("v", unit, None, zero=zero, height=110)
        much["axis"] = {**much["axis"], "tickCount": 3, "labelFontSize": 11}
        encoding = {"x": at, "y": much, "color": {"value": paint("blue")}}
        pointed = [{
            "mark": {"type": "point", "shape": "square", "size": 90, "opacity": 0},
            "encoding": {**encoding, "description": marks.said()},
        }] if len(rows) <= _MOST_POINTED else []  # fmt: skip
        return {
            "$schema": marks.SCHEMA,
            "data": {"values": rows},
            "facet": {"field": "s", "type": "nominal", "sort": order, "header": {"title": None, "labelFontSize": 12, "labelFontWeight": 600, "labelAnchor": "start", "labelColor": paint("ink"), "labelLimit": each}},
            "columns": columns,
            "resolve": {"axis": {"x": "independent"}},
            "spacing": {"row": 14, "column": 14},
            "spec": {"width": each, "height": 80, "layer": [
                {"mark": {"type": "area", "interpolate": "monotone", "opacity": 0.16, "aria": False}, "encoding": encoding},
                {"mark": {"type": "line", "interpolate": "monotone", "strokeWidth": 2, "aria": False}, "encoding": encoding},
                *pointed,
            ]},
        }  # fmt: skip

    return Chart(
        title or name, told + left, *_table(frame, x, name, values, order, grain, unit), draw, frame
    )


# ── between ──────────────────────────────────────────────────────────────────────────────────────────────


def _read(
    frame: "pl.DataFrame", x: str, y: str | Sequence[str], by: str, unit: str,
    band: tuple[str, str] | None,
) -> tuple[list[Point], str, str, str]:  # fmt: skip
    """The values, their column of time, what they are called, and their unit."""
    import polars as pl

    x = reading.time_of(frame, x)
    unit = reading.unit_of(frame, unit)
    if not isinstance(y, str):
        wanted = [reading.number_of(frame, each) for each in y]
        titles = {each: title_of(each, frame) for each in wanted}
        frame = frame.select(x, *(pl.col(each).cast(pl.Float64) for each in wanted))
        frame = frame.unpivot(wanted, index=[x], variable_name="series", value_name="value")
        frame = frame.with_columns(pl.col("series").replace(titles))
        return reading.points(frame, x, "value", "series"), x, "", unit
    if not y and "expected" in frame.columns:
        y = "expected"
    y = reading.number_of(frame, y, *(band or ()))
    if by:
        reading.chosen(frame, by, (), "")
    else:
        by = next((name for name in reading.names(frame) if 1 < frame[name].n_unique() <= 60), "")
    return reading.points(frame, x, y, by, band), x, title_of(y, frame), unit


def _told(name: str, values: list[Point], order: Sequence[str], grain: Grain, unit: str) -> list[str]:  # fmt: skip
    if not values:
        return []
    found = [saying.compared(name, values, order, grain)]
    ways, tops = [], []
    for each in order:
        mine = [point for point in values if point.series == each]
        ways.append(saying.heading(each, [point.value for point in mine], unit))
        tops.append(saying.extremes(each, mine, grain, unit))
    if len(order) == 1:
        return [*tops, *ways, *found]
    return [*found, *tops, *ways]


def _rows(
    values: Sequence[Point], grain: Grain, unit: str, order: Sequence[str] = ()
) -> list[dict[str, Any]]:
    ranks = {name: at for at, name in enumerate(order or reading.ranked(values))}
    return [
        {
            "t": place(point.at),
            "v": point.value,
            "low": point.low,
            "high": point.high,
            "s": point.series,
            "rank": ranks[point.series],
            "said": _pointed(point, grain, unit),
        }
        for point in values
    ]


def _pointed(point: Point, grain: Grain, unit: str) -> str:
    text = f"{day(point.at, grain)} · {number(point.value, unit)}"
    if point.low is not None and point.high is not None:
        text += f" ({number(point.low, unit)} – {number(point.high, unit)})"
    return f"{point.series} · {text}" if point.series else text


def _coarser(values: list[Point]) -> list[Point]:
    """Long series as means of neighbours; the words and the table speak of all."""
    if len(values) <= _MOST_DRAWN:
        return values
    step = -(-len(values) // _MOST_DRAWN)
    found: list[Point] = []
    for name in dict.fromkeys(point.series for point in values):
        mine = [point for point in values if point.series == name]
        for at in range(0, len(mine), step):
            some = mine[at : at + step]
            found.append(
                Point(name, some[0].at, sum(p.value for p in some) / len(some), *_widest(some))
            )
    return sorted(found, key=lambda point: point.at)


def _widest(some: Sequence[Point]) -> tuple[float | None, float | None]:
    lows = [point.low for point in some if point.low is not None]
    highs = [point.high for point in some if point.high is not None]
    return min(lows, default=None), max(highs, default=None)


def _filled(values: Sequence[Point], order: Sequence[str]) -> list[Point]:
    """Nothing is drawn as nothing: an area goes down to the ground where a part is missing."""
    known = {(point.series, point.at): point for point in values}
    times = sorted({point.at for point in values})
    return [known.get((name, at), Point(name, at, 0.0)) for at in times for name in order]


def _ends(
    rows: Sequence[dict[str, Any]], order: Sequence[str], at: dict[str, Any], much: dict[str, Any],
    color: dict[str, Any], paint: Paint, height: int, *, zero: bool,
) -> list[dict[str, Any]]:  # fmt: skip
    """Each line's name at its end, so that no legend must be looked up and no colour be told."""
    last = {name: next(row for row in reversed(rows) if row["s"] == name) for name in order}
    values = [row["v"] for row in rows]
    span = (max(values) - (0 if zero else min(values))) or 1
    spread = marks.apart([last[name]["v"] for name in order], span * 17 / height)
    newest = max(row["t"] for row in rows)
    labels = [{"t": newest, "v": where, "s": name} for name, where in zip(order, spread, strict=True)]  # fmt: skip
    return [
        {
            "data": {"values": labels},
            "mark": {"type": "point", "shape": "square", "size": 70, "xOffset": 12, "opacity": 1, "aria": False},
            "encoding": {"x": at, "y": much, "color": color},
        },
        {
            "data": {"values": labels},
            "mark": {"type": "text", "align": "left", "baseline": "middle", "dx": 21, "fontSize": 12, "color": paint("ink"), "limit": 180, "aria": False},
            "encoding": {"x": at, "y": much, "text": {"field": "s"}},
        },
    ]  # fmt: skip


def _table(
    frame: "pl.DataFrame", x: str, name: str, values: Sequence[Point], order: Sequence[str],
    grain: Grain, unit: str,
) -> tuple[list[str], list[list[str]]]:  # fmt: skip
    """A line for each time and a column for each series."""
    heads = [title_of(x, frame), *(each or name for each in order)]
    known = {(point.series, point.at): point for point in values}
    lines = []
    for at in sorted({point.at for point in values}, reverse=True):
        cells = [known.get((each, at)) for each in order]
        lines.append([day(at, grain), *(_cell(point, unit) for point in cells)])
    return heads, lines


def _cell(point: Point | None, unit: str) -> str:
    if point is None:
        return ""
    if point.low is None or point.high is None:
        return number(point.value, unit)
    return f"{number(point.value, unit)} ({number(point.low, unit)} – {number(point.high, unit)})"
