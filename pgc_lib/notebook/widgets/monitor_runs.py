"""Reports that are begun from a page: they outlive it, and whoever looks later may still cancel them."""

import atexit
import signal
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pgc_lib.areas.reports import Reports, Run
from pgc_lib.automation.catalogue import find, folders, workspace
from pgc_lib.automation.journal import Note
from pgc_lib.automation.launch import Request
from pgc_lib.errors import NotFound
from pgc_lib.notebook.extension.runner import Runner
from pgc_lib.settings import settings

_PROGRAM = "pgc_lib.automation.execute"


@dataclass(frozen=True, slots=True)
class Seen:
    """One run as far as it is known: from its executor's notes, else from the record."""

    id: str
    name: str
    state: str
    began: datetime
    ended: datetime | None
    cells: int
    done: int
    failed: int | None
    error: str
    page: str
    notebook: str
    record: UUID | None
    here: bool
    """Whether it runs on this machine, where it can be cancelled."""


class Runs(Runner):
    """The runs of this workspace."""

    def __init__(self) -> None:
        super().__init__(workspace(), settings().runs_at_once)
        atexit.unregister(self.end)  # a page that is shut ends no report

    def start(self, name: str, given: dict[str, object]) -> Note:
        """Begin a report, unless a parameter does not fit."""
        report = find(name, *folders(self.workspace))
        return self.begin(Request(report.name, report.typed(given)))

    def cancel(self, run: UUID) -> Note:
        """Ask a run to end, whoever began it on this machine."""
        try:
            return super().cancel(run)
        except NotFound:
            note = self.journal.look(run)
            if note is None or note.over or not self._interrupt(run):
                raise
            return note

    def _interrupt(self, run: UUID) -> bool:
        """Interrupt the executor that holds the lock of a run."""
        import psutil

        lock = str(self.journal.folder / f"{run.hex}.lock")
        for process in psutil.process_iter(["cmdline"]):
            if _PROGRAM not in (process.info["cmdline"] or ()):
                continue
            # Another person's process cannot be looked into, and one may end at this moment.
            with suppress(psutil.Error):
                if any(each.path == lock for each in process.open_files()):
                    process.send_signal(signal.SIGINT)
                    return True
        return False

    def stamp(self) -> tuple[object, ...]:
        """What differs whenever a run went on."""
        return tuple((n.run, n.state, n.cells_done, n.cells, n.kept, n.page) for n in self.all())

    def seen(self, reports: Reports, most: int) -> Sequence[Seen]:
        """The newest runs."""
        notes = {note.run.replace("-", ""): note for note in self.all()}
        found = []
        for run in reports.runs.find(order="-started_at", limit=most):
            note = notes.pop(run.job.hex, None) if run.job else None
            found.append(
                _of_record(run)
                if note is None or run.state != "running"
                else _of_note(note, run.id)
            )
        found += [_of_note(note, None) for note in notes.values() if not note.kept]
        return sorted(found, key=lambda each: each.began, reverse=True)[:most]


def _of_note(note: Note, record: UUID | None) -> Seen:
    ended = datetime.fromisoformat(note.at) if note.over else None
    state = "running" if note.state == "starting" else note.state
    return Seen(
        note.run.replace("-", ""), note.report, state, datetime.fromisoformat(note.began), ended, note.cells,
        note.cells_done, note.failed_cell, note.error, note.page, note.notebook, record, True,
    )  # fmt: skip


def _of_record(run: Run) -> Seen:
    return Seen(
        run.job.hex if run.job else run.id.hex, run.name, run.state, run.started_at, run.ended_at, run.cells,
        run.cells_done, run.failed_cell, run.error, run.page, run.notebook, run.id, False,
    )  # fmt: skip
