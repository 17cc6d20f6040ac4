"""One cell of a table: what it shows, and how it is changed in its place."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from pgc_lib.core.choices import choice_title
from pgc_lib.core.collection import Collection
from pgc_lib.core.record import FieldSpec, Record, Spec
from pgc_lib.core.shown import text_of
from pgc_lib.core.zone import zone
from pgc_lib.errors import NotFound
from pgc_lib.i18n import _
from pgc_lib.notebook.live import Child, Html, tag
from pgc_lib.notebook.widgets.fields import Slot, control_of, draw
from pgc_lib.notebook.widgets.form_rows import rows_of
from pgc_lib.notebook.widgets.reading import money, raw_of
from pgc_lib.notebook.widgets.referring import TECHNICAL, points, refers
from pgc_lib.notebook.widgets.titles import called
from pgc_lib.stores.filters import col

_AT_FIRST = 7
_LONGEST = 90
NUMBERS = ("whole", "number", "money")


def shown_at_first(spec: Spec) -> list[str]:
    """The columns that say most, in the order of the definition."""
    usable = [n for n, f in spec.fields.items() if n not in TECHNICAL and n not in spec.sensitive and f.type.name != "object"]  # fmt: skip
    needed = [name for name in usable if spec.fields[name].required]
    rest = [name for name in usable if name not in needed]
    chosen = {*needed[:_AT_FIRST], *rest[: max(0, _AT_FIRST - len(needed))]}
    return [name for name in usable if name in chosen] or list(spec.fields)[:_AT_FIRST]


def names_of(collection: Collection[Any], records: list[Any], columns: list[str]) -> dict[UUID, str]:  # fmt: skip
    """What the records are called that these lead to: one question a kind."""
    from pgc_lib.core.places import collection_of

    wanted: dict[str, set[UUID]] = {}
    for name in columns:
        if kind := refers(collection.spec.kind, collection.spec.fields[name]):
            ids = {getattr(record, name) for record in records} - {None}
            wanted.setdefault(kind, set()).update(ids)
    found: dict[UUID, str] = {}
    for kind, ids in wanted.items():
        try:
            target = collection_of(collection.session, kind)
        except NotFound:  # a kind of a package that is not installed here
            continue
        if ids:
            found |= {each.id: called(each) for each in target.find(col("id").is_in(list(ids)))}
    return found


def text_in(field: FieldSpec, value: Any, names: Mapping[UUID, str]) -> Child:
    """A value as it stands in a cell."""
    match value:
        case None | "":
            return None
        case bool():
            return tag.span("✓" if value else "–", aria_label=_("yes") if value else _("no"), role="img")  # fmt: skip
        case Decimal():
            return tag.span(money(value), class_="pgc-bad" if value < 0 and field.type.name != "money" else None)  # fmt: skip
        case UUID():
            return names.get(value, _("gone, or not shared with you"))
        case datetime():
            return f"{value.astimezone(zone()):%Y-%m-%d %H:%M}"
        case date():
            return value.isoformat()
        case list() if field.type.name == "texts":
            return [tag.span(each[:_LONGEST], class_="pgc-chip") for each in value[:6]]
        case list():
            return _("{n} entries", n=len(value))
        case str() if field.choices:
            return choice_title(value)
        case int() | float() if not isinstance(value, bool):
            return f"{value:,}"
    text = " ".join(text_of(value).split())
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def in_place(record: Record, name: str) -> bool:
    """Whether a field is changed in its cell; what needs more room is changed in the form."""
    spec, field = record.spec, record.spec.fields[name]
    if name in spec.sensitive or rows_of(type(record), field) is not None or points(field):
        return False
    if spec.kept_in == "documents" and name in spec.key:
        return False
    return not refers(spec.kind, field) and field.type.name not in ("object", "link")


def raw_in(field: FieldSpec, value: Any) -> Any:
    """A value as it is typed in a cell: a list is words between commas."""
    if field.type.name == "texts":
        return ", ".join(value or ())
    return value if isinstance(value, str) else raw_of(field, value)


def drawn(id: str, field: FieldSpec, record: Any, names: Mapping[UUID, str], *, first: bool, fixed: bool) -> Html:  # fmt: skip
    """A cell that can be reached by the arrows, and opened by Enter, F2 or two clicks."""
    value = getattr(record, field.name)
    opens = not fixed
    return tag.td(
        text_in(field, value, names),
        id=f"{id}-{record.id.hex}-{field.name}", data_key=field.name, data_title=field.title, tabindex="0" if first else "-1",
        role="gridcell", class_="pgc-number" if field.type.name in NUMBERS else None,
        act="edit" if opens else None, on="dblclick" if opens else None,
        values={"id": str(record.id), "field": field.name} if opens else None,
        data_pgc_keys='{"Enter": "edit", "F2": "edit"}' if opens else None,
        aria_readonly="true" if fixed else None,
    )  # fmt: skip


def editing(id: str, field: FieldSpec, record: Any, raw: Any, problem: str, known: list[str]) -> Html:  # fmt: skip
    """The same cell while it is written in."""
    where = {"id": str(record.id)}
    control = control_of(field, raw)
    instead = {"tags": "line", "lines": "line", "radio": "select", "scale": "number", "yes_no": "yes_no", "markdown": "text"}  # fmt: skip
    slot = Slot(
        field, id=f"{id}-cell", raw=raw, problem=problem, bare=True, act="cell_typed", values=where, focus=True, known=known,
        name="cell", instead=instead.get(control),  # type: ignore[arg-type]
    )  # fmt: skip
    keys = '{"Escape": "leave", "Tab": "next", "Shift+Tab": "previous", "Control+Enter": "commit"'
    keys += "}" if slot.control == "text" else ', "Enter": "commit"}'
    return tag.td(
        draw(slot),
        id=f"{id}-{record.id.hex}-{field.name}", data_key=field.name, data_title=field.title, role="gridcell",
        class_="pgc-editing", data_pgc_keys=keys, values={"field": field.name, **where},
    )  # fmt: skip
