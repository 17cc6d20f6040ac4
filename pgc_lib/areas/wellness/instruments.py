"""Instruments: published questionnaires that anyone may use, each a file in `instruments/` with its source and licence.

What a file says is what was published: wording, options, which items count the other way round, by what the sum is
multiplied, where the reference's ranges lie. Nothing of it is in code, so it can be read beside the publication.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from pgc_lib.core.shown import Listing
from pgc_lib.errors import NotFound
from pgc_lib.i18n import _, lang

FOLDER = Path(__file__).with_name("instruments")


@dataclass(frozen=True, slots=True)
class Words:
    """A text in both languages."""

    zh: str
    en: str

    def __str__(self) -> str:
        return self.zh if lang() == "zh-CN" else self.en


@dataclass(frozen=True, slots=True)
class Option:
    """One possible answer and what it scores."""

    score: int
    text: Words


@dataclass(frozen=True, slots=True)
class Item:
    """One item, the scale that it belongs to, and whether it counts the other way round."""

    number: int
    text: Words
    scale: str
    reverse: bool

    def _shown_(self) -> Mapping[str, Any]:
        return {_("No."): self.number, _("Statement"): str(self.text)}


@dataclass(frozen=True, slots=True)
class Band:
    """A range of scores, how the reference describes it, and whether one should then speak with somebody."""

    low: int
    high: int
    text: Words
    seek: bool


@dataclass(frozen=True, slots=True)
class Scale:
    """What is summed up."""

    key: str
    name: Words
    times: int
    bands: tuple[Band, ...]


@dataclass(frozen=True, slots=True)
class Instrument:
    """A published questionnaire."""

    key: str
    name: Words
    about: Words
    question: Words
    source: str
    licence: Words
    remark: Words | None
    options: tuple[Option, ...]
    items: tuple[Item, ...]
    scales: tuple[Scale, ...]
    urgent: tuple[int, ...]
    """The items to which any answer above the lowest calls for help at once."""
    seek_at: int | None
    """A single answer so low calls for a talk, whatever the sum is."""

    @property
    def lowest(self) -> int:
        """The lowest answer."""
        return min(option.score for option in self.options)

    @property
    def highest(self) -> int:
        """The highest answer."""
        return max(option.score for option in self.options)

    def _shown_(self) -> dict[str, Any]:
        return {
            _("Questionnaire"): self.key,
            _("Name"): str(self.name),
            _("What it is about"): str(self.about),
            _("Items"): len(self.items),
            _("Source"): self.source,
            _("Licence"): str(self.licence),
        }

    def _repr_html_(self) -> str:
        from pgc_lib.core.shown import card

        options = ", ".join(f"{option.score} = {option.text}" for option in self.options)
        heading = {_("How it is asked"): str(self.question), _("Possible answers"): options}
        whole = {title: value for title, value in self._shown_().items() if value != self.source}
        return (
            card(whole | heading)
            + Listing(self.items)._repr_html_()
            + f"<p><small>{escape(self.source)}</small></p>"
        )


def instrument(key: str) -> Instrument:
    """The instrument of a key such as `phq-9`; letter case does not matter."""
    found = instruments().get(key.strip().casefold())
    if found is None:
        raise NotFound(
            _("There is no questionnaire “{key}”.", key=key),
            next_step=_("Possible are: {names}.", names=", ".join(instruments())),
        )
    return found


@cache
def instruments() -> Mapping[str, Instrument]:
    """Every instrument by its key."""
    return {path.stem: _read(path) for path in sorted(FOLDER.glob("*.toml"))}


def _read(path: Path) -> Instrument:
    said = tomllib.loads(path.read_text(encoding="utf-8"))
    scales = tuple(
        Scale(
            each["key"],
            _words(each["name"]),
            each.get("times", 1),
            tuple(
                Band(band["low"], band["high"], _words(band), band.get("seek", False))
                for band in each.get("bands", ())
            ),
        )
        for each in said["scales"]
    )
    return Instrument(
        key=path.stem,
        name=_words(said["name"]),
        about=_words(said["about"]),
        question=_words(said["question"]),
        source=said["source"],
        licence=_words(said["licence"]),
        remark=_words(said["remark"]) if "remark" in said else None,
        options=tuple(Option(each["score"], _words(each)) for each in said["options"]),
        items=tuple(
            Item(number, _words(each), each.get("scale", scales[0].key), each.get("reverse", False))
            for number, each in enumerate(said["items"], 1)
        ),
        scales=scales,
        urgent=tuple(said.get("urgent", ())),
        seek_at=said.get("seek_at"),
    )


def _words(said: Mapping[str, Any]) -> Words:
    return Words(said["zh"], said["en"])
