"""What is kept of reminders: own ones, how one wants to be told, the notices, and what was carried where."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from pgc_lib.areas.kin.records import Missing
from pgc_lib.areas.todo.before import Offsets
from pgc_lib.areas.todo.records import CLOCK, ZoneName
from pgc_lib.core.pointer import Pointer
from pgc_lib.core.record import Record, field
from pgc_lib.core.recurrence import RRule
from pgc_lib.core.types import Moment
from pgc_lib.i18n import N_, _

Lunar = Literal["", "yearly", "monthly"]
State = Literal["new", "snoozed", "done"]
MINE = "mine"
"""The name of the one record of preferences."""


class Reminder(Record, kind="reminders.items", indexes=[("active", "day")], sort=["day", "clock"]):
    """Something that one wants to be told of: once, by a rule, or by the Chinese calendar."""

    title: str = field(title=N_("Title"), min_length=1, max_length=500, searchable=True)
    day: date = field(title=N_("Day"))
    clock: str = field(
        "", title=N_("Time of day"), help=N_("Such as 19:30; empty for the morning."), pattern=CLOCK, max_length=5
    )  # fmt: skip
    zone: ZoneName = field("", title=N_("Time zone"), help=N_("Empty for my own."), max_length=60)
    rule: RRule | None = field(
        None, title=N_("Repeats"), help=N_("By RFC 5545, such as FREQ=WEEKLY;BYDAY=WE.")
    )
    lunar: Lunar = field(
        "", title=N_("Lunar"), help=N_("Comes back on the same day of the Chinese calendar, each year or month.")
    )  # fmt: skip
    missing: Missing = field(
        "before", title=N_("Where the day is missing"), help=N_("In a short month: the day before, the day after, or not at all.")
    )  # fmt: skip
    before: Offsets = field(
        ["0m"], title=N_("Before"), help=N_("How long before, such as 1d, 2h, 15m or 0m."), max_length=20
    )  # fmt: skip
    urgent: bool = field(False, title=N_("Urgent"), help=N_("Comes in quiet hours, too."))
    active: bool = field(True, title=N_("Active"))
    about: Pointer | None = field(None, title=N_("About"))
    note: str = field("", title=N_("Note"), searchable=True, widget="text")

    @model_validator(mode="after")
    def _comes(self) -> "Reminder":
        from pgc_lib.areas.hobby.planning import trouble_of

        reason = trouble_of(self.day, self.clock, self.zone, self.rule, ())
        if self.lunar and self.rule:
            reason = _("it comes back by a rule or by the Chinese calendar, not by both")
        if reason:
            raise PydanticCustomError("reminder", "{reason}", {"reason": reason})
        return self


class Preferences(Record, kind="reminders.preferences", key=["name"]):
    """How one wants to be reminded. There is one of them."""

    name: str = field(MINE, title=N_("Name"), max_length=20)
    quiet_from: str = field(
        "22:00", title=N_("Quiet from"), help=N_("What is not urgent waits until quiet hours end; empty for none."), pattern=CLOCK, max_length=5
    )  # fmt: skip
    quiet_until: str = field("07:00", title=N_("Quiet until"), pattern=CLOCK, max_length=5)
    morning: str = field(
        "09:00", title=N_("Morning"), help=N_("When one is told of what has no time of day."), pattern=r"^([01]\d|2[0-3]):[0-5]\d$", max_length=5
    )  # fmt: skip
    without: list[str] = field(
        [], title=N_("Without"), help=N_("Sources of which one wants to hear nothing: own, todos, family, plans, habits."), max_length=50
    )  # fmt: skip
    todo_before: Offsets = field(["0m"], title=N_("Before a to-do"), max_length=20)
    family_before: Offsets = field(["0m", "7d"], title=N_("Before a date of the family"), max_length=20)  # fmt: skip
    plan_before: Offsets = field(["30m"], title=N_("Before a plan"), max_length=20)
    carriers: list[str] = field(
        [], title=N_("Carried by"), help=N_("How notices reach me outside the lab, such as mail."), max_length=20
    )  # fmt: skip
    mail_to: str = field(
        "", title=N_("Mail address"), pattern=r"^([^@\s,;<>]{1,64}@[^@\s,;<>]{1,250})?$", max_length=320
    )  # fmt: skip


class Notice(
    Record, kind="reminders.notices", key=["occurrence"], indexes=[("state", "fires")], sort=["-fires"]
):  # fmt: skip
    """One thing that one was told of; its key sees to it that it is told once."""

    occurrence: str = field(title=N_("Identifier"), max_length=300)
    source: str = field("own", title=N_("Source"), max_length=50)
    title: str = field(title=N_("Title"), max_length=500, searchable=True)
    note: str = field("", title=N_("Note"), widget="text")
    about: Pointer | None = field(None, title=N_("About"))
    at: Moment = field(title=N_("Takes place"))
    whole_day: bool = field(False, title=N_("All day"))
    fires: Moment = field(title=N_("Told at"))
    urgent: bool = field(False, title=N_("Urgent"))
    state: State = field("new", title=N_("State"))
    until: Moment | None = field(None, title=N_("Snoozed until"))


class Delivery(
    Record, kind="reminders.deliveries", key=["notice", "carrier"], indexes=[("state", "next_try")], sort=["-next_try"]
):  # fmt: skip
    """A notice on its way outside the lab."""

    notice: UUID = field(title=N_("Notice"))
    carrier: str = field(title=N_("Carried by"), max_length=50)
    state: Literal["waiting", "sent", "failed"] = field("waiting", title=N_("State"))
    tries: int = field(0, title=N_("Tries"), ge=0)
    next_try: Moment = field(title=N_("Next try"))
    sent_at: Moment | None = field(None, title=N_("Sent at"))
    trouble: str = field("", title=N_("What went wrong"), max_length=2000)
