"""A form for any kind of record, read off its definition; judged as one types, saved by Ctrl+Enter, taken back with a click.

    lab.finance.transactions.form()                  lab.finance.transactions.form(record)
    lab.todos.form(project="Move")                   Form(collection, fields=["day", "amount"], again=True)

What was typed lies in the form and not in the page: drawing anew, another tab or a lost connection lose nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from pgc_lib.core.collection import Collection
from pgc_lib.core.problems import refuse
from pgc_lib.core.record import FieldSpec, Record, Spec
from pgc_lib.errors import Conflict, Invalid, Problem
from pgc_lib.i18n import _
from pgc_lib.notebook.live import Html, Part, deed
from pgc_lib.notebook.widgets.form_asking import default_of, fixed, understood
from pgc_lib.notebook.widgets.form_conflict import Clash
from pgc_lib.notebook.widgets.form_rows import raw_field, rows_of
from pgc_lib.notebook.widgets.form_view import drawn
from pgc_lib.notebook.widgets.judging import WHOLE, by_field, judged, values_of
from pgc_lib.notebook.widgets.known import known_texts
from pgc_lib.notebook.widgets.reading import distinct, raw_of
from pgc_lib.notebook.widgets.rights import why_read_only
from pgc_lib.notebook.widgets.saving import Saved, keep


class Form(Part):
    """One record: a new one, or one that is kept."""

    look = "pgc-form"

    def __init__(
        self,
        collection: Collection[Any],
        record: Record | UUID | str | None = None,
        preset: Mapping[str, Any] | None = None,
        *,
        fields: Sequence[str] | None = None,
        heading: str | None = None,
        again: bool = False,
        on_saved: Callable[[Any], object] | None = None,
        on_cancel: Callable[[], object] | None = None,
        owner: UUID | None = None,
    ) -> None:
        """`fields` names what is asked, in order; `again` begins the next one at once after saving."""
        self.collection = collection
        self.record: Any = record if isinstance(record, Record) or record is None else collection.get(record)  # fmt: skip
        self.heading = heading
        self.again, self.on_saved, self.on_cancel, self.owner = again, on_saved, on_cancel, owner
        self._preset = dict(preset or {})
        self._refuse_unknown([*self._preset, *(fields or ())])
        self.asked = [*fields] if fields is not None else None
        self.why_not = why_read_only(collection, self.record)
        self.saved: Saved | None = None
        self.begin()

    def _refuse_unknown(self, names: Sequence[str]) -> None:
        spec = self.collection.spec
        wrong = [Problem(name, _("there is no such field")) for name in names if name not in spec.fields]  # fmt: skip
        if wrong:
            raise refuse(spec, wrong)

    def begin(self) -> None:
        """As it is before anything was typed."""
        self.given: dict[str, Any] = {name: self._first(field) for name, field in self.spec.fields.items()}  # fmt: skip
        self.start = dict(self.given)
        self.problems: dict[str, str] = {}
        self.touched: set[str] = set()
        self.tried = False
        self.left: set[str] = set()
        self.previews: set[str] = set()
        self.askers: dict[str, Part] = {}
        self.known: dict[str, list[str]] = {}
        self.clash: Clash | None = None

    def _first(self, field: FieldSpec) -> Any:
        if self.record is not None:
            value = getattr(self.record, field.name)
        elif field.name in self._preset:
            value = self._preset[field.name]
        else:
            value = default_of(field)
        return raw_field(self.spec.record, field, value)

    @property
    def spec(self) -> Spec:
        """What is asked for."""
        return self.collection.spec

    @property
    def names(self) -> list[str]:
        """The fields that are asked for, in order."""
        return self.asked if self.asked is not None else list(self.spec.fields)

    @property
    def dirty(self) -> bool:
        """Whether something was typed that is not saved."""
        return self.given != self.start

    def values(self) -> dict[str, Any]:
        """What is filled in, as the Record takes it."""
        return self._read()[0]

    def _read(self) -> tuple[dict[str, Any], dict[str, str]]:
        """The values, and what cannot be read; what was left alone is what is kept, to the last digit."""
        record = self.spec.record
        typed, kept = {}, {}
        for name, raw in self.given.items():
            if self.record is not None and raw == self.start[name]:
                kept[name] = getattr(self.record, name)
                continue
            rows = rows_of(record, self.spec.fields[name])
            typed[name] = rows.meant(raw) if rows is not None else raw
        values, unread = values_of(record, typed)
        return {**kept, **values}, unread

    def draw(self) -> Html:
        return drawn(self)

    # ── acted upon ─────────────────────────────────────────────────────────────────────────────────────
    def put(self, name: str, raw: Any) -> None:
        self.given[name] = raw
        self.touched.add(name)
        self.judge()
        self.renew()

    def judge(self) -> Record | None:
        """See what is wrong now; the record that would be kept, if nothing is."""
        values, unread = self._read()
        made, problems = judged(self.spec.record, values)
        self.problems = {**problems, **unread}
        if not self.tried and not self.touched:
            self.problems.pop(WHOLE, None)
        return made if not self.problems else None

    @deed
    def typed(
        self, field: str, value: Any, on: str = "change", row: int = -1, part: str = ""
    ) -> None:
        """What stands in a field now; once it is left, it stands as it was understood."""
        spec = self.spec.fields[field]
        if row >= 0:
            rows: list[dict[str, Any]] = self.given[field]
            if row < len(rows):
                rows[row] = {**rows[row], part: value}
                self.given = {**self.given, field: [*rows]}
        elif rows_of(self.spec.record, spec) is None:
            self.given[field] = value
        self._learn(spec)
        self.touched.add(field)
        self.judge()
        if on == "change" and row < 0 and not self.problems.get(field):
            self._as_understood(spec, value)

    def _learn(self, field: FieldSpec) -> None:
        if field.name not in self.known:
            self.known[field.name] = known_texts(self.collection, field)

    def _as_understood(self, field: FieldSpec, raw: Any) -> None:
        value = understood(self.spec.record, field, raw)
        if value is not None and (plain := raw_of(field, value)) != raw:
            self.given[field.name] = plain
            self.left.add(field.name)

    @deed
    def tag(self, field: str, value: str, **_more: Any) -> None:
        """One more entry of a list."""
        entries = distinct(value.replace("，", ",").split(","))
        if entries:
            self.put(field, distinct([*self.given[field], *entries]))
        self._learn(self.spec.fields[field])

    @deed
    def untag(self, field: str, text: str) -> None:
        self.put(field, [each for each in self.given[field] if each != text])

    @deed
    def add_row(self, field: str) -> None:
        """One more row of a list within the record."""
        rows = rows_of(self.spec.record, self.spec.fields[field])
        assert rows is not None
        self.given = {**self.given, field: [*self.given[field], rows.empty()]}
        self.focus(
            f"[data-row='{field}-{len(self.given[field]) - 1}'] :is(input, textarea, select)"
        )

    @deed
    def drop_row(self, field: str, row: int) -> None:
        rows = [each for n, each in enumerate(self.given[field]) if n != row]
        before = self.given
        self.put(field, rows)
        self.say(_("The row is gone."), undo=lambda: self.back_to(before))

    def back_to(self, given: Mapping[str, Any]) -> None:
        self.given = dict(given)
        self.askers.clear()
        self.saved = None
        self.judge()

    @deed
    def preview(self, field: str) -> None:
        """See a text as it will look, or write on."""
        self.previews ^= {field}

    @deed
    def cancel(self, **_fields: Any) -> None:
        """Leave everything as it was; what was typed can be had back."""
        before, dirty = dict(self.given), self.dirty
        self.begin()
        if dirty:
            self.say(_("Nothing was saved."), undo=lambda: self.back_to(before))
        if self.on_cancel is not None:
            self.on_cancel()

    @deed
    def save(self, **fields: Any) -> None:
        """Keep it, if nothing is wrong; else the first field that is wrong gets the cursor."""
        if self.why_not or self.saved is not None:
            return
        self._take_in(fields)
        self.tried = True
        if self.clash is not None:
            self.given |= self.clash.decided()
            self.record, self.clash = self.clash.current, None
        made = self.judge()
        if made is None:
            self._point_out()
            return
        try:
            saved = keep(self.collection, self.record, self.values(), made, owner=self.owner)
        except Invalid as error:
            self.problems = by_field(error, self.spec.record)
            self._point_out()
            return
        except Conflict as error:
            if self.record is None:
                self.problems = {WHOLE: str(error)}
                return
            self.clash = Clash(self, error)
            return
        self._kept(saved)

    def _take_in(self, fields: Mapping[str, Any]) -> None:
        """What the page had in its fields, in case the last key was faster than its telling."""
        for sent, value in fields.items():
            name = sent.removeprefix("f.")
            if sent.startswith("f.") and name in self.spec.fields and not fixed(self, self.spec.fields[name]):  # fmt: skip
                self.given[name] = value

    def _point_out(self) -> None:
        wrong = next((name for name in self.names if name in self.problems), None)
        hidden = [self.spec.fields[n].title + ": " + why for n, why in self.problems.items() if n and n not in self.names]  # fmt: skip
        if hidden:
            self.problems = {**self.problems, WHOLE: "\n".join([*hidden, self.problems.get(WHOLE, "")]).strip()}  # fmt: skip
        if wrong is not None:
            self.focus(f"[data-key='{wrong}'] :is(input, textarea, select, button)")

    def _kept(self, saved: Saved) -> None:
        if self.again and saved.new:
            self.begin()
        else:
            self.record = saved.record
            self.begin()
            self.saved = saved
        if (
            self.saved is None or self.on_saved is not None
        ):  # else it stands in the form's own place, with its undo
            self.say(saved.sentence, undo=self._taken_back(saved) if saved.undo else None)
        if self.on_saved is not None:
            self.on_saved(saved.record)

    def _taken_back(self, saved: Saved) -> Callable[[], object]:
        given = {
            n: raw_field(self.spec.record, f, getattr(saved.record, n))
            for n, f in self.spec.fields.items()
        }

        def undo() -> None:
            assert saved.undo is not None
            saved.undo()
            self.record = saved.before and self.collection.get(saved.before.id)
            self.begin()
            self.back_to(given)

        return undo

    @deed
    def undo(self) -> None:
        """Take back what was just saved; it stands in the form again."""
        if self.saved is not None and self.saved.undo is not None:
            self._taken_back(self.saved)()
            self.say(_("Taken back."))

    @deed
    def another(self) -> None:
        """Begin the next one."""
        self.saved, self.record = None, None
        self.begin()
        self.focus(".pgc-form-fields :is(input, textarea, select)")

    @deed
    def reopen(self) -> None:
        """Change what was just saved."""
        self.saved = None
        self.begin()
