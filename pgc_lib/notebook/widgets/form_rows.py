"""Lists within a record, asked for row by row: key results, options, the parts of a payment; also what is said by name."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from types import UnionType
from typing import Any, Union, get_args, get_origin

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


class _LaterAmount(BaseModel):
    """What a budget is from a day on, as `areas.money.budgets` keeps it."""

    since: date = Field(title=N_("From the day"))
    amount: Money = Field(title=N_("Amount"))


class _Elsewhere(BaseModel):
    """Where else a person is found, as `areas.career` keeps it."""

    network: str = Field(title=N_("Network"), max_length=2000)
    username: str = Field("", title=N_("Name there"), max_length=2000)
    url: str = Field("", title=N_("Link"), max_length=2000)


class _Spoken(BaseModel):
    """A language and how well it is spoken, as `areas.career` keeps it."""

    language: str = Field(title=N_("Language"), max_length=2000)
    fluency: str = Field("", title=N_("How well"), max_length=2000)


class _Pair(BaseModel):
    """Something that is said under a name of one's own."""

    name: str = Field(title=N_("Name"), max_length=200)
    value: str = Field("", title=N_("Value"))


_KNOWN: Mapping[tuple[str, str], type[BaseModel]] = {
    ("finance.transactions", "parts"): _OfPayment,
    ("finance.budgets", "changes"): _LaterAmount,
    ("anchor.profile", "links"): _Elsewhere,
    ("anchor.profile", "languages"): _Spoken,
}
"""Lists of plain data whose parts no definition describes."""


class Rows:
    """The parts of one field."""

    aside = False
    """Whether only few need it, so that it stands below with what is rarely asked."""

    def __init__(self, kind: type[BaseModel], *, sealed: bool = False, most: int = 200) -> None:
        self.sealed = sealed
        self.most = most
        self.fields: dict[str, FieldSpec] = {
            name: replace(
                field_spec(name, info), meta=Meta(info.title or name, info.description or "")
            )
            for name, info in kind.model_fields.items()
        }

    def plain_of(self, kind: str) -> bool:
        """Whether its help names what a program calls the parts, whose titles say it here."""
        return kind == "anchor.profile" and not self.aside

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


class Pairs(Rows):
    """What a field holds by name: a row for each, and what is no text stands there as JSON has it."""

    aside = True

    def __init__(self) -> None:
        super().__init__(_Pair)

    def raw_of(self, value: Any) -> list[dict[str, Any]]:
        """The names with their values, as they are typed."""
        if isinstance(value, str):
            value = {} if value in ("", SEALED) else json.loads(value)
        return [{"name": name, "value": _typed(each)} for name, each in (value or {}).items()]

    def meant(self, raw: Sequence[Mapping[str, Any]]) -> Any:
        """What the rows say; rows in which nothing stands are left out."""
        said: dict[str, Any] = {}
        for number, row in enumerate(raw, 1):
            name, value = str(row.get("name", "")).strip(), str(row.get("value", ""))
            if not name and not value.strip():
                continue
            if not name or name in said:
                reason = _("this name stands here twice") if name else _("a name is needed here")
                return Unread(_("{n}. {reason}", n=number, reason=reason))
            said[name] = _untyped(value)
        return said or ""


def _typed(value: Any) -> str:
    """A text as it is; anything else, and a text that would be taken for something else, as JSON has it."""
    if isinstance(value, str) and isinstance(_untyped(value), str) and _untyped(value) == value:
        return value
    return json.dumps(value, ensure_ascii=False, default=str)


def _untyped(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def rows_of(record: type[Record], field: FieldSpec) -> Rows | None:
    """How the list in a field is asked for, where its parts are known."""
    kind = (record.spec.kind, field.name)
    if kind in _KNOWN:
        return _known(kind)
    if field.type.name == "object" and _by_name(field.info.annotation):
        return _pairs()
    if field.type.name not in ("object", "text") or field.plain:
        return None
    found = next((each for each in field.info.metadata if isinstance(each, Parts)), None)
    return _rows(found) if found is not None else None


def raw_field(record: type[Record], field: FieldSpec, value: Any) -> Any:
    """A value of a record as it stands in a form."""
    if (rows := rows_of(record, field)) is not None:
        return rows.raw_of(value)
    return value if isinstance(value, str) else raw_of(field, value)


def _by_name(annotation: Any) -> bool:
    """Whether a field holds values by names, or nothing."""
    if get_origin(annotation) in (Union, UnionType):
        return any(map(_by_name, get_args(annotation)))
    return dict in (annotation, get_origin(annotation))


@cache
def _pairs() -> Pairs:
    return Pairs()


@cache
def _known(kind: tuple[str, str]) -> Rows:
    return Rows(_KNOWN[kind])


@cache
def _rows(parts: "Parts[Any]") -> Rows:
    return Rows(parts.kind, sealed=isinstance(parts, SealedParts), most=parts.most)
