"""Nights: which day a sleep belongs to and how long it was, over midnight and over changes of the clock.

A night belongs to the day on which one wakes up; whoever wakes before 20:00 slept for that day, whoever wakes later
(the first part of a broken night, a shift worker's early sleep) for the next. A nap stays with its own day. Its
length is the real time between, so a night in which the clock is put forward is an hour shorter. What two devices
recorded at the same time counts once.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from pgc_lib.core.shown import Told
from pgc_lib.i18n import _

if TYPE_CHECKING:
    from pgc_lib.areas.wellness.records import Sleep

_TURNS = timedelta(hours=4)
"""So long before midnight the next day's night begins."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """One recorded sleep."""

    asleep: datetime
    woke: datetime
    awake: int = 0
    quality: int | None = None
    nap: bool = False


@dataclass(frozen=True, slots=True)
class Night(Told):
    """What was slept for one day."""

    day: date
    hours: float
    naps: float
    quality: float | None
    asleep: datetime | None
    """When the night began, by the person's clock."""
    woke: datetime | None

    def _shown_(self) -> Mapping[str, Any]:
        return {
            _("Day"): self.day,
            _("Hours"): round(self.hours, 2),
            _("Naps"): round(self.naps, 2) or None,
            _("Quality"): self.quality,
            _("Fell asleep"): self.asleep,
            _("Woke up"): self.woke,
        }


def stretch_of(sleep: "Sleep") -> Stretch:
    """A kept sleep without what does not matter here."""
    return Stretch(sleep.asleep, sleep.woke, sleep.awake, sleep.quality, sleep.nap)


def day_of(stretch: Stretch, zone: ZoneInfo) -> date:
    """The day that a sleep belongs to."""
    woke = stretch.woke.astimezone(zone).replace(tzinfo=None)
    return (woke if stretch.nap else woke + _TURNS).date()


def nights(stretches: Iterable[Stretch], zone: ZoneInfo) -> list[Night]:
    """One line a day on which something was recorded; days without a record are not there."""
    by_day: dict[date, list[Stretch]] = {}
    for each in stretches:
        by_day.setdefault(day_of(each, zone), []).append(each)
    return [_night(day, by_day[day], zone) for day in sorted(by_day)]


def _night(day: date, stretches: list[Stretch], zone: ZoneInfo) -> Night:
    main = [each for each in stretches if not each.nap]
    naps = [each for each in stretches if each.nap]
    rated = [each.quality for each in (main or naps) if each.quality is not None]
    return Night(
        day,
        _slept(main),
        _slept(naps),
        sum(rated) / len(rated) if rated else None,
        min(each.asleep for each in main).astimezone(zone) if main else None,
        max(each.woke for each in main).astimezone(zone) if main else None,
    )


def _slept(stretches: list[Stretch]) -> float:
    """Hours of the union; what was lain awake counts for the stretch that covers the most."""
    spans = sorted((each.asleep, each.woke, each.awake) for each in stretches)
    total = timedelta()
    end: datetime | None = None
    awake = 0
    for begin, finish, lain in spans:
        if end is None or begin >= end:
            total += finish - begin
            awake += lain
            end = finish
        else:
            # The same night as another device saw it: its minutes awake are the same ones.
            total += max(timedelta(), finish - end)
            end = max(end, finish)
    return max(0.0, (total - timedelta(minutes=awake)).total_seconds() / 3600)


def between(day: date, asleep: str, woke: str, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The moments of "23:30" and "07:10" for the day on which one woke up, in UTC.

    A time that the clock jumps over is meant an hour later; of one that it shows twice, the first.
    """
    begin, end = time.fromisoformat(asleep), time.fromisoformat(woke)
    first = day if begin < end else day - timedelta(days=1)
    return (
        datetime.combine(first, begin, zone).astimezone(UTC),
        datetime.combine(day, end, zone).astimezone(UTC),
    )


@dataclass(frozen=True, slots=True)
class Rhythm(Told):
    """How regular the nights are."""

    nights: int
    hours: float
    spread: float
    """Half of the nights lie within so many hours of each other."""
    middle: str
    """The clock time halfway through the night, on average on the circle of the day."""
    regularity: float
    """From 0, any time of day, to 1, always the same; the length of the mean on that circle."""

    def _shown_(self) -> Mapping[str, Any]:
        return {
            _("Nights"): self.nights,
            _("Hours, middle value"): round(self.hours, 2),
            _("Half of the nights lie within"): _("{n} hours", n=round(self.spread, 2)),
            _("Middle of the night"): self.middle,
            _("Regularity"): f"{self.regularity:.2f}",
        }


def rhythm(found: Iterable[Night]) -> Rhythm | None:
    """How long and how regular; None without nights."""
    with_times = [each for each in found if each.asleep and each.woke]
    if not with_times:
        return None
    hours = sorted(each.hours for each in with_times)
    angles = [_middle(each) for each in with_times]
    x = sum(map(math.cos, angles)) / len(angles)
    y = sum(map(math.sin, angles)) / len(angles)
    minutes = round((math.atan2(y, x) % (2 * math.pi)) / (2 * math.pi) * 1440) % 1440
    return Rhythm(
        len(with_times),
        _quantile(hours, 0.5),
        _quantile(hours, 0.75) - _quantile(hours, 0.25),
        f"{minutes // 60:02}:{minutes % 60:02}",
        math.hypot(x, y),
    )


def _middle(night: Night) -> float:
    """Halfway through, as an angle of the day."""
    assert night.asleep and night.woke  # chosen so
    begin, end = night.asleep.astimezone(UTC), night.woke.astimezone(UTC)
    middle = (begin + (end - begin) / 2).astimezone(night.asleep.tzinfo)
    return (middle.hour * 60 + middle.minute) / 1440 * 2 * math.pi


def _quantile(ordered: list[float], part: float) -> float:
    at = part * (len(ordered) - 1)
    low = math.floor(at)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (at - low)
