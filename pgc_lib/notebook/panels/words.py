"""Days, weekdays and greetings as a person reads them."""

from datetime import date

from pgc_lib.i18n import N_, _, lang, n_

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


def day(value: date, today: date) -> str:
    """A day as one says it: today, yesterday, tomorrow, or its date."""
    near = {0: N_("today"), -1: N_("yesterday"), 1: N_("tomorrow")}.get((value - today).days)
    return _(near) if near else short(value, today)


def ahead(value: date, today: date) -> str:
    """A day to come with how far it is."""
    days = (value - today).days
    if -1 <= days <= 1:
        return day(value, today)
    if days < 0:
        return f"{short(value, today)} · {n_('{n} day ago', '{n} days ago', -days)}"
    return f"{short(value, today)} · {n_('in {n} day', 'in {n} days', days)}"


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


def brief(text: str, longest: int = 60) -> str:
    """A text in so many characters on one line."""
    whole = " ".join(text.split())
    return whole if len(whole) <= longest else whole[: longest - 1] + "…"


def hours(value: float) -> str:
    """Hours as one says them."""
    return _("{n} h", n=f"{value:,.1f}".removesuffix(".0"))


def percent(value: float) -> str:
    """A share of a whole."""
    return f"{round(value * 100)} %"
