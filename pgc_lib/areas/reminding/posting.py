"""Mail on a server where many live: what falls due is written down ahead, and the worker mails it when it is due.

A person's server is off most of the time, has no way out and does not know the password for mail; the worker has both, and
may read nothing of a person. So the person's server computes what falls due in the coming weeks, with quiet hours and time
zone, and keeps it as letters (`pgc.letters`), of which the worker sees those that are due. Each round compares all of them
with what is true now: what was done or put off is withdrawn, what was sent stays sent.

Who has a mail server of their own keeps only the moments: the worker sees to it that their server runs then.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from pgc_lib.areas.reminding.carrying import KEEPS_TRYING, Message, message_ahead, message_of
from pgc_lib.areas.reminding.due import Occurrence
from pgc_lib.areas.reminding.records import Delivery, Notice, Preferences
from pgc_lib.core.collection import Collection
from pgc_lib.core.session import Session
from pgc_lib.i18n import _
from pgc_lib.settings import settings
from pgc_lib.stores.filters import col

AHEAD = timedelta(days=14)
"""So far ahead letters are written down."""
MOST = 500
"""The soonest of them."""
MAIL = "mail"
_LONGEST_SUBJECT, _LONGEST_BODY = 500, 20_000

_KNOWN = (
    "select key, state, sent_at, trouble from pgc.letters where owner = :me and key = any(:keys)"
)
_WITHDRAW = """
    delete from pgc.letters
    where owner = :me and state = 'waiting' and (lease_until is null or lease_until < now()) and key <> all(:keys)"""
_GIVEN = """
    with given as (
        select * from jsonb_to_recordset(cast(:letters as jsonb)) as g (
            key text, fires timestamptz, own boolean, address text, subject text, body text, urgent boolean,
            quiet_from text, quiet_until text))"""
_AMEND = f"""{_GIVEN}
    update pgc.letters l
    set fires = g.fires, own = g.own, address = g.address, subject = g.subject, body = g.body, urgent = g.urgent,
        quiet_from = g.quiet_from, quiet_until = g.quiet_until
    from given g
    where l.owner = :me and l.key = g.key and l.state = 'waiting' and (l.lease_until is null or l.lease_until < now())
      and (l.fires, l.own, l.address, l.subject, l.body, l.urgent, l.quiet_from, l.quiet_until)
          is distinct from (g.fires, g.own, g.address, g.subject, g.body, g.urgent, g.quiet_from, g.quiet_until)"""
_PUT = f"""{_GIVEN}
    insert into pgc.letters (owner, key, fires, own, address, subject, body, urgent, quiet_from, quiet_until)
    select :me, g.key, g.fires, g.own, g.address, g.subject, g.body, g.urgent, g.quiet_from, g.quiet_until
    from given g on conflict do nothing"""
_PLAN = """
    insert into pgc.letter_plans (owner, until, time_zone) values (:me, :until, :zone)
    on conflict (owner) do update
    set planned_at = now(), until = excluded.until, time_zone = excluded.time_zone, wakings = 0"""


@dataclass(frozen=True, slots=True)
class Post:
    """The mail of a server, as its worker tells of it."""

    sender: str
    """The address that mail comes from; empty where none is sent."""
    trouble: str
    seen_at: datetime

    def needs(self) -> str:
        """What keeps it from sending; empty when nothing does."""
        if not self.sender:
            return _(
                "this hub sends no mail yet: an administrator sets PGC_SMTP_HOST for its worker"
            )
        return self.trouble


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail that is to be sent at a moment."""

    key: str
    fires: str
    own: bool
    address: str
    subject: str
    body: str
    urgent: bool
    quiet_from: str
    quiet_until: str


def post_of(session: Session) -> Post | None:
    """The post of the server that this is; None at home."""
    from sqlalchemy import text

    with session.reading() as connection:
        row = connection.execute(text("select sender, trouble, seen_at from pgc.post")).first()
    return Post(*row) if row else None


def sends_own() -> bool:
    """Whether this process has a mail server of its own to send by."""
    return bool(settings().smtp_host)


def hand_over(
    session: Session,
    post: Post,
    preferences: Preferences,
    *,
    past: Iterable[Occurrence],
    ahead: Iterable[Occurrence],
    now: datetime,
    local: str,
) -> list[Delivery]:
    """Write down what is to be mailed and note what was; the deliveries that came to their end."""
    own = sends_own()
    ended, wanted = ([], {}) if own else _settled(session, preferences, now, local)
    carried = MAIL in preferences.carriers and preferences.mail_to and (own or post.sender)
    if not carried:
        _forget(session)
        return ended
    if own:
        wanted |= _unsent(session, preferences, now, local)
    for each in ahead:
        if len(wanted) >= MOST:
            break
        message = message_ahead(each, session.person, local)
        wanted[message.key] = _letter(message, each.fires, preferences, own=own)
    # What fell due while nobody looked was written down before and is on its way; nothing is added to it.
    going = () if own else _going(session, past, local)
    _write(session, wanted, going, now, local)
    return ended


def _settled(
    session: Session, preferences: Preferences, now: datetime, local: str
) -> tuple[list[Delivery], dict[str, Letter]]:
    """The deliveries that are over by their letters, and the letters of the others."""
    deliveries = Collection(session, Delivery)
    waiting = deliveries.find(state="waiting", carrier=MAIL, owner=session.person)
    notices = _notices(session, waiting)
    told = {
        each.id: message_of(notices[each.notice], session.person, local)
        for each in waiting
        if each.notice in notices
    }
    known = _known(session, [message.key for message in told.values()])
    ended: list[Delivery] = []
    wanted: dict[str, Letter] = {}
    for each in waiting:
        notice, message = notices.get(each.notice), told.get(each.id)
        letter = known.get(message.key) if message else None
        over = _over(notice, letter, now)
        if over:
            ended.append(deliveries.update(each.id, **over))
        elif notice is not None and message is not None:
            wanted[message.key] = _letter(message, notice.fires, preferences, own=False)
    return ended, wanted


def _over(notice: Notice | None, letter: Any, now: datetime) -> dict[str, Any]:
    """How a delivery ended; nothing while it waits."""
    if letter is not None and letter.state == "sent":
        return {"state": "sent", "sent_at": letter.sent_at, "trouble": ""}
    if letter is not None and letter.state == "failed":
        return {"state": "failed", "trouble": letter.trouble[:2000]}
    if notice is None:
        return {"state": "failed", "trouble": _("the notice is gone")}
    if notice.state == "done":
        return {"state": "failed", "trouble": _("it was seen to before it was sent")}
    if notice.fires < now - KEEPS_TRYING:
        return {"state": "failed", "trouble": _("it could not be sent in time")}
    return {}


def _unsent(
    session: Session, preferences: Preferences, now: datetime, local: str
) -> dict[str, Letter]:
    """What the person's own server could not send yet, to be tried again when it next may."""
    waiting = Collection(session, Delivery).find(
        col("next_try") > now, state="waiting", carrier=MAIL, owner=session.person
    )
    notices = _notices(session, waiting)
    found = {}
    for each in waiting:
        if (notice := notices.get(each.notice)) is not None:
            message = message_of(notice, session.person, local)
            found[message.key] = _letter(message, each.next_try, preferences, own=True)
    return found


def _notices(session: Session, deliveries: Iterable[Delivery]) -> "Mapping[Any, Notice]":
    ids = [each.notice for each in deliveries]
    found = Collection(session, Notice).find(col("id").is_in(ids)) if ids else ()
    return {each.id: each for each in found}


def _going(session: Session, past: Iterable[Occurrence], local: str) -> list[str]:
    """The keys of what is due and not seen to."""
    known = {each.key: message_ahead(each, session.person, local).key for each in past}
    seen = (
        Collection(session, Notice).find(col("occurrence").is_in(list(known)), state="done", owner=session.person)
        if known
        else ()
    )  # fmt: skip
    done = {each.occurrence for each in seen}
    return [key for occurrence, key in known.items() if occurrence not in done]


def _letter(message: Message, fires: datetime, preferences: Preferences, *, own: bool) -> Letter:
    if own:
        return Letter(message.key, fires.isoformat(), True, "", "", "", message.urgent, "", "")
    return Letter(
        message.key,
        fires.isoformat(),
        False,
        preferences.mail_to,
        message.title[:_LONGEST_SUBJECT],
        message.text[:_LONGEST_BODY],
        message.urgent,
        preferences.quiet_from,
        preferences.quiet_until,
    )


def _known(session: Session, keys: list[str]) -> dict[str, Any]:
    from sqlalchemy import text

    if not keys:
        return {}
    with session.reading() as connection:
        rows = connection.execute(text(_KNOWN), {"me": session.person, "keys": keys}).all()
    return {row.key: row for row in rows}


def _write(
    session: Session, wanted: Mapping[str, Letter], going: Iterable[str], now: datetime, local: str
) -> None:
    from sqlalchemy import text

    from pgc_lib.stores.documents_values import dumps

    me = session.person
    given = {"me": me, "letters": dumps([asdict(each) for each in wanted.values()])}
    until = now.astimezone(UTC) + AHEAD
    with session.writing() as connection:
        connection.execute(text(_WITHDRAW), {"me": me, "keys": [*wanted, *going]})
        connection.execute(text(_AMEND), given)
        connection.execute(text(_PUT), given)
        connection.execute(text(_PLAN), {"me": me, "until": until, "zone": local})


def _forget(session: Session) -> None:
    """Nothing is to be mailed: nothing is kept for it."""
    from sqlalchemy import text

    with session.writing() as connection:
        connection.execute(text(_WITHDRAW), {"me": session.person, "keys": []})
        connection.execute(
            text("delete from pgc.letter_plans where owner = :me"), {"me": session.person}
        )
