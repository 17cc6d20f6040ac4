"""Who guesses has to wait, longer with every guess: by name, and by address over all names.

A try is counted before it is judged, so many at once gain nothing. What was counted survives a restart of the
hub and is forgotten a day after the last try.
"""

import threading
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from sqlalchemy import Column, DateTime, Engine, Integer, String, Table, delete, insert, select
from sqlalchemy import update as change

from hub.tables import METADATA

_FIRST = timedelta(seconds=5)
_LONGEST: timedelta = timedelta(minutes=15)
_FORGOTTEN = timedelta(days=1)

tries = Table(
    "pgc_tries",
    METADATA,
    Column("subject", String(120), primary_key=True),
    Column("number", Integer, nullable=False),
    Column("last", DateTime, nullable=False),
    Column("closed_until", DateTime, nullable=False),
)


class Throttle:
    """Counts tries by subject, such as `name:mama` or `from:10.0.0.7`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()

    def attempt(self, subjects: Mapping[str, int]) -> timedelta | None:
        """Count a try; how long to wait if it is one too many. Each subject comes with its free tries."""
        now = datetime.now(UTC).replace(tzinfo=None)
        with self._lock, self._engine.begin() as connection:
            connection.execute(delete(tries).where(tries.c.last < now - _FORGOTTEN))
            asked = select(tries).where(tries.c.subject.in_(list(subjects)))
            known = {row.subject: row for row in connection.execute(asked)}
            closed = max((row.closed_until for row in known.values()), default=now)
            if closed > now:
                return timedelta(seconds=(closed - now).total_seconds())
            for subject, free in subjects.items():
                count = known[subject].number + 1 if subject in known else 1
                values = {"number": count, "last": now, "closed_until": now + _pause(count - free)}
                if subject in known:
                    statement = change(tries).where(tries.c.subject == subject).values(**values)
                    connection.execute(statement)
                else:
                    connection.execute(insert(tries).values(subject=subject, **values))
        return None

    def forgive(self, subject: str) -> None:
        """Forget what was counted, after a try that succeeded."""
        with self._lock, self._engine.begin() as connection:
            connection.execute(delete(tries).where(tries.c.subject == subject))

    def give_back(self, subject: str) -> None:
        """Take one try back and leave the others: a guesser's own account must not wipe the slate."""
        with self._lock, self._engine.begin() as connection:
            connection.execute(
                change(tries)
                .where(tries.c.subject == subject, tries.c.number > 0)
                .values(number=tries.c.number - 1, closed_until=tries.c.last)
            )


def _pause(beyond: int) -> timedelta:
    if beyond < 0:
        return timedelta()
    pause: timedelta = _FIRST * 2 ** min(beyond, 10)
    return min(pause, _LONGEST)
