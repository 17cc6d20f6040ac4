"""Giving every run its true end: those whose executor is gone, and those that never came to begin.

Done by whoever opens a lab where runs are executed: the server extension when it loads, a worker at home, `pgc run`.
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from pgc_lib.areas.reports import Reports, Run
from pgc_lib.automation.journal import STOPPED, Journal, Note
from pgc_lib.automation.recording import added, kept
from pgc_lib.automation.redaction import redactor
from pgc_lib.automation.runs import kept_files
from pgc_lib.errors import Conflict, Invalid
from pgc_lib.i18n import N_, _

REASONS = {
    "stopped": STOPPED,
    "unreachable": N_("Your server could not be started or reached."),
    "refused": N_("Your server refused to run this."),
    "attempts": N_("The workers that tried to run this were ended, one after the other."),
    "no_server": N_("Your account has no server."),
}
"""What a worker notes of a job that failed, said to the person."""

_ELSEWHERE = timedelta(days=1)
"""After so long without an end, a run of another machine is over as well."""
_KEPT = timedelta(days=30)
_JOBS = """
    select j.id, j.schedule, j.due, j.ended_at, j.detail, s.report
    from pgc.jobs j left join schedules.items s on s.id = j.schedule
    where j.owner = :me and j.state = 'failed' and j.ended_at > now() - interval '30 days'"""


def settle(reports: Reports, workspace: Path) -> list[Run]:
    """Write down what nobody could write when it happened; the runs that were changed or added."""
    journal = Journal(workspace)
    settled = [
        *_noted(reports, workspace, journal),
        *_lost(reports, journal),
        *_never_begun(reports),
    ]
    _tidy(journal)
    return settled


def _noted(reports: Reports, workspace: Path, journal: Journal) -> list[Run]:
    """Runs that are over by their notes, and not yet by the database."""
    settled = []
    for run in journal.runs():
        note = journal.read(run)
        if note is None or note.kept:
            continue
        with journal.held(run) as free:
            if not free:
                continue  # it goes on, or somebody is just about to write its end
            note = journal.read(run) or note
            if note.kept:
                continue
            if not note.over:
                note = journal.write(note, state="failed", error=_(STOPPED))
            note = journal.write(
                note, at=note.at, **kept_files(journal, workspace, note, redactor())
            )
            found = reports.runs.find(job=run, limit=1)
            try:
                record = found[0] if found else added(reports, note, journal.place)
                settled.append(kept(reports, record, note))
            except (Conflict, Invalid):
                continue  # somebody was faster
            journal.write(note, at=note.at, kept=True)
    return settled


def _lost(reports: Reports, journal: Journal) -> list[Run]:
    """Runs that say they are running, of which there are no notes any more."""
    place, now = journal.place, datetime.now(UTC)
    settled = []
    for run in reports.runs.find(state="running"):
        here = run.place == place and run.job is not None
        if here and run.job is not None and (journal.alive(run.job) or journal.read(run.job)):
            continue
        if not here and now - run.started_at < _ELSEWHERE:
            continue
        try:
            settled.append(kept(reports, run, Note("", state="failed", error=_(STOPPED))))
        except Conflict:
            continue  # it came to its end just now
    return settled


def _never_begun(reports: Reports) -> list[Run]:
    """Jobs that failed before anything could be executed have no run yet."""
    from sqlalchemy import text

    with reports.session.reading() as connection:
        jobs = connection.execute(text(_JOBS), {"me": reports.session.person}).all()
    known: set[UUID | None] = {run.job for run in reports.runs.find()} if jobs else set()
    settled = []
    for job in jobs:
        if job.id in known:
            continue
        try:
            settled.append(
                reports.runs.add(
                    name=job.report or "–",
                    state="failed",
                    started_at=job.due,
                    ended_at=job.ended_at,
                    job=job.id,
                    schedule=job.schedule,
                    error=_(REASONS.get(job.detail, STOPPED)),
                )
            )
        except Invalid:
            continue  # it has a run by now
    return settled


def _tidy(journal: Journal) -> None:
    """Forget notes that are a month old."""
    for run in journal.runs():
        note = journal.read(run)
        if note and note.kept and datetime.now(UTC) - datetime.fromisoformat(note.at) > _KEPT:
            journal.forget(run)
