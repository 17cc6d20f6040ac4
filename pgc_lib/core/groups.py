"""Groups: some persons under one name, so that sharing with all of them is one grant.

Whoever makes a group decides who is in it. What a member granted to a group holds only while they are in
it themselves; leaving takes the grants along.
"""

from collections.abc import Callable, Iterator
from difflib import get_close_matches
from typing import Any
from uuid import UUID

from psycopg.errors import UniqueViolation

from pgc_lib.core.persons import (
    Group,
    Member,
    Person,
    Until,
    ending,
    nobody,
    one_of,
    refused,
    rows,
    write,
)
from pgc_lib.core.session import Session
from pgc_lib.core.shown import Listing
from pgc_lib.errors import Conflict, Denied, NotFound, StoreError
from pgc_lib.i18n import _

KINDS = ("family", "pupils", "team")
LONGEST_NAME = 100

_GROUP = "id, owner, name, kind"
_MEMBERS = """
    select p.id, p.name, p.display, p.role, p.lang, p.time_zone, p.ended_at, m.since, m.until
    from pgc.members m join pgc.persons p on p.id = m.person
    where m.group_id = :group order by p.name"""


class Groups:
    """The groups that one owns or belongs to."""

    def __init__(self, session: Session, introduced: Callable[[str], UUID]) -> None:
        self._session = session
        self._introduced = introduced

    def __iter__(self) -> Iterator[Group]:
        found = rows(self._session, f"select {_GROUP} from pgc.groups order by name, id")
        return (Group(**row) for row in found)

    def __len__(self) -> int:
        return sum(1 for _group in self)

    def get(self, name: str | Group) -> Group:
        """The group of a name; one's own comes before another's of the same name."""
        if isinstance(name, Group):
            return name
        known = list(self)
        named = [group for group in known if group.name == name]
        own = [group for group in named if group.owner == self._session.person]
        if len(own or named) > 1:
            raise Conflict(
                _("You are in several groups named “{name}”.", name=name),
                next_step=_("Pass the group itself, one of `lab.people.groups`."),
            )
        if not named:
            near = get_close_matches(name, [group.name for group in known], cutoff=0.5)
            raise NotFound(
                _("There is no group named “{name}”.", name=name),
                next_step=_("Did you mean {names}?", names=", ".join(f"“{one}”" for one in near))
                if near
                else _("Make it: lab.people.groups.create({name!r}).", name=name),
            )
        return (own or named)[0]

    def create(self, name: str, kind: str = "family") -> Group:
        """A new group of one's own, with oneself in it; kinds are family, pupils and team."""
        made = self._named(
            f"insert into pgc.groups (name, kind) values (:name, :kind) returning {_GROUP}",
            name=_checked(name),
            kind=one_of("kind", kind, KINDS),
        )
        self.add(made, self._session.person)
        return made

    def rename(self, group: str | Group, name: str) -> Group:
        """Give a group of one's own another name."""
        own = self._own(group)
        return self._named(
            f"update pgc.groups set name = :name where id = :id returning {_GROUP}",
            id=own.id,
            name=_checked(name),
        )

    def remove(self, group: str | Group) -> None:
        """Dissolve a group of one's own; everything granted to it ends."""
        own = self._own(group)
        write(self._session, "delete from pgc.groups where id = :id", id=own.id)

    def add(
        self,
        group: str | Group,
        person: str | Person | UUID,
        *,
        until: Until = None,
    ) -> None:
        """Take someone into a group of one's own, or set until when; their exact name must be known."""
        own = self._own(group)
        write(
            self._session,
            "insert into pgc.members (group_id, person, until) values (:group, :person, :until) "
            "on conflict (group_id, person) do update set until = excluded.until",
            group=own.id,
            person=self._id_of(person),
            until=ending(until),
        )

    def drop(self, group: str | Group, person: str | Person | UUID) -> None:
        """Take someone out of a group of one's own."""
        own = self._own(group)
        if not self._gone(own, self._id_of(person)):
            raise nobody(
                person if isinstance(person, str) else str(person),
                [member.person.name for member in self.members(own)],
            )

    def leave(self, group: str | Group) -> None:
        """Go out of a group; what one had granted to it ends at once."""
        self._gone(self.get(group), self._session.person)

    def members(self, group: str | Group) -> Listing[Member]:
        """Who is in a group."""
        found = rows(self._session, _MEMBERS, group=self.get(group).id)
        return Listing(_member(row) for row in found)

    def _gone(self, group: Group, person: UUID) -> bool:
        return bool(
            write(
                self._session,
                "delete from pgc.members where group_id = :group and person = :person returning person",
                group=group.id,
                person=person,
            )
        )

    def _own(self, group: str | Group) -> Group:
        found = self.get(group)
        if found.owner != self._session.person:
            raise Denied(
                _("The group “{name}” belongs to someone else.", name=found.name),
                next_step=_("Ask its owner, or make a group of your own."),
            )
        return found

    def _named(self, statement: str, **values: Any) -> Group:
        try:
            made = write(self._session, statement, **values)
        except StoreError as error:
            cause = error.__cause__
            if not isinstance(getattr(cause, "orig", cause), UniqueViolation):
                raise
            raise Conflict(
                _("You already have a group named “{name}”.", name=values["name"]),
                next_step=_("Choose another name."),
            ) from error
        if not made:
            raise NotFound(
                _("This group is gone."), next_step=_("`lab.people.groups` lists those there are.")
            )
        return Group(**made[0])

    def _id_of(self, person: str | Person | UUID) -> UUID:
        if isinstance(person, UUID):
            return person
        return self._introduced(person.name if isinstance(person, Person) else person)


def _checked(name: str) -> str:
    name = name.strip()
    if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
        reason = _("a name has 1 to {limit} visible characters", limit=LONGEST_NAME)
        raise refused("name", reason, name)
    return name


def _member(row: dict[str, Any]) -> Member:
    since, until = row.pop("since"), row.pop("until")
    return Member(Person(**row), since, until)
