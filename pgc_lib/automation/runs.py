"""Running a report: papermill executes the notebook in a kernel of the person's own, cell by cell.

A run is noted from its first moment, and a record from its first cell, so a page can show its progress and a crash
leaves the truth: it says "running" until someone finds that nobody runs it any more, and then "failed"
(`settling.py`). The executed notebook and its HTML are kept even when a cell failed, with the traceback where it
happened.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pgc_lib.areas.reports import Run
from pgc_lib.automation import engine
from pgc_lib.automation.catalogue import Report
from pgc_lib.automation.journal import Journal, Note
from pgc_lib.automation.recording import Recording
from pgc_lib.automation.redaction import Redactor, redactor
from pgc_lib.automation.stopping import Stopping
from pgc_lib.core.ids import new_id
from pgc_lib.core.zone import zone
from pgc_lib.errors import Conflict
from pgc_lib.i18n import _, lang

if TYPE_CHECKING:
    from jupyter_client.manager import AsyncKernelManager
    from nbformat import NotebookNode

Progress = Callable[[int, int], None]

_LONGEST_ERROR = 4000
_making = Lock()
_TEMPLATES = Path(__file__).parents[1] / "notebook" / "share" / "nbconvert" / "templates"


@dataclass(frozen=True, slots=True)
class Order:
    """A run that is wanted: of which job, by which schedule. Without both it was asked for by hand."""

    job: UUID = field(default_factory=new_id)
    schedule: UUID | None = None
    held: bool = False
    """The lock of the run was handed over by whoever started this process."""


def run(
    open_lab: Callable[[], Any],
    report: Report,
    workspace: Path,
    *,
    parameters: Mapping[str, Any] | None = None,
    on_progress: Progress | None = None,
    order: Order | None = None,
    kernel: "AsyncKernelManager | None" = None,
    stopping: Stopping | None = None,
) -> Run:
    """Execute a report and keep what came of it; a failure is a result, not an exception.

    Parameters that the report does not know are an error, and nothing is run. `open_lab` is called beside the
    execution. `kernel` is one that the caller has begun to start in the workspace; `stopping` ends the run.
    """
    order = order or Order()
    journal = Journal(workspace)
    with _alone(journal, order), _kernel(workspace, kernel) as kernel:
        given = report.typed(parameters or {})
        schedule = order.schedule.hex if order.schedule else None
        note = Note(order.job.hex, report.name, schedule, given, "running")
        recording = Recording(open_lab, journal)
        note = journal.write(note)
        watch = _Watch(recording, journal, note, on_progress, stopping or Stopping())
        watch.stopping.ends(kernel)
        outcome, stopped = _execute(report, journal.draft(order.job), given, kernel, watch)
        # Kept in the folder first: should the database be away for long, it is told later.
        note = journal.write(watch.note, **outcome)
        note = journal.write(note, **kept_files(journal, workspace, note, watch.redactor))
        done = recording.end(note)
        if stopped is not None:
            raise stopped
        return done


@contextmanager
def _alone(journal: Journal, order: Order) -> Iterator[None]:
    """Hold the lock of a run, unless this process got it from who started it."""
    if order.held:
        yield
        return
    with journal.held(order.job) as free:
        if not free:
            raise Conflict(_("This run goes on already."), next_step=_("Look at `lab.reports`."))
        yield


@contextmanager
def _kernel(workspace: Path, kernel: "AsyncKernelManager | None") -> "Iterator[AsyncKernelManager]":
    made = kernel or engine.start_kernel(workspace)
    try:
        yield made
    finally:
        engine.end_kernel(made)


def _execute(
    report: Report,
    draft: Path,
    given: Mapping[str, Any],
    kernel: "AsyncKernelManager",
    watch: "_Watch",
) -> tuple[dict[str, Any], BaseException | None]:
    """Run every cell; how it ended, and what is to be raised once that is written down."""
    try:
        engine.execute(report.path, draft, given, kernel, watch)
    except engine.Failed as error:
        return _failed(watch, watch.stopping.reason or str(error)), None
    except BaseException as error:  # noqa: BLE001  # Ctrl-C: say so in the record, then stop
        return _failed(watch, type(error).__name__), error
    return {"state": "done"}, None


def _failed(watch: "_Watch", error: str) -> dict[str, Any]:
    text = watch.redactor.text(error)
    if len(text) > _LONGEST_ERROR:  # a traceback says at its end what happened
        text = "…\n" + text[-_LONGEST_ERROR:]
    return {"state": "failed", "failed_cell": watch.current, "error": text}


class _Watch:
    """Follows papermill from cell to cell."""

    def __init__(
        self,
        recording: Recording,
        journal: Journal,
        note: Note,
        on_progress: Progress | None,
        stopping: Stopping,
    ) -> None:
        self.recording, self.journal, self.note = recording, journal, note
        self.on_progress, self.stopping = on_progress, stopping
        self.redactor = redactor()
        self.current: int | None = None

    def starts(self, index: int | None, notebook: "NotebookNode") -> None:
        """A cell begins."""
        self.current = index
        if self.stopping.reason:
            raise engine.Failed(self.stopping.reason)
        if not self.note.cells:
            self.note = self.journal.write(self.note, cells=len(notebook.cells))
            # Both take their time, which is while the kernel is at work and this process waits.
            self.recording.begin(self.note)
            Thread(target=_rehearsed, daemon=True).start()

    def ends(self, cell: "NotebookNode") -> None:
        """A cell is over, well or not."""
        self.redactor.tree(cell.get("outputs", []))
        if cell.metadata.papermill.get("exception"):
            return
        self.note = self.journal.write(self.note, cells_done=self.note.cells_done + 1)
        self.recording.progress(self.note)
        if self.on_progress:
            self.on_progress(self.note.cells_done, self.note.cells)


def kept_files(journal: Journal, workspace: Path, note: Note, redactor: Redactor) -> dict[str, str]:
    """Move the executed notebook to where the person finds it, with its page; their paths."""
    draft = journal.draft(UUID(note.run))
    if not draft.exists():
        return {}
    notebook = _named(workspace, note)
    draft.replace(notebook)
    if not notebook.stat().st_size:
        notebook.unlink()  # killed before the first word was written
        return {}
    kept = {"notebook": str(notebook.relative_to(workspace))}
    page = notebook.with_suffix(".html")
    exporter = _exporter()
    try:
        body, _resources = exporter.from_filename(str(notebook))
    except ValueError:
        return kept  # killed in the middle of writing: what is there stays, a page cannot be made of it
    page.write_text(redactor.text(body), encoding="utf-8")
    return kept | {"page": str(page.relative_to(workspace))}


def _named(workspace: Path, note: Note) -> Path:
    """Where the executed notebook goes; two runs in one second do not meet."""
    began = datetime.fromisoformat(note.began).astimezone(zone())
    stem = f"{note.report}-{began:%Y%m%d-%H%M%S}"
    for name in (stem, *(f"{stem}-{number}" for number in range(2, 1000))):
        path = workspace / "reports" / f"{name}.ipynb"
        try:
            path.touch(exist_ok=False)
        except FileExistsError:
            continue
        return path
    raise FileExistsError(stem)


def _exporter() -> Any:
    """What makes pages. Importing it takes about a second; nobody needs two of it at once."""
    with _making:
        return _exporter_in(lang())


@cache
def _exporter_in(language: str) -> Any:
    with engine.lean_imports():
        from nbconvert import HTMLExporter

    return HTMLExporter(
        template_name="pgc",
        language_code=language,  # unless the report was asked for in another one
        extra_template_basedirs=[str(_TEMPLATES)],
        exclude_input=True,
        exclude_input_prompt=True,
        exclude_output_prompt=True,
    )


def _rehearsed() -> None:
    """Make a page of next to nothing: templates are compiled and everything is imported when the real one comes."""
    from nbformat import v4 as _v4

    v4: Any = _v4  # has no types
    shown = v4.new_output("display_data", {"text/html": "<p>a</p>", "text/plain": "a"})
    cells = [v4.new_markdown_cell("# a"), v4.new_code_cell("a", outputs=[shown])]
    with _making:
        _exporter_in(lang()).from_notebook_node(v4.new_notebook(cells=cells))
