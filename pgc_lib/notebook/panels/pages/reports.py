"""Reports: what happened in a period, reviews in one's own words, and the notebooks that were run."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from pgc_lib.areas.reporting.period import Period
from pgc_lib.core.faces import face
from pgc_lib.core.zone import today
from pgc_lib.i18n import N_, _
from pgc_lib.notebook.live import Child, Html, Part, deed, tag
from pgc_lib.notebook.panels.card import Card
from pgc_lib.notebook.panels.cards.report import Review, model_for
from pgc_lib.notebook.panels.cards.told import Told
from pgc_lib.notebook.panels.every import Look
from pgc_lib.notebook.panels.held import Held
from pgc_lib.notebook.panels.pieces import button, clean, empty, line, lines, told
from pgc_lib.notebook.panels.words import day

if TYPE_CHECKING:
    from pgc_lib.lab import Lab
    from pgc_lib.notebook.panels.page import Page

_SECTIONS = ("accomplishments", "challenges", "learnings", "next_focus")
_UNITS = {"week": "week", "month": "month", "last": "month", "quarter": "quarter", "year": "year"}


class Reviews(Card):
    """Reports on a period in one's own words: drafted from the facts, then edited."""

    title = N_("My reviews")
    spanned = True
    tall = 6

    def __init__(self, page: "Page") -> None:
        super().__init__(page)
        self.model = ""

    def read(self, lab: "Lab") -> Any:
        self.model = model_for(lab)
        return lab.reports.written.find(owner=lab.person, order="-first", limit=8)

    def note(self, _found: Any) -> str:
        return ""

    def show(self, found: Any) -> Child:
        there = any(each.name == self._period().name for each in found)
        period = self.span.said
        called = _("Open the one on {period}", period=period) if there else _("Draft one on {period}", period=period)  # fmt: skip
        draft = [button(called, "draft", kind="pgc-first")]
        if self.model and not there:
            draft.append(button(_("Let {model} draft it", model=self.model), "draft_by_model"))
        if not found:
            said = empty(
                _("No review yet."), _("A draft says what the records say; the rest is yours.")
            )
            return [said, tag.p(draft, class_="pgc-row pgc-between")]
        return [lines(map(self._line, found)), tag.p(draft, class_="pgc-row pgc-between")]

    def _line(self, report: Any) -> Html:
        final = report.state == "final"
        return line(
            tag.button(clean(report.title), type="button", act="look_at", values={"id": report.id.hex}, class_="pgc-leads"),
            [
                tag.span(_("final") if final else _("draft"), class_=["pgc-chip", "pgc-good" if final else ""]),
                None if final else button(_("Edit"), "change_it", id=report.id.hex, name=_("Edit: {title}", title=report.title)),
            ],
            told(day(report.updated_at.date(), today()) if report.updated_at else ""),
            key=report.id.hex,
        )  # fmt: skip

    def _period(self) -> Period:
        unit: Any = _UNITS.get(self.span.key, "span")
        first, last = self.span.first, self.span.last
        return Period(first, last) if unit == "span" else Period.of(first, unit)

    @deed
    def draft(self) -> None:
        """Write a draft on the period of the page, or show what there is of it."""
        period = self._period()

        def newest(lab: "Lab") -> Any:
            mine = {"owner": lab.person, "name": period.name}
            known = lab.reports.written.find(order="-revision", limit=1, **mine)
            return known[0] if known else lab.reports.draft(period)

        self._show(self.change(newest))

    @deed
    def draft_by_model(self) -> None:
        """The same by the configured model: what the template says stands there until it has written."""
        self.draft()
        body = self.page.sheet.body
        if isinstance(body, Review):
            body.ask_model()
            body.renew()

    @deed
    def look_at(self, id: str) -> None:
        """Read it."""
        which = UUID(id)
        self._show(self.page.house.ask(lambda lab: lab.reports.written.get(which)))

    @deed
    def change_it(self, id: str) -> None:
        """Its words, as a form."""
        written = self.page.house.lab.reports.written
        self.edit(_("My reviews"), written, UUID(id), fields=["title", *_SECTIONS])

    def _show(self, report: Any) -> None:
        body = Review(self, report, lambda: self.change_it(report.id.hex), self.model)
        self.page.sheet.open(report.title, body, wide=True)


class Running(Held):
    """Reports that are run: begun here, watched cell by cell, read when they are there."""

    title = N_("Reports that were run")

    def make(self, lab: "Lab") -> Part:
        monitor: Part = face("reports.monitor")(lab.reports)
        return monitor


LOOK = Look(
    rows=[[[Told], [Reviews, Running]]],
    asks=N_("What was this time like?"),
    span="week",
)
