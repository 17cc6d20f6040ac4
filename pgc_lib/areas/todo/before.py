"""How long before something one wants to be told: `15m`, `2h`, `1d`, `1w`; `0m` is the time itself.

Minutes and hours are real time. Days and weeks are days on the person's calendar: one day before nine o'clock is
nine o'clock, also when clocks change in between.
"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Annotated, Any

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from pgc_lib.i18n import _

MOST_DAYS = 366
_FORM = re.compile(r"([0-9]{1,6})\s*(m|min|分钟?|h|小时|钟头|d|天|日|w|周|星期)", re.IGNORECASE)
_UNITS = {"m": "m", "min": "m", "分": "m", "分钟": "m", "h": "h", "小时": "h", "钟头": "h"}
_UNITS |= {"d": "d", "天": "d", "日": "d", "w": "w", "周": "w", "星期": "w"}
_MINUTES = {"m": 1, "h": 60, "d": 1440, "w": 10_080}


def offset(text: str) -> str:
    """An offset in its one way of writing; `ValueError` says why it is none."""
    found = _FORM.fullmatch(text.strip().removeprefix("提前"))
    if found is None:
        raise ValueError(_("“{text}” is no length of time such as 15m, 2h, 1d or 1w", text=text))
    number, unit = int(found[1]), _UNITS[found[2].lower()]
    if number * _MINUTES[unit] > MOST_DAYS * 1440:
        raise ValueError(_("at most {n} days before", n=MOST_DAYS))
    return f"{number}{unit}" if number else "0m"


def span(text: str) -> timedelta:
    """How long an offset is, as the calendar counts."""
    return timedelta(minutes=int(text[:-1]) * _MINUTES[text[-1]])


def before(moment: datetime, text: str, local: tzinfo) -> datetime:
    """The moment that lies an offset before another one."""
    if text[-1] in "mh":
        return moment.astimezone(UTC) - span(text)
    clock = moment.astimezone(local).replace(tzinfo=None) - span(text)
    # There and back: a time that the clock jumps over is meant an hour later.
    return clock.replace(tzinfo=local).astimezone(UTC)


def _offsets(given: Any) -> Any:
    if not isinstance(given, Iterable) or isinstance(given, str | bytes | dict):
        return given
    given = list(given)
    if not all(isinstance(each, str) for each in given):
        return given  # pydantic says what is wrong
    try:
        found = {offset(each) for each in given}
    except ValueError as error:
        raise PydanticCustomError("offset", "{reason}", {"reason": str(error)}) from None
    return sorted(found, key=lambda each: (span(each), each))


Offsets = Annotated[list[str], BeforeValidator(_offsets)]
"""Several of them, the shortest first."""
