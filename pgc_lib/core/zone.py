"""Where the person's days begin: the time zone of this process's lab.

Of the whole process and not a context variable: a kernel's threads work for the same person.
"""

from datetime import date, datetime
from zoneinfo import ZoneInfo

_zone = ZoneInfo("Asia/Shanghai")


def set_zone(name: str) -> None:
    """The time zone in which a time without one is meant, and in which days begin."""
    global _zone
    _zone = ZoneInfo(name)


def zone() -> ZoneInfo:
    """The person's time zone; the lab sets it when it opens."""
    return _zone


def today() -> date:
    """Today where the person lives."""
    return datetime.now(_zone).date()
