"""What a scene is, told without any renderer: bars, points, solids, lines and labels, and which record each of them means.

Everything is numpy, so that ten thousand things cost no more than ten. A renderer (`three.py`, `page.py`, `glb.py`) draws it; it
is filled by `growth.py`, `kin.py`, `links.py` and `embedding.py`. y is up, the ground lies at y = 0, time is counted in periods
from 0; what is `born` at 3 grows while the moment goes from 3 to 4.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from pgc_lib.notebook.scene.labels import Label

if TYPE_CHECKING:
    import polars as pl
    from numpy.typing import NDArray

    Numbers = NDArray[np.float32]
    Colors = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Bars:
    """Upright boxes: where each stands, how large it is, its colour, when it grows and what it means."""

    at: "Numbers"
    """(n, 3): the middle of the foot."""
    size: "Numbers"
    """(n, 3): along x, y and z."""
    color: "Colors"
    """(n, 3)."""
    born: "Numbers"
    keys: Sequence[str]
    turn: "Numbers | None" = None
    """Radians around the upright axis."""

    def __len__(self) -> int:
        return len(self.at)


@dataclass(frozen=True, slots=True)
class Points:
    """Round dots that always face the viewer."""

    at: "Numbers"
    color: "Colors"
    born: "Numbers"
    keys: Sequence[str]
    size: float = 0.3

    def __len__(self) -> int:
        return len(self.at)


@dataclass(frozen=True, slots=True)
class Solid:
    """Any other body, as triangles; `owner` says which key each triangle belongs to."""

    position: "Numbers"
    color: "Colors"
    born: "Numbers"
    """One a corner."""
    index: "NDArray[np.uint32]"
    """(triangles, 3)."""
    owner: "NDArray[np.int32]"
    """One a triangle; -1 means nothing."""
    keys: Sequence[str] = ()
    rises: bool = True
    """Whether it rises from the ground when it is born; else it appears where it is."""

    @staticmethod
    def joined(parts: "Sequence[Solid]", *, rises: bool = True) -> "Solid":
        """Several bodies as one."""
        corners = np.cumsum([0, *(len(part.position) for part in parts)])
        names = np.cumsum([0, *(len(part.keys) for part in parts)])
        return Solid(
            np.concatenate([part.position for part in parts] or [np.zeros((0, 3), np.float32)]),
            np.concatenate([part.color for part in parts] or [np.zeros((0, 3), np.uint8)]),
            np.concatenate([part.born for part in parts] or [np.zeros(0, np.float32)]),
            np.concatenate(
                [part.index + at for part, at in zip(parts, corners, strict=False)]
                or [np.zeros((0, 3))]
            ).astype(np.uint32),
            np.concatenate(
                [
                    np.where(part.owner < 0, -1, part.owner + at)
                    for part, at in zip(parts, names, strict=False)
                ]
                or [np.zeros(0)]
            ).astype(np.int32),
            [key for part in parts for key in part.keys],
            rises,
        )


@dataclass(frozen=True, slots=True)
class Lines:
    """Straight ties between two places."""

    ends: "Numbers"
    """(n, 2, 3)."""
    color: "Colors"
    """(n, 3)."""


@dataclass(frozen=True, slots=True)
class Legend:
    """One colour or shape, and what it means."""

    title: str
    color: str
    told: str = ""
    """How it is counted, in one sentence."""
    shape: str = "bar"
    """bar, band, dot, tree, mark or line."""


@dataclass(frozen=True, slots=True)
class Preset:
    """A place to look from: the direction towards the camera, and what is to be seen; all if nothing is said."""

    name: str
    title: str
    direction: tuple[float, float, float]
    around: "Numbers | None" = None
    """Points that are all to be in the picture."""
    field: float = 22.0
    narrow: tuple[float, float, float] | None = None
    """The direction on a phone, where another one fills the picture better."""


@dataclass(frozen=True, slots=True)
class About:
    """What a thing means, in words: a heading, lines, and pointers to the records behind it."""

    title: str
    lines: Sequence[tuple[str, str]] = ()
    pointers: Sequence[tuple[str, str]] = ()
    """(what it is called, the pointer)."""
    more: int = 0
    """Records that are not named here."""


@dataclass(slots=True)
class Stage:
    """A whole scene."""

    title: str
    bars: Bars | None = None
    points: Points | None = None
    solids: list[Solid] = field(default_factory=list)
    """Bodies that can be picked."""
    ground: list[Solid] = field(default_factory=list)
    """Flat things that cannot."""
    lines: Lines | None = None
    labels: list[Label] = field(default_factory=list)
    legend: list[Legend] = field(default_factory=list)
    presets: list[Preset] = field(default_factory=list)
    times: Sequence[str] = ()
    """The name of each period; none where time plays no part."""
    about: Callable[[str], About | None] = lambda _key: None
    table: "Callable[[], pl.DataFrame] | None" = None
    """The same facts as rows, for who reads instead of looks."""
    chart: "Callable[[int], Any] | None" = None
    """The same facts in two dimensions, for a place so many pixels wide: an Altair chart."""
    told: str = ""
    """The scene in a sentence, for a screen reader."""
    notes: Sequence[str] = ()
    """What must be said so that nobody reads more out of it than is in it."""
    colors: Mapping[str, str] = field(default_factory=dict)
    """The colours it was made with."""
    dark: bool = False
    kept: dict[str, Any] = field(default_factory=dict)
    """What the maker wants to take over into the next state of it."""

    @property
    def end(self) -> float:
        """The moment at which everything has grown."""
        return float(len(self.times) + 1) if self.times else 8_000.0

    def corners(self) -> "Numbers":
        """Points around everything that is to be seen, labels aside."""
        found: list[Any] = []
        if self.bars is not None and len(self.bars):
            half = self.bars.size / 2
            for x in (-1, 1):
                for z in (-1, 1):
                    reach = np.hypot(half[:, 0], half[:, 2]) if self.bars.turn is not None else None
                    dx = reach if reach is not None else half[:, 0]
                    dz = reach if reach is not None else half[:, 2]
                    for y in (0.0, 1.0):
                        offset = np.stack([x * dx, y * self.bars.size[:, 1], z * dz], axis=1)
                        found.append(self.bars.at + offset)
        if self.points is not None and len(self.points):
            found.append(self.points.at)
        found += [solid.position for solid in (*self.solids, *self.ground) if len(solid.position)]
        if not found:
            found = [np.array([[-1, 0, -1], [1, 1, 1]], dtype=np.float32)]
        return np.concatenate(found).astype(np.float32)


def rgb8(colors: Sequence[str]) -> "Colors":
    """`#rrggbb` as three bytes each."""
    whole = np.array([int(color.removeprefix("#"), 16) for color in colors], dtype=np.uint32)
    return np.stack([whole >> 16, whole >> 8 & 255, whole & 255], axis=1).astype(np.uint8)


def bar_width(stage: Stage) -> float:
    """How wide most bars are."""
    bars = stage.bars
    return float(np.median(bars.size[:, 0])) if bars is not None and len(bars) else 1.0
