"""What comes back: the rules of RFC 5545 ("FREQ=WEEKLY;BYDAY=MO,WE"), checked, walked and told in plain words.

Times are walked on the person's clock: 19:00 stays 19:00 when clocks change.

    class Plan(Record, …):
        rule: RRule | None = field(None, title=N_("Repeats"))

    occurrences("FREQ=MONTHLY;BYDAY=-1FR", date(2026, 1, 1), after=date(2026, 11, 1), limit=3)
    told("FREQ=WEEKLY;BYDAY=MO,WE")          # every week on Monday and Wednesday · 每周一、周三
"""

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from typing import Annotated, TypeVar, overload

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from pgc_lib.core.recurrence_rule import FREQUENCIES, WEEKDAYS, Rule, parse, walker
from pgc_lib.core.zone import zone as persons_zone

__all__ = [
    "FREQUENCIES",
    "WEEKDAYS",
    "RRule",
    "Rule",
    "checked",
    "following",
    "occurrences",
    "parse",
    "told",
    "walk",
]

MOST = 1000
"""Occurrences that are given unless more are asked for."""

Times = TypeVar("Times", date, datetime)


def checked(text: str) -> str:
    """The rule in its usual spelling; for pydantic, which shows the reason."""
    try:
        return str(parse(text))
    except ValueError as error:
        raise PydanticCustomError("rrule", "{reason}", {"reason": str(error)}) from None


RRule = Annotated[str, AfterValidator(checked)]
"""A rule of RFC 5545 as a field of a Record."""


@overload
def walk(rule: str | None, start: datetime, *, zone: tzinfo | None = None) -> Iterator[datetime]: ...  # fmt: skip
@overload
def walk(rule: str | None, start: date, *, zone: tzinfo | None = None) -> Iterator[date]: ...
def walk(rule: str | None, start: date, *, zone: tzinfo | None = None) -> Iterator[date]:
    """Every occurrence from the start on, one after the other; without a rule, the start alone.

    Days stay days. Times come in the person's zone, where a start without a zone is meant, too.
    """
    local = zone or persons_zone()
    if isinstance(start, datetime):
        clock = (start.astimezone(local) if start.tzinfo else start).replace(tzinfo=None)
    else:
        clock = datetime.combine(start, time())
    if rule is None:
        yield _given(clock, start, local)
        return
    known = parse(rule)
    if not _comes(
        replace(known, count=None, until=None), clock.replace(year=9200 + clock.year % 400)
    ):
        return
    last = _last(known.until, local)
    for moment in walker(known, clock):
        if last is not None and moment > last:
            return
        yield _given(moment, start, local)


@lru_cache(maxsize=1024)
def _comes(rule: Rule, start: datetime) -> bool:
    """Whether a rule ever meets its beginning, as every seventh day from a Tuesday on is never a Monday.

    The calendar repeats every 400 years, weekdays too, so the walk is moved to where dateutil soon stops.
    """
    return next(iter(walker(rule, start)), None) is not None


def _given(clock: datetime, start: date, local: tzinfo) -> date:
    if not isinstance(start, datetime):
        return clock.date()
    # There and back: a time that the clock jumps over is meant an hour later.
    return clock.replace(tzinfo=local).astimezone(UTC).astimezone(local)


def _last(until: date | datetime | None, local: tzinfo) -> datetime | None:
    """UNTIL on the person's clock; a day counts to its end."""
    if until is None:
        return None
    if not isinstance(until, datetime):
        return datetime.combine(until, time.max)
    return (until.astimezone(local) if until.tzinfo else until).replace(tzinfo=None)


def occurrences(
    rule: str | None,
    start: Times,
    *,
    after: date | datetime | None = None,
    before: date | datetime | None = None,
    without: Collection[date] = (),
    limit: int = MOST,
    zone: tzinfo | None = None,
) -> list[Times]:
    """The occurrences from `after` on and up to, not including, `before`; those of `without` are left out."""
    local = zone or persons_zone()
    left_out = {_comparable(each, start, local) for each in without}
    first = _comparable(after, start, local) if after is not None else None
    end = _comparable(before, start, local) if before is not None else None
    found: list[Times] = []
    for each in walk(rule, start, zone=local):
        if end is not None and each >= end:
            break
        if (first is None or each >= first) and each not in left_out:
            found.append(each)
            if len(found) >= limit:
                break
    return found


def following(
    rule: str | None,
    start: Times,
    after: date | datetime,
    *,
    without: Collection[date] = (),
    zone: tzinfo | None = None,
) -> Times | None:
    """The first occurrence later than a day or moment; None when there is none."""
    local = zone or persons_zone()
    if isinstance(start, datetime):
        moment = _comparable(after, start, local)
        if not isinstance(after, datetime):
            moment += timedelta(days=1)  # later than the whole day
        else:
            moment += timedelta(microseconds=1)
    else:
        moment = _comparable(after, start, local) + timedelta(days=1)
    found = occurrences(rule, start, after=moment, without=without, limit=1, zone=local)
    return found[0] if found else None


def _comparable(given: date | datetime, start: date, local: tzinfo) -> date:
    """A day or moment in the form of the occurrences: days among days, times among times."""
    if not isinstance(start, datetime):
        if isinstance(given, datetime):
            return (given.astimezone(local) if given.tzinfo else given).date()
        return given
    if not isinstance(given, datetime):
        given = datetime.combine(given, time())
    return given.astimezone(local) if given.tzinfo else given.replace(tzinfo=local)


def told(rule: str | None) -> str:
    """A rule in plain words, in the person's language; empty without one."""
    from pgc_lib.core.recurrence_words import words

    return words(parse(rule)) if rule else ""
