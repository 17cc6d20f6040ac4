"""A budget in a few words: `2000 a month`, `6000 by March, every six months`, `三月前 6000，每半年`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from pgc_lib.areas.money.periods import months_later
from pgc_lib.areas.money.rhythm import each, parts_of
from pgc_lib.errors import PgcError
from pgc_lib.i18n import _

_NUMBERS: Mapping[str, int] = {
    **{word: n for n, word in enumerate(["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"], 1)},
    **{word: n for n, word in enumerate("一二三四五六七八九十", 1)},
    "十一": 11, "十二": 12, "两": 2, "a": 1, "an": 1, "other": 2, "": 1,
}  # fmt: skip
_UNITS: Mapping[str, str] = {
    "day": "d", "week": "w", "month": "mo", "quarter": "q", "year": "y",
    "天": "d", "日": "d", "周": "w", "星期": "w", "月": "mo", "季": "q", "季度": "q", "年": "y",
}  # fmt: skip
_ADVERBS: Mapping[str, str] = {
    "daily": "1d", "weekly": "1w", "monthly": "1mo", "quarterly": "1q", "yearly": "1y", "annually": "1y",
}  # fmt: skip
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_ENGLISH = "|".join(sorted(filter(str.isascii, filter(None, _NUMBERS)), key=len, reverse=True))
_CHINESE = "十一|十二|[一二三四五六七八九十两]"

_AMOUNT = re.compile(
    r"(?<![\d/.-])(?:[¥￥$€£]\s*)?(\d{1,3}(?:,\d{3})+(?:\.\d{1,4})?|\d+(?:\.\d{1,4})?)\s*(万)?\s*(?:元|块|[¥￥$€£])?(?![\d/年月-])"
)
_EVERY = (
    re.compile(
        rf"\b(?:every|per|an?|each)\s+(?:(\d+|{_ENGLISH})\s+)?(day|week|month|quarter|year)s?\b"
    ),
    re.compile(rf"每\s*(\d+|{_CHINESE})?\s*个?\s*(季度|星期|[天日周月季年])"),
)
_HALF = re.compile(r"\b(?:every|per|each)\s+half(?:\s+a|-a)?[\s-]+year\b|每\s*半\s*年")
_ADVERB = re.compile(rf"\b({'|'.join(_ADVERBS)})\b")
_DUE = (
    re.compile(r"\bby\s+(?:the\s+end\s+of\s+)?(?P<y>\d{4})-(?P<m>\d{1,2})(?:-(?P<d>\d{1,2}))?\b"),
    re.compile(rf"\bby\s+(?:the\s+end\s+of\s+)?(?P<m>{'|'.join(_MONTHS)})[a-z]*\.?(?:\s+(?P<d>\d{{1,2}})(?:,|\b(?!\d)))?(?:\s+(?P<y>\d{{4}}))?\b"),
    re.compile(r"(?P<y>\d{4})-(?P<m>\d{1,2})(?:-(?P<d>\d{1,2}))?\s*(?:之前|以前|前)"),
    re.compile(rf"(?:(?P<y>\d{{4}})\s*年)?\s*(?P<m>\d{{1,2}}|{_CHINESE})\s*月(?:\s*(?P<d>\d{{1,2}})\s*[日号])?底?\s*(?:之前|以前|前)"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Template:
    """What a budget's few words say."""

    amount: Decimal
    every: str = "1mo"
    due: date | None = None
    again: str = ""

    def said(self) -> str:
        """The same in the person's language, in the form that is read again."""
        amount = f"{self.amount:,.2f}"
        if self.due is None:
            return f"{amount} {each(self.every)}"
        told = _("{amount} by {due}", amount=amount, due=self.due.isoformat())
        return f"{told}, {each(self.again)}" if self.again else told


def read(text: str, today: date, start: date) -> Template:
    """What the words mean; a month without a year is the next one, and means its end."""
    rest = text.strip().lower().replace("，", ",")
    due, rest = _due(rest, today)
    length, rest = _length(rest)
    found = _AMOUNT.findall(rest)
    left = re.sub(
        r"[\s,;。、]+|\b(?:and|again|then)\b|然后|再|要|存", "", _AMOUNT.sub("", rest, count=1)
    )
    if len(found) != 1 or left:
        raise _unreadable(text)
    amount = Decimal(found[0][0].replace(",", "")) * (10_000 if found[0][1] else 1)
    if due is not None:
        return Template(amount, "1mo", due, length)
    length = length or "1mo"
    if length in ("1mo", "1w", "1d", "2w"):
        return Template(amount, length)
    # A sum at a longer rhythm is wanted at its end, and put aside month by month until then.
    count, unit = parts_of(length)
    if unit in ("d", "w"):
        return Template(amount, length)
    months = count * {"mo": 1, "q": 3, "y": 12}[unit]
    return Template(amount, "1mo", months_later(start, months) - timedelta(days=1), f"{months}mo")


def _due(text: str, today: date) -> tuple[date | None, str]:
    for pattern in _DUE:
        found = pattern.search(text)
        if not found:
            continue
        written = found["m"]
        month = (
            _MONTHS.index(written[:3]) + 1
            if written[:3] in _MONTHS
            else int(written) if written.isdigit() else _NUMBERS[written]
        )  # fmt: skip
        year = int(found["y"] or today.year)
        try:
            day = _in_month(year, month, found["d"])
            if found["y"] is None and day < today:
                day = _in_month(year + 1, month, found["d"])
        except ValueError:
            raise _unreadable(text) from None
        return day, text[: found.start()] + " " + text[found.end() :]
    return None, text


def _in_month(year: int, month: int, day: str | None) -> date:
    if day is not None:
        return date(year, month, int(day))
    return months_later(date(year, month, 1), 1) - timedelta(days=1)


def _length(text: str) -> tuple[str, str]:
    found = _HALF.search(text)
    if found:
        return "6mo", text[: found.start()] + " " + text[found.end() :]
    for pattern in _EVERY:
        if found := pattern.search(text):
            number = found[1] or ""
            count = int(number) if number.isdigit() else _NUMBERS[number]
            if not 1 <= count <= 999:
                raise _unreadable(text)
            return f"{count}{_UNITS[found[2]]}", text[: found.start()] + " " + text[found.end() :]
    if found := _ADVERB.search(text):
        return _ADVERBS[found[1]], text[: found.start()] + " " + text[found.end() :]
    return "", text


def _unreadable(text: str) -> PgcError:
    return PgcError(
        _("“{text}” is no budget that can be read.", text=text),
        next_step=_(
            "Write it like “2000 a month”, “6000 by March, every six months” or “1200 every year”."
        ),
    )
