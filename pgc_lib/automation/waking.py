"""Starts a person's server when only it can go on with their reminders, and stops it again.

Letters are written down for two weeks ahead by the person's own server (`areas/reminding/posting.py`). Who did not start it
for a week, moved to another time zone, or whose data somebody else changed meanwhile, has it started for as long as it
takes to look again. The same for those who send by a mail server of their own, at the moments when something is due.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote
from uuid import UUID

import psycopg
import structlog
from psycopg.rows import class_row

from pgc_lib.automation.http import Reply, Unreachable, call
from pgc_lib.automation.server import Server
from pgc_lib.stores.postgres import connect_seconds

_EVERY = 60.0
_PATIENCE = 300.0
_PAUSE = 1.0
_AREAS = ["todos", "reminders", "family", "hobbies", "wellbeing"]
"""What reminders are made of."""
_PICK = """
    with picked as (
        select g.owner, p.name
        from pgc.letter_plans g join pgc.persons p on p.id = g.owner and p.ended_at is null
        where g.planned_at < now() - cast(%(rest)s as interval)
          and (g.woken_at is null or g.woken_at < now() - least(interval '15 minutes' * power(2, g.wakings), interval '1 day'))
          and (g.until < now() + interval '7 days' or g.time_zone <> p.time_zone
               or exists (select from pgc.letters l where l.owner = g.owner and l.own and l.state = 'waiting'
                          and l.fires < now() - interval '90 seconds')
               or exists (select from pgc.changes c where c.owner = g.owner and c.actor <> c.owner
                          and c.area = any(%(areas)s) and c.at > g.planned_at - interval '2 minutes'))
        order by g.planned_at limit 1 for update of g skip locked)
    update pgc.letter_plans g set woken_at = now(), wakings = g.wakings + 1
    from picked where g.owner = picked.owner
    returning g.owner, picked.name, g.planned_at"""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Sleeper:
    """Someone whose server is to look again."""

    owner: UUID
    name: str
    planned_at: datetime


@dataclass
class Waker:
    """Looks for such persons until it is stopped, one at a time."""

    worker_url: str = field(repr=False)
    api: str
    public: str
    token: str = field(repr=False)
    rest: str = "5 minutes"
    """A plan that was just made is left alone: its server runs and sees changes by itself."""
    _stop: threading.Event = field(default_factory=threading.Event, repr=False)

    def run(self) -> None:
        """Look, wake, wait; a database or a hub that is away is waited for."""
        while not self._stop.is_set():
            try:
                while not self._stop.is_set() and self.round():
                    pass
            except (psycopg.Error, Unreachable) as error:
                log.warning("waking.away", error=type(error).__name__)
            self._stop.wait(_EVERY)

    def stop(self) -> None:
        """End soon; a server that was started meanwhile is left to whoever ends idle ones."""
        self._stop.set()

    def round(self) -> bool:
        """Wake the one whose plan is oldest; whether there was one."""
        with self._connected() as connection:
            cursor = connection.cursor(row_factory=class_row(Sleeper))
            found = cursor.execute(_PICK.encode(), {"areas": _AREAS, "rest": self.rest}).fetchone()
        if found is None:
            return False
        self.wake(found)
        return True

    def wake(self, found: Sleeper) -> None:
        """Have the person's server look again."""
        path = f"users/{quote(found.name, safe='')}/server"
        reply = self._ask("POST", path, {})
        log.info("waking.asked", person=str(found.owner), status=reply.status)
        if not reply.ok:
            return  # it runs, and looks by itself; or the hub lets this person have none
        looked = self._patient(lambda: self._planned(found))
        if looked and not self._busy(found):
            self._put_to_sleep(found, path)

    def _put_to_sleep(self, found: Sleeper, path: str) -> None:
        """Stop the server that was started for this, unless somebody uses it by now."""
        data = self._ask("GET", f"users/{quote(found.name, safe='')}").data
        own = ((data or {}).get("servers") or {}).get("") or {}
        if not own.get("ready"):
            return
        place = f"{self.public.rstrip('/')}/user/{quote(found.name, safe='@~')}/"
        try:
            idle = Server(place, self.token).idle_since(datetime.fromisoformat(str(own["started"])))
        except ValueError:
            return
        if idle:
            self._ask("DELETE", path)

    def _planned(self, found: Sleeper) -> bool:
        """Whether the server has looked since it was asked for; nothing to mail any more is an answer, too."""
        with self._connected() as connection:
            query = "select planned_at from pgc.letter_plans where owner = %s"
            row = connection.execute(query, (found.owner,)).fetchone()
        return row is None or row[0] > found.planned_at

    def _busy(self, found: Sleeper) -> bool:
        """Whether a report is being written there."""
        with self._connected() as connection:
            query = "select count(*) from pgc.jobs where owner = %s and state = 'running'"
            row = connection.execute(query, (found.owner,)).fetchone()
        return bool(row and row[0])

    def _patient(self, true: Callable[[], bool]) -> bool:
        deadline = time.monotonic() + _PATIENCE
        while not true():
            if time.monotonic() > deadline or self._stop.wait(_PAUSE):
                return False
        return True

    def _ask(self, method: str, path: str, body: Any = None) -> Reply:
        return call(method, f"{self.api.rstrip('/')}/{path}", token=self.token, body=body)

    def _connected(self) -> "psycopg.Connection[Any]":
        return psycopg.connect(
            self.worker_url, connect_timeout=connect_seconds(5), application_name="pgc-waking"
        )
