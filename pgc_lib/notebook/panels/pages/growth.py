"""Growth: a life as a landscape, and what the period brought."""

from typing import TYPE_CHECKING

from pgc_lib.core.faces import face
from pgc_lib.i18n import N_
from pgc_lib.notebook.live import Part
from pgc_lib.notebook.panels.cards.told import Told
from pgc_lib.notebook.panels.every import Look
from pgc_lib.notebook.panels.held import Held

if TYPE_CHECKING:
    from pgc_lib.lab import Lab


class Landscape(Held):
    """The growth scene over the years."""

    title = N_("My landscape")
    tall = 24
    headed = True

    def make(self, lab: "Lab") -> Part:
        scene: Part = face("scene")(lab)
        return scene


class Timeline(Held):
    """Everything in its order."""

    title = N_("One after another")
    tall = 16

    def make(self, lab: "Lab") -> Part:
        timeline: Part = face("timeline")(lab)
        return timeline


LOOK = Look(
    rows=[[[Landscape]], [[Told]], [[Timeline]]],
    asks=N_("What became of all the small steps?"),
)
