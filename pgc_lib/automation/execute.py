"""The executor of one run, as a program: `python -m pgc_lib.automation.execute` with the request on its input.

It runs beside the person's other kernels with the person's own login, and ends with the run. SIGTERM means that the
server is being stopped, SIGINT that somebody cancelled; both end in a record that says so.
"""

import os
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

# Nothing that takes time to import: the kernel is started first and begins beside us.
from pgc_lib.automation import engine
from pgc_lib.automation.catalogue import find, folders, workspace
from pgc_lib.automation.journal import Journal, Note
from pgc_lib.automation.launch import Request
from pgc_lib.automation.stopping import Stopping
from pgc_lib.errors import NotFound, PgcError
from pgc_lib.i18n import _
from pgc_lib.settings import settings


def main() -> int:
    """Run it; the exit status says whether it ended well."""
    request = Request.read(sys.stdin.read())
    place = workspace()
    journal = Journal(place)
    stopping = Stopping()
    stopping.heed_signals(settings().runs_minutes)
    try:
        return _run(place, request, stopping)
    except PgcError as error:
        from pgc_lib.automation.recording import Recording

        sys.stderr.write(f"{error}\n")
        # Before the report could begin, or because the end could not be written; the notes keep it then.
        note = journal.read(request.run) or Note(request.run.hex)
        if not note.over:
            note = journal.write(note, state="failed", error=str(error))
            Recording(_open, journal).end(note)
        return 1


def _run(place: Path, request: Request, stopping: Stopping) -> int:
    with ExitStack() as stack:
        kernel = engine.start_kernel(place)
        stack.callback(engine.end_kernel, kernel)

        from pgc_lib.automation.recording import insisted
        from pgc_lib.automation.runs import Order, run

        open_lab, name, parameters = _open, request.report, dict(request.parameters)
        if request.schedule is not None:
            # What a schedule says is told to its owner, which we are, and to no worker.
            lab = stack.enter_context(insisted(_open))
            name, parameters = _planned(lab, request)
            journal = Journal(place)
            note = journal.read(request.run) or Note(request.run.hex)
            journal.write(note, report=name, parameters=parameters)

            def open_lab() -> Any:
                return lab

        done = run(
            open_lab,
            find(name, *folders(place)),
            place,
            parameters=parameters,
            order=Order(request.run, request.schedule, held=True),
            kernel=kernel,
            stopping=stopping,
        )
    return int(done.state != "done")


def _planned(lab: Any, request: Request) -> tuple[str, dict[str, Any]]:
    try:
        item = lab.schedules.get(request.schedule)
    except NotFound:
        raise NotFound(_("The schedule was removed before this could run.")) from None
    return item.report, dict(item.parameters)


def _open() -> Any:
    import pgc_lib as pgc  # by the front door, as a notebook does

    return pgc.open()


if __name__ == "__main__":
    os.umask(0o077)
    status = main()
    sys.stderr.flush()
    # All is written. Taking hundreds of modules apart would only keep whoever waits for this.
    os._exit(status)
