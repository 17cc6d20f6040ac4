"""A server that is off is started when only it can go on with somebody's reminders, and stopped again."""

import time
from datetime import datetime, timedelta
from typing import Any

import pytest

from pgc_lib.automation.http import Reply, Unreachable
from pgc_lib.automation.waking import Waker
from pgc_lib.core.session import Session
from pgc_lib.core.zone import zone
from pgc_lib.lab import Lab
from tests.support.lab import House, Person, share
from tests.support.small_hub import SmallHub
from tests.support.smtp import set_mail
from tests.unit.automation.test_postman import letters, nobody_elses, planned  # noqa: F401


class Recorded(Waker):
    """One that asks nobody, and notes whom it would have."""

    def _ask(self, method: str, path: str, body: Any = None) -> Reply:
        del body
        self.__dict__.setdefault("asked", []).append(f"{method} {path}")
        return Reply(400, None)


def woken(house: House, rest: str = "0 seconds") -> list[str]:
    """Who would be woken now."""
    waker = Recorded(house.worker_url, "http://127.0.0.1:1", "http://127.0.0.1:1", "", rest)
    while waker.round():
        pass
    found: list[str] = waker.__dict__.get("asked", [])
    return [each.split("/")[1] for each in found]


@pytest.fixture
def lab(house: House, person: Person, monkeypatch: pytest.MonkeyPatch) -> Lab:
    """Someone with letters."""
    set_mail(monkeypatch, HOST="")
    made = house.lab(person("asleep", lang="en", time_zone="Asia/Shanghai"))
    made.reminders.prefer(carriers=["mail"], mail_to="me@example.org", quiet_from="", quiet_until="")  # fmt: skip
    planned(made, "x", minutes=90)
    return made


def past(house: House, lab: Lab) -> None:
    """As if the plan had been made an hour ago."""
    house.sql("update pgc.letter_plans set planned_at = now() - interval '1 hour', woken_at = null where owner = %s", lab.session.person)  # fmt: skip


def test_who_is_woken(house: House, lab: Lab, person: Person) -> None:
    """Not whose plan holds; but when it runs out, after a move, and when somebody else changed something."""
    me, name = lab.session.person, lab.session.name
    past(house, lab)
    lab.todos.add(title="my own change is known to my own server")
    assert woken(house) == []
    other = house.lab(person("wife"))
    share(lab.session, other.session, "todos", "edit")
    other.todos.items.add(title="for you", owner=me)
    assert woken(house) == [name]
    assert woken(house) == [], "not again at once"
    assert woken(house, "5 minutes") == []
    lab.reminders.deliver()
    past(house, lab)
    house.sql("update pgc.changes set at = at - interval '2 hours' where owner = %s", me)
    assert woken(house) == []
    house.sql("update pgc.letter_plans set until = now() + interval '6 days' where owner = %s", me)
    assert woken(house, "5 minutes") == [name]
    lab.reminders.deliver()
    past(house, lab)
    house.sql("update pgc.persons set time_zone = 'Europe/Berlin' where id = %s", me)
    assert woken(house) == [name]
    house.sql("update pgc.persons set ended_at = now() where id = %s", me)
    past(house, lab)
    assert woken(house) == []


def test_one_who_cannot_be_woken_is_asked_ever_more_seldom(house: House, lab: Lab) -> None:
    """A hub that is away is no reason to ask all the time."""
    me = lab.session.person
    past(house, lab)
    house.sql("update pgc.letter_plans set until = now() where owner = %s", me)
    waker = Waker(house.worker_url, "http://127.0.0.1:1", "http://127.0.0.1:1", "")
    with pytest.raises(Unreachable):
        waker.round()
    for minutes, times in ((29, []), (31, [lab.session.name]), (59, []), (61, [lab.session.name])):
        house.sql("update pgc.letter_plans set woken_at = now() - make_interval(mins => %s) where owner = %s", minutes, me)  # fmt: skip
        assert woken(house) == times


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_a_server_is_started_writes_down_what_is_due_and_is_stopped(
    house: House, lab: Lab, person: Person, any_hub: SmallHub
) -> None:
    """Another member of the family put it there while the server was off."""
    me: Session = lab.session
    hub = any_hub
    hub.let_in(me)
    other = house.lab(person("husband"))
    share(me, other.session, "reminders", "edit")
    soon = datetime.now(zone()) + timedelta(hours=3)
    other.reminders.items.add(title="from him", day=soon.date(), clock=f"{soon:%H:%M}", owner=me.person)  # fmt: skip
    past(house, lab)
    waker = Waker(house.worker_url, hub.api_url, hub.public, hub.token)
    assert waker.round(), hub.log()
    assert ("from him", "waiting") in letters(house, lab), hub.log()
    deadline = time.monotonic() + 60
    while hub.running(me.name) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert not hub.running(me.name), hub.log()
    assert not waker.round()
