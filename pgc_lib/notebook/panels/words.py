"""Days, amounts and texts as a person reads them; every text of someone's is shown as text."""

import re
from datetime import date
from html import escape

from pgc_lib.i18n import N_, _, lang

# Control characters draw nothing or boxes; a line break in a title is a space.
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
_WEEKDAYS = (
    N_("Monday"),
    N_("Tuesday"),
    N_("Wednesday"),
    N_("Thursday"),
    N_("Friday"),
    N_("Saturday"),
    N_("Sunday"),
)
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def plain(text: str) -> str:
    """A person's text for HTML: escaped, on one line, without characters that cannot be seen."""
    return escape(_CONTROLS.sub(" ", text))


def day(value: date, today: date) -> str:
    """A day as one says it: today, yesterday, tomorrow, or its date."""
    near = {0: N_("today"), -1: N_("yesterday"), 1: N_("tomorrow")}.get((value - today).days)
    return _(near) if near else short(value, today)


def short(value: date, today: date) -> str:
    """A date without its year, unless that is another one."""
    if lang() == "zh-CN":
        text = f"{value.month}月{value.day}日"
        return text if value.year == today.year else f"{value.year}年{text}"
    text = f"{_MONTHS[value.month - 1]} {value.day}"
    return text if value.year == today.year else f"{text}, {value.year}"


def month(value: date) -> str:
    """The short name of a month; capitals, for what is drawn has no room below the line."""
    return f"{value.month}月" if lang() == "zh-CN" else _MONTHS[value.month - 1].upper()


def weekday(value: date) -> str:
    """The name of a day."""
    return _(_WEEKDAYS[value.weekday()])


def greeting(hour: int) -> str:
    """What one says at this time of day."""
    if hour < 5:
        return _("Still up?")
    if hour < 11:
        return _("Good morning")
    if hour < 14:
        return _("Good day")
    return _("Good afternoon") if hour < 18 else _("Good evening")
