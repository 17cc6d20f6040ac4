"""What other packages bring: areas, importers, faces, reminders and more, by the name of their group.

Looking through everything that is installed takes some twenty milliseconds, and a lab asks for half a dozen groups, some of
them at every page. So it is looked through once a process: a package that is added is there with the next kernel.
"""

from functools import cache
from importlib import metadata
from typing import Any


@cache
def entry_points(group: str) -> metadata.EntryPoints:
    """What is brought of a group."""
    found: metadata.EntryPoints = _installed().select(group=group)
    return found


@cache
def _installed() -> Any:
    """All groups; before Python 3.12 of another type, which can be asked in the same way."""
    return metadata.entry_points()
