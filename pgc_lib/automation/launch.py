"""Starting an executor: a process of its own for each run, which may outlive whoever started it.

The lock of the run is taken here and handed over, so that a second request for the same run, from whomever it
comes, starts nothing.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from pgc_lib.automation.journal import Journal, Note
from pgc_lib.core.ids import new_id

_MARK = "pgc-lab"
"""What processes of a lab at home carry in their command line; see `notebook/jupyter.py`."""


@dataclass(frozen=True, slots=True)
class Request:
    """A run that is wanted: a report with parameters, or what a schedule of the person's says."""

    report: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    schedule: UUID | None = None
    run: UUID = field(default_factory=new_id)

    def json(self) -> str:
        """For the executor."""
        schedule = self.schedule.hex if self.schedule else None
        return json.dumps(
            {
                "report": self.report,
                "parameters": dict(self.parameters),
                "schedule": schedule,
                "run": self.run.hex,
            },
            default=str,
        )

    @classmethod
    def read(cls, text: str) -> "Request":
        """From what `json` wrote."""
        table = json.loads(text)
        schedule = UUID(table["schedule"]) if table["schedule"] else None
        return cls(table["report"], table["parameters"], schedule, UUID(table["run"]))


def begin(workspace: Path, request: Request) -> "subprocess.Popen[str] | None":
    """Start the executor of a run; None when it was started before, and goes on or is over."""
    journal = Journal(workspace)
    opened = journal.hold(request.run)
    if opened is None:
        return None
    try:
        if journal.read(request.run) is not None:
            return None
        schedule = request.schedule.hex if request.schedule else None
        journal.write(Note(request.run.hex, request.report, schedule, dict(request.parameters)))
        child = subprocess.Popen(
            program("execute"),
            cwd=workspace,
            env={**os.environ, "PGC_WORKSPACE": str(workspace)},
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
            pass_fds=[opened],
            start_new_session=True,
        )
    finally:
        os.close(opened)
    assert child.stdin is not None
    # What is wanted comes by a pipe: anyone may read command lines.
    with child.stdin as pipe:
        pipe.write(request.json())
    return child


def program(name: str) -> list[str]:
    """The command that runs a program of this package, recognisable as one of this lab."""
    mark = sys._xoptions.get(_MARK)
    # -P: a file in the person's workspace must not stand in for a module.
    marked = ["-X", f"{_MARK}={mark}"] if mark else []
    return [sys.executable, *marked, "-P", "-m", f"pgc_lib.automation.{name}"]
