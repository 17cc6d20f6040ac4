"""Times of day and lengths of time as people write them in a line: 下午3点半, 15:30, 10pm; 30m, 1.5h, 半小时."""

import re
from decimal import Decimal

from pgc_lib.areas.todo.short_parts import NUMBER, Found, Read, Unsure, number
from pgc_lib.i18n import _

_EARLY, _MORNING, _NOON = ("凌晨",), ("清晨", "早上", "早晨", "上午", "早"), ("中午", "正午")
_AFTERNOON, _EVENING = ("下午", "午后", "傍晚"), ("晚上", "夜里", "夜间", "晚")
_PART = "|".join((*_EARLY, *_MORNING, *_NOON, *_AFTERNOON, *_EVENING))
_CHINESE = re.compile(
    rf"(?P<part>{_PART})?(?:(?P<hour>{NUMBER})(?:点钟|点|时)(?!间|候|尚)(?P<rest>半|[一三]刻|(?:零|〇)?{NUMBER}分?)?"
    rf"|(?P<clock>\d{{1,2}}):(?P<minute>\d{{2}})(?![\d:]))"
)
_PART_ALONE = re.compile(rf"(?:{_PART})(?=$)")
_ENGLISH = re.compile(r"(\d{1,2})(?::(\d{2}))?(am|pm)", re.IGNORECASE)
_HOURS = re.compile(
    rf"(?:(?P<n>{NUMBER}|\d{{1,3}}\.\d{{1,2}})个?(?P<half>半)?|(?P<only>半)个?)(?:小时|钟头)(?:(?P<more>{NUMBER})分钟?)?"
)
_MINUTES = re.compile(rf"(?P<n>{NUMBER})分钟")
_QUARTERS = re.compile(rf"(?P<n>{NUMBER})刻钟")
_SHORT = re.compile(
    r"(?:(\d{1,4}(?:\.\d{1,2})?)(?:h|hr|hrs|hours?))?(?:(\d{1,5}(?:\.\d{1,2})?)(?:m|min|mins|minutes?))?",
    re.IGNORECASE,
)
_SPAN = re.compile(
    r"(\d{1,2}(?::\d{2})?(?:am|pm)?)[-–—~～](\d{1,2}(?::\d{2}(?:am|pm)?|am|pm))", re.IGNORECASE
)
LONGEST = 100_000


def clock(hour: int, minute: int) -> str:
    """A time of day as it is kept."""
    return f"{hour:02}:{minute:02}"


def time_at(text: str) -> Found:
    """The time of day at the beginning of a text."""
    if found := _CHINESE.match(text):
        return _chinese(found)
    if found := _PART_ALONE.match(text):
        return Unsure(found.end(), _("the hour is missing, as in 晚上八点"))
    return None


def _chinese(found: re.Match[str]) -> Found:
    part, length = found["part"] or "", found.end()
    if found["clock"]:
        hour, minute = int(found["clock"]), int(found["minute"])
        if not part and len(found["clock"]) == 1:
            return Unsure(length, _("before or after noon? Write {one} or {other}", one=f"0{found[0]}", other=f"{found[0]}pm"))  # fmt: skip
    else:
        told = number(found["hour"])
        if told is None:
            return None
        hour, minute = told, _minute(found["rest"] or "")
        if not part and 1 <= hour <= 11:
            return Unsure(length, _("before or after noon? Write {one} or {other}", one=f"上午{found[0]}", other=f"下午{found[0]}"))  # fmt: skip
    placed = _placed(part, hour)
    if placed is None or minute > 59:
        return Unsure(length, _("there is no such time of day"))
    return Read(length, {"at": clock(placed, minute)})


def _minute(rest: str) -> int:
    if not rest:
        return 0
    named = {"半": 30, "一刻": 15, "三刻": 45}
    if rest in named:
        return named[rest]
    plain = rest.removesuffix("分")
    found = number(plain.lstrip("零〇") or "零") if plain[:1] in "零〇" else number(plain)
    return 99 if found is None else found


def _placed(part: str, hour: int) -> int | None:
    """The hour of 24 that an hour of a part of the day is; None for what nobody says."""
    if not part:
        return hour if hour <= 23 else None
    if part in _EARLY:
        return hour if 0 <= hour <= 5 else None
    if part in _MORNING:
        return hour if 4 <= hour <= 11 else None
    if part in _NOON:
        return {11: 11, 12: 12, 1: 13, 2: 14, 13: 13}.get(hour)
    if 13 <= hour <= 23:
        return hour
    if part in _AFTERNOON:
        return 12 if hour == 12 else hour + 12 if 1 <= hour <= 7 else None
    return hour + 12 if 5 <= hour <= 11 else None


def english_time(text: str) -> Found:
    """`10pm` or `10:30pm`, as a whole."""
    found = _ENGLISH.fullmatch(text)
    if found is None:
        return None
    hour, minute = int(found[1]), int(found[2] or 0)
    if not 1 <= hour <= 12 or minute > 59:
        return Unsure(len(text), _("there is no such time of day"))
    return Read(
        len(text), {"at": clock(hour % 12 + (12 if found[3].lower() == "pm" else 0), minute)}
    )


def span_of(text: str) -> Found:
    """`3pm-5pm`, `3-5pm` or `15:00-16:30`, as a whole: when it begins and how long it takes."""
    found = _SPAN.fullmatch(text)
    if found is None:
        return None
    first, last = found[1], found[2]
    half = last[-2:].lower()
    if half in ("am", "pm") and not first[-1].isalpha():
        first += half
    begin, end = (english_time(each) or time_at(each) for each in (first, last))
    for each in (begin, end):
        if not isinstance(each, Read):
            return each and Unsure(len(text), each.reason)
    assert isinstance(begin, Read) and isinstance(end, Read)
    minutes = _minutes(end.values["at"]) - _minutes(begin.values["at"])
    if minutes <= 0:
        return Unsure(len(text), _("this ends before it begins"))
    return Read(len(text), {**begin.values, "minutes": minutes})


def _minutes(at: str) -> int:
    return int(at[:2]) * 60 + int(at[3:])


# ── how long ─────────────────────────────────────────────────────────────────────────────────────────


def length_at(text: str) -> Found:
    """The length of time in Chinese at the beginning of a text."""
    if found := _HOURS.match(text):
        if found["only"]:
            minutes = Decimal(30)
        else:
            told = Decimal(found["n"]) if "." in found["n"] else number(found["n"])
            if told is None:
                return None
            minutes = Decimal(told) * 60 + (30 if found["half"] else 0)
        minutes += (number(found["more"]) or 0) if found["more"] else 0
        return _whole(minutes, found.end())
    for pattern, times in ((_MINUTES, 1), (_QUARTERS, 15)):
        if (found := pattern.match(text)) and (n := number(found["n"])) is not None:
            return _whole(Decimal(n * times), found.end())
    return None


def short_length(text: str) -> Found:
    """`30m`, `1.5h` or `1h30m`, as a whole."""
    found = _SHORT.fullmatch(text)
    if found is None or not (found[1] or found[2]):
        return None
    return _whole(Decimal(found[1] or 0) * 60 + Decimal(found[2] or 0), len(text))


def _whole(minutes: Decimal, length: int) -> Found:
    if minutes != minutes.to_integral_value() or not 0 < minutes <= LONGEST:
        return Unsure(length, _("this is no whole number of minutes"))
    return Read(length, {"minutes": int(minutes)})


def told(minutes: int) -> str:
    """A length of time as it is written."""
    hours, rest = divmod(minutes, 60)
    if hours and not rest:
        return f"{hours}h"
    return f"{hours}h{rest}m" if hours else f"{rest}m"
