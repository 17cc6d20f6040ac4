"""Lists within a record, asked for row by row: key results, options, the parts of a payment."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from pgc_lib.areas.method.parts import Parts, SealedParts
from pgc_lib.core.record import SEALED, FieldSpec, Record
from pgc_lib.core.spec import Meta, field_spec
from pgc_lib.core.types import Money
from pgc_lib.i18n import N_, _
from pgc_lib.notebook.live import Html, tag
from pgc_lib.notebook.widgets.fields import Slot, draw
from pgc_lib.notebook.widgets.reading import LEFT, Unread, meant, raw_of


class _OfPayment(BaseModel):
    """A part of a payment, which `areas.money.transaction` keeps as plain data."""

    model_config = ConfigDict(extra="forbid")
    amount: Money = Field(title=N_("Amount"))
    category: str | None = Field(None, title=N_("Category"), max_length=200)
    account: str | None = Field(None, title=N_("Account"), max_length=200)
    note: str | None = Field(None, title=N_("Note"), max_length=500)


_KNOWN: Mapping[tuple[str, str], type[BaseModel]] = {
    ("finance.transactions", "parts"): _OfPayment,
}
"""Lists of plain data whose parts no definition describes."""


class Rows:
    """The parts of one field."""

    def __init__(self, kind: type[BaseModel], *, sealed: bool = False, most: int = 200) -> None:
        self.sealed = sealed
        self.most = most
        self.fields: dict[str, FieldSpec] = {
            name: replace(
                field_spec(name, info), meta=Meta(info.title or name, info.description or "")
            )
            for name, info in kind.model_fields.items()
        }

    def empty(self) -> dict[str, Any]:
        """A row in which nothing stands."""
        return {
            name: raw_of(field, None if field.required else field.info.get_default())
            for name, field in self.fields.items()
        }

    def raw_of(self, value: Any) -> list[dict[str, Any]]:
        """The rows of what is kept, as they are typed."""
        if isinstance(value, str):
            value = [] if value in ("", SEALED) else json.loads(value)
        return [self._row(each) for each in value or ()]

    def _row(self, kept: Mapping[str, Any]) -> dict[str, Any]:
        row = {}
        for name, field in self.fields.items():
            value = kept.get(name)
            row[name] = value if isinstance(value, str) else raw_of(field, value)
        return row

    def meant(self, raw: Sequence[Mapping[str, Any]]) -> Any:
        """What the rows say; rows in which nothing stands are left out."""
        rows = [row for row in map(self._meant_row, raw) if row]
        return "" if self.sealed and not rows else rows

    def _meant_row(self, raw: Mapping[str, Any]) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for name, field in self.fields.items():
            value = meant(field, raw.get(name))
            if value is not LEFT and not (value is False and not field.required):
                made[name] = raw[name] if isinstance(value, Unread) else value
        return made

    def draw(
        self, id: str, field: FieldSpec, raw: Sequence[Mapping[str, Any]], *, fixed: bool, wrong: bool
    ) -> Html:  # fmt: skip
        """The rows with what is needed to add and to drop one."""
        rows = [self._drawn(id, field, n, row, fixed) for n, row in enumerate(raw)]
        add = tag.button("＋ ", _("Add one"), type="button", class_="pgc-button pgc-plain", act="add_row", values={"field": field.name})  # fmt: skip
        return tag.div(
            tag.ol(rows, class_="pgc-rows", aria_invalid="true" if wrong else None) if rows else None,
            add if not fixed and len(rows) < self.most else None,
        )  # fmt: skip

    def _drawn(self, id: str, field: FieldSpec, n: int, row: Mapping[str, Any], fixed: bool) -> Html:  # fmt: skip
        slots = [
            Slot(
                each, id=f"{id}-{n}-{name}", raw=row.get(name, ""), name=f"r.{field.name}.{n}.{name}",
                values={"field": field.name, "row": n, "part": name}, why_not=" " if fixed else "",
            )
            for name, each in self.fields.items()
        ]  # fmt: skip
        drop = tag.button(
            "×", type="button", class_="pgc-button pgc-plain", act="drop_row", values={"field": field.name, "row": n},
            aria_label=_("Drop row {n}", n=n + 1),
        )  # fmt: skip
        return tag.li(
            tag.div([draw(slot) for slot in slots], class_="pgc-form-fields"),
            None if fixed else drop,
            data_row=f"{field.name}-{n}",
        )


def rows_of(record: type[Record], field: FieldSpec) -> Rows | None:
    """How the list in a field is asked for, where its parts are known."""
    kind = (record.spec.kind, field.name)
    if kind in _KNOWN:
        return _known(kind)
    if field.type.name not in ("object", "text") or field.plain:
        return None
    found = next((each for each in field.info.metadata if isinstance(each, Parts)), None)
    return _rows(found) if found is not None else None


def raw_field(record: type[Record], field: FieldSpec, value: Any) -> Any:
    """A value of a record as it stands in a form."""
    if (rows := rows_of(record, field)) is not None:
        return rows.raw_of(value)
    return value if isinstance(value, str) else raw_of(field, value)


@cache
def _known(kind: tuple[str, str]) -> Rows:
    return Rows(_KNOWN[kind])


@cache
def _rows(parts: "Parts[Any]") -> Rows:
    return Rows(parts.kind, sealed=isinstance(parts, SealedParts), most=parts.most)
