"""Changing a cell in its place: Enter or F2 opens it, Enter keeps it, Tab goes on, Escape leaves it as it was."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from pgc_lib.errors import Conflict, Invalid, NotFound, PgcError
from pgc_lib.i18n import _
from pgc_lib.notebook.live import deed
from pgc_lib.notebook.widgets.judging import by_field, judged, values_of
from pgc_lib.notebook.widgets.known import known_texts
from pgc_lib.notebook.widgets.reading import raw_of
from pgc_lib.notebook.widgets.saving import keep
from pgc_lib.notebook.widgets.table_cells import in_place, raw_in
from pgc_lib.notebook.widgets.table_rows import Shown
from pgc_lib.notebook.widgets.table_sums import sums


class Editing(Shown):
    """A table whose cells can be written in."""

    @deed
    def edit(self, id: str, field: str) -> None:
        """Write in a cell; what needs more room opens the form."""
        record = self.row(UUID(id))
        if why := self.fixed(record):
            self.say(why, bad=True)
        elif not in_place(record, field):
            self.open(id)
        else:
            self.cell, self.problem = (record.id, field), ""
            self.raw = raw_in(self.spec.fields[field], getattr(record, field))
            if field not in self.known:
                self.known[field] = known_texts(self.collection, self.spec.fields[field])

    @deed
    def cell_typed(self, field: str, id: str, value: Any, on: str = "change", **_more: Any) -> None:
        """What stands in the cell now; once it is left, it is kept."""
        if self.cell != (UUID(id), field):
            return
        if on == "change":
            self._keep(value)
            return
        self.raw = value
        self._judge(value)

    @deed
    def commit(self, id: str, field: str, value: Any = None) -> None:
        """Keep what stands in the cell."""
        if self.cell == (UUID(id), field):
            self._keep(self.raw if value is None else value, stay=True)

    @deed
    def leave(self, **_more: Any) -> None:
        """Leave the cell as it was."""
        if self.cell is not None:
            id, field = self.cell
            self.cell = None
            self._focus(id, field)

    @deed
    def next(self, id: str, field: str, value: Any = None) -> None:
        """Keep it and go on to the cell beside."""
        self._step(id, field, value, 1)

    @deed
    def previous(self, id: str, field: str, value: Any = None) -> None:
        self._step(id, field, value, -1)

    def _step(self, id: str, field: str, value: Any, by: int) -> None:
        if self.cell != (UUID(id), field) or not self._keep(self.raw if value is None else value):
            return
        record = self.row(UUID(id))
        at = self.columns.index(field)
        beside = self.columns[at + 1 :] if by > 0 else self.columns[:at][::-1]
        name = next((each for each in beside if in_place(record, each)), None)
        if name is None:
            self._focus(record.id, field)
        else:
            self.edit(id, name)

    def _judge(self, raw: Any) -> Any:
        """The record as the cell would make it; `problem` says why not."""
        assert self.cell is not None
        id, field = self.cell
        record = self.row(id)
        if isinstance(raw, str) and self.spec.fields[field].type.name == "texts":
            raw = [each.strip() for each in raw.replace("，", ",").split(",") if each.strip()]
        values, unread = values_of(self.spec.record, {field: raw})
        made, problems = judged(self.spec.record, {**record.values(), **values})
        if not values:
            problems.setdefault(field, _("a value is needed here"))
        problems |= unread
        self.problem = problems.get(field) or "; ".join(problems.values())
        return None if self.problem else (record, values, made)

    def _keep(self, raw: Any, *, stay: bool = False) -> bool:
        """Keep the cell; it stays open where something is wrong."""
        assert self.cell is not None
        id, field = self.cell
        self.raw = raw
        found = self._judge(raw)
        if found is None:
            return False
        record, values, made = found
        try:
            saved = keep(self.collection, record, values, made)
        except Invalid as error:
            self.problem = by_field(error, self.spec.record).get(field, str(error))
            return False
        except (Conflict, NotFound):
            self._meet(record, field)
            return False
        except PgcError as error:
            self.problem = str(error)
            return False
        self.cell, self.problem = None, ""
        self._replace(saved.record)
        if saved.undo is not None:
            undo = saved.undo
            self.say(saved.sentence, undo=lambda: self.undone(undo))
        if stay:
            self._focus(id, field)
        return True

    def _meet(self, record: Any, field: str) -> None:
        """Somebody was faster: theirs is shown, mine stays in the cell."""
        try:
            theirs = self.collection.get(record.id)
        except NotFound:
            self.cell = None
            self.read()
            self.say(_("Somebody took this away meanwhile."), bad=True)
            return
        self._replace(theirs)
        value = raw_of(self.spec.fields[field], getattr(theirs, field))
        self.problem = _("Somebody wrote “{theirs}” here meanwhile. Enter once more keeps yours, Escape leaves theirs.", theirs=value)  # fmt: skip

    def _replace(self, record: Any) -> None:
        self.rows = [record if row.id == record.id else row for row in self.rows]
        if self.with_sums:
            self.sums = sums(self.collection, self.condition, self.columns)

    def undone(self, undo: Callable[[], object]) -> None:
        """Take something back and read again."""
        undo()
        self.read()

    def _focus(self, id: UUID, field: str) -> None:
        self.renew()
        self.focus(f"#{self.id}-{id.hex}-{field}")
