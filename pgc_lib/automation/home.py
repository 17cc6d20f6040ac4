"""The person's server at home: the running JupyterLab, or else a process beside us.

Both keep their notes in the same folder, so how a run is can be read there whoever executes it.
"""

import subprocess
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import structlog

from pgc_lib.automation.http import Unreachable
from pgc_lib.automation.jobs import Job
from pgc_lib.automation.journal import Journal
from pgc_lib.automation.launch import Request, begin, program
from pgc_lib.automation.server import Away, Server
from pgc_lib.automation.watch import Seen

log = structlog.get_logger()


@dataclass
class Home:
    """The `Servers` of one person at home."""

    workspace: Path
    find: Callable[[], Server | None]
    """The JupyterLab of this lab, if one runs."""

    def begin(self, job: Job) -> None:
        """By JupyterLab where it runs, so that its limits and its environment hold; else by ourselves."""
        server = self.find()
        if server is not None:
            try:
                return server.begin(job)
            except (Unreachable, Away) as error:
                log.info("home.lab_away", error=str(error))
        child = begin(self.workspace, Request(schedule=job.schedule, run=job.id))
        if child is not None:
            threading.Thread(target=child.wait, daemon=True).start()

    def look(self, job: Job) -> Seen:
        """From the executor's notes."""
        note = Journal(self.workspace).look(job.id)
        if note is None:
            return "gone"
        return "done" if note.state == "done" else "failed" if note.over else "running"

    def leave(self, job: Job) -> None:
        """An executor that was killed could not write its own end: see to it."""
        note = Journal(self.workspace).read(job.id)
        if note is None or not note.kept:
            self.care()

    def care(self) -> None:
        """Give a new lab its schedules and lost runs their end, in a process that goes away again."""
        subprocess.run(
            program("care"), cwd=self.workspace, stdin=subprocess.DEVNULL, timeout=600, check=False
        )
