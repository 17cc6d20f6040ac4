"""A scene as a widget: bars, labels, light, a camera one can turn, and what a click hit."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from pgc_lib.notebook.scene.bars import FACES_A_BAR, Bar, merge

FONTS = "Noto Sans CJK SC, Microsoft YaHei, PingFang SC, sans-serif"


@dataclass(frozen=True, slots=True)
class Label:
    """A text that always faces the viewer."""

    text: str
    x: float
    y: float
    z: float
    height: float = 0.7


class Scene:
    """Bars and labels to look at; `on_pick` is called with the bar that was clicked."""

    def __init__(
        self,
        bars: Sequence[Bar],
        labels: Sequence[Label] = (),
        *,
        width: int = 760,
        height: int = 380,
        dark: bool = False,
        on_pick: Callable[[Bar], None] | None = None,
    ) -> None:
        self.bars = list(bars)
        self._on_pick = on_pick
        self.widget = self._build(labels, width, height, dark)

    def _build(self, labels: Sequence[Label], width: int, height: int, dark: bool) -> Any:
        import pythreejs as three

        mesh = self._mesh(three)
        reach = max([abs(bar.x) for bar in self.bars] + [abs(bar.z) for bar in self.bars] + [6.0])
        tallest = max([bar.height for bar in self.bars] + [1.0])
        camera = three.PerspectiveCamera(
            position=[reach * 0.28, max(tallest * 1.1, reach * 0.55), reach * 1.55],
            fov=40,
            aspect=width / height,
            children=[three.DirectionalLight(color="white", position=[3, 5, 1], intensity=0.65)],
        )
        ink = "#e6e6e6" if dark else "#222222"
        children = [
            *([mesh] if mesh is not None else []),
            camera,
            three.AmbientLight(color="#999999"),
            *(self._sprite(three, label, ink) for label in labels),
        ]
        controls = [three.OrbitControls(controlling=camera, target=[0, tallest / 3, 0])]
        if mesh is not None:
            picker = three.Picker(controlling=mesh, event="click")
            picker.observe(self._picked, names=["faceIndex"])
            controls.append(picker)
        return three.Renderer(
            camera=camera,
            scene=three.Scene(children=children, background="#161b22" if dark else "#fbfbf8"),
            controls=controls,
            antialias=True,
            width=width,
            height=height,
        )

    def _mesh(self, three: Any) -> Any:
        if not self.bars:
            return None
        merged = merge(self.bars)
        geometry = three.BufferGeometry(
            attributes={
                "position": three.BufferAttribute(merged.position, normalized=False),
                "normal": three.BufferAttribute(merged.normal, normalized=False),
                "color": three.BufferAttribute(merged.color, normalized=False),
                "index": three.BufferAttribute(merged.index, normalized=False),
            }
        )
        return three.Mesh(
            geometry=geometry, material=three.MeshLambertMaterial(vertexColors="VertexColors")
        )

    @staticmethod
    def _sprite(three: Any, label: Label, ink: str) -> Any:
        ems = sum(1.0 if ord(char) > 0x2E80 else 0.55 for char in label.text)
        texture = three.TextTexture(
            string=label.text,
            size=64,
            color=ink,
            squareTexture=False,
            minFilter="LinearFilter",
            magFilter="LinearFilter",
            generateMipmaps=False,
            fontFace=FONTS,
        )
        return three.Sprite(
            material=three.SpriteMaterial(map=texture, transparent=True, depthWrite=False),
            position=[label.x, label.y, label.z],
            scale=[label.height * ems, label.height, 1],
        )

    def _picked(self, change: Any) -> None:
        if self._on_pick is None or change["owner"].object is None or change["new"] is None:
            return
        number = int(change["new"]) // FACES_A_BAR
        if 0 <= number < len(self.bars):
            self._on_pick(self.bars[number])
