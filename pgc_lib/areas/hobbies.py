"""Hobbies: what one likes to do, did and plans, and what one might like.

lab.hobbies.take_up("watercolour")                            # from the catalogue; or lab.hobbies.add(name="…")
lab.hobbies.log("水彩", minutes=60, joy=5, energy=1);  lab.hobbies.overview()
lab.hobbies.plan("Badminton", day="2026-11-25", clock="19:30", rule="FREQ=WEEKLY;BYDAY=WE");  lab.hobbies.ahead()
lab.hobbies.suggest(where="indoor")                           # each with its reason
trial = lab.hobbies.try_it("pottery");  lab.hobbies.check_in(trial, minutes=40, joy=4);  lab.hobbies.conclude(trial, "continue")
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pgc_lib.areas.hobby import trying
from pgc_lib.areas.hobby.catalogue import Hobby, catalogue, fitting, named
from pgc_lib.areas.hobby.liking import Done, Suggestion, Time, suggestions, tags_of
from pgc_lib.areas.hobby.planning import coming
from pgc_lib.areas.hobby.records import (
    Activity,
    CheckIn,
    Gear,
    Interest,
    Plan,
    Spot,
    Stage,
    Trial,
    Verdict,
)
from pgc_lib.core.area import Area, Kept
from pgc_lib.core.faces import face
from pgc_lib.core.ids import new_id
from pgc_lib.core.recurrence import told
from pgc_lib.core.shown import Listing
from pgc_lib.core.together import together
from pgc_lib.core.zone import zone
from pgc_lib.errors import Conflict, Invalid, NotFound, Problem
from pgc_lib.i18n import _
from pgc_lib.stores.filters import col

if TYPE_CHECKING:
    import polars as pl


class Hobbies(Area, name="hobbies", main="interests"):
    """Hobbies."""

    interests: Kept[Interest] = Kept(Interest)
    activities: Kept[Activity] = Kept(Activity)
    plans: Kept[Plan] = Kept(Plan)
    gear: Kept[Gear] = Kept(Gear)
    places: Kept[Spot] = Kept(Spot)
    trials: Kept[Trial] = Kept(Trial)
    checkins: Kept[CheckIn] = Kept(CheckIn)

    # ── interests ────────────────────────────────────────────────────────────────────────────────────

    def interest(self, interest: "str | UUID | Interest") -> Interest:
        """An interest by its name, by its name or key in the catalogue, or by id."""
        if isinstance(interest, Interest):
            return interest
        if isinstance(interest, UUID):
            return self.interests.get(interest)
        found = self.interests.find(name=interest)
        hobby = named(interest)
        if not found and hobby:
            found = self.interests.find(hobby=hobby.key)
        if not found:
            raise NotFound(
                _("There is no interest “{name}”.", name=interest),
                next_step=_("`lab.hobbies.take_up(name)` adds it; `lab.hobbies.find()` shows all."),
            )
        return found[0]

    def take_up(
        self, name: str, *, stage: Stage = "curious", batch: UUID | None = None, **values: Any
    ) -> Interest:
        """Add an interest; what the catalogue knows under the name is taken from there."""
        hobby = named(name)
        if hobby is None:
            return self.interests.add(name=name, stage=stage, batch=batch, **values)
        return self.interests.add(
            **{"name": hobby.name, "hobby": hobby.key, "stage": stage, **values}, batch=batch
        )

    def move(self, interest: "str | UUID | Interest", stage: Stage) -> Interest:
        """An interest enters another stage; history keeps when."""
        return self.interests.update(self.interest(interest).id, stage=stage)

    def stages(self, interest: "str | UUID | Interest") -> "pl.DataFrame":
        """The stages of an interest and since when it was in each, the first one first."""
        from pgc_lib.core.history import History

        known = self.interest(interest)
        lines = [
            {"since": change.at, "stage": difference.new}
            for change in reversed(History(self.session).of(known))
            for difference in change.differences
            if difference.field == "stage" and difference.new is not None
        ]
        return _frame(lines, since=_moment(), stage="String")

    # ── what was done ────────────────────────────────────────────────────────────────────────────────

    def log(
        self,
        interest: "str | UUID | Interest",
        *,
        minutes: int = 0,
        hours: float = 0,
        start: datetime | str | None = None,
        place: "str | UUID | None" = None,
        **values: Any,
    ) -> Activity:
        """Note that it was done, now unless a start is given."""
        known = self.interest(interest)
        lasted = minutes or round(hours * 60)
        begun = start or datetime.now(UTC) - timedelta(minutes=max(0, min(lasted, 100_000)))
        where = self._place(place).id if isinstance(place, str) else place
        return self.activities.add(
            **{"what": known.name, **values},
            interest=known.id, start=begun, minutes=lasted, place=where,
        )  # fmt: skip

    def overview(self, since: date | str | None = None) -> "pl.DataFrame":
        """Each interest with how often and how long it was done, what it cost and what it gave."""
        import polars as pl

        interests = self.interests.frame(columns=["id", "name", "stage"])
        done = self.activities.frame(*self._since(since))
        sums = done.group_by("interest").agg(
            pl.len().cast(pl.Int64).alias("times"),
            (pl.col("minutes").sum() / 60).round(1).alias("hours"),
            pl.col("cost").sum(),
            pl.col("joy").mean().round(2),
            pl.col("energy").mean().round(2),
            pl.col("start").max().dt.convert_time_zone(zone().key).dt.date().alias("last"),
        )
        return (
            interests.join(sums, left_on="id", right_on="interest", how="left")
            .drop("id")
            .with_columns(pl.col("times").fill_null(0), pl.col("hours").fill_null(0.0))
            .sort("hours", "name", descending=[True, False])
        )

    def hours(self, every: str = "1mo", since: date | str | None = None) -> "pl.DataFrame":
        """Hours by interest and period (`1d`, `1w`, `1mo`, `1q`, `1y`)."""
        import polars as pl

        names = self.interests.frame(columns=["id", "name"])
        done = self.activities.frame(*self._since(since), columns=["interest", "what", "start", "minutes", "joy"])  # fmt: skip
        local = pl.col("start").dt.convert_time_zone(zone().key).dt.date()
        return (
            done.join(names, left_on="interest", right_on="id", how="left")
            .with_columns(pl.coalesce("name", "what").alias("name"), local.dt.truncate(every).alias("period"))
            .group_by("period", "name")
            .agg((pl.col("minutes").sum() / 60).round(2).alias("hours"), pl.col("joy").mean().round(2))
            .sort("period", "hours", "name", descending=[False, True, False])
        )  # fmt: skip

    def heatmap(self) -> Any:
        """What was done as a calendar of the year."""
        return face("hobbies.heatmap")(self)

    def gear_use(self) -> "pl.DataFrame":
        """Each thing with the hours since it was bought, what an hour cost so far, and how worn it is."""
        import polars as pl

        done = self.activities.frame(columns=["interest", "start", "minutes"])
        local = done["start"].dt.convert_time_zone(zone().key).dt.date()
        lines = []
        for thing in self.gear:
            used = done.filter(
                (pl.col("interest") == (thing.interest.hex if thing.interest else ""))
                & (local >= (thing.bought or date.min))
                & (local <= (thing.retired or date.max))
            )
            hours = round(float(used["minutes"].sum()) / 60, 1)
            lines.append(
                {
                    "name": thing.name,
                    "hours": hours,
                    "an_hour": round(float(thing.cost) / hours, 2) if hours else None,
                    "currency": thing.currency,
                    "worn": round(hours / thing.lasts, 2) if thing.lasts else None,
                    "retired": thing.retired,
                }
            )
        return _frame(lines, name="String", hours="Float64", an_hour="Float64", currency="String", worn="Float64", retired="Date")  # fmt: skip

    # ── plans ────────────────────────────────────────────────────────────────────────────────────────

    def plan(
        self, title: str, *, day: date | str, interest: "str | UUID | Interest | None" = None, **values: Any
    ) -> Plan:  # fmt: skip
        """Plan it once, or again and again by a rule of RFC 5545; `clock="19:30"`, without it all day."""
        known = self.interest(interest).id if interest is not None else None
        return self.plans.add(
            **{"uid": f"{new_id()}@pgc", **values}, title=title, day=day, interest=known
        )

    def ahead(self, days: int = 30, *, since: datetime | None = None) -> "pl.DataFrame":
        """What is planned, each time it takes place, the soonest first."""
        first = since or datetime.combine(datetime.now(zone()).date(), time(), zone())
        last = first + timedelta(days=days)
        names = {each.id: each.name for each in self.interests}
        lines = []
        for plan in self.plans.find(col("day") <= last.date() + timedelta(days=1)):
            for moment, given in coming(
                plan.day, plan.clock, plan.zone, plan.rule, plan.without, first=first, last=last
            ):
                lines.append(
                    {
                        "start": moment.astimezone(UTC),
                        "title": plan.title,
                        "all_day": not isinstance(given, datetime),
                        "minutes": plan.minutes,
                        "interest": names.get(plan.interest) if plan.interest else None,
                        "place": plan.place,
                        "repeats": told(plan.rule),
                    }
                )
        lines.sort(key=lambda line: (line["start"], line["title"]))
        import polars as pl

        frame = _frame(lines, start=_moment(), title="String", all_day="Boolean", minutes="Int64", interest="String", place="String", repeats="String")  # fmt: skip
        return frame.with_columns(pl.col("start").dt.convert_time_zone(zone().key))

    # ── exploring ────────────────────────────────────────────────────────────────────────────────────

    def catalogue(self, **wishes: str | None) -> Listing[Hobby]:
        """Hobbies there are; wishes narrow it: `cost="low"`, `time="hour"`, `where="indoor"`, `social`, `body`, `category`, `skills`."""
        return Listing(fitting(catalogue().values(), **wishes))

    def suggest(self, limit: int = 5, **wishes: str | None) -> Listing[Suggestion]:
        """Hobbies that resemble what brought joy, each with its reason; wishes as in `catalogue`."""
        tried = {each.hobby for each in self.interests if each.hobby}
        hobbies = fitting(catalogue().values(), **wishes)
        return Listing(suggestions(self._done(), hobbies, without=tried, limit=limit))

    def _done(self) -> list[Done]:
        today = datetime.now(UTC)
        times: dict[str, list[Time]] = {}
        frame = self.activities.frame(columns=["interest", "start", "joy", "energy"])
        for interest, start, joy, energy in frame.drop_nulls("interest").iter_rows():
            times.setdefault(interest, []).append(Time(joy, energy, (today - start).days))
        return [
            Done(
                each.name,
                tags_of(catalogue().get(each.hobby), each.tags),
                tuple(times.get(each.id.hex, ())),
            )
            for each in self.interests
        ]

    # ── experiments ──────────────────────────────────────────────────────────────────────────────────

    def try_it(
        self,
        name: "str | UUID | Interest",
        *,
        days: int = 14,
        times: int = 3,
        start: date | None = None,
        minutes: int = 30,
        clock: str = "",
        hope: str = "",
    ) -> Trial:
        """Begin an experiment: the interest, its plan and its steps are one batch."""
        begun = start or datetime.now(zone()).date()
        batch = new_id()
        with together(self.session, batch) as joined:
            mine = Hobbies(joined)
            interest = mine._tried(name, batch)
            if mine.trials.count(interest=interest.id, verdict=""):
                raise Conflict(
                    _("You are trying {name} already.", name=interest.name),
                    next_step=_("`lab.hobbies.conclude(…)` ends the experiment."),
                )
            hobby = catalogue().get(interest.hobby)
            trial = mine.trials.add(
                interest=interest.id, start=begun, days=days, times=times, hope=hope,
                steps=trying.steps(hobby, interest.name, days), batch=batch,
            )  # fmt: skip
            mine.plans.add(
                title=interest.name, interest=interest.id, day=begun, clock=clock, minutes=minutes,
                rule=trying.rhythm(begun, days, times), trial=trial.id, uid=f"{trial.id}@pgc", batch=batch,
            )  # fmt: skip
        return trial

    def _tried(self, name: "str | UUID | Interest", batch: UUID) -> Interest:
        """The interest of an experiment, in the stage of trying."""
        try:
            known = self.interest(name)
        except NotFound:
            if not isinstance(name, str):
                raise
            return self.take_up(name, stage="trying", batch=batch)
        return known if known.stage == "trying" else self.interests.update(known.id, stage="trying")

    def check_in(
        self, trial: "Trial | UUID | str", *, day: date | str | None = None, **values: Any
    ) -> CheckIn:
        """Note how a day of an experiment went; what was done that day counts as an activity, too."""
        known = self._trial(trial)
        if known.verdict:
            raise _ended(known)
        noted = self.checkins.new(trial=known.id, day=day or datetime.now(zone()).date(), **values)
        if not known.start <= noted.day:
            raise Invalid(
                _("This cannot be:"), [Problem("day", _("the experiment begins on {day}", day=known.start))]
            )  # fmt: skip
        batch = new_id()
        with together(self.session, batch) as joined:
            mine = Hobbies(joined)
            before = mine.checkins.find(trial=known.id, day=noted.day)
            source = f"trial:{known.id}:{noted.day.isoformat()}"
            for old in mine.activities.find(source=source):
                mine.activities.remove(old)
            if before:
                kept = mine.checkins.update(before[0].id, **noted.values())
            else:
                kept = mine.checkins.add(noted, batch=batch)
            if noted.minutes:
                begun = datetime.combine(noted.day, time(12), zone())
                mine.activities.add(
                    what=mine.interests.get(known.interest).name, interest=known.interest, start=begun,
                    minutes=noted.minutes, joy=noted.joy, energy=noted.energy, note=noted.note,
                    trial=known.id, source=source, batch=batch,
                )  # fmt: skip
        return kept

    def so_far(self, trial: "Trial | UUID | str", *, today: date | None = None) -> trying.SoFar:
        """How an experiment goes and what that speaks for; the verdict stays the person's."""
        known = self._trial(trial)
        name = self.interests.get(known.interest).name
        notes = self.checkins.find(trial=known.id)
        return trying.so_far(name, known, notes, today or datetime.now(zone()).date())

    def conclude(self, trial: "Trial | UUID | str", verdict: Verdict, *, note: str = "") -> Trial:
        """End an experiment: “continue” makes the interest regular, “later” curious, “stop” resting."""
        known = self._trial(trial)
        if known.verdict:
            raise _ended(known)
        if verdict not in trying.STAGE_AFTER:
            choices = ", ".join(trying.STAGE_AFTER)
            raise Invalid(_("This cannot be:"), [Problem("verdict", _("possible are {names}", names=choices), verdict)])  # fmt: skip
        today = datetime.now(zone()).date()
        with together(self.session, new_id()) as joined:
            mine = Hobbies(joined)
            ended = mine.trials.update(
                known.id, verdict=verdict, ended=today, note=note or known.note
            )
            mine.interests.update(known.interest, stage=trying.STAGE_AFTER[verdict])
            for plan in mine.plans.find(trial=known.id):
                mine.plans.remove(plan)
        return ended

    def _trial(self, trial: "Trial | UUID | str") -> Trial:
        if isinstance(trial, Trial):
            return self.trials.get(trial.id)
        if isinstance(trial, UUID):
            return self.trials.get(trial)
        found = self.trials.find(interest=self.interest(trial).id, order="-start", limit=1)
        if not found:
            raise NotFound(
                _("You never tried {name}.", name=trial),
                next_step=_("`lab.hobbies.try_it(name)` begins an experiment."),
            )
        return found[0]

    # ── between ──────────────────────────────────────────────────────────────────────────────────────

    def _place(self, name: str) -> Spot:
        found = self.places.find(name=name)
        return found[0] if found else self.places.add(name=name)

    def _since(self, since: date | str | None) -> "list[Any]":
        if since is None:
            return []
        day = date.fromisoformat(since) if isinstance(since, str) else since
        return [col("start") >= datetime.combine(day, time(), zone())]


def _ended(trial: Trial) -> Conflict:
    return Conflict(
        _("This experiment ended with: {verdict}.", verdict=trying.verdict_word(trial.verdict)),
        next_step=_("`lab.hobbies.try_it(name)` begins another one."),
    )


def _moment() -> Any:
    import polars as pl

    return pl.Datetime("us", "UTC")


def _frame(lines: Iterable[dict[str, Any]], **columns: Any) -> "pl.DataFrame":
    import polars as pl

    schema = {name: getattr(pl, kind) if isinstance(kind, str) else kind for name, kind in columns.items()}  # fmt: skip
    return pl.DataFrame(list(lines), schema=schema)
