"""Noting down how one is: moods, nights, movement, habits, and answers to instruments."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pgc_lib.areas.wellness import habits as habit_rules
from pgc_lib.areas.wellness import instruments as known
from pgc_lib.areas.wellness import nights as night_rules
from pgc_lib.areas.wellness import scoring
from pgc_lib.areas.wellness.habits import Standing
from pgc_lib.areas.wellness.help import Hint
from pgc_lib.areas.wellness.instruments import Instrument
from pgc_lib.areas.wellness.measures import checks_of
from pgc_lib.areas.wellness.records import (
    Adherence,
    Answers,
    CheckIn,
    Exercise,
    Experiment,
    Habit,
    Mood,
    Sleep,
)
from pgc_lib.areas.wellness.scoring import Result
from pgc_lib.core.area import Area, Kept
from pgc_lib.core.shown import Listing
from pgc_lib.core.zone import today, zone
from pgc_lib.errors import Invalid, NotFound, Problem
from pgc_lib.i18n import _
from pgc_lib.stores.filters import col

if TYPE_CHECKING:
    import polars as pl

Day = date | str | None


class Noting(Area, name="wellbeing", main="moods"):
    """What is kept of wellbeing, and how it is noted."""

    moods: Kept[Mood] = Kept(Mood)
    sleep: Kept[Sleep] = Kept(Sleep)
    exercise: Kept[Exercise] = Kept(Exercise)
    habits: Kept[Habit] = Kept(Habit)
    checkins: Kept[CheckIn] = Kept(CheckIn)
    answers: Kept[Answers] = Kept(Answers)
    experiments: Kept[Experiment] = Kept(Experiment)
    adherence: Kept[Adherence] = Kept(Adherence)

    # ── moods, nights, movement ──────────────────────────────────────────────────────────────────────

    def log(self, mood: int | None = None, **values: Any) -> Mood:
        """Note how one feels, now unless `at` says when: `log(7, energy=5, tags=["work"], note="…")`."""
        return self.moods.add(**{"mood": mood, "at": datetime.now(UTC), **values})

    def slept(
        self, asleep: datetime | str, woke: datetime | str, *, day: Day = None, **values: Any
    ) -> Sleep:
        """Note a night: two moments, or two times of day such as `slept("23:30", "07:10")` for the day one woke up."""
        if isinstance(asleep, str) and isinstance(woke, str) and len(asleep) <= 5 >= len(woke):
            wanted = self._day(day)
            try:
                asleep, woke = night_rules.between(wanted, asleep, woke, zone())
            except ValueError:
                raise Invalid(
                    _("This cannot be:"),
                    [Problem("asleep", _("a time of day is written as 23:30"), f"{asleep} {woke}")],
                ) from None
        return self.sleep.add(asleep=asleep, woke=woke, **values)

    def moved(self, what: str, minutes: int, **values: Any) -> Exercise:
        """Note movement that is no hobby, just ended unless `start` says when it began."""
        lasted = timedelta(minutes=max(0, min(minutes, 2880)))
        return self.exercise.add(
            **{"start": datetime.now(UTC) - lasted, **values}, what=what, minutes=minutes
        )

    # ── habits ───────────────────────────────────────────────────────────────────────────────────────

    def begin(
        self, name: str, *, rule: str | None = None, times: int | None = None, **values: Any
    ) -> Habit:
        """Begin a habit: by a rule of RFC 5545, or `times=3` a week (or `every="month"`); each day unless said."""
        if rule is None and times is None:
            rule = "FREQ=DAILY"
        return self.habits.add(
            **{"start": self._now(), **values}, name=name, rule=rule, times=times
        )

    def habit(self, habit: str | UUID | Habit) -> Habit:
        """A habit by its name or id."""
        if isinstance(habit, Habit):
            return habit
        if isinstance(habit, UUID):
            return self.habits.get(habit)
        found = self.habits.find(name=habit, owner=self.session.person)
        if not found:
            raise NotFound(
                _("There is no habit “{name}”.", name=habit),
                next_step=_("`lab.wellbeing.begin(name)` begins it; `lab.wellbeing.standings()` shows all."),
            )  # fmt: skip
        return found[0]

    def check(
        self,
        habit: str | UUID | Habit,
        amount: float | None = None,
        *,
        day: Day = None,
        excused: bool = False,
        note: str = "",
    ) -> CheckIn:
        """Tick a habit off for a day; an amount is added to what the day has already."""
        mine = self.habit(habit)
        wanted = self._day(day)
        if wanted > self._now():
            raise Invalid(_("This cannot be:"), [Problem("day", _("this day is yet to come"), wanted)])  # fmt: skip
        before = self.checkins.find(habit=mine.id, day=wanted, owner=mine.owner)
        if not before:
            return self.checkins.add(
                habit=mine.id,
                day=wanted,
                amount=0 if excused else mine.goal if amount is None else amount,
                excused=excused,
                note=note,
                owner=self._other(mine),
            )
        had = 0.0 if before[0].excused else before[0].amount
        total = max(had, mine.goal) if amount is None else had + amount
        return self.checkins.update(
            before[0],
            amount=0 if excused else total,
            excused=excused,
            note=note or before[0].note,
        )

    def uncheck(self, habit: str | UUID | Habit, *, day: Day = None) -> bool:
        """Take a day's tick away; whether there was one."""
        mine = self.habit(habit)
        found = self.checkins.find(habit=mine.id, day=self._day(day), owner=mine.owner)
        return any(self.checkins.remove(each) for each in found)

    def standing(self, habit: str | UUID | Habit) -> Standing:
        """How a habit holds: strict and forgiving streak, and how often it was done."""
        mine = self.habit(habit)
        return habit_rules.standing(mine, checks_of(self.session, mine), self._now())

    def standings(self, *, owner: UUID | None = None) -> Listing[Standing]:
        """Every habit that goes on, and how it holds."""
        return Listing(self.standing(habit) for habit in self._going_on(owner))

    def habit_days(self, habit: str | UUID | Habit, *, since: Day = None) -> "pl.DataFrame":
        """A habit day by day, for a calendar: `day amount share done excused`; days without a word are not in it."""
        import polars as pl

        mine = self.habit(habit)
        first = self._day(since) if since else mine.start
        lines = [
            {
                "day": day,
                "amount": check.amount,
                "share": min(1.0, check.amount / mine.goal),
                "done": check.amount >= mine.goal and not check.excused,
                "excused": check.excused,
            }
            for day, check in sorted(checks_of(self.session, mine).items())
            if day >= first
        ]
        schema: Any = {"day": pl.Date, "amount": pl.Float64, "share": pl.Float64, "done": pl.Boolean, "excused": pl.Boolean}  # fmt: skip
        return pl.DataFrame(lines, schema=schema)

    def _going_on(self, owner: UUID | None = None) -> list[Habit]:
        now = self._now()
        mine = self.habits.find(owner=owner or self.session.person)
        return [each for each in mine if each.start <= now and (each.ended is None or each.ended >= now)]  # fmt: skip

    # ── instruments ──────────────────────────────────────────────────────────────────────────────────

    def instruments(self) -> Listing[Instrument]:
        """The questionnaires there are, each with its source and licence."""
        return Listing(known.instruments().values())

    def questions(self, key: str) -> Instrument:
        """A questionnaire with its items and possible answers: `who-5`, `phq-9`, `gad-7` or `ipip-50`."""
        return known.instrument(key)

    def answer(
        self,
        key: str,
        answers: Sequence[int] | Mapping[int, int],
        *,
        at: datetime | str | None = None,
        note: str = "",
        source: str = "",
    ) -> Result:
        """Keep the answers to a questionnaire, sealed, and say what they come to: item 1 first, or by number."""
        instrument = known.instrument(key)
        values = scoring.checked(instrument, answers)
        kept = self.answers.add(
            instrument=instrument.key,
            at=at or datetime.now(UTC),
            answers=scoring.written(values),
            note=note,
            source=source,
        )
        return scoring.scored(instrument, values, at=kept.at, id=kept.id)

    def hint(
        self, key: str, answers: Sequence[int | None] | Mapping[int, int | None]
    ) -> Hint | None:
        """The help that single answers call for at once, for a form that is still being filled in."""
        return scoring.hint_at(known.instrument(key), answers)

    def results(self, key: str | None = None) -> Listing[Result]:
        """One's own results, the latest first; nobody else's can be opened."""
        chosen = [] if key is None else [col("instrument") == known.instrument(key).key]
        kept = self.answers.find(*chosen, owner=self.session.person, order="-at")
        found = []
        for each in kept:
            values = scoring.read(each.answers)
            instrument = known.instruments().get(each.instrument)
            if values is not None and instrument is not None:
                found.append(scoring.scored(instrument, values, at=each.at, id=each.id))
        return Listing(found)

    def scores(self, key: str) -> "pl.DataFrame":
        """One's own scores over time, one line a scale: `at scale score low high band`."""
        import polars as pl

        lines = [
            {
                "at": result.at,
                "scale": str(score.scale.name),
                "score": score.value,
                "lowest": score.lowest,
                "highest": score.highest,
                "band": str(score.band.text) if score.band else None,
            }
            for result in reversed(self.results(key))
            for score in result.scores
        ]
        schema: Any = {"at": pl.Datetime("us", "UTC"), "scale": pl.String, "score": pl.Int64, "lowest": pl.Int64, "highest": pl.Int64, "band": pl.String}  # fmt: skip
        return pl.DataFrame(lines, schema=schema)

    # ── between ──────────────────────────────────────────────────────────────────────────────────────

    def _now(self) -> date:
        """Today, or the day of the time that is looked at."""
        return self.session.at.astimezone(zone()).date() if self.session.at else today()

    def _day(self, day: Day) -> date:
        if day is None:
            return self._now()
        try:
            return date.fromisoformat(day) if isinstance(day, str) else day
        except ValueError:
            raise Invalid(
                _("This cannot be:"), [Problem("day", _("a day is written as 2026-12-31"), day)]
            ) from None

    def _other(self, record: Habit | Experiment) -> UUID | None:
        """Whose it is, when it is not one's own."""
        return record.owner if record.owner != self.session.person else None
