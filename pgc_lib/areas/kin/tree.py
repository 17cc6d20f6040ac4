"""The family as a graph: parents, children, partners, and the way from one person to another.

A way is never longer than it must be and has one shape: perhaps to one's partner, up to an ancestor, down from
there, perhaps to someone's partner. That is all that has a name in either language.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal
from uuid import UUID

Sex = Literal["female", "male", ""]
Bond = Literal["birth", "adoption", "step"]


@dataclass(frozen=True, slots=True)
class Someone:
    """What kinship needs to know of a person."""

    id: UUID
    sex: Sex = ""
    born: date | None = None
    order: int | None = None
    """The place among the siblings, for those whose birthdays nobody knows."""


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


@dataclass
class Tree:
    """Everyone, with who descends from whom and who is or was together."""

    people: dict[UUID, Someone] = field(default_factory=dict)
    _parents: dict[UUID, dict[UUID, Bond]] = field(default_factory=lambda: defaultdict(dict))
    _children: dict[UUID, dict[UUID, Bond]] = field(default_factory=lambda: defaultdict(dict))
    _partners: dict[UUID, dict[UUID, bool]] = field(default_factory=lambda: defaultdict(dict))

    def add(self, someone: Someone) -> None:
        """A person; again with more known of them."""
        self.people[someone.id] = someone

    def link(self, parent: UUID, child: UUID, bond: Bond = "birth") -> None:
        """Somebody's child; of two bonds between the same the closer one counts."""
        known = self._parents[child].get(parent)
        if known is None or _CLOSENESS.index(bond) < _CLOSENESS.index(known):
            self._parents[child][parent] = bond
            self._children[parent][child] = bond

    def join(self, one: UUID, other: UUID, *, former: bool = False) -> None:
        """Two who are together, or were; who came together again are."""
        for a, b in ((one, other), (other, one)):
            self._partners[a][b] = former and self._partners[a].get(b, True)

    def parents(self, id: UUID) -> dict[UUID, Bond]:
        """The parents with their bonds."""
        return self._parents.get(id, {})

    def children(self, id: UUID) -> dict[UUID, Bond]:
        """The children with their bonds."""
        return self._children.get(id, {})

    def partners(self, id: UUID) -> dict[UUID, bool]:
        """The partners; True for those of the past."""
        return self._partners.get(id, {})

    def ancestors(self, id: UUID) -> dict[UUID, int]:
        """Every ancestor with the number of generations, the nearest first."""
        return {found: len(path) for found, path in self._upwards(id).items() if path}

    def descendants(self, id: UUID) -> dict[UUID, int]:
        """Every descendant with the number of generations, the nearest first."""
        found, level, generation = {id: 0}, [id], 0
        while level:
            generation += 1
            level = [child for one in level for child in self.children(one) if child not in found]
            found |= dict.fromkeys(level, generation)
        del found[id]
        return found

    def descends(self, child: UUID, ancestor: UUID) -> bool:
        """Whether someone is among another's descendants."""
        return ancestor in self.ancestors(child)

    def ways(self, a: UUID, b: UUID) -> list[Way]:
        """The shortest ways from one to another, by blood first; none when they are not related."""
        found = list(self._by_blood(a, b))
        if not found:
            found = list(self._by_marriage(a, b))
        shortest = min((way.steps for way in found), default=0)
        return [way for way in found if way.steps == shortest]

    # ── between ──────────────────────────────────────────────────────────────────────────────────────

    def _upwards(self, id: UUID) -> dict[UUID, tuple[UUID, ...]]:
        """The way up to each ancestor, and to oneself."""
        found: dict[UUID, tuple[UUID, ...]] = {id: ()}
        level = [id]
        while level:
            following = []
            for one in level:
                for parent in self.parents(one):
                    if parent not in found:
                        found[parent] = (*found[one], parent)
                        following.append(parent)
            level = following
        return found

    def _by_blood(self, a: UUID, b: UUID) -> Iterator[Way]:
        of_a, of_b = self._upwards(a), self._upwards(b)
        shared = of_a.keys() & of_b.keys()
        if not shared:
            return
        nearest = min(len(of_a[one]) + len(of_b[one]) for one in shared)
        meeting = [one for one in shared if len(of_a[one]) + len(of_b[one]) == nearest]
        for one in meeting:
            up = of_a[one]
            down = (*reversed(of_b[one][:-1]), b) if of_b[one] else ()
            yield Way(
                self.people[b],
                up=self._named(up),
                down=self._named(down),
                bonds=frozenset(self._bonds(a, up)) | frozenset(self._bonds(b, of_b[one])),
                half=self._is_half(up, down, meeting, a, b),
            )

    def _is_half(
        self,
        up: tuple[UUID, ...],
        down: tuple[UUID, ...],
        meeting: list[UUID],
        a: UUID,
        b: UUID,
    ) -> bool:
        """Whether the two branches begin with half siblings, as far as both parents are known."""
        if not up or not down or len(meeting) > 1:
            return False
        mine = up[-2] if len(up) > 1 else a
        theirs = down[0] if len(down) > 1 else b
        known = [set(self.parents(one)) for one in (mine, theirs)]
        return all(len(parents) > 1 for parents in known) and known[0] != known[1]

    def _by_marriage(self, a: UUID, b: UUID) -> Iterator[Way]:
        for mine, former in self.partners(a).items():
            if mine == b:
                yield Way(
                    self.people[b], own_partner=self.people[b], bonds=frozenset(), former=former
                )
                continue
            for way in self._by_blood(mine, b):
                yield replace(way, own_partner=self.people[mine], former=former)
        for theirs, former in self.partners(b).items():
            if theirs == a:
                continue
            for way in self._by_blood(a, theirs):
                yield replace(
                    way, end=self.people[b], their_partner=self.people[theirs], former=former
                )
        for mine, mine_former in self.partners(a).items():
            for theirs, theirs_former in self.partners(b).items():
                if mine in (b, theirs) or theirs == a:
                    continue
                for way in self._by_blood(mine, theirs):
                    yield replace(
                        way,
                        end=self.people[b],
                        own_partner=self.people[mine],
                        their_partner=self.people[theirs],
                        former=mine_former or theirs_former,
                    )

    def _named(self, ids: Iterable[UUID]) -> tuple[Someone, ...]:
        return tuple(self.people[id] for id in ids)

    def _bonds(self, start: UUID, up: Iterable[UUID]) -> Iterator[Bond]:
        for parent in up:
            yield self.parents(start)[parent]
            start = parent


_CLOSENESS: tuple[Bond, ...] = ("birth", "adoption", "step")
