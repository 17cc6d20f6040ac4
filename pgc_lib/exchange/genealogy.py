"""A family as a file describes it, before it is compared with what is kept: people, ties, and the rest word for word.

Whatever a format calls its people, here each has a reference that is the same when the same file comes again.
"""

from dataclasses import dataclass, field
from typing import Any

from pgc_lib.errors import Problem


@dataclass(slots=True)
class Someone:
    """A person of a file: what fits a member, under a reference."""

    reference: str
    values: dict[str, Any]
    line: int = 0


@dataclass(slots=True)
class Tied:
    """A tie between two people of a file, by their references."""

    one: str
    other: str
    values: dict[str, Any]
    line: int = 0


@dataclass
class Genealogy:
    """A file's people and ties."""

    title: str
    """What kind of file it is."""
    people: list[Someone] = field(default_factory=list)
    ties: list[Tied] = field(default_factory=list)
    papers: list[dict[str, Any]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    """What could not be read, or contradicts itself within the file."""
