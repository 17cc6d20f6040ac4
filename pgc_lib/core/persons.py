"""Persons, groups and grants as values, and the moments at which grants begin and end."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from difflib import get_close_matches
from typing import Any, Literal, TypeAlias, TypeVar
from uuid import UUID

from pgc_lib.core.naming import area_title
from pgc_lib.core.session import Session
from pgc_lib.core.shown import Told
from pgc_lib.core.types import in_zone
from pgc_lib.core.zone import zone
from pgc_lib.errors import Invalid, NotFound, Problem
from pgc_lib.i18n import N_, _

Level = Literal["see", "comment", "edit"]
LEVELS: Sequence[Level] = ("see", "comment", "edit")
"""From the least to the most; each includes those before it."""
LEVEL_NAMES = {"see": N_("see"), "comment": N_("comment on"), "edit": N_("edit")}
_ROLE_NAMES = {
    "person": N_("a person"), "family": N_("of the family"), "coach": N_("coach"), "administrator": N_("administrator"),
}  # fmt: skip
ROLES = tuple(_ROLE_NAMES)
EVERY_AREA = "*"

T = TypeVar("T")
Until: TypeAlias = date | datetime | str | None
"""A moment, a day, either of them written out, or no end."""
_DAY = len("2026-01-01")


@dataclass(frozen=True, slots=True)
class Person(Told):
    """Someone in this lab. Of a stranger only the name and the identifier are known."""

    id: UUID
    name: str
    display: str = ""
    role: str = "person"
    lang: str = ""
    time_zone: str = ""
    ended_at: datetime | None = None

    @property
    def called(self) -> str:
        """How to speak of them."""
        return self.display or self.name

    def _shown_(self) -> dict[str, Any]:
        return {
            _("Name"): self.called,
            _("Login"): self.name,
            _("Role"): _(_ROLE_NAMES[self.role]) if self.role in _ROLE_NAMES else self.role,
            _("Left on"): self.ended_at,
        }


@dataclass(frozen=True, slots=True)
class Group(Told):
    """Some persons to share with: a family, a coach's pupils, a team."""

    id: UUID
    owner: UUID
    name: str
    kind: str

    def _shown_(self) -> dict[str, Any]:
        return {_("Group"): self.name}


@dataclass(frozen=True, slots=True)
class Member(Told):
    """Someone in a group, and until when."""

    person: Person
    since: datetime
    until: datetime | None

    @property
    def active(self) -> bool:
        """Whether it holds now."""
        return holds(self.since, self.until)

    def _shown_(self) -> dict[str, Any]:
        return {**self.person._shown_(), _("Belongs since"): self.since, **_end(self.until)}


@dataclass(frozen=True, slots=True)
class Grant(Told):
    """One permission that was given, to a person or to a group."""

    id: UUID
    owner: UUID
    area: str
    level: Level
    person: UUID | None
    group: UUID | None
    since: datetime
    until: datetime | None
    note: str
    of: str = field(default="", compare=False)
    """Whose area it is, by name."""
    to: str = field(default="", compare=False)
    """The person or the group, by name."""

    @property
    def active(self) -> bool:
        """Whether its time has come and has not run out."""
        return holds(self.since, self.until)

    def _shown_(self) -> dict[str, Any]:
        return {
            _("Whose"): self.of,
            _("Area"): _("everything") if self.area == EVERY_AREA else area_title(self.area),
            _("Granted to"): self.to,
            _("Permission"): _(LEVEL_NAMES[self.level]),
            _("Valid since"): self.since,
            **_end(self.until),
            _("Note"): self.note,
        }


@dataclass(frozen=True, slots=True)
class Viewer(Told):
    """Someone who may see an area, at which level, until when, and by which way."""

    person: Person
    level: Level
    until: datetime | None
    grant: Grant
    group: Group | None = None

    def _shown_(self) -> dict[str, Any]:
        return {
            _("Name"): self.person.called,
            _("Permission"): _(LEVEL_NAMES[self.level]),
            **_end(self.until),
            _("Through the group"): self.group and self.group.name,
        }


@dataclass(frozen=True, slots=True)
class Decision(Told):
    """Whether someone may do something, why, and the grants that decide it."""

    allowed: bool
    reason: str
    grants: tuple[Grant, ...] = field(default=())

    def __bool__(self) -> bool:
        return self.allowed

    def _shown_(self) -> dict[str, Any]:
        return {_("Allowed"): _("yes") if self.allowed else _("no"), _("Reason"): self.reason}


def enough(level: Level, wanted: Level) -> bool:
    """Whether a level includes another."""
    return LEVELS.index(level) >= LEVELS.index(wanted)


def holds(since: datetime, until: datetime | None) -> bool:
    """Whether now is in between."""
    now = datetime.now(UTC)
    return since <= now and (until is None or until > now)


def ending(given: Until) -> datetime | None:
    """When something ends: at the moment given, or with the end of the day given."""
    if given is None:
        return None
    if isinstance(given, str):
        given = _written(given)
    if not isinstance(given, datetime):
        given = datetime.combine(given + timedelta(days=1), time())
    end = in_zone(given)
    if end <= datetime.now(UTC):
        raise refused("until", _("this is in the past"), given)
    return end


def _written(given: str) -> date | datetime:
    try:
        return date.fromisoformat(given) if len(given) <= _DAY else datetime.fromisoformat(given)
    except ValueError:
        reason = _("write it like 2026-01-01 or 2026-01-01 08:30")
        raise refused("until", reason, given) from None


def _end(until: datetime | None) -> dict[str, str]:
    """When it ends, as a line of a card."""
    ended = until is not None and until <= datetime.now(UTC)
    said = told(until) if until is not None else _("no end")
    return {_("Ends"): _("{day} (over)", day=said) if ended else said}


def told(moment: datetime) -> str:
    """A moment as a person reads it; the end of a day is that day."""
    local = moment.astimezone(zone())
    if local.time() == time():
        return f"{local - timedelta(days=1):%Y-%m-%d}"
    return f"{local:%Y-%m-%d %H:%M}"


def one_of(place: str, value: Any, allowed: Sequence[T]) -> T:
    """The value, if it is one of those allowed."""
    if value not in allowed:
        expected = ", ".join(map(str, allowed))
        raise refused(place, _("this must be one of {expected}", expected=expected), value)
    return allowed[list(allowed).index(value)]


def refused(place: str, reason: str, value: Any) -> Invalid:
    """The error for one value that cannot be used."""
    return Invalid(_("This cannot be done so:"), [Problem(place, reason, value)])


def nobody(name: str, known: Sequence[str] = ()) -> NotFound:
    """The error for a name that nobody has."""
    near = get_close_matches(name, known, n=3, cutoff=0.5)
    return NotFound(
        _("There is no person named “{name}”.", name=name),
        next_step=_("Did you mean {names}?", names=", ".join(f"“{one}”" for one in near))
        if near
        else _("Names are case-sensitive; ask them for the exact one."),
    )


def rows(session: Session, statement: str, **values: Any) -> list[dict[str, Any]]:
    """What a query finds, with the person's rights."""
    from sqlalchemy import text

    with session.reading() as connection:
        return [dict(row) for row in connection.execute(text(statement), values).mappings()]


def write(session: Session, *statements: str, **values: Any) -> list[dict[str, Any]]:
    """Run statements in one transaction, with the person's rights; what the last one returns."""
    from sqlalchemy import text

    with session.writing() as connection:
        for statement in statements:
            result = connection.execute(text(statement), values)
        return [dict(row) for row in result.mappings()] if result.returns_rows else []
