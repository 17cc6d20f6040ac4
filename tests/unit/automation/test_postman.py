"""Reminders on a hub: written down by the person's own server, mailed by a worker that sees what is due and no more."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from psycopg import errors

from pgc_lib.automation.postman import MOST_A_DAY, Postman
from pgc_lib.core.session import Session
from pgc_lib.core.zone import set_zone, zone
from pgc_lib.i18n import in_lang
from pgc_lib.lab import Lab
from tests.support.lab import House, Person, share
from tests.support.smtp import Server, mail_server, mail_settings, set_mail, tls_mail_server  # noqa: F401

SENDER = "lab@example.org"


@pytest.fixture(autouse=True)
def nobody_elses(house: House) -> Iterator[None]:
    """On a hub, without the letters of other tests; other tests are at home."""
    set_zone("Asia/Shanghai")
    house.sql("delete from pgc.letters")
    house.sql("delete from pgc.letter_plans")
    tell(house, SENDER)
    with in_lang("en"):
        yield
    house.sql("delete from pgc.post")


@pytest.fixture
def lab(house: House, person: Person) -> Lab:
    """Someone who wants mail and has no quiet hours."""
    made = house.lab(person("mailed", lang="en"))
    made.reminders.prefer(
        carriers=["mail"], mail_to="me@example.org", quiet_from="", quiet_until=""
    )
    return made


@pytest.fixture
def postman(house: House, mail_server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Postman]:  # noqa: F811  # fmt: skip
    """A worker's; afterwards this process is a person's server again, which has no mail server."""
    del mail_server, monkeypatch
    made = Postman(house.worker_url, every=0.05)
    yield made
    made.stop()


def tell(house: House, sender: str, trouble: str = "") -> None:
    """As a worker does that has, or has not, a mail server."""
    house.sql(
        "insert into pgc.post (sender, trouble) values (%s, %s) "
        "on conflict (one) do update set sender = excluded.sender, trouble = excluded.trouble",
        sender,
        trouble,
    )


def planned(lab: Lab, title: str, *, minutes: int = 30, **values: Any) -> Any:
    """A reminder that is written down, and how it stands in the table."""
    soon = datetime.now(zone()) + timedelta(minutes=minutes)
    lab.reminders.add(title=title, day=soon.date(), clock=f"{soon:%H:%M}", **values)
    lab.reminders.look()
    lab.reminders.deliver()


def fall_due(house: House, lab: Lab, *, minutes: int = 1) -> None:
    """As if it were later: only the superuser can say so."""
    house.sql(
        "update pgc.letters set fires = now() - make_interval(mins => %s) where owner = %s",
        minutes,
        lab.session.person,
    )


def letters(house: House, lab: Lab, columns: str = "subject, state") -> list[Any]:
    return house.sql(
        f"select {columns} from pgc.letters where owner = %s order by fires", lab.session.person
    )


def sending(monkeypatch: pytest.MonkeyPatch, server: Server, postman: Postman) -> int:
    """One round as the worker, which alone knows the mail server."""
    with monkeypatch.context() as as_worker:
        mail_settings(as_worker, server)
        sent = postman.round()
    set_mail(monkeypatch, HOST="")
    return sent


def test_what_is_due_is_mailed_while_the_persons_server_is_off(
    house: House, lab: Lab, postman: Postman, mail_server: Server, monkeypatch: Any  # noqa: F811
) -> None:  # fmt: skip
    """Not before; once; in the person's words; emptied afterwards; noted when the server is back."""
    set_mail(monkeypatch, HOST="")
    planned(lab, "牙医 dentist", note="带上病历")
    assert letters(house, lab) == [("牙医 dentist", "waiting")]
    assert sending(monkeypatch, mail_server, postman) == 0
    fall_due(house, lab)
    assert sending(monkeypatch, mail_server, postman) == 1
    assert sending(monkeypatch, mail_server, postman) == 0
    (mail,) = mail_server.mails()
    assert (mail["To"], mail["From"], str(mail["Subject"])) == ("me@example.org", SENDER, "牙医 dentist")  # fmt: skip
    assert "带上病历" in mail.get_content() and mail_server.encrypted
    assert letters(house, lab, "state, address, subject, body") == [("sent", "", "", "")]
    later = datetime.now(UTC) + timedelta(minutes=40)
    assert [each.title for each in lab.reminders.look(later)] == ["牙医 dentist"]
    assert [each.state for each in lab.reminders.deliver(later)] == ["sent"]
    assert sending(monkeypatch, mail_server, postman) == 0 and len(mail_server.mails()) == 1


def test_the_worker_sees_what_is_due_and_nothing_else(
    house: House, lab: Lab, person: Person
) -> None:
    """Neither what comes later nor whose it is, not even the lab's owner; nor does anybody else."""
    planned(lab, "now", minutes=20)
    planned(lab, "later", minutes=60)
    house.sql("update pgc.letters set fires = now() - interval '1 minute' where subject = 'now'")
    with psycopg.connect(house.worker_url) as worker:
        assert worker.execute("select subject from pgc.letters").fetchall() == [("now",)]
        changed = worker.execute("update pgc.letters set trouble = 'x' where subject = 'later'")
        assert changed.rowcount == 0
        for forbidden in (
            "update pgc.letters set fires = now()",
            "delete from reminders.items",
            "select title from reminders.items",
            "insert into pgc.letters (key, fires, address, subject, body) values (repeat('a', 40), now(), '', '', '')",
        ):
            with pytest.raises(errors.InsufficientPrivilege), worker.transaction():
                worker.execute(forbidden.encode())
    other = person("other")
    share(lab.session, other, "reminders", "edit")
    for url in (house.owner_url, other.database.reveal()):
        with psycopg.connect(url) as connection:
            assert connection.execute("select from pgc.letters").fetchall() == [], url
            gone = connection.execute("delete from pgc.letters")
            assert gone.rowcount == 0


def test_nobody_writes_for_others_or_takes_back_what_was_sent(
    house: House, lab: Lab, person: Person
) -> None:
    """Nor counts it anew, nor writes a header into an address, nor fills the table."""
    planned(lab, "mine")
    house.sql("update pgc.letters set state = 'sent', sent_at = now()")
    me, other = lab.session, person("other")
    with psycopg.connect(me.database.reveal(), autocommit=True) as mine:
        assert mine.execute("delete from pgc.letters").rowcount == 0
        assert mine.execute("update pgc.letters set subject = 'x'").rowcount == 0
        with pytest.raises(errors.InsufficientPrivilege):
            mine.execute("update pgc.letters set state = 'waiting'")
        with pytest.raises(errors.InsufficientPrivilege):
            mine.execute("insert into pgc.post (sender) values ('evil@example.org')")
        put = "insert into pgc.letters (owner, key, fires, address, subject, body) values (%s, repeat('b', 40), now(), %s, '', '')"
        with pytest.raises(errors.InsufficientPrivilege):
            mine.execute(put, [other.person, "a@b"])
        for address in ("a@b\nBcc: c@d", "a@b, c@d"):
            with pytest.raises(errors.CheckViolation):
                mine.execute(put, [me.person, address])
        many = (
            "insert into pgc.letters (key, fires, address, subject, body) "
            "select lpad(n::text, 40, '0'), now(), 'a@b', '', '' from generate_series(1, 1001) n"
        )
        with pytest.raises(errors.CheckViolation):
            mine.execute(many)


def test_nothing_is_lost_while_the_mail_server_is_away(
    house: House, lab: Lab, postman: Postman, mail_server: Server, monkeypatch: Any  # noqa: F811
) -> None:  # fmt: skip
    """It counts as no try; everyone is told; all goes over one connection when the server is back."""
    set_mail(monkeypatch, HOST="")
    for n in range(3):
        planned(lab, f"{n}", minutes=20 + n)
    fall_due(house, lab)
    mail_server.pause()
    for _n in range(4):
        assert sending(monkeypatch, mail_server, postman) == 0
    assert letters(house, lab, "state, tries") == [("waiting", 0)] * 3
    (line,) = lab.reminders.carriers().iter_rows(named=True)
    assert "not sent" in line["needs"]
    mail_server.go_on()
    mail_server.connections = 0
    assert sending(monkeypatch, mail_server, postman) == 3
    assert mail_server.connections == 2  # EHLO before and after STARTTLS
    assert lab.reminders.carriers()["needs"].to_list() == [""]


def test_a_worker_that_died_before_sending(
    house: House, lab: Lab, postman: Postman, mail_server: Server, monkeypatch: Any  # noqa: F811
) -> None:  # fmt: skip
    """What it claimed is another's when its lease is over, once; nobody touches it meanwhile."""
    set_mail(monkeypatch, HOST="")
    planned(lab, "claimed")
    fall_due(house, lab)
    dead = Postman(house.worker_url)
    assert dead._claim() is not None
    lab.reminders.deliver()
    assert sending(monkeypatch, mail_server, postman) == 0
    house.sql("update pgc.letters set lease_until = now() - interval '1 second'")
    assert sending(monkeypatch, mail_server, postman) == 1
    assert letters(house, lab, "state, tries") == [("sent", 2)]


def test_a_worker_that_died_after_sending(
    house: House, lab: Lab, postman: Postman, mail_server: Server, monkeypatch: Any  # noqa: F811
) -> None:  # fmt: skip
    """Between the mail server's word and the note of it nobody can know; the second one says that it is the first."""
    set_mail(monkeypatch, HOST="")
    planned(lab, "twice")
    fall_due(house, lab)
    with monkeypatch.context() as dying:
        dying.setattr(
            postman,
            "_settle",
            lambda *_given, **_more: (_ for _ in ()).throw(psycopg.InterfaceError),
        )
        with pytest.raises(psycopg.InterfaceError):
            sending(dying, mail_server, postman)
    assert sending(monkeypatch, mail_server, postman) == 0
    house.sql("update pgc.letters set lease_until = now() - interval '1 second'")
    assert sending(monkeypatch, mail_server, postman) == 1
    first, second = mail_server.mails()
    assert first["Message-ID"] == second["Message-ID"]


def test_several_workers_send_each_letter_once(
    house: House, lab: Lab, mail_server: Server, monkeypatch: Any  # noqa: F811
) -> None:  # fmt: skip
    """Four of them look at the same time."""
    set_mail(monkeypatch, HOST="")
    for n in range(8):
        planned(lab, f"{n}", minutes=20 + n)
    fall_due(house, lab)
    mail_settings(monkeypatch, mail_server)
    sent: list[int] = []
    several = [Postman(house.worker_url) for _n in range(4)]
    threads = [threading.Thread(target=lambda one=one: sent.append(one.round())) for one in several]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sum(sent) == 8
    assert sorted(str(mail["Subject"]) for mail in mail_server.mails()) == [f"{n}" for n in range(8)]  # fmt: skip


def test_quiet_hours_hold_however_late_it_is(
    house: House, lab: Lab, postman: Postman, mail_server: Server, monkeypatch: Any  # noqa: F811
) -> None:  # fmt: skip
    """In the person's zone; what is urgent goes."""
    set_mail(monkeypatch, HOST="")
    now = datetime.now(zone())
    lab.reminders.prefer(
        quiet_from=f"{now - timedelta(hours=1):%H:%M}", quiet_until=f"{now + timedelta(hours=3):%H:%M}"
    )  # fmt: skip
    planned(lab, "held")
    planned(lab, "urgent", minutes=40, urgent=True)
    held, _urgent = sorted(letters(house, lab, "fires, subject"), key=lambda row: str(row[1]))
    assert held[0] >= now + timedelta(hours=2, minutes=59)
    fall_due(house, lab)
    assert sending(monkeypatch, mail_server, postman) == 1
    assert [str(mail["Subject"]) for mail in mail_server.mails()] == ["urgent"]
    ((tries, next_try),) = house.sql("select tries, next_try from pgc.letters where state = 'waiting'")  # fmt: skip
    assert tries == 0 and next_try >= now + timedelta(hours=2, minutes=59)
    house.sql("update pgc.persons set time_zone = 'America/New_York' where id = %s", lab.session.person)  # fmt: skip
    house.sql("update pgc.letters set next_try = now() where state = 'waiting'")
    assert sending(monkeypatch, mail_server, postman) == 1


def test_what_changes_before_it_is_due(house: House, lab: Lab, monkeypatch: Any) -> None:
    """Done, renamed, without mail: withdrawn or written anew; what was due is not written down afterwards."""
    set_mail(monkeypatch, HOST="")
    soon = datetime.now(zone()) + timedelta(hours=2)
    todo = lab.todos.add(title="first", due=soon.date(), at=f"{soon:%H:%M}")
    lab.reminders.deliver()
    lab.todos.items.update(todo.id, title="second")
    lab.reminders.deliver()
    assert letters(house, lab) == [("second", "waiting")]
    lab.todos.complete(todo.id)
    lab.reminders.deliver()
    assert letters(house, lab) == []
    lab.reminders.prefer(carriers=[])
    planned(lab, "past", minutes=-1)
    planned(lab, "ahead", minutes=90)
    assert letters(house, lab) == []
    lab.reminders.prefer(carriers=["mail"])
    lab.reminders.deliver()
    assert letters(house, lab) == [("ahead", "waiting")]
    tell(house, "")
    (line,) = lab.reminders.carriers().iter_rows(named=True)
    assert "administrator" in line["needs"]
    lab.reminders.deliver()
    assert letters(house, lab) == []


def test_a_todo_that_was_done_at_the_last_moment(house: House, lab: Lab, monkeypatch: Any) -> None:
    """Due, not yet sent, done: it is not sent; due and not done stays on its way, looked at or not."""
    set_mail(monkeypatch, HOST="")
    soon = datetime.now(zone()) + timedelta(minutes=20)
    todo = lab.todos.add(title="done", due=soon.date(), at=f"{soon:%H:%M}")
    lab.reminders.deliver()
    later = datetime.now(UTC) + timedelta(minutes=21)
    lab.reminders.deliver(later)
    assert letters(house, lab) == [("done", "waiting")]
    lab.reminders.look(later)
    lab.todos.complete(todo.id)
    lab.reminders.look(later)
    assert [each.state for each in lab.reminders.deliver(later)] == ["failed"]
    assert letters(house, lab) == []


def test_nobody_sends_the_world_mail(
    house: House, lab: Lab, postman: Postman, mail_server: Server, monkeypatch: Any  # noqa: F811
) -> None:  # fmt: skip
    """So many a day; the rest waits. An address that is refused for good is given up, with the reason."""
    set_mail(monkeypatch, HOST="")
    planned(lab, "one too many")
    house.sql(
        "insert into pgc.letters (owner, key, fires, address, subject, body, state, sent_at) "
        "select %s, lpad(n::text, 40, '0'), now(), '', '', '', 'sent', now() from generate_series(1, %s) n",
        lab.session.person,
        MOST_A_DAY,
    )
    fall_due(house, lab)
    assert sending(monkeypatch, mail_server, postman) == 0
    house.sql("delete from pgc.letters where state = 'sent'")
    house.sql("update pgc.letters set address = 'nobody@example.org'")
    assert sending(monkeypatch, mail_server, postman) == 0
    ((state, trouble),) = letters(house, lab, "state, trouble")
    assert state == "failed" and "nobody@example.org" in trouble


def test_someone_who_left_gets_none(
    house: House, lab: Lab, postman: Postman, mail_server: Server, monkeypatch: Any  # noqa: F811
) -> None:  # fmt: skip
    """Shut out, nothing is sent; what waited too long is given up."""
    set_mail(monkeypatch, HOST="")
    planned(lab, "gone")
    fall_due(house, lab)
    house.sql("update pgc.persons set ended_at = now() where id = %s", lab.session.person)
    assert sending(monkeypatch, mail_server, postman) == 0
    fall_due(house, lab, minutes=3 * 24 * 60 + 1)
    assert sending(monkeypatch, mail_server, Postman(house.worker_url)) == 0
    assert letters(house, lab, "state, subject") == [("failed", "")]


def test_a_mail_server_of_ones_own(
    house: House, lab: Lab, mail_server: Server, monkeypatch: Any  # noqa: F811
) -> None:  # fmt: skip
    """The person's server sends, and the worker knows the moments alone."""
    mail_settings(monkeypatch, mail_server)
    planned(lab, "private", note="very", minutes=30)
    assert letters(house, lab, "own, address, subject, body") == [(True, "", "", "")]
    fall_due(house, lab)
    assert Postman(house.worker_url).round() == 0
    later = datetime.now(UTC) + timedelta(minutes=31)
    lab.reminders.look(later)
    assert [each.state for each in lab.reminders.deliver(later)] == ["sent"]
    assert letters(house, lab) == [] and len(mail_server.mails()) == 1


def test_it_goes_on_until_it_is_stopped(
    house: House, lab: Lab, mail_server: Server, monkeypatch: Any  # noqa: F811
) -> None:  # fmt: skip
    """Also when the database was away at first."""
    import time

    set_mail(monkeypatch, HOST="")
    planned(lab, "kettle")
    fall_due(house, lab)
    mail_settings(monkeypatch, mail_server)
    postman = Postman(house.worker_url, every=0.05)
    real, away = postman._connected, iter([True, True])

    def connected() -> Any:
        if next(away, False):
            raise psycopg.OperationalError("away")
        return real()

    monkeypatch.setattr(postman, "_connected", connected)
    thread = threading.Thread(target=postman.run)
    thread.start()
    deadline = time.monotonic() + 60
    while not mail_server.contents and time.monotonic() < deadline:
        time.sleep(0.05)
    postman.stop()
    thread.join(60)
    assert not thread.is_alive() and len(mail_server.contents) == 1


def test_a_session_needs_no_post(house: House, person: Person) -> None:
    """At home there is none, and nothing is written down."""
    house.sql("delete from pgc.post")
    session: Session = person("home")
    made = house.lab(session)
    made.reminders.prefer(carriers=["mail"], mail_to="me@example.org")
    planned(made, "home")
    assert letters(house, made) == []
