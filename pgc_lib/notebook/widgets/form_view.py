"""How a form looks: its head, its fields in two columns, what only a few need below a line, and its buttons."""

from typing import TYPE_CHECKING

from pgc_lib.i18n import _
from pgc_lib.notebook.live import Child, Html, tag
from pgc_lib.notebook.widgets.fields import Slot, draw
from pgc_lib.notebook.widgets.form_asking import default_of, slot_of
from pgc_lib.notebook.widgets.form_rows import raw_field, rows_of
from pgc_lib.notebook.widgets.judging import WHOLE
from pgc_lib.notebook.widgets.referring import TECHNICAL
from pgc_lib.notebook.widgets.saving import Saved
from pgc_lib.notebook.widgets.titles import called, title_of_kind

if TYPE_CHECKING:
    from pgc_lib.notebook.widgets.form import Form

_SHOWN_AT_ONCE = 8


def drawn(form: "Form") -> Html:
    """The form, or what was just saved with it."""
    if form.saved is not None:
        return _done(form.saved)
    slots = {name: slot_of(form, name) for name in form.names}
    form.left.clear()
    first, later = _folded(form, slots)
    wrong = form.problems.get(WHOLE)
    return tag.form(
        _head(form),
        tag.div(wrong, class_="pgc-trouble", role="alert") if wrong else None,
        form.clash,
        tag.div([draw(slots[name]) for name in first], class_="pgc-form-fields"),
        _more([slots[name] for name in later]) if later else None,
        _foot(form),
        act="save", data_pgc_keys='{"Control+Enter": "save", "Escape": "cancel"}', novalidate=True, autocomplete="off",
        aria_label=_name(form),
    )  # fmt: skip


def _name(form: "Form") -> str:
    if form.heading is not None:
        return form.heading
    kind = title_of_kind(form.collection)
    return kind if form.record is None else f"{kind}: {called(form.record, form.collection)}"


def _head(form: "Form") -> Child:
    kind = form.heading if form.heading is not None else title_of_kind(form.collection)
    about = _("new") if form.heading is None else ""
    if form.record is not None:
        about = called(form.record, form.collection)
    changed = form.dirty and not form.why_not
    return [
        tag.div(
            tag.h3(kind, tag.small(about) if about else None),
            tag.span(_("not saved yet"), class_="pgc-chip pgc-far") if changed else None,
            class_="pgc-row",
        ),
        tag.p(form.why_not, class_="pgc-sunken", role="note") if form.why_not else None,
    ]


def _folded(form: "Form", slots: dict[str, Slot]) -> tuple[list[str], list[str]]:
    """What is seen at once, and what only a few need."""
    names = list(slots)
    if form.asked is not None:
        return names, []
    fields = form.spec.fields
    first = {name for name in names if fields[name].required}
    for name in names:
        rows = rows_of(form.spec.record, fields[name])
        plain = fields[name].type.name != "object" or (rows is not None and not rows.aside)
        if len(first) < _SHOWN_AT_ONCE and name not in TECHNICAL and plain:
            first.add(name)
    first |= {name for name in _filled(form) if name not in TECHNICAL}
    return [n for n in names if n in first], [n for n in names if n not in first]


def _filled(form: "Form") -> set[str]:
    """What says something by itself."""
    fields, record = form.spec.fields.items(), form.spec.record
    return {n for n, f in fields if form.start[n] != raw_field(record, f, default_of(f))}


def _more(slots: list[Slot]) -> Html:
    """Below a line that opens them; open by itself if something is wrong there."""
    wrong = any(slot.problem for slot in slots)
    return tag.details(
        tag.summary(_("More"), " ", tag.small(", ".join(slot.spec.title for slot in slots))),
        tag.div([draw(slot) for slot in slots], class_="pgc-form-fields"),
        open=wrong or None, data_force=wrong or None, class_="pgc-more",
    )  # fmt: skip


def _foot(form: "Form") -> Html | None:
    if form.why_not:
        return None
    stop = form.dirty or form.on_cancel is not None
    return tag.div(
        tag.button(_("Save"), type="submit", class_="pgc-button pgc-first"),
        tag.button(_("Cancel"), type="button", class_="pgc-button", act="cancel", disabled=not stop),
        tag.span(
            tag.kbd("Ctrl"), "+", tag.kbd("Enter"), " ", _("saves"), " · ", tag.kbd("Esc"), " ", _("cancels"),
            class_="pgc-hint pgc-keys",
        ),
        class_="pgc-row pgc-form-foot",
    )  # fmt: skip


def _done(saved: Saved) -> Html:
    again = tag.button(_("Add another"), class_="pgc-button pgc-first", act="another", data_pgc_focus=True)  # fmt: skip
    return tag.div(
        tag.p(tag.span("✓ ", class_="pgc-good", aria_hidden="true"), saved.sentence, role="status"),
        tag.div(
            again if saved.new else None,
            tag.button(_("Change it"), class_="pgc-button", act="reopen", data_pgc_focus=not saved.new or None),
            tag.button(_("Undo"), class_="pgc-button", act="undo") if saved.undo else None,
            class_="pgc-row",
        ),
        class_="pgc-stack pgc-done",
    )  # fmt: skip
