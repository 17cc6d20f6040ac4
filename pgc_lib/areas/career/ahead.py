"""What is kept of now and later: the current focus, plans with their milestones, and when each section was last true."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from pgc_lib.areas.career.records import Pointers, Told
from pgc_lib.core.record import Record, field
from pgc_lib.core.types import Moment
from pgc_lib.i18n import N_, _

Horizon = Literal["month", "quarter", "year", "years", "life"]
PlanState = Literal["open", "paused", "reached", "dropped"]
Section = Literal[
    "profile",
    "focus",
    "plans",
    "achievements",
    "work",
    "projects",
    "education",
    "volunteer",
    "skills",
    "interests",
    "values",
    "references",
]
_LONG = 20_000


class Focus(Told, kind="anchor.focus", sort=["-since"]):
    """What one is working on now."""

    title: str = field(title=N_("Title"), min_length=1, max_length=300, searchable=True)
    why: str = field("", title=N_("Why"), max_length=_LONG, searchable=True, widget="text")
    since: date | None = field(None, title=N_("From the day"))
    until: date | None = field(None, title=N_("Until"), help=N_("Empty while it lasts."))
    hours: float | None = field(None, title=N_("Hours a week"), unit=N_("hours"), gt=0, le=168)
    todo_project: str = field("", title=N_("Project of to-dos"), help=N_("Its to-dos are counted."), max_length=200)  # fmt: skip
    links: Pointers = field([], title=N_("Belongs to it"), help=N_("To-dos, skills, goals, evidence."))  # fmt: skip


class Plan(Told, kind="anchor.plans", indexes=[("state", "due")], sort=["state", "due", "title"]):
    """What one wants to have reached, why, and by what one will know."""

    title: str = field(title=N_("Title"), min_length=1, max_length=300, searchable=True, aliases=["计划", "标题"])  # fmt: skip
    horizon: Horizon = field("year", title=N_("Horizon"))
    why: str = field("", title=N_("Why"), max_length=_LONG, searchable=True, widget="text")
    success: list[str] = field([], title=N_("Success criteria"), help=N_("By what I shall know that it is reached."), searchable=True, widget="text")  # fmt: skip
    begin: date | None = field(None, title=N_("Begin"))
    due: date | None = field(None, title=N_("Due"))
    state: PlanState = field("open", title=N_("State"))
    reached_on: date | None = field(None, title=N_("Reached on"))
    share: float | None = field(None, title=N_("Share done"), help=N_("From 0 to 1; empty to take it from the milestones."), ge=0, le=1)  # fmt: skip
    todo_project: str = field("", title=N_("Project of to-dos"), help=N_("Its to-dos are counted."), max_length=200)  # fmt: skip
    links: Pointers = field([], title=N_("Belongs to it"), help=N_("To-dos, skills, goals, evidence."))  # fmt: skip
    note: str = field("", title=N_("Note"), searchable=True, widget="text")

    @model_validator(mode="after")
    def _in_order(self) -> "Plan":
        if self.begin and self.due and self.due < self.begin:
            reason = _("this would end before it began")
            raise PydanticCustomError("order", "{reason}", {"reason": reason})
        return self


class Milestone(Told, kind="anchor.milestones", indexes=[("plan", "due")], sort=["due", "title"]):
    """A step by which one sees that a plan advances."""

    plan: UUID = field(title=N_("Plan"))
    title: str = field(title=N_("Title"), min_length=1, max_length=300, searchable=True)
    due: date | None = field(None, title=N_("Due"))
    state: Literal["open", "done", "dropped"] = field("open", title=N_("State"))
    done_on: date | None = field(None, title=N_("Done on"))
    weight: float = field(1.0, title=N_("Weight"), gt=0, le=100)
    note: str = field("", title=N_("Note"), searchable=True, widget="text")


class Confirmation(Record, kind="anchor.confirmations", key=["section"], sort=["section"]):
    """That a section was looked at and found true."""

    section: Section = field(title=N_("Section"))
    day: date = field(title=N_("Day"))
    days: int | None = field(None, title=N_("Holds for"), help=N_("Empty for what is usual."), unit=N_("days"), ge=1, le=3660)  # fmt: skip


class View(Record, kind="anchor.views", key=["name"], sort=["name"]):
    """What one recipient may see."""

    name: str = field(title=N_("Name"), min_length=1, max_length=200, searchable=True)
    recipient: str = field("", title=N_("For whom"), max_length=300, searchable=True)
    sections: list[str] = field([], title=N_("Sections"), help=N_("Empty for those of a résumé."))
    only: Pointers = field([], title=N_("Only these"), help=N_("In a section with any of them, nothing else is shown."))  # fmt: skip
    without: Pointers = field([], title=N_("Without these"))
    contacts: list[str] = field([], title=N_("Contacts shown"), help=N_("email, phone, address, place, url, links, photo; none unless named."))  # fmt: skip
    until: date | None = field(None, title=N_("Until"), help=N_("The last day on which it may be seen."))  # fmt: skip
    language: Literal["zh-CN", "en", ""] = field("", title=N_("Language of the headings"))
    content: Literal["zh-CN", "en", ""] = field("", title=N_("Language of the content"), help=N_("Where it is translated; empty for that of the headings."))  # fmt: skip
    layout: Literal["classic", "modern"] = field("classic", title=N_("Layout"))

    @model_validator(mode="after")
    def _known(self) -> "View":
        from pgc_lib.areas.career.sections import CONTACTS, SECTIONS

        for given, known in ((self.sections, SECTIONS), (self.contacts, CONTACTS)):
            for each in given:
                if each not in known:
                    reason = _("“{name}” is none of {names}", name=each, names=", ".join(known))
                    raise PydanticCustomError("view", "{reason}", {"reason": reason})
        return self


class ShareLink(Record, kind="anchor.links", key=["token_hash"], indexes=[("view",)], sort=["-until"]):  # fmt: skip
    """A way in for whoever has the token, of which only the hash is kept."""

    view: UUID = field(title=N_("View"))
    token_hash: str = field(title=N_("Hash of the token"), pattern=r"^[0-9a-f]{64}$", max_length=64)
    until: Moment = field(title=N_("Until"))
    revoked_at: Moment | None = field(None, title=N_("Revoked"))
    visits: int = field(0, title=N_("Visits"), ge=0)
    seen_at: Moment | None = field(None, title=N_("Last seen"))
    note: str = field("", title=N_("Note"), max_length=500)
