"""A rule of recurrence in plain words: “every week on Monday and Wednesday, until 2026-12-31”, 每周一、周三 ….

The two languages put the pieces in another order, so each piece is a message with room for the others. Where a
Chinese word meets a number they are set a space apart, whichever pieces they came from: 每月 22 日.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime

from pgc_lib.core.recurrence_rule import Rule
from pgc_lib.core.shown import text_of
from pgc_lib.core.words import HAN
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
_MONTHS = (
    N_("January"),
    N_("February"),
    N_("March"),
    N_("April"),
    N_("May"),
    N_("June"),
    N_("July"),
    N_("August"),
    N_("September"),
    N_("October"),
    N_("November"),
    N_("December"),
)
_WORKDAYS = tuple((day, 0) for day in range(5))
_MEETING = re.compile(f"(?<=[{HAN}])(?=[0-9])|(?<=[0-9])(?=[{HAN}])")


def words(rule: Rule) -> str:
    """The whole rule as a person would say it."""
    said = _how_often(rule)
    if times := _times(rule):
        said = _("{what} at {times}", what=said, times=times)
    if rule.until is not None:
        until = rule.until
        if isinstance(until, datetime) and until.tzinfo is None:
            day = f"{until:%Y-%m-%d %H:%M}"
        else:
            day = text_of(until)
        said = _("{what}, until {day}", what=said, day=day)
    if rule.count is not None:
        said = n_("{what}, once", "{what}, {n} times", rule.count, what=said)
    return _MEETING.sub(" ", said)


def _how_often(rule: Rule) -> str:
    when, n = _when(rule), rule.interval
    match rule.frequency, n, bool(when):
        case "DAILY", 1, False:
            return _("every day")
        case "DAILY", 1, True:
            return _("every day {when}", when=when)
        case "DAILY", number, False:
            return _("every {n} days", n=number)
        case "DAILY", number, True:
            return _("every {n} days {when}", n=number, when=when)
        case "WEEKLY", 1, False:
            return _("every week")
        case "WEEKLY", 1, True:
            return _("every week {when}", when=when)
        case "WEEKLY", number, False:
            return _("every {n} weeks", n=number)
        case "WEEKLY", number, True:
            return _("every {n} weeks {when}", n=number, when=when)
        case "MONTHLY", 1, False:
            return _("every month")
        case "MONTHLY", 1, True:
            return _("every month {when}", when=when)
        case "MONTHLY", number, False:
            return _("every {n} months", n=number)
        case "MONTHLY", number, True:
            return _("every {n} months {when}", n=number, when=when)
        case _, 1, False:
            return _("every year")
        case _, 1, True:
            return _("every year {when}", when=when)
        case _, number, False:
            return _("every {n} years", n=number)
        case _, number, _when_said:
            return _("every {n} years {when}", n=number, when=when)


def _when(rule: Rule) -> str:
    """Months, weeks and days: “in May on the first Monday”."""
    months = _and(_(_MONTHS[month - 1]) for month in rule.months)
    weeks = _and(_("week {n}", n=week) for week in rule.weeks)
    span = " ".join(filter(None, (months, weeks)))
    days = _days(rule)
    if rule.months and rule.month_days and not (rule.weeks or rule.days or rule.year_days):
        return _("on {days} of {months}", months=months, days=days)
    if span and days:
        return _("in {months} on {days}", months=span, days=days)
    if span:
        return _("in {months}", months=span)
    return _("on {days}", days=days) if days else ""


def _days(rule: Rule) -> str:
    named = rule.days == _WORKDAYS
    weekdays = _("weekdays") if named else _and(_weekday(day, place) for day, place in rule.days)
    others = _and(
        [
            *(_month_day(day) for day in rule.month_days),
            *(_("day {n} of the year", n=day) for day in rule.year_days),
        ]
    )
    if weekdays and others:
        # Both must hold: Friday the 13th.
        days = _("{days} that is {others}", days=weekdays, others=others)
    else:
        days = weekdays or others
    if rule.places and days:
        days = _and(_chosen(place, days) for place in rule.places)
    return days


def _weekday(day: int, place: int) -> str:
    weekday = _(_WEEKDAYS[day])
    if place == 0:
        return weekday
    if place == -1:
        return _("the last {weekday}", weekday=weekday)
    if place < 0:
        return _("the {nth} last {weekday}", nth=_nth(-place), weekday=weekday)
    return _("the {nth} {weekday}", nth=_nth(place), weekday=weekday)


def _month_day(day: int) -> str:
    if day == -1:
        return _("the last day")
    if day < 0:
        return _("the {nth} last day", nth=_nth(-day))
    return _("the {nth}", nth=_nth(day))


def _chosen(place: int, days: str) -> str:
    if place == -1:
        return _("the last of {days}", days=days)
    if place < 0:
        return _("the {nth} last of {days}", nth=_nth(-place), days=days)
    return _("the {nth} of {days}", nth=_nth(place), days=days)


def _times(rule: Rule) -> str:
    if not (rule.hours or rule.minutes or rule.seconds):
        return ""
    if not rule.hours:
        return _("minute {minutes}", minutes=_and(map(str, rule.minutes or rule.seconds)))
    return _and(
        f"{hour:02}:{minute:02}" for hour in rule.hours for minute in (rule.minutes or (0,))
    )


def _and(pieces: Iterable[str]) -> str:
    found: Sequence[str] = list(pieces)
    if len(found) < 2:
        return "".join(found)
    *most, last = found
    return _("{most} and {last}", most=_(", ").join(most), last=last)


def _nth(n: int) -> str:
    """1st, 2nd, 3rd in English; the number alone in Chinese, which has the word around it."""
    if lang() != "en":
        return str(n)
    ending = "th" if 10 < n % 100 < 20 else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
    return f"{n}{ending}"
