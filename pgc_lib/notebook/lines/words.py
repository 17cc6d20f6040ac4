"""The words of a line, and those that mean something: amounts, lengths of time, marks, days."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

from pgc_lib.areas.todo.short_parts import Read
from pgc_lib.areas.todo.short_times import length_at, short_length
from pgc_lib.core.types import exact_money

_TOKEN = re.compile(r'[#＃]?"[^"]*"|[#＃]?“[^”]*”|\S+')
_MONEY = re.compile(
    r"(?P<sign>[+\-−＋－]?)(?P<mark>[¥￥$€£]?)(?P<n>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)(?P<unit>元|块钱|块|圆)?"
)
_PART = re.compile(r"(\d{1,2})/(5|10)")
_DAY = re.compile(r"@?(\d{4})-(\d{1,2})-(\d{1,2})")
_MARKS = {"¥": "CNY", "￥": "CNY", "$": "USD", "€": "EUR", "£": "GBP"}
_AGO = {
    "today": 0, "今天": 0, "yesterday": 1, "昨天": 1, "前天": 2,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a line; what stands in quotation marks is one, and never means anything else."""

    text: str
    quoted: bool = False
    tag: bool = False


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount of money; `sign` is empty where none was written."""

    value: Decimal
    sign: str
    currency: str
    marked: bool
    """Whether it can only be money."""


def words_of(line: str) -> list[Word]:
    """The words of a line."""
    found = []
    for piece in _TOKEN.findall(line):
        tag = len(piece) > 1 and piece[0] in "#＃"
        bare = piece[1:] if tag else piece
        quoted = len(bare) > 1 and bare[0] in '"“' and bare[-1] in '"”'
        # One that is not closed is no quotation mark.
        text = bare[1:-1].strip() if quoted else bare.replace('"', "'")
        if text:
            found.append(Word(text, quoted, tag))
    return found


def amount_of(word: Word) -> Amount | None:
    """A word as an amount of money."""
    found = None if word.quoted or word.tag else _MONEY.fullmatch(word.text)
    if found is None:
        return None
    try:
        value = exact_money(Decimal(found["n"].replace(",", "")))
    except InvalidOperation:
        return None
    if value is None:
        return None
    sign = {"+": "+", "＋": "+", "": ""}.get(found["sign"], "-")
    currency = _MARKS.get(found["mark"], "CNY" if found["unit"] else "")
    return Amount(value.normalize() + 0, sign, currency, marked=bool(sign or currency))


def currency_of(word: Word) -> str:
    """A word as the code of a currency, such as USD."""
    plain = not word.quoted and not word.tag and len(word.text) == 3 and word.text.isascii()
    return word.text if plain and word.text.isalpha() and word.text.isupper() else ""


def minutes_of(word: Word) -> int | None:
    """A word as a length of time: 30m, 1.5h, 1h30m, 30分钟, 半小时."""
    if word.quoted or word.tag:
        return None
    text = word.text.lower()
    text = re.sub(r"(?<=\d)(?:mins?|minutes?)$", "m", re.sub(r"(?<=\d)(?:hours?|hrs?)", "h", text))
    for read in (short_length, length_at):
        found = read(text)
        if isinstance(found, Read) and found.length == len(text):
            return int(found.values["minutes"])
    return None


def part_of(word: Word) -> tuple[int, int] | None:
    """A word as a mark: 7/10 or 4/5."""
    found = None if word.quoted or word.tag else _PART.fullmatch(word.text)
    return (int(found[1]), int(found[2])) if found else None


def day_of(word: Word, today: date) -> date | None:
    """A word as a day: yesterday, 昨天, 2026-11-20."""
    if word.quoted or word.tag:
        return None
    ago = _AGO.get(word.text.lower().removeprefix("@"))
    if ago is not None:
        return today - timedelta(days=ago)
    found = _DAY.fullmatch(word.text)
    if found is None:
        return None
    try:
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None


def quoted(text: str) -> str:
    """A text as one word of a line."""
    plain = text.replace('"', "'")
    return plain if words_of(plain) == [Word(plain)] and not _means(plain) else f'"{plain}"'


def noted(text: str) -> str:
    """A remark as it is written in a line: in quotation marks if a word of it would mean something."""
    plain = text.replace('"', "'")
    words = words_of(plain)
    return f'"{plain}"' if any(word.quoted or word.tag or _means(word.text) for word in words) else plain  # fmt: skip


def _means(text: str) -> bool:
    word = Word(text)
    return any((
        amount_of(word) is not None, minutes_of(word) is not None, part_of(word) is not None,
        day_of(word, date(2026, 1, 1)) is not None, bool(currency_of(word)), text[:1] in "#＃@",
    ))  # fmt: skip
