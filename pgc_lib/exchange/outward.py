"""What an area writes in a form of its own: a family tree, a calendar, an address book, a list of to-dos.

Any kind can be written as a table (`exchange/export.py`); these are the forms that other programs know it by.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

_FAMILY = "pgc_lib.exchange.genealogy_export:export"
_TODOS = "pgc_lib.exchange.todo_export:export"
FORMS: Mapping[tuple[str, str], str] = {
    ("family", ".ged"): _FAMILY,
    ("family", ".vcf"): _FAMILY,
    ("family", ".ics"): _FAMILY,
    ("todos", ".ics"): _TODOS,
    ("todos", ".txt"): _TODOS,
    ("todos", ".ticktick.csv"): _TODOS,
    ("todos", ".todoist.csv"): _TODOS,
    ("todos", ".todoist.zip"): _TODOS,
    ("hobbies", ".ics"): "pgc_lib.exchange.plans:export",
}
"""Area and ending -> what writes it; it is called with the area, the path and what else was said."""


def own_form(kind: str, path: Path) -> Callable[..., Path] | None:
    """What writes a kind's area into a file of this ending, where it has a form of its own."""
    area, name = kind.partition(".")[0], path.name.lower()
    # The longest ending says most: `my.ticktick.csv` is more than a table.
    fits = sorted((len(end), where) for (of, end), where in FORMS.items() if of == area and name.endswith(end))  # fmt: skip
    if not fits:
        return None
    where = fits[-1][1]
    module, _colon, name = where.partition(":")
    found: Callable[..., Any] = getattr(import_module(module), name)
    return found
