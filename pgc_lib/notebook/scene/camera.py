"""Where the camera stands so that everything is seen: bars and labels, to the last letter.

The direction of the look is chosen; the distance and the point looked at follow from what is there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pgc_lib.notebook.scene.labels import Label

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Points = NDArray[np.floating]
    Direction = tuple[float, float, float]

DIRECTION = (0.3, 0.62, 1.0)
"""From the middle of things towards the camera."""
FIELD = 22.0
"""Degrees from the lower to the upper edge."""
_MARGIN = 0.95
_STEPS = 40
_MANY, _CELLS = 5000, 16
_CUT = 0.12
"""The share of a text that may stick out of the picture."""


@dataclass(frozen=True, slots=True)
class View:
    """A place to stand and the point to look at."""

    position: tuple[float, float, float]
    target: tuple[float, float, float]
    field: float = FIELD


def fit(
    points: "Points",
    labels: Sequence[Label],
    aspect: float,
    direction: "Direction" = DIRECTION,
    field: float = FIELD,
) -> View:
    """The nearest place from which nothing is cut off, in a picture `aspect` times as wide as high."""
    right, up, back = axes(direction)
    own = [each for each in labels if not each.spare]
    corners = _with(boxed(points), own, right, up)
    tangent = np.tan(np.radians(field / 2))
    # Seen from the camera: x to the right, y up, z towards it.
    seen = corners @ np.stack([right, up, back], axis=1)
    middle = (seen.max(axis=0) + seen.min(axis=0)) / 2
    distance = 1.0
    for _step in range(_STEPS):
        depth = distance - (seen[:, 2] - middle[2])
        if depth.min() <= 0.1:
            distance *= 2
            continue
        x = (seen[:, 0] - middle[0]) / (depth * tangent * aspect)
        y = (seen[:, 1] - middle[1]) / (depth * tangent)
        # Nearer things look larger: put what is seen in the middle of the picture, then stand as near as can be.
        middle[0] += (x.max() + x.min()) / 2 * np.median(depth) * tangent * aspect
        middle[1] += (y.max() + y.min()) / 2 * np.median(depth) * tangent
        widest = max(np.ptp(x), np.ptp(y)) / 2
        nearest = seen[:, 2].max() - middle[2]
        distance = nearest + (distance - nearest) * widest / _MARGIN
    target = middle @ np.stack([right, up, back])
    return View(_triple(target + back * distance), _triple(target), field)


def boxed(points: "Points") -> "Points":
    """Instead of very many points the corners of boxes that hold them all, for nothing but the outermost counts."""
    if len(points) <= _MANY:
        return points
    low, span = points.min(axis=0), np.maximum(np.ptp(points, axis=0), 1e-9)
    cell = np.minimum((points - low) / span * _CELLS, _CELLS - 1).astype(np.int64)
    number = cell[:, 0] * _CELLS + cell[:, 2]
    order = np.argsort(number, kind="stable")
    heads = np.flatnonzero(np.diff(number[order], prepend=-1))
    ends = np.stack([np.minimum.reduceat(points[order], heads), np.maximum.reduceat(points[order], heads)])  # fmt: skip
    corners = [ends[[a, b, c], :, [0, 1, 2]].T for a in (0, 1) for b in (0, 1) for c in (0, 1)]
    return np.concatenate(corners)


def shape(points: "Points", labels: Sequence[Label], direction: "Direction" = DIRECTION) -> float:
    """How many times as wide as high a picture is that leaves nothing empty."""
    right, up, _back = axes(direction)
    corners = _with(points, labels, right, up)
    return float(np.ptp(corners @ right) / max(np.ptp(corners @ up), 1e-9))


def projected(
    view: View, points: "Points", labels: Sequence[Label], aspect: float
) -> "NDArray[np.float64]":
    """Where every corner lands in the picture: x and y from -1 to 1, as the graphics card would say."""
    right, up, _back = axes(_triple(np.subtract(view.position, view.target)))
    return _landed(view, _with(points, labels, right, up), aspect)


def legible(
    view: View, labels: Sequence[Label], aspect: float, *, gap: float = 0.0005
) -> list[bool]:
    """Which labels can be shown so that none lies on another: the more important first, then the nearer; spare ones last."""
    if not labels:
        return []
    right, up, _back = axes(_triple(np.subtract(view.position, view.target)))
    corners = _with(np.zeros((0, 3)), labels, right, up)
    place = _landed(view, corners, aspect).reshape(len(labels), 4, 2)
    low, high = place.min(axis=1) - gap, place.max(axis=1) + gap
    far = [float(np.linalg.norm(np.subtract(view.position, (each.x, each.y, each.z)))) for each in labels]  # fmt: skip
    shown = [False] * len(labels)
    taken: list[int] = []
    for n in sorted(range(len(labels)), key=lambda n: (labels[n].spare, -labels[n].rank, far[n])):
        if labels[n].spare and labels[n].text in {labels[k].text for k in taken}:
            continue
        # A word of which the end is missing is worse than none.
        inside = np.maximum(np.abs(low[n]), np.abs(high[n])) <= 1.0 + _CUT * (high[n] - low[n])
        free = all((high[n] < low[k]).any() or (low[n] > high[k]).any() for k in taken)
        if inside.all() and free:
            shown[n] = True
            taken.append(n)
    return shown


def axes(
    direction: "Direction" = DIRECTION,
) -> "tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]":
    """To the right, up and back, as seen when one looks from this direction."""
    back = np.array(direction, dtype=np.float64) / np.linalg.norm(direction)
    right = np.cross([0.0, 1.0, 0.0], back)
    right /= max(float(np.linalg.norm(right)), 1e-9)
    return right, np.cross(back, right), back


def _landed(view: View, corners: "Points", aspect: float) -> "NDArray[np.float64]":
    right, up, back = axes(_triple(np.subtract(view.position, view.target)))
    points = corners - np.array(view.position)
    tangent = np.tan(np.radians(view.field / 2))
    depth = np.maximum(-(points @ back), 1e-6)
    return np.stack(
        [points @ right / (depth * tangent * aspect), points @ up / (depth * tangent)], axis=1
    )


def _with(
    points: "Points",
    labels: Sequence[Label],
    right: "NDArray[np.float64]",
    up: "NDArray[np.float64]",
) -> "NDArray[np.float64]":
    texts = [
        np.array([label.x, label.y, label.z])
        + sx * right * label.width / 2
        + sy * up * label.height / 2
        for label in labels
        for sx in (-1, 1)
        for sy in (-1, 1)
    ]
    return np.concatenate([np.asarray(points, dtype=np.float64), np.array(texts).reshape(-1, 3)])


def _triple(values: "NDArray[np.float64]") -> tuple[float, float, float]:
    x, y, z = (round(float(value), 4) for value in values)
    return x, y, z
