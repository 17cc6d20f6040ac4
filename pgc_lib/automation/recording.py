"""The record of a run, kept up to date beside its execution.

Opening the lab and writing happen in a thread, while the kernel is at work: a database that is away for a while
holds up no cell, and a report does not wait for what it has no use for itself. What could not be written is in the
journal, from which `settling.py` makes up for it.
"""

import time
from collections.abc import Callable
from datetime import datetime
from threading import Thread
from typing import Any, TypeVar
from uuid import UUID

from pgc_lib.areas.reports import Reports, Run
from pgc_lib.automation.journal import Journal, Note
from pgc_lib.errors import PgcError, Unavailable

T = TypeVar("T")

PATIENCE = 300.0
"""Seconds for which a database that is away is waited for when a run begins or has ended."""
_PAUSES = (0.2, 0.5, 1.0, 2.0, 5.0)
_EVERY = 5
"""Cells between two notes of progress in the database: often enough to watch, rarely enough to cost nothing."""


class Recording:
    """One run's record; made by `begin`, settled by `end`."""

    def __init__(self, open_lab: Callable[[], Any], journal: Journal) -> None:
        self._open_lab, self._journal = open_lab, journal
        self._thread: Thread | None = None
        self._record: Run | None = None
        self._reports: Reports | None = None
        self._error: BaseException | None = None

    def begin(self, note: Note) -> None:
        """Make the record, in a thread; once."""
        if self._thread is None:
            self._thread = Thread(target=self._make, args=[note], daemon=True)
            self._thread.start()

    def progress(self, note: Note) -> None:
        """Note how far it is, now and then and if that can be done at once."""
        if note.cells_done % _EVERY or self._record is None or self._reports is None:
            return
        try:
            self._reports.runs.update(self._record.id, cells=note.cells, cells_done=note.cells_done)
        except (
            PgcError
        ) as error:  # the report goes on; its end is written when the database is back
            _warn("run.progress_not_noted", error)

    def end(self, note: Note) -> Run:
        """Write how it ended; the finished record."""
        self.begin(note)
        reports, record = self._made()
        done = insisted(lambda: kept(reports, record.id, note))
        self._journal.write(note, at=note.at, kept=True)
        return done

    def _make(self, note: Note) -> None:
        try:
            lab = insisted(self._open_lab)
            self._reports = lab.reports
            self._record = insisted(lambda: added(lab.reports, note, self._journal.place))
        except BaseException as error:  # noqa: BLE001  # raised again by whoever waits for the record
            self._error = error

    def _made(self) -> tuple[Reports, Run]:
        if self._thread is not None:
            self._thread.join()
        if self._error is not None:
            raise self._error
        assert self._reports is not None
        assert self._record is not None
        return self._reports, self._record


def added(reports: Reports, note: Note, place: str) -> Run:
    """A new record of a run."""
    return reports.runs.add(
        name=note.report or "–",
        state="running",
        started_at=datetime.fromisoformat(note.began),
        parameters=note.parameters,
        job=UUID(note.run),
        schedule=UUID(note.schedule) if note.schedule else None,
        place=place,
    )


def kept(reports: Reports, record: Run | UUID, note: Note) -> Run:
    """Write into a run's record how it ended; given the record, `Conflict` when it was changed in between."""
    return reports.runs.update(
        record,
        state="done" if note.state == "done" else "failed",
        ended_at=datetime.fromisoformat(note.at),
        cells=note.cells,
        cells_done=note.cells_done,
        failed_cell=note.failed_cell,
        error=note.error,
        notebook=note.notebook,
        page=note.page,
    )


def insisted(work: Callable[[], T], patience: float | None = None) -> T:
    """Do what needs the database, again and again while it is away; it may be starting anew."""
    deadline = time.monotonic() + (PATIENCE if patience is None else patience)
    attempt = 0
    while True:
        try:
            return work()
        except Unavailable as error:
            pause = _PAUSES[min(attempt, len(_PAUSES) - 1)]
            attempt += 1
            if time.monotonic() + pause > deadline:
                raise
            _warn("run.waits", error)
            time.sleep(pause)


def _warn(event: str, error: PgcError) -> None:
    import structlog  # late: importing it takes longer than most of a run's own work

    structlog.get_logger().warning(event, error=error.message)
