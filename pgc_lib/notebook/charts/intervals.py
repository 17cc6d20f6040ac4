"""What is known only roughly is shown so: a value and between what and what it lies, a line for each.

A forecast, the difference of an experiment, connections between measures: all are frames with `low` and `high`.
"""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from pgc_lib.i18n import _, n_
from pgc_lib.notebook.charts import marks, reading
from pgc_lib.notebook.charts.chart import Chart
from pgc_lib.notebook.charts.theme import Paint
from pgc_lib.notebook.charts.units import as_number, day, grain_of, number
from pgc_lib.notebook.display.titles import title_of, word_of

if TYPE_CHECKING:
    import polars as pl

_MOST = 24
_MIDDLES = ("expected", "r", "difference", "middle", "value", "mean")
_NAMED = ("one", "other", "lag")


class Line(NamedTuple):
    """A value and its interval."""

    name: str
    value: float
    low: float
    high: float
    sure: bool
    """Whether its direction is clear."""

    def said(self, unit: str) -> str:
        """It in a sentence."""
        return _(
            "{name}: {value} (between {low} and {high}).",
            name=self.name,
            value=number(self.value, unit),
            low=number(self.low, unit),
            high=number(self.high, unit),
        )


def intervals(
    frame: "pl.DataFrame", *, by: str = "", y: str = "", low: str = "low", high: str = "high",
    title: str = "", unit: str = "", zero: bool | None = None,
) -> Chart:  # fmt: skip
    """Values with their intervals, one below the other; what holds nothing beside zero is drawn paler."""
    frame, left = reading.one_currency(frame, by)
    for name in (low, high):
        reading.chosen(frame, name, (), "")
    y = reading.chosen(frame, y, (name for name in (*_MIDDLES, *reading.numbers(frame, low, high)) if name in frame.columns), _("numbers"))  # fmt: skip
    unit = reading.unit_of(frame, unit)
    names = _names(frame, by)
    rows: list[Line] = []
    # What was corrected for the number of comparisons knows better than a single interval.
    judged = frame["holds"] if "holds" in frame.columns else [None] * frame.height
    for name, value, below, above, holds in zip(names, frame[y], frame[low], frame[high], judged, strict=True):  # fmt: skip
        middle, least, most = as_number(value), as_number(below), as_number(above)
        if middle is not None and least is not None and most is not None:
            sure = least > 0 or most < 0 if holds is None else bool(holds)
            rows.append(Line(name, middle, least, most, sure))
    around = zero if zero is not None else any(row.low < 0 for row in rows)
    told = _told(rows, title_of(y, frame), unit, around=around, corrected="holds" in frame.columns)
    shown = sorted(rows, key=lambda row: -abs(row.value))[:_MOST] if len(rows) > _MOST else rows
    drawn: list[dict[str, Any]] = [
        {
            "s": row.name, "v": row.value, "low": row.low, "high": row.high,
            "o": 1.0 if row.sure or not around else 0.45, "said": row.said(unit),
        }
        for row in shown
    ]  # fmt: skip
    order = [row.name for row in shown]

    def draw(width: int, paint: Paint) -> dict[str, Any]:
        much = marks.amounts("v", unit, None, zero=around, height=width // 2)
        much["axis"] = {**much["axis"], "grid": True, "orient": "bottom"}
        y_axis = {"field": "s", "type": "nominal", "sort": order, "title": None, "axis": {"labelLimit": 120 if marks.narrow(width) else 260, "domain": False, "labelColor": paint("ink"), "grid": False}}  # fmt: skip
        faint = {"field": "o", "type": "quantitative", "scale": None, "legend": None}
        layers: list[dict[str, Any]] = []
        if around:
            layers.append({"mark": {"type": "rule", "strokeWidth": 1.5, "color": paint("strong-line"), "aria": False}, "encoding": {"x": {"datum": 0, "type": "quantitative"}}})  # fmt: skip
        layers += [
            {"mark": {"type": "bar", "height": 7, "cornerRadius": 3.5, "color": paint("blue"), "opacity": 0.4}, "encoding": {"x": {**much, "field": "low"}, "x2": {"field": "high"}, "y": y_axis, "opacity": {**faint, "field": "pale"}, "description": marks.said()}},
            {"mark": {"type": "point", "size": 90, "color": paint("blue"), "stroke": paint("card"), "strokeWidth": 1.5, "opacity": 1}, "encoding": {"x": much, "y": y_axis, "opacity": faint, "description": marks.said()}},
        ]  # fmt: skip
        values = [{**row, "pale": row["o"] * 0.5} for row in drawn]
        return marks.base(values, width, len(drawn) * 30 + 34, layer=layers)

    heads = [_("What"), title_of(y, frame), title_of(low, frame), title_of(high, frame)]
    lines = [[row.name, *(number(each, unit) for each in row[1:4])] for row in rows]
    return Chart(title or title_of(y, frame), told + left, heads, lines, draw, frame)


def _names(frame: "pl.DataFrame", by: str) -> list[str]:
    """What each line is called: by one column, or by all that tell it apart."""
    if by:
        return [str(each) for each in frame[reading.chosen(frame, by, (), "")]]
    if {*_NAMED} <= {*frame.columns}:
        return [
            f"{one} ↔ {other}" if not lag else n_("{one} → {other} ({n} day later)", "{one} → {other} ({n} days later)", lag, one=one, other=other)
            for one, other, lag in (
                (_measure(row[0]), _measure(row[1]), row[2])
                for row in frame.select(_NAMED).iter_rows()
            )
        ]  # fmt: skip
    times = reading.times(frame)[:1]
    words = [name for name in reading.names(frame, "way") if frame[name].n_unique() > 1]
    if not times and not words:
        return [str(number + 1) for number in range(frame.height)]
    grain = grain_of([each for each in frame[times[0]] if each is not None]) if times else "day"
    found = []
    for row in frame.select(*times, *words).iter_rows():
        parts = [day(each, grain) if isinstance(each, date) else word_of(str(each or "")) for each in row]  # fmt: skip
        found.append(" · ".join(filter(None, parts)))
    return found


def _measure(name: str) -> str:
    """A measure of wellbeing as people call it."""
    from pgc_lib.areas.wellness.measures import KNOWN

    kind, _colon, own = name.partition(":")
    if own:
        return _("Habit: {name}", name=own) if kind == "habit" else _("Tag: {name}", name=own)
    return next((_(each[1]) for each in KNOWN if each[0] == name), name)


def _told(
    rows: Sequence[Line], name: str, unit: str, *, around: bool, corrected: bool
) -> list[str]:
    if not rows:
        return []
    ordered = sorted(rows, key=lambda row: -row.value)
    found = [row.said(unit) for row in dict.fromkeys((ordered[0], ordered[-1]))]
    sure = sum(row.sure for row in rows)
    if corrected:
        found.insert(0, _("{sure} of {n} hold, also when it is counted how many were compared.", n=len(rows), sure=sure))  # fmt: skip
    elif around:
        found.insert(0, n_("{sure} of {n} interval does not hold zero: there the direction is clear.", "{sure} of {n} intervals do not hold zero: there the direction is clear.", len(rows), sure=sure))  # fmt: skip
    return [*found, _("Each line shows between which bounds {name} lies; the dot is the most likely value.", name=name)]  # fmt: skip
