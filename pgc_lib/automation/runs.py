"""Running a report: papermill executes the notebook in a kernel of the person's own, cell by cell.

The run is a record from its first moment, so a page can show its progress and a crash leaves the truth: it says
"running" until someone finds that nobody runs it any more, and then "failed". The executed notebook and its HTML are
kept even when a cell failed, with the traceback where it happened.
"""

import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pgc_lib.areas.reports import Reports, Run
from pgc_lib.core.types import zone
from pgc_lib.errors import NotFound
from pgc_lib.i18n import _

if TYPE_CHECKING:
    from nbformat import NotebookNode

Progress = Callable[[int, int], None]
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True, slots=True)
class Report:
    """A report that can be run: a notebook with a `parameters` cell."""

    name: str
    path: Path


def available(*folders: Path) -> dict[str, Report]:
    """The reports in these folders; a person's own come last and win."""
    return {
        path.stem: Report(path.stem, path)
        for folder in folders
        for path in sorted(folder.glob("*.ipynb"))
    }


def find(name: str, *folders: Path) -> Report:
    """The report of a name, or `NotFound` naming those there are."""
    reports = available(*folders)
    if name not in reports:
        raise NotFound(
            _("There is no report “{name}”.", name=name),
            next_step=_("The reports are: {names}.", names=", ".join(reports) or "–"),
        )
    return reports[name]


def run(
    reports: Reports,
    report: Report,
    workspace: Path,
    *,
    parameters: Mapping[str, Any] | None = None,
    environment: Mapping[str, str] | None = None,
    on_progress: Progress | None = None,
) -> Run:
    """Execute a report and keep what came of it; a failure is a result, not an exception."""
    import papermill
    from papermill.engines import papermill_engines
    from papermill.exceptions import PapermillException

    given = dict(parameters or {})
    started = datetime.now(UTC)
    stem = f"{report.name}-{started.astimezone(zone()):%Y%m%d-%H%M%S}"
    target = workspace / "reports" / f"{stem}.ipynb"
    target.parent.mkdir(parents=True, exist_ok=True)
    record = reports.runs.add(name=report.name, started_at=started, parameters=given)
    watch = _Watch(reports, record, on_progress)
    changes: dict[str, Any] = {"state": "done"}
    try:
        papermill_engines.register("pgc", _engine())
        with _environment(environment or {}):
            papermill.execute_notebook(
                str(report.path),
                str(target),
                parameters=given,
                kernel_name="python3",
                progress_bar=False,
                cwd=str(workspace),
                autosave_cell_every=5,
                engine_name="pgc",
                watch=watch,
            )
    except (PapermillException, RuntimeError, OSError) as error:
        # RuntimeError: the kernel died, for want of memory or by a signal.
        changes = {"state": "failed", "failed_cell": watch.current, "error": _plain(error)}
    except BaseException as error:  # stopped by hand: say so in the record, then stop
        reports.runs.update(
            record.id, state="failed", failed_cell=watch.current, error=type(error).__name__
        )
        raise
    page = _to_html(target)
    return reports.runs.update(
        record.id,
        ended_at=datetime.now(UTC),
        cells=watch.total,
        cells_done=watch.done,
        notebook=str(target.relative_to(workspace)) if target.exists() else "",
        page=str(page.relative_to(workspace)) if page else "",
        **changes,
    )


class _Watch:
    """Follows papermill from cell to cell."""

    def __init__(self, reports: Reports, record: Run, on_progress: Progress | None) -> None:
        self.reports, self.record, self.on_progress = reports, record, on_progress
        self.current: int | None = None
        self.done = self.total = 0

    def starts(self, index: int | None, notebook: "NotebookNode") -> None:
        """A cell begins."""
        self.current = index
        self.total = len(notebook.cells)

    def ends(self) -> None:
        """A cell is over."""
        self.done += 1
        if self.on_progress:
            self.on_progress(self.done, self.total)
        if self.done % 5 == 0:  # often enough to watch, rarely enough to cost nothing
            self.reports.runs.update(self.record.id, cells=self.total, cells_done=self.done)


@cache
def _engine() -> type:
    """Papermill's engine, whose cells are followed by the `watch` that `execute_notebook` is given."""
    from papermill.engines import NBClientEngine

    class Watched(NBClientEngine):  # type: ignore[misc]
        @classmethod
        def execute_managed_notebook(
            cls, nb_man: Any, kernel_name: str, watch: _Watch, **options: Any
        ) -> None:
            plain_start, plain_end = nb_man.cell_start, nb_man.cell_complete

            def start(cell: Any, cell_index: int | None = None, **more: Any) -> None:
                watch.starts(cell_index, nb_man.nb)
                plain_start(cell, cell_index, **more)

            def end(cell: Any, cell_index: int | None = None, **more: Any) -> None:
                plain_end(cell, cell_index, **more)
                if cell.metadata.papermill.get("status") == "completed":
                    watch.ends()

            nb_man.cell_start, nb_man.cell_complete = start, end
            super().execute_managed_notebook(nb_man, kernel_name, **options)

    return Watched


@contextmanager
def _environment(extra: Mapping[str, str]) -> Iterator[None]:
    """What the kernel inherits: where the lab is, never a password."""
    before = {name: os.environ.get(name) for name in extra}
    os.environ.update(extra)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _plain(error: BaseException) -> str:
    return _COLOURS.sub("", str(error)).strip()[:4000]


def _to_html(notebook: Path) -> Path | None:
    """The executed notebook as a page without its code."""
    if not notebook.exists():
        return None
    from nbconvert import HTMLExporter

    exporter = HTMLExporter(
        exclude_input=True, exclude_input_prompt=True, exclude_output_prompt=True
    )
    body, _resources = exporter.from_filename(str(notebook))
    page = notebook.with_suffix(".html")
    page.write_text(body, encoding="utf-8")
    return page
