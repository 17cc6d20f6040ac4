"""Wellbeing: how one is, what goes with it, and what one tries.

lab.wellbeing.log(7, energy=5, tags=["work"], note="…");      lab.wellbeing.slept("23:30", "07:10", quality=4)
lab.wellbeing.begin("Meditation", times=3);  lab.wellbeing.check("Meditation");  lab.wellbeing.standings()
lab.wellbeing.questions("who-5");  lab.wellbeing.answer("who-5", [3, 4, 3, 2, 4]);  lab.wellbeing.results()
lab.wellbeing.trend("mood");  lab.wellbeing.changes("mood");  lab.wellbeing.links("mood")
lab.wellbeing.experiment("No coffee after noon", measure="sleep_hours", a="no coffee", lag=1);  lab.wellbeing.result("…")
lab.wellbeing.today();  lab.wellbeing.due()

Nothing here is a diagnosis. What is computed is about one's own days.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import SystemRandom
from typing import Any
from uuid import UUID

from pgc_lib.areas.wellness import experiments as plans
from pgc_lib.areas.wellness import trying
from pgc_lib.areas.wellness.habits import Standing
from pgc_lib.areas.wellness.looking import Looking
from pgc_lib.areas.wellness.measures import Reading
from pgc_lib.areas.wellness.nights import Night
from pgc_lib.areas.wellness.noting import Day
from pgc_lib.areas.wellness.records import Adherence, Design, Experiment, Mood
from pgc_lib.areas.wellness.trying import Outcome
from pgc_lib.core.faces import face
from pgc_lib.core.ids import new_id
from pgc_lib.core.shown import Listing, card
from pgc_lib.core.together import together
from pgc_lib.core.zone import zone
from pgc_lib.errors import Conflict, Invalid, NotFound, Problem
from pgc_lib.i18n import _
from pgc_lib.stores.filters import col

__all__ = ["Due", "Today", "Wellbeing"]


@dataclass(frozen=True, slots=True)
class Due:
    """Something to do or to note today."""

    what: str
    kind: str
    """`habit`, `experiment` or `mood`."""
    clock: str
    record: UUID | None
    detail: str = ""

    def _shown_(self) -> Mapping[str, Any]:
        return {
            _("To be done"): self.what,
            _("In a sentence"): self.detail,
            _("Time of day"): self.clock,
        }


@dataclass(frozen=True, slots=True)
class Today:
    """How today is so far."""

    day: date
    moods: list[Mood]
    night: Night | None
    standings: list[Standing]
    due: list[Due]

    @property
    def mood(self) -> float | None:
        """The mean of today's moods."""
        values = [each.mood for each in self.moods if each.mood is not None]
        return sum(values) / len(values) if values else None

    def _shown_(self) -> Mapping[str, Any]:
        return {
            _("Day"): self.day,
            _("Mood"): None if self.mood is None else round(self.mood, 1),
            _("Tags"): sorted({tag for each in self.moods for tag in each.tags}),
            _("Hours slept"): round(self.night.hours, 2) if self.night else None,
            _("Streaks"): [f"{each.name} {each.forgiving.current}" for each in self.standings if each.forgiving.current],
            _("Still to do"): [each.what for each in self.due],
        }  # fmt: skip

    def _repr_html_(self) -> str:
        return card(self._shown_())


class Wellbeing(Looking, name="wellbeing", main="moods"):
    """Wellbeing."""

    # ── today ────────────────────────────────────────────────────────────────────────────────────────

    def today(self) -> Today:
        """How today is so far: moods, the night, habits, and what is still to do."""
        now = self._now()
        nights = self.nights(since=now, until=now)
        return Today(
            now, self._moods_of(now), nights[0] if nights else None, self.standings(), self.due()
        )

    def due(self) -> Listing[Due]:
        """What is to be done or noted today: open habits, the arm of an experiment, a mood; by time of day."""
        now = self._now()
        found = [
            Due(habit.name, "habit", habit.clock, habit.id, _("The next miss breaks the streak.") if standing.at_risk and standing.forgiving.current else "")
            for habit in self._going_on()
            if (standing := self.standing(habit)).open_today
        ]  # fmt: skip
        for each in self.experiments.find(owner=self.session.person, ended=None):
            arm = trying.arm(each, now)
            if arm and not self.adherence.count(experiment=each.id, day=now):
                told = each.a if arm == "A" else each.b
                found.append(Due(each.title, "experiment", each.clock, each.id, _("Today {arm}: {told}", arm=arm, told=told)))  # fmt: skip
        if not self._moods_of(now):
            found.append(Due(_("Note how you are"), "mood", "", None))
        return Listing(sorted(found, key=lambda each: (each.clock or "99", each.what)))

    # ── experiments ──────────────────────────────────────────────────────────────────────────────────

    def heatmap(self) -> Any:
        """Mood, vigour, exercise and sleep as a calendar of the year."""
        return face("wellbeing.heatmap")(self)

    def experiment(
        self,
        title: str,
        *,
        measure: str,
        a: str,
        b: str = "",
        hypothesis: str = "",
        design: Design = "randomised",
        days: int = 28,
        block: int = 1,
        before: int = 28,
        start: Day = None,
        **values: Any,
    ) -> Experiment:
        """Plan an experiment: A and B drawn by lot for each day or block, or `design="before_after"`.

        Before/after begins on `start` and compares with the `before` days until then, which may be past.
        """
        self._chosen((measure,), self.session.person)
        first = self._day(start)
        if not 1 <= days <= 366 or not 1 <= before <= 366 or not 1 <= block <= 60:
            raise Invalid(
                _("This cannot be:"),
                [Problem("days", _("an experiment has 1 to 366 days, in blocks of 1 to 60"), days)],
            )
        if design == "before_after":
            plan, first, block = plans.before_after(before, days), first - timedelta(days=before), 1
        else:
            plan = plans.drawn(days, block, SystemRandom())
        return self.experiments.add(
            title=title, measure=measure, a=a, b=b or _("as always"), hypothesis=hypothesis,
            design=design, start=first, block=block, plan=plan, **values,
        )  # fmt: skip

    def arm(self, experiment: str | UUID | Experiment, *, day: Day = None) -> str:
        """What the plan says for a day: A or B, empty outside of it."""
        return trying.arm(self._experiment(experiment), self._day(day))

    def went(
        self,
        experiment: str | UUID | Experiment,
        as_planned: bool = True,
        *,
        day: Day = None,
        note: str = "",
    ) -> Adherence:
        """Note whether a day went as planned; a second word on a day replaces the first."""
        known = self._experiment(experiment)
        wanted = self._day(day)
        at = (wanted - known.start).days
        if not 0 <= at < len(known.plan) or wanted > self._now():
            raise Invalid(_("This cannot be:"), [Problem("day", _("the plan goes from {first} to {last}, and only days that have begun can be noted", first=known.start, last=trying.last_day(known)), wanted)])  # fmt: skip
        before = self.adherence.find(experiment=known.id, day=wanted)
        if before:
            return self.adherence.update(before[0], as_planned=as_planned, note=note or before[0].note)  # fmt: skip
        return self.adherence.add(experiment=known.id, day=wanted, as_planned=as_planned, note=note)

    def result(self, experiment: str | UUID | Experiment) -> Outcome:
        """What an experiment says so far: the difference with its interval, p, and the doubts."""
        known = self._experiment(experiment)
        owner = known.owner or self.session.person
        measure = self._chosen((known.measure,), owner)[0]
        last = trying.last_day(known) + timedelta(days=known.lag)
        reading = Reading(self.session, owner, known.start, min(last, self._now()))
        kept = {each.day: each.as_planned for each in self.adherence.find(experiment=known.id)}
        return trying.outcome(known, measure, measure.days(reading), kept, self._now())

    def conclude(self, experiment: str | UUID | Experiment, conclusion: str = "") -> Experiment:
        """End an experiment; what one concludes is sealed. Without a word, what the data say is kept."""
        known = self._experiment(experiment)
        if known.ended:
            raise Conflict(
                _("This experiment ended on {day}.", day=known.ended),
                next_step=_("`lab.wellbeing.experiment(…)` begins another one."),
            )
        said = conclusion or self.result(known).sentence
        return self.experiments.update(known, ended=self._now(), conclusion=said)

    def forget(self, experiment: str | UUID | Experiment) -> None:
        """Take an experiment away with everything noted of it, as one batch that can be undone."""
        known = self._experiment(experiment)
        with together(self.session, new_id()) as joined:
            mine = Wellbeing(joined)
            for each in mine.adherence.find(experiment=known.id):
                mine.adherence.remove(each)
            mine.experiments.remove(known.id)

    # ── between ──────────────────────────────────────────────────────────────────────────────────────

    def _experiment(self, experiment: str | UUID | Experiment) -> Experiment:
        if isinstance(experiment, Experiment):
            return self.experiments.get(experiment.id)
        if isinstance(experiment, UUID):
            return self.experiments.get(experiment)
        found = self.experiments.find(title=experiment, owner=self.session.person, order="-start", limit=1)  # fmt: skip
        if not found:
            raise NotFound(
                _("There is no experiment “{name}”.", name=experiment),
                next_step=_("`lab.wellbeing.experiment(…)` begins one; `lab.wellbeing.experiments.find()` shows all."),
            )  # fmt: skip
        return found[0]

    def _moods_of(self, day: date) -> list[Mood]:
        begin = datetime.combine(day, time(), zone())
        end = datetime.combine(day + timedelta(days=1), time(), zone())
        return self.moods.find(
            col("at") >= begin, col("at") < end, owner=self.session.person, order="at"
        )
