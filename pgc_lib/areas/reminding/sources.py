"""Where reminders come from: own ones, to-dos, the family's dates, plans. Packages add theirs by `pgc.reminders`.

A source is a function of a session, two moments and the preferences; it gives cues that may be due between them.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, TypeAlias
from uuid import UUID

from pgc_lib.areas.kin.dates import Recurring, day_of
from pgc_lib.areas.reminding.due import Cue
from pgc_lib.areas.reminding.records import Preferences, Reminder
from pgc_lib.areas.todo.before import MOST_DAYS
from pgc_lib.areas.wellness.cues import experiments
from pgc_lib.core.collection import Collection
from pgc_lib.core.pointer import point
from pgc_lib.core.points import entry_points
from pgc_lib.core.session import Session
from pgc_lib.i18n import _
from pgc_lib.stores.filters import col

Source: TypeAlias = Callable[[Session, datetime, datetime, Preferences], Iterable[Cue]]
_DAYS = timedelta(days=2)
_FAR = """
    select id from todos.items
    where owner = :owner and not done and due > :after and due <= :until and cardinality(remind) > 0"""


def cues(
    session: Session, start: datetime, end: datetime, preferences: Preferences
) -> Iterator[Cue]:
    """Everything that may be due between two moments."""
    for name, source in sources().items():
        if name not in preferences.without:
            yield from source(session, start, end, preferences)


def sources() -> dict[str, Source]:
    """Every source by name."""
    others = {point.name: point.load() for point in entry_points(group="pgc.reminders")}
    return {
        **others,
        "own": own,
        "todos": todos,
        "family": family,
        "plans": plans,
        "habits": habits,
        "experiments": experiments,
    }


def own(session: Session, start: datetime, end: datetime, _preferences: Preferences) -> Iterator[Cue]:  # fmt: skip
    """The person's own reminders."""
    reminders = Collection(session, Reminder)
    latest = end.date() + timedelta(days=MOST_DAYS + 2)
    for each in reminders.find(col("day") <= latest, active=True, owner=session.person):
        if each.rule or each.lunar or each.day >= (start - _DAYS).date():
            yield cue_of(each)


def cue_of(reminder: Reminder) -> Cue:
    """An own reminder as a cue."""
    cue = Cue(
        f"reminders.items/{reminder.id}", "own", reminder.title, reminder.day, reminder.clock, reminder.zone,
        rule=reminder.rule, before=tuple(reminder.before), urgent=reminder.urgent, note=reminder.note,
        about=reminder.about, since=reminder.created_at,
    )  # fmt: skip
    if not reminder.lunar:
        return cue
    by_moon: Recurring = day_of(reminder.day, lunar=True)
    wanted = replace(by_moon, missing=reminder.missing)
    return replace(cue, moon=wanted) if reminder.lunar == "monthly" else replace(cue, yearly=wanted)


def todos(session: Session, start: datetime, end: datetime, preferences: Preferences) -> Iterator[Cue]:  # fmt: skip
    """What is due and not done."""
    from pgc_lib.areas.todo.before import span
    from pgc_lib.areas.todo.records import HIGH, Todo

    items = Collection(session, Todo)
    usual = tuple(preferences.todo_before)
    reach = max((span(each) for each in usual), default=timedelta())
    first, last = (start - _DAYS).date(), (end + _DAYS).date()
    mine: dict[str, Any] = {"done": False, "owner": session.person}
    near = items.find(col("due") >= first, col("due") <= last + reach, **mine)
    far = _far(session, last + reach, last + timedelta(days=MOST_DAYS))
    further = items.find(col("id").is_in(far)) if far else ()
    for each in (*near, *further):
        if each.due is not None:
            yield Cue(
                f"todos.items/{each.id}", "todos", each.title, each.due, each.at, each.zone,
                before=tuple(each.remind) or usual, urgent=each.priority == HIGH and bool(each.at), note=each.note,
                about=point(each), since=each.created_at,
            )  # fmt: skip


def _far(session: Session, after: date, until: date) -> list[UUID]:
    """The few to-dos that want to be told of long before."""
    from sqlalchemy import text

    with session.reading() as connection:
        values = {"owner": session.person, "after": after, "until": until}
        return list(connection.execute(text(_FAR), values).scalars())


def family(session: Session, _start: datetime, end: datetime, preferences: Preferences) -> Iterator[Cue]:  # fmt: skip
    """Birthdays, wedding days, days of death, occasions, by either calendar."""
    from pgc_lib.areas.family import Family

    for each in Family(session).marked():
        own_offset = () if each.remind is None else tuple(sorted({"0m", f"{each.remind}d"}))
        yield Cue(
            f"family/{each.uid}", "family", each.what, end.date(), yearly=each.recurring,
            before=own_offset or tuple(preferences.family_before),
        )  # fmt: skip


def plans(session: Session, start: datetime, end: datetime, preferences: Preferences) -> Iterator[Cue]:  # fmt: skip
    """What is planned with hobbies."""
    from pgc_lib.areas.hobby.records import Plan

    latest = end.date() + timedelta(days=MOST_DAYS + 2)
    for each in Collection(session, Plan).find(col("day") <= latest, owner=session.person):
        if each.rule or each.day >= (start - _DAYS).date():
            yield Cue(
                f"hobbies.plans/{each.id}", "plans", each.title, each.day, each.clock, each.zone, each.rule,
                tuple(each.without), before=tuple(preferences.plan_before) if each.clock else ("0m",),
                note=_("Where: {place}", place=each.place) if each.place else "", about=point(each),
                since=each.created_at,
            )  # fmt: skip


def habits(session: Session, start: datetime, end: datetime, _preferences: Preferences) -> Iterator[Cue]:  # fmt: skip
    """Habits that have a time of day, on their days, unless they are done or within a pause."""
    from pgc_lib.areas.wellness.habits import repeats
    from pgc_lib.areas.wellness.records import CheckIn, Habit

    found = Collection(session, Habit).find(
        col("clock") > "", col("start") <= (end + _DAYS).date(), owner=session.person
    )
    current = [each for each in found if each.ended is None or each.ended >= (start - _DAYS).date()]
    if not current:
        return
    checks = Collection(session, CheckIn).find(
        col("day") >= (start - _DAYS).date(), owner=session.person
    )
    done = {(each.habit, each.day.isoformat()) for each in checks}
    first, length = (start - _DAYS).date(), (end - start + 2 * _DAYS).days + 1
    near = [(first + timedelta(days=n)).isoformat() for n in range(length)]
    for each in current:
        days = tuple(day for day in near if (each.id, day) in done or _paused(each.pauses, day))
        yield Cue(
            f"wellbeing.habits/{each.id}", "habits", each.name, each.start, each.clock,
            rule=each.rule or "FREQ=DAILY", without=days, note=repeats(each), about=point(each), since=each.created_at,
        )  # fmt: skip


def _paused(pauses: Iterable[str], day: str) -> bool:
    """Whether a day lies within a pause; days as ISO writes them are ordered as texts, too."""
    spans = (each.replace(" ", "").partition("/") for each in pauses)
    return any(first <= day <= (last or first) for first, _sep, last in spans)
