"""Values of a table as a person reads them: in their language, with the words that people use for choices."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pgc_lib.core.choices import word_of_ours
from pgc_lib.core.shown import short_id, text_of
from pgc_lib.core.spec import SYSTEM, FieldSpec, Spec
from pgc_lib.core.zone import zone
from pgc_lib.notebook.display.titles import spec_of, title_of

if TYPE_CHECKING:
    import polars as pl

_IDENTIFIERS = ("id", "owner", "batch")
_TELLING = 50
_CHOICES = (
    "state", "status", "type", "tie", "how", "stage", "horizon", "standing", "event", "kind", "flow", "carrier", "series",
    "field", "source", "area",
)  # fmt: skip
"""Columns of computed frames that hold our words."""
Value = Callable[[Any], str]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table."""

    name: str
    title: str
    number: bool = False
    """Numbers stand at the right, under one another."""
    sortable: bool = True
    short: bool = False
    """Days and the like are never broken into two lines."""
    text: Value = text_of


def columns_of_frame(frame: "pl.DataFrame") -> list[Column]:
    """The columns of a frame; what every record has comes last, before it what leads to other records."""
    spec = spec_of(frame)
    links = {name for name in frame.columns if _identifies(frame[name])}
    names = sorted(frame.columns, key=lambda name: (name in SYSTEM, name in links))
    return [
        _of_frame(name, frame, spec, link=name in links or name in _IDENTIFIERS) for name in names
    ]


def _identifies(column: "pl.Series") -> bool:
    """Whether all that stands in it are identifiers; a few rows tell."""
    import polars as pl

    if column.dtype != pl.String:
        return False
    known = column.drop_nulls().head(_TELLING)
    return not known.is_empty() and bool(known.str.contains("^[0-9a-f]{32}$").all())


def _of_frame(name: str, frame: "pl.DataFrame", spec: Spec | None, *, link: bool) -> Column:
    kind = frame.schema[name]
    field = spec.fields.get(name) if spec else None
    number = kind.is_numeric()
    return Column(
        name,
        title_of(name, frame),
        number=number,
        sortable=not kind.is_nested() and not kind.is_object(),
        short=kind.is_temporal() or link,
        text=_short if link else _chosen if field is None and name in _CHOICES else _teller(field),
    )  # fmt: skip


def _chosen(value: Any) -> str:
    """One of our words in what an area computed."""
    return word_of_ours(value) if isinstance(value, str) and value else text_of(value)


def columns_of_spec(spec: Spec) -> list[Column]:
    """The columns of a kind of record, as many as can be sorted by among them."""
    return [column_of(field) for field in spec.fields.values()]


def column_of(field: FieldSpec) -> Column:
    """The column of one field."""
    kind = field.type.name
    return Column(
        field.name,
        field.title,
        number=kind in ("whole", "number", "money"),
        sortable=kind not in ("texts", "object") and not field.meta.sensitive,
        short=kind in ("date", "moment"),
        text=_linked if kind == "link" else _teller(field),
    )


def columns_of_lines(lines: Sequence[Any]) -> list[Column]:
    """The columns of things that name their values."""
    known: dict[str, list[Any]] = {}
    for line in lines:
        for title, value in line.items():
            known.setdefault(title, []).append(value)
    return [
        Column(title, title, number=_all_numbers(values))
        for title, values in known.items()
        if any(value is not None and value not in ("", [], {}, ()) for value in values)
    ]


def key_of(value: Any) -> tuple[int, Any]:
    """By what a value is sorted beside values of other types; nothing comes last."""
    match value:
        case None | "":
            return 3, ""
        case bool() | int() | float() | Decimal():
            return 0, value
        case datetime():
            return 1, value.astimezone(zone()).isoformat()
        case _ if hasattr(value, "isoformat"):
            return 1, value.isoformat()
    return 2, text_of(value).casefold()


def _all_numbers(values: Sequence[Any]) -> bool:
    known = [value for value in values if value is not None and value != ""]
    return bool(known) and all(
        isinstance(value, int | float | Decimal) and not isinstance(value, bool) for value in known
    )


def _teller(field: FieldSpec | None) -> Value:
    """How the values of a field are told; frames hold what is made of parts as JSON."""
    if field is None or not (field.type.name == "object" or field.choices):
        return text_of

    def told(value: Any) -> str:
        if field.type.name == "object" and isinstance(value, str) and value:
            value = json.loads(value)
        return text_of(field.told(value))

    return told


def _linked(value: Any) -> str:
    """What a record refers to: by its name where that is known."""
    return value if isinstance(value, str) else _short(value)


def _short(value: Any) -> str:
    return "" if value is None else short_id(value)
