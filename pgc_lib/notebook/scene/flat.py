"""Places laid flat: dots, their ties and as many names as fit, for a browser that cannot draw in 3D."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from pgc_lib.notebook.scene.labels import Label

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST = 2500
"""More dots than these nobody tells apart, and the page grows heavy."""
_INK, _AIR, _EDGE = 12.0, 5.0, 16.0


def flat(
    place: "NDArray[np.floating[Any]]",
    color: Sequence[str],
    radius: Sequence[float],
    *,
    named: Sequence[tuple[int, str]],
    ties: Sequence[tuple[int, int, str]] = (),
    ink: "dict[str, str] | Any",
    size: tuple[int, int],
    told: Sequence[str] = (),
) -> Any:
    """An Altair chart of (x, y) places, y upwards; who is named first keeps the name when two would lie on each other."""
    import altair as alt
    import polars as pl

    wide, high = size
    spot = _within(np.asarray(place, dtype=np.float64), wide, high)
    x = alt.X("x:Q", axis=None, scale=alt.Scale(domain=[0, wide], nice=False))
    y = alt.Y("y:Q", axis=None, scale=alt.Scale(domain=[high, 0], nice=False))
    paint = alt.Color("c:N", scale=None, legend=None)
    layers = []
    if ties:
        ends = np.array([(a, b) for a, b, _paint in ties])
        lines = {"x": spot[ends[:, 0], 0], "y": spot[ends[:, 0], 1], "x2": spot[ends[:, 1], 0], "y2": spot[ends[:, 1], 1], "c": [each for _a, _b, each in ties]}  # fmt: skip
        layers.append(alt.Chart(pl.DataFrame(lines)).mark_rule(opacity=0.5, aria=False).encode(x=x, y=y, x2="x2:Q", y2="y2:Q", color=paint))  # fmt: skip
    dots = {"x": spot[:, 0], "y": spot[:, 1], "c": list(color), "r": [float(np.pi * each**2) for each in radius], "said": list(told) or [""] * len(spot)}  # fmt: skip
    marks = alt.Chart(pl.DataFrame(dots)).mark_circle(opacity=0.9)
    layers.append(marks.encode(x=x, y=y, color=paint, size=alt.Size("r:Q", scale=None, legend=None), description="said:N"))  # fmt: skip
    texts = _fitting(spot, radius, named, wide)
    if texts:
        words = {"x": [each[0] for each in texts], "y": [each[1] for each in texts], "t": [each[2] for each in texts]}  # fmt: skip
        plain = alt.Chart(pl.DataFrame(words))
        halo = plain.mark_text(fontSize=_INK, stroke=ink["card"], strokeWidth=4, strokeJoin="round", aria=False)  # fmt: skip
        ours = plain.mark_text(fontSize=_INK, color=ink["ink"], aria=False)
        layers += [each.encode(x=x, y=y, text="t:N") for each in (halo, ours)]
    return alt.layer(*layers).properties(width=wide, height=high)


def upright(place: "NDArray[np.floating[Any]]") -> "NDArray[np.float64]":
    """Two dimensions of three: those in which the places differ most."""
    apart = np.asarray(place, dtype=np.float64)
    apart = apart - apart.mean(axis=0)
    _size, way = np.linalg.eigh(apart.T @ apart)
    best = way[:, ::-1][:, :2]
    best = best * np.sign(best[np.abs(best).argmax(axis=0), np.arange(2)])
    return np.asarray(apart @ best)


def _within(place: "NDArray[np.float64]", wide: int, high: int) -> "NDArray[np.float64]":
    """Places in points of the picture, with room for names at its edges."""
    low, top = place.min(axis=0), place.max(axis=0)
    span = np.where(top - low < 1e-9, 1.0, top - low)
    share = np.where(top - low < 1e-9, 0.5, (place - low) / span)
    left, above = min(3.2 * _EDGE, wide / 7), 2 * _EDGE
    return np.column_stack([left + share[:, 0] * (wide - 2 * left), above + (1 - share[:, 1]) * (high - above - _EDGE)])  # fmt: skip


def _fitting(
    spot: "NDArray[np.float64]",
    radius: Sequence[float],
    named: Sequence[tuple[int, str]],
    wide: int,
) -> list[tuple[float, float, str]]:
    taken: list[tuple[float, float, float, float]] = []
    found = []
    for number, text in named:
        half = Label(text, 0, 0, 0, _INK).width / 2
        x = float(min(max(spot[number, 0], half), max(wide - half, half)))
        y = float(spot[number, 1] - radius[number] - _AIR - _INK / 2)
        box = (x - half - 2, y - _INK * 0.65, x + half + 2, y + _INK * 0.65)
        if y > 0 and all(box[2] < each[0] or box[0] > each[2] or box[3] < each[1] or box[1] > each[3] for each in taken):  # fmt: skip
            taken.append(box)
            found.append((x, y, text))
    return found
