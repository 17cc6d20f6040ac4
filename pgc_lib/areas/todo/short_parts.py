"""What readers of a line share: what a reading gives, numbers in figures and Chinese, the commonest refusal."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pgc_lib.i18n import _


@dataclass(frozen=True, slots=True)
class Read:
    """What stands at the beginning of a text."""

    length: int
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Unsure:
    """Something that looks meant and is impossible or could mean two things."""

    length: int
    reason: str


Found = Read | Unsure | None

_DIGITS = {each: n for n, each in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
NUMBER = r"(?:\d{1,3}|[零〇一二两三四五六七八九十廿]{1,3})"


def number(text: str) -> int | None:
    """A small number in digits or in Chinese; None when it is none."""
    if text.isascii() and text.isdigit():
        return int(text)
    text = text.replace("廿", "二十")
    tens, ten, ones = text.rpartition("十")
    if ten:
        if (tens and tens not in _DIGITS) or (ones and ones not in _DIGITS):
            return None
        return (_DIGITS[tens] if tens else 1) * 10 + (_DIGITS[ones] if ones else 0)
    return _DIGITS.get(text)


def no_such_day() -> str:
    """Why a date is not taken."""
    return _("there is no such day")
