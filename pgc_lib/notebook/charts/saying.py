"""A chart in words: what is compared, where it is highest and lowest, and where it is heading, computed from the data.

A trend is only spoken of where there is one: Theil's slope with an interval that knows how neighbouring values resemble
each other (`areas/wellness/statistics.py`).
"""

from collections.abc import Sequence
from typing import Any

from pgc_lib.i18n import _, lang
from pgc_lib.notebook.charts.reading import Point
from pgc_lib.notebook.charts.units import Grain, day, number, rough, share, signed

LEAST = 8
"""With fewer values nobody should speak of a trend."""
_MOST = 400


def sentences(*parts: str) -> str:
    """Sentences one after the other; Chinese ones without a space between."""
    return ("" if lang() == "zh-CN" else " ").join(part for part in parts if part)


def ended(text: str) -> str:
    """A title as a sentence among others."""
    if not text or text[-1] in ".!?。！？…":
        return text
    return text + ("。" if lang() == "zh-CN" else ".")


def listed(names: Sequence[str]) -> str:
    """Names one after the other."""
    return ("、" if lang() == "zh-CN" else ", ").join(names)


def compared(y: str, values: Sequence[Point], order: Sequence[str], grain: Grain) -> str:
    """What is drawn, of whom, from when to when."""
    first, last = day(values[0].at, grain), day(values[-1].at, grain)
    if not y:
        return _("{names}, from {first} to {last}.", names=listed(order), first=first, last=last)
    if len(order) > 1:
        return _(
            "{y} of {names}, from {first} to {last}.",
            y=y, names=listed(order), first=first, last=last,
        )  # fmt: skip
    return _("{y} from {first} to {last}.", y=y, first=first, last=last)


def extremes(name: str, values: Sequence[Point], grain: Grain, unit: str) -> str:
    """Where one series is highest and lowest, and where it ends."""
    top, low = max(values, key=lambda p: p.value), min(values, key=lambda p: p.value)
    told: dict[str, Any] = {
        "high": number(top.value, unit),
        "on": day(top.at, grain),
        "low": number(low.value, unit),
        "then": day(low.at, grain),
        "last": number(values[-1].value, unit),
    }
    if top.value == low.value:
        same = _("always {value}", value=told["high"])
        return (
            _("{name}: {told}.", name=name, told=same)
            if name
            else ended(same[:1].upper() + same[1:])
        )
    if name:
        return _(
            "{name}: highest {high} ({on}), lowest {low} ({then}), {last} at the end.",
            name=name, **told,
        )  # fmt: skip
    return _("Highest {high} ({on}), lowest {low} ({then}), {last} at the end.", **told)


def heading(name: str, values: Sequence[float], unit: str) -> str:
    """Where a series is heading over its whole length."""
    told = _way(values, unit)
    return (
        _("{name}: {told}.", name=name, told=told) if name else ended(told[:1].upper() + told[1:])
    )


def _way(values: Sequence[float], unit: str) -> str:
    if len(values) < LEAST:
        return _("too few values to speak of a trend")
    import numpy as np

    from pgc_lib.areas.wellness.statistics import theil_sen

    step = max(1, -(-len(values) // _MOST))
    taken = np.array([float(np.mean(values[at : at + step])) for at in range(0, len(values), step)])
    slope = theil_sen(taken)
    if slope is None or slope.low <= 0 <= slope.high:
        return _("no clear trend")
    span = len(taken) - 1
    between = {
        "low": signed(slope.low * span, unit),
        "high": signed(slope.high * span, unit),
        "middle": rough(abs(slope.slope) * span, unit),
    }
    if slope.slope > 0:
        return _("rising by about {middle} over the whole time (95 % interval {low} to {high})", **between)  # fmt: skip
    return _("falling by about {middle} over the whole time (95 % interval {low} to {high})", **between)  # fmt: skip


def parts(totals: Sequence[tuple[str, float]], unit: str) -> str:
    """What a whole is made of, the largest first."""
    whole = sum(value for _name, value in totals)
    told = [
        _(
            "{name} {value} ({share})",
            name=name,
            value=number(value, unit),
            share=share(value, whole),
        )
        for name, value in totals[:3]
    ]
    return _("{total} in all; most of it: {parts}.", total=number(whole, unit), parts=listed(told))
