"""A draft of a report: by the template, which only lines facts up, or by a writer such as a language model."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
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
        """The facts in their order."""
        lines: dict[Section, list[str]] = {section: [] for section in SECTIONS}
        for number, fact in facts:
            lines[fact.section].append(f"- {_one_line(fact.text)} [{number}]")
        return Draft(
            {section: "\n".join(of_section[: self.most]) for section, of_section in lines.items()}
        )


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
