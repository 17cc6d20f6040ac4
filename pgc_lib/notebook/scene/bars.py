"""Many bars as one geometry: eight corners would share colours, so each face has its own four."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

FACES_A_BAR = 12
"""Triangles of a bar; the picked triangle's number divided by it is the bar's."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar standing at (x, z), `height` tall, in an `#rrggbb` colour; `about` comes back when it is picked.

    It is square unless it says how deep it is.
    """

    x: float
    z: float
    height: float
    color: str
    about: str = ""
    width: float = 0.8
    depth: float | None = None

    @property
    def size(self) -> tuple[float, float, float]:
        """Along x, y and z."""
        return self.width, self.height, self.width if self.depth is None else self.depth


_CORNERS = np.array(
    [
        [[0, 0, 1], [1, 0, 1], [1, 1, 1], [0, 1, 1]],
        [[1, 0, 0], [0, 0, 0], [0, 1, 0], [1, 1, 0]],
        [[1, 0, 1], [1, 0, 0], [1, 1, 0], [1, 1, 1]],
        [[0, 0, 0], [0, 0, 1], [0, 1, 1], [0, 1, 0]],
        [[0, 1, 1], [1, 1, 1], [1, 1, 0], [0, 1, 0]],
        [[0, 0, 0], [1, 0, 0], [1, 0, 1], [0, 0, 1]],
    ],
    dtype=np.float32,
).reshape(24, 3)
_LIGHT = np.repeat(np.array([0.9, 0.74, 0.8, 0.8, 1.0, 0.7], dtype=np.float32), 4)
"""How bright each side is. The light is painted on: it is the same from everywhere, and lamps of three.js r97 make
its widgets complain (the target of a DirectionalLight is no model)."""
_TRIANGLES = (np.arange(6)[:, None] * 4 + np.array([0, 1, 2, 0, 2, 3])).reshape(-1)


@dataclass(frozen=True, slots=True)
class Merged:
    """The arrays of one geometry that holds every bar."""

    position: "NDArray[np.float32]"
    color: "NDArray[np.float32]"
    index: "NDArray[np.uint32]"


def merge(bars: Sequence[Bar]) -> Merged:
    """One geometry for all bars."""
    n = len(bars)
    size = np.array([bar.size for bar in bars], dtype=np.float32)
    base = np.array([[bar.x, 0, bar.z] for bar in bars], dtype=np.float32) - size * (0.5, 0, 0.5)
    position = _CORNERS[None] * size.reshape(n, 1, 3) + base.astype(np.float32).reshape(n, 1, 3)
    color = np.repeat(rgb([bar.color for bar in bars]), 24, axis=0) * np.tile(_LIGHT, n)[:, None]
    index = _TRIANGLES[None] + 24 * np.arange(n)[:, None]
    return Merged(
        position.reshape(-1, 3),
        color,
        index.reshape(-1).astype(np.uint32),
    )


def blend(color: str, other: str, share: float) -> str:
    """A colour with a share of another in it."""
    pair = [[int(text[at : at + 2], 16) for at in (1, 3, 5)] for text in (color, other)]
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in zip(*pair, strict=True))


def rgb(colors: Sequence[str]) -> "NDArray[np.float32]":
    """`#rrggbb` as three numbers from 0 to 1."""
    whole = np.array([int(color.removeprefix("#"), 16) for color in colors], dtype=np.uint32)
    parts = np.stack([whole >> 16, whole >> 8 & 255, whole & 255], axis=1)
    return np.asarray(parts / 255, dtype=np.float32)
