"""Days as people write them in a line: 明天, 下周三, 月底, 3月5日, 11-20, 12/31, @fri, in 3 days.

A reader looks at the beginning of a text and gives what it understood with its length, or why it would not guess.
"""

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta

from pgc_lib.areas.todo.short_lunar import lunar_day_at
from pgc_lib.areas.todo.short_parts import NUMBER, Found, Read, Unsure, no_such_day, number
from pgc_lib.i18n import _

WEEKDAYS = {each: n for n, each in enumerate("一二三四五六日")} | {"天": 6}
ENGLISH = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
SHORT = {name[:3]: n for n, name in enumerate(ENGLISH)} | {
    "tues": 1, "wednes": 2, "thur": 3, "thurs": 3
}  # fmt: skip
MOST_YEARS = 8


def weekday(name: str) -> int | None:
    """A weekday by its English name or the usual short one."""
    name = name.lower()
    return ENGLISH.index(name) if name in ENGLISH else SHORT.get(name)


def moved(day: date, months: int) -> date:
    """So many months later; the last day where a month is too short."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def month_end(day: date) -> date:
    """The last day of the month."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def coming(month: int, day: int, today: date) -> date | None:
    """The next time that this day of the year comes, today counts; None when it never does."""
    for year in range(today.year, today.year + MOST_YEARS + 1):
        try:
            found = date(year, month, day)
        except (ValueError, OverflowError):
            continue
        if found >= today:
            return found
    return None


def _plain(pattern: str) -> Callable[[Callable[[re.Match[str], date], date | str | None]], None]:
    compiled = re.compile(pattern, re.IGNORECASE)

    def keep(read: Callable[[re.Match[str], date], date | str | None]) -> None:
        _READERS.append((compiled, read))

    return keep


_READERS: list[tuple[re.Pattern[str], Callable[[re.Match[str], date], date | str | None]]] = []
"""Patterns of Chinese days and of numbers, tried in turn; a reader gives the day or the reason against it."""
_SINCE = {"今": 0, "明": 1, "后": 2, "大后": 3}


@_plain("(大后|后|明|今)[天日](?!后|以后)")
def _near(found: re.Match[str], today: date) -> date:
    return today + timedelta(days=_SINCE[found[1]])


@_plain("([明今])(?=[早晚])")
def _with_part(found: re.Match[str], today: date) -> date:
    return today + timedelta(days=_SINCE[found[1]])


@_plain("((?:下个?)+|本|这个?)?(?:周|星期|礼拜)([一二三四五六日天])")
def _of_week(found: re.Match[str], today: date) -> date | str:
    which, wanted = found[1] or "", WEEKDAYS[found[2]]
    monday = today - timedelta(days=today.weekday())
    if which.startswith("下"):
        return monday + timedelta(days=7 * which.count("下") + wanted)
    day = monday + timedelta(days=wanted)
    if which and day < today:
        return _("this day of the week is over")
    return day if day >= today else day + timedelta(days=7)


@_plain("下个?(?:周|星期|礼拜)(?![一二三四五六日天])")
def _some_day(_found: re.Match[str], _today: date) -> str:
    return _("the day of the week is missing, as in 下周三")


@_plain("(下个?|本|这个?)?月[底末]")
def _end_of_month(found: re.Match[str], today: date) -> date:
    return month_end(moved(today, 1) if (found[1] or "").startswith("下") else today)


@_plain("(明)?年[底末]")
def _end_of_year(found: re.Match[str], today: date) -> date:
    return date(today.year + bool(found[1]), 12, 31)


@_plain(rf"(下个?|本|这个?)月({NUMBER})[日号]")
def _of_month(found: re.Match[str], today: date) -> date | str:
    first = moved(today.replace(day=1), 1 if found[1].startswith("下") else 0)
    day = number(found[2])
    if not day or day > monthrange(first.year, first.month)[1]:
        return no_such_day()
    made = first.replace(day=day)
    return made if made >= today else _("this day is over")


@_plain(rf"(?:(\d{{4}})年|(今|明|后)年)?({NUMBER})月({NUMBER})(?:[日号]|(?![\d个]))")
def _in_year(found: re.Match[str], today: date) -> date | str:
    month, day = number(found[3]) or 0, number(found[4]) or 0
    if found[1] or found[2]:
        year = int(found[1]) if found[1] else today.year + _SINCE[found[2]]
        return _date(year, month, day)
    return coming(month, day, today) or no_such_day()


@_plain(rf"({NUMBER})(个?月|天|日|个?星期|周)(?:之后|以后|后)")
def _after(found: re.Match[str], today: date) -> date | str:
    return later(number(found[1]), found[2].removeprefix("个"), today)


@_plain(rf"({NUMBER})[号日](?!后|以后|游|元)")
def _day_alone(found: re.Match[str], today: date) -> date | str:
    day = number(found[1])
    for months in range(3):
        first = moved(today.replace(day=1), months)
        if day and day <= monthrange(first.year, first.month)[1]:
            made = first.replace(day=day)
            if made >= today:
                return made
    return no_such_day()


@_plain(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?![\d./-])")
def _iso(found: re.Match[str], _today: date) -> date | str:
    return _date(int(found[1]), int(found[3]), int(found[4]))


@_plain(r"(\d{2})-(\d{2})(?![\d./:-])")
def _month_day(found: re.Match[str], today: date) -> date | str:
    return coming(int(found[1]), int(found[2]), today) or no_such_day()


@_plain(r"(\d{1,2})/(\d{1,2})(?![\d./-])")
def _slashed(found: re.Match[str], today: date) -> date | str:
    month, day = int(found[1]), int(found[2])
    if month <= 12 and day <= 12 and month != day:
        return _("the month and the day cannot be told apart; write {example}", example=f"@{month}/{day}")  # fmt: skip
    return coming(month, day, today) or no_such_day()


def _date(year: int, month: int, day: int) -> date | str:
    try:
        return date(year, month, day)
    except (ValueError, OverflowError):
        return no_such_day()


def later(n: int | None, unit: str, today: date) -> date | str:
    """So many days, weeks, months or years from today."""
    if n is None or n > 3650:
        return _("this is too far away")
    unit = {"天": "day", "日": "day", "周": "week", "星期": "week", "月": "month"}.get(unit, unit)
    try:
        if unit == "month":
            return moved(today, n)
        if unit == "year":
            return moved(today, 12 * n)
        return today + timedelta(days=n * (7 if unit == "week" else 1))
    except (ValueError, OverflowError):
        return _("this is too far away")


def day_at(text: str, today: date) -> Found:
    """The day that stands at the beginning of a text."""
    if by_moon := lunar_day_at(text, today):
        return by_moon
    for pattern, read in _READERS:
        found = pattern.match(text)
        if found is not None:
            day = read(found, today)
            if isinstance(day, date):
                return Read(found.end(), {"due": day})
            if day is not None:
                return Unsure(found.end(), day)
    return None


# ── after an @, and several words ────────────────────────────────────────────────────────────────────

_NAMED = {"today": 0, "tod": 0, "tomorrow": 1, "tmr": 1, "tmrw": 1, "overmorrow": 2}
_SLASHED_SURELY = re.compile(r"(\d{1,2})([/-])(\d{1,2})")


def day_after_mark(name: str, today: date) -> Found:
    """The day that a word after an `@` means as a whole; None when it is none."""
    lower = name.lower()
    if lower in _NAMED:
        return Read(len(name), {"due": today + timedelta(days=_NAMED[lower])})
    if (wanted := weekday(lower)) is not None:
        return Read(len(name), {"due": today + timedelta(days=(wanted - today.weekday()) % 7)})
    if lower in ("eom", "eoy"):
        end = month_end(today) if lower == "eom" else date(today.year, 12, 31)
        return Read(len(name), {"due": end})
    if found := _SLASHED_SURELY.fullmatch(name):
        day = coming(int(found[1]), int(found[3]), today)
        return Read(len(name), {"due": day}) if day else Unsure(len(name), no_such_day())
    read = day_at(name, today)
    return read if read is not None and read.length == len(name) else None


_UNIT = re.compile(r"(day|week|month|year)s?", re.IGNORECASE)
_HINTED = frozenset(("today", "tomorrow", "tonight", *ENGLISH))


def day_of_words(words: list[str], today: date) -> tuple[Read | Unsure, int] | None:
    """A day that takes several words, `in 3 days`, and how many; or one that is likely meant and not marked."""
    first = words[0].lower()
    if first == "in" and len(words) > 2 and (unit := _UNIT.fullmatch(words[2])):
        n = 1 if words[1].lower() in ("a", "an", "one") else number(words[1])
        if n is not None and words[1].isascii():
            day = later(n, unit[1].lower(), today)
            if isinstance(day, date):
                return Read(0, {"due": day}), 3
            return Unsure(0, day), 3
    if first == "@next" and len(words) > 1 and (wanted := weekday(words[1])) is not None:
        monday = today - timedelta(days=today.weekday())
        return Read(0, {"due": monday + timedelta(days=7 + wanted)}), 2
    if (
        first == "@lunar"
        and len(words) > 1
        and (by_moon := lunar_day_at(f"lunar {words[1]}", today))
    ):
        whole = by_moon.length == len(words[1]) + len("lunar ")
        return (by_moon, 2) if whole else None
    if first in _HINTED or (first == "next" and len(words) > 1 and weekday(words[1]) is not None):
        return Unsure(0, _("without a mark this is a word of the title; write {example}", example=f"@{first}")), 1  # fmt: skip
    return None


def day_at_end(words: list[str], today: date) -> tuple[Read, int] | None:
    """An English day without a mark, as in `call mum on friday`; whoever asks knows that no word of the title follows."""
    lead = words[0].lower() in ("on", "by") and len(words) > 1
    first, rest = words[lead].lower(), words[lead + 1 : lead + 2]
    if first == "next":
        found = day_of_words(["@next", *rest], today)
        return (found[0], lead + 2) if found is not None and isinstance(found[0], Read) else None
    if first not in _HINTED:
        return None
    read = day_after_mark("today" if first == "tonight" else first, today)
    return (read, lead + 1) if isinstance(read, Read) else None
