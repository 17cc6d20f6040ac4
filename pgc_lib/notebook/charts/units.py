"""Numbers, amounts and days as a person of either language reads them: in sentences, and on the axes of a chart."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any, Literal

from pgc_lib.core.amounts import amount
from pgc_lib.core.zone import zone
from pgc_lib.i18n import N_, _, lang

Grain = Literal["moment", "day", "week", "month", "year"]
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WEEKDAYS = (
    N_("Monday"),
    N_("Tuesday"),
    N_("Wednesday"),
    N_("Thursday"),
    N_("Friday"),
    N_("Saturday"),
    N_("Sunday"),
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_STEP = timedelta(milliseconds=1)


def number(value: float, unit: str = "") -> str:
    """A number with three digits that say something, or an amount to the cent."""
    if _is_currency(unit):
        return amount(Decimal(f"{value:.2f}"), unit)
    digits = 0 if float(value).is_integer() or abs(value) >= 1000 else 1 if abs(value) >= 10 else 2
    text = f"{value:,.{digits}f}"
    if digits:
        text = text.rstrip("0").rstrip(".")
    text = text.replace("-", "−")
    if text == "−0":
        text = "0"
    return f"{text}{unit if unit == '%' else ' ' + unit}" if unit else text


def rough(value: float, unit: str = "") -> str:
    """The same where digits behind would say more than is known."""
    digits = 0 if abs(value) >= 20 else 1 if abs(value) >= 2 else 2
    text = number(round(value, digits), unit)
    return text.removesuffix(".00") if _is_currency(unit) and not digits else text


def signed(value: float, unit: str = "") -> str:
    """Roughly, with a plus where it grows."""
    return f"+{rough(value, unit)}" if value > 0 else rough(value, unit)


def share(part: float, whole: float) -> str:
    """A part of a whole in percent."""
    return f"{part / whole:.0%}" if whole else "0%"


def grain_of(days: Sequence[date]) -> Grain:
    """Whether these are years, months, weeks, days or moments."""
    known = sorted(set(days))
    if any(isinstance(day, datetime) for day in known):
        return "moment"
    if len(known) < 2:
        return "day"
    if all(day.day == 1 for day in known):
        return "year" if all(day.month == 1 for day in known) else "month"
    apart = {(after - before).days % 7 for before, after in pairwise(known)}
    return "week" if apart == {0} else "day"


def day(value: date, grain: Grain = "day") -> str:
    """A day, or the time that begins with it."""
    chinese = lang() == "zh-CN"
    if grain == "year":
        return f"{value.year}年" if chinese else str(value.year)
    if grain == "month":
        return f"{value.year}年{value.month}月" if chinese else f"{_month(value)} {value.year}"
    if isinstance(value, datetime):
        value = wall(value)
    text = (
        f"{value.year}年{value.month}月{value.day}日"
        if chinese
        else f"{_month(value)} {value.day}, {value.year}"
    )
    if grain == "week":
        return _("week of {day}", day=text)
    return f"{text} {value:%H:%M}" if isinstance(value, datetime) else text


def wall(moment: datetime) -> datetime:
    """A moment on the person's clock."""
    return moment.astimezone(zone()) if moment.tzinfo else moment


def place(value: date) -> int:
    """Where a day or moment lies on an axis: milliseconds on the person's clock, whatever clock the drawing has."""
    if isinstance(value, datetime):
        return (wall(value).replace(tzinfo=UTC) - _EPOCH) // _STEP
    return (datetime(value.year, value.month, value.day, tzinfo=UTC) - _EPOCH) // _STEP


def of_numbers(unit: str = "") -> str:
    """Vega's expression for a number on an axis: 3.5 万 in Chinese, 35k in English."""
    sign = {"CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£"}.get(unit, "")
    after = "%" if unit == "%" else ""
    if lang() == "zh-CN":
        large, small = "abs(datum.value) >= 1e8", "abs(datum.value) >= 1e4"
        steps = (
            f"{large} ? format(datum.value / 1e8, ',~r') + '亿' : "
            f"{small} ? format(datum.value / 1e4, ',~r') + '万' : format(datum.value, ',~r')"
        )
    else:
        steps = "abs(datum.value) >= 1e4 ? format(datum.value, '~s') : format(datum.value, ',~r')"
    return f"'{sign}' + ({steps}) + '{after}'"


def of_days(grain: Grain) -> str:
    """Vega's expression for a day on an axis: the year where one begins, else the month, else the day."""
    year, month, each = (
        ("%Y年", "%-m月", "%-m月%-d日") if lang() == "zh-CN" else ("%Y", "%b", "%b %-d")
    )
    first = (
        "utchours(datum.value) != 0 ? utcFormat(datum.value, '%H:%M') : "
        if grain == "moment"
        else ""
    )
    return (
        f"{first}utcFormat(datum.value, '%m%d') == '0101' ? utcFormat(datum.value, '{year}') : "
        f"utcdate(datum.value) == 1 ? utcFormat(datum.value, '{month}') : utcFormat(datum.value, '{each}')"
    )


def weekday(number: int) -> str:
    """The name of a day of the week, Monday being 0."""
    return _(_WEEKDAYS[number])


def month(value: date) -> str:
    """The short name of a month; of January, its year."""
    chinese = lang() == "zh-CN"
    if value.month == 1:
        return f"{value.year}年" if chinese else str(value.year)
    return f"{value.month}月" if chinese else _month(value)


def _month(value: date) -> str:
    return _MONTHS[value.month - 1]


def _is_currency(unit: str) -> bool:
    return len(unit) == 3 and unit.isascii() and unit.isupper()


def wide(text: str) -> float:
    """How wide a word is, in the height of its letters."""
    return sum(1.0 if ord(letter) > 0x2E7F else 0.56 for letter in text)


def as_number(value: Any) -> float | None:
    """A value to draw; None where there is none."""
    if value is None or isinstance(value, str):
        return None
    found = float(value)
    return found if found == found and abs(found) != float("inf") else None
