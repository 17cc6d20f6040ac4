"""A draft of a report: by the template, which only lines facts up, or by a writer such as a language model."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Protocol

from pgc_lib.areas.reporting.fact import SECTIONS, Fact, Section
from pgc_lib.areas.reporting.period import Period
from pgc_lib.areas.reporting.support import MARK, marked
from pgc_lib.areas.reporting.written import TEMPLATE

MOST = 25
"""So many lines a section; the facts are all kept beside the text."""


@dataclass(frozen=True, slots=True)
class Draft:
    """The text of each section and who wrote it."""

    sections: Mapping[Section, str]
    author: str = TEMPLATE
    prompt: str = ""


class Writer(Protocol):
    """Writes a draft from facts; `lab.ai.reporter()` asks a language model."""

    def __call__(self, period: Period, facts: Sequence[tuple[int, Fact]]) -> Draft:
        """A draft whose sentences name the facts by these numbers."""
        ...


@dataclass(frozen=True, slots=True)
class ByTemplate:
    """Each fact is a line, in its section, with its number."""

    most: int = field(default=MOST)

    def __call__(self, period: Period, facts: Sequence[tuple[int, Fact]]) -> Draft:  # noqa: ARG002
        """The facts in their order; where they are too many, each area has its share."""
        chosen = {
            section: _shared([each for each in facts if each[1].section == section], self.most)
            for section in SECTIONS
        }
        return Draft(
            {
                section: "\n".join(f"- {_one_line(fact.text)} [{n}]" for n, fact in of_section)
                for section, of_section in chosen.items()
            }
        )


def _shared(facts: Sequence[tuple[int, Fact]], most: int) -> list[tuple[int, Fact]]:
    """What tells of the whole, then of each area in turn what comes first; in the order in which they were."""
    whole = [each for each in facts if each[1].headline]
    areas: dict[str, list[tuple[int, Fact]]] = {}
    for each in facts:
        if not each[1].headline:
            areas.setdefault(each[1].area, []).append(each)
    turns = [each for turn in zip_longest(*areas.values()) for each in turn if each is not None]
    return sorted([*whole, *turns][:most], key=lambda each: each[0])


def checked(draft: Draft, facts: Sequence[Fact]) -> Draft:
    """The draft with each sentence marked that rests on nothing."""
    return Draft(
        {section: marked(text, facts) for section, text in draft.sections.items()},
        draft.author,
        draft.prompt,
    )


def is_marked(text: str) -> bool:
    """Whether something in it is still marked as unsupported."""
    return MARK in text


def _one_line(text: str) -> str:
    """A fact may hold what a person wrote; in a list it stays one line."""
    return " ".join(text.split())
