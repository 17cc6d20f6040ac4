"""A text as PostgreSQL compares it: a `tsvector` that we write ourselves, so that index and question agree.

A word lies in it as it is written and as its stem, at its place. Chinese is cut into words; beside them lie, without
a place, every single character and every two neighbours, so that one or two characters are found wherever words
were cut. Weights: A title, B tags, C text, D what was only cut out. What begins with a letter and a colon is no word:

    t:word  a word of the title     #:tag   o:owner   a:area   k:kind

The owner stands in it so that the index of many persons is walked by the words *and* the owner.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

from pgc_lib.core.words import HAN, is_chinese, plain, stem, word_spans
from pgc_lib.search.gathering import Content

MOST = 40_000
"""Different words of one record; a novel has fewer."""

_PLACES = 16_000
"""PostgreSQL knows no place beyond 16,383; words after it are found, but not as neighbours."""
_TIMES = 60
_LONGEST = 60
_GAP = 8
_CHINESE = re.compile(rf"[{HAN}]+")
_SPELT = re.compile(r"[a-z]{3,40}")


@dataclass(frozen=True, slots=True)
class Lexed:
    """One record for the index."""

    words: str
    """A tsvector, as text."""
    length: int
    spelt: frozenset[str]
    """The Latin words of it, to correct what is misspelt."""


def lexed(content: Content, owner: UUID, kind: str) -> Lexed:
    """What stands in the index for a record."""
    made = _Vector()
    made.text(content.title, "A", titled=True)
    for tag in content.tags:
        made.text(tag, "B")
        for path in tag_paths(tag):
            made.mark(f"#:{path}")
    made.text(content.body, "C")
    made.mark(owner_mark(owner))
    made.mark(f"a:{kind.partition('.')[0]}")
    made.mark(f"k:{kind}")
    return Lexed(
        str(made),
        made.length,
        frozenset(word for word in made.places if _SPELT.fullmatch(word)),
    )


def owner_mark(owner: UUID) -> str:
    """Stands in every entry of an owner."""
    return f"o:{owner.hex}"


def tag_paths(tag: str) -> Iterator[str]:
    """A tag and those above it: `work/pgc` is found by `work`, too."""
    parts = plain(tag.strip().lstrip("#")).replace("\x00", "").split("/")
    for n in range(1, len(parts) + 1):
        path = "/".join(parts[:n])[:200]
        if path:
            yield path


def grams(run: str) -> Iterator[str]:
    """Every character of a Chinese run and every two neighbours."""
    yield from run
    yield from (run[at : at + 2] for at in range(len(run) - 1))


def quoted(lexeme: str) -> str:
    """A lexeme as it is written in a tsvector or tsquery."""
    escaped = lexeme.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"


def chinese_runs(text: str) -> list[str]:
    """The runs of Chinese in a text."""
    return _CHINESE.findall(unicodedata.normalize("NFKC", text))


class _Vector:
    def __init__(self) -> None:
        self.places: dict[str, list[str]] = {}
        self.at = 1
        self.length = 0

    def text(self, text: str, weight: str, *, titled: bool = False) -> None:
        for start, end in word_spans(text):
            word = plain(text[start:end])[:_LONGEST]
            self._put(word, weight)
            root = word if is_chinese(word) else stem(word)
            if root != word:
                self._put(root, weight)
            if titled:
                self.mark(f"t:{word}")
                self.mark(f"t:{root}")
            self.at += 1
            self.length += 1
        self.at += _GAP  # neighbours are within one field
        for run in chinese_runs(text):
            for gram in grams(run):
                self.mark(gram)
                if titled:
                    self.mark(f"t:{gram}")

    def mark(self, lexeme: str) -> None:
        if len(self.places) < MOST or lexeme.startswith(("o:", "a:", "k:", "#:")):
            self.places.setdefault(lexeme, [])

    def _put(self, word: str, weight: str) -> None:
        if word not in self.places and len(self.places) >= MOST:
            return
        places = self.places.setdefault(word, [])
        if self.at < _PLACES and len(places) < _TIMES:
            places.append(f"{self.at}{weight}")

    def __str__(self) -> str:
        return " ".join(_written(self.places.items()))


def _written(places: Iterable[tuple[str, list[str]]]) -> Iterator[str]:
    for lexeme, where in places:
        yield f"{quoted(lexeme)}:{','.join(where)}" if where else quoted(lexeme)
