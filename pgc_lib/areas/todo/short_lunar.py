"""Days of the Chinese calendar in a line: 农历八月十五, 正月初一, 腊月廿三, 除夕, 大年初五; `@lunar 8/15`.

A month alone does not tell the calendar, 八月十五 is the 15th of August; what tells it is 农历, a name that only the
Chinese calendar has (正月, 冬月, 腊月), or a day written with 初. A to-do keeps the day it comes to by the sun.
"""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from pgc_lib.areas.kin.dates import FIRST, LAST, Recurring, in_year
from pgc_lib.areas.todo.short_parts import NUMBER, Found, Read, Unsure, no_such_day, number
from pgc_lib.i18n import _

_CALENDAR = "(?:农历|阴历|旧历|夏历|農曆|陰曆|舊曆)的?"
_NAMED = {"正": 1, "冬": 11, "腊": 12, "臘": 12}
_DAY = rf"(?:初(?P<early>[一二三四五六七八九十])|(?P<day>{NUMBER})(?:[日号號]|(?![\d个点點:月天])))"
_MONTH = rf"(?P<leap>[闰閏])?(?:(?P<name>[正冬腊臘])|(?P<month>{NUMBER}))月"
_YEAR = r"(?:(?P<year>\d{4})年|(?P<said>[今明后])年)?的?"
_SAID = {"今": 0, "明": 1, "后": 2}
_PATTERNS = tuple(
    re.compile(each, re.IGNORECASE)
    for each in (
        rf"{_YEAR}{_CALENDAR}{_YEAR.replace('year', 'year2').replace('said', 'said2')}{_MONTH}{_DAY}",
        rf"{_CALENDAR}{_DAY}",
        rf"{_YEAR}(?P<leap>[闰閏])?(?P<name>[正冬腊臘])月{_DAY}",
        rf"{_YEAR}(?P<leap>[闰閏])?(?P<month>{NUMBER})月初(?P<early>[一二三四五六七八九十])",
        rf"{_YEAR}大年初(?P<early>[一二三四五六七八九十])",
        rf"{_YEAR}(?P<eve>除夕夜?|大年三十|年三十)",
        r"lunar (?P<month>\d{1,2})[/-](?P<day>\d{1,2})(?!\d)",
    )
)
_EACH = re.compile(r"每(?P<each>年|个?月)的?")
_LEAP_IS_RARE = 60
"""Years to look ahead for a leap month: some come back after decades."""
_LOOKED_AHEAD = 8


def lunar_day_at(text: str, today: date) -> Found:
    """The day of the Chinese calendar that stands at the beginning of a text."""
    found = next((match for each in _PATTERNS if (match := each.match(text))), None)
    if found is None:
        return None
    day = _day_of(found, today)
    if isinstance(day, date):
        return Read(found.end(), {"due": day, "moon": True})
    return Unsure(found.end(), day)


def lunar_rule_at(text: str) -> Found:
    """What comes back by the Chinese calendar, as `lab.reminders.lunar` takes it: 每年农历八月十五, 每月农历初一."""
    each = _EACH.match(text)
    if each is None:
        return None
    rest = text[each.end() :]
    found = next((match for pattern in _PATTERNS if (match := pattern.match(rest))), None)
    if found is None:
        return None
    month, day, leap = _parts(found)
    length, monthly = each.end() + found.end(), each["each"] != "年"
    if monthly == (month is not None) or not _possible(month, day):
        return Unsure(length, no_such_day())
    values = {"month": month, "day": day, "leap": leap, "monthly": monthly}
    return Read(length, values)


def by_reminders(values: Mapping[str, Any] | None = None) -> str:
    """Why a to-do does not repeat by the Chinese calendar, and what does."""
    known = values or {"month": 8, "day": 15}
    told = ", ".join(f"{name}={known[name]}" for name in ("month", "day") if known.get(name))
    return _("a to-do repeats by the solar calendar; by the Chinese one reminds {example}", example=f'lab.reminders.lunar("…", {told})')  # fmt: skip


def _possible(month: int | None, day: int) -> bool:
    return 1 <= day <= 30 and (month is None or 1 <= month <= 12)


def _parts(found: re.Match[str]) -> tuple[int | None, int, bool]:
    """Month, day and whether it is the leap month; a month of None is whichever comes."""
    said = found.groupdict()
    if said.get("eve"):
        return 12, 30, False
    early, late = said.get("early"), said.get("day")
    day = number(early) if early else number(late or "")
    if name := said.get("name"):
        month: int | None = _NAMED[name]
    elif said.get("month"):
        month = number(said["month"]) or 0
    else:
        month = 1 if "大年" in found[0] else None
    return month, day or 0, bool(said.get("leap"))


def _day_of(found: re.Match[str], today: date) -> date | str:
    month, day, leap = _parts(found)
    if not _possible(month, day):
        return no_such_day()
    if month is None:
        return _in_any_month(day, today) or no_such_day()
    said = found.groupdict()
    year = said.get("year") or said.get("year2")
    near = said.get("said") or said.get("said2")
    missing = "before" if said.get("eve") else "skip"
    wanted = Recurring(month, day, lunar=True, leap=leap, missing=missing)  # type: ignore[arg-type]
    if year or near:
        now = _lunar_year(today)
        if near and now != today.year:
            return _("the Chinese year has not begun yet; write {example}", example=f"农历{now + _SAID[near]}年…")  # fmt: skip
        return _in(wanted, int(year) if year else now + _SAID[near or "今"]) or no_such_day()
    first = _lunar_year(today)
    for each in range(first, first + (_LEAP_IS_RARE if leap else _LOOKED_AHEAD)):
        made = _in(wanted, each)
        if made and made >= today:
            return made
    return no_such_day()


def _in(wanted: Recurring, year: int) -> date | None:
    """The day in that Chinese year and no other; None where it has none."""
    from lunardate import LunarDate

    if not FIRST <= year <= LAST:
        return None
    if wanted.leap and LunarDate.leap_month_for_year(year) != wanted.month:
        return None
    return in_year(wanted, year)


def _in_any_month(day: int, today: date) -> date | None:
    year = _lunar_year(today)
    days = [
        made
        for each in (year, year + 1)
        for month in range(1, 13)
        for leap in (False, True)
        if (made := _in(Recurring(month, day, lunar=True, leap=leap, missing="skip"), each))
    ]
    return min((each for each in days if each >= today), default=None)


def _lunar_year(today: date) -> int:
    from lunardate import LunarDate

    if not FIRST < today.year <= LAST:
        return today.year
    return int(LunarDate.from_solar_date(today.year, today.month, today.day).year)
