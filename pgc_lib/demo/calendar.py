"""The days of the demo: the three years up to today, always ending now."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from pgc_lib.core.zone import today

YEARS = 3


def dice(topic: str) -> Random:
    """The same random numbers for a topic on every machine."""
    return Random(f"pgc-demo-{topic}")


def days() -> Iterator[date]:
    """Every day of the demo, the first of a month first."""
    last = today()
    day = date(last.year - YEARS, last.month, 1)
    while day <= last:
        yield day
        day += timedelta(days=1)
