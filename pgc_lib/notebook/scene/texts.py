"""The names in a scene, drawn by pythreejs: sharp, upright, none upon another, and readable in front of anything.

Each is a small SVG with a rim in the ground's colour around its letters. pythreejs' own texts cut off what hangs below the line.
"""

from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from html import escape
from typing import Any

import numpy as np

from pgc_lib.notebook.look import FONTS
from pgc_lib.notebook.scene.bars import blend
from pgc_lib.notebook.scene.camera import View, legible
from pgc_lib.notebook.scene.labels import Label

_LETTER = 28
"""Pixels in which letters are drawn: a whole one or two for each on the screen."""
_HIGH, _BASE = 42, 31
"""Pixels of the picture and of the line on which letters stand, so that their middle is the picture's."""
_RIM = 6
_READABLE = (11.5, 19.0)
"""Points between which a text is high."""
_OVER = 2
"""From this rank on a name is drawn over what stands before it."""


class Texts:
    """Labels as sprites; `here` says where a place is for the renderer."""

    def __init__(
        self,
        labels: Sequence[Label],
        here: "Callable[[Sequence[float]], tuple[float, float, float]]",
        ink: dict[str, str],
    ) -> None:
        import pythreejs

        self._three, self._here, self._ink = pythreejs, here, ink
        self._ground = blend(ink["card"], ink["sunk"], 0.5)
        self.group = pythreejs.Group()
        self.labels: list[tuple[Label, Any]] = []
        self.write(labels)

    def write(self, labels: Sequence[Label]) -> None:
        """These and no others."""
        gone = list(self.group.children)
        self.labels = [(label, self._sprite(label)) for label in labels]
        self.group.children = [sprite for _label, sprite in self.labels]
        for sprite in gone:
            sprite.material.map.close()
            sprite.material.close()
            sprite.close()

    def tidy(self, view: View, moment: float, width: int, height: int) -> None:
        """Texts are neither too small to read nor larger than they must be, and of those that would lie on each other one is shown."""
        eye, scale = np.array(view.position), height / 2 / np.tan(np.radians(view.field / 2))
        sized = []
        for label, _sprite in self.labels:
            far = float(np.linalg.norm(eye - (label.x, label.y, label.z))) or 1.0
            points = float(np.clip(label.height * scale / far, *_READABLE))
            sized.append(replace(label, height=points * far / scale))
        there = [label for label in sized if label.born < moment]
        shown = dict(zip(map(id, there), legible(view, there, width / height), strict=True))
        for label, (_label, sprite) in zip(sized, self.labels, strict=True):
            wide, high = pixels(label)
            size = (*np.multiply((wide, high), label.letter / _LETTER).tolist(), 1.0)
            if not np.allclose(sprite.scale, size, rtol=0.02):
                sprite.scale = size
            seen = shown.get(id(label), False)
            if sprite.visible != seen:
                sprite.visible = seen

    def _sprite(self, label: Label) -> Any:
        ink = self._ink["soft" if label.soft else "ink"]
        texture = self._three.ImageTexture(
            imageUri=picture(label, ink, self._ground),
            minFilter="LinearFilter",
            magFilter="LinearFilter",
            generateMipmaps=False,
            premultiplyAlpha=True,  # else the rim is grey where it ends
        )
        material = self._three.SpriteMaterial(
            map=texture,
            transparent=True,
            premultipliedAlpha=True,
            depthWrite=False,
            depthTest=label.rank < _OVER,
            fog=False,
        )
        place = self._here((label.x, label.y, label.z))
        return self._three.Sprite(material=material, position=place, renderOrder=2, visible=False)


def pixels(label: Label) -> tuple[int, int]:
    """How many pixels a name's picture is wide and high."""
    return round(label.width / label.letter * _LETTER) + 2 * _RIM, _HIGH


def picture(label: Label, ink: str, ground: str) -> str:
    """A name as an SVG in an address: exactly as wide as was reckoned, whatever font the browser has."""
    wide, high = pixels(label)
    words = f'x="{_RIM}" y="{_BASE}" textLength="{wide - 2 * _RIM}" lengthAdjust="spacingAndGlyphs"'
    text = escape("".join(char for char in label.text if char.isprintable()))
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{high}" font-family="{escape(FONTS)}" font-size="{_LETTER}">'
        f'<text {words} fill="none" stroke="{ground}" stroke-opacity="0.86" stroke-width="{_RIM}" stroke-linejoin="round">{text}</text>'
        f'<text {words} fill="{ink}">{text}</text></svg>'
    )  # fmt: skip
    return "data:image/svg+xml;base64," + b64encode(svg.encode()).decode()


def hanging(widget: Any) -> list[Any]:
    """Every widget that hangs on this one, each once."""
    from ipywidgets import Widget

    found: dict[str, Any] = {}
    waiting = [widget]
    while waiting:
        each = waiting.pop()
        for name in each.keys:
            for value in _flat(getattr(each, name, None)):
                if isinstance(value, Widget) and value.model_id and value.model_id not in found:
                    found[value.model_id] = value
                    waiting.append(value)
    return list(found.values())


def _flat(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        for each in value.values():
            yield from _flat(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _flat(each)
    else:
        yield value
