"""How notices reach a person outside the lab.

A carrier has a name, says whether it is ready, and sends one notice; mail is one, packages add others, such as a phone's,
by the entry point group `pgc.carriers`. A delivery is claimed before it is sent, so of several at work one sends it. Whoever
dies between sending and noting it sends it once more, under the same identifier, by which receivers tell it is the same.
"""

from collections.abc import Collection as Collection_
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol, runtime_checkable
from uuid import UUID

from pgc_lib.areas.reminding.due import Hours, Occurrence
from pgc_lib.areas.reminding.records import Delivery, Notice, Preferences
from pgc_lib.core.collection import Collection
from pgc_lib.core.points import entry_points
from pgc_lib.core.session import Session
from pgc_lib.errors import NotFound, PgcError
from pgc_lib.i18n import _

KEEPS_TRYING = timedelta(days=3)
"""A mail server may be away over a weekend; what is older than that is of no use."""
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=5), timedelta(hours=1)
_CLAIM = """
    update reminders.deliveries
    set tries = tries + 1, next_try = cast(:now as timestamptz) + least(:pause * power(2, least(tries, 10)), :longest)
    where id = (select id from reminders.deliveries
                where owner = :owner and state = 'waiting' and next_try <= :now and carrier <> all(:without)
                order by next_try limit 1 for update skip locked)
    returning id"""


@dataclass(frozen=True, slots=True)
class Message:
    """A notice as it leaves the lab."""

    key: str
    """The same for the same notice, however often it is tried."""
    title: str
    text: str
    at: datetime
    urgent: bool


class NotCarried(PgcError):
    """A carrier could not send; trying again may help, unless it is `final`. `away`: nothing could be sent now."""

    def __init__(
        self, message: str, *, next_step: str = "", final: bool = False, away: bool = False
    ) -> None:
        super().__init__(message, next_step=next_step)
        self.final, self.away = final, away


@runtime_checkable
class Carrier(Protocol):
    """What brings notices to a person."""

    @property
    def name(self) -> str:
        """What it is called in the preferences."""

    def trouble(self, preferences: Preferences) -> str:
        """Why it cannot send yet; empty when it can."""

    def send(self, message: Message, preferences: Preferences) -> None:
        """Send it; `NotCarried` when that did not work."""


def carriers() -> Mapping[str, Carrier]:
    """Every carrier by name."""
    from pgc_lib.areas.reminding.mail import Mail

    others: dict[str, Carrier] = {}
    for each in entry_points(group="pgc.carriers"):
        made = each.load()
        others[each.name] = made() if isinstance(made, type) else made
    return {**others, "mail": Mail()}


def message_of(notice: Notice, owner: UUID, local: str) -> Message:
    """A notice in words."""
    return _message(
        owner, notice.occurrence, local, notice.title, notice.note, notice.at, notice.whole_day, notice.urgent
    )  # fmt: skip


def message_ahead(occurrence: Occurrence, owner: UUID, local: str) -> Message:
    """The same words for what is going to fall due."""
    cue = occurrence.cue
    return _message(owner, occurrence.key, local, cue.title, cue.note, occurrence.at, not cue.clock, cue.urgent)  # fmt: skip


def _message(
    owner: UUID, occurrence: str, local: str, title: str, note: str, at: datetime, whole_day: bool, urgent: bool
) -> Message:  # fmt: skip
    from hashlib import sha256
    from zoneinfo import ZoneInfo

    there = at.astimezone(ZoneInfo(local))
    when = f"{there:%Y-%m-%d}" if whole_day else f"{there:%Y-%m-%d %H:%M}"
    lines = [title, _("When: {when}", when=when), *([note] if note else [])]
    key = sha256(f"{owner}:{occurrence}".encode()).hexdigest()[:40]
    return Message(key, title, "\n\n".join(lines), at, urgent)


def deliver(
    session: Session,
    preferences: Preferences,
    now: datetime,
    hours: Hours,
    without: Collection_[str] = (),
) -> list[Delivery]:
    """Send what waits; what was tried, with how it went. Carriers named in `without` are somebody else's work."""
    deliveries, notices = Collection(session, Delivery), Collection(session, Notice)
    known = carriers()
    done: list[Delivery] = []
    while (claimed := _claimed(session, now, without)) is not None:
        delivery = deliveries.get(claimed)
        try:
            notice = notices.get(delivery.notice)
        except NotFound:
            done.append(deliveries.update(claimed, state="failed", trouble=_("the notice is gone")))
            continue
        if notice.state == "done":
            done.append(deliveries.update(claimed, state="failed", trouble=_("it was seen to before it was sent")))  # fmt: skip
            continue
        allowed = now if notice.urgent else hours.held(now)
        if allowed > now:  # it was late, and now it is quiet
            deliveries.update(claimed, next_try=allowed, tries=delivery.tries - 1)
            continue
        message = message_of(notice, session.person, hours.local.key)
        trouble, final = _sent(known.get(delivery.carrier), delivery.carrier, message, preferences)
        if not trouble:
            changes = {"state": "sent", "sent_at": datetime.now(UTC), "trouble": ""}
        else:
            over = final or now - notice.fires > KEEPS_TRYING
            changes = {"state": "failed" if over else "waiting", "trouble": trouble[:2000]}
        done.append(deliveries.update(claimed, **changes))  # type: ignore[arg-type]
    return done


def _claimed(session: Session, now: datetime, without: Collection_[str]) -> UUID | None:
    from sqlalchemy import text

    values = {
        "now": now,
        "owner": session.person,
        "pause": FIRST_PAUSE,
        "longest": LONGEST_PAUSE,
        "without": list(without),
    }
    with session.writing() as connection:
        found: UUID | None = connection.execute(text(_CLAIM), values).scalar_one_or_none()
    return found


def _sent(
    carrier: Carrier | None, name: str, message: Message, preferences: Preferences
) -> tuple[str, bool]:
    """Why it was not sent, empty when it was; and whether trying again is of no use."""
    if carrier is None:
        return _("there is no carrier “{name}”", name=name), True
    if trouble := carrier.trouble(preferences):
        return trouble, False
    try:
        carrier.send(message, preferences)
    except NotCarried as error:
        return error.message, error.final
    return "", False
