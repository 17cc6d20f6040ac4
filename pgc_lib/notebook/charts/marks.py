"""Pieces of specifications that several charts share: axes, colours, legends."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from pgc_lib.notebook.charts.theme import Paint
from pgc_lib.notebook.charts.units import Grain, of_days, of_numbers, wide
from pgc_lib.notebook.look import SERIES

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
"""A name; nothing is asked of this address."""
LETTER = 12.0
"""Pixels of a letter."""
_LEGEND, _KEY, _EDGE = 150, 34, 24
"""Pixels: a legend's longest name, what stands beside each, and what the frame takes."""
Rows = Sequence[Mapping[str, Any]]
Spec = dict[str, Any]


def base(rows: Rows, width: int, height: int, **more: Any) -> Spec:
    """A drawing that is as wide as it is told, with all that stands beside it."""
    return {
        "$schema": SCHEMA,
        "data": {"values": list(rows)},
        "width": width,
        "height": height,
        "autosize": {"type": "fit", "contains": "padding"},
        **more,
    }


def narrow(width: int) -> bool:
    """Whether this is for a phone."""
    return width < 480


def days(grain: Grain, width: int, *, room: int = 0, title: str | None = None) -> Spec:
    """An axis of time; `room` is left free at its end."""
    axis: Spec = {
        "labelExpr": of_days(grain),
        "tickCount": max(width // 95, 3),
        "labelFlush": True,
        "labelOverlap": True,
        "title": title,
    }
    if grain in ("month", "year", "week", "day"):
        # Never two ticks within one of them: half a month has no name.
        axis["tickMinStep"] = {"day": 1, "week": 7, "month": 28, "year": 365}[grain] * 86_400_000
    scale: Spec = {"type": "utc"}
    if room:
        scale["rangeMax"] = {"expr": f"width - {room}"}
    return {"field": "t", "type": "temporal", "scale": scale, "axis": axis}


def amounts(
    field: str, unit: str, title: str | None, *, zero: bool = True, height: int = 220
) -> Spec:
    """An axis of numbers."""
    axis = {
        "labelExpr": of_numbers(unit),
        "tickCount": max(height // 45, 3),
        "title": None,
        "labelLimit": 120,
    }
    del title  # said above the picture, where it need not be read sideways
    return {"field": field, "type": "quantitative", "scale": {"zero": zero, "nice": True}, "axis": axis}  # fmt: skip


def series(
    order: Sequence[str], paint: Paint, *, legend: bool, width: int, field: str = "s"
) -> Spec:
    """A colour a series; the legend has as many columns as fit."""
    longest = min(max((LETTER * wide(name) for name in order), default=0), _LEGEND)
    columns = int(min(max((width - _EDGE) // (longest + _KEY), 1), 3))
    colors = [paint(SERIES[at % len(SERIES)]) for at in range(len(order))]
    return {
        "field": field,
        "type": "nominal",
        "sort": None,
        "scale": {"domain": list(order), "range": colors},
        "legend": {"title": None, "columns": columns, "symbolType": "square", "symbolSize": 90, "labelLimit": _LEGEND}
        if legend
        else None,
    }  # fmt: skip


def said(field: str = "said") -> Spec:
    """What is shown where one points at a mark."""
    return {"field": field, "type": "nominal"}


def apart(places: Sequence[float], least: float) -> list[float]:
    """The same places with so much between them at least, for labels; their order stays."""
    order = sorted(range(len(places)), key=lambda at: places[at])
    found = list(places)
    for before, after in pairwise(order):
        found[after] = max(found[after], found[before] + least)
    over = sum(found) - sum(places)
    return [place - over / max(len(places), 1) for place in found]
