"""What a person typed, as the value that is meant: 1,234.50 and ¥38.5, 明天 and in 3 days, 今天 8:30.

What cannot be read is handed on as it was typed, so that the Record itself says why it is refused; only where a text could
mean two things does this say so first.
"""

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from pgc_lib.areas.todo.short_days import day_after_mark, day_at, day_of_words
from pgc_lib.areas.todo.short_parts import Read, Unsure
from pgc_lib.areas.todo.short_times import english_time, time_at
from pgc_lib.core.record import FieldSpec
from pgc_lib.core.zone import today, zone
from pgc_lib.i18n import N_, _, lang

_SIGN = re.compile(r"^([+-]?)(?:CNY|RMB|USD|EUR|GBP|¥|￥|\$|€|£)?([+-]?)")
_GROUPED = re.compile(r"\d{1,3}(?:[,' _]\d{3})+(?:\.\d*)?")
_MINUS = str.maketrans({"−": "-", "–": "-", "—": "-", "。": ".", "，": ",", "、": ","})
_CLOCK = re.compile(r"([01]?\d|2[0-3])[:：]([0-5]\d)(?::[0-5]\d)?")
_CHINESE_WAN = Decimal(10_000)
_FULL_DATE = re.compile(r"(\d{4})\s*(?:年|[./-])\s*(\d{1,2})\s*(?:月|[./-])\s*(\d{1,2})\s*日?")
_MONTH_DAY = re.compile(r"(\d{1,2})\s*(?:月|[./-])\s*(\d{1,2})\s*[日号]?")
_NEAR = {"yesterday": -1, "昨天": -1, "昨日": -1, "前天": -2, "现在": 0, "now": 0}
WEEKDAYS = (N_("Monday"), N_("Tuesday"), N_("Wednesday"), N_("Thursday"), N_("Friday"), N_("Saturday"), N_("Sunday"))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Unread:
    """A text that could mean two things, or nothing."""

    reason: str


@dataclass(frozen=True, slots=True)
class Left:
    """Nothing was filled in."""


LEFT = Left()


def meant(field: FieldSpec, raw: Any) -> Any:
    """What was filled in, for the Record to judge; `LEFT` where nothing was, `Unread` where it is unclear."""
    kind = field.type.name
    if isinstance(raw, str):
        raw = raw.replace("\r\n", "\n")
        if not raw.strip() and not (kind == "text" and raw and not field.choices):
            return LEFT
    if raw is None or (raw == [] and kind in ("texts", "object")):
        return LEFT
    if not isinstance(raw, str):
        return raw
    match kind:
        case "date":
            return day(raw)
        case "moment":
            return moment(raw)
        case "money" | "whole" | "number":
            return number(raw)
        case "yes_no":
            return {"yes": True, "no": False, "true": True, "false": False}.get(raw, raw)
        case "texts":
            return lines(raw)
        case _:
            return raw


def number(text: str) -> str:
    """A number without what makes it readable: signs of currencies, thousands, full-width digits, 1.2万."""
    plain = unicodedata.normalize("NFKC", text).translate(_MINUS).strip()
    found = _SIGN.match(plain)
    if found and found[1] and found[2]:
        return text
    sign = (found[1] or found[2]) if found else ""
    rest = plain[found.end() :].strip() if found else plain
    rest = re.sub(r"\s*(?:元|块|CNY|RMB)$", "", rest)
    wan = rest.endswith("万")
    rest = rest.removesuffix("万").strip()
    if _GROUPED.fullmatch(rest):
        rest = re.sub(r"[,' _]", "", rest)
    if wan:
        try:
            rest = format(Decimal(rest) * _CHINESE_WAN, "f")
        except InvalidOperation:
            return text
    return sign + rest


def day(text: str) -> Any:
    """A day: a date in any usual form, or a word such as today, 下周三, in 3 days."""
    plain = unicodedata.normalize("NFKC", text).strip().lstrip("@")
    if found := _FULL_DATE.fullmatch(plain):
        return "-".join((found[1], found[2].zfill(2), found[3].zfill(2)))
    if (found := _MONTH_DAY.fullmatch(plain)) and (near := _nearest(int(found[1]), int(found[2]))):
        return near
    lower = plain.lower()
    if lower in _NEAR:
        return today() + timedelta(days=_NEAR[lower])
    words = lower.removeprefix("next ").split()
    if lower.startswith("next "):
        words = ["@next", *words]
    read = day_after_mark(plain, today()) or _whole(day_at(plain, today()), plain)
    if read is None and len(words) > 1 and (several := day_of_words(words, today())):
        read = several[0] if several[1] == len(words) else None
    if isinstance(read, Read):
        return read.values["due"]
    if isinstance(read, Unsure):
        return Unread(read.reason)
    return plain


def _nearest(month: int, of_month: int) -> date | None:
    """A day without its year: the one that is nearest, before or after today."""
    now = today()
    found = []
    for year in (now.year - 1, now.year, now.year + 1):
        with suppress(ValueError):  # the 29th of February is not in every year
            found.append(date(year, month, of_month))
    return min(found, key=lambda each: abs(each - now), default=None)


def moment(text: str) -> Any:
    """A day and a time of day; a time alone is of today."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if plain.lower() in ("now", "现在"):
        return datetime.now(zone()).replace(second=0, microsecond=0)
    if re.match(r"\d{4}-\d{2}-\d{2}[T ]\d", plain):
        return plain
    for cut in sorted({0, *(found.start() for found in re.finditer(r"\s+|(?<=\D)(?=\d)|(?=[上下中早晚凌清傍夜午])", plain)), len(plain)}):  # fmt: skip
        when = clock(plain[cut:])
        if when is None:
            continue
        on = day(plain[:cut]) if plain[:cut].strip() else today()
        if isinstance(on, str):
            try:
                on = date.fromisoformat(on)
            except ValueError:
                continue
        return on if isinstance(on, Unread) else when if isinstance(when, Unread) else datetime.combine(on, when, zone())  # fmt: skip
    on = day(plain)
    return datetime.combine(on, time(), zone()) if isinstance(on, date) else plain


def clock(text: str) -> time | Unread | None:
    """A time of day; None when the text is none."""
    plain = text.strip().lower().removeprefix("at ").strip()
    if found := _CLOCK.fullmatch(plain):
        return time(int(found[1]), int(found[2]))
    read = _whole(time_at(plain), plain) or _whole(english_time(plain), plain)
    if isinstance(read, Read):
        return time.fromisoformat(str(read.values["at"]))
    return Unread(read.reason) if isinstance(read, Unsure) else None


def lines(text: str) -> list[str]:
    """A text as a list, a line each."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def _whole(read: Any, text: str) -> Any:
    return read if read is not None and read.length == len(text) else None


# ── the other way: a value as it stands in a field ──────────────────────────────────────────────────────


def raw_of(field: FieldSpec, value: Any) -> Any:
    """A value as it is typed; what is read from it again is the same value."""
    match value:
        case None:
            return [] if field.type.name == "texts" else ""
        case bool():
            return value if not field.optional else "yes" if value else "no"
        case Decimal():
            return money(value)
        case float():
            return format(Decimal(repr(value)), "f").removesuffix(".0")
        case int():
            return str(value)
        case datetime():
            local = value.astimezone(zone())
            return f"{local:%Y-%m-%d %H:%M:%S}" if local.second else f"{local:%Y-%m-%d %H:%M}"
        case date():
            return value.isoformat()
        case UUID():
            return str(value)
        case Mapping():
            return json.dumps(value, ensure_ascii=False, default=str, indent=2)
        case str():
            return str(value)
        case Sequence():
            return list(value)
    return str(value)


def money(value: Decimal) -> str:
    """An exact amount with thousands and at least two places."""
    text = f"{value.normalize():,f}"
    whole, _point, places = text.partition(".")
    return f"{whole}.{places.ljust(2, '0')}"


def said(field: FieldSpec, raw: Any, value: Any) -> str:
    """How a typed text was understood, where that is not what stands there anyway."""
    if isinstance(value, datetime):
        local = value.astimezone(zone())
        return f"{day_said(local.date())} {local:%H:%M}"
    if isinstance(value, date):
        return day_said(value)
    if isinstance(value, Decimal) and isinstance(raw, str) and raw.strip() != money(value):
        return money(value)
    if field.type.name in ("whole", "number") and isinstance(raw, str) and value is not None:
        shown = f"{value:,}"
        return shown if shown != raw.strip() and abs(value) >= 10_000 else ""
    return ""


def day_said(value: date) -> str:
    """A day with its weekday and how far away it is."""
    name = _(WEEKDAYS[value.weekday()])
    if lang() == "zh-CN":
        text = f"{value.year}年{value.month}月{value.day}日 {name}"
    else:
        text = f"{name}, {value.day} {value:%b %Y}"
    away = (value - today()).days
    near = {0: _("today"), 1: _("tomorrow"), -1: _("yesterday")}.get(away)
    if near is None and abs(away) <= 60:
        near = _("in {n} days", n=away) if away > 0 else _("{n} days ago", n=-away)
    return f"{text} · {near}" if near else text


def distinct(texts: Iterable[str]) -> list[str]:
    """Texts without blanks around them, each once, none empty."""
    return list(dict.fromkeys(text.strip() for text in texts if text.strip()))
