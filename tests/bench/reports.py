"""What a report costs beyond its cells."""

import os
import time
from pathlib import Path
from statistics import median
from unittest.mock import patch

from tests.bench.figures import Bench, Measured, figure

_ROOT = Path(__file__).parents[2]


def beyond_its_cells(workspace: Path) -> float:
    """Execute the weekly review as a schedule does; the seconds that were not spent in its cells."""
    import nbformat

    from pgc_lib.automation.journal import Journal
    from pgc_lib.automation.launch import Request, begin

    request = Request("weekly_review", {"week": "2026-11-16"})
    start = time.perf_counter()
    child = begin(workspace, request)
    assert child is not None
    assert child.wait() == 0
    seconds = time.perf_counter() - start
    note = Journal(workspace).read(request.run)
    assert note is not None and note.state == "done", note
    done = nbformat.read(workspace / note.notebook, as_version=4)
    return seconds - sum(cell.metadata.papermill.duration or 0 for cell in done.cells)


@figure(
    "report_overhead",
    peer="2 s",
    unit="s",
    goal="<= 1",
    help="A report run, beyond the time of its cells: process, kernel, record, notebook and page",
)
def report_overhead(bench: Bench) -> Measured:
    rounds = bench.n(9, 3)
    _ = bench.lab
    workspace = bench.data / "lab"
    workspace.mkdir(exist_ok=True)
    path = os.pathsep.join(filter(None, [str(_ROOT), os.environ.get("PYTHONPATH", "")]))
    with patch.dict(os.environ, {"PGC_DATA": str(bench.data), "PYTHONPATH": path}):
        beyond_its_cells(workspace)  # the first one writes compiled modules
        times = [beyond_its_cells(workspace) for _round in range(rounds)]
    return Measured(median(times), 2, rounds)
