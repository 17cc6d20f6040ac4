"""What is different between two texts, word by word, Chinese and English alike.

Lines are compared first, then sentences within lines that differ, then words within sentences that differ, so that
only what changed is cut into words: two versions of a megabyte take a fraction of a second. Each step anchors on what
is there once in both (patience), which also reads better than the shortest script of edits.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from typing import Any, Literal

from pgc_lib.i18n import _

Verb = Literal["same", "removed", "added"]

SENTENCES = re.compile(r"[^。！？；.!?;\n]*(?:[。！？；\n]+|[.!?;]+\s*|\Z)")
_AROUND = 2
"""Lines shown before and after a change."""
_SMALL = 4_000
"""Things without a common unique one that are still compared pair by pair, counted on both sides together."""

_PATIENCE = 30
"""How often each thing is looked at, about; what is still not sorted out then counts as different."""

Block = tuple[int, int, int]
"""A run that both have: where it begins in one and in the other, and how long it is."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text that both have, or only one of them."""

    verb: Verb
    text: str


@dataclass(frozen=True, slots=True)
class Diff:
    """How one text becomes another."""

    pieces: tuple[Piece, ...]
    one: str = ""
    """What the first text is called."""
    other: str = ""

    @property
    def changed(self) -> bool:
        """Whether anything is different."""
        return any(piece.verb != "same" for piece in self.pieces)

    @property
    def added(self) -> int:
        """How many characters are only in the second."""
        return sum(len(piece.text) for piece in self.pieces if piece.verb == "added")

    @property
    def removed(self) -> int:
        """How many characters are only in the first."""
        return sum(len(piece.text) for piece in self.pieces if piece.verb == "removed")

    def before(self) -> str:
        """The first text."""
        return "".join(piece.text for piece in self.pieces if piece.verb != "added")

    def after(self) -> str:
        """The second text."""
        return "".join(piece.text for piece in self.pieces if piece.verb != "removed")

    def text(self) -> str:
        """As plain text: `[-what is gone-]` and `{+what is new+}`."""
        marks = {"same": "{}", "removed": "[-{}-]", "added": "{{+{}+}}"}
        return "".join(marks[piece.verb].format(piece.text) for piece in self._near())

    def html(self) -> str:
        """As markup: what is gone struck out, what is new underlined; data and never markup."""
        drawn = []
        for piece in self._near():
            said = escape(piece.text)
            if piece.verb != "same":
                tag, colour = (
                    ("del", "#b3261e,#f2b8b5")
                    if piece.verb == "removed"
                    else ("ins", "#1b7f3b,#7fd99a")
                )
                said = said.replace("\n", "↵\n")
                said = f"<{tag} style='color:light-dark({colour})'>{said}</{tag}>"
            drawn.append(said)
        return "<pre style='white-space:pre-wrap'>" + "".join(drawn) + "</pre>"

    def _near(self) -> Iterator[Piece]:
        """The changes with some lines around them; `⋯` stands for what is left out."""
        last = len(self.pieces) - 1
        for n, piece in enumerate(self.pieces):
            lines = piece.text.splitlines(keepends=True)
            ahead = 0 if n == 0 else _AROUND + 1
            behind = 0 if n == last else _AROUND + 1
            if piece.verb != "same" or len(lines) <= ahead + behind + 1:
                yield piece
                continue
            kept = lines[len(lines) - behind :] if behind else []
            yield Piece("same", "".join([*lines[:ahead], "⋯\n", *kept]))

    def __str__(self) -> str:
        return self.text()

    def _repr_html_(self) -> str:
        if not self.changed:
            return f"<p><em>{escape(_('Nothing is different.'))}</em></p>"
        heading = " → ".join(filter(None, (self.one, self.other)))
        told = _("{added} characters new, {removed} gone", added=self.added, removed=self.removed)
        return f"<p>{escape(': '.join(filter(None, (heading, told))))}</p>{self.html()}"

    def _shown_(self) -> Mapping[str, Any]:
        return {_("New"): self.added, _("Gone"): self.removed, _("Text"): self.text()}


def diff(one: str, other: str, *, names: tuple[str, str] = ("", "")) -> Diff:
    """How one text becomes another, word by word."""
    return Diff(tuple(_tidied(_joined(_by_lines(one, other)))), *names)


def _by_lines(one: str, other: str) -> Iterator[Piece]:
    for ours, theirs in _hunks(lines_of(one), lines_of(other)):
        if ours == theirs:
            yield Piece("same", ours)
        else:
            yield from _by_sentences(ours, theirs)


def _by_sentences(one: str, other: str) -> Iterator[Piece]:
    for ours, theirs in _hunks(SENTENCES.findall(one), SENTENCES.findall(other)):
        if ours == theirs:
            yield Piece("same", ours)
        elif ours and theirs:
            yield from _by_words(ours, theirs)
        else:
            yield Piece("removed", ours) if ours else Piece("added", theirs)


def _by_words(one: str, other: str) -> Iterator[Piece]:
    from pgc_lib.core.words import spans

    cut = [[text[start:end] for start, end in spans(text)] for text in (one, other)]
    for ours, theirs in _hunks(*cut):
        if ours == theirs:
            yield Piece("same", ours)
            continue
        if ours:
            yield Piece("removed", ours)
        if theirs:
            yield Piece("added", theirs)


def lines_of(text: str) -> list[str]:
    return (
        text.splitlines(keepends=True) if "\x0b" in text or "\x0c" in text else _on_newlines(text)
    )


def _on_newlines(text: str) -> list[str]:
    pieces = text.split("\n")
    last = pieces.pop()
    return [piece + "\n" for piece in pieces] + ([last] if last else [])


def _hunks(one: Sequence[str], other: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Both texts in parts that belong together, in their order."""
    at = to = 0
    for start, end, length in matches(one, other):
        if start > at or end > to:
            yield "".join(one[at:start]), "".join(other[to:end])
        same = "".join(one[start : start + length])
        yield same, same
        at, to = start + length, end + length
    if at < len(one) or to < len(other):
        yield "".join(one[at:]), "".join(other[to:])


def _joined(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """Neighbours of one sort as one, what is gone before what is new."""
    held: dict[Verb, list[str]] = {"same": [], "removed": [], "added": []}
    for piece in pieces:
        ended = held["removed"] or held["added"] if piece.verb == "same" else held["same"]
        if ended:
            yield from _given(held)
        if piece.text:
            held[piece.verb].append(piece.text)
    yield from _given(held)


def _given(held: dict[Verb, list[str]]) -> Iterator[Piece]:
    for verb, texts in held.items():
        if texts:
            yield Piece(verb, "".join(texts))
            texts.clear()


def _tidied(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """A mere blank between two changes is no common ground: it is part of them."""
    given = list(pieces)
    spread: list[Piece] = []
    for n, piece in enumerate(given):
        if (
            piece.verb == "same"
            and 0 < n < len(given) - 1
            and len(piece.text) <= 2
            and not piece.text.strip(" ,，、")
        ):
            spread += (Piece("removed", piece.text), Piece("added", piece.text))
        else:
            spread.append(piece)
    return _joined(iter(spread))


# ── what two sequences have in common ────────────────────────────────────────────────────────────────


def matches(one: Sequence[str], other: Sequence[str]) -> list[Block]:
    """The runs that both have, in order; what lies between them is different."""
    numbers: dict[str, int] = {}
    a = [numbers.setdefault(each, len(numbers)) for each in one]
    b = [numbers.setdefault(each, len(numbers)) for each in other]
    pairs: list[tuple[int, int]] = []
    todo = [(0, len(a), 0, len(b))]
    patience = _PATIENCE * (len(a) + len(b)) + 100_000
    while todo:
        begin, end, start, stop = todo.pop()
        while begin < end and start < stop and a[begin] == b[start]:
            pairs.append((begin, start))
            begin, start = begin + 1, start + 1
        while begin < end and start < stop and a[end - 1] == b[stop - 1]:
            end, stop = end - 1, stop - 1
            pairs.append((end, stop))
        if begin == end or start == stop:
            continue
        patience -= end - begin + stop - start
        anchors = _anchors(a, b, begin, end, start, stop) if patience > 0 else []
        if not anchors:
            continue
        bounds = [(begin - 1, start - 1), *anchors, (end, stop)]
        pairs += anchors
        todo += (
            (left + 1, right, low + 1, high)
            for (left, low), (right, high) in pairwise(bounds)
            if left + 1 < right and low + 1 < high
        )
    return _runs(sorted(pairs))


def _anchors(
    a: list[int], b: list[int], begin: int, end: int, start: int, stop: int
) -> list[tuple[int, int]]:
    """Pairs that surely belong together: of what is there once in both, else of what is rarest."""
    ours, theirs = Counter(a[begin:end]), Counter(b[start:stop])
    common = {each: ours[each] for each in ours if ours[each] == theirs.get(each)}
    if common:
        rarest = min(common.values())
        chosen = {each for each, n in common.items() if n == rarest}
        # The n-th of one belongs to the n-th of the other, which have as many.
        places: dict[int, list[int]] = {}
        for place in range(stop - 1, start - 1, -1):
            if b[place] in chosen:
                places.setdefault(b[place], []).append(place)
        pairs = [(n, places[a[n]].pop()) for n in range(begin, end) if a[n] in chosen]
        return _rising(pairs)
    if end - begin + stop - start <= _SMALL and ours.keys() & theirs.keys():
        return _longest(a[begin:end], b[start:stop], begin, start)
    return []


def _rising(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest selection in which both numbers rise."""
    tops: list[int] = []
    last: list[int] = []
    before: list[int] = []
    for n, (_place, other) in enumerate(pairs):
        k = bisect_left(tops, other)
        before.append(last[k - 1] if k else -1)
        if k == len(tops):
            tops.append(other)
            last.append(n)
        else:
            tops[k], last[k] = other, n
    found = []
    n = last[-1] if last else -1
    while n >= 0:
        found.append(pairs[n])
        n = before[n]
    return found[::-1]


def _longest(a: list[int], b: list[int], begin: int, start: int) -> list[tuple[int, int]]:
    """The longest run that both have, of few things that repeat."""
    from difflib import SequenceMatcher

    found = SequenceMatcher(None, a, b, autojunk=False).find_longest_match()
    return [(begin + found.a + n, start + found.b + n) for n in range(found.size)]


def _runs(pairs: list[tuple[int, int]]) -> list[Block]:
    runs: list[Block] = []
    for place, other in pairs:
        if runs:
            at, to, length = runs[-1]
            if place == at + length and other == to + length:
                runs[-1] = (at, to, length + 1)
                continue
        runs.append((place, other, 1))
    return runs
