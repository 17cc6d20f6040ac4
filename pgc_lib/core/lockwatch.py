"""Ends the session of a person who keeps others out of a shared table.

People have the right to change their rows, and PostgreSQL takes that for the right to lock the whole table: one
`lock table finance.transactions` in a notebook that stays open would stop everyone's lab. Nothing in PGC locks a
table for a person, so whoever holds such a lock while somebody else has waited for it is disconnected; what they
had not committed is undone. Own sessions that wait for each other are the person's own business.
"""

import psycopg
import structlog
from psycopg.sql import SQL, Identifier

from pgc_lib.core.bell import PAUSES, Bell
from pgc_lib.stores.postgres import connect_seconds

PATIENCE = 20.0
"""Seconds that somebody may be kept waiting."""
_EVERY = 10.0

# Locks that a change of rows takes (ROW EXCLUSIVE and less) keep nobody from changing theirs.
_HOLDERS = """
select distinct holder.pid, who.usename
from pg_locks waiter
join pg_locks holder using (locktype, database, relation)
join pg_stat_activity who on who.pid = holder.pid
join pg_stat_activity kept_out on kept_out.pid = waiter.pid
where locktype = 'relation' and database = (select oid from pg_database where datname = current_database())
  and not waiter.granted and holder.granted
  and waiter.waitstart < now() - make_interval(secs => %s)
  and holder.mode in ('ShareUpdateExclusiveLock', 'ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
  and holder.pid = any (pg_blocking_pids(waiter.pid))
  and who.usename ~ '^p_[0-9a-f]{32}$' and kept_out.usename <> who.usename"""

log = structlog.get_logger()


def end_lockers(worker_url: str, patience: float = PATIENCE) -> list[str]:
    """Look once; the logins whose sessions were ended."""
    with psycopg.connect(
        worker_url,
        autocommit=True,
        connect_timeout=connect_seconds(5),
        application_name="pgc-lockwatch",
    ) as connection:
        found = connection.execute(_HOLDERS, [patience]).fetchall()
        for pid, login in found:
            # The worker may act for a person, and a person may end their own sessions.
            connection.execute(SQL("set role {}").format(Identifier(login)))
            connection.execute("select pg_terminate_backend(%s)", [pid])
            connection.execute("reset role")
            log.warning("lockwatch.ended", login=login, pid=pid)
    return [login for _pid, login in found]


class LockWatch:
    """Looks again and again until it is stopped; a database that is away is waited for."""

    def __init__(self, worker_url: str, patience: float = PATIENCE) -> None:
        self._url = worker_url
        self._patience = patience
        self._bell = Bell()

    def run(self) -> None:
        """The work, for as long as nobody calls `stop`."""
        failures = 0
        while not self._bell.is_rung():
            try:
                end_lockers(self._url, self._patience)
                failures = 0
                self._bell.pause(_EVERY)
            except psycopg.Error as error:
                log.warning("lockwatch.waits", error=type(error).__name__)
                self._bell.pause(PAUSES[min(failures, len(PAUSES) - 1)])
                failures += 1
        self._bell.close()

    def stop(self) -> None:
        """End `run`."""
        self._bell.ring()
