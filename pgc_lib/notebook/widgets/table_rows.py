"""What a table shows: one page of records after another, by what is searched, filtered and sorted."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from pgc_lib.core.collection import Collection
from pgc_lib.core.record import Spec
from pgc_lib.i18n import _
from pgc_lib.notebook.live import Part, deed
from pgc_lib.notebook.widgets.form import Form
from pgc_lib.notebook.widgets.picker import Picker
from pgc_lib.notebook.widgets.rights import mine_alone, why_read_only
from pgc_lib.notebook.widgets.table_cells import names_of, shown_at_first
from pgc_lib.notebook.widgets.table_filters import Asked, condition
from pgc_lib.notebook.widgets.table_sums import sums
from pgc_lib.stores.filters import Condition, col, where

LINES = 25


class Shown(Part):
    """The records of a collection that meet what is asked, a page at a time."""

    look = "pgc-table"

    def __init__(
        self,
        collection: Collection[Any],
        *conditions: Condition,
        columns: Sequence[str] | None = None,
        order: str | Sequence[str] | None = None,
        lines: int = LINES,
        heading: str | None = None,
        **keywords: Any,
    ) -> None:
        self.collection = collection
        self.heading = heading
        self.base = where(*conditions, **keywords)
        if mine_alone(collection):
            self.base &= col("owner") == collection.session.person
        self.columns = list(columns) if columns is not None else shown_at_first(collection.spec)
        self.order = [order] if isinstance(order, str) else list(order if order is not None else collection.spec.sort)  # fmt: skip
        self.lines = lines
        self.why_not = why_read_only(collection)
        self.text = ""
        self.asked: Asked = {}
        self.panel = ""
        """What is open above the rows: `filters`, `columns`, `new`, or what is done with many."""
        self.picked: set[UUID] = set()
        self.all_picked = False
        self.sure = False
        self._anchor: UUID | None = None
        self.cell: tuple[UUID, str] | None = None
        self.raw: Any = ""
        self.problem = ""
        self.known: dict[str, list[str]] = {}
        self.form: Form | None = None
        self.opened: UUID | None = None
        self.with_sums = False
        self.setting = ""
        """The field that all that is chosen is to have in common, and what it is to say."""
        self.setting_raw: Any = ""
        self.setting_problem = ""
        self.setting_picker: Picker | None = None
        self._fixed: dict[Any, str] = {}
        self._back: list[str | None] = []
        self._after: str | None = None
        self.read()

    @property
    def spec(self) -> Spec:
        """Of what kind the records are."""
        return self.collection.spec

    @property
    def condition(self) -> Condition:
        """Which records are shown, over all pages."""
        return self.base & condition(self.spec, self.text, self.asked)

    @property
    def chosen(self) -> Condition:
        """Which records are picked."""
        return self.condition if self.all_picked else self.base & col("id").is_in(list(self.picked))

    @property
    def n_chosen(self) -> int:
        """How many records are picked."""
        return self.total if self.all_picked else len(self.picked)

    @property
    def record(self) -> Any:
        """The one record that is picked, for whoever asks in a cell below."""
        return self.row(next(iter(self.picked))) if len(self.picked) == 1 else None

    # ── read ───────────────────────────────────────────────────────────────────────────────────────────
    def read(self, *, count: bool = True) -> None:
        """Read the page again, and how many records there are."""
        self._after = None if not self._back else self._after
        page = self.collection.page(self.condition, order=self.order, limit=self.lines, after=self._after)  # fmt: skip
        self.rows: list[Any] = list(page.records)
        self.following = page.next
        self.names = names_of(self.collection, self.rows, self.columns)
        if count:
            self.total = self.collection.count(self.condition)
            self.sums: dict[str, list[str]] = {}
        if self.with_sums and not self.sums:
            self.sums = sums(self.collection, self.condition, self.columns)

    def anew(self) -> None:
        """Another question is asked: its first page."""
        self._back, self._after, self.cell = [], None, None
        self.opened, self.all_picked, self.sure = None, False, False
        self.picked.clear()
        self.read()

    @property
    def first(self) -> int:
        """The number of the first row that is seen."""
        return len(self._back) * self.lines + 1

    def row(self, id: UUID) -> Any:
        """A record by its identifier."""
        return next((row for row in self.rows if row.id == id), None) or self.collection.get(id)

    def fixed(self, record: Any) -> str:
        """Why a record cannot be changed; asked once for each owner."""
        if self.why_not or record.owner == self.collection.session.person:
            return self.why_not
        if record.owner not in self._fixed:
            self._fixed[record.owner] = why_read_only(self.collection, record)
        return self._fixed[record.owner]

    # ── asked ──────────────────────────────────────────────────────────────────────────────────────────
    @deed
    def search(self, value: str, **_more: Any) -> None:
        """Only records in which these words stand."""
        if value != self.text:
            self.text = value
            self.anew()

    @deed
    def ask(self, field: str, side: str, value: str) -> None:
        """Only records whose field is so."""
        wanted = {**self.asked.get(field, {}), side: value}
        self.asked = {**self.asked, field: {k: v for k, v in wanted.items() if v}}
        self.asked = {name: each for name, each in self.asked.items() if each}
        self.anew()

    @deed
    def unask(self, field: str = "") -> None:
        """Without this filter, or without any."""
        self.asked = {name: each for name, each in self.asked.items() if field and name != field}
        if not field:
            self.text = ""
        self.anew()

    @deed
    def sort(self, field: str) -> None:
        """By this column: upwards, downwards, then as it was."""
        now = self.order[0] if self.order else ""
        rest = [each for each in self.collection.spec.sort if each.removeprefix("-") != field]
        self.order = {field: ["-" + field, *rest], "-" + field: list(self.spec.sort)}.get(now, [field, *rest])  # fmt: skip
        self.anew()

    @deed
    def onward(self) -> None:
        """The next page."""
        if self.following is not None:
            self._back.append(self._after)
            self._after, self.cell, self.opened = self.following, None, None
            self.read(count=False)

    @deed
    def back(self) -> None:
        """The page before."""
        if self._back:
            self._after, self.cell, self.opened = self._back.pop(), None, None
            self.read(count=False)

    @deed
    def again(self) -> None:
        """Read it again: others may have changed something."""
        self.read()
        self.say(_("Read again."))

    @deed
    def show(self, panel: str) -> None:
        """Open or close what stands above the rows."""
        self.panel = "" if self.panel == panel else panel
        self.sure = False
        if self.panel == "new":
            self.form = self._new_form()  # fmt: skip

    def _new_form(self, record: Any = None) -> Form:
        return Form(
            self.collection, record, on_saved=lambda _record: self._changed(), on_cancel=self._shut
        )

    def _shut(self) -> None:
        self.panel, self.opened = "", None
        self.renew()

    def _changed(self) -> None:
        self.read()
        self.renew()

    @deed
    def column(self, field: str, value: bool) -> None:
        """Show a column, or hide it."""
        chosen = {*self.columns, field} if value else {*self.columns} - {field}
        self.columns = [name for name in self.spec.fields if name in chosen] or self.columns
        self.read(count=self.with_sums)

    @deed
    def add_up(self) -> None:
        """Show the sums of the numbers, or not."""
        self.with_sums = not self.with_sums
        self.sums = {}
        self.read(count=False)

    @deed
    def open(self, id: str) -> None:
        """All of a record, in a form below its row."""
        found = UUID(id)
        self.opened = None if self.opened == found else found
        if self.opened is not None:
            self.form = self._new_form(self.row(found))
