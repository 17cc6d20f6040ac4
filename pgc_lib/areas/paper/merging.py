"""Two texts that grew out of one, brought together: what only one side changed is taken, and what both changed
differently is a conflict, in which either side and what was before stay side by side until somebody decides.

Lines are merged first; a line that both sides changed is looked at sentence by sentence, because a paragraph is one
line to whoever writes it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Literal

from pgc_lib.areas.paper.differing import SENTENCES, diff, lines_of, matches
from pgc_lib.i18n import _

Choice = Literal["ours", "theirs", "both", "base"]

_MARK = re.compile(r"^(?:<{7}|={7}|>{7}|\|{7})", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch on which there is agreement, or one on which there is none."""

    agreed: str = ""
    ours: str = ""
    base: str = ""
    theirs: str = ""
    conflict: bool = False

    def chosen(self, choice: "Choice | str") -> str:
        """Its text when somebody decided; any other word than the four is the text itself."""
        match choice:
            case "ours":
                return self.ours
            case "theirs":
                return self.theirs
            case "base":
                return self.base
            case "both":
                gap = "" if self.ours.endswith("\n") or not self.ours else "\n"
                return self.ours + gap + self.theirs
            case _:
                return choice

    def as_values(self) -> dict[str, str]:
        """As a document keeps it."""
        if not self.conflict:
            return {"agreed": self.agreed}
        return {"ours": self.ours, "base": self.base, "theirs": self.theirs}

    @classmethod
    def of_values(cls, values: Mapping[str, str]) -> "Part":
        """As it was kept."""
        return cls(**values, conflict="ours" in values)

    def _shown_(self) -> Mapping[str, Any]:
        return {_("Now"): self.ours, _("Before"): self.base, _("Draft"): self.theirs}

    def _repr_html_(self) -> str:
        sides = [
            (_("Before → now"), diff(self.base, self.ours)),
            (_("Before → draft"), diff(self.base, self.theirs)),
        ]
        return "".join(f"<p>{escape(title)}</p>{side.html()}" for title, side in sides)


@dataclass(frozen=True, slots=True)
class Merged:
    """What came of merging."""

    parts: tuple[Part, ...]

    @property
    def conflicts(self) -> list[Part]:
        """Where both sides said something different."""
        return [part for part in self.parts if part.conflict]

    @property
    def clean(self) -> bool:
        """Whether there is nothing to decide."""
        return not self.conflicts

    def text(self) -> str:
        """The merged text; of a conflict all sides between marks, as git writes them."""
        return "".join(_marked(part) if part.conflict else part.agreed for part in self.parts)

    def resolved(self, choices: "Sequence[Choice | str]") -> str:
        """The text with a decision for each conflict, in their order."""
        left = iter(choices)
        return "".join(
            part.chosen(next(left)) if part.conflict else part.agreed for part in self.parts
        )


def _marked(part: Part) -> str:
    sides = [side if not side or side.endswith("\n") else side + "\n" for side in (part.ours, part.base, part.theirs)]  # fmt: skip
    return f"<<<<<<< {_('now')}\n{sides[0]}||||||| {_('before')}\n{sides[1]}=======\n{sides[2]}>>>>>>> {_('draft')}\n"


def has_marks(text: str) -> bool:
    """Whether marks of a conflict were left in a text."""
    found = [mark.group() for mark in _MARK.finditer(text)]
    return "<<<<<<<" in found or ">>>>>>>" in found


def merge(base: str, ours: str, theirs: str) -> Merged:
    """Three texts brought together."""
    if ours == theirs or base == theirs:
        return Merged((Part(ours),))
    if base == ours:
        return Merged((Part(theirs),))
    parts: list[Part] = []
    for part in _merged(lines_of(base), lines_of(ours), lines_of(theirs)):
        parts += _by_sentences(part) if part.conflict else [part]
    return Merged(tuple(_gathered(parts)))


def _by_sentences(part: Part) -> list[Part]:
    if not (part.base and part.ours and part.theirs):
        return [part]
    cut = [SENTENCES.findall(side) for side in (part.base, part.ours, part.theirs)]
    finer = list(_merged(*cut))
    return [part] if any(each.conflict for each in finer) else finer


def _gathered(parts: list[Part]) -> Iterator[Part]:
    agreed: list[str] = []
    for part in parts:
        if part.conflict:
            if agreed:
                yield Part("".join(agreed))
                agreed = []
            yield part
        else:
            agreed.append(part.agreed)
    if agreed:
        yield Part("".join(agreed))


def _merged(base: Sequence[str], ours: Sequence[str], theirs: Sequence[str]) -> Iterator[Part]:
    """The way of diff3: what both still have of the base holds the three together."""
    in_ours, in_theirs = _kept(base, ours), _kept(base, theirs)
    at = to = start = 0
    for n in range(len(base) + 1):
        if n < len(base):
            left, right = in_ours.get(n), in_theirs.get(n)
            if left is None or right is None:
                continue
        else:
            left, right = len(ours), len(theirs)
        if n > start or left > at or right > to:
            yield _settled(
                "".join(base[start:n]), "".join(ours[at:left]), "".join(theirs[to:right])
            )
        if n < len(base):
            yield Part(base[n])
            start, at, to = n + 1, left + 1, right + 1


def _kept(base: Sequence[str], side: Sequence[str]) -> dict[int, int]:
    return {
        place + n: other + n for place, other, length in matches(base, side) for n in range(length)
    }


def _settled(base: str, ours: str, theirs: str) -> Part:
    if ours == theirs or theirs == base:
        return Part(ours)
    if ours == base:
        return Part(theirs)
    return Part(ours=ours, base=base, theirs=theirs, conflict=True)
