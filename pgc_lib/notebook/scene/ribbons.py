"""A number over time as a ribbon: it rises and falls along the road, and breaks off where nothing was noted."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from pgc_lib.notebook.scene.model import Solid
from pgc_lib.notebook.scene.solids import band

if TYPE_CHECKING:
    from numpy.typing import NDArray

_FINE = 6
"""Pieces from one period to the next."""


def ribbon(
    values: "NDArray[np.float64]",
    way: "Callable[[Any], NDArray[np.float64]]",
    name: str,
    color: Callable[[float], str],
    low: float,
    high: float,
    *,
    bounds: tuple[float, float] | None = None,
) -> Solid:
    """A ribbon between two heights; `bounds` are the values that mean these, else the least and the greatest that occur."""
    there = np.flatnonzero(~np.isnan(values))
    if len(there) < 2:
        return Solid.joined([], rises=False)
    least, most = bounds or (float(np.nanmin(values)), float(np.nanmax(values)))
    parts = []
    for run in np.split(there, np.flatnonzero(np.diff(there) > 1) + 1):
        if len(run) < 2:
            continue
        fine = np.linspace(run[0], run[-1], (len(run) - 1) * _FINE + 1)
        smooth = np.clip(_smooth(run.astype(float), values[run], fine), least, most)
        heights = low + (smooth - least) / max(most - least, 1e-9) * (high - low)
        nearest = np.clip(np.rint((fine[:-1] + fine[1:]) / 2), run[0], run[-1]).astype(int)
        numbers = list(dict.fromkeys(nearest.tolist()))
        place = {number: k for k, number in enumerate(numbers)}
        solid = band(
            way(fine),
            heights,
            [color(float(value)) for value in smooth],
            fine.astype(np.float32),
            [f"{name}@{number}" for number in nearest.tolist()],
        )
        owner = np.array([place[number] for number in nearest.tolist()], dtype=np.int32)
        parts.append(Solid(solid.position, solid.color, solid.born, solid.index, owner[solid.owner], [f"{name}@{number}" for number in numbers], rises=False))  # fmt: skip
    return Solid.joined(parts, rises=False)


def _smooth(
    x: "NDArray[np.float64]", y: "NDArray[np.float64]", at: "NDArray[np.float64]"
) -> "NDArray[np.float64]":
    """Through every point, without swinging beyond them (Fritsch and Carlson's monotone curve)."""
    if len(x) < 3:
        return np.interp(at, x, y)
    slope = np.diff(y) / np.diff(x)
    inner = np.where(slope[:-1] * slope[1:] > 0, 2 * slope[:-1] * slope[1:] / np.where(slope[:-1] + slope[1:] == 0, 1, slope[:-1] + slope[1:]), 0.0)  # fmt: skip
    tangent = np.concatenate([[slope[0]], inner, [slope[-1]]])
    k = np.clip(np.searchsorted(x, at, side="right") - 1, 0, len(x) - 2)
    wide = x[k + 1] - x[k]
    t = (at - x[k]) / wide
    return np.asarray(
        (2 * t**3 - 3 * t**2 + 1) * y[k]
        + (t**3 - 2 * t**2 + t) * wide * tangent[k]
        + (-2 * t**3 + 3 * t**2) * y[k + 1]
        + (t**3 - t**2) * wide * tangent[k + 1]
    )
