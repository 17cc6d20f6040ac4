"""What can be compared day by day: one's own wellbeing beside money, practice, hobbies and to-dos.

A measure gives a value for a day, or nothing. **A day without an entry is unknown, never a zero**: nobody's mood is 0
because they did not write it down. Only amounts that are counted (spending, minutes, hours, to-dos) are nothing on a
day between two entries that lie at most 14 days apart: there one was evidently keeping record. What lies further
apart is unknown, too.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

from pgc_lib.areas.wellness import habits as habit_rules
from pgc_lib.areas.wellness.nights import Night, Stretch, nights
from pgc_lib.areas.wellness.records import CheckIn, Exercise, Habit, Mood, Sleep
from pgc_lib.core.collection import Collection
from pgc_lib.core.session import Session
from pgc_lib.core.zone import today, zone
from pgc_lib.i18n import N_, _
from pgc_lib.stores.filters import col

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

Days = Mapping[date, float]
Silence = Literal["unknown", "nothing"]

RECORDING = 14
"""Between two entries at most so many days apart, days without one count as nothing done."""
_TAG_DAYS = 10
"""A tag that was used on fewer days is not offered as a measure."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Whose days are read, from which day to which."""

    session: Session
    owner: UUID
    first: date
    last: date
    kept: dict[str, Any] = field(default_factory=dict, compare=False)
    """What several measures are made of, read once."""

    def once(self, name: str, read: Callable[[], Any]) -> Any:
        """What was read under a name, or is read now."""
        if name not in self.kept:
            self.kept[name] = read()
        return self.kept[name]

    def rows(self, record: Any, columns: list[str], *conditions: Any) -> "pl.DataFrame":
        """Some columns of what this person keeps of a kind."""
        kept: Collection[Any] = Collection(self.session, record)
        return kept.frame(*conditions, columns=columns, owner=self.owner)

    def within(self, field: str) -> list[Any]:
        """The conditions under which a moment lies in these days, with a day to spare on both sides."""
        begin = datetime.combine(self.first - timedelta(days=2), time(), zone())
        end = datetime.combine(self.last + timedelta(days=2), time(), zone())
        return [col(field) >= begin, col(field) < end]


@dataclass(frozen=True, slots=True)
class Measure:
    """Something that has a value a day."""

    name: str
    title: str
    silence: Silence
    reads: Callable[[Reading], Days]
    unit: str = ""

    def days(self, reading: Reading) -> Days:
        """Its values of these days; silent ones as the measure means them."""
        found = {
            day: value
            for day, value in self.reads(reading).items()
            if reading.first <= day <= reading.last
        }
        return _with_nothing(found) if self.silence == "nothing" else found

    def _shown_(self) -> Mapping[str, Any]:
        return {
            _("Measure"): self.name,
            _("Name"): self.title,
            _("Unit"): self.unit,
            _("A day without an entry"): _("unknown")
            if self.silence == "unknown"
            else _("nothing, while one keeps record"),
        }


def _with_nothing(found: Days) -> Days:
    filled = dict(found)
    known = sorted(found)
    for one, other in pairwise(known):
        apart = (other - one).days
        if 1 < apart <= RECORDING:
            filled |= {one + timedelta(days=n): 0.0 for n in range(1, apart)}
    return filled


def measures(session: Session, owner: UUID) -> dict[str, Measure]:
    """Every measure that this person has, by its name: the known ones, each habit and each tag in use."""
    found = {name: Measure(name, _(title), silence, reads, _(unit) if unit else "") for name, title, silence, reads, unit in KNOWN}  # fmt: skip
    for habit in Collection(session, Habit).find(owner=owner):
        name = f"habit:{habit.name}"
        found[name] = Measure(name, _("Habit: {name}", name=habit.name), "unknown", _habit(habit))
    tags = _tagged(Reading(session, owner, date(1900, 1, 1), today()))
    for tag in sorted(tags, key=lambda each: (-len(tags[each]), each)):
        if len(tags[tag]) >= _TAG_DAYS:
            name = f"tag:{tag}"
            found[name] = Measure(name, _("Tag: {name}", name=tag), "unknown", _tag(tag))
    return found


def frame(chosen: Iterable[Measure], reading: Reading) -> "pl.DataFrame":
    """One line a day and one column a measure; what is unknown is missing."""
    import polars as pl

    length = (reading.last - reading.first).days + 1
    days = [reading.first + timedelta(days=n) for n in range(max(0, length))]
    columns: dict[str, Any] = {"day": pl.Series("day", days, dtype=pl.Date)}
    for each in chosen:
        values = each.days(reading)
        columns[each.name] = pl.Series(each.name, [values.get(day) for day in days], dtype=pl.Float64)  # fmt: skip
    return pl.DataFrame(columns)


def array(frame: "pl.DataFrame", name: str) -> "NDArray[np.float64]":
    """A column as the statistics take it: NaN where nothing is known."""
    import polars as pl

    return frame[name].fill_null(float("nan")).cast(pl.Float64).to_numpy().copy()


# ── wellbeing itself ─────────────────────────────────────────────────────────────────────────────────────


def _moods(reading: Reading) -> "pl.DataFrame":
    def read() -> "pl.DataFrame":
        rows = reading.rows(Mood, ["at", "mood", "energy", "tags"], *reading.within("at"))
        return rows.with_columns(day=_local_day(rows, "at"))

    rows: pl.DataFrame = reading.once("moods", read)
    return rows


def _mean_of(field: str) -> Callable[[Reading], Days]:
    def reads(reading: Reading) -> Days:
        rows = _moods(reading).drop_nulls(field).group_by("day").agg(_pl().col(field).mean())
        return dict(rows.select("day", field).iter_rows())

    return reads


def _tagged(reading: Reading) -> dict[str, set[date]]:
    rows = reading.rows(Mood, ["at", "tags"])
    tagged = rows.with_columns(day=_local_day(rows, "at")).explode("tags").drop_nulls("tags")
    found: dict[str, set[date]] = {}
    for tag, day in tagged.select("tags", "day").unique().iter_rows():
        found.setdefault(tag, set()).add(day)
    return found


def _tag(tag: str) -> Callable[[Reading], Days]:
    def reads(reading: Reading) -> Days:
        pl = _pl()
        rows = _moods(reading).group_by("day").agg(pl.col("tags").list.contains(tag).any())
        return {day: float(has) for day, has in rows.select("day", "tags").iter_rows()}

    return reads


def nights_of(reading: Reading) -> list[Night]:
    """The nights of these days."""

    def read() -> list[Night]:
        rows = reading.rows(
            Sleep, ["asleep", "woke", "awake", "quality", "nap"], *reading.within("woke")
        )
        return nights((Stretch(*row) for row in rows.iter_rows()), zone())

    found: list[Night] = reading.once("nights", read)
    return found


def _slept(reading: Reading) -> Days:
    return {each.day: each.hours for each in nights_of(reading) if each.hours}


def _quality(reading: Reading) -> Days:
    return {each.day: each.quality for each in nights_of(reading) if each.quality is not None}


def _bedtime(reading: Reading) -> Days:
    """Hours after 18:00."""
    return {
        each.day: ((each.asleep.hour + each.asleep.minute / 60) - 18) % 24
        for each in nights_of(reading)
        if each.asleep is not None
    }


def _habit(habit: Habit) -> Callable[[Reading], Days]:
    def reads(reading: Reading) -> Days:
        checks = checks_of(reading.session, habit)
        last = min(reading.last, today())
        if habit.rule:
            due = habit_rules.occasions(habit, checks, last)
            return {each.day: float(each.done) for each in due if each.done is not None}
        # With so many times a week any day will do, so each day since the first check-in either has it or not.
        noted = [day for day, check in checks.items() if not check.excused]
        if not noted:
            return {}
        end = min(last - timedelta(days=1), habit.ended or last, max(noted) + timedelta(days=RECORDING))  # fmt: skip
        days = (end - min(noted)).days + 1
        every = (min(noted) + timedelta(days=n) for n in range(max(0, days)))
        return {
            day: float(habit_rules.is_done(habit, checks, day))
            for day in every
            if not (day in checks and checks[day].excused)
        }

    return reads


def checks_of(session: Session, habit: Habit) -> dict[date, habit_rules.Check]:
    """What its owner noted of a habit, by day."""
    rows = Collection(session, CheckIn).frame(
        columns=["day", "amount", "excused"], habit=habit.id, owner=habit.owner
    )
    return {day: habit_rules.Check(amount, excused) for day, amount, excused in rows.iter_rows()}


# ── elsewhere in the lab ─────────────────────────────────────────────────────────────────────────────────


def _exercise(reading: Reading) -> Days:
    """Minutes of movement: what is kept here, and of hobbies what was recorded or is physical; together once."""
    from pgc_lib.areas.hobby.catalogue import catalogue
    from pgc_lib.areas.hobby.records import Activity, Interest

    rows = reading.rows(Exercise, ["start", "minutes"], *reading.within("start"))
    spans = [(start, start + timedelta(minutes=minutes)) for start, minutes in rows.iter_rows()]
    hobbies = reading.rows(Interest, ["id", "hobby"])
    active = {
        id for id, key in hobbies.iter_rows() if key in catalogue() and catalogue()[key].body == "active"
    }  # fmt: skip
    done = reading.rows(
        Activity, ["start", "minutes", "interest", "km", "source"], *reading.within("start")
    )
    for start, minutes, interest, km, source in done.iter_rows():
        if minutes and (interest in active or km or (source or "").startswith("track:")):
            spans.append((start, start + timedelta(minutes=minutes)))
    found: dict[date, float] = {}
    end: datetime | None = None
    for begin, finish in sorted(spans):
        fresh = finish - (begin if end is None else max(begin, end))
        end = finish if end is None else max(end, finish)
        if fresh > timedelta():
            day = begin.astimezone(zone()).date()
            found[day] = found.get(day, 0.0) + fresh.total_seconds() / 60
    return found


def _hobbies(reading: Reading) -> Days:
    from pgc_lib.areas.hobby.records import Activity

    rows = reading.rows(Activity, ["start", "minutes"], *reading.within("start"))
    return _summed(rows.with_columns(day=_local_day(rows, "start")), "minutes", 60)


def _practice(reading: Reading) -> Days:
    from pgc_lib.areas.skill.records import Practice

    rows = reading.rows(
        Practice, ["day", "hours"], col("day") >= reading.first, col("day") <= reading.last
    )
    return _summed(rows, "hours", 1)


def _spending(reading: Reading) -> Days:
    """In the currency in which most is paid; transfers and wages are none, refunds are taken off."""
    from pgc_lib.areas.money.spent import spent_by_day

    pl = _pl()
    rows = spent_by_day(reading.session, reading.owner, reading.first, reading.last, earned=False)
    if rows.is_empty():
        return {}
    counts = rows.group_by("currency").agg(pl.col("count").sum()).sort("count", "currency")
    mine = rows.filter(pl.col("currency") == counts["currency"][-1])
    return _summed(mine.with_columns(pl.col("spent").cast(pl.Float64)), "spent", 1)


def _todos(reading: Reading) -> Days:
    from pgc_lib.areas.todos import Todo

    rows = reading.rows(Todo, ["done_at"], *reading.within("done_at")).drop_nulls("done_at")
    return _summed(rows.with_columns(day=_local_day(rows, "done_at"), one=_pl().lit(1)), "one", 1)


def _summed(rows: "pl.DataFrame", field: str, divided_by: float) -> Days:
    sums = rows.group_by("day").agg(_pl().col(field).sum())
    return {day: float(value) / divided_by for day, value in sums.iter_rows()}


def _local_day(rows: "pl.DataFrame", field: str) -> "pl.Series":
    return rows[field].dt.convert_time_zone(zone().key).dt.date()


def _pl() -> Any:
    import polars

    return polars


KNOWN: tuple[tuple[str, str, Silence, Callable[[Reading], Days], str], ...] = (
    ("mood", N_("Mood"), "unknown", _mean_of("mood"), ""),
    ("energy", N_("Vigour"), "unknown", _mean_of("energy"), ""),
    ("sleep_hours", N_("Hours slept"), "unknown", _slept, N_("hours")),
    ("sleep_quality", N_("Quality of sleep"), "unknown", _quality, ""),
    ("bedtime", N_("Bedtime (hours after 18:00)"), "unknown", _bedtime, N_("hours")),
    ("exercise", N_("Minutes of exercise"), "nothing", _exercise, N_("minutes")),
    ("hobbies", N_("Hours of hobbies"), "nothing", _hobbies, N_("hours")),
    ("practice", N_("Hours of practice"), "nothing", _practice, N_("hours")),
    ("spending", N_("Spending"), "nothing", _spending, ""),
    ("todos", N_("To-dos done"), "nothing", _todos, ""),
)
"""The measures that everyone has: name, title, what a silent day means, how it is read, unit."""
