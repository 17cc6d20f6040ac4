"""What a form asks in each of its fields: what stands there, how it was understood, what is wrong, and who asks for it."""

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from pgc_lib.core.record import FieldSpec, Record, adapter_of
from pgc_lib.i18n import _
from pgc_lib.notebook.live import Child, Html, Part, tag
from pgc_lib.notebook.widgets.fields import Slot, control_of, sealed_for
from pgc_lib.notebook.widgets.form_rows import Rows, rows_of
from pgc_lib.notebook.widgets.picker import Picker, PointerPicker, Pointers, pointer_of
from pgc_lib.notebook.widgets.reading import LEFT, Unread, meant, said
from pgc_lib.notebook.widgets.referring import refers

if TYPE_CHECKING:
    from pgc_lib.notebook.widgets.form import Form

_READ = ("date", "moment", "money", "whole", "number")
"""Types of which one text can say the same value in several ways."""


def slot_of(form: "Form", name: str) -> Slot:
    """One field of a form, ready to be drawn."""
    field, raw = form.spec.fields[name], form.given[name]
    rows = rows_of(form.spec.record, field)
    problem = form.problems.get(name, "") if form.tried or name in form.touched else ""
    leads, told = refers(form.spec.kind, field), ""
    if not problem and rows is None and (value := understood(form.spec.record, field, raw)) is not None:  # fmt: skip
        told = said(field, raw, value)
    if rows is not None and rows.plain_of(form.spec.kind):
        field = replace(field, meta=replace(field.meta, help=""))
    return Slot(
        field, id=f"{form.id}-{name}", raw=raw, problem=problem, said=told,
        why_not=(form.why_not and " ") or fixed(form, field), known=form.known.get(name, ()),
        inside=_asker(form, field, rows, wrong=bool(problem)), look=_look(form, name), forced=name in form.left,
        parts=rows is not None, leads=leads,
        instead=control_of(field, form.start[name], parts=rows is not None, leads=leads),  # the same while one types
    )  # fmt: skip


def understood(record: type[Record], field: FieldSpec, raw: Any) -> Any:
    """The value that a text was read as; None where it was not, or where only one reading is possible."""
    if field.type.name not in _READ or field.choices:
        return None
    value = meant(field, raw)
    if value is LEFT or isinstance(value, Unread):
        return None
    try:
        return adapter_of(record, field.name).validate_python(value)
    except ValidationError:
        return None  # the problem beside the field says so


def default_of(field: FieldSpec) -> Any:
    """What stands in a field before anybody wrote in it."""
    return None if field.required else field.info.get_default(call_default_factory=True)


def fixed(form: "Form", field: FieldSpec) -> str:
    """Why this one field cannot be changed."""
    if form.record is None:
        return ""
    if form.spec.kept_in == "documents" and field.name in form.spec.key:
        return _("It is recognised by this, so it stays.")
    if sealed_for(form.record, field.name):
        return _("Encrypted; only its owner can read it.")
    return ""


def _asker(form: "Form", field: FieldSpec, rows: Rows | None, *, wrong: bool) -> Child:
    """The part that asks for a field, made when it is first drawn."""
    name = field.name
    if rows is not None:
        id = f"{form.id}-{name}"
        return rows.draw(id, field, form.given[name], fixed=bool(form.why_not), wrong=wrong)
    control = control_of(field, form.given[name], leads=refers(form.spec.kind, field))
    if control not in ("reference", "pointer", "pointers"):
        return None
    if name not in form.askers:
        form.askers[name] = _picker(form, field, control)
    picker = form.askers[name]
    if form.why_not and isinstance(picker, Pointers):
        return tag.span(", ".join(map(picker.name_of, picker.pointers)) or "–")
    if form.why_not and isinstance(picker, Picker):
        return picker.title_of(picker.chosen) if picker.chosen is not None else "–"
    return picker


def _picker(form: "Form", field: FieldSpec, control: str) -> Part:
    from pgc_lib.core.places import collection_of

    session, raw = form.collection.session, form.given[field.name]
    if control == "pointers":
        return Pointers(session, raw, partial(form.put, field.name), field.title)

    def choose(found: Any) -> None:
        as_pointer = control == "pointer"
        form.put(field.name, pointer_of(found) if as_pointer else str(found.id) if found else "")

    chosen = str(raw or "") or None
    if control == "pointer":
        return PointerPicker(session, choose, chosen=chosen, named=field.title)
    kind = refers(form.spec.kind, field)
    return Picker(collection_of(session, kind), choose, chosen=chosen, named=field.title)


def _look(form: "Form", name: str) -> Child:
    if name not in form.previews:
        return None
    from pgc_lib.core.markdown.rendering import html

    nothing = tag.p(_("Nothing is written yet."), class_="pgc-hint")
    return Html(html(str(form.given[name]))) or nothing
