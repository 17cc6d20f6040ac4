"""A server on a hub stays while a report is being written: once a minute in which a run goes on, the hub is told.

A hub stops servers that nobody used for long, and what counts as use are kernels, terminals and requests. A report runs in a
process of its own: with no page open, it would be stopped in the middle. The hub alone is told: the server does not count it as
use, so that whoever started it for one report still sees that nobody else came, and stops it.
"""

import os
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime

import structlog

from pgc_lib.automation.http import Unreachable, call
from pgc_lib.automation.journal import Journal

EVERY = 60.0
"""Seconds between two looks."""
_LATEST = 100

log = structlog.get_logger()


@dataclass
class Awake:
    """Keeps one server."""

    journal: Journal
    url: str
    """Where the hub hears that a server is used."""
    token: str = field(repr=False)
    name: str = ""
    every: float = EVERY
    _ended: threading.Event = field(default_factory=threading.Event, repr=False)

    @classmethod
    def here(cls, journal: Journal) -> "Awake | None":
        """That of the server we are; None where there is no hub."""
        told = os.environ.get
        url, token = told("JUPYTERHUB_ACTIVITY_URL", ""), told("JUPYTERHUB_API_TOKEN", "")
        if not (url and token):
            return None
        return cls(journal, url, token, told("JUPYTERHUB_SERVER_NAME", ""))

    def begin(self) -> None:
        """Look now and then, until ended."""
        threading.Thread(target=self._go_on, name="pgc-awake", daemon=True).start()

    def end(self) -> None:
        """No more."""
        self._ended.set()

    def at_work(self) -> bool:
        """Whether a run goes on, whoever started it: the desk, a schedule, a terminal."""
        notes = (self.journal.look(run) for run in self.journal.runs()[:_LATEST])
        return any(note is not None and not note.over for note in notes)

    def tell(self) -> bool:
        """Tell the hub if a run goes on; whether it took it."""
        if not self.at_work():
            return False
        used = {"servers": {self.name: {"last_activity": datetime.now(UTC).isoformat()}}}
        try:
            reply = call("POST", self.url, token=self.token, body=used)
        except Unreachable as error:
            log.info("hub.not_told", error=str(error))
            return False  # it restarts; the next minute comes long before anybody is stopped
        if not reply.ok:
            log.warning("hub.not_told", status=reply.status)
        return reply.ok

    def _go_on(self) -> None:
        while not self._ended.wait(self.every):
            try:
                self.tell()
            except OSError as error:  # the folder is away for a moment
                log.warning("runs.not_seen", error=str(error))
