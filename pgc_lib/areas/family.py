"""Family: who belongs to it and how, what happened between us, and the dates that matter.

lab.family.add(name="外婆", sex="female", born="1938-03-05", lunar=True)
lab.family.parent("妈妈", of="我");  lab.family.marry("爸爸", "妈妈", since="1980-05-01")
lab.family.kinship("我", "小舅子")           # 小舅子
lab.family.talked("外婆", how="call", note="…");  lab.family.long_silent(days=30);  lab.family.ahead(days=60)
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

from pydantic import model_validator

from pgc_lib.areas.kin.dates import Recurring, day_of, upcoming
from pgc_lib.areas.kin.naming import kinship
from pgc_lib.areas.kin.tree import Bond, Someone, Tree
from pgc_lib.core.area import Area, Kept
from pgc_lib.core.record import Record, field
from pgc_lib.core.zone import zone
from pgc_lib.errors import Conflict, Invalid, NotFound, Problem
from pgc_lib.i18n import N_, _, lang

if TYPE_CHECKING:
    import polars as pl

YOUNGEST_PARENT = 10
"""Years between a parent and a child by birth, below which a date must be wrong."""

Tie = Literal["parent", "partner", "guardian", "godparent", "friend"]
How = Literal["birth", "adoption", "step", "marriage", "partnership", ""]


class Member(Record, kind="family.members", kept_in="documents", sort=["name"]):
    """Someone of the family, or close to it."""

    name: str = field(
        title=N_("Name"), min_length=1, max_length=200, searchable=True, aliases=["姓名"]
    )
    sex: Literal["female", "male", ""] = field("", title=N_("Sex"), aliases=["性别"])
    born: date | None = field(None, title=N_("Born"), aliases=["出生日期", "生日", "birthday"])
    died: date | None = field(None, title=N_("Died"), aliases=["去世日期"])
    place: int | None = field(
        None,
        title=N_("Place among the siblings"),
        help=N_("1 is the eldest."),
        ge=1,
        le=50,
        aliases=["排行"],
    )
    lunar: bool = field(
        False, title=N_("Lunar birthday"), help=N_("The birthday is kept by the Chinese calendar.")
    )
    called: str = field(
        "", title=N_("What we call them"), max_length=100, searchable=True, aliases=["称呼"]
    )
    phone: str = field("", title=N_("Phone"), max_length=100, sensitive=True, aliases=["电话"])
    email: str = field("", title=N_("E-mail"), max_length=200, sensitive=True)
    note: str = field("", title=N_("Note"), searchable=True, widget="text")

    @model_validator(mode="after")
    def _possible(self) -> "Member":
        if self.born and self.died and self.died < self.born:
            raise ValueError(_("nobody dies before being born"))
        return self


class Relation(Record, kind="family.relations", kept_in="documents", sort=["tie"]):
    """One tie: `one` is the parent, guardian or godparent of `other`, or they are partners or friends."""

    one: UUID = field(title=N_("Who"))
    other: UUID = field(title=N_("To whom"))
    tie: Tie = field(title=N_("Tie"))
    how: How = field("", title=N_("How"))
    since: date | None = field(None, title=N_("From the day"))
    until: date | None = field(None, title=N_("To the day"))

    @model_validator(mode="after")
    def _possible(self) -> "Relation":
        if self.one == self.other:
            raise ValueError(_("nobody is related to themselves"))
        if self.since and self.until and self.until < self.since:
            raise ValueError(_("this would end before it began"))
        return self


class Contact(Record, kind="family.contacts", kept_in="documents", sort=["-day"]):
    """A talk, a visit, a letter, a gift."""

    member: UUID = field(title=N_("With whom"))
    day: date = field(title=N_("Day"))
    how: Literal["visit", "call", "message", "letter", "gift", "help"] = field(
        "call", title=N_("How")
    )
    ours: bool = field(True, title=N_("It came from us"))
    note: str = field("", title=N_("Note"), searchable=True, widget="text")


class Occasion(Record, kind="family.occasions", kept_in="documents", sort=["month", "day"]):
    """A day that comes back every year, by the solar or by the Chinese calendar."""

    title: str = field(title=N_("Title"), min_length=1, max_length=200, searchable=True)
    month: int = field(title=N_("Month"), ge=1, le=12)
    day: int = field(title=N_("Day of the month"), ge=1, le=31)
    lunar: bool = field(False, title=N_("By the Chinese calendar"))
    member: UUID | None = field(None, title=N_("Whose"))

    @model_validator(mode="after")
    def _possible(self) -> "Occasion":
        longest = (
            30 if self.lunar else (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[self.month - 1]
        )
        if self.day > longest:
            raise ValueError(_("this month has no day {day}", day=self.day))
        return self


class Family(Area, name="family", main="members"):
    """The family."""

    members: Kept[Member] = Kept(Member)
    relations: Kept[Relation] = Kept(Relation)
    contacts: Kept[Contact] = Kept(Contact)
    occasions: Kept[Occasion] = Kept(Occasion)

    # ── who belongs together ─────────────────────────────────────────────────────────────────────────

    def who(self, member: "str | UUID | Member") -> Member:
        """Somebody by name, by what they are called, or by id."""
        if isinstance(member, Member):
            return member
        if isinstance(member, UUID):
            return self.members.get(member)
        found = self.members.find(name=member) or self.members.find(called=member)
        if not found:
            raise NotFound(
                _("There is nobody called “{name}” in the family.", name=member),
                next_step=_(
                    "`lab.family.find()` shows everyone; `lab.family.add(name=…)` adds them."
                ),
            )
        if len(found) > 1:
            raise Conflict(
                _("{n} people are called “{name}”.", n=len(found), name=member),
                next_step=_("Pass one of `lab.family.find(name=…)` instead of the name."),
            )
        return found[0]

    def parent(
        self, parent: "str | UUID | Member", *, of: "str | UUID | Member", how: Bond = "birth"
    ) -> Relation:
        """Somebody is the parent of another, by birth, adoption or marriage."""
        one, other = self.who(parent), self.who(of)
        self._refuse_impossible(one, other, how)
        return self.relations.add(one=one.id, other=other.id, tie="parent", how=how)

    def marry(
        self, one: "str | UUID | Member", other: "str | UUID | Member", *, since: date | str | None = None,
        how: Literal["marriage", "partnership"] = "marriage",
    ) -> Relation:  # fmt: skip
        """Two are together, from a day on."""
        first, second = self.who(one), self.who(other)
        kept = self.relations.new(
            one=first.id, other=second.id, tie="partner", how=how, since=since
        )
        for each in (first, second):
            if each.born and kept.since and kept.since < each.born:
                raise _impossible("since", _("{name} was not born yet", name=each.name))
            if each.died and kept.since and kept.since > each.died:
                raise _impossible("since", _("{name} had died already", name=each.name))
        return self.relations.add(kept)

    def part(
        self, one: "str | UUID | Member", other: "str | UUID | Member", *, until: date | str
    ) -> Relation:
        """Two are no longer together."""
        pair = {self.who(one).id, self.who(other).id}
        for tie in self.relations.find(tie="partner"):
            if {tie.one, tie.other} == pair and tie.until is None:
                return self.relations.update(tie, until=until)
        raise NotFound(
            _("These two are not together."),
            next_step=_("`lab.family.marry(…)` says that they are."),
        )

    def tree(self) -> Tree:
        """Everyone as a graph, for many questions at once."""
        tree = Tree()
        for member in self.members:
            tree.add(Someone(member.id, member.sex, member.born, member.place))
        for tie in self.relations:
            if tie.one not in tree.people or tie.other not in tree.people:
                continue  # somebody who was removed, or is not shared with us
            if tie.tie == "parent":
                tree.link(
                    tie.one, tie.other, tie.how if tie.how in ("adoption", "step") else "birth"
                )
            elif tie.tie == "partner":
                tree.join(tie.one, tie.other, former=tie.until is not None)
        return tree

    def kinship(
        self, one: "str | UUID | Member", other: "str | UUID | Member", *, tree: Tree | None = None
    ) -> str:
        """What the second is to the first, in the person's language; empty when they are not related."""
        first, second = self.who(one), self.who(other)
        return " / ".join(kinship(tree or self.tree(), first.id, second.id, lang()))

    def relatives(self, of: "str | UUID | Member") -> "pl.DataFrame":
        """Everyone who is related to somebody, and what each is called."""
        me, tree = self.who(of), self.tree()
        found = [
            {"name": each.name, "kinship": " / ".join(words), "born": each.born, "died": each.died}
            for each in self.members
            if each.id != me.id and (words := kinship(tree, me.id, each.id, lang()))
        ]
        return _frame(found, name="String", kinship="String", born="Date", died="Date")

    def ancestors(self, of: "str | UUID | Member") -> "pl.DataFrame":
        """The ancestors, the nearest first."""
        me, tree = self.who(of), self.tree()
        return self._generations(tree, me, tree.ancestors(me.id))

    def descendants(self, of: "str | UUID | Member") -> "pl.DataFrame":
        """The descendants, the nearest first."""
        me, tree = self.who(of), self.tree()
        return self._generations(tree, me, tree.descendants(me.id))

    # ── what happens between us ──────────────────────────────────────────────────────────────────────

    def talked(
        self, to: "str | UUID | Member", *, day: date | str | None = None, **values: Any
    ) -> Contact:
        """Note that we talked, met, wrote, gave or helped; today unless said otherwise."""
        return self.contacts.add(member=self.who(to).id, day=day or _today(), **values)

    def long_silent(self, days: int = 30) -> "pl.DataFrame":
        """Whom we did not talk to for so long, the longest silence first; the dead are left in peace."""
        last: dict[UUID, date] = {}
        for contact in self.contacts.find(order="day"):
            last[contact.member] = contact.day
        today = _today()
        found = []
        for member in self.members.find(died__null=True):
            known = last.get(member.id)
            silent = (today - known).days if known else None
            if silent is None or silent >= days:
                found.append({"name": member.name, "last": known, "days": silent})
        found.sort(key=lambda line: -(line["days"] if isinstance(line["days"], int) else 10**6))
        return _frame(found, name="String", last="Date", days="Int64")

    def ahead(self, days: int = 60, *, today: date | None = None) -> "pl.DataFrame":
        """The dates that come: birthdays, wedding days and occasions, by either calendar."""
        start = today or _today()
        names = {member.id: member for member in self.members}
        marked = [*self._birthdays(names.values()), *self._wedding_days(names), *self._occasions()]
        found = [
            {"day": day, "what": title, "years": years, "in_days": (day - start).days}
            for title, recurring in marked
            for day, years in upcoming(recurring, start, start + timedelta(days=days))
        ]
        found.sort(key=lambda line: (line["in_days"], line["what"]))
        return _frame(found, day="Date", what="String", years="Int64", in_days="Int64")

    # ── between ──────────────────────────────────────────────────────────────────────────────────────

    def _refuse_impossible(self, parent: Member, child: Member, how: Bond) -> None:
        tree = self.tree()
        if parent.id == child.id or tree.descends(parent.id, child.id):
            raise _impossible(
                "parent", _("{name} would be an ancestor of themselves", name=child.name)
            )
        if how != "birth":
            return
        if parent.born and child.born and child.born < _years_after(parent.born, YOUNGEST_PARENT):
            reason = _(
                "{parent} was born on {born}, {child} on {day}",
                parent=parent.name,
                born=parent.born,
                child=child.name,
                day=child.born,
            )
            raise _impossible("born", reason)
        if parent.died and child.born and child.born > parent.died + timedelta(days=300):
            raise _impossible("died", _("{name} had died already", name=parent.name))
        by_birth = [
            id for id, bond in tree.parents(child.id).items() if bond == "birth" and id != parent.id
        ]
        if len(by_birth) >= 2:
            raise _impossible(
                "parent", _("{name} has two parents by birth already", name=child.name)
            )

    def _generations(self, tree: Tree, me: Member, found: dict[UUID, int]) -> "pl.DataFrame":
        names = {member.id: member for member in self.members}
        lines = [
            {
                "generation": generation,
                "name": names[id].name,
                "kinship": " / ".join(kinship(tree, me.id, id, lang())),
                "born": names[id].born,
                "died": names[id].died,
            }
            for id, generation in found.items()
        ]
        return _frame(
            lines, generation="Int64", name="String", kinship="String", born="Date", died="Date"
        )

    def _birthdays(self, members: Iterable[Member]) -> "Iterable[tuple[str, Recurring]]":
        for member in members:
            if member.born and not member.died:
                yield (
                    _("{name}'s birthday", name=member.name),
                    day_of(member.born, lunar=member.lunar),
                )

    def _wedding_days(self, names: dict[UUID, Member]) -> "Iterable[tuple[str, Recurring]]":
        for tie in self.relations.find(tie="partner"):
            if tie.since and not tie.until and tie.one in names and tie.other in names:
                title = _(
                    "Wedding day of {one} and {other}",
                    one=names[tie.one].name,
                    other=names[tie.other].name,
                )
                yield title, day_of(tie.since, lunar=False)

    def _occasions(self) -> "Iterable[tuple[str, Recurring]]":
        for occasion in self.occasions:
            yield occasion.title, Recurring(occasion.month, occasion.day, lunar=occasion.lunar)


def _today() -> date:
    return datetime.now(zone()).date()


def _years_after(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)  # the 29th of February


def _impossible(place: str, reason: str) -> Invalid:
    return Invalid(_("This cannot be:"), [Problem(place, reason)])


def _frame(lines: list[dict[str, Any]], **columns: str) -> "pl.DataFrame":
    import polars as pl

    return pl.DataFrame(lines, schema={name: getattr(pl, kind) for name, kind in columns.items()})
