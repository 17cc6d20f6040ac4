"""An edge that somebody adds: this record has to do with that one, and how, and who says so."""

from typing import Self

from pydantic import model_validator

from pgc_lib.core.pointer import Pointer
from pgc_lib.core.record import Record, field
from pgc_lib.i18n import N_, _

ME = "me"


def said_by(source: str) -> str:
    """Who says so, as a person reads it: the one who reads, or the rule or model by its name."""
    return _("myself") if source == ME else source


class Edge(
    Record, kind="graph.edges", key=["one", "relation", "other"], indexes=[("other",)], sort=["relation"]
):  # fmt: skip
    """One record stands in a relation to another."""

    one: Pointer = field(title=N_("Who or what"))
    relation: str = field(
        title=N_("Relation"),
        help=N_("A word or two, such as knows, belongs to, inspired."),
        pattern=r"^\S(.*\S)?$",
        min_length=1,
        max_length=100,
        searchable=True,
    )
    other: Pointer = field(title=N_("To whom or what"))
    source: str = field(
        ME,
        title=N_("Source"),
        help=N_("Who says so: me, a rule, a model."),
        max_length=200,
        said=said_by,
    )
    confidence: float = field(1.0, title=N_("Confidence"), ge=0, le=1)
    note: str = field("", title=N_("Note"), searchable=True, widget="text", max_length=20_000)

    @model_validator(mode="after")
    def _leads_somewhere(self) -> Self:
        if self.one == self.other:
            raise ValueError(_("an edge leads from one record to another"))
        return self
