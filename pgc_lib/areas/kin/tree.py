"""The family as a graph: parents, children, partners, and the way from one person to another.

A way is never longer than it must be and has one shape: perhaps to one's partner, up to an ancestor, down from
there, perhaps to someone's partner. That is all that has a name in either language.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, TypeVar
from uuid import UUID

from pgc_lib.areas.kin.dating import Span

V = TypeVar("V")
Sex = Literal["female", "male", ""]
Bond = Literal["birth", "adoption", "step"]
Other = Literal["guardian", "godparent", "friend"]
Role = Literal["guardian", "ward", "godparent", "godchild", "friend"]
_CONVERSE: dict[Role, Role] = {
    "guardian": "ward",
    "godparent": "godchild",
    "friend": "friend",
}


@dataclass(frozen=True, slots=True)
class Someone:
    """What kinship needs to know of a person."""

    id: UUID
    sex: Sex = ""
    born: date | None = None
    order: int | None = None
    """The place among the siblings, for those whose birthdays nobody knows."""
    span: Span | None = None
    """When they were born, as far as known, where the day is not."""

    @property
    def birth(self) -> Span:
        """When they were born, as far as known."""
        return self.span or Span(self.born, self.born)


@dataclass(frozen=True, slots=True)
class Way:
    """From one person to another: `up` to a common ancestor, `down` from there, through partners at the ends."""

    end: Someone
    """Whom it leads to."""
    up: tuple[Someone, ...] = ()
    """The ancestors of the first one, up to the common one; empty when the second descends from the first."""
    down: tuple[Someone, ...] = ()
    """The descendants of the common ancestor (or of the first one), ending with the second."""
    bonds: frozenset[Bond] = frozenset({"birth"})
    """Every kind of bond that lies on the way."""
    half: bool = False
    """Related through one parent only where others share both."""
    own_partner: Someone | None = None
    """The way begins at this partner of the first person."""
    their_partner: Someone | None = None
    """The way ends at this relative, whose partner the second person is."""
    former: bool = False
    """One of the partnerships on the way has ended."""

    @property
    def steps(self) -> int:
        """How far it is."""
        return len(self.up) + len(self.down) + bool(self.own_partner) + bool(self.their_partner)


class Tree:
    """Everyone, with who descends from whom and who is or was together.

    Inside, people are small numbers: comparing identifiers is most of the work otherwise.
    """

    def __init__(self) -> None:
        self.people: dict[UUID, Someone] = {}
        self._number: dict[UUID, int] = {}
        self._ids: list[UUID] = []
        self._parents: list[dict[int, Bond]] = []
        self._children: list[dict[int, Bond]] = []
        self._partners: list[dict[int, bool]] = []
        self._roles: dict[tuple[int, int], list[Role]] = {}
        self._lines: dict[int, dict[int, tuple[int, int]]] = {}

    def add(self, someone: Someone) -> None:
        """A person; again with more known of them."""
        self.people[someone.id] = someone
        if someone.id not in self._number:
            self._number[someone.id] = len(self._ids)
            self._ids.append(someone.id)
            self._parents.append({})
            self._children.append({})
            self._partners.append({})

    def link(self, parent: UUID, child: UUID, bond: Bond = "birth") -> None:
        """Somebody's child; of two bonds between the same the closer one counts."""
        above, below = self._number[parent], self._number[child]
        known = self._parents[below].get(above)
        if known is None or _CLOSENESS.index(bond) < _CLOSENESS.index(known):
            self._parents[below][above] = bond
            self._children[above][below] = bond
            self._lines.clear()

    def join(self, one: UUID, other: UUID, *, former: bool = False) -> None:
        """Two who are together, or were; who came together again are."""
        pair = self._number[one], self._number[other]
        for a, b in (pair, pair[::-1]):
            self._partners[a][b] = former and self._partners[a].get(b, True)

    def bind(self, one: UUID, other: UUID, tie: Other) -> None:
        """A tie that makes nobody a relative: one is the guardian, godparent or friend of the other."""
        a, b = self._number[one], self._number[other]
        self._roles.setdefault((b, a), []).append(tie)
        self._roles.setdefault((a, b), []).append(_CONVERSE[tie])

    def roles(self, id: UUID, other: UUID) -> list[Role]:
        """What somebody is to a person without being a relative."""
        return self._roles.get((self._number[id], self._number[other]), [])

    def parents(self, id: UUID) -> dict[UUID, Bond]:
        """The parents with their bonds."""
        return self._named(self._parents, id)

    def children(self, id: UUID) -> dict[UUID, Bond]:
        """The children with their bonds."""
        return self._named(self._children, id)

    def partners(self, id: UUID) -> dict[UUID, bool]:
        """The partners; True for those of the past."""
        return self._named(self._partners, id)

    def ancestors(self, id: UUID) -> dict[UUID, int]:
        """Every ancestor with the number of generations, the nearest first."""
        line = self._upwards(self._number[id])
        return {self._ids[found]: up for found, (up, _below) in line.items() if up}

    def descendants(self, id: UUID) -> dict[UUID, int]:
        """Every descendant with the number of generations, the nearest first."""
        start = self._number[id]
        found, level, generation = {start: 0}, [start], 0
        while level:
            generation += 1
            level = list(
                dict.fromkeys(
                    child for one in level for child in self._children[one] if child not in found
                )
            )
            found |= dict.fromkeys(level, generation)
        del found[start]
        return {self._ids[one]: generation for one, generation in found.items()}

    def descends(self, child: UUID, ancestor: UUID) -> bool:
        """Whether someone is among another's descendants."""
        return self._number[ancestor] in self._upwards(self._number[child]) and child != ancestor

    def ways(self, a: UUID, b: UUID) -> list[Way]:
        """The shortest ways from one to another, by blood first; none when they are not related."""
        one, other = self._number[a], self._number[b]
        found = list(self._by_blood(one, other))
        if not found:
            found = list(self._by_marriage(one, other))
        shortest = min((way.steps for way in found), default=0)
        return [way for way in found if way.steps == shortest]

    # ── between ──────────────────────────────────────────────────────────────────────────────────────

    def _named(self, ties: "list[dict[int, V]]", id: UUID) -> "dict[UUID, V]":
        number = self._number.get(id)
        if number is None:
            return {}
        return {self._ids[other]: value for other, value in ties[number].items()}

    def _who(self, number: int) -> Someone:
        return self.people[self._ids[number]]

    def _upwards(self, start: int) -> dict[int, tuple[int, int]]:
        """Each ancestor and oneself: how many generations up, and through which child; kept until a tie is added."""
        known = self._lines.get(start)
        if known is not None:
            return known
        found = {start: (0, start)}
        level, generation = [start], 0
        while level:
            generation += 1
            following = []
            for one in level:
                for parent in self._parents[one]:
                    if parent not in found:
                        found[parent] = (generation, one)
                        following.append(parent)
            level = following
        if len(self._lines) >= _MOST_LINES:
            self._lines.clear()
        self._lines[start] = found
        return found

    def _path(self, start: int, ancestor: int) -> tuple[int, ...]:
        """The ancestors from the nearest one to that one."""
        line, path = self._upwards(start), [ancestor]
        while path[-1] != start:
            path.append(line[path[-1]][1])
        return tuple(reversed(path[:-1]))

    def _nearest(self, a: int, b: int) -> tuple[int, list[int]]:
        """The common ancestors with the shortest way between two, and how long it is."""
        of_a, of_b = self._upwards(a), self._upwards(b)
        if len(of_b) < len(of_a):
            of_a, of_b = of_b, of_a
        nearest, meeting = 0, list[int]()
        for one, (up, _below) in of_a.items():
            if one in of_b:
                length = up + of_b[one][0]
                if not meeting or length < nearest:
                    nearest, meeting = length, [one]
                elif length == nearest:
                    meeting.append(one)
        return nearest, meeting

    def _by_blood(self, a: int, b: int) -> Iterator[Way]:
        _length, meeting = self._nearest(a, b)
        for one in meeting:
            up, of_b = self._path(a, one), self._path(b, one)
            down = (*reversed(of_b[:-1]), b) if of_b else ()
            yield Way(
                self._who(b),
                up=tuple(map(self._who, up)),
                down=tuple(map(self._who, down)),
                bonds=frozenset((*self._bonds(a, up), *self._bonds(b, of_b))),
                half=self._is_half(up, down, meeting, a, b),
            )

    def _is_half(
        self, up: tuple[int, ...], down: tuple[int, ...], meeting: list[int], a: int, b: int
    ) -> bool:
        """Whether the two branches begin with half siblings, as far as both parents are known."""
        if not up or not down or len(meeting) > 1:
            return False
        mine = up[-2] if len(up) > 1 else a
        theirs = down[0] if len(down) > 1 else b
        known = [self._parents[one].keys() for one in (mine, theirs)]
        return all(len(parents) > 1 for parents in known) and known[0] != known[1]

    def _by_marriage(self, a: int, b: int) -> Iterator[Way]:
        """Through one's own partner, through theirs, or both; only the shortest are worked out."""
        tried: list[tuple[int, int, int, int, bool]] = []
        for mine, former in self._partners[a].items():
            if mine == b:
                partner = self._who(b)
                yield Way(partner, own_partner=partner, bonds=frozenset(), former=former)
                return
            tried.append((1, mine, b, 1, former))
        for theirs, former in self._partners[b].items():
            tried.append((1, a, theirs, 2, former))
            tried += [
                (2, mine, theirs, 3, mine_former or former)
                for mine, mine_former in self._partners[a].items()
                if mine != theirs
            ]
        ways = [
            (length + more, mine, theirs, ends, former)
            for more, mine, theirs, ends, former in tried
            for length, meeting in [self._nearest(mine, theirs)]
            if meeting
        ]
        shortest = min((way[0] for way in ways), default=0)
        for length, mine, theirs, ends, former in ways:
            if length != shortest:
                continue
            for way in self._by_blood(mine, theirs):
                yield replace(
                    way,
                    end=self._who(b),
                    own_partner=self._who(mine) if ends & 1 else None,
                    their_partner=self._who(theirs) if ends & 2 else None,
                    former=former,
                )

    def _bonds(self, start: int, up: Iterable[int]) -> Iterator[Bond]:
        for parent in up:
            yield self._parents[start][parent]
            start = parent


_CLOSENESS: tuple[Bond, ...] = ("birth", "adoption", "step")
_MOST_LINES = 2000
"""Lines of descent that are held; each is as long as somebody has known ancestors."""
