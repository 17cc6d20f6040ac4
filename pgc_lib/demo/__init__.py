"""A made-up family's three years, so that a new lab has something to look at.

Everything is fictional and made by arithmetic from a fixed seed: the same on every machine, never a
mixture with real data (every record is marked `demo`), and loading it twice adds nothing. Each area adds
its part as a function in `PARTS`.
"""

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING

from pgc_lib.i18n import N_, _

if TYPE_CHECKING:
    from pgc_lib.lab import Lab

PARTS: tuple[tuple[str, str, str], ...] = (
    ("finance", N_("Money"), "pgc_lib.demo.money:load"),
    ("budgets", N_("Budgets and rules"), "pgc_lib.demo.budgets:load"),
    ("todos", N_("To-dos"), "pgc_lib.demo.todos:load"),
    ("reminders", N_("Reminders"), "pgc_lib.demo.reminders:load"),
    ("skills", N_("Skills"), "pgc_lib.demo.skills:load"),
    ("family", N_("Family"), "pgc_lib.demo.family:load"),
    ("help", N_("Help library"), "pgc_lib.demo.help:load"),
    ("hobbies", N_("Hobbies"), "pgc_lib.demo.hobbies:load"),
    ("knowledge", N_("Knowledge"), "pgc_lib.demo.knowledge:load"),
    ("methods", N_("Methods"), "pgc_lib.demo.methods:load"),
    ("docs", N_("Documents"), "pgc_lib.demo.docs:load"),
    ("wellbeing", N_("Wellbeing"), "pgc_lib.demo.wellbeing:load"),
    ("anchor", N_("Career"), "pgc_lib.demo.anchor:load"),
    ("graph", N_("Graph"), "pgc_lib.demo.graph:load"),
)
"""Each area with its name for a person, and what loads its part."""


def load(lab: "Lab", *, on_progress: Callable[[str], None] | None = None) -> dict[str, int]:
    """Fill every area that is still without demo records; says how many each got, by its name."""
    added = {}
    for _area, title, where in PARTS:
        if on_progress:
            on_progress(_("Demo data: {area}", area=_(title)))
        module, _sep, name = where.partition(":")
        added[_(title)] = getattr(import_module(module), name)(lab)
    return added
