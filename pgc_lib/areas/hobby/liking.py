"""What somebody might like: hobbies that resemble what brought joy, with the reason in words.

A hobby is a vector of its tags; a tag that few hobbies have says more (log of N over how many have it), and kinds and
skills say more than cost and time. What was done pulls towards its tags by (joy - 3) / 2 + energy / 4, halved every year
and held back while there is little of it: two times of doing count half. A suggestion's score is the cosine between a
hobby and the sum of these pulls, so that what drained somebody pushes away.
"""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from pgc_lib.areas.hobby.catalogue import FACETS, Hobby, catalogue, word
from pgc_lib.i18n import _
from pgc_lib.i18n import catalogue as messages

_WEIGHTS = {"category": 1.2, "skills": 1.0, "social": 0.7, "body": 0.7, "where": 0.5, "time": 0.3, "cost": 0.3}  # fmt: skip
_EITHER = {"social": ("alone", "together"), "where": ("indoor", "outdoor")}
_HALVED_AFTER = 365
_DOUBT = 2.0
_SAME_KIND = 2
"""So many of one kind among the first; more of the same is no exploration."""

Tag = tuple[str, str]
Vector = Mapping[Tag, float]


@dataclass(frozen=True, slots=True)
class Time:
    """One time of doing something."""

    joy: int | None
    energy: int | None
    days_ago: int


@dataclass(frozen=True, slots=True)
class Done:
    """An interest with what it is like and how it went."""

    name: str
    tags: frozenset[Tag]
    times: tuple[Time, ...]

    @property
    def joy(self) -> float | None:
        """The mean joy, where it was noted."""
        joys = [time.joy for time in self.times if time.joy is not None]
        return sum(joys) / len(joys) if joys else None

    @property
    def pull(self) -> float:
        """How strongly it draws towards what is like it; negative when it pushes away."""
        weight = total = 0.0
        for time in self.times:
            if time.joy is None and time.energy is None:
                continue
            fresh = 0.5 ** (max(0, time.days_ago) / _HALVED_AFTER)
            joy = (time.joy - 3) / 2 if time.joy is not None else 0.0
            total += fresh * (joy + (time.energy or 0) / 4)
            weight += fresh
        return total / (weight + _DOUBT) if weight else 0.0


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A hobby that somebody might like, and why."""

    hobby: Hobby
    score: float
    shared: tuple[str, ...]
    """What it has in common with what brought joy, in words."""
    because: tuple[str, ...]
    """The interests that speak for it."""
    reason: str

    def _shown_(self) -> Mapping[str, Any]:
        return {
            _("Name"): self.hobby.name,
            _("Why"): self.reason,
            _("In a sentence"): self.hobby.line,
            _("What it is like"): [
                word(facet, value) for facet, value in self.hobby.tags() if facet in ("cost", "time", "social", "where")
            ],
            _("In the catalogue"): self.hobby.key,
        }  # fmt: skip


def tags_of(hobby: Hobby | None, own: Iterable[str] = ()) -> frozenset[Tag]:
    """The tags of an interest: those of the catalogue, and own words that mean one of them."""
    known = set(hobby.tags()) if hobby else set()
    known.update(tag for text in own for tag in _meaning().get(text.strip().casefold(), ()))
    return frozenset(known)


@cache
def _meaning() -> Mapping[str, tuple[Tag, ...]]:
    """What a word in either language stands for."""
    chinese = messages("zh-CN")
    found: dict[str, list[Tag]] = {}
    for facet, values in FACETS.items():
        for value, english in values.items():
            for text in {value, english, chinese.get(english, english)} - {"either"}:
                found.setdefault(text.casefold(), []).append((facet, value))
    return {text: tuple(tags) for text, tags in found.items()}


def suggestions(
    done: Sequence[Done],
    candidates: Sequence[Hobby],
    *,
    without: Collection[str] = (),
    limit: int = 5,
) -> list[Suggestion]:
    """The hobbies nearest to what brought joy; without any joy noted, one of each kind to begin with."""
    open_ones = [hobby for hobby in candidates if hobby.key not in without]
    pulls = [(each, each.pull, _vector(each.tags)) for each in done]
    taste: dict[Tag, float] = {}
    for _each, pull, vector in pulls:
        length = _length(vector)
        for tag, weight in vector.items():
            taste[tag] = taste.get(tag, 0.0) + pull * weight / length
    if not any(pull > 0 and vector for _each, pull, vector in pulls):
        return _to_begin_with(open_ones, done, taste, limit)
    ranked = sorted(
        ((_cosine(_vector(frozenset(hobby.tags())), taste), hobby) for hobby in open_ones),
        key=lambda pair: (-pair[0], pair[1].key),
    )
    found: list[Suggestion] = []
    kinds: dict[str, int] = {}
    for score, hobby in ranked:
        if score <= 0 or len(found) == limit:
            break
        if kinds.get(hobby.category, 0) < _SAME_KIND:
            kinds[hobby.category] = kinds.get(hobby.category, 0) + 1
            found.append(_explained(hobby, score, taste, pulls))
    return found


def _explained(
    hobby: Hobby,
    score: float,
    taste: Vector,
    pulls: Sequence[tuple[Done, float, Vector]],
) -> Suggestion:
    vector = _vector(frozenset(hobby.tags()))
    speaking = sorted(
        (
            (pull * _cosine(vector, other), each.name, each)
            for each, pull, other in pulls
            if pull > 0 and each.joy is not None
        ),
        key=lambda one: (-one[0], one[1]),
    )
    because = [each for strength, _name, each in speaking[:2] if strength > speaking[0][0] / 2 > 0]
    liked = {tag for each in because for tag in _vector(each.tags)}
    by_strength = sorted(
        (tag for tag in vector if tag in liked and taste.get(tag, 0) > 0),
        key=lambda tag: (-vector[tag] * taste[tag], tag),
    )
    shared = tuple(word(*tag) for tag in by_strength[:3])
    activities = _("; ").join(
        _("{name} (joy {joy} of 5, {n} times)", name=each.name, joy=f"{each.joy:.1f}", n=len(each.times))
        for each in because
    )  # fmt: skip
    reason = _("Like {activities}: {tags}.", activities=activities, tags=_(", ").join(shared))
    return Suggestion(hobby, round(score, 3), shared, tuple(each.name for each in because), reason)


def _to_begin_with(
    hobbies: Sequence[Hobby], done: Sequence[Done], taste: Vector, limit: int
) -> list[Suggestion]:
    """One of each kind, cheap and short first, so that there is something to learn from."""
    known = {value for each in done for facet, value in each.tags if facet == "category"}
    ranks = {facet: list(FACETS[facet]) for facet in ("cost", "time")}
    easy = sorted(
        hobbies,
        key=lambda hobby: (
            hobby.category in known,
            _cosine(_vector(frozenset(hobby.tags())), taste) < 0,
            ranks["cost"].index(hobby.cost) + ranks["time"].index(hobby.time),
            hobby.key,
        ),
    )
    first: dict[str, Hobby] = {}
    for hobby in easy:
        first.setdefault(hobby.category, hobby)
    reason = _("To begin with: easy to try, and of a kind you have not noted any joy in yet.")
    return [Suggestion(hobby, 0.0, (), (), reason) for hobby in list(first.values())[:limit]]


@cache
def _rarity() -> Vector:
    """How much a tag says: what half of all hobbies have says little."""
    count: dict[Tag, int] = {}
    hobbies = catalogue().values()
    for hobby in hobbies:
        for tag in hobby.tags():
            count[tag] = count.get(tag, 0) + 1
    return {tag: math.log(1 + len(hobbies) / n) * _WEIGHTS[tag[0]] for tag, n in count.items()}


@cache
def _vector(tags: frozenset[Tag]) -> Vector:
    rarity = _rarity()
    found: dict[Tag, float] = {}
    for facet, value in tags:
        if value == "either":
            for each in _EITHER[facet]:
                found[facet, each] = 0.5 * rarity[facet, each]
        else:
            found[facet, value] = rarity[facet, value]
    return found


def _length(vector: Vector) -> float:
    return math.sqrt(sum(weight * weight for weight in vector.values())) or 1.0


def _cosine(one: Vector, other: Vector) -> float:
    small, large = (one, other) if len(one) < len(other) else (other, one)
    return sum(weight * large.get(tag, 0.0) for tag, weight in small.items()) / (_length(one) * _length(other))  # fmt: skip
