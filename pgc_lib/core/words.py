"""Words of any text, Chinese and English mixed: one notion of a word for search, differences and mentions.

Chinese has no blanks between words, so its runs are cut by `rjieba`; everything else is words as a reader sees them.
The dictionary takes 0.3 s to load and is loaded by the first Chinese text.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from snowballstemmer import Stemmer

HAN = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
"""Chinese characters, for a regular expression's brackets."""

_LETTER = rf"(?:[^\W_{HAN}]|[\u0300-\u036f])"
_LETTERS = rf"(?:[^\W_{HAN}]++|[\u0300-\u036f]++)++"
_REST = rf"(?:['’]{_LETTERS})*+"
_RUNS = re.compile(rf"([{HAN}]++)|({_LETTERS}{_REST})")
_BY_ITSELF = 200_000
"""Longer runs of Chinese are cut in pieces, so that one of 50 MB does not lie in memory several times."""


def words(text: str) -> list[str]:
    """The words of a text in their order: Chinese ones cut, all lower-cased, without what is between."""
    return [plain(text[start:end]) for start, end, is_word in _pieces(text) if is_word]


def spans(text: str) -> list[tuple[int, int]]:
    """Where each word, and each run between two words, begins and ends; together they are the whole text."""
    return [(start, end) for start, end, _is_word in _pieces(text)]


def word_spans(text: str) -> Iterator[tuple[int, int]]:
    """Where each word begins and ends."""
    return ((start, end) for start, end, is_word in _pieces(text) if is_word)


def others_beginning(letters: Iterable[str]) -> re.Pattern[str]:
    """What finds the words that are not Chinese and may begin, in plain, with one of these letters, out of very many.

    A word that begins with a letter beyond ASCII is always found: in plain it may be any (Ａ, ﬁ, é).
    """
    first = "".join({re.escape(sign) for letter in letters for sign in (letter, letter.upper())})
    ascii_first = rf"[{first}]|" if first else ""
    begins = rf"(?:{ascii_first}[^\W_{HAN}\x00-\x7f]|[\u0300-\u036f])"
    # What comes before is looked at last: few signs get that far.
    inside = rf"(?<!{_LETTER}.)(?<!{_LETTER}['’].)"
    return re.compile(rf"{begins}{inside}(?:{_LETTERS})?+{_REST}", re.DOTALL)


def plain(word: str) -> str:
    """A word as it is compared: without differences of width and case."""
    if word.isascii():
        return word.lower()
    return unicodedata.normalize("NFKC", word.replace("’", "'")).lower()


def is_chinese(word: str) -> bool:
    """Whether a word begins with a Chinese character."""
    return bool(_HAN_FIRST.match(word))


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """What the forms of an English word have in common; any other word as it is."""
    if not word.isascii() or not word.replace("'", "").isalpha():
        return word
    return str(_stemmer().stemWord(word))


@lru_cache(maxsize=1)
def _stemmer() -> "Stemmer":
    import snowballstemmer

    return snowballstemmer.stemmer("english")


_HAN_FIRST = re.compile(rf"[{HAN}]")


def _pieces(text: str) -> Iterator[tuple[int, int, bool]]:
    """Words and what is between them, without a gap."""
    at = 0
    for run in _RUNS.finditer(text):
        start, end = run.span()
        if start > at:
            yield at, start, False
        if run.group(1) is None:
            yield start, end, True
        else:
            for begin in range(start, end, _BY_ITSELF):
                yield from _cut(text, begin, min(begin + _BY_ITSELF, end))
        at = end
    if at < len(text):
        yield at, len(text), False


def _cut(text: str, start: int, end: int) -> Iterator[tuple[int, int, bool]]:
    if end - start == 1:
        yield start, end, True
        return
    from rjieba import cut

    for word in cut(text[start:end]):
        yield start, start + len(word), True
        start += len(word)
