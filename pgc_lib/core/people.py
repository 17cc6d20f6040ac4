"""Persons, groups, and who may see what until when.

A grant is one row: area, level, to a person or a group, with an end date. The database's policies read the same rows,
so what `why` explains here is what SQL, REST, the agent and the dashboards do.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import text

from pgc_lib.core.session import Session
from pgc_lib.core.types import in_zone
from pgc_lib.errors import Conflict, Invalid, NotFound, Problem
from pgc_lib.i18n import N_, _

Level = Literal["see", "comment", "edit"]
LEVELS: Sequence[Level] = ("see", "comment", "edit")
EVERY_AREA = "*"
_LEVEL_NAMES = {"see": N_("see"), "comment": N_("comment on"), "edit": N_("edit")}


@dataclass(frozen=True, slots=True)
class Person:
    """Someone in this lab."""

    id: UUID
    name: str
    display: str
    role: str
    lang: str
    time_zone: str


@dataclass(frozen=True, slots=True)
class Group:
    """Some persons to share with: a family, a coach's pupils, a team."""

    id: UUID
    owner: UUID
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class Grant:
    """One permission that was given."""

    id: UUID
    owner: UUID
    area: str
    level: Level
    person: UUID | None
    group: UUID | None
    since: datetime
    until: datetime | None
    note: str

    @property
    def active(self) -> bool:
        """Whether it holds now."""
        now = datetime.now(UTC)
        return self.since <= now and (self.until is None or self.until > now)


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether someone may do something, and which grants decide it."""

    allowed: bool
    reason: str
    grants: tuple[Grant, ...] = ()

    def __bool__(self) -> bool:
        return self.allowed


_PERSON = "id, name, display, role, lang, time_zone"
_GRANT = 'id, owner, area, level, person, group_id as "group", since, until, note'


class People:
    """The people around one person, as this person may know them."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def me(self) -> Person:
        """The person of this session."""
        return self._persons("id = :id", id=self.session.person)[0]

    def known(self) -> list[Person]:
        """Everyone this person shares a group or a grant with."""
        return self._persons("true")

    def find(self, name: str) -> Person:
        """A person known to this one."""
        found = self._persons("name = :name", name=name)
        if not found:
            raise _nobody(name)
        return found[0]

    # ── groups ───────────────────────────────────────────────────────────────────────────────────────

    def groups(self) -> list[Group]:
        """The groups one owns or belongs to."""
        rows = self._rows("select id, owner, name, kind from pgc.groups order by name")
        return [Group(**row) for row in rows]

    def create_group(self, name: str, kind: str = "family") -> Group:
        """A new group of one's own."""
        if kind not in ("family", "pupils", "team"):
            reason = _("this must be one of {expected}", expected="family, pupils, team")
            raise Invalid(_("This group cannot be created:"), [Problem("kind", reason, kind)])
        if any(
            group.name == name and group.owner == self.session.person for group in self.groups()
        ):
            raise Conflict(
                _("You already have a group named “{name}”.", name=name),
                next_step=_("Choose another name."),
            )
        rows = self._write(
            "insert into pgc.groups (name, kind) values (:name, :kind) returning id, owner, name, kind",
            name=name,
            kind=kind,
        )
        return Group(**rows[0])

    def add_member(self, group: Group, name: str, *, until: date | datetime | None = None) -> None:
        """Take someone into a group of one's own; their exact name must be known."""
        self._write(
            "insert into pgc.members (group_id, person, until) values (:group, :person, :until) "
            "on conflict (group_id, person) do update set until = excluded.until",
            group=group.id,
            person=self._id_of(name),
            until=_moment(until),
        )

    def remove_member(self, group: Group, name: str) -> None:
        """Take someone out of a group, or leave it oneself."""
        gone = self._write(
            "delete from pgc.members where group_id = :group and person = :person returning person",
            group=group.id,
            person=self._id_of(name),
        )
        if not gone:
            raise _nobody(name)

    def members(self, group: Group) -> list[Person]:
        """Who is in a group."""
        inside = "id in (select person from pgc.members where group_id = :group)"
        return self._persons(inside, group=group.id)

    # ── grants ───────────────────────────────────────────────────────────────────────────────────────

    def grant(
        self,
        to: str | Person | Group,
        area: str,
        level: Level = "see",
        *,
        until: date | datetime | None = None,
        note: str = "",
    ) -> Grant:
        """Let a person or a group see, comment on or edit an area of one's own; `"*"` is every area."""
        if level not in LEVELS:
            reason = _("this must be one of {expected}", expected=", ".join(LEVELS))
            raise Invalid(_("This cannot be granted:"), [Problem("level", reason, level)])
        end = _moment(until)
        if end is not None and end <= datetime.now(UTC):
            reason = _("the end has passed already")
            raise Invalid(_("This cannot be granted:"), [Problem("until", reason, until)])
        person, group = self._target(to)
        rows = self._write(
            "insert into pgc.grants (area, level, person, group_id, until, note) "
            "values (:area, :level, :person, :group, :until, :note) "
            "on conflict (owner, area, person, group_id) do update set "
            "level = excluded.level, until = excluded.until, note = excluded.note, since = now() "
            f"returning {_GRANT}",
            area=area,
            level=level,
            person=person,
            group=group,
            until=end,
            note=note,
        )
        return Grant(**rows[0])

    def revoke(self, to: str | Person | Group, area: str) -> bool:
        """Take a grant back; it bites with the next query. Whether there was one."""
        person, group = self._target(to)
        return bool(
            self._write(
                "delete from pgc.grants where owner = pgc.me() and area = :area "
                "and person is not distinct from cast(:person as uuid) "
                "and group_id is not distinct from cast(:group as uuid) returning id",
                area=area,
                person=person,
                group=group,
            )
        )

    def grants(self) -> list[Grant]:
        """Every grant that this person gave or received."""
        return [
            Grant(**row)
            for row in self._rows(f"select {_GRANT} from pgc.grants order by area, since")
        ]

    def who_sees(self, area: str) -> list[tuple[Person, Level, Grant]]:
        """Who may see one's own area now, at which level, and by which grant."""
        seen = []
        for grant in self._mine(area):
            who = (
                self._persons("id = :id", id=grant.person)
                if grant.person
                else self._persons(
                    "id in (select person from pgc.members where group_id = :group "
                    "and since <= now() and (until is null or until > now()))",
                    group=grant.group,
                )
            )
            seen += [
                (person, grant.level, grant) for person in who if person.id != self.session.person
            ]
        return seen

    def why(self, person: str | Person, area: str, level: Level = "see") -> Decision:
        """Whether a person may do this with one's own area, and why or why not."""
        who = self.find(person) if isinstance(person, str) else person
        doing = _(_LEVEL_NAMES[level])
        if who.id == self.session.person:
            return Decision(True, _("It is your own."))
        reaching = [grant for seen, _level, grant in self.who_sees(area) if seen.id == who.id]
        enough = [grant for grant in reaching if LEVELS.index(grant.level) >= LEVELS.index(level)]
        if enough:
            until = max((g.until for g in enough if g.until), default=None)
            endless = any(g.until is None for g in enough)
            reason = _(
                "{name} may {doing} {area}: you granted it.",
                name=who.display,
                doing=doing,
                area=area,
            )
            if until and not endless:
                reason += " " + _("It ends on {until}.", until=f"{until:%Y-%m-%d %H:%M}")
            return Decision(True, reason, tuple(enough))
        if reaching:
            best = max(reaching, key=lambda grant: LEVELS.index(grant.level))
            reason = _("{name} may only {less} {area}, not {doing} it.", name=who.display, less=_(_LEVEL_NAMES[best.level]), area=area, doing=doing)  # fmt: skip
            return Decision(False, reason, tuple(reaching))
        ended = [
            g
            for g in self.grants()
            if g.person == who.id and g.area in (area, EVERY_AREA) and not g.active
        ]
        if ended:
            return Decision(
                False, _("The grant to {name} is not in force.", name=who.display), tuple(ended)
            )
        return Decision(
            False, _("You granted {name} nothing in {area}.", name=who.display, area=area)
        )

    # ── between ──────────────────────────────────────────────────────────────────────────────────────

    def _mine(self, area: str) -> list[Grant]:
        return [
            grant
            for grant in self.grants()
            if grant.owner == self.session.person
            and grant.area in (area, EVERY_AREA)
            and grant.active
        ]

    def _target(self, to: str | Person | Group) -> tuple[UUID | None, UUID | None]:
        if isinstance(to, Group):
            return None, to.id
        return (to.id if isinstance(to, Person) else self._id_of(to)), None

    def _id_of(self, name: str) -> UUID:
        """The person of an exact name, also one not yet known to this person."""
        found = self._rows("select pgc.person_named(:name) as id", name=name)[0]["id"]
        if found is None:
            raise _nobody(name)
        return UUID(str(found))

    def _persons(self, where: str, **values: Any) -> list[Person]:
        rows = self._rows(
            f"select {_PERSON} from pgc.persons where {where} order by name", **values
        )
        return [Person(**row) for row in rows]

    def _rows(self, statement: str, **values: Any) -> list[dict[str, Any]]:
        with self.session.reading() as connection:
            return [dict(row) for row in connection.execute(text(statement), values).mappings()]

    def _write(self, statement: str, **values: Any) -> list[dict[str, Any]]:
        with self.session.writing() as connection:
            result = connection.execute(text(statement), values)
            return [dict(row) for row in result.mappings()] if result.returns_rows else []


def _nobody(name: str) -> NotFound:
    return NotFound(
        _("There is no person named “{name}”.", name=name),
        next_step=_("Names are case-sensitive; ask them for the exact one."),
    )


def _moment(given: date | datetime | None) -> datetime | None:
    if given is None:
        return None
    if not isinstance(given, datetime):
        given = datetime(given.year, given.month, given.day)
    return in_zone(given)
