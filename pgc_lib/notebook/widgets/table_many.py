"""Many records at once: choose them, give them a value, a tag, take them away, take them with you as a file."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from pgc_lib.i18n import n_
from pgc_lib.notebook.live import deed
from pgc_lib.notebook.widgets import bulk
from pgc_lib.notebook.widgets.judging import alone
from pgc_lib.notebook.widgets.picker import Picker
from pgc_lib.notebook.widgets.referring import points, refers
from pgc_lib.notebook.widgets.table_editing import Editing
from pgc_lib.notebook.widgets.table_export import file_of

_ASK_FROM = 100
"""From so many records on, taking them away is asked for twice."""


class Many(Editing):
    """A table of which rows can be chosen."""

    @deed
    def pick(self, id: str, shift: bool = False, **_more: Any) -> None:
        """Choose a row, or with Shift all from the one chosen last."""
        found, self.all_picked, self.sure = UUID(id), False, False
        on = found not in self.picked
        ids = [row.id for row in self.rows]
        if shift and self._anchor in ids and found in ids:
            low, high = sorted((ids.index(self._anchor), ids.index(found)))
            wanted = ids[low : high + 1]
        else:
            wanted = [found]
        self.picked = self.picked | {*wanted} if on else self.picked - {*wanted}
        self._anchor = found
        if not self.picked:
            self.panel = ""

    @deed
    def pick_page(self, **_more: Any) -> None:
        """Choose all rows that are seen, or none."""
        ids = {row.id for row in self.rows}
        self.picked = self.picked - ids if ids <= self.picked or self.all_picked else self.picked | ids  # fmt: skip
        self.all_picked = self.sure = False

    @deed
    def pick_all(self) -> None:
        """Choose all that the filters leave, on every page."""
        self.all_picked = True

    @deed
    def pick_none(self) -> None:
        """Choose nothing."""
        self.picked.clear()
        self.all_picked = self.sure = False
        self.panel = ""

    @deed
    def remove(self) -> None:
        """Take away what is chosen; many are asked for once more."""
        if self.n_chosen >= _ASK_FROM and not self.sure:
            self.sure = True
            return
        self._all(
            lambda: bulk.remove(self.collection, self.chosen),
            lambda n: n_("{n} record was taken away.", "{n} records were taken away.", n),
        )

    def settable(self) -> list[str]:
        """The fields that many records can have in common."""
        key = {*self.spec.key} if self.spec.kept_in == "documents" else set()
        return [
            name
            for name, field in self.spec.fields.items()
            if name not in self.spec.sensitive and name not in key
            if field.type.name not in ("object", "texts") and not points(field)
        ]

    @deed
    def show(self, panel: str) -> None:
        """Open or close what stands above the rows."""
        super().show(panel)
        if self.panel == "set" and not self.setting:
            self.set_field(next(iter(self.settable()), ""))

    @deed
    def set_field(self, value: str) -> None:
        """Which field all that is chosen is to have in common."""
        from pgc_lib.core.places import collection_of

        self.setting, self.setting_raw, self.setting_problem = value, "", ""
        self.setting_picker = None
        if value and (kind := refers(self.spec.kind, self.spec.fields[value])):
            self.setting_picker = Picker(
                collection_of(self.collection.session, kind), self._set_to, named=self.spec.fields[value].title
            )  # fmt: skip

    def _set_to(self, record: Any) -> None:
        self.setting_raw = str(record.id) if record is not None else ""

    @deed
    def setting_typed(self, value: Any, **_more: Any) -> None:
        """What they are all to say."""
        self.setting_raw = value
        self.setting_problem = alone(self.spec.record, self.setting, value)[1]

    @deed
    def set_all(self, **_fields: Any) -> None:
        """Give all that is chosen the same value in a field."""
        value, self.setting_problem = alone(self.spec.record, self.setting, self.setting_raw)
        if not self.setting_problem:
            what = bulk.Setting(self.setting, value)
            self._all(lambda: bulk.change(self.collection, self.chosen, what), _changed)

    @deed
    def tag_all(self, value: str = "", off: bool = False) -> None:
        """Put a tag on all that is chosen, or take it off."""
        text = value.strip().lstrip("#")
        if text:
            what = bulk.Tagged(text, off)
            self._all(lambda: bulk.change(self.collection, self.chosen, what), _changed)

    def _all(self, do: Callable[[], bulk.Done], told: Callable[[int], str]) -> None:
        done = do()
        self.picked.clear()
        self.all_picked = self.sure = False
        self.panel = ""
        self._back, self._after = [], None
        self.read()
        self.say(told(done.rows), undo=(lambda: self.undone(done.undo)) if done.rows else None)

    @deed
    def export(self, ending: str) -> None:
        """What is chosen, or else all that is shown, as a file."""
        made = file_of(self.collection, self.chosen if self.n_chosen else self.condition, ending)
        if made.content is not None:
            self.download(made.name, made.content, made.kind)
        self.say(made.sentence)


def _changed(n: int) -> str:
    return n_("{n} record was changed.", "{n} records were changed.", n)
