"""Reports that were written: when, from which notebook, how it ended, where it lies."""

from datetime import datetime
from typing import Any, Literal

from pgc_lib.core.area import Area, Kept
from pgc_lib.core.record import Record, field
from pgc_lib.core.types import Moment
from pgc_lib.i18n import N_

State = Literal["running", "done", "failed"]


class Run(Record, kind="reports.runs", kept_in="documents", sort=["-started_at"]):
    """One execution of a report notebook."""

    name: str = field(title=N_("Report"), max_length=200, searchable=True)
    state: State = field("running", title=N_("State"))
    started_at: Moment = field(title=N_("Started"))
    ended_at: Moment | None = field(None, title=N_("Ended"))
    parameters: dict[str, Any] = field({}, title=N_("Parameters"))
    cells: int = field(0, title=N_("Cells"), ge=0)
    cells_done: int = field(0, title=N_("Cells done"), ge=0)
    failed_cell: int | None = field(None, title=N_("Failed cell"))
    error: str = field("", title=N_("Error"))
    notebook: str = field(
        "", title=N_("Notebook"), help=N_("The executed notebook, from the lab's folder.")
    )
    page: str = field("", title=N_("Page"), help=N_("The same as HTML, from the lab's folder."))


class Reports(Area, name="reports", main="runs"):
    """Reports."""

    runs: Kept[Run] = Kept(Run)

    def latest(self, name: str | None = None) -> Run | None:
        """The newest run, of one report when it is named."""
        named = {"name": name} if name else {}
        found = self.runs.find(order="-started_at", limit=1, **named)
        return found[0] if found else None

    def unfinished(self, before: datetime) -> list[Run]:
        """Runs that say they are running although they began long ago: whoever ran them is gone."""
        return self.runs.find(state="running", started_at__lt=before)
