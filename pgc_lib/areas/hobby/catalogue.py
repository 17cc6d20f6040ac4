"""The catalogue of hobbies (`catalogue.toml`): what each is like, in tags that have words in both languages."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pgc_lib.errors import PgcError
from pgc_lib.i18n import N_, _, lang

FACETS: Mapping[str, Mapping[str, str]] = {
    "category": {
        "arts": N_("arts"),
        "crafts": N_("crafts"),
        "music": N_("music"),
        "words": N_("words and languages"),
        "sport": N_("sport"),
        "outdoors": N_("outdoors life"),
        "nature": N_("plants and animals"),
        "games": N_("games and puzzles"),
        "food": N_("food and drink"),
        "science": N_("science and history"),
        "tech": N_("technology"),
        "collecting": N_("collecting"),
        "community": N_("doing good together"),
        "travel": N_("travel"),
        "mind": N_("calm and mind"),
    },
    "cost": {
        "free": N_("costs nothing"),
        "low": N_("costs little"),
        "medium": N_("costs something"),
        "high": N_("costs a lot"),
    },
    "time": {
        "short": N_("half an hour is enough"),
        "hour": N_("an hour or two"),
        "half-day": N_("half a day"),
        "days": N_("a day or more"),
    },
    "social": {
        "alone": N_("by oneself"),
        "either": N_("alone or together"),
        "together": N_("with others"),
    },
    "where": {
        "indoor": N_("indoors"),
        "either": N_("indoors or outdoors"),
        "outdoor": N_("in the open air"),
    },
    "body": {
        "calm": N_("restful"),
        "light": N_("gentle movement"),
        "active": N_("physical"),
    },
    "skills": {
        "hands": N_("skilful hands"),
        "eye": N_("a seeing eye"),
        "ear": N_("a listening ear"),
        "taste": N_("taste and smell"),
        "body": N_("stamina and strength"),
        "balance": N_("balance"),
        "memory": N_("memory"),
        "logic": N_("reasoning"),
        "numbers": N_("numbers"),
        "words": N_("language"),
        "imagination": N_("imagination"),
        "strategy": N_("strategy"),
        "patience": N_("patience"),
        "order": N_("sorting and ordering"),
        "empathy": N_("understanding people"),
        "stage": N_("being on stage"),
        "care": N_("caring"),
        "nature": N_("nature"),
        "history": N_("old times"),
        "travel": N_("new places"),
        "tech": N_("tools and technology"),
    },
}
"""What a hobby can be like, facet by facet, and how that is called."""


@dataclass(frozen=True, slots=True)
class Hobby:
    """One hobby of the catalogue."""

    key: str
    category: str
    zh: str
    en: str
    cost: str
    time: str
    social: str
    where: str
    body: str
    skills: tuple[str, ...]
    zh_line: str
    en_line: str

    @property
    def name(self) -> str:
        """Its name in the person's language."""
        return self.zh if lang() == "zh-CN" else self.en

    @property
    def line(self) -> str:
        """One sentence about it."""
        return self.zh_line if lang() == "zh-CN" else self.en_line

    def tags(self) -> Iterator[tuple[str, str]]:
        """Everything that it is like, as facet and value."""
        for facet in FACETS:
            value = getattr(self, facet)
            yield from ((facet, each) for each in ((value,) if isinstance(value, str) else value))

    def _shown_(self) -> Mapping[str, Any]:
        return {
            _("Name"): self.name,
            _("Kind"): word("category", self.category),
            _("What it is like"): [
                word(f, v) for f, v in self.tags() if f not in ("category", "skills")
            ],
            _("Asks for"): [word("skills", skill) for skill in self.skills],
            _("In a sentence"): self.line,
            _("In the catalogue"): self.key,
        }


def word(facet: str, value: str) -> str:
    """How a tag is called in the person's language."""
    return _(FACETS[facet][value])


@cache
def catalogue() -> Mapping[str, Hobby]:
    """Every hobby by its key."""
    text = Path(__file__).with_name("catalogue.toml").read_text(encoding="utf-8")
    return {
        key: Hobby(key=key, **{**values, "skills": tuple(values["skills"])})
        for key, values in tomllib.loads(text).items()
    }


def named(name: str) -> Hobby | None:
    """A hobby by its key or by its name in either language."""
    wanted = name.strip().casefold()
    return _by_name().get(wanted)


@cache
def _by_name() -> Mapping[str, Hobby]:
    found: dict[str, Hobby] = {}
    for hobby in catalogue().values():
        for name in (hobby.key, hobby.en, hobby.zh):
            found.setdefault(name.casefold(), hobby)
    return found


def fitting(hobbies: Iterable[Hobby], **wishes: str | None) -> list[Hobby]:
    """The hobbies that meet every wish, such as `where="indoor"`; what suits either way suits.

    A wish for cost or time is an upper limit.
    """
    asked = {facet: value for facet, value in wishes.items() if value is not None}
    for facet, value in asked.items():
        if value not in FACETS.get(facet, {}):
            raise PgcError(
                _("“{value}” is no {facet} of the catalogue.", value=value, facet=facet),
                next_step=_("Possible are: {names}.", names=", ".join(FACETS.get(facet, FACETS))),
            )
    return [each for each in hobbies if all(_meets(each, *wish) for wish in asked.items())]


def _meets(hobby: Hobby, facet: str, wish: str) -> bool:
    if facet == "skills":
        return wish in hobby.skills
    value: str = getattr(hobby, facet)
    if facet in ("cost", "time"):
        ranks = list(FACETS[facet])
        return ranks.index(value) <= ranks.index(wish)
    return value in (wish, "either")
