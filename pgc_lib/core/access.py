"""Who reaches an area and why: the reading of grants that explains what the database decides.

The policies of `0001_core.sql` ask the same rows by the same rules; a test compares the two.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pgc_lib.core.naming import area_title
from pgc_lib.core.persons import (
    EVERY_AREA,
    LEVEL_NAMES,
    LEVELS,
    Decision,
    Grant,
    Group,
    Level,
    Person,
    Viewer,
    enough,
    holds,
    rows,
    told,
)
from pgc_lib.core.session import Session
from pgc_lib.i18n import _, lang

GRANT = "g.id, g.owner, g.area, g.level, g.person, g.group_id, g.since, g.until, g.note"

# Every way on which a grant of one owner leads to a person: straight, or through a group in which the
# owner is, too.
_WAYS = f"""
    select {GRANT}, w.id as who, w.name, w.display, w.role, w.lang, w.time_zone, w.ended_at,
           o.id as of_group, o.owner as group_owner, o.name as group_name, o.kind as group_kind,
           m.since as member_since, m.until as member_until,
           o.owner = g.owner or exists (
               select from pgc.members b where b.group_id = o.id and b.person = g.owner
               and b.since <= now() and (b.until is null or b.until > now())) as owner_belongs
    from pgc.grants g
    left join pgc.groups o on o.id = g.group_id
    left join pgc.members m on m.group_id = g.group_id
    join pgc.persons w on w.id = coalesce(g.person, m.person)
    where g.owner = :owner and g.area in (:area, '{EVERY_AREA}') and w.id <> g.owner
    order by w.name, g.since"""


@dataclass(frozen=True, slots=True)
class Way:
    """One grant and one person whom it reaches or would reach."""

    person: Person
    grant: Grant
    group: Group | None
    member_since: datetime | None
    member_until: datetime | None
    owner_belongs: bool

    @property
    def open(self) -> bool:
        """Whether it leads to the area now."""
        if not self.grant.active or self.person.ended_at is not None:
            return False
        return self.group is None or (self.owner_belongs and self._member)

    @property
    def _member(self) -> bool:
        return self.member_since is not None and holds(self.member_since, self.member_until)

    @property
    def until(self) -> datetime | None:
        """When it ends by itself: with the grant, or with the membership."""
        ends = [end for end in (self.grant.until, self.member_until) if end is not None]
        return min(ends) if ends else None

    @property
    def closed_because(self) -> str:
        """Why it does not lead there."""
        if self.person.ended_at is not None:
            return _("{name} is no longer in this lab.", name=self.person.called)
        if not self.grant.active:
            return _period(self.grant.since, self.grant.until, _("The grant"))
        if self.group is not None and not self.owner_belongs:
            return _(
                "The grant goes to the group “{group}”, which its giver left.",
                group=self.group.name,
            )
        if self.group is not None and self.member_since is not None:
            what = _("The membership in “{group}”", group=self.group.name)
            return _period(self.member_since, self.member_until, what)
        return ""


def ways(session: Session, owner: UUID, area: str) -> list[Way]:
    """Every way into an area of one's own, or the ways into another's that lead to oneself."""
    found = []
    for row in rows(session, _WAYS, owner=owner, area=area):
        group = None
        if row["of_group"] is not None:
            group = Group(row["of_group"], row["group_owner"], row["group_name"], row["group_kind"])
        person = Person(
            row["who"],
            row["name"],
            row["display"],
            row["role"],
            row["lang"],
            row["time_zone"],
            row["ended_at"],
        )
        found.append(
            Way(
                person,
                grant_of(row),
                group,
                row["member_since"],
                row["member_until"],
                bool(row["owner_belongs"]),
            )
        )
    return found


def viewers(session: Session, area: str) -> list[Viewer]:
    """Who may see one's own area now."""
    return [
        Viewer(way.person, way.grant.level, way.until, way.grant, way.group)
        for way in ways(session, session.person, area)
        if way.open
    ]


def decide(session: Session, who: Person, owner: Person, area: str, level: Level) -> Decision:
    """Whether someone may do something with an owner's area, and why or why not."""
    if who.id == owner.id:
        mine = who.id == session.person
        return Decision(
            True, _("It is your own.") if mine else _("It is {name}'s own.", name=who.called)
        )
    leading = [way for way in ways(session, owner.id, area) if way.person.id == who.id]
    going = [way for way in leading if way.open]
    right = [way for way in going if enough(way.grant.level, level)]
    given = owner.id == session.person
    doing, called = _(LEVEL_NAMES[level]), area_title(area)
    if right:
        best = max(right, key=_lasting)
        if given:
            reason = _(
                "{name} may {doing} your “{area}”.", name=who.called, doing=doing, area=called
            )
        else:
            reason = _(
                "You may {doing} the “{area}” of {name}.",
                name=owner.called,
                doing=doing,
                area=called,
            )
        return Decision(True, _joined(reason, *_how(best)), tuple(way.grant for way in right))
    if going:
        best = max(going, key=lambda way: LEVELS.index(way.grant.level))
        less = _(LEVEL_NAMES[best.grant.level])
        if given:
            reason = _("{name} may only {less} your “{area}”, not {doing} it.", name=who.called, less=less, area=called, doing=doing)  # fmt: skip
        else:
            reason = _("You may only {less} the “{area}” of {name}, not {doing} it.", name=owner.called, less=less, area=called, doing=doing)  # fmt: skip
        return Decision(False, _joined(reason, *_how(best)), tuple(way.grant for way in going))
    if given:
        reason = _(
            "{name} may not {doing} your “{area}”.", name=who.called, doing=doing, area=called
        )
    else:
        reason = _(
            "You may not {doing} the “{area}” of {name}.",
            name=owner.called,
            doing=doing,
            area=called,
        )
    because = leading[-1].closed_because if leading else _("Nothing was granted.")
    return Decision(False, _joined(reason, because), tuple(way.grant for way in leading))


def _how(way: Way) -> list[str]:
    parts = []
    if way.group is not None:
        parts.append(_("It was granted to the group “{group}”.", group=way.group.name))
    if way.grant.area == EVERY_AREA:
        parts.append(_("The grant is for every area."))
    if way.until is not None:
        parts.append(_("It ends on {until}.", until=told(way.until)))
    return parts


def _joined(*sentences: str) -> str:
    return (" " if lang() == "en" else "").join(sentence for sentence in sentences if sentence)


def _period(since: datetime, until: datetime | None, what: str) -> str:
    if until is not None and not holds(min(since, until), until):
        return _("{what} ended on {until}.", what=what, until=told(until))
    return _("{what} begins on {since}.", what=what, since=f"{since:%Y-%m-%d %H:%M}")


def _lasting(way: Way) -> float:
    return way.until.timestamp() if way.until is not None else float("inf")


def grant_of(row: dict[str, object]) -> Grant:
    """The grant of a row that was selected as `GRANT`."""
    values = {
        name: row[name]
        for name in ("id", "owner", "area", "level", "person", "since", "until", "note")
    }
    return Grant(**values, group=row["group_id"])  # type: ignore[arg-type]
