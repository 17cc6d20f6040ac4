"""A text in the scene that always faces the viewer."""

from dataclasses import dataclass
from unicodedata import east_asian_width

_NARROW, _WIDE = frozenset("ijlI.,:;'|!()[]t f r-"), frozenset("mwMW@%—…")


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

    @property
    def width(self) -> float:
        """About as wide as the usual fonts draw it: a Chinese character takes a whole square."""
        return self.height * max(sum(map(_em, self.text)), 0.5)


def _em(char: str) -> float:
    """A character's width by its height."""
    if east_asian_width(char) in "WF":
        return 0.98
    if char in _NARROW:
        return 0.3
    if char in _WIDE:
        return 0.88
    return 0.64 if char.isupper() else 0.55
