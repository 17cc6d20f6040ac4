"""Jobs: due times of schedules, claimed by workers with SKIP LOCKED and held by a lease.

Whoever holds a job renews its lease; when a worker dies, the lease runs out and another takes the job, once. All of
this is done with the worker's login, which sees whose job it is and when, never what is to be run.

Each call makes a connection of its own, so that a database that was restarted is simply found again.
"""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

import psycopg
from psycopg.rows import class_row

from pgc_lib.settings import settings
from pgc_lib.stores.postgres import connect_seconds

End = Literal["done", "failed"]

ATTEMPTS = 5
"""So many workers may take a job before it is given up: perhaps it is what ends them."""
AT_ONCE = 2
"""Jobs of one person that are watched at a time, so that one person's hundred do not hold up the others."""
_SENT_AGAIN = timedelta(seconds=60)
_KEPT = timedelta(days=90)

# Whoever looks for any job passes by what others hold. One that was told of by name is waited for: a beat may be noting
# at this moment that it told of it, and would not tell again for a minute.
_CLAIM = """
    with picked as (
        select j.id from pgc.jobs j
        where (j.state = 'waiting' and j.not_before <= now() or j.state = 'running' and j.lease_until < now())
          and (%(job)s::uuid is null or j.id = %(job)s)
          and (select count(*) from pgc.jobs r
               where r.owner = j.owner and r.state = 'running' and r.lease_until >= now()) < %(at_once)s
        order by j.not_before limit 1 for update {held})
    update pgc.jobs j
    set state = 'running', worker = %(worker)s, lease_until = now() + %(lease)s, attempts = j.attempts + 1,
        begun_at = coalesce(j.begun_at, now())
    from picked where j.id = picked.id
    returning j.id, j.schedule, j.owner, j.due, j.attempts, j.started_server,
        (select p.name from pgc.persons p where p.id = j.owner and p.ended_at is null) as person"""
_MINE = "where id = %(id)s and state = 'running' and worker = %(worker)s"


@dataclass(frozen=True, slots=True)
class Job:
    """A due time of a schedule, claimed by us."""

    id: UUID
    schedule: UUID
    owner: UUID
    due: datetime
    attempts: int
    started_server: bool
    person: str | None
    """The owner's name; None for someone who left."""


class Jobs:
    """The jobs as one worker sees them."""

    def __init__(
        self, worker_url: str, *, name: str | None = None, lease: timedelta | None = None
    ) -> None:
        self.url = worker_url
        self.lease = lease or timedelta(seconds=settings().worker_lease)
        self.name = name or f"{socket.gethostname()}:{os.getpid()}:{os.urandom(3).hex()}"

    @contextmanager
    def connection(self) -> Iterator["psycopg.Connection[Any]"]:
        """A connection with the worker's login; committed at the end."""
        with psycopg.connect(
            self.url, connect_timeout=connect_seconds(5), application_name="pgc-worker"
        ) as made:
            yield made

    def claim(self, job: UUID | None = None) -> Job | None:
        """Take a job that is open, this one or the oldest; None when there is none to take."""
        values = {"job": job, "at_once": AT_ONCE, "worker": self.name, "lease": self.lease}
        with self.connection() as connection:
            cursor = connection.cursor(row_factory=class_row(Job))
            query = _CLAIM.format(held="" if job else "skip locked")
            return cursor.execute(query.encode(), values).fetchone()

    def renew(self, job: Job) -> bool:
        """Go on holding a job; False when it is no longer ours."""
        return self._change(job, "lease_until = now() + %(lease)s", lease=self.lease)

    def end(self, job: Job, state: End, detail: str = "") -> bool:
        """Write down how it ended; False when it is no longer ours."""
        change = "state = %(state)s, detail = %(detail)s, ended_at = now(), lease_until = null"
        return self._change(job, change, state=state, detail=detail)

    def put_back(self, job: Job, delay: timedelta = timedelta(), *, counted: bool = True) -> bool:
        """Leave it to be taken again, by whomever, after a while."""
        change = (
            "state = 'waiting', lease_until = null, sent_at = null, not_before = now() + %(delay)s, "
            "attempts = attempts - %(forgiven)s"
        )
        return self._change(job, change, delay=delay, forgiven=0 if counted else 1)

    def hand_over(self, job: Job) -> bool:
        """Let another worker go on watching, at once: we are being stopped and its run goes on."""
        change = (
            "lease_until = now() - interval '1 second', sent_at = null, attempts = attempts - 1"
        )
        return self._change(job, change)

    def server_started(self, job: Job, started: bool = True) -> bool:
        """Note whether the person's server runs for our sake, for whoever ends this job."""
        return self._change(job, "started_server = %(started)s", started=started)

    def others(self, job: Job) -> int:
        """How many other jobs of the same person are open."""
        query = (
            "select count(*) from pgc.jobs where owner = %s and id <> %s and "
            "(state = 'running' or state = 'waiting' and not_before < now() + interval '2 minutes')"
        )
        with self.connection() as connection:
            row = connection.execute(query, (job.owner, job.id)).fetchone()
        return int(row[0]) if row else 0

    def unsent(self, limit: int = 500) -> list[UUID]:
        """The jobs that can be taken and of which no worker was told lately, or only one that died since."""
        query = """
            select id from pgc.jobs
            where (state = 'waiting' and not_before <= now() or state = 'running' and lease_until < now())
              and (sent_at is null or sent_at < now() - %s or state = 'running' and sent_at < lease_until)
            order by not_before limit %s"""
        with self.connection() as connection:
            return [row[0] for row in connection.execute(query, (_SENT_AGAIN, limit))]

    def sent(self, job: UUID) -> None:
        """Note that the workers were told of a job."""
        with self.connection() as connection:
            connection.execute("update pgc.jobs set sent_at = now() where id = %s", (job,))

    def tidy(self) -> None:
        """Forget what ended long ago."""
        with self.connection() as connection:
            connection.execute("delete from pgc.jobs where ended_at < now() - %s", (_KEPT,))
            if days := settings().gateway_keep_days:
                connection.execute("select pgc.forget_calls(%s)", (days,))

    def _change(self, job: Job, change: str, **values: Any) -> bool:
        statement = f"update pgc.jobs set {change} {_MINE}"
        values = {"id": job.id, "worker": self.name, **values}
        with self.connection() as connection:
            return connection.execute(statement.encode(), values).rowcount == 1
