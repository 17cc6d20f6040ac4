"""A few bars and labels as a widget, for a panel that draws its own small landscape (the home page's weeks)."""

from collections.abc import Callable, Sequence

import numpy as np

from pgc_lib.notebook.look import colors
from pgc_lib.notebook.scene.bars import Bar, as_bars
from pgc_lib.notebook.scene.camera import DIRECTION, fit, shape
from pgc_lib.notebook.scene.labels import Label
from pgc_lib.notebook.scene.model import Stage
from pgc_lib.notebook.scene.solids import plate
from pgc_lib.notebook.scene.three import ThreeStage

FIELD = 8.0
"""Degrees; narrow, so that the bars at the edges do not lean."""
_LOWEST, _HIGHEST, _AIR = 220, 480, 1.08


class Scene:
    """Bars and labels to look at; `on_pick` is called with the bar that was clicked or is pointed at.

    `ground` are flat things that cannot be picked. Without a height the picture is as high as what is in it.
    """

    def __init__(
        self,
        bars: Sequence[Bar],
        labels: Sequence[Label] = (),
        *,
        ground: Sequence[Bar] = (),
        width: int = 760,
        height: int | None = None,
        dark: bool = False,
        on_pick: Callable[[Bar], None] | None = None,
    ) -> None:
        self.bars = list(bars)
        self._on_pick = on_pick
        stage = Stage(
            "",
            bars=as_bars(self.bars),
            ground=[plate(each.x, each.z, each.size[0], each.size[2], each.color, thick=each.height, round=0.3) for each in ground],
            labels=list(labels),
        )  # fmt: skip
        self._moment = stage.end
        corners = stage.corners()
        high = height or self._high(width, shape(corners, labels))
        self._first = fit(corners, labels, width / high, DIRECTION, FIELD)
        self._drawn = ThreeStage(
            stage,
            self._first,
            width=width,
            height=high,
            ink=colors(dark=dark),
            on_pick=self._picked,
            on_hover=lambda key, _place: self._picked(key) if key else None,
        )
        self.widget = self._drawn.widget

    def mark(self, bars: Sequence[Bar]) -> None:
        """Draw a frame around these bars."""
        corners = np.array(
            [
                (bar.x + side * bar.size[0] / 2, up * bar.height, bar.z + side * bar.size[2] / 2)
                for bar in bars
                for side in (-1, 1)
                for up in (0, 1)
            ]
        )
        self._drawn.mark(corners.min(axis=0), corners.max(axis=0))

    def reset(self) -> None:
        """Look from where the camera stood at first."""
        self._drawn.look(self._first)

    def close(self) -> None:
        """Give the models back, here and in the browser."""
        self._drawn.close()

    def _high(self, width: int, form: float) -> int:
        return int(min(max(width / form * _AIR, _LOWEST), _HIGHEST))

    def _picked(self, key: str) -> None:
        if self._on_pick is not None and int(key) < len(self.bars):
            self._on_pick(self.bars[int(key)])
