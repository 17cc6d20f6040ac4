"""What a click fell upon: from the number of a triangle or dot, or from the line of sight, to a key."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from pgc_lib.notebook.scene.model import Bars, Solid


def struck(bars: Bars, among: Any, eye: Sequence[float], towards: Any) -> int | None:
    """The first of these bars that a look from the eye through a place falls upon."""
    if not len(among) or bars.turn is not None:
        return None
    ray = np.asarray(towards, dtype=np.float64) - eye
    ray = np.where(np.abs(ray) < 1e-9, 1e-9, ray)
    half = bars.size[among] / 2
    low = bars.at[among] - half * (1, 0, 1)
    high = bars.at[among] + half * (1, 2, 1)
    one, other = (low - eye) / ray, (high - eye) / ray
    near = np.minimum(one, other).max(axis=1)
    far = np.maximum(one, other).min(axis=1)
    near = np.where((near <= far) & (far > 0), near, np.inf)
    best = int(near.argmin())
    return int(among[best]) if np.isfinite(near[best]) else None


def of_solid(solid: Solid) -> "Callable[[int, Sequence[float]], str]":
    """The key of a triangle."""

    def key(face: int, _place: Sequence[float]) -> str:
        owner = int(solid.owner[face])
        return str(solid.keys[owner]) if owner >= 0 else ""

    return key


def of_point(keys: Sequence[str], first: int) -> "Callable[[int, Sequence[float]], str]":
    """The key of a dot, of which this piece holds those from `first` on."""

    def key(number: int, _place: Sequence[float]) -> str:
        return keys[first + number] if first + number < len(keys) else ""

    return key
