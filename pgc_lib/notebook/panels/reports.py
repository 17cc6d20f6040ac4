"""Reports on the dashboard: how each ended, and its page, shown so that nothing in it can act.

A report's page holds what its notebook wrote, and a notebook writes what records hold. So it is shown in a frame
without scripts, without forms and without a way to other hosts.
"""

from collections.abc import Sequence
from datetime import date
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from pgc_lib.areas.reports import Run
from pgc_lib.core.zone import zone
from pgc_lib.errors import NotFound
from pgc_lib.i18n import N_, _
from pgc_lib.notebook.panels.markup import button, empty
from pgc_lib.notebook.panels.words import day, plain

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


def reports(runs: Sequence[Run], today: date) -> str:
    """The reports that were written, the newest first."""
    title = f"<h2>{escape(_('Reports'))}</h2>"
    if not runs:
        return title + empty(
            _("No report was written yet."), _("`./pgc run weekly_review` writes one now.")
        )
    return f"{title}<ul class='pgc-reports'>{''.join(_row(run, today) for run in runs)}</ul>"


def name_of(run: Run) -> str:
    """What a report is called."""
    return _(_KNOWN[run.name]) if run.name in _KNOWN else run.name


def _row(run: Run, today: date) -> str:
    mark, word = _STATES[run.state]
    started = run.started_at.astimezone(zone())
    when = f"{day(started.date(), today)} {started:%H:%M}"
    state = f"<span class='pgc-state pgc-is-{run.state}'><span aria-hidden='true'>{mark}</span> {escape(_(word))}</span>"
    said = [state, f"<span class='pgc-number'>{escape(when)}</span>"]
    if run.state == "running" and run.cells:
        said.append(escape(_("cell {done} of {total}", done=run.cells_done, total=run.cells)))
    name = name_of(run)
    label = _("Read {report}, {when}", report=name, when=when)
    read = button("read", _("Read"), id=run.id.hex, label=label) if run.page else "<span></span>"
    parts = f"<div><div class='pgc-title'>{plain(name)}</div><div class='pgc-small pgc-soft'>{' · '.join(said)}</div></div>{read}"
    return f"<li>{parts}{_why(run)}</li>"


def _why(run: Run) -> str:
    if run.state != "failed":
        return ""
    where = "" if run.failed_cell is None else _("Cell {cell}", cell=run.failed_cell)
    last = run.error.strip().rpartition("\n")[2] or _("It broke off.")
    summary = " · ".join(filter(None, [where, last]))
    return f"<details><summary>{plain(summary)}</summary><pre>{escape(run.error)}</pre></details>"


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


def reader(title: str, html: str) -> str:
    """The page over the dashboard."""
    framed = f'<!DOCTYPE html><meta http-equiv="Content-Security-Policy" content="{_POLICY}">{html}'
    tools = (
        f"<button type='button' class='pgc-button' data-pgc-print>{escape(_('Print'))}</button>"
        + button("close", _("Close"), kind="pgc-first")
    )
    # Without allow-scripts nothing in the frame runs; allow-same-origin lets the page print it.
    return (
        f"<div class='pgc-reader' role='dialog' aria-modal='true' aria-label='{plain(title)}'><div class='pgc-reader-box'>"
        f"<div class='pgc-reader-head'><h2>{plain(title)}</h2>{tools}</div>"
        f"<iframe sandbox='allow-same-origin allow-modals allow-popups' title='{plain(title)}' srcdoc='{escape(framed)}'></iframe>"
        "</div></div>"
    )
