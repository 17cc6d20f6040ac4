"""A scene as glTF 2.0 in one binary file, which any 3D program opens.

Written by hand: a JSON part and one buffer. Colours are those of the corners; normals are computed per triangle, so the low, clear
facets of the screen are kept. What is there at the end of time is there.
"""

import json
import struct
from typing import TYPE_CHECKING, Any

import numpy as np

from pgc_lib.notebook.scene.buffers import _CORNERS, _FACES
from pgc_lib.notebook.scene.model import Bars, Solid, Stage

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MAGIC, _JSON, _BINARY = 0x46546C67, 0x4E4F534A, 0x004E4942
_FLOAT, _BYTE = 5126, 5121
_TRIANGLES, _POINTS, _LINES = 4, 0, 1
_ARRAY = 34962


def glb(stage: Stage) -> bytes:
    """The whole file."""
    file = _File()
    if stage.bars is not None and len(stage.bars):
        file.triangles("bars", *of_bars(stage.bars))
    for number, solid in enumerate(stage.solids):
        file.triangles(f"body {number}", *of_solid(solid))
    for number, solid in enumerate(stage.ground):
        file.triangles(f"ground {number}", *of_solid(solid))
    if stage.points is not None and len(stage.points):
        file.plain("points", _POINTS, stage.points.at, stage.points.color)
    if stage.lines is not None and len(stage.lines.ends):
        file.plain("ties", _LINES, stage.lines.ends.reshape(-1, 3), np.repeat(stage.lines.color, 2, axis=0))  # fmt: skip
    return file.closed(stage.title)


def of_bars(bars: Bars) -> "tuple[NDArray[np.float32], NDArray[np.uint8]]":
    """Every bar as triangles: corners and colours."""
    shape = _CORNERS[None] * bars.size[:, None, :]
    if bars.turn is not None:
        sin, cos = np.sin(bars.turn)[:, None], np.cos(bars.turn)[:, None]
        shape = np.stack([shape[..., 0] * cos + shape[..., 2] * sin, shape[..., 1], shape[..., 2] * cos - shape[..., 0] * sin], -1)  # fmt: skip
    corners = bars.at[:, None, :] + shape
    return corners[:, _FACES].reshape(-1, 3, 3), np.repeat(bars.color, len(_FACES) * 3, axis=0).reshape(-1, 3, 3)  # fmt: skip


def of_solid(solid: Solid) -> "tuple[NDArray[np.float32], NDArray[np.uint8]]":
    """A body likewise."""
    return solid.position[solid.index], solid.color[solid.index]


class _File:
    def __init__(self) -> None:
        self.buffer = bytearray()
        self.views: list[dict[str, Any]] = []
        self.accessors: list[dict[str, Any]] = []
        self.meshes: list[dict[str, Any]] = []

    def triangles(self, name: str, corners: Any, colors: Any) -> None:
        """A body, each triangle with its own corners and normal."""
        if not len(corners):
            return
        normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        length = np.linalg.norm(normal, axis=1, keepdims=True)
        normal = np.where(length > 0, normal / np.maximum(length, 1e-12), (0.0, 1.0, 0.0))
        attributes = {
            "POSITION": self._numbers(corners.reshape(-1, 3), bounds=True),
            "NORMAL": self._numbers(np.repeat(normal, 3, axis=0)),
            "COLOR_0": self._colors(colors.reshape(-1, 3)),
        }
        self._mesh(name, _TRIANGLES, attributes)

    def plain(self, name: str, mode: int, places: Any, colors: Any) -> None:
        """Points or lines."""
        attributes = {
            "POSITION": self._numbers(places, bounds=True),
            "COLOR_0": self._colors(colors),
        }
        self._mesh(name, mode, attributes)

    def closed(self, title: str) -> bytes:
        """Both parts with their heads."""
        table: dict[str, Any] = {
            "asset": {"version": "2.0", "generator": "PGC"},
            "scene": 0,
            "scenes": [{"name": title, "nodes": list(range(len(self.meshes)))}],
            "nodes": [{"mesh": n, "name": mesh["name"]} for n, mesh in enumerate(self.meshes)],
            "materials": [
                {
                    "name": "matt",
                    "doubleSided": True,
                    "pbrMetallicRoughness": {"metallicFactor": 0, "roughnessFactor": 0.85},
                }
            ],
        }
        if self.meshes:  # an empty list is not allowed
            table |= {
                "meshes": self.meshes,
                "accessors": self.accessors,
                "bufferViews": self.views,
                "buffers": [{"byteLength": len(self.buffer)}],
            }
        else:
            table["scenes"][0].pop("nodes")
            table.pop("nodes")
        text = json.dumps(table, ensure_ascii=False, separators=(",", ":")).encode()
        text += b" " * (-len(text) % 4)
        body = struct.pack("<II", len(text), _JSON) + text
        if self.buffer:
            body += struct.pack("<II", len(self.buffer), _BINARY) + bytes(self.buffer)
        return struct.pack("<III", _MAGIC, 2, 12 + len(body)) + body

    def _mesh(self, name: str, mode: int, attributes: dict[str, int]) -> None:
        part = {"attributes": attributes, "mode": mode, "material": 0}
        self.meshes.append({"name": name, "primitives": [part]})

    def _numbers(self, values: Any, *, bounds: bool = False) -> int:
        values = np.ascontiguousarray(values, dtype="<f4")
        found = self._accessor(values.tobytes(), len(values), _FLOAT, "VEC3", 12)
        if bounds:
            self.accessors[found] |= {
                "min": values.min(axis=0).tolist(),
                "max": values.max(axis=0).tolist(),
            }
        return found

    def _colors(self, colors: Any) -> int:
        """Bytes of the screen are sRGB, colours of corners are linear."""
        share = np.asarray(colors, dtype=np.float64) / 255
        linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
        wide = np.concatenate([np.rint(linear * 255), np.full((len(linear), 1), 255)], axis=1)
        made = np.ascontiguousarray(wide, dtype=np.uint8)
        found = self._accessor(made.tobytes(), len(made), _BYTE, "VEC4", 4)
        self.accessors[found]["normalized"] = True
        return found

    def _accessor(self, content: bytes, count: int, kind: int, shape: str, stride: int) -> int:
        self.views.append(
            {
                "buffer": 0,
                "byteOffset": len(self.buffer),
                "byteLength": len(content),
                "byteStride": stride,
                "target": _ARRAY,
            }
        )
        self.buffer += content
        self.buffer += b"\0" * (-len(self.buffer) % 4)
        self.accessors.append(
            {
                "bufferView": len(self.views) - 1,
                "componentType": kind,
                "count": count,
                "type": shape,
            }
        )
        return len(self.accessors) - 1
