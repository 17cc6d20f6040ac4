"""One bar at a time, for who has a few of them, and colours that are mixed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pgc_lib.notebook.scene.model import Bars, rgb8

if TYPE_CHECKING:
    from numpy.typing import NDArray


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


def as_bars(bars: Sequence[Bar]) -> Bars:
    """They as the arrays of a stage; each one's key is its number."""
    return Bars(
        np.array([(bar.x, 0.0, bar.z) for bar in bars], dtype=np.float32).reshape(-1, 3),
        np.array([bar.size for bar in bars], dtype=np.float32).reshape(-1, 3),
        rgb8([bar.color for bar in bars]).reshape(-1, 3),
        np.full(len(bars), -9.0, dtype=np.float32),
        [str(number) for number in range(len(bars))],
    )


def blend(color: str, other: str, share: float) -> str:
    """A colour with a share of another in it."""
    pair = [[int(text[at : at + 2], 16) for at in (1, 3, 5)] for text in (color, other)]
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in zip(*pair, strict=True))


def blends(
    color: "NDArray[np.uint8]", other: str, share: "NDArray[np.float32]"
) -> "NDArray[np.uint8]":
    """Many colours, each with its share of another."""
    mixed = color + (rgb8([other]).astype(np.float32) - color) * share[:, None]
    return np.asarray(np.clip(np.rint(mixed), 0, 255), dtype=np.uint8)


def paint(ink: dict[str, str], name: str) -> str:
    """A colour by its name in look.css, or the middle of two (`red+gold`)."""
    one, _plus, other = name.partition("+")
    return blend(ink[one], ink[other], 0.5) if other else ink[one]
