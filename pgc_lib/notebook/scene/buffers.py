"""A stage as the few arrays that a graphics card wants, as small as they can be.

Corners are 16-bit steps within their piece, colours bytes, moments 16-bit eighths of a period; normals are not sent at all, the
shader takes them from the slope of what it draws. Ten thousand bars are 1.5 MB so. Bars are cut into pieces of at most 1,024
neighbours: what is out of sight is not drawn, and when one bar changes only its piece travels.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from pgc_lib.notebook.scene.model import Bars, Lines, Points, Solid

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Triple = tuple[float, float, float]

PIECE = 1024
"""Bars of one piece."""
EIGHTHS = 8.0
"""Steps of a period in `born`."""
BEFORE = 64.0
"""Added to moments, so that what was always there (before 0) is a positive number."""
FACES_A_BAR = 10
"""Triangles of a bar: nobody sees its underside."""
_REACH = 32767.0
_COARSE = 4
"""So many neighbours become one bar when they are far away."""
_SMALL = 1600
"""With so few bars nothing is made coarser."""

_CORNERS = np.array(
    [[x, y, z] for y in (0.0, 1.0) for x, z in ((-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5))],
    dtype=np.float32,
)  # fmt: skip
_FACES = np.array(
    [[4, 7, 6], [4, 6, 5]]
    + [f for k in range(4) for f in ([k, 4 + k, 4 + (k + 1) % 4], [k, 4 + (k + 1) % 4, (k + 1) % 4])],
    dtype=np.uint32,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Piece:
    """Arrays of one mesh: corner = offset + steps × scale."""

    steps: "NDArray[np.int16]"
    color: "NDArray[np.uint8]"
    born: "NDArray[np.uint16]"
    index: "NDArray[np.unsignedinteger[Any]] | None"
    offset: "Triple"
    scale: "Triple"
    first: int = 0
    """The number of its first bar or point."""

    @property
    def bytes(self) -> int:
        """What it costs to send."""
        more = 0 if self.index is None else self.index.nbytes
        return self.steps.nbytes + self.color.nbytes + self.born.nbytes + more


def bar_pieces(bars: Bars) -> list[Piece]:
    """All bars, cut into pieces of neighbours (they are numbered in the order in which they are given)."""
    return [bar_piece(bars, first) for first in range(0, len(bars), PIECE)]


def bar_piece(bars: Bars, first: int) -> Piece:
    """The piece that begins with this bar."""
    last = min(first + PIECE, len(bars))
    part = slice(first, last)
    n = last - first
    shape = _CORNERS[None] * bars.size[part, None, :]
    if bars.turn is not None:
        sin, cos = np.sin(bars.turn[part])[:, None], np.cos(bars.turn[part])[:, None]
        x, z = shape[..., 0] * cos + shape[..., 2] * sin, shape[..., 2] * cos - shape[..., 0] * sin
        shape = np.stack([x, shape[..., 1], z], axis=-1)
    corners = (bars.at[part, None, :] + shape).reshape(-1, 3)
    steps, offset, scale = _steps(corners)
    return Piece(
        steps,
        np.repeat(bars.color[part], 8, axis=0),
        np.repeat(_moments(bars.born[part]), 8),
        _order(n),
        offset,
        scale,
        first,
    )


@cache
def _order(n: int) -> "NDArray[np.uint16]":
    """Which corners the triangles of so many bars have."""
    numbers = _FACES.reshape(1, -1) + 8 * np.arange(n, dtype=np.uint32)[:, None]
    return numbers.reshape(-1).astype(np.uint16)


def coarse(bars: Bars) -> Bars | None:
    """The same from afar: neighbours of one row become one bar as high as their mean; None where there are few."""
    if len(bars) < _SMALL:
        return None
    # Neighbours are what stands on one line and follows one another.
    order = np.lexsort((bars.at[:, 0], bars.at[:, 2].round(3)))
    row = np.concatenate([[True], np.diff(bars.at[order, 2].round(3)) != 0])
    begin = np.maximum.accumulate(np.where(row, np.arange(len(order)), 0))
    place = np.arange(len(order)) - begin
    group = np.cumsum(row | (place % _COARSE == 0)) - 1
    count = np.bincount(group)[:, None].astype(np.float32)

    def mean(values: Any) -> Any:
        values = np.asarray(values[order], dtype=np.float64)
        return np.stack([np.bincount(group, values[:, k]) for k in range(values.shape[1])], 1) / count  # fmt: skip

    low, high = (bars.at - bars.size / 2)[order, 0], (bars.at + bars.size / 2)[order, 0]
    heads = np.flatnonzero(np.concatenate([[True], np.diff(group) != 0]))
    left, right = np.minimum.reduceat(low, heads), np.maximum.reduceat(high, heads)
    size, at = mean(bars.size), mean(bars.at)
    size[:, 0], at[:, 0] = right - left, (left + right) / 2
    return Bars(
        at.astype(np.float32),
        size.astype(np.float32),
        mean(bars.color).round().astype(np.uint8),
        np.minimum.reduceat(bars.born[order], heads).astype(np.float32),
        (),
    )


def shadows(bars: Bars, reach: float = 0.5) -> Solid:
    """A soft shade around the foot of each bar: dark inside, nothing at its rim. Red is how dark."""
    n = len(bars)
    square = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]], dtype=np.float32)
    tall = np.minimum(bars.size[:, 1] * 0.35, 1.0) * reach
    inner = square[None] * (bars.size[:, None, ::2] / 2)
    outer = square[None] * (bars.size[:, None, ::2] / 2 + tall[:, None, None])
    both = np.concatenate([inner, outer], axis=1)
    if bars.turn is not None:
        sin, cos = np.sin(bars.turn)[:, None], np.cos(bars.turn)[:, None]
        both = np.stack([both[..., 0] * cos + both[..., 1] * sin, both[..., 1] * cos - both[..., 0] * sin], -1)  # fmt: skip
    # A little to the right and the front: the light comes from the left.
    lean = np.stack([tall * 0.5, tall * 0.35], axis=1)
    both[:, 4:] += lean[:, None]
    foot = np.repeat(bars.at[:, [1]] + 0.012, 8, axis=1)
    position = np.stack([both[..., 0] + bars.at[:, [0]], foot, both[..., 1] + bars.at[:, [2]]], -1)
    color = np.zeros((n, 8, 3), dtype=np.uint8)
    color[:, :4] = 110
    k = np.arange(4)
    rim = np.concatenate(
        [
            np.column_stack([k, 4 + k, 4 + (k + 1) % 4]),
            np.column_stack([k, 4 + (k + 1) % 4, (k + 1) % 4]),
            [[0, 1, 2], [0, 2, 3]],
        ]
    )
    index = rim[None] + 8 * np.arange(n)[:, None, None]
    return Solid(
        position.reshape(-1, 3).astype(np.float32),
        color.reshape(-1, 3),
        np.repeat(bars.born, 8).astype(np.float32),
        index.reshape(-1, 3).astype(np.uint32),
        np.full(10 * n, -1, dtype=np.int32),
    )


def solid_piece(solid: Solid) -> Piece:
    """A body as one mesh."""
    steps, offset, scale = _steps(solid.position)
    narrow = np.uint16 if len(solid.position) < 65_536 else np.uint32
    return Piece(
        steps,
        solid.color,
        _moments(solid.born),
        solid.index.reshape(-1).astype(narrow),
        offset,
        scale,
    )


def point_pieces(points: Points, most: int = 16_384) -> Iterator[Piece]:
    """Dots, cut likewise."""
    for first in range(0, len(points), most):
        part = slice(first, first + most)
        steps, offset, scale = _steps(points.at[part])
        yield Piece(
            steps, points.color[part], _moments(points.born[part]), None, offset, scale, first
        )


def line_piece(lines: Lines) -> Piece:
    """Ties as one mesh: two corners each, always there."""
    steps, offset, scale = _steps(lines.ends.reshape(-1, 3))
    born = _moments(np.full(len(steps), -9.0, dtype=np.float32))
    return Piece(steps, np.repeat(lines.color, 2, axis=0), born, None, offset, scale)


def total(pieces: Sequence[Piece]) -> int:
    """Bytes of all."""
    return sum(piece.bytes for piece in pieces)


def _steps(corners: "NDArray[np.float32]") -> "tuple[NDArray[np.int16], Triple, Triple]":
    """Corners as 16-bit steps around the middle of their box; the ground stays exactly where it is."""
    if not len(corners):
        return np.zeros((0, 3), np.int16), (0.0, 0.0, 0.0), (1.0, 1.0, 1.0)
    low, high = corners.min(axis=0).astype(np.float64), corners.max(axis=0).astype(np.float64)
    middle = (low + high) / 2
    middle[1] = 0.0
    reach = np.maximum(np.maximum(high - middle, middle - low), 1e-4)
    steps = np.rint((corners - middle) / reach * _REACH).astype(np.int16)
    return steps, _triple(middle), _triple(reach / _REACH)


def _moments(born: "NDArray[np.float32]") -> "NDArray[np.uint16]":
    steps = np.clip(np.rint((born + BEFORE) * EIGHTHS), 0, 65_535)
    return np.asarray(steps, dtype=np.uint16)


def _triple(values: Any) -> "Triple":
    x, y, z = (float(value) for value in values)
    return x, y, z
