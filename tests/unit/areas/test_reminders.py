"""Reminders: told once each, from every source, held, snoozed, seen to, and carried by mail."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from pgc_lib.areas.reminders import Reminders
from pgc_lib.core.session import Session
from pgc_lib.core.zone import set_zone, today, zone
from pgc_lib.errors import Invalid, NotFound
from pgc_lib.i18n import in_lang
from pgc_lib.lab import Lab
from pgc_lib.settings import settings
from tests.support.lab import House, Person
from tests.support.smtp import Server, mail_server, mail_settings, set_mail, tls_mail_server  # noqa: F401

_begun: list[date] = []


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """In English and in Shanghai."""
    set_zone("Asia/Shanghai")
    _begun[:] = [today()]
    with in_lang("en"):
        yield
    settings.cache_clear()


@pytest.fixture(scope="module")
def shared(house: House, person: Person) -> Lab:
    """A lab in which every test looks at its own."""
    return house.lab(person("reminded"))


@pytest.fixture
def lab(house: House, person: Person) -> Lab:
    """A new person's lab without quiet hours."""
    made = house.lab(person("reminded"))
    made.reminders.prefer(quiet_from="", quiet_until="")
    return made


def tomorrow() -> date:
    """The day after the one on which the test began, also when it runs over midnight."""
    return _begun[-1] + timedelta(days=1)


def at(hour: int, minute: int = 0, *, days: int = 0) -> datetime:
    """A moment on the person's clock, tomorrow plus so many days: what is entered today is told of then."""
    day = tomorrow() + timedelta(days=days)
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone())


def titles(found: Any) -> list[str]:
    return [each.title for each in found]


# ── wanting to be told ───────────────────────────────────────────────────────────────────────────────


def test_a_line_is_a_reminder(shared: Lab) -> None:
    """Day, time and rule; tags stay in its words."""
    pills = shared.reminders.add("吃药 每天 晚上8点 #健康", urgent=True, before=["0m", "10分钟"])
    assert (pills.title, pills.clock, pills.rule, pills.before) == ("吃药 #健康", "20:00", "FREQ=DAILY", ["0m", "10m"])  # fmt: skip
    call = shared.reminders.add(title="call", day="2027-01-05", clock="09:30", zone="Europe/Berlin")
    assert call.day == date(2027, 1, 5)
    for wrong in (
        {"title": "x"}, {"title": "x", "day": "2027-01-05", "zone": "Mars"}, {"title": "x", "day": "2027-01-05", "before": ["now"]},
        {"title": "x", "day": "2027-01-05", "rule": "FREQ=DAILY", "lunar": "yearly"}, {"title": "x", "day": "2027-01-05", "about": "?"},
    ):  # fmt: skip
        with pytest.raises(Invalid):
            shared.reminders.add(**wrong)


def test_a_line_may_name_a_day_of_the_chinese_calendar(shared: Lab) -> None:
    """Each year or month; the time of day stands in the line, too."""
    birthday = shared.reminders.add("爷爷生日 每年农历八月十五 早上8点")
    assert (birthday.title, birthday.lunar, birthday.clock) == ("爷爷生日", "yearly", "08:00")
    incense = shared.reminders.add("上香 每月农历初一")
    assert (incense.title, incense.lunar, incense.clock) == ("上香", "monthly", "")


def test_a_day_of_the_chinese_calendar(shared: Lab) -> None:
    """Its next day is found; one that never comes is refused."""
    autumn = shared.reminders.lunar("中秋", month=8, day=15, before=["0m", "1w"])
    moon = shared.reminders.lunar("初一", day=1)
    assert (autumn.lunar, moon.lunar) == ("yearly", "monthly") and today() <= moon.day <= today() + timedelta(30)  # fmt: skip
    with pytest.raises(Invalid):
        shared.reminders.lunar("never", month=13, day=1)


# ── told once ────────────────────────────────────────────────────────────────────────────────────────


def test_each_thing_is_told_once_and_waits_in_the_inbox(lab: Lab) -> None:
    """Not before its time; seen to, it is gone; snoozed, it comes back."""
    day = tomorrow().isoformat()
    lab.reminders.add(title="dentist", day=day, clock="15:00", before=["0m", "2h"])
    assert lab.reminders.look(at(12)) == []
    assert titles(lab.reminders.look(at(13))) == ["dentist"]
    assert lab.reminders.look(at(13, 1)) == []
    assert titles(lab.reminders.look(at(15))) == ["dentist"]
    first, second = lab.reminders.inbox(at(15))
    lab.reminders.done(first)
    lab.reminders.snooze(second, until=at(18))
    assert lab.reminders.inbox(at(17, 59)) == []
    assert lab.reminders.inbox(at(18)) == [lab.reminders.notices.get(second.id)]
    lab.reminders.snooze(second, minutes=10)
    assert lab.reminders.look(at(20)) == []


def test_many_lookers_tell_once(lab: Lab) -> None:
    """Workers on several machines look at the same time; there is one notice, and one delivery of it."""
    lab.reminders.prefer(carriers=["mail"])
    for n in range(4):
        lab.reminders.add(title=f"{n}", day=tomorrow().isoformat(), clock="10:00")

    def look(_n: int) -> int:
        mine = lab.session
        session = Session(**{each.name: getattr(mine, each.name) for each in fields(mine)})
        try:
            return len(Reminders(session).look(at(10)))
        finally:
            session.close()

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(look, range(4))) == 4
    assert lab.reminders.notices.count() == lab.reminders.deliveries.count() == 4


def test_every_source_is_heard_unless_it_is_not_wanted(lab: Lab) -> None:
    """To-dos, the family's days by both calendars, plans, habits, own ones."""
    next_day = tomorrow()
    lab.todos.add(title="report", due=next_day, at="11:00", remind=["1h", "0m"])
    lab.todos.add(title="all day", due=next_day)
    lab.todos.complete(lab.todos.add(title="done", due=next_day))
    lab.todos.add(title="far", due=next_day + timedelta(10), remind=["10d"])
    lab.family.add(name="外婆", sex="female", born=next_day.replace(year=1938) if next_day.month != 2 else "1938-03-05")  # fmt: skip
    lab.hobbies.plan("Guitar lesson", day=next_day, clock="12:00")
    lab.wellbeing.habits.add(name="stretch", rule="FREQ=DAILY", start=next_day, clock="07:15")
    found = titles(lab.reminders.look(at(12)))
    assert sorted(found, key=str) == sorted(
        ["stretch", "far", "all day", "report", "report", "Guitar lesson", *(["外婆's birthday"] if next_day.month != 2 else [])], key=str
    )  # fmt: skip
    lab.reminders.prefer(without=["family", "plans", "habits", "todos"])
    assert lab.reminders.look(at(20, days=6)) == []


def test_what_is_done_is_no_longer_told_of(lab: Lab) -> None:
    """Its notice leaves the inbox at once, and a new day of the same to-do is told anew."""
    todo = lab.todos.add(title="x", due=tomorrow(), at="10:00")
    assert len(lab.reminders.look(at(10))) == 1
    lab.todos.complete(todo)
    assert lab.reminders.inbox(at(10)) == []
    lab.reminders.look(at(11))
    assert [each.state for each in lab.reminders.notices.find()] == ["done"]
    lab.todos.items.update(lab.todos.reopen(todo.id), due=tomorrow() + timedelta(1))
    assert titles(lab.reminders.look(at(10, days=1))) == ["x"]


def test_quiet_hours_are_a_persons_own(lab: Lab) -> None:
    """Held to their end; what is urgent is not."""
    lab.reminders.prefer(quiet_from="22:00", quiet_until="07:00")
    day = tomorrow().isoformat()
    lab.reminders.add(title="later", day=day, clock="23:00")
    lab.reminders.add(title="urgent", day=day, clock="23:00", urgent=True)
    assert titles(lab.reminders.look(at(23, 30))) == ["urgent"]
    assert titles(lab.reminders.look(at(7, days=1))) == ["later"]
    ahead = lab.reminders.ahead(3)
    assert ahead.sort("title")["title"].to_list() == ["later", "urgent"]


def test_nobody_else_is_told(lab: Lab, house: House, person: Person) -> None:
    """Not of mine, and not from my inbox."""
    other = house.lab(person("other"))
    lab.reminders.add(title="mine", day=tomorrow().isoformat(), clock="10:00")
    (notice,) = lab.reminders.look(at(10))
    assert other.reminders.look(at(10)) == [] and other.reminders.inbox(at(10)) == []
    with pytest.raises(NotFound):
        other.reminders.done(notice.id)


# ── by mail ──────────────────────────────────────────────────────────────────────────────────────────


def told(lab: Lab, title: str = "牙医 dentist", **values: Any) -> None:
    """One notice that waits to be carried."""
    lab.reminders.prefer(carriers=["mail"], mail_to="me@example.org")
    lab.reminders.add(title=title, day=tomorrow().isoformat(), clock="10:00", **values)
    assert len(lab.reminders.look(at(10))) == 1


def test_a_notice_is_mailed_once(lab: Lab, mail_server: Server, monkeypatch: Any) -> None:  # noqa: F811
    """Over an encrypted connection, logged in, with its day and note; header lines cannot be smuggled in."""
    mail_settings(monkeypatch, mail_server)
    told(lab, "牙医\r\nBcc: all@example.org", note="带上病历")
    assert [each.state for each in lab.reminders.deliver(at(10))] == ["sent"]
    assert lab.reminders.deliver(at(12)) == []
    (mail,) = mail_server.mails()
    assert mail["To"] == "me@example.org" and mail["Bcc"] is None
    assert str(mail["Subject"]) == "牙医 Bcc: all@example.org"
    assert "带上病历" in mail.get_content() and f"{at(10):%Y-%m-%d} 10:00" in mail.get_content()
    assert mail_server.logged_in == ["me"] and mail_server.encrypted


def test_a_server_that_is_away_is_tried_again_with_longer_pauses(
    lab: Lab,
    mail_server: Server,  # noqa: F811
    monkeypatch: Any,
) -> None:
    """Over a weekend, at least hourly; after three days it is given up, with the reason."""
    mail_settings(monkeypatch, mail_server)
    set_mail(monkeypatch, PORT="1")
    told(lab)
    now, pauses = at(10), []
    for _n in range(6):
        (tried,) = lab.reminders.deliver(now)
        assert lab.reminders.deliver(now) == []
        pauses.append(tried.next_try - now)
        now = tried.next_try
    assert pauses == sorted(pauses) and pauses[0] == timedelta(minutes=5)
    assert pauses[-1] == timedelta(hours=1)
    (late,) = lab.reminders.deliver(at(9, days=3))
    assert late.state == "waiting" and late.trouble
    (over,) = lab.reminders.deliver(at(11, days=3))
    assert over.state == "failed" and over.trouble
    assert lab.reminders.deliver(at(10, days=9)) == []


def test_mail_over_tls_from_the_first_byte(
    lab: Lab,
    tls_mail_server: Server,  # noqa: F811
    monkeypatch: Any,
) -> None:
    """As on port 465; a certificate that nobody vouches for, and a server that only knows the other way, get nothing."""
    mail_settings(monkeypatch, tls_mail_server)
    told(lab)
    monkeypatch.setenv("SSL_CERT_FILE", "/dev/null")
    (untrusted,) = lab.reminders.deliver(at(10))
    assert untrusted.state == "waiting" and "certificate" in untrusted.trouble.lower()
    monkeypatch.setenv("SSL_CERT_FILE", str(tls_mail_server.certificate))
    assert [each.state for each in lab.reminders.deliver(untrusted.next_try)] == ["sent"]
    (mail,) = tls_mail_server.mails()
    assert mail["To"] == "me@example.org" and tls_mail_server.encrypted
    assert tls_mail_server.logged_in == ["me"]


def test_tls_where_the_server_wants_starttls(lab: Lab, mail_server: Server, monkeypatch: Any) -> None:  # noqa: F811  # fmt: skip
    """A wrong setting is told as what went wrong; the password never left."""
    mail_settings(monkeypatch, mail_server)
    set_mail(monkeypatch, SECURITY="ssl")
    told(lab)
    (tried,) = lab.reminders.deliver(at(10))
    assert tried.state == "waiting" and tried.trouble and mail_server.logged_in == []


def test_a_late_mail_keeps_quiet_hours(lab: Lab, mail_server: Server, monkeypatch: Any) -> None:  # noqa: F811
    """A server that comes back at night wakes nobody; what is urgent goes."""
    mail_settings(monkeypatch, mail_server)
    mail_server.pause()
    lab.reminders.prefer(quiet_from="22:00", quiet_until="07:00")
    told(lab)
    lab.reminders.add(title="urgent", day=tomorrow().isoformat(), clock="10:00", urgent=True)
    lab.reminders.look(at(10))
    lab.reminders.deliver(at(21, 50))
    mail_server.go_on()
    assert [each.state for each in lab.reminders.deliver(at(23))] == ["sent"]
    assert lab.reminders.deliver(at(6, 59, days=1)) == []
    assert [each.state for each in lab.reminders.deliver(at(7, days=1))] == ["sent"]
    assert [str(mail["Subject"]) for mail in mail_server.mails()] == ["urgent", "牙医 dentist"]


def test_what_needs_no_second_try(lab: Lab, mail_server: Server, monkeypatch: Any) -> None:  # noqa: F811
    """An address that is refused for good; a carrier that is not there; a notice that was seen to."""
    mail_settings(monkeypatch, mail_server)
    told(lab)
    lab.reminders.prefer(mail_to="nobody@example.org")
    (refused,) = lab.reminders.deliver(at(10))
    assert refused.state == "failed" and "nobody@example.org" in refused.trouble
    lab.reminders.prefer(carriers=["pigeon"])
    told_again = lab.reminders.add(title="again", day=tomorrow().isoformat(), clock="10:00")  # fmt: skip
    assert titles(lab.reminders.look(at(10))) == [told_again.title]
    (unknown,) = lab.reminders.deliver(at(10))
    assert unknown.state == "failed" and "pigeon" in unknown.trouble
    lab.reminders.prefer(carriers=["mail"], mail_to="me@example.org")
    lab.reminders.add(title="seen", day=tomorrow().isoformat(), clock="11:00")
    lab.reminders.done(lab.reminders.look(at(11))[0])
    assert [each.state for each in lab.reminders.deliver(at(11))] == ["failed"]
    assert mail_server.mails() == []


def test_several_workers_send_one_mail(lab: Lab, mail_server: Server, monkeypatch: Any) -> None:  # noqa: F811
    """Whoever claims it sends it."""
    mail_settings(monkeypatch, mail_server)
    told(lab)

    def send(_n: int) -> int:
        mine = lab.session
        session = Session(**{each.name: getattr(mine, each.name) for each in fields(mine)})
        try:
            return len(Reminders(session).deliver(at(10)))
        finally:
            session.close()

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(send, range(4))) == 1
    assert len(mail_server.mails()) == 1


def test_the_password_is_never_shown_or_sent_in_the_open(
    lab: Lab,
    mail_server: Server,  # noqa: F811
    monkeypatch: Any,
) -> None:
    """A wrong one is told without it; over a connection that anyone can read it is not sent."""
    mail_settings(monkeypatch, mail_server)
    set_mail(monkeypatch, PASSWORD="hunter2-wrong")
    told(lab)
    (tried,) = lab.reminders.deliver(at(10))
    assert tried.state == "waiting" and tried.trouble and "hunter2" not in tried.trouble
    set_mail(monkeypatch, SECURITY="none", HOST="mail.example.org")
    (line,) = lab.reminders.carriers().iter_rows(named=True)
    assert line["carrier"] == "mail" and "starttls" in line["needs"]
    assert not any("hunter2" in str(each) for each in lab.history.recent(limit=50))


def test_what_a_carrier_still_needs_is_said(lab: Lab, monkeypatch: Any) -> None:
    """An address, a server."""
    set_mail(monkeypatch, HOST="")
    assert "mail_to" in lab.reminders.carriers()["needs"][0]
    lab.reminders.prefer(mail_to="me@example.org")
    assert "PGC_SMTP_HOST" in lab.reminders.carriers()["needs"][0]
    for wrong in ("me", "a@b, c@d", "a@b\nBcc: x@y"):
        with pytest.raises(Invalid):
            lab.reminders.prefer(mail_to=wrong)


def test_a_carrier_of_another_package(lab: Lab, monkeypatch: Any) -> None:
    """Registered as an entry point, named in the preferences, given the message."""
    sent: list[str] = []

    class Phone:
        name = "phone"

        def trouble(self, _preferences: object) -> str:
            return ""

        def send(self, message: Any, _preferences: object) -> None:
            sent.append(message.title)

    class Point:
        name = "phone"

        def load(self) -> type[Phone]:
            return Phone

    monkeypatch.setattr("pgc_lib.areas.reminding.carrying.entry_points", lambda group: [Point()] if group == "pgc.carriers" else [])  # fmt: skip
    lab.reminders.prefer(carriers=["phone"])
    lab.reminders.add(title="ring", day=tomorrow().isoformat(), clock="10:00")
    lab.reminders.look(at(10))
    assert [each.state for each in lab.reminders.deliver(at(10))] == ["sent"] and sent == ["ring"]


def test_moments_are_kept_in_utc(lab: Lab) -> None:
    """Whoever moves to another zone finds them where they belong."""
    lab.reminders.add(title="x", day=tomorrow().isoformat(), clock="10:00")
    (notice,) = lab.reminders.look(at(10))
    assert notice.at == at(10).astimezone(UTC)
