"""The post of a server: mails the letters that are due, with the administrator's mail server.

The database shows the worker a letter from the moment at which it is due and nothing else of a person (`pgc.letters`,
`areas/reminding/posting.py`). A letter is claimed before it is sent and emptied afterwards. While the mail server is away,
nothing is tried and nothing is lost. Whoever dies between sending a letter and noting it leaves it to be sent once more
under the same Message-ID, by which those who get it tell that it is the same: SMTP itself cannot tell.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

import psycopg
import structlog
from psycopg.rows import class_row

from pgc_lib.areas.reminding import mail
from pgc_lib.areas.reminding.carrying import (
    FIRST_PAUSE,
    KEEPS_TRYING,
    LONGEST_PAUSE,
    Message,
    NotCarried,
)
from pgc_lib.areas.reminding.due import Hours
from pgc_lib.automation.when import zone_of
from pgc_lib.i18n import N_, _, in_lang
from pgc_lib.stores.postgres import connect_seconds

MOST_A_DAY = 100
"""Letters that one person may have sent in a day: nobody sends the world mail in the administrator's name."""
_EVERY = 10.0
_AWAY = (10.0, 30.0, 60.0, 120.0, 300.0)
"""Seconds until the mail server is tried again, after one, two, … failures in a row."""
_TOLD_EVERY = 60.0
_TIDY_EVERY = 3600.0
_LEASE = timedelta(minutes=10)
_TOO_LATE = N_("it could not be sent in time")

_CLAIM = """
    with picked as (
        select l.owner, l.key, p.time_zone, p.lang
        from pgc.letters l join pgc.persons p on p.id = l.owner and p.ended_at is null
        where l.state = 'waiting' and not l.own and l.fires <= now() and l.next_try <= now()
          and (l.lease_until is null or l.lease_until < now())
          and (select count(*) from pgc.letters s
               where s.owner = l.owner and s.sent_at > now() - interval '1 day') < %(most)s
        order by greatest(l.next_try, l.fires) limit 1 for update of l skip locked)
    update pgc.letters l set tries = l.tries + 1, lease_until = now() + %(lease)s
    from picked where l.owner = picked.owner and l.key = picked.key
    returning l.owner, l.key, l.fires, l.address, l.subject, l.body, l.urgent, l.quiet_from, l.quiet_until, l.tries,
        picked.time_zone, picked.lang"""
_MINE = "where owner = %(owner)s and key = %(key)s and tries = %(tries)s and state = 'waiting'"
_EMPTY = "address = '', subject = '', body = '', lease_until = null"
_SENT = f"update pgc.letters set state = 'sent', sent_at = now(), trouble = '', {_EMPTY} {_MINE}"
_FAILED = f"update pgc.letters set state = 'failed', trouble = %(trouble)s, {_EMPTY} {_MINE}"
_LATER = f"""
    update pgc.letters
    set next_try = %(next_try)s, tries = tries - %(forgiven)s, trouble = %(trouble)s, lease_until = null {_MINE}"""
_OVER = f"""
    update pgc.letters set state = 'failed', trouble = %(trouble)s, {_EMPTY}
    where state = 'waiting' and fires < now() - %(age)s and (lease_until is null or lease_until < now())"""
_FORGET = "delete from pgc.letters where state <> 'waiting' and fires < now() - interval '40 days'"
_TELL = """
    insert into pgc.post (sender, trouble) values (%(sender)s, %(trouble)s)
    on conflict (one) do update set sender = excluded.sender, trouble = excluded.trouble, seen_at = now()"""

T = TypeVar("T")
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Due:
    """A letter that is due, claimed by us."""

    owner: UUID
    key: str
    fires: datetime
    address: str
    subject: str
    body: str
    urgent: bool
    quiet_from: str
    quiet_until: str
    tries: int
    time_zone: str
    lang: str

    def allowed(self, moment: datetime) -> datetime:
        """The moment itself, or the end of the person's quiet hours in which it lies."""
        if self.urgent:
            return moment
        local = zone_of(self.time_zone)
        return Hours(local, quiet_from=self.quiet_from, quiet_until=self.quiet_until).held(moment)


class Postman:
    """Mails what is due until it is stopped; several may work side by side."""

    def __init__(self, worker_url: str, *, every: float = _EVERY) -> None:
        self._url, self._every = worker_url, every
        self._stop = threading.Event()
        self._failures = 0
        self._told: tuple[str, str] | None = None
        self._told_at = self._tidied_at = float("-inf")

    def run(self) -> None:
        """Look, send, wait; a database or a mail server that is away is waited for."""
        while not self._stop.is_set():
            try:
                self.round()
            except psycopg.Error as error:
                log.warning("post.database_away", error=type(error).__name__)
            pause = _AWAY[min(self._failures, len(_AWAY)) - 1] if self._failures else self._every
            self._stop.wait(pause)

    def stop(self) -> None:
        """End soon; what waits is found at the next start."""
        self._stop.set()

    def round(self) -> int:
        """Send what is due now; how many letters went."""
        missing = mail.no_server() or ("" if mail.sender() else _("PGC_SMTP_FROM is not set"))
        if missing:
            self._tell("", missing)
            return 0
        sent = 0
        first = self._claim()
        try:
            if first is not None:
                sent = self._send_all(first)
            self._failures, trouble = 0, ""
        except NotCarried as error:
            self._failures, trouble = self._failures + 1, error.message
            log.warning("post.away", failures=self._failures)
        self._tell(mail.sender(), trouble)
        self._tidy()
        return sent

    def _send_all(self, letter: Due | None) -> int:
        """Over one connection; `NotCarried` when the server can take nothing now."""
        sent = 0
        assert letter is not None
        try:
            with mail.line() as server:
                while letter is not None:
                    sent += self._send(server, letter)
                    letter = None if self._stop.is_set() else self._claim()
        except NotCarried:
            if letter is not None:
                self._later(letter, datetime.now(UTC), "", counted=False)
            raise
        return sent

    def _send(self, server: Any, letter: Due) -> bool:
        """Whether it went. It is tried again later, or given up; a server that is away is the caller's business."""
        now = datetime.now(UTC)
        allowed = letter.allowed(now)
        if allowed > now:  # it was late, and now it is quiet
            self._later(letter, allowed, "", counted=False)
            return False
        message = Message(letter.key, letter.subject, letter.body, letter.fires, letter.urgent)
        with in_lang(letter.lang):
            try:
                mail.hand(server, mail.composed(message, letter.address), letter.address)
            except NotCarried as error:
                if error.away:
                    raise
                if error.final:
                    self._settle(_FAILED, letter, trouble=error.message[:2000])
                else:
                    pause = min(FIRST_PAUSE * 2 ** min(letter.tries, 10), LONGEST_PAUSE)
                    self._later(letter, letter.allowed(now + pause), error.message)
                return False
        self._settle(_SENT, letter)
        log.info("post.sent", person=str(letter.owner))
        return True

    def _later(self, letter: Due, moment: datetime, trouble: str, *, counted: bool = True) -> None:
        forgiven = 0 if counted else 1
        self._settle(_LATER, letter, next_try=moment, trouble=trouble[:2000], forgiven=forgiven)

    def _claim(self) -> Due | None:
        values = {"most": MOST_A_DAY, "lease": _LEASE}
        with self._connected() as connection:
            cursor = connection.cursor(row_factory=class_row(Due))
            return cursor.execute(_CLAIM.encode(), values).fetchone()

    def _settle(self, statement: str, letter: Due, **values: Any) -> None:
        """Note what became of it. A database that is away is waited for: what was sent must not be sent again."""
        given = {"owner": letter.owner, "key": letter.key, "tries": letter.tries, **values}
        self._insist(lambda: self._execute(statement, given))

    def _insist(self, work: Callable[[], T]) -> T:
        while True:
            try:
                return work()
            except psycopg.OperationalError:
                log.warning("post.database_away")
                if self._stop.wait(1.0):
                    raise

    def _tell(self, sender: str, trouble: str) -> None:
        """What everyone may know of the mail here."""
        fresh = time.monotonic() - self._told_at < _TOLD_EVERY
        if fresh and self._told == (sender, trouble):
            return
        self._execute(_TELL, {"sender": sender, "trouble": trouble[:2000]})
        self._told, self._told_at = (sender, trouble), time.monotonic()

    def _tidy(self) -> None:
        if time.monotonic() - self._tidied_at < _TIDY_EVERY:
            return
        self._execute(_OVER, {"trouble": _(_TOO_LATE), "age": KEEPS_TRYING})
        self._execute(_FORGET, {})
        self._tidied_at = time.monotonic()

    def _execute(self, statement: str, values: dict[str, Any]) -> None:
        with self._connected() as connection:
            connection.execute(statement.encode(), values)

    def _connected(self) -> "psycopg.Connection[Any]":
        return psycopg.connect(
            self._url, connect_timeout=connect_seconds(5), application_name="pgc-post"
        )
