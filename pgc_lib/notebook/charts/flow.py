"""From where to where: bands between names on the left and on the right, as wide as what flows (a simple Sankey diagram)."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pgc_lib.i18n import _
from pgc_lib.notebook.charts import marks, reading, saying
from pgc_lib.notebook.charts.chart import Chart
from pgc_lib.notebook.charts.theme import Paint
from pgc_lib.notebook.charts.units import as_number, number, share, wide
from pgc_lib.notebook.display.titles import title_of
from pgc_lib.notebook.look import SERIES

if TYPE_CHECKING:
    import polars as pl

_SAMPLES = 24
_MOST_NAMES = 12
_GAP = 0.03
_BLOCK = 0.014
"""How wide a name's block is, as a part of the picture."""
Flow = tuple[str, str, float]


def flow(
    frame: "pl.DataFrame", *, start: str = "", end: str = "", y: str = "", title: str = "",
    unit: str = "",
) -> Chart:  # fmt: skip
    """How much goes from each name to each other; the first two columns of words say from where and to where."""
    frame, left = reading.one_currency(frame)
    start = reading.name_of(frame, start)
    end = reading.name_of(frame, end, start)
    y = reading.number_of(frame, y)
    unit = reading.unit_of(frame, unit)
    sums: dict[tuple[str, str], float] = {}
    for one, other, value in zip(frame[start], frame[end], frame[y], strict=True):
        known = as_number(value)
        if known is not None and known > 0:
            pair = str(one or _("Without a name")), str(other or _("Without a name"))
            sums[pair] = sums.get(pair, 0.0) + known
    every = sorted(((*pair, value) for pair, value in sums.items()), key=lambda each: -each[2])
    flows = _fewer(every)
    whole = sum(value for _one, _other, value in every)
    told = []
    if every:
        largest = [f"{one} → {other} {number(value, unit)}" for one, other, value in every[:3]]
        told = [
            _("{total} flow in all; the most: {flows}.", total=number(whole, unit), flows=saying.listed(largest)),
            _("From {starts} to {ends}.", starts=saying.listed(_order(flows, 0)), ends=saying.listed(_order(flows, 1))),
        ]  # fmt: skip

    def draw(width: int, paint: Paint) -> dict[str, Any]:
        return _drawn(flows, unit, width, paint)

    heads = [title_of(start, frame), title_of(end, frame), title_of(y, frame), _("Share")]
    lines = [[one, other, number(value, unit), share(value, whole)] for one, other, value in every]
    return Chart(title or title_of(y, frame), told + left, heads, lines, draw, frame)


def _fewer(flows: Sequence[Flow]) -> list[Flow]:
    """At most so many names on a side; the small ones are one."""
    kept = [set(_order(flows, side)[:_MOST_NAMES]) for side in (0, 1)]
    sums: dict[tuple[str, str], float] = {}
    for one, other, value in flows:
        pair = (one if one in kept[0] else _("Others"), other if other in kept[1] else _("Others"))
        sums[pair] = sums.get(pair, 0.0) + value
    return [(*pair, value) for pair, value in sums.items()]


def _order(flows: Sequence[Flow], side: int) -> list[str]:
    totals: dict[str, float] = {}
    for each in flows:
        totals[str(each[side])] = totals.get(str(each[side]), 0.0) + each[2]
    return sorted(totals, key=lambda name: -totals[name])


def _drawn(flows: Sequence[Flow], unit: str, width: int, paint: Paint) -> dict[str, Any]:
    whole = sum(value for _one, _other, value in flows)
    sides = [_order(flows, 0), _order(flows, 1)]
    scale = (1 - _GAP * max(len(sides[0]) - 1, len(sides[1]) - 1)) / whole
    tops: list[dict[str, float]] = [{}, {}]
    blocks = []
    for side, names in enumerate(sides):
        sizes = [sum(f[2] for f in flows if f[side] == name) * scale for name in names]
        at = (1 - sum(sizes) - _GAP * (len(names) - 1)) / 2
        for name, size in zip(names, sizes, strict=True):
            tops[side][name] = at
            x = 0.0 if side == 0 else 1 - _BLOCK
            tint = SERIES[sides[0].index(name) % len(SERIES)] if side == 0 else "soft"
            told = number(size / scale, unit)
            blocks.append({
                "x": x, "x2": x + _BLOCK, "y": at, "y2": at + size, "color": tint, "s": name,
                "mid": at + size / 2, "side": side, "label": f"{name}  {told}" if width >= 480 else name,
                "said": f"{name} · {told}",
            })  # fmt: skip
            at += size + _GAP
    ribbons = []
    used: list[dict[str, float]] = [dict(tops[0]), dict(tops[1])]
    for one, other, value in sorted(flows, key=lambda f: (sides[0].index(f[0]), sides[1].index(f[1]))):  # fmt: skip
        size = value * scale
        begin, stop = used[0][one], used[1][other]
        used[0][one] += size
        used[1][other] += size
        for step in range(_SAMPLES + 1):
            part = step / _SAMPLES
            eased = part * part * (3 - 2 * part)
            middle = begin + (stop - begin) * eased
            ribbons.append({
                "x": _BLOCK + part * (1 - 2 * _BLOCK), "y": middle, "y2": middle + size,
                "k": f"{one} → {other}", "color": SERIES[sides[0].index(one) % len(SERIES)],
                "said": f"{one} → {other} · {number(value, unit)}",
            })  # fmt: skip
    beside = min(
        int(max(wide(str(block["label"])) for block in blocks) * 12) + 18, int(width * 0.27)
    )
    across = {"field": "x", "type": "quantitative", "axis": None, "scale": {"domain": [0, 1], "nice": False}}  # fmt: skip
    down = {"field": "y", "type": "quantitative", "axis": None, "stack": None, "scale": {"domain": [0, 1], "nice": False, "reverse": True}}  # fmt: skip
    names_of_colors = [*SERIES, "soft"]
    color = {"field": "color", "type": "nominal", "legend": None, "scale": {"domain": names_of_colors, "range": [paint(name) for name in names_of_colors]}}  # fmt: skip
    text = {"type": "text", "baseline": "middle", "fontSize": 12, "color": paint("ink"), "limit": beside - 10, "aria": False}  # fmt: skip
    return {
        "$schema": marks.SCHEMA,
        "width": width - 2 * beside,
        "height": max(180, 34 * max(len(sides[0]), len(sides[1]))),
        "layer": [
            {"data": {"values": ribbons}, "mark": {"type": "area", "opacity": 0.38, "line": False}, "encoding": {"x": across, "y": down, "y2": {"field": "y2"}, "detail": {"field": "k"}, "color": color, "description": marks.said()}},
            {"data": {"values": blocks}, "mark": {"type": "rect", "cornerRadius": 2}, "encoding": {"x": across, "x2": {"field": "x2"}, "y": down, "y2": {"field": "y2"}, "color": color, "description": marks.said()}},
            {"data": {"values": [b for b in blocks if b["side"] == 0]}, "mark": {**text, "align": "right", "dx": -8}, "encoding": {"x": across, "y": {**down, "field": "mid"}, "text": {"field": "label"}}},
            {"data": {"values": [b for b in blocks if b["side"] == 1]}, "mark": {**text, "align": "left", "dx": 8}, "encoding": {"x": {**across, "field": "x2"}, "y": {**down, "field": "mid"}, "text": {"field": "label"}}},
        ],
    }  # fmt: skip
