"""A card that holds a widget: a chart to click, a tree, a scene. It stays the same one for as long as the page is open."""

from typing import TYPE_CHECKING

from pgc_lib.i18n import lang
from pgc_lib.notebook.live import Child, Part
from pgc_lib.notebook.panels.card import Card

if TYPE_CHECKING:
    from pgc_lib.lab import Lab
    from pgc_lib.notebook.panels.page import Page


class Held(Card):
    """What `make` gives; nothing where it gives nothing."""

    slow = True
    headed = False
    """Whether the widget has a heading of its own."""

    def __init__(self, page: "Page") -> None:
        super().__init__(page)
        self._spoken = ""

    def make(self, lab: "Lab") -> Part | None:
        """The widget."""
        raise NotImplementedError

    def read(self, lab: "Lab") -> Part | None:
        kept: Part | None = self.found
        if kept is not None and self._spoken == lang():
            return kept
        made = self.make(lab)
        if kept is not None:
            kept.close()
        self._spoken = lang()
        return made

    def load(self) -> None:
        """It also learns at once how wide its place is."""
        super().load()
        if isinstance(self.found, Part) and self.page.surroundings:
            _belongs = self.html  # from now on to this page
            self.found.met()

    def heading(self) -> str:
        return "" if self.headed and self.there and self.found is not None else super().heading()

    def show(self, found: Part | None) -> Child:
        return found

    def met(self) -> None:
        if isinstance(self.found, Part):
            self.found.met()

    def close(self) -> None:
        if isinstance(self.found, Part):
            self.found.close()
