"""A text in the scene that always faces the viewer."""

from dataclasses import dataclass
from unicodedata import east_asian_width

_WIDTHS = {
    0.22: " ", 0.27: "ij|", 0.31: "!',.:;Ifl", 0.35: "()-[]{}", 0.38: "/\\rt", 0.46: '"*?sz', 0.5: "cvxy",
    0.61: "AESTZ`bdhnopqu", 0.65: "BCKPR", 0.7: "&DGNU", 0.75: "HOQ", 0.8: "Mw", 0.92: "%W@m—", 1.0: "…“”·",
}  # fmt: skip
"""How wide the letters of the usual fonts are by their size; what is not here is 0.55."""
_EMS = {char: width for width, chars in _WIDTHS.items() for char in chars}
_LINE = 40 / 42
"""A letter's size by the height of its line."""


@dataclass(frozen=True, slots=True)
class Label:
    """A text, centred on (x, y, z), `height` tall; `soft` draws it in the quieter ink.

    Where two would lie on each other the one of higher `rank` is shown; what is `born` later than the moment is not.
    """

    text: str
    x: float
    y: float
    z: float
    height: float = 0.7
    soft: bool = True
    rank: int = 0
    born: float = -9.0
    spare: bool = False
    """Whether it stands in for another of the same text, and is seen only where that one is not."""

    @property
    def letter(self) -> float:
        """A letter's size."""
        return self.height * _LINE

    @property
    def width(self) -> float:
        """About as wide as the usual fonts draw it: a Chinese character takes a whole square."""
        return self.letter * max(sum(map(_em, self.text)), 0.5)


def _em(char: str) -> float:
    """A character's width by its size."""
    return 1.0 if east_asian_width(char) in "WF" else _EMS.get(char, 0.55)
