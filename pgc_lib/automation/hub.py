"""Persons' servers behind a JupyterHub: started through the hub's API, spoken to through its proxy.

The worker is a service of the hub with the scopes `servers`, `access:servers`, `read:users:name` and `read:servers`.
"""

import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote

import structlog

from pgc_lib.automation.http import Reply, Unreachable, call, events
from pgc_lib.automation.jobs import Job, Jobs
from pgc_lib.automation.server import Away, Refused, Server
from pgc_lib.automation.watch import Seen, patiently

STARTING = 300.0
"""Seconds that a person's server may take to start."""
_SILENT = 600.0
"""Seconds for which hub and proxy may be away before a run counts as gone."""
_ROUTED = 20.0

log = structlog.get_logger()


@dataclass
class Hub:
    """The `Servers` of a hub."""

    jobs: Jobs
    api: str
    public: str
    token: str = field(repr=False)
    stop_started: bool = True
    starting: float = STARTING
    silent: float = _SILENT
    _silent_since: dict[Any, float] = field(default_factory=dict, repr=False)

    def begin(self, job: Job) -> None:
        """Start the person's server if it is off, then have it run the job."""
        if not self._ready(job):
            self._start(job)
        # The proxy learns of a new server a moment after the hub.
        patiently(lambda: self._server(job).begin(job), seconds=_ROUTED, pause=0.5)

    def look(self, job: Job) -> Seen:
        """Ask the server; when it does not answer, ask the hub whether there still is one."""
        try:
            reply = self._server(job).look(job)
            if reply.ok and isinstance(reply.data, dict):
                self._silent_since.pop(job.id, None)
                state = str(reply.data.get("state"))
                return "done" if state == "done" else "failed" if state == "failed" else "running"
            if reply.status == 404 and self._ready(job):
                return "gone"  # the server is another one by now, and knows nothing of this run
            if not self._user(job).get("ready"):
                return "gone"
        except Refused:
            return "gone"  # the account was removed meanwhile
        except (Unreachable, Away) as error:
            log.info("hub.silent", job=str(job.id), error=str(error))
        since = self._silent_since.setdefault(job.id, time.monotonic())
        if time.monotonic() - since > self.silent:
            del self._silent_since[job.id]
            return "gone"
        return "running"

    def leave(self, job: Job) -> None:
        """Stop the server that was started for this, unless somebody uses it by now."""
        try:
            server = self._user(job)
            if not (self.stop_started and server.get("ready") and self._ours(job)):
                return
            started = datetime.fromisoformat(str(server["started"]))
            if self.jobs.others(job) or not self._server(job).idle_since(started):
                return
            reply = self._ask("DELETE", f"users/{quote(str(job.person), safe='')}/server")
            log.info("hub.stopped_server", person=str(job.owner), status=reply.status)
        except (Unreachable, Away, Refused, ValueError) as error:
            log.warning("hub.server_left_running", person=str(job.owner), error=str(error))

    def _ours(self, job: Job) -> bool:
        """Whether this job, or a worker before us at it, started the server."""
        with self.jobs.connection() as connection:
            query = "select started_server from pgc.jobs where id = %s"
            row = connection.execute(query, (job.id,)).fetchone()
        return bool(row and row[0])

    def _start(self, job: Job) -> None:
        name = quote(str(job.person), safe="")
        # Noted before it is done: should we die in between, somebody still knows whom to stop.
        self.jobs.server_started(job)
        reply = self._ask("POST", f"users/{name}/server", {})
        if reply.status == 404:
            raise Refused("no_server")
        if reply.status == 403:
            raise Refused("unreachable")  # the hub does not let this person have a server
        if reply.status == 400:  # it starts already, for the person's own sake
            self.jobs.server_started(job, False)
        elif not reply.ok:
            raise Away(f"the hub answered {reply.status}")
        deadline = time.monotonic() + self.starting
        while not self._ready(job):
            if time.monotonic() > deadline:
                raise Away("the server does not start")
            if not self._follow(name, deadline):
                time.sleep(0.5)

    def _follow(self, name: str, deadline: float) -> bool:
        """Wait on the hub's progress of a start; whether it said that the server is ready."""
        try:
            for event in events(f"{self.api}/users/{name}/server/progress", token=self.token):
                if event.get("failed"):
                    raise Away(str(event.get("message")))
                if event.get("ready"):
                    return True
                if time.monotonic() > deadline:
                    break
        except Unreachable:
            return False  # the stream broke off; the next look tells
        return False

    def _ready(self, job: Job) -> bool:
        return bool(self._user(job).get("ready"))

    def _user(self, job: Job) -> dict[str, Any]:
        """The hub's model of the person's server; empty when it is off."""
        name = quote(str(job.person), safe="")
        reply = self._ask("GET", f"users/{name}")
        if reply.status == 404:
            raise Refused("no_server")
        if not reply.ok:
            raise Away(f"the hub answered {reply.status}")
        server: dict[str, Any] = (reply.data.get("servers") or {}).get("") or {}
        return server

    def _server(self, job: Job) -> Server:
        path = f"/user/{quote(str(job.person), safe='@~')}/"
        return Server(self.public.rstrip("/") + path, self.token)

    def _ask(self, method: str, path: str, body: Any = None) -> Reply:
        return call(method, f"{self.api}/{path}", token=self.token, body=body)
