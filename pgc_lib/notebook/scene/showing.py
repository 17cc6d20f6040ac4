"""A scene as a part of a page: the landscape, its time, places to look from, what was clicked, and the same as chart and table.

Where a browser has no WebGL the chart is shown at once, with a word about it. The widget of the landscape is made when the page says
how wide and how dark it is.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from pgc_lib.core.pointer import resolve
from pgc_lib.errors import Invalid, Problem
from pgc_lib.i18n import _
from pgc_lib.notebook.live import Html, Part, deed, tag
from pgc_lib.notebook.live.part import still
from pgc_lib.notebook.scene import saying
from pgc_lib.notebook.scene.camera import View, fit, projected
from pgc_lib.notebook.scene.clock import Clock
from pgc_lib.notebook.scene.model import About, Preset, Stage

if TYPE_CHECKING:
    import polars as pl

    from pgc_lib.core.session import Session
    from pgc_lib.notebook.scene.three import ThreeStage

VIEWS = ("scene", "chart", "table")
_BESIDE, _SIDE, _GAP = 860, 270, 18
"""From this width on the words stand beside the picture."""
_PHONE = 560
_POINTED = 25_000
"""Of more things the browser is not asked at each move of the mouse what is under it."""
_NARROWEST, _WIDEST = 240, 1600
_TICK = 1 / 14
_SECONDS = 12.0
"""As long as the whole story takes."""
_FORM = 0.52
"""Height by width, between these:"""
_LOWEST, _HIGHEST = 300, 640


class Tip(Part):
    """A word about what is pointed at; apart from the scene, for it changes with every move."""

    def __init__(self) -> None:
        self.key = ""
        self.about: About | None = None
        self.place = (50.0, 50.0)

    def draw(self) -> Html:
        return saying.tip(self.about, self.place)


@dataclass(frozen=True, slots=True)
class _Page:
    width: int = 0
    dark: bool = False
    webgl: bool = True


class SceneView(Part):
    """A scene to look at; `make(dark)` gives the stage, `renew(stage, kinds)` what became of it when records changed."""

    look = "pgc-scene"

    def __init__(
        self,
        make: "Callable[[bool], Stage]",
        *,
        session: "Session | None" = None,
        renewed: "Callable[[Stage, set[str]], Stage | None] | None" = None,
        live: bool = True,
        height: int | None = None,
    ) -> None:
        self._make, self._session, self._renewed = make, session, renewed
        self._height = height
        self._page = _Page()
        self._three: ThreeStage | None = None
        self._watch: Any = None
        self._live = live and session is not None and renewed is not None
        self._clock = Clock(self._step, _TICK)
        self.tip = Tip()
        self.stage = make(False)
        self.view = "scene"
        self.preset = self.stage.presets[0].name if self.stage.presets else ""
        self.moment = self.stage.end
        self.picked = ""
        self.record = ""
        self._rows = 0
        self.named = self.stage.title

    # ── what others do with it ─────────────────────────────────────────────────────────────────────────
    @property
    def table(self) -> "pl.DataFrame | None":
        """The scene's facts as rows."""
        return self.stage.table() if self.stage.table else None

    def chart(self, width: int = 720) -> Any:
        """The same in two dimensions, as an Altair chart."""
        return self.stage.chart(width) if self.stage.chart else None

    def export(self, path: Path | str, *, dark: bool | None = None) -> Path:
        """Write it: .html is a page of its own, .glb for 3D programs, .png a picture, .csv its rows."""
        from pgc_lib.notebook.scene.export import write

        stage = self.stage if dark is None or dark == self.stage.dark else self._make(dark)
        return write(stage, Path(path).expanduser(), self._looked(stage))

    def met(self) -> None:
        told = self.surroundings
        page = _Page(
            min(max(int(told.get("width") or 700), _NARROWEST), _WIDEST),
            bool(told.get("dark")),
            bool(told.get("webgl", True)),
        )
        if page == self._page:
            return
        darker = page.dark != self.stage.dark
        self._page = page
        if darker:
            self.stage = self._make(page.dark)
        self._follow()
        if not page.webgl and self.view == "scene":
            self.view = "chart"
        self._draw_anew(whole=darker)
        super().renew()

    def heard(self, kinds: set[str]) -> None:
        """Records of these kinds changed: only what they mean is drawn anew."""
        fresh = self._renewed(self.stage, kinds) if self._renewed else None
        if fresh is None:
            return
        ended = self.moment >= self.stage.end
        self.stage = fresh
        if ended:
            self.moment = fresh.end
        if self._three is not None:
            self._three.renew(fresh)
            self._three.show(self.moment)
        self._mark()
        super().renew()

    def close(self) -> None:
        """End the clock, the listening and the picture."""
        self._clock.stop()
        if self._watch is not None:
            self._watch.close()
            self._watch = None
        if self._three is not None:
            self._three.close()
            self._three = None

    def _repr_mimebundle_(self, **options: Any) -> Any:
        """The living scene; where there is no kernel, its facts as rows."""
        found = super()._repr_mimebundle_(**options)
        bundle, more = found if isinstance(found, tuple) else (found, {})
        view, self.view = self.view, "table"
        try:
            bundle["text/html"] = still(self)
        finally:
            self.view = view
        return bundle, more

    # ── deeds ──────────────────────────────────────────────────────────────────────────────────────────
    @deed
    def show(self, view: str = "", value: str = "") -> None:
        """Turn to the landscape, the chart or the table."""
        view = view or value
        if view in VIEWS:
            self.view = view
            self._draw_anew()

    @deed
    def look_from(self, value: str) -> None:
        """Go to a place to look from."""
        if not any(each.name == value for each in self.stage.presets):
            known = ", ".join(each.name for each in self.stage.presets)
            reason = _("this must be one of {expected}", expected=known)
            raise Invalid(_("There is no such place to look from:"), [Problem("view", reason, value)])  # fmt: skip
        self.preset = value
        if self._three is not None:
            self._three.look(self._looked(self.stage))

    @deed
    def zoom(self, by: float) -> None:
        """Step nearer (below 1) or away."""
        if self._three is not None and 0.2 <= by <= 5:
            self._three.zoom(by)

    @deed
    def go(self, value: float) -> None:
        """Go to a moment in time, counted in periods from 0."""
        self._clock.stop()
        self._at(float(value))

    @deed
    def play(self) -> None:
        """Let time run from here, or from the beginning when it has ended."""
        if self._clock.running:
            self._clock.stop()
            return
        if self.moment >= self.stage.end - 0.01:
            self._at(0.0)
        self._clock.start()

    @deed
    def pick(self, key: str) -> None:
        """Say what a thing means, and mark it."""
        if self.stage.about(key) is None:
            return
        self.picked, self.record = key, ""
        self._mark()
        if self._three is not None:
            self._three.wheel(True)

    @deed
    def step(self, by: int) -> None:
        """Go to the thing before or after the picked one."""
        keys = self._keys()
        if not keys:
            return
        at = keys.index(self.picked) + by if self.picked in keys else 0 if by > 0 else -1
        self.pick(keys[min(max(at, -1), len(keys) - 1)])

    @deed
    def open(self, pointer: str) -> None:
        """Show the record behind a thing."""
        self.record = pointer if self.record != pointer else ""

    @deed
    def more(self, by: int = 1) -> None:
        """Another page of the table."""
        self._rows = max(self._rows + by * saying.ROWS, 0)

    @deed
    def save(self, value: str) -> None:
        """Give the browser the scene as a file."""
        import tempfile

        from pgc_lib.notebook.scene.export import KINDS, write

        if value not in KINDS:
            return
        with tempfile.TemporaryDirectory() as folder:
            path = write(self.stage, Path(folder) / f"scene.{value}", self._looked(self.stage))
            self.download(f"{self.stage.title}.{value}", path.read_bytes(), KINDS[value])

    # ── drawn ──────────────────────────────────────────────────────────────────────────────────────────
    def draw(self) -> Html:
        if not saying.something(self.stage):
            return saying.nothing(self.stage)
        return tag.div(
            saying.head(self.stage, self.view, self.preset, webgl=self._page.webgl),
            tag.div(
                tag.div(self._middle(), class_="pgc-scene-middle"),
                tag.div(
                    saying.card(self._about(), self.picked, self._record()),
                    saying.key(self.stage),
                    class_="pgc-scene-side",
                ),
                class_=["pgc-scene-body", "pgc-scene-wide" if self._page.width >= _BESIDE else ""],
            ),
            saying.counted(self.stage),
        )

    def _middle(self) -> Html:
        match self.view:
            case "chart":
                return saying.chart(self.stage, self._width, webgl=self._page.webgl)
            case "table":
                return saying.table(self.stage, self._rows)
        high = f"{self._high}px"
        if self._three is None:
            place = tag.div(_("Drawing…"), class_="pgc-scene-wait")
        else:
            id = self._three.widget.model_id
            place = tag.div(data_pgc_widget=id, data_keep=id)
        picture = tag.div(
            place,
            self.tip,
            class_="pgc-scene-place",
            style=f"height:{high}",
            role="img",
            aria_label=self.stage.told or self.stage.title,
        )
        time = saying.time(self.stage, self.moment, playing=self._clock.running)
        return tag.div(picture, time)

    def _about(self) -> About | None:
        return self.stage.about(self.picked) if self.picked else None

    def _record(self) -> "saying.Opened | None":
        if not self.record or self._session is None:
            return None
        record = resolve(self._session, self.record)
        return saying.opened(self._session, self.record, record) if record is not None else None

    # ── between ────────────────────────────────────────────────────────────────────────────────────────
    @property
    def _width(self) -> int:
        wide = self._page.width or 760
        return wide - _SIDE - _GAP if wide >= _BESIDE else wide

    @property
    def _high(self) -> int:
        form = _FORM if self._width >= _PHONE else 0.95
        return self._height or int(min(max(self._width * form, _LOWEST), _HIGHEST))

    def _looked(self, stage: Stage) -> View:
        preset = next(
            (each for each in stage.presets if each.name == self.preset),
            Preset("", "", (0.3, 0.62, 1.0)),
        )
        points = stage.corners() if preset.around is None else preset.around
        labels = stage.labels if preset.around is None else []
        small = self._width < _PHONE and preset.narrow is not None
        way = preset.narrow if small and preset.narrow else preset.direction
        return fit(points, labels, self._width / self._high, way, preset.field)

    def _draw_anew(self, *, whole: bool = False) -> None:
        """Make the picture, or bring it to its new size."""
        if self.view != "scene" or not self._page.webgl or not self._page.width:
            return
        if not saying.something(self.stage):
            return
        width, high, view = self._width, self._high, self._looked(self.stage)
        if self._three is not None and not whole:
            self._three.resize(width, high, view)
            return
        from pgc_lib.notebook.scene.three import ThreeStage

        if self._three is not None:
            self._three.close()
        self._three = ThreeStage(
            self.stage,
            view,
            width=width,
            height=high,
            ink=dict(self.stage.colors),
            on_pick=self._hit,
            on_hover=self._pointed if self._few() else None,
        )
        self._three.show(self.moment)
        self._mark()

    def _hit(self, key: str) -> None:
        self.pick(key)
        super().renew()

    def _few(self) -> bool:
        """Whether a browser can say at each move of the mouse what lies under it."""
        bars, points = len(self.stage.bars or ()), len(self.stage.points or ())
        return bars <= _POINTED and points <= _POINTED

    def _pointed(self, key: str, place: "Sequence[float]") -> None:
        if key == self.tip.key or self._three is None:
            return
        self.tip.key, self.tip.about = key, self.stage.about(key) if key else None
        if key:
            across, up = projected(self._three.view, np.array([place]), [], self._width / self._high)[0]  # fmt: skip
            self.tip.place = (50 + 50 * float(across), 50 - 50 * float(up))
        self.tip.renew()

    def _at(self, moment: float) -> None:
        self.moment = min(max(moment, 0.0), self.stage.end)
        if self._three is not None:
            self._three.show(self.moment)

    def _step(self) -> bool:
        before = int(self.moment)
        self._at(self.moment + self.stage.end * _TICK / _SECONDS)
        ended = self.moment >= self.stage.end
        if int(self.moment) != before or ended:
            if ended:
                self._clock.stop()
            super().renew()
        return not ended

    def _keys(self) -> list[str]:
        """What can be gone through: the things of the picked one's kind, else all."""
        stage = self.stage
        groups = [list(group.keys) for group in (stage.bars, stage.points) if group is not None]
        groups += [list(solid.keys) for solid in stage.solids]
        name = self.picked.partition("@")[0]
        for group in groups:
            if self.picked in group:
                return [key for key in group if key.partition("@")[0] == name] if "@" in self.picked else group  # fmt: skip
        return groups[0] if groups else []

    def _mark(self) -> None:
        if self._three is None:
            return
        box = place_of(self.stage, self.picked) if self.picked else None
        if box is None:
            self._three.unmark()
        else:
            self._three.mark(*box)

    def _follow(self) -> None:
        if self._live and self._watch is None and self._session is not None:
            from pgc_lib.notebook.scene.watching import Watch

            self._watch = Watch(self._session, self.heard).start()


def place_of(stage: Stage, key: str) -> "tuple[list[float], list[float]] | None":
    """The box around a thing: its lowest and its highest corner."""
    bars, points = stage.bars, stage.points
    if bars is not None and key in bars.keys:
        at = list(bars.keys).index(key)
        half = bars.size[at] / 2 if bars.turn is None else np.array([np.hypot(*bars.size[at, ::2]) / 2] * 3)  # fmt: skip
        low = bars.at[at] - (half[0], 0, half[2])
        return low.tolist(), (bars.at[at] + (half[0], bars.size[at, 1], half[2])).tolist()
    if points is not None and key in points.keys:
        here = points.at[list(points.keys).index(key)]
        return (here - points.size / 2).tolist(), (here + points.size / 2).tolist()
    for solid in stage.solids:
        if key in solid.keys:
            own = solid.position[np.unique(solid.index[solid.owner == list(solid.keys).index(key)])]
            return own.min(axis=0).tolist(), own.max(axis=0).tolist()
    return None


def opened(stage: Stage, **options: Any) -> "SceneView":
    """A stage that is as it is, for who made one."""
    made: Mapping[bool, Stage] = {stage.dark: stage}
    return SceneView(lambda dark: made.get(dark, stage), **options)
