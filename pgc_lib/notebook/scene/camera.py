"""Where the camera stands so that everything is seen: bars and labels, to the last letter.

The direction of the look is chosen; the distance and the point looked at follow from what is there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pgc_lib.notebook.scene.bars import Bar
from pgc_lib.notebook.scene.labels import Label

if TYPE_CHECKING:
    from numpy.typing import NDArray

DIRECTION = (0.3, 0.62, 1.0)
"""From the middle of things towards the camera."""
FIELD = 8.0
"""Degrees from the lower to the upper edge; narrow, so that the bars at the edges do not lean."""
_MARGIN = 0.95
_STEPS = 40


@dataclass(frozen=True, slots=True)
class View:
    """A place to stand and the point to look at."""

    position: tuple[float, float, float]
    target: tuple[float, float, float]


def fit(bars: Sequence[Bar], labels: Sequence[Label], aspect: float) -> View:
    """The nearest place from which nothing is cut off, in a picture `aspect` times as wide as high."""
    right, up, back = _axes()
    points = _points(bars, labels, right, up)
    tangent = np.tan(np.radians(FIELD / 2))
    # Seen from the camera: x to the right, y up, z towards it.
    seen = points @ np.stack([right, up, back], axis=1)
    middle = (seen.max(axis=0) + seen.min(axis=0)) / 2
    distance = 1.0
    for _step in range(_STEPS):
        depth = distance - (seen[:, 2] - middle[2])
        x = (seen[:, 0] - middle[0]) / (depth * tangent * aspect)
        y = (seen[:, 1] - middle[1]) / (depth * tangent)
        if depth.min() <= 0.1:
            distance *= 2
            continue
        # Nearer things look larger: put what is seen in the middle of the picture, then stand as near as can be.
        middle[0] += (x.max() + x.min()) / 2 * np.median(depth) * tangent * aspect
        middle[1] += (y.max() + y.min()) / 2 * np.median(depth) * tangent
        widest = max(np.ptp(x), np.ptp(y)) / 2
        nearest = seen[:, 2].max() - middle[2]
        distance = nearest + (distance - nearest) * widest / _MARGIN
    target = middle @ np.stack([right, up, back])
    return View(_triple(target + back * distance), _triple(target))


def shape(bars: Sequence[Bar], labels: Sequence[Label]) -> float:
    """How many times as wide as high a picture is that leaves nothing empty."""
    right, up, _back = _axes()
    points = _points(bars, labels, right, up)
    return float(np.ptp(points @ right) / np.ptp(points @ up))


def projected(
    view: View, bars: Sequence[Bar], labels: Sequence[Label], aspect: float
) -> "NDArray[np.float64]":
    """Where every corner lands in the picture: x and y from -1 to 1, as the graphics card would say."""
    right, up, back = _axes()
    points = _points(bars, labels, right, up) - np.array(view.position)
    tangent = np.tan(np.radians(FIELD / 2))
    depth = -(points @ back)
    return np.stack(
        [points @ right / (depth * tangent * aspect), points @ up / (depth * tangent)], axis=1
    )


def _axes() -> "tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]":
    back = np.array(DIRECTION) / np.linalg.norm(DIRECTION)
    right = np.cross([0.0, 1.0, 0.0], back)
    right /= np.linalg.norm(right)
    return right, np.cross(back, right), back


def _points(
    bars: Sequence[Bar],
    labels: Sequence[Label],
    right: "NDArray[np.float64]",
    up: "NDArray[np.float64]",
) -> "NDArray[np.float64]":
    corners = [
        (bar.x + sx * bar.size[0] / 2, y, bar.z + sz * bar.size[2] / 2)
        for bar in bars
        for sx in (-1, 1)
        for sz in (-1, 1)
        for y in (0.0, bar.height)
    ] or [(-1.0, 0.0, -1.0), (1.0, 1.0, 1.0)]
    texts = [
        np.array([label.x, label.y, label.z])
        + sx * right * label.width / 2
        + sy * up * label.height / 2
        for label in labels
        for sx in (-1, 1)
        for sy in (-1, 1)
    ]
    return np.array([*corners, *texts], dtype=np.float64)


def _triple(values: "NDArray[np.float64]") -> tuple[float, float, float]:
    x, y, z = (round(float(value), 4) for value in values)
    return x, y, z
