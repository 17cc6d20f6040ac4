"""What is kept of hobbies: interests, what was done, what is planned, things, places, trials."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, model_validator
from pydantic_core import PydanticCustomError

from pgc_lib.areas.hobby.catalogue import catalogue
from pgc_lib.core.record import Record, field
from pgc_lib.core.recurrence import RRule, told
from pgc_lib.core.types import Moment, Money
from pgc_lib.i18n import N_, _

Stage = Literal["curious", "trying", "regular", "resting"]
Verdict = Literal["", "continue", "later", "stop"]


def _in_catalogue(key: str) -> str:
    if key and key not in catalogue():
        reason = _("the catalogue has no hobby “{key}”; `lab.hobbies.catalogue()` shows them", key=key)  # fmt: skip
        raise PydanticCustomError("hobby", "{reason}", {"reason": reason})
    return key


HobbyKey = Annotated[str, AfterValidator(_in_catalogue)]
"""A hobby of the catalogue, or empty for one of the person's own."""


class Interest(Record, kind="hobbies.interests", key=["name"], indexes=[("stage",)], sort=["name"]):
    """Something a person likes to do, or might."""

    name: str = field(
        title=N_("Name"), min_length=1, max_length=200, searchable=True, aliases=["爱好", "hobby"]
    )
    stage: Stage = field(
        "curious",
        title=N_("Stage"),
        help=N_("Curious, trying, regular or resting."),
        aliases=["阶段"],
    )
    hobby: HobbyKey = field(
        "",
        title=N_("In the catalogue"),
        help=N_("Its key in the catalogue of hobbies."),
        max_length=60,
    )
    tags: list[str] = field(
        [],
        title=N_("Tags"),
        help=N_("For a hobby that is not in the catalogue: what it is like."),
        searchable=True,
        aliases=["标签"],
    )
    since: date | None = field(None, title=N_("Since the day"), aliases=["开始日期"])
    note: str = field("", title=N_("Note"), searchable=True, widget="text", aliases=["备注"])


class Activity(
    Record,
    kind="hobbies.activities",
    key=["source"],
    indexes=[("start",), ("interest", "start")],
    sort=["-start"],
):
    """One time of doing it: how long, what it cost, what it gave."""

    what: str = field(
        title=N_("What was done"),
        min_length=1,
        max_length=300,
        searchable=True,
        aliases=["活动", "activity", "title"],
    )
    interest: UUID | None = field(None, title=N_("Hobby"), refers="hobbies.interests")
    start: Moment = field(title=N_("Begin"), aliases=["开始时间", "时间", "start time"])
    minutes: int = field(
        0, title=N_("Duration"), unit=N_("minutes"), ge=0, le=100_000, aliases=["时长", "分钟"]
    )
    cost: Money = field(0, title=N_("Cost"), ge=0, aliases=["花费"])
    currency: str = field("CNY", title=N_("Currency"), pattern="^[A-Z]{3}$", max_length=3)
    joy: int | None = field(
        None,
        title=N_("Joy"),
        help=N_("1: hardly any; 5: a great deal."),
        ge=1,
        le=5,
        aliases=["快乐"],
    )
    energy: int | None = field(
        None,
        title=N_("Energy"),
        help=N_("From -2, it drained me, to 2, it gave me strength."),
        ge=-2,
        le=2,
        aliases=["精力"],
    )
    place: UUID | None = field(None, title=N_("Where"), refers="hobbies.places")
    trial: UUID | None = field(None, title=N_("Experiment"), refers="hobbies.trials")
    km: float | None = field(
        None, title=N_("Distance"), unit=N_("km"), ge=0, le=100_000, aliases=["距离"]
    )
    ascent: float | None = field(
        None, title=N_("Ascent"), unit=N_("m"), ge=0, le=1_000_000, aliases=["爬升"]
    )
    note: str = field("", title=N_("Note"), searchable=True, widget="text", aliases=["备注"])
    source: str | None = field(
        None,
        title=N_("Recorded as"),
        help=N_("What was recorded by a device and begins at the same time is the same."),
        max_length=200,
    )


class Plan(Record, kind="hobbies.plans", key=["uid"], indexes=[("day",)], sort=["day", "clock"]):
    """When it will be done: once, or again and again by a rule."""

    title: str = field(title=N_("Title"), min_length=1, max_length=500, searchable=True)
    interest: UUID | None = field(None, title=N_("Hobby"), refers="hobbies.interests")
    day: date = field(title=N_("First day"))
    clock: str = field(
        "",
        title=N_("Time of day"),
        help=N_("Such as 19:30; empty for the whole day."),
        pattern=r"^(([01]\d|2[0-3]):[0-5]\d)?$",
        max_length=5,
    )
    zone: str = field("", title=N_("Time zone"), help=N_("Empty for my own."), max_length=60)
    minutes: int = field(0, title=N_("Duration"), unit=N_("minutes"), ge=0, le=100_000)
    rule: RRule | None = field(
        None, title=N_("Repeats"), help=N_("By RFC 5545, such as FREQ=WEEKLY;BYDAY=WE.")
    )
    without: list[str] = field(
        [], title=N_("Not on"), help=N_("Days or times that do not take place."), max_length=2000
    )
    place: str = field("", title=N_("Where"), max_length=500)
    note: str = field("", title=N_("Note"), searchable=True, widget="text")
    trial: UUID | None = field(None, title=N_("Experiment"), refers="hobbies.trials")
    uid: str | None = field(
        None,
        title=N_("Identifier"),
        help=N_("By which calendars know it again."),
        max_length=500,
    )

    @model_validator(mode="after")
    def _comes(self) -> "Plan":
        from pgc_lib.areas.hobby.planning import trouble_of

        if reason := trouble_of(self.day, self.clock, self.zone, self.rule, self.without):
            raise PydanticCustomError("plan", "{reason}", {"reason": reason})
        return self

    def _shown_(self) -> dict[str, Any]:
        repeats = told(self.rule) if self.rule else ""
        return {**super()._shown_(), self.spec.fields["rule"].title: repeats}


class Gear(Record, kind="hobbies.gear", sort=["name"]):
    """A thing that a hobby needs."""

    name: str = field(title=N_("Name"), min_length=1, max_length=200, searchable=True)
    interest: UUID | None = field(None, title=N_("Hobby"), refers="hobbies.interests")
    bought: date | None = field(None, title=N_("Bought"), aliases=["购买日期"])
    cost: Money = field(0, title=N_("Cost"), ge=0)
    currency: str = field("CNY", title=N_("Currency"), pattern="^[A-Z]{3}$", max_length=3)
    lasts: int | None = field(
        None,
        title=N_("Lasts"),
        help=N_("After so many hours it should be looked at or replaced."),
        unit=N_("hours"),
        ge=1,
        le=1_000_000,
    )
    retired: date | None = field(None, title=N_("Given away"))
    note: str = field("", title=N_("Note"), searchable=True, widget="text")

    @model_validator(mode="after")
    def _possible(self) -> "Gear":
        if self.bought and self.retired and self.retired < self.bought:
            reason = _("this would end before it began")
            raise PydanticCustomError("gear", "{reason}", {"reason": reason})
        return self


class Spot(Record, kind="hobbies.places", sort=["name"]):
    """A place where it can be done."""

    name: str = field(title=N_("Name"), min_length=1, max_length=200, searchable=True)
    address: str = field("", title=N_("Address"), max_length=500, searchable=True)
    indoor: bool | None = field(None, title=N_("Indoors"))
    latitude: float | None = field(None, title=N_("Latitude"), ge=-90, le=90)
    longitude: float | None = field(None, title=N_("Longitude"), ge=-180, le=180)
    tags: list[str] = field([], title=N_("Tags"), searchable=True)
    note: str = field("", title=N_("Note"), searchable=True, widget="text")


class Trial(Record, kind="hobbies.trials", indexes=[("interest",)], sort=["-start"]):
    """An experiment: some days of really doing it, and then a verdict."""

    interest: UUID = field(title=N_("Hobby"), refers="hobbies.interests")
    start: date = field(title=N_("First day"))
    days: int = field(14, title=N_("Days"), ge=1, le=366)
    times: int = field(3, title=N_("Times a week"), ge=1, le=7)
    hope: str = field(
        "", title=N_("Hope"), help=N_("What I want to find out."), max_length=1000, searchable=True
    )
    steps: list[str] = field([], title=N_("Steps"), max_length=100)
    verdict: Verdict = field("", title=N_("Verdict"))
    ended: date | None = field(None, title=N_("Ended"))
    note: str = field("", title=N_("Note"), searchable=True, widget="text")


class CheckIn(Record, kind="hobbies.checkins", key=["trial", "day"], sort=["-day"]):
    """How a day of an experiment went, also when nothing was done."""

    trial: UUID = field(title=N_("Experiment"), refers="hobbies.trials")
    day: date = field(title=N_("Day"))
    minutes: int = field(0, title=N_("Duration"), unit=N_("minutes"), ge=0, le=1440)
    joy: int | None = field(None, title=N_("Joy"), ge=1, le=5)
    energy: int | None = field(None, title=N_("Energy"), ge=-2, le=2)
    again: bool | None = field(None, title=N_("I want to do it again"))
    note: str = field("", title=N_("Note"), searchable=True, widget="text")
