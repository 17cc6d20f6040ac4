"""A fact: one sentence that a query found true of a period, its number, and the rows behind it."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict

from pgc_lib.core.shown import card
from pgc_lib.i18n import N_, _

Section: TypeAlias = Literal["accomplishments", "challenges", "learnings", "next_focus"]

SECTIONS: dict[Section, str] = {
    "accomplishments": N_("Accomplishments"),
    "challenges": N_("Challenges"),
    "learnings": N_("Learnings"),
    "next_focus": N_("Next focus"),
}

MOST_ROWS = 100
"""So many rows are named with a fact; the query finds all of them."""


class Fact(BaseModel):
    """What was found, from where."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    key: str
    """The same for the same question about another period, so that periods can be compared."""
    area: str
    section: Section
    text: str
    value: Decimal | None = None
    unit: str = ""
    query: str = ""
    """A line of Python that finds the rows again."""
    rows: tuple[str, ...] = ()
    """Pointers to records: kind and identifier."""
    count: int = 0
    """How many rows there are."""
    headline: bool = False
    """Whether it tells of the whole and not of one row."""
    less_is_better: bool | None = None
    """Which direction of the number is good, where one is."""

    def kept(self) -> dict[str, Any]:
        """As a report keeps it."""
        return self.model_dump(mode="json", exclude_defaults=True)

    def _shown_(self) -> Mapping[str, Any]:
        return {
            _("Section"): _(SECTIONS[self.section]),
            _("Fact"): self.text,
            _("Rows"): self.count,
            _("Query"): self.query,
        }

    def _repr_html_(self) -> str:
        return card(self._shown_())


def pointers(kind: str, ids: Iterable[Any]) -> tuple[str, ...]:
    """The first rows behind a fact, as pointers."""
    from uuid import UUID

    named = []
    for id in ids:
        named.append(f"{kind}/{id if isinstance(id, UUID) else UUID(str(id))}")
        if len(named) == MOST_ROWS:
            break
    return tuple(named)


def number(value: Any) -> Decimal:
    """A number as a fact keeps it, without the noise of binary fractions."""
    if isinstance(value, Decimal):
        return value.normalize() if value == value.to_integral() else value
    return Decimal(str(round(float(value), 4)))
