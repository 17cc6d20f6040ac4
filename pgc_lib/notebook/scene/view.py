"""A scene as a widget: bars and labels on a ground, a camera one can turn, and what is pointed at or clicked."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from pgc_lib.notebook.look import FONTS, colors
from pgc_lib.notebook.scene.bars import FACES_A_BAR, Bar, merge
from pgc_lib.notebook.scene.camera import FIELD, fit, shape
from pgc_lib.notebook.scene.labels import Label

_INK_SIZE = 64
_LOWEST, _HIGHEST, _AIR = 220, 480, 1.08
_GAP = 0.12


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
        import pythreejs

        self._three = pythreejs
        self.bars = list(bars)
        self.labels = list(labels)
        self.ground = list(ground)
        self._ink = colors(dark=dark)
        self._on_pick = on_pick
        self._marker: Any = None
        self.widget = self._build(width, height or self._high(width))

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
        least, most = corners.min(axis=0), corners.max(axis=0)
        self._marker.scale = tuple(float(size) for size in most - least + _GAP)
        self._marker.position = tuple(float(middle) for middle in (most + least) / 2)
        self._marker.visible = True

    def reset(self) -> None:
        """Look from where the camera stood at first."""
        self._controls.exec_three_obj_method("reset")

    def close(self) -> None:
        """Give the models back, here and in the browser."""
        for part in [*self._parts, self.widget]:
            part.close()

    def _high(self, width: int) -> int:
        fitting = width / shape([*self.bars, *self.ground], self.labels) * _AIR
        return int(min(max(fitting, _LOWEST), _HIGHEST))

    def _build(self, width: int, height: int) -> Any:
        three = self._three
        view = fit([*self.bars, *self.ground], self.labels, width / height)
        # What is looked at is moved to the origin, the one point around which the controls turn and reset.
        self._camera = three.PerspectiveCamera(
            position=_apart(view.position, view.target),
            fov=FIELD,
            aspect=width / height,
            near=1,
            far=5000,
        )
        self._controls = three.OrbitControls(
            controlling=self._camera,
            enableZoom=False,  # the wheel belongs to the page
            enablePan=False,
            enableKeys=False,
            maxPolarAngle=1.5,
            minPolarAngle=0.35,
        )
        controls: list[Any] = [self._controls]
        children: list[Any] = [self._sprite(label) for label in self.labels]
        if self.ground:
            children.append(self._mesh(self.ground))
        if self.bars:
            mesh = self._mesh(self.bars)
            self._marker = self._frame()
            children += [mesh, self._marker]
            for event in ("click", "mousemove"):
                picker = three.Picker(controlling=mesh, event=event)
                picker.observe(self._picked, names=["faceIndex"])
                controls.append(picker)
        group = three.Group(children=children, position=_apart((0.0, 0.0, 0.0), view.target))
        scene = three.Scene(children=[self._camera, group], background=None)
        self._parts = [*controls, scene, group, *children, self._camera]
        return three.Renderer(
            camera=self._camera,
            scene=scene,
            controls=controls,
            antialias=True,
            alpha=True,
            clearOpacity=0,
            width=width,
            height=height,
        )

    def _mesh(self, bars: Sequence[Bar]) -> Any:
        three, merged = self._three, merge(bars)
        geometry = three.BufferGeometry(
            attributes={
                "position": three.BufferAttribute(merged.position, normalized=False),
                "color": three.BufferAttribute(merged.color, normalized=False),
                "index": three.BufferAttribute(merged.index, normalized=False),
            }
        )
        return three.Mesh(
            geometry=geometry, material=three.MeshBasicMaterial(vertexColors="VertexColors")
        )

    def _frame(self) -> Any:
        three = self._three
        box = three.BoxBufferGeometry(1, 1, 1)
        lines = three.EdgesGeometry(box)
        material = three.LineBasicMaterial(color=self._ink["ink"])
        return three.LineSegments(geometry=lines, material=material, visible=False)

    def _sprite(self, label: Label) -> Any:
        three = self._three
        texture = three.TextTexture(
            string=label.text,
            size=_INK_SIZE,
            color=self._ink["soft" if label.soft else "ink"],
            squareTexture=False,
            minFilter="LinearFilter",
            magFilter="LinearFilter",
            generateMipmaps=False,
            fontFace=FONTS,
        )
        return three.Sprite(
            material=three.SpriteMaterial(map=texture, transparent=True, depthWrite=False),
            position=[label.x, label.y, label.z],
            scale=[label.width, label.height, 1],
        )

    def _picked(self, change: Any) -> None:
        if change["owner"].object is None or change["new"] is None:
            return
        number = int(change["new"]) // FACES_A_BAR
        if 0 <= number < len(self.bars) and self._on_pick is not None:
            self._on_pick(self.bars[number])


def _apart(one: tuple[float, float, float], other: tuple[float, float, float]) -> tuple[float, ...]:
    return tuple(a - b for a, b in zip(one, other, strict=True))
