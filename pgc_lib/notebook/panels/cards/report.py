"""A review of a period, read: each sentence leads to its facts, and here it is finalised, compared and saved."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pgc_lib.areas.reporting.fact import SECTIONS
from pgc_lib.areas.reporting.page import facts_below, linked
from pgc_lib.areas.reporting.support import MARK
from pgc_lib.i18n import N_, _, in_lang
from pgc_lib.notebook.live import Html, Part, deed, tag
from pgc_lib.notebook.panels.pieces import button
from pgc_lib.notebook.panels.rows import Rows

if TYPE_CHECKING:
    from pgc_lib.areas.reporting.written import Report
    from pgc_lib.lab import Lab
    from pgc_lib.notebook.panels.card import Card

_KINDS = {
    "pdf": ("PDF", "application/pdf"), "md": ("Markdown", "text/markdown"), "html": (N_("Web page"), "text/html"),
}  # fmt: skip


class Review(Part):
    """One report as it stands; what is done to it is done in the card's lab."""

    look = "pgc-review"

    def __init__(self, card: "Card", report: "Report", edit: Callable[[], None]) -> None:
        self.card, self.report, self.edit = card, report, edit

    def draw(self) -> Html:
        """Its words, what can be done, and the facts below."""
        from pgc_lib.core.markdown.rendering import html

        report, name = self.report, f"{self.id}-fact"
        with in_lang(report.lang):
            said = [
                [tag.h3(_(title)), Html(linked(html(text), name, len(report.facts)))]
                for section, title in SECTIONS.items()
                if (text := report.sections()[section].strip())
            ]
        marked = any(MARK in text for text in report.sections().values())
        return tag.div(
            tag.p(self._ways(), class_="pgc-row"),
            tag.p(_("{mark} marks sentences that rest on no fact", mark=MARK), class_="pgc-soft") if marked else None,
            tag.div(said, lang=report.lang, class_="pgc-prose"),
            Html(facts_below(report.known, name)) if report.facts else None,
        )  # fmt: skip

    def _ways(self) -> list[Html]:
        final = self.report.state == "final"
        ways = [button(_("Write the next revision"), "revise")] if final else [
            button(_("Edit"), "change"), button(_("It is final"), "finalise"),
        ]  # fmt: skip
        ways.append(button(_("Compare with the period before"), "compare"))
        return [*ways, *(button(_(title), "save", kind="pgc-plain", kind_of=ending, name=_("Save as {title}", title=_(title))) for ending, (title, _type) in _KINDS.items())]  # fmt: skip

    def _now(self, work: "Callable[[Lab], Report]") -> None:
        self.report = self.card.change(work)
        self.renew()

    @deed
    def change(self) -> None:
        """Its words, as a form."""
        self.edit()

    @deed
    def finalise(self) -> None:
        """From now on it stays as it is."""
        report = self.report
        self._now(lambda lab: lab.reports.finalise(report))
        self.card.tell(_("“{title}” is final and stays as it is.", title=report.title))

    @deed
    def revise(self) -> None:
        """The next one, with the same words."""
        report = self.report
        self._now(lambda lab: lab.reports.revise(report))

    @deed
    def compare(self) -> None:
        """What is different from the period before."""
        report = self.report
        moved: Any = self.card.page.house.ask(lambda lab: lab.reports.compare(report))
        rows = Rows.of_shown(report.title, moved, about=_("Compared with the period before"))
        self.card.page.sheet.open(report.title, rows, wide=True)

    @deed
    def save(self, kind_of: str) -> None:
        """As a file."""
        report = self.report
        if kind_of not in _KINDS:
            return
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"report.{kind_of}"
            self.card.page.house.ask(lambda lab: lab.reports.save(report, path))
            self.download(f"{report.name}.{kind_of}", path.read_bytes(), _KINDS[kind_of][1])
