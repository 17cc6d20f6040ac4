"""Every page: what it is called, what it asks, and which cards answer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, TypeAlias

from pgc_lib.i18n import N_, _

if TYPE_CHECKING:
    from pgc_lib.notebook.panels.card import Card
    from pgc_lib.notebook.panels.page import Page

PAGES = {
    "home": N_("My day"),
    "growth": N_("Growth"),
    "money": N_("Money"),
    "family": N_("Family"),
    "wellbeing": N_("Wellbeing"),
    "knowledge": N_("Knowledge"),
    "skills": N_("Skills"),
    "hobbies": N_("Hobbies"),
    "anchor": N_("Career"),
    "reports": N_("Reports"),
    "search": N_("Find"),
}
"""In the order of the navigation; the name is also that of its notebook in `dashboards/` and of its module in `pages/`."""
Heading: TypeAlias = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Look:
    """How a page is made up: rows of columns of cards."""

    rows: "Sequence[Sequence[Sequence[type[Card]]]]"
    asks: str = ""
    """The question that it answers, below its title."""
    heading: "Callable[[Page], Heading] | None" = None
    """What stands at its top, where that is more than title and question: above, title, below."""
    span: str = "month"
    spans: bool = True
    """Whether anything on it is about a period."""


def title(name: str) -> str:
    """What a page is called."""
    return _(PAGES[name])


@cache
def look(name: str) -> Look:
    """How a page is made up; its module is loaded when somebody goes there."""
    found: Look = import_module(f"pgc_lib.notebook.panels.pages.{name}").LOOK
    return found


def heading(page: "Page") -> Heading:
    """What stands at the top of a page."""
    plan = look(page.name)
    return plan.heading(page) if plan.heading else ("", title(page.name), _(plan.asks))
