"""A scene as a flat picture, drawn here without a browser: for reports, saved notebooks, and where nothing else can draw.

Triangles are projected, lit as the shader does it, and drawn into a picture with a depth for each point, so the nearest is what is
seen. Texts are laid over it as SVG by vl-convert, which knows the fonts of the machine.
"""

import base64
import struct
import zlib
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from pgc_lib.notebook.look import FONTS
from pgc_lib.notebook.scene.bars import blend
from pgc_lib.notebook.scene.camera import View, axes, legible
from pgc_lib.notebook.scene.glb import of_bars, of_solid
from pgc_lib.notebook.scene.model import Stage

if TYPE_CHECKING:
    from numpy.typing import NDArray

WIDTH, HEIGHT = 1200, 624
_LIGHT = np.array([-0.5, 0.75, 0.62]) / np.linalg.norm([-0.5, 0.75, 0.62])
_FINE = 2
"""Each point is drawn from so many squared."""


def png(stage: Stage, view: View, *, width: int = WIDTH, height: int = HEIGHT) -> bytes:
    """The picture in twice its size, for sharp screens."""
    import vl_convert

    eye = _Eye(view, width, height)
    drawn = base64.b64encode(_png(_drawn(stage, eye, _FINE))).decode()
    svg = (
        f"<svg xmlns='http://www.w3.org/2000/svg' width='{width}' height='{height}' font-family='{escape(FONTS)}'>"
        f"<image width='{width}' height='{height}' href='data:image/png;base64,{drawn}'/>{_texts(stage, view, eye)}</svg>"
    )
    return vl_convert.svg_to_png(svg, scale=_FINE)


class _Eye:
    """Places of the scene as places of the picture."""

    def __init__(self, view: View, width: int, height: int) -> None:
        self.at = np.array(view.position, dtype=np.float64)
        x, y, z = (float(a - b) for a, b in zip(view.position, view.target, strict=True))
        self.right, self.up, self.back = axes((x, y, z))
        self.scale = height / 2 / np.tan(np.radians(view.field / 2))
        self.size = (width, height)

    def see(self, places: Any) -> "tuple[NDArray[np.float64], NDArray[np.float64]]":
        """Where they land, and how far they are."""
        apart = np.asarray(places, dtype=np.float64) - self.at
        far = -(apart @ self.back)
        share = self.scale / np.maximum(far, 1e-6)
        x = self.size[0] / 2 + (apart @ self.right) * share
        y = self.size[1] / 2 - (apart @ self.up) * share
        return np.stack([x, y], axis=-1), far


class _Canvas:
    """Colours and, for each point, how near the nearest thing is."""

    def __init__(self, eye: _Eye, fine: int, color: str) -> None:
        width, height = eye.size
        self.fine = fine
        self.color = np.empty((height * fine, width * fine, 3), dtype=np.uint8)
        self.color[:] = [int(color[at : at + 2], 16) for at in (1, 3, 5)]
        self.near = np.zeros((height * fine, width * fine))
        """One through the distance, which is straight across a flat thing."""

    def triangles(self, place: Any, far: Any, paint: Any) -> None:
        """Fill those that are nearer than what is there."""
        high, wide = self.near.shape
        place = place * self.fine
        near = 1 / np.maximum(far, 1e-6)
        low = np.clip(np.floor(place.min(axis=1)).astype(int), 0, (wide, high))
        top = np.clip(np.ceil(place.max(axis=1)).astype(int) + 1, 0, (wide, high))
        one, other = place[:, 1] - place[:, 0], place[:, 2] - place[:, 0]
        area = one[:, 0] * other[:, 1] - one[:, 1] * other[:, 0]
        seen = (far.min(axis=1) > 0.05) & (np.abs(area) > 1e-9) & (top > low).all(axis=1)
        for n in np.flatnonzero(seen):
            x0, y0, x1, y1 = low[n, 0], low[n, 1], top[n, 0], top[n, 1]
            dx = np.arange(x0, x1) + 0.5 - place[n, 0, 0]
            dy = (np.arange(y0, y1) + 0.5 - place[n, 0, 1])[:, None]
            u = (dx * other[n, 1] - dy * other[n, 0]) / area[n]
            v = (dy * one[n, 0] - dx * one[n, 1]) / area[n]
            depth = near[n, 0] + u * (near[n, 1] - near[n, 0]) + v * (near[n, 2] - near[n, 0])
            window = self.near[y0:y1, x0:x1]
            there = (u >= 0) & (v >= 0) & (u + v <= 1) & (depth > window)
            window[there] = depth[there]
            tint = paint[n, 0] + u[there][:, None] * (paint[n, 1] - paint[n, 0]) + v[there][:, None] * (paint[n, 2] - paint[n, 0])  # fmt: skip
            self.color[y0:y1, x0:x1][there] = tint

    def dots(self, place: Any, far: Any, wide: Any, paint: Any) -> None:
        """Round dots, the farthest first."""
        high, width = self.near.shape
        for n in np.argsort(-far):
            r = max(wide[n] * self.fine / 2, 0.8)
            x, y = place[n] * self.fine
            x0, x1 = max(int(x - r), 0), min(int(x + r) + 2, width)
            y0, y1 = max(int(y - r), 0), min(int(y + r) + 2, high)
            if x0 >= x1 or y0 >= y1 or far[n] <= 0:
                continue
            across = (np.arange(x0, x1) + 0.5 - x) ** 2 + ((np.arange(y0, y1) + 0.5 - y) ** 2)[:, None]  # fmt: skip
            window = self.near[y0:y1, x0:x1]
            there = (across <= r * r) & (1 / far[n] > window)
            window[there] = 1 / far[n]
            self.color[y0:y1, x0:x1][there] = paint[n]

    def lines(self, place: Any, far: Any, paint: Any) -> None:
        """Thin lines, point by point."""
        high, width = self.near.shape
        for n in range(len(place)):
            a, b = place[n] * self.fine
            steps = int(np.abs(b - a).max()) + 1
            if steps > 4 * width or far[n].min() <= 0:
                continue
            share = np.linspace(0, 1, steps)
            x = (a[0] + (b[0] - a[0]) * share).astype(int)
            y = (a[1] + (b[1] - a[1]) * share).astype(int)
            depth = 1 / far[n, 0] + (1 / far[n, 1] - 1 / far[n, 0]) * share
            inside = (x >= 0) & (x < width) & (y >= 0) & (y < high)
            x, y = x[inside], y[inside]
            free = depth[inside] > self.near[y, x]
            old = self.color[y[free], x[free]]
            self.color[y[free], x[free]] = (old * 0.55 + paint[n] * 0.45).astype(np.uint8)


def _drawn(stage: Stage, eye: _Eye, fine: int) -> "NDArray[np.uint8]":
    canvas = _Canvas(eye, fine, blend(stage.colors["card"], stage.colors["sunk"], 0.4))
    for solid in stage.ground:
        canvas.triangles(*_lit(*of_solid(solid), eye, stage.dark, flat=True))
    if stage.bars is not None and len(stage.bars):
        canvas.triangles(*_lit(*of_bars(stage.bars), eye, stage.dark))
    for solid in stage.solids:
        canvas.triangles(*_lit(*of_solid(solid), eye, stage.dark))
    points = stage.points
    if points is not None and len(points):
        place, far = eye.see(points.at)
        canvas.dots(place, far, points.size * eye.scale / np.maximum(far, 1e-6), points.color)
    if stage.lines is not None and len(stage.lines.ends):
        canvas.lines(*eye.see(stage.lines.ends), stage.lines.color)
    return canvas.color


def _lit(corners: Any, colors: Any, eye: _Eye, dark: bool, *, flat: bool = False) -> Any:
    """Triangles as seen, and the colours of their corners in the light."""
    place, far = eye.see(corners)
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normal = normal / np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-12)
    towards = eye.at - corners.mean(axis=1)
    normal = np.where((normal * towards).sum(axis=1, keepdims=True) < 0, -normal, normal)
    light = (0.5 if dark else 0.62) + 0.16 * (0.5 + 0.5 * normal[:, 1])
    light += (0.44 if dark else 0.34) * np.maximum(normal @ _LIGHT, 0)
    shade = np.repeat(light[:, None], 3, axis=1)
    if not flat:
        low = np.clip(corners[:, :, 1] / 1.5, 0, 1)
        shade = shade * ((0.7 if dark else 0.84) + (0.3 if dark else 0.16) * low)
    return place, far, np.clip(colors * shade[:, :, None], 0, 255)


def _texts(stage: Stage, view: View, eye: _Eye) -> str:
    shown = legible(view, stage.labels, eye.size[0] / eye.size[1])
    made = []
    for label, on in zip(stage.labels, shown, strict=True):
        if not on:
            continue
        (x, y), far = eye.see(np.array([label.x, label.y, label.z]))
        size = label.height * eye.scale / float(far) * 0.86
        color = stage.colors["soft" if label.soft else "ink"]
        made.append(f"<text x='{x:.1f}' y='{y + size * 0.36:.1f}' font-size='{size:.1f}' text-anchor='middle' fill='{color}'>{escape(label.text)}</text>")  # fmt: skip
    return "".join(made)


def _png(color: "NDArray[np.uint8]") -> bytes:
    """Points as a PNG file."""
    high, wide, _three = color.shape
    lines = np.zeros((high, 1 + 3 * wide), dtype=np.uint8)
    lines[:, 1:] = color.reshape(high, -1)
    head = struct.pack(">IIBBBBB", wide, high, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(lines.tobytes(), 3)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in parts
    )
