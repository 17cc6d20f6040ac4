"""A review of a period, read: each sentence leads to its facts, and here it is drafted by a model, finalised, compared, saved."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pgc_lib.areas.reporting.fact import SECTIONS
from pgc_lib.areas.reporting.facts import named
from pgc_lib.areas.reporting.page import facts_below, linked
from pgc_lib.areas.reporting.support import MARK
from pgc_lib.areas.reporting.written import TEMPLATE
from pgc_lib.i18n import N_, _, in_lang
from pgc_lib.notebook.live import Html, Part, deed, tag
from pgc_lib.notebook.panels.pieces import button
from pgc_lib.notebook.panels.rows import Rows
from pgc_lib.notebook.widgets.working import Work

if TYPE_CHECKING:
    from pgc_lib.areas.reporting.written import Report
    from pgc_lib.lab import Lab
    from pgc_lib.notebook.panels.card import Card

_KINDS = {
    "pdf": ("PDF", "application/pdf"), "md": ("Markdown", "text/markdown"), "html": (N_("Web page"), "text/html"),
}  # fmt: skip


def model_for(lab: "Lab") -> str:
    """The name of the model that would draft; empty when none is configured."""
    from pgc_lib.ai.models import NoModel

    try:
        return str(lab.ai.pick("chat").name)
    except NoModel:
        return ""


class Review(Part):
    """One report as it stands; what is done to it is done in the card's lab."""

    look = "pgc-review"

    def __init__(
        self, card: "Card", report: "Report", edit: Callable[[], None], model: str = ""
    ) -> None:
        self.card, self.report, self.edit, self.model = card, report, edit, model
        self.work: Work | None = None

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
            self._by_model(),
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

    def _by_model(self) -> list[Html | None]:
        """Who drafted it, and the way to have a model draft it, with what it is told."""
        if self.report.state == "final":
            return []
        author = _("the template") if self.report.drafted_by == TEMPLATE else self.report.drafted_by
        said = tag.p(_("A draft by {author}; it is yours once you edit it and say that it is final.", author=author), class_="pgc-soft")  # fmt: skip
        if not self.model:
            return [said]
        if self.work is not None and self.work.running:
            return [said, tag.p(_("{model} is writing …", model=self.model), role="status", class_="pgc-between")]  # fmt: skip
        trouble = self.work.error if self.work is not None else ""
        return [
            said,
            tag.p(trouble, role="alert", class_="pgc-trouble") if trouble else None,
            tag.p(
                button(_("Let {model} draft it", model=self.model), "ask_model"),
                tag.small(self._told_to_model(), class_="pgc-soft"),
                class_="pgc-row pgc-between",
            ),
        ]

    def _told_to_model(self) -> str:
        allowed = self.card.page.house.ask(lambda lab: lab.reports.allowed())
        kept = [named(each.area) for each in allowed if each.told and not each.model]
        hidden = [named(each.area) for each in allowed if not each.told]
        said = _("The facts below are sent to it and nothing else; the words it replaces can be taken back.")  # fmt: skip
        if kept or hidden:
            said += " " + _("Not sent: {areas}.", areas=_(", ").join(kept + hidden))
        return said

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
    def ask_model(self) -> None:
        """Have the configured model draft it; that takes a while, so it is done beside the page."""
        if self.work is None or not self.work.running:
            self.work = Work(self, self._drafted)

    def _drafted(self, _work: Work) -> None:
        before = self.report

        def draft(lab: "Lab") -> "Report":
            made: Report = lab.reports.draft(before.period, writer=lab.ai.reporter(), again=True)
            return made

        self.report = self.card.change(draft)
        after = self.report
        self.card.tell(
            _("{model} has drafted “{title}”.", model=self.model, title=after.title),
            undo=lambda lab: self._as_before(lab, after),
        )

    def _as_before(self, lab: "Lab", after: "Report") -> None:
        lab.history.undo(lab.reports.versions(after)[0])
        self.report = lab.reports.written.get(after.id)
        self.renew()

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
