"""Amounts by name: bars, the largest first."""

from typing import TYPE_CHECKING, Any

from pgc_lib.i18n import _, n_
from pgc_lib.notebook.charts import marks, reading, saying
from pgc_lib.notebook.charts.chart import Chart
from pgc_lib.notebook.charts.theme import Paint
from pgc_lib.notebook.charts.units import as_number, number, share, wide
from pgc_lib.notebook.display.titles import title_of

if TYPE_CHECKING:
    import polars as pl

_MOST = 15
_EDGE = 16
"""Pixels around names and numbers."""


def bars(
    frame: "pl.DataFrame", *, by: str = "", y: str = "", title: str = "", unit: str = ""
) -> Chart:
    """What each name amounts to; rows of one name are summed, beyond the largest the rest is one."""
    frame, left = reading.one_currency(frame, by)
    by = reading.name_of(frame, by)
    y = reading.number_of(frame, y)
    unit = reading.unit_of(frame, unit)
    sums: dict[str, float] = {}
    for name, value in zip(reading.series_of(frame, by), frame[y], strict=True):
        known = as_number(value)
        if known is not None:
            called = str(name) or _("Without a name")
            sums[called] = sums.get(called, 0.0) + known
    every = sorted(sums.items(), key=lambda pair: -abs(pair[1]))
    kept = every[:_MOST]
    if len(every) > _MOST + 1:
        rest = every[_MOST:]
        kept.append((_("{n} others", n=len(rest)), sum(value for _name, value in rest)))
    elif len(every) > _MOST:
        kept = every
    positive = all(value >= 0 for _name, value in every)
    whole = sum(value for _name, value in every)
    told = []
    if every:
        told.append(saying.parts(every, unit) if positive and len(every) > 1 else f"{every[0][0]}: {number(every[0][1], unit)}")  # fmt: skip
        told.append(n_("{n} name is compared.", "{n} names are compared.", len(every)))
        least = min(every, key=lambda pair: pair[1])
        told.append(_("The least: {name} {value}.", name=least[0], value=number(least[1], unit)))
    rows: list[dict[str, Any]] = [
        {"s": name, "v": value, "text": number(value, unit), "said": f"{name} · {number(value, unit)}"}
        for name, value in kept
    ]  # fmt: skip
    order = [name for name, _value in kept]

    def draw(width: int, paint: Paint) -> dict[str, Any]:
        much = marks.amounts("v", unit, None, height=width // 2)
        highest = max((abs(row["v"]) for row in rows), default=1) or 1
        limit = 96 if marks.narrow(width) else 190
        lowest = min((row["v"] for row in rows), default=0)
        # Room for the number beside the longest bar.
        room = width - min(_widest(rows, "s"), limit) - _EDGE
        more = max(room / max(room - _widest(rows, "text") - _EDGE, room / 3), 1.02)
        much["scale"] = {"domain": [min(0, lowest * more), highest * more if positive else max(0, *(row["v"] for row in rows)) * more], "nice": False}  # fmt: skip
        much["axis"] = None
        names = {
            "field": "s", "type": "nominal", "sort": order, "title": None,
            "axis": {"labelLimit": limit, "domain": False, "labelColor": paint("ink")},
        }  # fmt: skip
        return marks.base(rows, width, len(rows) * 30 + 8, layer=[
            {"mark": {"type": "bar", "height": {"band": 0.62}, "color": paint("blue")}, "encoding": {"x": much, "y": names, "description": marks.said()}},
            {"mark": {"type": "text", "align": "left", "dx": 6, "fontSize": 12, "color": paint("soft"), "aria": False}, "encoding": {"x": {**much, "field": "v"}, "y": names, "text": {"field": "text"}}},
        ])  # fmt: skip

    heads = [title_of(by, frame), title_of(y, frame), *([_("Share")] if positive else [])]
    lines = [[name, number(value, unit), *([share(value, whole)] if positive else [])] for name, value in every]  # fmt: skip
    return Chart(title or title_of(y, frame), told + left, heads, lines, draw, frame)


def _widest(rows: list[dict[str, Any]], column: str) -> float:
    """Pixels of the longest text."""
    return marks.LETTER * max((wide(row[column]) for row in rows), default=0.0)
