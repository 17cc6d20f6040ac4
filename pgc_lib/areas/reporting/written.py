"""A report on a period as it is kept, and what a person lets reports see."""

from datetime import date
from typing import Any, Literal, TypeAlias

from pydantic import model_validator

from pgc_lib.areas.reporting.fact import SECTIONS, Fact, Section
from pgc_lib.areas.reporting.period import Period, Unit
from pgc_lib.core.record import Record, field
from pgc_lib.core.types import Moment
from pgc_lib.i18n import N_, _

Standing: TypeAlias = Literal["draft", "final"]
STANDINGS: dict[Standing, str] = {"draft": N_("Draft"), "final": N_("Final")}

TEMPLATE = "template"
"""Who wrote a draft that no model had a hand in."""


class Report(
    Record,
    kind="reports.written",
    key=["name", "revision"],
    indexes=[("first", "last"), ("state",)],
    sort=["-first", "-revision"],
):
    """What a person says of a period, on the ground of facts; once final it stays as it is."""

    name: str = field(title=N_("Period"), min_length=1, max_length=60)
    revision: int = field(1, title=N_("Revision"), ge=1, le=10_000)
    unit: Unit = field(title=N_("Length"))
    first: date = field(title=N_("First day"))
    last: date = field(title=N_("Last day"))
    title: str = field(title=N_("Title"), min_length=1, max_length=300, searchable=True)
    lang: str = field("zh-CN", title=N_("Language"), max_length=20)
    state: Standing = field("draft", title=N_("State"))
    accomplishments: str = field(
        "", title=N_("Accomplishments"), searchable=True, widget="markdown"
    )
    challenges: str = field("", title=N_("Challenges"), searchable=True, widget="markdown")
    learnings: str = field("", title=N_("Learnings"), searchable=True, widget="markdown")
    next_focus: str = field("", title=N_("Next focus"), searchable=True, widget="markdown")
    facts: list[dict[str, Any]] = field(
        [], title=N_("Facts"), help=N_("What the sentences rest on; [1] is the first.")
    )
    drafted_by: str = field(
        TEMPLATE, title=N_("Drafted by"), help=N_("The template, or the model."), max_length=200
    )
    prompt: str = field("", title=N_("Version of the prompt"), max_length=200)
    drafted_at: Moment | None = field(None, title=N_("Drafted at"))
    finalised_at: Moment | None = field(None, title=N_("Finalised at"))

    @model_validator(mode="after")
    def _in_order(self) -> "Report":
        if self.last < self.first:
            raise ValueError(_("it ends before it begins"))
        return self

    @property
    def period(self) -> Period:
        """The days it is about."""
        return Period(self.first, self.last, self.unit)

    @property
    def known(self) -> list[Fact]:
        """Its facts."""
        return [Fact.model_validate(fact) for fact in self.facts]

    def sections(self) -> dict[Section, str]:
        """Its text by section."""
        return {section: getattr(self, section) for section in SECTIONS}

    def _shown_(self) -> dict[str, Any]:
        return {
            _("Title"): self.title,
            _("Revision"): self.revision,
            _("State"): _(STANDINGS[self.state]),
            _("Drafted by"): _("the template") if self.drafted_by == TEMPLATE else self.drafted_by,
            _("Facts"): len(self.facts),
            _("Finalised at"): self.finalised_at,
        }

    def _repr_html_(self) -> str:
        from pgc_lib.areas.reporting.page import fragment

        return fragment(self)


class Permission(Record, kind="reports.permissions", key=["subject"], sort=["subject"]):
    """Whether reports may tell of an area, and whether a model may be told."""

    subject: str = field(title=N_("Area"), min_length=1, max_length=100)
    told: bool = field(True, title=N_("In reports"))
    model: bool = field(True, title=N_("A model may read it"))


def as_kept(facts: list[Fact]) -> list[dict[str, Any]]:
    """Facts as the record holds them."""
    return [fact.kept() for fact in facts]
