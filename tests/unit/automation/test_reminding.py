"""The lab tells what has fallen due by itself, and goes on when the database was away."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from pgc_lib.automation.reminding import Reminding
from pgc_lib.core.zone import zone
from pgc_lib.errors import Unavailable
from tests.support.lab import House, Person
from tests.support.smtp import Server, mail_server, mail_settings  # noqa: F401

_PATIENCE = 60


def until(true: Callable[[], bool]) -> None:
    """Wait for something, not longer than anybody would."""
    deadline = time.monotonic() + _PATIENCE
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_what_falls_due_is_told_and_mailed(house: House, person: Person, mail_server: Server, monkeypatch: Any) -> None:  # noqa: F811  # fmt: skip
    """Once, by whichever of two is first; the first try of one finds no database."""
    mail_settings(monkeypatch, mail_server)
    lab = house.lab(person("home"))
    lab.reminders.prefer(carriers=["mail"], mail_to="me@example.org", quiet_from="", quiet_until="")
    # It is told of what lies ahead of its being entered, so the clock is put forward.
    soon = datetime.now(zone()) + timedelta(minutes=6)
    lab.reminders.add(title="kettle", day=soon.date(), clock=f"{soon:%H:%M}", before=["1m", "2m", "3m"])  # fmt: skip
    monkeypatch.setattr("pgc_lib.areas.reminders.datetime", _Later)
    away = iter([True])

    def opened() -> Any:
        if next(away, False):
            raise Unavailable("not now")
        return lab.session

    both = [Reminding(opened, every=0.05), Reminding(lambda: lab.session, every=0.05)]
    threads = [threading.Thread(target=each.run) for each in both]
    for thread in threads:
        thread.start()
    try:
        until(lambda: lab.reminders.deliveries.count(state="sent") == 3)
    finally:
        for each in both:
            each.stop()
        for thread in threads:
            thread.join(_PATIENCE)
    assert not any(thread.is_alive() for thread in threads)
    assert [str(mail["Subject"]) for mail in mail_server.mails()] == ["kettle"] * 3
    assert lab.reminders.notices.count() == 3


class _Later(datetime):
    """A clock that is some minutes ahead."""

    @classmethod
    def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
        return datetime.now(tz or UTC) + timedelta(minutes=8)
