"""The collections of people and ties, which refuse what cannot be."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pgc_lib.areas.kin.checks import circles, of_dates, of_person, own_ancestor, refuse_impossible
from pgc_lib.areas.kin.circle import Circle, Link, Person
from pgc_lib.areas.kin.records import Member, Relation
from pgc_lib.core.collection import Collection
from pgc_lib.core.ids import new_id
from pgc_lib.core.problems import refuse
from pgc_lib.core.session import Session
from pgc_lib.errors import Invalid, Problem
from pgc_lib.i18n import _

if TYPE_CHECKING:
    import polars as pl

Now = Callable[[], Circle]


def person_of(member: Member, id: UUID) -> Person:
    """What the family's questions need of a member."""
    return Person(
        id, member.name, member.called, member.sex, member.born, member.died, member.born_about,
        member.died_about, member.dead, member.place, member.lunar, member.every,
    )  # fmt: skip


def link_of(tie: Relation) -> Link:
    """A tie as the family's questions need it."""
    return Link(tie.one, tie.other, tie.tie, tie.how, tie.since, tie.until, tie.ended, tie.doubt)


class Members(Collection[Member]):
    """People; a new date must agree with everyone they are bound to."""

    def __init__(self, session: Session, now: Now) -> None:
        super().__init__(session, Member)
        self._now = now

    def new(self, **values: Any) -> Member:
        """A validated member that is not kept yet, with a reference by which files will know them again."""
        return super().new(**{"reference": f"uid:{new_id()}", **values})

    def _completed(self, frame: "pl.DataFrame") -> "pl.DataFrame":
        import polars as pl

        fresh = [f"uid:{new_id()}" for _row in range(frame.height)]
        return frame.with_columns(pl.col("reference").fill_null(pl.Series(fresh, dtype=pl.String)))

    def update(
        self, record: Member | UUID, /, *, version: int | None = None, **changes: Any
    ) -> Member:
        """Change some fields. Given a record, its version must still be the current one."""
        if changes.keys() & {"born", "died", "born_about", "died_about", "dead", "sex"}:
            known = record if isinstance(record, Member) else self.get(record)
            person = person_of(self.new(**{**known.values(), **changes}), known.id)
            self._refuse_impossible(person)
        return super().update(record, version=version, **changes)

    def _refuse_impossible(self, person: Person) -> None:
        """Only what the change brings about is held against it."""
        circle = self._now()
        links = [
            link for link in circle.links if person.id in (link.one, link.other) and not link.doubt
        ]
        before = {found.reason for link in links for found in of_dates(circle, link)}
        after = Circle({**circle.people, person.id: person}, links)
        found = [each.problem for each in of_person(person)]
        found += [
            each.problem
            for link in links
            for each in of_dates(after, link)
            if each.reason not in before
        ]
        if found:
            raise refuse(self.spec, found)


class Ties(Collection[Relation]):
    """Ties between people; what cannot be is refused with the reason."""

    def __init__(self, session: Session, now: Now) -> None:
        super().__init__(session, Relation)
        self._now = now

    def add(
        self, record: Relation | None = None, /, *, owner: UUID | None = None, **values: Any
    ) -> Relation:
        """Keep a new tie; `owner` is another person who granted the right to edit."""
        if record is None:
            record, values = self.new(**values), {}
        refuse_impossible(self._now(), link_of(record))
        return super().add(record, owner=owner, **values)

    def update(
        self, record: Relation | UUID, /, *, version: int | None = None, **changes: Any
    ) -> Relation:
        """Change some fields. Given a record, its version must still be the current one."""
        known = record if isinstance(record, Relation) else self.get(record)
        changed = link_of(self.new(**{**known.values(), **changes}))
        circle, before = self._now(), link_of(known)
        others = list(circle.links)
        if before in others:
            others.remove(before)
        refuse_impossible(Circle(circle.people, others), changed)
        return super().update(record, version=version, **changes)

    def _completed(self, frame: "pl.DataFrame") -> "pl.DataFrame":
        """A circle of descent among many ties is refused."""
        circle = self._now()
        ties = frame.select("one", "other", "tie", "how", "doubt").iter_rows(named=True)
        new = [
            Link(UUID(tie["one"]), UUID(tie["other"]), tie["tie"], tie["how"], doubt=tie["doubt"])
            for tie in ties
        ]
        if closing := circles([*circle.links, *new]):
            raise Invalid(
                _("This cannot be:"),
                [Problem("parent", own_ancestor(circle, link)) for link in closing],
                next_step=_("Correct the dates or the tie; nothing was changed."),
            )
        return frame
