"""Where things of the growth landscape stand: on lanes, or on rings."""

from typing import TYPE_CHECKING, Any

import numpy as np

from pgc_lib.i18n import _
from pgc_lib.notebook.scene.bars import blend, paint
from pgc_lib.notebook.scene.labels import Label
from pgc_lib.notebook.scene.model import Preset, Solid
from pgc_lib.notebook.scene.solids import plate, ring

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pgc_lib.notebook.scene.growth_facts import Facts
    from pgc_lib.notebook.scene.tree import Tree

TALL = 3.1
"""The best period of a lane."""
_LONG = 32.0
"""A landscape is at most so long: of many periods each is narrower."""
_APART = 1.95


class Lanes:
    """Time to the right, areas one behind the other."""

    tree = 10.0
    """How tall the tree is."""
    low = 1.3
    """The height of the ribbon of moods: it runs in front and hides little."""

    def __init__(self, found: "Facts") -> None:
        self.found = found
        n = len(found.periods)
        self.step = min(1.0, _LONG / n)
        self.long = n * self.step
        self.rows = len(found.lanes)
        self.deep = self.rows * _APART
        self.island = (self.long / 2 + 6.3, -self.deep * 0.28)

    def x(self, number: Any) -> Any:
        """Along time."""
        return (np.asarray(number, dtype=np.float64) + 0.5) * self.step - self.long / 2

    def z(self, row: float) -> float:
        """Across areas: the last row is in front."""
        return (row - (self.rows - 1) / 2) * _APART

    def feet(self, row: int, numbers: Any) -> "NDArray[np.float32]":
        """Where the bars of a row stand."""
        x = self.x(numbers)
        return np.column_stack([x, np.zeros_like(x), np.full_like(x, self.z(row))]).astype(np.float32)  # fmt: skip

    def turns(self, _row: int, _numbers: Any) -> "NDArray[np.float32] | None":
        """Bars are not turned."""
        return None

    @property
    def size(self) -> tuple[float, float]:
        """Width and depth of a bar."""
        return self.step * 0.74, 0.74

    def ribbon_row(self, which: int) -> float:
        """The mood runs in front of all lanes, the money behind them."""
        return self.rows - 0.3 if which == 0 else -0.85

    def way(self, row: float, numbers: Any) -> "NDArray[np.float64]":
        """A path along a row."""
        x = self.x(numbers)
        return np.column_stack([x, np.zeros_like(x), np.full_like(x, self.z(row))])

    def mark(self, number: float) -> tuple[float, float]:
        """Where a landmark stands: in front of all lanes."""
        return float(self.x(number - 0.5)), self.z(self.rows - 1) + 2.5

    def ground(self, ink: dict[str, str]) -> list[Solid]:
        """A plate under all of it, a strip a lane, a line where a year begins."""
        back, front = self.z(self.ribbon_row(1)) - 0.9, self.z(self.rows - 1) + 3.3
        base = plate(0, (back + front) / 2, self.long + 2.4, front - back, blend(ink["sunk"], ink["line"], 0.35), y=-0.25, thick=0.25, round=1.1)  # fmt: skip
        made = [base]
        for row, lane in enumerate(self.found.lanes):
            color = blend(paint(ink, lane.counted.color), ink["sunk"], 0.86)
            made.append(plate(0, self.z(row), self.long + 0.5, 1.12, color, thick=0.035, round=0.4))
        for number, _year in self.found.periods.years():
            if number:
                made.append(plate(self.x(number) - self.step / 2, (back + front) / 2, 0.05, front - back - 0.7, ink["strong-line"], thick=0.045))  # fmt: skip
        return made

    def labels(self) -> list[Label]:
        """Areas on the left, years in front."""
        left = -self.long / 2 - 1.7
        made = []
        for row, lane in enumerate(self.found.lanes):
            text = _(lane.counted.title)
            plain = Label(text, 0, 0, 0, 0.76)
            made.append(Label(text, left - plain.width / 2, 0.45, self.z(row), 0.76, False, 5))
        made += self._at_the_end()
        made += [
            Label(text, left - Label(text, 0, 0, 0, 0.7).width / 2, 0.45, self.z(self.ribbon_row(which)), 0.66, True, 4)
            for which, text in enumerate((_("Mood"), _("Put aside")))
            if self._has(which)
        ]  # fmt: skip
        years = self.found.periods.years()
        for number, year in years:
            made.append(Label(str(year), float(self.x(number)) + 1.0, 0.05, self.z(self.rows - 1) + 4.4, 1.0, True, 6))  # fmt: skip
        return made

    def _at_the_end(self) -> list[Label]:
        """The areas once more on the right, for who stands so near to the last periods that the left is out of sight."""
        made = []
        for row, lane in enumerate(self.found.lanes):
            label = Label(_(lane.counted.title), 0, 0, 0, 0.6)
            right = self.long / 2 + 0.9 + label.width / 2
            made.append(Label(label.text, right, 0.3, self.z(row), 0.6, False, 5, spare=True))
        return made

    def _has(self, which: int) -> bool:
        shown = (self.found.mood, self.found.saved)[which]
        return bool((~np.isnan(shown)).sum() > 1)

    def presets(self, grown: "Tree | None") -> list[Preset]:
        """Places to look from."""
        found = [
            Preset("overview", _("Overview"), (-0.24, 0.64, 1.0), narrow=(-0.85, 0.8, 0.62)),
            Preset("front", _("From the front"), (0.0, 0.22, 1.0)),
            Preset("along", _("Along time"), (-1.0, 0.42, 0.34)),
            Preset("above", _("From above"), (0.0, 1.0, 0.03)),
        ]
        begin = self.long / 2 - min(12 * self.step, self.long)
        end = max((each.x + each.width / 2 for each in self._at_the_end()), default=self.long / 2)
        last = np.array(
            [
                (x, y, z)
                for x in (begin, end)
                for y in (0, TALL)
                for z in (self.z(-2.0), self.z(self.rows))
            ]
        )
        found.append(Preset("now", _("The last periods"), (0.5, 0.5, 1.0), last))
        if grown is not None:
            found.append(Preset("tree", _("The tree of skills"), (0.35, 0.28, 1.0), grown.body.position))  # fmt: skip
        return found


class Rings(Lanes):
    """Time goes round, areas are rings: the newest is beside the oldest, and a gap says where it begins."""

    tree = 8.0
    low = 2.0

    def __init__(self, found: "Facts") -> None:
        super().__init__(found)
        self.gap = 0.5
        self.inner = max(5.2, len(found.periods) * self.step * 0.13)
        self.island = (0.0, 0.0)

    def angle(self, number: Any) -> Any:
        """From the front left, clockwise as seen from above."""
        share = (np.asarray(number, dtype=np.float64) + 0.5) / len(self.found.periods)
        return np.pi / 2 + self.gap / 2 + share * (2 * np.pi - self.gap)

    def radius(self, row: float) -> float:
        """The first area is the innermost."""
        return self.inner + row * _APART

    def feet(self, row: int, numbers: Any) -> "NDArray[np.float32]":
        turn, r = self.angle(numbers), self.radius(row)
        return np.column_stack([np.cos(turn) * r, np.zeros_like(turn), np.sin(turn) * r]).astype(np.float32)  # fmt: skip

    def turns(self, _row: int, numbers: Any) -> "NDArray[np.float32]":
        return np.asarray(np.pi / 2 - self.angle(numbers), dtype=np.float32)

    @property
    def size(self) -> tuple[float, float]:
        around = 2 * np.pi * self.inner / len(self.found.periods)
        return float(min(around * 0.86, 0.9)), 0.8

    def ribbon_row(self, which: int) -> float:
        return self.rows + 0.25 + 0.8 * which

    def way(self, row: float, numbers: Any) -> "NDArray[np.float64]":
        turn, r = self.angle(numbers), self.radius(row)
        return np.column_stack([np.cos(turn) * r, np.zeros_like(turn), np.sin(turn) * r])

    def mark(self, number: float) -> tuple[float, float]:
        turn, r = float(self.angle(number - 0.5)), self.radius(self.rows + 2.0)
        return np.cos(turn) * r, np.sin(turn) * r

    def ground(self, ink: dict[str, str]) -> list[Solid]:
        wide = self.radius(self.rows + 2.9)
        base = blend(ink["sunk"], ink["line"], 0.35)
        made = [plate(0, 0, 2 * wide, 2 * wide, base, y=-0.25, thick=0.25, round=wide)]
        begin, end = float(self.angle(-0.5)), float(self.angle(len(self.found.periods) - 0.5))
        for row, lane in enumerate(self.found.lanes):
            color = blend(paint(ink, lane.counted.color), ink["sunk"], 0.86)
            made.append(ring(self.radius(row), 1.15, color, begin, end, thick=0.035))
        return made

    def labels(self) -> list[Label]:
        made = []
        for row, lane in enumerate(self.found.lanes):
            made.append(Label(_(lane.counted.title), 0.0, 0.3, self.radius(row), 0.62, False, 5))
        for number, year in self.found.periods.years():
            turn, r = float(self.angle(number)), self.radius(self.rows + 3.7)
            made.append(Label(str(year), np.cos(turn) * r, 0.2, np.sin(turn) * r, 1.0, True, 6))
        return made

    def presets(self, grown: "Tree | None") -> list[Preset]:
        found = [
            Preset("overview", _("Overview"), (0.0, 0.85, 1.0)),
            Preset("front", _("From the front"), (0.0, 0.3, 1.0)),
            Preset("above", _("From above"), (0.0, 1.0, 0.03)),
        ]
        if grown is not None:
            found.append(Preset("tree", _("The tree of skills"), (0.35, 0.28, 1.0), grown.body.position))  # fmt: skip
        return found
