"""Scores, exactly as published: sums of the items, some counted the other way round, perhaps multiplied.

A missing answer is not guessed: none of the references that are used here says how to replace one, so an incomplete
questionnaire has no score. What it already says of danger is said all the same.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any
from uuid import UUID

from pgc_lib.areas.wellness.help import Hint
from pgc_lib.areas.wellness.instruments import Band, Instrument, Scale, instrument
from pgc_lib.core.shown import card
from pgc_lib.errors import Invalid, PgcError, Problem
from pgc_lib.i18n import _


@dataclass(frozen=True, slots=True)
class Score:
    """What one scale came to."""

    scale: Scale
    value: int
    lowest: int
    highest: int

    @property
    def band(self) -> Band | None:
        """The range of the reference in which it lies; not every instrument has some."""
        return next(
            (band for band in self.scale.bands if band.low <= self.value <= band.high), None
        )

    @property
    def told(self) -> str:
        """What the reference says of scores in this range; never what somebody has."""
        if self.band is None:
            return ""
        return _(
            "Scores in this range ({low}–{high}) are described as: {text}.",
            low=self.band.low,
            high=self.band.high,
            text=self.band.text,
        )


@dataclass(frozen=True, slots=True)
class Result:
    """What answers came to, with the source, and a hint to help when they call for it."""

    instrument: Instrument
    at: datetime | None
    scores: tuple[Score, ...]
    hint: Hint | None
    id: UUID | None = None
    low_answer: bool = False
    """Whether a single answer was so low that the reference advises a closer look."""

    @property
    def score(self) -> int:
        """The total, for an instrument with one scale."""
        if len(self.scores) != 1:
            raise AttributeError(f"{self.instrument.key} has several scales; see `scores`")
        return self.scores[0].value

    def _shown_(self) -> Mapping[str, Any]:
        shown: dict[str, Any] = {_("Questionnaire"): str(self.instrument.name), _("When"): self.at}
        for each in self.scores:
            shown[str(each.scale.name)] = f"{each.value} ({each.lowest}–{each.highest})"
        told = " ".join(each.told for each in self.scores if each.told)
        if self.low_answer:
            told += " " + _("The reference also advises a closer look when a single answer is {most} or less.", most=self.instrument.seek_at)  # fmt: skip
        shown[_("In the literature")] = told or (
            str(self.instrument.remark) if self.instrument.remark else ""
        )
        shown[_("Please note")] = _(
            "A questionnaire is no diagnosis; only a professional can make one."
        )
        shown[_("Where there is help")] = str(self.hint) if self.hint else ""
        return shown

    def _repr_html_(self) -> str:
        shown = dict(self._shown_())
        shown.pop(_("Where there is help"))
        shown[_("Source")] = self.instrument.source
        shown[_("Licence")] = str(self.instrument.licence)
        table = card({title: value for title, value in shown.items() if title != _("Source")})
        source = f"<p><small>{escape(self.instrument.source)}</small></p>"
        return (self.hint._repr_html_() if self.hint else "") + table + source


def checked(instrument: Instrument, answers: Sequence[Any] | Mapping[int, Any]) -> list[int]:
    """An answer for each item, or `Invalid` that names each item that lacks one; danger is said even then."""
    given = _by_number(answers)
    allowed = {option.score for option in instrument.options}
    problems = [
        Problem(_("item {n}", n=item.number), _("there is no answer"))
        if given.get(item.number) is None
        else Problem(
            _("item {n}", n=item.number),
            _("possible are {names}", names=", ".join(map(str, sorted(allowed)))),
            given[item.number],
        )
        for item in instrument.items
        if not _is_answer(given.get(item.number), allowed)
    ]
    known = {item.number for item in instrument.items}
    problems += [
        Problem(_("item {n}", n=number), _("there is no such item"))
        for number in given
        if number not in known
    ]
    if problems:
        hint = hint_at(instrument, given)
        raise Invalid(
            _("{name} has no score without an answer to each item.", name=instrument.name),
            problems,
            next_step=str(hint) if hint else _("Answer every item; nothing was kept."),
        )
    return [given[item.number] for item in instrument.items]


def hint_at(instrument: Instrument, answers: Sequence[Any] | Mapping[int, Any]) -> Hint | None:
    """The hint that single answers call for at once, also before all are given."""
    given = _by_number(answers)
    allowed = {option.score for option in instrument.options}
    for number in instrument.urgent:
        if _is_answer(given.get(number), allowed) and given[number] > instrument.lowest:
            return Hint("urgent")
    return None


def scored(
    instrument: Instrument,
    answers: Sequence[Any] | Mapping[int, Any],
    *,
    at: datetime | None = None,
    id: UUID | None = None,
) -> Result:
    """The scores of complete answers: item 1 first, or by the items' numbers."""
    values = checked(instrument, answers)
    both_ends = instrument.lowest + instrument.highest
    scores = []
    for scale in instrument.scales:
        mine = [
            both_ends - value if item.reverse else value
            for item, value in zip(instrument.items, values, strict=True)
            if item.scale == scale.key
        ]
        ends = (instrument.lowest * len(mine), instrument.highest * len(mine))
        low, high = (scale.times * end for end in ends)
        scores.append(Score(scale, scale.times * sum(mine), low, high))
    hint = hint_at(instrument, values)
    low = instrument.seek_at is not None and min(values) <= instrument.seek_at
    if hint is None and (low or any(each.band and each.band.seek for each in scores)):
        hint = Hint("seek")
    return Result(instrument, at, tuple(scores), hint, id, low_answer=low)


def written(values: Sequence[int]) -> str:
    """Answers as they are sealed."""
    return json.dumps(list(values))


def trouble_of(key: str, text: str) -> str:
    """Why answers cannot be kept; empty when they can."""
    try:
        checked(instrument(key), read(text) or ())
    except PgcError as error:
        return error.message
    return ""


def read(text: str) -> list[int] | None:
    """Answers that were sealed; None where they are another person's and stay closed."""
    try:
        found = json.loads(text)
    except ValueError:
        return None
    return found if isinstance(found, list) else None


def _by_number(answers: Sequence[Any] | Mapping[int, Any]) -> dict[int, Any]:
    if isinstance(answers, Mapping):
        return dict(answers)
    if isinstance(answers, str):
        raise TypeError("answers are numbers, one for each item")
    return dict(enumerate(answers, 1))


def _is_answer(value: Any, allowed: set[int]) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value in allowed
