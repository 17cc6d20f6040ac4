"""Family: who belongs to it and how, what happened between us, and the dates that matter.

lab.family.add(name="外婆", sex="female", born="1938-03-05", lunar=True, every=7)
lab.family.parent("妈妈", of="我");  lab.family.marry("爸爸", "妈妈", since="1980-05-01")
lab.family.kinship("我", "小舅子")           # 小舅子
lab.family.talked("外婆", how="call", note="…");  lab.family.long_silent();  lab.family.ahead(days=60)
lab.family.draw("外婆");  lab.family.care_due();  lab.family.contradictions()
"""

from collections.abc import Sequence
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, TypeAlias
from uuid import UUID

from pgc_lib.areas.goals import Goals
from pgc_lib.areas.help import Help
from pgc_lib.areas.kin import calendar, care, diary, drawing
from pgc_lib.areas.kin.care import Care, CareDone
from pgc_lib.areas.kin.checks import Contradiction, contradictions
from pgc_lib.areas.kin.circle import Circle, Current
from pgc_lib.areas.kin.keeping import Members, Ties
from pgc_lib.areas.kin.naming import kinship
from pgc_lib.areas.kin.records import Contact, Ended, Gift, Member, Occasion, Paper, Relation
from pgc_lib.areas.kin.situations import HelpLibrary, Offer, Situation, situations
from pgc_lib.areas.kin.tree import Bond, Tree
from pgc_lib.core.area import Area, Kept
from pgc_lib.core.faces import face
from pgc_lib.core.session import Session
from pgc_lib.core.shown import Listing
from pgc_lib.core.types import MONEY_DIGITS, MONEY_SCALE
from pgc_lib.core.zone import today as now
from pgc_lib.errors import Conflict, NotFound
from pgc_lib.i18n import _, lang

if TYPE_CHECKING:
    import polars as pl

Who: TypeAlias = str | UUID | Member
Day: TypeAlias = date | str | None


class Family(Area, name="family", main="members"):
    """The family."""

    members: Kept[Member] = Kept(Member)
    relations: Kept[Relation] = Kept(Relation)
    contacts: Kept[Contact] = Kept(Contact)
    gifts: Kept[Gift] = Kept(Gift)
    occasions: Kept[Occasion] = Kept(Occasion)
    care: Kept[Care] = Kept(Care)
    care_done: Kept[CareDone] = Kept(CareDone)
    papers: Kept[Paper] = Kept(Paper)

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.circle = Current(session)
        # These two refuse what cannot be; `Kept` takes what is there already.
        self.__dict__["members"] = Members(session, self.circle)
        self.__dict__["relations"] = Ties(session, self.circle)

    # ── who belongs together ─────────────────────────────────────────────────────────────────────────

    def who(self, member: Who) -> Member:
        """Somebody by name, by what they are called, or by id."""
        return member if isinstance(member, Member) else self.members.get(self._id(member))

    def parent(self, parent: Who, *, of: Who, how: Bond = "birth", since: Day = None) -> Relation:
        """Somebody is the parent of another, by birth, adoption or marriage."""
        return self._tie(parent, of, "parent", how=how, since=since)

    def marry(
        self, one: Who, other: Who, *, since: Day = None, how: Literal["marriage", "partnership"] = "marriage",
    ) -> Relation:  # fmt: skip
        """Two are together, from a day on."""
        return self._tie(one, other, "partner", how=how, since=since)

    def part(self, one: Who, other: Who, *, until: Day, by: Ended = "divorce") -> Relation:
        """Two are no longer together."""
        pair = {self._id(one), self._id(other)}
        for tie in self.relations.find(tie="partner"):
            if {tie.one, tie.other} == pair and tie.until is None and not tie.ended:
                return self.relations.update(tie, until=until, ended=by)
        raise NotFound(
            _("These two are not together."),
            next_step=_("`lab.family.marry(…)` says that they are."),
        )

    def guardian(
        self, guardian: Who, *, of: Who, since: Day = None, until: Day = None, foster: bool = False
    ) -> Relation:
        """Somebody is the guardian or foster parent of another."""
        how = "foster" if foster else ""
        return self._tie(guardian, of, "guardian", how=how, since=since, until=until)

    def godparent(self, godparent: Who, *, of: Who, since: Day = None) -> Relation:
        """Somebody is the godparent (干爹, 干妈) of another."""
        return self._tie(godparent, of, "godparent", since=since)

    def befriend(self, one: Who, other: Who, *, since: Day = None) -> Relation:
        """Two are friends."""
        return self._tie(one, other, "friend", since=since)

    def tree(self) -> Tree:
        """Everyone as a graph, for many questions at once."""
        return self.circle().tree

    def kinship(self, one: Who, other: Who) -> str:
        """What the second is to the first, in the person's language; empty when they are not related."""
        circle = self.circle()
        ids = self._id(one, circle), self._id(other, circle)
        return " / ".join(kinship(circle.tree, *ids, lang()))

    def relatives(self, of: Who) -> "pl.DataFrame":
        """Everyone who is related to somebody, and what each is called."""
        circle = self.circle()
        me = self._id(of, circle)
        found = [
            {"name": each.name, "kinship": " / ".join(words), "born": each.born, "died": each.died}
            for each in circle.people.values()
            if each.id != me and (words := kinship(circle.tree, me, each.id, lang()))
        ]
        return _frame(found, name="String", kinship="String", born="Date", died="Date")

    def ancestors(self, of: Who) -> "pl.DataFrame":
        """The ancestors, the nearest first."""
        circle = self.circle()
        me = self._id(of, circle)
        return self._generations(circle, me, circle.tree.ancestors(me))

    def descendants(self, of: Who) -> "pl.DataFrame":
        """The descendants, the nearest first."""
        circle = self.circle()
        me = self._id(of, circle)
        return self._generations(circle, me, circle.tree.descendants(me))

    def scene(self, **options: Any) -> Any:
        """The family in three dimensions: generations above one another, to turn and to click."""
        return face("family.scene")(self, **options)

    def draw(self, of: Who, *, up: bool = False, generations: int = 6) -> drawing.Drawing:
        """The family tree below somebody as text; with `up` their ancestors."""
        circle = self.circle()
        me = self._id(of, circle)
        return (drawing.ancestors if up else drawing.descendants)(circle, me, generations)

    def chart(self, of: Who | None = None, **options: Any) -> Any:
        """The family as a chart around somebody, with what each one is called; `generations=3` goes further."""
        return face("family.chart")(self, of, **options)

    def ties(self) -> "pl.DataFrame":
        """Every tie as a line, with the names of both; together with `frame()` the whole tree."""
        people = self.circle().people
        lines = [
            {
                "one": people[link.one].name,
                "tie": link.tie,
                "how": link.how,
                "other": people[link.other].name,
                "since": link.since,
                "until": link.until,
                "doubt": link.doubt,
            }
            for link in self.circle().links
            if link.one in people and link.other in people
        ]
        text = dict.fromkeys(("one", "tie", "how", "other"), "String")
        return _frame(lines, **text, since="Date", until="Date", doubt="String")

    def contradictions(self) -> Listing[Contradiction]:
        """What cannot be in all that is kept, as after an import: circles, births before those of the parents."""
        return Listing(contradictions(self.circle()))

    # ── what happens between us ──────────────────────────────────────────────────────────────────────

    def talked(self, to: Who, *, day: Day = None, **values: Any) -> Contact:
        """Note that we talked, met, wrote or helped; today unless said otherwise."""
        return self.contacts.add(member=self._id(to), day=day or now(), **values)

    def gave(self, to: Who, what: str, *, day: Day = None, **values: Any) -> Gift:
        """Note a gift from us."""
        return self.gifts.add(member=self._id(to), what=what, day=day or now(), **values)

    def received(self, by: Who, what: str, *, day: Day = None, **values: Any) -> Gift:
        """Note a gift to us."""
        return self.gave(by, what, day=day, ours=False, **values)

    def gift_balance(self) -> "pl.DataFrame":
        """What was given to and received from each, so that it can be returned in kind."""
        lines = diary.balance(self.circle().people, self.gifts)
        money = dict.fromkeys(("given", "received", "balance"), "Money")
        return _frame(lines, name="String", currency="String", **money, gifts="Int64", last="Date")

    def long_silent(self, days: int = 30) -> "pl.DataFrame":
        """Whom we did not talk to for longer than we wish, or than `days` where no wish is noted."""
        return _frame(
            self._silences(days), name="String", last="Date", days="Int64", every="Int64", overdue="Int64"
        )  # fmt: skip

    def care_due(self, days: int = 7) -> "pl.DataFrame":
        """What care was missed and what comes within so many days."""
        text = dict.fromkeys(("what", "for", "who"), "String")
        return _frame(
            self._care(days), day="Date", **text, late="Int64", missed="Int64", task="String"
        )

    def cared(
        self, task: Care | UUID | str, *, due: Day = None, day: Day = None, **values: Any
    ) -> CareDone:
        """Tick a care task off: for the day on which it was due, the earliest that is open unless said."""
        known = task if isinstance(task, Care) else self.care.get(task)
        open_days = [line["day"] for line in self._care(0) if line["task"] == known.id.hex]
        return self.care_done.add(
            task=known.id,
            due=due or next(iter(open_days), now()),
            day=day or now(),
            **values,
        )

    # ── the dates that matter ────────────────────────────────────────────────────────────────────────

    def ahead(self, days: int = 60, *, today: date | None = None) -> "pl.DataFrame":
        """The dates that come: birthdays, wedding days, days of death and occasions, by either calendar."""
        return _dates(calendar.ahead(self.marked(), today or now(), days))

    def reminders(self, before: int = 7, *, today: date | None = None) -> "pl.DataFrame":
        """The dates of which to be reminded now: each as long before as it says, or else `before` days."""
        return _dates(calendar.reminders(self.marked(), today or now(), before))

    def marked(self) -> list[calendar.Marked]:
        """Every day of the year that means something, for a calendar."""
        return list(calendar.marked(self.circle(), self.occasions))

    # ── together ─────────────────────────────────────────────────────────────────────────────────────

    @cached_property
    def goals(self) -> Goals:
        """The goals that the family pursues together; the same as `lab.goals`."""
        return Goals(self.session)

    def situations(self) -> Listing[Situation]:
        """What the family is going through, by what is kept: a loss, a newborn, a long silence, care that waits."""
        return Listing(situations(self.circle(), self._silences(30), self._care(0), now()))

    def help(self, library: HelpLibrary | None = None) -> Listing[Offer]:
        """What helps in what the family is going through, by `lab.help` unless another library is given."""
        shelf = library if library is not None else Help(self.session)
        return Listing(
            Offer(situation, found)
            for situation in self.situations()
            for found in shelf.for_situation(situation)
        )

    # ── between ──────────────────────────────────────────────────────────────────────────────────────

    def _id(self, member: Who, circle: Circle | None = None) -> UUID:
        """Whom a name means."""
        if isinstance(member, Member):
            return member.id
        if isinstance(member, UUID):
            return member
        found = (circle or self.circle()).named(member)
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
        return found[0].id

    def _tie(self, one: Who, other: Who, tie: str, **values: Any) -> Relation:
        return self.relations.add(one=self._id(one), other=self._id(other), tie=tie, **values)

    def _silences(self, days: int) -> list[dict[str, Any]]:
        circle = self.circle()
        me = circle.oneself()  # nobody waits for word from themselves
        others = [person for person in circle.people.values() if person.id != me]
        return diary.silences(others, self.contacts, now(), days)

    def _care(self, days: int) -> list[dict[str, Any]]:
        return care.due(self.care, self.care_done, self.circle().people, now(), days)

    def _generations(self, circle: Circle, me: UUID, found: dict[UUID, int]) -> "pl.DataFrame":
        lines = [
            {
                "generation": generation,
                "name": circle.people[id].name,
                "kinship": " / ".join(kinship(circle.tree, me, id, lang())),
                "born": circle.people[id].born,
                "died": circle.people[id].died,
            }
            for id, generation in found.items()
        ]
        return _frame(
            lines, generation="Int64", name="String", kinship="String", born="Date", died="Date"
        )


def _dates(lines: Sequence[dict[str, Any]]) -> "pl.DataFrame":
    return _frame(lines, day="Date", what="String", years="Int64", in_days="Int64", kind="String")


def _frame(lines: Sequence[dict[str, Any]], **columns: str) -> "pl.DataFrame":
    import polars as pl

    money = pl.Decimal(MONEY_DIGITS, MONEY_SCALE)
    schema = {
        name: money if kind == "Money" else getattr(pl, kind) for name, kind in columns.items()
    }
    return pl.DataFrame(lines, schema=schema)
