"""Quiet hours: from a time of day to another, past midnight where the end comes first."""

from dataclasses import dataclass
from datetime import time


@dataclass(frozen=True, slots=True)
class Quiet:
    """The beginning is quiet, the end is not."""

    begin: time
    end: time

    @classmethod
    def read(cls, begin: str, end: str) -> "Quiet | None":
        """The hours between two times such as 22:00 and 07:30; none where one is missing or both are the same."""
        if not begin or not end or begin == end:
            return None
        return cls(time.fromisoformat(begin), time.fromisoformat(end))

    def __contains__(self, clock: object) -> bool:
        if not isinstance(clock, time):
            return False
        if self.begin < self.end:
            return self.begin <= clock < self.end
        return clock >= self.begin or clock < self.end
