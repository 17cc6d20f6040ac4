"""The people and ties of a family as they are now, read once and held until something changes.

Questions about kinship are asked many times in a row. What answers them is built from the documents as they
lie in the store, without making a Record of each, and is read again only when the store says that it changed.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any
from uuid import UUID

from pgc_lib.areas.kin.dating import Span, span_of
from pgc_lib.areas.kin.records import Ended, How, Member, Relation, Tie
from pgc_lib.areas.kin.tree import Sex, Someone, Tree
from pgc_lib.core.session import Session

_ONESELF = ("我", "Me", "me", "I", "自己", "本人")


@dataclass(frozen=True, slots=True)
class Person:
    """What the family's questions need to know of a member."""

    id: UUID
    name: str
    called: str = ""
    sex: Sex = ""
    born: date | None = None
    died: date | None = None
    born_about: str = ""
    died_about: str = ""
    dead: bool = False
    place: int | None = None
    lunar: bool = False
    every: int | None = None
    reference: str | None = None

    @property
    def gone(self) -> bool:
        """Whether they have died."""
        return bool(self.died or self.died_about or self.dead)

    @property
    def birth(self) -> Span:
        """When they were born, as far as known."""
        return span_of(self.born, self.born_about)

    @property
    def death(self) -> Span:
        """When they died, as far as known."""
        return span_of(self.died, self.died_about)


@dataclass(frozen=True, slots=True)
class Link:
    """A tie between two."""

    one: UUID
    other: UUID
    tie: Tie
    how: How = ""
    since: date | None = None
    until: date | None = None
    ended: Ended = ""
    doubt: str = ""

    @property
    def former(self) -> bool:
        """Whether they left one another; death does not make a former partner."""
        return self.ended in ("divorce", "separation", "annulment") or (
            self.until is not None and self.ended != "death"
        )


@dataclass
class Circle:
    """People and ties, with what is derived from them."""

    people: dict[UUID, Person] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)

    @classmethod
    def of(cls, people: Iterable[Person], links: Iterable[Link]) -> "Circle":
        """A circle of these."""
        return cls({person.id: person for person in people}, list(links))

    def oneself(self, name: str = "") -> UUID | None:
        """Whoever is called “I”, or by a name; None where nobody is."""
        return next((one.id for word in (*_ONESELF, name) for one in self.named(word)), None)

    def named(self, name: str) -> list[Person]:
        """Everyone of a name, or else everyone who is called so."""
        return self._by_name.get(name) or self._by_call.get(name) or []

    @cached_property
    def _by_name(self) -> dict[str, list[Person]]:
        return _grouped((person.name, person) for person in self.people.values())

    @cached_property
    def _by_call(self) -> dict[str, list[Person]]:
        return _grouped((person.called, person) for person in self.people.values())

    @cached_property
    def tree(self) -> Tree:
        """Everyone as a graph; doubted ties are not followed, nor those to people who are not to be seen."""
        tree = Tree()
        for person in self.people.values():
            tree.add(Someone(person.id, person.sex, person.born, person.place, person.birth))
        for link in self.links:
            if link.doubt or link.one not in self.people or link.other not in self.people:
                continue
            if link.tie == "parent":
                bond = link.how
                tree.link(link.one, link.other, bond if bond in ("adoption", "step") else "birth")
            elif link.tie == "partner":
                tree.join(link.one, link.other, former=link.former)
            else:
                tree.bind(link.one, link.other, link.tie)
        return tree


class Current:
    """The circle of a session, read again when it has changed."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._stamp: tuple[Any, ...] | None = None
        self._circle = Circle()

    def __call__(self) -> Circle:
        stamp = self._now()
        if self._stamp is None or stamp != self._stamp:
            self._circle = Circle.of(people_in(self.session), links_in(self.session))
            self._stamp = stamp
        return self._circle

    def _now(self) -> tuple[Any, ...]:
        """What differs after every change, and when others begin or cease to share theirs."""
        if self.session.at is not None:
            return (self.session.at,)
        from sqlalchemy import text

        if self.session.mongo_url:
            store, kinds = self.session.documents, (Member.spec.kind, Relation.spec.kind)
            latest = [store.find(kind, order=["-updated_at"], limit=1).items for kind in kinds]
            counted = tuple(store.count(kind) for kind in kinds)
            return counted, *((one.id, one.version) for found in latest for one in found)
        with self.session.reading() as connection:
            return tuple(connection.execute(text(_LATEST)).one())


_LATEST = """
    select o.owners, (
        select c.id from pgc.changes c
        where c.owner = any (o.owners) and c.area = 'family' order by c.id desc limit 1)
    from (select array(select unnest(pgc.owners('family', 'see')) order by 1) as owners) o"""
"""Whose family may be seen, and the last change in it."""


def people_in(session: Session) -> list[Person]:
    """Everyone who is kept."""
    return [_person(body) for body in _bodies(session, Member.spec.kind)]


def links_in(session: Session) -> list[Link]:
    """Every tie that is kept."""
    return [_link(body) for body in _bodies(session, Relation.spec.kind)]


def _bodies(session: Session, kind: str) -> Iterator[Mapping[str, Any]]:
    store = session.documents
    found = store.as_of(kind, session.at) if session.at else store.find(kind).items
    return ({**document.body, "id": document.id} for document in found)


def _person(body: Mapping[str, Any]) -> Person:
    return Person(
        body["id"],
        body.get("name", ""),
        body.get("called", ""),
        body.get("sex", ""),
        _day(body.get("born")),
        _day(body.get("died")),
        body.get("born_about", ""),
        body.get("died_about", ""),
        body.get("dead", False),
        body.get("place"),
        body.get("lunar", False),
        body.get("every"),
        body.get("reference"),
    )


def _link(body: Mapping[str, Any]) -> Link:
    return Link(
        UUID(body["one"]),
        UUID(body["other"]),
        body.get("tie", "friend"),
        body.get("how", ""),
        _day(body.get("since")),
        _day(body.get("until")),
        body.get("ended", ""),
        body.get("doubt", ""),
    )


def _day(said: str | None) -> date | None:
    return date.fromisoformat(said) if said else None


def _grouped(pairs: Iterable[tuple[str, Person]]) -> dict[str, list[Person]]:
    found: dict[str, list[Person]] = defaultdict(list)
    for name, person in pairs:
        if name:
            found[name].append(person)
    return found
