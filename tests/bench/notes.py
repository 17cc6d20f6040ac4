"""Notes as a person would have them, Chinese, English and both, as many as are wanted; and questions about them.

The words are those of the written notes in `tests/search/retrieval`, as frequent as words are (Zipf), so that a question
meets anything from three notes to a third of all.
"""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

_WRITTEN = Path(__file__).parents[1] / "search" / "retrieval" / "documents.jsonl"
_FIRST = date(2023, 1, 1)
_COMMON = 40
"""The most frequent words of each language, for which nobody searches alone."""
_SIGNS = "，。，。；！"


@dataclass(frozen=True, slots=True)
class Note:
    """One note."""

    title: str
    body: str
    tags: list[str]
    day: date


@cache
def vocabulary() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Chinese and English words, the most frequent first, with made-up rare ones at the end."""
    from collections import Counter

    from pgc_lib.core.words import is_chinese, words

    counted: Counter[str] = Counter()
    for line in _WRITTEN.read_text(encoding="utf-8").splitlines():
        note = json.loads(line)
        counted.update(words(f"{note['title']} {note['body']}"))
    known = [word for word, _n in counted.most_common() if not word.isdigit()]
    chinese = [word for word in known if is_chinese(word)]
    english = [word for word in known if word.isascii() and word.isalpha()]
    pairs = [a + b for a in chinese[200:260] for b in chinese[300:360]]
    compounds = [f"{a}{b}" for a in english[100:150] for b in english[200:260]]
    return (*chinese, *pairs), (*english, *compounds)


def notes(n: int, seed: int = 7) -> Iterator[Note]:
    """`n` different notes, always the same ones."""
    chance = random.Random(seed)
    chinese, english = vocabulary()
    tags = [*chinese[50:80], *english[50:80]]
    for number in range(n):
        both = number % 5 == 0
        is_chinese = number % 2 == 0
        some = _Words(chance, chinese if is_chinese else english)
        other = _Words(chance, english if is_chinese else chinese)
        sentences = []
        for _sentence in range(chance.randint(3, 9)):
            said = some.take(chance.randint(5, 14))
            if both:
                said += other.take(2)
            sentences.append(_joined(said, chance))
        title = _joined(some.take(chance.randint(2, 5)), chance).rstrip(_SIGNS + ".")
        yield Note(
            f"{title} {number}",
            "".join(sentences),
            chance.sample(tags, 2),
            _FIRST + timedelta(days=number * 1000 // n),
        )


def questions(n: int, seed: int = 11) -> list[str]:
    """Questions of every sort, a third of them one Chinese word of two characters."""
    chance = random.Random(seed)
    chinese, english = (known[_COMMON:] for known in vocabulary())
    twos = [word for word in chinese if len(word) == 2]
    found: list[str] = []
    while len(found) < n:
        found += [
            _pick(chance, twos),
            f"{_pick(chance, chinese)} {_pick(chance, chinese)}",
            _pick(chance, english),
            f"{_pick(chance, english)} {_pick(chance, english)} {_pick(chance, english)}",
            _pick(chance, twos),
            f"{_pick(chance, chinese)} {_pick(chance, english)}",
        ]
    return found[:n]


class _Words:
    def __init__(self, chance: random.Random, known: tuple[str, ...]) -> None:
        self._chance, self._known = chance, known

    def take(self, n: int) -> list[str]:
        return [_pick(self._chance, self._known) for _word in range(n)]


def _pick(chance: random.Random, known: "tuple[str, ...] | list[str]") -> str:
    """As frequent as its place says: the tenth a tenth as often as the first."""
    return known[min(int(len(known) ** chance.random()) - 1 + chance.randint(0, 3), len(known) - 1)]


def _joined(said: list[str], chance: random.Random) -> str:
    text = ""
    for word in said:
        if text and text[-1].isascii() and word[0].isascii():
            text += " "
        text += word
    return text + (chance.choice(_SIGNS) if not said[0].isascii() else ". ")


def rows(some: "list[Note]") -> list[dict[str, Any]]:
    """As a collection takes them."""
    return [
        {"title": note.title, "body": note.body, "tags": note.tags, "day": note.day}
        for note in some
    ]
