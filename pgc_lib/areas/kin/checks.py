"""What cannot be: circles of descent, children before their parents, weddings of the dead.

The same questions are asked of one tie that somebody enters, who is then told why it is refused, and of a whole
family that came from a file, where everything is kept and what contradicts itself is listed.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from pgc_lib.areas.kin.circle import Circle, Link, Person
from pgc_lib.areas.kin.dating import Span, years_after
from pgc_lib.errors import Invalid, Problem
from pgc_lib.i18n import _

YOUNGEST_PARENT = 10
"""Years between a parent and a child by birth, below which a date must be wrong."""
OLDEST_MOTHER = 65
LONGEST_LIFE = 125
_POSTHUMOUS = timedelta(days=300)
"""A child may be born so long after its father died."""


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Something that cannot be, about one or two people."""

    place: str
    """The field that is wrong."""
    who: str
    reason: str
    link: Link | None = None

    def _shown_(self) -> dict[str, Any]:
        return {_("Who"): self.who, _("Reason"): self.reason}

    @property
    def problem(self) -> Problem:
        """The same as a reason for a refusal."""
        return Problem(self.place, self.reason)


def contradictions(circle: Circle) -> Iterator[Contradiction]:
    """Everything in a family that cannot be."""
    for person in circle.people.values():
        yield from of_person(person)
    births: dict[UUID, list[Link]] = defaultdict(list)
    for link in circle.links:
        if link.doubt:
            yield Contradiction("doubt", _pair(circle, link), link.doubt, link)
            continue
        yield from of_dates(circle, link)
        if link.tie == "parent" and link.how in ("birth", ""):
            births[link.other].append(link)
    for child, links in births.items():
        if len({link.one for link in links}) > 2 and child in circle.people:
            yield Contradiction(
                "parent", circle.people[child].name, _("more than two parents by birth"), links[-1]
            )
    for link in circles(circle.links):
        yield Contradiction("parent", _pair(circle, link), own_ancestor(circle, link), link)


def of_person(person: Person) -> Iterator[Contradiction]:
    """What cannot be of one person."""
    birth, death = person.birth, person.death
    if death.before(birth):
        yield Contradiction("died", person.name, _("died before being born"))
    elif (
        birth.latest and death.earliest and years_after(birth.latest, LONGEST_LIFE) < death.earliest
    ):
        yield Contradiction(
            "died", person.name, _("would have lived more than {n} years", n=LONGEST_LIFE)
        )


def of_dates(circle: Circle, link: Link) -> Iterator[Contradiction]:
    """What the dates of two people say against a tie between them."""
    one, other = circle.people.get(link.one), circle.people.get(link.other)
    if one is None or other is None:
        return
    place, reason = "", ""
    if link.tie == "parent" and link.how in ("birth", ""):
        place, reason = _of_birth(one, other)
    elif link.tie != "friend":
        place, reason = _of_period(link, (one, other))
    if reason:
        yield Contradiction(place, _pair(circle, link), reason, link)


def _of_birth(parent: Person, child: Person) -> tuple[str, str]:
    birth, born = parent.birth, child.birth
    if (
        birth.earliest
        and born.latest
        and born.latest < years_after(birth.earliest, YOUNGEST_PARENT)
    ):
        return "born", _(
            "{parent} was born on {born}, {child} on {day}",
            parent=parent.name,
            born=parent.born or parent.born_about,
            child=child.name,
            day=child.born or child.born_about,
        )
    death = parent.death
    after = timedelta(0) if parent.sex == "female" else _POSTHUMOUS
    if death.latest and born.earliest and born.earliest > death.latest + after:
        return "died", _("{name} had died already", name=parent.name)
    if (
        parent.sex == "female"
        and birth.latest
        and born.earliest
        and years_after(birth.latest, OLDEST_MOTHER) < born.earliest
    ):
        return "born", _("{name} would have been older than {n}", name=parent.name, n=OLDEST_MOTHER)
    return "", ""


def _of_period(link: Link, pair: Iterable[Person]) -> tuple[str, str]:
    for each in pair:
        for place, day in (("since", link.since), ("until", link.until)):
            if day is None or (link.tie == "parent" and each.id == link.other):
                continue
            if Span(day, day).before(each.birth):
                return place, _("{name} was not born yet", name=each.name)
            if place == "since" and each.death.before(Span(day, day)):
                return place, _("{name} had died already", name=each.name)
    return "", ""


def refuse_impossible(circle: Circle, link: Link) -> None:
    """`Invalid` when a tie that somebody wants to add cannot be."""
    if link.doubt:
        return
    names = {
        id: person.name for id, person in circle.people.items() if id in (link.one, link.other)
    }
    found = [contradiction.problem for contradiction in of_dates(circle, link)]
    same = [
        known
        for known in circle.links
        if known.tie == link.tie and {known.one, known.other} == {link.one, link.other}
    ]
    if link.tie == "parent":
        if link.one == link.other or circle.tree.descends(link.one, link.other):
            found.insert(0, Problem("parent", own_ancestor(circle, link)))
        elif any(known.one == link.one for known in same):
            found.append(Problem("parent", _("this is known already")))
        elif link.how in ("birth", ""):
            parents = circle.tree.parents(link.other).values()
            if sum(bond == "birth" for bond in parents) >= 2:
                name = names.get(link.other, "")
                found.append(
                    Problem("parent", _("{name} has two parents by birth already", name=name))
                )
    elif link.tie == "partner" and any(not known.until and not known.ended for known in same):
        found.append(Problem("partner", _("these two are together already")))
    if found:
        raise Invalid(
            _("This cannot be:"),
            found,
            next_step=_("Correct the dates or the tie; nothing was changed."),
        )


def own_ancestor(circle: Circle, link: Link) -> str:
    """The reason against a tie that closes a circle of descent."""
    child = circle.people.get(link.other)
    return _("{name} would be an ancestor of themselves", name=child.name if child else "?")


def circles(links: Iterable[Link]) -> list[Link]:
    """The ties of descent that close a circle; without them there is none left."""
    children: dict[UUID, list[Link]] = defaultdict(list)
    for link in links:
        if link.tie == "parent" and not link.doubt:
            children[link.one].append(link)
    closing: list[Link] = []
    done: set[UUID] = set()
    for start in list(children):
        if start in done:
            continue
        on_the_way = {start}
        walk = [(start, iter(children[start]))]
        while walk:
            person, following = walk[-1]
            step: Link | None = next(following, None)
            if step is None:
                walk.pop()
                on_the_way.discard(person)
                done.add(person)
            elif step.other in on_the_way:
                closing.append(step)
            elif step.other not in done:
                on_the_way.add(step.other)
                walk.append((step.other, iter(children.get(step.other, ()))))
    return closing


def _pair(circle: Circle, link: Link) -> str:
    names = [circle.people[id].name for id in (link.one, link.other) if id in circle.people]
    return " – ".join(names)
