"""The executors of one server: so many at once, cancelled on request, ended with the server."""

import atexit
import os
import signal
import subprocess
import threading
from pathlib import Path
from uuid import UUID

from pgc_lib.automation.catalogue import Report, available, folders
from pgc_lib.automation.journal import Journal, Note
from pgc_lib.automation.launch import Request, begin, program
from pgc_lib.errors import NotFound, PgcError
from pgc_lib.i18n import _

_SHOWN = 100
_ENDING = 6.0
"""Seconds for executors to write their end when the server stops; a container is killed after ten."""


class Full(PgcError):
    """As many reports run as may at once."""


class Runner:
    """Starts executors and knows those it started; what they do is in their notes."""

    def __init__(self, workspace: Path, limit: int) -> None:
        self.workspace, self.limit = workspace, limit
        self.journal = Journal(workspace)
        self._children: dict[UUID, subprocess.Popen[str]] = {}
        self._lock = threading.Lock()
        atexit.register(self.end)

    def reports(self) -> dict[str, Report]:
        """The reports that can be run here."""
        return available(*folders(self.workspace))

    def begin(self, request: Request) -> Note:
        """Start a run; one that was started before is only shown."""
        with self._lock:
            known = self.journal.look(request.run)
            if known is not None:
                return known
            if self._running() >= self.limit:
                raise Full(
                    _("{limit} reports run already.", limit=self.limit),
                    next_step=_("Wait until one is done, or cancel one."),
                )
            child = begin(self.workspace, request)
            if child is not None:
                self._children[request.run] = child
                threading.Thread(
                    target=self._see_off, args=[request.run, child], daemon=True
                ).start()
        return self.look(request.run)

    def _running(self) -> int:
        """How many runs go on; an executor that is only just leaving does not count."""
        notes = (self.journal.look(run) for run in list(self._children))
        return sum(note is not None and not note.over for note in notes)

    def look(self, run: UUID) -> Note:
        """How a run is."""
        note = self.journal.look(run)
        if note is None:
            raise NotFound(_("There is no run {run}.", run=run))
        return note

    def all(self) -> list[Note]:
        """The runs of this server, the newest first."""
        notes = (self.journal.look(run) for run in self.journal.runs()[:_SHOWN])
        return [note for note in notes if note]

    def cancel(self, run: UUID) -> Note:
        """Ask a run to end; one that is over stays as it is."""
        note = self.look(run)
        child = self._children.get(run)
        if child is not None and child.poll() is None:
            child.send_signal(signal.SIGINT)
        elif not note.over:
            raise NotFound(
                _("Run {run} is executed elsewhere.", run=run),
                next_step=_("Cancel it where it was started."),
            )
        return note

    def end(self) -> None:
        """The server stops: let executors write that down, then make sure of it."""
        running = [child for child in self._children.values() if child.poll() is None]
        for child in running:
            child.terminate()
        for child in running:
            try:
                child.wait(_ENDING)
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)

    def care(self) -> None:
        """Give a new lab its first schedules and lost runs their end, in a process that goes away again."""
        child = subprocess.Popen(
            program("care"),
            cwd=self.workspace,
            env={**os.environ, "PGC_WORKSPACE": str(self.workspace)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        threading.Thread(target=child.wait, daemon=True).start()

    def _see_off(self, run: UUID, child: "subprocess.Popen[str]") -> None:
        """Wait for an executor's end; one that was killed could not write it."""
        child.wait()
        self._children.pop(run, None)
        note = self.journal.read(run)
        if note is None or not note.kept:
            self.care()
