"""What each sentence of a report rests on: the facts it names, and whether its numbers are theirs.

A sentence names its facts as `[3]` or `[1, 4]`. One that names none, or holds a number that is in none of them, is
unsupported. In what a model wrote such sentences are marked where they stand; the mark is part of the text, so it
goes only when the person takes it away.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from pgc_lib.areas.reporting.fact import Fact, Section
from pgc_lib.i18n import _

MARK = "⚠"
_CITED = re.compile(r"\[(\d{1,4}(?:\s*[,，]\s*\d{1,4})*)\](?!\()")
_SENTENCE = re.compile(
    r".+?(?:[。！？；]|[.!?;](?=\s|$)|$)(?:\s*\[\d{1,4}(?:\s*[,，]\s*\d{1,4})*\][。.]?(?!\())*"
)
_BULLET = re.compile(r"^\s*(?:[-*+>]|\d{1,3}[.)])\s+")
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
_CHINESE = re.compile(r"[一二三四五六七八九十百千万两]+(?=[个項项次天元小分岁篇本件条遍])")
_DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {"两": 2}
_PLACES = {"十": 10, "百": 100, "千": 1000, "万": 10_000}
_ENGLISH = {
    word: number
    for number, word in enumerate(
        [
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
            "twenty",
        ],
        2,
    )
}
_WORDS = re.compile(r"\b(" + "|".join(_ENGLISH) + r")\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Judged:
    """One sentence, the facts it names, and why it is not supported if it is not."""

    sentence: str
    facts: tuple[int, ...]
    reason: str = ""

    @property
    def supported(self) -> bool:
        return not self.reason


def judge(text: str, facts: Sequence[Fact]) -> list[Judged]:
    """Every sentence of a text; headings and what carries no word are none."""
    return [each for line in text.splitlines() for each in _judged_line(line, facts)]


def sentences(text: str) -> Iterator[str]:
    """The sentences of some Markdown, a citation staying with the sentence before it."""
    for line in text.splitlines():
        told = _BULLET.sub("", line).strip()
        if told.startswith("#"):
            continue
        for match in _SENTENCE.finditer(told):
            sentence = match[0].strip()
            if re.search(r"\w", sentence):
                yield sentence


def marked(text: str, facts: Sequence[Fact]) -> str:
    """The text with a mark before each sentence that rests on nothing."""
    for judged in judge(text, facts):
        if not judged.supported and not judged.sentence.startswith(MARK):
            text = text.replace(judged.sentence, f"{MARK} {judged.sentence}", 1)
    return text


def cited(text: str) -> tuple[int, ...]:
    """The facts that a text names, each once."""
    numbers = (int(n) for match in _CITED.finditer(text) for n in re.split(r"[,，]", match[1]))
    return tuple(dict.fromkeys(numbers))


def carried(
    sections: Mapping[Section, str], before: Sequence[Fact], now: Sequence[Fact]
) -> tuple[dict[Section, str], list[Fact]]:
    """A text that names facts, naming the same ones in a newer list; a fact that is told no more is kept at its end."""
    facts = list(now)
    places = {fact.key: place for place, fact in enumerate(now, 1)}

    def place(n: int) -> int:
        if not 1 <= n <= len(before):
            return n + len(facts)  # there was no such fact, and there shall be none
        fact = before[n - 1]
        if fact.key not in places:
            facts.append(fact)
            places[fact.key] = len(facts)
        return places[fact.key]

    def renamed(found: re.Match[str]) -> str:
        return f"[{', '.join(str(place(int(n))) for n in re.split(r'[,，]', found[1]))}]"

    return {section: _CITED.sub(renamed, text) for section, text in sections.items()}, facts


def _judged_line(line: str, facts: Sequence[Fact]) -> Iterator[Judged]:
    """A fact of several sentences is named once behind the last: what is word for word in it rests on it, too."""
    named = [n for n in cited(line) if 1 <= n <= len(facts)]
    for sentence in sentences(line):
        if not cited(sentence):
            said = " ".join(sentence.split())
            whole = [n for n in named if said in " ".join(facts[n - 1].text.split())]
            if whole:
                yield Judged(sentence, (whole[0],))
                continue
        yield _judged(sentence, facts)


def _judged(sentence: str, facts: Sequence[Fact]) -> Judged:
    named = cited(sentence)
    if not named:
        return Judged(sentence, (), _("no fact is named"))
    for n in named:
        if not 1 <= n <= len(facts):
            return Judged(sentence, named, _("there is no fact {n}", n=n))
    theirs = [facts[n - 1] for n in named]
    for said in _numbers(_CITED.sub(" ", sentence)):
        if not any(_tells(fact, said) for fact in theirs):
            return Judged(
                sentence, named, _("the number {n} is in none of the facts named", n=said)
            )
    return Judged(sentence, named)


def _tells(fact: Fact, said: Decimal) -> bool:
    """Whether a number is one of a fact's, perhaps rounded."""
    known = [*_numbers(fact.text)]
    if fact.value is not None:
        known.append(abs(fact.value))
    if fact.count:
        known.append(Decimal(fact.count))
    exponent = said.as_tuple().exponent
    assert isinstance(exponent, int)
    place = Decimal(1).scaleb(min(exponent, 0))
    for number in known:
        try:
            if number == said or number.quantize(place, rounding=ROUND_HALF_UP) == said:
                return True
        except InvalidOperation:  # too long to be rounded so: then it is not this number
            continue
    return False


def _numbers(text: str) -> Iterator[Decimal]:
    for match in _NUMBER.finditer(text):
        yield Decimal(match[0].replace(",", ""))
    for match in _CHINESE.finditer(text):
        number = _of_chinese(match[0])
        if number > 1:  # 一个 is mostly no number
            yield Decimal(number)
    for match in _WORDS.finditer(text):
        yield Decimal(_ENGLISH[match[1].lower()])


def _of_chinese(word: str) -> int:
    """二十三 is 23, 一万二千 is 12,000."""
    total = part = digit = 0
    for sign in word:
        if sign in _DIGITS:
            digit = _DIGITS[sign]
            continue
        place = _PLACES[sign]
        if place == 10_000:
            total += (part + digit or 1) * place
            part = digit = 0
        else:
            part += (digit or 1) * place
            digit = 0
    return total + part + digit
