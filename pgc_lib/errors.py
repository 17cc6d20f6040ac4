"""The errors a person can meet, as one small tree.

Every error carries two sentences: what happened and what to do next. Bad *data* is not an error but a
`Problem`, a value that says where and why; only when a caller asked for all-or-nothing do problems
travel inside `Invalid`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

_SHOWN = 5
"""Problems spelled out in the text of `Invalid`; the rest are counted."""


class PgcError(Exception):
    """Something a person can act on. `str()` gives the message and, on its own line, the next step."""

    def __init__(self, message: str, *, next_step: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.next_step = next_step

    def __str__(self) -> str:
        return f"{self.message}\n→ {self.next_step}" if self.next_step else self.message


class SettingError(PgcError):
    """A setting has a value that cannot be used."""


class EngineError(PgcError):
    """An embedded engine cannot be started, reached or stopped."""


class FullDisk(EngineError):
    """No room is left where data must be written."""


class StoreError(PgcError):
    """A store answered in a way that cannot be worked with."""


class Unavailable(StoreError):
    """A store or service cannot be reached now; trying again later may work."""


class NotFound(PgcError):
    """There is no such thing, or it may not be seen, which looks the same from outside."""


class Conflict(PgcError):
    """Someone changed the same thing in between; nothing was overwritten."""


class Denied(PgcError):
    """The person has no right to do this."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with one piece of data: where it is, why it is refused, what was there."""

    place: str
    reason: str
    value: Any = None
    row: int | None = None

    def __str__(self) -> str:
        where = self.place if self.row is None else f"#{self.row} {self.place}".rstrip()
        return f"{where}: {self.reason}" if where else self.reason


class Invalid(PgcError):
    """Data was refused as a whole; `problems` lists each reason with its place."""

    def __init__(
        self, message: str, problems: Sequence[Problem] = (), *, next_step: str = ""
    ) -> None:
        super().__init__(message, next_step=next_step)
        self.problems = tuple(problems)

    def __str__(self) -> str:
        lines = [self.message, *(f"  · {problem}" for problem in self.problems[:_SHOWN])]
        if len(self.problems) > _SHOWN:
            lines.append(f"  … +{len(self.problems) - _SHOWN}")
        if self.next_step:
            lines.append(f"→ {self.next_step}")
        return "\n".join(lines)
