"""Reports: what a person writes of a period on the ground of facts, and the notebooks that were run for one.

report = lab.reports.draft("last week")                  # or 2026-11, 2026-Q4, 2026; writer=lab.ai.reporter()
report = lab.reports.edit(report, learnings="…")
lab.reports.finalise(report)                             # from now on it stays as it is
lab.reports.compare(report)                              # with the period before
lab.reports.save(report, "report.pdf")
"""

import os
from html import escape
from typing import Any, Literal
from urllib.parse import quote
from uuid import UUID

from pgc_lib.areas.reporting.writing import Writing
from pgc_lib.core.area import Kept
from pgc_lib.core.faces import face
from pgc_lib.core.record import Record, field
from pgc_lib.core.types import Moment
from pgc_lib.core.zone import zone
from pgc_lib.i18n import N_, _

State = Literal["running", "done", "failed"]

_SHOWN = 20
_STATES: dict[State, tuple[str, str]] = {
    "running": ("…", N_("running")),
    "done": ("✓", N_("done")),
    "failed": ("✗", N_("failed")),
}


class Run(Record, kind="reports.runs", kept_in="documents", key=["job"], sort=["-started_at"]):
    """One execution of a report notebook."""

    name: str = field(title=N_("Report"), max_length=200, searchable=True)
    state: State = field("running", title=N_("State"))
    started_at: Moment = field(title=N_("Started"))
    ended_at: Moment | None = field(None, title=N_("Ended"))
    parameters: dict[str, Any] = field({}, title=N_("Parameters"))
    cells: int = field(0, title=N_("Cells"), ge=0)
    cells_done: int = field(0, title=N_("Cells done"), ge=0)
    failed_cell: int | None = field(None, title=N_("Failed cell"))
    error: str = field("", title=N_("Error"))
    notebook: str = field(
        "", title=N_("Notebook"), help=N_("The executed notebook, from the lab's folder.")
    )
    page: str = field("", title=N_("Page"), help=N_("The same as HTML, from the lab's folder."))
    job: UUID | None = field(None, title=N_("Job"), help=N_("What it is recognised by."))
    schedule: UUID | None = field(None, title=N_("Schedule"))
    place: str = field("", title=N_("Place"), help=N_("The folder in which it was executed."))


class Reports(Writing, name="reports", main="runs"):
    """Reports, and the notebooks that were run for one."""

    runs: Kept[Run] = Kept(Run)

    def latest(self, name: str | None = None) -> Run | None:
        """The newest run, of one report when it is named."""
        named = {"name": name} if name else {}
        found = self.runs.find(order="-started_at", limit=1, **named)
        return found[0] if found else None

    def monitor(self) -> Any:
        """Start a report, watch it cell by cell, cancel it, read it."""
        return face("reports.monitor")(self)

    def html(self, limit: int = _SHOWN, *, base: str | None = None) -> str:
        """The newest runs as a table with links; `base` is where the lab's server is, if not here."""
        titles = [_("Report"), _("Started"), _("State"), _("Cells"), _("Read it")]
        head = "".join(f"<th>{escape(title)}</th>" for title in titles)
        prefix = base if base is not None else os.environ.get("JUPYTERHUB_SERVICE_PREFIX", "/")
        rows = "".join(
            _row(run, prefix) for run in self.runs.find(order="-started_at", limit=limit)
        )
        if not rows:
            rows = (
                f"<tr><td colspan={len(titles)}>{escape(_('No report was written yet.'))}</td></tr>"
            )
        return (
            f"<table class='pgc-table'><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
        )

    def _repr_html_(self) -> str:
        """The same for a notebook."""
        return self.html()


def _row(run: Run, prefix: str) -> str:
    mark, word = _STATES[run.state]
    seconds = f" · {(run.ended_at - run.started_at).total_seconds():.1f} s" if run.ended_at else ""
    links = [
        f"<a href='{escape(prefix)}{way}{quote(path)}' target='_blank' rel='noopener'>{escape(title)}</a>"
        for way, path, title in (
            ("files/", run.page, _("Page")),
            ("lab/tree/", run.notebook, _("Notebook")),
        )
        if path
    ]
    cells = f"{run.cells_done}/{run.cells}" if run.cells else ""
    started = run.started_at.astimezone(zone())
    columns = [
        escape(run.name),
        f"{started:%Y-%m-%d %H:%M}",
        escape(f"{mark} {_(word)}{seconds}"),
        cells,
        " · ".join(links),
    ]
    row = "<tr>" + "".join(f"<td>{column}</td>" for column in columns) + "</tr>"
    if run.state != "failed":
        return row
    where = "" if run.failed_cell is None else _("Cell {cell}", cell=run.failed_cell)
    last = run.error.strip().rpartition("\n")[2]
    summary = escape(" · ".join(filter(None, [where, last])))
    details = f"<details><summary>{summary}</summary><pre>{escape(run.error)}</pre></details>"
    return row + f"<tr><td colspan={len(columns)} style='text-align:left'>{details}</td></tr>"
