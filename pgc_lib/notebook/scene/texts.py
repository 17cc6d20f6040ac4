"""The names in a scene, drawn by pythreejs: sharp, upright, none upon another, and readable in front of anything.

A name that is drawn over everything has a plate in the ground's colour behind it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from pgc_lib.notebook.look import FONTS
from pgc_lib.notebook.scene.bars import blend
from pgc_lib.notebook.scene.camera import View, legible
from pgc_lib.notebook.scene.labels import Label

_INK_SIZE = 40
_READABLE = (12.5, 25.0)
"""Points between which a text is high."""
_PLATE = 0.72
"""How much of what is behind a name its plate covers."""
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
        self._plate = pythreejs.SpriteMaterial(color=blend(ink["card"], ink["sunk"], 0.5), transparent=True, opacity=_PLATE, depthTest=False, depthWrite=False, fog=False)  # fmt: skip
        self.group = pythreejs.Group()
        self.labels: list[tuple[Label, list[Any]]] = []
        """Each with its text and, where it has one, its plate."""
        self.write(labels)

    def write(self, labels: Sequence[Label]) -> None:
        """These and no others."""
        gone = list(self.group.children)
        self.labels = [(label, self._sprites(label)) for label in labels]
        # First all plates, then all texts: what comes later is drawn later.
        both = [each for _label, sprites in self.labels for each in sprites]
        self.group.children = sorted(both, key=lambda each: int(each.renderOrder))
        for sprite in gone:
            if sprite.material is not self._plate:
                sprite.material.map.close()
                sprite.material.close()
            sprite.close()

    def tidy(self, view: View, moment: float, width: int, height: int) -> None:
        """Texts are neither too small to read nor larger than they must be, and of those that would lie on each other one is shown."""
        eye, scale = np.array(view.position), height / 2 / np.tan(np.radians(view.field / 2))
        sized = []
        for label, _sprites in self.labels:
            far = float(np.linalg.norm(eye - (label.x, label.y, label.z))) or 1.0
            points = float(np.clip(label.height * scale / far, *_READABLE))
            sized.append(replace(label, height=points * far / scale))
        there = [label for label in sized if label.born < moment]
        shown = dict(zip(map(id, there), legible(view, there, width / height), strict=True))
        for label, (_label, sprites) in zip(sized, self.labels, strict=True):
            high, wide, seen = label.height, label.width, shown.get(id(label), False)
            for sprite, size in zip(sprites, ((wide, high, 1.0), (wide + 0.5 * high, 1.15 * high, 1.0)), strict=False):  # fmt: skip
                if not np.allclose(sprite.scale, size, rtol=0.02):
                    sprite.scale = size
                if sprite.visible != seen:
                    sprite.visible = seen

    def _sprites(self, label: Label) -> list[Any]:
        place = self._here((label.x, label.y, label.z))
        texture = self._three.TextTexture(
            string=label.text,
            size=_INK_SIZE,
            color=self._ink["soft" if label.soft else "ink"],
            squareTexture=False,
            minFilter="LinearFilter",
            magFilter="LinearFilter",
            generateMipmaps=False,
            fontFace=FONTS,
        )
        over = label.rank >= _OVER
        material = self._three.SpriteMaterial(map=texture, transparent=True, depthWrite=False, depthTest=not over, fog=False)  # fmt: skip
        text = self._three.Sprite(material=material, position=place, renderOrder=2, visible=False)
        if not over:
            return [text]
        return [text, self._three.Sprite(material=self._plate, position=place, renderOrder=1, visible=False)]  # fmt: skip


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
