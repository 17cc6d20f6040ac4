"""Reports that were run: how each ended, and its page, shown so that nothing in it can act.

A report's page holds what its notebook wrote, and a notebook writes what records hold. So it is shown in a frame
without scripts, without forms and without a way to other hosts.
"""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from pgc_lib.areas.reports import Run
from pgc_lib.core.zone import today, zone
from pgc_lib.errors import NotFound
from pgc_lib.i18n import N_, _
from pgc_lib.notebook.live import Child, Html, deed, tag
from pgc_lib.notebook.panels.card import Card
from pgc_lib.notebook.panels.pieces import button, clean, empty
from pgc_lib.notebook.panels.words import day

if TYPE_CHECKING:
    from pgc_lib.lab import Lab

_STATES = {
    "running": ("…", N_("running")),
    "done": ("✓", N_("done")),
    "failed": ("✗", N_("failed")),
}
_KNOWN = {"weekly_review": N_("Weekly review")}
_LARGEST = 24 * 2**20
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:"


class Written(Card):
    """The reports that were written, the newest first."""

    title = N_("Reports")
    tall = 5
    most = 6

    def read(self, lab: "Lab") -> Sequence[Run]:
        mine = {"owner": lab.person, "order": "-started_at", "limit": self.most}
        found: Sequence[Run] = lab.reports.runs.find(**mine)
        return found

    def show(self, found: Sequence[Run]) -> Child:
        if not found:
            return [
                empty(_("No report was written yet."), _("The page “Reports” writes one for you.")),
                tag.div(button(_("To the reports"), "begin"), class_="pgc-row"),
            ]
        now = today()
        return tag.ul([_row(run, now) for run in found], class_="pgc-reports")

    @deed
    def begin(self) -> None:
        """Go where a report can be begun."""
        self.page.turn_to("reports")

    @deed
    def open(self, id: str) -> None:
        """Show a report's page over this one."""
        from pgc_lib.automation.catalogue import workspace

        which = _id(id)
        title, html = self.page.house.ask(lambda lab: page_of(lab, workspace(), which))
        self.page.sheet.open(title, reader(title, html), wide=True, printed=True)


def name_of(run: Run) -> str:
    """What a report is called."""
    return _(_KNOWN[run.name]) if run.name in _KNOWN else run.name


def _row(run: Run, now: date) -> Html:
    mark, word = _STATES[run.state]
    started = run.started_at.astimezone(zone())
    when = f"{day(started.date(), now)} {started:%H:%M}"
    name = clean(name_of(run))
    progress = (
        _("cell {done} of {total}", done=run.cells_done, total=run.cells)
        if run.state == "running" and run.cells
        else ""
    )
    said = [
        tag.span(
            tag.span(mark, aria_hidden="true"), " ", _(word), class_=["pgc-state", f"pgc-is-{run.state}"]
        ),
        tag.span(when, class_="pgc-number"),
        tag.span(progress) if progress else None,
    ]  # fmt: skip
    label = _("Read {report}, {when}", report=name, when=when)
    return tag.li(
        tag.div(
            tag.div(name, class_="pgc-title"), tag.div(said, class_="pgc-meta pgc-small pgc-soft")
        ),
        button(_("Read"), "open", id=run.id.hex, name=label) if run.page else tag.span(),
        _why(run),
        data_key=run.id.hex,
    )


def _why(run: Run) -> Child:
    if run.state != "failed":
        return None
    where = "" if run.failed_cell is None else _("Cell {cell}", cell=run.failed_cell)
    last = run.error.strip().rpartition("\n")[2] or _("It broke off.")
    summary = clean(" · ".join(filter(None, [where, last])))
    return tag.details(tag.summary(summary), tag.pre(run.error, tabindex="0"))


def _id(given: str) -> UUID:
    try:
        return UUID(given)
    except ValueError:
        raise NotFound(
            _("There is no such thing on this page."), next_step=_("Reload the page.")
        ) from None


def page_of(lab: "Lab", workspace: Path, id: UUID) -> tuple[str, str]:
    """A report's title and its page's HTML, which must lie in the person's own folder."""
    run = lab.reports.runs.get(id)
    path = (workspace / run.page).resolve()
    if not run.page or not path.is_relative_to(workspace.resolve()) or not path.is_file():
        raise NotFound(
            _("The page of this report is no longer there."),
            next_step=_("Write it again with `./pgc run {name}`.", name=run.name),
        )
    if path.stat().st_size > _LARGEST:
        raise NotFound(
            _("This report is too large to be shown here."),
            next_step=_("Open {path} in a browser.", path=run.page),
        )
    started = run.started_at.astimezone(zone())
    return f"{name_of(run)} · {started:%Y-%m-%d %H:%M}", path.read_text(
        encoding="utf-8", errors="replace"
    )


def reader(title: str, html: str) -> Html:
    """Foreign HTML in a frame of its own."""
    framed = f'<!DOCTYPE html><meta http-equiv="Content-Security-Policy" content="{_POLICY}">{html}'
    # Without allow-scripts nothing in the frame runs; allow-same-origin lets the page print it.
    return tag.iframe(
        sandbox="allow-same-origin allow-modals allow-popups", title=clean(title), srcdoc=framed
    )
