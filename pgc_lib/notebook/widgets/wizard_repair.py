"""A wrong row of a file, put right in fields of its own: a calendar for a day, a choice for a choice, words for an amount."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from pgc_lib.core.record import FieldSpec, Spec
from pgc_lib.i18n import _
from pgc_lib.notebook.live import Html, tag
from pgc_lib.notebook.widgets.fields import Control, Slot, control_of, draw
from pgc_lib.notebook.widgets.judging import alone
from pgc_lib.notebook.widgets.reading import LEFT, Unread, meant, raw_of, said

_INSTEAD: Mapping[Control, Control] = {
    "tags": "lines", "check": "yes_no", "markdown": "text", "reference": "line", "pointer": "line", "pointers": "line",
}  # fmt: skip
"""A file says these as text; a box without a tick would say no where nothing is said."""


def repair(id: str, kind: str, spec: Spec, row: Mapping[str, Any], typed: Mapping[str, Any]) -> Html:  # fmt: skip
    """The row as a small form; `typed` is what was filled in by now."""
    line, reason = row["line"], row["reason"]
    faulty = {
        name for name in spec.fields if f"({name})" in reason or reason.startswith(f"{name}:")
    }
    names = [
        name
        for name in spec.fields
        if name in row
        and name not in (*spec.sensitive, "reference")
        and (name in faulty or row[name] not in (None, "", []))
    ]
    where = f"{id}-{kind}-{line}".replace(".", "-")
    slots = [
        _slot(f"{where}-{name}", spec, name, typed.get(name, as_typed(spec.fields[name], row[name])), {"line": line, "kind": kind}, judged=name in faulty or name in typed)
        for name in names
    ]  # fmt: skip
    return tag.form(
        tag.p(tag.b(_("line {n}", n=line)), " ", tag.span(reason, class_="pgc-wrong", dir="auto")),
        tag.div(map(draw, slots), class_="pgc-form-fields pgc-wizard-fields"),
        tag.button(_("Check again"), type="submit", class_="pgc-button", aria_label=_("Check line {n} again", n=line)),
        act="repair", values={"line": line, "kind": kind}, data_key=f"{kind}-{line}", novalidate=True, autocomplete="off",
        class_="pgc-sunken pgc-stack",
    )  # fmt: skip


def _slot(id: str, spec: Spec, name: str, raw: Any, values: dict[str, Any], *, judged: bool) -> Slot:  # fmt: skip
    field = spec.fields[name]
    value, problem = alone(spec.record, name, raw) if judged else (None, "")
    control = control_of(field, raw)
    if field.choices and raw and raw not in field.choices:
        problem = _("The file says “{text}”, which is none of these.", text=raw)
    return Slot(
        field, id=id, raw=raw, problem=problem, said="" if problem or not judged else said(field, raw, value),
        name=f"f_{name}", act="amend", values=values, instead=_INSTEAD.get(control, control),
    )  # fmt: skip


def as_typed(field: FieldSpec, value: Any) -> Any:
    """What the file says, as it stands in a field."""
    if field.type.name == "yes_no" and isinstance(value, bool):
        return "yes" if value else "no"
    found = value if isinstance(value, str) else raw_of(field, value)
    return "\n".join(map(str, found)) if isinstance(found, list) else found


def repaired(spec: Spec, row: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """The row with what was filled in; what was left alone stays as the file has it."""
    made = {name: value for name, value in row.items() if name != "reason"}
    for name, raw in given.items():
        field = spec.fields.get(name)
        if field is None or name not in row or raw == as_typed(field, row[name]):
            continue
        value = meant(field, raw)
        if isinstance(value, Unread):
            value = raw  # what it could be, is said beside the field; the row is still refused
        elif value is LEFT:
            value = None if field.type.name != "text" or field.optional else ""
        made[name] = value.isoformat() if isinstance(value, date) else value
    return made
