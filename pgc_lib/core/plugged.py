"""What other packages plug in: their entry points, read once a process.

Looking for them opens the metadata of every package that is installed, 25 ms of processor each time; who looks twice a minute
as long as a lab runs would spend more on that than on anything else.
"""

from functools import cache
from importlib.metadata import EntryPoint, entry_points


@cache
def plugged(group: str) -> tuple[EntryPoint, ...]:
    """The entry points of a group; a package that is installed later is seen by the next process."""
    return tuple(entry_points(group=group))
