"""A calendar of days: each a square, the deeper its colour the more there was; a day without a value stays empty."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from pgc_lib.i18n import _, lang
from pgc_lib.notebook.charts import marks, reading, saying
from pgc_lib.notebook.charts.chart import Chart
from pgc_lib.notebook.charts.reading import Point
from pgc_lib.notebook.charts.theme import Paint
from pgc_lib.notebook.charts.units import day, month, number, wall, weekday
from pgc_lib.notebook.display.titles import title_of

if TYPE_CHECKING:
    import polars as pl

_DEPTHS = (0.18, 0.38, 0.58, 0.8, 1.0)
_MOST_WEEKS = 160
_ROW = 8
"""Lines of a block of weeks: seven days and one for the months."""


def calendar(
    frame: "pl.DataFrame", *, x: str = "", y: str = "", title: str = "", unit: str = ""
) -> Chart:
    """Days as squares, week by week; values of one day are summed, and the last three years are shown."""
    x = reading.time_of(frame, x)
    y = reading.number_of(frame, y)
    unit = reading.unit_of(frame, unit)
    name = title_of(y, frame)
    every = _by_day(reading.points(frame, x, y, ""))
    values = {at: value for at, value in every.items() if at > max(every) - timedelta(weeks=_MOST_WEEKS)}  # fmt: skip
    told = _told(name, values, unit)
    steps = _steps(list(values.values()))

    def draw(width: int, paint: Paint) -> dict[str, Any]:
        return _drawn(values, steps, unit, width, paint)

    lines = [[day(at), number(value, unit)] for at, value in sorted(values.items(), reverse=True)]
    return Chart(title or name, told, [title_of(x, frame), name], lines, draw, frame)


def _by_day(points: Sequence[Point]) -> dict[date, float]:
    found: dict[date, float] = {}
    for point in points:
        at = wall(point.at).date() if isinstance(point.at, datetime) else point.at
        found[at] = found.get(at, 0.0) + point.value
    return found


def _steps(values: Sequence[float]) -> list[float]:
    """Four bounds between five depths, so that each holds about as many days."""
    known = sorted(value for value in values if value > 0) or sorted(values)
    if not known:
        return []
    return [known[min(int(len(known) * part / 5), len(known) - 1)] for part in range(1, 5)]


def _depth(value: float, steps: Sequence[float]) -> float:
    return _DEPTHS[sum(value >= step for step in steps)] if value else 0.08


def _drawn(
    values: dict[date, float], steps: Sequence[float], unit: str, width: int, paint: Paint
) -> dict[str, Any]:
    first, last = min(values), max(values)
    begin = first - timedelta(days=first.weekday())
    weeks = (last - begin).days // 7 + 1
    left = 26 if marks.narrow(width) else 34
    size = 15 if marks.narrow(width) else 13
    a_row = max((width - left - 8) // size, 1)
    # The last row is full: what is recent is in its usual place.
    rows = -(-weeks // a_row)
    a_row = -(-weeks // rows)  # rows of one length
    size = min((width - left - 8) // a_row, 20 if rows > 1 else 18)
    shift = (rows * a_row - weeks) if rows > 1 else 0
    squares, months = [], []
    for number_of_week in range(weeks):
        at = number_of_week + shift
        row, column = divmod(at, a_row)
        monday = begin + timedelta(weeks=number_of_week)
        for line in range(7):
            each = monday + timedelta(days=line)
            if first <= each <= last:
                squares.append(_square(each, values.get(each), column, row * _ROW + line + 1, steps, unit))  # fmt: skip
        turn = next((monday + timedelta(days=n) for n in range(7) if (monday + timedelta(days=n)).day == 1), None)  # fmt: skip
        if turn is not None and column < a_row - 1 and turn <= last:
            months.append({"c": column, "l": row * _ROW, "m": month(turn)})
    days = [{"l": row * _ROW + line + 1, "m": text} for row in range(rows) for line, text in _week_letters()]  # fmt: skip
    used = a_row if rows > 1 else weeks
    across = {"field": "c", "type": "quantitative", "axis": None, "scale": {"domain": [0, used], "nice": False, "zero": False}}  # fmt: skip
    down = {"field": "l", "type": "quantitative", "axis": None, "scale": {"domain": [0, rows * _ROW], "reverse": True, "nice": False}}  # fmt: skip
    text = {"type": "text", "align": "left", "baseline": "middle", "fontSize": 11, "color": paint("soft"), "aria": False}  # fmt: skip
    return {
        "$schema": marks.SCHEMA,
        "width": used * size,
        "height": rows * _ROW * size,
        "layer": [
            {
                "data": {"values": squares},
                "mark": {"type": "rect", "cornerRadius": 3},
                "encoding": {
                    "x": {**across, "field": "c"}, "x2": {"field": "c2"},
                    "y": {**down, "field": "l"}, "y2": {"field": "l2"},
                    "fill": {"field": "fill", "type": "nominal", "scale": {"domain": ["value", "none"], "range": [paint("blue"), paint("line")]}, "legend": None},
                    "fillOpacity": {"field": "o", "type": "quantitative", "scale": None, "legend": None},
                    "description": marks.said(),
                },
            },
            {"data": {"values": months}, "mark": {**text, "dy": size / 2}, "encoding": {"x": across, "y": down, "text": {"field": "m"}}},
            {"data": {"values": days}, "mark": {**text, "align": "right", "dx": -6, "dy": size / 2}, "encoding": {"x": {"datum": 0, "type": "quantitative"}, "y": down, "text": {"field": "m"}}},
        ],
    }  # fmt: skip


def _square(
    each: date, value: float | None, column: int, line: int, steps: Sequence[float], unit: str
) -> dict[str, Any]:
    told = _("nothing noted") if value is None else number(value, unit)
    gap = 0.08
    return {
        "c": column + gap, "c2": column + 1 - gap, "l": line + gap, "l2": line + 1 - gap,
        "fill": "none" if value is None else "value",
        "o": 0.55 if value is None else _depth(value, steps),
        "said": f"{day(each)} {weekday(each.weekday())} · {told}",
    }  # fmt: skip


def _week_letters() -> list[tuple[int, str]]:
    letters = "一二三四五六日" if lang() == "zh-CN" else ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
    return [(line, letters[line]) for line in (0, 2, 4, 6)]


def _told(name: str, values: dict[date, float], unit: str) -> list[str]:
    if not values:
        return []
    first, last = min(values), max(values)
    most = max(values, key=lambda at: values[at])
    total = sum(values.values())
    found = [
        _(
            "{n} of {days} days have a value; the most was {value} on {day}.",
            n=len(values), days=(last - first).days + 1, value=number(values[most], unit), day=day(most),
        ),
        _("{name} from {first} to {last}: {mean} on a day with a value.", name=name, first=day(first), last=day(last), mean=number(total / len(values), unit)),
    ]  # fmt: skip
    means = []
    for each in range(7):
        mine = [value for at, value in values.items() if at.weekday() == each]
        if mine:
            means.append((sum(mine) / len(mine), each))
    if len(means) == 7 and len(values) >= 28:
        (least, low), (top, high) = min(means), max(means)
        found.append(
            _(
                "By the day of the week: most on {high} ({top}), least on {low} ({least}).",
                high=weekday(high), low=weekday(low), top=number(top, unit), least=number(least, unit),
            )
        )  # fmt: skip
    if len(values) >= saying.LEAST:
        found.append(saying.heading("", [values[at] for at in sorted(values)], unit))
    return found
