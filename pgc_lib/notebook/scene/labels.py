"""A text in the scene that always faces the viewer."""

from dataclasses import dataclass
from unicodedata import east_asian_width


@dataclass(frozen=True, slots=True)
class Label:
    """A text, centred on (x, y, z), `height` tall; `soft` draws it in the quieter ink."""

    text: str
    x: float
    y: float
    z: float
    height: float = 0.7
    soft: bool = True

    @property
    def width(self) -> float:
        """As wide as the widest of the usual fonts draws it: a Chinese character takes a whole square."""
        ems = sum(1.0 if east_asian_width(char) in "WF" else 0.58 for char in self.text)
        return self.height * max(ems, 0.5)
