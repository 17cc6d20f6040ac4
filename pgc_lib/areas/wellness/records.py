"""What is kept of wellbeing: moods, nights, exercise, habits, answers to instruments, experiments.

**What is sealed.** Free text about oneself (a mood's and a night's note, what one concluded) and every answer to an
instrument are encrypted before they leave the process; no grant opens them. Their scores are kept nowhere: they are
computed from the answers whenever they are read. Marks, tags, hours and days stay readable for the database, behind
row security, because trends and comparisons are made of them.
"""

from datetime import date, timedelta
from typing import Literal
from uuid import UUID

from pydantic import model_validator

from pgc_lib.core.record import Record, field
from pgc_lib.core.recurrence import RRule
from pgc_lib.core.types import Moment
from pgc_lib.i18n import N_, _

Every = Literal["week", "month"]
Design = Literal["randomised", "before_after"]

LONGEST_SLEEP = timedelta(hours=36)
CLOCK = r"^(([01]\d|2[0-3]):[0-5]\d)?$"


class Mood(Record, kind="wellbeing.moods", key=["source"], indexes=[("at",)], sort=["-at"]):
    """How one felt at a moment; as many a day as one likes."""

    at: Moment = field(title=N_("When"), aliases=["时间", "date", "time", "timestamp"])
    mood: int | None = field(
        None,
        title=N_("Mood"),
        help=N_("From 1, very low, to 10, very good."),
        ge=1,
        le=10,
        aliases=["心情", "情绪"],
    )
    energy: int | None = field(
        None,
        title=N_("Vigour"),
        help=N_("From 1, exhausted, to 10, full of strength."),
        ge=1,
        le=10,
        aliases=["精力", "energy"],
    )
    tags: list[str] = field([], title=N_("Tags"), searchable=True, aliases=["标签", "activities"])
    note: str = field("", title=N_("Note"), help=N_("Encrypted; only you can read it."), sensitive=True, widget="text", aliases=["备注"])  # fmt: skip
    source: str | None = field(None, title=N_("Recorded as"), max_length=200)

    @model_validator(mode="after")
    def _says_something(self) -> "Mood":
        if self.mood is None and self.energy is None and not self.tags and not self.note:
            raise ValueError(_("say at least one thing: mood, energy, a tag or a note"))
        return self


class Sleep(Record, kind="wellbeing.sleep", key=["source"], indexes=[("woke",)], sort=["-woke"]):
    """One stretch of sleep; its length is that of the real time between, also when clocks change."""

    asleep: Moment = field(title=N_("Fell asleep"), aliases=["入睡", "开始时间", "start time", "bedtime"])  # fmt: skip
    woke: Moment = field(title=N_("Woke up"), aliases=["醒来", "结束时间", "end time", "wake"])
    awake: int = field(
        0, title=N_("Awake in between"), unit=N_("minutes"), ge=0, le=2000, aliases=["清醒"]
    )
    quality: int | None = field(
        None,
        title=N_("Quality"),
        help=N_("From 1, bad, to 5, very good."),
        ge=1,
        le=5,
        aliases=["质量"],
    )
    nap: bool = field(False, title=N_("Nap"), aliases=["小睡", "午睡"])
    note: str = field("", title=N_("Note"), help=N_("Encrypted; only you can read it."), sensitive=True, widget="text", aliases=["备注"])  # fmt: skip
    source: str | None = field(None, title=N_("Recorded as"), max_length=200)

    @model_validator(mode="after")
    def _possible(self) -> "Sleep":
        lasted = self.woke - self.asleep
        if lasted <= timedelta():
            raise ValueError(_("one wakes up after falling asleep"))
        if lasted > LONGEST_SLEEP:
            raise ValueError(_("nobody sleeps longer than 36 hours; is one of the days wrong?"))
        if timedelta(minutes=self.awake) >= lasted:
            raise ValueError(_("this is more time awake than the night was long"))
        return self


class Exercise(
    Record, kind="wellbeing.exercise", key=["source"], indexes=[("start",)], sort=["-start"]
):
    """Movement that is no hobby of `lab.hobbies`, such as walking to work; what is kept there counts anyway."""

    what: str = field(
        title=N_("What was done"),
        min_length=1,
        max_length=300,
        searchable=True,
        aliases=["运动", "activity"],
    )
    start: Moment = field(title=N_("Begin"), aliases=["开始时间", "时间", "start time"])
    minutes: int = field(
        title=N_("Duration"), unit=N_("minutes"), ge=1, le=2880, aliases=["时长", "分钟"]
    )
    effort: int | None = field(
        None,
        title=N_("Effort"),
        help=N_("From 1, very light, to 10, all I had."),
        ge=1,
        le=10,
        aliases=["强度"],
    )
    note: str = field("", title=N_("Note"), searchable=True, widget="text", aliases=["备注"])
    source: str | None = field(None, title=N_("Recorded as"), max_length=200)


class Habit(Record, kind="wellbeing.habits", key=["name"], sort=["name"]):
    """Something to do again and again: by a rule (RFC 5545), or so many times a week or month."""

    name: str = field(title=N_("Name"), min_length=1, max_length=200, searchable=True, aliases=["习惯", "habit"])  # fmt: skip
    rule: RRule | None = field(
        None, title=N_("Repeats"), help=N_("By RFC 5545, such as FREQ=WEEKLY;BYDAY=MO,TH.")
    )
    times: int | None = field(
        None, title=N_("Times"), help=N_("Instead of a rule: so many days of each week or month."), ge=1, le=31
    )  # fmt: skip
    every: Every = field("week", title=N_("Each"), help=N_("Week or month."))
    start: date = field(title=N_("First day"), aliases=["开始日期"])
    ended: date | None = field(None, title=N_("Ended"))
    goal: float = field(
        1, title=N_("A day's amount"), help=N_("From this amount on the day counts."), gt=0, le=1e9
    )
    unit: str = field("", title=N_("Unit"), max_length=30)
    forgives: int = field(
        7,
        title=N_("Forgives"),
        help=N_("One missed time among so many does not break the streak; 0 forgives none."),
        ge=0,
        le=366,
    )
    pauses: list[str] = field(
        [], title=N_("Pauses"), help=N_("Days that do not count, such as 2026-08-01/2026-08-14."), max_length=500
    )  # fmt: skip
    clock: str = field(
        "",
        title=N_("Time of day"),
        help=N_("Such as 19:30; empty for the whole day."),
        pattern=CLOCK,
        max_length=5,
    )
    tags: list[str] = field([], title=N_("Tags"), searchable=True, aliases=["标签"])
    note: str = field("", title=N_("Note"), searchable=True, widget="text", aliases=["备注"])

    @model_validator(mode="after")
    def _possible(self) -> "Habit":
        from pgc_lib.areas.wellness.habits import trouble_of

        if reason := trouble_of(self):
            raise ValueError(reason)
        return self


class CheckIn(
    Record, kind="wellbeing.checkins", key=["habit", "day"], indexes=[("day",)], sort=["-day"]
):
    """What was done of a habit on one day; or that it could not be done, which is no miss."""

    habit: UUID = field(title=N_("Habit"))
    day: date = field(title=N_("Day"))
    amount: float = field(1, title=N_("How much"), ge=0, le=1e9)
    excused: bool = field(
        False, title=N_("Excused"), help=N_("Ill or away: the day counts neither way.")
    )
    note: str = field("", title=N_("Note"), searchable=True, widget="text")


class Answers(Record, kind="wellbeing.answers", indexes=[("instrument", "at")], sort=["-at"]):
    """What was answered to an instrument, item by item; the score is computed when it is read."""

    instrument: str = field(title=N_("Questionnaire"), min_length=1, max_length=60)
    at: Moment = field(title=N_("When"))
    answers: str = field(
        title=N_("Answers"), help=N_("Encrypted; only you can read it."), sensitive=True, max_length=5000
    )  # fmt: skip
    note: str = field("", title=N_("Note"), help=N_("Encrypted; only you can read it."), sensitive=True, widget="text")  # fmt: skip
    source: str = field("", title=N_("Recorded as"), max_length=200)

    @model_validator(mode="after")
    def _can_be_scored(self) -> "Answers":
        from pgc_lib.areas.wellness.scoring import trouble_of

        if reason := trouble_of(self.instrument, self.answers):
            raise ValueError(reason)
        return self


class Experiment(Record, kind="wellbeing.experiments", sort=["-start"]):
    """A question to one's own life, with a plan that was laid before it began."""

    title: str = field(title=N_("Title"), min_length=1, max_length=300, searchable=True)
    hypothesis: str = field(
        "",
        title=N_("Hypothesis"),
        help=N_("What I expect, written down before."),
        max_length=2000,
        searchable=True,
    )
    measure: str = field(
        title=N_("Measure"),
        help=N_("What is compared, such as mood or sleep_hours."),
        min_length=1,
        max_length=250,
    )
    higher: bool = field(True, title=N_("More is better"))
    design: Design = field("randomised", title=N_("Design"))
    start: date = field(title=N_("First day"))
    block: int = field(
        1, title=N_("Days in a row"), help=N_("So many days the same, then a new draw."), ge=1, le=60
    )  # fmt: skip
    washout: int = field(
        0, title=N_("Days to settle"), help=N_("So many days after each change are not compared."), ge=0, le=30
    )  # fmt: skip
    lag: int = field(
        0, title=N_("Shows after"), help=N_("1 if it shows on the next day."), unit=N_("days"), ge=0, le=7
    )  # fmt: skip
    a: str = field(title=N_("What A is"), help=N_("What is done on days of A."), min_length=1, max_length=300)  # fmt: skip
    b: str = field(title=N_("What B is"), help=N_("What is done on days of B; usually as always."), min_length=1, max_length=300)  # fmt: skip
    plan: list[str] = field(
        title=N_("Plan"), help=N_("A or B for each day, drawn before it began."), max_length=800
    )
    clock: str = field(
        "",
        title=N_("Time of day"),
        help=N_("Such as 19:30; empty for the whole day."),
        pattern=CLOCK,
        max_length=5,
    )
    ended: date | None = field(None, title=N_("Ended"))
    conclusion: str = field("", title=N_("Conclusion"), help=N_("Encrypted; only you can read it."), sensitive=True, widget="text")  # fmt: skip
    note: str = field("", title=N_("Note"), searchable=True, widget="text")

    @model_validator(mode="after")
    def _possible(self) -> "Experiment":
        if set(self.plan) != {"A", "B"}:
            raise ValueError(_("a plan names A or B for each day, and both of them occur"))
        if self.washout >= self.block and self.design == "randomised" and self.washout:
            raise ValueError(_("the days to settle leave nothing of each block to compare"))
        return self


class Adherence(Record, kind="wellbeing.adherence", key=["experiment", "day"], sort=["-day"]):
    """Whether a day of an experiment went as planned."""

    experiment: UUID = field(title=N_("Experiment"))
    day: date = field(title=N_("Day"))
    as_planned: bool = field(title=N_("As planned"))
    note: str = field("", title=N_("Note"), searchable=True, widget="text")
