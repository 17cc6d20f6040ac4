"""A stage drawn by pythreejs, which is three.js r97: the only module that knows it.

What it cannot do is gone around here. A thousand meshes make it stand still: there are a few dozen. Instancing is broken: bars are
merged. A changed uniform never reaches a shader once it is compiled, whereas the fog of a scene does: so the shaders read the
moment from the fog's `near` and the reach of the haze from its `far`, and one number moves everything through time. Lamps make its
widgets complain: light is computed in our shaders (`share/scene`).
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np

from pgc_lib.notebook.look import SHARE
from pgc_lib.notebook.scene import buffers
from pgc_lib.notebook.scene.camera import View
from pgc_lib.notebook.scene.model import Bars, Stage, bar_width
from pgc_lib.notebook.scene.picking import of_point, of_solid, struck
from pgc_lib.notebook.scene.texts import Texts, hanging

SHADERS = SHARE / "scene"
_GAP = 0.12
_LEVELS = {"all": 0.0, "near": 1.0, "far": 2.0, "still": 0.0}
"""At which distance a mesh is drawn; what is still does not rise from the ground."""
_SMALLEST = 3.5
"""Points that a bar must be wide to be drawn by itself."""


@cache
def shader(name: str) -> str:
    """The text of a shader."""
    return (SHADERS / name).read_text(encoding="utf-8")


class ThreeStage:
    """The widget of a stage; `on_pick` gets the key of what was clicked, `on_hover` that of what is pointed at and where
    it is (or nothing), `on_look` where the camera went."""

    def __init__(
        self,
        stage: Stage,
        view: View,
        *,
        width: int,
        height: int,
        ink: dict[str, str],
        on_pick: "Callable[[str], None] | None" = None,
        on_look: "Callable[[View], None] | None" = None,
        on_hover: "Callable[[str, Sequence[float]], None] | None" = None,
    ) -> None:
        import pythreejs

        self._three = pythreejs
        self._stage, self._ink, self._view = stage, ink, view
        self._on_pick, self._on_look, self._on_hover = on_pick, on_look, on_hover
        self._owners: dict[int, Callable[[int, Sequence[float]], str]] = {}
        self._bars: dict[int, Any] = {}
        self._dots: list[tuple[int, Any]] = []
        self._solids: list[Any] = []
        self._shaded: Any = None
        self._indexes: dict[int, Any] = {}
        self._radius = _radius(stage)
        self.sent = 0
        """Bytes of all arrays."""
        self.moment = stage.end
        self.widget = self._build(width, height)

    # ── what can be done with it ───────────────────────────────────────────────────────────────────────
    def show(self, moment: float) -> None:
        """Go to a moment: what is born later is not there yet."""
        appeared = self._born(moment) != self._born(self.moment)
        self.moment = moment
        self._fog.near = float(moment)
        if appeared:
            self._tidy()

    @property
    def view(self) -> View:
        """Where the camera is now."""
        return self._view

    def _born(self, moment: float) -> int:
        return sum(label.born < moment for label in self._stage.labels)

    def look(self, view: View) -> None:
        """Look from elsewhere."""
        self._view = view
        self._controls.target = self._here(view.target)
        self._camera.position = self._here(view.position)
        self._controls.exec_three_obj_method("update")
        self._tidy()

    def zoom(self, factor: float) -> None:
        """Step nearer (below 1) or away."""
        eye, target = np.array(self._view.position), np.array(self._view.target)
        self.look(View(_triple(target + (eye - target) * factor), self._view.target, self._view.field))  # fmt: skip

    def wheel(self, on: bool) -> None:
        """Whether the wheel zooms; it belongs to the page until somebody clicks into the picture."""
        self._controls.enableZoom = on

    def resize(self, width: int, height: int, view: View) -> None:
        """As wide and high as its place is now."""
        self.widget.width, self.widget.height = width, height
        self._camera.aspect = width / height
        self.look(view)

    def mark(self, low: Sequence[float], high: Sequence[float]) -> None:
        """Draw a frame around what lies between two corners."""
        size = np.subtract(high, low) + _GAP
        self._frame.scale = _triple(size)
        self._frame.position = self._here(_triple(np.add(high, low) / 2))
        self._frame.visible = True

    def unmark(self) -> None:
        """Take the frame away."""
        self._frame.visible = False

    def rebar(self, numbers: Sequence[int]) -> int:
        """Send what these bars are now: only the pieces they are in. Says how many bytes."""
        assert self._stage.bars is not None
        sent = 0
        for first in sorted({number // buffers.PIECE * buffers.PIECE for number in numbers}):
            sent += self._refill(self._bars[first], buffers.bar_piece(self._stage.bars, first))
        if self._shaded is not None:
            sent += self._refill(self._shaded, buffers.solid_piece(buffers.shadows(self._stage.bars)))  # fmt: skip
        return sent

    def renew(self, stage: Stage) -> int:
        """Show another state of the stage; what did not change stays where it is. Says how many bytes were sent."""
        old, self._stage = self._stage, stage
        before = self.sent
        if not _alike(old, stage):
            gone = list(self._target.children)
            self._owners, self._bars, self._dots = {}, {}, []
            self._target.children = self._things(self.widget.height)
            for mesh in gone:
                self._give_back(mesh)
            sent = self.sent - before
        else:
            sent = self.rebar(_changed(old.bars, stage.bars))
            for was, now, mesh in zip(old.solids, stage.solids, self._solids, strict=False):
                if was is not now:
                    self._owners[id(mesh)] = of_solid(now)
                    sent += self._refill(mesh, buffers.solid_piece(now))
        if old.labels != stage.labels:
            self.relabel(stage)
        return sent

    def relabel(self, stage: Stage) -> None:
        """Other texts."""
        self._stage = stage
        self.texts.write(stage.labels)
        self._tidy()

    def _refill(self, mesh: Any, piece: buffers.Piece) -> int:
        sent, given = 0, mesh.geometry.attributes
        for name, array in (("position", piece.steps), ("tint", piece.color), ("born", piece.born)):
            if not np.array_equal(given[name].array, array):
                given[name].array = array
                sent += array.nbytes
        place = self._here(piece.offset)
        if tuple(mesh.scale) != piece.scale:
            mesh.scale = piece.scale
        if tuple(mesh.position) != place:
            mesh.position = place
        return sent

    def repoint(self, color: Any) -> None:
        """Other colours for the dots."""
        for first, mesh in self._dots:
            count = len(mesh.geometry.attributes["tint"].array)
            mesh.geometry.attributes["tint"].array = np.ascontiguousarray(color[first : first + count])  # fmt: skip

    def close(self) -> None:
        """Give the models back, here and in the browser."""
        for each in reversed([self.widget, *hanging(self.widget)]):
            each.close()

    def _give_back(self, mesh: Any) -> None:
        kept = {id(each) for each in self._indexes.values()}
        for each in mesh.geometry.attributes.values():
            if id(each) not in kept:
                each.close()
        mesh.geometry.close()
        mesh.close()

    # ── built ──────────────────────────────────────────────────────────────────────────────────────────
    def _build(self, width: int, height: int) -> Any:
        three, stage = self._three, self._stage
        self._middle = self._view.target
        self._fog = three.Fog(color=self._ink["card"], near=stage.end, far=self._radius)
        apart = float(
            height * bar_width(stage) / (2 * np.tan(np.radians(self._view.field / 2)) * _SMALLEST)
        )
        self._body = {
            level: self._material("body", "body", level=value, apart=apart, rises=float(level != "still"))
            for level, value in _LEVELS.items()
        }  # fmt: skip
        flat = [self._mesh(buffers.solid_piece(each), "still") for each in stage.ground if len(each.index)]  # fmt: skip
        seen = self._things(height)
        self._frame = self._edges()
        self.texts = Texts(stage.labels, self._here, self._ink)
        self.texts.tidy(self._view, self.moment, width, height)
        self._camera = three.PerspectiveCamera(
            position=self._here(self._view.position),
            fov=self._view.field,
            aspect=width / height,
            near=max(self._radius / 50, 0.05),
            far=self._radius * 60 + 1000,
        )
        # What is looked at first is at the origin, the point around which the controls turn and reset.
        self._controls = three.OrbitControls(
            controlling=self._camera,
            enableZoom=False,
            enableKeys=False,
            enablePan=True,
            maxPolarAngle=1.53,
            minDistance=self._radius / 8,
            maxDistance=self._radius * 14,
        )
        self._target = target = three.Group(children=seen)
        children = [*flat, target, *([] if stage.lines is None else [self._lines()]), self._frame, self.texts.group]  # fmt: skip
        scene = three.Scene(children=[self._camera, *children], background=None, fog=self._fog)
        controls = [self._controls, *self._pickers(target)]
        self._camera.observe(self._looked, names=["position"])
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

    def _things(self, height: int) -> list[Any]:
        """What can be picked, with how a hit becomes a key; beside it what only belongs to it."""
        stage, made = self._stage, []
        if stage.bars is not None and len(stage.bars):
            bars, blocks = stage.bars, buffers.coarse(stage.bars)
            for piece in buffers.bar_pieces(bars):
                mesh = self._mesh(piece, "near" if blocks is not None else "all")
                self._bars[piece.first] = mesh
                self._owners[id(mesh)] = self._of_bar(piece.first)
                made.append(mesh)
            if blocks is not None:
                made += [self._mesh(piece, "far") for piece in buffers.bar_pieces(blocks)]
            else:
                self._shaded = self._shade()
                made.append(self._shaded)
        self._solids = []
        for solid in stage.solids:
            if len(solid.index):
                mesh = self._mesh(buffers.solid_piece(solid), "all" if solid.rises else "still")
                self._owners[id(mesh)] = of_solid(solid)
                self._solids.append(mesh)
                made.append(mesh)
        if stage.points is not None and len(stage.points):
            wide = stage.points.size
            material = self._material("dot", "dot", wide=wide, tall=float(height))
            for piece in buffers.point_pieces(stage.points):
                mesh = self._three.Points(geometry=self._geometry(piece), material=material, position=self._here(piece.offset), scale=piece.scale)  # fmt: skip
                self._owners[id(mesh)] = of_point(stage.points.keys, piece.first)
                self._dots.append((piece.first, mesh))
                made.append(mesh)
        return made

    def _mesh(self, piece: buffers.Piece, level: str) -> Any:
        return self._three.Mesh(
            geometry=self._geometry(piece),
            material=self._body[level],
            position=self._here(piece.offset),
            scale=piece.scale,
        )

    def _shade(self) -> Any:
        assert self._stage.bars is not None
        piece = buffers.solid_piece(buffers.shadows(self._stage.bars))
        material = self._material("body", "shade", level=0.0, apart=0.0, rises=1.0, transparent=True, depthWrite=False)  # fmt: skip
        return self._three.Mesh(geometry=self._geometry(piece), material=material, position=self._here(piece.offset), scale=piece.scale)  # fmt: skip

    def _geometry(self, piece: buffers.Piece) -> Any:
        three = self._three
        self.sent += piece.bytes
        given: dict[str, Any] = {
            "position": three.BufferAttribute(piece.steps, normalized=False),
            "tint": three.BufferAttribute(piece.color, normalized=True),
            "born": three.BufferAttribute(piece.born, normalized=False),
        }
        if piece.index is not None:
            # Pieces of as many bars have the same corners in the same order, so they share what says so.
            known = self._indexes.get(id(piece.index))
            if known is None:
                known = three.BufferAttribute(piece.index, normalized=False)
                self._indexes[id(piece.index)] = known
            else:
                self.sent -= piece.index.nbytes
            given["index"] = known
        return three.BufferGeometry(attributes=given)

    def _material(
        self,
        vertex: str,
        fragment: str,
        *,
        transparent: bool = False,
        depthWrite: bool = True,  # noqa: N803 (three's own name)
        **own: float,
    ) -> Any:
        uniforms: dict[str, Any] = {
            "fogColor": {"type": "c", "value": self._ink["card"]},
            "fogNear": {"value": 0.0},
            "fogFar": {"value": 1.0},
        }
        return self._three.ShaderMaterial(
            uniforms=uniforms | {name: {"value": value} for name, value in own.items()},
            vertexShader=shader(f"{vertex}.vert"),
            fragmentShader=shader(f"{fragment}.frag"),
            extensions={"derivatives": True},
            fog=True,
            side="DoubleSide",
            transparent=transparent,
            depthWrite=depthWrite,
        )

    def _lines(self) -> Any:
        three, lines = self._three, self._stage.lines
        assert lines is not None
        place = np.ascontiguousarray(lines.ends.reshape(-1, 3) - np.array(self._middle, dtype=np.float32))  # fmt: skip
        geometry = three.BufferGeometry(
            attributes={
                "position": three.BufferAttribute(place.astype(np.float32), normalized=False),
                "color": three.BufferAttribute(np.repeat(lines.color, 2, axis=0), normalized=True),
            }
        )
        self.sent += place.nbytes + 6 * len(lines.ends)
        material = three.LineBasicMaterial(vertexColors="VertexColors", transparent=True, opacity=0.55, fog=False)  # fmt: skip
        return three.LineSegments(geometry=geometry, material=material)

    def _edges(self) -> Any:
        three = self._three
        lines = three.EdgesGeometry(three.BoxBufferGeometry(1, 1, 1))
        material = three.LineBasicMaterial(color=self._ink["ink"], fog=False)
        return three.LineSegments(geometry=lines, material=material, visible=False)

    def _pickers(self, target: Any) -> list[Any]:
        found = []
        for event, told in (("click", self._picked), ("mousemove", self._hovered)):
            if event == "click" or self._on_hover is not None:
                picker = self._three.Picker(controlling=target, event=event)
                picker.pointThreshold = self._stage.points.size / 2 if self._stage.points else 1.0
                picker.observe(told, names=["point"])
                found.append(picker)
        return found

    # ── what comes back ────────────────────────────────────────────────────────────────────────────────
    def _picked(self, change: Any) -> None:
        key = self._struck(change)
        if key and self._on_pick is not None:
            self._on_pick(key)

    def _hovered(self, change: Any) -> None:
        if self._on_hover is not None:
            self._on_hover(self._struck(change), np.add(change["new"], self._middle).tolist())

    def _struck(self, change: Any) -> str:
        """The key of what a hit fell upon; empty where there is nothing."""
        hit = change["owner"]
        owner = self._owners.get(id(hit.object)) if hit.object is not None else None
        if owner is None:
            return ""
        number = hit.faceIndex if hit.faceIndex is not None else hit.index
        return owner(int(number or 0), change["new"])

    def _of_bar(self, first: int) -> "Callable[[int, Sequence[float]], str]":
        bars = self._stage.bars
        assert bars is not None

        def key(face: int, place: Sequence[float]) -> str:
            number: int | None = first + face // buffers.FACES_A_BAR
            if number is not None and bars.born[number] >= self.moment:
                # The browser hits what is only going to be there; the one behind it is meant.
                there = np.flatnonzero(bars.born < self.moment)
                number = struck(bars, there, self._view.position, np.add(place, self._middle))
            return bars.keys[number] if number is not None and number < len(bars.keys) else ""

        return key

    def _looked(self, change: Any) -> None:
        eye = _triple(np.add(change["new"], self._middle))
        if np.allclose(eye, self._view.position, atol=1e-3):
            return
        target = _triple(np.add(self._controls.target, self._middle))
        self._view = View(eye, target, self._view.field)
        self._tidy()
        if self._on_look is not None:
            self._on_look(self._view)

    # ── between ────────────────────────────────────────────────────────────────────────────────────────
    def _tidy(self) -> None:
        self.texts.tidy(self._view, self.moment, self.widget.width, self.widget.height)

    def _here(self, place: Sequence[float]) -> tuple[float, float, float]:
        return _triple(np.subtract(place, self._middle))


def _alike(old: Stage, new: Stage) -> bool:
    """Whether the same things are there, perhaps in another size or colour."""
    keys = [None if each.bars is None else list(each.bars.keys) for each in (old, new)]
    dots = [0 if each.points is None else len(each.points) for each in (old, new)]
    forms = [[(len(solid.position), len(solid.index)) for solid in each.solids] for each in (old, new)]  # fmt: skip
    return keys[0] == keys[1] and dots[0] == dots[1] and forms[0] == forms[1]


def _changed(old: Bars | None, new: Bars | None) -> list[int]:
    if old is None or new is None:
        return []
    same = np.ones(len(new), dtype=bool)
    for name in ("at", "size", "color", "born"):
        one, other = getattr(old, name), getattr(new, name)
        equal = one == other
        same &= equal.all(axis=1) if equal.ndim > 1 else equal
    return [int(number) for number in np.flatnonzero(~same)]


def _radius(stage: Stage) -> float:
    corners = stage.corners()
    return max(float(np.linalg.norm(np.ptp(corners, axis=0))) / 2, 1.0)


def _triple(values: Any) -> tuple[float, float, float]:
    x, y, z = (float(value) for value in values)
    return x, y, z
