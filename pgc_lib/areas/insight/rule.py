"""What an insight is: a small pure rule over frames, with the questions that were asked and the rows that it rests on.

    def find(frames: Frames, today: date) -> Iterable[Finding]: …

    RULES = [Rule("garden.thirsty", N_("Thirsty plants"), [Query("plants", "garden.plants", ("name", "watered"))], find)]

A package tells its rules through the entry point group `pgc.insights`, each a list like this one.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from pgc_lib.core.shown import card, table
from pgc_lib.i18n import N_, _

if TYPE_CHECKING:
    import polars as pl

    from pgc_lib.core.session import Session
    from pgc_lib.stores.filters import Condition

Severity = Literal["good", "hint", "warning"]
SEVERITIES: Mapping[Severity, str] = {
    "warning": N_("needs attention"),
    "hint": N_("worth a look"),
    "good": N_("going well"),
}
"""In the order in which they are shown."""

Frames: TypeAlias = "Mapping[str, pl.DataFrame]"
Find: TypeAlias = "Callable[[Frames, date], Iterable[Finding]]"


@dataclass(frozen=True)
class Query:
    """One question that a rule asks of the data: which fields of which records of a kind."""

    name: str
    kind: str
    columns: Sequence[str]
    where: "Callable[[date], Condition] | None" = None
    said: str = ""
    """The condition as one would write it in a cell, with `today` for today."""

    def asked(self) -> str:
        """The same question for a cell of a notebook."""
        area, _dot, name = self.kind.partition(".")
        condition = f"{self.said}, " if self.said else ""
        return (
            f"lab.{area}.{name}.frame({condition}columns={list(self.columns)!r}, owner=lab.person)"
        )

    def ask(self, session: "Session", today: date) -> "pl.DataFrame":
        """The answer, of the person's own records, read with the person's rights."""
        from pgc_lib.core.places import collection_of

        conditions = [self.where(today)] if self.where else []
        return collection_of(session, self.kind).frame(
            *conditions, columns=list(self.columns), owner=session.person
        )


@dataclass(frozen=True)
class Finding:
    """What a rule found: about what, why, and the facts on which that rests."""

    subject: str
    """What it is about: the identifier of a record, or a word."""
    title: str
    reason: str
    severity: Severity
    facts: Mapping[str, Any]
    """What would have to change for it to be news: no ages or counters that change by themselves."""
    rows: "pl.DataFrame"
    measure: float = 0.0
    """Among findings of one rule and severity the larger one comes first."""


@dataclass(frozen=True)
class Rule:
    """A rule by name, what it is called, what it asks, and how it finds."""

    name: str
    title: str
    asks: Sequence[Query]
    find: Find
    area: str = ""


@dataclass(frozen=True)
class Insight:
    """A finding of a rule, ready to be shown, checked or dismissed."""

    rule: str
    rule_title: str
    finding: Finding
    queries: tuple[str, ...] = field(default=())

    @property
    def title(self) -> str:
        """What was found."""
        return self.finding.title

    @property
    def reason(self) -> str:
        """Why it is told."""
        return self.finding.reason

    @property
    def severity(self) -> Severity:
        """How much it matters."""
        return self.finding.severity

    @property
    def rows(self) -> "pl.DataFrame":
        """The rows that it rests on."""
        return self.finding.rows

    @cached_property
    def fingerprint(self) -> str:
        """Of the facts: the same as long as they are."""
        told = json.dumps(self.finding.facts, sort_keys=True, default=str, ensure_ascii=False)
        return hashlib.sha256(f"{self.rule}\n{self.finding.subject}\n{told}".encode()).hexdigest()

    def _shown_(self) -> dict[str, Any]:
        return {
            _("Severity"): _(SEVERITIES[self.severity]),
            _("Insight"): self.title,
            _("Reason"): self.reason,
            _("Rule"): self.rule_title,
        }

    def _repr_html_(self) -> str:
        queries = "".join(f"<pre><code>{escape(each)}</code></pre>" for each in self.queries)
        rows = table(self.rows.columns, self.rows.head(20).rows())
        return f"{card(self._shown_())}<p>{escape(_('What was asked'))}</p>{queries}{rows}"

    def __repr__(self) -> str:
        return f"<{self.severity}: {self.title}>"
