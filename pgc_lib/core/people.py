"""Persons, groups, and who may see what until when.

    lab.people.grant("mama", "finance", "see", until=date(2027, 1, 31))
    lab.people.why("mama", "finance", "edit").reason
    lab.people.groups.create("our family");  lab.people.groups.add("our family", "mama")

A grant is one row: area, level, to a person or a group, with an end. The database's policies read the same
rows, so what `why` explains here is what SQL, REST, the agent and the dashboards do.
"""

import re
from collections.abc import Collection
from dataclasses import replace
from functools import cached_property
from typing import Any
from uuid import UUID

from pgc_lib.core.access import GRANT, decide, grant_of, viewers
from pgc_lib.core.administration import Administration
from pgc_lib.core.groups import Groups
from pgc_lib.core.persons import (
    EVERY_AREA,
    LEVELS,
    Decision,
    Grant,
    Group,
    Level,
    Member,
    Person,
    Until,
    Viewer,
    ending,
    nobody,
    one_of,
    refused,
    rows,
    write,
)
from pgc_lib.core.provisioning import PERSON, Credentials, create_person, end_person
from pgc_lib.core.session import Session
from pgc_lib.core.shown import Listing
from pgc_lib.core.zone import set_zone
from pgc_lib.errors import Conflict, Denied, NotFound
from pgc_lib.i18n import _

__all__ = [
    "Administration",
    "Credentials",
    "Decision",
    "Grant",
    "Group",
    "Groups",
    "Level",
    "Member",
    "People",
    "Person",
    "Viewer",
    "create_person",
    "end_person",
]

_AREA = re.compile(r"[a-z][a-z_]*|\*")
_NAMED_GRANT = f"""{GRANT}, coalesce(nullif(o.display, ''), o.name, '') as "of",
    coalesce(c.name, nullif(p.display, ''), p.name, '') as "to"
    from pgc.grants g left join pgc.persons o on o.id = g.owner left join pgc.persons p on p.id = g.person
    left join pgc.groups c on c.id = g.group_id"""


class People:
    """The people around one person, as this person may know them.

    `areas` are the names that a grant may be given for, any when there are none. `admin` holds
    an administrator's logins, with which persons can be made and ended.
    """

    def __init__(
        self, session: Session, *, areas: Collection[str] = (), admin: Administration | None = None
    ) -> None:
        self.session = session
        self._areas = areas
        self._admin = admin

    # ── persons ──────────────────────────────────────────────────────────────────────────────────────

    def me(self) -> Person:
        """The person of this session."""
        return self._persons("id = :id", id=self.session.person)[0]

    def known(self) -> Listing[Person]:
        """Everyone this person shares a group or a grant with, or has named before."""
        return self._persons("true")

    def find(self, name: str) -> Person:
        """A person by their exact name. Of a stranger only the name and the identifier are told."""
        if found := self._persons("name = :name", name=name):
            return found[0]
        id = rows(self.session, "select pgc.person_named(:name) as id", name=name)[0]["id"]
        if id is None:
            raise nobody(name, [person.name for person in self.known()])
        return Person(id, name)

    def amend(
        self, *, display: str | None = None, lang: str | None = None, time_zone: str | None = None
    ) -> Person:
        """Change how one is shown to others, and one's own language and time zone."""
        if lang is not None:
            one_of("lang", lang, ("zh-CN", "en"))
        if time_zone is not None:
            _check_zone(time_zone)
        if display is not None and (len(display) > 200 or not display.isprintable()):
            raise refused(
                "display", _("a name has 1 to {limit} visible characters", limit=200), display
            )
        write(
            self.session,
            "update pgc.persons set display = coalesce(:display, display), lang = coalesce(:lang, lang), "
            "time_zone = coalesce(:time_zone, time_zone) where id = pgc.me()",
            display=display,
            lang=lang,
            time_zone=time_zone,
        )
        if time_zone is not None:
            set_zone(time_zone)
        return self.me()

    @cached_property
    def groups(self) -> Groups:
        """The groups that one owns or belongs to."""
        return Groups(self.session, self._introduced)

    # ── grants ───────────────────────────────────────────────────────────────────────────────────────

    def grant(
        self,
        to: str | Person | Group,
        area: str,
        level: Level = "see",
        *,
        until: Until = None,
        note: str = "",
    ) -> Grant:
        """Let a person or a group see, comment on or edit an area of one's own; `"*"` is every area.

        Granting again replaces the level and the end. A day as the end is included.
        """
        one_of("level", level, LEVELS)
        person, group = self._target(to)
        if person == self.session.person:
            raise refused("to", _("this is yourself; what is yours needs no grant"), to)
        made = write(
            self.session,
            "insert into pgc.grants as g (area, level, person, group_id, until, note) "
            "values (:area, :level, :person, :group, :until, :note) "
            "on conflict (owner, area, person, group_id) do update set "
            "level = excluded.level, since = now(), until = excluded.until, note = excluded.note "
            f"returning {GRANT}",
            area=self._area(area),
            level=level,
            person=person,
            group=group,
            until=ending(until),
            note=note,
        )
        return self._grants("g.id = :id", id=made[0]["id"])[0]

    def revoke(self, to: str | Person | Group, area: str) -> bool:
        """Take a grant back; it bites with the next query. Whether there was one."""
        person, group = self._target(to)
        gone = write(
            self.session,
            "delete from pgc.grants where owner = pgc.me() and area = :area "
            "and person is not distinct from cast(:person as uuid) "
            "and group_id is not distinct from cast(:group as uuid) returning id",
            area=self._area(area),
            person=person,
            group=group,
        )
        return bool(gone)

    def given(self) -> Listing[Grant]:
        """Every grant that this person gave, also those whose time is over."""
        return self._grants("g.owner = pgc.me()")

    def received(self) -> Listing[Grant]:
        """Every grant that reaches this person, straight or through a group."""
        return self._grants("g.owner <> pgc.me()")

    def who_sees(self, area: str) -> Listing[Viewer]:
        """Who may see one's own area now, at which level, until when, and by which grant."""
        return Listing(viewers(self.session, self._area(area)))

    def why(
        self,
        person: str | Person,
        area: str,
        level: Level = "see",
        *,
        of: str | Person | None = None,
    ) -> Decision:
        """Whether a person may do this with an area, and why or why not.

        The area is one's own, or with `of=` another's: then the question can only be about oneself.
        """
        one_of("level", level, LEVELS)
        who, me = self._person(person), self.me()
        owner = me if of is None else self._person(of)
        if me.id not in (who.id, owner.id):
            raise Denied(
                _("You can ask about your own areas, or about yourself."),
                next_step=_("Ask {name} to look.", name=owner.called),
            )
        return decide(self.session, who, owner, self._area(area), level)

    @property
    def admin(self) -> Administration:
        """The care of everyone, for whoever has an administrator's logins."""
        if self._admin is None:
            raise Denied(
                _("This needs an administrator."),
                next_step=_("Use the `pgc` command where the lab runs, or ask who runs the hub."),
            )
        return self._admin

    # ── between ──────────────────────────────────────────────────────────────────────────────────────

    def _grants(self, where: str, **values: Any) -> Listing[Grant]:
        statement = f"select {_NAMED_GRANT} where {where} order by g.area, g.since, g.id"
        found = rows(self.session, statement, **values)
        return Listing(replace(grant_of(row), of=row["of"], to=row["to"]) for row in found)

    def _target(self, to: str | Person | Group) -> tuple[UUID | None, UUID | None]:
        """The person or the group that is meant; a name is first that of a person."""
        if isinstance(to, Person):
            return self._introduced(to.name), None
        if isinstance(to, Group):
            return None, to.id
        groups = [group for group in self.groups if group.name == to]
        try:
            person = self._introduced(to)
        except NotFound:
            if not groups:
                raise
            return None, self.groups.get(to).id
        if groups:
            raise Conflict(
                _("“{name}” is both a person and a group.", name=to),
                next_step=_(
                    "Pass lab.people.find({name!r}) or lab.people.groups.get({name!r}).", name=to
                ),
            )
        return person, None

    def _person(self, person: str | Person) -> Person:
        return self.find(person) if isinstance(person, str) else person

    def _introduced(self, name: str) -> UUID:
        """The person of an exact name; from now on the two are acquainted."""
        for person in self._persons("name = :name and ended_at is null", name=name):
            return person.id
        id = write(self.session, "select pgc.introduce(:name) as id", name=name)[0]["id"]
        if id is None:
            raise nobody(name, [person.name for person in self.known()])
        return UUID(str(id))

    def _area(self, area: str) -> str:
        if not _AREA.fullmatch(area) or (self._areas and area not in (EVERY_AREA, *self._areas)):
            names = ", ".join((*self._areas, EVERY_AREA)) or EVERY_AREA
            raise refused("area", _("there is no such area; there are {names}", names=names), area)
        return area

    def _persons(self, where: str, **values: Any) -> Listing[Person]:
        found = rows(
            self.session, f"select {PERSON} from pgc.persons where {where} order by name", **values
        )
        return Listing(Person(**row) for row in found)


def _check_zone(name: str) -> None:
    from zoneinfo import available_timezones

    if name not in available_timezones():
        raise refused("time_zone", _("there is no such time zone, for example Asia/Shanghai"), name)
