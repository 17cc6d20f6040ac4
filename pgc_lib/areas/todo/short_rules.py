"""What repeats, as people write it in a line: 每周一三五, 每月底, 完成后每3天; every mon, every! 2 weeks.

What has no words of its own is written out: `rrule:FREQ=MONTHLY;BYDAY=2TU`, with `rrule!:` counted from completion.
"""

import re
from collections.abc import Callable, Sequence

from pgc_lib.areas.todo.short_days import SHORT, WEEKDAYS, weekday
from pgc_lib.areas.todo.short_lunar import by_reminders, lunar_rule_at
from pgc_lib.areas.todo.short_parts import NUMBER, Found, Read, Unsure, number
from pgc_lib.core.recurrence import WEEKDAYS as DAYS
from pgc_lib.core.recurrence_rule import parse
from pgc_lib.i18n import _

_WORKDAYS, _WEEKEND = "MO,TU,WE,TH,FR", "SA,SU"
_UNITS = {"天": "DAILY", "日": "DAILY", "周": "WEEKLY", "星期": "WEEKLY", "月": "MONTHLY", "年": "YEARLY"}  # fmt: skip
_UNITS |= {"day": "DAILY", "week": "WEEKLY", "month": "MONTHLY", "year": "YEARLY"}
_WEEK = "(?:周|星期|礼拜)"
_LIST = "[一二三四五六日天](?:[、，,和]?(?:周|星期)?[一二三四五六日天])*"
_AFTER = re.compile("(?:完成|做完)(?:之后|以后|后)每?")
_EACH = re.compile("每")
_CHINESE: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (re.compile("个?工作日"), lambda _m: f"FREQ=WEEKLY;BYDAY={_WORKDAYS}"),
    (re.compile("个?周末"), lambda _m: f"FREQ=WEEKLY;BYDAY={_WEEKEND}"),
    (re.compile(rf"({NUMBER}|隔一?)个?{_WEEK}的?{_WEEK}?({_LIST})"), lambda m: _weekly(m[2], m[1])),
    (re.compile(rf"个?{_WEEK}的?({_LIST})"), lambda m: _weekly(m[1], "")),
    (re.compile(rf"个?月的?第({NUMBER})个{_WEEK}([一二三四五六日天])"), lambda m: _nth(m[1], m[2])),
    (re.compile(rf"个?月的?最后一?个{_WEEK}([一二三四五六日天])"), lambda m: _nth("", m[1])),
    (re.compile("个?月(?:的?最后一天|[底末])"), lambda _m: "FREQ=MONTHLY;BYMONTHDAY=-1"),
    (re.compile(rf"个?月的?({NUMBER})[日号]"), lambda m: f"FREQ=MONTHLY;BYMONTHDAY={number(m[1])}"),
    (re.compile(rf"年的?({NUMBER})月({NUMBER})[日号]"), lambda m: f"FREQ=YEARLY;BYMONTH={number(m[1])};BYMONTHDAY={number(m[2])}"),
    (re.compile("个?季度?"), lambda _m: "FREQ=MONTHLY;INTERVAL=3"),
    (re.compile("半年"), lambda _m: "FREQ=MONTHLY;INTERVAL=6"),
    (re.compile(rf"({NUMBER}|隔一?)个?(天|日|周|星期|月|年)(?!后)"), lambda m: _every(m[1], m[2])),
    (re.compile("个?(天|日|周|星期|月|年)"), lambda m: f"FREQ={_UNITS[m[1]]}"),
)  # fmt: skip
_EVERY_OTHER_DAY = re.compile("隔天")
_WRITTEN = re.compile(r"rrule(!?):(\S+)", re.IGNORECASE)
_ENGLISH_UNIT = re.compile(r"(day|week|month|year)s?", re.IGNORECASE)
_ORDINAL = re.compile(r"(\d{1,2})(?:st|nd|rd|th)", re.IGNORECASE)


def rule_at(text: str) -> Found:
    """The rule in Chinese at the beginning of a text."""
    if by_moon := lunar_rule_at(text):
        reason = by_reminders(by_moon.values) if isinstance(by_moon, Read) else by_moon.reason
        return Unsure(by_moon.length, reason)
    if found := _EVERY_OTHER_DAY.match(text):
        return Read(found.end(), {"rule": "FREQ=DAILY;INTERVAL=2", "from_done": False})
    after = _AFTER.match(text)
    begin = after or _EACH.match(text)
    if begin is None:
        return None
    rest = text[begin.end() :]
    for pattern, make in _CHINESE:
        if found := pattern.match(rest):
            return _checked(make(found), begin.end() + found.end(), from_done=bool(after))
    return None


def _weekly(days: str, every: str) -> str:
    named = sorted({WEEKDAYS[each] for each in days if each in WEEKDAYS})
    listed = ",".join(DAYS[each] for each in named)
    return f"FREQ=WEEKLY;INTERVAL={_interval(every)};BYDAY={listed}"


def _nth(place: str, day: str) -> str:
    which = number(place) if place else -1
    return f"FREQ=MONTHLY;BYDAY={which}{DAYS[WEEKDAYS[day]]}"


def _every(n: str, unit: str) -> str:
    return f"FREQ={_UNITS[unit]};INTERVAL={_interval(n)}"


def _interval(n: str) -> int:
    return 1 if not n else 2 if n.startswith("隔") else number(n) or 0


def _checked(rule: str, length: int, *, from_done: bool) -> Found:
    try:
        return Read(length, {"rule": checked_text(rule), "from_done": from_done})
    except ValueError as error:
        return Unsure(length, str(error))


def checked_text(rule: str) -> str:
    """A rule for a to-do in its usual spelling; `ValueError` says why it is none."""
    known = parse(rule)
    if known.hours or known.minutes or known.seconds:
        raise ValueError(_("the time of day of a to-do is in `at`, not in its rule"))
    return str(known)


# ── English, and rules written out ───────────────────────────────────────────────────────────────────


def rule_of_words(words: Sequence[str]) -> tuple[Read | Unsure, int] | None:
    """A rule that begins with a word, and how many words it takes."""
    if written := _WRITTEN.fullmatch(words[0]):
        made = _checked(written[2], 0, from_done=bool(written[1]))
        return (made, 1) if made else None
    first = words[0].lower()
    if first not in ("every", "every!") or len(words) < 2:
        return None
    found = _english([word.lower() for word in words[1:]])
    if found is None:
        return None
    made = _checked(found[0], 0, from_done=first == "every!")
    return (made, 1 + found[1]) if made else None


def _english(words: list[str]) -> tuple[str, int] | None:
    first = words[0].rstrip(",")
    if first in ("weekday", "workday", "weekdays", "workdays"):
        return f"FREQ=WEEKLY;BYDAY={_WORKDAYS}", 1
    if first in ("weekend", "weekends"):
        return f"FREQ=WEEKLY;BYDAY={_WEEKEND}", 1
    if first == "quarter":
        return "FREQ=MONTHLY;INTERVAL=3", 1
    if unit := _ENGLISH_UNIT.fullmatch(first):
        return f"FREQ={_UNITS[unit[1]]}", 1
    if ordinal := _ORDINAL.fullmatch(first):
        return f"FREQ=MONTHLY;BYMONTHDAY={int(ordinal[1])}", 1
    if len(words) > 1:
        every = 2 if first == "other" else int(first) if first.isascii() and first.isdigit() else 0
        if every and (unit := _ENGLISH_UNIT.fullmatch(words[1])):
            return f"FREQ={_UNITS[unit[1]]};INTERVAL={every}", 2
        if first == "other" and weekday(words[1]) is not None:
            return f"FREQ=WEEKLY;INTERVAL=2;BYDAY={DAYS[weekday(words[1]) or 0]}", 2
    return _weekdays(words)


def _weekdays(words: list[str]) -> tuple[str, int] | None:
    """`mon,wed` or `mon, wed`."""
    days: set[int] = set()
    for taken, word in enumerate(words, 1):
        for name in filter(None, word.split(",")):
            day = weekday(name)
            if day is None:
                return None
            days.add(day)
        if not word.endswith(","):
            return f"FREQ=WEEKLY;BYDAY={','.join(DAYS[day] for day in sorted(days))}", taken
    return None


# ── out ──────────────────────────────────────────────────────────────────────────────────────────────

_CHINESE_DAYS = "一二三四五六日"
_ENGLISH_DAYS = tuple(SHORT)[:7]
_ENGLISH_WORDS = {"DAILY": "day", "WEEKLY": "week", "MONTHLY": "month", "YEARLY": "year"}
_CHINESE_WORDS = {"DAILY": "天", "WEEKLY": "周", "MONTHLY": "月", "YEARLY": "年"}


def written(rule: str, *, from_done: bool, chinese: bool) -> str:
    """A rule as it is written in a line, in words where it has some."""
    known = parse(rule)
    plain = f"FREQ={known.frequency}"
    days = [day for day, place in known.days if not place]
    words = ""
    every = known.interval
    if rule == plain or rule == f"{plain};INTERVAL={every}":
        words = _interval_words(known.frequency, every, chinese=chinese)
    elif days and rule == f"{plain};BYDAY={','.join(DAYS[day] for day in days)}" and plain.endswith("WEEKLY"):  # fmt: skip
        words = (
            "每周" + "".join(_CHINESE_DAYS[day] for day in days)
            if chinese
            else "every " + ",".join(_ENGLISH_DAYS[day] for day in days)
        )
    if not words:
        return f"rrule{'!' if from_done else ''}:{rule}"
    if not from_done:
        return words
    return "完成后" + words if chinese else words.replace("every", "every!", 1)


def _interval_words(frequency: str, every: int, *, chinese: bool) -> str:
    if chinese:
        unit = _CHINESE_WORDS[frequency]
        measure = "个" if frequency == "MONTHLY" else ""
        return f"每{unit}" if every == 1 else f"每{every}{measure}{unit}"
    unit = _ENGLISH_WORDS[frequency]
    return f"every {unit}" if every == 1 else f"every {every} {unit}s"
