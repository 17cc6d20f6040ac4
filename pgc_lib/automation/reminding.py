"""Telling a person what has fallen due, as long as the lab runs: looks again and again, and sends what is to be sent.

It works as the person: at home beside the worker, where the mail password is; on a hub beside the person's server, which
writes down what the hub's worker is to mail. Several may run; each thing is told once (`areas/reminding/carrying.py`).
"""

import threading
from collections.abc import Callable

import structlog

from pgc_lib.areas.reminders import Reminders
from pgc_lib.core.session import Session
from pgc_lib.core.zone import set_zone
from pgc_lib.errors import PgcError

_EVERY = 30.0
"""Seconds between two looks: a reminder is half a minute late at most."""

log = structlog.get_logger()


def keep_beside(opened: Callable[[], Session]) -> threading.Thread:
    """Look in a thread of this process until the process ends."""
    thread = threading.Thread(target=Reminding(opened).run, name="pgc-reminders", daemon=True)
    thread.start()
    return thread


class Reminding:
    """Looks at the clock until it is stopped."""

    def __init__(self, opened: Callable[[], Session], *, every: float = _EVERY) -> None:
        self._opened, self._every = opened, every
        self._stop = threading.Event()

    def run(self) -> None:
        """Look, send, wait; a database that is away is waited for."""
        session: Session | None = None
        while not self._stop.wait(self._every):
            try:
                if session is None:
                    session = self._opened()
                    if session.time_zone:
                        set_zone(session.time_zone)
                reminders = Reminders(session)
                new = reminders.look()
                sent = reminders.deliver()
                if new or sent:
                    log.info("reminders.told", new=len(new), carried=[each.state for each in sent])
            except PgcError as error:
                # Without the words of the error's cause, which may name what somebody is reminded of.
                log.warning("reminders.away", error=type(error).__name__)
                if session is not None:
                    session.close()
                session = None
            except Exception:  # whatever it was, due reports must not wait for it
                log.exception("reminders.failed")
        if session is not None:
            session.close()

    def stop(self) -> None:
        """End soon."""
        self._stop.set()
