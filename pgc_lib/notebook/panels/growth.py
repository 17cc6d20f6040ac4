"""Growth by week: a small landscape to turn and touch, and the same as a chart for who cannot or will not."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import ipywidgets as widgets

from pgc_lib.notebook.look import colors
from pgc_lib.notebook.panels import growth_text as said
from pgc_lib.notebook.panels.facts import Week
from pgc_lib.notebook.panels.words import month

_STEP, _APART, _TALLEST, _LEAST = 1.0, 3.4, 4.2, 0.06
_PALEST = 0.45
_LABEL, _PIXELS = 0.62, 30
"""A month's name is as tall as .62 weeks are wide, and taller where a week is narrower than 30 pixels."""
_NARROW = 560


@dataclass(frozen=True, slots=True)
class _Page:
    """What a page says of itself."""

    width: int = 600
    dark: bool = False
    webgl: bool = True


class Growth:
    """The panel; what it shows is decided when the page says how wide it is and whether it can draw in 3D."""

    def __init__(self) -> None:
        self.weeks: Sequence[Week] = ()
        self.currency = "CNY"
        self.flat = False
        self._scene: Any = None
        self._page = _Page()
        self._seen = False
        self._picked = -1
        self._top = widgets.HTML()
        self._stage = widgets.VBox([widgets.HTML(said.waiting())])
        self._stage.add_class("pgc-stage")
        self._below = widgets.HTML()
        self.widget = widgets.VBox([self._top, self._stage, self._below])
        for name in ("pgc-card", "pgc-wide", "pgc-growth"):
            self.widget.add_class(name)

    @property
    def handlers(self) -> dict[str, Callable[[Any], None]]:
        """What can be done here."""
        return {
            "flat": lambda _deed: self._turn(flat=True),
            "deep": lambda _deed: self._turn(flat=False),
            "reset": lambda _deed: self._scene and self._scene.reset(),
            "earlier": lambda _deed: self.pick(self._next(-1)),
            "later": lambda _deed: self.pick(self._next(1)),
        }

    def show(self, weeks: Sequence[Week], currency: str) -> None:
        """New facts; they are drawn again only if they differ."""
        fresh = list(weeks) != list(self.weeks) or currency != self.currency
        self.weeks, self.currency = weeks, currency
        self._say()
        if fresh and self._seen:
            self._draw()

    def hello(self, page: Any) -> None:
        """The page says how it is; called again when it was turned or the theme changed."""
        seen = _Page(
            min(max(int(page.get("width") or 600), 240), 1600),
            bool(page.get("dark")),
            bool(page.get("webgl")),
        )
        if seen != self._page or not self._seen:
            self._page, self._seen = seen, True
            self.flat = self.flat or not seen.webgl
            self._draw()

    def pick(self, number: int) -> None:
        """Say what a week holds, and mark it."""
        if not self.weeks or number == self._picked:
            return
        self._picked = number
        self._say()
        if self._scene is not None:
            at = number - (len(self.weeks) - len(self._drawn()))
            if at >= 0:
                self._scene.mark(self._scene.bars[at * 2 : at * 2 + 2])

    def _next(self, step: int) -> int:
        last = len(self.weeks) - 1
        return last if self._picked < 0 else min(max(self._picked + step, 0), last)

    def _turn(self, *, flat: bool) -> None:
        self.flat = flat or not self._page.webgl
        self._draw()

    def _say(self) -> None:
        if not said.something(self.weeks):
            self._top.value, self._below.value = said.title(self.weeks), ""
            return
        self._top.value = said.title(self.weeks) + said.legend(
            flat=self.flat, webgl=self._page.webgl
        )
        told = said.hint()
        if self._picked >= 0:
            told = said.about(self.weeks[self._picked], self.weeks[-1], self.currency)
        told = f"<p class='pgc-picked' role='status'>{told}</p>"
        self._below.value = told + said.tools(flat=self.flat)

    def _draw(self) -> None:
        self._say()
        if self._scene is not None:
            self._stage.children = ()
            self._scene.close()
            self._scene = None
        if not said.something(self.weeks):
            self._stage.children = [widgets.HTML(said.nothing())]
        elif self.flat:
            self._stage.children = [widgets.HTML(said.waiting())]  # Altair takes its time to load
            self._stage.children = [
                widgets.HTML(
                    f"<div class='pgc-chart'>{said.chart(self.weeks, self._page.width)}</div>"
                )
            ]
        else:
            self._scene = self._landscape()
            self._stage.children = [self._scene.widget]

    def _landscape(self) -> Any:
        from pgc_lib.notebook.scene import Bar, Label, Scene
        from pgc_lib.notebook.scene.bars import blend

        ink = colors(dark=self._page.dark)
        weeks = self._drawn()
        most = max([week.done for week in weeks] + [1])
        largest = max([abs(week.left) for week in weeks] + [Decimal(1)])
        bars, labels = [], []
        for number, week in enumerate(weeks):
            x = (number - (len(weeks) - 1) / 2) * _STEP
            done = max(week.done / most * _TALLEST, _LEAST)
            left = max(float(abs(week.left) / largest) * _TALLEST, _LEAST)
            pale = _PALEST * (1 - number / len(weeks))  # what is long ago fades
            for z, height, color in (
                (-_APART / 2, done, ink["blue"]),
                (_APART / 2, left, ink["red" if week.left < 0 else "gold"]),
            ):
                bars.append(Bar(x, z, height, blend(color, ink["sunk"], pale), str(number)))
            if number and week.first.month != weeks[number - 1].first.month:
                size = _LABEL * max(1.0, len(weeks) * _PIXELS / self._page.width)
                labels.append(Label(month(week.first), x, 0, _APART / 2 + 1.1 + size / 2, size))
        long = len(weeks) * _STEP + 0.6
        ground = [
            Bar(0, z, 0.03, blend(ink["line"], ink["sunk"], 0.3), width=long, depth=1.5)
            for z in (-_APART / 2, _APART / 2)
        ]
        return Scene(
            bars,
            labels,
            ground=ground,
            width=self._page.width,
            dark=self._page.dark,
            on_pick=self._hit,
        )

    def _drawn(self) -> Sequence[Week]:
        """On a phone the last quarter only, so that a bar can be touched."""
        return self.weeks if self._page.width >= _NARROW else self.weeks[-13:]

    def _hit(self, bar: Any) -> None:
        self.pick(int(bar.about) + len(self.weeks) - len(self._drawn()))
